//! Fevers from the phone and from the desk, step by step; handovers; hours that follow crossings.

use crate::played_device::{Gate, HOUSEHOLD, PERSON, crossing, gate, hours, send, send_all, vault};
use crate::support::{MINUTE, MORNING, SHARD, gate_row, id, lay_town, on_both, read, write};
use gatehouse_core::gate::{Outcome, Verdict, Way};
use gatehouse_core::id::{OpenItemId, StaffId};
use gatehouse_core::wire::{Change, EventBody, Fever, Private, Reading, Subject};
use gatehouse_store::device_event::Appended;
use gatehouse_store::fever::{FeverItem, FeverStepRow};
use gatehouse_store::handover::{HandoverLineRow, HandoverRow};
use gatehouse_store::open_item::OpenItemEnd;
use gatehouse_store::sealed_words::{open_words, seal_words};
use gatehouse_store::{Chance, Store};

fn reading(tenths: u16, minute: i64) -> Reading {
    Reading {
        tenths,
        way: Some(1),
        at: MORNING + minute * MINUTE,
    }
}

fn fevers(store: &Store) -> Vec<FeverItem> {
    read(store, |tx| {
        tx.fevers_of_area(SHARD, gate_row(1).area, MORNING, 10)
    })
}

/// Number, step, and a reading with how it was taken.
type Step = (i64, String, Option<(u16, Option<u8>)>);

fn steps(store: &Store, item: OpenItemId) -> Vec<Step> {
    let rows = read(store, move |tx| tx.fever_steps(SHARD, item));
    rows.into_iter()
        .map(|row| (row.number, row.step, row.reading))
        .collect()
}

#[test]
fn what_a_phone_says_of_a_fever_appears_by_itself_and_ends_nothing() {
    on_both(|store| {
        lay_town(store);
        let mut phone = Gate::new(1);
        let private = Private {
            salt: [1; 16],
            subject: Some(Subject::Person(PERSON)),
            household: Some(HOUSEHOLD),
            details: Vec::new(),
        };
        let fever = EventBody::Fever(Fever {
            crossing: None,
            first: Some(reading(382, 0)),
            second: None,
            pass: None,
        });
        let of = phone.append(0, fever, Some(private));
        let measured = EventBody::Measurement {
            of,
            reading: Reading {
                way: None,
                ..reading(381, 15)
            },
        };
        phone.append(15, measured, None);
        phone.append(40, EventBody::HandedOn { of }, None);
        send_all(store, &phone);
        // Sent again, nothing is there twice.
        assert_eq!(send(store, &phone.events[1]), Appended::AlreadyThere);
        let found = fevers(store);
        let [one] = &found[..] else {
            panic!("one fever: {found:?}");
        };
        assert_eq!(one.item.end, None, "being taken along is no end");
        assert_eq!(
            (one.fever.person, one.fever.household),
            (Some(PERSON), Some(HOUSEHOLD))
        );
        assert_eq!(one.fever.area, gate_row(1).area);
        let expected = [
            (1, "reading".to_owned(), Some((382, Some(1)))),
            (2, "reading".to_owned(), Some((381, None))),
            (3, "hospital".to_owned(), None),
        ];
        assert_eq!(steps(store, one.item.item), expected);
    });
}

#[test]
fn a_step_with_the_same_mark_is_written_once_and_words_are_sealed() {
    on_both(|store| {
        lay_town(store);
        let mut phone = Gate::new(1);
        let fever = EventBody::Fever(Fever {
            crossing: None,
            first: None,
            second: None,
            pass: None,
        });
        phone.append(0, fever, None);
        send_all(store, &phone);
        let item = fevers(store)[0].item.item;
        let mark = [5; 16];
        let words = "赵经理";
        let sealed = seal_words(&vault(), "fever_step", &mark, words, &Chance::new([8; 32]));
        assert!(
            !sealed
                .1
                .windows(3)
                .any(|part| words.as_bytes().starts_with(part))
        );
        let row = FeverStepRow {
            shard: SHARD,
            item,
            number: 0,
            mark,
            step: "told".to_owned(),
            done_at: MORNING,
            recorded_at: MORNING + MINUTE,
            staff: Some(StaffId(id(2, 1))),
            source_seq: None,
            reading: None,
            word: Some("community".to_owned()),
            has_mask: None,
            corrects: None,
            words: Some(sealed),
        };
        let again = row.clone();
        let first = write(store, move |tx| tx.append_fever_step(&row));
        let second = write(store, move |tx| tx.append_fever_step(&again));
        assert_eq!((first, second), (Some(1), None));
        let back = read(store, move |tx| tx.fever_steps(SHARD, item));
        let (key, sealed) = back[0].words.as_ref().expect("words");
        let open = |place: &[u8; 16]| open_words(&vault(), "fever_step", place, (key, sealed));
        assert_eq!(open(&mark).as_deref(), Ok(words));
        assert!(open(&[6; 16]).is_err(), "not in another row");
    });
}

#[test]
fn an_outcome_can_be_mended_and_taken_back() {
    on_both(|store| {
        lay_town(store);
        let mut phone = Gate::new(1);
        phone.append(
            0,
            EventBody::Fever(Fever {
                crossing: None,
                first: None,
                second: None,
                pass: None,
            }),
            None,
        );
        send_all(store, &phone);
        let item = fevers(store)[0].item.item;
        let end = OpenItemEnd {
            outcome: "home_rest".to_owned(),
            at: MORNING + MINUTE,
            staff: Some(StaffId(id(2, 1))),
        };
        let given = end.clone();
        write(store, move |tx| {
            tx.mend_open_item(SHARD, item, Some(&given))
        });
        assert_eq!(fevers(store)[0].item.end, Some(end));
        let later = MORNING + 2 * MINUTE;
        let area = gate_row(1).area;
        let shown = read(store, move |tx| tx.fevers_of_area(SHARD, area, later, 10));
        assert!(shown.is_empty(), "closed before");
        write(store, move |tx| tx.mend_open_item(SHARD, item, None));
        assert_eq!(fevers(store)[0].item.end, None);
    });
}

#[test]
fn a_fever_forgets_whom_it_concerned() {
    on_both(|store| {
        lay_town(store);
        let mut phone = Gate::new(1);
        let private = Private {
            salt: [1; 16],
            subject: Some(Subject::Person(PERSON)),
            household: Some(HOUSEHOLD),
            details: Vec::new(),
        };
        let fever = EventBody::Fever(Fever {
            crossing: None,
            first: None,
            second: None,
            pass: None,
        });
        phone.append(0, fever, Some(private));
        send_all(store, &phone);
        let erased = write(store, |tx| tx.erase_fevers(SHARD, &PERSON.0, &[77; 16]));
        assert_eq!(erased, 1);
        assert_ne!(fevers(store)[0].fever.person, Some(PERSON));
        assert_ne!(fevers(store)[0].fever.household, Some(HOUSEHOLD));
    });
}

#[test]
fn the_first_who_takes_an_item_has_it() {
    on_both(|store| {
        lay_town(store);
        let row = HandoverRow {
            shard: SHARD,
            handover: [3; 16],
            area: gate_row(1).area,
            staff: StaffId(id(2, 1)),
            made_at: MORNING,
            note: None,
        };
        let again = row.clone();
        assert!(write(store, move |tx| tx.insert_handover(&row)));
        assert!(!write(store, move |tx| tx.insert_handover(&again)));
        let line = |n: u32, at: i64| HandoverLineRow {
            handover: [3; 16],
            item: OpenItemId([9; 16]),
            staff: StaffId(id(2, n)),
            taken_at: MORNING + at * MINUTE,
        };
        let (first, second) = (line(2, 1), line(3, 2));
        let kept = first.clone();
        assert!(write(store, move |tx| tx.take_item(SHARD, &first)));
        assert!(!write(store, move |tx| tx.take_item(SHARD, &second)));
        let holder = read(store, |tx| tx.holder_of_item(SHARD, OpenItemId([9; 16])));
        assert_eq!(holder, Some(kept));
        let area = gate_row(1).area;
        let found = read(store, move |tx| {
            tx.handovers_of_area(SHARD, area, MORNING, 10)
        });
        assert_eq!(found.len(), 1);
        let lines = read(store, |tx| tx.lines_of_handover(SHARD, &[3; 16]));
        assert_eq!(lines.len(), 1);
    });
}

#[test]
fn hours_follow_crossings_and_their_amendments() {
    on_both(|store| {
        lay_town(store);
        let mut phone = Gate::new(1);
        phone.crossing(5, Way::Out, Outcome::Crossed, PERSON);
        let back = phone.crossing(50, Way::In, Outcome::Crossed, PERSON);
        phone.crossing(55, Way::In, Outcome::Crossed, PERSON);
        let mut refused = crossing(Way::In, Outcome::TurnedBack);
        refused.verdict = Verdict::Refuse;
        refused.rows = vec!["HN/no-visitor".to_owned()];
        let seq = phone.append(56, EventBody::Crossing(Box::new(refused)), None);
        phone.amend(57, back, Change::Undo {});
        send_all(store, &phone);
        let counted: Vec<_> = hours(store)
            .into_iter()
            .map(|row| (row.way, row.verdict, row.outcome, row.crossings))
            .collect();
        let expected = [
            (Way::In, Verdict::Admit, None, 1),
            (Way::In, Verdict::Admit, Some(Outcome::Crossed), 1),
            (Way::In, Verdict::Refuse, Some(Outcome::TurnedBack), 1),
            (Way::Out, Verdict::Admit, Some(Outcome::Crossed), 1),
        ];
        assert_eq!(counted, expected);
        let before = hours(store);
        write(store, |tx| tx.rebuild_hours(SHARD));
        assert_eq!(hours(store), before, "derived anew, nothing changes");
        let reasons = || {
            read(store, |tx| {
                tx.rows_of_refused(SHARD, gate(), 0, i64::MAX, 10)
            })
        };
        assert_eq!(reasons(), [["HN/no-visitor".to_owned()]]);
        let mut undone = phone;
        undone.amend(58, seq, Change::Undo {});
        let last = undone.events.last().expect("appended").clone();
        assert_eq!(send(store, &last), Appended::New);
        assert!(reasons().is_empty(), "undone");
    });
}

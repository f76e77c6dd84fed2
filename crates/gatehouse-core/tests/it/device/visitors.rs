//! Who is not on the register: what a guard writes down, where a rule asks for it.

use super::table::{Stage, check};
use super::world;
use gatehouse_core::gate::SubjectKind;
use gatehouse_core::wire::{DetailField, EventBody, Fever};
use serde_json::json;

#[test]
fn what_a_guard_writes_down_of_a_visitor_is_in_the_record_and_nowhere_else() {
    let stage = check(
        "
        08:00 shift                             => scan +1
        08:01 register 周                       => message D06
        08:01 begin in visitor
            => ask [temperature special_reason registered_now host_consent host_escort]
        08:02 register                          => message D08
        08:02 register 周 13900000000 6-2-302 住户本人
            => ask [temperature special_reason host_consent host_escort]
        08:02 register 吴                       => message D08
        08:03 restart
            => ask [temperature special_reason host_consent host_escort]
        08:03 fact temperature 36.5             => ask [special_reason host_consent host_escort]
        08:03 fact special_reason true          => ask [host_consent host_escort]
        08:03 fact host_consent true            => ask [host_escort]
        08:03 fact host_escort true             => admit
        08:04 finish crossed                    => scan +1
        ",
    );
    let event = stage.events.last().expect("the crossing");
    let private = event.private.as_ref().expect("somebody");
    let written: Vec<_> = private
        .details
        .iter()
        .map(|d| (d.field, d.reveal_text()))
        .collect();
    let expected = [
        (DetailField::Name, "周"),
        (DetailField::Phone, "13900000000"),
        (DetailField::Room, "6-2-302"),
        (DetailField::ApprovedBy, "住户本人"),
    ];
    assert_eq!(written, expected);
    assert!(private.household.is_some(), "the home that they visit");
    let kept = stage.device.to_bytes();
    let text = String::from_utf8_lossy(&kept);
    assert!(!text.contains("13900000000"), "the phone keeps none of it");
    let public = event.public_bytes();
    assert!(!String::from_utf8_lossy(&public).contains("13900000000"));
}

#[test]
fn an_emergency_takes_along_what_was_written_and_waits_for_nothing() {
    let stage = check(
        "
        08:00 shift                             => scan +1
        08:01 begin in visitor
            => ask [temperature special_reason registered_now host_consent host_escort]
        08:02 register 周
            => ask [temperature special_reason host_consent host_escort]
        08:02 emergency in                      => admit !emergency +1
        08:03 begin in visitor
            => ask [temperature special_reason registered_now host_consent host_escort]
        08:03 emergency in                      => admit !emergency +1
        ",
    );
    let details = |at: usize| {
        let private = stage.events[at].private.as_ref();
        private.map_or(0, |private| private.details.len())
    };
    assert_eq!((details(1), details(2)), (1, 0));
}

#[test]
fn a_carers_own_pass_says_who_stands_there_and_where_they_go() {
    let stage = check(
        "
        08:00 shift                             => scan +1
        08:01 scan in carer
            => ask [temperature special_reason registered_now host_consent host_escort]
        08:02 register 周
            => ask [temperature special_reason host_consent host_escort]
        08:02 fact temperature 36.5             => ask [special_reason host_consent host_escort]
        08:03 fact special_reason true          => ask [host_consent host_escort]
        08:03 fact host_consent true            => ask [host_escort]
        08:03 fact host_escort true             => admit
        08:04 finish crossed                    => scan +1
        ",
    );
    let event = stage.events.last().expect("the crossing");
    let private = event.private.as_ref().expect("somebody");
    assert!(private.household.is_some(), "the home that agreed");
    let EventBody::Crossing(crossing) = &event.body else {
        panic!("a crossing")
    };
    assert_eq!(crossing.subject_kind, Some(SubjectKind::RegularHelper));
}

/// The report of a fever at a place of the chain, and the lines that went along with it.
fn fever_at(stage: &Stage, place: usize) -> (Fever, Vec<(DetailField, &str)>) {
    let event = &stage.events[place];
    let EventBody::Fever(fever) = &event.body else {
        panic!("a fever")
    };
    let details = event.private.iter().flat_map(|private| &private.details);
    let lines = details.map(|detail| (detail.field, detail.reveal_text()));
    (fever.clone(), lines.collect())
}

#[test]
fn a_fever_names_the_visitor_who_was_written_down_before_it() {
    let stage = check(
        "
        08:00 shift                             => scan +1
        08:01 begin in visitor
            => ask [temperature special_reason registered_now host_consent host_escort]
        08:02 register 周 13900000000 6-2-302
            => ask [temperature special_reason host_consent host_escort]
        08:03 fever                             => refer !fever +1
        08:03 finish turned_back shift_lead_decided => scan +1
        ",
    );
    let (_, lines) = fever_at(&stage, 1);
    let expected = [
        (DetailField::Name, "周"),
        (DetailField::Phone, "13900000000"),
        (DetailField::Room, "6-2-302"),
    ];
    assert_eq!(lines, expected);
    let crossing = stage.events.last().and_then(|event| event.private.as_ref());
    let kept = crossing.map_or(0, |private| private.details.len());
    assert_eq!(kept, expected.len(), "the crossing has them too");
}

/// A pass that was not believed may be anybody's: the report does not point at its holder.
#[test]
fn a_fever_leaves_out_a_pass_that_was_not_believed() {
    for (pass, is_named) in [("carer", true), ("forged", false), ("altered", false)] {
        let mut stage = check("08:00 shift => scan +1");
        let scan = json!({"input": "scan", "text": world::qr(pass), "way": "in"});
        stage.feed(scan, world::morning());
        stage.feed(json!({"input": "fever"}), world::morning());
        let (fever, lines) = fever_at(&stage, 1);
        assert_eq!(fever.pass.is_some(), is_named, "{pass}");
        assert_eq!(lines, [], "{pass}: nothing was written down");
    }
}

//! What other systems and people are told: tokens, request keys, subscriptions with what is still
//! to be told, messages.

use crate::played_device::{Gate, PERSON, send_all};
use crate::support::{MINUTE, MORNING, SHARD, id, lay_town, on_both, read, write};
use gatehouse_core::gate::{Outcome, Way};
use gatehouse_core::id::{AreaId, OpenItemId, OrganisationId, StaffId};
use gatehouse_store::api_token::ApiTokenRow;
use gatehouse_store::message::{MessageRow, MessageState};
use gatehouse_store::open_item::{OpenItemEnd, OpenItemRow};
use gatehouse_store::webhook::{WebhookProgress, WebhookRow};
use gatehouse_store::webhook_event::{About, Topic};
use gatehouse_store::{Shard, Store};

fn token() -> ApiTokenRow {
    ApiTokenRow {
        token: id(20, 1),
        token_hash: [20; 32],
        staff: StaffId(id(2, 1)),
        organisation: OrganisationId(id(5, 1)),
        label: "居民健康系统".to_owned(),
        permissions: "see_people".to_owned(),
        area: AreaId(id(1, 3)),
        made_by: StaffId(id(2, 1)),
        made_at: MORNING,
        expires_at: MORNING + 10 * MINUTE,
        used_at: None,
        revoked: None,
    }
}

fn webhook(n: u32, topics: i64, shard: Option<Shard>) -> WebhookRow {
    WebhookRow {
        webhook: id(21, n),
        organisation: OrganisationId(id(5, 1)),
        area: AreaId(id(1, 3)),
        shard,
        url: "https://example.invalid/told".to_owned(),
        secret_sealed: vec![1, 2, 3],
        topics,
        made_by: StaffId(id(2, 1)),
        made_at: MORNING,
        ended_at: None,
        progress: WebhookProgress::default(),
    }
}

#[test]
fn a_token_holds_until_it_expires_or_is_revoked() {
    on_both(|store| {
        lay_town(store);
        write(store, |tx| tx.insert_api_token(&token()));
        let live = |at| read(store, move |tx| tx.live_api_token(&[20; 32], at));
        assert_eq!(live(MORNING), Some(token()));
        assert_eq!(live(MORNING + 10 * MINUTE), None, "the end is not included");
        write(store, |tx| tx.touch_api_token(&id(20, 1), MORNING + 5));
        write(store, |tx| tx.touch_api_token(&id(20, 1), MORNING + 6));
        let used = live(MORNING + 7).and_then(|row| row.used_at);
        assert_eq!(used, Some(MORNING + 5), "kept to the minute");
        let revoke = |at| {
            write(store, move |tx| {
                tx.revoke_api_token(&id(20, 1), at, StaffId(id(2, 1)))
            })
        };
        assert!(revoke(MORNING + 8));
        assert!(!revoke(MORNING + 9), "once");
        assert_eq!(live(MORNING + 9), None);
        let kept = read(store, |tx| tx.api_tokens_of_area(AreaId(id(1, 3)), 10));
        assert_eq!(kept[0].revoked, Some((MORNING + 8, StaffId(id(2, 1)))));
    });
}

#[test]
fn a_request_key_is_taken_once_and_keeps_its_answer_for_a_while() {
    on_both(|store| {
        lay_town(store);
        write(store, |tx| tx.insert_api_token(&token()));
        let take = |hash: u8| {
            write(store, move |tx| {
                tx.take_request_key(&id(20, 1), &[1; 32], &[hash; 32], MORNING)
            })
        };
        assert!(take(7));
        assert!(!take(8));
        let kept = || read(store, |tx| tx.request_key(&id(20, 1), &[1; 32]));
        assert_eq!(
            kept().map(|row| (row.request_hash, row.answer)),
            Some(([7; 32], None))
        );
        write(store, |tx| {
            tx.answer_request_key(&id(20, 1), &[1; 32], 201, "{}")
        });
        assert_eq!(
            kept().and_then(|row| row.answer),
            Some((201, "{}".to_owned()))
        );
        let drop = |at| write(store, move |tx| tx.drop_request_keys(at));
        assert_eq!(
            (drop(MORNING), drop(MORNING + 1), drop(MORNING + 1)),
            (0, 1, 0)
        );
        assert!(take(8), "free again");
        write(store, |tx| tx.give_back_request_key(&id(20, 1), &[1; 32]));
        assert_eq!(kept(), None);
    });
}

fn to_tell(store: &Store, n: u32) -> Vec<(Topic, About)> {
    let rows = read(store, move |tx| tx.webhook_events(SHARD, &id(21, n), 100));
    rows.into_iter().map(|row| (row.topic, row.about)).collect()
}

#[test]
fn whoever_wants_to_be_told_gets_it_with_the_thing_itself_and_in_order() {
    on_both(|store| {
        lay_town(store);
        let all = Topic::ALL.iter().map(|topic| topic.bit()).sum();
        let items = Topic::OpenItemOpened.bit() | Topic::OpenItemClosed.bit();
        write(store, move |tx| {
            tx.insert_webhook(&webhook(1, all, None))?;
            tx.insert_webhook(&webhook(2, items, Some(SHARD)))?;
            tx.insert_webhook(&webhook(3, all, Some(Shard(99))))?;
            tx.insert_webhook(&webhook(4, all, None))?;
            tx.end_webhook(&id(21, 4), MORNING).map(|_| ())
        });
        let mut gate = Gate::new(1);
        for minute in 0..12 {
            gate.crossing(minute, Way::Out, Outcome::Crossed, PERSON);
        }
        send_all(store, &gate);
        let crossings = to_tell(store, 1);
        let expected =
            (1..=12).map(|seq| (Topic::CrossingRecorded, About::Crossing(gate.device, seq)));
        assert_eq!(
            crossings,
            expected.collect::<Vec<_>>(),
            "as the device counts"
        );
        for other in [2, 3, 4] {
            assert_eq!(to_tell(store, other), [], "{other}");
        }
        let item = OpenItemId(id(22, 1));
        let row = OpenItemRow {
            shard: SHARD,
            item,
            kind: "fever".to_owned(),
            gate: crate::played_device::gate(),
            crossing: None,
            opened_at: MORNING,
            end: None,
        };
        let open = row.clone();
        write(store, move |tx| tx.insert_open_item(&open).map(|_| ()));
        write(store, move |tx| tx.insert_open_item(&row).map(|_| ()));
        let end = OpenItemEnd {
            outcome: "community".to_owned(),
            at: MORNING + 1,
            staff: None,
        };
        write(store, move |tx| {
            tx.close_open_item(SHARD, item, &end).map(|_| ())
        });
        let told = [
            (Topic::OpenItemOpened, About::OpenItem(item)),
            (Topic::OpenItemClosed, About::OpenItem(item)),
        ];
        assert_eq!(to_tell(store, 2), told, "once each");
        let first = read(store, |tx| tx.webhook_events(SHARD, &id(21, 2), 1)).remove(0);
        write(store, move |tx| {
            tx.forget_webhook_event(&id(21, 2), &first)?;
            tx.note_told(&id(21, 2), MORNING + 2)
        });
        assert_eq!(to_tell(store, 2), told[1..]);
        let old = |at| {
            write(store, move |tx| {
                tx.forget_old_webhook_events(SHARD, &id(21, 2), at)
            })
        };
        assert_eq!((old(MORNING + 1), old(MORNING + 2)), (0, 1));
        write(store, |tx| {
            tx.note_not_told(&id(21, 2), MORNING + 3, "refused", 1)
        });
        write(store, |tx| {
            tx.note_not_told(&id(21, 2), MORNING + 4, "slow", 0)
        });
        let progress = read(store, |tx| tx.webhook(&id(21, 2))).unwrap().progress;
        assert_eq!((progress.delivered, progress.given_up), (1, 1));
        assert_eq!(
            progress.failure,
            Some(("slow".to_owned(), MORNING + 3)),
            "since the first"
        );
    });
}

#[test]
fn a_message_keeps_its_state_and_goes_with_its_person() {
    on_both(|store| {
        lay_town(store);
        let row = |n: u32| MessageRow {
            shard: SHARD,
            message: id(23, n),
            area: AreaId(id(1, 3)),
            person: PERSON,
            visit: None,
            kind: "pass_ready".to_owned(),
            slots: "{}".to_owned(),
            language: "zh".to_owned(),
            state: MessageState {
                word: "waiting".to_owned(),
                channel: None,
                failure: None,
            },
            made_at: MORNING + i64::from(n / 2),
            changed_at: MORNING + i64::from(n / 2),
        };
        for n in 0..5 {
            assert!(write(store, move |tx| tx.insert_message(&row(n))));
        }
        assert!(!write(store, move |tx| tx.insert_message(&row(1))), "once");
        let mut before = (i64::MAX, [0xff; 16]);
        let mut seen = Vec::new();
        loop {
            let page = read(store, move |tx| {
                tx.messages_of_area(SHARD, AreaId(id(1, 3)), before, 2)
            });
            let Some(last) = page.last() else { break };
            before = (last.made_at, last.message);
            seen.extend(page.iter().map(|row| row.message));
        }
        assert_eq!(
            seen,
            [4, 3, 2, 1, 0].map(|n| id(23, n)),
            "newest first, each once"
        );
        let sent = MessageState {
            word: "sent".to_owned(),
            channel: Some("sms".to_owned()),
            failure: None,
        };
        let state = sent.clone();
        write(store, move |tx| {
            tx.set_message_state(SHARD, &id(23, 0), &state, MORNING + 9)
        });
        let kept = read(store, |tx| tx.message(SHARD, &id(23, 0))).unwrap();
        assert_eq!((kept.state, kept.changed_at), (sent, MORNING + 9));
        let counts = read(store, |tx| tx.count_messages(SHARD, AreaId(id(1, 3))));
        assert_eq!(
            counts,
            [
                ("sent".to_owned(), Some("sms".to_owned()), 1),
                ("waiting".to_owned(), None, 4)
            ]
        );
        let drop = || {
            write(store, |tx| {
                tx.drop_messages(SHARD, AreaId(id(1, 3)), MORNING + 1)
            })
        };
        assert_eq!((drop(), drop()), (2, 0));
        assert_eq!(
            read(store, |tx| tx.messages_of_person(SHARD, PERSON, 10)).len(),
            3
        );
    });
}

//! What is past its days goes, and whom a restore brings back goes again.

use crate::passes::read;
use crate::support::{COMPOUND, START, TestApp, on_both};
use gatehouse_core::id::{AreaId, HouseholdId, PersonId};
use gatehouse_core::key::SigningKey;
use gatehouse_server::config::Config;
use gatehouse_server::erasure_list::ErasureList;
use gatehouse_server::ops::erase_person::Eraser;
use gatehouse_server::ops::keep_retention::{Progress, keep_retention};
use gatehouse_server::ops::record_days::fewest_crossing_days;
use gatehouse_store::area::AreaRow;
use gatehouse_store::message::{MessageRow, MessageState};
use gatehouse_store::person::{PersonPlain, PersonRow};
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::{Chance, Shard, StoreError, Tx, Vault};

const DAY: i64 = 86_400_000;
const SHARD: Shard = Shard(1);

fn vault() -> Vault {
    Vault::new([(1, [1; 32])], [9; 32]).expect("an epoch")
}

fn person(n: u8, kind: &str, state: &str, is_home: bool) -> PersonRow {
    PersonRow {
        shard: SHARD,
        person: PersonId([n; 16]),
        kind: kind.to_owned(),
        household: is_home.then_some(HouseholdId([40; 16])),
        area: COMPOUND,
        sex: "female".to_owned(),
        birth_year: Some(1951),
        worker_class: None,
        state: state.to_owned(),
        merged_into: None,
        created_at: START - 2 * DAY,
        version: 1,
    }
}

fn insert(tx: &Tx<'_>, row: &PersonRow) -> Result<(), StoreError> {
    let plain = PersonPlain {
        name: Some("张桂芳".to_owned()),
        ..PersonPlain::default()
    };
    let chance = Chance::new([row.person.0[0]; 32]);
    tx.insert_person(&vault(), row, &plain, &[], &chance)
}

fn message(n: u8, made_at: i64) -> MessageRow {
    MessageRow {
        shard: SHARD,
        message: [n; 16],
        area: COMPOUND,
        person: PersonId([1; 16]),
        visit: None,
        kind: "pass_ready".to_owned(),
        slots: "{}".to_owned(),
        language: "zh".to_owned(),
        state: MessageState {
            word: "sent".to_owned(),
            channel: None,
            failure: None,
        },
        made_at,
        changed_at: made_at,
    }
}

fn states(app: &TestApp) -> Vec<String> {
    let read = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
        tx.persons_of_area(SHARD, COMPOUND, PersonId([0; 16]), 50)
    });
    read.expect("read")
        .into_iter()
        .map(|row| row.state)
        .collect()
}

fn drops(app: &TestApp) -> Vec<String> {
    let read = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
        let mut all = Vec::new();
        for head in tx.audit_heads(SHARD)? {
            for entry in tx.audit_entries(SHARD, head.writer, 0, 90_000)? {
                if entry.kind == "retention.drop" {
                    all.push(String::from_utf8_lossy(&entry.body).into_owned());
                }
            }
        }
        // Each connection has a chain of its own: they have no order between them.
        all.sort();
        Ok(all)
    });
    read.expect("read")
}

/// What erases from a test's database.
pub fn eraser<'a>(app: &'a TestApp, list: &'a ErasureList) -> Eraser<'a> {
    Eraser {
        store: &app.app.store,
        list,
        world: &*app.app.world,
        vault: app.app.vault(),
    }
}

fn keep(app: &TestApp, config: &Config) -> Progress {
    let until = app.app.world.now_millis() + 60_000;
    keep_retention(&app.app.with_config(config.clone()), until).expect("kept")
}

fn settings(folder: &tempfile::TempDir) -> Config {
    Config {
        data_folder: folder.path().to_owned(),
        ..Config::default()
    }
}

#[test]
fn whoever_left_is_erased_when_their_days_are_over_and_not_before() {
    on_both(|app| {
        let folder = tempfile::tempdir().expect("a folder");
        let config = settings(&folder);
        app.write(|tx| {
            insert(tx, &person(1, "resident", "active", true))?;
            insert(tx, &person(2, "resident", "left", false))?;
            insert(tx, &person(3, "visitor", "active", false))?;
            insert(tx, &person(4, "resident", "left", false))?;
            tx.insert_message(&message(1, START - 31 * DAY))?;
            tx.insert_message(&message(2, START)).map(|_| ())
        });
        assert_eq!(keep(app, &config), Progress::Whole);
        assert_eq!(states(app), ["active", "left", "active", "left"]);
        assert_eq!(drops(app), ["messages 1"]);
        // One comes back in time.
        app.later(20 * DAY);
        app.write(|tx| tx.update_person(&person(4, "resident", "active", true)));
        keep(app, &config);
        app.later(11 * DAY);
        keep(app, &config);
        assert_eq!(states(app), ["active", "erased", "erased", "active"]);
        assert_eq!(drops(app), ["messages 1", "messages 1 people 2"]);
        let list = ErasureList::in_folder(folder.path())
            .read()
            .expect("a list");
        let who: Vec<u8> = list.iter().map(|erased| erased.person.0[0]).collect();
        assert_eq!(who, [2, 3]);
        // Whoever came back and leaves anew has all their days again.
        app.write(|tx| {
            let row = PersonRow {
                version: 2,
                ..person(4, "resident", "left", false)
            };
            tx.update_person(&row)
        });
        keep(app, &config);
        assert_eq!(states(app)[3], "left");
    });
}

#[test]
fn a_restore_does_not_bring_anybody_back() {
    on_both(|app| {
        let folder = tempfile::tempdir().expect("a folder");
        let list = ErasureList::in_folder(folder.path());
        // Erased after the backup was made that this database comes from.
        for n in [2, 7] {
            list.add(SHARD, PersonId([n; 16]), START).expect("listed");
        }
        app.write(|tx| {
            insert(tx, &person(1, "resident", "active", true))?;
            insert(tx, &person(2, "resident", "active", true))
        });
        let replayed = eraser(app, &list).replay().expect("replayed");
        assert_eq!((replayed.listed, replayed.persons), (2, 1));
        assert_eq!(states(app), ["active", "erased"]);
        let again = eraser(app, &list).replay().expect("replayed");
        assert_eq!((again.listed, again.persons), (2, 0), "twice does the same");
    });
}

#[test]
fn nobody_is_erased_whom_the_list_could_not_take() {
    let app = TestApp::new();
    app.write(|tx| insert(tx, &person(2, "resident", "active", true)));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("in_the_way");
    std::fs::write(&file, "").expect("a file");
    let list = ErasureList::in_folder(&file);
    let error = eraser(&app, &list).erase(SHARD, PersonId([2; 16]));
    assert!(
        error
            .expect_err("refused")
            .to_string()
            .starts_with("E-FILE")
    );
    assert_eq!(states(&app), ["active"]);
}

#[test]
fn events_go_only_under_a_seal_and_what_is_left_verifies() {
    let (app, _) = TestApp::demo();
    let folder = tempfile::tempdir().expect("a folder");
    let config = settings(&folder);
    let count = || {
        let read = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
            let mut events = 0;
            for device in tx.devices_of_shard(SHARD)? {
                let report = tx.verify_device(SHARD, device)?.expect("a device");
                assert_eq!(report.broken_at, None);
                events += report.events;
            }
            Ok(events)
        });
        read.expect("read")
    };
    let all = count();
    assert!(all > 100, "{all}");
    app.later(31 * DAY);
    keep(&app, &config);
    assert_eq!(count(), all, "no seal stands over them");
    let now = app.app.world.now_millis();
    app.write(move |tx| {
        let key = SigningKey::from_bytes(&[3; 32]);
        tx.seal_audit(SHARD, now, &key, &[]).map(|_| ())
    });
    keep(&app, &config);
    assert_eq!(count(), 0);
    let drops = drops(&app);
    assert!(
        drops
            .iter()
            .any(|text| text.contains(&format!("events {all}"))),
        "{drops:?}"
    );
}

/// The fewer of the settings' days and of a document's in force at the place (SCOPE-5).
#[test]
fn a_document_in_force_may_say_fewer_days() {
    on_both(|app| {
        let folder = tempfile::tempdir().expect("a folder");
        let config = settings(&folder);
        let told = "record = \"people\"\ndays = { value = ";
        let text = crate::gate::delivered("p8-street-closed-loop");
        let fewer = text.replace(&format!("{told}30"), &format!("{told}7"));
        assert_ne!(text, fewer);
        app.write(move |tx| {
            insert(tx, &person(2, "resident", "left", false))?;
            let texts = (fewer.as_str(), None);
            let version = tx.load_policy_document("p8", texts, &[1; 32], START, None)?;
            tx.insert_policy_force(&PolicyForceRow {
                area: COMPOUND,
                document: "p8".to_owned(),
                version,
                from_at: START,
                to_at: Some(START + 60 * DAY),
                decided_by: None,
                approved_by: None,
            })
        });
        keep(app, &config);
        app.later(6 * DAY);
        keep(app, &config);
        assert_eq!(states(app), ["left"]);
        app.later(2 * DAY);
        keep(app, &config);
        assert_eq!(states(app), ["erased"]);
    });
}

/// A document of another county does not make the days fewer for which a missing record is looked
/// for here.
#[test]
fn a_county_looks_for_missing_crossings_by_its_own_documents() {
    const OTHER: AreaId = AreaId([77; 16]);
    on_both(|app| {
        let told = "record = \"crossings\"\ndays = { value = ";
        let text = crate::gate::delivered("p5-village-control");
        let fewer = text.replace(&format!("{told}30"), &format!("{told}7"));
        assert_ne!(text, fewer);
        app.write(move |tx| {
            tx.insert_area(&AreaRow {
                area: OTHER,
                parent: None,
                shard: None,
                level: "county".to_owned(),
                name: "白河县".to_owned(),
                manager: None,
                zone_offset_minutes: 480,
                ended_on: None,
                version: 1,
            })?;
            tx.shard_for_county(OTHER)?;
            let version =
                tx.load_policy_document("p5", (fewer.as_str(), None), &[1; 32], START, None)?;
            tx.insert_policy_force(&PolicyForceRow {
                area: OTHER,
                document: "p5".to_owned(),
                version,
                from_at: START,
                to_at: Some(START + 60 * DAY),
                decided_by: None,
                approved_by: None,
            })
        });
        let other = read(app, |tx| tx.area(OTHER)).and_then(|area| area.shard);
        let days = |shard| {
            read(app, move |tx| {
                fewest_crossing_days(tx, shard, 30, START + DAY)
            })
        };
        assert_eq!((days(SHARD), days(other.expect("a county"))), (30, 7));
    });
}

//! People, doors, who looked at whom, erasure.

use crate::support::{MORNING, Place, SHARD, id, lay_town, on_both, on_both_places, read, write};
use gatehouse_core::id::{AreaId, HouseholdId, OrganisationId, PersonId, StaffId};
use gatehouse_core::moment::CivilDay;
use gatehouse_core::person::search::{SearchTerm, terms_for_query};
use gatehouse_store::household::{HouseholdRow, ResidenceRow};
use gatehouse_store::person::{PersonField, PersonPlain, PersonRow};
use gatehouse_store::person_view::Viewer;
use gatehouse_store::{Chance, Store, StoreError, Vault};
use std::sync::Arc;

const PERSON: PersonId = PersonId([6; 16]);
const HOUSEHOLD: HouseholdId = HouseholdId([7; 16]);

fn vault() -> Arc<Vault> {
    Arc::new(Vault::new([(1, [1; 32])], [9; 32]).unwrap())
}

fn row() -> PersonRow {
    PersonRow {
        shard: SHARD,
        person: PERSON,
        kind: "resident".to_owned(),
        household: Some(HOUSEHOLD),
        area: AreaId(id(1, 3)),
        sex: "female".to_owned(),
        birth_year: Some(1951),
        worker_class: None,
        state: "active".to_owned(),
        merged_into: None,
        created_at: MORNING,
        version: 1,
    }
}

fn plain() -> PersonPlain {
    PersonPlain {
        masked: Some("张*芳".to_owned()),
        name: Some("张桂芳".to_owned()),
        birth_on: CivilDay::parse("1951-02-03"),
        document: Some(("id_card".to_owned(), "110101195102030023".to_owned())),
        phone: Some("13900000001".to_owned()),
        employer: None,
        photo: Some(vec![0xff, 0xd8, 0x00]),
        note: Some("住三楼".to_owned()),
        email: Some("zhang@example.invalid".to_owned()),
    }
}

fn terms(typed: &[&str]) -> Vec<SearchTerm> {
    typed
        .iter()
        .flat_map(|typed| terms_for_query(typed))
        .collect()
}

fn register(store: &Store) {
    lay_town(store);
    let vault = vault();
    write(store, move |tx| {
        tx.insert_household(&HouseholdRow {
            shard: SHARD,
            household: HOUSEHOLD,
            area: AreaId(id(1, 3)),
            building: "3".to_owned(),
            unit: "2".to_owned(),
            room: "301".to_owned(),
            grid: None,
            ended_on: None,
            version: 1,
        })?;
        let terms = terms(&["张桂芳", "张", "zgf", "0001"]);
        tx.insert_person(&vault, &row(), &plain(), &terms, &Chance::new([3; 32]))
    });
}

fn viewer() -> Viewer {
    Viewer {
        staff: Some(StaffId(id(2, 1))),
        organisation: Some(OrganisationId(id(5, 1))),
        purpose: "call_back".to_owned(),
        at: MORNING,
        salt: [8; 16],
    }
}

#[test]
fn a_person_is_found_by_what_is_known_of_them_and_not_otherwise() {
    on_both(|store| {
        register(store);
        let found = |typed: &'static str| {
            let vault = vault();
            read(store, move |tx| {
                tx.persons_by_terms(&vault, SHARD, &terms_for_query(typed))
            })
        };
        for typed in ["张", "张桂芳", "ZGF", "0001"] {
            assert_eq!(found(typed), [row()], "{typed}");
        }
        for typed in ["李", "桂", "0002", "zg", ""] {
            assert_eq!(found(typed), [], "{typed}");
        }
        // Another index key finds nothing: a copied database answers no search.
        let other = Vault::new([(1, [1; 32])], [10; 32]).unwrap();
        let nothing = read(store, move |tx| {
            tx.persons_by_terms(&other, SHARD, &terms_for_query("张"))
        });
        assert_eq!(nothing, []);
        let door = read(store, |tx| {
            tx.household_by_door(SHARD, AreaId(id(1, 3)), "3", "2", "301")
        });
        assert_eq!(door.unwrap().household, HOUSEHOLD);
        let vault = vault();
        let at_home = read(store, move |tx| {
            tx.masked_persons_of_household(&vault, SHARD, HOUSEHOLD)
        });
        assert_eq!(at_home, [(row(), Some("张*芳".to_owned()))]);
    });
}

#[test]
fn whoever_looks_is_written_down_in_the_same_transaction() {
    on_both(|store| {
        register(store);
        let fields = [
            PersonField::Name,
            PersonField::Phone,
            PersonField::Document,
            PersonField::Email,
        ];
        let look = move |tx: &gatehouse_store::Tx<'_>| {
            tx.reveal(&vault(), SHARD, PERSON, &fields, &viewer())
        };
        let seen = write(store, look).unwrap();
        let asked = PersonPlain {
            name: plain().name,
            phone: plain().phone,
            document: plain().document,
            email: plain().email,
            ..PersonPlain::default()
        };
        assert!(seen == asked);
        let views = read(store, |tx| tx.views_of_person(SHARD, PERSON, 10));
        assert_eq!(views.len(), 1);
        assert_eq!(views[0].purpose, "call_back");
        assert_eq!(views[0].fields, "name phone document email");
        let (writer, seq) = (views[0].writer, views[0].seq);
        let entries = read(store, move |tx| tx.audit_entries(SHARD, writer, seq - 1, 1));
        assert_eq!(entries[0].kind, "person.view");
        let hidden = gatehouse_core::audit::commitment(&[8; 16], Some(&PERSON.0), None);
        assert_eq!(entries[0].commitment, Some(hidden));
        // What is undone was not seen.
        let undone = store.write_blocking(gatehouse_store::Lane::People, move |tx| {
            look(tx)?;
            Err::<(), StoreError>(StoreError::Stale)
        });
        assert_eq!(undone, Err(StoreError::Stale));
        assert_eq!(
            read(store, |tx| tx.views_of_person(SHARD, PERSON, 10)).len(),
            1
        );
    });
}

#[test]
fn nothing_that_identifies_lies_open_in_the_database() {
    on_both_places(|database| {
        register(&database.store);
        let Place::Sqlite { path, .. } = &database.place else {
            return;
        };
        let connection = rusqlite::Connection::open(path).unwrap();
        connection
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
            .unwrap();
        let bytes = std::fs::read(path).unwrap();
        for secret in [
            "张桂芳",
            "桂芳",
            "110101195102030023",
            "13900000001",
            "住三楼",
        ] {
            let secret = secret.as_bytes();
            let open = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!open, "{}", String::from_utf8_lossy(secret));
        }
    });
}

#[test]
fn a_new_phone_replaces_the_old_one_and_what_it_was_found_by() {
    on_both(|store| {
        register(store);
        let mut newer = plain();
        newer.phone = Some("13900000002".to_owned());
        let sealed = newer.clone();
        let replace = move |tx: &gatehouse_store::Tx<'_>| {
            let terms = terms(&["张桂芳", "0002"]);
            let chance = Chance::new([4; 32]);
            tx.replace_person_plain(&vault(), &row(), &sealed, &terms, &chance)
        };
        write(store, replace.clone());
        let again = crate::support::try_write(store, replace);
        assert_eq!(again, Err(StoreError::Stale));
        let all = PersonField::ALL;
        let seen = write(store, move |tx| {
            tx.reveal(&vault(), SHARD, PERSON, &all, &viewer())
        });
        assert!(seen == Some(newer));
        let old = read(store, |tx| {
            tx.persons_by_terms(&vault(), SHARD, &terms(&["0001"]))
        });
        assert_eq!(old, []);
    });
}

#[test]
fn a_new_epoch_takes_over_and_the_old_key_can_go() {
    on_both(|store| {
        register(store);
        let both = || Vault::new([(1, [1; 32]), (2, [2; 32])], [9; 32]).unwrap();
        let only_new = || Vault::new([(2, [2; 32])], [9; 32]).unwrap();
        let name = |vault: fn() -> Vault| {
            crate::support::try_write(store, move |tx| {
                tx.reveal(&vault(), SHARD, PERSON, &[PersonField::Name], &viewer())
            })
        };
        assert!(matches!(name(only_new), Err(StoreError::Sealed(_))));
        let step = |after| {
            write(store, move |tx| {
                tx.rewrap_persons(&both(), SHARD, after, 500, &Chance::new([5; 32]))
            })
        };
        assert_eq!(step(PersonId([0; 16])), Some(PERSON));
        assert_eq!(step(PERSON), None);
        assert!(name(only_new).unwrap().unwrap().name == plain().name);
    });
}

#[test]
fn erasing_leaves_nothing_that_names_them() {
    on_both(|store| {
        register(store);
        let look = |tx: &gatehouse_store::Tx<'_>| {
            tx.reveal(&vault(), SHARD, PERSON, &[PersonField::Name], &viewer())
        };
        write(store, look);
        write(store, |tx| {
            tx.erase_person_record(SHARD, PERSON, &[0xee; 16])
        });
        assert!(write(store, look).is_none());
        let left = read(store, |tx| tx.person(SHARD, PERSON)).unwrap();
        assert_eq!((left.state.as_str(), left.household), ("erased", None));
        assert_eq!(read(store, |tx| tx.views_of_person(SHARD, PERSON, 10)), []);
        let random = PersonId([0xee; 16]);
        let kept = read(store, move |tx| tx.views_of_person(SHARD, random, 10));
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].salt, None);
        let found = read(store, |tx| {
            tx.persons_by_terms(&vault(), SHARD, &terms(&["张"]))
        });
        assert_eq!(found, []);
    });
}

#[test]
fn a_residence_runs_from_to() {
    on_both(|store| {
        register(store);
        let from = CivilDay::parse("2020-02-01").unwrap();
        let residence = ResidenceRow {
            shard: SHARD,
            household: HOUSEHOLD,
            person: PERSON,
            from_on: from,
            until_on: None,
            basis: "permanent".to_owned(),
            landlord: None,
            version: 1,
        };
        let laid = residence.clone();
        write(store, move |tx| tx.insert_residence(&laid));
        let ended = residence.clone();
        write(store, move |tx| {
            tx.end_residence(&ended, CivilDay(from.0 + 9))
        });
        let again = residence.clone();
        let stale = crate::support::try_write(store, move |tx| tx.end_residence(&again, from));
        assert_eq!(stale, Err(StoreError::Stale));
        let rows = read(store, |tx| tx.residences_of_person(SHARD, PERSON));
        assert!(rows[0].holds_on(CivilDay(from.0 + 9)));
        assert!(!rows[0].holds_on(CivilDay(from.0 + 10)));
        assert_eq!(
            rows,
            read(store, |tx| tx.residences_of_household(SHARD, HOUSEHOLD))
        );
    });
}

//! Finding people and crossings, edits that can be undone.

use crate::support::{MORNING, SHARD, area, lay_town, on_both, read, write};
use gatehouse_core::id::{AreaId, HouseholdId, PersonId, StaffId};
use gatehouse_core::moment::CivilDay;
use gatehouse_core::person::search::{SearchTerm, terms_for_query};
use gatehouse_store::household::{HouseholdRow, ResidenceRow};
use gatehouse_store::ledger::DoorAfter;
use gatehouse_store::person::{PersonField, PersonPlain, PersonRow};
use gatehouse_store::person_before::PersonEdit;
use gatehouse_store::person_view::Viewer;
use gatehouse_store::{Chance, Store, StoreError, Vault};
use std::sync::Arc;

fn vault() -> Arc<Vault> {
    Arc::new(Vault::new([(1, [1; 32])], [9; 32]).unwrap())
}

/// The compound of the town, and one beside it.
const COMPOUND: AreaId = AreaId([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 3]);
const NEXT: AreaId = AreaId([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 4]);
const PERSON: PersonId = PersonId([6; 16]);
const STAFF: StaffId = StaffId([7; 16]);

fn household(number: u8, area: AreaId, building: &str, unit: &str, room: &str) -> HouseholdRow {
    HouseholdRow {
        shard: SHARD,
        household: HouseholdId([number; 16]),
        area,
        building: building.to_owned(),
        unit: unit.to_owned(),
        room: room.to_owned(),
        grid: None,
        ended_on: None,
        version: 1,
    }
}

fn person(person: PersonId, area: AreaId) -> PersonRow {
    PersonRow {
        shard: SHARD,
        person,
        kind: "resident".to_owned(),
        household: Some(HouseholdId([1; 16])),
        area,
        sex: "female".to_owned(),
        birth_year: Some(1951),
        worker_class: None,
        state: "active".to_owned(),
        merged_into: None,
        created_at: MORNING,
        version: 1,
    }
}

fn plain(name: &str) -> PersonPlain {
    PersonPlain {
        masked: Some(format!("{name}\t*")),
        name: Some(name.to_owned()),
        ..PersonPlain::default()
    }
}

fn terms(typed: &str) -> Vec<SearchTerm> {
    terms_for_query(typed)
}

fn doors(store: &Store, building: Option<&'static str>, after: DoorAfter) -> Vec<String> {
    let rows = read(store, move |tx| {
        tx.doors_after(SHARD, COMPOUND, building, &after, 3)
    });
    let label = |row: HouseholdRow| format!("{}-{}-{}", row.building, row.unit, row.room);
    rows.into_iter().map(label).collect()
}

#[test]
fn doors_come_in_walking_order_a_page_at_a_time() {
    on_both(|store| {
        lay_town(store);
        write(store, |tx| {
            for (number, (building, unit, room)) in (1..).zip([
                ("10", "1", "101"),
                ("2", "1", "1001"),
                ("2", "1", "302"),
                ("2", "", "17"),
                ("", "", "5"),
            ]) {
                tx.insert_household(&household(number, COMPOUND, building, unit, room))?;
            }
            tx.insert_household(&household(9, NEXT, "1", "1", "101"))
        });
        let first = doors(store, None, DoorAfter::default());
        assert_eq!(first, ["--5", "2--17", "2-1-302"]);
        let after = DoorAfter {
            building: "2".to_owned(),
            unit: "1".to_owned(),
            room: "302".to_owned(),
        };
        assert_eq!(doors(store, None, after), ["2-1-1001", "10-1-101"]);
        let of_two = doors(store, Some("2"), DoorAfter::default());
        assert_eq!(of_two, ["2--17", "2-1-302", "2-1-1001"]);
        let buildings = read(store, |tx| tx.buildings_of(SHARD, COMPOUND, 9));
        assert_eq!(buildings, ["2", "10"]);
        let room = read(store, |tx| tx.doors_by_room(SHARD, COMPOUND, "2", "302", 9));
        assert_eq!(room.len(), 1);
    });
}

#[test]
fn people_are_found_within_an_area_and_a_page_at_a_time() {
    on_both(|store| {
        lay_town(store);
        let vault = vault();
        write(store, {
            let vault = Arc::clone(&vault);
            move |tx| {
                tx.insert_area(&area(4, Some(2), "compound", "河畔"))?;
                for number in 1..=4 {
                    let area = if number == 4 { NEXT } else { COMPOUND };
                    let row = person(PersonId([number; 16]), area);
                    let chance = Chance::new([number; 32]);
                    tx.insert_person(&vault, &row, &plain("张桂芳"), &terms("张"), &chance)?;
                }
                tx.insert_household(&household(1, COMPOUND, "2", "1", "302"))
            }
        });
        let found = |area: AreaId, after: u8, limit: u32| {
            let vault = Arc::clone(&vault);
            read(store, move |tx| {
                let after = PersonId([after; 16]);
                tx.found_persons(&vault, SHARD, area, &terms("张"), after, limit)
            })
        };
        let page = found(COMPOUND, 0, 2);
        let ids: Vec<u8> = page.iter().map(|one| one.person.person.0[0]).collect();
        assert_eq!(ids, [1, 2]);
        let door = page[0].door.clone().unwrap();
        assert_eq!(door, ("2".into(), "1".into(), "302".into()));
        assert_eq!(page[0].masked.as_deref(), Some("张桂芳\t*"));
        assert_eq!(found(COMPOUND, 2, 2).len(), 1);
        assert_eq!(found(NEXT, 0, 9).len(), 1);
    });
}

fn reveal_name(store: &Store) -> Option<String> {
    let vault = vault();
    let viewer = Viewer {
        staff: None,
        organisation: None,
        purpose: "test".to_owned(),
        at: MORNING,
        salt: [1; 16],
    };
    let plain = write(store, move |tx| {
        tx.reveal(&vault, SHARD, PERSON, &[PersonField::Name], &viewer)
    });
    plain.unwrap().name
}

#[test]
fn an_edit_is_undone_unless_a_later_one_exists() {
    on_both(|store| {
        lay_town(store);
        let from_on = CivilDay::parse("2020-01-01").unwrap();
        write(store, move |tx| {
            tx.insert_household(&household(1, COMPOUND, "2", "1", "302"))?;
            tx.insert_residence(&ResidenceRow {
                shard: SHARD,
                household: HouseholdId([1; 16]),
                person: PERSON,
                from_on,
                until_on: None,
                basis: "permanent".to_owned(),
                landlord: None,
                version: 1,
            })?;
            let row = person(PERSON, COMPOUND);
            let chance = Chance::new([1; 32]);
            tx.insert_person(&vault(), &row, &plain("张桂芳"), &terms("张桂芳"), &chance)
        });
        let moved = write(store, move |tx| {
            let mut row = person(PERSON, COMPOUND);
            row.state = "left".to_owned();
            row.household = None;
            let home = tx.residences_of_person(SHARD, PERSON)?;
            tx.end_residence(&home[0], CivilDay(from_on.0 + 9))?;
            let plain = plain("李桂芳");
            let edit = PersonEdit {
                row: &row,
                plain: Some((&plain, &terms("李桂芳"))),
                ended: Some((HouseholdId([1; 16]), from_on)),
                by: STAFF,
                at: MORNING,
            };
            tx.edit_person(&vault(), &edit, &Chance::new([2; 32]))
        });
        assert_eq!((moved, reveal_name(store).unwrap().as_str()), (3, "李桂芳"));
        let undo = |version| write(store, move |tx| tx.undo_person_edit(SHARD, PERSON, version));
        assert!(!undo(2), "not what was made");
        assert!(undo(moved));
        assert!(!undo(moved), "once");
        assert_eq!(reveal_name(store).unwrap(), "张桂芳");
        let (row, found, homes) = read(store, |tx| {
            let found = tx.persons_by_terms(&vault(), SHARD, &terms("张桂芳"))?;
            let homes = tx.residences_of_person(SHARD, PERSON)?;
            Ok((tx.person(SHARD, PERSON)?.unwrap(), found.len(), homes))
        });
        assert_eq!((row.state.as_str(), row.version, found), ("active", 4, 1));
        assert_eq!(homes[0].until_on, None);
    });
}

#[test]
fn a_later_edit_stands_in_the_way() {
    on_both(|store| {
        lay_town(store);
        write(store, |tx| {
            let row = person(PERSON, COMPOUND);
            tx.insert_person(&vault(), &row, &plain("张桂芳"), &[], &Chance::new([1; 32]))
        });
        let undo = |version| write(store, move |tx| tx.undo_person_edit(SHARD, PERSON, version));
        let edit = |version: i64| {
            write(store, move |tx| {
                let mut row = person(PERSON, COMPOUND);
                row.version = version;
                let edit = PersonEdit {
                    row: &row,
                    plain: None,
                    ended: None,
                    by: STAFF,
                    at: MORNING,
                };
                tx.edit_person(&vault(), &edit, &Chance::new([3; 32]))
            })
        };
        let first = edit(1);
        let second = edit(first);
        assert!(!undo(first));
        assert!(undo(second));
        write(store, |tx| {
            tx.forget_old_edits(SHARD, MORNING + 1).map(|_| ())
        });
        assert_eq!(read(store, |tx| tx.person_before(SHARD, PERSON)), None);
    });
}

#[test]
fn a_stale_edit_keeps_nothing() {
    on_both(|store| {
        lay_town(store);
        write(store, |tx| {
            let row = person(PERSON, COMPOUND);
            tx.insert_person(&vault(), &row, &plain("张桂芳"), &[], &Chance::new([1; 32]))
        });
        let stale = store.write_blocking::<_, StoreError, _>(gatehouse_store::Lane::People, |tx| {
            let mut row = person(PERSON, COMPOUND);
            row.version = 7;
            let edit = PersonEdit {
                row: &row,
                plain: None,
                ended: None,
                by: STAFF,
                at: MORNING,
            };
            tx.edit_person(&vault(), &edit, &Chance::new([3; 32]))
        });
        assert_eq!(stale, Err(StoreError::Stale));
        assert_eq!(read(store, |tx| tx.person_before(SHARD, PERSON)), None);
    });
}

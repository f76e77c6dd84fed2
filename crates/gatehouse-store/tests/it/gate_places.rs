//! What a gate's screen names, and the pictures that go into its list.

use crate::support::{MORNING, SHARD, gate_row, lay_town, on_both, read, try_write, write};
use gatehouse_core::id::{AreaId, PersonId};
use gatehouse_store::gate_place::GatePlaceRow;
use gatehouse_store::person::{PersonPlain, PersonRow};
use gatehouse_store::{Chance, StoreError, Vault};
use std::sync::Arc;

#[test]
fn places_are_empty_until_written_and_a_stale_write_is_refused() {
    on_both(|store| {
        lay_town(store);
        let gate = gate_row(1).gate;
        let look = move || read(store, move |tx| tx.gate_place(SHARD, gate));
        let empty = look();
        assert_eq!(empty, GatePlaceRow::empty(SHARD, gate));
        let mut written = empty.clone();
        written.goods_point = "2 号货架".to_owned();
        written.shift_lead_phone = "15400000121".to_owned();
        let first = written.clone();
        write(store, move |tx| tx.save_gate_place(&first));
        written.version = 1;
        assert_eq!(look(), written);
        // Two people filled in the empty form; the second learns of the first.
        let late = empty.clone();
        let error = try_write(store, move |tx| tx.save_gate_place(&late));
        assert!(matches!(error, Err(StoreError::Stale)), "{error:?}");
        written.waiting_place = "帐篷".to_owned();
        let second = written.clone();
        write(store, move |tx| tx.save_gate_place(&second));
        written.version = 2;
        assert_eq!(look(), written);
    });
}

#[test]
fn only_those_with_a_picture_are_in_the_list_of_pictures() {
    on_both(|store| {
        lay_town(store);
        let vault = Arc::new(Vault::new([(1, [1; 32])], [9; 32]).unwrap());
        let area = gate_row(1).area;
        for (number, photo) in [(1, Some(b"\xff\xd8\xff1".to_vec())), (2, None)] {
            let vault = Arc::clone(&vault);
            write(store, move |tx| {
                let plain = PersonPlain {
                    masked: Some("王\t*".to_owned()),
                    photo: photo.clone(),
                    ..PersonPlain::default()
                };
                tx.insert_person(
                    &vault,
                    &person(number, area),
                    &plain,
                    &[],
                    &Chance::new([number; 32]),
                )
            });
        }
        let found = read(store, move |tx| {
            tx.pictures_of_area(&vault, SHARD, area, PersonId([0; 16]), 9)
        });
        assert_eq!(found, [(PersonId([1; 16]), b"\xff\xd8\xff1".to_vec())]);
    });
}

fn person(number: u8, area: AreaId) -> PersonRow {
    PersonRow {
        shard: SHARD,
        person: PersonId([number; 16]),
        kind: "resident".to_owned(),
        household: None,
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

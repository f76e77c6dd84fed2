//! Snapshots: reading back, refusing, changed bytes, size.

use super::*;
use crate::key::cose;
use crate::key::{KeyList, KeyListError, Keys, PublicKey, SigningKey, SnapshotKey, Term, Trust};
use crate::pass::{PassBand, PassKind, StatusList, StatusLists};
use crate::person::Sex;

fn server() -> SigningKey {
    SigningKey::from_bytes(&[21; 32])
}

fn root() -> SigningKey {
    SigningKey::from_bytes(&[20; 32])
}

fn key_list(demo: bool, from_at: i64) -> Vec<u8> {
    let keys = Keys {
        snapshots: vec![SnapshotKey {
            key: PublicKey::from(&server()),
            term: Term {
                from_at,
                until_at: AT + 1,
                revoked_at: None,
            },
        }],
        ..Keys::default()
    };
    KeyList::new(3, demo, AT, keys)
        .expect("one key")
        .sign(&root())
}

fn snapshot() -> Snapshot {
    let span = Span {
        from_at: AT,
        until_at: Some(AT + 1),
    };
    let open = Span {
        until_at: None,
        ..span
    };
    let passes = vec![PassEntry {
        number: pass(),
        kind: PassKind::Resident,
        band: PassBand::Blue,
        span,
    }];
    Snapshot {
        key_list: key_list(false, 0),
        number: 12,
        made_at: AT,
        shard: 1,
        gate: GateEntry {
            gate: GateId([2; 16]),
            places: vec![AreaId([1; 16]), AreaId([2; 16])],
            gate_name: "东门".to_owned(),
            compound_name: "幸福里".to_owned(),
            phones: Phones {
                duty_desk: "0371-5550100".to_owned(),
                ..Phones::default()
            },
            goods_point: "门岗货架".to_owned(),
            parking_place: String::new(),
            waiting_place: "门岗旁帐篷".to_owned(),
            office_place: "社区服务站".to_owned(),
        },
        status_lists: StatusLists::new(vec![
            StatusList::new(ListNumber::new(7, 27), 100).expect("a list"),
        ]),
        policies: vec![PolicySpell {
            span: open,
            compiled: vec![1, 2, 3],
        }],
        state: vec![StateSpell {
            fact: 38,
            value: 1,
            span,
        }],
        exempt_classes: vec![0, 3],
        silent_devices: 1,
        other_devices: 2,
        households: vec![household(passes.clone(), span)],
        vehicles: vec![VehicleEntry {
            id: VehicleId([11; 16]),
            plate: "豫A12345".to_owned(),
            household: None,
            passes,
        }],
    }
}

fn household(passes: Vec<PassEntry>, span: Span) -> HouseholdEntry {
    HouseholdEntry {
        id: HouseholdId([10; 16]),
        building: "6栋".to_owned(),
        unit: "2单元".to_owned(),
        room: "302".to_owned(),
        people: vec![ResidentEntry {
            id: PersonId([9; 16]),
            kind: SubjectKind::Resident,
            surname: "王".to_owned(),
            masked_name: "王*华".to_owned(),
            sex: Sex::Female,
            age_decade: Some(3),
            picture: vec![],
            passes,
            not_to_cross: vec![NotToCross {
                from_at: AT,
                until_at: AT + 9,
                exceptions: vec![span],
                phone: "0371-5550100".to_owned(),
            }],
        }],
        outings: vec![OutingEntry {
            at: AT - 9,
            purpose: Some(0),
            person: Some(PersonId([9; 16])),
            returned: true,
        }],
        state: vec![],
    }
}

fn open(bytes: &[u8], newest: u64) -> Result<Snapshot, SnapshotError> {
    let root = PublicKey::from(&root());
    let trust = Trust {
        root: &root,
        newest: 3,
        demo: false,
    };
    Snapshot::open(bytes, trust, newest).map(|(snapshot, _)| snapshot)
}

#[test]
fn a_snapshot_reads_back_and_each_version_forever() {
    let bytes = snapshot().sign(&server());
    assert_eq!(open(&bytes, 12), Ok(snapshot()));
    let second = hex(include_str!("../../../../../testdata/wire/snapshot-v2.hex").trim());
    assert_eq!(open(&second, 0), Ok(snapshot()));
    assert_eq!(second, bytes);
    // Does not say how many other devices there are.
    let first = hex(include_str!("../../../../../testdata/wire/snapshot-v1.hex").trim());
    let other_devices = 0;
    assert_eq!(
        open(&first, 0),
        Ok(Snapshot {
            other_devices,
            ..snapshot()
        })
    );
}

#[test]
fn old_foreign_and_demo_snapshots_are_refused() {
    let (number, newest) = (12, 13);
    let good = snapshot().sign(&server());
    assert_eq!(
        open(&good, 13),
        Err(SnapshotError::Older { number, newest })
    );
    let unknown = SnapshotError::UnknownKey(PublicKey::from(&root()).id());
    assert_eq!(open(&snapshot().sign(&root()), 0), Err(unknown));
    let with = |key_list| {
        let snapshot = Snapshot {
            key_list,
            ..snapshot()
        };
        open(&snapshot.sign(&server()), 0)
    };
    let demo = SnapshotError::KeyList(KeyListError::Demo);
    assert_eq!(with(key_list(true, 0)), Err(demo));
    let not_yet = SnapshotError::UnknownKey(PublicKey::from(&server()).id());
    assert_eq!(with(key_list(false, AT + 1)), Err(not_yet));
    let malformed = SnapshotError::KeyList(KeyListError::Malformed);
    assert_eq!(with(vec![]), Err(malformed));
    for (version, error) in [
        (0, SnapshotError::Version(0)),
        // The first version has one part less.
        (1, SnapshotError::Malformed),
        (3, SnapshotError::Version(3)),
    ] {
        let mut payload = snapshot().to_cbor();
        payload[1] = version;
        let other = cose::seal(&server(), super::super::snapshot::CONTEXT, &payload);
        assert_eq!(open(&other, 0), Err(error), "{version}");
    }
}

#[test]
fn names_in_a_snapshot_do_not_print() {
    let printed = format!("{:?}", snapshot());
    assert!(!printed.contains('王') && printed.contains("幸福里"));
}

#[test]
fn an_order_stops_from_its_begin_to_its_end_but_for_its_exceptions() {
    let order = NotToCross {
        from_at: 10,
        until_at: 50,
        exceptions: vec![Span {
            from_at: 20,
            until_at: Some(30),
        }],
        phone: String::new(),
    };
    let stops: Vec<i64> = (0..60).filter(|at| order.stops(*at)).collect();
    let wanted: Vec<i64> = (10..20).chain(30..50).collect();
    assert_eq!(stops, wanted);
}

#[test]
fn what_goes_beyond_a_bound_is_left_out_and_the_rest_is_read() {
    let mut long = snapshot();
    let home = &mut long.households[0];
    home.room = "三".repeat(99);
    home.people = vec![home.people[0].clone(); 65];
    home.people[0].not_to_cross = vec![home.people[0].not_to_cross[0].clone(); 17];
    home.outings = vec![home.outings[0]; 513];
    let read = open(&long.sign(&server()), 0).expect("is read");
    let home = &read.households[0];
    assert_eq!(home.room, "三".repeat(80));
    let counts = (
        home.people.len(),
        home.people[0].not_to_cross.len(),
        home.outings.len(),
    );
    assert_eq!(counts, (64, 16, 512));
}

/// 20 000 residents in about as many bytes as a phone loads in a few seconds.
#[test]
fn a_large_compound_fits() {
    let mut large = snapshot();
    let one = large.households.remove(0);
    large.households = (0..7_000u32)
        .map(|number| {
            let mut entry = one.clone();
            entry.id.0[..4].copy_from_slice(&number.to_be_bytes());
            entry.people[0].not_to_cross.clear();
            entry.people = vec![entry.people[0].clone(); 3];
            entry
        })
        .collect();
    let bytes = large.sign(&server());
    println!("21 000 residents: {} bytes", bytes.len());
    assert!(bytes.len() < 3 << 20);
    assert_eq!(open(&bytes, 0).map(|read| read.households.len()), Ok(7_000));
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
        prop_assert!(open(&bytes, 0).is_err());
    }

    // Random bytes after a good beginning reach further into the decoders.
    #[test]
    fn any_tail_is_read_without_panic(
        cut: prop::sample::Index, tail in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let whole = snapshot().to_cbor();
        let mut payload = whole[..cut.index(whole.len())].to_vec();
        payload.extend(tail);
        if let Ok(read) = Snapshot::from_cbor(&payload) {
            prop_assert_eq!(read.to_cbor(), payload);
        }
    }

    #[test]
    fn any_changed_byte_of_a_snapshot_is_refused(at: prop::sample::Index, flip in 1u8..) {
        let mut bytes = snapshot().sign(&server());
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        prop_assert!(open(&bytes, 0).is_err());
    }
}

//! The key list: reading back, refusing, terms.

use super::*;
use proptest::prelude::*;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn term() -> Term {
    Term {
        from_at: 1_000,
        until_at: 2_000,
        revoked_at: None,
    }
}

fn issuer(seed: u8) -> IssuerKey {
    IssuerKey {
        key: PublicKey::from(&key(seed)),
        area: AreaId([1; 16]),
        community_number: 7,
        quota: 5_000,
        grants: vec![
            Grant {
                kind: PassKind::Slip,
                longest_hours: 24,
            },
            Grant {
                kind: PassKind::Resident,
                longest_hours: 720,
            },
        ],
        term: term(),
    }
}

fn keys() -> Keys {
    Keys {
        issuers: vec![issuer(2), issuer(3), issuer(4)],
        snapshots: vec![SnapshotKey {
            key: PublicKey::from(&key(5)),
            term: term(),
        }],
        orders: [6, 7, 8]
            .map(|seed| OrderKey {
                key: PublicKey::from(&key(seed)),
                person: StaffId([seed; 16]),
                organisation: OrganisationId([1; 16]),
                area: AreaId([1; 16]),
                clinician: seed == 7,
                term: term(),
            })
            .to_vec(),
        devices: vec![DeviceKey {
            device: DeviceId([9; 16]),
            gate: GateId([1; 16]),
            point: [4; 65],
            term: term(),
        }],
    }
}

fn list(number: u64, demo: bool) -> KeyList {
    KeyList::new(number, demo, 1_500, keys()).expect("distinct keys")
}

fn open(bytes: &[u8], newest: u64, demo: bool) -> Result<KeyList, KeyListError> {
    let root = PublicKey::from(&key(1));
    let root = &root;
    KeyList::open(bytes, Trust { root, newest, demo })
}

#[test]
fn a_list_reads_back_and_finds_its_keys() {
    let list = list(4, false);
    let opened = open(&list.sign(&key(1)), 4, false).expect("opens");
    assert_eq!(opened, list);
    for seed in 2..=4 {
        let id = KeyId::of(&key(seed).verifying_key());
        assert_eq!(opened.issuer(id).map(|key| key.key.id()), Some(id));
        assert_eq!(opened.order(id), None);
    }
    let clinician = KeyId::of(&key(7).verifying_key());
    assert!(opened.order(clinician).is_some_and(|key| key.clinician));
    assert!(
        opened
            .snapshot(KeyId::of(&key(5).verifying_key()))
            .is_some()
    );
    assert!(opened.device(DeviceId([9; 16])).is_some());
    assert_eq!(opened.device(DeviceId([8; 16])), None);
    let again = KeyList::new(5, false, 1_600, opened.keys()).expect("distinct keys");
    assert_eq!(again.issuers, list.issuers);
}

#[test]
fn older_foreign_and_demo_lists_are_refused() {
    let good = list(4, false).sign(&key(1));
    let (number, newest) = (4, 5);
    assert_eq!(
        open(&good, 5, false),
        Err(KeyListError::Older { number, newest })
    );
    let other = list(4, false).sign(&key(2));
    let id = KeyId::of(&key(2).verifying_key());
    assert_eq!(open(&other, 0, false), Err(KeyListError::OtherRoot(id)));
    let demo = list(4, true).sign(&key(1));
    assert_eq!(open(&demo, 0, false), Err(KeyListError::Demo));
    assert!(open(&demo, 0, true).is_ok());
}

#[test]
fn no_key_stands_twice_whatever_it_is_for() {
    let mut twice = keys();
    twice.issuers.push(issuer(2));
    let two_uses = Keys {
        snapshots: vec![SnapshotKey {
            key: PublicKey::from(&key(2)),
            term: term(),
        }],
        ..keys()
    };
    let mut two_devices = keys();
    two_devices.devices.extend(keys().devices);
    let mut two_grants = keys();
    let grant = two_grants.issuers[0].grants[0];
    two_grants.issuers[0].grants.push(grant);
    for keys in [twice, two_uses, two_devices, two_grants] {
        assert_eq!(KeyList::new(1, false, 0, keys), Err(KeyListError::Twice));
    }
}

#[test]
fn a_revoked_key_counts_up_to_the_moment() {
    let revoked = |revoked_at| Term {
        revoked_at,
        ..term()
    };
    for (term, at, covers) in [
        (term(), 999, false),
        (term(), 1_000, true),
        (term(), 1_999, true),
        (term(), 2_000, false),
        (revoked(Some(1_500)), 1_499, true),
        (revoked(Some(1_500)), 1_500, false),
        (revoked(Some(0)), 1_000, false),
    ] {
        assert_eq!(term.covers(at), covers, "{term:?} {at}");
    }
}

#[test]
fn a_weak_key_is_no_key() {
    let mut weak = [0; 32];
    weak[0] = 1;
    assert_eq!(PublicKey::from_bytes(&weak), None);
    assert_eq!(PublicKey::from_bytes(&[0; 32]), None);
}

proptest! {
    #[test]
    fn any_changed_byte_is_refused(at: prop::sample::Index, flip in 1u8..) {
        let mut bytes = list(4, false).sign(&key(1));
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        prop_assert!(open(&bytes, 0, true).is_err());
    }

    #[test]
    fn any_payload_is_read_without_panic(payload: Vec<u8>) {
        prop_assert!(open(&cose::seal(&key(1), CONTEXT, &payload), 0, true).is_err());
        prop_assert!(open(&payload, 0, true).is_err());
    }
}

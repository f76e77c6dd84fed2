//! Whole passes: sizes, each refusal, foreign signatures. Vectors and properties: `outside`.

mod outside;

use super::*;
use crate::id::AreaId;
use crate::key::cose;
use crate::key::{Grant, IssuerKey, KeyId, KeyList, Keys, PublicKey, SigningKey, Term};
use crate::moment::Moment;
use crate::wire::cbor::Writer;

const COMPOUND: AreaId = AreaId([1; 16]);
const COMMUNITY: AreaId = AreaId([2; 16]);
const STREET: AreaId = AreaId([3; 16]);
const PLACES: [AreaId; 3] = [COMPOUND, COMMUNITY, STREET];
const LIST: ListNumber = ListNumber::new(7, 27);
// 2026-11-23T08:00+08:00
const NOW: u32 = 1_795_392_000;
const DAY: u32 = 86_400;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[11; 32])
}

fn issuer() -> IssuerKey {
    IssuerKey {
        key: PublicKey::from(&key()),
        area: COMMUNITY,
        community_number: 7,
        quota: 1_000,
        grants: PassKind::ALL
            .iter()
            .filter(|kind| **kind != PassKind::Visitor)
            .map(|kind| Grant {
                kind: *kind,
                longest_hours: 60 * 24,
            })
            .collect(),
        term: Term {
            from_at: i64::from(NOW - 300 * DAY) * 1000,
            until_at: i64::from(NOW + 300 * DAY) * 1000,
            revoked_at: None,
        },
    }
}

fn keys_of(issuer: IssuerKey) -> KeyList {
    let keys = Keys {
        issuers: vec![issuer],
        ..Keys::default()
    };
    KeyList::new(1, false, 0, keys).expect("one key")
}

fn keys() -> KeyList {
    keys_of(issuer())
}

fn lists() -> StatusLists {
    let mut list = StatusList::new(LIST, 100).expect("a list");
    list.revoke(13);
    StatusLists::new(vec![list])
}

fn pass(kind: PassKind) -> Credential {
    let household = Belongs::Household(ShortId([9; 8]));
    Credential {
        kind,
        band: PassBand::Blue,
        number: number(42),
        area: ShortId::of(&COMPOUND.0),
        belongs: match kind {
            PassKind::Worker => Belongs::WorkerClass(3),
            PassKind::Slip => Belongs::Nobody,
            _ => household,
        },
        hint: None,
        valid_from: NOW - 3600,
        valid_until: NOW + 3600,
    }
}

fn number(index: u32) -> PassNumber {
    PassNumber::new(LIST, index).expect("in the list")
}

fn moment() -> Moment {
    Moment::new(i64::from(NOW) * 1000, 480)
}

fn find(bytes: &[u8]) -> PassFinding {
    verify_bytes(bytes, &keys(), &lists(), &PLACES, moment())
}

fn signed(pass: &Credential) -> Vec<u8> {
    pass.sign(&key()).expect("fits")
}

fn refusal_of(pass: &Credential) -> Option<PassRefusal> {
    find(&signed(pass)).refusal()
}

fn longest_hint(kind: PassKind) -> Option<Hint> {
    match kind {
        PassKind::Resident | PassKind::TemporaryResident | PassKind::Errand => None,
        PassKind::Vehicle => Some(Hint::Plate("京".repeat(7))),
        PassKind::Worker | PassKind::Visitor | PassKind::Slip | PassKind::Helper => {
            Some(Hint::Person {
                surname: "欧".repeat(7),
                sex: 2,
                birth_year: 1975,
            })
        }
    }
}

#[test]
fn every_kind_fits_a_small_code() {
    println!("{:<20} {:>8} {:>8}  text", "kind", "bytes", "hinted");
    for kind in PassKind::ALL.iter().copied() {
        // The widest of everything: the last place of the last list, the latest dates.
        let mut widest = pass(kind);
        let last = ListNumber::new(u16::MAX, u8::MAX);
        widest.number = PassNumber::new(last, INDEX_END - 1).expect("the last");
        widest.valid_until = u32::MAX;
        widest.valid_from = u32::MAX - 1;
        let plain = signed(&widest).len();
        widest.hint = longest_hint(kind);
        let hinted = signed(&widest);
        let text = to_text("pass.example.org", &hinted).len();
        println!("{kind:<20?} {plain:>8} {:>8}  {text}", hinted.len());
        assert!(plain <= 130, "{kind:?}: {plain}");
        assert!(hinted.len() <= CREDENTIAL_BYTES_MOST, "{kind:?}");
    }
}

#[test]
fn a_signed_pass_is_valid() {
    for kind in PassKind::ALL.iter().copied() {
        let mut pass = pass(kind);
        pass.hint = longest_hint(kind);
        let found = find(&signed(&pass));
        if kind == PassKind::Visitor {
            let limit = KeyLimit::Kind;
            assert_eq!(found.refusal(), Some(PassRefusal::KeyNotFor { limit }));
            continue;
        }
        let newer_than_list = false;
        let credential = pass;
        assert_eq!(
            found,
            PassFinding::Valid {
                credential,
                newer_than_list
            }
        );
    }
}

#[test]
fn time_place_and_status_have_their_own_reasons() {
    let base = pass(PassKind::Resident);
    let with = |change: fn(&mut Credential)| {
        let mut pass = base.clone();
        change(&mut pass);
        refusal_of(&pass)
    };
    let second = |second: u32| i64::from(second) * 1000;
    assert_eq!(with(|_| ()), None);
    // The first and the last second are inside, the one after is not.
    assert_eq!(with(|p| p.valid_from = NOW), None);
    assert_eq!(with(|p| p.valid_until = NOW + 1), None);
    assert_eq!(
        with(|p| p.valid_until = NOW),
        Some(PassRefusal::Expired { on_at: second(NOW) })
    );
    assert_eq!(
        with(|p| p.valid_from = NOW + 1),
        Some(PassRefusal::NotYet {
            from_at: second(NOW + 1)
        })
    );
    assert_eq!(with(|p| p.number = number(13)), Some(PassRefusal::Revoked));
    assert_eq!(
        with(|p| p.number = PassNumber::new(ListNumber::new(7, 26), 42).expect("in the list")),
        Some(PassRefusal::UnknownList)
    );
    assert_eq!(
        with(|p| p.area = ShortId([8; 8])),
        Some(PassRefusal::OtherCompound {
            area: ShortId([8; 8])
        })
    );
    assert_eq!(with(|p| p.area = ShortId::of(&COMMUNITY.0)), None);
    let newer = Credential {
        number: number(100),
        ..base.clone()
    };
    assert!(matches!(
        find(&signed(&newer)),
        PassFinding::Valid {
            newer_than_list: true,
            ..
        }
    ));
}

#[test]
fn a_key_signs_only_what_it_may() {
    let base = pass(PassKind::Resident);
    let limited = |key_change: fn(&mut IssuerKey), pass_change: fn(&mut Credential)| {
        let mut issuer = issuer();
        key_change(&mut issuer);
        let mut pass = base.clone();
        pass_change(&mut pass);
        let bytes = signed(&pass);
        let found = verify_bytes(&bytes, &keys_of(issuer), &lists(), &PLACES, moment());
        match found.refusal() {
            Some(PassRefusal::KeyNotFor { limit }) => Some(limit),
            None => None,
            Some(other) => panic!("{other:?}"),
        }
    };
    let same = |_: &mut IssuerKey| ();
    let as_is = |_: &mut Credential| ();
    assert_eq!(limited(same, as_is), None);
    let quota: fn(&mut IssuerKey) = |key| key.quota = 42;
    assert_eq!(limited(quota, as_is), Some(KeyLimit::Quota));
    assert_eq!(limited(|key| key.quota = 43, as_is), None);
    assert_eq!(
        limited(
            |key| key.grants.retain(|g| g.kind != PassKind::Resident),
            as_is
        ),
        Some(KeyLimit::Kind)
    );
    assert_eq!(
        limited(|key| key.community_number = 8, as_is),
        Some(KeyLimit::List)
    );
    assert_eq!(
        limited(|key| key.area = AreaId([5; 16]), as_is),
        Some(KeyLimit::Area)
    );
    // A key of a compound does not sign for the community above it.
    assert_eq!(
        limited(
            |key| key.area = COMPOUND,
            |pass| pass.area = ShortId::of(&COMMUNITY.0)
        ),
        Some(KeyLimit::Area)
    );
    assert_eq!(limited(|key| key.area = STREET, as_is), None);
    assert_eq!(
        limited(same, |pass| pass.valid_until = pass.valid_from + 60 * DAY),
        None
    );
    assert_eq!(
        limited(same, |pass| pass.valid_until =
            pass.valid_from + 60 * DAY + 1),
        Some(KeyLimit::Validity)
    );
    let until: fn(&mut IssuerKey) = |key| key.term.until_at = i64::from(NOW - 3600) * 1000;
    assert_eq!(limited(until, as_is), Some(KeyLimit::Term));
    let revoked: fn(&mut IssuerKey) =
        |key| key.term.revoked_at = Some(i64::from(NOW - 3600) * 1000);
    assert_eq!(limited(revoked, as_is), Some(KeyLimit::Term));
    let later: fn(&mut IssuerKey) = |key| key.term.revoked_at = Some(i64::from(NOW - 3599) * 1000);
    assert_eq!(limited(later, as_is), None);
}

#[test]
fn a_kind_has_a_longest_validity_that_no_key_can_widen() {
    let mut issuer = issuer();
    for grant in &mut issuer.grants {
        grant.longest_hours = u32::MAX;
    }
    let mut slip = pass(PassKind::Slip);
    slip.valid_until = slip.valid_from + DAY + 1;
    let found = verify_bytes(
        &signed(&slip),
        &keys_of(issuer),
        &lists(),
        &PLACES,
        moment(),
    );
    let limit = KeyLimit::Validity;
    assert_eq!(found.refusal(), Some(PassRefusal::KeyNotFor { limit }));
}

#[test]
fn forged_and_foreign_passes_are_told_apart() {
    let base = pass(PassKind::Resident);
    let stranger = SigningKey::from_bytes(&[12; 32]);
    let unknown = base.sign(&stranger).expect("fits");
    let id = KeyId::of(&stranger.verifying_key());
    assert_eq!(
        find(&unknown).refusal(),
        Some(PassRefusal::UnknownKey { key: id })
    );
    // The stranger names our key.
    let ours = KeyId::of(&key().verifying_key());
    let mut forged = unknown.clone();
    let at = forged
        .windows(4)
        .position(|window| window == id.0)
        .expect("the key id");
    forged[at..at + 4].copy_from_slice(&ours.0);
    assert_eq!(find(&forged).refusal(), Some(PassRefusal::BadSignature));
    assert_eq!(find(b"").refusal(), Some(PassRefusal::Malformed));
    let unread = verify("https://qr.example/x", &keys(), &lists(), &PLACES, moment());
    assert_eq!(unread.refusal(), Some(PassRefusal::Unreadable));
    // What did not verify says nothing.
    assert_eq!(find(&forged).credential(), None);
    let mut late = base;
    late.valid_until = NOW;
    assert_eq!(find(&signed(&late)).credential(), Some(&late));
}

#[test]
fn what_does_not_fit_is_not_signed() {
    let base = |kind| pass(kind);
    type Change = fn(&mut Credential);
    let table: [(PassKind, Change, CredentialError); 8] = [
        (
            PassKind::Slip,
            |p| p.valid_until = p.valid_from,
            CredentialError::Term,
        ),
        (
            PassKind::Resident,
            |p| p.belongs = Belongs::Nobody,
            CredentialError::Belongs,
        ),
        (
            PassKind::Worker,
            |p| p.belongs = Belongs::Nobody,
            CredentialError::Belongs,
        ),
        (
            PassKind::Visitor,
            |p| p.belongs = Belongs::WorkerClass(1),
            CredentialError::Belongs,
        ),
        (
            PassKind::Resident,
            |p| p.hint = longest_hint(PassKind::Visitor),
            CredentialError::Hint,
        ),
        (
            PassKind::Visitor,
            |p| p.hint = longest_hint(PassKind::Vehicle),
            CredentialError::Hint,
        ),
        (
            PassKind::Vehicle,
            |p| p.hint = Some(Hint::Plate("京".repeat(8))),
            CredentialError::Hint,
        ),
        (
            PassKind::Vehicle,
            |p| p.hint = Some(Hint::Plate(String::new())),
            CredentialError::Hint,
        ),
    ];
    for (kind, change, error) in table {
        let mut pass = base(kind);
        change(&mut pass);
        assert_eq!(pass.sign(&key()), Err(error), "{kind:?}");
    }
}

/// Payloads that our own key signed, but that [`Credential::sign`] never makes.
#[test]
fn signed_payloads_in_another_form_are_refused() {
    let claims = |head: &[u8], tail: &[u8], body: &dyn Fn(&mut Writer)| {
        let mut writer = Writer::default();
        body(&mut writer);
        [head, &writer.finish(), tail].concat()
    };
    let private = |writer: &mut Writer| {
        writer.int(-65_537).array(7).uint(1).uint(1);
        writer.item(&LIST).uint(42).bytes(&[1; 8]);
        writer.bytes(&[9; 8]).null();
    };
    let good = |writer: &mut Writer| {
        writer
            .uint(4)
            .uint((NOW + 9).into())
            .uint(5)
            .uint((NOW - 9).into());
        private(writer);
    };
    let verdict = |payload: &[u8]| find(&cose::seal(&key(), b"", payload)).refusal();
    assert_eq!(verdict(&claims(&[0xa3], &[], &good)), None);
    let twice = |writer: &mut Writer| {
        writer
            .uint(4)
            .uint((NOW + 9).into())
            .uint(4)
            .uint((NOW + 9).into());
        private(writer);
    };
    let swapped = |writer: &mut Writer| {
        writer
            .uint(5)
            .uint((NOW - 9).into())
            .uint(4)
            .uint((NOW + 9).into());
        private(writer);
    };
    let negative = |writer: &mut Writer| {
        writer.uint(4).uint((NOW + 9).into()).uint(5).int(-1);
        private(writer);
    };
    let far = |writer: &mut Writer| {
        writer.uint(4).uint(1 << 32).uint(5).uint((NOW - 9).into());
        private(writer);
    };
    for payload in [
        claims(&[0xa3], &[0], &good),
        claims(&[0xa4], &[0x38, 0x20, 0], &good),
        claims(&[0xbf], &[0xff], &good),
        claims(&[0xb8, 3], &[], &good),
        claims(&[0xa3], &[], &twice),
        claims(&[0xa3], &[], &swapped),
        claims(&[0xa3], &[], &negative),
        claims(&[0xa3], &[], &far),
        claims(&[0xa2], &[], &|writer| {
            writer.uint(4).uint((NOW + 9).into()).uint(5).uint(0);
        }),
        vec![],
        vec![0xa0],
    ] {
        assert_eq!(
            verdict(&payload),
            Some(PassRefusal::Malformed),
            "{payload:x?}"
        );
    }
    // The same payload signed as another kind of thing is no pass.
    let elsewhere = cose::seal(&key(), b"gatehouse/seal/1", &claims(&[0xa3], &[], &good));
    assert_eq!(find(&elsewhere).refusal(), Some(PassRefusal::BadSignature));
}

#[test]
fn hints_do_not_print() {
    let mut visitor = pass(PassKind::Visitor);
    visitor.hint = longest_hint(PassKind::Visitor);
    let printed = format!("{:?}", find(&signed(&visitor)));
    assert!(
        !printed.contains('欧') && !printed.contains("1975"),
        "{printed}"
    );
}

#[test]
fn revoking_offers_the_replacement_but_to_those_who_are_gone() {
    for reason in RevocationReason::ALL.iter().copied() {
        let gone = matches!(reason, RevocationReason::MovedOut | RevocationReason::Died);
        assert_eq!(reason.offers_replacement(), !gone);
        assert_eq!(RevocationReason::numbered(reason.number()), Some(reason));
    }
}

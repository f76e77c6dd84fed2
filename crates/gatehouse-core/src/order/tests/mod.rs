//! Orders: who must sign, when they hold, what ends them; vectors of an independent program.

mod random;
mod zones;

use super::*;
use crate::gate::{Fact, Situation, Value, Verdict, decide};
use crate::id::{AreaId, HouseholdId, OrderId, OrganisationId, PersonId, StaffId};
use crate::key::{KeyList, Keys, OrderKey, PublicKey, SigningKey, Term};
use crate::moment::{CivilDay, Moment};
use crate::wire::cbor::Cbor;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
// 2026-11-23T08:00+08:00
const START: i64 = 1_795_392_000_000;
const COUNTY: AreaId = AreaId([1; 16]);
const COMPOUND: AreaId = AreaId([2; 16]);
const ELSEWHERE: AreaId = AreaId([3; 16]);

/// Who signs in these tests; each has the key of 32 times its number.
const HEALTH: u8 = 41;
const STREET: u8 = 42;
const COLLEAGUE: u8 = 43;
const SECOND_KEY_OF_HEALTH: u8 = 44;
const FAR_AWAY: u8 = 45;
const REVOKED: u8 = 46;
const COUNTY_OFFICE: u8 = 47;
const STRANGER: u8 = 48;

fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

fn keys() -> KeyList {
    let one = |number: u8, person: u8, organisation: u8, area, revoked_at| OrderKey {
        key: PublicKey::from(&key(number)),
        person: StaffId([person; 16]),
        organisation: OrganisationId([organisation; 16]),
        area,
        clinician: organisation == 1,
        term: Term {
            from_at: 0,
            until_at: START + 365 * DAY,
            revoked_at,
        },
    };
    let orders = vec![
        one(HEALTH, 1, 1, COUNTY, None),
        one(STREET, 2, 2, COUNTY, None),
        one(COLLEAGUE, 3, 1, COUNTY, None),
        one(SECOND_KEY_OF_HEALTH, 1, 2, COUNTY, None),
        one(FAR_AWAY, 4, 3, ELSEWHERE, None),
        one(REVOKED, 5, 3, COUNTY, Some(START - HOUR)),
        one(COUNTY_OFFICE, 6, 4, COUNTY, None),
    ];
    let keys = Keys {
        orders,
        ..Keys::default()
    };
    KeyList::new(1, false, 0, keys).expect("distinct keys")
}

fn covers(above: AreaId, area: AreaId) -> bool {
    above == area || (above == COUNTY && area == COMPOUND)
}

fn order() -> Order {
    Order {
        id: OrderId([5; 16]),
        form: Form::Order,
        ground: HealthGround::CloseContact,
        evidence: vec![Evidence {
            kind: EvidenceKind::Exposure,
            record: [6; 16],
        }],
        legal_basis: LegalBasis {
            law: "传染病防治法 第三十九条".to_owned(),
            number: "〔2026〕7号".to_owned(),
        },
        authority: OrganisationId([1; 16]),
        authority_name: "县疾控中心".to_owned(),
        subject: Subject::Person(PersonId([7; 16])),
        area: COMPOUND,
        starts_at: START,
        ends_at: START + 14 * DAY,
        review_on: CivilDay::parse("2026-11-30").expect("a day"),
        contact: Contact {
            office: "社区值班室".to_owned(),
            phone: "0371-5550100".to_owned(),
        },
        appeal: Contact {
            office: "县指挥部".to_owned(),
            phone: "0371-5550199".to_owned(),
        },
        proposer: PublicKey::from(&key(HEALTH)).id(),
        proposed_at: START,
        exceptions: vec![],
        previous: None,
    }
}

fn hold(starts_at: i64, id: u8) -> Order {
    Order {
        id: OrderId([id; 16]),
        form: Form::Hold,
        ground: HealthGround::Symptoms,
        starts_at,
        ends_at: starts_at + HOLD_MILLIS_MOST,
        proposed_at: starts_at,
        review_on: at(starts_at).day(),
        ..order()
    }
}

fn signed_by(order: Order, approvers: &[u8]) -> SignedOrder {
    let mut signed = SignedOrder::propose(order, &key(HEALTH)).expect("may be signed");
    for approver in approvers {
        signed.approve(&key(*approver)).expect("a further key");
    }
    signed
}

fn at(millis: i64) -> Moment {
    Moment::new(millis, 480)
}

fn effect_at(signed: &SignedOrder, lifts: &[SignedLift], millis: i64) -> Effect {
    let keys = keys();
    let covers = &covers;
    let authority = Authority {
        keys: &keys,
        covers,
    };
    effect(signed, lifts, authority, at(millis))
}

fn together(orders: &[(SignedOrder, Vec<SignedLift>)], millis: i64) -> Effect {
    let keys = keys();
    let covers = &covers;
    let authority = Authority {
        keys: &keys,
        covers,
    };
    effect_on(orders, authority, at(millis))
}

fn stops(effect: &Effect) -> bool {
    matches!(effect, Effect::NotToCross { .. })
}

fn none(why: Why) -> Effect {
    Effect::None { why }
}

#[test]
fn two_organisations_make_an_order_from_its_begin_to_its_end() {
    let signed = signed_by(order(), &[STREET]);
    let (first, end) = (START, START + 14 * DAY);
    assert_eq!(effect_at(&signed, &[], first - 1), none(Why::NotYet));
    let stopped = Effect::NotToCross {
        call: "0371-5550100".to_owned(),
        until_at: end,
    };
    assert_eq!(effect_at(&signed, &[], first), stopped);
    assert_eq!(effect_at(&signed, &[], end - 1), stopped);
    assert_eq!(effect_at(&signed, &[], end), none(Why::Ended));
    let read = SignedOrder::from_bytes(&signed.to_bytes()).expect("reads back");
    assert_eq!(read, signed);
    let parts = (signed.payload().to_vec(), signed.signatures().to_vec());
    assert_eq!(
        SignedOrder::from_parts(parts.0.clone(), parts.1.clone()),
        Some(signed)
    );
    let twice = vec![parts.1[0]; 2];
    assert_eq!(SignedOrder::from_parts(parts.0, twice), None);
}

#[test]
fn who_may_not_sign_makes_no_order() {
    for (approvers, why) in [
        (&[][..], Why::NotApproved),
        (&[COLLEAGUE], Why::OneOrganisation),
        (&[SECOND_KEY_OF_HEALTH], Why::OneOrganisation),
        (&[FAR_AWAY], Why::NotApproved),
        (&[REVOKED], Why::NotApproved),
        (&[STRANGER], Why::NotApproved),
        (
            &[COLLEAGUE, FAR_AWAY, REVOKED, STRANGER],
            Why::OneOrganisation,
        ),
    ] {
        let signed = signed_by(order(), approvers);
        assert_eq!(effect_at(&signed, &[], START), none(why), "{approvers:?}");
    }
    let late = signed_by(order(), &[COLLEAGUE, STREET]);
    assert!(stops(&effect_at(&late, &[], START)));
    assert_eq!(
        SignedOrder::propose(order(), &key(STREET)),
        Err(SignError::NotTheProposer)
    );
    assert_eq!(
        signed_by(order(), &[]).approve(&key(HEALTH)),
        Err(SignError::SignedAlready)
    );
}

#[test]
fn an_exception_opens_for_its_time() {
    let mut base = order();
    base.exceptions = vec![Exception {
        from_at: START + HOUR,
        until_at: START + 3 * HOUR,
        reason: ExceptionReason::MedicalCare,
    }];
    let signed = signed_by(base, &[STREET]);
    assert!(stops(&effect_at(&signed, &[], START + HOUR - 1)));
    let until_at = START + 3 * HOUR;
    assert_eq!(
        effect_at(&signed, &[], START + HOUR),
        Effect::Exception { until_at }
    );
    assert!(stops(&effect_at(&signed, &[], until_at)));
    // Another order that stops the person still does.
    let other = Order {
        id: OrderId([8; 16]),
        ..order()
    };
    let both = [(signed, vec![]), (signed_by(other, &[STREET]), vec![])];
    assert!(stops(&together(&both, START + 2 * HOUR)));
}

#[test]
fn a_lift_needs_authority() {
    let signed = signed_by(order(), &[STREET]);
    let lift = |reason, who: u8| SignedLift::sign(&signed, reason, START + HOUR, &key(who));
    let lifted = |lift: SignedLift| {
        let read = SignedLift::from_bytes(lift.to_bytes()).expect("reads back");
        assert!(stops(&effect_at(
            &signed,
            std::slice::from_ref(&read),
            START
        )));
        effect_at(&signed, &[read], START + HOUR) == none(Why::Lifted)
    };
    for who in [HEALTH, STREET, COLLEAGUE] {
        assert!(lifted(lift(LiftReason::GroundGone, who)), "{who}");
        assert!(!lifted(lift(LiftReason::AppealGranted, who)), "{who}");
    }
    assert!(lifted(lift(LiftReason::AppealGranted, COUNTY_OFFICE)));
    assert!(!lifted(lift(LiftReason::Error, COUNTY_OFFICE)));
    for who in [FAR_AWAY, REVOKED, STRANGER] {
        for reason in LiftReason::ALL.iter().copied() {
            assert!(!lifted(lift(reason, who)), "{who} {reason:?}");
        }
    }
    let another = Order {
        id: OrderId([9; 16]),
        ..order()
    };
    let another = signed_by(another, &[STREET]);
    let elsewhere = SignedLift::sign(&another, LiftReason::Error, START, &key(HEALTH));
    assert!(!lifted(elsewhere));
}

#[test]
fn one_clinician_holds_for_four_hours_and_no_longer() {
    let signed = signed_by(hold(START, 1), &[]);
    assert!(stops(&effect_at(&signed, &[], START + 4 * HOUR - 1)));
    assert_eq!(effect_at(&signed, &[], START + 4 * HOUR), none(Why::Ended));
    let by_street = Order {
        proposer: PublicKey::from(&key(STREET)).id(),
        ..hold(START, 1)
    };
    let by_street = SignedOrder::propose(by_street, &key(STREET)).expect("may be signed");
    assert_eq!(effect_at(&by_street, &[], START), none(Why::NoClinician));
    let mut long = hold(START, 1);
    long.ends_at += 1;
    assert_eq!(long.check(), Err(OrderFault::Hold));
    let household = Order {
        subject: Subject::Household(HouseholdId([7; 16])),
        ..hold(START, 1)
    };
    assert_eq!(household.check(), Err(OrderFault::Hold));
}

#[test]
fn an_order_that_takes_the_place_of_another_ends_it() {
    let old = signed_by(order(), &[STREET]);
    let previous = Previous {
        order: old.order().id,
        relation: Relation::Replaces,
        reason: "改为居家观察".to_owned(),
    };
    let new = Order {
        id: OrderId([8; 16]),
        starts_at: START + DAY,
        ends_at: START + 2 * DAY,
        review_on: at(START + DAY).day(),
        previous: Some(previous),
        ..order()
    };
    let with = |approvers: &[u8]| {
        let new = signed_by(new.clone(), approvers);
        [(old.clone(), vec![]), (new, vec![])]
    };
    let until = |orders: &[(SignedOrder, Vec<SignedLift>)], millis| match together(orders, millis) {
        Effect::NotToCross { until_at, .. } => Some(until_at),
        _ => None,
    };
    assert_eq!(until(&with(&[STREET]), START), Some(START + 14 * DAY));
    assert_eq!(until(&with(&[STREET]), START + DAY), Some(START + 2 * DAY));
    assert_eq!(until(&with(&[STREET]), START + 2 * DAY), None);
    // A mere proposal replaces nothing.
    assert_eq!(until(&with(&[]), START + DAY), Some(START + 14 * DAY));
    assert_eq!(together(&[], START), none(Why::NoOrder));
}

#[test]
fn an_order_says_what_scope_1_asks_for() {
    type Edit = fn(&mut Order);
    let table: [(Edit, OrderFault); 17] = [
        (|o| o.ends_at = o.starts_at, OrderFault::Period),
        (|o| o.ends_at += 7 * DAY + 1, OrderFault::Period),
        (|o| o.starts_at = i64::MIN, OrderFault::Period),
        (|o| o.ground = HealthGround::Symptoms, OrderFault::Period),
        (|o| o.review_on.0 += 30, OrderFault::Review),
        (|o| o.review_on.0 -= 30, OrderFault::Review),
        (|o| o.evidence.clear(), OrderFault::Evidence),
        (
            |o| o.evidence = vec![o.evidence[0]; 33],
            OrderFault::Evidence,
        ),
        (|o| o.legal_basis.law.clear(), OrderFault::Missing),
        (
            |o| o.legal_basis.number = " ".to_owned(),
            OrderFault::Missing,
        ),
        (|o| o.authority_name.clear(), OrderFault::Missing),
        (|o| o.contact.phone.clear(), OrderFault::Missing),
        (|o| o.appeal.phone.clear(), OrderFault::Missing),
        (|o| o.appeal.office = "长".repeat(201), OrderFault::Missing),
        (
            |o| o.subject = Subject::Zone(vec![COMPOUND]),
            OrderFault::Subject,
        ),
        (
            |o| {
                o.ground = HealthGround::Zone;
                o.subject = Subject::Zone(vec![]);
            },
            OrderFault::Subject,
        ),
        (|o| o.proposed_at = o.ends_at, OrderFault::Proposed),
    ];
    assert_eq!(order().check(), Ok(()));
    for (edit, fault) in table {
        let mut edited = order();
        edit(&mut edited);
        assert_eq!(edited.check(), Err(fault));
        assert_eq!(
            SignedOrder::propose(edited, &key(HEALTH)),
            Err(SignError::Fault(fault))
        );
    }
}

#[test]
fn exceptions_and_earlier_orders_must_fit() {
    let exception = |from_at, until_at| Exception {
        from_at,
        until_at,
        reason: ExceptionReason::Care,
    };
    let (first, end) = (START, START + 14 * DAY);
    for (from_at, until_at, fits) in [
        (first, end, true),
        (first - 1, end, false),
        (first, end + 1, false),
        (first, first, false),
    ] {
        let mut edited = order();
        edited.exceptions = vec![exception(from_at, until_at)];
        let wanted = if fits {
            Ok(())
        } else {
            Err(OrderFault::Exception)
        };
        assert_eq!(edited.check(), wanted, "{from_at} {until_at}");
    }
    for (id, reason, fits) in [
        (9, "复核后延长", true),
        (9, "", false),
        (5, "复核后延长", false),
    ] {
        let mut edited = order();
        edited.previous = Some(Previous {
            order: OrderId([id; 16]),
            relation: Relation::Extends,
            reason: reason.to_owned(),
        });
        let wanted = if fits {
            Ok(())
        } else {
            Err(OrderFault::Previous)
        };
        assert_eq!(edited.check(), wanted, "{id} {reason}");
    }
}

/// Somebody signs, by other means, what core would not sign: it has no effect all the same.
#[test]
fn a_signed_fault_has_no_effect() {
    let mut endless = order();
    endless.ends_at = START + 400 * DAY;
    let mut many = crate::key::cose_many::ManySigned::new(endless.to_cbor());
    for signer in [HEALTH, STREET] {
        assert!(many.sign(&key(signer), b"gatehouse/order/1"));
    }
    let signed = SignedOrder::from_bytes(&many.to_bytes()).expect("well formed");
    let fault = OrderFault::Period;
    assert_eq!(effect_at(&signed, &[], START), none(Why::Fault { fault }));
}

#[test]
fn an_emergency_is_outside_every_order() {
    let mut situation = Situation::new(at(START));
    let not_to_cross = Fact::Order.spec().kind;
    assert!(format!("{not_to_cross:?}").contains("not_to_cross"));
    situation
        .set(Fact::Order, Value::Choice(1))
        .set(Fact::Emergency, Value::Flag(true));
    assert_eq!(decide(&situation, None).verdict, Verdict::Admit);
}

#[test]
fn the_vectors_of_version_one_are_read() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../../../testdata/order/v1.json")).expect("JSON");
    let hex = |value: &serde_json::Value| {
        let text = value.as_str().expect("hex digits");
        data_encoding::HEXLOWER
            .decode(text.as_bytes())
            .expect("hex digits")
    };
    for vector in vectors["orders"].as_array().expect("orders") {
        let signed = SignedOrder::from_bytes(&hex(&vector["bytes"])).expect("reads");
        assert_eq!(signed.order(), &order(), "{}", vector["name"]);
        let lifts: Vec<SignedLift> = vector["lifts"]
            .as_array()
            .expect("lifts")
            .iter()
            .map(|lift| SignedLift::from_bytes(&hex(lift)).expect("reads"))
            .collect();
        for (moment, wanted) in vector["effects"].as_object().expect("effects") {
            let moment = Moment::parse(moment).expect("a time");
            let found = effect_at(&signed, &lifts, moment.millis);
            let found = serde_json::to_value(found).expect("serialises");
            assert_eq!(&found, wanted, "{} {moment:?}", vector["name"]);
        }
    }
}

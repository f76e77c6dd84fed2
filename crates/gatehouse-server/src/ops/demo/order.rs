//! One order of the demo: somebody who does not cross (SCOPE-1, GATE-9), so that a guard sees a
//! referral; and the keys of those who may sign orders, each sealed under its owner's password.

use super::pass::{Holder, Issued, Standing};
use super::plan::Town;
use super::random::{Chance, Ids};
use super::staff::DemoStaff;
use super::town::DESK_PHONE;
use crate::auth::role::Role;
use gatehouse_core::id::{OrderId, PersonId};
use gatehouse_core::key::{KeyId, OrderKey, PublicKey, SigningKey, Term};
use gatehouse_core::moment::CivilDay;
use gatehouse_core::order::{
    Contact, Evidence, EvidenceKind, Form, HealthGround, LegalBasis, Order, SignedOrder, Subject,
};
use gatehouse_core::pass::PassKind;

const DAY_MILLIS: i64 = 86_400_000;
/// Begun so long ago, and running so long altogether.
const BEGUN_DAYS: i64 = 2;
const LENGTH_DAYS: i64 = 14;
const REVIEW_DAYS: i32 = 5;

/// Somebody's key for orders.
#[derive(Clone)]
pub struct DemoOrderKey {
    /// Position in the list of accounts.
    pub staff: usize,
    /// The key, from the seed.
    pub key: SigningKey,
}

// A signing key prints its secret half.
impl std::fmt::Debug for DemoOrderKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DemoOrderKey({})", self.staff)
    }
}

/// The order and everybody's keys.
#[derive(Clone, Debug)]
pub struct DemoOrders {
    /// One for each account that may sign.
    pub keys: Vec<DemoOrderKey>,
    /// Signed by two organisations.
    pub order: SignedOrder,
    /// Whom it concerns.
    pub person: PersonId,
}

/// Health workers propose, commands approve.
fn signs(staff: &DemoStaff) -> bool {
    matches!(
        staff.role,
        Role::HealthWorker | Role::StreetCommand | Role::CountyCommand
    )
}

/// Makes the keys and the order; the person is one whose pass holds at the first gate.
pub fn make_orders(town: &Town, issued: &Issued) -> DemoOrders {
    let mut chance = Chance::new(town.size.seed, "orders");
    let staff = &town.staffing.staff;
    let keys: Vec<DemoOrderKey> = staff
        .iter()
        .enumerate()
        .filter(|(_, account)| signs(account))
        .map(|(staff, _)| {
            let mut secret = [0; 32];
            secret[..16].copy_from_slice(&chance.bytes());
            secret[16..].copy_from_slice(&chance.bytes());
            DemoOrderKey {
                staff,
                key: SigningKey::from_bytes(&secret),
            }
        })
        .collect();
    let key_of = |role| {
        let found = keys.iter().find(|key| staff[key.staff].role == role);
        found.expect("the town hires someone for every role")
    };
    let (proposer, approver) = (key_of(Role::HealthWorker), key_of(Role::StreetCommand));
    let person = subject(town, issued);
    let order = order(town, person, &staff[approver.staff], &proposer.key);
    let mut order = SignedOrder::propose(order, &proposer.key)
        .expect("the demo's order says everything that an order must say");
    order
        .approve(&approver.key)
        .expect("the approver is somebody else");
    DemoOrders {
        keys,
        order,
        person,
    }
}

/// The last resident of the first compound whose pass holds: no sample of the sheet is theirs.
fn subject(town: &Town, issued: &Issued) -> PersonId {
    let here = town.streets.gates[0].compound;
    let passes = issued.passes.iter().rev();
    let fits = |pass: &&super::pass::DemoPass| {
        pass.compound == here
            && pass.credential.kind == PassKind::Resident
            && pass.standing == Standing::Valid
    };
    let holder = passes.filter(fits).find_map(|pass| match pass.holder {
        Holder::Person(person) => Some(person),
        _ => None,
    });
    holder.expect("a town of 1 500 has a resident with a pass at its first gate")
}

fn order(town: &Town, person: PersonId, approver: &DemoStaff, key: &SigningKey) -> Order {
    let mut ids = Ids::new(town.size.seed ^ 4, town.made.millis);
    let starts_at = town.made.millis - BEGUN_DAYS * DAY_MILLIS;
    let authority = &town.staffing.organisations[approver.organisation];
    let contact = |office: &str| Contact {
        office: office.to_owned(),
        phone: DESK_PHONE.to_owned(),
    };
    Order {
        id: OrderId(ids.make()),
        form: Form::Order,
        ground: HealthGround::Exposure,
        evidence: vec![Evidence {
            kind: EvidenceKind::Stay,
            record: ids.make(),
        }],
        legal_basis: LegalBasis {
            law: "传染病防治法第四十一条".to_owned(),
            number: "示范 2020 第 1 号".to_owned(),
        },
        authority: authority.id,
        authority_name: authority.name.clone(),
        subject: Subject::Person(person),
        area: town.streets.gates[0].compound,
        starts_at,
        ends_at: starts_at + LENGTH_DAYS * DAY_MILLIS,
        review_on: CivilDay(town.made.day().0 + REVIEW_DAYS),
        contact: contact("桂花里社区"),
        appeal: contact("青石县防控指挥部"),
        proposer: KeyId::of(&key.verifying_key()),
        proposed_at: starts_at,
        exceptions: Vec::new(),
        previous: None,
    }
}

impl DemoOrders {
    /// Who signs, by their place among the accounts, and the id of their key.
    pub fn signers(&self) -> impl Iterator<Item = (usize, KeyId)> {
        let keys = self.keys.iter();
        keys.map(|signer| (signer.staff, KeyId::of(&signer.key.verifying_key())))
    }

    /// What the key list says of those who sign.
    pub fn order_keys(&self, town: &Town, term: Term) -> Vec<OrderKey> {
        let keys = self.keys.iter().map(|key| {
            let account = &town.staffing.staff[key.staff];
            OrderKey {
                key: PublicKey::from(&key.key),
                person: account.id,
                organisation: town.staffing.organisations[account.organisation].id,
                area: account.area,
                clinician: account.role == Role::HealthWorker,
                term,
            }
        });
        keys.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::demo::pass::issue;
    use crate::ops::demo::plan::{DemoSize, plan};
    use crate::ops::demo::sample::places;
    use gatehouse_core::key::Keys;
    use gatehouse_core::moment::Moment;
    use gatehouse_core::order::{Authority, Effect, effect};

    #[test]
    fn the_order_stops_one_person_and_ends_by_itself() {
        let made = Moment::parse("2020-02-20T12:00:00+08:00").expect("a moment");
        let town = plan(DemoSize::new(1_500, 1).expect("a size"), made);
        let issued = issue(&town);
        let orders = make_orders(&town, &issued);
        let keys = Keys {
            orders: orders.order_keys(&town, issued.term()),
            ..Keys::default()
        };
        let list = issued.key_list(keys);
        let covers = |above, area| places(&town, area).contains(&above);
        let authority = || Authority {
            keys: &list,
            covers: &covers,
        };
        let at = |days: i64| {
            effect(
                &orders.order,
                &[],
                authority(),
                made.plus_millis(days * DAY_MILLIS),
            )
        };
        assert!(matches!(at(0), Effect::NotToCross { .. }), "{:?}", at(0));
        assert!(matches!(at(-3), Effect::None { .. }));
        assert!(matches!(at(12), Effect::None { .. }));
    }
}

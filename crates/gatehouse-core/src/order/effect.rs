//! What an order does at a moment: computed from valid signatures, never stored.

use super::lift::{LiftReason, SignedLift};
use super::payload::{Form, Order, OrderFault, Relation};
use super::signed::SignedOrder;
use crate::id::{AreaId, OrganisationId};
use crate::key::{KeyList, OrderKey};
use crate::moment::Moment;
use crate::sort::sort_by_key;
use crate::wire::NotToCross;
use serde::Serialize;

/// What an order does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Nothing.
    None {
        /// Why not.
        why: Why,
    },
    /// Whoever it concerns does not cross. The gate learns nothing else (GATE-9).
    NotToCross {
        /// The number to call.
        call: String,
        /// When it ends by itself, milliseconds UTC.
        until_at: i64,
    },
    /// A timed exception: crosses as anybody else.
    Exception {
        /// When the exception ends, milliseconds UTC.
        until_at: i64,
    },
}

/// Why an order does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Why {
    /// It says what no order may say.
    Fault {
        /// What.
        fault: OrderFault,
    },
    /// The proposer's signature is missing, altered, or by a key that does not count here.
    NotProposed,
    /// No second signature that counts.
    NotApproved,
    /// Both signers stand for one organisation, or are one person.
    OneOrganisation,
    /// A hold by somebody who is no clinician.
    NoClinician,
    /// A second hold within 24 hours of another.
    HeldBefore,
    /// Not begun.
    NotYet,
    /// Ended by itself.
    Ended,
    /// Lifted before its end.
    Lifted,
    /// Another order took its place.
    Replaced,
    /// No order at all.
    NoOrder,
}

/// What deciding about authority needs.
#[derive(Clone, Copy)]
pub struct Authority<'a> {
    /// The key list.
    pub keys: &'a KeyList,
    /// Whether the first area is the second, or lies above it.
    pub covers: &'a dyn Fn(AreaId, AreaId) -> bool,
}

impl<'a> Authority<'a> {
    fn covers_all(&self, key: &OrderKey, order: &Order) -> bool {
        let above = |area: &AreaId| (self.covers)(key.area, *area);
        above(&order.area) && order.subject.areas().iter().all(above)
    }

    /// Keys that signed the order and had authority to, with the proposer's first.
    fn signers(&self, signed: &SignedOrder) -> Vec<&'a OrderKey> {
        let order = signed.order();
        let mut keys: Vec<&OrderKey> = signed
            .signers()
            .filter_map(|id| self.keys.order(id))
            .filter(|key| key.term.covers(order.proposed_at))
            .filter(|key| self.covers_all(key, order))
            .filter(|key| signed.is_signed_by(&key.key))
            .collect();
        let proposer = keys.iter().position(|key| key.key.id() == order.proposer);
        if let Some(at) = proposer {
            let key = keys.remove(at);
            keys.insert(0, key);
        }
        keys
    }
}

/// Checks everything about an order but time.
fn standing<'a>(signed: &SignedOrder, authority: Authority<'a>) -> Result<Vec<&'a OrderKey>, Why> {
    let order = signed.order();
    order.check().map_err(|fault| Why::Fault { fault })?;
    let signers = authority.signers(signed);
    let Some((proposer, others)) = signers
        .split_first()
        .filter(|(first, _)| first.key.id() == order.proposer)
    else {
        return Err(Why::NotProposed);
    };
    let second = |key: &&&OrderKey| {
        key.organisation != proposer.organisation && key.person != proposer.person
    };
    match order.form {
        Form::Hold if proposer.clinician => Ok(signers),
        Form::Hold => Err(Why::NoClinician),
        Form::Order if others.iter().any(|key| second(&key)) => Ok(signers),
        Form::Order if others.is_empty() => Err(Why::NotApproved),
        Form::Order => Err(Why::OneOrganisation),
    }
}

/// Whether a lift counts: signed, after its key's begin, with authority over the place, by one of
/// the order's own organisations; an appeal is granted by another one.
fn lifts(
    lift: &SignedLift,
    signed: &SignedOrder,
    signers: &[&OrderKey],
    authority: Authority<'_>,
) -> bool {
    let order = signed.order();
    let Some(key) = authority.keys.order(lift.key()) else {
        return false;
    };
    let signed_it =
        |organisation: OrganisationId| signers.iter().any(|key| key.organisation == organisation);
    let own = key.organisation == order.authority || signed_it(key.organisation);
    let may = match lift.lift().reason {
        LiftReason::AppealGranted => !signed_it(key.organisation),
        _ => own,
    };
    may && lift.lift().order == signed.hash()
        && key.term.covers(lift.lift().lifted_at)
        && authority.covers_all(key, order)
        && lift.is_signed_by(&key.key)
}

/// What one order does at a moment. A hold is looked at alone here; see [`effect_on`].
pub fn effect(
    signed: &SignedOrder,
    lifted: &[SignedLift],
    authority: Authority<'_>,
    moment: Moment,
) -> Effect {
    match standing(signed, authority) {
        Ok(signers) => effect_now(signed, lifted, &signers, authority, moment),
        Err(why) => Effect::None { why },
    }
}

fn effect_now(
    signed: &SignedOrder,
    lifted: &[SignedLift],
    signers: &[&OrderKey],
    authority: Authority<'_>,
    moment: Moment,
) -> Effect {
    let (order, now) = (signed.order(), moment.millis);
    let is_lifted = || {
        (lifted.iter())
            .any(|lift| lift.lift().lifted_at <= now && lifts(lift, signed, signers, authority))
    };
    let exception = (order.exceptions.iter()).find(|exception| exception.span().contains(now));
    if now < order.starts_at {
        Effect::None { why: Why::NotYet }
    } else if now >= order.ends_at {
        Effect::None { why: Why::Ended }
    } else if is_lifted() {
        Effect::None { why: Why::Lifted }
    } else if let Some(exception) = exception {
        let until_at = exception.until_at;
        Effect::Exception { until_at }
    } else {
        Effect::NotToCross {
            call: order.contact.phone.clone(),
            until_at: order.ends_at,
        }
    }
}

const MILLIS_A_DAY: i64 = 86_400_000;

/// An order whose signatures count.
struct Standing<'a, 'o> {
    signed: &'o SignedOrder,
    lifted: &'o [SignedLift],
    signers: Vec<&'a OrderKey>,
}

/// What all orders on one subject do together at a moment: the latest end of those that stop it.
///
/// Two things hold only over all of them: an order that was replaced does nothing once its
/// successor has begun; and holds by one signature never add up to more than four hours in any 24
/// (local choice), whoever signs them.
pub fn effect_on(
    orders: &[(SignedOrder, Vec<SignedLift>)],
    authority: Authority<'_>,
    moment: Moment,
) -> Effect {
    let (standing_orders, mut effects) = stand(orders, authority);
    let holds = holds_that_count(&standing_orders);
    for one in &standing_orders {
        let order = one.signed.order();
        effects.push(if is_replaced(order, &standing_orders, moment) {
            Effect::None { why: Why::Replaced }
        } else if order.form == Form::Hold && !holds.contains(&hold_key(one)) {
            Effect::None {
                why: Why::HeldBefore,
            }
        } else {
            effect_now(one.signed, one.lifted, &one.signers, authority, moment)
        });
    }
    let nothing = Effect::None { why: Why::NoOrder };
    effects.into_iter().max_by_key(weight).unwrap_or(nothing)
}

/// What a gate is told ahead of time: for each order that counts, from when to when it stops whom
/// it concerns, with its exceptions. At any later moment, as long as nothing is signed meanwhile,
/// one of these stops somebody just when [`effect_on`] says so.
pub fn stops_ahead(
    orders: &[(SignedOrder, Vec<SignedLift>)],
    authority: Authority<'_>,
    moment: Moment,
) -> Vec<NotToCross> {
    let each = each_stop_ahead(orders, authority, moment);
    each.into_iter().map(|(_, stop)| stop).collect()
}

/// [`stops_ahead`] with the order behind each: which zone holds a place is the order's to say.
pub fn each_stop_ahead<'o>(
    orders: &'o [(SignedOrder, Vec<SignedLift>)],
    authority: Authority<'_>,
    moment: Moment,
) -> Vec<(&'o Order, NotToCross)> {
    let (standing, _) = stand(orders, authority);
    let holds = holds_that_count(&standing);
    let counts = |one: &&Standing<'_, '_>| {
        one.signed.order().form != Form::Hold || holds.contains(&hold_key(one))
    };
    let stops = standing.iter().filter(counts).map(|one| {
        let order = one.signed.order();
        let lifts_that_count = (one.lifted.iter())
            .filter(|lift| lifts(lift, one.signed, &one.signers, authority))
            .map(|lift| lift.lift().lifted_at);
        let replacements = (standing.iter())
            .filter(|other| replaces(other.signed.order(), order))
            .map(|other| other.signed.order().starts_at);
        let end = lifts_that_count.chain(replacements).min();
        let stop = NotToCross {
            from_at: order.starts_at,
            until_at: end.map_or(order.ends_at, |end| end.min(order.ends_at)),
            exceptions: order.exceptions.iter().map(|e| e.span()).collect(),
            phone: order.contact.phone.clone(),
        };
        (order, stop)
    });
    stops
        .filter(|(_, stop)| stop.from_at < stop.until_at && moment.millis < stop.until_at)
        .collect()
}

/// Orders whose signatures count, and why the others do nothing.
fn stand<'a, 'o>(
    orders: &'o [(SignedOrder, Vec<SignedLift>)],
    authority: Authority<'a>,
) -> (Vec<Standing<'a, 'o>>, Vec<Effect>) {
    let (mut standing_orders, mut effects) = (Vec::new(), Vec::new());
    for (signed, lifted) in orders {
        match standing(signed, authority) {
            Ok(signers) => standing_orders.push(Standing {
                signed,
                lifted,
                signers,
            }),
            Err(why) => effects.push(Effect::None { why }),
        }
    }
    (standing_orders, effects)
}

/// An exception is one order's: another that stops the person still does.
fn weight(effect: &Effect) -> (u8, i64) {
    match effect {
        Effect::None { .. } => (0, 0),
        Effect::Exception { until_at } => (1, *until_at),
        Effect::NotToCross { until_at, .. } => (2, *until_at),
    }
}

fn replaces(other: &Order, order: &Order) -> bool {
    other.previous.as_ref().is_some_and(|previous| {
        previous.relation == Relation::Replaces && previous.order == order.id
    })
}

fn is_replaced(order: &Order, standing: &[Standing<'_, '_>], moment: Moment) -> bool {
    (standing.iter().map(|other| other.signed.order()))
        .any(|other| replaces(other, order) && other.starts_at <= moment.millis)
}

fn hold_key(hold: &Standing<'_, '_>) -> (i64, [u8; 32]) {
    (hold.signed.order().starts_at, hold.signed.hash().0)
}

/// Of the holds, in the order of their begins, those that begin 24 hours or more after the last
/// one that counts.
fn holds_that_count(standing: &[Standing<'_, '_>]) -> Vec<(i64, [u8; 32])> {
    let mut holds: Vec<_> = standing
        .iter()
        .filter(|one| one.signed.order().form == Form::Hold)
        .map(hold_key)
        .collect();
    sort_by_key(&mut holds, |hold| *hold);
    let mut last: Option<i64> = None;
    holds.retain(|(begins, _)| {
        let counts = last.is_none_or(|last| *begins >= last.saturating_add(MILLIS_A_DAY));
        if counts {
            last = Some(*begins);
        }
        counts
    });
    holds
}

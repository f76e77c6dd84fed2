//! Proposing, approving and lifting orders. Nothing is stored that would have no effect; what is
//! stored is payload and signatures, and what they do is computed each time.

use super::key_home::{KeyHome, KeyTree};
use super::order_note::{key_of, note_order};
use super::order_request::OrderRequest;
use super::read_orders::{LIFT, signed};
use crate::sealed_key;
use crate::world::World;
use anyhow::{Context, Result, bail};
use gatehouse_core::audit::Hash;
use gatehouse_core::id::{AreaId, OrderId, OrganisationId, StaffId};
use gatehouse_core::key::{KeyId, OrderKey, SigningKey};
use gatehouse_core::moment::Moment;
use gatehouse_core::order::{
    Authority, Effect, Form, LiftReason, SignedLift, SignedOrder, Subject, Why, effect, stops_ahead,
};
use gatehouse_store::order::{OrderRow, OrderSignatureRow};

use gatehouse_store::{Lane, ReadTx, Shard, Store, StoreError, Tx};
use serde::Serialize;

/// What the commands answer.
#[derive(Debug, Serialize)]
pub struct OrderAnswer {
    /// Which order.
    pub order: OrderId,
    /// Keys that signed it.
    pub signed_by: Vec<KeyId>,
    /// What it does at `moment`.
    pub effect: Effect,
    /// When, milliseconds UTC.
    pub moment: i64,
    /// Payload and signatures (COSE_Sign), hex.
    pub signed_hex: String,
}

/// Somebody who signs: their key and their password.
pub struct Signer<'a> {
    /// Which of their keys.
    pub key: KeyId,
    /// Opens it, for this once.
    pub password: &'a str,
}

/// Where orders are signed: a database and its keys.
pub struct OrderDesk {
    home: KeyHome,
    tree: KeyTree,
}

impl OrderDesk {
    /// Opens a desk.
    ///
    /// # Errors
    /// No database, or one without keys.
    pub fn open(home: KeyHome) -> Result<OrderDesk> {
        let tree = home.tree()?;
        let tree = tree.context("K-ROOT: there are no keys yet: run `gatehouse init`")?;
        Ok(OrderDesk { home, tree })
    }

    /// Gives back where the keys lie.
    pub fn into_home(self) -> KeyHome {
        self.home
    }

    /// Where orders and documents are kept.
    pub(super) fn store(&self) -> Result<&Store> {
        match &self.home {
            KeyHome::Database(store) => Ok(store),
            KeyHome::Files(_) => bail!("O-FILES: this is kept in a database, not in a folder"),
        }
    }

    /// Opens a signer's key.
    pub(super) fn sign_as(&self, signer: &Signer<'_>) -> Result<(SigningKey, OrderKey)> {
        let listed = self.tree.list.order(signer.key);
        let listed = listed.with_context(|| format!("K-NONE: {} signs no orders", signer.key))?;
        let row = self.home.staff_key(signer.key)?;
        let key = sealed_key::open(signer.key, &row.sealed, signer.password);
        let key = key.context("K-PASSWORD: the password does not open this key")?;
        Ok((key, listed.clone()))
    }

    /// The keys with which a person signs, by the key list.
    pub(super) fn keys_of(&self, person: StaffId) -> Vec<OrderKey> {
        let keys = self.tree.list.keys().orders;
        keys.iter()
            .filter(|key| key.person == person)
            .cloned()
            .collect()
    }

    /// For whom a person signs, by the key list.
    pub(super) fn organisations_of(&self, person: StaffId) -> Vec<OrganisationId> {
        let keys = self.keys_of(person).into_iter();
        keys.map(|key| key.organisation).collect()
    }

    /// Puts a proposed order down. A hold has its effect at once.
    ///
    /// # Errors
    /// An order that may not say what it says, a signer without authority over the place.
    pub fn propose(
        &self,
        request: OrderRequest,
        signer: &Signer<'_>,
        world: &dyn World,
    ) -> Result<OrderAnswer> {
        let (key, listed) = self.sign_as(signer)?;
        let now = world.now_millis();
        let order = request.order(OrderId(world.id()), signer.key, now)?;
        let order =
            SignedOrder::propose(order, &key).map_err(|e| anyhow::anyhow!("O-SAYS: {e}"))?;
        let path = self.path(order.order().area)?;
        match self.effect_of(&order, &[], &path, order.order().starts_at) {
            Effect::None {
                why: Why::NotApproved,
            }
            | Effect::NotToCross { .. }
            | Effect::Exception { .. } => (),
            Effect::None { why } => return Err(refused(why)),
        }
        let shard = self.shard(&path)?;
        if order.order().form == Form::Hold && !self.adds_to(shard, &order, &path)? {
            return Err(refused(Why::HeldBefore));
        }
        let row = order_row(shard, &order);
        let signature = self.signature_row(shard, &order, &listed, ("propose", now))?;
        let audited = (shard, now, "propose", listed.person);
        self.write(audited, key_of(&order), move |tx| {
            tx.insert_order(&row)?;
            tx.insert_order_signature(&signature)
        })?;
        Ok(self.answer(&order, &[], &path, now))
    }

    /// Adds the second signature.
    ///
    /// # Errors
    /// No such order, one that has ended, a signature that would not count.
    pub fn approve(
        &self,
        id: OrderId,
        signer: &Signer<'_>,
        world: &dyn World,
    ) -> Result<OrderAnswer> {
        let (key, listed) = self.sign_as(signer)?;
        let (shard, mut order, lifts) = self.find(id)?;
        let path = self.path(order.order().area)?;
        let now = world.now_millis();
        order
            .approve(&key)
            .map_err(|e| anyhow::anyhow!("O-TWICE: {e}"))?;
        if now >= order.order().ends_at {
            return Err(refused(Why::Ended));
        }
        if let Effect::None { why } = self.effect_of(&order, &[], &path, order.order().starts_at) {
            return Err(refused(why));
        }
        let signature = self.signature_row(shard, &order, &listed, ("approve", now))?;
        let audited = (shard, now, "approve", listed.person);
        self.write(audited, key_of(&order), move |tx| {
            tx.insert_order_signature(&signature)
        })?;
        Ok(self.answer(&order, &lifts, &path, now))
    }

    /// Ends an order before its time, from `from_at` on (now, if not said).
    ///
    /// # Errors
    /// No such order, or a signer who has not the authority to lift it for this reason.
    pub fn lift(
        &self,
        id: OrderId,
        reason: LiftReason,
        from_at: Option<i64>,
        signer: &Signer<'_>,
        world: &dyn World,
    ) -> Result<OrderAnswer> {
        let (key, listed) = self.sign_as(signer)?;
        let (shard, order, mut lifts) = self.find(id)?;
        let path = self.path(order.order().area)?;
        let now = world.now_millis();
        let lifted_at = from_at.unwrap_or(now);
        let lift = SignedLift::sign(&order, reason, lifted_at, &key);
        let during = lifted_at.max(order.order().starts_at);
        let before = self.effect_of(&order, &lifts, &path, during);
        if let Effect::None { why } = before {
            return Err(refused(why));
        }
        lifts.push(lift.clone());
        let lifted = Effect::None { why: Why::Lifted };
        if self.effect_of(&order, &lifts, &path, during) != lifted {
            bail!("O-LIFT: this signature does not lift the order for this reason");
        }
        let signature = OrderSignatureRow {
            signature: lift.to_bytes().to_vec(),
            ..self.signature_row(shard, &order, &listed, (LIFT, now))?
        };
        let audited = (shard, now, LIFT, listed.person);
        self.write(audited, key_of(&order), move |tx| {
            tx.insert_order_signature(&signature)
        })?;
        Ok(self.answer(&order, &lifts, &path, now.max(lifted_at)))
    }

    /// What an order does at a moment.
    ///
    /// # Errors
    /// No such order.
    pub fn show(&self, id: OrderId, millis: i64) -> Result<OrderAnswer> {
        let (_, order, lifts) = self.find(id)?;
        let path = self.path(order.order().area)?;
        Ok(self.answer(&order, &lifts, &path, millis))
    }

    fn find(&self, id: OrderId) -> Result<(Shard, SignedOrder, Vec<SignedLift>)> {
        let found = self.store()?.read_blocking::<_, StoreError, _>(move |tx| {
            for shard in tx.shards()? {
                if let Some(row) = tx.order(shard, id)? {
                    return Ok(signed(tx, &row)?.map(|(order, lifts)| (shard, order, lifts)));
                }
            }
            Ok(None)
        })?;
        found.context("O-NONE: there is no such order")
    }

    /// Whether a hold does anything beside the orders that the person is under already.
    fn adds_to(&self, shard: Shard, hold: &SignedOrder, path: &[AreaId]) -> Result<bool> {
        let Subject::Person(person) = hold.order().subject else {
            return Ok(true);
        };
        let mut orders = self.store()?.read_blocking::<_, StoreError, _>(move |tx| {
            let rows = tx.orders_of_person(shard, person)?;
            let orders = rows.iter().map(|row| signed(tx, row));
            Ok(orders
                .collect::<Result<Vec<_>, _>>()?
                .into_iter()
                .flatten()
                .collect::<Vec<_>>())
        })?;
        let moment = Moment::new(hold.order().starts_at, 0);
        let stops = |orders: &[(SignedOrder, Vec<SignedLift>)]| {
            self.with_authority(hold, path, |authority| {
                stops_ahead(orders, authority, moment).len()
            })
        };
        let before = stops(&orders);
        orders.push((hold.clone(), Vec::new()));
        Ok(stops(&orders) > before)
    }

    /// The area and every one above it.
    pub(super) fn path(&self, area: AreaId) -> Result<Vec<AreaId>> {
        let read = move |tx: &ReadTx<'_>| {
            let path = tx.area_path(area)?;
            Ok(path.iter().map(|row| row.area).collect::<Vec<_>>())
        };
        let path = self.store()?.read_blocking::<_, StoreError, _>(read)?;
        if path.is_empty() {
            bail!("O-AREA: there is no such area");
        }
        Ok(path)
    }

    fn shard(&self, path: &[AreaId]) -> Result<Shard> {
        let path = path.to_vec();
        let found = self.store()?.read_blocking::<_, StoreError, _>(move |tx| {
            for area in &path {
                if let Some(shard) = tx.shard_of_county(*area)? {
                    return Ok(Some(shard));
                }
            }
            Ok(None)
        })?;
        found.context("O-COUNTY: the area lies in no county")
    }

    fn effect_of(
        &self,
        order: &SignedOrder,
        lifts: &[SignedLift],
        path: &[AreaId],
        millis: i64,
    ) -> Effect {
        self.with_authority(order, path, |authority| {
            effect(order, lifts, authority, Moment::new(millis, 0))
        })
    }

    fn with_authority<T>(
        &self,
        order: &SignedOrder,
        path: &[AreaId],
        ask: impl FnOnce(Authority<'_>) -> T,
    ) -> T {
        let place = order.order().area;
        let covers = |above: AreaId, area: AreaId| {
            above == area
                || (area == place && path.contains(&above))
                // The other areas of a zone.
                || (area != place && self.path(area).is_ok_and(|path| path.contains(&above)))
        };
        ask(Authority {
            keys: &self.tree.list,
            covers: &covers,
        })
    }

    fn answer(
        &self,
        order: &SignedOrder,
        lifts: &[SignedLift],
        path: &[AreaId],
        millis: i64,
    ) -> OrderAnswer {
        OrderAnswer {
            order: order.order().id,
            signed_by: order.signers().collect(),
            effect: self.effect_of(order, lifts, path, millis),
            moment: millis,
            signed_hex: data_encoding::HEXLOWER.encode(&order.to_bytes()),
        }
    }

    fn signature_row(
        &self,
        shard: Shard,
        order: &SignedOrder,
        listed: &OrderKey,
        (act, signed_at): (&str, i64),
    ) -> Result<OrderSignatureRow> {
        let id = listed.key.id();
        let own = order.signatures().iter().find(|(key, _)| *key == id);
        let signature = match (own, act) {
            (_, LIFT) => Vec::new(),
            (Some((_, signature)), _) => signature.to_vec(),
            (None, _) => bail!("O-SIGN: the signature was not made"),
        };
        Ok(OrderSignatureRow {
            shard,
            order: order.order().id,
            act: act.to_owned(),
            payload: None,
            staff: listed.person,
            organisation: listed.organisation,
            key_id: id.0,
            signature,
            signed_at,
        })
    }

    fn write(
        &self,
        (shard, at, act, staff): (Shard, i64, &'static str, StaffId),
        order: (Hash, OrderId),
        rows: impl Fn(&Tx<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<()> {
        Ok(self
            .store()?
            .write_blocking::<_, StoreError, _>(Lane::People, move |tx| {
                rows(tx)?;
                note_order(tx, (shard, at), (act, staff), order)?;
                tx.note_change(shard, "order", at)
            })?)
    }
}

/// The rows of an order that has been signed already, its signers being these; what a demo puts
/// down.
pub fn signed_rows(
    shard: Shard,
    signed: &SignedOrder,
    keys: &[OrderKey],
) -> (OrderRow, Vec<OrderSignatureRow>) {
    let order = signed.order();
    let rows = signed.signatures().iter().filter_map(|(id, signature)| {
        let key = keys.iter().find(|key| key.key.id() == *id)?;
        let act = if *id == order.proposer {
            "propose"
        } else {
            "approve"
        };
        Some(OrderSignatureRow {
            shard,
            order: order.id,
            act: act.to_owned(),
            payload: None,
            staff: key.person,
            organisation: key.organisation,
            key_id: id.0,
            signature: signature.to_vec(),
            signed_at: order.proposed_at,
        })
    });
    (order_row(shard, signed), rows.collect())
}

/// The row of an order, as its payload says.
pub fn order_row(shard: Shard, signed: &SignedOrder) -> OrderRow {
    let order = signed.order();
    OrderRow {
        shard,
        order: order.id,
        person: match order.subject {
            Subject::Person(person) => Some(person),
            _ => None,
        },
        area: order.area,
        payload: signed.payload().to_vec(),
        starts_at: order.starts_at,
        ends_at: order.ends_at,
        created_at: order.proposed_at,
    }
}

fn refused(why: Why) -> anyhow::Error {
    let says = match why {
        Why::Fault { fault } => return anyhow::anyhow!("O-SAYS: {fault}"),
        Why::NotProposed => "the proposer's key has no authority over this place now",
        Why::NotApproved => "this key has no authority over this place now",
        Why::OneOrganisation => "the second signature must be another organisation's",
        Why::NoClinician => "only a clinician holds somebody alone",
        Why::HeldBefore => "there was a hold within the last 24 hours",
        Why::Ended => "it has ended by itself",
        Why::Lifted => "it has been lifted already",
        Why::NotYet | Why::Replaced | Why::NoOrder => "it has no effect then",
    };
    anyhow::anyhow!("O-EFFECT: {says}")
}

//! What the audit says about an act on an order: which order, by its hash and id. The signatures
//! themselves stand in the order's rows.

use gatehouse_core::audit::Hash;
use gatehouse_core::id::{OrderId, StaffId};
use gatehouse_core::order::SignedOrder;
use gatehouse_store::audit::{AuditEntryRow, AuditNote};
use gatehouse_store::{Shard, StoreError, Tx};

const ACTS: [(&str, &str); 3] = [
    ("propose", "order.propose"),
    ("approve", "order.approve"),
    ("lift", "order.lift"),
];

/// An entry about an order.
pub struct OrderNote {
    /// [`SignedOrder::hash`].
    pub hash: Hash,
    /// Its id; older entries do not say it.
    pub order: Option<OrderId>,
    /// `propose`, `approve`, `lift`.
    pub act: String,
}

impl OrderNote {
    /// Reads an entry; `None` where it is about something else.
    pub fn of(entry: &AuditEntryRow) -> Option<OrderNote> {
        let (act, _) = ACTS.iter().find(|(_, kind)| *kind == entry.kind)?;
        let (hash, rest) = entry.body.split_first_chunk::<32>()?;
        Some(OrderNote {
            hash: Hash(*hash),
            order: rest.try_into().ok().map(OrderId),
            act: (*act).to_owned(),
        })
    }
}

/// Writes down that somebody proposed, approved or lifted an order.
///
/// # Errors
/// The store's.
pub fn note_order(
    tx: &Tx<'_>,
    (shard, at): (Shard, i64),
    (act, staff): (&str, StaffId),
    (hash, order): (Hash, OrderId),
) -> Result<(), StoreError> {
    let known = ACTS.iter().find(|(known, _)| *known == act);
    let kind = known.map_or("order.other", |(_, kind)| kind);
    tx.append_audit(&AuditNote {
        shard,
        at,
        kind,
        actor: Some(staff),
        commitment: None,
        body: &[&hash.0[..], &order.0].concat(),
    })?;
    Ok(())
}

/// Hash and id of an order.
pub fn key_of(signed: &SignedOrder) -> (Hash, OrderId) {
    (signed.hash(), signed.order().id)
}

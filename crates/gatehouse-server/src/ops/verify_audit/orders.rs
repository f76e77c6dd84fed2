//! Orders and their signatures, compared with what the audit says was done.

use super::county::Verifier;
use super::found::County;
use crate::ops::order_note::OrderNote;
use crate::ops::read_orders::LIFT;
use crate::ops::sign_order::order_row;
use anyhow::Result;
use gatehouse_core::audit::Hash;
use gatehouse_core::id::{OrderId, StaffId};
use gatehouse_core::key::{KeyId, KeyList};
use gatehouse_core::order::{SignedLift, SignedOrder};
use gatehouse_store::StoreError;
use gatehouse_store::audit::AuditEntryRow;
use gatehouse_store::order::{OrderSignatureRow, OrderToVerify};
use std::collections::HashMap;

/// Orders read at once.
const PAGE: u32 = 200;

/// What the audit says was done: which order by its hash, the act, who, when.
type Act = (Hash, String, StaffId, i64);

/// Acts that entries speak of and that no row was found for yet.
#[derive(Default)]
pub struct OrderActs {
    open: HashMap<Act, Vec<Option<OrderId>>>,
}

/// What is wrong with an order.
enum Wrong {
    Altered,
    Signature,
    Unrecorded,
}

impl Wrong {
    fn word(&self) -> &'static str {
        match self {
            Wrong::Altered => "altered",
            Wrong::Signature => "signature",
            Wrong::Unrecorded => "unrecorded",
        }
    }
}

impl OrderActs {
    /// Takes an entry up if it is about an order.
    pub fn note(&mut self, entry: &AuditEntryRow) {
        if let (Some(note), Some(actor)) = (OrderNote::of(entry), entry.actor) {
            let act = (note.hash, note.act, actor, entry.at);
            self.open.entry(act).or_default().push(note.order);
        }
    }

    fn take(&mut self, act: &Act) -> bool {
        self.open.get_mut(act).and_then(Vec::pop).is_some()
    }

    /// Looks at every order of the county; what is left afterwards is missing.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn verify(mut self, verifier: &Verifier<'_>, county: &mut County) -> Result<()> {
        let shard = verifier.shard;
        let mut after = OrderId([0; 16]);
        loop {
            let page = verifier
                .store
                .read_blocking::<_, StoreError, _>(move |tx| {
                    tx.orders_to_verify(shard, after, PAGE)
                })?;
            let Some(last) = page.last() else {
                break;
            };
            after = last.order;
            for order in &page {
                county.orders += 1;
                if let Err(wrong) = self.check(order, verifier) {
                    county.faults.order(order.order, wrong.word());
                }
            }
        }
        let mut left: Vec<_> = self.open.into_iter().collect();
        left.sort();
        for ((hash, act, ..), orders) in left {
            for order in orders {
                county.faults.order_act_missing(order, &hash, &act);
            }
        }
        Ok(())
    }

    fn check(&mut self, order: &OrderToVerify, verifier: &Verifier<'_>) -> Result<(), Wrong> {
        let row = order.row.as_ref().ok_or(Wrong::Altered)?;
        let signatures: Option<Vec<OrderSignatureRow>> = order.signatures.iter().cloned().collect();
        let signatures = signatures.ok_or(Wrong::Altered)?;
        let own = signatures.iter().filter(|signature| signature.act != LIFT);
        let own = own.map(|one| {
            Some((
                KeyId(one.key_id),
                <[u8; 64]>::try_from(&one.signature[..]).ok()?,
            ))
        });
        let own: Option<Vec<_>> = own.collect();
        let signed = own.and_then(|own| SignedOrder::from_parts(row.payload.clone(), own));
        let signed = signed.ok_or(Wrong::Altered)?;
        if order_row(verifier.shard, &signed) != *row {
            return Err(Wrong::Altered);
        }
        let mut unrecorded = false;
        for signature in &signatures {
            if !holds(signature, &signed, verifier.list) {
                return Err(Wrong::Signature);
            }
            let at = signature.signed_at;
            let act = (signed.hash(), signature.act.clone(), signature.staff, at);
            // What was signed before the kept seal stands in entries before it.
            unrecorded |= !self.take(&act) && at > verifier.since();
        }
        match unrecorded {
            true => Err(Wrong::Unrecorded),
            false => Ok(()),
        }
    }
}

/// Whether a signature is by the listed key of the person that the row names.
fn holds(signature: &OrderSignatureRow, signed: &SignedOrder, list: &KeyList) -> bool {
    let Some(listed) = list.order(KeyId(signature.key_id)) else {
        return false;
    };
    let by_them = listed.person == signature.staff && listed.organisation == signature.organisation;
    by_them
        && match signature.act.as_str() {
            LIFT => SignedLift::from_bytes(&signature.signature).is_ok_and(|lift| {
                lift.lift().order == signed.hash() && lift.is_signed_by(&listed.key)
            }),
            _ => signed.is_signed_by(&listed.key),
        }
}

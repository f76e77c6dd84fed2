//! 提前撤销: ending an order before its time. It softens, so one signature suffices; it needs
//! authority all the same.

use super::signed::SignedOrder;
use crate::audit::Hash;
use crate::key::cose::{self, Envelope};
use crate::key::{KeyId, PublicKey, SigningKey};
use crate::wire::cbor::{Cbor, Read, Reader, Writer, numbered};
use serde::{Deserialize, Serialize};

const CONTEXT: &[u8] = b"gatehouse/lift/1";
const LIFT_BYTES_MOST: usize = 256;

/// Why an order is lifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiftReason {
    /// The ground is gone: excluded, tested negative, recovered.
    GroundGone,
    /// The contact through whom it came is released or excluded (OBS-6).
    ContactReleased,
    /// The zone is opened (CASE-4).
    ZoneOpened,
    /// It should not have been made.
    Error,
    /// An appeal was granted, by an organisation that did not sign the order.
    AppealGranted,
}

numbered!(LiftReason {
    GroundGone = 1,
    ContactReleased = 2,
    ZoneOpened = 3,
    Error = 4,
    AppealGranted = 5,
});

/// What is signed to lift an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lift {
    /// [`SignedOrder::hash`] of the order.
    pub order: Hash,
    /// Why.
    pub reason: LiftReason,
    /// From which millisecond UTC on it has no effect.
    pub lifted_at: i64,
}

/// A lift and who signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedLift {
    lift: Lift,
    key: KeyId,
    bytes: Vec<u8>,
}

impl SignedLift {
    /// Signs a lift of an order.
    pub fn sign(
        order: &SignedOrder,
        reason: LiftReason,
        lifted_at: i64,
        key: &SigningKey,
    ) -> SignedLift {
        let lift = Lift {
            order: order.hash(),
            reason,
            lifted_at,
        };
        SignedLift {
            lift,
            key: KeyId::of(&key.verifying_key()),
            bytes: cose::seal(key, CONTEXT, &lift.to_cbor()),
        }
    }

    /// What it says.
    pub fn lift(&self) -> Lift {
        self.lift
    }

    /// Whose signature is said to be here.
    pub fn key(&self) -> KeyId {
        self.key
    }

    /// Whether this key signed it.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        Envelope::read(&self.bytes, LIFT_BYTES_MOST)
            .is_ok_and(|envelope| envelope.verify(key.key(), CONTEXT))
    }

    /// The bytes that are kept.
    pub fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads kept bytes; believes nothing.
    ///
    /// # Errors
    /// Anything but the one encoding.
    pub fn from_bytes(bytes: &[u8]) -> Read<SignedLift> {
        let envelope = Envelope::read(bytes, LIFT_BYTES_MOST)?;
        Ok(SignedLift {
            lift: Lift::from_cbor(envelope.payload)?,
            key: envelope.key,
            bytes: bytes.to_vec(),
        })
    }
}

impl Cbor for Lift {
    fn write(&self, to: &mut Writer) {
        to.array(3).item(&self.order).item(&self.reason);
        to.int(self.lifted_at);
    }
    fn read(from: &mut Reader<'_>) -> Read<Lift> {
        from.array_of(3)?;
        Ok(Lift {
            order: from.item()?,
            reason: from.item()?,
            lifted_at: from.int()?,
        })
    }
}

//! An order with its signatures.

use super::payload::{Order, OrderFault};
use crate::audit::Hash;
use crate::key::cose_many::ManySigned;
use crate::key::{KeyId, PublicKey, SigningKey};
use crate::wire::cbor::{Cbor, Read};
use std::fmt;

const CONTEXT: &[u8] = b"gatehouse/order/1";
/// Longest payload of an order, in bytes.
pub const ORDER_BYTES_MOST: usize = 32 << 10;

/// An order and who signed it. The payload is kept as it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedOrder {
    order: Order,
    signed: ManySigned,
}

/// Why nothing was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignError {
    /// The order may not say this.
    Fault(OrderFault),
    /// The order names another key as its proposer's.
    NotTheProposer,
    /// This key has signed already.
    SignedAlready,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SignError::Fault(fault) => fault.fmt(f),
            SignError::NotTheProposer => f.write_str("the order names another key as proposer's"),
            SignError::SignedAlready => f.write_str("this key has signed this order already"),
        }
    }
}

impl std::error::Error for SignError {}

impl SignedOrder {
    /// The proposer's signature over a new order.
    ///
    /// # Errors
    /// [`SignError::Fault`], [`SignError::NotTheProposer`].
    pub fn propose(order: Order, key: &SigningKey) -> Result<SignedOrder, SignError> {
        order.check().map_err(SignError::Fault)?;
        if order.proposer != KeyId::of(&key.verifying_key()) {
            return Err(SignError::NotTheProposer);
        }
        let mut signed = ManySigned::new(order.to_cbor());
        signed.sign(key, CONTEXT);
        Ok(SignedOrder { order, signed })
    }

    /// A further signature. Whether it counts is for [`super::effect`] to say.
    ///
    /// # Errors
    /// [`SignError::SignedAlready`].
    pub fn approve(&mut self, key: &SigningKey) -> Result<(), SignError> {
        let signed = self.signed.sign(key, CONTEXT);
        signed.then_some(()).ok_or(SignError::SignedAlready)
    }

    /// What it says.
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// Whose signatures are said to be here.
    pub fn signers(&self) -> impl Iterator<Item = KeyId> {
        self.signed.signers()
    }

    /// Whether this key signed it.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        self.signed.is_signed_by(key, CONTEXT)
    }

    /// Names this very payload: what a lift refers to.
    pub fn hash(&self) -> Hash {
        Hash::of(CONTEXT, self.signed.payload())
    }

    /// What is signed, to be stored apart from its signatures.
    pub fn payload(&self) -> &[u8] {
        self.signed.payload()
    }

    /// The signatures, to be stored apart.
    pub fn signatures(&self) -> &[(KeyId, [u8; 64])] {
        self.signed.signatures()
    }

    /// Puts together what is stored apart; believes nothing. `None` where the payload is no
    /// order, a key stands twice, or there are too many.
    pub fn from_parts(payload: Vec<u8>, signatures: Vec<(KeyId, [u8; 64])>) -> Option<SignedOrder> {
        let order = Order::from_cbor(&payload).ok()?;
        let signed = ManySigned::from_parts(payload, signatures)?;
        Some(SignedOrder { order, signed })
    }

    /// The bytes that are kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.signed.to_bytes()
    }

    /// Reads kept bytes; believes nothing.
    ///
    /// # Errors
    /// Anything but the one encoding.
    pub fn from_bytes(bytes: &[u8]) -> Read<SignedOrder> {
        let signed = ManySigned::from_bytes(bytes, ORDER_BYTES_MOST)?;
        let order = Order::from_cbor(signed.payload())?;
        Ok(SignedOrder { order, signed })
    }
}

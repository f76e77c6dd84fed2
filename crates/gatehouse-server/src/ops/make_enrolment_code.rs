//! A one-time code by which a phone becomes a device of a gate: a QR code that carries the root
//! key as well, and six digits for a phone that cannot scan.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::area_of_gate::area_of_gate;
use crate::ops::hold_gate::keyring;
use crate::ops::note::note;
use crate::readable_code::readable_code;
use data_encoding::BASE64URL_NOPAD;
use gatehouse_core::id::GateId;
use gatehouse_store::enrolment_code::EnrolmentCodeRow;
use gatehouse_store::{Lane, StoreError, Tx};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Characters of the secret: a hundred bits.
pub const SECRET_CHARS: usize = 20;
/// How long a code opens (local choice): long enough to walk to the gate.
const MILLIS: i64 = 15 * 60_000;
/// Tries to find digits that no other open code has.
const TRIES: usize = 8;

/// A code, said once.
pub struct EnrolmentCode {
    /// For the QR code.
    pub secret: Zeroizing<String>,
    /// For typing.
    pub digits: Zeroizing<String>,
    /// The root key in base64url, for the QR code.
    pub root: String,
    /// End, milliseconds UTC.
    pub expires_at: i64,
}

/// What is kept of the digits.
pub fn digits_hash(digits: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"gatehouse/enrolment-digits/1")
        .chain_update(digits.as_bytes())
        .finalize()
        .into()
}

/// Makes a code for a gate of the area; the one before opens nothing any more.
///
/// # Errors
/// Not found for a gate that is not the area's.
pub async fn make_enrolment_code(
    app: &App,
    caller: &Caller,
    scope: &AreaInScope,
    gate: GateId,
) -> Result<EnrolmentCode, OpError> {
    let place = area_of_gate(app, gate).await?;
    if !place.path.contains(&scope.area) {
        return Err(OpError::NotFound);
    }
    let root = BASE64URL_NOPAD.encode(&keyring(app)?.root);
    let now = app.world.now_millis();
    let secret = readable_code::<SECRET_CHARS>(&*app.world);
    let tries: [[u8; 4]; TRIES] = std::array::from_fn(|_| app.world.bytes());
    let tries = tries.map(|bytes| format!("{:06}", u32::from_be_bytes(bytes) % 1_000_000));
    let row = EnrolmentCodeRow {
        shard: place.shard,
        secret_hash: Sha256::digest(secret.as_bytes()).into(),
        digits_hash: [0; 32],
        gate,
        made_by: caller.staff,
        made_at: now,
        expires_at: now + MILLIS,
    };
    let staff = caller.staff;
    let make = move |tx: &Tx<'_>| {
        for digits in &tries {
            let digits_hash = digits_hash(digits);
            if tx.enrolment_digits_taken(&digits_hash, now)? {
                continue;
            }
            let row = EnrolmentCodeRow {
                digits_hash,
                ..row.clone()
            };
            tx.replace_enrolment_code(&row)?;
            note(tx, Some(row.shard), staff, now, "device.code", &gate.0)?;
            return Ok::<_, StoreError>(Some(digits.clone()));
        }
        Ok(None)
    };
    let digits = app.store.write(Lane::People, make).await?;
    let digits = digits.ok_or(OpError::Passing("D-CODES"))?;
    Ok(EnrolmentCode {
        secret,
        digits: Zeroizing::new(digits),
        root,
        expires_at: now + MILLIS,
    })
}

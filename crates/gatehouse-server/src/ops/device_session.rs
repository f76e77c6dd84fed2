//! A device shows its key and talks under a token for some hours: nobody has to sign in again
//! after days without a network (GATE-11).

use crate::app::App;
use crate::error::OpError;
use crate::head_signature;
use crate::ops::find_caller::token_hash;
use axum::http::HeaderMap;
use data_encoding::BASE64URL_NOPAD;
use gatehouse_core::id::DeviceId;
use gatehouse_store::device_session::DeviceInSession;
use gatehouse_store::{Lane, StoreError, Tx};
use sha2::{Digest, Sha256};

/// Hours until the key is shown again (local choice).
pub const HOURS: i64 = 12;
/// How old the server's time may be that was signed.
const PROOF_MILLIS: i64 = 120_000;
/// For how long a token is believed without asking the table again.
const BELIEVED_MILLIS: i64 = 5_000;
/// What the signed bytes begin with.
const DOMAIN: &[u8] = b"gatehouse/device-session/1";

/// What a device shows.
pub struct Proof {
    /// Which.
    pub device: DeviceId,
    /// The server's time as it was told, milliseconds UTC.
    pub server_millis: i64,
    /// Over both.
    pub signature: Vec<u8>,
}

/// The bytes that a device signs.
pub fn proof_bytes(device: DeviceId, server_millis: i64) -> Vec<u8> {
    [DOMAIN, &device.0, &server_millis.to_be_bytes()].concat()
}

/// Name of the cookie; on TLS the prefix binds it to this host.
pub fn cookie_name(tls: bool) -> &'static str {
    if tls { "__Host-device" } else { "device" }
}

/// Opens a session; the token for the cookie is kept nowhere but there. A device out of service
/// gets one too: it may still hand in what it recorded, and nothing else.
///
/// # Errors
/// [`OpError::NotSignedIn`] where the signature is not the device's over a time just told.
pub async fn open_device_session(app: &App, proof: Proof) -> Result<String, OpError> {
    let now = app.world.now_millis();
    let device = proof.device;
    let row = app.store.read(move |tx| tx.device_anywhere(device)).await?;
    let row = row.ok_or(OpError::NotSignedIn)?;
    let is_fresh = (now - PROOF_MILLIS..=now).contains(&proof.server_millis);
    let signed = proof_bytes(device, proof.server_millis);
    if !is_fresh || !head_signature::verify_bytes(&row.public_key, &signed, &proof.signature) {
        return Err(OpError::NotSignedIn);
    }
    let token = BASE64URL_NOPAD.encode(&app.world.bytes::<32>());
    let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let (shard, span) = (row.shard, (now, now + HOURS * 3_600_000));
    let open = move |tx: &Tx<'_>| -> Result<(), StoreError> {
        tx.insert_device_session(shard, &hash, device, span)
    };
    app.store.write(Lane::Gate, open).await?;
    Ok(token)
}

/// The device behind a request, if it carries a token that holds.
///
/// # Errors
/// The database's.
pub async fn find_device(
    app: &App,
    headers: &HeaderMap,
) -> Result<Option<DeviceInSession>, OpError> {
    let Some(hash) = token_hash(headers, cookie_name(app.config.is_behind_tls())) else {
        return Ok(None);
    };
    let now = app.world.now_millis();
    if let Some(device) = app.gates.device_since(&hash, now - BELIEVED_MILLIS) {
        return Ok(Some(device));
    }
    let read = move |tx: &gatehouse_store::ReadTx<'_>| tx.device_in_session(&hash, now);
    let found = app.store.read(read).await?;
    if let Some(device) = found {
        app.gates.keep_device(hash, now, device);
    }
    Ok(found)
}

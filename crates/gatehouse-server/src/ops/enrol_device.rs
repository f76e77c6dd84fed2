//! A phone becomes a device of a gate: its key is kept, its chain begins at nothing.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::head_signature::read_key;
use crate::ops::hold_gate::keyring;
use gatehouse_core::id::DeviceId;
use gatehouse_store::Lane;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::device::DeviceRow;

/// Longest label, in bytes.
const LABEL_BYTES_MOST: usize = 120;
/// Most devices in service at one gate.
const DEVICES_MOST: usize = 24;

/// What the phone says of itself.
pub struct Enrolment {
    /// P-256, SubjectPublicKeyInfo.
    pub public_key: Vec<u8>,
    /// What the guards call it.
    pub label: String,
}

/// The new device and the root key that it is to trust.
///
/// # Errors
/// [`OpError::Unreadable`] for a key that is no P-256 key, [`OpError::NotTaken`] where the gate has
/// too many devices already.
pub async fn enrol_device(
    app: &App,
    gate: &GateInScope,
    caller: &Caller,
    enrolment: Enrolment,
) -> Result<(DeviceId, [u8; 32]), OpError> {
    if read_key(&enrolment.public_key).is_none() || enrolment.label.len() > LABEL_BYTES_MOST {
        return Err(OpError::Unreadable("public_key_base64 or label".to_owned()));
    }
    let root = keyring(app)?.root;
    let device = DeviceId(app.world.id());
    let row = DeviceRow {
        shard: gate.shard,
        device,
        gate: gate.gate,
        label: enrolment
            .label
            .chars()
            .filter(|c| !c.is_control())
            .collect(),
        public_key: enrolment.public_key,
        enrolled_at: app.world.now_millis(),
        enrolled_by: caller.staff,
        ended_at: None,
        last_seq: 0,
        last_hash: [0; 32],
        seen_at: None,
        skew_millis: 0,
    };
    let (shard, gate) = (gate.shard, gate.gate);
    let token_hash = caller.token_hash;
    let enrolled = app
        .store
        .write(Lane::People, move |tx| {
            let devices = tx.devices_of_gate(shard, gate)?;
            if devices.iter().filter(|d| d.ended_at.is_none()).count() >= DEVICES_MOST {
                return Ok(false);
            }
            tx.insert_device(&row)?;
            tx.set_session_device(&token_hash, shard, row.device)?;
            tx.append_audit(&AuditNote {
                shard,
                at: row.enrolled_at,
                kind: "device.enrol",
                actor: Some(row.enrolled_by),
                commitment: None,
                body: &row.device.0,
            })?;
            Ok(true)
        })
        .await?;
    if !enrolled {
        return Err(OpError::NotTaken {
            code: "D-MANY",
            detail: "This gate has 24 devices; end one that is no longer used.",
        });
    }
    Ok((device, root))
}

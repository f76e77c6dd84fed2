//! A phone becomes a device of a gate: its key is kept, its chain begins at nothing. By a one-time
//! code of the console, or by somebody who is signed in on it.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::head_signature::read_key;
use crate::ops::hold_gate::keyring;
use crate::ops::make_enrolment_code::{SECRET_CHARS, digits_hash};
use gatehouse_core::id::{DeviceId, GateId, StaffId};
use gatehouse_store::audit::AuditNote;
use gatehouse_store::device::DeviceRow;
use gatehouse_store::device_loss::DeviceLoss;
use gatehouse_store::enrolment_code::EnrolmentCodeRow;
use gatehouse_store::{Lane, Shard, StoreError, Tx};
use sha2::{Digest, Sha256};

/// Longest label, in bytes.
const LABEL_BYTES_MOST: usize = 120;
/// Most devices in service at one gate.
const DEVICES_MOST: usize = 24;
/// Digits of a code that is typed.
const DIGITS: usize = 6;

/// What the phone says of itself.
#[derive(Clone)]
pub struct Enrolment {
    /// P-256, SubjectPublicKeyInfo.
    pub public_key: Vec<u8>,
    /// What the guards call it.
    pub label: String,
    /// Records of an earlier enrolment that it clears now and never sent.
    pub loss: Option<DeviceLoss>,
}

/// A new device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enrolled {
    /// County.
    pub shard: Shard,
    /// Its gate.
    pub gate: GateId,
    /// Its id.
    pub device: DeviceId,
    /// The root key that it is to trust.
    pub root: [u8; 32],
}

/// Why a phone was not taken, before anything is known of its gate.
enum Refused {
    Code,
    Many,
}

impl From<Refused> for OpError {
    fn from(refused: Refused) -> OpError {
        let (code, detail) = match refused {
            Refused::Code => (
                "D-CODE",
                "The code is wrong, was used, or its minutes are over. Make a new one.",
            ),
            Refused::Many => (
                "D-MANY",
                "This gate has 24 devices; end one that is no longer used.",
            ),
        };
        OpError::NotTaken { code, detail }
    }
}

/// Enrols the phone of somebody who may work the gate.
///
/// # Errors
/// [`OpError::Unreadable`] for a key that is no P-256 key, [`OpError::NotTaken`] where the gate has
/// too many devices already.
pub async fn enrol_device(
    app: &App,
    gate: &GateInScope,
    caller: &Caller,
    enrolment: Enrolment,
) -> Result<Enrolled, OpError> {
    let root = keyring(app)?.root;
    let loss = enrolment.loss;
    let row = row(app, gate.shard, gate.gate, caller.staff, enrolment)?;
    let token_hash = caller.token_hash;
    let enrolled = Enrolled::of(&row, root);
    let write = move |tx: &Tx<'_>| {
        let made = match made_before(tx, &row, loss)? {
            Some(before) => before,
            None if insert(tx, &row, loss)? => row.device,
            None => return Ok(Err(Refused::Many)),
        };
        tx.set_session_device(&token_hash, row.shard, made)?;
        Ok::<_, StoreError>(Ok(Enrolled {
            device: made,
            ..enrolled
        }))
    };
    Ok(app.store.write(Lane::People, write).await??)
}

/// Enrols the phone that was given a code: the secret of a QR code, or six digits.
///
/// # Errors
/// As [`enrol_device`]; `D-CODE` for a code that opens nothing.
pub async fn enrol_by_code(
    app: &App,
    typed: &str,
    enrolment: Enrolment,
) -> Result<Enrolled, OpError> {
    let root = keyring(app)?.root;
    let code: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
    let code = code.to_ascii_lowercase();
    let now = app.world.now_millis();
    let nobody = (Shard(0), GateId([0; 16]), StaffId([0; 16]));
    let loss = enrolment.loss;
    let blank = row(app, nobody.0, nobody.1, nobody.2, enrolment)?;
    let write = move |tx: &Tx<'_>| {
        let of_code = |code: EnrolmentCodeRow| DeviceRow {
            shard: code.shard,
            gate: code.gate,
            enrolled_by: code.made_by,
            ..blank.clone()
        };
        let Some(found) = find_code(tx, &code, now)? else {
            let Some(used) = used_code(tx, &code, now)? else {
                return Ok(Err(Refused::Code));
            };
            let row = of_code(used);
            let Some(device) = made_before(tx, &row, loss)? else {
                tell_of_used_code(tx, &row, now)?;
                return Ok(Err(Refused::Code));
            };
            return Ok(Ok(Enrolled {
                device,
                ..Enrolled::of(&row, root)
            }));
        };
        let row = of_code(found.clone());
        if !tx.use_enrolment_code(&found, row.device, now)? {
            return Ok(Err(Refused::Code));
        }
        if !insert(tx, &row, loss)? {
            return Ok(Err(Refused::Many));
        }
        Ok::<_, StoreError>(Ok(Enrolled::of(&row, root)))
    };
    Ok(app.store.write(Lane::People, write).await??)
}

/// The open code that was meant. Wrong digits are counted.
fn find_code(tx: &Tx<'_>, code: &str, now: i64) -> Result<Option<EnrolmentCodeRow>, StoreError> {
    match code.len() {
        SECRET_CHARS => tx.enrolment_code_by_secret(&Sha256::digest(code.as_bytes()).into(), now),
        DIGITS => {
            let found = tx.enrolment_code_by_digits(&digits_hash(code), now)?;
            if found.is_none() {
                tx.count_wrong_digits(now)?;
            }
            Ok(found)
        }
        _ => Ok(None),
    }
}

/// The code that was meant, where it was used within its minutes.
fn used_code(tx: &Tx<'_>, code: &str, now: i64) -> Result<Option<EnrolmentCodeRow>, StoreError> {
    let hash = match code.len() {
        SECRET_CHARS => Sha256::digest(code.as_bytes()).into(),
        DIGITS => digits_hash(code),
        _ => return Ok(None),
    };
    tx.used_enrolment_code(&hash, now)
}

/// A code that was used opens nothing any more, and somebody else may have seen it: the gate's
/// office looks.
fn tell_of_used_code(tx: &Tx<'_>, row: &DeviceRow, now: i64) -> Result<(), StoreError> {
    tx.raise_alarm_anew(row.shard, "used_code", &format!("gate {}", row.gate), now)
}

/// The device that this phone became already, where it asks again since the answer was lost on its
/// way: the same key, nothing recorded yet, and no more lost than was told (it may have sent some
/// of it meanwhile).
fn made_before(
    tx: &Tx<'_>,
    row: &DeviceRow,
    loss: Option<DeviceLoss>,
) -> Result<Option<DeviceId>, StoreError> {
    let devices = tx.devices_of_gate(row.shard, row.gate)?;
    let same = devices
        .iter()
        .find(|d| d.public_key == row.public_key && d.ended_at.is_none() && d.last_seq == 0);
    let Some(same) = same else { return Ok(None) };
    let losses = tx.device_losses_of_gate(row.shard, row.gate)?;
    let told = losses.iter().find(|(device, _)| *device == same.device);
    let told = told.map_or(0, |(_, told)| told.events);
    Ok((loss.map_or(0, |loss| loss.events) <= told).then_some(same.device))
}

impl Enrolled {
    fn of(row: &DeviceRow, root: [u8; 32]) -> Enrolled {
        Enrolled {
            shard: row.shard,
            gate: row.gate,
            device: row.device,
            root,
        }
    }
}

fn row(
    app: &App,
    shard: Shard,
    gate: GateId,
    enrolled_by: StaffId,
    enrolment: Enrolment,
) -> Result<DeviceRow, OpError> {
    if read_key(&enrolment.public_key).is_none() || enrolment.label.len() > LABEL_BYTES_MOST {
        return Err(OpError::Unreadable("public_key_base64 or label".to_owned()));
    }
    let label = enrolment.label.chars().filter(|c| !c.is_control());
    Ok(DeviceRow {
        shard,
        device: DeviceId(app.world.id()),
        gate,
        label: label.collect(),
        public_key: enrolment.public_key,
        enrolled_at: app.world.now_millis(),
        enrolled_by,
        ended_at: None,
        last_seq: 0,
        last_hash: [0; 32],
        seen_at: None,
        skew_millis: 0,
    })
}

/// Writes the device; false where the gate has too many.
fn insert(tx: &Tx<'_>, row: &DeviceRow, loss: Option<DeviceLoss>) -> Result<bool, StoreError> {
    let devices = tx.devices_of_gate(row.shard, row.gate)?;
    if devices.iter().filter(|d| d.ended_at.is_none()).count() >= DEVICES_MOST {
        return Ok(false);
    }
    tx.insert_device(row)?;
    tx.append_audit(&AuditNote {
        shard: row.shard,
        at: row.enrolled_at,
        kind: "device.enrol",
        actor: Some(row.enrolled_by),
        commitment: None,
        body: &row.device.0,
    })?;
    if let Some(loss) = loss {
        tx.insert_device_loss(row, loss)?;
    }
    Ok(true)
}

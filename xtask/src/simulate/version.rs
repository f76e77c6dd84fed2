//! Mixed versions: what an earlier or a later program writes, made from what this one writes.
//! States of an earlier page are read by this one after an upgrade; what is later than its reader
//! is refused, and waits until the reader is brought up.

use anyhow::{Context, Result, bail};
use ciborium::Value;
use gatehouse_core::key::SigningKey;
use gatehouse_core::key::cose::{Envelope, seal};
use gatehouse_core::wire::SNAPSHOT_BYTES_MOST;

/// Of a program, beside this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    Earlier,
    #[default]
    Now,
    Later,
}

/// Forms of a page's state that an earlier page may write.
pub const STATES_BEFORE: [u8; 3] = [2, 3, 4];
/// The last form without the time of the newest list.
const WITHOUT_LIST_TIME: u8 = 3;
/// The last form without the thermometer.
const WITHOUT_THERMOMETER: u8 = 2;
/// A number that no form has yet.
const LATER: u8 = 9;

const TALLY: usize = 5;
const CASE: usize = 6;
const FINISHED: usize = 7;
const FLOOR: usize = 13;
const CASE_OF_FINISHED: usize = 2;
const THERMOMETERS_OF_CASE: usize = 12;
const FEVER_OF_CASE: usize = 12;

/// A state as an earlier form of it says the same, without what that form does not hold.
pub fn state_before(form: u8, state: &[u8]) -> Result<Vec<u8>> {
    let mut parts = array(state)?;
    parts[0] = form.into();
    items(&mut parts[TALLY])?.truncate(3);
    if form <= WITHOUT_LIST_TIME {
        items(&mut parts[FLOOR])?.truncate(2);
    }
    if form <= WITHOUT_THERMOMETER {
        parts.pop();
        case_before(&mut parts[CASE])?;
        if !parts[FINISHED].is_null() {
            case_before(&mut items(&mut parts[FINISHED])?[CASE_OF_FINISHED])?;
        }
    }
    bytes(parts)
}

/// A case without thermometers; of a fever it says only that there is one.
fn case_before(case: &mut Value) -> Result<()> {
    if case.is_null() {
        return Ok(());
    }
    let parts = items(case)?;
    parts.remove(THERMOMETERS_OF_CASE);
    let is_reported = !parts[FEVER_OF_CASE].is_null();
    parts[FEVER_OF_CASE] = is_reported.into();
    Ok(())
}

/// A list as an earlier server signs it: it does not say how many other phones there are.
pub fn list_before(list: &[u8], key: &SigningKey) -> Result<Vec<u8>> {
    const OTHER_DEVICES: usize = 11;
    signed_anew(list, key, |payload| {
        let mut parts = array(payload)?;
        parts[0] = 1.into();
        parts.remove(OTHER_DEVICES);
        bytes(parts)
    })
}

/// A list as a later server signs it.
pub fn list_after(list: &[u8], key: &SigningKey) -> Result<Vec<u8>> {
    signed_anew(list, key, |payload| Ok(after(payload)))
}

fn signed_anew(
    list: &[u8],
    key: &SigningKey,
    change: impl FnOnce(&[u8]) -> Result<Vec<u8>>,
) -> Result<Vec<u8>> {
    let envelope = Envelope::read(list, SNAPSHOT_BYTES_MOST);
    let envelope = envelope.map_err(|error| anyhow::anyhow!("a list: {error}"))?;
    let changed = change(envelope.payload)?;
    Ok(seal(key, b"gatehouse/snapshot/1", &changed))
}

/// A state, an event or the payload of a list with the number of a later form: each is an array
/// that begins with it.
pub fn after(form: &[u8]) -> Vec<u8> {
    let mut later = form.to_vec();
    if let Some(number) = later.get_mut(1) {
        *number = LATER;
    }
    later
}

fn array(bytes: &[u8]) -> Result<Vec<Value>> {
    match ciborium::from_reader(bytes).context("CBOR")? {
        Value::Array(items) => Ok(items),
        other => bail!("an array was expected, here is {other:?}"),
    }
}

fn items(value: &mut Value) -> Result<&mut Vec<Value>> {
    value.as_array_mut().context("an array was expected")
}

fn bytes(parts: Vec<Value>) -> Result<Vec<u8>> {
    let mut to = Vec::new();
    ciborium::into_writer(&Value::Array(parts), &mut to).context("CBOR")?;
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_core::device::Device;

    /// What earlier versions wrote, as they wrote it.
    const WRITTEN: [(u8, &str); 2] = [
        (2, include_str!("../../../testdata/gate/state-v2.hex")),
        (4, include_str!("../../../testdata/gate/state-v4.hex")),
    ];

    #[test]
    fn the_forms_before_are_made_as_they_were_written() {
        for (form, text) in WRITTEN {
            let written = data_encoding::HEXLOWER.decode(text.trim().as_bytes());
            let written = written.expect("hex");
            let now = Device::from_bytes(&written).expect("taken up").to_bytes();
            assert_ne!(now, written, "form {form}");
            assert_eq!(state_before(form, &now).expect("made"), written, "{form}");
        }
    }

    #[test]
    fn every_form_before_is_taken_up() {
        let state = Device::default().to_bytes();
        for form in STATES_BEFORE {
            let before = state_before(form, &state).expect("made");
            assert!(Device::from_bytes(&before).is_ok(), "form {form}");
        }
    }
}

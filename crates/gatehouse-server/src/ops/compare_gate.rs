//! Whether what a gate decides by was changed past the program: a row edited by hand differs from
//! the signed state, and nothing was counted that would explain it (design §4).

use crate::keyring::Keyring;
use crate::ops::read_gate::read_gate;
use gatehouse_core::id::AreaId;
use gatehouse_core::key::{PublicKey, Trust};
use gatehouse_core::wire::Snapshot;
use gatehouse_core::wire::cbor::Cbor;
use gatehouse_store::gate::GateRow;
use gatehouse_store::gate_state::GateStateRow;
use gatehouse_store::{ReadTx, StoreError};

/// The program that makes states: another one may make another state of the same rows.
pub const MADE_BY: &str = env!("CARGO_PKG_VERSION");

/// Kind of the alarm.
pub const EDITED: &str = "gate_state";

/// What an alarm is about: the gate, and the last state that is known to be the program's.
pub fn about(last: &GateStateRow) -> String {
    format!("gate {} {}", last.gate, last.number)
}

/// Changes counted so far for a gate; asked before its list is read.
pub fn changes_at(tx: &ReadTx<'_>, gate: &GateRow) -> Result<i64, StoreError> {
    let path = tx.area_path(gate.area)?;
    let path: Vec<AreaId> = path.iter().map(|area| area.area).collect();
    tx.list_changes(gate.shard, &path)
}

/// Whether the list of a gate comes out otherwise than its last state says, as of the moment when
/// it last came out so, although the program changed nothing since. A list also changes by the
/// clock alone (an order ends, a policy begins), so it is read once more for that moment.
///
/// # Errors
/// Where the database cannot be read.
pub fn was_edited(
    tx: &ReadTx<'_>,
    keys: &Keyring,
    last: &GateStateRow,
) -> Result<bool, StoreError> {
    if last.made_by != MADE_BY {
        return Ok(false);
    }
    let Some((then, signed_by)) = opened(keys, last) else {
        return Ok(true);
    };
    // By other keys other orders are valid; the state that follows is compared again.
    if signed_by != keys.list.number {
        return Ok(false);
    }
    // By the areas of the state: where the gate lies may be what was edited.
    if tx.list_changes(last.shard, &then.gate.places)? != last.list_changes {
        return Ok(false);
    }
    let Some(gate) = tx.gate(last.shard, last.gate)? else {
        return Ok(true);
    };
    let now = read_gate(tx, keys, &gate, last.read_at)?;
    Ok(substance(then) != substance(now))
}

/// The state as it was signed, with the number of its key list; `None` where it is not what the
/// program signed.
fn opened(keys: &Keyring, last: &GateStateRow) -> Option<(Snapshot, u64)> {
    let root = PublicKey::from_bytes(&keys.root)?;
    let trust = Trust {
        root: &root,
        newest: 0,
        demo: keys.is_demo,
    };
    let (snapshot, list) = Snapshot::open(&last.signed, trust, 0).ok()?;
    Some((snapshot, list.number))
}

/// What rows that are counted make of a list: not its number, age and keys, nor what follows from
/// crossings and from devices that call in.
fn substance(mut snapshot: Snapshot) -> Vec<u8> {
    (snapshot.number, snapshot.made_at) = (0, 0);
    (snapshot.silent_devices, snapshot.other_devices) = (0, 0);
    snapshot.key_list.clear();
    for household in &mut snapshot.households {
        household.outings.clear();
    }
    snapshot.to_cbor()
}

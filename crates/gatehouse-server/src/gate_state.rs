//! What is kept in memory of each gate, and read anew when it may have changed.

use crate::auth::access::GateInScope;
use gatehouse_core::device::GateList;
use gatehouse_core::gate::Policy;
use gatehouse_core::id::{DeviceId, GateId};
use gatehouse_core::wire::Span;
use gatehouse_store::device_session::DeviceInSession;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, RwLock};

/// What a gate decides by, as the server holds it.
pub struct HeldGate {
    /// Ready to decide by.
    pub list: GateList,
    /// When it was read, milliseconds UTC.
    pub read_at: i64,
    /// Changes that were counted for the gate before it was read.
    pub list_changes: i64,
    /// Made when the first device fetches it.
    pub signed: OnceLock<SignedList>,
    /// What was in force before it was read; read when the first event comes from then.
    pub past: OnceLock<Vec<(Span, Policy)>>,
}

impl HeldGate {
    /// The policy that was in force at an instant: the list says what holds from its reading on,
    /// the past must have been read for what held before.
    pub fn policy_at(&self, millis: i64) -> Option<&Policy> {
        match self.past.get() {
            Some(past) if millis < self.read_at => {
                let held = past.iter().find(|(span, _)| span.contains(millis));
                held.map(|(_, policy)| policy)
            }
            _ => self.list.policy_at(millis),
        }
    }
}

/// The signed snapshot for the devices of a gate.
pub struct SignedList {
    /// As they verify it.
    pub bytes: Vec<u8>,
    /// Tag of the bytes, for "nothing new".
    pub tag: String,
}

#[derive(Default)]
struct Kept {
    scope: Option<GateInScope>,
    held: Option<Arc<HeldGate>>,
    /// How many writes of this process it knows of, that may have changed it.
    writes: u64,
    own_device: Option<DeviceId>,
    reading: Arc<Reading>,
}

/// Held by whoever reads a gate's list: it is read once, however many wait for it.
pub type Reading = tokio::sync::Mutex<()>;

/// Most devices in session that are kept in memory.
const SESSIONS_MOST: usize = 20_000;

/// Devices by hash of their token, with when they were read.
type InSession = HashMap<[u8; 32], (i64, DeviceInSession)>;

/// Gates by id, and the devices that talk for them by hash of their token.
#[derive(Clone, Default)]
pub struct GateStates {
    gates: Arc<RwLock<HashMap<GateId, Kept>>>,
    devices: Arc<RwLock<InSession>>,
    /// Writes of this process that may change what a gate decides by.
    writes: Arc<AtomicU64>,
}

impl GateStates {
    /// The gate with its areas, if it was read before.
    pub fn in_scope(&self, gate: GateId) -> Option<GateInScope> {
        self.gates.read().ok()?.get(&gate)?.scope.clone()
    }

    /// Keeps a gate with its areas. Gates are few; what is asked for but not there is not kept.
    pub fn keep_scope(&self, scope: GateInScope) {
        self.keep(scope.gate, |kept| kept.scope = Some(scope));
    }

    /// Forgets names and places, after a change of them.
    pub fn forget_scopes(&self) {
        if let Ok(mut gates) = self.gates.write() {
            for kept in gates.values_mut() {
                kept.scope = None;
            }
        }
    }

    /// What the gate decides by, if it was read at or after an instant.
    pub fn held_since(&self, gate: GateId, millis: i64) -> Option<Arc<HeldGate>> {
        let kept = self.gates.read().ok()?;
        let kept = kept.get(&gate)?;
        let held = kept
            .held
            .as_ref()
            .filter(|_| kept.writes == self.writes())?;
        (held.read_at >= millis).then(|| Arc::clone(held))
    }

    /// What the gate decided by when it was last read, if that was at or after an instant; whoever
    /// asks looks whether it was changed since.
    pub fn last_held(&self, gate: GateId, millis: i64) -> Option<Arc<HeldGate>> {
        let kept = self.gates.read().ok()?;
        let held = kept.get(&gate)?.held.as_ref()?;
        (held.read_at >= millis).then(|| Arc::clone(held))
    }

    /// What is to be held while the gate's list is read.
    pub fn reading(&self, gate: GateId) -> Arc<Reading> {
        let mut reading = Arc::default();
        self.keep(gate, |kept| reading = Arc::clone(&kept.reading));
        reading
    }

    /// Writes so far that may have changed what gates decide by; asked before it is read.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Acquire)
    }

    /// Keeps what a gate decides by, read after so many writes: one that came meanwhile is not in
    /// it.
    pub fn keep_held(&self, gate: GateId, held: Arc<HeldGate>, writes: u64) {
        self.keep(gate, |kept| {
            kept.held = Some(held);
            kept.writes = writes;
        });
    }

    /// The next question at a gate reads anew what it decides by: what was just written holds at
    /// once, in this process.
    pub fn read_anew(&self) {
        self.writes.fetch_add(1, Ordering::Release);
    }

    /// The device behind a token, if it was read at or after an instant.
    pub fn device_since(&self, token_hash: &[u8; 32], millis: i64) -> Option<DeviceInSession> {
        let devices = self.devices.read().ok()?;
        let (read_at, device) = devices.get(token_hash)?;
        (*read_at >= millis).then_some(*device)
    }

    /// Keeps the device behind a token.
    pub fn keep_device(&self, token_hash: [u8; 32], read_at: i64, device: DeviceInSession) {
        if let Ok(mut devices) = self.devices.write() {
            if devices.len() >= SESSIONS_MOST {
                devices.clear();
            }
            devices.insert(token_hash, (read_at, device));
        }
    }

    /// Forgets which devices are in session: one has ended or stands elsewhere.
    pub fn forget_devices(&self) {
        if let Ok(mut devices) = self.devices.write() {
            devices.clear();
        }
    }

    /// The device under whose name the server itself decides at a gate.
    pub fn own_device(&self, gate: GateId) -> Option<DeviceId> {
        self.gates.read().ok()?.get(&gate)?.own_device
    }

    /// Keeps that device.
    pub fn keep_own_device(&self, gate: GateId, device: DeviceId) {
        self.keep(gate, |kept| kept.own_device = Some(device));
    }

    fn keep(&self, gate: GateId, change: impl FnOnce(&mut Kept)) {
        if let Ok(mut kept) = self.gates.write() {
            change(kept.entry(gate).or_default());
        }
    }
}

//! What was found in one county, and how it is printed.

use gatehouse_core::audit::Hash;
use gatehouse_core::id::{DeviceId, OrderId};
use gatehouse_store::Shard;
use gatehouse_store::audit_verify::AuditFault;
use gatehouse_store::event_verify::{EventFault, EventFaultKind};
use serde_json::{Value, json};

/// Faults that are printed one by one; the others are counted.
const FAULTS_PRINTED: usize = 200;

/// Figures and faults.
#[derive(Debug)]
pub struct County {
    /// Its number.
    pub shard: Shard,
    /// Audit chains that were followed.
    pub chains: u64,
    /// Their entries.
    pub entries: u64,
    /// Seals.
    pub seals: u64,
    /// Devices whose chains were followed.
    pub devices: u64,
    /// Their events.
    pub events: u64,
    /// Orders.
    pub orders: u64,
    /// What does not hold.
    pub faults: Faults,
}

/// The first faults, and how many there are.
#[derive(Debug, Default)]
pub struct Faults {
    printed: Vec<Value>,
    count: usize,
}

impl County {
    /// Nothing looked at yet.
    pub fn new(shard: Shard) -> County {
        County {
            shard,
            chains: 0,
            entries: 0,
            seals: 0,
            devices: 0,
            events: 0,
            orders: 0,
            faults: Faults::default(),
        }
    }

    /// Rows that were looked at.
    pub fn rows(&self) -> u64 {
        self.entries + self.events + self.orders
    }

    /// As it is printed.
    pub fn json(&self) -> Value {
        json!({
            "shard": self.shard.0,
            "chains": self.chains,
            "entries": self.entries,
            "seals": self.seals,
            "devices": self.devices,
            "events": self.events,
            "orders": self.orders,
            "fault_count": self.faults.count,
            "faults": self.faults.printed,
        })
    }
}

impl Faults {
    /// Whether everything holds.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn add(&mut self, fault: Value) {
        self.count += 1;
        if self.printed.len() < FAULTS_PRINTED {
            self.printed.push(fault);
        }
    }

    /// Of a chain or a seal.
    pub fn audit(&mut self, fault: &AuditFault) {
        self.add(match fault {
            AuditFault::Chain(writer, broken) => json!({
                "kind": "chain",
                "writer": writer.to_string(),
                "entry": broken.seq,
                "what": format!("{:?}", broken.kind).to_lowercase(),
            }),
            AuditFault::Head(writer) => json!({ "kind": "head", "writer": writer.to_string() }),
            AuditFault::HeadUnreadable => json!({ "kind": "head", "what": "unreadable" }),
            AuditFault::Sealed(writer, seal) => json!({
                "kind": "sealed",
                "writer": writer.to_string(),
                "seal": seal,
            }),
            AuditFault::Seal(number, error) => json!({
                "kind": "seal",
                "seal": number,
                "what": format!("{error:?}"),
            }),
        });
    }

    /// A row that is not as an entry says.
    pub fn event(&mut self, fault: &EventFault) {
        let (kind, what) = match fault.what {
            EventFaultKind::Missing | EventFaultKind::Dropped => ("event", "missing"),
            EventFaultKind::Altered => ("event", "altered"),
            EventFaultKind::AmendmentAltered => ("amendment", "altered"),
        };
        self.add(json!({
            "kind": kind,
            "device": fault.device.to_string(),
            "event": fault.seq,
            "what": what,
        }));
    }

    /// Of a device: `broken` (its chain), `unrecorded` (events that no entry speaks of), `gone`
    /// (events of a device that is in no list), `unreadable`.
    pub fn device(&mut self, device: Option<DeviceId>, event: i64, what: &str) {
        self.add(json!({
            "kind": "device",
            "device": device.map(|device| device.to_string()),
            "event": event,
            "what": what,
        }));
    }

    /// Corrections at desks that no entry speaks of.
    pub fn amendments_unrecorded(&mut self, device: DeviceId) {
        self.add(json!({
            "kind": "amendment",
            "device": device.to_string(),
            "what": "unrecorded",
        }));
    }

    /// Of an order: `altered`, `signature` (one that does not hold), `unrecorded`.
    pub fn order(&mut self, order: OrderId, what: &str) {
        self.add(json!({ "kind": "order", "order": order.to_string(), "what": what }));
    }

    /// An act on an order that the audit speaks of and that is not there.
    pub fn order_act_missing(&mut self, order: Option<OrderId>, hash: &Hash, act: &str) {
        self.add(json!({
            "kind": "order",
            "order": order.map(|order| order.to_string()),
            "hash": hash.to_string(),
            "act": act,
            "what": "missing",
        }));
    }
}

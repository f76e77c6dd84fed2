//! What the lists of the API are made of. No name but masked, no number of a document, no
//! telephone of a person, no door beside a crossing.

use gatehouse_core::moment::Moment;
use gatehouse_core::person::GateName;
use gatehouse_store::area::AreaRow;
use gatehouse_store::crossing::CrossingRow;
use gatehouse_store::gate::GateRow;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::open_item::OpenItemRow;
use gatehouse_store::pass::PassRow;
use gatehouse_store::person::PersonRow;
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::visit::VisitRow;
use schemars::JsonSchema;
use serde::Serialize;

/// A page of a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PageOf<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What to send as `after` for the next page; null on the last.
    pub next: Option<String>,
}

impl<T> PageOf<T> {
    /// A page of `limit` rows: where it is full, the next begins after its last.
    pub fn new(items: Vec<T>, limit: u32, key: impl Fn(&T) -> String) -> PageOf<T> {
        let is_full = items.len() >= limit as usize;
        let next = items.last().filter(|_| is_full).map(key);
        PageOf { items, next }
    }
}

/// An area.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AreaItem {
    /// Never changes.
    pub area: String,
    /// The area it lies in.
    pub parent: Option<String>,
    /// province … unit
    pub level: String,
    /// What people call it now.
    pub name: String,
    /// The day it was merged, split or dissolved.
    pub ended_on: Option<String>,
}

/// A gate.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GateItem {
    /// Never changes.
    pub gate: String,
    /// The compound or village that it closes.
    pub area: String,
    /// What people call it.
    pub name: String,
    /// Whom people at the gate can call.
    pub phone: String,
    /// open, suspended, ended
    pub state: String,
}

/// A policy document in force.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PolicyItem {
    /// Its id.
    pub document: String,
    /// Its version.
    pub version: i64,
    /// Where it is in force, with everything below.
    pub area: String,
    /// Since when, RFC 3339.
    pub from: String,
    /// Until when, not included.
    pub until: Option<String>,
}

/// People at one door.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HouseholdItem {
    /// Never changes.
    pub household: String,
    /// Compound or village.
    pub area: String,
    /// Empty where there is none.
    pub building: String,
    /// Empty where there is none.
    pub unit: String,
    /// Room or door.
    pub room: String,
    /// The grid it belongs to.
    pub grid: Option<String>,
}

/// A person, masked.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PersonItem {
    /// Never changes.
    pub person: String,
    /// Compound or village that keeps the record.
    pub area: String,
    /// Where they live now.
    pub household: Option<String>,
    /// resident, temporary_resident, exempt_worker, …
    pub kind: String,
    /// active, left, died, merged, erased
    pub state: String,
    /// The record they turned out to be.
    pub merged_into: Option<String>,
    /// Surname and mask; null once erased.
    pub masked_name: Option<String>,
}

/// A pass.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PassItem {
    /// Never changes.
    pub pass: String,
    /// As printed on the card.
    pub number: String,
    /// resident, temporary_resident, worker, errand, slip, visitor, vehicle
    pub kind: String,
    /// Compound or village that it opens.
    pub area: String,
    /// Of the holder.
    pub household: Option<String>,
    /// Person or vehicle; null for a household's errand pass.
    pub holder: Option<String>,
    /// First instant, RFC 3339.
    pub from: String,
    /// End, not included.
    pub until: String,
    /// When it was issued.
    pub issued_at: String,
    /// When it was ended early.
    pub revoked_at: Option<String>,
    /// Why: a word from the closed list.
    pub revocation: Option<String>,
    /// The pass issued in its place.
    pub replaced_by: Option<String>,
}

/// An attempt at a gate, whatever came of it; not whose.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CrossingItem {
    /// Gate device.
    pub device: String,
    /// Number in the device's chain.
    pub seq: i64,
    /// Where.
    pub gate: String,
    /// By the device's clock, clamped, RFC 3339.
    pub at: String,
    /// By our clock.
    pub received_at: String,
    /// in, out
    pub way: String,
    /// resident, courier, visitor, …; null where not known
    pub subject_kind: Option<String>,
    /// admit, ask, refuse, refer: of the device
    pub verdict: String,
    /// Of the server, where it decided too.
    pub server_verdict: Option<String>,
    /// crossed, turned_back, taken_in_charge, unknown, after amendments; null once undone
    pub outcome: Option<String>,
    /// Admitted as an emergency.
    pub is_emergency: bool,
}

/// A fever or an emergency.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OpenItem {
    /// Never changes.
    pub item: String,
    /// fever, emergency
    pub kind: String,
    /// Where.
    pub gate: String,
    /// When, RFC 3339.
    pub opened_at: String,
    /// What came of it, a word from a list; null while open.
    pub outcome: Option<String>,
    /// When that was recorded.
    pub closed_at: Option<String>,
}

/// An instant as RFC 3339 in UTC.
pub fn time(millis: i64) -> String {
    Moment::new(millis, 0).to_text()
}

/// An enum's own word.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn text<T: ToString>(id: &Option<T>) -> Option<String> {
    id.as_ref().map(ToString::to_string)
}

impl From<AreaRow> for AreaItem {
    fn from(row: AreaRow) -> AreaItem {
        AreaItem {
            area: row.area.to_string(),
            parent: text(&row.parent),
            level: row.level,
            name: row.name,
            ended_on: row.ended_on.map(|day| day.to_text()),
        }
    }
}

impl From<GateRow> for GateItem {
    fn from(row: GateRow) -> GateItem {
        GateItem {
            gate: row.gate.to_string(),
            area: row.area.to_string(),
            name: row.name,
            phone: row.phone,
            state: row.state,
        }
    }
}

impl From<PolicyForceRow> for PolicyItem {
    fn from(row: PolicyForceRow) -> PolicyItem {
        PolicyItem {
            document: row.document,
            version: row.version,
            area: row.area.to_string(),
            from: time(row.from_at),
            until: row.to_at.map(time),
        }
    }
}

impl From<HouseholdRow> for HouseholdItem {
    fn from(row: HouseholdRow) -> HouseholdItem {
        HouseholdItem {
            household: row.household.to_string(),
            area: row.area.to_string(),
            building: row.building,
            unit: row.unit,
            room: row.room,
            grid: row.grid,
        }
    }
}

impl From<(PersonRow, Option<String>)> for PersonItem {
    fn from((row, masked): (PersonRow, Option<String>)) -> PersonItem {
        let name = masked.as_deref().and_then(GateName::from_stored);
        PersonItem {
            person: row.person.to_string(),
            area: row.area.to_string(),
            household: text(&row.household),
            kind: row.kind,
            state: row.state,
            merged_into: text(&row.merged_into),
            masked_name: name.map(|name| name.mask),
        }
    }
}

impl From<PassRow> for PassItem {
    fn from(row: PassRow) -> PassItem {
        let (revoked_at, revocation) = row.revocation.map(|end| (end.at, end.reason)).unzip();
        PassItem {
            pass: row.pass.to_string(),
            number: row.number.to_string(),
            kind: row.kind,
            area: row.area.to_string(),
            household: text(&row.household),
            holder: row
                .holder
                .map(|id| gatehouse_core::id::PersonId(id).to_string()),
            from: time(row.from_at),
            until: time(row.expires_at),
            issued_at: time(row.issued_at),
            revoked_at: revoked_at.map(time),
            revocation,
            replaced_by: text(&row.replaced_by),
        }
    }
}

impl From<CrossingRow> for CrossingItem {
    fn from(row: CrossingRow) -> CrossingItem {
        CrossingItem {
            device: row.device.to_string(),
            seq: row.seq,
            gate: row.gate.to_string(),
            at: time(row.counted_at),
            received_at: time(row.received_at),
            way: word(&row.way),
            subject_kind: row.subject_kind.as_ref().map(word),
            verdict: word(&row.verdict),
            server_verdict: row.server.as_ref().map(|server| word(&server.verdict)),
            outcome: row.outcome_now.as_ref().map(word),
            is_emergency: row.is_emergency,
        }
    }
}

/// A visit: who comes is never said.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VisitItem {
    /// Never changes.
    pub visit: String,
    /// Where they come.
    pub gate: String,
    /// Said at the gate.
    pub number: i64,
    /// By the clock there.
    pub day: String,
    /// Whom they visit; null where the door is none of the ledger's.
    pub household: Option<String>,
    /// visitor, household, guard
    pub registered_by: String,
    /// family, care, repair, work, delivery, other
    pub purpose: String,
    /// yes, no; null until the household has said.
    pub answer: Option<String>,
    /// When.
    pub answered_at: Option<String>,
}

impl From<VisitRow> for VisitItem {
    fn from(row: VisitRow) -> VisitItem {
        let (answer, at) = row.answer.map(|answer| (answer.is_yes, answer.at)).unzip();
        VisitItem {
            visit: data_encoding::HEXLOWER.encode(&row.visit),
            gate: row.gate.to_string(),
            number: row.number,
            day: row.day.to_text(),
            household: text(&row.household),
            registered_by: row.registered_by,
            purpose: row.purpose,
            answer: answer.map(|yes| if yes { "yes" } else { "no" }.to_owned()),
            answered_at: at.map(time),
        }
    }
}

impl From<OpenItemRow> for OpenItem {
    fn from(row: OpenItemRow) -> OpenItem {
        let (outcome, closed_at) = row.end.map(|end| (end.outcome, end.at)).unzip();
        OpenItem {
            item: row.item.to_string(),
            kind: row.kind,
            gate: row.gate.to_string(),
            opened_at: time(row.opened_at),
            outcome,
            closed_at: closed_at.map(time),
        }
    }
}

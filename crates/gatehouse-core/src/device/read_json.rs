//! Requests from JSON, read by hand: what `serde` derives for the same types weighs 100 kB more
//! in the gate app. Every test of the device holds the two to the same answers.

use super::input::{
    Answer, Change, EmergencyKind, Guard, Input, Noted, OverrulingReason, REQUEST_BYTES_MOST,
    Request,
};
use crate::gate::wording::Lang;
use crate::gate::{Outcome, SubjectKind, Verdict, Way};
use crate::id::{DeviceId, GateId, StaffId};
use crate::json::{Json, Object};
use crate::moment::Moment;

type Names<T> = &'static [(&'static str, T)];

const LANGS: Names<Lang> = &[("zh", Lang::Zh), ("en", Lang::En)];
const WAYS: Names<Way> = &[("in", Way::In), ("out", Way::Out)];
const VERDICTS: Names<Verdict> = &[
    ("admit", Verdict::Admit),
    ("ask", Verdict::Ask),
    ("refuse", Verdict::Refuse),
    ("refer", Verdict::Refer),
];
const OUTCOMES: Names<Outcome> = &[
    ("crossed", Outcome::Crossed),
    ("turned_back", Outcome::TurnedBack),
    ("taken_in_charge", Outcome::TakenInCharge),
    ("unknown", Outcome::Unknown),
];
const REASONS: Names<OverrulingReason> = &[
    ("shift_lead_decided", OverrulingReason::ShiftLeadDecided),
    ("office_approved", OverrulingReason::OfficeApproved),
    ("supplied_later", OverrulingReason::SuppliedLater),
    ("left_by_choice", OverrulingReason::LeftByChoice),
    ("went_through", OverrulingReason::WentThrough),
    ("emergency_found", OverrulingReason::EmergencyFound),
];
const EMERGENCIES: Names<EmergencyKind> = &[
    ("unsaid", EmergencyKind::Unsaid),
    ("illness", EmergencyKind::Illness),
    ("birth", EmergencyKind::Birth),
    ("fire", EmergencyKind::Fire),
    ("danger", EmergencyKind::Danger),
];

/// Reads a request; `None` for anything that is not exactly one.
pub(super) fn read_request(bytes: &[u8]) -> Option<Request> {
    if bytes.len() > REQUEST_BYTES_MOST {
        return None;
    }
    let value = Json::parse(bytes)?;
    let mut fields = Fields::of(&value)?;
    let mut moment = Fields::of(fields.take("moment")?)?;
    let offset = i16::try_from(moment.int("offset_minutes")?).ok()?;
    let now = Moment::new(moment.int("millis")?, offset);
    let request = Request {
        moment: moment.done(now)?,
        lang: fields.choice("lang", LANGS)?,
        random_base64: fields.text("random_base64")?,
        input: read_input(Fields::of(fields.take("input")?)?)?,
    };
    fields.done(request)
}

fn read_input(mut fields: Fields<'_>) -> Option<Input> {
    let name = fields.text("input")?;
    let input = match read_upkeep(&name, &mut fields) {
        Some(read) => read?,
        None => read_at_the_gate(&name, &mut fields)?,
    };
    fields.done(input)
}

/// What keeps the device going; `None` where the name is none of these.
fn read_upkeep(name: &str, fields: &mut Fields<'_>) -> Option<Option<Input>> {
    Some(match name {
        "enrol" => read_enrol(fields),
        "snapshot" => {
            (fields.text("bytes_base64")).map(|bytes_base64| Input::Snapshot { bytes_base64 })
        }
        "shift_start" => read_shift_start(fields),
        "shift_end" => fields
            .optional("note", |fields, name| fields.text(name))
            .map(|note| Input::ShiftEnd {
                note: note.unwrap_or_default(),
            }),
        "thermometer" => fields.text("way").map(|way| Input::Thermometer { way }),
        "amend" => read_amend(fields),
        "cancel" => Some(Input::Cancel {}),
        "sent" => read_sent(fields),
        "tick" => Some(Input::Tick {}),
        _ => return None,
    })
}

fn read_enrol(fields: &mut Fields<'_>) -> Option<Input> {
    Some(Input::Enrol {
        device: DeviceId::parse(&fields.text("device")?)?,
        gate: GateId::parse(&fields.text("gate")?)?,
        root_key_base64: fields.text("root_key_base64")?,
    })
}

fn read_shift_start(fields: &mut Fields<'_>) -> Option<Input> {
    Some(Input::ShiftStart {
        guards: fields.list("guards", read_guard)?,
        mask: fields.flag("mask")?,
        armband: fields.flag("armband")?,
        thermometer: fields.optional("thermometer", |fields, name| fields.text(name))?,
    })
}

fn read_amend(fields: &mut Fields<'_>) -> Option<Input> {
    Some(Input::Amend {
        seq: fields.count("seq")?,
        change: read_change(Fields::of(fields.take("change")?)?)?,
    })
}

fn read_sent(fields: &mut Fields<'_>) -> Option<Input> {
    Some(Input::Sent {
        acknowledged_through: fields.count("acknowledged_through")?,
        answers: fields.list("answers", read_answer)?,
        server_millis: fields.optional("server_millis", |fields, name| fields.int(name))?,
    })
}

/// What concerns the one who stands at the gate.
fn read_at_the_gate(name: &str, fields: &mut Fields<'_>) -> Option<Input> {
    Some(match name {
        "scan" => Input::Scan {
            text: fields.text("text")?,
            way: fields.choice("way", WAYS)?,
        },
        "card" => Input::Card {
            number: fields.text("number")?,
            way: fields.choice("way", WAYS)?,
        },
        "lookup" => Input::Lookup {
            building: fields.text("building")?,
            unit: fields.text("unit")?,
            room: fields.text("room")?,
            surname: fields.text("surname")?,
            way: fields.choice("way", WAYS)?,
        },
        "begin" => Input::Begin {
            subject_kind: read_subject_kind(&fields.text("subject_kind")?)?,
            way: fields.choice("way", WAYS)?,
            room: fields.optional("room", |fields, name| fields.text(name))?,
            plate: fields.optional("plate", |fields, name| fields.text(name))?,
        },
        "fact" => Input::Fact {
            fact: fields.text("fact")?,
            value: fields.take("value")?.clone(),
        },
        "register" => Input::Register {
            noted: read_noted(Fields::of(fields.take("noted")?)?)?,
        },
        "emergency" => Input::Emergency {
            way: fields.choice("way", WAYS)?,
            what: match fields.map.get("what") {
                Some(_) => fields.choice("what", EMERGENCIES)?,
                None => EmergencyKind::Unsaid,
            },
        },
        "fever" => Input::Fever {},
        "finish" => Input::Finish {
            outcome: fields.choice("outcome", OUTCOMES)?,
            overruling_reason: fields.optional("overruling_reason", |fields, name| {
                fields.choice(name, REASONS)
            })?,
        },
        _ => return None,
    })
}

fn read_noted(mut fields: Fields<'_>) -> Option<Noted> {
    let noted = Noted {
        name: fields.text("name")?,
        phone: fields.text("phone")?,
        room: fields.text("room")?,
        approved_by: fields.text("approved_by")?,
    };
    fields.done(noted)
}

fn read_subject_kind(name: &str) -> Option<SubjectKind> {
    let choices = crate::gate::fact::subject_kind::CHOICES;
    SubjectKind::at(crate::gate::json::position(choices, name)?)
}

fn read_guard(mut fields: Fields<'_>) -> Option<Guard> {
    let guard = Guard {
        staff: StaffId::parse(&fields.text("staff")?)?,
        name: fields.text("name")?,
    };
    fields.done(guard)
}

fn read_change(mut fields: Fields<'_>) -> Option<Change> {
    let change = match fields.text("kind")?.as_str() {
        "undo" => Change::Undo {},
        "outcome" => Change::Outcome {
            outcome: fields.choice("outcome", OUTCOMES)?,
            reason: fields.optional("reason", |fields, name| fields.choice(name, REASONS))?,
        },
        "emergency" => Change::Emergency {
            what: fields.choice("what", EMERGENCIES)?,
        },
        _ => return None,
    };
    fields.done(change)
}

fn read_answer(mut fields: Fields<'_>) -> Option<Answer> {
    let answer = Answer {
        seq: fields.count("seq")?,
        verdict: fields.choice("verdict", VERDICTS)?,
        graver: fields.flag("graver")?,
        rows: fields.texts("rows")?,
        sentences: fields.texts("sentences")?,
    };
    fields.done(answer)
}

/// The fields of an object, and how many of them were read.
struct Fields<'a> {
    map: &'a Object,
    read: usize,
}

impl<'a> Fields<'a> {
    fn of(value: &'a Json) -> Option<Fields<'a>> {
        let map = value.as_object()?;
        Some(Fields { map, read: 0 })
    }

    /// A field; each is taken once.
    fn take(&mut self, name: &str) -> Option<&'a Json> {
        let value = self.map.get(name)?;
        self.read += 1;
        Some(value)
    }

    fn text(&mut self, name: &str) -> Option<String> {
        self.take(name)?.as_text().map(str::to_owned)
    }

    fn int(&mut self, name: &str) -> Option<i64> {
        self.take(name)?.as_int()
    }

    fn count(&mut self, name: &str) -> Option<u64> {
        self.take(name)?.as_count()
    }

    fn flag(&mut self, name: &str) -> Option<bool> {
        self.take(name)?.as_flag()
    }

    fn choice<T: Copy>(&mut self, name: &str, names: Names<T>) -> Option<T> {
        let text = self.take(name)?.as_text()?;
        let found = names.iter().find(|entry| entry.0 == text)?;
        Some(found.1)
    }

    /// What may be missing or null.
    fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.map.get(name) {
            None => Some(None),
            Some(Json::Null) => {
                self.read += 1;
                Some(None)
            }
            Some(_) => read(self, name).map(Some),
        }
    }

    fn list<T>(&mut self, name: &str, read: fn(Fields<'_>) -> Option<T>) -> Option<Vec<T>> {
        let items = self.take(name)?.as_list()?.iter();
        items.map(|item| read(Fields::of(item)?)).collect()
    }

    fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let items = self.take(name)?.as_list()?.iter();
        items
            .map(|item| item.as_text().map(str::to_owned))
            .collect()
    }

    /// The result, if nothing is left over.
    fn done<T>(&self, result: T) -> Option<T> {
        (self.read == self.map.len()).then_some(result)
    }
}

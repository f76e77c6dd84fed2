//! What a row asks to be done, what documents below may do with it and what it takes the place of:
//! the fields of its form, and what they say. Fields that were not sent leave things as they are.

use crate::console::policy_row_form::Fields;
use crate::console::policy_row_view::{Control, Input, Select};
use crate::page::Frame;
use gatehouse_core::gate::duty::{Duty, Receiver};
use gatehouse_core::gate::wording::duty_text;
use gatehouse_core::policy::row_text::RowText;

/// Duties that need nothing said besides.
const PLAIN: [(&str, Duty); 8] = [
    ("measure_temperature", Duty::MeasureTemperature),
    ("register", Duty::Register),
    ("wear_mask", Duty::WearMask),
    ("keep_apart", Duty::KeepApart),
    ("advise_doctor", Duty::AdviseDoctor),
    ("issue_pass", Duty::IssuePass),
    ("end_other_passes", Duty::EndOtherPasses),
    ("follow_up", Duty::FollowUp),
];
/// What documents below may do; value and key of its words.
const BELOW: [(&str, &str); 3] = [
    ("", "row-below-keep"),
    ("may tighten", "row-below-tighten"),
    ("may replace", "row-below-replace"),
];
/// Fields that hold minutes: to tell somebody, to have it done.
const MINUTES: [&str; 2] = ["duty.report.minutes", "duty.clock"];
/// Whether the fields of this file were sent.
const SENT: &str = "duty.has";

/// The fields.
pub struct DutyFields {
    /// Duties that need nothing said besides: value, words, whether they are asked for.
    pub plain: Control,
    /// Who is told.
    pub report: Control,
    /// Within how many minutes, who takes charge, who takes them to a doctor, which clock starts.
    pub more: Vec<Control>,
    /// What documents below may do.
    pub below: Control,
    /// Rows above that can be replaced; `None` where there are none.
    pub replaces: Option<Control>,
}

/// Makes the fields of a row; `above` are rows that may be replaced, with their sentences.
pub fn duty_fields(row: &RowText, above: &[(String, String)], frame: &Frame) -> DutyFields {
    let lang = frame.lang;
    let told = row.duties.iter().find_map(|duty| match duty {
        Duty::Report { to, within_minutes } => Some((to, *within_minutes)),
        _ => None,
    });
    let plain = PLAIN.iter().map(|(name, duty)| {
        let words = duty_text(duty, lang);
        ((*name).to_owned(), words, row.duties.contains(duty))
    });
    let report = Receiver::ALL.iter().map(|(one, name)| {
        let is_told = told.is_some_and(|(to, _)| to.contains(one));
        let words = lang.pick(one.words()).to_owned();
        ((*name).to_owned(), words, is_told)
    });
    let minutes = |name: &str, label: &str, value: Option<u16>| {
        Control::Input(Input {
            name: name.to_owned(),
            label: frame.t(label),
            mode: "numeric",
            value: value.map_or_else(String::new, |value| value.to_string()),
            unit: frame.t("row-minutes"),
        })
    };
    let clock = row.duties.iter().find_map(|duty| match duty {
        Duty::StartClock { minutes } => Some(*minutes),
        _ => None,
    });
    DutyFields {
        plain: Control::Ticks("duty".to_owned(), plain.collect()),
        report: Control::Ticks("duty.report.to".to_owned(), report.collect()),
        more: vec![
            minutes(
                "duty.report.minutes",
                "row-report-minutes",
                told.and_then(|told| told.1),
            ),
            receiver("duty.hand_to", "row-hand-to", handed(row), frame),
            receiver("duty.transport", "row-transport", taken(row), frame),
            minutes("duty.clock", "row-clock", clock),
        ],
        below: below(row, frame),
        replaces: replaces(row, above),
    }
}

fn handed(row: &RowText) -> Option<Receiver> {
    row.duties.iter().find_map(|duty| match duty {
        Duty::HandTo { to } => Some(*to),
        _ => None,
    })
}

fn taken(row: &RowText) -> Option<Receiver> {
    row.duties.iter().find_map(|duty| match duty {
        Duty::Transport { by } => Some(*by),
        _ => None,
    })
}

fn receiver(name: &str, label: &str, is: Option<Receiver>, frame: &Frame) -> Control {
    let nobody = (String::new(), frame.t("row-nobody"), is.is_none());
    let all = Receiver::ALL.iter().map(|(one, name)| {
        let words = frame.lang.pick(one.words()).to_owned();
        ((*name).to_owned(), words, is == Some(*one))
    });
    Control::Select(Select {
        name: name.to_owned(),
        label: frame.t(label),
        options: std::iter::once(nobody).chain(all).collect(),
    })
}

fn below(row: &RowText, frame: &Frame) -> Control {
    let options = BELOW.iter().map(|(value, words)| {
        let is_chosen = *value == row.below;
        ((*value).to_owned(), frame.t(words), is_chosen)
    });
    Control::Select(Select {
        name: "below".to_owned(),
        label: frame.t("row-below"),
        options: options.collect(),
    })
}

/// Rows above, and those that the row replaces although they are not there any more.
fn replaces(row: &RowText, above: &[(String, String)]) -> Option<Control> {
    let is_replaced = |id: &String| row.replaces.contains(id);
    let there = above
        .iter()
        .map(|(id, words)| (id.clone(), format!("{id} {words}"), is_replaced(id)));
    let gone = row
        .replaces
        .iter()
        .filter(|id| above.iter().all(|(one, _)| one != *id))
        .map(|id| (id.clone(), id.clone(), true));
    let all: Vec<_> = there.chain(gone).collect();
    match all.is_empty() {
        true => None,
        false => Some(Control::Ticks("replaces".to_owned(), all)),
    }
}

/// What the fields say of duties, documents below, rows above.
pub fn with_duties(fields: &Fields, was: &RowText, row: RowText) -> RowText {
    if fields.get(SENT).is_none() {
        return RowText {
            duties: was.duties.clone(),
            below: was.below.clone(),
            replaces: was.replaces.clone(),
            ..row
        };
    }
    let chosen = duties(fields);
    let is_same =
        |one: &Duty, other: &Duty| std::mem::discriminant(one) == std::mem::discriminant(other);
    // In the order in which they were written; what is new comes last.
    let kept = was
        .duties
        .iter()
        .filter_map(|old| chosen.iter().find(|new| is_same(old, new)));
    let new = chosen
        .iter()
        .filter(|new| was.duties.iter().all(|old| !is_same(old, new)));
    RowText {
        duties: kept.chain(new).cloned().collect(),
        below: fields.get("below").unwrap_or_default().to_owned(),
        replaces: fields.all("replaces").map(str::to_owned).collect(),
        ..row
    }
}

/// Whether minutes were typed that are no whole number: nothing is guessed in their place.
pub fn has_wrong_minutes(fields: &Fields) -> bool {
    let typed = MINUTES.iter().filter_map(|name| fields.get(name));
    let mut typed = typed.filter(|text| !text.is_empty());
    typed.any(|text| text.parse::<u16>().is_err())
}

fn duties(fields: &Fields) -> Vec<Duty> {
    let minutes = |name: &str| fields.get(name).and_then(|text| text.parse::<u16>().ok());
    let is_asked = |name: &&str| fields.all("duty").any(|one| one == *name);
    let plain = PLAIN.iter().filter(|(name, _)| is_asked(name));
    let mut all: Vec<Duty> = plain.map(|(_, duty)| duty.clone()).collect();
    let to: Vec<Receiver> = fields
        .all("duty.report.to")
        .filter_map(Receiver::named)
        .collect();
    if !to.is_empty() {
        let within_minutes = minutes("duty.report.minutes");
        all.push(Duty::Report { to, within_minutes });
    }
    let to = fields.get("duty.hand_to").and_then(Receiver::named);
    all.extend(to.map(|to| Duty::HandTo { to }));
    let by = fields.get("duty.transport").and_then(Receiver::named);
    all.extend(by.map(|by| Duty::Transport { by }));
    all.extend(minutes("duty.clock").map(|minutes| Duty::StartClock { minutes }));
    all
}

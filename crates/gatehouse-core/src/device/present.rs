//! Screens: from a case and its decision, from a notice, or ready for the next one.

use super::case::{Case, Finding};
use super::input::OverrulingReason;
use super::list::List;
use super::screen::{
    Age, ChoiceShown, Control, ControlKind, Finish, Flag, Reason, Screen, ScreenKind, Sentence,
    Stage, StepShown, Who,
};
use super::steps_shown::{PERSON, aloud, duties, steps};
use super::words::{self, Language, Slots};
use crate::gate::compiled::Policy;
use crate::gate::decide::Ground;
use crate::gate::fact::Words;
use crate::gate::reading::Lens;
use crate::gate::{Decision, Fact, Known, Outcome, Value, Verdict};
use crate::moment::Moment;
use serde_json::json;

/// Most sentences in one block (glossary §2.1).
const SENTENCES_MOST: usize = 3;

/// What a screen is made from besides the case.
pub(crate) struct Scene<'a> {
    pub lang: Language,
    pub now: Moment,
    pub list: Option<&'a List>,
    pub skew_minutes: u16,
}

impl Screen {
    /// Nothing on it but a headline.
    pub(crate) fn plain(kind: ScreenKind, headline: &str) -> Screen {
        Screen {
            kind,
            verdict: None,
            headline: headline.to_owned(),
            sentences: vec![],
            clause: None,
            who: None,
            steps: vec![],
            duties: vec![],
            age: None,
            phone: None,
            finish: vec![],
            reasons: vec![],
            flags: vec![],
            code: None,
        }
    }
}

impl Scene<'_> {
    /// Slots that every sentence may use.
    pub fn slots(&self, case: Option<&Case>) -> Slots {
        let lang = self.lang;
        let held = |value: Option<String>, otherwise: Words| {
            value.unwrap_or_else(|| lang.of(otherwise).to_owned())
        };
        let list = self.list;
        let slots = Slots::new()
            .with("phone", held(self.phone(), words::DUTY_DESK))
            .with("office", held(list.map(|l| l.office()), words::COMMUNITY))
            .with("point", held(list.map(|l| l.goods_point()), words::AT_GATE))
            .with("place", held(list.map(|l| l.waiting_place()), words::ANYWHERE));
        match case.and_then(|case| self.room_of(case)) {
            Some(room) => slots.with("room", room),
            None => slots,
        }
    }

    /// Number of the duty desk.
    pub fn phone(&self) -> Option<String> {
        self.list.and_then(List::phone)
    }

    fn room_of(&self, case: &Case) -> Option<String> {
        let list = self.list?;
        list.room_label(case.household?, self.lang)
    }

    /// A sentence of the device.
    pub fn sentence(&self, words: Words, slots: &Slots) -> Sentence {
        sentence(&slots.fill(self.lang.of(words)))
    }

    /// The age of the list, as shown under every verdict.
    pub fn age(&self) -> Option<Age> {
        let list = self.list?;
        let minutes = list.age_minutes(self.now);
        let text = match minutes {
            0 => self.lang.of(words::LIST_NOW).to_owned(),
            _ => Slots::new()
                .with("age", words::length(self.lang, minutes))
                .fill(self.lang.of(words::LIST_AGE)),
        };
        Some(Age {
            minutes,
            text,
            stage: list.stage(self.now),
        })
    }

    /// Sentences on the list and the clock for the top of the screen.
    pub fn notices(&self) -> Vec<String> {
        let slots = self.slots(None);
        let mut notices = Vec::new();
        if let Some(age) = self.age() {
            let slots = slots
                .clone()
                .with("age", words::length(self.lang, age.minutes));
            match age.stage {
                Stage::Fresh => {}
                Stage::Stale => notices.push(slots.fill(self.lang.of(words::STALE))),
                Stage::Past => notices.push(slots.fill(self.lang.of(words::PAST))),
            }
        } else {
            notices.push(slots.fill(self.lang.of(words::NO_LIST)));
        }
        if self.skew_minutes > 0 {
            let slots = slots.with("minutes", self.skew_minutes.to_string());
            notices.push(slots.fill(self.lang.of(words::SKEW)));
        }
        notices
    }

    /// The screen of an open case.
    pub fn case(&self, case: &Case, decision: &Decision, policy: Option<&Policy>) -> Screen {
        let lang = self.lang;
        if !case.candidates.is_empty() {
            return self.choose(case);
        }
        let slots = self.slots(Some(case));
        let mut screen = Screen::plain(ScreenKind::Verdict, lang.of(words::verdict(case.verdict)));
        screen.verdict = Some(case.verdict);
        screen.who = self.who(case);
        screen.age = self.age();
        screen.flags = self.flags(case, decision, policy);
        screen.sentences = self.sentences(case, decision, policy, &slots);
        screen.finish = finishes(lang, case, decision);
        screen.reasons = reasons(lang);
        if case.verdict != Verdict::Admit {
            screen.phone = self.phone();
        }
        if case.reopened.is_some() {
            return screen;
        }
        if let Some(policy) = policy {
            screen.clause = clause(lang, decision, policy);
            screen.steps = steps(lang, decision, policy, &slots, screen.phone.as_deref());
            screen.duties = duties(lang, decision, policy, &slots);
        }
        screen
    }

    fn choose(&self, case: &Case) -> Screen {
        let lang = self.lang;
        let mut screen = Screen::plain(ScreenKind::Choose, lang.of(words::LOOKUP_CHOOSE));
        let shown = case.candidates.iter().filter_map(|person| {
            let who = self.list?.who(*person, lang, self.now)?;
            let parts = [who.name, who.sex, who.age_band];
            let label: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            Some(ChoiceShown {
                value: json!(person.to_string()),
                label: label.join(" · "),
            })
        });
        let (text, read_aloud) = aloud(lang.of(words::LOOKUP_HOW));
        screen.steps.push(StepShown {
            step: PERSON.to_owned(),
            text,
            read_aloud,
            control: Control {
                kind: ControlKind::Choice,
                fact: PERSON.to_owned(),
                choices: shown.collect(),
                several: false,
                phone: None,
            },
        });
        screen.age = self.age();
        screen
    }

    fn who(&self, case: &Case) -> Option<Who> {
        let list = self.list?;
        if let Some(who) = case.person.and_then(|id| list.who(id, self.lang, self.now)) {
            return Some(who);
        }
        let room = list.room_label(case.household?, self.lang)?;
        let kind = self.subject_label(case)?;
        Some(Who {
            name: kind.to_owned(),
            room,
            sex: String::new(),
            age_band: String::new(),
        })
    }

    /// 住户, 访客 …
    pub fn subject_label(&self, case: &Case) -> Option<&'static str> {
        let choices = crate::gate::fact::subject_kind::CHOICES;
        let choice = choices.get(case.kind()? as usize)?;
        Some(self.lang.of(choice.label))
    }

    fn flags(&self, case: &Case, decision: &Decision, policy: Option<&Policy>) -> Vec<Flag> {
        let is_fever =
            case.situation.given(Fact::FoundFever) == Some(&Known::Is(Value::Flag(true)));
        [
            (case.copied_minutes.is_some(), Flag::Copied),
            (matches!(case.finding, Finding::Grace(_)), Flag::Grace),
            (self.skew_minutes > 0, Flag::ClockSkew),
            (quota_unsure(case, policy).is_some(), Flag::QuotaUnsure),
            (is_fever, Flag::Fever),
            (case.reopened.is_some(), Flag::ServerAnswer),
            (decision.ground == Ground::NoPolicy, Flag::NoPolicy),
        ]
        .into_iter()
        .filter_map(|(holds, flag)| holds.then_some(flag))
        .collect()
    }

    /// What to do stands before why; at most three (glossary §2.1). The device's own sentences
    /// come first where they say what to do with the pass.
    fn sentences(
        &self,
        case: &Case,
        decision: &Decision,
        policy: Option<&Policy>,
        slots: &Slots,
    ) -> Vec<Sentence> {
        let mut said: Vec<Sentence> = Vec::new();
        if let Some(reopened) = &case.reopened {
            let slots = slots
                .clone()
                .with("verdict", self.lang.of(words::verdict(case.verdict)));
            said.push(self.sentence(words::GRAVER, &slots));
            said.extend(reopened.sentences.iter().map(|text| sentence(text)));
            said.truncate(SENTENCES_MOST);
            return said;
        }
        if let Some(minutes) = case.copied_minutes {
            let slots = slots.clone().with("minutes", minutes.to_string());
            said.push(self.sentence(words::COPIED, &slots));
        }
        said.extend(self.of_pass(case, slots));
        let rows = policy.map(|policy| decision.reason_rows(policy).collect::<Vec<_>>());
        for row in rows.iter().flatten() {
            let Some(say) = &row.say else { continue };
            let said_by_row = sentence(&slots.fill(self.lang.text(say)));
            if !said.contains(&said_by_row) {
                said.push(said_by_row);
            }
        }
        match decision.ground {
            Ground::NoRule => said.push(self.sentence(words::NO_RULE, slots)),
            Ground::NoPolicy => said.push(self.sentence(words::NO_POLICY, slots)),
            Ground::Emergency | Ground::Rows => {}
        }
        if self.is_fever(case) && said.iter().all(|s| !s.read_aloud) {
            let mut rest = self.sentence(words::FEVER_REPORTED, slots);
            rest.read_aloud = true;
            said.insert(0, rest);
        }
        if let (Some(tenths), Verdict::Admit) = (case.second_reading(), case.verdict) {
            let slots = slots.clone().with("temperature", degrees(self.lang, tenths));
            said.insert(0, self.sentence(words::FEVER_NORMAL, &slots));
        }
        if let Some((least, most, window)) = quota_unsure(case, policy)
            && case.verdict == Verdict::Admit
        {
            let slots = slots
                .clone()
                .with("least", least.to_string())
                .with("most", most.to_string())
                .with("window", window_words(self.lang, window));
            said.push(self.sentence(words::QUOTA_UNSURE, &slots));
        }
        said.truncate(SENTENCES_MOST);
        said
    }

    fn is_fever(&self, case: &Case) -> bool {
        case.situation.given(Fact::FoundFever) == Some(&Known::Is(Value::Flag(true)))
    }

    fn of_pass(&self, case: &Case, slots: &Slots) -> Option<Sentence> {
        let dated = |day| slots.clone().with("date", words::date(self.lang, day));
        let (words, slots) = match &case.finding {
            Finding::NoPass | Finding::Valid => return None,
            Finding::Expired(day) => (words::PASS_EXPIRED, dated(*day)),
            Finding::NotYet(day) => (words::PASS_NOT_YET, dated(*day)),
            Finding::Grace(days) => (
                words::GRACE,
                slots.clone().with("days", days.to_string()),
            ),
            Finding::Revoked => (words::PASS_REVOKED, slots.clone()),
            Finding::Altered => (words::PASS_ALTERED, slots.clone()),
            Finding::Unverifiable => (words::PASS_UNKNOWN, slots.clone()),
            Finding::Elsewhere(name) => {
                let name = match name.is_empty() {
                    true => self.lang.of(words::OTHER_COMPOUND),
                    false => name,
                };
                (words::PASS_ELSEWHERE, slots.clone().with("compound", name))
            }
        };
        Some(self.sentence(words, &slots))
    }
}

fn sentence(text: &str) -> Sentence {
    let (text, read_aloud) = aloud(text);
    Sentence { text, read_aloud }
}

/// 36.5 ℃.
fn degrees(lang: Language, tenths: i64) -> String {
    let unit = match lang {
        Language::Zh => " ℃",
        Language::En => " °C",
    };
    [&(tenths / 10).to_string(), ".", &(tenths % 10).to_string(), unit].concat()
}

/// "依据：{notice} {clause}" of the weightiest row that has a document.
fn clause(lang: Language, decision: &Decision, policy: &Policy) -> Option<String> {
    let documents = &policy.compiled().documents;
    let (row, document) = decision.reason_rows(policy).find_map(|row| {
        let document = documents.get(usize::from(row.document?))?;
        Some((row, document))
    })?;
    let clause = match row.source.as_str() {
        "deployment" => lang.of(words::LOCAL),
        clause => clause,
    };
    let slots = Slots::new()
        .with("notice", lang.text(&document.title))
        .with("clause", clause);
    Some(slots.fill(lang.of(words::CLAUSE)))
}

/// The count of outings that may be wrong, with its window in days, where a row reads it.
fn quota_unsure(case: &Case, policy: Option<&Policy>) -> Option<(i64, i64, u16)> {
    let known = case.situation.known(Fact::Outings);
    let Known::Is(Value::Outings(outings)) = known.as_ref() else {
        return None;
    };
    let readings = policy?.compiled().readings.iter();
    readings.into_iter().find_map(|reading| {
        let Lens::OutingCount { window, .. } = reading.lens else {
            return None;
        };
        let (least, most) = reading.count(outings, case.situation.moment);
        let days = match window {
            crate::gate::reading::Window::Rolling { days }
            | crate::gate::reading::Window::Calendar { days } => days,
        };
        (least < most).then_some((least, most, days))
    })
}

fn window_words(lang: Language, days: u16) -> String {
    match (lang, days) {
        (Language::Zh, 1) => "今天".to_owned(),
        (Language::En, 1) => "today".to_owned(),
        (Language::Zh, days) => ["最近 ", &days.to_string(), " 天"].concat(),
        (Language::En, days) => ["in ", &days.to_string(), " days"].concat(),
    }
}

/// How a case can end: what fits the verdict first, then what needs a reason.
fn finishes(lang: Language, case: &Case, decision: &Decision) -> Vec<Finish> {
    let finish = |outcome: Outcome, words: Words| Finish {
        outcome,
        label: lang.of(words).to_owned(),
        needs_reason: needs_reason(case, outcome),
    };
    let crossed_anyway = match decision.ground {
        // The shift lead decides; what they decide is no exception.
        Ground::NoRule => words::CROSSED_IN,
        _ => words::LET_THROUGH,
    };
    match case.verdict {
        Verdict::Admit => vec![
            finish(Outcome::Crossed, words::CROSSED_IN),
            finish(Outcome::TurnedBack, words::TURNED_BACK),
            finish(Outcome::TakenInCharge, words::TAKEN),
        ],
        Verdict::Ask | Verdict::Refuse => vec![
            finish(Outcome::TurnedBack, words::TURNED_BACK),
            finish(Outcome::Crossed, crossed_anyway),
            finish(Outcome::TakenInCharge, words::TAKEN),
            finish(Outcome::Unknown, words::NOT_KNOWN),
        ],
        Verdict::Refer => vec![
            finish(Outcome::TakenInCharge, words::TAKEN),
            finish(Outcome::Crossed, crossed_anyway),
            finish(Outcome::TurnedBack, words::TURNED_BACK),
            finish(Outcome::Unknown, words::NOT_KNOWN),
        ],
    }
}

/// 改判: the outcome is not what the verdict says, so the guard gives a reason.
pub(crate) fn needs_reason(case: &Case, outcome: Outcome) -> bool {
    match (case.verdict, outcome) {
        // Taken in charge is help; nobody has to justify it.
        (_, Outcome::Unknown | Outcome::TakenInCharge) => false,
        (Verdict::Admit, Outcome::Crossed) => false,
        (Verdict::Ask | Verdict::Refuse, Outcome::TurnedBack) => false,
        (_, Outcome::Crossed | Outcome::TurnedBack) => true,
    }
}

fn reasons(lang: Language) -> Vec<Reason> {
    use OverrulingReason as R;
    [
        (R::ShiftLeadDecided, words::BECAUSE_LEAD),
        (R::OfficeApproved, words::BECAUSE_OFFICE),
        (R::SuppliedLater, words::BECAUSE_SUPPLIED),
        (R::LeftByChoice, words::BECAUSE_LEFT),
        (R::WentThrough, words::BECAUSE_WENT),
        (R::EmergencyFound, words::BECAUSE_EMERGENCY),
    ]
    .into_iter()
    .map(|(value, words)| Reason {
        value,
        label: lang.of(words).to_owned(),
    })
    .collect()
}

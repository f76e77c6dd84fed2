//! Screens: from a case and its decision, from a notice, or ready for the next one.

use super::attend::asks_to_register;
use super::case::{Case, Finding};
use super::input::OverrulingReason;
use super::list::List;
use super::screen::{
    Age, ChoiceShown, Control, ControlKind, DutyShown, Finish, Flag, Reason, Screen, ScreenKind,
    Sentence, Stage, StepShown, Who,
};
use super::steps_shown::{PERSON, limits, steps};
use super::words::{self, Slots};
use crate::gate::compiled::Policy;
use crate::gate::decide::{Ground, is_read};
use crate::gate::duty::Duty;
use crate::gate::fact::Words;
use crate::gate::reading::{Lens, Window};
use crate::gate::wording::{Lang, duty_text, put_in_words, verdict_words};
use crate::gate::{Decision, Fact, Known, Outcome, Step, SubjectKind, Value, Verdict};
use crate::moment::Moment;

/// Most sentences in one block (glossary §2.1).
const SENTENCES_MOST: usize = 3;

/// What a screen is made from besides the case.
pub(crate) struct Scene<'a> {
    pub lang: Lang,
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
            register: false,
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
    /// Slots that every sentence may use; what is not held here has its stand-in.
    pub fn slots(&self, case: Option<&Case>) -> Slots {
        let Some(list) = self.list else {
            return Slots::new();
        };
        let gate = &list.snapshot().gate;
        let room = case.and_then(|case| list.room_label(case.household?, self.lang));
        // An outside vehicle waits where vehicles park, a person where people sit.
        let is_vehicle = case.and_then(Case::kind) == Some(SubjectKind::Vehicle);
        let place = match is_vehicle {
            true => &gate.parking_place,
            false => &gate.waiting_place,
        };
        [
            ("phone", self.phone(case).unwrap_or_default()),
            ("office", gate.office_place.clone()),
            ("point", gate.goods_point.clone()),
            ("place", place.clone()),
            ("room", room.unwrap_or_default()),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .fold(Slots::new(), |slots, (name, value)| slots.with(name, value))
    }

    /// Whom to call: what an order names, else the shift lead, else the duty desk; the desk first
    /// where the list is too old. The screen is the same for all of them, so that an onlooker
    /// learns nothing (glossary §2.4).
    pub fn phone(&self, case: Option<&Case>) -> Option<String> {
        let list = self.list?;
        let phones = &list.snapshot().gate.phones;
        let order = case.and_then(|case| list.stopping_order(case, self.now));
        let desk = match list.stage(self.now) {
            Stage::Past => phones.duty_desk.as_str(),
            _ => "",
        };
        [
            order.map_or(desk, |order| &order.phone),
            &phones.shift_lead,
            &phones.duty_desk,
        ]
        .into_iter()
        .find(|phone| !phone.is_empty())
        .map(str::to_owned)
    }

    /// A sentence of the device.
    pub fn sentence(&self, words: Words, slots: &Slots) -> Sentence {
        slots.sentence(self.lang, self.lang.pick(words))
    }

    /// The age of the list, as shown under every verdict.
    pub fn age(&self) -> Option<Age> {
        let list = self.list?;
        let minutes = list.age_minutes(self.now);
        let text = match minutes {
            0 => self.lang.pick(words::LIST_NOW).to_owned(),
            _ => Slots::new()
                .with("age", words::length(self.lang, minutes))
                .text(self.lang, words::LIST_AGE),
        };
        Some(Age {
            minutes,
            text,
            stage: list.stage(self.now),
        })
    }

    /// Sentences on the list and the clock for the top of a screen. A verdict keeps its room: over
    /// it stands only what changes how it is to be taken.
    pub fn notices(&self, over: ScreenKind) -> Vec<String> {
        let slots = self.slots(None);
        let mut notices = Vec::new();
        if let Some(age) = self.age() {
            let slots = slots
                .clone()
                .with("age", words::length(self.lang, age.minutes));
            match age.stage {
                Stage::Stale if over != ScreenKind::Verdict => {
                    notices.push(slots.text(self.lang, words::STALE))
                }
                Stage::Past => notices.push(slots.text(self.lang, words::PAST)),
                Stage::Fresh | Stage::Stale => {}
            }
        } else {
            notices.push(slots.text(self.lang, words::NO_LIST));
        }
        if self.skew_minutes > 0 {
            let slots = slots.with("minutes", self.skew_minutes.to_string());
            notices.push(slots.text(self.lang, words::SKEW));
        }
        notices
    }

    /// The screen of an open case.
    pub fn case(&self, case: &Case, decision: &Decision, policy: Option<&Policy>) -> Screen {
        let lang = self.lang;
        if !case.candidates.is_empty() {
            return self.choose(case);
        }
        let headline = lang.pick(verdict_words(case.verdict));
        let mut screen = Screen::plain(ScreenKind::Verdict, headline);
        screen.verdict = Some(case.verdict);
        screen.who = self.who(case);
        screen.age = self.age();
        screen.flags = self.flags(case, decision, policy);
        screen.finish = finishes(lang, case, decision);
        screen.reasons = reasons(lang);
        if case.verdict != Verdict::Admit {
            screen.phone = self.phone(Some(case));
        }
        if let Some(reopened) = &case.reopened {
            let slots = self.slots(Some(case)).with("verdict", headline);
            screen.sentences.push(self.sentence(words::GRAVER, &slots));
            let said = reopened.sentences.iter();
            screen.sentences.extend(said.map(|text| Sentence {
                text: text.clone(),
                read_aloud: false,
            }));
            screen.sentences.truncate(SENTENCES_MOST);
            return screen;
        }
        let mut slots = self.slots(Some(case));
        if let Some(policy) = policy {
            slots = limits(lang, decision, policy, slots);
        }
        let wording = put_in_words(decision, policy, lang, &|name| slots.get(name));
        screen.steps = steps(lang, decision, &wording, screen.phone.as_deref());
        screen.sentences = self.sentences(case, wording.sentences, policy, &slots);
        screen.clause = wording.clause;
        let asked = policy.is_some_and(|policy| asks_to_register(decision, policy));
        screen.register = asked && !decision.steps().contains(&Step::Register);
        // The form's own key says it; a line beside it would say it twice.
        let said_by_form = duty_text(&Duty::Register, lang);
        screen.duties = (wording.duties.into_iter())
            .filter(|text| !screen.register || *text != said_by_form)
            .map(|text| DutyShown { text })
            .collect();
        screen
    }

    fn choose(&self, case: &Case) -> Screen {
        let lang = self.lang;
        let mut screen = Screen::plain(ScreenKind::Choose, lang.pick(words::LOOKUP_CHOOSE));
        let shown = case.candidates.iter().filter_map(|person| {
            let who = self.list?.who(*person, lang)?;
            let parts = [who.name, who.sex, who.age_band];
            let label: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            Some(ChoiceShown {
                value: person.to_string().as_str().into(),
                label: label.join(" · "),
            })
        });
        screen.steps.push(StepShown {
            step: PERSON.to_owned(),
            text: lang.pick(words::LOOKUP_HOW).to_owned(),
            read_aloud: false,
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
        if let Some(who) = case.person.and_then(|id| list.who(id, self.lang)) {
            return Some(who);
        }
        let room = list.room_label(case.household?, self.lang)?;
        let kind = self.subject_label(case)?;
        Some(Who {
            name: kind.to_owned(),
            room,
            sex: String::new(),
            age_band: String::new(),
            picture_base64: None,
        })
    }

    /// 住户, 访客 …
    pub fn subject_label(&self, case: &Case) -> Option<&'static str> {
        let choices = crate::gate::fact::subject_kind::CHOICES;
        let choice = choices.get(case.kind()? as usize)?;
        Some(self.lang.pick(choice.label))
    }

    fn flags(&self, case: &Case, decision: &Decision, policy: Option<&Policy>) -> Vec<Flag> {
        [
            (case.copied_minutes.is_some(), Flag::Copied),
            (matches!(case.finding, Finding::Grace(_)), Flag::Grace),
            (self.skew_minutes > 0, Flag::ClockSkew),
            (quota_unsure(case, policy).is_some(), Flag::QuotaUnsure),
            (is_fever(case), Flag::Fever),
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
        of_rows: Vec<Sentence>,
        policy: Option<&Policy>,
        slots: &Slots,
    ) -> Vec<Sentence> {
        let mut said: Vec<Sentence> = Vec::new();
        if let (Some(tenths), Verdict::Admit) = (case.second_reading(), case.verdict) {
            let slots = slots
                .clone()
                .with("temperature", degrees(self.lang, tenths));
            said.push(self.sentence(words::FEVER_NORMAL, &slots));
        }
        if let Some(minutes) = case.copied_minutes {
            let slots = slots.clone().with("minutes", minutes.to_string());
            said.push(self.sentence(words::COPIED, &slots));
        }
        said.extend(self.of_pass(case, slots));
        // A fever report is answered kindly also where no row speaks of it.
        if is_fever(case) && case.verdict != Verdict::Refer {
            said.push(self.sentence(words::FEVER_REPORTED, slots));
        }
        for sentence in of_rows {
            if !said.contains(&sentence) {
                said.push(sentence);
            }
        }
        if let (Some(unsure), Some(list)) = (quota_unsure(case, policy), self.list) {
            // Who may not cross hears why first.
            let at = said.len().min((case.verdict != Verdict::Admit).into());
            let slots = slots
                .clone()
                .with("least", unsure.least.to_string())
                .with("most", unsure.most.to_string())
                .with("window", window_words(self.lang, unsure.days))
                .with("count", list.unheard(case.situation.moment).to_string())
                .with("counted", unsure.counted.to_string());
            said.insert(at, self.sentence(words::QUOTA_UNSURE, &slots));
        }
        said.truncate(SENTENCES_MOST);
        said
    }

    fn of_pass(&self, case: &Case, slots: &Slots) -> Option<Sentence> {
        let dated = |day| slots.clone().with("date", words::date(self.lang, day));
        let (words, slots) = match &case.finding {
            Finding::NoPass | Finding::Valid => return None,
            Finding::Expired(day) => (words::PASS_EXPIRED, dated(*day)),
            Finding::NotYet(day) => (words::PASS_NOT_YET, dated(*day)),
            Finding::Grace(days) => (words::GRACE, slots.clone().with("days", days.to_string())),
            Finding::Revoked => (words::PASS_REVOKED, slots.clone()),
            Finding::Altered => (words::PASS_ALTERED, slots.clone()),
            Finding::Unverifiable => (words::PASS_UNKNOWN, slots.clone()),
            Finding::Elsewhere => {
                let name = self.lang.pick(words::OTHER_COMPOUND);
                (words::PASS_ELSEWHERE, slots.clone().with("compound", name))
            }
        };
        Some(self.sentence(words, &slots))
    }
}

fn is_fever(case: &Case) -> bool {
    case.situation.given(Fact::FoundFever) == Some(&Known::Is(Value::Flag(true)))
}

/// 36.5 ℃.
fn degrees(lang: Lang, tenths: i64) -> String {
    let unit = match lang {
        Lang::Zh => " ℃",
        Lang::En => " °C",
    };
    [
        &(tenths / 10).to_string(),
        ".",
        &(tenths % 10).to_string(),
        unit,
    ]
    .concat()
}

/// A count of outings that may be wrong.
struct Unsure {
    least: i64,
    most: i64,
    /// What decides, by the row.
    counted: i64,
    /// Length of its window.
    days: u16,
}

/// The count of outings that may be wrong, where a row about this case reads it.
fn quota_unsure(case: &Case, policy: Option<&Policy>) -> Option<Unsure> {
    let policy = policy?;
    let known = case.situation.known(Fact::Outings);
    let Known::Is(Value::Outings(outings)) = known.as_ref() else {
        return None;
    };
    let moment = case.situation.moment;
    let readings = policy.compiled().readings.iter().enumerate();
    readings.into_iter().find_map(|(at, reading)| {
        let Lens::OutingCount { window, .. } = reading.lens else {
            return None;
        };
        let (least, most) = reading.count(outings, moment);
        let (Window::Rolling { days } | Window::Calendar { days }) = window;
        (least < most && is_read(&case.situation, policy, at)).then(|| Unsure {
            least,
            most,
            counted: reading.deciding_count(outings, moment),
            days,
        })
    })
}

fn window_words(lang: Lang, days: u16) -> String {
    match (lang, days) {
        (Lang::Zh, 1) => "今天".to_owned(),
        (Lang::En, 1) => "today".to_owned(),
        (Lang::Zh, days) => ["最近 ", &days.to_string(), " 天"].concat(),
        (Lang::En, days) => ["in ", &days.to_string(), " days"].concat(),
    }
}

/// How a case can end: what fits the verdict first, then what needs a reason.
fn finishes(lang: Lang, case: &Case, decision: &Decision) -> Vec<Finish> {
    let finish = |outcome: Outcome, words: Words| Finish {
        outcome,
        label: lang.pick(words).to_owned(),
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

fn reasons(lang: Lang) -> Vec<Reason> {
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
        label: lang.pick(words).to_owned(),
    })
    .collect()
}

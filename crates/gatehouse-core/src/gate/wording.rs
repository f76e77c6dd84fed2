//! A decision in words: what a guard reads, in both languages (GATE-14).
//!
//! Sentences come from the rows (`say`) and from the steps; slots in braces are filled with what
//! the gate knows (phones, places, counts). A slot that nobody fills gets a word that still makes
//! sense, so no sentence is ever cut.

use super::compiled::{Policy, Row, Text};
use super::decide::{Decision, Ground};
use super::duty::Duty;
use super::fact::{Words, words};
use super::step::Step;
use super::{Effect, Verdict};
use crate::text::without_gaps;
use serde::{Deserialize, Serialize};

/// A language of the screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// 中文.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The words in this language.
    pub const fn pick(self, words: Words) -> &'static str {
        match self {
            Lang::Zh => words.zh,
            Lang::En => words.en,
        }
    }

    /// The text in this language.
    pub fn of(self, text: &Text) -> &str {
        match self {
            Lang::Zh => &text.zh,
            Lang::En => &text.en,
        }
    }
}

/// What fills a slot, by its name without braces.
pub type Slots<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A sentence as it stands on the screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// The words.
    pub text: String,
    /// Marked 念: said to the person as it stands.
    pub read_aloud: bool,
}

/// A decision in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// 放行, 请补充, 不放行, 转办.
    pub headline: &'static str,
    /// Why, and what to do.
    pub sentences: Vec<Sentence>,
    /// `依据：…`, of the weightiest row; none where no row decides.
    pub clause: Option<String>,
    /// The steps, in order.
    pub steps: Vec<(Step, Sentence)>,
    /// What is to be done besides.
    pub duties: Vec<String>,
}

/// The word for a verdict (glossary).
pub const fn verdict_words(verdict: Verdict) -> Words {
    match verdict {
        Verdict::Admit => words("放行", "Let through"),
        Verdict::Ask => words("请补充", "More needed"),
        Verdict::Refuse => words("不放行", "Do not let through"),
        Verdict::Refer => words("转办", "Hand over"),
    }
}

/// Puts a decision into words.
pub fn put_in_words(
    decision: &Decision,
    policy: Option<&Policy>,
    lang: Lang,
    slots: Slots<'_>,
) -> Wording {
    let ground = ground_words(decision.ground).map(|w| sentence(lang.pick(w), lang, slots));
    let mut sentences: Vec<Sentence> = ground.into_iter().collect();
    let mut clause = None;
    let mut duties = Vec::new();
    if let Some(policy) = policy {
        // Under ask, open bars and refers are only possible, and a grant that is open itself is
        // about somebody who may not be the one; what is missing is said by the steps.
        let certain = decision
            .reasons
            .iter()
            .filter(|at| decision.verdict != Verdict::Ask || decision.applied.contains(at));
        let rows = certain.filter_map(|at| policy.rows().get(usize::from(*at)));
        // Who is handed over hears of that alone: a bar is a reason too, but nobody with a fever
        // is told to go away.
        let said = rows.filter(|row| match decision.verdict {
            Verdict::Ask => row.effect == Effect::Grant,
            Verdict::Refer => row.effect == Effect::Refer,
            Verdict::Admit | Verdict::Refuse => true,
        });
        for row in said {
            if clause.is_none() {
                clause = Some(clause_text(policy, row, lang));
            }
            let missing = decision.missing.iter().map(|m| lang.pick(m.step.short()));
            let missing = missing
                .collect::<Vec<_>>()
                .join(lang.pick(words("、", ", ")));
            let fill = |name: &str| match name {
                "missing" if !missing.is_empty() => Some(missing.clone()),
                _ => slots(name),
            };
            let say = row.say.as_ref();
            let said = say.map(|say| sentence(lang.of(say), lang, &fill));
            sentences.extend(said.filter(|said| !sentences.contains(said)));
        }
        for duty in decision.duty_rows(policy).flat_map(|row| &row.duties) {
            let text = duty_text(duty, lang);
            if left_to_do(duty, decision) && !duties.contains(&text) {
                duties.push(text);
            }
        }
    }
    let rest = policy.map(|policy| policy.compiled().rest_minutes.to_string());
    let fill = |name: &str| slots(name).or_else(|| (name == "minutes").then(|| rest.clone())?);
    let steps = decision
        .missing
        .iter()
        .map(|m| (m.step, sentence(lang.pick(m.step.sentence()), lang, &fill)))
        .collect();
    let headline = lang.pick(verdict_words(decision.verdict));
    Wording {
        headline,
        sentences,
        clause,
        steps,
        duties,
    }
}

/// Whether a duty still has to be said: not what a step says already, nor what is done. Who is
/// handed over sits apart until somebody comes, however often they were measured.
fn left_to_do(duty: &Duty, decision: &Decision) -> bool {
    let Some(step) = duty.step() else {
        return true;
    };
    let waits = *duty == Duty::KeepApart && decision.verdict == Verdict::Refer;
    let asked = decision.missing.iter().any(|missing| missing.step == step);
    waits || !(asked || decision.done.contains(&step))
}

fn ground_words(ground: Ground) -> Option<Words> {
    match ground {
        Ground::Emergency => Some(words(
            "已放行，先走，事后补记。",
            "Gone through; notes can wait.",
        )),
        Ground::NoPolicy => Some(words(
            "现在没有限制，正常进出，不记姓名。",
            "No restriction now. People cross as usual; no names are kept.",
        )),
        Ground::NoRule => Some(words(
            "规则没写到这种情况。请叫值班长定，定了要记下。",
            "No rule covers this. The shift lead decides; the decision is recorded.",
        )),
        Ground::Rows => None,
    }
}

/// `依据：{notice} {clause}`.
pub fn clause_text(policy: &Policy, row: &Row, lang: Lang) -> String {
    let document = row
        .document
        .and_then(|at| policy.compiled().documents.get(usize::from(at)));
    // A rule of ours is never passed off as the notice's: it stands behind, under its own name.
    let (mut clauses, mut ours) = (Vec::new(), Vec::new());
    for part in row.source.split(", ") {
        let of_notice = document.and_then(|document| part.strip_prefix(document.id.as_str()));
        match of_notice {
            Some(clause) => clauses.push(clause.trim_start_matches([' ', '-'])),
            None if part == "deployment" => {
                clauses.push(lang.pick(words("本地自定", "local choice")));
            }
            None => ours.push(part),
        }
    }
    let mut text = ours.join(lang.pick(words("、", ", ")));
    if let Some(document) = document.filter(|_| !clauses.is_empty()) {
        let clauses = clauses.join(lang.pick(words("、", ", ")));
        let end = if ours.is_empty() {
            ""
        } else {
            lang.pick(words("；", "; "))
        };
        text = format!("{} {clauses}{end}{text}", lang.of(&document.title));
    }
    match lang {
        Lang::Zh => format!("依据：{text}"),
        Lang::En => format!("Rule: {text}"),
    }
}

/// Fills the slots of a sentence and marks whether it is read aloud.
pub fn sentence(template: &str, lang: Lang, slots: Slots<'_>) -> Sentence {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}') else {
            break;
        };
        text.push_str(&rest[..open]);
        let name = &rest[open + 1..open + close];
        match slots(name) {
            Some(value) => text.push_str(&value),
            None => text.push_str(lang.pick(stand_in(name))),
        }
        rest = &rest[open + close + 1..];
    }
    text.push_str(rest);
    if lang == Lang::Zh {
        text = without_gaps(&text);
    }
    let marks = ["念：", "Say: "];
    Sentence {
        read_aloud: marks.iter().any(|mark| text.starts_with(mark)),
        text,
    }
}

/// The word for a slot that nobody fills.
const fn stand_in(name: &str) -> Words {
    match name.as_bytes() {
        b"phone" => words("值班室", "the duty desk"),
        b"point" => words("门岗", "the gate"),
        b"place" => words("旁边的空地", "the open space beside"),
        b"office" => words("社区", "the community"),
        b"room" => words("那户", "the home"),
        b"receivers" => words("社区", "the community"),
        b"carrier" => words("值守人员", "the gate team"),
        b"hospital" => words("定点医院", "the designated hospital"),
        b"worker_class" => words("保障", "Exempt"),
        b"missing" => words("没有了", "nothing"),
        b"minutes" => words("几", "a few"),
        b"days" => words("几", "a few"),
        _ => words("", ""),
    }
}

/// A duty in words.
pub fn duty_text(duty: &Duty, lang: Lang) -> String {
    let plain = |zh: &'static str, en: &'static str| lang.pick(words(zh, en)).to_owned();
    match duty {
        Duty::MeasureTemperature => plain("量体温", "measure the temperature"),
        Duty::Register => plain("登记", "register"),
        Duty::WearMask => plain("戴好口罩", "mask on"),
        Duty::KeepApart => plain("请到旁边坐，和别人分开", "seat them apart from others"),
        Duty::AdviseDoctor => plain("劝去看医生", "advise to see a doctor"),
        Duty::IssuePass => plain("登记后发证", "issue a pass once registered"),
        Duty::EndOtherPasses => plain("其他证作废", "end other passes"),
        Duty::FollowUp => plain(
            "事后联系，问要不要帮忙",
            "get in touch later and offer help",
        ),
        Duty::Report { to, within_minutes } => {
            let names: Vec<&str> = to
                .iter()
                .map(|receiver| lang.pick(receiver.words()))
                .collect();
            let names = names.join(lang.pick(words("、", ", ")));
            match (lang, within_minutes) {
                (Lang::Zh, None) => format!("马上报{names}"),
                (Lang::Zh, Some(minutes)) => format!("{minutes} 分钟内报{names}"),
                (Lang::En, None) => format!("tell {names} at once"),
                (Lang::En, Some(minutes)) => format!("tell {names} within {minutes} minutes"),
            }
        }
        Duty::HandTo { to } => match lang {
            Lang::Zh => format!("交给{}", lang.pick(to.words())),
            Lang::En => format!("hand over to {}", lang.pick(to.words())),
        },
        Duty::Transport { by } => match lang {
            Lang::Zh => format!("由{}送去就诊", lang.pick(by.words())),
            Lang::En => format!("{} take them to the hospital", lang.pick(by.words())),
        },
        Duty::StartClock { minutes } => match lang {
            Lang::Zh => format!("{minutes} 分钟内办"),
            Lang::En => format!("to be done within {minutes} minutes"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_filled_and_an_empty_one_still_reads() {
        let given = |name: &str| (name == "point").then(|| "2 号货架".to_owned());
        let table = [
            (
                "货请放到 {point}，住户来取。",
                "货请放到 2 号货架，住户来取。",
                false,
            ),
            ("念：有事拨 {phone}。", "念：有事拨值班室。", true),
            ("没有槽", "没有槽", false),
            ("破的 {槽", "破的 {槽", false),
        ];
        for (template, text, read_aloud) in table {
            let expected = Sentence {
                text: text.to_owned(),
                read_aloud,
            };
            assert_eq!(sentence(template, Lang::Zh, &given), expected);
        }
    }
}

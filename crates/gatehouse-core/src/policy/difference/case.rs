//! What differs in the cases of a document: situations and answers that it was checked by.

use super::document::source_value;
use super::{Difference, Thing, of_things, of_values};
use crate::gate::Step;
use crate::gate::fact::{Fact, Words, words};
use crate::gate::value::{Known, Outings, Stay, StayKind, Value};
use crate::gate::wording::{Lang, verdict_words};
use crate::policy::cases::{Case, CaseFile};
use crate::policy::explain::known_words;
use crate::policy::part::{Kind, PartCase, json_words};

/// What differs between the cases of two versions, in words.
pub fn case_differences(before: &CaseFile, after: &CaseFile, lang: Lang) -> Vec<Difference> {
    let things = |file: &CaseFile| -> Vec<Thing> {
        let gate = file.gate.iter().map(|case| of_gate(case, lang));
        gate.chain(file.parts.iter().map(|case| of_part(case, lang)))
            .collect()
    };
    let kind = lang.pick(words("例子", "cases"));
    of_things(kind, &things(before), &things(after), lang)
}

fn of_gate(case: &Case, lang: Lang) -> Thing {
    let named = |name: Words, value: String| (lang.pick(name).to_owned(), value);
    let list = |list: &Option<Vec<String>>| match list {
        None => lang.pick(words("不看", "not looked at")).to_owned(),
        Some(list) if list.is_empty() => lang.pick(words("没有", "none")).to_owned(),
        Some(list) => list.join(", "),
    };
    let expect = &case.expect;
    let verdict = lang.pick(verdict_words(expect.verdict)).to_owned();
    let steps = expect.steps.as_ref().map(|steps| {
        let steps = steps.iter().map(|name| step(name, lang));
        steps.collect::<Vec<_>>()
    });
    let acts = expect.acts.as_ref().map(|acts| {
        let acts = acts.iter().map(|name| act(name, lang));
        acts.collect::<Vec<_>>()
    });
    let mut values = vec![
        source_value(&case.clause, lang),
        named(words("时间", "moment"), case.situation.moment.to_text()),
    ];
    let mut facts: Vec<(Fact, &Known)> = case.situation.all_given().collect();
    facts.sort_by_key(|(fact, _)| fact.spec().number);
    let facts: Vec<(String, String)> = facts
        .into_iter()
        .map(|(fact, known)| {
            let label = lang.pick(fact.spec().label).to_owned();
            (label, said(fact, known, lang))
        })
        .collect();
    let whole = facts.iter().map(|(_, said)| said.as_str());
    let whole = format!("{} → {verdict}", whole.collect::<Vec<_>>().join(" · "));
    values.extend(facts);
    values.extend([
        named(words("应当的答复", "expected answer"), verdict),
        named(
            words("应当由哪几条定", "rows that give it"),
            list(&expect.rows),
        ),
        named(words("应当的步骤", "expected steps"), list(&steps)),
        named(
            words("应当有哪几条要做的事", "rows with duties"),
            list(&expect.duties),
        ),
        named(words("应当做的事", "expected duties"), list(&acts)),
    ]);
    Thing {
        id: titled(&case.id, lang),
        whole,
        values,
    }
}

fn titled(id: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("例子 {id}"),
        Lang::En => format!("case {id}"),
    }
}

fn step(name: &str, lang: Lang) -> String {
    let found = Step::ALL.iter().find(|step| step.name() == name);
    found.map_or_else(|| plain(name), |step| lang.pick(step.short()).to_owned())
}

/// A duty as a case names it, `hand_to`.
fn act(name: &str, lang: Lang) -> String {
    let found = match name {
        "measure_temperature" => words("量体温", "measure the temperature"),
        "register" => words("登记", "register"),
        "wear_mask" => words("戴口罩", "mask on"),
        "keep_apart" => words("和别人分开坐", "seat them apart"),
        "advise_doctor" => words("劝去看医生", "advise to see a doctor"),
        "issue_pass" => words("发证", "issue a pass"),
        "end_other_passes" => words("其他证作废", "end other passes"),
        "follow_up" => words("事后联系", "get in touch later"),
        "report" => words("上报", "tell an office"),
        "hand_to" => words("交给别人", "hand over"),
        "transport" => words("送去就诊", "take them to the hospital"),
        "start_clock" => words("限时办", "to be done within a time"),
        other => return plain(other),
    };
    lang.pick(found).to_owned()
}

fn plain(name: &str) -> String {
    name.replace('_', " ")
}

/// A fact in words; stays and outings one by one, so that none can change unseen.
fn said(fact: Fact, known: &Known, lang: Lang) -> String {
    match known {
        Known::Is(Value::Stays(stays)) => each(stays, |stay| stay_words(stay, lang), lang),
        Known::Is(Value::Outings(outings)) => outings_words(outings, lang),
        known => known_words(fact, known, lang),
    }
}

fn each<T>(list: &[T], words_of: impl Fn(&T) -> String, lang: Lang) -> String {
    match list.is_empty() {
        true => lang.pick(words("没有", "none")).to_owned(),
        false => list.iter().map(words_of).collect::<Vec<_>>().join(", "),
    }
}

fn stay_words(stay: &Stay, lang: Lang) -> String {
    let kind = StayKind::ALL.iter().find(|entry| entry.0 == stay.kind);
    let place = kind.map_or("", |entry| lang.pick(words(entry.2, entry.3)));
    let days = stay.days_ago;
    match lang {
        Lang::Zh => format!("{days} 天前在{place}"),
        Lang::En => format!("in {place} {days} days ago"),
    }
}

fn outings_words(outings: &Outings, lang: Lang) -> String {
    let one = |outing: &crate::gate::value::Outing| {
        let who = match outing.own {
            true => words("本人", "the person"),
            false => words("家里人", "the household"),
        };
        let purpose = outing.purpose.and_then(|at| {
            let choice = crate::gate::fact::purpose::CHOICES.get(usize::from(at))?;
            Some(lang.pick(choice.label))
        });
        let (who, at) = (lang.pick(who), outing.at.to_text());
        format!("{who} {at} {}", purpose.unwrap_or_default())
            .trim_end()
            .to_owned()
    };
    let taken = each(&outings.taken, one, lang);
    match (outings.unsent, lang) {
        (0, _) => taken,
        (more, Lang::Zh) => format!("{taken}，可能还有 {more} 次"),
        (more, Lang::En) => format!("{taken}, perhaps {more} more"),
    }
}

fn of_part(case: &PartCase, lang: Lang) -> Thing {
    let named = |name: Words, value: String| (lang.pick(name).to_owned(), value);
    let kind = lang.pick(kind_words(case.kind));
    let mut values = vec![
        source_value(&case.clause, lang),
        named(words("问什么", "what is asked"), kind.to_owned()),
    ];
    let sides = [
        (words("问", "asked"), &case.question),
        (words("应当答", "expected"), &case.expect),
    ];
    for (side, json) in sides {
        let side = lang.pick(side);
        // Beside another version every year is said, so that none changes unseen.
        let leaves = json_words(json, None, lang).into_iter();
        values.extend(leaves.map(|(label, text)| (format!("{side} · {label}"), text)));
    }
    Thing {
        id: titled(&case.id, lang),
        whole: kind.to_owned(),
        values,
    }
}

/// What a case of a part asks, in words.
pub fn question_in_words(case: &PartCase, lang: Lang) -> String {
    let leaves = json_words(&case.question, Some(&case.question), lang).into_iter();
    let [colon, comma] = match lang {
        Lang::Zh => ["：", "；"],
        Lang::En => [": ", "; "],
    };
    let leaves: Vec<String> = leaves
        .map(|(label, text)| format!("{label}{colon}{text}"))
        .collect();
    let kind = lang.pick(kind_words(case.kind));
    format!("{kind}{colon}{}", leaves.join(comma))
}

/// What a case of a part would expect now, beside what it expects.
pub fn answer_differences(
    case: &PartCase,
    answer: &serde_json::Value,
    lang: Lang,
) -> Vec<Difference> {
    let [was, is] = [&case.expect, answer].map(|json| Thing {
        id: case.id.clone(),
        whole: String::new(),
        values: json_words(json, Some(&case.question), lang),
    });
    of_values(&was, &is)
}

const fn kind_words(kind: Kind) -> Words {
    match kind {
        Kind::Propose => words("来的人该怎么办", "what follows for who comes"),
        Kind::Plan => words("观察安排", "the days of an observation"),
        Kind::Classify => words("接触者属于哪一类", "what a contact counts as"),
        Kind::Grade => words("风险等级", "the level of risk"),
        Kind::Measures => words("要做哪些措施", "what is to be done"),
        Kind::Due => words("欠哪些报告", "reports that are owed"),
        Kind::Zones => words("划定和解除", "what is drawn and lifted"),
    }
}

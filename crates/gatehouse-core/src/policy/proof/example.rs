//! A situation in words: who, which way, and what of the rest is not as it usually is.

use super::model::{Found, Model};
use crate::gate::compiled::Text;
use crate::gate::fact::{Absent, Choice, Fact, Kind};
use crate::gate::reading::{Lens, Reading};
use crate::gate::wording::Lang;

/// What matters of a situation, in both languages; who and which way first.
pub(super) fn example(model: &Model<'_>, found: &Found) -> Text {
    Text {
        zh: example_in(Lang::Zh, model, found),
        en: example_in(Lang::En, model, found),
    }
}

/// The facts of some readings, each once.
pub(super) fn facts(model: &Model<'_>, readings: &[usize]) -> Text {
    let in_lang = |lang: Lang, comma: &str| {
        let mut labels: Vec<&str> = Vec::new();
        for at in readings {
            let fact = Fact::numbered(model.reading(*at).fact);
            let label = fact.map(|fact| lang.pick(fact.spec().label));
            labels.extend(label.filter(|label| !labels.contains(label)));
        }
        labels.join(comma)
    };
    Text {
        zh: in_lang(Lang::Zh, "、"),
        en: in_lang(Lang::En, ", "),
    }
}

fn example_in(lang: Lang, model: &Model<'_>, found: &Found) -> String {
    let mut parts: Vec<(u8, String)> = Vec::new();
    for (at, class) in found.classes.iter().enumerate() {
        let reading = model.reading(at);
        let rank = match Fact::numbered(reading.fact) {
            Some(Fact::SubjectKind) => 0,
            Some(Fact::Way) => 1,
            _ if found.matters[at] => 2,
            _ => continue,
        };
        parts.extend(said(lang, reading, *class).map(|said| (rank, said)));
    }
    parts.sort_by_key(|(rank, _)| *rank);
    let parts: Vec<String> = parts.into_iter().map(|(_, said)| said).collect();
    parts.join(in_lang(lang, "，", ", "))
}

const fn in_lang<'a>(lang: Lang, zh: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

fn said(lang: Lang, reading: &Reading, class: usize) -> Option<String> {
    let fact = Fact::numbered(reading.fact)?;
    let spec = fact.spec();
    let label = lang.pick(spec.label);
    let colon = in_lang(lang, "：", ": ");
    if class == 0 {
        let never = in_lang(lang, "不涉及", "does not arise");
        return Some(format!("{label}{colon}{never}"));
    }
    // Nothing seen, nothing on record: that is what anybody would think of.
    if spec.when_absent == Absent::Nothing && class == 1 {
        return None;
    }
    let names = |choices: &[Choice], members: u32| {
        let named = choices.iter().enumerate();
        let named = named.filter(|(at, _)| members & (1 << at) != 0);
        named
            .map(|(_, choice)| lang.pick(choice.label))
            .collect::<Vec<_>>()
            .join(in_lang(lang, "或", " or "))
    };
    Some(match (&reading.lens, spec.kind) {
        (Lens::Whole { .. }, Kind::Flag { yes, no }) => {
            lang.pick(if class == 2 { yes } else { no }).to_owned()
        }
        (Lens::Whole { .. }, Kind::Choice(choices)) => {
            let choice = choices.get(class - 1)?;
            format!("{label}{colon}{}", lang.pick(choice.label))
        }
        (Lens::Whole { cuts }, Kind::Number { unit, decimals, .. }) => {
            let unit = lang.pick(unit);
            format!("{label} {}", range(lang, cuts, class, decimals, unit))
        }
        (Lens::AnyOf { members } | Lens::AllOf { members }, Kind::Set(choices)) => {
            let not = match class {
                2 => "",
                _ => in_lang(lang, "没有", "not "),
            };
            format!("{label}{colon}{not}{}", names(choices, *members))
        }
        (Lens::StayWithin { days, .. }, _) => match lang {
            Lang::Zh => format!("{days} 天内{label}"),
            Lang::En => format!("{label} within {days} days"),
        },
        (Lens::OutingCount { cuts, .. }, _) => {
            format!("{label} {}", range(lang, cuts, class, 0, ""))
        }
        _ => return None,
    })
}

/// From one cut up to the next.
fn range(lang: Lang, cuts: &[i64], class: usize, decimals: u8, unit: &str) -> String {
    let number = |scaled: i64| {
        let scale = 10_i64.pow(u32::from(decimals));
        match decimals {
            0 => scaled.to_string(),
            _ => format!("{}.{}", scaled / scale, scaled % scale),
        }
    };
    let least = class.checked_sub(2).and_then(|at| cuts.get(at));
    let below = cuts.get(class - 1);
    let text = match (lang, least, below) {
        (_, Some(least), Some(below)) if least + 1 == *below => number(*least),
        (Lang::Zh, Some(least), Some(below)) => {
            format!("{} 起，不到 {}", number(*least), number(*below))
        }
        (Lang::En, Some(least), Some(below)) => {
            format!("from {} below {}", number(*least), number(*below))
        }
        (Lang::Zh, Some(least), None) => format!("{} 起", number(*least)),
        (Lang::En, Some(least), None) => format!("from {}", number(*least)),
        (Lang::Zh, None, Some(below)) => format!("不到 {}", number(*below)),
        (Lang::En, None, Some(below)) => format!("below {}", number(*below)),
        (_, None, None) => in_lang(lang, "不限", "any").to_owned(),
    };
    format!("{text} {unit}").trim_end().to_owned()
}

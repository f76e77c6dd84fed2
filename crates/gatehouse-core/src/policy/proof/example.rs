//! A situation in words: who, which way, and what of the rest is not as it usually is.

use super::model::{Found, Model};
use super::plain::{NOT_APPLICABLE, YES, goes_without_saying};
use crate::gate::compiled::Text;
use crate::gate::fact::{Fact, Kind};
use crate::gate::reading::{Lens, Reading};
use crate::gate::wording::Lang;
use crate::policy::condition::{Condition, Want};
use crate::policy::explain::phrase;

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

/// What holds of a reading in a class, in the words of a row that asks for just that.
fn said(lang: Lang, reading: &Reading, class: usize) -> Option<String> {
    if goes_without_saying(reading, class) {
        return None;
    }
    let fact = Fact::numbered(reading.fact)?;
    let condition = Condition {
        fact,
        lens: reading.lens.clone(),
        want: wanted(fact, &reading.lens, class),
        span: 0..0,
    };
    Some(phrase(&condition, lang))
}

fn wanted(fact: Fact, lens: &Lens, class: usize) -> Want {
    if class == NOT_APPLICABLE {
        return Want::NotApplicable;
    }
    match (lens, fact.spec().kind) {
        (Lens::Whole { .. }, Kind::Choice(_)) => Want::OneOf(1 << (class - 1)),
        (Lens::Whole { cuts }, Kind::Number { least, most, .. }) => {
            let (from, below) = bounds(cuts, class);
            // What every number is says nothing.
            let from = from.filter(|from| *from > least);
            let below = below.filter(|below| *below <= most);
            match fact {
                Fact::TimeOfDay => Want::Clock(
                    from.unwrap_or(least) as u16,
                    below.unwrap_or(most + 1) as u16,
                ),
                _ => Want::Range(from, below.map(|below| below - 1)),
            }
        }
        (Lens::OutingCount { cuts, .. }, _) => {
            let (from, below) = bounds(cuts, class);
            Want::Range(from, below.map(|below| below - 1))
        }
        _ => Want::Flag(class == YES),
    }
}

/// From one cut up to, not including, the next.
fn bounds(cuts: &[i64], class: usize) -> (Option<i64>, Option<i64>) {
    let from = class.checked_sub(2).and_then(|at| cuts.get(at));
    (from.copied(), cuts.get(class - 1).copied())
}

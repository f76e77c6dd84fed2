//! A situation in words: who, which way, and what of the rest is not as it usually is.

use super::model::{Found, Model};
use crate::gate::fact::{Absent, Choice, Fact, Kind};
use crate::gate::reading::{Lens, Reading};

/// What matters of a situation, in English; who and which way first.
pub(super) fn example(model: &Model<'_>, found: &Found) -> String {
    let mut parts: Vec<(u8, String)> = Vec::new();
    for (at, class) in found.classes.iter().enumerate() {
        let reading = model.reading(at);
        let rank = match Fact::numbered(reading.fact) {
            Some(Fact::SubjectKind) => 0,
            Some(Fact::Way) => 1,
            _ if found.matters[at] => 2,
            _ => continue,
        };
        parts.extend(said(reading, *class).map(|said| (rank, said)));
    }
    parts.sort_by_key(|(rank, _)| *rank);
    let parts: Vec<String> = parts.into_iter().map(|(_, said)| said).collect();
    parts.join(", ")
}

fn said(reading: &Reading, class: usize) -> Option<String> {
    let fact = Fact::numbered(reading.fact)?;
    let spec = fact.spec();
    let label = spec.label.en;
    if class == 0 {
        return Some(format!("{label}: does not arise"));
    }
    // Nothing seen, nothing on record: that is what anybody would think of.
    if spec.when_absent == Absent::Nothing && class == 1 {
        return None;
    }
    let names = |choices: &[Choice], members: u32| {
        let named = choices.iter().enumerate();
        let named = named.filter(|(at, _)| members & (1 << at) != 0);
        named
            .map(|(_, choice)| choice.label.en)
            .collect::<Vec<_>>()
            .join(" or ")
    };
    Some(match (&reading.lens, spec.kind) {
        (Lens::Whole { .. }, Kind::Flag { yes, no }) => {
            if class == 2 { yes.en } else { no.en }.to_owned()
        }
        (Lens::Whole { .. }, Kind::Choice(choices)) => {
            let choice = choices.get(class - 1)?;
            format!("{label}: {}", choice.label.en)
        }
        (Lens::Whole { cuts }, Kind::Number { unit, decimals, .. }) => {
            format!("{label} {}", range(cuts, class, decimals, unit.en))
        }
        (Lens::AnyOf { members } | Lens::AllOf { members }, Kind::Set(choices)) => {
            let not = if class == 2 { "" } else { "not " };
            format!("{label}: {not}{}", names(choices, *members))
        }
        (Lens::StayWithin { days, .. }, _) => format!("{label} within {days} days"),
        (Lens::OutingCount { cuts, .. }, _) => format!("{label} {}", range(cuts, class, 0, "")),
        _ => return None,
    })
}

/// From one cut up to the next.
fn range(cuts: &[i64], class: usize, decimals: u8, unit: &str) -> String {
    let number = |scaled: i64| {
        let scale = 10_i64.pow(u32::from(decimals));
        match decimals {
            0 => scaled.to_string(),
            _ => format!("{}.{}", scaled / scale, scaled % scale),
        }
    };
    let least = class.checked_sub(2).and_then(|at| cuts.get(at));
    let below = cuts.get(class - 1);
    let text = match (least, below) {
        (Some(least), Some(below)) if least + 1 == *below => number(*least),
        (Some(least), Some(below)) => format!("from {} below {}", number(*least), number(*below)),
        (Some(least), None) => format!("from {}", number(*least)),
        (None, Some(below)) => format!("below {}", number(*below)),
        (None, None) => "any".to_owned(),
    };
    format!("{text} {unit}").trim_end().to_owned()
}

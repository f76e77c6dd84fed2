//! What is known of a situation at a gate, in the words of its facts.

use crate::page::Frame;
use gatehouse_core::gate::fact::{Choice, Fact, Kind};
use gatehouse_core::gate::situation::Situation;
use gatehouse_core::gate::value::{Known, Value};

/// Each fact by its name, in the order of the list of facts; what was unknown is said so.
pub fn facts_in_words(frame: &Frame, situation: &Situation) -> Vec<(String, String)> {
    let mut given: Vec<(Fact, &Known)> = situation.all_given().collect();
    given.sort_by_key(|(fact, _)| fact.spec().number);
    let lines = given.into_iter().filter_map(|(fact, known)| {
        let label = frame.lang.pick(fact.spec().label).to_owned();
        Some((label, known_words(frame, fact, known)?))
    });
    lines.collect()
}

/// The same in one line; what is a plain yes or no speaks for itself.
pub fn situation_words(frame: &Frame, situation: &Situation) -> String {
    let mut given: Vec<(Fact, &Known)> = situation.all_given().collect();
    given.sort_by_key(|(fact, _)| fact.spec().number);
    let parts = given.into_iter().filter_map(|(fact, known)| {
        let words = known_words(frame, fact, known)?;
        Some(match fact.spec().kind {
            Kind::Flag { .. } => words,
            _ => format!("{} {words}", frame.lang.pick(fact.spec().label)),
        })
    });
    parts.collect::<Vec<_>>().join(" · ")
}

/// `None` for what does not arise.
fn known_words(frame: &Frame, fact: Fact, known: &Known) -> Option<String> {
    let value = match known {
        Known::NotApplicable => return None,
        Known::Unknown => return Some(frame.t("fact-unknown")),
        Known::Is(value) => value,
    };
    let pick = |choice: &Choice| frame.lang.pick(choice.label).to_owned();
    Some(match (fact.spec().kind, value) {
        (Kind::Flag { yes, no }, Value::Flag(flag)) => {
            frame.lang.pick(if *flag { yes } else { no }).to_owned()
        }
        (Kind::Choice(choices), Value::Choice(at)) => choices.get(usize::from(*at)).map(pick)?,
        (Kind::Set(choices), Value::Set(bits)) => {
            let set = (0..).zip(choices).filter(|(at, _)| bits & (1 << at) != 0);
            set.map(|(_, choice)| pick(choice))
                .collect::<Vec<_>>()
                .join(" · ")
        }
        (Kind::Number { unit, decimals, .. }, Value::Number(number)) => {
            let unit = frame.lang.pick(unit);
            format!("{} {unit}", scaled(*number, decimals))
                .trim()
                .to_owned()
        }
        (_, Value::Stays(stays)) => frame.with("fact-stays", "count", &stays.len().to_string()),
        (_, Value::Outings(outings)) => {
            frame.with("fact-outings", "count", &outings.taken.len().to_string())
        }
        _ => return None,
    })
}

fn scaled(number: i64, decimals: u8) -> String {
    match decimals {
        0 => number.to_string(),
        decimals => {
            let unit = 10i64.pow(u32::from(decimals.min(9)));
            let sign = if number < 0 { "-" } else { "" };
            let (whole, rest) = (number.abs() / unit, number.abs() % unit);
            format!(
                "{sign}{whole}.{rest:0width$}",
                width = usize::from(decimals)
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn numbers_have_their_point() {
        assert_eq!(scaled(376, 1), "37.6");
        assert_eq!(scaled(-5, 1), "-0.5");
        assert_eq!(scaled(14, 0), "14");
        assert_eq!(scaled(1_005, 3), "1.005");
    }
}

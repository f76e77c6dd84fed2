//! Facts in JSON: cases on the command line, in `cases.toml`, from the gate app.
//!
//! Flags are booleans, choices are names, sets are lists of names, numbers are written in their
//! unit (36.5), `null` is "unknown", `"not_applicable"` is said outright.

use super::fact::{Choice, Fact, Kind, purpose};
use super::situation::Situation;
use super::value::{Known, OUTINGS_MOST, Outing, Outings, STAYS_MOST, Stay, StayKind, Value};
use crate::json::{Decimal, Json, Object};
use crate::moment::Moment;

const NOT_APPLICABLE: &str = "not_applicable";

/// Why a fact could not be read. `fact` is what was written, shortened; a value is never
/// repeated, since it may hold personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactError {
    /// No fact has this name.
    UnknownFact(String),
    /// It is read from the pass, the orders or history, never said.
    NotSaid(&'static str),
    /// The value has another shape or is out of range.
    WrongValue {
        /// The fact's name.
        fact: &'static str,
        /// What was expected.
        expected: String,
    },
}

impl std::fmt::Display for FactError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FactError::UnknownFact(name) => write!(f, "no fact is called \"{name}\""),
            FactError::NotSaid(fact) => write!(
                f,
                "{fact} is read from passes, orders and records; leave it out"
            ),
            FactError::WrongValue { fact, expected } => write!(f, "{fact} must be {expected}"),
        }
    }
}

impl std::error::Error for FactError {}

/// Reads a map of facts into a situation.
pub fn read_facts(situation: &mut Situation, facts: &Object) -> Result<(), FactError> {
    for (name, json) in facts.iter() {
        let fact = Fact::named(name)
            .ok_or_else(|| FactError::UnknownFact(name.chars().take(40).collect()))?;
        situation.put(fact, read_known(fact, json)?);
    }
    Ok(())
}

/// Writes the facts that were supplied.
pub fn write_facts(situation: &Situation) -> Object {
    let mut facts = Object::default();
    for (fact, known) in situation.all_given() {
        facts.insert(fact.spec().name, write_known(fact, known));
    }
    facts
}

/// Reads what is known of a fact.
pub fn read_known(fact: Fact, json: &Json) -> Result<Known, FactError> {
    match json {
        Json::Null => Ok(Known::Unknown),
        Json::Text(text) if text == NOT_APPLICABLE => Ok(Known::NotApplicable),
        _ => read_value(fact, json).map(Known::Is),
    }
}

/// Writes what is known of a fact.
pub fn write_known(fact: Fact, known: &Known) -> Json {
    match known {
        Known::Unknown => Json::Null,
        Known::NotApplicable => NOT_APPLICABLE.into(),
        Known::Is(value) => write_value(fact, value),
    }
}

/// Reads a value of a fact.
pub fn read_value(fact: Fact, json: &Json) -> Result<Value, FactError> {
    let value = match fact.spec().kind {
        Kind::Flag { .. } => json.as_flag().map(Value::Flag),
        Kind::Choice(choices) => read_choice(choices, json).map(Value::Choice),
        Kind::Set(choices) => read_set(choices, json).map(Value::Set),
        Kind::Number {
            decimals,
            least,
            most,
            ..
        } => read_scaled(json, decimals)
            .filter(|number| (least..=most).contains(number))
            .map(Value::Number),
        Kind::Stays => read_stays(json).map(Value::Stays),
        Kind::Outings => read_outings(json).map(Value::Outings),
    };
    value.ok_or_else(|| FactError::WrongValue {
        fact: fact.spec().name,
        expected: expected(fact),
    })
}

/// Writes a value of a fact.
pub fn write_value(fact: Fact, value: &Value) -> Json {
    match (fact.spec().kind, value) {
        (Kind::Choice(choices), Value::Choice(position)) => write_choice(choices, *position),
        (Kind::Set(choices), Value::Set(bits)) => Json::List(
            (0..choices.len() as u8)
                .filter(|position| bits & (1 << position) != 0)
                .map(|position| write_choice(choices, position))
                .collect(),
        ),
        (Kind::Number { decimals, .. }, Value::Number(number)) => write_scaled(*number, decimals),
        (_, Value::Flag(flag)) => (*flag).into(),
        (_, Value::Stays(stays)) => Json::List(stays.iter().map(write_stay).collect()),
        (_, Value::Outings(outings)) => write_outings(outings),
        // A value of another shape than the fact's cannot be made by reading; it is shown as
        // unknown rather than as something that it is not.
        _ => Json::Null,
    }
}

/// What a value of the fact looks like, in words.
pub fn expected(fact: Fact) -> String {
    match fact.spec().kind {
        Kind::Flag { .. } => "true or false".to_owned(),
        Kind::Choice(choices) => format!("one of: {}", names(choices)),
        Kind::Set(choices) => format!("a list of: {}", names(choices)),
        Kind::Number {
            unit,
            decimals,
            least,
            most,
        } => format!(
            "a number from {} to {} {} with at most {decimals} decimals",
            Decimal::new(least, decimals).to_text(),
            Decimal::new(most, decimals).to_text(),
            unit.en
        ),
        Kind::Stays => "a list of {kind, days_ago}".to_owned(),
        Kind::Outings => "{taken: [{at, purpose, own}], unsent}".to_owned(),
    }
}

pub(crate) fn names(choices: &[Choice]) -> String {
    choices
        .iter()
        .map(|choice| choice.name)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Position of a name in a closed list.
pub(crate) fn position(choices: &[Choice], name: &str) -> Option<u8> {
    choices
        .iter()
        .position(|choice| choice.name == name)
        .map(|position| position as u8)
}

fn read_choice(choices: &[Choice], json: &Json) -> Option<u8> {
    position(choices, json.as_text()?)
}

fn write_choice(choices: &[Choice], at: u8) -> Json {
    choices
        .get(usize::from(at))
        .map_or(Json::Null, |choice| choice.name.into())
}

fn read_set(choices: &[Choice], json: &Json) -> Option<u32> {
    json.as_list()?.iter().try_fold(0, |bits, name| {
        Some(bits | 1 << read_choice(choices, name)?)
    })
}

/// Reads 36.5 as 365; what has more decimals than the fact is no value of it.
fn read_scaled(json: &Json, decimals: u8) -> Option<i64> {
    match json {
        Json::Number(number) => number.scaled(decimals),
        _ => None,
    }
}

pub(crate) fn write_scaled(number: i64, decimals: u8) -> Json {
    Json::Number(Decimal::new(number, decimals))
}

fn read_stays(json: &Json) -> Option<Vec<Stay>> {
    let list = json.as_list()?;
    if list.len() > STAYS_MOST {
        return None;
    }
    list.iter()
        .map(|stay| {
            let stay = only_keys(stay, &["kind", "days_ago"])?;
            Some(Stay {
                kind: StayKind::named(stay.get("kind")?.as_text()?)?,
                days_ago: stay.get("days_ago")?.as_count()?.try_into().ok()?,
            })
        })
        .collect()
}

fn read_outings(json: &Json) -> Option<Outings> {
    let json = only_keys(json, &["taken", "unsent"])?;
    let list = json.get("taken")?.as_list()?;
    if list.len() > OUTINGS_MOST {
        return None;
    }
    let taken = list
        .iter()
        .map(|outing| {
            let outing = only_keys(outing, &["at", "purpose", "own"])?;
            let purpose = match outing.get("purpose") {
                None | Some(Json::Null) => None,
                Some(name) => Some(read_choice(purpose::CHOICES, name)?),
            };
            Some(Outing {
                at: Moment::parse(outing.get("at")?.as_text()?)?,
                purpose,
                own: outing.get("own").map_or(Some(false), Json::as_flag)?,
            })
        })
        .collect::<Option<Vec<_>>>()?;
    let unsent = json
        .get("unsent")
        .map_or(Some(0), Json::as_count)?
        .try_into()
        .ok()?;
    Some(Outings { taken, unsent })
}

/// An object with no other keys than these.
fn only_keys<'a>(json: &'a Json, allowed: &[&str]) -> Option<&'a Object> {
    let object = json.as_object()?;
    let known = object.iter().all(|(key, _)| allowed.contains(&key));
    known.then_some(object)
}

fn write_stay(stay: &Stay) -> Json {
    Json::object([
        ("kind", stay.kind.name().into()),
        ("days_ago", i64::from(stay.days_ago).into()),
    ])
}

fn write_outings(outings: &Outings) -> Json {
    let outing = |outing: &Outing| {
        let purpose = outing
            .purpose
            .map_or(Json::Null, |at| write_choice(purpose::CHOICES, at));
        Json::object([
            ("at", outing.at.to_text().as_str().into()),
            ("purpose", purpose),
            ("own", outing.own.into()),
        ])
    };
    Json::object([
        (
            "taken",
            Json::List(outings.taken.iter().map(outing).collect()),
        ),
        ("unsent", i64::from(outings.unsent).into()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_another_shape_are_refused_with_what_was_expected() {
        let table = [
            (Fact::Temperature, "36.55"),
            (Fact::Temperature, "365"),
            (Fact::Temperature, "\"36.5\""),
            (Fact::Temperature, "1e400"),
            (Fact::Companions, "-1"),
            (Fact::SubjectKind, "\"stranger\""),
            (Fact::Mask, "1"),
            (Fact::Symptoms, "[\"fever\", \"nonsense\"]"),
            (Fact::Stays, "[{\"kind\": \"key_area\", \"days_ago\": -1}]"),
            (
                Fact::Stays,
                "[{\"kind\": \"native_place\", \"days_ago\": 1}]",
            ),
            (Fact::Outings, "{\"taken\": [], \"unsent\": 99999999}"),
            (Fact::Outings, "{\"taken\": [], \"extra\": 1}"),
        ];
        for (fact, text) in table {
            let json = Json::parse(text.as_bytes()).expect(text);
            let error = read_value(fact, &json).expect_err(text).to_string();
            assert!(error.starts_with(fact.spec().name), "{error}");
        }
    }

    #[test]
    fn decimals_are_kept_exactly() {
        for tenths in 300..=450 {
            let json = write_value(Fact::Temperature, &Value::Number(tenths));
            assert_eq!(
                read_value(Fact::Temperature, &json),
                Ok(Value::Number(tenths))
            );
        }
    }
}

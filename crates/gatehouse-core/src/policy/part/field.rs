//! A value of a part as a field of a form holds it, and as it was typed: of the shape that it has
//! in the document, so that a number stays a number and a time a time.

use crate::policy::node::{Node, NodeValue};

/// Longest list that a field takes.
const LIST_MOST: usize = 60;
/// Largest number that a field takes.
const NUMBER_MOST: i64 = 1_000_000;

/// A value that a field can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// A whole number, zero or more.
    Number(i64),
    /// Several of these: days, one after the other.
    Numbers(Vec<i64>),
    /// A time of the day, `17:00`.
    Time(String),
    /// From when to when in the day, several times.
    Windows(Vec<[String; 2]>),
}

impl Field {
    /// The field of a value as it is written; `None` for what a form does not change.
    pub(super) fn of(node: &Node) -> Option<Field> {
        match &node.value {
            NodeValue::Integer(number) => Some(Field::Number(*number)),
            NodeValue::Text(text) => time(text).map(Field::Time),
            NodeValue::List(list) if list.is_empty() => None,
            NodeValue::List(list) => {
                let numbers = list.iter().map(Node::as_integer).collect::<Option<_>>();
                numbers.map(Field::Numbers).or_else(|| {
                    let windows = list.iter().map(window).collect::<Option<_>>();
                    windows.map(Field::Windows)
                })
            }
            _ => None,
        }
    }

    /// As a field shows it.
    pub fn to_text(&self) -> String {
        match self {
            Field::Number(number) => number.to_string(),
            Field::Numbers(numbers) => {
                let each: Vec<String> = numbers.iter().map(i64::to_string).collect();
                each.join(", ")
            }
            Field::Time(time) => time.clone(),
            Field::Windows(windows) => {
                let each: Vec<String> = windows.iter().map(|one| one.join("-")).collect();
                each.join(", ")
            }
        }
    }

    /// What somebody typed in place of it, of its shape; `None` where it is not of that shape.
    pub fn typed(&self, text: &str) -> Option<Field> {
        let text = plain(text);
        Some(match self {
            Field::Number(_) => Field::Number(number(&text)?),
            Field::Numbers(_) => Field::Numbers(listed(&text, number)?),
            Field::Time(_) => Field::Time(time(&text)?),
            Field::Windows(_) => Field::Windows(listed(&text, |one| {
                let (from, to) = one.split_once('-')?;
                Some([time(from)?, time(to)?])
            })?),
        })
    }
}

/// With the signs of a Latin keyboard, whichever keyboard it was typed on.
fn plain(text: &str) -> String {
    let one = |sign: char| match sign {
        '０'..='９' => char::from_u32(u32::from(sign) - 0xFEE0).unwrap_or(sign),
        '，' | '、' | ';' | '；' => ',',
        '：' => ':',
        '–' | '—' | '－' | '~' | '～' | '至' | '到' => '-',
        other => other,
    };
    text.chars().map(one).collect()
}

fn listed<T>(text: &str, of: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let list = text.split(',').map(of).collect::<Option<Vec<T>>>()?;
    Some(list).filter(|list| list.len() <= LIST_MOST)
}

fn number(text: &str) -> Option<i64> {
    let number: i64 = text.trim().parse().ok()?;
    Some(number).filter(|number| (0..=NUMBER_MOST).contains(number))
}

/// `7:00` or `07:00`, as documents write it.
fn time(text: &str) -> Option<String> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let of = |text: &str, most: u8| {
        let is_short = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let number: u8 = text.parse().ok().filter(|_| is_short)?;
        Some(number).filter(|number| *number <= most)
    };
    let (hours, minutes) = (of(hours, 24)?, of(minutes, 59)?);
    Some(format!("{hours:02}:{minutes:02}"))
}

fn window(node: &Node) -> Option<[String; 2]> {
    let NodeValue::List(ends) = &node.value else {
        return None;
    };
    match &**ends {
        [from, to] => Some([time(from.as_text()?)?, time(to.as_text()?)?]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_keeps_its_shape() {
        let numbers = |list: &[i64]| Field::Numbers(list.to_vec());
        let windows = |list: &[[&str; 2]]| {
            let own = list.iter().map(|pair| pair.map(str::to_owned));
            Field::Windows(own.collect())
        };
        let time = |text: &str| Field::Time(text.to_owned());
        let cases = [
            (Field::Number(3), " １４ ", Some(Field::Number(14))),
            (Field::Number(3), "-1", None),
            (Field::Number(3), "1.5", None),
            (Field::Number(3), "", None),
            (Field::Number(3), "99999999999999999999", None),
            (numbers(&[1]), "1、4，7", Some(numbers(&[1, 4, 7]))),
            (numbers(&[1]), "1,,4", None),
            (time("17:00"), "8：30", Some(time("08:30"))),
            (time("17:00"), "25:00", None),
            (time("17:00"), "8:600", None),
            (
                windows(&[["08:00", "20:00"]]),
                "8:00至11:30、14:00–20:00",
                Some(windows(&[["08:00", "11:30"], ["14:00", "20:00"]])),
            ),
            (windows(&[["08:00", "20:00"]]), "8:00", None),
        ];
        for (kept, text, expected) in cases {
            assert_eq!(kept.typed(text), expected, "{text}");
            let again = expected.as_ref().map(Field::to_text);
            let again = again.and_then(|text| kept.typed(&text));
            assert_eq!(again, expected, "{text} shown and typed again");
        }
    }
}

//! Fields of the forms about a fever, and how they are read: keys for what was measured, never
//! filled in beforehand; words from lists; at most a line of free text, which is kept sealed.

use crate::ops::fever_rules::receiver_of;
use crate::ops::record_fever_step::{CARRIERS, OUTCOMES, PLACES, StepForm, StepWish};
use crate::page::Frame;
use gatehouse_core::gate::fact::temperature_way;
use gatehouse_core::text::clean_line;
use serde::Deserialize;

/// Longest free text of a step, in characters.
pub const WORDS_MOST: usize = 200;
/// Degrees that have a key.
pub const DEGREES: std::ops::RangeInclusive<u16> = 35..=42;
/// Minutes ago that have a key.
pub const AGO: [i64; 6] = [0, 5, 10, 20, 30, 60];

/// One key of a row of keys.
pub struct Key {
    /// What is sent.
    pub value: String,
    /// What people read.
    pub label: String,
    /// Chosen before, when the form comes back.
    pub chosen: bool,
}

/// What a form about a step sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StepFields {
    /// Made with the form.
    pub mark: String,
    /// Which step.
    pub step: String,
    /// Whole degrees.
    pub whole: String,
    /// Tenths.
    pub tenth: String,
    /// How it was measured.
    pub way: String,
    /// Which place, office, carrier or outcome.
    pub word: String,
    /// Whether a mask is worn.
    pub mask: String,
    /// Minutes ago.
    pub ago: String,
    /// Free text.
    pub words: String,
    /// Number of the step that it corrects.
    pub corrects: String,
}

/// Sixteen bytes as a form carries them.
pub fn read_mark(text: &str) -> Option<[u8; 16]> {
    gatehouse_core::id::OpenItemId::parse(text).map(|id| id.0)
}

/// A temperature from its keys; `None` where a key was not pressed or is none of ours.
pub fn read_reading(whole: &str, tenth: &str, way: &str) -> Option<(u16, u8)> {
    let whole: u16 = whole.parse().ok().filter(|whole| DEGREES.contains(whole))?;
    let tenth: u16 = tenth.parse().ok().filter(|tenth| *tenth < 10)?;
    let ways = temperature_way::CHOICES.iter();
    let at = ways
        .map(|choice| choice.name)
        .position(|name| name == way)?;
    Some((whole * 10 + tenth, u8::try_from(at).ok()?))
}

/// Free text that may be empty; the key of a complaint otherwise.
pub fn read_words(typed: &str) -> Result<String, &'static str> {
    if typed.trim().is_empty() {
        return Ok(String::new());
    }
    clean_line(typed, WORDS_MOST).map_err(|code| code.text_key())
}

impl StepFields {
    /// The step, or the key of what is wrong.
    pub fn read(&self) -> Result<StepForm, &'static str> {
        let listed = |list: &'static [&'static str]| {
            let mut list = list.iter();
            list.find(|word| **word == self.word).copied()
        };
        let wish = match self.step.as_str() {
            "reading" => {
                let reading = read_reading(&self.whole, &self.tenth, &self.way);
                let (tenths, way) = reading.ok_or("fevers-fault-reading")?;
                StepWish::Reading(tenths, way)
            }
            "apart" => {
                let place = listed(PLACES).ok_or("fevers-fault-place")?;
                match self.mask.as_str() {
                    "on" => StepWish::Apart(place, true),
                    "off" => StepWish::Apart(place, false),
                    _ => return Err("fevers-fault-mask"),
                }
            }
            "told" => StepWish::Told(receiver_of(&self.word).ok_or("fevers-fault-told")?),
            "hospital" => StepWish::Hospital(listed(CARRIERS).ok_or("fevers-fault-carrier")?),
            "outcome" => StepWish::Outcome(listed(OUTCOMES).ok_or("fevers-fault-outcome")?),
            "undo" => StepWish::Undo,
            _ => return Err("fevers-fault-step"),
        };
        let words = read_words(&self.words)?;
        // A call that nobody took is no call.
        if matches!(wish, StepWish::Told(_)) && words.is_empty() {
            return Err("fevers-fault-taker");
        }
        let corrects = match self.corrects.as_str() {
            "" => None,
            number => Some(number.parse().map_err(|_| "fevers-fault-corrects")?),
        };
        let ago = match self.ago.as_str() {
            "" => 0,
            typed => typed
                .parse()
                .ok()
                .filter(|ago| AGO.contains(ago))
                .ok_or("fevers-fault-ago")?,
        };
        Ok(StepForm {
            mark: read_mark(&self.mark).ok_or("fevers-fault-mark")?,
            wish,
            minutes_ago: ago,
            words,
            corrects,
        })
    }
}

/// Keys from words of a list; `prefix` and the word are the key of the text.
pub fn keys(frame: &Frame, words: &[&str], prefix: &str, chosen: &str) -> Vec<Key> {
    let words = words.iter();
    words
        .map(|word| Key {
            value: (*word).to_owned(),
            label: frame.t(&format!("{prefix}{word}")),
            chosen: *word == chosen,
        })
        .collect()
}

/// Keys that show what they send.
pub fn number_keys(values: impl Iterator<Item = u16>, before: &str, chosen: &str) -> Vec<Key> {
    values
        .map(|value| Key {
            value: value.to_string(),
            label: format!("{before}{value}"),
            chosen: value.to_string() == chosen,
        })
        .collect()
}

/// Ways of measuring.
pub fn way_keys(frame: &Frame, chosen: &str) -> Vec<Key> {
    let choices = temperature_way::CHOICES.iter();
    choices
        .map(|choice| Key {
            value: choice.name.to_owned(),
            label: frame.lang.pick(choice.label).to_owned(),
            chosen: choice.name == chosen,
        })
        .collect()
}

/// How long ago; just now where nothing is said.
pub fn ago_keys(frame: &Frame, chosen: &str) -> Vec<Key> {
    let chosen = chosen.parse().unwrap_or(0);
    let label = |minutes: i64| match minutes {
        0 => frame.t("fevers-ago-now"),
        minutes => frame.with("fevers-ago", "minutes", &minutes.to_string()),
    };
    AGO.iter()
        .map(|minutes| Key {
            value: minutes.to_string(),
            label: label(*minutes),
            chosen: *minutes == chosen,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temperature_comes_from_three_keys() {
        assert_eq!(read_reading("38", "1", "ear"), Some((381, 1)));
        for (whole, tenth, way) in [
            ("", "1", "ear"),
            ("38", "", "ear"),
            ("38", "1", ""),
            ("34", "0", "ear"),
            ("43", "0", "ear"),
            ("38", "10", "ear"),
            ("38", "1", "nose"),
            ("-38", "1", "ear"),
        ] {
            assert_eq!(
                read_reading(whole, tenth, way),
                None,
                "{whole} {tenth} {way}"
            );
        }
    }

    #[test]
    fn every_step_says_what_it_lacks() {
        let fields = |step: &str| StepFields {
            mark: "0".repeat(32),
            step: step.to_owned(),
            ..StepFields::default()
        };
        for (step, fault) in [
            ("reading", "fevers-fault-reading"),
            ("apart", "fevers-fault-place"),
            ("told", "fevers-fault-told"),
            ("hospital", "fevers-fault-carrier"),
            ("outcome", "fevers-fault-outcome"),
            ("close", "fevers-fault-step"),
        ] {
            assert_eq!(fields(step).read().expect_err(step), fault);
        }
        let told = StepFields {
            word: "community".to_owned(),
            ..fields("told")
        };
        assert_eq!(
            told.read().expect_err("nobody took it"),
            "fevers-fault-taker"
        );
        let long = StepFields {
            words: "长".repeat(WORDS_MOST + 1),
            word: "home_rest".to_owned(),
            ..fields("outcome")
        };
        assert_eq!(long.read().expect_err("too long"), "complaint-too-long");
    }
}

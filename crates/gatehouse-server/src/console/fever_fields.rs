//! Fields of the forms about a fever, and how they are read: keys for what was measured, never
//! filled in beforehand; words from lists; at most a line of free text, which is kept sealed.

use crate::ops::record_fever_step::{CARRIERS, OUTCOMES, PLACES, StepForm, StepWish};
use crate::page::Frame;
use gatehouse_core::gate::duty::Receiver;
use gatehouse_core::gate::fact::temperature_way;
use gatehouse_core::text::clean_line;
use std::collections::BTreeMap;

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

/// Steps that have a part of their own in the form of the page.
pub const STEPS: [&str; 5] = ["reading", "apart", "told", "hospital", "outcome"];

/// What the one form of a fever's page sends: the key that was pressed and what stands in every
/// step's part, so that what is not sent yet comes along and is shown again. A field is named
/// after its part: `told-words`, `undo-3-mark`.
#[derive(Clone, Debug, Default)]
pub struct SentSteps {
    /// A step, or `undo-` and the number of an entry.
    pressed: String,
    parts: BTreeMap<String, StepFields>,
}

impl SentSteps {
    /// Of the pairs of a form; what is none of ours is left out.
    pub fn of(pairs: Vec<(String, String)>) -> SentSteps {
        let mut sent = SentSteps::default();
        for (name, value) in pairs {
            if name == "step" {
                sent.pressed = value;
                continue;
            }
            let Some((part, field)) = name.rsplit_once('-') else {
                continue;
            };
            if STEPS.contains(&part) || undone(part).is_some() {
                let fields = sent.parts.entry(part.to_owned()).or_default();
                fields.put(field, value);
            }
        }
        sent
    }

    /// The step whose key was pressed.
    pub fn step(&self) -> &str {
        match undone(&self.pressed) {
            Some(_) => "undo",
            None => &self.pressed,
        }
    }

    /// What was sent with the key that was pressed.
    pub fn pressed(&self) -> StepFields {
        let mut fields = self.part(&self.pressed);
        fields.step = self.step().to_owned();
        if let Some(number) = undone(&self.pressed) {
            fields.corrects = number.to_owned();
        }
        fields
    }

    /// What stands in a step's part.
    pub fn part(&self, step: &str) -> StepFields {
        self.parts.get(step).cloned().unwrap_or_default()
    }

    /// Whether somebody typed or chose something in a step's part.
    pub fn has_draft(&self, step: &str) -> bool {
        STEPS.contains(&step) && self.parts.get(step).is_some_and(StepFields::is_begun)
    }

    /// What is left once the key that was pressed has been done; `None` where that is nothing.
    pub fn rest(mut self) -> Option<SentSteps> {
        let pressed = std::mem::take(&mut self.pressed);
        self.parts.remove(&pressed);
        let has_more = STEPS.iter().any(|step| self.has_draft(step));
        has_more.then_some(self)
    }
}

/// The number of the entry that a key takes back.
fn undone(part: &str) -> Option<&str> {
    part.strip_prefix("undo-")
}

/// What one step's part of the form holds.
#[derive(Clone, Debug, Default)]
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
    fn put(&mut self, field: &str, value: String) {
        match field {
            "mark" => self.mark = value,
            "whole" => self.whole = value,
            "tenth" => self.tenth = value,
            "way" => self.way = value,
            "word" => self.word = value,
            "mask" => self.mask = value,
            "ago" => self.ago = value,
            "words" => self.words = value,
            "corrects" => self.corrects = value,
            _ => {}
        }
    }

    /// Just now is chosen beforehand; everything else somebody typed.
    fn is_begun(&self) -> bool {
        let typed = [
            &self.whole,
            &self.tenth,
            &self.way,
            &self.word,
            &self.mask,
            &self.words,
            &self.corrects,
        ];
        typed.iter().any(|text| !text.is_empty()) || !matches!(&*self.ago, "" | "0")
    }

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
            "told" => StepWish::Told(Receiver::named(&self.word).ok_or("fevers-fault-told")?),
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
    fn what_is_not_sent_yet_comes_along() {
        let pairs = [
            ("step", "reading"),
            ("reading-whole", "38"),
            ("told-words", "值班室"),
            ("told-ago", "0"),
            ("hospital-ago", "0"),
            ("undo-3-mark", "aa"),
            ("king-words", "x"),
            ("words", "x"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let sent = SentSteps::of(pairs.into());
        assert_eq!((sent.step(), &*sent.pressed().whole), ("reading", "38"));
        assert!(sent.has_draft("told") && !sent.has_draft("hospital"));
        let undo = SentSteps {
            pressed: "undo-3".to_owned(),
            ..sent.clone()
        };
        let fields = undo.pressed();
        assert_eq!(
            (undo.step(), &*fields.corrects, &*fields.mark),
            ("undo", "3", "aa")
        );
        let rest = sent.rest().expect("the call is not sent yet");
        assert_eq!((rest.step(), &*rest.part("told").words), ("", "值班室"));
        assert!(!rest.has_draft("reading"));
        let told = SentSteps {
            pressed: "told".to_owned(),
            ..rest
        };
        assert!(told.rest().is_none());
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

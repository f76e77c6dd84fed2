//! Units of a document's named values, in both languages. A document writes each once, in Chinese;
//! one that is unknown here is shown as it is written.

use super::document::Parameter;
use crate::gate::wording::Lang;

/// As written, and in English for one and for several. A word that only counts has no English.
const UNITS: [(&str, [&str; 2]); 8] = [
    ("℃", ["°C", "°C"]),
    ("个", ["", ""]),
    ("人", ["person", "people"]),
    ("位", ["digit", "digits"]),
    ("次", ["time", "times"]),
    ("分钟", ["minute", "minutes"]),
    ("小时", ["hour", "hours"]),
    ("天", ["day", "days"]),
];

impl Parameter {
    /// Its unit beside a number that may still change.
    pub fn unit_words(&self, lang: Lang) -> &str {
        self.unit_of(2.0, lang)
    }

    /// Number and unit.
    pub fn told(&self, lang: Lang) -> String {
        let text = format!("{} {}", self.value, self.unit_of(self.value, lang));
        text.trim_end().to_owned()
    }

    fn unit_of(&self, number: f64, lang: Lang) -> &str {
        let known = UNITS.iter().find(|(written, _)| *written == self.unit);
        match (known, lang) {
            (Some((_, [one, _])), Lang::En) if number == 1.0 => one,
            (Some((_, [_, several])), Lang::En) => several,
            _ => &self.unit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_told_with_its_unit_in_the_language_of_the_page() {
        for (value, unit, zh, en) in [
            (37.3, "℃", "37.3 ℃", "37.3 °C"),
            (1.0, "个", "1 个", "1"),
            (1.0, "人", "1 人", "1 person"),
            (2.0, "人", "2 人", "2 people"),
            (18.0, "位", "18 位", "18 digits"),
            (15.0, "分钟", "15 分钟", "15 minutes"),
            (1.0, "天", "1 天", "1 day"),
            (0.0, "小时", "0 小时", "0 hours"),
            (3.0, "箱", "3 箱", "3 箱"),
            (3.0, "", "3", "3"),
        ] {
            let source = String::new();
            let unit = unit.to_owned();
            let parameter = Parameter {
                value,
                unit,
                source,
            };
            assert_eq!(parameter.told(Lang::Zh), zh);
            assert_eq!(parameter.told(Lang::En), en);
        }
    }
}

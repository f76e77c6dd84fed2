//! What may fill the text of a message: an office or gate, a telephone of ours, a time, a reason
//! from a list. There is no slot for a name.

use gatehouse_core::gate::wording::Lang;
use gatehouse_core::moment::Moment;
use serde::{Deserialize, Serialize};

/// Most characters of a place's name; a longer one is cut, its telephone still finds it.
const PLACE_MOST: usize = 12;
/// Most characters of a telephone: area code, hyphen, eight digits.
const TEL_MOST: usize = 13;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The name of an office or a gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct Place(String);

impl Place {
    /// A name, cut to what a text can hold.
    pub fn new(name: &str) -> Place {
        let mut letters = name.chars().filter(|letter| !letter.is_control());
        let mut kept: String = letters.by_ref().take(PLACE_MOST).collect();
        // What takes two places in an SMS counts twice.
        while kept.encode_utf16().count() > PLACE_MOST {
            kept.pop();
        }
        if letters.next().is_some() {
            kept.pop();
            kept.push('…');
        }
        Place(kept)
    }

    /// The name.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl From<String> for Place {
    fn from(name: String) -> Place {
        Place::new(&name)
    }
}

/// A telephone of an office or a gate, never of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct Tel(String);

impl Tel {
    /// Its digits and hyphens.
    pub fn new(number: &str) -> Tel {
        let digits = number.chars();
        let digits = digits.filter(|digit| digit.is_ascii_digit() || *digit == '-');
        Tel(digits.take(TEL_MOST).collect())
    }

    /// The number.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl From<String> for Tel {
    fn from(number: String) -> Tel {
        Tel::new(&number)
    }
}

/// A time on the clock there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// Milliseconds UTC.
    pub millis: i64,
    /// Minutes east of UTC.
    pub offset_minutes: i16,
}

impl When {
    /// 11月28日 18:00, 28 Nov, 18:00.
    pub fn text(&self, lang: Lang) -> String {
        let moment = Moment::new(self.millis, self.offset_minutes);
        let (date, minute) = (moment.day().date(), moment.minute_of_day());
        let (hour, minute) = (minute / 60, minute % 60);
        let (month, day) = (date.month, date.day);
        match lang {
            Lang::Zh => format!("{month}月{day}日 {hour:02}:{minute:02}"),
            Lang::En => {
                let name = MONTHS.get(usize::from(month).wrapping_sub(1));
                let name = name.copied().unwrap_or_default();
                format!("{day} {name}, {hour:02}:{minute:02}")
            }
        }
    }
}

/// What to mend in an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mend {
    /// A picture on which somebody can be known.
    Photo,
    /// Building, unit, room.
    Address,
    /// The landlord has not said yes.
    Landlord,
    /// The paper shown.
    Document,
    /// They live at another door now.
    NewAddress,
    /// Something that has to be talked over.
    Ask,
}

impl Mend {
    /// All of them.
    pub const ALL: [Mend; 6] = [
        Mend::Photo,
        Mend::Address,
        Mend::Landlord,
        Mend::Document,
        Mend::NewAddress,
        Mend::Ask,
    ];

    /// Key of its words.
    pub const fn text_key(self) -> &'static str {
        match self {
            Mend::Photo => "message-mend-photo",
            Mend::Address => "message-mend-address",
            Mend::Landlord => "message-mend-landlord",
            Mend::Document => "message-mend-document",
            Mend::NewAddress => "message-mend-new-address",
            Mend::Ask => "message-mend-ask",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_hold_what_they_may_and_no_more() {
        assert_eq!(Place::new("东门").text(), "东门");
        assert_eq!(
            Place::new("槐树社区便民服务中心大厅二楼").text(),
            "槐树社区便民服务中心大…"
        );
        let rare = Place::new(&"𠅤".repeat(30));
        assert!(rare.text().encode_utf16().count() <= PLACE_MOST, "{rare:?}");
        assert_eq!(Place::new("东\n门\u{7}").text(), "东门");
        assert_eq!(Tel::new("(0371) 6-12 x").text(), "03716-12");
        let when = When {
            millis: 1_606_556_040_000,
            offset_minutes: 480,
        };
        assert_eq!(when.text(Lang::Zh), "11月28日 17:34");
        assert_eq!(when.text(Lang::En), "28 Nov, 17:34");
    }
}

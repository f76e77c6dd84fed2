//! What stands on a card or slip: the words for a pass and its holder.

use crate::locale::{text, text_with};
use crate::ops::print_passes::{Opened, PrintOrder};
use crate::paper::card::Card;
use crate::paper::slip::Slip;
use crate::times::Times;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::household::AddressDraft;
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::{PassBand, PassKind, to_text};
use gatehouse_store::household::HouseholdRow;

/// Whom to call, as it stands on a card.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// The number; empty where none is known.
    pub phone: String,
}

/// A card.
pub(crate) fn card(opened: &Opened, order: &PrintOrder) -> Card {
    let (lang, pass) = (order.lang, &opened.listed.pass);
    let kind = opened.listed.kind;
    let door = opened.listed.door.as_ref().map(|door| address(door, lang));
    let plain = opened.person.as_ref();
    let name = plain.and_then(|(_, plain)| plain.name.clone());
    let sex = plain.map_or("", |(row, _)| match row.sex.as_str() {
        "male" => "paper-sex-male",
        "female" => "paper-sex-female",
        _ => "",
    });
    let document = plain.and_then(|(_, plain)| plain.document.as_ref());
    let document = document.map(|(_, number)| shown(number, order.id_digits));
    Card {
        lang,
        place: order.place.clone(),
        kind,
        band: serde_json::from_value(pass.band.as_str().into()).unwrap_or(PassBand::White),
        name: name
            .or_else(|| opened.plate.clone())
            .unwrap_or_else(|| text(lang, stand_in(kind))),
        sex: if sex.is_empty() {
            String::new()
        } else {
            text(lang, sex)
        },
        address: door.unwrap_or_default(),
        document: document
            .map(|number| text_with(lang, "paper-document", "number", number))
            .unwrap_or_default(),
        number: pass.number.to_string(),
        until: until(pass.expires_at, order),
        phone: match order.desk.phone.as_str() {
            "" => String::new(),
            phone => text_with(lang, "paper-desk", "phone", phone),
        },
        call: order.desk.phone.clone(),
        has_hint: matches!(
            kind,
            PassKind::Visitor | PassKind::Worker | PassKind::Helper
        ),
        photo: plain.and_then(|(_, plain)| plain.photo.clone()),
        code: to_text(&order.host, &pass.credential),
    }
}

/// A slip.
pub(crate) fn slip(opened: &Opened, order: &PrintOrder) -> Slip {
    let pass = &opened.listed.pass;
    Slip {
        lang: order.lang,
        place: order.place.clone(),
        door: opened
            .listed
            .door
            .as_ref()
            .map(|door| address(door, order.lang)),
        number: pass.number.to_string(),
        until: until(pass.expires_at, order),
        phone: order.desk.phone.clone(),
        code: to_text(&order.host, &pass.credential),
    }
}

/// Whose a pass is that names nobody.
const fn stand_in(kind: PassKind) -> &'static str {
    match kind {
        PassKind::Errand => "paper-household",
        PassKind::Visitor => "paper-guest",
        _ => "paper-any-bearer",
    }
}

fn address(door: &HouseholdRow, lang: Lang) -> String {
    let draft = AddressDraft {
        building: door.building.clone(),
        unit: door.unit.clone(),
        room: door.room.clone(),
    };
    match (draft.check(), lang) {
        (Ok(address), Lang::Zh) => address.label_zh(),
        (Ok(address), Lang::En) => address.label_en(),
        // Kept under older rules: as it is.
        (Err(_), _) => format!("{} {} {}", door.building, door.unit, door.room),
    }
}

/// The last digits behind stars; a whole number in groups as people read it out.
fn shown(number: &str, digits: u8) -> String {
    let letters: Vec<char> = number.chars().collect();
    let hidden = letters.len().saturating_sub(usize::from(digits));
    if hidden == 0 && letters.len() > 8 {
        let groups = letters.chunks(4).map(|group| group.iter().collect());
        return groups.collect::<Vec<String>>().join(" ");
    }
    let tail: String = letters[hidden..].iter().collect();
    format!("{}{tail}", "*".repeat(hidden.min(10)))
}

/// The last day; with the time where the end is not midnight (glossary §2.10).
fn until(expires_at: i64, order: &PrintOrder) -> String {
    let end = Moment::new(expires_at, order.offset_minutes);
    match end.minute_of_day() {
        0 => Moment::new(expires_at - 1, order.offset_minutes)
            .day()
            .to_text(),
        _ => {
            let times = Times::new(order.lang, order.at, order.offset_minutes);
            format!("{} {}", end.day().to_text(), times.clock(expires_at))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn an_id_number_shows_its_last_four_unless_the_rules_ask_for_it_whole() {
        assert_eq!(shown("110101199003070011", 4), "**********0011");
        assert_eq!(shown("E12345678", 4), "*****5678");
        assert_eq!(shown("123", 4), "123");
        assert_eq!(shown("110101199003070011", 18), "1101 0119 9003 0700 11");
    }
}

//! Days and instants of questions and answers as people read them.

use crate::device::words::{clock, date};
use crate::gate::wording::Lang;
use crate::moment::{CivilDay, Moment};

/// Offset of the clock that is read without being named.
const CHINA_MINUTES: i16 = 480;

/// `11月20日 09:00`, `20 Nov, 09:00`, with the year where it is not `year`; `None` where the text
/// is no day and no instant.
pub(super) fn instant_words(text: &str, year: Option<i32>, lang: Lang) -> Option<String> {
    if let Some(day) = CivilDay::parse(text) {
        return Some(day_words(day, year, lang));
    }
    let moment = Moment::parse(text)?;
    // What a clock without seconds cannot say is said in full.
    if moment.offset_minutes != CHINA_MINUTES || moment.millis % 60_000 != 0 {
        return Some(moment.to_words());
    }
    let (day, time) = (day_words(moment.day(), year, lang), clock(moment));
    Some(match lang {
        Lang::Zh => format!("{day} {time}"),
        Lang::En => format!("{day}, {time}"),
    })
}

fn day_words(day: CivilDay, year: Option<i32>, lang: Lang) -> String {
    let own = day.date().year;
    match lang {
        _ if year == Some(own) => date(lang, day),
        Lang::Zh => format!("{own}年{}", date(lang, day)),
        Lang::En => format!("{} {own}", date(lang, day)),
    }
}

/// The year of an instant or a day.
pub(super) fn year_of(text: &str) -> Option<i32> {
    let moment = Moment::parse(text).map(Moment::day);
    Some(moment.or_else(|| CivilDay::parse(text))?.date().year)
}

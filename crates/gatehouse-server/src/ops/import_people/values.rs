//! What people write into cells, as the register takes it. Nothing is guessed: what can be meant
//! in two ways is left as it stands, and the check complains of it.

use super::fault::Fault;
use crate::sheet::{Cell, serial_day};
use gatehouse_core::complaint::ComplaintCode;
use gatehouse_core::household::AddressDraft;
use gatehouse_core::moment::CivilDay;
use gatehouse_core::person::DocumentKind;
use gatehouse_core::text::{fold_for_lookup, fold_width};

/// Serial numbers of days that somebody alive can have been born or moved in on: 1900 to 2099.
const SERIAL_DAYS: std::ops::Range<f64> = 61.0..73_051.0;

/// On what basis a row says that somebody lives there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// 自有、常住
    Permanent,
    /// 租住
    Tenant,
    /// 寄住
    Lodger,
}

impl Basis {
    /// The word in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Basis::Permanent => "permanent",
            Basis::Tenant => "tenant",
            Basis::Lodger => "lodger",
        }
    }
}

/// A day as people and spreadsheets write it, year first.
///
/// # Errors
/// [`ComplaintCode::DateForm`]: not a day, or one that can be read in two ways.
pub fn day(cell: &Cell) -> Result<Option<CivilDay>, ComplaintCode> {
    let no_day = ComplaintCode::DateForm;
    match cell {
        Cell::Date(serial) => serial_day(*serial).map(Some).ok_or(no_day),
        Cell::Number(value) if SERIAL_DAYS.contains(value) => {
            serial_day(*value).map(Some).ok_or(no_day)
        }
        cell => {
            let text = fold_for_lookup(&cell.text());
            match text.as_str() {
                "" => Ok(None),
                text => written_day(text).map(Some).ok_or(no_day),
            }
        }
    }
}

fn written_day(text: &str) -> Option<CivilDay> {
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    // 2020-02-0112:00:00 with its blank folded away: the time of day says nothing here.
    let text = match text.char_indices().find(|(_, c)| *c == ':') {
        Some((at, _)) => text.get(..at)?.get(..text[..at].len().checked_sub(2)?)?,
        None => text,
    };
    if is_digits(text) {
        return match text.len() {
            8 => from_parts(&text[..4], &text[4..6], &text[6..]),
            // Text tables that a spreadsheet wrote hold its numbers for days.
            5 => text
                .parse()
                .ok()
                .filter(|s| SERIAL_DAYS.contains(s))
                .and_then(serial_day),
            _ => None,
        };
    }
    let plain: String = text.chars().map(han_digit).collect();
    let parts: Vec<&str> = plain
        .trim_end_matches(['日', '号'])
        .split(['-', '/', '.', '年', '月', '、'])
        .collect();
    let [year, month, day] = parts.as_slice() else {
        return None;
    };
    from_parts(year, &tens(month)?, &tens(day)?)
}

fn from_parts(year: &str, month: &str, day: &str) -> Option<CivilDay> {
    let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    is_year.then_some(())?;
    CivilDay::from_date(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

fn han_digit(c: char) -> char {
    match "〇一二三四五六七八九".chars().position(|han| han == c) {
        Some(digit) => char::from(b'0' + u8::try_from(digit).unwrap_or(0)),
        None if matches!(c, '零' | '○') => '0',
        None => c,
    }
}

/// 十, 十二, 二十, 二十一 with their digits already plain.
fn tens(text: &str) -> Option<String> {
    let Some((before, after)) = text.split_once('十') else {
        return Some(text.to_owned());
    };
    let before = if before.is_empty() { "1" } else { before };
    let after = if after.is_empty() { "0" } else { after };
    let is_digit = |text: &str| text.len() == 1 && text.as_bytes()[0].is_ascii_digit();
    (is_digit(before) && is_digit(after)).then(|| format!("{before}{after}"))
}

/// 自有, 租, 寄住 in the words of ledgers; blank is permanent.
pub fn basis(text: &str) -> Result<Basis, Fault> {
    let folded = fold_for_lookup(text);
    let is = |words: &[&str]| words.contains(&folded.as_str());
    if is(&[
        "",
        "自有",
        "自住",
        "常住",
        "业主",
        "户主",
        "家属",
        "自有房",
        "permanent",
        "owner",
        "own",
        "owned",
        "resident",
    ]) {
        Ok(Basis::Permanent)
    } else if is(&[
        "租", "租住", "租客", "承租", "租户", "出租", "租房", "租赁", "tenant", "rented", "rent",
        "rents",
    ]) {
        Ok(Basis::Tenant)
    } else if is(&["寄住", "借住", "投靠", "暂住", "客住", "lodger", "guest"]) {
        Ok(Basis::Lodger)
    } else {
        Err(Fault::BasisUnknown)
    }
}

/// Kind of a document in the words of ledgers; blank is the identity card.
pub fn document_kind(text: &str) -> Result<DocumentKind, Fault> {
    let folded = fold_for_lookup(text);
    let is = |words: &[&str]| words.iter().any(|word| folded.contains(word));
    use DocumentKind::{
        HongKongMacaoPermit, IdentityCard, Passport, PermanentResidencePermit, ServiceCard,
        TaiwanPermit,
    };
    if let Some(kind) = DocumentKind::from_code(&folded) {
        return Ok(kind);
    }
    if is(&["永久居留", "permanentresidence", "绿卡"]) {
        Ok(PermanentResidencePermit)
    } else if is(&["港澳", "回乡证", "hongkong"]) {
        Ok(HongKongMacaoPermit)
    } else if is(&["台胞", "台湾", "taiwan"]) {
        Ok(TaiwanPermit)
    } else if is(&["护照", "passport"]) {
        Ok(Passport)
    } else if is(&["军", "士兵", "警官", "military"]) {
        Ok(ServiceCard)
    } else if folded.is_empty() || is(&["身份证", "identitycard", "idcard", "居民证"]) {
        Ok(IdentityCard)
    } else {
        Err(Fault::DocumentKindUnknown)
    }
}

/// A door whose parts stand together: `2-501` in the room, `6-2-501`, `6栋2单元501室` in one cell.
///
/// # Errors
/// [`Fault::DoorUnclear`].
pub fn door(address: &str, building: &str, unit: &str, room: &str) -> Result<AddressDraft, Fault> {
    let draft = |building: &str, unit: &str, room: &str| AddressDraft {
        building: building.to_owned(),
        unit: unit.to_owned(),
        room: room.to_owned(),
    };
    if !room.trim().is_empty() || address.trim().is_empty() {
        let folded = fold_width(room.trim());
        let parts: Vec<&str> = folded.split(['-', '—', '–']).map(str::trim).collect();
        let blank = |text: &str| text.trim().is_empty();
        return Ok(match (parts.as_slice(), blank(building), blank(unit)) {
            ([unit, room], false, true) => draft(building, unit, room),
            ([building, unit, room], true, true) => draft(building, unit, room),
            _ => draft(building, unit, room),
        });
    }
    let folded = fold_width(address.trim());
    match whole_door(&folded) {
        Some((found, unit, room)) => {
            let building = if building.trim().is_empty() {
                found
            } else {
                building
            };
            Ok(draft(building, unit, room))
        }
        None => Err(Fault::DoorUnclear),
    }
}

fn whole_door(text: &str) -> Option<(&str, &str, &str)> {
    let parts: Vec<&str> = text.split(['-', '—', '–']).map(str::trim).collect();
    if let [building, unit, room] = *parts.as_slice() {
        let building = building.rsplit(|c: char| !is_label(c)).next()?;
        return Some((building, unit, room)).filter(|(b, ..)| !b.is_empty());
    }
    let cut = |text: &'_ str, words: &[&str]| -> Option<(usize, usize)> {
        let found = words
            .iter()
            .filter_map(|w| text.find(w).map(|at| (at, at + w.len())));
        found.min_by_key(|(at, _)| *at)
    };
    let (building, rest) = match cut(text, &["号楼", "栋", "幢", "座"]) {
        Some((at, after)) => {
            let label = text[..at].trim_end();
            let building = label.rsplit(|c: char| !is_label(c)).next().unwrap_or("");
            (Some(building).filter(|b| !b.is_empty())?, &text[after..])
        }
        None => ("", text),
    };
    let (unit, room) = match cut(rest, &["单元", "门栋"]) {
        Some((at, after)) => (rest[..at].trim(), &rest[after..]),
        None => ("", rest),
    };
    let room = room.trim().trim_end_matches(['室', '号', '户']);
    let is_room = !room.is_empty() && room.chars().all(is_label) && !building.is_empty();
    is_room.then_some((building, unit, room))
}

fn is_label(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// Words of a remark by which somebody is helped. Everything else of it is not kept: a remark
/// may hold anything.
const CARE: &[&str] = &[
    "独居",
    "透析",
    "孕妇",
    "产妇",
    "婴儿",
    "行动不便",
    "轮椅",
    "卧床",
    "听力不好",
    "视力不好",
    "吸氧",
    "糖尿病",
    "高血压",
    "心脏病",
    "化疗",
    "需送药",
    "要送药",
    "需送餐",
    "要送餐",
    "lives alone",
    "dialysis",
    "pregnant",
    "infant",
    "wheelchair",
    "bedridden",
    "oxygen",
];

/// The words of a remark that say what somebody needs.
pub fn care(text: &str) -> Option<String> {
    let lower = fold_width(text).to_lowercase();
    let words: Vec<&str> = CARE
        .iter()
        .copied()
        .filter(|word| lower.contains(word))
        .collect();
    (!words.is_empty()).then(|| words.join("、"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        let table = [
            (text("1988.3.2"), Some("1988-03-02")),
            (text("1988-03-02"), Some("1988-03-02")),
            (text("1988/3/2"), Some("1988-03-02")),
            (text("１９８８年３月２日"), Some("1988-03-02")),
            (text("19880302"), Some("1988-03-02")),
            (text("一九八八年三月二日"), Some("1988-03-02")),
            (text("一九八八年十二月二十一日"), Some("1988-12-21")),
            (text("二〇〇〇年十月三十日"), Some("2000-10-30")),
            (text("2020-02-01 12:00:00"), Some("2020-02-01")),
            (text("32204"), Some("1988-03-02")),
            (Cell::Number(32_204.0), Some("1988-03-02")),
            (Cell::Number(19_880_302.0), Some("1988-03-02")),
            (Cell::Date(43_862.0), Some("2020-02-01")),
        ];
        for (cell, expected) in table {
            let found = day(&cell).expect("a day").map(CivilDay::to_text);
            assert_eq!(found.as_deref(), expected, "{cell:?}");
        }
        for unclear in [
            "11/20/2018",
            "20.2.18",
            "1995年",
            "1995.13.2",
            "腊月初八",
            "2020-02-30",
            "1",
            "::",
            "2月1日",
            "12:00",
        ] {
            assert_eq!(
                day(&text(unclear)),
                Err(ComplaintCode::DateForm),
                "{unclear}"
            );
        }
        assert_eq!(day(&Cell::Empty), Ok(None));
    }

    #[test]
    fn doors_are_taken_apart() {
        let label = |address, building, unit, room| {
            let draft = door(address, building, unit, room).expect("a door");
            draft
                .check()
                .map(|found| found.label_zh())
                .unwrap_or_default()
        };
        assert_eq!(label("", "6", "", "2-501"), "6 栋 2 单元 501");
        assert_eq!(label("", "", "", "6-2-501"), "6 栋 2 单元 501");
        assert_eq!(label("", "6", "2", "501"), "6 栋 2 单元 501");
        assert_eq!(label("", "", "", "17号"), "17 号");
        assert_eq!(label("锦绣苑6栋2单元501室", "", "", ""), "6 栋 2 单元 501");
        assert_eq!(label("锦绣苑 6号楼 501", "", "", ""), "6 栋 501");
        assert_eq!(label("6-2-501", "", "", ""), "6 栋 2 单元 501");
        for unclear in ["锦绣苑", "某路17号旁边", "6栋", "栋501"] {
            assert_eq!(
                door(unclear, "", "", "").err(),
                Some(Fault::DoorUnclear),
                "{unclear}"
            );
        }
    }

    #[test]
    fn of_a_remark_only_needs_are_kept() {
        assert_eq!(
            care("独居，透析周二四六，脾气不好").as_deref(),
            Some("独居、透析")
        );
        assert_eq!(care("经常上访"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(written in any::<String>()) {
            let _ = day(&text(&written));
            let _ = door(&written, "", "", "");
            let _ = door("", &written, "", &written);
            let _ = (basis(&written), document_kind(&written), care(&written));
        }

        #[test]
        fn every_day_reads_back(number in -25_000_i32..40_000) {
            let written = CivilDay(number).to_text();
            prop_assert_eq!(day(&text(&written)), Ok(Some(CivilDay(number))));
        }
    }
}

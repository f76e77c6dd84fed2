//! A person as lists show them: mask, sex, age, kind. Nothing here identifies anybody; a plain
//! value opens only through `reveal`.

use crate::locale::{text, text_with};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::moment::CivilDay;
use gatehouse_core::person::GateName;
use gatehouse_store::person::PersonRow;

/// One person in words of a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonLine {
    /// Random id, for links.
    pub person: String,
    /// 王*华; a dash for whoever has been erased.
    pub name: String,
    /// 女, 男; empty where it is not known.
    pub sex: String,
    /// 41 岁, by the year of birth; empty where it is not known.
    pub age: String,
    /// 住户, 暂住人员 …
    pub kind: String,
    /// Key of the words for their state; `None` while they live here.
    pub state: Option<String>,
}

impl PersonLine {
    /// `masked` is what the store keeps of a name for the gate.
    pub fn new(lang: Lang, row: &PersonRow, masked: Option<&str>, today: CivilDay) -> PersonLine {
        PersonLine {
            person: row.person.to_string(),
            name: mask_of(masked),
            sex: sex_words(lang, &row.sex),
            age: age_words(lang, row.birth_year, today),
            kind: text(lang, &format!("kind-{}", row.kind)),
            state: (row.state != "active").then(|| format!("person-state-{}", row.state)),
        }
    }

    /// 女 41 岁, as far as known.
    pub fn sex_and_age(&self) -> String {
        let parts = [self.sex.as_str(), self.age.as_str()];
        let known: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        known.join(" ")
    }
}

/// The mask out of what the store keeps of a name for the gate.
pub fn mask_of(masked: Option<&str>) -> String {
    let name = masked.and_then(GateName::from_stored);
    name.map_or_else(|| "—".to_owned(), |name| name.mask)
}

/// Key of the words for a kind of person.
pub const KINDS: [&str; 6] = [
    "resident",
    "temporary_resident",
    "exempt_worker",
    "courier",
    "visitor",
    "regular_helper",
];

fn sex_words(lang: Lang, sex: &str) -> String {
    match sex {
        "male" | "female" => text(lang, &format!("sex-{sex}")),
        _ => String::new(),
    }
}

fn age_words(lang: Lang, birth_year: Option<i64>, today: CivilDay) -> String {
    let years = birth_year.map(|year| i64::from(today.date().year) - year);
    match years.filter(|years| (0..=130).contains(years)) {
        Some(years) => text_with(lang, "person-age", "years", years.to_string()),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_core::id::{AreaId, PersonId};
    use gatehouse_store::Shard;

    fn row(sex: &str, birth_year: Option<i64>, state: &str) -> PersonRow {
        PersonRow {
            shard: Shard(1),
            person: PersonId([1; 16]),
            kind: "resident".to_owned(),
            household: None,
            area: AreaId([2; 16]),
            sex: sex.to_owned(),
            birth_year,
            worker_class: None,
            state: state.to_owned(),
            merged_into: None,
            created_at: 0,
            version: 1,
        }
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let today = CivilDay::parse("2020-02-19").expect("a day");
        let line = |row: &PersonRow, masked| PersonLine::new(Lang::Zh, row, masked, today);
        let known = line(&row("female", Some(1979), "active"), Some("刘\t刘*芳"));
        assert_eq!((&*known.name, &*known.sex_and_age()), ("刘*芳", "女 41 岁"));
        assert_eq!((&*known.kind, known.state), ("住户", None));
        let erased = line(&row("", None, "erased"), None);
        assert_eq!((&*erased.name, &*erased.sex_and_age()), ("—", ""));
        assert_eq!(erased.state.as_deref(), Some("person-state-erased"));
    }

    #[test]
    fn every_kind_has_its_words() {
        for kind in KINDS {
            let key = format!("kind-{kind}");
            assert_ne!(text(Lang::Zh, &key), key);
            assert!(!text(Lang::Zh, &key).contains("Unknown"), "{key}");
        }
    }
}

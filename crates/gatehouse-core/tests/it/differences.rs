//! Nothing that is written in a document or its cases can change without being told, and nothing
//! is told in words of the program (POL-3).

use crate::policies::{all_folders, small_document};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::policy::cases::{CaseFile, read_case_file};
use gatehouse_core::policy::difference::{Difference, case_differences, differences};
use gatehouse_core::policy::part::explain_parts;
use gatehouse_core::policy::read;
use std::collections::{BTreeMap, BTreeSet};
use toml_edit::{DocumentMut, Item, Table, Value};

/// Keys and places in lists that lead to a value.
type Path = Vec<String>;

/// The path of a value without its places in lists: a kind of key.
fn kind(path: &Path) -> String {
    let keys = path.iter().filter(|step| step.parse::<usize>().is_err());
    keys.map(String::as_str).collect::<Vec<_>>().join(".")
}

/// Every value of a text by its path, in order.
fn leaves(document: &DocumentMut) -> Vec<(Path, Value)> {
    fn of_value(value: &Value, path: Path, found: &mut Vec<(Path, Value)>) {
        match value {
            Value::Array(list) => {
                for (at, one) in list.iter().enumerate() {
                    of_value(one, with(&path, &at.to_string()), found);
                }
            }
            Value::InlineTable(table) => {
                for (key, one) in table {
                    of_value(one, with(&path, key), found);
                }
            }
            _ => found.push((path, value.clone())),
        }
    }
    fn of_table(table: &Table, path: &Path, found: &mut Vec<(Path, Value)>) {
        for (key, item) in table {
            let path = with(path, key);
            match item {
                Item::Value(value) => of_value(value, path, found),
                Item::Table(table) => of_table(table, &path, found),
                Item::ArrayOfTables(list) => {
                    for (at, table) in list.iter().enumerate() {
                        of_table(table, &with(&path, &at.to_string()), found);
                    }
                }
                Item::None => {}
            }
        }
    }
    let mut found = Vec::new();
    of_table(document, &Vec::new(), &mut found);
    found
}

fn with(path: &Path, step: &str) -> Path {
    path.iter().cloned().chain([step.to_owned()]).collect()
}

/// The text with another value at a path.
fn put(document: &DocumentMut, path: &Path, value: &Value) -> String {
    fn within<'a>(item: &'a mut Item, path: &[String]) -> Option<&'a mut Item> {
        let Some((step, rest)) = path.split_first() else {
            return Some(item);
        };
        match item {
            Item::ArrayOfTables(list) => {
                let table = list.get_mut(step.parse().ok()?)?;
                let (key, rest) = rest.split_first()?;
                within(table.get_mut(key)?, rest)
            }
            _ => match step.parse::<usize>() {
                Ok(at) => within(item.get_mut(at)?, rest),
                Err(_) => within(item.get_mut(step.as_str())?, rest),
            },
        }
    }
    let mut changed = document.clone();
    let (key, rest) = path.split_first().expect("a path has a key");
    let item = changed.get_mut(key).and_then(|item| within(item, rest));
    *item.expect("the path is of this document") = Item::Value(value.clone());
    changed.to_string()
}

/// Other words of closed lists, by their keys.
#[rustfmt::skip]
const OTHER_WORDS: &[(&str, &str)] = &[
    ("health_ground", "exposure"),
    ("health_ground", "case"),
    ("over", "day_begun"),
    ("window", "before_today"),
    ("day_counted", "diagnosed"),
    ("record", "people"),
    ("record", "messages"),
    ("kind", "slip"),
    ("kind", "home"),
    ("of", "zone"),
    ("of", "spot"),
    ("of", "gate"),
    ("positive", "nearby"),
    ("symptoms", "nearby"),
    ("leads", "health_worker"),
    ("led_by", "grid_worker"),
    ("to", "high"),
    ("to", "medium"),
    ("to", "outbreak"),
    ("to", "cdc"),
    ("at", "home"),
    ("at", "centralised"),
    ("when", "same_day"),
    ("when", "before_departure"),
    ("countries", "FR"),
    ("countries_except", "FR"),
    ("until", "decision"),
    ("by", "ambulance"),
    ("by", "shift_lead"),
    ("any", "street"),
    ("purpose", "care"),
    ("purpose", "school"),
    ("way", "in"),
    ("way", "out"),
    ("per", "person"),
    ("ladder", "case"),
    ("goods", "parcel"),
    ("goods", "food"),
    ("vehicle_kind", "bus"),
    ("class", "close"),
    ("class", "general"),
    ("after", "diagnosis"),
    ("after", "arrival"),
    ("each", "street"),
    ("any", "volunteer"),
    ("by", "community"),
    ("effect", "bar"),
];

/// Words of one key that are tried in the place of another.
const WORDS_MOST: usize = 4;

/// What a value may be instead, the plainest first.
fn instead(value: &Value, key: &str, elsewhere: &[Value]) -> Vec<Value> {
    let written = value.to_string();
    let others = OTHER_WORDS.iter().filter(|(of, _)| *of == key);
    let mut found: Vec<Value> = others.map(|(_, word)| Value::from(*word)).collect();
    found.extend(match value {
        Value::Boolean(flag) => vec![Value::from(!flag.value())],
        Value::Integer(number) => [1, -1].map(|by| Value::from(number.value() + by)).into(),
        Value::Float(number) => vec![Value::from(number.value() + 0.1)],
        Value::String(text) => {
            let text = text.value();
            let day = text.replace("-02-", "-03-").replace("T00", "T01");
            let other_day = text.replace("-03-", "-04-").replace("-12-", "-11-");
            let texts = [format!("{text}一"), day, other_day];
            let mut found: Vec<Value> = texts.into_iter().map(Value::from).collect();
            // In the place of a parameter.
            if text.starts_with('$') {
                found.splice(0..0, [Value::from(38.5), Value::from(3)]);
            }
            found
        }
        _ => Vec::new(),
    });
    let mut seen = BTreeSet::new();
    let others = elsewhere
        .iter()
        .filter(|one| one.to_string().trim() != written.trim());
    let others = others.filter(|one| seen.insert(one.to_string().trim().to_owned()));
    let others = others.take(WORDS_MOST).cloned();
    // What looks like a word of a closed list is one.
    match written.contains(|letter: char| !(letter.is_ascii_lowercase() || "_\" ".contains(letter)))
    {
        true => found.extend(others),
        false => found.splice(0..0, others).for_each(drop),
    }
    found.retain(|one| one.to_string().trim() != written.trim());
    found
}

/// No word of the program's own: two words joined by a capital or an underscore, a debug mark.
fn is_plain(text: &str) -> bool {
    let mut slotless = String::new();
    let mut depth = 0;
    for letter in text.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if depth == 0 => slotless.push(letter),
            _ => {}
        }
    }
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut words = slotless.split(|letter: char| !is_letter(letter));
    let is_joined = |word: &str| {
        let letters: Vec<char> = word.chars().collect();
        let humps = letters.windows(2);
        let humps = humps.filter(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
        humps.count() > 0 || word.contains('_') || word == "Some" || word == "None"
    };
    !words.any(is_joined) && !slotless.contains("::")
}

fn complain_unless_plain(found: &[Difference], of: &str) {
    for one in found {
        let told = [Some(&one.what), one.before.as_ref(), one.after.as_ref()];
        for text in told.into_iter().flatten() {
            assert!(is_plain(text), "{of}: {text}");
        }
    }
}

/// Places of one kind of key at which a change is tried that can be read.
const PLACES_MOST: usize = 2;

type Kinds = BTreeMap<String, Vec<(Path, Value)>>;

fn kinds(document: &DocumentMut) -> Kinds {
    let mut by_kind = Kinds::new();
    for (path, value) in leaves(document) {
        by_kind.entry(kind(&path)).or_default().push((path, value));
    }
    by_kind
}

/// Changes one value of each of some kinds of key; the kinds that are never changed alone.
fn each_kind<T>(
    (name, text, wanted): &(String, String, BTreeSet<String>),
    read: impl Fn(&str) -> Option<T>,
    tell: impl Fn(&T, &T, Lang) -> Vec<Difference>,
) -> BTreeSet<String> {
    let document: DocumentMut = text.parse().expect("it is TOML");
    let before = read(text).expect("it reads");
    let mut stuck = BTreeSet::new();
    let kinds = kinds(&document);
    for (kind, all) in kinds.iter().filter(|(kind, _)| wanted.contains(*kind)) {
        let key = kind
            .rsplit('.')
            .find(|key| *key != "value")
            .unwrap_or_default();
        let values: Vec<Value> = all.iter().map(|(_, value)| value.clone()).collect();
        let changed = all.iter().take(PLACES_MOST).find_map(|(path, value)| {
            let mut others = instead(value, key, &values).into_iter();
            others.find_map(|other| {
                let after = read(&put(&document, path, &other))?;
                Some((
                    after,
                    format!("{name}: {}: {value} → {other}", path.join(".")),
                ))
            })
        });
        let Some((after, of)) = changed else {
            stuck.insert(kind.clone());
            continue;
        };
        for lang in [Lang::Zh, Lang::En] {
            let found = tell(&before, &after, lang);
            assert!(!found.is_empty(), "{of}");
            assert!(
                found.iter().all(|one| one.before != one.after),
                "{of}: {found:#?}"
            );
            complain_unless_plain(&found, &of);
        }
    }
    stuck
}

/// Tries each kind of key in so many of the delivered documents that have it; the kinds that could
/// be changed alone in none of them.
fn in_every_document<T>(
    (file, most): (&str, usize),
    read: impl Fn(&str) -> Option<T> + Copy,
    tell: impl Fn(&T, &T, Lang) -> Vec<Difference> + Copy,
) -> Vec<String> {
    let mut tried: BTreeMap<String, usize> = BTreeMap::new();
    let mut stuck: BTreeMap<String, usize> = BTreeMap::new();
    for folder in all_folders() {
        let (name, text) = (folder.display().to_string(), folder.join(file));
        let text = std::fs::read_to_string(text).expect("a text file");
        let all = kinds(&text.parse().expect("it is TOML")).into_keys();
        let wanted: BTreeSet<String> = all
            .filter(|kind| {
                let times = tried.entry(kind.clone()).or_default();
                *times += 1;
                *times <= most
            })
            .collect();
        for kind in each_kind(&(name, text, wanted), read, tell) {
            *stuck.entry(kind).or_default() += 1;
        }
    }
    let never = |(kind, times): &(String, usize)| *times == tried[kind].min(most);
    stuck
        .into_iter()
        .filter(never)
        .map(|(kind, _)| kind)
        .collect()
}

/// Kinds of keys whose values hang together with others, or have one word: they change only
/// together with those. What each word is called is asked of the schema, word by word.
const NOT_ALONE: [&str; 19] = [
    "contact.below",
    "contact.plan",
    "id",
    "observation.below",
    "observation.stage.visit.a_day.value",
    "observation.stage.visit.windows.gap_minutes",
    "observation.stage.visit.windows.value",
    "pass.kind",
    "report.due.kind",
    "returnee.below",
    "returnee.cleared.plan",
    "returnee.outcome.plan",
    "returnee.outcome.then",
    "returnee.stay.countries",
    "returnee.stay.countries_except",
    "risk.at_most",
    "risk.counted",
    "row.when.stays.any",
    "stages.ladder",
];

#[test]
fn whatever_changes_in_a_document_is_told_in_words() {
    let stuck = in_every_document(("policy.toml", 2), |text| read(text).ok(), differences);
    assert_eq!(stuck, NOT_ALONE);
}

#[test]
fn whatever_changes_in_cases_is_told_in_words() {
    let stuck = in_every_document(
        ("cases.toml", 1),
        |text| read_case_file(text).ok(),
        case_differences,
    );
    assert_eq!(stuck, Vec::<String>::new());
}

#[test]
fn whatever_comes_or_goes_is_told() {
    let none = CaseFile::default();
    for folder in all_folders() {
        let text = |file: &str| std::fs::read_to_string(folder.join(file)).expect("a text file");
        let (policy, cases) = (text("policy.toml"), text("cases.toml"));
        let file = read_case_file(&cases).expect("it reads");
        let told = case_differences(&none, &file, Lang::Zh);
        assert_eq!(told.len(), file.gate.len() + file.parts.len());
        let document: DocumentMut = policy.parse().expect("it is TOML");
        let before = read(&policy).expect("it reads");
        let tables = document
            .iter()
            .filter_map(|(key, item)| Some((key.to_owned(), item.as_array_of_tables()?.len())));
        for (table, length) in tables {
            for at in [0, length - 1] {
                let mut changed = document.clone();
                let list = changed[&table].as_array_of_tables_mut().expect("a list");
                list.remove(at);
                // What others name cannot go alone.
                let Ok(after) = read(&changed.to_string()) else {
                    continue;
                };
                for (was, is) in [(&before, &after), (&after, &before)] {
                    let found = differences(was, is, Lang::En);
                    assert!(!found.is_empty(), "{table} {at}");
                    complain_unless_plain(&found, &table);
                }
            }
        }
    }
}

#[test]
fn an_entry_is_told_line_by_line_with_its_clause() {
    let document = small_document(
        "X",
        r#"[counting]
over = { value = "day_full", source = "X 1" }
window = { value = "with_today", source = "X 1" }

[[lift]]
id = "X/lift"
source = "X 2"
of = "spot"
quiet_days = { value = 14, source = "X 3" }
below = "may replace"

[[returnee]]
id = "X/low"
source = "X 4"
stay = { kinds = ["low_risk"], within_days = { value = 14, source = "X 5" } }
outcome = []
"#,
    );
    let told = explain_parts(&document, Lang::Zh);
    let low = told
        .iter()
        .find(|one| one.id == "X/low")
        .expect("it is there");
    let last = low.lines.last().map(|line| &*line.text);
    assert_eq!(last, Some("怎么办：没有"));
    let lift = told
        .iter()
        .find(|one| one.id == "X/lift")
        .expect("it is there");
    let lines: Vec<(&str, &str)> = lift.lines.iter().map(|l| (&*l.text, &*l.source)).collect();
    assert_eq!(
        lines,
        [
            ("解除什么：疫点", ""),
            ("连续几天没有新病例：14 天", "X 3"),
            ("下级可否改：可以代替", ""),
        ]
    );
    assert_eq!((lift.part, &*lift.source), ("什么时候解除", "X 2"));
}

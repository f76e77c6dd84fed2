//! How SQLite goes about each statement: it counts nothing beforehand, so that what it would do in
//! a town of a hundred thousand shows on an empty database as well.

use crate::support::{Place, sqlite};
use gatehouse_store::statements;

/// Tables with a row or more for each person, pass or crossing of a county.
const GROWING: [&str; 9] = [
    "person",
    "person_token",
    "residence",
    "household",
    "pass",
    "vehicle",
    "crossing",
    "event",
    "helper",
];

/// Nouns of which a county has few: documents, keys, gates and their phones, lists, what is open.
const FEW: [&str; 9] = [
    "alarm",
    "audit",
    "audit_verify",
    "device_verify",
    "erasure_plan",
    "gate",
    "import_run",
    "open_item",
    "resident_code",
];

/// What goes through all of a county on purpose, and why.
const WHOLE: [(&str, &str); 13] = [
    (
        "crossing_hour::FORGET_ALL_HOURS",
        "derives a county anew, by hand",
    ),
    (
        "crossing_hour::DERIVE_HOURS",
        "derives a county anew, by hand",
    ),
    ("outing::OUTINGS", "lists a county, for tools"),
    ("outing::FORGET_ALL", "derives a county anew, by hand"),
    ("outing::DERIVE_ALL", "derives a county anew, by hand"),
    (
        "erasure::CROSSINGS_OF",
        "of who crossed where there is no index: nobody is followed",
    ),
    (
        "erasure::EVENTS_OF",
        "of who crossed where there is no index: nobody is followed",
    ),
    ("helper::ERASE_HELPER", "a job at night, over hundreds"),
    ("helper::ERASE_AGREED", "a job at night, over hundreds"),
    ("pass::LISTS", "one a compound and quarter"),
    ("retention::", "a job at night, in steps"),
    ("vehicle::DROP_VEHICLES", "a job at night, in steps"),
    ("visit::FORGET_VISITS", "a job at night, in steps"),
];

#[test]
fn no_statement_goes_through_a_whole_county_for_a_few() {
    let database = sqlite();
    let Place::Sqlite { path, .. } = &database.place else {
        unreachable!("made as such")
    };
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut found = Vec::new();
    for (noun, list) in statements() {
        for sql in list {
            let text = format!("EXPLAIN QUERY PLAN {}", sql.text);
            let mut asked = connection.prepare(&text).unwrap();
            let lines = asked.raw_query().mapped(|row| row.get::<_, String>(3));
            for line in lines.map(Result::unwrap) {
                if goes_through_all(&line) {
                    found.push(format!("{noun}::{}: {line}", sql.name));
                }
            }
        }
    }
    let noun = |one: &str| one.split("::").next().unwrap_or_default().to_owned();
    found.retain(|one| !FEW.contains(&&*noun(one)));
    for (known, _) in WHOLE {
        let all = found.len();
        found.retain(|one| !one.starts_with(known));
        assert!(found.len() < all, "{known} goes through nothing any more");
    }
    assert_eq!(found, Vec::<String>::new());
}

fn goes_through_all(line: &str) -> bool {
    let scanned = line.strip_prefix("SCAN ").unwrap_or_default();
    let table = scanned.split(' ').next().unwrap_or_default();
    GROWING.contains(&table) || line.ends_with("(shard=?)")
}

//! What the tables of levels, measures, teams, checklists, reports and days refuse, and how their
//! clocks run.

use crate::parts::{COUNTING, GRADING, of_parts};
use gatehouse_core::policy::part::{Kind, Layers, answer_line};
use serde_json::{Value, json};

const STAGES: &str = r#"
[stages]
ladder = ["low", "medium", "high"]
source = "X 1"
"#;

fn risk(id: &str, level: &str, rest: &str) -> String {
    format!(
        r#"
[[risk]]
id = "X/{id}"
source = "X 1"
level = "{level}"
counted = "townships"
{rest}
"#
    )
}

/// A measure that is due so, with whatever else it says.
fn measure(due: &str, rest: &str) -> String {
    format!(
        r#"
[[measure]]
id = "X/do"
source = "X 1"
at = "area"
do = {{ zh = "做", en = "do" }}
owner = {{ value = "street", source = "X 1" }}
due = {{ {due}, source = "X 1" }}
evidence = {{ value = ["record"], source = "X 1" }}
{rest}
"#
    )
}

fn report(due: &str, rest: &str) -> String {
    format!(
        r#"
[[report]]
id = "X/tell"
source = "X 1"
what = {{ zh = "报", en = "tell" }}
by = {{ value = "community", source = "X 1" }}
to = {{ value = ["street"], source = "X 1" }}
due = {{ {due}, source = "X 1" }}
{rest}
"#
    )
}

fn team(members: &str) -> String {
    format!("[[team]]\nid = \"X/team\"\nsource = \"X 1\"\neach = \"gate\"\nmember = [{members}]\n")
}

fn checklist(items: &str) -> String {
    format!(
        r#"
[[checklist]]
id = "X/list"
source = "X 1"
of = "gate"
title = {{ zh = "单", en = "list" }}
photo = {{ value = false, source = "X 1" }}
again_days = {{ value = 7, source = "X 1" }}
item = [{items}]
"#
    )
}

fn kept(record: &str, days: u32) -> String {
    format!(
        "[[retention]]\nid = \"X/keep\"\nsource = \"X 1\"\nrecord = \"{record}\"\n\
         days = {{ value = {days}, source = \"X 1\" }}\n"
    )
}

fn pass(id: &str, kind: &str, days: u32) -> String {
    format!(
        "[[pass]]\nid = \"X/{id}\"\nsource = \"X 1\"\nkind = \"{kind}\"\n\
         band = {{ value = \"white\", source = \"X 1\" }}\n\
         days = {{ value = {days}, source = \"X 1\" }}\n"
    )
}

/// Each of these parts is refused with a complaint that begins so, or read where it is empty.
fn told(table: &[(String, &str)]) {
    for (parts, expected) in table {
        let found = of_parts("X", parts).err().unwrap_or_default();
        assert!(found.starts_with(expected), "{parts}\n{found}");
        assert_eq!(found.is_empty(), expected.is_empty(), "{parts}\n{found}");
    }
}

/// An entry that is switched off is read like any other and does nothing.
#[test]
fn an_entry_that_is_off_is_read_and_has_no_effect() {
    let parts = |off: &str| report("kind = \"daily\"", "") + &measure("kind = \"standing\"", off);
    told(&[
        (parts("off = \"yes\""), "P005"),
        (parts("off = true\nfrom = 3"), "P005"),
    ]);
    for (off, left) in [("", 2), ("off = false", 2), ("off = true", 1)] {
        let document = of_parts("X", &parts(off)).expect("it reads");
        assert_eq!(document.parts.entries().count(), left, "{off}");
    }
    // Also where it is the only one; a document that says nothing is none.
    let document = of_parts("X", &measure("kind = \"standing\"", "off = true"));
    let parts = document.expect("it reads").parts;
    assert_eq!((parts.entries().count(), parts.written.len()), (0, 1));
    told(&[(String::new(), "P004")]);
}

#[test]
fn levels_have_no_hole_and_rise() {
    let levels = |medium: &str, high: &str| {
        let lines = [risk("m", "medium", medium), risk("h", "high", high)].concat();
        format!("{COUNTING}{GRADING}{lines}")
    };
    let alone = risk("m", "medium", "at_least = 2");
    told(&[
        (levels("at_least = 2\nat_most = 3", "at_least = 4"), ""),
        (levels("at_least = 2\nat_most = 4", "at_least = 4"), "P032"),
        (levels("at_least = 2\nat_most = 3", "at_least = 5"), "P032"),
        (levels("at_least = 2\nat_most = 1", "at_least = 2"), "P032"),
        (
            levels("at_least = 2\nat_most = 3", "at_least = 4\nat_most = 9"),
            "P032",
        ),
        (levels("at_least = 0\nat_most = 3", "at_least = 4"), "P032"),
        (format!("{COUNTING}{alone}"), "P004"),
        (format!("{GRADING}{alone}"), "P004"),
    ]);
}

#[test]
fn measures_and_reports_are_due_at_some_time_and_stand_on_the_ladder() {
    let standing = "kind = \"standing\"";
    let staged = |rest: &str| format!("{STAGES}{}", measure(standing, rest));
    let too_much = "limit = { of = [\"park\"], admit_percent = 101, source = \"X 1\" }";
    let table = [
        (measure(standing, ""), ""),
        (measure(standing, "from = \"low\""), "P033"),
        (staged("from = \"low\""), ""),
        (staged("from = \"case\""), "P033"),
        (staged("to = \"low\""), "P033"),
        (staged("from = \"high\"\nto = \"low\""), "P033"),
        (measure(standing, too_much), "P005"),
        (report("kind = \"daily\"", ""), ""),
        (report(standing, ""), "P005"),
        (report("kind = \"daily\"", "stages = [\"low\"]"), "P033"),
    ];
    told(&table);
    let clocks = [
        ("kind = \"within\", hours = 2", "P005"),
        ("kind = \"within\", after = \"diagnosis\"", "P005"),
        (
            "kind = \"at_once\", after = \"diagnosis\", hours = 1",
            "P005",
        ),
        ("kind = \"standing\", after = \"diagnosis\"", "P005"),
        ("kind = \"standing\", by = \"17:30\"", "P005"),
        ("kind = \"daily\", by = \"25:00\"", "P005"),
        ("kind = \"daily\", by = \"17:30\"", ""),
        ("kind = \"within\", after = \"diagnosis\", days = 3", "P004"),
    ];
    told(&clocks.map(|(due, expected)| (measure(due, ""), expected)));
}

#[test]
fn spots_are_drawn_of_something_and_lifted_after_some_days() {
    let drawn = |rest: &str| {
        format!("[[drawn]]\nid = \"X/draw\"\nsource = \"X 1\"\nkind = \"spot\"\n{rest}\n")
    };
    let lift = |days: u8| {
        format!(
            "[[lift]]\nid = \"X/lift\"\nsource = \"X 1\"\nof = \"spot\"\n\
             quiet_days = {{ value = {days}, source = \"X 1\" }}\n"
        )
    };
    told(&[
        (drawn("units = [\"building\"]"), ""),
        (drawn("units = []"), "P005"),
        (drawn("units = [\"building\"]\nstages = [\"low\"]"), "P033"),
        (format!("{COUNTING}{}", lift(14)), ""),
        (format!("{COUNTING}{}", lift(0)), "P005"),
        (lift(14), "P004"),
    ]);
}

#[test]
fn teams_lists_and_days_hold_together() {
    let one = r#"{ any = ["checker"], at_least = { value = 3, source = "X 1" } }"#;
    let most = |most: u8| {
        format!(
            r#"{{ any = ["checker"], at_least = {{ value = 3, source = "X 1" }},
                 at_most = {{ value = {most}, source = "X 1" }} }}"#
        )
    };
    let item = r#"{ id = "a", text = { zh = "甲", en = "a" } }"#;
    told(&[
        (team(one), ""),
        (team(""), "P034"),
        (team(&format!("{one}, {one}")), "P034"),
        (team(&most(3)), ""),
        (team(&most(2)), "P034"),
        (checklist(item), ""),
        (checklist(""), "P034"),
        (checklist(&format!("{item}, {item}")), "P034"),
        (kept("details", 60), ""),
        (kept("details", 61), "P035"),
        (kept("crossings", 0), "P035"),
        (pass("one", "resident", 366), ""),
        (pass("one", "resident", 367), "P036"),
        (pass("one", "slip", 2), "P036"),
        (pass("one", "visitor", 0), "P036"),
        (pass("one", "visitor", 3) + &pass("two", "errand", 3), ""),
        (
            pass("one", "visitor", 3) + &pass("two", "visitor", 2),
            "P036",
        ),
        (kept("passes", 365), ""),
    ]);
}

fn ask(parts: &str, kind: Kind, question: &Value) -> Value {
    let document = of_parts("X", parts).expect("reads");
    let documents = [&document];
    let layers = Layers::new(&documents).expect("go together");
    answer_line(kind, &layers, question.to_string().as_bytes())
}

#[test]
fn clocks_of_measures_run_from_what_happened() {
    let moment = "2020-02-20T09:00:00+08:00";
    let table = [
        (
            "kind = \"at_once\", after = \"diagnosis\"",
            "2020-02-19T21:30:00+08:00",
            true,
        ),
        (
            "kind = \"within\", after = \"diagnosis\", hours = 2",
            "2020-02-19T23:30:00+08:00",
            true,
        ),
        (
            "kind = \"within\", after = \"diagnosis\", hours = 24",
            "2020-02-20T21:30:00+08:00",
            false,
        ),
        (
            "kind = \"within\", after = \"diagnosis\", days = 0",
            "2020-02-20T00:00:00+08:00",
            true,
        ),
        (
            "kind = \"within\", after = \"diagnosis\", days = 3",
            "2020-02-23T00:00:00+08:00",
            false,
        ),
        (
            "kind = \"daily\", by = \"08:30\"",
            "2020-02-20T08:30:00+08:00",
            true,
        ),
        ("kind = \"daily\"", "2020-02-21T00:00:00+08:00", false),
    ];
    let question = json!({ "moment": moment, "events": [
        { "event": "diagnosis", "at": "2020-02-19T21:30:00+08:00" },
        { "event": "arrival", "at": "2020-02-20T08:00:00+08:00" },
    ] });
    for (due, at, over) in table {
        let parts = format!("{COUNTING}{}", measure(due, ""));
        let answer = ask(&parts, Kind::Measures, &question);
        let found = &answer["measures"]["X/do"]["due_at"];
        assert_eq!(*found, json!([{ "at": at, "over": over }]), "{due}");
    }
    let answer = ask(
        &measure("kind = \"standing\"", ""),
        Kind::Measures,
        &question,
    );
    assert_eq!(answer["measures"]["X/do"]["due_at"], json!([]));
}

#[test]
fn a_measure_is_in_force_by_its_stage_or_by_decision() {
    let of = |rest: &str| format!("{STAGES}{}", measure("kind = \"standing\"", rest));
    let decided = "from = \"medium\"\non_decision = true";
    let medium_alone = "from = \"medium\"\nto = \"medium\"";
    let table = [
        ("", &[][..], false, Some("stage")),
        ("from = \"medium\"", &["low"], false, None),
        ("from = \"medium\"", &["low"], true, Some("decision")),
        ("from = \"medium\"", &["medium"], false, Some("stage")),
        ("from = \"medium\"", &["high"], false, Some("stage")),
        (medium_alone, &["high"], false, None),
        // What is past may not be taken again: a higher stage has another in its place.
        (medium_alone, &["high"], true, None),
        (decided, &["medium"], false, Some("may_be_decided")),
        (decided, &["medium"], true, Some("decision")),
        (decided, &["low"], false, None),
        // A stage of another ladder says nothing here.
        ("from = \"medium\"", &["community_spread"], true, None),
        (
            "from = \"medium\"",
            &["community_spread", "high"],
            false,
            Some("stage"),
        ),
    ];
    for (rest, stages, decided, by) in table {
        let decided: &[&str] = if decided { &["X/do"] } else { &[] };
        let question = json!({ "moment": "2020-02-20T09:00:00+08:00", "stages": stages,
                               "decided": decided });
        let answer = ask(&of(rest), Kind::Measures, &question);
        let found = answer["measures"]["X/do"]["by"].as_str();
        assert_eq!(found, by, "{rest} {stages:?} {decided:?}");
    }
}

#[test]
fn daily_reports_are_owed_from_their_day_and_late_after_their_time() {
    let parts = report("kind = \"daily\", by = \"17:00\"", "");
    let owed = |since: &str, moment: &str, made: &[&str]| {
        let made = made
            .iter()
            .map(|day| json!({ "entry": "X/tell", "day": day }));
        let made: Vec<Value> = made.collect();
        let question = json!({ "moment": moment, "since": since, "made": made });
        let answer = ask(&parts, Kind::Due, &question);
        let owed = answer["owed"].as_array().expect("a list").clone();
        let short = |one: &Value| format!("{} {}", one["day"].as_str().unwrap_or("-"), one["late"]);
        owed.iter().map(short).collect::<Vec<_>>()
    };
    let (morning, evening) = ("2020-02-20T09:00:00+08:00", "2020-02-20T17:00:01+08:00");
    let since = "2020-02-19T12:00:00+08:00";
    assert_eq!(
        owed(since, morning, &[]),
        ["2020-02-19 true", "2020-02-20 false"]
    );
    assert_eq!(owed(since, evening, &["2020-02-19"]), ["2020-02-20 true"]);
    assert_eq!(owed(since, evening, &["2020-02-19", "2020-02-20"]), [""; 0]);
    assert_eq!(owed(evening, morning, &[]), ["2020-02-20 false"]);
    let tomorrow = "2020-02-21T00:00:00+08:00";
    assert_eq!(owed(tomorrow, morning, &[]), [""; 0], "not yet");
    let long_ago = "2010-01-01T00:00:00+08:00";
    assert_eq!(
        owed(long_ago, morning, &[]).len(),
        31,
        "no more than a month back"
    );
}

//! Plans of observation over days: visits and how they stand, and what is wrong with a plan.

use crate::parts::{COUNTING, of_parts};
use crate::policies::{all_folders, load_document};
use gatehouse_core::policy::PolicyDocument;
use gatehouse_core::policy::part::{Kind, Layers, answer_line};
use serde_json::{Value, json};

fn delivered(id: &str) -> PolicyDocument {
    let mut documents = all_folders()
        .into_iter()
        .map(|folder| load_document(&folder));
    documents
        .find(|document| document.id == id)
        .expect("delivered")
}

fn asked(documents: &[&PolicyDocument], question: &Value) -> Value {
    let layers = Layers::new(documents).expect("go together");
    answer_line(Kind::Plan, &layers, question.to_string().as_bytes())
}

/// A plan of one stage of seven days with these visits and tests.
fn plan(stage: &str) -> String {
    format!(
        r#"{COUNTING}
[[observation]]
id = "X/home"
source = "X 1"
name = {{ zh = "居家", en = "home" }}
whom = ["returnee"]
[[observation.stage]]
kind = "home"
days = {{ value = 7, source = "X 1" }}
zero = {{ value = "entry", source = "X 1" }}
{stage}"#
    )
}

fn visit(a_day: u8, windows: &str, more: &str) -> String {
    let gap = if a_day == 1 { 0 } else { 120 };
    format!(
        "{{ kind = \"temperature\", a_day = {{ value = {a_day}, source = \"X\" }}, windows = \
         {{ value = [{windows}], gap_minutes = {gap}, source = \"X\" }}{more} }}"
    )
}

const THREE: &str = r#"["08:00", "10:00"], ["12:00", "14:00"], ["18:00", "20:00"]"#;
const ONE: &str = r#"["08:00", "10:00"]"#;

#[test]
fn late_missed_and_not_at_the_place_are_told_apart() {
    let visits = format!("visit = [{}]", visit(3, THREE, ""));
    let document = of_parts("X", &plan(&visits)).expect("reads");
    // Visits paid on the day, the moment of asking, and how the three of the day stand.
    let table = [
        (vec![], "07:00", ["ahead", "ahead", "ahead"]),
        (vec![], "09:00", ["due", "ahead", "ahead"]),
        (vec![], "11:00", ["overdue", "ahead", "ahead"]),
        (vec![], "12:00", ["missed", "due", "ahead"]),
        (
            vec![("09:00", "at_place")],
            "19:00",
            ["done", "missed", "due"],
        ),
        (
            vec![("11:00", "at_place")],
            "11:30",
            ["late", "ahead", "ahead"],
        ),
        (
            vec![("10:00", "at_place")],
            "11:30",
            ["late", "ahead", "ahead"],
        ),
        (
            vec![("09:00", "not_at_place")],
            "11:30",
            ["not_at_place", "ahead", "ahead"],
        ),
        (
            vec![("09:00", "no_answer")],
            "11:30",
            ["no_answer", "ahead", "ahead"],
        ),
        // Sooner than two hours after the one before does not count.
        (
            vec![("11:00", "at_place"), ("12:30", "at_place")],
            "13:00",
            ["late", "due", "ahead"],
        ),
        (
            vec![("11:00", "at_place"), ("13:00", "at_place")],
            "13:30",
            ["late", "done", "ahead"],
        ),
        // One visit stands for one, however long it is asked about.
        (
            vec![("23:59", "at_place")],
            "23:59",
            ["missed", "missed", "late"],
        ),
    ];
    for (paid, now, expected) in table {
        let visits = paid.iter().map(|(time, found)| {
            json!({ "kind": "temperature", "at": on_the_20th(time), "found": found })
        });
        let visits: Vec<Value> = visits.collect();
        assert_eq!(
            states(&document, visits, now),
            expected,
            "{paid:?} at {now}"
        );
    }
}

fn on_the_20th(time: &str) -> String {
    format!("2020-02-20T{time}:00+08:00")
}

/// How the visits of a day stand at a time of it.
fn states(document: &PolicyDocument, visits: Vec<Value>, now: &str) -> Vec<Value> {
    let order = json!({ "entered": "2020-02-19T23:00:00+08:00", "visits": visits });
    let question = json!({ "moment": on_the_20th(now), "plan": "X/home", "order": order });
    let answer = asked(&[document], &question);
    let visits = answer["visits"].as_array().expect("a list").iter();
    let of_day = visits.filter(|visit| visit["on"] == "2020-02-20");
    of_day.map(|visit| visit["state"].clone()).collect()
}

#[test]
fn holes_overlaps_ceilings_and_windows_are_told() {
    let stage = |visits: &[String]| plan(&format!("visit = [{}]", visits.join(", ")));
    let whole = stage(&[visit(3, THREE, "")]);
    let table = [
        (whole.clone(), ""),
        (stage(&[visit(3, ONE, "")]), "P033"),
        // Least time between visits of which there is one a day.
        (
            stage(&[visit(1, ONE, "").replace("gap_minutes = 0", "gap_minutes = 60")]),
            "P033",
        ),
        (stage(&[visit(1, r#"["10:00", "08:00"]"#, "")]), "P033"),
        (
            stage(&[visit(2, r#"["08:00", "10:00"], ["09:00", "12:00"]"#, "")]),
            "P033",
        ),
        (
            stage(&[visit(2, r#"["08:00", "08:30"], ["08:30", "09:00"]"#, "")]),
            "P033",
        ),
        (stage(&[visit(1, r#"["08:00", "25:00"]"#, "")]), "P005"),
        (
            stage(&[visit(1, ONE, ", in_person = { value = 2, source = \"X\" }")]),
            "P033",
        ),
        (
            stage(&[
                visit(1, ONE, ", to_day = 3"),
                visit(3, THREE, ", from_day = 4"),
            ]),
            "",
        ),
        (
            stage(&[
                visit(1, ONE, ", to_day = 3"),
                visit(3, THREE, ", from_day = 5"),
            ]),
            "P031",
        ),
        (
            stage(&[
                visit(1, ONE, ", to_day = 3"),
                visit(3, THREE, ", from_day = 3"),
            ]),
            "P031",
        ),
        (stage(&[visit(1, ONE, ", to_day = 3")]), "P031"),
        (stage(&[visit(1, ONE, ", to_day = 8")]), "P031"),
        (stage(&[visit(1, ONE, ", on_days = [7]")]), ""),
        (stage(&[visit(1, ONE, ", on_days = [8]")]), "P031"),
        (whole.replace("value = 7", "value = 29"), "P032"),
        (whole.replace("\"returnee\"", "\"general_contact\""), "P032"),
        (whole.replace("\"returnee\"", ""), "P005"),
        (whole.replace("\"entry\"", "\"day_after\""), "P031"),
        (whole.replace("value = 7, ", ""), "P004"),
    ];
    check(&table);
}

#[test]
fn tests_stand_in_order_within_their_stage() {
    let test =
        |from: u16, to: u16| format!("{{ from_day = {from}, to_day = {to}, source = \"X\" }}");
    let tests = |list: &[String]| plan(&format!("test = [{}]", list.join(", ")));
    check(&[
        (tests(&[test(0, 1), test(7, 7)]), ""),
        (tests(&[test(0, 1), test(1, 7)]), "P031"),
        (tests(&[test(7, 8)]), "P031"),
        (tests(&[test(7, 6)]), "P031"),
    ]);
}

/// Parts, and the code of the first complaint; none where they are in order.
fn check(table: &[(String, &str)]) {
    for (parts, expected) in table {
        let found = of_parts("X", parts).err().unwrap_or_default();
        assert!(found.starts_with(expected), "{parts}\n{found}");
        assert_eq!(found.is_empty(), expected.is_empty(), "{parts}\n{found}");
    }
}

#[test]
fn a_street_lets_special_people_be_observed_at_home_instead() {
    let (city, street) = (delivered("P7"), delivered("P1"));
    let question = |circumstances: &[&str]| {
        json!({ "moment": "2020-11-02T09:00:00+08:00", "plan": "P7/close",
                "order": { "entered": "2020-11-02T08:00:00+08:00",
                           "circumstances": circumstances } })
    };
    let home = json!([{ "kind": "home", "entry": "P1/special", "source": "P1 (十)" }]);
    let table = [
        (vec![&city, &street], vec!["aged_14_or_less"], home),
        (vec![&city, &street], vec!["home_unsuitable"], json!([])),
        (vec![&city], vec!["aged_14_or_less"], json!([])),
    ];
    for (documents, circumstances, expected) in table {
        let answer = asked(&documents, &question(&circumstances));
        assert_eq!(
            answer["stages"][0]["instead"], expected,
            "{circumstances:?}"
        );
    }
}

#[test]
fn of_two_documents_the_stricter_is_planned() {
    // P1 keeps a close contact at home, P7 at a site, both fourteen days.
    let (city, street) = (delivered("P7"), delivered("P1"));
    for documents in [[&city, &street], [&street, &city]] {
        let question = json!({ "moment": "2020-11-02T09:00:00+08:00", "whom": "close_contact",
                               "order": { "entered": "2020-11-02T08:00:00+08:00" } });
        assert_eq!(asked(&documents, &question)["entry"], "P7/close");
    }
}

#[test]
fn every_delivered_plan_ends() {
    for folder in all_folders() {
        let document = load_document(&folder);
        for plan in &document.parts.observation {
            let question = json!({
                "moment": "2020-11-02T09:00:00+08:00", "plan": plan.id,
                "order": { "entered": "2020-11-02T08:00:00+08:00", "last_exposure": "2020-11-01",
                           "arrived": "2020-11-02T08:00:00+08:00",
                           "discharged": "2020-11-02T08:00:00+08:00" } });
            let answer = asked(&[&document], &question);
            let over = answer["over"]["at"].as_str().expect("an end");
            assert!(
                over > "2020-11-02" && over < "2021-01-15",
                "{}: {over}",
                plan.id
            );
        }
    }
}

//! What documents say beyond the gate: they read, answer their cases, and every entry is named in
//! an answer.

use crate::policies::{all_folders, load_document};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::policy::cases::read_case_file;
use gatehouse_core::policy::part::{Kind, Layers, answer_line, explain_parts, run_part_case};
use gatehouse_core::policy::{PolicyDocument, read};

const CASES_LEAST: usize = 8;

#[test]
fn cases_of_parts_are_answered_as_expected_and_name_every_entry() {
    for folder in all_folders() {
        let document = load_document(&folder);
        let text = std::fs::read_to_string(folder.join("cases.toml")).expect("a text file");
        let cases = read_case_file(&text).expect("the cases read").parts;
        let documents = [&document];
        let layers = Layers::new(&documents).expect("go together");
        let (mut answers, mut failures) = (Vec::new(), Vec::new());
        for case in &cases {
            match run_part_case(case, &layers) {
                Ok(answer) => answers.push(answer),
                Err(failure) => failures.push(failure.en),
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        assert_eq!(document.parts.unnamed(&answers), [], "{}", document.id);
        let enough = document.parts.is_empty() || cases.len() >= CASES_LEAST;
        assert!(enough, "{} has {} cases", document.id, cases.len());
    }
}

/// What no field of a form changes stands in a list: values of one holder together.
#[test]
fn what_no_field_changes_is_told_by_what_it_is_of() {
    let folders = all_folders();
    let folder = folders
        .iter()
        .find(|one| one.ends_with("p7-city-autumn-winter"));
    let document = load_document(folder.expect("is delivered"));
    let told = explain_parts(&document, Lang::Zh);
    let close = told
        .iter()
        .find(|one| one.id == "P7/close")
        .expect("a plan");
    let fixed = close.fixed(Lang::Zh);
    let says = |what: &str| {
        let found = fixed.iter().find(|(of, _)| of == what);
        found.map(|(_, says)| says.as_str())
    };
    assert_eq!(says("观察哪些人"), Some("密接"));
    let symptoms = "什么时候：出现症状；做什么：定点医院、采样检测";
    assert_eq!(says("还要做什么 1"), Some(symptoms));
    assert_eq!(says("阶段 · 随访"), Some("类别：测温；由谁做：卫生人员"));
    assert_eq!(says("名称"), None, "its title stands above");
}

/// A document of these parts, or its complaints: a line each, the code and what stands there.
pub(crate) fn of_parts(id: &str, parts: &str) -> Result<PolicyDocument, String> {
    let text = format!(
        r#"id = "{id}"
version = 1
title = {{ zh = "例子", en = "Example" }}
notice = "example"
force.from = {{ value = "2020-02-06T00:00:00+08:00", source = "deployment" }}
force.ends = {{ value = "2020-05-06T00:00:00+08:00", source = "deployment" }}
force.review = {{ value = "2020-03-06", source = "deployment" }}
[basis]
health_ground = "exposure"
legal_basis = {{ zh = "法", en = "Law" }}
authority = {{ zh = "指挥部", en = "the command" }}
appeal = {{ zh = "申诉", en = "appeal" }}
source = "deployment"
{parts}"#
    );
    read(&text).map_err(|complaints| {
        let lines = complaints.iter().map(|one| {
            let there = text[one.span.clone()].lines().next().unwrap_or_default();
            format!("{} {there}: {}", one.code, one.message.en)
        });
        lines.collect::<Vec<_>>().join("\n")
    })
}

pub(crate) const COUNTING: &str = r#"
[counting]
over = { value = "day_full", source = "deployment" }
window = { value = "with_today", source = "deployment" }
"#;

pub(crate) const GRADING: &str = r#"
[grading]
window_days = { value = 14, source = "X 1" }
day_counted = { value = "reported", source = "X 1" }
publish_days = { value = 1, source = "X 1" }
review_days = { value = 14, source = "X 1" }
"#;

const HOME: &str = r#"
[[observation]]
id = "X/home"
source = "X 1"
name = { zh = "居家", en = "home" }
whom = ["returnee"]
[[observation.stage]]
kind = "home"
days = { value = 14, source = "X 1" }
zero = { value = "entry", source = "X 1" }
"#;

fn returnee(id: &str, more: &str) -> String {
    format!(
        r#"
[[returnee]]
id = "{id}"
source = "X 1"
stay = {{ kinds = ["key_area"], within_days = {{ value = 14, source = "X 1" }} }}
outcome = [{{ plan = "X/home" }}]
{more}"#
    )
}

#[test]
fn what_is_wrong_is_told_at_its_place() {
    let rule = |more: &str| format!("{COUNTING}{HOME}{}", returnee("X/back", more));
    let table = [
        (String::new(), "P004 :"),
        (HOME.to_owned(), "P004 :"),
        (rule(""), ""),
        (rule("colour = 1"), "P003 colour:"),
        (rule("do = [\"shout\"]"), "P005 \"shout\":"),
        (rule("below = \"may vanish\""), "P005 \"may vanish\":"),
        (
            rule("cleared_by = [[\"negative_test\"]]"),
            "P005 [[returnee]]:",
        ),
        (
            format!("{}{}", rule(""), returnee("X/back", "")),
            "P011 [[returnee]]:",
        ),
        (
            format!("{COUNTING}{HOME}{}", returnee("Y/back", "")),
            "P014 [[returnee]]:",
        ),
        (
            format!("{COUNTING}{}", returnee("X/back", "")),
            "P030 [[returnee]]:",
        ),
        (
            format!("{COUNTING}{}", HOME.replace("14", "0")),
            "P031 [[observation]]:",
        ),
        (
            format!("{COUNTING}{}", HOME.replace("14", "\" \"")),
            "P005 \" \":",
        ),
        (
            format!("{COUNTING}{}", HOME.replace("14", "-1")),
            "P005 -1:",
        ),
        (
            format!("{COUNTING}{}", HOME.replace("whom", "who")),
            "P003 who:",
        ),
    ];
    for (parts, expected) in table {
        let found = of_parts("X", &parts).err().unwrap_or_default();
        assert!(found.starts_with(expected), "{parts}\n{found}");
        assert_eq!(found.is_empty(), expected.is_empty(), "{parts}\n{found}");
    }
}

/// A line of the returnee table with these stays besides, and how far back.
fn stays(id: &str, countries: &str, days: u8, more: &str) -> String {
    let stay = format!("within_days = {{ value = {days},");
    let stay = format!("{countries}{stay}");
    returnee(id, more).replace("within_days = { value = 14,", &stay)
}

fn contact(id: &str, class: &str, more: &str) -> String {
    format!(
        "\n[[contact]]\nid = \"X/{id}\"\nsource = \"X 1\"\nclass = \"{class}\"\n\
         to = [\"confirmed\"]\n{more}\n"
    )
}

#[test]
fn tables_leave_no_hole_and_say_nothing_twice() {
    let back = |days: u8, more: &str| stays("X/back", "", days, more);
    let two = |lines: [String; 2]| format!("{COUNTING}{HOME}{}", lines.concat());
    let but_russia = "countries_except = [\"RU\"], ";
    let russia = "countries = [\"RU\"], ";
    let kept = |days: u8| {
        format!(
            "\n[[retention]]\nid = \"X/keep-{days}\"\nsource = \"X 1\"\n\
             record = \"crossings\"\ndays = {{ value = {days}, source = \"X 1\" }}\n"
        )
    };
    let lift = |days: u8| {
        format!(
            "\n[[lift]]\nid = \"X/lift-{days}\"\nsource = \"X 1\"\nof = \"spot\"\n\
             quiet_days = {{ value = {days}, source = \"X 1\" }}\n"
        )
    };
    let ladder = |top: &str| {
        format!(
            "\n[stages]\nladder = [\"low\", \"medium\", \"{top}\"]\nsource = \"X 1\"\n{}",
            kept(7)
        )
    };
    let table = [
        (two([back(0, ""), String::new()]), "P031"),
        (two([back(14, ""), stays("X/more", "", 21, "")]), "P031"),
        (
            two([
                back(14, ""),
                stays("X/more", "", 21, "groups = [\"cold_chain\"]"),
            ]),
            "",
        ),
        (
            two([stays("X/back", but_russia, 14, ""), String::new()]),
            "P031",
        ),
        (
            two([
                stays("X/back", but_russia, 14, ""),
                stays("X/more", russia, 14, ""),
            ]),
            "",
        ),
        (
            two([contact("a", "close", ""), contact("b", "general", "")]),
            "P031",
        ),
        (
            two([
                contact("a", "close", "unprotected = true"),
                contact("b", "general", ""),
            ]),
            "",
        ),
        ([kept(7), kept(8)].concat(), "P035"),
        (two([lift(14), lift(21)]), "P031"),
        (ladder("high"), ""),
        (ladder("low"), "P033"),
    ];
    for (parts, expected) in table {
        let found = of_parts("X", &parts).err().unwrap_or_default();
        assert!(found.starts_with(expected), "{parts}\n{found}");
        assert_eq!(found.is_empty(), expected.is_empty(), "{parts}\n{found}");
    }
}

#[test]
fn a_lower_document_takes_out_of_force_what_it_may_and_nothing_else() {
    let upper = |more: &str| {
        let text = format!("{COUNTING}{HOME}{}", returnee("X/back", more));
        of_parts("X", &text).expect("reads")
    };
    let lower = |replaced: &str| {
        let text = format!("{COUNTING}{HOME}{}", returnee("Y/back", replaced));
        of_parts("Y", &text.replace("X/home", "Y/home")).expect("reads")
    };
    let table = [
        ("", "", Ok(2)),
        ("below = \"may replace\"", "replaces = [\"X/back\"]", Ok(1)),
        ("", "replaces = [\"X/back\"]", Err(())),
        (
            "below = \"may replace\"",
            "replaces = [\"X/other\"]",
            Err(()),
        ),
    ];
    let line = r#"{"moment": "2020-02-20T08:00:00+08:00",
        "person": {"stays": [{"kinds": ["key_area"], "until": "2020-02-19"}]}}"#;
    for (above, below, expected) in table {
        let (upper, lower) = (upper(above), lower(below));
        let documents = [&upper, &lower];
        let lines = Layers::new(&documents).map_err(|_| ()).map(|layers| {
            let answer = answer_line(Kind::Propose, &layers, line.as_bytes());
            answer["lines"].as_array().expect("a list").len()
        });
        assert_eq!(lines, expected, "{above} {below}");
    }
}

#[test]
fn a_line_that_cannot_be_used_is_answered_with_a_code_and_its_id() {
    let document = of_parts("X", &format!("{COUNTING}{HOME}")).expect("reads");
    let documents = [&document];
    let layers = Layers::new(&documents).expect("go together");
    let moment = r#""moment": "2020-02-20T08:00:00+08:00""#;
    let table = [
        ("{".to_owned(), "L001"),
        (
            format!(r#"{{"id": 7, {moment}, "person": {{"stays": []}}, "x": 1}}"#),
            "L002",
        ),
        (
            format!(r#"{{"id": 7, {moment}, {moment}, "person": {{"stays": []}}}}"#),
            "L002",
        ),
        (
            format!(r#"{{"id": 7, {moment}, "person": {{"stays": [], "stays": []}}}}"#),
            "L002",
        ),
        (
            r#"{"id": 7, "moment": "today", "person": {"stays": []}}"#.to_owned(),
            "L002",
        ),
        (
            format!(r#"{{"id": 7, {moment}, "person": {{"stays": []}}}}"#),
            "L003",
        ),
    ];
    for (line, code) in table {
        let answer = answer_line(Kind::Propose, &layers, line.as_bytes());
        assert_eq!(answer["error"]["code"], code, "{line}: {answer}");
        let id = if code == "L001" { None } else { Some(7) };
        assert_eq!(answer["id"].as_i64(), id, "{line}: {answer}");
    }
}

//! Documents of upper and lower areas together: what a lower one may replace, and what not.

use crate::parts::of_parts;
use crate::policies::{folders, load, small_document};
use gatehouse_core::gate::Policy;
use gatehouse_core::gate::compiled::Row;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::moment::Moment;
use gatehouse_core::policy::answers::{Place, answers};
use gatehouse_core::policy::explain::explain_in_force;
use gatehouse_core::policy::part::{Layers, explain_parts_in_force};
use gatehouse_core::policy::{PolicyDocument, compile, parameter_in_force};
use std::collections::{BTreeMap, BTreeSet};

fn henan() -> PolicyDocument {
    let folders = folders();
    let folder = folders
        .iter()
        .find(|folder| folder.ends_with("henan-2020-02"));
    load(folder.expect("the document is delivered")).0
}

/// A lower document with one row that stands in the place of another.
fn lower(id: &str, replaced: &str) -> PolicyDocument {
    let row = format!(
        r#"[[row]]
id = "{id}/row"
effect = "grant"
source = "deployment"
who = {{ subject_kind = "courier" }}
way = "in"
replaces = ["{replaced}"]
say = {{ zh = "快递可以进。", en = "Couriers may come in." }}
"#
    );
    small_document(id, &row)
}

fn layered(upper: &PolicyDocument, lower: &PolicyDocument) -> Result<Policy, String> {
    compile(&[upper, lower]).map_err(|error| error.to_string())
}

#[test]
fn a_lower_document_replaces_what_it_may_and_nothing_else() {
    let upper = henan();
    let policy = layered(&upper, &lower("X", "HN/courier")).expect("it may be replaced");
    let has = |id: &str| policy.rows().iter().any(|row| row.id == id);
    assert!(has("X/row") && !has("HN/courier"));
    // Whether a row that "may tighten" is tightened is proved (`proof`); one that says nothing
    // holds as it is.
    let refused = [
        ("HN/temporary-pass", "says nothing"),
        ("HN/no-such-row", "has that row"),
    ];
    for (row, reason) in refused {
        let error = layered(&upper, &lower("X", row)).err();
        let error = error.unwrap_or_else(|| panic!("{row} was replaced"));
        assert!(error.contains(row) && error.contains(reason), "{error}");
    }
    let twice = layered(&upper, &upper).err().unwrap_or_default();
    assert!(twice.contains("two documents are called HN"), "{twice}");
    assert!(compile(&[&lower("X", "HN/courier")]).is_err(), "alone");
}

/// What stands on the page of rules: what holds, with the words that are read.
#[test]
fn what_a_lower_document_replaces_or_words_anew_is_told_as_it_holds() {
    let upper = henan();
    let own = lower("X", "HN/courier");
    let say = "say = { zh = \"先看证。\", en = \"words\" }";
    let anew = words("Y", "HN/resident", say);
    let told = |documents: &[&PolicyDocument]| {
        let lines = documents
            .iter()
            .flat_map(|document| explain_in_force(document, documents, Lang::Zh))
            .map(|(_, line)| (line.row, line.say));
        lines.collect::<BTreeMap<_, _>>()
    };
    let alone = told(&[&upper]);
    assert!(alone.contains_key("HN/courier"));
    assert_ne!(alone["HN/resident"], "先看证。");
    let documents = [&upper, &own, &anew];
    let together = told(&documents);
    assert_eq!(together["HN/resident"], "先看证。");
    // The same rows, and no others, as the gate decides by.
    let policy = compile(&documents).expect("go together");
    let held = policy.rows().iter().filter(|row| row.document.is_some());
    let held: BTreeSet<&str> = held.map(|row| row.id.as_str()).collect();
    assert!(!held.contains("HN/courier") && held.contains("X/row"));
    assert_eq!(
        together.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        held
    );
}

/// A document with other words for a row and nothing else.
fn words(id: &str, row: &str, rest: &str) -> PolicyDocument {
    let text = format!(
        "[[wording]]\nid = \"{id}/words\"\nsource = \"deployment\"\nrow = \"{row}\"\n{rest}\n"
    );
    of_parts(id, &text).expect("reads")
}

#[test]
fn a_lower_document_has_its_own_words_for_a_row_and_nothing_else_changes() {
    let upper = henan();
    let say = |zh: &str| format!("say = {{ zh = \"{zh}\", en = \"words\" }}");
    let one = words("X", "HN/courier", &say("请放在架子上。"));
    let two = words("Y", "HN/courier", &say("请放在柜子里。"));
    let said = |documents: &[&PolicyDocument]| {
        let policy = compile(documents).expect("go together");
        let row = policy.rows().iter().find(|row| row.id == "HN/courier");
        let row = row.expect("the row is in force").clone();
        (
            row.say.clone().map(|text| text.zh),
            Row { say: None, ..row },
        )
    };
    let (plain, row) = said(&[&upper]);
    assert!(plain.is_some());
    assert_eq!(
        said(&[&upper, &one]),
        (Some("请放在架子上。".to_owned()), row.clone())
    );
    let lowest = Some("请放在柜子里。".to_owned());
    assert_eq!(
        said(&[&upper, &one, &two]),
        (lowest, row.clone()),
        "the lowest wins"
    );
    let poster = words(
        "X",
        "HN/courier",
        "post = { zh = \"放架子\", en = \"shelf\" }",
    );
    assert_eq!(
        said(&[&upper, &poster]),
        (plain, row),
        "the guard's words stay"
    );
    let documents = [&upper, &poster];
    let place = Place {
        kind: "compound",
        moment: Moment::parse("2020-02-20T10:00:00+08:00").expect("a moment"),
        stages: [None; 2],
    };
    let policy = compile(&documents).expect("go together");
    let answers = answers(&policy, &documents, &place);
    let mut texts = answers.iter().map(|one| one.text(Lang::Zh, &|_| None));
    assert!(texts.any(|text| text.contains("放架子")), "on the poster");
    let lost = words("X", "HN/no-such-row", &say("有"));
    let error = layered(&upper, &lost).err().unwrap_or_default();
    assert!(
        error.contains("X/words") && error.contains("HN/no-such-row"),
        "{error}"
    );
    assert!(compile(&[&one]).is_err(), "alone");
}

#[test]
fn of_a_suspended_row_everybody_reads_that_it_is_suspended_whatever_words_are_below() {
    let both = "say = { zh = \"放架子，别进来。\", en = \"words\" }\n\
                post = { zh = \"放架子\", en = \"shelf\" }";
    let below = words("X", "HN/courier", both);
    let mut upper = henan();
    let place = Place {
        kind: "compound",
        moment: Moment::parse("2020-02-20T10:00:00+08:00").expect("a moment"),
        stages: [None; 2],
    };
    let read = |upper: &PolicyDocument| {
        let documents = [upper, &below];
        let policy = compile(&documents).expect("go together");
        let row = policy.rows().iter().find(|row| row.id == "HN/courier");
        let said = row.and_then(|row| row.say.clone()).expect("has words").zh;
        let answers = answers(&policy, &documents, &place);
        let posts = answers.iter().flat_map(|one| &one.posts);
        let posts: Vec<String> = posts.map(|post| post.zh.clone()).collect();
        (said, posts.contains(&"放架子".to_owned()))
    };
    assert_eq!(read(&upper), ("放架子，别进来。".to_owned(), true));
    assert!(upper.suspend("HN/courier"));
    assert_eq!(read(&upper), ("这一条已暂停，放行。".to_owned(), false));
}

#[test]
fn words_that_say_nothing_or_stand_twice_are_told() {
    let words = |id: &str, rest: &str| {
        format!("[[wording]]\nid = \"X/{id}\"\nsource = \"X 1\"\nrow = \"X/row\"\n{rest}\n")
    };
    let say = "say = { zh = \"好\", en = \"good\" }";
    let table = [
        (words("a", say), ""),
        (words("a", ""), "P005"),
        ([words("a", say), words("b", say)].concat(), "P011"),
        (words("a", "say = { zh = \" \", en = \"good\" }"), "P005"),
    ];
    for (parts, expected) in table {
        let found = of_parts("X", &parts).err().unwrap_or_default();
        assert!(found.starts_with(expected), "{parts}\n{found}");
        assert_eq!(found.is_empty(), expected.is_empty(), "{parts}\n{found}");
    }
}

#[test]
fn what_a_clause_says_holds_below_it_and_a_local_choice_gives_way() {
    let rest = |value: f64, source: &str| {
        let mut document = henan();
        document.id = format!("{value}");
        let rest = document.parameters.get_mut("rest_minutes");
        let rest = rest.expect("every document sets it");
        (rest.value, rest.source) = (value, source.to_owned());
        document
    };
    let none = || {
        let mut document = rest(0.0, "deployment");
        document.parameters.remove("rest_minutes");
        document
    };
    let counts = [
        (rest(10.0, "deployment"), rest(20.0, "deployment"), 20),
        (rest(10.0, "HN 三(四)"), rest(20.0, "deployment"), 10),
        (rest(10.0, "deployment"), rest(20.0, "HL 二"), 20),
        (rest(10.0, "HN 三(四)"), rest(20.0, "HL 二"), 10),
        (rest(10.0, "deployment"), none(), 10),
    ];
    for (upper, lower, expected) in counts {
        let in_force = parameter_in_force([&upper, &lower], "rest_minutes");
        assert_eq!(in_force.map(|one| one.value), Some(f64::from(expected)));
        // The compiled form says the same; without the rows of the upper, which are called alike.
        let (mut upper, mut lower) = (upper, lower);
        upper.rows.clear();
        upper.parts = Default::default();
        lower.parts = Default::default();
        let policy = compile(&[&upper, &lower]).expect("compiles");
        assert_eq!(policy.compiled().rest_minutes, expected);
    }
}

#[test]
fn what_a_lower_document_takes_the_place_of_is_explained_no_more() {
    let kept = |id: &str, days: u16, rest: &str| {
        let entry = format!(
            "[[retention]]\nid = \"{id}/keep\"\nsource = \"deployment\"\nrecord = \"people\"\n\
             days = {{ value = {days}, source = \"deployment\" }}\n{rest}\n"
        );
        of_parts(id, &entry).expect("reads")
    };
    let upper = kept("X", 30, "below = \"may replace\"");
    let table = [("", "X/keep"), ("replaces = [\"X/keep\"]", "")];
    for (rest, expected) in table {
        let lower = kept("Y", 5, rest);
        let documents = [&upper, &lower];
        let layers = Layers::new(&documents).expect("go together");
        let told = |document| {
            let told = explain_parts_in_force(document, &layers, Lang::Zh);
            told.iter().map(|one| one.id.as_str()).collect::<String>()
        };
        assert_eq!(told(&upper), expected, "{rest}");
        assert_eq!(told(&lower), "Y/keep", "{rest}");
    }
    let off = kept("X", 30, "off = true");
    let documents = [&off];
    let layers = Layers::new(&documents).expect("alone");
    assert_eq!(explain_parts_in_force(&off, &layers, Lang::Zh), []);
}

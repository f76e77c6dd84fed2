//! The delivered documents are proved free of gaps and contradictions; a row taken out of them
//! leaves a gap that is found, and other mistakes are found as what they are.

use crate::policies::{folders, load, small_document};
use gatehouse_core::gate::compiled::Effect;
use gatehouse_core::policy::check::{Texts, check};
use gatehouse_core::policy::proof::{
    FINDINGS_MOST, Finding, PROVED_ROWS_MOST, loosened, opposed, prove,
};
use gatehouse_core::policy::{PolicyDocument, compile};

/// Of one clause with another grant: whom they let through, that one lets through as well.
const COVERED_TWICE: &[&str] = &[
    "HL/out-by-room",
    "HN/resident-new",
    "HN/worker-pass",
    "ZX/worker-pass",
    "ZJ/worker-pass",
    "P5/worker-pass",
    "P7/worker-pass",
    "P9/worker-pass",
    "P9/out-certificate",
    "P9/out-medical",
    "P1/drive-home-without-code",
    "P1/home-without-code",
    "P1/out-without-code",
    "P7/home-without-code",
    "P7/leave-around-without-code",
    "P9/home-without-code",
    // What bars for want of something stands before a grant.
    "P1/stay",
    "P1/test",
    "P9/out",
    "P9/stay",
    "P9/test",
    "P9/vehicle-home-without-code",
    // A zone's order bars them too.
    "P7/courier",
    "P7/outsider",
    "P7/spot",
    "P7/vehicle",
    "P7/vehicle-home-without-code",
    "P7/vehicles",
];

fn documents() -> Vec<PolicyDocument> {
    folders().iter().map(|folder| load(folder).0).collect()
}

pub(crate) fn found(document: &PolicyDocument) -> Vec<Finding> {
    prove(&compile(&[document]).expect("compiles"), &[document])
}

#[test]
fn delivered_documents_have_no_gap_and_a_row_less_leaves_one() {
    let mut covered_twice = Vec::new();
    for document in documents() {
        assert_eq!(found(&document), [], "{}", document.id);
        for at in 0..document.rows.len() {
            let mut less = document.clone();
            let gone = less.rows.remove(at);
            let finds_gap = found(&less).iter().any(|finding| finding.code == "P023");
            if matches!(gone.effect, Effect::Grant | Effect::Bar) && !finds_gap {
                covered_twice.push(gone.id);
            }
        }
    }
    covered_twice.sort();
    let mut expected = COVERED_TWICE.to_vec();
    expected.sort_unstable();
    assert_eq!(covered_twice, expected);
}

pub(crate) fn row(id: &str, effect: &str, source: &str, rest: &str) -> String {
    let say = r#"say = { zh = "请走。", en = "Please go on." }"#;
    format!(
        "[[row]]\nid = \"{id}\"\neffect = \"{effect}\"\nsource = \"{source}\"\n{rest}\n{say}\n\n"
    )
}

/// Rows; then the code, the row and words of what is found, if anything is.
type Planted = (
    String,
    Option<(&'static str, Option<&'static str>, &'static str)>,
);

fn planted() -> Vec<Planted> {
    let everybody = row("X/all", "grant", "deployment", "");
    let visitors = r#"who = { subject_kind = "visitor" }"#;
    vec![
        (everybody.clone(), None),
        (
            row("X/in", "grant", "deployment", r#"way = "in""#),
            Some(("P023", None, "a visitor going out")),
        ),
        (
            row(
                "X/cool",
                "grant",
                "deployment",
                "when = { temperature = { below = 37.3 } }",
            ),
            Some(("P023", None, "temperature 37.3 °C or more")),
        ),
        (
            everybody.clone()
                + &row("X/let", "grant", "HN 1", visitors)
                + &row(
                    "X/keep",
                    "bar",
                    "HN 1",
                    &format!("{visitors}\nway = \"in\""),
                ),
            Some(("P024", Some("X/keep"), "subject kind: visitor, way: in")),
        ),
        (
            everybody.clone()
                + &row(
                    "X/never",
                    "bar",
                    "deployment",
                    r#"when = { pass_kind = "none", pass_state = "valid" }"#,
                ),
            Some(("P025", Some("X/never"), "pass kind, pass state")),
        ),
        (
            everybody
                + &row("X/refer", "refer", "deployment", visitors)
                + &row(
                    "X/late",
                    "bar",
                    "deployment",
                    &format!("{visitors}\nway = \"in\""),
                ),
            Some((
                "P025",
                Some("X/late"),
                "for example X/refer: subject kind: visitor",
            )),
        ),
    ]
}

/// A grant for visitors and a bar: the clause of the bar, what more they say, and the example of
/// the contradiction.
fn rivals() -> Vec<Planted> {
    let visitors = r#"who = { subject_kind = "visitor" }"#;
    let in_ = r#"way = "in""#;
    let table = [
        // An exception that has nothing to do with the other row leaves both where it is not so.
        (
            "HN 1",
            "",
            "unless = { holiday = true }",
            Some("visitor, way: in"),
        ),
        (
            "HN 1",
            "unless = { holiday = true }",
            "",
            Some("visitor, way: in"),
        ),
        (
            "HN 1",
            "",
            "unless = { host_escort = true }",
            Some("visitor, way: in, no host walks along"),
        ),
        // One that is about the other row parts them.
        ("HN 1", "unless = { way = \"in\" }", in_, None),
        (
            "HN 1",
            "when = { host_escort = true }",
            "unless = { host_escort = true }",
            None,
        ),
        // Of another clause: as specific, also by exceptions, or else mere overlap.
        ("HN 2", "", "", Some("visitor, way: in")),
        ("HN 2", "", in_, None),
        ("HN 2", "", "unless = { holiday = true }", None),
        (
            "HN 2",
            "unless = { holiday = true }",
            "unless = { holiday = true }",
            Some("visitor, way: in"),
        ),
        (
            "HN 2",
            "unless = { holiday = true }",
            "unless = { holiday = false }",
            None,
        ),
    ];
    let planted = table.into_iter().map(|(clause, of_grant, of_bar, told)| {
        let rows = row("X/all", "grant", "deployment", "")
            + &row("X/let", "grant", "HN 1", &format!("{visitors}\n{of_grant}"))
            + &row("X/keep", "bar", clause, &format!("{visitors}\n{of_bar}"));
        (rows, told.map(|words| ("P024", Some("X/keep"), words)))
    });
    planted.collect()
}

/// A refer row for who is as warm as this, and what is found where 37.3 °C is a fever.
fn warm() -> Vec<Planted> {
    let everybody = row("X/all", "grant", "deployment", "");
    let fever = r#""$fever_threshold_celsius""#;
    let table = [
        (format!("temperature = {{ at_least = {fever} }}"), None),
        ("temperature = { at_least = 37.4 }".to_owned(), None),
        (
            format!(
                "temperature = {{ at_least = {fever} }}, second_temperature = {{ below = {fever} }}"
            ),
            None,
        ),
        (
            "temperature = { at_least = 31.0 }".to_owned(),
            Some("subject kind: resident, way: in"),
        ),
        (
            "second_temperature = { at_least = 31.0 }".to_owned(),
            Some("subject kind: resident, way: in"),
        ),
        (
            "temperature = { at_least = 37.2 }".to_owned(),
            Some("temperature 37.2 °C or more"),
        ),
        (
            "temperature = { below = 35.0 }".to_owned(),
            Some("temperature at most 34.9 °C"),
        ),
    ];
    let planted = table.into_iter().map(|(when, told)| {
        let refer = row(
            "X/warm",
            "refer",
            "deployment",
            &format!("when = {{ {when} }}"),
        );
        let found = told.map(|words| ("P028", Some("X/warm"), words));
        (everybody.clone() + &refer, found)
    });
    planted.collect()
}

/// Rows that their exceptions empty, and what holds whatever a document says.
fn planted_too() -> Vec<Planted> {
    let everybody = row("X/all", "grant", "deployment", "");
    let visitors = r#"who = { subject_kind = "visitor" }"#;
    let visitors_only = r#"{ subject_kind = "visitor" }"#;
    vec![
        (
            everybody.clone()
                + &row(
                    "X/excepted",
                    "bar",
                    "deployment",
                    &format!("{visitors}\nunless = {visitors_only}"),
                ),
            Some(("P025", Some("X/excepted"), "its exceptions leave nothing")),
        ),
        (
            everybody.clone()
                + &row(
                    "X/sent-on",
                    "refer",
                    "deployment",
                    r#"who = { subject_kind = "resident" }"#,
                ),
            Some(("P028", Some("X/sent-on"), "subject kind: resident, way: in")),
        ),
        (
            everybody.clone()
                + &row(
                    "X/ill",
                    "refer",
                    "deployment",
                    r#"when = { symptoms = { any = ["fever"] } }"#,
                ),
            None,
        ),
    ]
}

#[test]
fn gaps_contradictions_and_idle_rows_are_told_with_a_plain_situation() {
    let all = planted().into_iter().chain(planted_too());
    let all = all.chain(rivals()).chain(warm());
    for (rows, expected) in all {
        let findings = found(&small_document("X", &rows));
        match expected {
            None => assert_eq!(findings, [], "{rows}"),
            Some((code, row, words)) => {
                let fits = |finding: &Finding| {
                    finding.code == code
                        && finding.row.as_deref() == row
                        && finding.message.en.contains(words)
                };
                assert!(findings.iter().any(fits), "{rows}{findings:?}");
            }
        }
    }
}

#[test]
fn bars_alone_leave_everybody_uncovered_unless_a_document_above_lets_them_through() {
    let rest = "who = { subject_kind = \"courier\" }\nway = \"in\"";
    let bars = small_document("X", &row("X/no", "bar", "deployment", rest));
    let texts = Texts {
        policy: "",
        cases: "case = []",
    };
    let uncovered = |lower: &PolicyDocument, documents: &[PolicyDocument]| {
        let found = check(lower, texts, documents);
        let apart = found.iter().find(|one| one.code == "P020");
        assert_eq!(apart, None);
        found.iter().filter(|one| one.code == "P023").count()
    };
    let above = |documents: &[PolicyDocument]| uncovered(&bars, documents);
    // The version of which it takes the place is none of those above it: two of one name are apart.
    let earlier = small_document("X", &row("X/all", "grant", "deployment", ""));
    let twice = check(&bars, texts, &[earlier]);
    assert_eq!(
        twice.iter().map(|one| one.code).collect::<Vec<_>>(),
        ["P020"]
    );
    let everybody = small_document("Y", &row("Y/all", "grant", "deployment", ""));
    assert!(above(&[]) > 0, "nothing above");
    assert_eq!(above(&[everybody]), 0);
    // A bar in the place of the row that let everybody through: who is not barred has none left.
    let loose = row("Y/all", "grant", "deployment", "below = \"may replace\"");
    let instead = format!("{rest}\nreplaces = [\"Y/all\"]");
    let lower = small_document("X", &row("X/no", "bar", "deployment", &instead));
    assert!(
        uncovered(&lower, &[small_document("Y", &loose)]) > 0,
        "its rows are gone"
    );
}

#[test]
fn a_row_that_may_tighten_is_replaced_by_stricter_ones_only() {
    let henan = documents().into_iter().find(|document| document.id == "HN");
    let henan = henan.expect("is delivered");
    let visitor = r#"who = { subject_kind = ["visitor", "regular_helper"] }
way = "in"
replaces = ["HN/visitor"]"#;
    let strict = small_document("X", &row("X/visitor", "bar", "deployment", visitor));
    assert!(compile(&[&henan, &strict]).is_ok());
    assert_eq!(loosened(&[&henan, &strict]), Ok(vec![]));
    // Let in whom it kept out; let in without the host's yes whom it asked for it.
    let special = visitor.replace("HN/visitor", "HN/visitor-special");
    for (rest, words) in [
        (visitor.to_owned(), "was not let through is now"),
        (special, "without what was needed"),
    ] {
        let loose = small_document("X", &row("X/visitor", "grant", "deployment", &rest));
        let findings = loosened(&[&henan, &loose]).expect("go together");
        assert_eq!(findings.len(), 1, "{rest}: {findings:?}");
        let finding = &findings[0];
        assert_eq!(
            (finding.code, finding.row.as_deref()),
            ("P026", Some("X/visitor"))
        );
        assert!(finding.message.en.contains(words), "{}", finding.message.en);
    }
    // What may be replaced may be loosened.
    let courier = "who = { subject_kind = \"courier\" }\nway = \"in\"\nreplaces = [\"HN/courier\"]";
    let loose = small_document("X", &row("X/courier", "grant", "deployment", courier));
    assert_eq!(loosened(&[&henan, &loose]), Ok(vec![]));
}

/// Many rows that contradict one another, each pair its own.
fn at_odds(pairs: usize) -> String {
    let visitors = "who = { subject_kind = \"visitor\" }";
    let pair = |at: usize| {
        let least = at % 20;
        let when = format!("{visitors}\nwhen = {{ companions = {{ at_least = {least} }} }}");
        row(&format!("X/let-{at}"), "grant", "deployment", &when)
            + &row(&format!("X/keep-{at}"), "bar", "deployment", &when)
    };
    (0..pairs).map(pair).collect()
}

#[test]
fn there_is_a_bound_to_what_is_proved_and_told() {
    let everybody = row("X/all", "grant", "deployment", "");
    let many = found(&small_document("X", &(everybody.clone() + &at_odds(15))));
    let of = |code: &str| many.iter().filter(|one| one.code == code).count();
    assert_eq!(of("P024"), FINDINGS_MOST + 1, "{many:?}");
    let last = many.iter().rfind(|one| one.code == "P024").expect("found");
    assert!(last.message.en.contains("more of these"), "{last:?}");
    let more = found(&small_document(
        "X",
        &(everybody + &at_odds(PROVED_ROWS_MOST / 2)),
    ));
    let codes: Vec<&str> = more.iter().map(|one| one.code).collect();
    assert_eq!(codes, ["P027"]);
}

#[test]
fn what_documents_above_outweigh_is_told_with_an_example() {
    let courier = "who = { subject_kind = \"courier\" }\nway = \"in\"";
    let cold = format!("{courier}\nwhen = {{ questioned = true }}");
    let own = |id: &str, effect: &str, rest: &str| row(id, effect, "deployment", rest);
    let lower = small_document(
        "X",
        &(own("X/courier", "grant", courier)
            + &own("X/questioned", "grant", &cold)
            + &own(
                "X/visitor",
                "bar",
                "who = { subject_kind = \"visitor\" }\nway = \"in\"",
            )),
    );
    let above = |rows: &str| small_document("Y", rows);
    let told = |above: &PolicyDocument| {
        let found = opposed(&[above, &lower]).expect("go together");
        let told = found.into_iter().map(|one| {
            assert!(one.message.zh.contains(&one.above), "{}", one.message.zh);
            assert!(one.message.en.contains(&one.above), "{}", one.message.en);
            (one.row, one.above, one.is_idle)
        });
        told.collect::<Vec<_>>()
    };
    let named = |row: &str, by: &str, is_idle| (row.to_owned(), by.to_owned(), is_idle);

    // No courier comes in there: neither row below ever decides.
    let closed = above(&own("Y/courier", "bar", courier));
    assert_eq!(
        told(&closed),
        [
            named("X/courier", "Y/courier", true),
            named("X/questioned", "Y/courier", true)
        ]
    );
    // Some couriers: the one row is beaten where they are so, and decides elsewhere.
    let some = above(&own("Y/questioned", "bar", &cold));
    assert_eq!(told(&some), [named("X/questioned", "Y/questioned", true)]);
    // A bar below of the facts of a grant above: the stricter prevails.
    let open = above(&own(
        "Y/visitor",
        "grant",
        "who = { subject_kind = \"visitor\" }\nway = \"in\"",
    ));
    assert_eq!(told(&open), [named("X/visitor", "Y/visitor", false)]);
    // Nothing above, or something else.
    assert_eq!(opposed(&[&lower]), Ok(vec![]));
    let other = above(&own(
        "Y/out",
        "bar",
        "who = { subject_kind = \"vehicle\" }\nway = \"out\"",
    ));
    assert_eq!(told(&other), []);
}

#[test]
fn delivered_notices_above_one_another_are_told_apart_in_bounds() {
    let all = documents();
    for above in &all {
        for lower in all.iter().filter(|lower| lower.id != above.id) {
            let found = opposed(&[above, lower]).expect("go together");
            assert!(found.len() <= FINDINGS_MOST);
            for one in &found {
                assert!(
                    one.row.starts_with(&lower.id) && one.above.starts_with(&above.id),
                    "{one:?}"
                );
            }
        }
    }
}

//! Tables written from P7 五(一): the clause's own numbers, their edges, and what is not known.

use super::json::{Question, answer};
use super::series::{Reading, Warning, new_cases, sum_of_days, warnings};
use super::*;
use RiskLevel::{High, Low, Medium, Routine};

/// P7 五(一) as a table, as the document has it.
fn criteria() -> Criteria {
    let line = |level: RiskLevel, counted: Counted, at_least, at_most| Criterion {
        id: format!("P7/{}-{counted:?}", level.code()),
        source: "P7 五(一)".to_owned(),
        below: None,
        replaces: Vec::new(),
        level,
        counted,
        at_least,
        at_most,
    };
    Criteria {
        window_days: 14,
        day_counted: DayCounted::Reported,
        publish_days: 1,
        review_days: 14,
        criteria: vec![
            line(Low, Counted::ImportedSporadic, 1, Some(4)),
            line(Medium, Counted::Townships, 2, Some(3)),
            line(Medium, Counted::ImportedSporadic, 5, Some(20)),
            line(Medium, Counted::UnknownOrLocal, 1, Some(9)),
            line(High, Counted::Townships, 4, None),
            line(High, Counted::ImportedSporadic, 21, None),
            line(High, Counted::UnknownOrLocal, 10, None),
            line(High, Counted::SustainedSpread, 1, None),
        ],
    }
}

/// Asks on 2020-10-14: the window begins on 10-01. `rest` holds what else the question says.
fn levels(cases: &str, rest: &str) -> (RiskLevel, RiskLevel) {
    let spread = if rest.contains("sustained_spread") {
        String::new()
    } else {
        r#","sustained_spread":false"#.to_owned()
    };
    let question = format!(
        r#"{{"area":"A","moment":"2020-10-14T09:00:00+08:00","cases":[{cases}]{spread}{rest}}}"#
    );
    let question: Question = serde_json::from_str(&question).expect("a question");
    let answer = answer(&criteria(), &question).expect("an answer");
    assert_eq!(answer.level.is_some(), answer.at_least == answer.at_most);
    (answer.at_least, answer.at_most)
}

fn case(what: &str) -> String {
    format!(r#"{{"reported":"2020-10-10",{what}}}"#)
}

/// `count` cases of an origin in one township.
fn several(origin: &str, count: u32) -> String {
    case(&format!(
        r#""origin":"{origin}","closed_loop":false,"township":"A","count":{count}"#
    ))
}

#[test]
fn the_clause_s_numbers_and_their_edges() {
    let table = [
        ("imported", 0, Routine),
        ("imported", 1, Low),
        ("imported", 4, Low),
        ("imported", 5, Medium),
        ("imported", 20, Medium),
        ("imported", 21, High),
        ("unknown_source", 1, Medium),
        ("unknown_source", 9, Medium),
        ("unknown_source", 10, High),
        ("local", 1, Medium),
        ("local", 9, Medium),
        ("local", 10, High),
    ];
    for (origin, count, level) in table {
        let found = levels(&several(origin, count), "");
        assert_eq!(found, (level, level), "{count} {origin}");
    }
    let five_and_five = [several("local", 5), several("unknown_source", 5)].join(",");
    assert_eq!(levels(&five_and_five, ""), (High, High), "added up");
    let said = r#","sustained_spread":true"#;
    assert_eq!(levels("", said), (High, High), "sustained spread");
    assert_eq!(levels("", ""), (Routine, Routine), "nothing");
}

#[test]
fn townships_count_once_over_the_three_classes() {
    let at = |origin: &str, township: &str| {
        case(&format!(
            r#""origin":"{origin}","closed_loop":false,"township":"{township}""#
        ))
    };
    let table = [
        (vec![at("imported", "A"), at("imported", "A")], Low),
        (vec![at("imported", "A"), at("imported", "B")], Medium),
        (
            ["A", "B", "C"].map(|name| at("imported", name)).to_vec(),
            Medium,
        ),
        (
            ["A", "B", "C", "D"]
                .map(|name| at("imported", name))
                .to_vec(),
            High,
        ),
        (
            vec![
                at("imported", "A"),
                at("local", "A"),
                at("unknown_source", "B"),
                at("local", "C"),
            ],
            Medium,
        ),
    ];
    for (cases, level) in table {
        assert_eq!(levels(&cases.join(","), ""), (level, level), "{cases:?}");
    }
}

#[test]
fn what_does_not_count() {
    let table = [
        r#"{"origin":"imported","closed_loop":true,"township":"A","reported":"2020-10-10"}"#,
        r#"{"origin":"local","township":"A","reported":"2020-09-30"}"#,
        r#"{"origin":"local","township":"A","reported":"2020-10-15"}"#,
        r#"{"origin":"local","township":"A","reported":"2020-10-10","count":0}"#,
    ];
    for line in table {
        assert_eq!(levels(line, ""), (Routine, Routine), "{line}");
    }
    for day in ["2020-10-01", "2020-10-14"] {
        let line = format!(r#"{{"origin":"local","township":"A","reported":"{day}"}}"#);
        assert_eq!(levels(&line, ""), (Medium, Medium), "{day}");
    }
    let managed = case(r#""origin":"local","closed_loop":true,"township":"A""#);
    assert_eq!(
        levels(&managed, ""),
        (Medium, Medium),
        "only imports are let off"
    );
}

#[test]
fn the_unknown_widens_and_is_said() {
    let two_townships = r#","townships":2"#;
    let table = [
        (
            case(r#""origin":"imported","township":"A""#),
            "",
            (Routine, Low),
        ),
        (
            case(r#""closed_loop":false,"township":"A""#),
            "",
            (Low, Medium),
        ),
        (case(r#""township":"A""#), "", (Routine, Medium)),
        (case(r#""origin":"local","count":4"#), "", (Medium, High)),
        (
            case(r#""origin":"local","count":4"#),
            two_townships,
            (Medium, Medium),
        ),
        (
            case(r#""origin":"local","township":"A","count":[0,1]"#),
            "",
            (Routine, Medium),
        ),
        (
            r#"{"origin":"local","township":"A"}"#.to_owned(),
            "",
            (Routine, Medium),
        ),
        // Four cases, imported or local: all imported is low. Five: medium either way.
        (
            case(r#""closed_loop":false,"township":"A","count":4"#),
            "",
            (Low, Medium),
        ),
        (
            case(r#""closed_loop":false,"township":"A","count":5"#),
            "",
            (Medium, Medium),
        ),
        // Thirty: at most 20 + 9 stay at medium.
        (
            case(r#""closed_loop":false,"township":"A","count":29"#),
            "",
            (Medium, High),
        ),
        (
            case(r#""closed_loop":false,"township":"A","count":30"#),
            "",
            (High, High),
        ),
        (
            String::new(),
            r#","sustained_spread":null"#,
            (Routine, High),
        ),
    ];
    for (cases, rest, expected) in table {
        assert_eq!(levels(&cases, rest), expected, "{cases} {rest}");
    }
}

#[test]
fn an_answer_carries_its_reasons_and_its_days() {
    let cases = [
        several("imported", 2),
        case(r#""origin":"imported","township":"B","closed_loop":false"#),
    ];
    let question = format!(
        r#"{{"area":"乙县","moment":"2020-10-14T23:59:00+08:00","set_above":"high",
            "sustained_spread":false,"cases":[{}]}}"#,
        cases.join(",")
    );
    let question: Question = serde_json::from_str(&question).expect("a question");
    let answer = answer(&criteria(), &question).expect("an answer");
    let json = serde_json::to_value(&answer).expect("json");
    assert_eq!(
        json,
        serde_json::json!({
            "area": "乙县", "level": "medium", "at_least": "medium", "at_most": "medium",
            "prevails": "high", "window": ["2020-10-01", "2020-10-14"],
            "figures": {
                "imported_sporadic": [3, 3], "unknown_or_local": [0, 0],
                "townships": [2, 2], "either_class": 0,
            },
            "because": [
                {"entry": "P7/low-ImportedSporadic", "counted": "imported_sporadic",
                 "at_least": 1, "at_most": 4, "level": "low",
                 "certain": true, "source": "P7 五(一)"},
                {"entry": "P7/medium-Townships", "counted": "townships",
                 "at_least": 2, "at_most": 3, "level": "medium",
                 "certain": true, "source": "P7 五(一)"},
            ],
            "publish_by": "2020-10-15", "review_by": "2020-10-28",
        })
    );
}

#[test]
fn bad_questions_are_refused() {
    let ask = |cases: &str, moment: &str| {
        let text = format!(
            r#"{{"area":"乙县","moment":"{moment}","sustained_spread":false,"cases":[{cases}]}}"#
        );
        let question = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        answer(&criteria(), &question)
            .map(|_| ())
            .map_err(str::to_owned)
    };
    let good = "2020-10-14T09:00:00+08:00";
    assert!(ask("", "yesterday").is_err());
    assert!(ask(r#"{"reported":"14 Oct"}"#, good).is_err());
    assert!(ask(r#"{"count":[2,1]}"#, good).is_err());
    assert!(ask(r#"{"count":-1}"#, good).is_err());
    assert!(ask(r#"{"orgin":"local"}"#, good).is_err());
    assert!(ask(r#"{"origin":"martian"}"#, good).is_err());
    assert!(serde_json::from_str::<Question>(r#"{"area":"乙县"}"#).is_err());
}

#[test]
fn faults_of_a_table() {
    let whole = criteria();
    assert_eq!(whole.faults(), []);
    let changed = |index: usize, change: fn(&mut Criterion)| {
        let mut table = criteria();
        change(&mut table.criteria[index]);
        table
            .faults()
            .into_iter()
            .map(|(_, fault)| fault)
            .collect::<Vec<_>>()
    };
    use CriteriaFault::{Empty, HoleOrOverlap, NoTop, NotRising};
    assert_eq!(changed(0, |line| line.at_most = Some(3)), [HoleOrOverlap]);
    assert_eq!(changed(1, |line| line.at_most = Some(4)), [HoleOrOverlap]);
    assert_eq!(changed(2, |line| line.level = Low), [NotRising]);
    assert_eq!(changed(4, |line| line.at_most = Some(9)), [NoTop]);
    assert_eq!(changed(7, |line| line.at_least = 0), [Empty]);
    assert_eq!(changed(7, |line| line.level = Routine), [Empty]);
}

/// More cases, or less that is known of them, never lowers the highest level; what becomes known
/// never leaves the span.
#[test]
fn knowing_more_narrows_and_more_cases_never_lower() {
    use proptest::prelude::*;
    let group = (
        0_u32..7,
        prop::option::of(prop_oneof![
            Just(Origin::Imported),
            Just(Origin::UnknownSource),
            Just(Origin::Local)
        ]),
        prop::option::of(any::<bool>()),
        prop::option::of("[A-D]"),
        prop::option::of(18_530_i32..18_552),
    )
        .prop_map(|(count, origin, closed_loop, township, day)| CaseGroup {
            count: Between::exactly(count),
            reported: day.map(CivilDay),
            diagnosed: None,
            origin,
            closed_loop,
            township,
        });
    let groups = prop::collection::vec(group, 0..6);
    let filled = |group: &CaseGroup, pick: u8| {
        let mut group = group.clone();
        group.origin = group.origin.or(Some(match pick % 3 {
            0 => Origin::Imported,
            1 => Origin::UnknownSource,
            _ => Origin::Local,
        }));
        group.closed_loop = group.closed_loop.or(Some(pick & 1 == 0));
        group.township = group.township.or(Some(format!("T{}", pick % 5)));
        group.reported = group
            .reported
            .or(Some(CivilDay(18_530 + i32::from(pick % 22))));
        group
    };
    let day = CivilDay(18_549);
    let of = |groups: Vec<CaseGroup>| {
        let area = AreaCases {
            groups,
            townships_there: None,
            sustained_spread: Some(false),
        };
        grade(&criteria(), &area, day)
    };
    proptest!(|(groups in groups, picks in prop::collection::vec(any::<u8>(), 6))| {
        let open = of(groups.clone());
        let known = of(groups.iter().zip(picks).map(|(group, pick)| filled(group, pick)).collect());
        prop_assert_eq!(known.least, known.most);
        prop_assert!(open.least <= known.least && known.most <= open.most);
        let fewer = of(groups.into_iter().skip(1).collect());
        prop_assert!(fewer.least <= open.least && fewer.most <= open.most);
    });
}

/// Figures by day, the expected count of new cases, and how many warnings.
type Series = (&'static [(i32, u32)], Option<(u32, u32)>, usize);

/// Readings of days counted from 0.
fn readings(table: &[(i32, u32)]) -> Vec<Reading> {
    let reading = |&(day, cases)| Reading {
        day: CivilDay(day),
        cases,
    };
    table.iter().map(reading).collect()
}

#[test]
fn new_cases_of_a_window_from_cumulative_figures() {
    // The window holds days 11 to 14; day 10 is its eve.
    let window = Window::ending(CivilDay(14), 4);
    let table: [Series; 9] = [
        (
            &[(10, 5), (11, 5), (12, 6), (13, 9), (14, 9)],
            Some((4, 4)),
            0,
        ),
        // A fall: two were taken back, of which day nobody says.
        (
            &[(10, 5), (11, 8), (12, 6), (13, 6), (14, 6)],
            Some((1, 3)),
            1,
        ),
        // Falls below where it began: no negative count.
        (
            &[(10, 5), (11, 5), (12, 2), (13, 2), (14, 3)],
            Some((0, 1)),
            1,
        ),
        // A gap inside shifts nothing.
        (&[(10, 5), (11, 6), (14, 9)], Some((4, 4)), 1),
        // A gap over the eve: what came before it is between the figures around.
        (
            &[(8, 3), (11, 6), (12, 6), (13, 6), (14, 6)],
            Some((0, 3)),
            1,
        ),
        // The series begins inside the window.
        (&[(12, 2), (13, 2), (14, 3)], Some((1, 3)), 0),
        // It has ended before the window does.
        (&[(10, 5), (11, 6), (12, 6)], None, 0),
        // A day stands twice, the same and not the same.
        (
            &[(10, 5), (11, 6), (11, 6), (12, 6), (13, 6), (14, 6)],
            Some((1, 1)),
            1,
        ),
        (
            &[(10, 5), (11, 5), (12, 5), (13, 5), (14, 6), (14, 8)],
            Some((1, 3)),
            1,
        ),
    ];
    for (table, expected, warned) in table {
        let found = new_cases(&readings(table), window);
        let expected = expected.map(|(least, most)| Between { least, most });
        assert_eq!(found.count, expected, "{table:?}");
        assert_eq!(
            found.warnings.len(),
            warned,
            "{table:?} {:?}",
            found.warnings
        );
    }
}

#[test]
fn each_fault_of_a_series_is_said() {
    let series = readings(&[(1, 4), (2, 4), (2, 4), (3, 1), (6, 3), (7, 3), (7, 2)]);
    assert_eq!(
        warnings(&series),
        [
            Warning::Doubled {
                day: CivilDay(2),
                same: true
            },
            Warning::Doubled {
                day: CivilDay(7),
                same: false
            },
            Warning::Fall {
                day: CivilDay(3),
                by: 3
            },
            Warning::Gap {
                first: CivilDay(4),
                last: CivilDay(5)
            },
        ]
    );
}

#[test]
fn new_cases_of_a_window_from_daily_figures() {
    let window = Window::ending(CivilDay(13), 3);
    let table: [Series; 4] = [
        (
            &[(10, 9), (11, 1), (12, 0), (13, 2), (14, 9)],
            Some((3, 3)),
            0,
        ),
        (&[(11, 1), (11, 1), (12, 0), (13, 2)], Some((3, 3)), 1),
        (&[(11, 1), (11, 4), (12, 0), (13, 2)], Some((3, 6)), 1),
        (&[(11, 1), (13, 2)], None, 1),
    ];
    for (table, expected, warned) in table {
        let found = sum_of_days(&readings(table), window);
        let expected = expected.map(|(least, most)| Between { least, most });
        assert_eq!(found.count, expected, "{table:?}");
        assert_eq!(
            found.warnings.len(),
            warned,
            "{table:?} {:?}",
            found.warnings
        );
    }
}

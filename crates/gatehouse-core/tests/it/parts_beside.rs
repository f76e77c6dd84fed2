//! What the parts of a document do beside those above it: said twice differently, or by nobody any
//! more. Asked of what is in force together; a document by itself has none of these notes.

use crate::parts::{COUNTING, GRADING, of_parts};
use crate::policies::{all_folders, load_document};
use gatehouse_core::policy::PolicyDocument;
use gatehouse_core::policy::check::beside;
use gatehouse_core::policy::part::{Kind, Layers, answer_line};
use serde_json::{Value, json};

/// A table's entry of a document; one above may be replaced.
fn entry(table: &str, id: &str, rest: &str) -> String {
    format!("\n[[{table}]]\nid = \"{id}\"\nsource = \"X 1\"\nbelow = \"may replace\"\n{rest}\n")
}

fn instead(table: &str, id: &str, of: &str, rest: &str) -> String {
    entry(table, id, &format!("replaces = [\"{of}\"]\n{rest}"))
}

fn number(key: &str, value: u16) -> String {
    format!("{key} = {{ value = {value}, source = \"X 1\" }}\n")
}

fn plan(id: &str, whom: &str, kind: &str, days: u16) -> String {
    plan_in_place(id, whom, kind, days, "")
}

fn plan_in_place(id: &str, whom: &str, kind: &str, days: u16, replaces: &str) -> String {
    let days = number("days", days);
    let rest = format!(
        "replaces = [{replaces}]\nname = {{ zh = \"方案\", en = \"plan\" }}\n\
         whom = [\"{whom}\"]\n[[observation.stage]]\nkind = \"{kind}\"\n{days}\
         zero = {{ value = \"entry\", source = \"X 1\" }}"
    );
    entry("observation", id, &rest)
}

/// What a line of people who come back says.
fn stay(kinds: &str, days: u16, outcome: &str) -> String {
    let days = number("within_days", days);
    format!(
        "stay = {{ kinds = [{kinds}], {} }}\noutcome = [{outcome}]",
        days.trim_end()
    )
}

fn contact(class: &str, rest: &str) -> String {
    format!("class = \"{class}\"\nto = [\"confirmed\"]\nsettings = [\"household\"]\n{rest}")
}

fn risk(level: &str, rest: &str) -> String {
    format!("level = \"{level}\"\ncounted = \"townships\"\n{rest}")
}

fn stages(ladder: &str) -> String {
    format!("\n[stages]\nladder = [{ladder}]\nsource = \"X 1\"\n")
}

fn measure(rest: &str) -> String {
    format!(
        "at = \"area\"\ndo = {{ zh = \"做\", en = \"do\" }}\nevidence = {{ value = [\"record\"], \
         source = \"X 1\" }}\nowner = {{ value = \"street\", source = \"X 1\" }}\n\
         due = {{ kind = \"standing\", source = \"X 1\" }}\n{rest}"
    )
}

fn report(by: &str) -> String {
    format!(
        "what = {{ zh = \"报\", en = \"tell\" }}\n\
         by = {{ value = \"community\", source = \"X 1\" }}\n\
         to = {{ value = [\"street\"], source = \"X 1\" }}\nfigures = [\"cases\"]\n\
         due = {{ kind = \"daily\", by = \"{by}\", source = \"X 1\" }}"
    )
}

fn keep(record: &str, days: u16) -> String {
    format!("record = \"{record}\"\n{}", number("days", days))
}

fn pass(days: u16) -> String {
    format!(
        "kind = \"visitor\"\nband = {{ value = \"white\", source = \"X 1\" }}\n{}",
        number("days", days)
    )
}

fn lift(of: &str, days: u16) -> String {
    format!("of = \"{of}\"\n{}", number("quiet_days", days))
}

fn document(id: &str, parts: &str) -> PolicyDocument {
    let grading = match parts.contains("[[risk]]") && !parts.contains("[grading]") {
        true => GRADING,
        false => "",
    };
    of_parts(id, &format!("{COUNTING}{grading}{parts}"))
        .unwrap_or_else(|error| panic!("{parts}\n{error}"))
}

/// A document above, one below, and what the note says that comes of it: ids of both, the one that
/// holds, and something of the example; nothing where there is none.
type Pair = (String, String, Says);
type Says = &'static [&'static str];

fn told(table: &[Pair]) {
    for (above, own, expected) in table {
        let (up, low) = (document("UP", above), document("LOW", own));
        assert_eq!(beside(&low, &[]), [], "by itself");
        let found = beside(&low, &[up]);
        let words: Vec<String> = found
            .iter()
            .map(|one| {
                assert!(
                    one.own.starts_with("LOW/") && one.above.starts_with("UP/"),
                    "{one:?}"
                );
                assert!(one.message.en.contains(&one.own), "{}", one.message.en);
                format!("{} {}", one.message.zh, one.message.en)
            })
            .collect();
        assert_eq!(
            found.is_empty(),
            expected.is_empty(),
            "{above}\n{own}\n{words:?}"
        );
        for part in *expected {
            assert_eq!(words.len(), 1, "{words:?}");
            assert!(words[0].contains(part), "{part}\n{words:?}");
        }
    }
}

const TEST: &str = "{ test_within_hours = 24 }";

fn back(id: &str, of: &str, rest: &str) -> String {
    let home = plan(&format!("{id}/home"), "returnee", "home", 14);
    let table = match of {
        "" => entry("returnee", &format!("{id}/back"), rest),
        of => instead("returnee", &format!("{id}/back"), of, rest),
    };
    format!("{home}{table}")
}

#[test]
fn two_lines_for_the_same_people_tell_which_holds() {
    let home = |id: &str, kinds: &str| {
        let rest = stay(kinds, 14, &format!("{{ plan = \"{id}/home\" }}"));
        back(id, "", &rest)
    };
    let tested = |id: &str, of: &str, kinds: &str, days| back(id, of, &stay(kinds, days, TEST));
    told(&[
        (
            home("UP", "\"medium_risk\""),
            tested("LOW", "", "\"medium_risk\", \"high_risk\"", 14),
            &[
                "中风险地区",
                "UP/back",
                "LOW/back",
                "按更严的 UP/back",
                "13 天前",
            ],
        ),
        // A test is stricter than nothing, wherever it stands.
        (
            entry("returnee", "UP/back", &stay("\"abroad\"", 14, "")),
            tested("LOW", "", "\"abroad\"", 21),
            &["按更严的 LOW/back", "14 天和 21 天", "24 小时内检测"],
        ),
        (home("UP", "\"abroad\""), home("LOW", "\"abroad\""), &[]),
        (
            home("UP", "\"abroad\""),
            tested("LOW", "", "\"medium_risk\"", 14),
            &[],
        ),
        // As the rule above says: nothing of its own.
        (
            home("UP", "\"abroad\""),
            entry(
                "returnee",
                "LOW/as",
                &format!("{}\ndo = [\"rule_in_force\"]", stay("\"abroad\"", 14, "")),
            ),
            &[],
        ),
        // In its place: the same people, fewer kinds, fewer days.
        (
            home("UP", "\"abroad\""),
            tested("LOW", "UP/back", "\"abroad\"", 14),
            &[],
        ),
        (
            home("UP", "\"abroad\", \"high_risk\""),
            tested("LOW", "UP/back", "\"abroad\"", 14),
            &["高风险地区", "LOW/back 代替了 UP/back", "哪一条都没写到"],
        ),
        (
            home("UP", "\"abroad\""),
            tested("LOW", "UP/back", "\"abroad\"", 7),
            &["境外", "13 天前"],
        ),
    ]);
}

#[test]
fn contacts_of_two_documents_tell_what_somebody_is() {
    let plain = |id: &str, class: &str, rest: &str| entry("contact", id, &contact(class, rest));
    let with_plan = |id: &str, days| {
        let home = plan(&format!("{id}/home"), "close_contact", "home", days);
        let line = contact("close", &format!("plan = \"{id}/home\""));
        home + &entry("contact", &format!("{id}/met"), &line)
    };
    told(&[
        (
            plain("UP/met", "general", ""),
            plain("LOW/met", "close", ""),
            &[
                "确诊病例",
                "UP/met 算一般接触者",
                "LOW/met 算密接",
                "按 LOW/met",
            ],
        ),
        (
            plain("UP/met", "close", ""),
            plain("LOW/met", "close", ""),
            &[],
        ),
        (
            plain("UP/met", "close", ""),
            plain(
                "LOW/met",
                "general",
                "minutes_at_least = { value = 9, source = \"X\" }",
            ),
            &[],
        ),
        (
            plain("UP/met", "close", ""),
            instead("contact", "LOW/met", "UP/met", &contact("general", "")),
            &["确诊病例", "原来算密接", "只算一般接触者"],
        ),
        // The plan is the upper document's, although the other is stricter: both are told.
        (with_plan("UP", 7), with_plan("LOW", 7), &[]),
    ]);
    let [up, low] = [("UP", 7), ("LOW", 14)].map(|(id, days)| document(id, &with_plan(id, days)));
    let notes = beside(&low, &[up]);
    let words: Vec<&str> = notes.iter().map(|one| one.message.zh.as_str()).collect();
    assert_eq!(words.len(), 2, "{words:?}");
    assert!(words[0].ends_with("按 UP/met。"), "{words:?}");
    assert!(words[1].ends_with("按更严的 LOW/home。"), "{words:?}");
}

#[test]
fn levels_of_two_tables_tell_which_holds() {
    let line = |id: &str, level: &str, rest: &str| entry("risk", id, &risk(level, rest));
    let up = line("UP/low", "low", "at_least = 1\nat_most = 4")
        + &line("UP/high", "high", "at_least = 5");
    let other_days = GRADING.replace("14", "7");
    told(&[
        (
            up.clone(),
            line("LOW/low", "low", "at_least = 1\nat_most = 2")
                + &line("LOW/high", "high", "at_least = 3"),
            &[
                "有 3 个时",
                "UP/low 定低风险",
                "LOW/high 定高风险",
                "放在一起是高风险",
            ],
        ),
        (
            up.clone(),
            line("LOW/low", "low", "at_least = 1\nat_most = 4")
                + &line("LOW/high", "high", "at_least = 5"),
            &[],
        ),
        // What is left above no longer reaches as far.
        (
            up.clone(),
            instead("risk", "LOW/high", "UP/high", &risk("high", "at_least = 9")),
            &["有 5 个时", "UP/high 定高风险", "放在一起是常态化"],
        ),
        (
            up,
            other_days
                + &line("LOW/low", "low", "at_least = 1\nat_most = 4")
                + &line("LOW/high", "high", "at_least = 5"),
            &["UP/low", "14 天", "都看 7 天"],
        ),
    ]);
}

#[test]
fn one_number_in_two_documents_tells_which_holds() {
    let one = |table: &str, up: &str, low: &str| {
        (entry(table, "UP/one", up), entry(table, "LOW/one", low))
    };
    let pair = |table: &str, up: &str, low: &str, expected: Says| {
        let (up, low) = one(table, up, low);
        (up, low, expected)
    };
    let site = |id: &str, kind| plan(id, "discharged", kind, 14);
    told(&[
        pair(
            "retention",
            &keep("people", 60),
            &keep("people", 30),
            &["人员资料", "30 天（LOW/one）"],
        ),
        pair(
            "retention",
            &keep("people", 30),
            &keep("people", 60),
            &["30 天（UP/one）"],
        ),
        pair("retention", &keep("people", 30), &keep("passes", 60), &[]),
        pair("retention", &keep("people", 30), &keep("people", 30), &[]),
        pair("pass", &pass(3), &pass(5), &["访客", "3 天（UP/one）"]),
        pair(
            "lift",
            &lift("zone", 14),
            &lift("zone", 21),
            &["封控区", "等 21 天（LOW/one）"],
        ),
        pair("lift", &lift("zone", 14), &lift("spot", 21), &[]),
        pair(
            "report",
            &report("17:00"),
            &report("20:00"),
            &["两份都要报"],
        ),
        pair("report", &report("17:00"), &report("17:00"), &[]),
        (
            site("UP/one", "home"),
            site("LOW/one", "centralised"),
            &["出院人员", "居家观察 14 天", "按更严的 LOW/one"],
        ),
        (
            stages("\"low\", \"high\"") + &entry("measure", "UP/do", &measure("from = \"low\"")),
            stages("\"high\", \"low\"") + &entry("measure", "LOW/do", &measure("from = \"high\"")),
            &["UP/do", "LOW/do", "各按自己的文件"],
        ),
    ]);
}

#[test]
fn what_nobody_says_any_more_is_told() {
    let pair = |table: &str, up: &str, low: &str, expected: Says| {
        (
            entry(table, "UP/one", up),
            instead(table, "LOW/one", "UP/one", low),
            expected,
        )
    };
    let ladder = stages("\"low\", \"medium\", \"high\"");
    let measures = |up: &str, low: &str, expected: Says| {
        let (up, low, expected) = pair("measure", &measure(up), &measure(low), expected);
        (format!("{ladder}{up}"), format!("{ladder}{low}"), expected)
    };
    let back = entry(
        "returnee",
        "UP/back",
        &stay("\"abroad\"", 14, "{ plan = \"UP/home\" }"),
    );
    told(&[
        pair(
            "retention",
            &keep("people", 60),
            &keep("passes", 30),
            &["人员资料", "哪一条都没写到"],
        ),
        pair("retention", &keep("people", 60), &keep("people", 90), &[]),
        pair(
            "lift",
            &lift("zone", 14),
            &lift("spot", 21),
            &["封控区", "LOW/one 代替了 UP/one"],
        ),
        measures("from = \"low\"", "from = \"high\"", &["低风险", "现在没有"]),
        measures("from = \"medium\"", "from = \"low\"", &[]),
        measures("", "from = \"medium\"", &["低风险"]),
        // A line above that names the plan follows what stands in its place.
        (
            plan("UP/home", "returnee", "home", 14) + &back,
            plan_in_place("LOW/home", "returnee", "home", 7, "\"UP/home\""),
            &[
                "UP/back 说的人也跟着改",
                "原来居家观察 14 天，现在居家观察 7 天",
            ],
        ),
        (
            plan("UP/home", "discharged", "home", 14),
            plan_in_place("LOW/home", "returnee", "home", 14, "\"UP/home\""),
            &["出院人员"],
        ),
    ]);
}

/// What `plan` and `classify` answer where a plan that is named has been replaced below.
#[test]
fn a_plan_that_is_replaced_is_found_under_its_old_name() {
    let met = entry("contact", "UP/met", &contact("close", "plan = \"UP/home\""));
    let elsewhere = entry(
        "elsewhere",
        "UP/site",
        "kind = \"centralised\"\ninstead_of = \"home\"\nplans = [\"UP/home\"]",
    );
    let home = plan("UP/home", "close_contact", "home", 14);
    let up = document("UP", &format!("{home}{met}{elsewhere}"));
    let mid = document(
        "MID",
        &plan_in_place("MID/home", "close_contact", "home", 10, "\"UP/home\""),
    );
    let low = document(
        "LOW",
        &plan_in_place("LOW/home", "close_contact", "home", 7, "\"MID/home\""),
    );
    let ask = |documents: &[&PolicyDocument], kind, question: Value| -> Value {
        let layers = Layers::new(documents).expect("go together");
        answer_line(kind, &layers, question.to_string().as_bytes())
    };
    let moment = "2020-02-10T10:00:00+08:00";
    let order = json!({ "entered": "2020-02-10T08:00:00+08:00" });
    let planned = |documents: &[&PolicyDocument]| {
        let answer = ask(
            documents,
            Kind::Plan,
            json!({ "moment": moment, "plan": "UP/home", "order": order }),
        );
        (
            answer["entry"].clone(),
            answer["stages"][0]["instead"][0]["entry"].clone(),
        )
    };
    let person =
        json!({ "exposures": [{ "to": "confirmed", "on": "2020-02-09", "setting": "household" }] });
    let classified = |documents: &[&PolicyDocument]| {
        ask(
            documents,
            Kind::Classify,
            json!({ "moment": moment, "person": person }),
        )["plan"]
            .clone()
    };
    let site = json!("UP/site");
    for (documents, expected) in [
        (vec![&up], "UP/home"),
        (vec![&up, &mid], "MID/home"),
        (vec![&up, &mid, &low], "LOW/home"),
    ] {
        let (entry, instead) = planned(&documents);
        assert_eq!(entry, expected);
        assert_eq!(classified(&documents), expected);
        assert_eq!(instead, site, "{expected}");
    }
}

/// A handful of each pair, of both documents, and the same both ways.
#[test]
fn delivered_notices_above_one_another_have_few_notes() {
    const MOST: usize = 3;
    let all: Vec<PolicyDocument> = all_folders().iter().map(|one| load_document(one)).collect();
    let of = |own: &PolicyDocument, above: &PolicyDocument| {
        let layers = [above, own];
        gatehouse_core::policy::part::parts_beside(&layers).expect("go together")
    };
    let mut pairs = 0;
    for (at, above) in all.iter().enumerate() {
        for own in &all[at + 1..] {
            let (down, up) = (of(own, above), of(above, own));
            assert!(down.len() <= MOST, "{down:?}");
            pairs += usize::from(!down.is_empty());
            let mut turned: Vec<_> = up.iter().map(|one| (&one.above, &one.own)).collect();
            let mut found: Vec<_> = down.iter().map(|one| (&one.own, &one.above)).collect();
            turned.sort();
            found.sort();
            assert_eq!(found, turned, "{} and {}", above.id, own.id);
        }
    }
    assert!(pairs > 0, "some of these speak of the same people");
    let find = |id: &str| all.iter().find(|one| one.id == id).expect("is delivered");
    let found = of(find("P8"), find("P7"));
    let words: Vec<&str> = found.iter().map(|one| one.message.zh.as_str()).collect();
    assert_eq!(
        words[0],
        "去过境外的人：P7/abroad 写的是集中观察 14 天，P8/abroad 写的是集中观察 21 天、居家观察 \
         7 天。两条都适用的（例如 27 天前在那里的）按更严的 P8/abroad。"
    );
}

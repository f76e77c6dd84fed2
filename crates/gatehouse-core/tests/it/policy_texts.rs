//! The delivered documents as texts: every value names its clause, every clause of the gate part
//! is carried, every sentence is one that a guard can read out at night (glossary §2).

use crate::policies::{all_folders, folders, load};
use gatehouse_core::gate::compiled::Text;
use gatehouse_core::gate::wording::{Lang, put_in_words};
use gatehouse_core::gate::{Fact, decide};
use gatehouse_core::moment::Moment;
use gatehouse_core::policy::clauses::{Carried, carried, meant};
use gatehouse_core::policy::document::{DocumentRow, LOCAL_CHOICE};
use gatehouse_core::policy::{PolicyDocument, read};
use std::path::PathBuf;

/// Rules of ours that a row may rest on where it does not rest on its notice.
const OWN_RULES: [&str; 3] = ["GATE-", "SCOPE-", "PASS-"];

const ZH_CHARACTERS_MOST: usize = 20;
const EN_WORDS_MOST: usize = 12;
const SENTENCES_MOST: usize = 3;

/// Slots that a gate can fill.
const SLOTS: [&str; 8] = [
    "phone",
    "point",
    "place",
    "office",
    "carrier",
    "hospital",
    "worker_class",
    "missing",
];

/// Never said in our own voice (glossary §2.8).
const FORBIDDEN: [&str; 40] = [
    "拒不配合",
    "瞒报",
    "违反",
    "追究",
    "后果自负",
    "严惩",
    "研判",
    "落实",
    "管控",
    "涉疫",
    "重点人员",
    "一律",
    "严禁",
    "必须",
    "阻击",
    "死守",
    "非必要",
    "不得",
    "请配合",
    "籍",
    "隔离",
    "观察",
    "密接",
    "阳性",
    "疑似",
    "确诊",
    "对象",
    "劝返",
    "孤寡",
    "异常",
    "suspect",
    "violator",
    "inmate",
    "elderly",
    "illegal",
    "as you know",
    "patient",
    "isolation",
    "must",
    "forbidden",
];

/// The clauses of each gate part (rulebook §2, and §3 where it speaks of the gate).
const CLAUSES: [(&str, &[&str]); 4] = [
    (
        "HN",
        &[
            "HN 二.4",
            "HN 二.5–6",
            "HN 三(一)",
            "HN 三(二)",
            "HN 三(三)一",
            "HN 三(三)二",
            "HN 三(三)三",
            "HN 三(三)四",
            "HN 三(四)",
            "HN 三(五)",
            "HN 三(六)",
        ],
    ),
    (
        "ZX",
        &[
            "ZX 1–3",
            "ZX 4",
            "ZX 4 (entrance, fence)",
            "ZX 4 (purchases)",
            "ZX 5 (armband, clocking, 24 h)",
            "ZX 5 end",
            "ZX 6",
            "ZX 8",
            "ZX 17",
            "ZX end",
        ],
    ),
    (
        "HL",
        &[
            "HL 一",
            "HL 二",
            "HL 二 (card)",
            "HL 三",
            "HL 四",
            "HL 五",
            "HL 八",
            "HL 十一",
        ],
    ),
    (
        "ZJ",
        &[
            "ZJ-1", "ZJ-2", "ZJ-3.一", "ZJ-3.二", "ZJ-3.三", "ZJ-3.四", "ZJ-3.五", "ZJ-3.六",
            "ZJ-4.一", "ZJ-4.二", "ZJ-4.三", "ZJ-4.四", "ZJ-4.五",
        ],
    ),
];

fn documents() -> Vec<PolicyDocument> {
    folders().iter().map(|folder| load(folder).0).collect()
}

fn of_notice(document: &PolicyDocument, source: &str) -> bool {
    source
        .strip_prefix(document.id.as_str())
        .is_some_and(|rest| rest.starts_with([' ', '-']) && rest.len() > 1)
}

/// Every delivered document, with the clauses that it names as sources.
fn sources() -> Vec<(PolicyDocument, Vec<Carried>)> {
    let read_one = |folder: &PathBuf| {
        let text = std::fs::read_to_string(folder.join("policy.toml")).expect("a text file");
        let document = read(&text).expect("reads");
        (document, carried(&text).expect("reads"))
    };
    all_folders().iter().map(read_one).collect()
}

#[test]
fn every_source_is_a_clause_of_the_notice_or_said_to_be_ours() {
    for (document, sources) in sources() {
        for Carried { by, clause } in sources {
            let ours = OWN_RULES.iter().any(|prefix| clause.starts_with(prefix));
            assert!(
                clause == LOCAL_CHOICE || ours || of_notice(&document, &clause),
                "{}, {by}: `{clause}` is no clause of {}",
                document.id,
                document.notice
            );
        }
        for clause in document
            .outside
            .iter()
            .flat_map(|one| one.clause.split(", "))
        {
            assert!(of_notice(&document, clause), "{clause}");
        }
    }
}

/// POL-5: what a text leaves open is never passed off as the notice's.
#[test]
fn what_a_notice_leaves_open_says_so() {
    let open = [
        "HN/temporary-first",
        "HN/symptoms",
        "HL/other-symptoms",
        "ZX/worker",
        "ZJ/worker",
    ];
    for document in documents() {
        for row in document
            .rows
            .iter()
            .filter(|row| open.contains(&row.id.as_str()))
        {
            assert!(row.source.ends_with(LOCAL_CHOICE), "{}", row.id);
        }
        // No notice names papers but P9 三(一)3, the health certificate: a row that lists others
        // says that the list is ours.
        let listed = |row: &&DocumentRow| {
            let lists = row.needs.iter().any(|need| need.fact == Fact::Papers);
            lists && row.id != "P9/out-certificate"
        };
        for row in document.rows.iter().filter(listed) {
            assert!(row.source.ends_with(LOCAL_CHOICE), "{}", row.id);
        }
    }
}

#[test]
fn every_clause_of_the_gate_part_is_carried() {
    let documents = sources();
    for (id, clauses) in CLAUSES {
        let found = documents.iter().find(|(document, _)| document.id == id);
        let (document, sources) = found.unwrap_or_else(|| panic!("{id} is delivered"));
        let outside = document
            .outside
            .iter()
            .flat_map(|one| one.clause.split(", "));
        let carried: Vec<String> = sources
            .iter()
            .map(|one| one.clause.as_str())
            .chain(outside)
            .flat_map(|clause| [meant(clause), vec![clause.to_owned()]].concat())
            .collect();
        for clause in clauses {
            // A clause is carried where all of its own are, `ZJ-1` by `ZJ-1.二.3`.
            let of_it = |one: &String| one == clause || one.starts_with(&format!("{clause}."));
            let found = meant(clause).iter().all(|one| carried.contains(one));
            assert!(
                found || carried.iter().any(of_it),
                "{clause} is carried by no row, entry, parameter or outside entry of {id}"
            );
        }
    }
}

#[test]
fn what_is_an_outright_ban_has_no_exception_row() {
    // 一律不准 of ZX 4: nobody below may loosen it either (POL-6).
    let zhongxiang = documents().into_iter().find(|document| document.id == "ZX");
    let document = zhongxiang.expect("ZX is delivered");
    for id in ["ZX/outsider", "ZX/vehicle"] {
        let row = document.rows.iter().find(|row| row.id == id);
        let row = row.unwrap_or_else(|| panic!("{id}"));
        assert!(row.unless.is_empty(), "{id}");
        assert_eq!(
            row.below,
            gatehouse_core::policy::document::Below::Keep,
            "{id}"
        );
    }
}

/// A slot counts as four characters or one word: a room, a short name, a number read as one.
fn without_slots(text: &str, stand_in: &str) -> String {
    let mut plain = String::new();
    for (at, part) in text.split('{').enumerate() {
        match part.split_once('}') {
            Some((name, rest)) if at > 0 => {
                assert!(SLOTS.contains(&name), "no gate fills {{{name}}}");
                plain.push_str(stand_in);
                plain.push_str(rest);
            }
            _ => {
                assert_eq!(at, 0, "a slot that is never closed: {text}");
                plain.push_str(part);
            }
        }
    }
    plain
}

pub(crate) fn complaints_about(text: &Text) -> Vec<String> {
    let mut complaints = Vec::new();
    let (zh, en) = (
        without_slots(&text.zh, "四个字好"),
        without_slots(&text.en, "word"),
    );
    let zh_sentences: Vec<&str> = zh
        .split(['。', '？'])
        .filter(|s| !s.trim().is_empty())
        .collect();
    let en_sentences: Vec<&str> = en
        .split(['.', '?'])
        .filter(|s| !s.trim().is_empty())
        .collect();
    for sentence in &zh_sentences {
        let spoken = sentence.chars().filter(|c| c.is_alphanumeric()).count();
        if spoken > ZH_CHARACTERS_MOST {
            complaints.push(format!("{spoken} characters: {sentence}"));
        }
    }
    for sentence in &en_sentences {
        let words = sentence.split_whitespace().count();
        if words > EN_WORDS_MOST {
            complaints.push(format!("{words} words: {sentence}"));
        }
    }
    if zh_sentences.len() > SENTENCES_MOST || en_sentences.len() > SENTENCES_MOST {
        complaints.push(format!("more than {SENTENCES_MOST} sentences: {}", text.zh));
    }
    let both = format!("{zh} {}", en.to_lowercase());
    for word in FORBIDDEN.iter().chain(&["!", "！"]) {
        if both.contains(word) {
            complaints.push(format!("says {word}: {} {}", text.zh, text.en));
        }
    }
    if !text.zh.ends_with(['。', '}']) || !text.en.ends_with(['.', '}']) {
        complaints.push(format!("ends without a full stop: {} {}", text.zh, text.en));
    }
    complaints
}

#[test]
fn sentences_can_be_read_aloud_once_at_night() {
    for document in documents() {
        for row in &document.rows {
            let complaints = row.say.as_ref().map(complaints_about).unwrap_or_default();
            assert!(complaints.is_empty(), "{}: {complaints:#?}", row.id);
        }
    }
}

#[test]
fn the_measure_of_sentences_finds_what_it_should() {
    let text = |zh: &str, en: &str| Text {
        zh: zh.to_owned(),
        en: en.to_owned(),
    };
    let table = [
        (text("请登记。", "Please register."), 0),
        (text("请登记！", "Please register."), 2),
        (text("您必须登记。", "Please register."), 1),
        (text("请登记。", "You must register."), 1),
        (text("一。二。三。四。", "One."), 1),
        (
            text("一二三四五六七八九十一二三四五六七八九十多。", "One."),
            1,
        ),
        (text("好。", "a b c d e f g h i j k l m."), 1),
        (text("有事打 {phone}", "Call {phone}"), 0),
    ];
    for (text, expected) in table {
        let complaints = complaints_about(&text);
        assert_eq!(complaints.len(), expected, "{}: {complaints:?}", text.zh);
    }
}

#[test]
fn duties_are_said_until_they_are_done() {
    let table = [
        // Measured and let through: nothing is left to do.
        ("HN", "resident-out-with-pass", vec![]),
        // The step says it, so the duty does not.
        ("HN", "resident-not-measured-yet", vec![]),
        ("HN", "second-reading-is-normal", vec![]),
        ("HN", "courier-leaves-the-goods", vec!["戴好口罩", "登记"]),
        (
            "HN",
            "fever-twice",
            vec![
                "请到旁边坐，和别人分开",
                "戴好口罩",
                "登记",
                "马上报社区、物业",
                "交给卫健部门",
            ],
        ),
        ("ZX", "resident-wants-to-shop", vec![]),
        ("ZX", "back-in-town-not-on-the-list", vec!["马上报社区"]),
    ];
    for folder in folders() {
        let (document, policy, cases) = load(&folder);
        for (_, name, expected) in table.iter().filter(|(id, ..)| *id == document.id) {
            let case = cases.iter().find(|case| case.id == *name);
            let situation = &case.unwrap_or_else(|| panic!("{name}")).situation;
            let decision = decide(situation, Some(&policy));
            let said = put_in_words(&decision, Some(&policy), Lang::Zh, &|_| None).duties;
            assert_eq!(said, *expected, "{name}");
        }
    }
}

/// The sentences and the clause line of a case.
fn words_of(id: &str, name: &str, lang: Lang) -> (Vec<String>, String) {
    let found =
        folders()
            .iter()
            .map(|folder| load(folder))
            .find_map(|(document, policy, cases)| {
                let case = cases.into_iter().find(|case| case.id == name)?;
                (document.id == id).then_some((policy, case))
            });
    let (policy, case) = found.unwrap_or_else(|| panic!("{id} {name}"));
    let decision = decide(&case.situation, Some(&policy));
    let words = put_in_words(&decision, Some(&policy), lang, &|_| None);
    let sentences = words.sentences.into_iter().map(|sentence| sentence.text);
    (sentences.collect(), words.clause.unwrap_or_default())
}

#[test]
fn the_clause_line_names_the_notice_or_whose_choice_it_was() {
    let table = [
        (
            "HN",
            "resident-out-with-pass",
            "依据：河南指南 三(三)一",
            "Rule: Henan guide 三(三)一",
        ),
        (
            "HN",
            "visitor-leaves",
            "依据：河南指南 本地自定",
            "Rule: Henan guide local choice",
        ),
        (
            "ZJ",
            "car-normally-stays-out",
            "依据：诸暨卡口规范 3.二、4.二",
            "Rule: Zhuji gate norms 3.二, 4.二",
        ),
        (
            "HN",
            "fever-twice",
            "依据：河南指南 三(四)；GATE-7",
            "Rule: Henan guide 三(四); GATE-7",
        ),
        (
            "HL",
            "home-without-a-pass",
            "依据：GATE-15",
            "Rule: GATE-15",
        ),
        (
            "HL",
            "observed-at-home-does-not-cross",
            "依据：GATE-9",
            "Rule: GATE-9",
        ),
    ];
    for (id, name, zh, en) in table {
        assert_eq!(words_of(id, name, Lang::Zh).1, zh, "{name}");
        assert_eq!(words_of(id, name, Lang::En).1, en, "{name}");
    }
}

#[test]
fn who_is_handed_over_is_not_told_to_go_away() {
    let (sentences, _) = words_of("ZJ", "feverish-visitor-is-not-sent-away", Lang::Zh);
    assert_eq!(sentences, ["请来人在旁边的空地等，戴好口罩。马上报社区。"]);
    // One sentence however many rows say it.
    let (sentences, _) = words_of("HN", "feverish-and-coughing", Lang::Zh);
    assert_eq!(sentences, ["念：您先歇一下，我请人来帮您看。值班室"]);
}

#[test]
fn documents_hold_from_the_notice_until_an_end_that_is_ours() {
    let table = [
        ("HN", "2020-02-06T00:00:00+08:00"),
        ("ZX", "2020-02-19T07:00:00+08:00"),
        ("HL", "2020-02-05T00:00:00+08:00"),
        ("ZJ", "2020-02-04T00:00:00+08:00"),
        ("P1", "2021-01-15T00:00:00+08:00"),
        ("P5", "2020-02-08T00:00:00+08:00"),
        ("P7", "2020-10-01T00:00:00+08:00"),
        ("P9", "2020-10-01T00:00:00+08:00"),
    ];
    for document in documents() {
        let listed = table.iter().find(|entry| entry.0 == document.id);
        let first = Moment::parse(listed.expect("listed").1).expect("a moment");
        let before = Moment::new(first.millis - 1, first.offset_minutes);
        assert!(!document.in_force_at(before), "{}", document.id);
        assert!(document.in_force_at(first), "{}", document.id);
        // No text names an end; a restriction without one would not be a document (SCOPE-1).
        let ends = &document.force.ends;
        assert_eq!(ends.source, LOCAL_CHOICE, "{}", document.id);
        assert!(!document.in_force_at(ends.value), "{}", document.id);
        let review = document.force.review.value;
        assert!(
            review <= ends.value.day(),
            "{}: looked at before it ends",
            document.id
        );
    }
}

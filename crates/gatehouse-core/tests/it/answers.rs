//! What the delivered documents answer to those who ask: the same as at the gate, in sentences
//! that a poster can carry.

use crate::policies::{folders, load};
use gatehouse_core::gate::Verdict;
use gatehouse_core::gate::compiled::Text;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::moment::Moment;
use gatehouse_core::policy::answers::{Answer, Origin, Place, Question, answers, fever_limit};
use gatehouse_core::policy::{compile, read};

/// Sentences of a poster may be longer than those of a gate (glossary §2.1).
const ZH_CHARACTERS_MOST: usize = 30;
const EN_WORDS_MOST: usize = 20;
const SENTENCES_MOST: usize = 4;

fn place(kind: &'static str) -> Place {
    let moment = Moment::parse("2020-02-20T10:00:00+08:00").expect("a moment");
    Place {
        kind,
        moment,
        stages: [None; 2],
    }
}

fn asked(id: &str, kind: &'static str) -> Vec<Answer> {
    let mut loaded = folders().into_iter().map(|folder| load(&folder));
    let (document, policy, _) = loaded.find(|(d, _, _)| d.id == id).expect("delivered");
    answers(&policy, &[&document], &place(kind))
}

fn of(answers: &[Answer], question: Question) -> &Answer {
    let found = answers.iter().find(|a| a.questions.contains(&question));
    found.expect("is answered")
}

#[test]
fn the_same_question_has_another_answer_under_another_notice() {
    use Verdict::{Ask, Refer, Refuse};
    let table = [
        (Question::Home, [Ask, Ask, Ask, Ask]),
        (Question::Shopping, [Ask, Ask, Refuse, Verdict::Admit]),
        (Question::Doctor, [Ask, Ask, Ask, Verdict::Admit]),
        (Question::Visitor, [Refuse, Refuse, Refuse, Refuse]),
        (Question::Courier, [Refuse, Ask, Refuse, Refuse]),
        (Question::Tenant, [Ask, Ask, Ask, Ask]),
        (Question::Fever, [Refer, Refer, Refer, Refer]),
    ];
    let all = ["HN", "HL", "ZX", "ZJ"].map(|id| asked(id, "compound"));
    for (question, expected) in table {
        let found = [0, 1, 2, 3].map(|at: usize| of(&all[at], question).verdict);
        assert_eq!(found, expected, "{question:?}");
    }
    // Only where somebody must see to it.
    let leaving = |answers: &[Answer]| answers.iter().any(|a| a.questions[0] == Question::Leaving);
    assert_eq!(
        [0, 1, 2, 3].map(|at: usize| leaving(&all[at])),
        [false, false, true, false]
    );
}

#[test]
fn neighbours_with_one_answer_share_a_line() {
    let answers = asked("ZX", "compound");
    let out = of(&answers, Question::Shopping);
    assert_eq!(out.questions, [Question::Shopping, Question::Work]);
    assert_eq!(out.title(Lang::Zh), "出去买东西、上班");
    assert_eq!(out.title(Lang::En), "Going shopping, to work");
    assert_eq!(out.origins, [Origin::Clause("ZX 4".to_owned())]);
    let fever = of(&answers, Question::Fever);
    assert_eq!(fever.questions, [Question::Fever, Question::Cough]);
    // The norms of ZJ speak of fever alone, and home stays a line of its own.
    let village = asked("ZJ", "village");
    assert_eq!(of(&village, Question::Fever).questions, [Question::Fever]);
    assert_eq!(of(&village, Question::Home).questions, [Question::Home]);
}

#[test]
fn every_answer_has_its_own_sentence_and_it_is_short_enough() {
    for id in ["HN", "HL", "ZX", "ZJ"] {
        for answer in ["compound", "village"]
            .iter()
            .flat_map(|kind| asked(id, kind))
        {
            let is_home = answer.questions == [Question::Home];
            assert!(
                is_home || !answer.posts.is_empty(),
                "{id} {:?}",
                answer.questions
            );
            assert!(
                answer.posts.len() < SENTENCES_MOST,
                "{id} {:?}",
                answer.questions
            );
            for Text { zh, en } in &answer.posts {
                for sentence in zh.split_inclusive(['。', '：', '；']) {
                    let spoken = sentence.chars().filter(|c| c.is_alphanumeric()).count();
                    assert!(spoken <= ZH_CHARACTERS_MOST, "{sentence}");
                }
                for sentence in en.split_inclusive(". ") {
                    assert!(
                        sentence.split_whitespace().count() <= EN_WORDS_MOST,
                        "{sentence}"
                    );
                }
                assert!(zh.ends_with('。') && en.ends_with('.'), "{zh} {en}");
                for word in ["必须", "一律", "严禁", "不得", "！"] {
                    assert!(!zh.contains(word), "{zh}");
                }
            }
        }
    }
}

#[test]
fn slots_are_filled_and_a_row_without_a_sentence_still_answers() {
    let slots = |name: &str| match name {
        "phone" => Some("555 0147".to_owned()),
        "threshold" => Some("37.3".to_owned()),
        "minutes" => Some("15".to_owned()),
        _ => None,
    };
    let answers = asked("ZX", "compound");
    let shopping = of(&answers, Question::Shopping).text(Lang::Zh, &slots);
    assert_eq!(shopping, "现在住户先不外出。要买东西，社区代买：555 0147。");
    let fever = of(&answers, Question::Fever).text(Lang::Zh, &slots);
    assert!(fever.starts_with("到 37.3 ℃：歇 15 分钟再量。"), "{fever}");
    let mut silent = of(&answers, Question::Shopping).clone();
    silent.posts.clear();
    assert_eq!(
        silent.text(Lang::Zh, &slots),
        "现在先不行。有事打 555 0147。"
    );
    assert_eq!(silent.text(Lang::En, &slots), "Not for now. Call 555 0147.");
}

#[test]
fn what_is_to_be_shown_is_what_the_gate_would_ask_for() {
    let needs = |id, question| of(&asked(id, "compound"), question).needs(Lang::Zh);
    assert_eq!(needs("HN", Question::Shopping), "出入证、量体温");
    assert_eq!(needs("ZX", Question::Home), "口罩、量体温、登记");
    assert_eq!(needs("ZX", Question::Visitor), "");
    assert_eq!(
        needs("HN", Question::Tenant),
        "量体温、登记、证明、房东一起来"
    );
}

#[test]
fn the_limit_on_paper_is_that_by_which_the_gate_first_asks() {
    let with = |folder: &str, limit: &str| {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies");
        let text = std::fs::read_to_string(format!("{root}/{folder}/policy.toml"));
        let text = text.expect("delivered");
        let key = "fever_threshold_celsius = { value = ";
        assert!(text.contains(&format!("{key}37.3")));
        read(&text.replace(&format!("{key}37.3"), &format!("{key}{limit}"))).expect("reads")
    };
    let [upper, lower] = ["henan-2020-02", "zhongxiang-2020-02"];
    let table = [
        ("37.3", "37.5", 37.3),
        ("37.5", "37.3", 37.3),
        ("37.0", "37.0", 37.0),
    ];
    for (above, below, expected) in table {
        let documents = [with(upper, above), with(lower, below)];
        let policy = compile(&documents.iter().collect::<Vec<_>>()).expect("go together");
        let found = fever_limit(&policy, &place("compound"));
        assert_eq!(found, Some(expected), "{above} over {below}");
    }
    // What does not hold in a village does not count there.
    let mut documents = [with("zhuji-2020-02", "37.3")];
    documents[0].rows.retain(|row| row.id.contains("village"));
    let policy = compile(&documents.iter().collect::<Vec<_>>()).expect("compiles");
    let limits = ["village", "compound"].map(|kind| fever_limit(&policy, &place(kind)));
    assert_eq!(limits, [Some(37.3), None]);
}

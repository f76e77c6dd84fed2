//! What people ask, and what the policy answers: the lines of a poster.
//!
//! A poster is not written beside the rules, it asks them: each question is a situation that
//! [`decide`] judges as it would at the gate, so that what hangs at the gate is what the gate
//! does. The sentences are the rows' own (`post`); where a row has none, a general one stands in.

use super::asked::{Role, situations};
use super::document::{LOCAL_CHOICE, PolicyDocument};
use super::need::need;
use super::part::wording::posted;
use crate::gate::compiled::{Policy, Row, Text};
use crate::gate::decide::{RowState, row_states};
use crate::gate::duty::Duty;
use crate::gate::fact::{Fact, Words, words};
use crate::gate::json::read_facts;
use crate::gate::reading::Lens;
use crate::gate::wording::{Lang, Slots, sentence};
use crate::gate::{Decision, Effect, Situation, Step, Value, Verdict, decide};
use crate::json::Json;
use crate::measure::Stage;
use crate::moment::Moment;

/// What people ask, in the order in which they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// A resident comes home.
    Home,
    /// A resident goes shopping.
    Shopping,
    /// A resident goes to work.
    Work,
    /// A resident goes to a doctor; nothing that cannot wait.
    Doctor,
    /// Somebody visits.
    Visitor,
    /// A carer or cleaner comes.
    Helper,
    /// Parcels and meals.
    Courier,
    /// A vehicle from outside.
    Vehicle,
    /// Somebody who works here comes.
    Worker,
    /// A tenant comes for the first time.
    Tenant,
    /// A visitor leaves.
    Leaving,
    /// Fever.
    Fever,
    /// A cough without fever.
    Cough,
}

impl Question {
    /// All of them, in order.
    pub const ALL: [Question; 13] = [
        Question::Home,
        Question::Shopping,
        Question::Work,
        Question::Doctor,
        Question::Visitor,
        Question::Helper,
        Question::Courier,
        Question::Vehicle,
        Question::Worker,
        Question::Tenant,
        Question::Leaving,
        Question::Fever,
        Question::Cough,
    ];

    /// As a heading.
    pub const fn words(self) -> Words {
        match self {
            Question::Home => words("住户回家", "Coming home"),
            Question::Shopping => words("出去买东西", "Going shopping"),
            Question::Work => words("出去上班", "Going to work"),
            Question::Doctor => words("出去看病", "Going to a doctor"),
            Question::Visitor => words("访客", "Visitors"),
            Question::Helper => words("护工和保洁", "Carers and cleaners"),
            Question::Courier => words("快递和外卖", "Parcels and meals"),
            Question::Vehicle => words("外来车", "Vehicles from outside"),
            Question::Worker => words("来这里上班的人", "People who work here"),
            Question::Tenant => words("租客第一次来", "A tenant's first time"),
            Question::Leaving => words("客人离开", "Visitors leaving"),
            Question::Fever => words("发热", "Fever"),
            Question::Cough => words("咳嗽", "Cough"),
        }
    }
}

fn situation(facts: &str, place: &Place) -> Situation {
    let mut situation = Situation::new(place.moment);
    let kind = Json::object([("place_kind", Json::Text(place.kind.to_owned()))]);
    for facts in [Json::parse(facts.as_bytes()).unwrap_or_default(), kind] {
        if let Json::Object(facts) = facts {
            // A fact that the vocabulary no longer has is left out; a test finds it.
            let _ = read_facts(&mut situation, &facts);
        }
    }
    for stage in place.stages.into_iter().flatten() {
        let height = u8::try_from(stage.height()).unwrap_or_default();
        situation.set(stage.scale().fact(), Value::Choice(height));
    }
    situation
}

/// Where and when is asked.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// `compound` or `village`.
    pub kind: &'static str,
    /// When.
    pub moment: Moment,
    /// The level and the phase that hold there then.
    pub stages: [Option<Stage>; 2],
}

/// From how many degrees on the gate first asks for more at a place: the lowest limit of all rows
/// that may apply there, of whichever document. `None` where none looks at a temperature.
pub fn fever_limit(policy: &Policy, place: &Place) -> Option<f64> {
    let states = row_states(&situation("", place), policy);
    let rows = policy.rows().iter().zip(states);
    let asked = rows.filter(|(row, state)| row.effect != Effect::Grant && *state != RowState::Not);
    let tests = asked.flat_map(|(row, _)| &row.all);
    let limits = tests.filter_map(|test| {
        let reading = policy.compiled().readings.get(usize::from(test.reading))?;
        let Lens::Whole { cuts } = &reading.lens else {
            return None;
        };
        // The first bit is "not applicable", the next the class below every cut.
        let first = (test.accept & !1).trailing_zeros() as usize;
        let is_of = reading.fact == Fact::Temperature.spec().number;
        cuts.get(first.checked_sub(2)?).filter(|_| is_of).copied()
    });
    limits.min().map(|tenths| tenths as f64 / 10.0)
}

/// On what a line rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A clause of a notice, `HN 三(四)`.
    Clause(String),
    /// 本地自定.
    Local,
    /// A rule that no document can switch off.
    Always,
}

/// What the policy answers to one question, or to several alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What was asked; several where the answer is the same.
    pub questions: Vec<Question>,
    /// As at the gate; [`Verdict::Ask`] where something must be shown or done first.
    pub verdict: Verdict,
    /// Whether whoever has the pass for it is let in where others are not.
    pub with_pass: bool,
    /// The rows' own sentences.
    pub posts: Vec<Text>,
    /// What is to be shown or done at the gate.
    pub steps: Vec<Step>,
    /// What the gate does besides, where somebody takes charge.
    pub duties: Vec<Duty>,
    /// Where it comes from.
    pub origins: Vec<Origin>,
    /// The rows that decide.
    pub rows: Vec<String>,
}

/// Asks everything. Neighbours with the same answer become one; a question that matters only
/// where somebody must see to it is left out elsewhere.
pub fn answers(policy: &Policy, documents: &[&PolicyDocument], place: &Place) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::new();
    for (question, answer) in Question::ALL
        .into_iter()
        .zip(each(policy, documents, place))
    {
        let seldom = matches!(question, Question::Leaving | Question::Cough);
        if seldom && answer.verdict.gravity() < 2 {
            continue;
        }
        match answers.last_mut().filter(|last| last.takes_in(&answer)) {
            Some(last) => last.add(answer),
            None => answers.push(answer),
        }
    }
    answers
}

/// The answer to each question by itself, in order.
pub fn each(
    policy: &Policy,
    documents: &[&PolicyDocument],
    place: &Place,
) -> [Answer; Question::ALL.len()] {
    Question::ALL.map(|question| answer(question, policy, documents, place))
}

fn answer(
    question: Question,
    policy: &Policy,
    documents: &[&PolicyDocument],
    place: &Place,
) -> Answer {
    let mut found = Answer {
        questions: vec![question],
        verdict: Verdict::Refer,
        with_pass: false,
        posts: Vec::new(),
        steps: Vec::new(),
        duties: Vec::new(),
        origins: Vec::new(),
        rows: Vec::new(),
    };
    for (role, facts) in situations(question) {
        let decision = decide(&situation(facts, place), Some(policy));
        let is_milder = decision.verdict.gravity() < found.verdict.gravity();
        let counts = match role {
            Role::First => {
                found.verdict = decision.verdict;
                found.steps = decision.steps();
                true
            }
            Role::Milder => is_milder,
            Role::WithPass => {
                found.with_pass = is_milder && found.verdict == Verdict::Refuse;
                is_milder
            }
            Role::Alike => decision.verdict == found.verdict,
        };
        if counts {
            found.take(&decision, policy, documents);
        }
    }
    found
}

impl Answer {
    fn take(&mut self, decision: &Decision, policy: &Policy, documents: &[&PolicyDocument]) {
        for row in deciding_rows(decision, policy) {
            if let Some(post) = posted(documents, &row.id) {
                push_new(&mut self.posts, post.clone());
            }
            for duty in row.duties.iter().filter(|_| row.effect == Effect::Refer) {
                push_new(&mut self.duties, duty.clone());
            }
            for origin in origins(row, policy) {
                push_new(&mut self.origins, origin);
            }
            push_new(&mut self.rows, row.id.clone());
        }
    }

    /// Whether the next answer needs no line of its own.
    fn takes_in(&self, next: &Answer) -> bool {
        match (self.questions[0], next.questions[0]) {
            (Question::Home, _) | (_, Question::Fever) => false,
            (Question::Fever, Question::Cough) => true,
            _ => {
                let said = self.posts == next.posts && !self.posts.is_empty();
                let same = said || self.rows == next.rows;
                let alike = self.with_pass == next.with_pass;
                alike && self.verdict == next.verdict && self.steps == next.steps && same
            }
        }
    }

    fn add(&mut self, next: Answer) {
        self.questions.extend(next.questions);
        for post in next.posts {
            push_new(&mut self.posts, post);
        }
        for origin in next.origins {
            push_new(&mut self.origins, origin);
        }
        for duty in next.duties {
            push_new(&mut self.duties, duty);
        }
        for row in next.rows {
            push_new(&mut self.rows, row);
        }
    }

    /// The heading: what was asked.
    pub fn title(&self, lang: Lang) -> String {
        title_of(&self.questions, lang)
    }

    /// The answer in a word or two.
    pub fn chip(&self, lang: Lang) -> &'static str {
        let goes_out = [
            Question::Shopping,
            Question::Work,
            Question::Doctor,
            Question::Leaving,
        ];
        let about_fever = self.questions.contains(&Question::Fever);
        lang.pick(match self.verdict {
            Verdict::Admit | Verdict::Ask => words("放行", "Yes"),
            Verdict::Refuse if self.with_pass => words("凭证进", "With a pass"),
            Verdict::Refuse if self.questions.iter().any(|q| goes_out.contains(q)) => {
                words("先不出", "Not now")
            }
            Verdict::Refuse => words("先不进", "Not now"),
            Verdict::Refer if about_fever => words("有人接", "Help comes"),
            Verdict::Refer => words("社区来办", "Community"),
        })
    }

    /// The sentences, slots filled.
    pub fn text(&self, lang: Lang, slots: Slots<'_>) -> String {
        if self.questions.contains(&Question::Home) {
            let always = words(
                "随时回家。没带证：报楼栋、房号、姓名。",
                "At any time. Without a pass: say building, room and name.",
            );
            return lang.pick(always).to_owned();
        }
        let stand_in = self.posts.is_empty().then(|| lang.pick(self.stand_in()));
        let posts = self.posts.iter().map(|post| lang.of(post));
        let said = posts
            .chain(stand_in)
            .map(|post| sentence(post, lang, slots).text);
        said.collect::<Vec<_>>().join(lang.pick(words("", " ")))
    }

    /// What stands where no row has a sentence for the poster.
    fn stand_in(&self) -> Words {
        match self.verdict {
            Verdict::Admit | Verdict::Ask => words("可以，到门口说一声。", "Yes; tell the guard."),
            Verdict::Refuse => words("现在先不行。有事打 {phone}。", "Not for now. Call {phone}."),
            Verdict::Refer => words(
                "到门口说一声，有人来办。",
                "Tell the guard; somebody comes and takes care of it.",
            ),
        }
    }

    /// 要：出入证、口罩、量体温. Nothing where nothing is asked.
    pub fn needs(&self, lang: Lang) -> String {
        let asked = self.steps.iter().filter_map(|step| need(*step));
        let asked: Vec<&str> = asked.map(|words| lang.pick(words)).collect();
        asked.join(lang.pick(words("、", ", ")))
    }
}

/// All comings and goings besides residents coming home.
const OTHERS: [Question; 9] = [
    Question::Shopping,
    Question::Work,
    Question::Doctor,
    Question::Visitor,
    Question::Helper,
    Question::Courier,
    Question::Vehicle,
    Question::Worker,
    Question::Tenant,
];

/// Several questions under one heading. Where all others have the same answer they are not named
/// one by one: a heading is read from two metres away.
pub fn title_of(questions: &[Question], lang: Lang) -> String {
    let all_others = OTHERS.iter().all(|one| questions.contains(one));
    let mut titles: Vec<&str> = Vec::new();
    for question in questions {
        let is_other = OTHERS.contains(question) || *question == Question::Leaving;
        let title = match all_others && is_other {
            true => words("其他进出", "All other coming and going"),
            false => question.words(),
        };
        push_new(&mut titles, lang.pick(title));
    }
    // 出去买东西、出去上班 → 出去买东西、上班
    match lang {
        Lang::Zh => titles.join("、").replace("、出去", "、"),
        Lang::En => {
            let joined = titles.join(", ");
            let mut letters = joined.chars();
            let first = letters.next();
            let rest: String = letters.flat_map(char::to_lowercase).collect();
            let rest = rest.replace(", going ", ", ");
            first.into_iter().collect::<String>() + &rest
        }
    }
}

/// What decides: under ask the grant that is nearest, else the rows that give the verdict.
fn deciding_rows<'a>(decision: &'a Decision, policy: &'a Policy) -> Vec<&'a Row> {
    let rows = decision.reason_rows(policy);
    match decision.verdict {
        Verdict::Ask => rows
            .filter(|row| row.effect == Effect::Grant)
            .take(1)
            .collect(),
        Verdict::Refer => rows.filter(|row| row.effect == Effect::Refer).collect(),
        Verdict::Admit | Verdict::Refuse => rows.collect(),
    }
}

/// The clauses of the notice together, and that the row is in part or wholly ours. A rule of the
/// program's own is never passed off as the notice's.
fn origins(row: &Row, policy: &Policy) -> Vec<Origin> {
    let at = row.document.map(usize::from);
    let Some(document) = at.and_then(|at| policy.compiled().documents.get(at)) else {
        return vec![Origin::Always];
    };
    let parts = || row.source.split(", ");
    let of_notice = parts().filter(|part| part.starts_with(&document.id));
    let clauses: Vec<&str> = of_notice.collect();
    let clause = (!clauses.is_empty()).then(|| Origin::Clause(clauses.join(", ")));
    let is_local = parts().any(|part| part == LOCAL_CHOICE);
    let local = is_local.then_some(Origin::Local);
    let always = (clause.is_none() && !is_local).then_some(Origin::Always);
    [clause, local, always].into_iter().flatten().collect()
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_situation_is_written_in_the_vocabulary() {
        for question in Question::ALL {
            for (_, facts) in situations(question) {
                let Some(Json::Object(facts)) = Json::parse(facts.as_bytes()) else {
                    panic!("not an object: {facts}");
                };
                let moment = Moment::new(0, 480);
                let mut situation = Situation::new(moment);
                read_facts(&mut situation, &facts).expect("known facts");
            }
            assert_eq!(situations(question)[0].0, Role::First);
        }
    }
}

//! Situations that try a row which no case tries: one in which it decides, one in which it just
//! does not apply. The program finds them and says what it answers; whether that answer is right
//! says a person, and then they are cases (design §2: each row decides once and just fails once).

use super::cases::{Case, Expect, answer_situation};
use super::coverage::{Untried, decided_by, fails_by_one};
use crate::gate::compiled::{Policy, Row, Test};
use crate::gate::decide::{Truth, classes, decide, truth, truth_of_all};
use crate::gate::fact::{Fact, Kind};
use crate::gate::json::write_facts;
use crate::gate::reading::{Lens, Reading, Window};
use crate::gate::situation::Situation;
use crate::gate::value::{Known, Outing, Outings, Stay, StayKind, Value};
use crate::moment::Moment;

/// Outings that one condition may want at most; a row that wants more is tried by hand.
const OUTINGS_MOST: usize = 16;
/// Cases from which a situation is looked for at most, besides the plain one (local choice).
const BEGINS_MOST: usize = 200;
const HOUR_MILLIS: i64 = 3_600_000;

/// A situation that tries a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Short name that no case has yet.
    pub id: String,
    /// Where the row comes from.
    pub clause: String,
    /// What happens.
    pub situation: Situation,
    /// What is answered.
    pub answer: Expect,
}

/// What would try a row as it is not tried yet; what cannot be found is left out.
pub fn trials(untried: &Untried, cases: &[Case], policy: &Policy, from: Moment) -> Vec<Trial> {
    let rows = policy.rows().iter().enumerate();
    let Some((at, row)) = rows.into_iter().find(|(_, row)| row.id == untried.row) else {
        return Vec::new();
    };
    let plain = Situation::new(Moment::new(from.millis + HOUR_MILLIS, from.offset_minutes));
    let begins = cases.iter().take(BEGINS_MOST).map(|case| &case.situation);
    let begins = begins.chain([&plain]);
    let decides = |one: &Situation| {
        let at = u16::try_from(at).unwrap_or(u16::MAX);
        decided_by(&decide(one, Some(policy)), at, row)
    };
    let made = begins.map(|begin| apply(begin, row, policy));
    let mut deciding: Vec<Situation> = made.filter(decides).collect();
    deciding.sort_by_key(|one| one.all_given().count());
    let mut found = Vec::new();
    if untried.never_decides {
        found.extend(deciding.first().map(|one| ("decides", one.clone())));
    }
    if untried.never_just_fails {
        let failing = deciding.iter().find_map(|one| just_fail(one, row, policy));
        found.extend(failing.map(|one| ("just-not", one)));
    }
    let name = row.id.split('/').next_back().unwrap_or(&row.id);
    let trials = found.into_iter().map(|(what, situation)| Trial {
        id: free_id(&format!("{name}-{what}"), cases),
        clause: row.source.clone(),
        answer: answer_situation(&situation, policy).1,
        situation,
    });
    trials.collect()
}

fn free_id(wanted: &str, cases: &[Case]) -> String {
    let is_free = |id: &String| cases.iter().all(|case| case.id != *id);
    let others = (2_u32..).map(|number| format!("{wanted}-{number}"));
    let mut all = std::iter::once(wanted.to_owned()).chain(others);
    all.find(is_free).unwrap_or_default()
}

/// The facts of a situation as a case writes them.
pub fn facts_of(situation: &Situation) -> serde_json::Value {
    serde_json::Value::from(&write_facts(situation))
}

/// The situation changed until the row applies, as far as that can be.
fn apply(begin: &Situation, row: &Row, policy: &Policy) -> Situation {
    let mut situation = begin.clone();
    for test in row.all.iter().chain(&row.needs) {
        meet(&mut situation, test, policy, true);
    }
    for exception in &row.unless {
        let holds = |one: &Situation| truth_of_all(exception, &classes(one, policy));
        if holds(&situation) == Truth::No {
            continue;
        }
        for test in exception.iter().rev() {
            let mut without = situation.clone();
            meet(&mut without, test, policy, false);
            let still = row.all.iter().all(|one| holds_in(one, &without, policy));
            if still && holds(&without) == Truth::No {
                situation = without;
                break;
            }
        }
    }
    situation
}

/// The situation changed so that just one condition of the row does not hold.
fn just_fail(deciding: &Situation, row: &Row, policy: &Policy) -> Option<Situation> {
    let fails = |one: &Situation| fails_by_one(row, &classes(one, policy));
    let missed = row.all.iter().rev().map(|test| {
        let mut other = deciding.clone();
        meet(&mut other, test, policy, false);
        other
    });
    let excepted = row.unless.iter().map(|exception| {
        let mut other = deciding.clone();
        for test in exception {
            meet(&mut other, test, policy, true);
        }
        other
    });
    missed.chain(excepted).find(fails)
}

fn holds_in(test: &Test, situation: &Situation, policy: &Policy) -> bool {
    truth(test, &classes(situation, policy)) == Truth::Yes
}

/// Changes the fact of a condition until the condition holds, or does not.
fn meet(situation: &mut Situation, test: &Test, policy: &Policy, wanted: bool) {
    let reached = if wanted { Truth::Yes } else { Truth::No };
    if truth(test, &classes(situation, policy)) == reached {
        return;
    }
    let at = usize::from(test.reading);
    let reading = &policy.compiled().readings[at];
    let (fact, every) = policy.lookups()[at];
    // What does not arise comes last: it is the least plain.
    let possible = (1..64).filter(|class| every & (1 << class) != 0).chain([0]);
    for class in possible.filter(|class| (test.accept & (1 << class) != 0) == wanted) {
        let mut other = situation.clone();
        put_class(&mut other, fact, reading, class);
        if truth(test, &classes(&other, policy)) == reached {
            *situation = other;
            return;
        }
    }
}

/// Gives a fact a value of a class.
fn put_class(situation: &mut Situation, fact: Fact, reading: &Reading, class: usize) {
    if class == 0 {
        situation.put(fact, Known::NotApplicable);
        return;
    }
    let yes = class == 2;
    match (&reading.lens, fact.spec().kind) {
        (Lens::Whole { .. }, Kind::Flag { .. }) => {
            situation.set(fact, Value::Flag(yes));
        }
        (Lens::Whole { .. }, Kind::Choice(_)) => {
            let position = u8::try_from(class - 1).unwrap_or(u8::MAX);
            situation.set(fact, Value::Choice(position));
        }
        (Lens::Whole { cuts }, Kind::Number { least, most, .. }) => {
            let from = class.checked_sub(2).and_then(|at| cuts.get(at));
            let below = cuts.get(class - 1).map(|cut| cut - 1);
            let number = from.copied().or(below).unwrap_or(least).clamp(least, most);
            put_number(situation, fact, number);
        }
        (Lens::AnyOf { members }, _) => {
            let first = members & members.wrapping_neg();
            let kept = set_of(situation, fact) & !members;
            situation.set(fact, Value::Set(if yes { kept | first } else { kept }));
        }
        (Lens::AllOf { members }, _) => {
            let set = set_of(situation, fact);
            let less = set & !(members & members.wrapping_neg());
            situation.set(fact, Value::Set(if yes { set | members } else { less }));
        }
        (Lens::StayWithin { kinds, .. }, _) => {
            let of_class = |kind: StayKind| kinds & (1 << kind as u8) != 0;
            let mut stays = match situation.given(fact) {
                Some(Known::Is(Value::Stays(stays))) => stays.clone(),
                _ => Vec::new(),
            };
            stays.retain(|stay| !of_class(stay.kind));
            let kind = StayKind::ALL
                .iter()
                .map(|one| one.0)
                .find(|kind| of_class(*kind));
            let days_ago = 1;
            let stay = kind.filter(|_| yes).map(|kind| Stay { kind, days_ago });
            stays.extend(stay);
            situation.set(fact, Value::Stays(stays));
        }
        (
            Lens::OutingCount {
                window,
                purposes,
                cuts,
                ..
            },
            _,
        ) => {
            let count = class.checked_sub(2).and_then(|at| cuts.get(at)).copied();
            let count = usize::try_from(count.unwrap_or(0))
                .unwrap_or(0)
                .min(OUTINGS_MOST);
            put_outings(situation, fact, *window, *purposes, count);
        }
        _ => {}
    }
}

/// Time and day are those of the moment.
fn put_number(situation: &mut Situation, fact: Fact, number: i64) {
    let moment = situation.moment;
    let day = i64::from(moment.day().0);
    let minute = i64::from(moment.minute_of_day());
    let moved = match fact {
        Fact::Date => (number - day) * 24 * HOUR_MILLIS,
        Fact::TimeOfDay => (number - minute) * 60_000,
        _ => {
            situation.set(fact, Value::Number(number));
            return;
        }
    };
    situation.moment = Moment::new(moment.millis.saturating_add(moved), moment.offset_minutes);
}

fn set_of(situation: &Situation, fact: Fact) -> u32 {
    match situation.given(fact) {
        Some(Known::Is(Value::Set(set))) => *set,
        _ => 0,
    }
}

/// So many outings within the window, a minute apart, the last a minute ago.
fn put_outings(situation: &mut Situation, fact: Fact, window: Window, purposes: u32, count: usize) {
    let now = situation.moment;
    let purpose = u8::try_from(purposes.trailing_zeros())
        .ok()
        .filter(|_| purposes != 0);
    let taken = (1_i64..).map(|minutes| Outing {
        at: Moment::new(now.millis - minutes * 60_000, now.offset_minutes),
        purpose,
        own: true,
    });
    let taken = taken.take(count).filter(|one| window.contains(one.at, now));
    let taken = taken.collect();
    situation.set(fact, Value::Outings(Outings { taken, unsent: 0 }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::cases::{read_cases, run_case};
    use crate::policy::compile;
    use crate::policy::coverage::untried_of;
    use crate::policy::edit::add_case;
    use crate::policy::read;

    /// Rows of a delivered document for which nothing is found, once the cases that it decides are
    /// gone, of how many; each that is found is written, read, and tries the row.
    fn not_found(folder: &str) -> (Vec<String>, usize) {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies");
        let file = |name: &str| {
            std::fs::read_to_string(format!("{root}/{folder}/{name}")).expect("it is delivered")
        };
        let document = read(&file("policy.toml")).expect("it is delivered");
        let policy = compile(&[&document]).expect("it is delivered");
        let all = read_cases(&file("cases.toml")).expect("it is delivered");
        let mut missing = Vec::new();
        for row in &document.rows {
            let named = |rows: &Option<Vec<String>>| {
                rows.as_ref().is_some_and(|rows| rows.contains(&row.id))
            };
            let is_other = |case: &Case| {
                let answer = answer_situation(&case.situation, &policy).1;
                !named(&answer.rows) && !named(&answer.duties)
            };
            let cases: Vec<Case> = all.iter().filter(|case| is_other(case)).cloned().collect();
            let of_row = |cases: &[Case]| untried_of(cases, &policy, |one| one.id == row.id).pop();
            let untried = of_row(&cases).expect("no case decides it");
            let mut text = "case = []".to_owned();
            let mut found = trials(&untried, &cases, &policy, document.force.from.value);
            if let Some(trial) = found.first() {
                text.clear();
                assert!(add_case("[[case]]\nid = \"x\"", trial).is_ok());
            }
            for trial in &found {
                text = add_case(&text, trial).expect("its id is free");
                assert!(add_case(&text, trial).is_err(), "{}", trial.id);
            }
            let added = read_cases(&text).unwrap_or_else(|found| panic!("{found:?}\n{text}"));
            for (case, trial) in added.iter().zip(found.drain(..)) {
                assert_eq!(case.situation, trial.situation, "{text}");
                run_case(case, &policy).expect("it expects what is answered");
            }
            let more: Vec<Case> = cases.into_iter().chain(added).collect();
            missing.extend(of_row(&more).map(|untried| untried.row));
        }
        (missing, document.rows.len())
    }

    #[test]
    fn a_row_that_no_case_tries_is_tried_by_what_is_found() {
        let folders: [(&str, &[&str]); 4] = [
            ("henan-2020-02", &[]),
            ("zhongxiang-2020-02", &[]),
            ("hulunbuir-2020-02", &[]),
            ("zhuji-2020-02", &[]),
        ];
        for (folder, expected) in folders {
            let (missing, of) = not_found(folder);
            assert_eq!(missing, *expected, "{folder}, of {of}");
        }
    }
}

//! Lines about people of two documents: who came back from where, and who was exposed.

use super::super::contact::plan_of;
use super::super::layers::InForce;
use super::super::observation::strictest;
use super::super::tables::{same_exposures, same_groups};
use super::{PartBeside, Replaced, Stack, note, word};
use crate::contact::{self, Class, Exposed, Exposure, classify};
use crate::counting::{Counting, On, Window, plus_days};
use crate::gate::compiled::Text;
use crate::gate::value::StayKind;
use crate::moment::{CivilDay, Moment};
use crate::observation::{Plan, Subject};
use crate::policy::diagnostic::both;
use crate::returnee::{Outcome, Person, Proposal, Rule, Stay, Todo, propose};

/// A day on which it is asked; which one is all the same.
const TODAY: CivilDay = CivilDay(20_000);

fn now() -> Moment {
    crate::counting::midnight(TODAY, 0)
}

/// What whoever signs shall know of lines about people.
pub(super) fn notes(stack: Stack<'_>) -> Vec<PartBeside> {
    let mut notes = returnees(stack);
    notes.extend(returnees_lost(stack));
    notes.extend(contacts(stack));
    notes.extend(contacts_lost(stack));
    notes.extend(plans(stack));
    notes.extend(plans_moved(stack));
    notes
}

/// Lines of one group and one kind of stay that have something else follow.
fn returnees(stack: Stack<'_>) -> Vec<PartBeside> {
    let pairs = stack.twice(|parts| &parts.returnee, |a, b| shared(a, b).is_some());
    pairs
        .iter()
        .filter_map(|pair| differently(stack, pair))
        .collect()
}

/// A kind of stay of which both lines speak, of the same countries and groups. Whoever says "as the
/// rule in force above" says nothing else.
fn shared(one: &Rule, other: &Rule) -> Option<StayKind> {
    let as_above = |rule: &Rule| rule.todo.contains(&Todo::RuleInForce) && rule.outcome.is_empty();
    if !same_groups(one, other) || as_above(one) || as_above(other) {
        return None;
    }
    let mut kinds = one.stay.kinds.iter().copied();
    kinds.find(|kind| other.stay.kinds.contains(kind))
}

fn differently(stack: Stack<'_>, [above, own]: &[InForce<'_, Rule>; 2]) -> Option<PartBeside> {
    let kind = shared(above.entry, own.entry)?;
    let within = [above, own].map(|line| line.entry.stay.within_days.value);
    let says = [above, own].map(|line| says(stack, line.entry));
    if within[0] == within[1] && says[0] == says[1] {
        return None;
    }
    let last = |line: &InForce<'_, Rule>| Some(last_day(line.entry, line.counting()?));
    let ago = last(above)?.min(last(own)?);
    let proposal = proposed(stack, &came(above.entry, kind, ago));
    let first = &proposal.ruled.first()?.rule.id;
    let ids = [above.entry.id.as_str(), own.entry.id.as_str()];
    let what = word("kinds", kind);
    let [zh_days, en_days] = match within[0] == within[1] {
        true => Default::default(),
        false => [
            format!("（{} 天和 {} 天内的）", within[0], within[1]),
            format!(", within {} and {} days", within[0], within[1]),
        ],
    };
    let message = both(
        format!(
            "去过{}的人{zh_days}：{} 写的是{}，{} 写的是{}。两条都适用的（例如 {ago} 天前在那里的）\
             按更严的 {first}。",
            what.zh, ids[0], says[0].zh, ids[1], says[1].zh
        ),
        format!(
            "people with a stay ({}{en_days}): {} says {}, {} says {}. To whom both apply, for \
             example with a stay {ago} days ago, the stricter does: {first}.",
            what.en, ids[0], says[0].en, ids[1], says[1].en
        ),
    );
    Some(note(ids, message))
}

/// What a line has follow, in short.
fn says(stack: Stack<'_>, rule: &Rule) -> Text {
    let each: Vec<Text> = rule.outcome.iter().map(|one| follows(stack, one)).collect();
    let todo: Vec<Text> = rule.todo.iter().map(|one| word("do", one)).collect();
    let said = match (each.is_empty(), todo.is_empty()) {
        (false, _) => joined(&each, ["或者", " or "]),
        (true, false) => joined(&todo, ["、", ", "]),
        (true, true) => both("没有要求", "nothing follows"),
    };
    match rule.cleared_by.is_empty() {
        true => said,
        false => both(
            format!("{}（有证明的除外）", said.zh),
            format!("{} (not of who shows proof)", said.en),
        ),
    }
}

fn joined(each: &[Text], [zh, en]: [&str; 2]) -> Text {
    let join = |of: fn(&Text) -> &str, with: &str| {
        let each: Vec<&str> = each.iter().map(of).collect();
        each.join(with)
    };
    both(join(|one| &one.zh, zh), join(|one| &one.en, en))
}

fn follows(stack: Stack<'_>, outcome: &Outcome) -> Text {
    let plan = outcome.plan.as_deref();
    let plan = plan.and_then(|id| stack.all.named(|parts| &parts.observation, id));
    match (plan, outcome.test_within_hours) {
        (Some(plan), _) => with_days(plan.entry),
        (None, Some(hours)) => both(
            format!("{hours} 小时内检测"),
            format!("a test within {hours} hours"),
        ),
        (None, None) => both("没有要求", "nothing"),
    }
}

/// A plan as people know it: its places and days.
fn with_days(plan: &Plan) -> Text {
    let each = plan.stage.iter().map(|stage| {
        let (kind, days) = (word("kind", stage.kind), stage.days.value);
        both(
            format!("{} {days} 天", kind.zh),
            format!("{} of {days} days", kind.en),
        )
    });
    joined(&each.collect::<Vec<_>>(), ["、", ", then "])
}

/// How many days ago the first day lies of which a line still speaks.
fn last_day(rule: &Rule, counting: &Counting) -> u16 {
    let days = rule.stay.within_days.value;
    match counting.window.value {
        Window::WithToday => days.saturating_sub(1),
        Window::BeforeToday => days,
    }
}

/// Somebody of whom a line speaks, and nothing else is known.
fn came(rule: &Rule, kind: StayKind, ago: u16) -> Person {
    Person {
        arrived: None,
        stays: vec![Stay {
            place: None,
            kinds: vec![kind],
            country: rule.stay.countries.first().cloned(),
            until: On(plus_days(TODAY, -i32::from(ago))),
        }],
        groups: rule.groups.clone(),
        tests: Vec::new(),
        green_code: None,
        green_code_with_test: None,
        temperature_normal: None,
        protected: None,
        symptoms: None,
        changed: None,
    }
}

fn proposed<'a>(stack: Stack<'a>, person: &Person) -> Proposal<'a> {
    let rules = stack.all.of(|parts| &parts.returnee);
    let table: Vec<_> = rules
        .iter()
        .filter_map(|rule| Some((rule.entry, rule.counting()?)))
        .collect();
    let named = |id: &str| Some(stack.all.named(|parts| &parts.observation, id)?.entry);
    propose(person, now(), &table, &named)
}

/// People of whom a line spoke that is replaced, and none speaks now.
fn returnees_lost(stack: Stack<'_>) -> Vec<PartBeside> {
    let replaced = stack.replaced(|parts| &parts.returnee);
    let lost = replaced.iter().flat_map(|one| {
        let rule = one.above.entry;
        let counting = one.above.counting();
        let kinds = rule.stay.kinds.iter().copied();
        kinds.filter_map(move |kind| {
            let ago = last_day(rule, counting?);
            let countries = rule.stay.countries.iter().map(Some);
            let countries: Vec<_> = match rule.stay.countries.is_empty() {
                true => vec![None],
                false => countries.collect(),
            };
            let unruled = |country: &&Option<&String>| {
                let mut person = came(rule, kind, ago);
                person.stays[0].country = country.cloned();
                proposed(stack, &person).ruled.is_empty()
            };
            let country = *countries.iter().find(unruled)?;
            Some(one.note(nobody_speaks_of(kind, country, ago)))
        })
    });
    lost.collect()
}

fn nobody_speaks_of(kind: StayKind, country: Option<&String>, ago: u16) -> Text {
    let kind = word("kinds", kind);
    let [zh, en] = country.map_or_else(Default::default, |country| {
        [format!("（{country}）"), format!(" ({country})")]
    });
    both(
        format!(
            "去过{}{zh}的人，例如 {ago} 天前在那里的，现在哪一条都没写到。",
            kind.zh
        ),
        format!(
            "of people with a stay ({}){en}, for example {ago} days ago, no line speaks any more.",
            kind.en
        ),
    )
}

/// Lines of the same exposures that make another class of somebody, or name another plan.
fn contacts(stack: Stack<'_>) -> Vec<PartBeside> {
    let pairs = stack.twice(|parts| &parts.contact, same_exposures);
    let differing = pairs.into_iter().filter_map(|[above, own]| {
        let (above, own) = (above.entry, own.entry);
        let says = [above, own].map(|rule| as_class(stack, rule));
        let names_none = [above, own].iter().any(|rule| rule.plan.is_none());
        if says[0] == says[1] || above.class == own.class && names_none {
            return None;
        }
        // Of one class the plan of the upper document is the first that is found.
        let first = match own.class > above.class {
            true => own,
            false => above,
        };
        let met = word("to", above.to.first()?);
        let ids = [above.id.as_str(), own.id.as_str()];
        let message = both(
            format!(
                "同样的接触（例如接触过{}），{} 算{}，{} 算{}。按 {}。",
                met.zh, ids[0], says[0].zh, ids[1], says[1].zh, first.id
            ),
            format!(
                "of the same exposure (for example to a {}) {} makes a {}, {} a {}: {} holds.",
                met.en, ids[0], says[0].en, ids[1], says[1].en, first.id
            ),
        );
        Some(note(ids, message))
    });
    differing.collect()
}

fn as_class(stack: Stack<'_>, rule: &contact::Rule) -> Text {
    let class = word("class", rule.class);
    let plan = plan_of(stack.all, rule);
    let plan = plan.and_then(|id| stack.all.named(|parts| &parts.observation, id));
    match plan.map(|plan| with_days(plan.entry)) {
        None => class,
        Some(days) => both(
            format!("{}（{}）", class.zh, days.zh),
            format!("{} ({})", class.en, days.en),
        ),
    }
}

/// Exposures of which a line spoke that is replaced, and that make nothing or less of somebody now.
fn contacts_lost(stack: Stack<'_>) -> Vec<PartBeside> {
    let lines = stack.all.of(|parts| &parts.contact);
    let table: Vec<_> = lines
        .iter()
        .filter_map(|line| Some((line.entry, line.counting()?)))
        .collect();
    let replaced = stack.replaced(|parts| &parts.contact);
    let lost = replaced.iter().flat_map(|one| {
        let rule = one.above.entry;
        let table = &table;
        rule.to.iter().filter_map(move |to| {
            let person = exposed(rule, *to);
            let found = classify(&person, table, now());
            let class: Option<Class> = found.applied.first().map(|(rule, _)| rule.class);
            if class >= Some(rule.class) {
                return None;
            }
            let (met, was) = (word("to", to), word("class", rule.class));
            let is = class.map_or_else(|| both("什么都不算", "nothing"), |one| word("class", one));
            Some(one.note(both(
                format!(
                    "接触过{}的人原来算{}，现在有的{}。",
                    met.zh,
                    was.zh,
                    as_now(&is.zh)
                ),
                format!(
                    "who was exposed to a {} was a {}, and some of them are {} now.",
                    met.en, was.en, is.en
                ),
            )))
        })
    });
    lost.collect()
}

fn as_now(is: &str) -> String {
    match is.starts_with('什') {
        true => is.to_owned(),
        false => format!("只算{is}"),
    }
}

/// Somebody of whom a line just speaks.
fn exposed(rule: &contact::Rule, to: contact::ExposedTo) -> Exposed {
    let back = rule.within_days.as_ref().map_or(0, |days| days.value);
    let on = plus_days(TODAY, -i32::from(back.saturating_sub(1)));
    let look_back = rule.look_back_days.as_ref().map_or(0, |days| days.value);
    Exposed {
        role: rule.roles.first().copied(),
        outside_city: Some(rule.outside_city.unwrap_or(false)),
        exposures: vec![Exposure {
            to,
            on: On(on),
            onset: Some(On(plus_days(on, i32::from(look_back)))),
            setting: rule.settings.first().copied(),
            minutes: Some(rule.minutes_at_least.as_ref().map_or(0, |one| one.value)),
            centimetres: Some(rule.centimetres_at_most.as_ref().map_or(0, |one| one.value)),
            protected: Some(!rule.unprotected),
        }],
    }
}

/// Who is observed by plans of two documents, where an order names none.
fn plans(stack: Stack<'_>) -> Vec<PartBeside> {
    // What returnees are observed by is named by the line that speaks of them.
    const WHOM: [Subject; 4] = [
        Subject::CloseContact,
        Subject::ContactOfContact,
        Subject::GeneralContact,
        Subject::Discharged,
    ];
    let differing = WHOM.into_iter().filter_map(|whom| {
        let above = strictest(stack.above.of(|parts| &parts.observation), whom)?.entry;
        let own = strictest(stack.own(|parts| &parts.observation), whom)?.entry;
        let first = strictest(stack.all.of(|parts| &parts.observation), whom)?.entry;
        if above.strictness() == own.strictness() || own.replaces.contains(&above.id) {
            return None;
        }
        let [who, above_days, own_days] = [word("whom", whom), with_days(above), with_days(own)];
        let message = both(
            format!(
                "{}：{} 写的是{}，{} 写的是{}。没有写明按哪个方案时，按更严的 {}。",
                who.zh, above.id, above_days.zh, own.id, own_days.zh, first.id
            ),
            format!(
                "{}: {} says {}, {} says {}. Where no plan is named the stricter holds, {}.",
                who.en, above.id, above_days.en, own.id, own_days.en, first.id
            ),
        );
        Some(note([&above.id, &own.id], message))
    });
    differing.collect()
}

/// Lines of documents above that name a plan which is replaced lead to the one in its place.
fn plans_moved(stack: Stack<'_>) -> Vec<PartBeside> {
    let replaced = stack.replaced(|parts| &parts.observation);
    replaced
        .iter()
        .filter_map(|one| moved(stack, one))
        .collect()
}

fn moved(stack: Stack<'_>, one: &Replaced<'_, Plan>) -> Option<PartBeside> {
    let was = one.above.entry;
    let is = stack.all.named(|parts| &parts.observation, &was.id)?.entry;
    let names = |plan: &Option<String>| plan.as_ref() == Some(&was.id);
    let returnees = stack.all.of(|parts| &parts.returnee).into_iter();
    let mut returnees = returnees.filter(|line| {
        let mut outcomes = line.entry.outcome.iter().chain(&line.entry.cleared);
        outcomes.any(|outcome| names(&outcome.plan) || names(&outcome.then))
    });
    let contacts = stack.all.of(|parts| &parts.contact).into_iter();
    let mut contacts = contacts.filter(|line| names(&line.entry.plan));
    let line = returnees.next().map(|line| &line.entry.id);
    let line = line.or_else(|| contacts.next().map(|line| &line.entry.id))?;
    if was.strictness() == is.strictness() {
        return None;
    }
    let [was, now] = [with_days(was), with_days(is)];
    Some(one.note(both(
        format!("{line} 说的人也跟着改：原来{}，现在{}。", was.zh, now.zh),
        format!(
            "whoever {line} speaks of follows it too: it was {}, now {}.",
            was.en, now.en
        ),
    )))
}

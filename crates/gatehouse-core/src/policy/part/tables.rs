//! Tables whose lines leave a hole or say a thing twice: people who come back, contacts, stages,
//! days of keeping, ends of closed places. Lines of one table may well speak of one person:
//! then the strictest holds.

use super::Parts;
use super::checks::Complain;
use super::layers::{InForce, in_force};
use crate::contact;
use crate::gate::fact::words;
use crate::gate::value::StayKind;
use crate::policy::diagnostic::both;
use crate::returnee::{Rule, StayWanted};

/// Complains about each of them.
pub(super) fn complain(parts: &Parts, complain: &mut Complain<'_>) {
    returnees(&in_force([parts], |parts| &parts.returnee), complain);
    contacts(parts, complain);
    stages(parts, complain);
    keeping(parts, complain);
    lifting(parts, complain);
}

/// A line of the returnee table speaks of some days, no other speaks of the same stays and groups,
/// and a country that one line leaves out stands in another.
fn returnees(rules: &[InForce<'_, Rule>], complain: &mut Complain<'_>) {
    for rule in rules {
        if rule.entry.stay.within_days.value == 0 {
            let message = words(
                "`within_days` 至少一天。",
                "`within_days` is at least one day",
            );
            complain.say("P031", rule.span, message);
        }
        for country in &rule.entry.stay.countries_except {
            let mut kinds = rule.entry.stay.kinds.iter();
            if let Some(kind) = kinds.find(|kind| !is_ruled(rules, **kind, country)) {
                let message = both(
                    format!("从 {country} 来的人（{}）哪一条都没写到。", kind.name()),
                    format!("no line speaks of people from {country} ({})", kind.name()),
                );
                complain.say("P031", rule.span, message);
            }
        }
    }
    for [other, rule] in twice(rules, same_people) {
        let other = &other.entry.id;
        let message = both(
            format!("和 {other} 说的是同一些人，天数重叠。"),
            format!("the same stays as {other}: their days overlap"),
        );
        complain.say("P031", rule.span, message);
    }
}

/// Lines of a table that speak of the same, the one that stands first before the other.
pub(super) fn twice<'a, T>(
    lines: &[InForce<'a, T>],
    is_same: impl Fn(&T, &T) -> bool,
) -> Vec<[InForce<'a, T>; 2]> {
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let before = lines[..at].iter();
        let before = before.filter(|other| is_same(other.entry, line.entry));
        found.extend(before.map(|other| [*other, *line]));
    }
    found
}

/// Whether two lines speak of the same stays and groups.
fn same_people(one: &Rule, other: &Rule) -> bool {
    one.stay.kinds == other.stay.kinds && same_groups(one, other)
}

/// Whether two lines speak of the same countries and groups.
pub(super) fn same_groups(one: &Rule, other: &Rule) -> bool {
    one.stay.countries == other.stay.countries
        && one.stay.countries_except == other.stay.countries_except
        && one.groups == other.groups
}

/// Whether a line for everybody speaks of stays of a kind in a country.
fn is_ruled(rules: &[InForce<'_, Rule>], kind: StayKind, country: &String) -> bool {
    let speaks = |stay: &StayWanted| {
        let named = stay.countries.is_empty() || stay.countries.contains(country);
        stay.kinds.contains(&kind) && named && !stay.countries_except.contains(country)
    };
    let mut rules = rules.iter().filter(|rule| rule.entry.groups.is_empty());
    rules.any(|rule| speaks(&rule.entry.stay))
}

/// No two lines make different things of one exposure.
fn contacts(parts: &Parts, complain: &mut Complain<'_>) {
    let lines = in_force([parts], |parts| &parts.contact);
    for [other, rule] in twice(&lines, same_exposures) {
        let other = &other.entry.id;
        let message = both(
            format!("和 {other} 说的是同一种接触。"),
            format!("the same exposures as {other}"),
        );
        complain.say("P031", rule.span, message);
    }
}

/// Whether two lines speak of the same exposures, whatever follows of it and whichever clause says
/// so.
pub(super) fn same_exposures(one: &contact::Rule, other: &contact::Rule) -> bool {
    fn asked(rule: &contact::Rule) -> impl PartialEq + '_ {
        // Each field named: one that comes to be is thought of here.
        let contact::Rule {
            id: _,
            source: _,
            below: _,
            replaces: _,
            class: _,
            to,
            look_back_days,
            within_days,
            settings,
            minutes_at_least,
            centimetres_at_most,
            unprotected,
            roles,
            outside_city,
            plan: _,
            todo: _,
        } = rule;
        (
            (to, settings, roles, unprotected, outside_city),
            look_back_days.as_ref().map(|days| days.value),
            within_days.as_ref().map(|days| days.value),
            minutes_at_least.as_ref().map(|minutes| minutes.value),
            centimetres_at_most.as_ref().map(|near| near.value),
        )
    }
    asked(one) == asked(other)
}

/// Each stage stands once on the ladder.
fn stages(parts: &Parts, complain: &mut Complain<'_>) {
    let Some(ladder) = &parts.stages else {
        return;
    };
    for (at, stage) in ladder.ladder.iter().enumerate() {
        if ladder.ladder[..at].contains(stage) {
            let message = words(
                "`[stages]` 里有一级写了两次。",
                "a stage stands twice in `[stages]`",
            );
            complain.say("P033", &(0..0), message);
        }
    }
}

/// One entry for a kind of record.
fn keeping(parts: &Parts, complain: &mut Complain<'_>) {
    let entries = in_force([parts], |parts| &parts.retention);
    for [_, entry] in twice(&entries, |one, other| one.record == other.record) {
        let message = words(
            "这一类记录保存几天写了两次。",
            "this kind of record has an entry already",
        );
        complain.say("P035", entry.span, message);
    }
}

/// One end for a kind of closed place.
fn lifting(parts: &Parts, complain: &mut Complain<'_>) {
    let entries = in_force([parts], |parts| &parts.lift);
    for [_, entry] in twice(&entries, |one, other| one.of == other.of) {
        let message = words(
            "同一种封闭什么时候解除写了两次。",
            "when this is lifted stands twice",
        );
        complain.say("P031", entry.span, message);
    }
}

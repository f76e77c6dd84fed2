//! Tables whose lines leave a hole or say a thing twice: people who come back, contacts, stages,
//! days of keeping, ends of closed places. Lines of one table may well speak of one person:
//! then the strictest holds.

use super::checks::Complain;
use super::{Parts, Spanned};
use crate::gate::fact::words;
use crate::gate::value::StayKind;
use crate::policy::diagnostic::both;
use crate::returnee::{Rule, StayWanted};

/// Complains about each of them.
pub(super) fn complain(parts: &Parts, complain: &mut Complain<'_>) {
    returnees(&parts.returnee, complain);
    contacts(parts, complain);
    stages(parts, complain);
    keeping(parts, complain);
    lifting(parts, complain);
}

/// A line of the returnee table speaks of some days, no other speaks of the same stays and groups,
/// and a country that one line leaves out stands in another.
fn returnees(rules: &[Spanned<Rule>], complain: &mut Complain<'_>) {
    for (at, rule) in rules.iter().enumerate() {
        if rule.stay.within_days.value == 0 {
            let message = words(
                "`within_days` 至少一天。",
                "`within_days` is at least one day",
            );
            complain.say("P031", &rule.span, message);
        }
        let is_same = |other: &&Spanned<Rule>| {
            let (one, other_stay) = (&rule.stay, &other.stay);
            one.kinds == other_stay.kinds
                && one.countries == other_stay.countries
                && one.countries_except == other_stay.countries_except
                && other.groups == rule.groups
        };
        if let Some(other) = rules[..at].iter().find(is_same) {
            let message = both(
                format!("和 {} 说的是同一些人，天数重叠。", other.id),
                format!("the same stays as {}: their days overlap", other.id),
            );
            complain.say("P031", &rule.span, message);
        }
        for country in &rule.stay.countries_except {
            let mut others = rule.stay.kinds.iter();
            if let Some(kind) = others.find(|kind| !is_ruled(rules, **kind, country)) {
                let message = both(
                    format!("从 {country} 来的人（{}）哪一条都没写到。", kind.name()),
                    format!("no line speaks of people from {country} ({})", kind.name()),
                );
                complain.say("P031", &rule.span, message);
            }
        }
    }
}

/// Whether a line for everybody speaks of stays of a kind in a country.
fn is_ruled(rules: &[Spanned<Rule>], kind: StayKind, country: &String) -> bool {
    let speaks = |stay: &StayWanted| {
        let named = stay.countries.is_empty() || stay.countries.contains(country);
        stay.kinds.contains(&kind) && named && !stay.countries_except.contains(country)
    };
    let mut rules = rules.iter().filter(|rule| rule.groups.is_empty());
    rules.any(|rule| speaks(&rule.stay))
}

/// No two lines make different things of one exposure.
fn contacts(parts: &Parts, complain: &mut Complain<'_>) {
    for (at, rule) in parts.contact.iter().enumerate() {
        let mut alike = rule.entry.clone();
        let is_same = |other: &&Spanned<crate::contact::Rule>| {
            // But for what follows of it.
            alike.id.clone_from(&other.id);
            alike.source.clone_from(&other.source);
            alike.below = other.below;
            alike.replaces.clone_from(&other.replaces);
            alike.class = other.class;
            alike.plan.clone_from(&other.plan);
            alike.todo.clone_from(&other.todo);
            alike == other.entry
        };
        let twice = parts.contact[..at].iter().find(is_same);
        if let Some(other) = twice {
            let message = both(
                format!("和 {} 说的是同一种接触。", other.id),
                format!("the same exposures as {}", other.id),
            );
            complain.say("P031", &rule.span, message);
        }
    }
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
    for (at, entry) in parts.retention.iter().enumerate() {
        let mut before = parts.retention[..at].iter();
        if before.any(|other| other.record == entry.record) {
            let message = words(
                "这一类记录保存几天写了两次。",
                "this kind of record has an entry already",
            );
            complain.say("P035", &entry.span, message);
        }
    }
}

/// One end for a kind of closed place.
fn lifting(parts: &Parts, complain: &mut Complain<'_>) {
    for (at, entry) in parts.lift.iter().enumerate() {
        if parts.lift[..at].iter().any(|other| other.of == entry.of) {
            let message = words(
                "同一种封闭什么时候解除写了两次。",
                "when this is lifted stands twice",
            );
            complain.say("P031", &entry.span, message);
        }
    }
}

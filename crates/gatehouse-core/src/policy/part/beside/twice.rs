//! One number that two documents say differently: days of keeping and of passes, ends of closed
//! places, due times of reports, the order of levels.

use super::{PartBeside, Stack, note, word};
use crate::gate::compiled::Text;
use crate::measure::Due;
use crate::policy::diagnostic::both;
use crate::reporting::Report;

/// What whoever signs shall know of such entries.
pub(super) fn notes(stack: Stack<'_>) -> Vec<PartBeside> {
    let mut notes = keeping(stack);
    notes.extend(passes(stack));
    notes.extend(lifting(stack));
    notes.extend(reports(stack));
    notes.extend(stages(stack));
    notes
}

/// An entry with its days.
type Days<'a> = (&'a str, u16);

/// Two entries of days, of which the fewest hold.
fn fewest(what: &Text, [above, own]: [Days<'_>; 2]) -> Option<PartBeside> {
    if above.1 == own.1 {
        return None;
    }
    let (first, days) = if own.1 < above.1 { own } else { above };
    let message = both(
        format!(
            "{}：{} 写 {} 天，{} 写 {} 天。按短的：{days} 天（{first}）。",
            what.zh, above.0, above.1, own.0, own.1
        ),
        format!(
            "{}: {} says {} days, {} says {}. The fewest hold: {days} days ({first}).",
            what.en, above.0, above.1, own.0, own.1
        ),
    );
    Some(note([above.0, own.0], message))
}

fn keeping(stack: Stack<'_>) -> Vec<PartBeside> {
    let pairs = stack.twice(
        |parts| &parts.retention,
        |one, other| one.record == other.record,
    );
    let differing = pairs.into_iter().filter_map(|pair| {
        let what = word("record", pair[0].entry.record);
        let what = both(
            format!("{}保存多久", what.zh),
            format!("how long records are kept ({})", what.en),
        );
        fewest(
            &what,
            pair.map(|one| (one.entry.id.as_str(), one.entry.days.value)),
        )
    });
    differing.collect()
}

fn passes(stack: Stack<'_>) -> Vec<PartBeside> {
    let pairs = stack.twice(|parts| &parts.pass, |one, other| one.kind == other.kind);
    let differing = pairs.into_iter().filter_map(|pair| {
        let what = word("kind", pair[0].entry.kind);
        let what = both(
            format!("{}证有效多久", what.zh),
            format!("how long passes hold ({})", what.en),
        );
        fewest(
            &what,
            pair.map(|one| (one.entry.id.as_str(), one.entry.days.value)),
        )
    });
    differing.collect()
}

/// Both ends are told; whoever decides has the later one to wait for, should both be kept to.
fn lifting(stack: Stack<'_>) -> Vec<PartBeside> {
    let pairs = stack.twice(|parts| &parts.lift, |one, other| one.of == other.of);
    let differing = pairs.into_iter().filter_map(|pair| {
        let [above, own] = pair.map(|one| (&*one.entry.id, one.entry.quiet_days.value));
        if above.1 == own.1 {
            return None;
        }
        let what = word("of", pair[0].entry.of);
        let later = if own.1 > above.1 { own } else { above };
        let message = both(
            format!(
                "{}解除前要连续几天没有新病例：{} 写 {} 天，{} 写 {} 天。两个日子都会列出来，\
                 都做到要等 {} 天（{}）。",
                what.zh, above.0, above.1, own.0, own.1, later.1, later.0
            ),
            format!(
                "days without a new case before a {} is lifted: {} says {}, {} says {}. Both days \
                 are told; to keep to both is to wait {} days ({}).",
                what.en, above.0, above.1, own.0, own.1, later.1, later.0
            ),
        );
        Some(note([above.0, own.0], message))
    });
    differing.collect()
}

/// Reports of the same figures by the same office to the same: both are owed.
fn reports(stack: Stack<'_>) -> Vec<PartBeside> {
    let is_same = |one: &Report, other: &Report| {
        !one.figures.is_empty()
            && one.figures == other.figures
            && one.stages == other.stages
            && (&one.by.value, &one.to.value) == (&other.by.value, &other.to.value)
            && (one.due.kind, one.due.after) == (other.due.kind, other.due.after)
    };
    let pairs = stack.twice(|parts| &parts.report, is_same);
    let differing = pairs.into_iter().filter_map(|pair| {
        let times = |due: &Due| (due.hours, due.days, due.by.clone());
        let [above, own] = pair.map(|one| one.entry);
        if times(&above.due) == times(&own.due) {
            return None;
        }
        let message = both(
            format!(
                "{} 和 {} 要报同样的数字给同样的人，期限不一样：两份都要报。",
                above.id, own.id
            ),
            format!(
                "{} and {} tell the same figures to the same people, due at other times: both are \
                 owed.",
                above.id, own.id
            ),
        );
        Some(note([&above.id, &own.id], message))
    });
    differing.collect()
}

/// Two levels of which another one is the higher in each document: each climbs its own ladder.
fn stages(stack: Stack<'_>) -> Option<PartBeside> {
    let own = stack.own.stages.as_ref()?;
    let measures = stack.above.of(|parts| &parts.measure).into_iter();
    let mut upside_down = measures.filter_map(|measure| {
        let above = measure.parts.stages.as_ref()?;
        let pairs = own.ladder.iter().enumerate();
        let mut pairs =
            pairs.flat_map(|(at, low)| own.ladder[at..].iter().map(move |up| (low, up)));
        let (low, up) = pairs.find(|(low, up)| {
            above.height(**low) > above.height(**up) && above.height(**up).is_some()
        })?;
        Some((measure, *low, *up))
    });
    let (measure, low, up) = upside_down.next()?;
    let first = stack.own.measure.first()?;
    let [low, up] = [low, up].map(|stage| word("ladder", stage));
    let message = both(
        format!(
            "{} 的文件里“{}”比“{}”高，{} 的文件里相反：各按自己的文件算。",
            measure.entry.id, low.zh, up.zh, first.id
        ),
        format!(
            "in the document of {} \"{}\" stands above \"{}\", in that of {} below: each goes by \
             its own.",
            measure.entry.id, low.en, up.en, first.id
        ),
    );
    Some(note([&measure.entry.id, &first.id], message))
}

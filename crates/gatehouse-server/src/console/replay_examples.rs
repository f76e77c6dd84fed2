//! Examples of a replay in words: when, where, who and which way as the caller may see it, and by
//! which rows it was decided then and would be under the draft.

use super::crossing_line::way_key;
use super::replay_figures::{Mark, mark, number, way_id};
use crate::auth::access::AreaInScope;
use crate::ops::replay::examples::AttemptSeen;
use crate::ops::replay::{AttemptNamed, Report};
use crate::page::Frame;
use crate::times::Times;
use gatehouse_core::gate::wording::{Lang, sentence};
use std::collections::BTreeMap;

/// Of one change, or of what its own rules decide otherwise.
pub struct Examples {
    /// Where it stands on the page.
    pub id: String,
    /// From which verdict to which; none for the latter.
    pub marks: Vec<Mark>,
    /// How many there are in all.
    pub count: String,
    /// The first ones.
    pub first: Vec<ExampleLine>,
    /// The others.
    pub more: Vec<ExampleLine>,
}

/// One attempt.
pub struct ExampleLine {
    /// Its page, where the caller may open it.
    pub href: Option<String>,
    /// When and where.
    pub at: String,
    /// Who, which way, from which door.
    pub who: String,
    /// By which row under the draft.
    pub after: Option<RowInWords>,
    /// By which row then.
    pub before: Option<RowInWords>,
}

/// A row of the rules.
pub struct RowInWords {
    /// What the guard says.
    pub say: String,
    /// Its id and clause.
    pub source: String,
}

/// Examples of a change that are open on a page; two are enough to see what it is about.
const FIRST: usize = 2;

/// What an example is read with.
pub struct Shown<'a> {
    /// The report.
    pub report: &'a Report,
    /// The examples, as far as the caller may see them.
    pub seen: &'a BTreeMap<String, AttemptSeen>,
    /// Where the caller may open them.
    pub area: Option<&'a AreaInScope>,
    /// The clock.
    pub times: Times,
}

impl Shown<'_> {
    /// All examples, the most frequent change first, what cannot be known last.
    pub fn examples(&self, frame: &Frame) -> Vec<Examples> {
        let mut changes: Vec<_> = self.report.changes.iter().collect();
        changes.sort_by_key(|change| {
            let way = &change.way;
            (way.to.is_none(), std::cmp::Reverse(way.attempts))
        });
        let changes = changes.into_iter().map(|change| {
            let (from, to) = (change.way.from, change.way.to);
            let marks = vec![mark(Some(from), frame.lang), mark(to, frame.lang)];
            let count = number(change.way.attempts);
            self.group(way_id(from, to), marks, count, &change.examples, frame)
        });
        let unlike = (!self.report.unlike.is_empty()).then(|| {
            let count = number(self.report.not_reproduced);
            let (id, unlike) = ("unlike".to_owned(), &self.report.unlike);
            self.group(id, Vec::new(), count, unlike, frame)
        });
        changes.chain(unlike).collect()
    }

    fn group(
        &self,
        id: String,
        marks: Vec<Mark>,
        count: String,
        attempts: &[AttemptNamed],
        frame: &Frame,
    ) -> Examples {
        let mut lines: Vec<ExampleLine> =
            attempts.iter().map(|one| self.line(one, frame)).collect();
        let more = lines.split_off(FIRST.min(lines.len()));
        Examples {
            id,
            marks,
            count,
            first: lines,
            more,
        }
    }

    fn line(&self, one: &AttemptNamed, frame: &Frame) -> ExampleLine {
        let gates = &self.report.gates;
        let gate = gates.iter().find(|gate| gate.gate == one.gate);
        let gate = gate.map_or("", |gate| gate.name.as_str());
        let seen = self.seen.get(&one.crossing);
        let href = |area: &AreaInScope| format!("/areas/{}/crossings/{}", area.area, one.crossing);
        ExampleLine {
            href: self.area.filter(|_| seen.is_some()).map(href),
            at: format!("{} · {gate}", self.times.moment(one.at)),
            who: seen.map_or_else(String::new, |seen| who(seen, frame)),
            after: self.row(&one.after, true, frame.lang),
            before: self.row(&one.before, false, frame.lang),
        }
    }

    fn row(&self, id: &str, under_draft: bool, lang: Lang) -> Option<RowInWords> {
        if id.is_empty() {
            return None;
        }
        let words = self.report.words_of(id, under_draft);
        let say = words.and_then(|words| words.say.as_ref()).map(|say| {
            let nothing = |_: &str| None;
            sentence(lang.of(say), lang, &nothing).text
        });
        Some(RowInWords {
            say: say.unwrap_or_default(),
            source: self.report.row_name(id, under_draft, lang),
        })
    }
}

fn who(seen: &AttemptSeen, frame: &Frame) -> String {
    let way = frame.t(way_key(seen.way));
    let parts = [Some(seen.kind.to_owned()), Some(way), seen.door.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

//! Concluding a case: what really happened is recorded; a later word about it is a further record.

use super::case::Case;
use super::input::{Change, EmergencyKind, OverrulingReason};
use super::present::needs_reason;
use super::record::crossing;
use super::shift::Counted;
use super::turn::Turn;
use super::view::{Notice, View, code};
use super::{EARLY_HELD, Early, Finished, RECENT_HELD, RecentRow, words};
use crate::gate::decide::Ground;
use crate::gate::{Fact, Outcome, Value, Verdict, Way};
use crate::planted::{Planted, is_planted};
use crate::wire::EventBody;

impl Turn<'_> {
    pub(super) fn finish(&mut self, outcome: Outcome, reason: Option<OverrulingReason>) -> View {
        let Some(case) = self.device.case.take() else {
            return View::Notice(Notice::plain(code::NO_CASE, words::ERROR_NO_CASE));
        };
        if self.device.list.is_none() {
            // Without the list the record could not say by which policy it was decided.
            self.device.case = Some(case);
            return View::Notice(Notice::new(code::NO_LIST, words::NO_LIST));
        }
        if !case.candidates.is_empty() || (needs_reason(&case, outcome) && reason.is_none()) {
            let words = match case.candidates.is_empty() {
                true => words::ERROR_REASON,
                false => words::LOOKUP_HOW,
            };
            self.device.case = Some(case);
            return View::Notice(Notice::plain(code::REASON, words));
        }
        match &case.reopened {
            Some(reopened) => {
                let seq = reopened.seq;
                self.change(seq, &Change::Outcome { outcome, reason });
            }
            None => self.record(case, outcome, reason),
        }
        View::Case
    }

    pub(super) fn amend(&mut self, seq: u64, change: &Change) -> View {
        if seq == 0 || seq > self.device.chain.last_seq() {
            return View::Notice(Notice::plain(code::AMEND, words::ERROR_NOTHING));
        }
        self.change(seq, change);
        let words = match change {
            Change::Undo {} => words::UNDONE,
            Change::Outcome { .. } | Change::Emergency { .. } => words::CHANGED,
        };
        View::Notice(Notice::plain(code::CHANGED, words))
    }

    /// A further event that names the earlier one, and what follows here: figures, counts, marks.
    fn change(&mut self, seq: u64, change: &Change) {
        let body = EventBody::Amendment {
            of: seq,
            change: change.clone(),
        };
        self.append(body, None);
        let Some(row) = self.device.recent.iter_mut().find(|row| row.seq == seq) else {
            return;
        };
        if row.undone {
            return;
        }
        let before = row.clone();
        match change {
            Change::Undo {} => row.undone = true,
            Change::Outcome { outcome, .. } => row.outcome = *outcome,
            Change::Emergency { .. } => return,
        }
        let (after, shift) = (row.clone(), self.device.shift.as_ref());
        if shift.is_none_or(|shift| shift.since_at <= before.at.millis) {
            self.device.tally.remove(before.counted());
            if !after.undone {
                self.device.tally.add(after.counted());
            }
        }
        if after.undone || after.outcome != Outcome::Crossed {
            self.device.outings.take_back(seq);
            if let Some(pass) = before.pass {
                self.device.seen.forget(pass);
            }
        }
    }

    pub(super) fn emergency(&mut self, way: Way, what: EmergencyKind) -> View {
        let early = Early {
            at: self.now,
            way,
            what,
        };
        let mut case = self.device.case.take().filter(|c| c.reopened.is_none());
        if is_planted(Planted::EmergencyNeedsList) && self.device.list.is_none() {
            return View::EmergencyDone;
        }
        if self.device.enrolled.is_none() {
            // Nobody's chain yet; written down as soon as there is one.
            if self.device.early.len() < EARLY_HELD {
                self.device.early.push(early);
            }
            self.device.tally.add(Counted {
                way,
                kind: None,
                outcome: Outcome::Crossed,
                emergency: true,
                day: self.now.day(),
            });
            return View::EmergencyDone;
        }
        if let Some(case) = &mut case {
            // An order may have ended since the case was decided.
            self.fill(case);
        }
        self.record_emergency(early, case);
        View::EmergencyDone
    }

    pub(super) fn record_emergency(&mut self, early: Early, case: Option<Case>) {
        let mut case = case.unwrap_or_else(|| Case::new(early.way, early.at));
        case.situation.moment = early.at;
        case.situation
            .set(Fact::Way, Value::Choice(early.way as u8));
        case.situation.set(Fact::Emergency, Value::Flag(true));
        case.verdict = Verdict::Admit;
        self.record_as(case, Outcome::Crossed, None, Some(early.what));
    }

    pub(super) fn record(
        &mut self,
        case: Case,
        outcome: Outcome,
        reason: Option<OverrulingReason>,
    ) {
        self.record_as(case, outcome, reason, None);
    }

    fn record_as(
        &mut self,
        mut case: Case,
        outcome: Outcome,
        reason: Option<OverrulingReason>,
        what: Option<EmergencyKind>,
    ) {
        let emergency = case.situation.is_emergency();
        let decision = self.device.decide(&case);
        let mut body = crossing(self.device, &case, &decision, outcome);
        body.overruling_reason = reason;
        body.emergency = what;
        // Without a document in force nothing personal is recorded (design §2); an emergency is
        // followed up whatever is in force.
        let personal = decision.ground != Ground::NoPolicy;
        if !personal {
            body.pass = None;
        }
        let details = std::mem::take(&mut case.details);
        let body = EventBody::Crossing(Box::new(body));
        match personal {
            true => self.append_private(body, case.concerned(), case.household, details),
            false => self.append(body, None),
        }
        let seq = self.device.chain.last_seq();
        if outcome == Outcome::Crossed {
            if let Some(pass) = case.pass {
                self.device.seen.crossed(pass, case.way(), self.now);
            }
            self.device.outings.crossed(seq, &case, self.now);
        }
        let row = RecentRow {
            seq,
            at: case.situation.moment,
            way: case.way(),
            kind: case.kind(),
            outcome,
            emergency,
            undone: false,
            pass: case.pass,
        };
        self.device.tally.add(row.counted());
        self.device.recent.insert(0, row);
        self.device.recent.truncate(RECENT_HELD);
        self.device.finished = Some(Finished {
            seq,
            at_millis: self.now.millis,
            case,
        });
    }
}

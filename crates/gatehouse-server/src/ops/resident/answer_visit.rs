//! The household says yes or no: on its page, or by telephone to the guard, who writes it down.

use super::find_resident::ResidentCaller;
use super::register_visit::BY_VISITOR;
use crate::app::App;
use crate::auth::access::GateInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::make_pass::Desk;
use crate::ops::note::note;
use crate::ops::tell_person::tell_visitor;
use gatehouse_core::id::HouseholdId;
use gatehouse_store::visit::{VisitAnswer, VisitRow};
use gatehouse_store::{Lane, StoreError, Tx};

/// Most visits to come that are ended with a home; a household has far fewer open.
const ENDED_MOST: u32 = 500;

/// An answer as a page sends it.
#[derive(Clone, Copy, Debug)]
pub struct Answering {
    /// To which visit.
    pub visit: [u8; 16],
    /// What stood there when the page was made: yes, no, or nothing yet.
    pub read: Option<bool>,
    /// Yes or no.
    pub is_yes: bool,
}

impl Answering {
    /// As a form sends it: what was read and what is said, in words.
    pub fn of(visit: [u8; 16], read: &str, answer: &str) -> Option<Answering> {
        let word = |word: &str| match word {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        Some(Answering {
            visit,
            read: word(read),
            is_yes: word(answer)?,
        })
    }
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It stands there.
    Done,
    /// Another word was written down since the page was made; nothing was changed. What stands
    /// there now.
    Stale {
        /// Yes or no; `None` where nothing does.
        now: Option<bool>,
    },
}

/// On the household's own page.
///
/// # Errors
/// Not found for a visit to another door.
pub async fn answer_on_page(
    app: &App,
    resident: &ResidentCaller,
    asked: Answering,
) -> Result<Heard, OpError> {
    let household = resident.household.ok_or(OpError::NotFound)?;
    let shard = resident.shard;
    let answer = VisitAnswer {
        is_yes: asked.is_yes,
        how: "page".to_owned(),
        at: app.world.now_millis(),
        staff: None,
    };
    let write = move |tx: &Tx<'_>| {
        let known = tx.visit(shard, asked.visit)?;
        let known = known.filter(|known| known.household == Some(household));
        let Some(known) = known else {
            return Ok(None);
        };
        take_down(tx, &known, asked.read, &answer).map(Some)
    };
    let heard = app.store.write(Lane::People, write).await?;
    heard.ok_or(OpError::NotFound)
}

/// By telephone, written down at the gate.
///
/// # Errors
/// Not found for a visit of another gate.
pub async fn answer_by_phone(
    app: &App,
    caller: &Caller,
    gate: &GateInScope,
    asked: Answering,
) -> Result<Heard, OpError> {
    let (shard, gate, staff) = (gate.shard, gate.gate, caller.staff);
    let answer = VisitAnswer {
        is_yes: asked.is_yes,
        how: "phone".to_owned(),
        at: app.world.now_millis(),
        staff: Some(staff),
    };
    let write = move |tx: &Tx<'_>| {
        let known = tx.visit(shard, asked.visit)?;
        let known = known.filter(|known| known.gate == gate);
        let Some(known) = known else {
            return Ok(None);
        };
        let heard = take_down(tx, &known, asked.read, &answer)?;
        if heard == Heard::Done {
            let about = &asked.visit;
            note(tx, Some(shard), staff, answer.at, "visit.answer", about)?;
        }
        Ok::<_, StoreError>(Some(heard))
    };
    let heard = app.store.write(Lane::People, write).await?;
    heard.ok_or(OpError::NotFound)
}

/// Nobody lives there any more, so nobody is expected: whoever was, or asked to come, hears no.
///
/// # Errors
/// The database's.
pub(in crate::ops) fn end_visits(
    desk: &Desk<'_>,
    household: HouseholdId,
) -> Result<(), StoreError> {
    let (tx, shard, today) = (desk.tx, desk.shard, desk.now.day());
    let answer = VisitAnswer {
        is_yes: false,
        how: "home_empty".to_owned(),
        at: desk.now.millis,
        staff: desk.staff,
    };
    for known in tx.visits_of_household(shard, household, today, ENDED_MOST)? {
        take_down(tx, &known, known.said(), &answer)?;
    }
    Ok(())
}

/// Writes the answer down where the word that was read still stands. Whoever registered
/// themselves is told when it is new or another one; whom a household expects hears it from the
/// household.
fn take_down(
    tx: &Tx<'_>,
    known: &VisitRow,
    read: Option<bool>,
    answer: &VisitAnswer,
) -> Result<Heard, StoreError> {
    let said = known.answer.as_ref().map(|before| before.is_yes);
    if said == Some(answer.is_yes) {
        // A double click, or both said the same.
        return Ok(Heard::Done);
    }
    if !tx.answer_visit(known.shard, known.visit, read, answer)? {
        return Ok(Heard::Stale { now: said });
    }
    if known.registered_by == BY_VISITOR {
        tell_visitor(tx, known, answer.is_yes, answer.at)?;
    }
    Ok(Heard::Done)
}

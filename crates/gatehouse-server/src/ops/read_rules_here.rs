//! The rules in force at an area and what starts next, with the gates that they hang at.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use crate::ops::keep_contacts::contacts_for_poster;
use crate::ops::read_opening::END_AHEAD_MILLIS;
use crate::ops::read_policies::{Proposal, Rules, Stretch, read_force_with};
use crate::ops::read_stages::{read_stages, stages_at};
use gatehouse_core::area::ManagerKind;
use gatehouse_core::id::AreaId;
use gatehouse_core::measure::StageSpell;
use gatehouse_core::moment::Moment;
use gatehouse_core::policy::answers::Place;
use gatehouse_core::policy::{PolicyDocument, parameter_in_force};
use gatehouse_core::wire::Span;
use gatehouse_store::area_contact::AreaContact;
use gatehouse_store::gate::GateRow;
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::{ReadTx, StoreError};

/// How far ahead a page tells what begins.
const AHEAD_MILLIS: i64 = 90 * 86_400_000;

/// What a page, a poster or a guard's card is made of.
#[derive(Debug)]
pub struct RulesHere {
    /// What holds now; `None` where there is no restriction.
    pub now: Option<Rules>,
    /// Every document that holds now, those without a say at the gate too, upper areas first.
    pub in_force: Vec<(PolicyForceRow, PolicyDocument)>,
    /// What begins later, nearest first; an end after which nobody is restricted too.
    pub next: Vec<Stretch>,
    /// Gates of the area itself, open ones first.
    pub gates: Vec<GateRow>,
    /// Who answers, as the poster names them.
    pub contacts: Vec<AreaContact>,
    /// `compound` or `village`, when, and at which level.
    pub place: Place,
    /// The levels and phases decided for here: from when until when.
    pub stages: Vec<StageSpell>,
    /// Names of the areas where documents were put in force, by their ids.
    pub names: Vec<(AreaId, String)>,
}

impl RulesHere {
    /// The gate whose poster is printed where none is named.
    pub fn first_gate(&self) -> Option<&GateRow> {
        self.gates.first()
    }

    /// What a paper rests on: the rules of its gate, or what holds where nothing is asked there.
    pub fn documents(&self) -> Vec<&PolicyDocument> {
        match &self.now {
            Some(rules) => rules.documents.iter().collect(),
            None => self.in_force.iter().map(|(_, document)| document).collect(),
        }
    }

    /// The place as it is at another moment: when, and at which level.
    pub fn place_at(&self, at: i64) -> Place {
        Place {
            moment: Moment::new(at, self.place.moment.offset_minutes),
            stages: stages_at(&self.stages, at).map(|held| held.map(|one| one.stage)),
            ..self.place
        }
    }

    /// The level and the phase decided for here, where what holds goes by them.
    pub fn stages_followed(&self) -> impl Iterator<Item = StageSpell> {
        let documents = self.documents();
        let held = stages_at(&self.stages, self.place.moment.millis);
        let held = held.into_iter().flatten();
        held.filter(move |spell| {
            let scale = spell.stage.scale();
            documents.iter().any(|document| document.goes_by(scale))
        })
    }
}

/// Reads them as they are now, or at a later moment: what begins in the morning is printed in the
/// evening.
///
/// # Errors
/// [`OpError::NotFound`] for a moment that has passed or is too far ahead.
pub async fn read_rules_here(
    app: &App,
    area: &AreaInScope,
    later: Option<i64>,
) -> Result<RulesHere, OpError> {
    let now = app.world.now_millis();
    let at = later.unwrap_or(now);
    if at < now || at > now.saturating_add(AHEAD_MILLIS) {
        return Err(OpError::NotFound);
    }
    let (id, offset) = (area.area, area.offset_minutes);
    let read = move |tx: &ReadTx<'_>| rules_at(tx, id, Moment::new(at, offset));
    Ok(app.store.read(read).await?)
}

/// What holds at a compound or village at a moment.
pub fn rules_at(tx: &ReadTx<'_>, id: AreaId, moment: Moment) -> Result<RulesHere, StoreError> {
    rules_with(tx, id, moment, None)
}

/// The same as if a proposal were approved.
pub(super) fn rules_with(
    tx: &ReadTx<'_>,
    id: AreaId,
    moment: Moment,
    proposal: Option<&Proposal>,
) -> Result<RulesHere, StoreError> {
    let now = moment.millis;
    let path = tx.area_path(id)?;
    let shard = path.last().and_then(|area| area.shard);
    let run_by = path.last().and_then(|area| area.manager.as_deref());
    let is_village = run_by == Some(ManagerKind::VillageCommittee.code());
    let ids: Vec<AreaId> = path.iter().map(|area| area.area).collect();
    let stages = read_stages(tx, &ids, now)?;
    let until = now.saturating_add(AHEAD_MILLIS);
    let force = read_force_with(tx, &path, (now, until), proposal)?;
    let (now_held, next) = now_and_next(force.stretches(now, until), now, &stages);
    let mut gates = match shard {
        Some(shard) => tx.gates_of_area(shard, id)?,
        None => Vec::new(),
    };
    let contacts = match shard {
        Some(shard) => contacts_for_poster(tx, shard, &ids)?,
        None => Vec::new(),
    };
    gates.retain(|gate| gate.state != "ended");
    gates.sort_by_key(|gate| gate.state != "open");
    Ok(RulesHere {
        now: now_held,
        in_force: force.held(now),
        next,
        gates,
        contacts,
        place: Place {
            kind: if is_village { "village" } else { "compound" },
            moment,
            stages: stages_at(&stages, now).map(|held| held.map(|one| one.stage)),
        },
        stages,
        names: path
            .into_iter()
            .map(|area| (area.area, area.name))
            .collect(),
    })
}

/// Cuts a stretch where a level or phase begins or ends by which its rules go: from there on they
/// ask something else (RISK-2).
fn cut_by_stages(stretch: Stretch, stages: &[StageSpell], now: i64) -> Vec<Stretch> {
    let Some(rules) = &stretch.rules else {
        return vec![stretch];
    };
    let is_followed = |spell: &&StageSpell| {
        let scale = spell.stage.scale();
        rules
            .documents
            .iter()
            .any(|document| document.goes_by(scale))
    };
    let followed = stages.iter().filter(is_followed);
    let edges = followed.flat_map(|spell| [spell.from_at, spell.until_at]);
    let mut cuts: Vec<i64> = edges
        .filter(|at| *at > now.max(stretch.span.from_at) && stretch.span.contains(*at))
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    let begins = [stretch.span.from_at].into_iter().chain(cuts.clone());
    let ends = cuts.into_iter().map(Some).chain([stretch.span.until_at]);
    let spans = begins.zip(ends);
    spans
        .map(|(from_at, until_at)| Stretch {
            span: Span { from_at, until_at },
            rules: stretch.rules.clone(),
        })
        .collect()
}

/// What holds now, and what begins or ends later, a level among it. What ends twice over, or
/// before anything has begun, is one free stretch.
fn now_and_next(
    stretches: Vec<Stretch>,
    now: i64,
    stages: &[StageSpell],
) -> (Option<Rules>, Vec<Stretch>) {
    let (held, later): (Vec<Stretch>, Vec<Stretch>) = stretches
        .into_iter()
        .flat_map(|stretch| cut_by_stages(stretch, stages, now))
        .partition(|stretch| stretch.span.contains(now));
    let held = held.into_iter().find_map(|stretch| stretch.rules);
    // They hold together since the last of them began.
    let held = held.map(|rules| {
        let since = rules.force.iter().map(|row| row.from_at).max();
        let from_at = since.unwrap_or(rules.span.from_at);
        let span = Span {
            from_at,
            ..rules.span
        };
        Rules { span, ..rules }
    });
    let mut next: Vec<Stretch> = Vec::new();
    let mut was_free = held.is_none();
    for stretch in later {
        let is_free = stretch.rules.is_none();
        // Weeks ahead the day on which it ends is enough.
        if is_free && stretch.span.from_at > now.saturating_add(END_AHEAD_MILLIS) {
            was_free = true;
            continue;
        }
        match next.last_mut().filter(|_| is_free && was_free) {
            Some(free) => free.span.until_at = stretch.span.until_at,
            None if is_free && was_free => {}
            None => next.push(stretch),
        }
        was_free = is_free;
    }
    (held, next)
}

/// How many digits of an ID number stand on a card where no document says otherwise (PASS-1).
const ID_DIGITS: u8 = 4;

/// How many digits of an ID number stand on a card: all where a document asks for it, as HL 二
/// does; else the last four.
pub fn id_digits(rules: Option<&Rules>) -> u8 {
    let documents = rules.into_iter().flat_map(|rules| &rules.documents);
    let asked = parameter_in_force(documents, "card_id_digits");
    asked.map_or(ID_DIGITS, |parameter| {
        parameter.value.clamp(0.0, 255.0) as u8
    })
}

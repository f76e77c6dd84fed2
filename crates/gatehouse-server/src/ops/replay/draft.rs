//! By what the attempts at each gate would have been decided: the documents in force there then,
//! with the drafts where they would stand.

use super::{Asked, ReplayError, Under};
use crate::ops::read_policies::{Rules, read_rules};
use gatehouse_core::gate::{Policy, PolicyId};
use gatehouse_core::id::AreaId;
use gatehouse_core::policy::{PolicyDocument, compile};
use gatehouse_core::replay::Prepared;
use gatehouse_store::area::AreaRow;
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::{ReadTx, StoreError};

/// A gate keeps the clock of its devices, which may be some days off; what held a little before
/// and after counts too.
const MARGIN_MILLIS: i64 = 8 * 86_400_000;

/// From which instant which policy of the replay; the first holds before it too.
pub(super) type Spells = Vec<(i64, usize)>;

/// The policies of a replay, each compiled once.
#[derive(Default)]
pub(super) struct Drafts {
    prepared: Vec<Prepared>,
    known: Vec<Layers>,
}

/// What makes a policy: what was in force, and where the drafts stand among it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Layers {
    /// Tells versions, and rows that were suspended.
    in_force: Option<PolicyId>,
    /// Before which of these the drafts without an earlier version stand.
    at: usize,
}

impl Drafts {
    /// All of them, by their numbers.
    pub fn prepared(&self) -> &[Prepared] {
        &self.prepared
    }

    /// What would have been in force at a place, over the time of a replay.
    pub fn spells(
        &mut self,
        rules: &[Rules],
        path: &[AreaRow],
        asked: &Asked,
    ) -> Result<Spells, ReplayError> {
        let Under::Drafts(drafts) = &asked.under else {
            return Ok(Spells::new());
        };
        let mut spells = Spells::new();
        for (from_at, rules) in with_gaps(rules) {
            let at = self.policy(path, asked.area, drafts, rules)?;
            spells.push((from_at, at));
        }
        Ok(spells)
    }

    fn policy(
        &mut self,
        path: &[AreaRow],
        area: Option<AreaId>,
        drafts: &[PolicyDocument],
        rules: Option<&Rules>,
    ) -> Result<usize, ReplayError> {
        let (force, documents): (&[PolicyForceRow], &[PolicyDocument]) = match rules {
            Some(rules) => (&rules.force, &rules.documents),
            None => (&[], &[]),
        };
        let layers = Layers {
            in_force: rules.map(|rules| rules.policy.id()),
            at: layer(path, area, force),
        };
        if let Some(at) = self.known.iter().position(|known| *known == layers) {
            return Ok(at);
        }
        let policy = layered(documents, drafts, layers.at)?;
        let number = self.prepared.len();
        // Numbers of drafts are even, those of recorded policies odd.
        let tag = u32::try_from(2 * number).unwrap_or(u32::MAX - 1);
        self.prepared.push(Prepared::new(policy, tag));
        self.known.push(layers);
        Ok(number)
    }
}

/// What was in force at a place over the time of a replay.
pub(super) fn in_force(
    tx: &ReadTx<'_>,
    path: &[AreaRow],
    asked: &Asked,
) -> Result<Vec<Rules>, StoreError> {
    let from = asked.from.saturating_sub(MARGIN_MILLIS);
    let until = asked.until.saturating_add(MARGIN_MILLIS);
    read_rules(tx, path, from, until)
}

/// The stretches with their documents, and those between them without any.
fn with_gaps(rules: &[Rules]) -> Vec<(i64, Option<&Rules>)> {
    let mut stretches = vec![(i64::MIN, None)];
    for one in rules {
        stretches.push((one.span.from_at, Some(one)));
        if let Some(until) = one.span.until_at {
            stretches.push((until, None));
        }
    }
    // Where the next one begins as this one ends, the later entry counts.
    stretches.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            *earlier = *later;
        }
        same
    });
    stretches
}

/// After the documents of the area and of those above it; after all where no area is named.
fn layer(path: &[AreaRow], area: Option<AreaId>, force: &[PolicyForceRow]) -> usize {
    let depth = |area: AreaId| path.iter().position(|row| row.area == area);
    let Some(own) = area.and_then(depth) else {
        return force.len();
    };
    force
        .iter()
        .take_while(|row| depth(row.area).is_some_and(|depth| depth <= own))
        .count()
}

fn layered(
    in_force: &[PolicyDocument],
    drafts: &[PolicyDocument],
    at: usize,
) -> Result<Policy, ReplayError> {
    let newer = |document: &PolicyDocument| drafts.iter().find(|draft| draft.id == document.id);
    let is_new = |draft: &&PolicyDocument| in_force.iter().all(|one| one.id != draft.id);
    let mut layers: Vec<&PolicyDocument> = Vec::new();
    let mut new = Some(drafts.iter().filter(is_new));
    for (position, document) in in_force.iter().enumerate() {
        if position == at {
            layers.extend(new.take().into_iter().flatten());
        }
        layers.push(newer(document).unwrap_or(document));
    }
    layers.extend(new.into_iter().flatten());
    compile(&layers).map_err(|error| ReplayError::Apart(error.to_string()))
}

/// Which policy of the replay counts at an instant; `None` where it is decided as it was.
pub(super) fn spell_at(spells: &Spells, millis: i64) -> Option<usize> {
    let after = spells.partition_point(|(from, _)| *from <= millis);
    spells.get(after.saturating_sub(1)).map(|(_, at)| *at)
}

/// A policy of the record, as it is kept.
pub(super) fn kept(tx: &ReadTx<'_>, id: &[u8; 32]) -> Result<Option<Policy>, StoreError> {
    let compiled = tx.effective_policy(id)?;
    Ok(compiled.and_then(|bytes| Policy::read(&bytes).ok()))
}

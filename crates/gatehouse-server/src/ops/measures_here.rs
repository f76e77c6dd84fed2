//! What holds at a place where nothing is decided at its gate: documents whose rules are measures,
//! carried out by people. A poster or page that said "no restriction" there would be wrong.

use super::read_policies::documents_in_force;
use super::read_stages::{read_stages, stages_at};
use gatehouse_core::gate::compiled::Text;
use gatehouse_core::id::AreaId;
use gatehouse_core::measure::{Stage, StageSpell};
use gatehouse_core::moment::Moment;
use gatehouse_core::policy::PolicyDocument;
use gatehouse_core::policy::part::{Layers, measures_in_force};
use gatehouse_store::{ReadTx, StoreError};

/// A document without a say at the gate, and what it asks for now.
pub struct MeasuresHere {
    /// What it is called.
    pub title: Text,
    /// Its measures in force, in words.
    pub measures: Vec<Text>,
}

/// The documents of some in force that have no say at the gate, each with the measures that hold;
/// those of which none holds are left out.
pub fn measures_of<'a>(
    in_force: impl IntoIterator<Item = &'a PolicyDocument>,
    moment: Moment,
    stages: [Option<Stage>; 2],
) -> Vec<MeasuresHere> {
    let documents: Vec<&PolicyDocument> = in_force.into_iter().collect();
    // Documents that do not go together are found at the first signature.
    let layers = Layers::new(&documents).ok();
    let holding = layers.map_or_else(Vec::new, |layers| {
        measures_in_force(&layers, moment, stages)
    });
    let beyond = documents.iter().filter(|document| !document.is_for_gate());
    let each = beyond.map(|document| {
        let own = |id: &str| document.parts.measure.iter().any(|one| one.id == id);
        let measures = holding.iter().filter(|one| own(&one.id));
        MeasuresHere {
            title: document.title.clone(),
            measures: measures.map(|one| one.what.clone()).collect(),
        }
    });
    each.filter(|one| !one.measures.is_empty()).collect()
}

/// What people carry out at a place, and by which level and phase what holds there goes.
pub struct HeldHere {
    /// The documents without a say at the gate.
    pub measures: Vec<MeasuresHere>,
    /// The level and the phase decided for it, where a document goes by them.
    pub stages: Vec<StageSpell>,
}

/// The same for a place, as it is at a moment.
///
/// # Errors
/// The database's.
pub fn held_here(tx: &ReadTx<'_>, area: AreaId, moment: Moment) -> Result<HeldHere, StoreError> {
    let path = tx.area_path(area)?;
    let in_force = documents_in_force(tx, &path, moment.millis)?;
    let areas: Vec<AreaId> = path.iter().map(|row| row.area).collect();
    let stages = stages_at(&read_stages(tx, &areas, moment.millis)?, moment.millis);
    let documents = || in_force.iter().map(|(_, document)| document);
    let held = stages.map(|held| held.map(|one| one.stage));
    let mut followed: Vec<StageSpell> = stages.into_iter().flatten().collect();
    followed.retain(|spell| documents().any(|one| one.goes_by(spell.stage.scale())));
    Ok(HeldHere {
        measures: measures_of(documents(), moment, held),
        stages: followed,
    })
}

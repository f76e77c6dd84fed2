//! Everything besides the fields that is held about a resident, for themselves (SCOPE-5, SELF-1):
//! passes, applications, own crossings, fevers, visits to the home, messages, vehicles. Nothing of
//! what others of the home did.

use super::find_resident::ResidentCaller;
use crate::app::App;
use crate::error::OpError;
use crate::message::Message;
use crate::ops::find_crossings::{CrossingLine, gates_of, line};
use crate::ops::report_pass_lost::lost_since;
use gatehouse_core::moment::Moment;
use gatehouse_core::wire::Subject;
use gatehouse_store::application::ApplicationRow;
use gatehouse_store::fever::FeverItem;
use gatehouse_store::household::{HouseholdRow, ResidenceRow};
use gatehouse_store::pass::PassRow;
use gatehouse_store::vehicle::VehicleRow;
use gatehouse_store::{ReadTx, StoreError};
use std::collections::BTreeMap;

/// Most crossings of a home that are looked through for one's own.
const CROSSINGS_MOST: u32 = 500;
/// Most fevers and messages that are read.
const ROWS_MOST: u32 = 50;
/// Most visits that are counted.
const VISITS_MOST: u32 = 200;

/// A pass, and since when it is written down as lost.
pub struct HeldPass {
    /// The row.
    pub row: PassRow,
    /// Milliseconds UTC.
    pub lost_since: Option<i64>,
}

/// What is held.
pub struct OwnRecords {
    /// Whether a picture is kept.
    pub has_photo: bool,
    /// Where they live and lived, with the door while it is kept.
    pub homes: Vec<(ResidenceRow, Option<HouseholdRow>)>,
    /// Passes, the newest first.
    pub passes: Vec<HeldPass>,
    /// Applications for them.
    pub applications: Vec<ApplicationRow>,
    /// Their own crossings, the newest first.
    pub crossings: Vec<CrossingLine>,
    /// Their fevers.
    pub fevers: Vec<FeverItem>,
    /// What they were told, and when.
    pub messages: Vec<(i64, Message)>,
    /// How many visits to their home are kept with a name.
    pub visits: usize,
    /// Vehicles of their home.
    pub vehicles: Vec<VehicleRow>,
}

/// Reads it.
///
/// # Errors
/// The database's.
pub async fn read_own_records(app: &App, resident: &ResidentCaller) -> Result<OwnRecords, OpError> {
    let me = resident.clone();
    let now = Moment::new(app.world.now_millis(), me.offset_minutes);
    let days = i64::from(app.config.days_crossings);
    let read = move |tx: &ReadTx<'_>| {
        let (shard, person) = (me.shard, me.person);
        let (_, has_photo) = tx.person_has(shard, person)?;
        let mut homes = Vec::new();
        for row in tx.residences_of_person(shard, person)? {
            let door = tx.household(shard, row.household)?;
            homes.push((row, door));
        }
        let mut passes = Vec::new();
        for row in tx.passes_of_holder(shard, &person.0)?.into_iter().rev() {
            let lost_since = lost_since(tx, shard, row.pass)?;
            passes.push(HeldPass { row, lost_since });
        }
        let (visits, vehicles) = match me.household {
            Some(home) => {
                let visits = tx.visits_of_household(shard, home, now.day(), VISITS_MOST)?;
                let mut vehicles = tx.vehicles_of_household(shard, home)?;
                vehicles.retain(|row| row.ended_on.is_none());
                (visits.len(), vehicles)
            }
            None => (0, Vec::new()),
        };
        Ok::<_, StoreError>(OwnRecords {
            has_photo,
            homes,
            passes,
            applications: tx.applications_of_holder(shard, person)?,
            crossings: own_crossings(tx, &me, now.millis - days * 86_400_000)?,
            fevers: tx.fevers_of_person(shard, person, ROWS_MOST)?,
            messages: messages(tx, &me)?,
            visits,
            vehicles,
        })
    };
    Ok(app.store.read(read).await?)
}

/// One's own alone: what others of the home did is theirs.
fn own_crossings(
    tx: &ReadTx<'_>,
    me: &ResidentCaller,
    from: i64,
) -> Result<Vec<CrossingLine>, StoreError> {
    let Some(home) = me.household else {
        return Ok(Vec::new());
    };
    let gates = gates_of(tx, me.shard, me.area)?;
    let mut names = BTreeMap::new();
    let found = tx.crossings_of_household(me.shard, home, from, CROSSINGS_MOST)?;
    let own = found
        .into_iter()
        .filter(|row| row.subject == Some(Subject::Person(me.person)));
    own.map(|row| line(tx, row, &gates, &mut names)).collect()
}

fn messages(tx: &ReadTx<'_>, me: &ResidentCaller) -> Result<Vec<(i64, Message)>, StoreError> {
    let rows = tx.messages_of_person(me.shard, me.person, ROWS_MOST)?;
    let read = rows
        .into_iter()
        .filter_map(|row| Some((row.made_at, serde_json::from_str(&row.slots).ok()?)));
    Ok(read.collect())
}

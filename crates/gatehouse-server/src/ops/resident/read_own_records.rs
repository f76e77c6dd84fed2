//! Everything besides the fields that is held about a resident, for themselves (SCOPE-5, SELF-1):
//! passes, applications for them, by them and with their word as a landlord, own crossings,
//! orders, fevers, visits to the home, messages, vehicles. Nothing of what others of the home did.

use super::find_resident::ResidentCaller;
use crate::app::App;
use crate::error::OpError;
use crate::message::Message;
use crate::ops::find_crossings::{CrossingLine, gates_of, line};
use crate::ops::read_orders::signed;
use crate::ops::record_days::{Days, DaysByPlace};
use crate::ops::report_pass_lost::lost_since;
use crate::paging::{Page, ROWS_AND_ONE};
use gatehouse_core::id::DeviceId;
use gatehouse_core::moment::Moment;
use gatehouse_core::retention::Record;
use gatehouse_store::application::ApplicationRow;
use gatehouse_store::crossing::CrossingRow;
use gatehouse_store::crossing_find::CrossingPlace;
use gatehouse_store::fever::FeverItem;
use gatehouse_store::household::{HouseholdRow, ResidenceRow};
use gatehouse_store::pass::PassRow;
use gatehouse_store::vehicle::VehicleRow;
use gatehouse_store::{ReadTx, StoreError};
use std::collections::BTreeMap;

/// Crossings that the page shows before its link to all.
pub const CROSSINGS_SHOWN: usize = 6;
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
    /// For how many days records are kept where they live.
    pub days: Days,
    /// Whether a picture is kept.
    pub has_photo: bool,
    /// Where they live and lived, with the door while it is kept.
    pub homes: Vec<(ResidenceRow, Option<HouseholdRow>)>,
    /// Passes, the newest first.
    pub passes: Vec<HeldPass>,
    /// Applications for them.
    pub applications: Vec<ApplicationRow>,
    /// What they applied for that is not for themselves.
    pub asked: Vec<ApplicationRow>,
    /// What wants or has their yes as a landlord or host.
    pub answered: Vec<ApplicationRow>,
    /// The newest of their own crossings, one more than are shown.
    pub crossings: Vec<CrossingLine>,
    /// Orders about them, those that ended too: whose decision, first instant, end.
    pub orders: Vec<(String, i64, i64)>,
    /// Their fevers.
    pub fevers: Vec<FeverItem>,
    /// What they were told, and when.
    pub messages: Vec<(i64, Message)>,
    /// How many visits to their home are kept with a name.
    pub visits: usize,
    /// Vehicles of their home, those that ended too.
    pub vehicles: Vec<VehicleRow>,
}

/// Reads it.
///
/// # Errors
/// The database's.
pub async fn read_own_records(app: &App, resident: &ResidentCaller) -> Result<OwnRecords, OpError> {
    let me = resident.clone();
    let now = Moment::new(app.world.now_millis(), me.offset_minutes);
    let settings = Days::of_settings(&app.config);
    let read = move |tx: &ReadTx<'_>| {
        let days = DaysByPlace::new(settings).at(tx, me.area, now.millis)?;
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
                (visits.len(), tx.vehicles_of_household(shard, home)?)
            }
            None => (0, Vec::new()),
        };
        Ok::<_, StoreError>(OwnRecords {
            days,
            has_photo,
            homes,
            passes,
            applications: tx.applications_of_holder(shard, person)?,
            asked: tx.applications_of_asker(shard, person, ROWS_MOST)?,
            answered: tx.applications_answered_by(shard, person, ROWS_MOST)?,
            crossings: {
                let from = days.before(Record::Crossings, now.millis);
                let most = u32::try_from(CROSSINGS_SHOWN + 1).unwrap_or(ROWS_AND_ONE);
                own_crossings(tx, &me, from, CrossingPlace::before(i64::MAX), most)?
            },
            orders: own_orders(tx, &me)?,
            fevers: tx.fevers_of_person(shard, person, ROWS_MOST)?,
            messages: messages(tx, &me)?,
            visits,
            vehicles,
        })
    };
    Ok(app.store.read(read).await?)
}

/// A page of one's own crossings, as far back as they are kept, and how many days that is.
///
/// # Errors
/// The database's.
pub async fn read_own_crossings(
    app: &App,
    resident: &ResidentCaller,
    before: Option<CrossingPlace>,
) -> Result<(Page<CrossingLine>, u32), OpError> {
    let me = resident.clone();
    let (now, settings) = (app.world.now_millis(), Days::of_settings(&app.config));
    let before = before.unwrap_or(CrossingPlace::before(i64::MAX));
    let read = move |tx: &ReadTx<'_>| {
        let days = DaysByPlace::new(settings).at(tx, me.area, now)?;
        let from = days.before(Record::Crossings, now);
        let lines = own_crossings(tx, &me, from, before, ROWS_AND_ONE)?;
        Ok::<_, StoreError>((lines, days.of(Record::Crossings)))
    };
    let (lines, days) = app.store.read(read).await?;
    Ok((Page::of(lines, |line| place_text(&line.row)), days))
}

/// Where a page ends, for its link.
fn place_text(row: &CrossingRow) -> String {
    format!("{}.{}.{}", row.counted_at, row.device, row.seq)
}

/// Where a page begins, as its link says; `None` for what no link says.
pub fn place_of(text: &str) -> Option<CrossingPlace> {
    let mut parts = text.splitn(3, '.');
    Some(CrossingPlace {
        counted_at: parts.next()?.parse().ok()?,
        device: DeviceId::parse(parts.next()?)?,
        seq: parts.next()?.parse().ok()?,
    })
}

/// One's own alone: what others of the home did is theirs. From every home that they had.
fn own_crossings(
    tx: &ReadTx<'_>,
    me: &ResidentCaller,
    from: i64,
    before: CrossingPlace,
    most: u32,
) -> Result<Vec<CrossingLine>, StoreError> {
    let lived = tx.residences_of_person(me.shard, me.person)?.into_iter();
    let mut homes: Vec<[u8; 16]> = lived.map(|home| home.household.0).collect();
    homes.extend(me.household.map(|home| home.0));
    // Whoever had no home crossed from none.
    homes.push(me.person.0);
    homes.sort_unstable();
    homes.dedup();
    let mut found = Vec::new();
    for home in homes {
        found.extend(tx.own_crossings(me.shard, (home, me.person), from, before, most)?);
    }
    found.sort_by_key(|row| std::cmp::Reverse(CrossingPlace::of(row)));
    found.truncate(most as usize);
    let gates = gates_of(tx, me.shard, me.area)?;
    let mut names = BTreeMap::new();
    let lines = found.into_iter();
    lines.map(|row| line(tx, row, &gates, &mut names)).collect()
}

/// Orders about the person, whatever became of them.
fn own_orders(tx: &ReadTx<'_>, me: &ResidentCaller) -> Result<Vec<(String, i64, i64)>, StoreError> {
    let mut orders = Vec::new();
    for row in tx.orders_of_person(me.shard, me.person)? {
        if let Some((order, _)) = signed(tx, &row)? {
            let authority = order.order().authority_name.clone();
            orders.push((authority, row.starts_at, row.ends_at));
        }
    }
    orders.reverse();
    Ok(orders)
}

fn messages(tx: &ReadTx<'_>, me: &ResidentCaller) -> Result<Vec<(i64, Message)>, StoreError> {
    let rows = tx.messages_of_person(me.shard, me.person, ROWS_MOST)?;
    let read = rows
        .into_iter()
        .filter_map(|row| Some((row.made_at, serde_json::from_str(&row.slots).ok()?)));
    Ok(read.collect())
}

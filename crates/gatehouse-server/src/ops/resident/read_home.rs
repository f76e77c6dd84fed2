//! What a resident sees first: their passes and the errand pass of their home with the codes to
//! show, and the order that concerns them, if there is one.

use super::find_resident::ResidentCaller;
use crate::app::App;
use crate::error::OpError;
use crate::message::Message;
use crate::ops::hold_gate::keyring;
use crate::ops::measures_here::{HeldHere, held_here};
use crate::ops::read_erasures::{OwnErasure, own_erasure};
use crate::ops::read_opening::{Opening, read_opening};
use crate::ops::read_orders::signed;
use crate::ops::report_pass_lost::lost_since;
use gatehouse_core::id::AreaId;
use gatehouse_core::moment::Moment;
use gatehouse_core::order::{Authority, Effect, Subject, effect};
use gatehouse_core::pass::to_text;
use gatehouse_store::pass::PassRow;
use gatehouse_store::{ReadTx, StoreError};
use std::collections::BTreeMap;

/// Most passes that are shown.
const PASSES_MOST: usize = 8;
/// Most orders of a county that are looked through.
const ORDERS_MOST: u32 = 20_000;

/// Most messages that are shown, and how long.
const MESSAGES_MOST: u32 = 5;
const MESSAGE_MILLIS: i64 = 14 * 86_400_000;

/// A pass with what its code says.
pub struct OwnPass {
    /// The row.
    pub row: PassRow,
    /// Text of the QR code.
    pub text: String,
    /// Since when it is written down as lost, milliseconds UTC.
    pub lost_since: Option<i64>,
}

/// An order that concerns the resident or their home.
pub struct OwnOrder {
    /// First instant, milliseconds UTC.
    pub starts_at: i64,
    /// End, not included.
    pub ends_at: i64,
    /// Whose decision it is.
    pub authority: String,
    /// By which law.
    pub basis: String,
    /// Whom to call.
    pub contact: String,
    /// Where to object.
    pub appeal: String,
}

/// The first page.
pub struct Home {
    /// Surname and mask.
    pub masked: Option<String>,
    /// Name of the compound.
    pub compound: String,
    /// Passes that are valid now, the newest first.
    pub passes: Vec<OwnPass>,
    /// Orders in effect.
    pub orders: Vec<OwnOrder>,
    /// What they were told lately, the newest first.
    pub messages: Vec<OwnMessage>,
    /// Whether they live at a door here: who moved away has nothing to apply for.
    pub lives_here: bool,
    /// That their record is to be erased.
    pub erasure: Option<OwnErasure>,
    /// That the gates there are open again, or will be.
    pub opening: Option<Opening>,
    /// Documents that people carry out there, where the gate asks nothing for them, and the level
    /// and phase by which what holds there goes.
    pub here: HeldHere,
    /// Applications that wait for their yes as a landlord or host.
    pub tenants: usize,
}

/// Something that the resident was told.
pub struct OwnMessage {
    /// When, milliseconds UTC.
    pub at: i64,
    /// What.
    pub message: Message,
}

/// Reads it.
pub async fn read_home(app: &App, resident: &ResidentCaller) -> Result<Home, OpError> {
    let keys = keyring(app)?;
    let host = app.config.public_name.clone();
    let host = host.unwrap_or_else(|| app.config.listen.to_string());
    let now = Moment::new(app.world.now_millis(), resident.offset_minutes);
    let me = resident.clone();
    let read = move |tx: &ReadTx<'_>| {
        let own = tx.masked_person(&keys.vault, me.shard, me.person)?;
        let mut rows = tx.passes_of_holder(me.shard, &me.person.0)?;
        if let Some(home) = me.household {
            // The errand pass names nobody: whoever of the home goes shows it.
            let of_home = tx.passes_of_household(me.shard, home)?.into_iter();
            rows.extend(of_home.filter(|row| row.holder.is_none() && row.kind == "errand"));
            rows.sort_by_key(|row| row.issued_at);
        }
        rows.retain(|row| {
            let holds = row.from_at <= now.millis && now.millis < row.expires_at;
            row.revocation.is_none() && holds
        });
        rows.reverse();
        rows.truncate(PASSES_MOST);
        let passes = rows.into_iter().map(|row| {
            Ok(OwnPass {
                text: to_text(&host, &row.credential),
                lost_since: lost_since(tx, me.shard, row.pass)?,
                row,
            })
        });
        Ok::<_, StoreError>(Home {
            masked: own.and_then(|(_, masked)| masked),
            compound: tx.area(me.area)?.map(|area| area.name).unwrap_or_default(),
            passes: passes.collect::<Result<_, StoreError>>()?,
            orders: own_orders(tx, &keys, &me, now)?,
            messages: own_messages(tx, &me, now.millis)?,
            lives_here: me.household.is_some(),
            erasure: own_erasure(tx, me.shard, me.person)?,
            opening: read_opening(tx, Some(&keys), (me.shard, me.area), now)?,
            here: held_here(tx, me.area, now)?,
            tenants: tx.applications_of_landlord(me.shard, me.person)?.len(),
        })
    };
    Ok(app.store.read(read).await?)
}

fn own_messages(
    tx: &ReadTx<'_>,
    me: &ResidentCaller,
    now: i64,
) -> Result<Vec<OwnMessage>, StoreError> {
    let rows = tx.messages_of_person(me.shard, me.person, MESSAGES_MOST)?;
    let lately = rows
        .into_iter()
        .filter(|row| now - row.made_at < MESSAGE_MILLIS);
    let read = lately.filter_map(|row| {
        Some(OwnMessage {
            at: row.made_at,
            message: serde_json::from_str(&row.slots).ok()?,
        })
    });
    Ok(read.collect())
}

fn own_orders(
    tx: &ReadTx<'_>,
    keys: &crate::keyring::Keyring,
    me: &ResidentCaller,
    now: Moment,
) -> Result<Vec<OwnOrder>, StoreError> {
    let mut paths: BTreeMap<AreaId, Vec<AreaId>> = BTreeMap::new();
    let mut mine = Vec::new();
    for row in tx.orders(me.shard, now.millis, ORDERS_MOST)? {
        let Some((order, lifts)) = signed(tx, &row)? else {
            continue;
        };
        let concerns = match &order.order().subject {
            Subject::Person(person) => *person == me.person,
            Subject::Household(household) => Some(*household) == me.household,
            // A zone is told by the poster and the page of the place.
            _ => false,
        };
        if concerns {
            let path = tx.area_path(row.area)?;
            paths.insert(row.area, path.iter().map(|above| above.area).collect());
            mine.push((order, lifts));
        }
    }
    let covers = |above: AreaId, area: AreaId| {
        above == area || paths.get(&area).is_some_and(|path| path.contains(&above))
    };
    let authority = Authority {
        keys: &keys.list,
        covers: &covers,
    };
    let holds = mine.iter().filter(|(order, lifts)| {
        matches!(
            effect(order, lifts, authority, now),
            Effect::NotToCross { .. }
        )
    });
    Ok(holds
        .map(|(signed, _)| {
            let order = signed.order();
            OwnOrder {
                starts_at: order.starts_at,
                ends_at: order.ends_at,
                authority: order.authority_name.clone(),
                basis: format!("{} {}", order.legal_basis.law, order.legal_basis.number),
                contact: format!("{} {}", order.contact.office, order.contact.phone),
                appeal: format!("{} {}", order.appeal.office, order.appeal.phone),
            }
        })
        .collect())
}

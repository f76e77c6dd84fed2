//! The fevers of an area with everything the board shows of them: where each stands, whom it
//! concerns (masked), in whose hands it is. Words that somebody wrote down are opened here; the
//! page that shows them is on record as looked at.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use crate::keyring::SharedKeyring;
use crate::ops::fever_rules::{FeverRules, read_fever_rules};
use crate::ops::fever_state::FeverState;
use crate::ops::local_day::midnight;
use crate::ops::read_area::compounds_of;
use gatehouse_core::household::{Address, AddressDraft};
use gatehouse_core::id::{AreaId, GateId, HouseholdId, OpenItemId, PersonId, StaffId};
use gatehouse_core::moment::Moment;
use gatehouse_core::person::{GateName, PersonName};
use gatehouse_store::area::AreaRow;
use gatehouse_store::fever::{FeverItem, FeverRow, FeverStepRow};
use gatehouse_store::sealed_words::open_words;
use gatehouse_store::{ReadTx, Shard, StoreError};
use std::collections::BTreeMap;

/// Most fevers of one compound that are read.
const FEVERS_MOST: u32 = 200;

/// Whom a fever concerns, as far as it may be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whom {
    /// Surname and mask.
    pub masked: Option<String>,
    /// Core's word.
    pub sex: Option<String>,
    /// Years, by the year of birth.
    pub age: Option<i64>,
    /// Their door; of somebody who is not known, the one that they have to do with.
    pub door: Option<Address>,
    /// Others at the same door.
    pub others: usize,
}

/// A fever as the board shows it.
#[derive(Clone, Debug)]
pub struct FeverCard {
    /// Open item and fever.
    pub row: FeverItem,
    /// Name of the compound.
    pub compound: String,
    /// Name and telephone of the gate, where it came from one.
    pub gate: Option<(String, String)>,
    /// Where it stands.
    pub state: FeverState,
    /// Everything that was written down, corrected steps too.
    pub all: Vec<FeverStepRow>,
    /// What the policy in force there says.
    pub rules: FeverRules,
    /// Whom it concerns.
    pub whom: Whom,
    /// Who took it over last, masked.
    pub holder: Option<String>,
    /// Masked names of whoever wrote something down.
    pub names: BTreeMap<StaffId, String>,
    /// Opened words by number of the step.
    pub words: BTreeMap<i64, String>,
}

/// The board.
pub struct FeverBoard {
    /// Open ones: those not in hospital first, then the longest wait.
    pub open: Vec<FeverCard>,
    /// Those whose outcome was recorded today.
    pub done: Vec<FeverCard>,
    /// As of.
    pub now: i64,
}

/// The fevers of all compounds of an area.
pub async fn read_fevers(app: &App, area: &AreaInScope) -> Result<FeverBoard, OpError> {
    let shard = area.county()?;
    let now = Moment::new(app.world.now_millis(), area.offset_minutes);
    let since = midnight(now.millis, area.offset_minutes);
    let (top, keys) = (area.area, app.keyring.clone());
    let read = move |tx: &ReadTx<'_>| {
        let mut cards = Vec::new();
        for compound in compounds_of(tx, top)? {
            let rows = tx.fevers_of_area(shard, compound.area, since, FEVERS_MOST)?;
            if rows.is_empty() {
                continue;
            }
            let rules = read_fever_rules(tx, &tx.area_path(compound.area)?, now)?;
            for row in rows {
                cards.push(card(tx, keys.as_ref(), &compound, &rules, row, now)?);
            }
        }
        Ok(cards)
    };
    let mut cards = app.store.read(read).await?;
    // Whom nobody has taken along yet waits for somebody: they come first.
    cards.sort_by_key(|card| (card.state.is_in_hospital(), card.state.since));
    let (open, done) = cards
        .into_iter()
        .partition(|card| card.row.item.end.is_none());
    Ok(FeverBoard {
        open,
        done,
        now: now.millis,
    })
}

/// One fever, which lies in the area.
///
/// # Errors
/// [`OpError::NotFound`] for one that is elsewhere or not there.
pub async fn read_fever(
    app: &App,
    area: &AreaInScope,
    item: OpenItemId,
) -> Result<FeverCard, OpError> {
    let shard = area.county()?;
    let now = Moment::new(app.world.now_millis(), area.offset_minutes);
    let (top, keys) = (area.area, app.keyring.clone());
    let read = move |tx: &ReadTx<'_>| {
        let Some((row, compound)) = fever_in(tx, shard, top, item)? else {
            return Ok(None);
        };
        let rules = read_fever_rules(tx, &tx.area_path(compound.area)?, now)?;
        card(tx, keys.as_ref(), &compound, &rules, row, now).map(Some)
    };
    app.store.read(read).await?.ok_or(OpError::NotFound)
}

/// A fever and its compound, if that lies in the area.
pub(crate) fn fever_in(
    tx: &ReadTx<'_>,
    shard: Shard,
    top: AreaId,
    item: OpenItemId,
) -> Result<Option<(FeverItem, AreaRow)>, StoreError> {
    let Some(row) = tx.fever(shard, item)? else {
        return Ok(None);
    };
    let path = tx.area_path(row.fever.area)?;
    if path.iter().all(|above| above.area != top) {
        return Ok(None);
    }
    Ok(path.into_iter().last().map(|compound| (row, compound)))
}

fn card(
    tx: &ReadTx<'_>,
    keys: Option<&SharedKeyring>,
    compound: &AreaRow,
    rules: &FeverRules,
    row: FeverItem,
    now: Moment,
) -> Result<FeverCard, StoreError> {
    let (shard, item) = (row.item.shard, row.item.item);
    let all = tx.fever_steps(shard, item)?;
    let mut words = BTreeMap::new();
    let mut names = BTreeMap::new();
    for step in &all {
        if let (Some((key, sealed)), Some(keys)) = (&step.words, keys) {
            let text = open_words(&keys.vault, "fever_step", &step.mark, (key, sealed))?;
            words.insert(step.number, text);
        }
        if let Some(staff) = step.staff {
            names.entry(staff).or_insert(staff_name(tx, staff)?);
        }
    }
    let holder = match tx.holder_of_item(shard, item)? {
        Some(line) => Some(staff_name(tx, line.staff)?),
        None => None,
    };
    Ok(FeverCard {
        state: FeverState::of(row.item.opened_at, &all, rules, now.millis),
        compound: compound.name.clone(),
        gate: gate_of(tx, shard, row.item.gate, &row.fever)?,
        whom: match (row.fever.person, row.fever.household) {
            (None, household) => stranger(tx, keys, &row, household)?,
            (person, _) => whom(tx, keys, shard, person, now)?,
        },
        rules: rules.clone(),
        all,
        holder,
        names,
        words,
        row,
    })
}

/// Somebody who is not in the register: the name that the guard wrote down, the door that they
/// have to do with.
fn stranger(
    tx: &ReadTx<'_>,
    keys: Option<&SharedKeyring>,
    row: &FeverItem,
    household: Option<HouseholdId>,
) -> Result<Whom, StoreError> {
    let shard = row.item.shard;
    let masked = match (keys, row.item.crossing) {
        (Some(keys), Some((device, seq))) => {
            tx.masked_name_beside(&keys.vault, shard, device, seq)?
        }
        _ => None,
    };
    let door = match household {
        Some(household) => door(tx, shard, household)?,
        None => None,
    };
    Ok(Whom {
        masked,
        door,
        ..Whom::default()
    })
}

fn gate_of(
    tx: &ReadTx<'_>,
    shard: Shard,
    gate: GateId,
    fever: &FeverRow,
) -> Result<Option<(String, String)>, StoreError> {
    if fever.place != "gate" {
        return Ok(None);
    }
    Ok(tx.gate(shard, gate)?.map(|gate| (gate.name, gate.phone)))
}

/// Colleagues are named masked too: a board is looked at over shoulders.
pub(crate) fn staff_name(tx: &ReadTx<'_>, staff: StaffId) -> Result<String, StoreError> {
    let row = tx.staff(staff)?;
    let name = row.and_then(|row| PersonName::from_stored(&row.name));
    Ok(name.map_or_else(|| "—".to_owned(), |name| name.masked()))
}

/// The mask of what is kept for gates.
pub(crate) fn mask_of(kept: &str) -> Option<String> {
    GateName::from_stored(kept).map(|name| name.mask)
}

/// Somebody in the register, masked.
pub(crate) fn whom(
    tx: &ReadTx<'_>,
    keys: Option<&SharedKeyring>,
    shard: Shard,
    person: Option<PersonId>,
    now: Moment,
) -> Result<Whom, StoreError> {
    let Some(person) = person else {
        return Ok(Whom::default());
    };
    let found = match keys {
        Some(keys) => tx.masked_person(&keys.vault, shard, person)?,
        None => tx.person(shard, person)?.map(|row| (row, None)),
    };
    let Some((row, masked)) = found else {
        return Ok(Whom::default());
    };
    let year = i64::from(now.day().date().year);
    let mut whom = Whom {
        masked: masked.and_then(|text| mask_of(&text)),
        sex: Some(row.sex.clone()),
        age: row.birth_year.map(|born| (year - born).max(0)),
        door: None,
        others: 0,
    };
    // Who only comes by has no door here, but a name.
    let Some(household) = row.household else {
        return Ok(whom);
    };
    let home = tx.persons_of_household(shard, household)?;
    whom.others = home.iter().filter(|one| one.person != person).count();
    whom.door = door(tx, shard, household)?;
    Ok(whom)
}

fn door(
    tx: &ReadTx<'_>,
    shard: Shard,
    household: HouseholdId,
) -> Result<Option<Address>, StoreError> {
    Ok(tx.household(shard, household)?.and_then(|row| {
        let draft = AddressDraft {
            building: row.building,
            unit: row.unit,
            room: row.room,
        };
        draft.check().ok()
    }))
}

//! Everything that a gate decides by, read from the database into one snapshot.

use crate::keyring::Keyring;
use crate::ops::read_orders::{Orders, read_orders};
use crate::ops::read_outings::{days_back, read_outings};
use crate::ops::read_policies::read_policies_and_zones;
use crate::ops::read_stages::read_stages;
use gatehouse_core::area::ManagerKind;
use gatehouse_core::gate::fact::{place_kind, worker_class};
use gatehouse_core::gate::{Policy, SubjectKind};
use gatehouse_core::id::{AreaId, HouseholdId, PassId, PersonId};
use gatehouse_core::measure::StageSpell;
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::{PassBand, PassKind, StatusLists};
use gatehouse_core::person::{AgeBand, GateName, Sex};
use gatehouse_core::wire::{
    GateEntry, HouseholdEntry, PICTURE_BYTES_MOST, PassEntry, Phones, PolicySpell, ResidentEntry,
    Snapshot, Span, StateSpell, VehicleEntry,
};
use gatehouse_store::area::AreaRow;
use gatehouse_store::gate::GateRow;
use gatehouse_store::gate_place::GatePlaceRow;
use gatehouse_store::pass::{PassRow, StatusListRow};
use gatehouse_store::person::PersonRow;
use gatehouse_store::{ReadTx, Shard, StoreError};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Rows read at a time.
const PAGE: u32 = 500;
/// Most bytes of pictures in one list: a compound of 1 500 people with one each.
const PICTURES_BYTES_MOST: usize = 6 << 20;
/// Most vehicles of one compound.
const VEHICLES_MOST: u32 = 20_000;
/// Most households of one compound.
const HOUSEHOLDS_MOST: usize = 20_000;

/// Reads what a gate decides by. Number and signature are the caller's.
///
/// # Errors
/// Where the database cannot be read, or holds what no program of ours wrote.
pub fn read_gate(
    tx: &ReadTx<'_>,
    keys: &Keyring,
    gate: &GateRow,
    now_millis: i64,
) -> Result<Snapshot, StoreError> {
    let path = tx.area_path(gate.area)?;
    let compound = path
        .last()
        .map(|area| area.name.clone())
        .unwrap_or_default();
    let down: Vec<AreaId> = path.iter().map(|area| area.area).collect();
    let places: Vec<AreaId> = down.iter().rev().copied().collect();
    let passes = passes(tx, gate, now_millis)?;
    let offset = path.last().map_or(480, |area| area.zone_offset_minutes);
    let orders = read_orders(tx, keys, gate, now_millis, offset)?;
    let policies = read_policies_and_zones(tx, &path, now_millis, &orders.zone_spans())?;
    let stages = read_stages(tx, &down, now_millis)?;
    let stages = stages.into_iter().map(StageSpell::told);
    let counted_back = counted_back(&policies);
    let mut outings = read_outings(tx, gate, now_millis.saturating_sub(counted_back))?;
    let (silent_devices, other_devices) = devices_that_count(tx, gate, counted_back, now_millis)?;
    let now = Moment::new(now_millis, i16::try_from(offset).unwrap_or(480));
    let mut households = households(tx, keys, gate, &orders, &passes, now)?;
    for household in &mut households {
        household.outings = outings.remove(&household.id).unwrap_or_default();
    }
    Ok(Snapshot {
        key_list: keys.signed_list.clone(),
        number: 0,
        made_at: now_millis,
        shard: gate.shard.0,
        gate: entry(
            gate,
            tx.gate_place(gate.shard, gate.gate)?,
            compound,
            places,
        ),
        status_lists: status_lists(tx, gate.shard, &down)?,
        policies,
        state: orders
            .place_state()
            .into_iter()
            .chain(stages)
            .chain(place_kind(path.last()))
            .collect(),
        exempt_classes: (0..worker_class::CHOICES.len() as u8).collect(),
        silent_devices,
        other_devices,
        households,
        vehicles: vehicles(tx, gate, &passes)?,
    })
}

/// What kind of place the gate closes: a village is run by its committee (AREA-2), everything
/// else is a compound, which is what the fact means where nothing is said.
fn place_kind(place: Option<&AreaRow>) -> Option<StateSpell> {
    let run_by = place.and_then(|place| place.manager.as_deref());
    let is_village = run_by == Some(ManagerKind::VillageCommittee.code());
    let village = place_kind::CHOICES
        .iter()
        .position(|choice| choice.name == "village");
    let value = i64::try_from(village.filter(|_| is_village)?).ok()?;
    Some(StateSpell {
        fact: place_kind::SPEC.number,
        value,
        span: Span {
            from_at: 0,
            until_at: None,
        },
    })
}

/// The gate with what its screen names; an empty text is said in general words there.
fn entry(
    gate: &GateRow,
    place: GatePlaceRow,
    compound_name: String,
    places: Vec<AreaId>,
) -> GateEntry {
    GateEntry {
        gate: gate.gate,
        places,
        gate_name: gate.name.clone(),
        compound_name,
        phones: Phones {
            duty_desk: gate.phone.clone(),
            shift_lead: place.shift_lead_phone,
            office: place.office_phone,
            health: place.health_phone,
        },
        goods_point: place.goods_point,
        parking_place: place.parking_place,
        waiting_place: place.waiting_place,
        office_place: place.office_place,
    }
}

/// How far back the policies of a list count, in milliseconds.
fn counted_back(policies: &[PolicySpell]) -> i64 {
    let read = policies
        .iter()
        .filter_map(|spell| Policy::read(&spell.compiled).ok());
    days_back(&read.collect::<Vec<_>>())
}

/// Phones of the compound that count against the same quotas (GATE-5): how many have been silent
/// for a while, and how many there are besides the one that reads the list.
///
/// A phone may be alone for three days (GATE-11), and what it saw on the last of them counts for
/// as long as a policy counts back: only then is it forgotten.
fn devices_that_count(
    tx: &ReadTx<'_>,
    gate: &GateRow,
    counted_back: i64,
    now_millis: i64,
) -> Result<(u16, u16), StoreError> {
    const SILENT_MILLIS: i64 = 15 * 60_000;
    const ALONE_MILLIS: i64 = 3 * 86_400_000;
    let (mut silent, mut all) = (0_usize, 0_usize);
    for gate in tx.gates_of_area(gate.shard, gate.area)? {
        for device in tx.devices_of_gate(gate.shard, gate.gate)? {
            let since = now_millis - device.seen_at.unwrap_or(device.enrolled_at);
            // The server's own row has no key and is no phone.
            let is_phone = device.ended_at.is_none() && !device.public_key.is_empty();
            if is_phone && since < ALONE_MILLIS + counted_back {
                all += 1;
                silent += usize::from(device.last_seq > 0 && since >= SILENT_MILLIS);
            }
        }
    }
    let others = u16::try_from(all.saturating_sub(1)).unwrap_or(u16::MAX);
    // Whoever reads the list is heard of by that.
    Ok((
        u16::try_from(silent).unwrap_or(u16::MAX).min(others),
        others,
    ))
}

/// Those in which a pass may lie that holds here; one of another place is told by its place.
fn status_lists(tx: &ReadTx<'_>, shard: Shard, path: &[AreaId]) -> Result<StatusLists, StoreError> {
    let lists = tx.status_lists_of(shard, path)?;
    Ok(StatusLists::new(
        lists
            .iter()
            .filter_map(StatusListRow::status_list)
            .collect(),
    ))
}

/// Passes of the compound, by holder.
type Passes = BTreeMap<[u8; 16], Vec<PassEntry>>;

fn passes(tx: &ReadTx<'_>, gate: &GateRow, now_millis: i64) -> Result<Passes, StoreError> {
    /// Merged records of a county that are looked through; there are few.
    const MERGED_MOST: u32 = 20_000;
    // A pass that ended lately still finds its holder.
    const KEPT_MILLIS: i64 = 30 * 86_400_000;
    let mut passes = Passes::new();
    let mut after = PassId([0; 16]);
    loop {
        let ended = now_millis - KEPT_MILLIS;
        let page = tx.passes_of_area(gate.shard, gate.area, after, ended, PAGE)?;
        let Some(last) = page.last() else {
            // A pass of a record that was merged is one of whoever is kept.
            for merged in tx.merged_records(gate.shard, MERGED_MOST)? {
                if let Some(entries) = passes.remove(&merged.0) {
                    let kept = tx.kept_record(gate.shard, merged)?;
                    passes.entry(kept.0).or_default().extend(entries);
                }
            }
            return Ok(passes);
        };
        after = last.pass;
        for row in &page {
            if let (Some(holder), Some(entry)) = (row.holder, pass_entry(row)) {
                passes.entry(holder).or_default().push(entry);
            }
        }
    }
}

fn pass_entry(row: &PassRow) -> Option<PassEntry> {
    Some(PassEntry {
        number: row.number,
        kind: word::<PassKind>(&row.kind)?,
        band: word::<PassBand>(&row.band)?,
        span: Span {
            from_at: row.from_at,
            until_at: Some(row.expires_at),
        },
    })
}

/// A word of core as the database keeps it.
fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(text.into()).ok()
}

fn households(
    tx: &ReadTx<'_>,
    keys: &Keyring,
    gate: &GateRow,
    orders: &Orders,
    passes: &Passes,
    now: Moment,
) -> Result<Vec<HouseholdEntry>, StoreError> {
    let mut people = people(tx, keys, gate, passes, now.millis)?;
    let mut entries = Vec::new();
    let mut after = HouseholdId([0; 16]);
    loop {
        let page = tx.households_of_area(gate.shard, gate.area, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = last.household;
        for row in page.iter() {
            let mut residents = people.remove(&row.household).unwrap_or_default();
            // Whoever is in the ledger of a door is found there, whatever became of the dwelling.
            if !row.holds_on(now.day()) && residents.is_empty() {
                continue;
            }
            for resident in &mut residents {
                resident.not_to_cross = orders.of(resident.id, row.household);
            }
            let state = orders.state_of(row, residents.iter().map(|r| r.id));
            entries.push(HouseholdEntry {
                id: row.household,
                building: row.building.clone(),
                unit: row.unit.clone(),
                room: row.room.clone(),
                people: residents,
                outings: Vec::new(),
                state,
            });
        }
        if entries.len() >= HOUSEHOLDS_MOST {
            break;
        }
    }
    entries.sort_by_key(|entry| entry.id);
    Ok(entries)
}

fn people(
    tx: &ReadTx<'_>,
    keys: &Keyring,
    gate: &GateRow,
    passes: &Passes,
    now_millis: i64,
) -> Result<BTreeMap<HouseholdId, Vec<ResidentEntry>>, StoreError> {
    let mut people: BTreeMap<HouseholdId, Vec<ResidentEntry>> = BTreeMap::new();
    let mut pictures = pictures(tx, keys, gate)?;
    let mut after = PersonId([0; 16]);
    loop {
        let page = tx.masked_persons_of_area(&keys.vault, gate.shard, gate.area, after, PAGE)?;
        let Some((last, _)) = page.last() else {
            return Ok(people);
        };
        after = last.person;
        for (row, masked) in &page {
            let Some(household) = row.household else {
                continue;
            };
            if let Some(mut entry) = resident(row, masked.as_deref(), passes, now_millis) {
                entry.picture = pictures.remove(&row.person).unwrap_or_default();
                people.entry(household).or_default().push(entry);
            }
        }
    }
}

/// Pictures that a gate can show, as many as a list holds.
fn pictures(
    tx: &ReadTx<'_>,
    keys: &Keyring,
    gate: &GateRow,
) -> Result<BTreeMap<PersonId, Vec<u8>>, StoreError> {
    let mut pictures = BTreeMap::new();
    let mut left = PICTURES_BYTES_MOST;
    let mut after = PersonId([0; 16]);
    loop {
        let page = tx.pictures_of_area(&keys.vault, gate.shard, gate.area, after, PAGE)?;
        let Some((last, _)) = page.last() else {
            return Ok(pictures);
        };
        after = *last;
        for (person, picture) in page {
            let is_small = picture.len() <= PICTURE_BYTES_MOST.min(left);
            if is_small && is_picture(&picture) {
                left -= picture.len();
                pictures.insert(person, picture);
            }
        }
    }
}

/// JPEG, PNG or WebP by their first bytes.
fn is_picture(bytes: &[u8]) -> bool {
    let kinds: [&[u8]; 3] = [b"\xff\xd8\xff", b"\x89PNG", b"RIFF"];
    kinds.iter().any(|kind| bytes.starts_with(kind))
}

fn resident(
    row: &PersonRow,
    masked: Option<&str>,
    passes: &Passes,
    now_millis: i64,
) -> Option<ResidentEntry> {
    let name = GateName::from_stored(masked?)?;
    let today = Moment::new(now_millis, 480).day();
    let birth_year = row.birth_year.and_then(|year| i32::try_from(year).ok());
    let decade = birth_year.map(|year| AgeBand::of_birth_year(year, today).decade());
    Some(ResidentEntry {
        id: row.person,
        kind: word::<SubjectKind>(&row.kind)?,
        surname: name.surname,
        masked_name: name.mask,
        sex: word::<Sex>(&row.sex).unwrap_or(Sex::Unknown),
        age_decade: decade,
        picture: Vec::new(),
        passes: passes.get(&row.person.0).cloned().unwrap_or_default(),
        not_to_cross: Vec::new(),
    })
}

fn vehicles(
    tx: &ReadTx<'_>,
    gate: &GateRow,
    passes: &Passes,
) -> Result<Vec<VehicleEntry>, StoreError> {
    let rows = tx.vehicles_of_homes(gate.shard, gate.area, VEHICLES_MOST)?;
    let entries = rows
        .into_iter()
        .filter(|row| row.ended_on.is_none())
        .map(|row| VehicleEntry {
            id: row.vehicle,
            plate: row.plate,
            household: row.household,
            passes: passes.get(&row.vehicle.0).cloned().unwrap_or_default(),
        });
    Ok(entries.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_core::gate::Fact;

    #[test]
    fn a_place_run_by_a_village_committee_is_a_village() {
        let run_by = |manager: Option<&str>| AreaRow {
            area: AreaId([1; 16]),
            parent: None,
            shard: None,
            level: "compound".to_owned(),
            name: "东门村".to_owned(),
            manager: manager.map(str::to_owned),
            zone_offset_minutes: 480,
            ended_on: None,
            version: 1,
        };
        for manager in [None, Some("property"), Some("work_unit"), Some("ownerless")] {
            assert_eq!(place_kind(Some(&run_by(manager))), None, "{manager:?}");
        }
        assert_eq!(place_kind(None), None);
        let said = place_kind(Some(&run_by(Some("village_committee")))).expect("a village");
        assert_eq!(Fact::numbered(said.fact), Some(Fact::PlaceKind));
        assert_eq!(said.value, 1);
        assert!(said.span.contains(1_800_000_000_000));
    }
}

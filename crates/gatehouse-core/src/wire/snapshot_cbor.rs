//! Encodings of the snapshot, version 2 (version 1 is still read), and the bounds of its lists.

use super::cbor::{Cbor, CborError, Read, Reader, Writer};
use super::snapshot::*;

pub(super) const VERSION: u64 = 2;
pub(super) const PARTS: usize = 14;
const PARTS_BEFORE: usize = 13;

const PLACES_MOST: usize = 16;
const POLICIES_MOST: usize = 32;
const STATE_MOST: usize = 64;
const CLASSES_MOST: usize = 32;
const HOUSEHOLDS_MOST: usize = 65_536;
const PEOPLE_MOST: usize = 64;
const OUTINGS_MOST: usize = 512;
const VEHICLES_MOST: usize = 65_536;
const PASSES_MOST: usize = 16;
const ORDERS_MOST: usize = 16;
const EXCEPTIONS_MOST: usize = 32;
const TEXT_BYTES_MOST: usize = 240;

/// What goes beyond a bound is left out, so that one long name or one large household never
/// makes a snapshot that no gate can read.
trait Bounded {
    fn short_text(&mut self, text: &str) -> &mut Self;
    fn short_list<T: Cbor>(&mut self, items: &[T], most: usize) -> &mut Self;
}

impl Bounded for Writer {
    fn short_text(&mut self, text: &str) -> &mut Writer {
        let end = text.floor_char_boundary(TEXT_BYTES_MOST.min(text.len()));
        self.text(&text[..end])
    }

    fn short_list<T: Cbor>(&mut self, items: &[T], most: usize) -> &mut Writer {
        self.list(&items[..items.len().min(most)])
    }
}

fn text(from: &mut Reader<'_>) -> Read<String> {
    from.text(TEXT_BYTES_MOST).map(str::to_owned)
}

fn ascending<T>(items: Vec<T>, before: impl Fn(&T, &T) -> bool) -> Read<Vec<T>> {
    items
        .is_sorted_by(before)
        .then_some(items)
        .ok_or(CborError::NotCanonical)
}

impl Cbor for Snapshot {
    fn write(&self, to: &mut Writer) {
        to.array(PARTS)
            .uint(VERSION)
            .bytes(&self.key_list)
            .uint(self.number)
            .int(self.made_at)
            .uint(self.shard.into())
            .item(&self.gate)
            .item(&self.status_lists)
            .short_list(&self.policies, POLICIES_MOST)
            .short_list(&self.state, STATE_MOST)
            .bytes(&self.exempt_classes)
            .uint(self.silent_devices.into())
            .uint(self.other_devices.into())
            .short_list(&self.households, HOUSEHOLDS_MOST)
            .short_list(&self.vehicles, VEHICLES_MOST);
    }
    fn read(from: &mut Reader<'_>) -> Read<Snapshot> {
        let parts = from.array(PARTS)?;
        let says_others = match (from.uint()?, parts) {
            (1, PARTS_BEFORE) => false,
            (VERSION, PARTS) => true,
            _ => return Err(CborError::Value),
        };
        Ok(Snapshot {
            key_list: from.bytes(KEY_LIST_BYTES_MOST)?.to_vec(),
            number: from.uint()?,
            made_at: from.int()?,
            shard: from.small()?,
            gate: from.item()?,
            status_lists: from.item()?,
            policies: from.list(POLICIES_MOST)?,
            state: from.list(STATE_MOST)?,
            exempt_classes: from.bytes(CLASSES_MOST)?.to_vec(),
            silent_devices: from.small()?,
            other_devices: if says_others { from.small()? } else { 0 },
            households: ascending(from.list(HOUSEHOLDS_MOST)?, |a: &HouseholdEntry, b| {
                a.id < b.id
            })?,
            vehicles: from.list(VEHICLES_MOST)?,
        })
    }
}

impl Cbor for GateEntry {
    fn write(&self, to: &mut Writer) {
        to.array(9)
            .item(&self.gate)
            .short_list(&self.places, PLACES_MOST)
            .short_text(&self.gate_name)
            .short_text(&self.compound_name)
            .item(&self.phones)
            .short_text(&self.goods_point)
            .short_text(&self.parking_place)
            .short_text(&self.waiting_place)
            .short_text(&self.office_place);
    }
    fn read(from: &mut Reader<'_>) -> Read<GateEntry> {
        from.array_of(9)?;
        Ok(GateEntry {
            gate: from.item()?,
            places: from.list(PLACES_MOST)?,
            gate_name: text(from)?,
            compound_name: text(from)?,
            phones: from.item()?,
            goods_point: text(from)?,
            parking_place: text(from)?,
            waiting_place: text(from)?,
            office_place: text(from)?,
        })
    }
}

impl Cbor for Phones {
    fn write(&self, to: &mut Writer) {
        to.array(4)
            .short_text(&self.duty_desk)
            .short_text(&self.shift_lead)
            .short_text(&self.office)
            .short_text(&self.health);
    }
    fn read(from: &mut Reader<'_>) -> Read<Phones> {
        from.array_of(4)?;
        Ok(Phones {
            duty_desk: text(from)?,
            shift_lead: text(from)?,
            office: text(from)?,
            health: text(from)?,
        })
    }
}

impl Cbor for Span {
    fn write(&self, to: &mut Writer) {
        to.array(2).int(self.from_at).optional_int(self.until_at);
    }
    fn read(from: &mut Reader<'_>) -> Read<Span> {
        from.array_of(2)?;
        Ok(Span {
            from_at: from.int()?,
            until_at: from.optional_int()?,
        })
    }
}

impl Cbor for PolicySpell {
    fn write(&self, to: &mut Writer) {
        to.array(2).item(&self.span).bytes(&self.compiled);
    }
    fn read(from: &mut Reader<'_>) -> Read<PolicySpell> {
        from.array_of(2)?;
        Ok(PolicySpell {
            span: from.item()?,
            compiled: from
                .bytes(crate::gate::compiled::COMPILED_BYTES_MOST)?
                .to_vec(),
        })
    }
}

impl Cbor for StateSpell {
    fn write(&self, to: &mut Writer) {
        to.array(3).uint(self.fact.into());
        to.int(self.value).item(&self.span);
    }
    fn read(from: &mut Reader<'_>) -> Read<StateSpell> {
        from.array_of(3)?;
        Ok(StateSpell {
            fact: from.small()?,
            value: from.int()?,
            span: from.item()?,
        })
    }
}

impl Cbor for HouseholdEntry {
    fn write(&self, to: &mut Writer) {
        to.array(7)
            .item(&self.id)
            .short_text(&self.building)
            .short_text(&self.unit)
            .short_text(&self.room)
            .short_list(&self.people, PEOPLE_MOST)
            .short_list(&self.outings, OUTINGS_MOST)
            .short_list(&self.state, STATE_MOST);
    }
    fn read(from: &mut Reader<'_>) -> Read<HouseholdEntry> {
        from.array_of(7)?;
        Ok(HouseholdEntry {
            id: from.item()?,
            building: text(from)?,
            unit: text(from)?,
            room: text(from)?,
            people: from.list(PEOPLE_MOST)?,
            outings: from.list(OUTINGS_MOST)?,
            state: from.list(STATE_MOST)?,
        })
    }
}

impl Cbor for ResidentEntry {
    fn write(&self, to: &mut Writer) {
        // Most have no picture, and a list without any is as it was before there were pictures.
        let has_picture = !self.picture.is_empty();
        to.array(8 + usize::from(has_picture))
            .item(&self.id)
            .item(&self.kind)
            .short_text(&self.surname)
            .short_text(&self.masked_name)
            .item(&self.sex)
            .optional_uint(self.age_decade.map(u64::from))
            .short_list(&self.passes, PASSES_MOST)
            .short_list(&self.not_to_cross, ORDERS_MOST);
        if has_picture {
            to.bytes(&self.picture);
        }
    }
    fn read(from: &mut Reader<'_>) -> Read<ResidentEntry> {
        let parts = from.array(9)?;
        let mut entry = ResidentEntry {
            id: from.item()?,
            kind: from.item()?,
            surname: text(from)?,
            masked_name: text(from)?,
            sex: from.item()?,
            age_decade: from.optional_small()?,
            passes: from.list(PASSES_MOST)?,
            not_to_cross: from.list(ORDERS_MOST)?,
            picture: Vec::new(),
        };
        if parts == 9 {
            entry.picture = from.bytes(PICTURE_BYTES_MOST)?.to_vec();
        }
        // One entry has one form.
        match parts == 8 + usize::from(!entry.picture.is_empty()) {
            true => Ok(entry),
            false => Err(CborError::Value),
        }
    }
}

impl Cbor for PassEntry {
    fn write(&self, to: &mut Writer) {
        to.array(4)
            .item(&self.number)
            .item(&self.kind)
            .item(&self.band)
            .item(&self.span);
    }
    fn read(from: &mut Reader<'_>) -> Read<PassEntry> {
        from.array_of(4)?;
        Ok(PassEntry {
            number: from.item()?,
            kind: from.item()?,
            band: from.item()?,
            span: from.item()?,
        })
    }
}

impl Cbor for NotToCross {
    fn write(&self, to: &mut Writer) {
        to.array(4)
            .int(self.from_at)
            .int(self.until_at)
            .short_list(&self.exceptions, EXCEPTIONS_MOST)
            .short_text(&self.phone);
    }
    fn read(from: &mut Reader<'_>) -> Read<NotToCross> {
        from.array_of(4)?;
        Ok(NotToCross {
            from_at: from.int()?,
            until_at: from.int()?,
            exceptions: from.list(EXCEPTIONS_MOST)?,
            phone: text(from)?,
        })
    }
}

impl Cbor for OutingEntry {
    fn write(&self, to: &mut Writer) {
        to.array(4)
            .int(self.at)
            .optional_uint(self.purpose.map(u64::from))
            .option(self.person.as_ref())
            .boolean(self.returned);
    }
    fn read(from: &mut Reader<'_>) -> Read<OutingEntry> {
        from.array_of(4)?;
        Ok(OutingEntry {
            at: from.int()?,
            purpose: from.optional_small()?,
            person: from.option()?,
            returned: from.boolean()?,
        })
    }
}

impl Cbor for VehicleEntry {
    fn write(&self, to: &mut Writer) {
        to.array(4)
            .item(&self.id)
            .short_text(&self.plate)
            .option(self.household.as_ref())
            .short_list(&self.passes, PASSES_MOST);
    }
    fn read(from: &mut Reader<'_>) -> Read<VehicleEntry> {
        from.array_of(4)?;
        Ok(VehicleEntry {
            id: from.item()?,
            plate: text(from)?,
            household: from.option()?,
            passes: from.list(PASSES_MOST)?,
        })
    }
}

//! Encodings of the key list and its parts, version 1.

use super::list::{DeviceKey, Grant, IssuerKey, KeyList, OrderKey, SnapshotKey, Term};
use crate::pass::INDEX_END;
use crate::wire::cbor::{Cbor, CborError, Read, Reader, Writer};

const KEYS_MOST: usize = 65_536;
const GRANTS_MOST: usize = 16;

impl Cbor for Term {
    fn write(&self, to: &mut Writer) {
        to.array(3).int(self.from_at).int(self.until_at);
        match self.revoked_at {
            Some(at) => to.int(at),
            None => to.null(),
        };
    }
    fn read(from: &mut Reader<'_>) -> Read<Term> {
        from.array_of(3)?;
        Ok(Term {
            from_at: from.int()?,
            until_at: from.int()?,
            revoked_at: if from.null()? {
                None
            } else {
                Some(from.int()?)
            },
        })
    }
}

impl Cbor for Grant {
    fn write(&self, to: &mut Writer) {
        to.array(2).item(&self.kind).uint(self.longest_hours.into());
    }
    fn read(from: &mut Reader<'_>) -> Read<Grant> {
        from.array_of(2)?;
        Ok(Grant {
            kind: from.item()?,
            longest_hours: from.small()?,
        })
    }
}

impl Cbor for IssuerKey {
    fn write(&self, to: &mut Writer) {
        to.array(6)
            .item(&self.key)
            .item(&self.area)
            .uint(self.community_number.into())
            .uint(self.quota.into())
            .list(&self.grants)
            .item(&self.term);
    }
    fn read(from: &mut Reader<'_>) -> Read<IssuerKey> {
        from.array_of(6)?;
        let issuer = IssuerKey {
            key: from.item()?,
            area: from.item()?,
            community_number: from.small()?,
            quota: from.small()?,
            grants: from.list(GRANTS_MOST)?,
            term: from.item()?,
        };
        (issuer.quota <= INDEX_END)
            .then_some(issuer)
            .ok_or(CborError::Value)
    }
}

impl Cbor for SnapshotKey {
    fn write(&self, to: &mut Writer) {
        to.array(2).item(&self.key).item(&self.term);
    }
    fn read(from: &mut Reader<'_>) -> Read<SnapshotKey> {
        from.array_of(2)?;
        Ok(SnapshotKey {
            key: from.item()?,
            term: from.item()?,
        })
    }
}

impl Cbor for OrderKey {
    fn write(&self, to: &mut Writer) {
        to.array(6)
            .item(&self.key)
            .item(&self.person)
            .item(&self.organisation)
            .item(&self.area)
            .boolean(self.clinician)
            .item(&self.term);
    }
    fn read(from: &mut Reader<'_>) -> Read<OrderKey> {
        from.array_of(6)?;
        Ok(OrderKey {
            key: from.item()?,
            person: from.item()?,
            organisation: from.item()?,
            area: from.item()?,
            clinician: from.boolean()?,
            term: from.item()?,
        })
    }
}

impl Cbor for DeviceKey {
    fn write(&self, to: &mut Writer) {
        to.array(4)
            .item(&self.device)
            .item(&self.gate)
            .bytes(&self.point)
            .item(&self.term);
    }
    fn read(from: &mut Reader<'_>) -> Read<DeviceKey> {
        from.array_of(4)?;
        Ok(DeviceKey {
            device: from.item()?,
            gate: from.item()?,
            point: from.fixed()?,
            term: from.item()?,
        })
    }
}

impl Cbor for KeyList {
    fn write(&self, to: &mut Writer) {
        to.array(7)
            .uint(self.number)
            .boolean(self.demo)
            .int(self.made_at)
            .list(&self.issuers)
            .list(&self.snapshots)
            .list(&self.orders)
            .list(&self.devices);
    }
    fn read(from: &mut Reader<'_>) -> Read<KeyList> {
        from.array_of(7)?;
        let list = KeyList {
            number: from.uint()?,
            demo: from.boolean()?,
            made_at: from.int()?,
            issuers: from.list(KEYS_MOST)?,
            snapshots: from.list(KEYS_MOST)?,
            orders: from.list(KEYS_MOST)?,
            devices: from.list(KEYS_MOST)?,
        };
        list.is_in_order()
            .then_some(list)
            .ok_or(CborError::NotCanonical)
    }
}

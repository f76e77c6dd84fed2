//! Encodings of orders and lifts, version 1.

use super::payload::*;
use crate::id::AreaId;
use crate::moment::CivilDay;
use crate::wire::cbor::{Cbor, CborError, Read, Reader, Writer};

fn text(from: &mut Reader<'_>) -> Read<String> {
    from.text(TEXT_BYTES_MOST).map(str::to_owned)
}

impl Cbor for Order {
    fn write(&self, to: &mut Writer) {
        to.array(18)
            .item(&self.id)
            .item(&self.form)
            .item(&self.ground)
            .list(&self.evidence)
            .item(&self.legal_basis)
            .item(&self.authority)
            .text(&self.authority_name)
            .item(&self.subject)
            .item(&self.area)
            .int(self.starts_at)
            .int(self.ends_at)
            .int(self.review_on.0.into())
            .item(&self.contact)
            .item(&self.appeal)
            .item(&self.proposer)
            .int(self.proposed_at)
            .list(&self.exceptions)
            .option(self.previous.as_ref());
    }
    fn read(from: &mut Reader<'_>) -> Read<Order> {
        from.array_of(18)?;
        Ok(Order {
            id: from.item()?,
            form: from.item()?,
            ground: from.item()?,
            evidence: from.list(EVIDENCE_MOST)?,
            legal_basis: from.item()?,
            authority: from.item()?,
            authority_name: text(from)?,
            subject: from.item()?,
            area: from.item()?,
            starts_at: from.int()?,
            ends_at: from.int()?,
            review_on: CivilDay(i32::try_from(from.int()?).map_err(|_| CborError::Value)?),
            contact: from.item()?,
            appeal: from.item()?,
            proposer: from.item()?,
            proposed_at: from.int()?,
            exceptions: from.list(EXCEPTIONS_MOST)?,
            previous: from.option()?,
        })
    }
}

impl Cbor for Subject {
    fn write(&self, to: &mut Writer) {
        match self {
            Subject::Person(id) => to.array(2).uint(0).item(id),
            Subject::Household(id) => to.array(2).uint(1).item(id),
            Subject::Zone(areas) => to.array(2).uint(2).list::<AreaId>(areas),
            Subject::Spot(areas) => to.array(2).uint(3).list::<AreaId>(areas),
            Subject::HighZone(areas) => to.array(2).uint(4).list::<AreaId>(areas),
        };
    }
    fn read(from: &mut Reader<'_>) -> Read<Subject> {
        from.array_of(2)?;
        match from.uint()? {
            0 => from.item().map(Subject::Person),
            1 => from.item().map(Subject::Household),
            2 => from.list(AREAS_MOST).map(Subject::Zone),
            3 => from.list(AREAS_MOST).map(Subject::Spot),
            4 => from.list(AREAS_MOST).map(Subject::HighZone),
            _ => Err(CborError::Value),
        }
    }
}

impl Cbor for Evidence {
    fn write(&self, to: &mut Writer) {
        to.array(2).item(&self.kind).bytes(&self.record);
    }
    fn read(from: &mut Reader<'_>) -> Read<Evidence> {
        from.array_of(2)?;
        Ok(Evidence {
            kind: from.item()?,
            record: from.fixed()?,
        })
    }
}

impl Cbor for LegalBasis {
    fn write(&self, to: &mut Writer) {
        to.array(2).text(&self.law).text(&self.number);
    }
    fn read(from: &mut Reader<'_>) -> Read<LegalBasis> {
        from.array_of(2)?;
        Ok(LegalBasis {
            law: text(from)?,
            number: text(from)?,
        })
    }
}

impl Cbor for Contact {
    fn write(&self, to: &mut Writer) {
        to.array(2).text(&self.office).text(&self.phone);
    }
    fn read(from: &mut Reader<'_>) -> Read<Contact> {
        from.array_of(2)?;
        Ok(Contact {
            office: text(from)?,
            phone: text(from)?,
        })
    }
}

impl Cbor for Exception {
    fn write(&self, to: &mut Writer) {
        to.array(3).int(self.from_at).int(self.until_at);
        to.item(&self.reason);
    }
    fn read(from: &mut Reader<'_>) -> Read<Exception> {
        from.array_of(3)?;
        Ok(Exception {
            from_at: from.int()?,
            until_at: from.int()?,
            reason: from.item()?,
        })
    }
}

impl Cbor for Previous {
    fn write(&self, to: &mut Writer) {
        to.array(3).item(&self.order).item(&self.relation);
        to.text(&self.reason);
    }
    fn read(from: &mut Reader<'_>) -> Read<Previous> {
        from.array_of(3)?;
        Ok(Previous {
            order: from.item()?,
            relation: from.item()?,
            reason: text(from)?,
        })
    }
}

//! Orders and the signatures on them. *Sharded*. Nothing here says that an order holds: core
//! computes that from payload and signatures, at a moment.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, OrderId, OrganisationId, PersonId, StaffId};

/// An order as it was proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRow {
    /// County.
    pub shard: Shard,
    /// Never changes.
    pub order: OrderId,
    /// Whom it concerns; `None` for a place.
    pub person: Option<PersonId>,
    /// The place it concerns, or that keeps the person's record.
    pub area: AreaId,
    /// What was signed.
    pub payload: Vec<u8>,
    /// As in the payload, milliseconds UTC.
    pub starts_at: i64,
    /// As in the payload, not included.
    pub ends_at: i64,
    /// When it was proposed.
    pub created_at: i64,
}

/// A signature and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderSignatureRow {
    /// County.
    pub shard: Shard,
    /// Which order.
    pub order: OrderId,
    /// `propose`, `approve`, `extend`, `lift`.
    pub act: String,
    /// What was signed where it is not the order's own payload.
    pub payload: Option<Vec<u8>>,
    /// Who signed.
    pub staff: StaffId,
    /// For whom.
    pub organisation: OrganisationId,
    /// With which key.
    pub key_id: [u8; 4],
    /// COSE signature.
    pub signature: Vec<u8>,
    /// When, milliseconds UTC.
    pub signed_at: i64,
}

macro_rules! columns {
    () => {
        "shard, order_id, person, area, payload, starts_at, ends_at, created_at"
    };
}

sql! {
    INSERT_ORDER = "INSERT INTO order_record (shard, order_id, person, area, payload, starts_at,
            ends_at, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    ORDER = concat!("SELECT ", columns!(), " FROM order_record
        WHERE shard = ?1 AND order_id = ?2");
    ORDERS_OF_PERSON = concat!("SELECT ", columns!(), " FROM order_record
        WHERE shard = ?1 AND person = ?2 ORDER BY created_at, order_id");
    ORDERS_OF_AREA = concat!("SELECT ", columns!(), " FROM order_record
        WHERE shard = ?1 AND area = ?2 AND ends_at > ?3 ORDER BY created_at, order_id");
    ORDERS_SINCE = concat!("SELECT ", columns!(), " FROM order_record
        WHERE shard = ?1 AND ends_at > ?2 ORDER BY created_at, order_id LIMIT ?3");
    ORDERS_AFTER = concat!("SELECT ", columns!(), " FROM order_record
        WHERE shard = ?1 AND order_id > ?2 ORDER BY order_id LIMIT ?3");
    NEXT_SIGNATURE = "SELECT coalesce(max(number), 0) + 1 FROM order_signature
        WHERE shard = ?1 AND order_id = ?2";
    INSERT_SIGNATURE = "INSERT INTO order_signature (shard, order_id, number, act, payload, staff,
            organisation, key_id, signature, signed_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    SIGNATURES = "SELECT shard, order_id, act, payload, staff, organisation, key_id, signature,
            signed_at
        FROM order_signature WHERE shard = ?1 AND order_id = ?2 ORDER BY number";
}

impl OrderRow {
    fn read(row: &Row<'_>) -> Result<OrderRow, StoreError> {
        Ok(OrderRow {
            shard: row.get(0)?,
            order: row.get(1)?,
            person: row.get(2)?,
            area: row.get(3)?,
            payload: row.get(4)?,
            starts_at: row.get(5)?,
            ends_at: row.get(6)?,
            created_at: row.get(7)?,
        })
    }
}

impl ReadTx<'_> {
    /// An order by its key.
    pub fn order(&self, shard: Shard, order: OrderId) -> Result<Option<OrderRow>, StoreError> {
        self.optional(&ORDER, params![shard, &order], OrderRow::read)
    }

    /// All orders about a person, ended ones included.
    pub fn orders_of_person(
        &self,
        shard: Shard,
        person: PersonId,
    ) -> Result<Vec<OrderRow>, StoreError> {
        self.query(&ORDERS_OF_PERSON, params![shard, &person], OrderRow::read)
    }

    /// Orders that name exactly this area and end after an instant.
    pub fn orders_of_area(
        &self,
        shard: Shard,
        area: AreaId,
        ending_after: i64,
    ) -> Result<Vec<OrderRow>, StoreError> {
        let parameters = params![shard, &area, ending_after];
        self.query(&ORDERS_OF_AREA, parameters, OrderRow::read)
    }

    /// Orders of a county that end after an instant.
    pub fn orders(
        &self,
        shard: Shard,
        ending_after: i64,
        limit: u32,
    ) -> Result<Vec<OrderRow>, StoreError> {
        self.query(&ORDERS_SINCE, params![shard, ending_after, limit], OrderRow::read)
    }

    /// The signatures on an order, in the order of signing.
    pub fn signatures_of_order(
        &self,
        shard: Shard,
        order: OrderId,
    ) -> Result<Vec<OrderSignatureRow>, StoreError> {
        self.query(&SIGNATURES, params![shard, &order], OrderSignatureRow::read)
    }

    /// A page of a county's orders with their signatures, by id, to verify them: a row that
    /// cannot be read is `None` and no end.
    pub fn orders_to_verify(
        &self,
        shard: Shard,
        after: OrderId,
        limit: u32,
    ) -> Result<Vec<OrderToVerify>, StoreError> {
        let parameters = params![shard, &after, limit];
        let rows = self.query(&ORDERS_AFTER, parameters, |row| {
            Ok((row.get(1).unwrap_or(OrderId([0xff; 16])), OrderRow::read(row).ok()))
        })?;
        rows.into_iter()
            .map(|(order, row)| {
                let signatures = self.query(&SIGNATURES, params![shard, &order], |row| {
                    Ok(OrderSignatureRow::read(row).ok())
                })?;
                Ok(OrderToVerify {
                    order,
                    row,
                    signatures,
                })
            })
            .collect()
    }
}

/// An order as it stands in the tables, whatever state it is in.
#[derive(Clone, Debug)]
pub struct OrderToVerify {
    /// Its id.
    pub order: OrderId,
    /// `None` where a column cannot be read.
    pub row: Option<OrderRow>,
    /// In the order of signing, `None` where a column cannot be read.
    pub signatures: Vec<Option<OrderSignatureRow>>,
}

impl OrderSignatureRow {
    fn read(row: &Row<'_>) -> Result<OrderSignatureRow, StoreError> {
        Ok(OrderSignatureRow {
            shard: row.get(0)?,
            order: row.get(1)?,
            act: row.get(2)?,
            payload: row.get(3)?,
            staff: row.get(4)?,
            organisation: row.get(5)?,
            key_id: row.get(6)?,
            signature: row.get(7)?,
            signed_at: row.get(8)?,
        })
    }
}

impl Tx<'_> {
    /// Puts a proposed order down.
    pub fn insert_order(&self, row: &OrderRow) -> Result<(), StoreError> {
        self.mark_lists_of_order(row)?;
        self.execute_one(
            &INSERT_ORDER,
            params![
                row.shard,
                &row.order,
                row.person.as_ref(),
                &row.area,
                &row.payload,
                row.starts_at,
                row.ends_at,
                row.created_at
            ],
        )
    }

    /// Adds a signature after those that are there.
    pub fn insert_order_signature(&self, row: &OrderSignatureRow) -> Result<(), StoreError> {
        if let Some(order) = self.order(row.shard, row.order)? {
            self.mark_lists_of_order(&order)?;
        }
        let parameters = params![row.shard, &row.order];
        let number: i64 = self.query_one(&NEXT_SIGNATURE, parameters, |row| row.get(0))?;
        self.execute_one(
            &INSERT_SIGNATURE,
            params![
                row.shard,
                &row.order,
                number,
                &row.act,
                row.payload.as_ref(),
                &row.staff,
                &row.organisation,
                &row.key_id,
                &row.signature,
                row.signed_at
            ],
        )
    }

    /// Where the order was written for, and where whom it is about lives.
    fn mark_lists_of_order(&self, order: &OrderRow) -> Result<(), StoreError> {
        self.mark_list(order.shard, Some(order.area));
        match order.person {
            Some(person) => self.mark_lists_of(order.shard, person),
            None => Ok(()),
        }
    }
}

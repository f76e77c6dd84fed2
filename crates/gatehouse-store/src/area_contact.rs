//! Who answers for an area, as its poster names them (PUB-1). *Sharded*. Said to everybody.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::id::AreaId;

/// One line of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AreaContact {
    /// What they are there, or what a hotline is for.
    pub post: String,
    /// Of the person; empty for a hotline.
    pub name: String,
    /// Where they are reached.
    pub phone: String,
}

sql! {
    CONTACTS_OF = "SELECT post, name, phone FROM area_contact
        WHERE shard = ?1 AND area = ?2 ORDER BY place";
    DROP_CONTACTS = "DELETE FROM area_contact WHERE shard = ?1 AND area = ?2";
    PUT_CONTACT = "INSERT INTO area_contact (shard, area, place, post, name, phone)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
}

impl ReadTx<'_> {
    /// The list of an area, in its order.
    pub fn area_contacts(
        &self,
        shard: Shard,
        area: AreaId,
    ) -> Result<Vec<AreaContact>, StoreError> {
        self.query(&CONTACTS_OF, params![shard, &area], |row| {
            Ok(AreaContact {
                post: row.get(0)?,
                name: row.get(1)?,
                phone: row.get(2)?,
            })
        })
    }
}

impl Tx<'_> {
    /// Puts a list in the place of the one before.
    pub fn replace_area_contacts(
        &self,
        shard: Shard,
        area: AreaId,
        list: &[AreaContact],
    ) -> Result<(), StoreError> {
        self.execute(&DROP_CONTACTS, params![shard, &area])?;
        for (place, contact) in (1_i64..).zip(list) {
            let AreaContact { post, name, phone } = contact;
            let parameters = params![shard, &area, place, post, name, phone];
            self.execute_one(&PUT_CONTACT, parameters)?;
        }
        Ok(())
    }
}

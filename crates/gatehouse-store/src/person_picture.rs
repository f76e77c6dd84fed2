//! Small pictures of those who agreed to one, for the gate's list (design §4). *Sharded*, in
//! `person`; a picture is there only with consent.

use crate::error::StoreError;
use crate::person_plain::{PersonField, place};
use crate::shard::Shard;
use crate::sql;
use crate::tx::ReadTx;
use crate::vault::Vault;
use crate::params;
use gatehouse_core::id::{AreaId, PersonId};

sql! {
    PICTURES_OF_AREA = "SELECT person, wrapped_key, photo_sealed FROM person
        WHERE shard = ?1 AND area = ?2 AND state = 'active' AND person > ?3
            AND photo_sealed IS NOT NULL AND wrapped_key IS NOT NULL
        ORDER BY person LIMIT ?4";
}

impl ReadTx<'_> {
    /// Pictures of a compound's people, by person. They go into the list that the compound's own
    /// gates hold, as surname and mask do; anybody else needs [`crate::Tx::reveal`].
    pub fn pictures_of_area(
        &self,
        vault: &Vault,
        shard: Shard,
        area: AreaId,
        after: PersonId,
        limit: u32,
    ) -> Result<Vec<(PersonId, Vec<u8>)>, StoreError> {
        let parameters = params![shard, &area, &after, limit];
        self.query(&PICTURES_OF_AREA, parameters, |row| {
            let person: PersonId = row.get(0)?;
            let (wrapped, sealed): (Vec<u8>, Vec<u8>) = (row.get(1)?, row.get(2)?);
            let key = vault.unwrap(&wrapped, &place("wrapped_key", &person))?;
            let column = PersonField::Photo.column();
            Ok((person, key.open(&place(column, &person), &sealed)?))
        })
    }
}

//! What a guard wrote down beside an event: a visitor's name, who approved. *Sharded*, sealed
//! under a key of its own, since a stranger has no person's key. Read only with an audit entry.

use crate::audit::AuditNote;
use crate::error::StoreError;
use crate::person_view::Viewer;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::vault::{Chance, PersonKey, Place, Vault};
use crate::{params, sql};
use gatehouse_core::id::DeviceId;
use gatehouse_core::person::PersonName;
use gatehouse_core::wire::cbor::{Reader, Writer};
use gatehouse_core::wire::{Detail, DetailField, Event};

const DETAILS_MOST: usize = 16;

/// The wrapped key and what is sealed under it.
type WrappedAndSealed = (Vec<u8>, Vec<u8>);

sql! {
    INSERT_DETAIL = "INSERT INTO event_detail (shard, device, seq, wrapped_key, sealed)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    DETAIL = "SELECT wrapped_key, sealed FROM event_detail
        WHERE shard = ?1 AND device = ?2 AND seq = ?3";
}

/// Bytes sealed under a new key: the wrapped key and the sealed bytes.
pub(crate) fn seal_apart(
    vault: &Vault,
    table: &'static str,
    row: &[u8; 16],
    plain: &[u8],
    chance: &Chance,
) -> (Vec<u8>, Vec<u8>) {
    let key = PersonKey::new(chance);
    let place = |column| Place { table, column, row };
    let wrapped = vault.wrap(&key, &place("wrapped_key"), chance);
    (wrapped, key.seal(&place("sealed"), plain, chance))
}

/// The opposite of [`seal_apart`].
pub(crate) fn open_apart(
    vault: &Vault,
    table: &'static str,
    row: &[u8; 16],
    wrapped: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, StoreError> {
    let place = |column| Place { table, column, row };
    let key = vault.unwrap(wrapped, &place("wrapped_key"))?;
    key.open(&place("sealed"), sealed)
}

/// Sixteen bytes that name an event: its place in its device's chain.
pub(crate) fn event_place(device: DeviceId, seq: i64) -> [u8; 16] {
    let mut place = device.0;
    for (byte, part) in place[8..].iter_mut().zip(seq.to_be_bytes()) {
        *byte ^= part;
    }
    place
}

/// What was sealed beside an event.
fn open_details(
    vault: &Vault,
    place: &[u8; 16],
    (wrapped, sealed): (&[u8], &[u8]),
) -> Result<Vec<Detail>, StoreError> {
    let plain = open_apart(vault, "event_detail", place, wrapped, sealed)?;
    let details = Reader::new(&plain).list(DETAILS_MOST);
    details.map_err(|_| StoreError::Sealed("not what was sealed"))
}

impl ReadTx<'_> {
    fn sealed_details(
        &self,
        shard: Shard,
        device: DeviceId,
        seq: i64,
    ) -> Result<Option<WrappedAndSealed>, StoreError> {
        self.optional(&DETAIL, params![shard, &device, seq], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }

    /// Surname and mask of whoever a guard wrote down beside an event. It identifies nobody, hence
    /// is no view.
    pub fn masked_name_beside(
        &self,
        vault: &Vault,
        shard: Shard,
        device: DeviceId,
        seq: i64,
    ) -> Result<Option<String>, StoreError> {
        let Some((wrapped, sealed)) = self.sealed_details(shard, device, seq)? else {
            return Ok(None);
        };
        let details = open_details(vault, &event_place(device, seq), (&wrapped, &sealed))?;
        let mut names = details.iter().filter(|one| one.field == DetailField::Name);
        let name = names.find_map(|one| PersonName::from_stored(one.reveal_text()));
        Ok(name.map(|name| name.masked()))
    }
}

impl Tx<'_> {
    pub(crate) fn insert_event_details(
        &self,
        vault: &Vault,
        shard: Shard,
        event: &Event,
        chance: &Chance,
    ) -> Result<(), StoreError> {
        let Some(private) = event.private.as_ref().filter(|p| !p.details.is_empty()) else {
            return Ok(());
        };
        let mut writer = Writer::default();
        writer.list(&private.details);
        let seq = i64::try_from(event.seq).unwrap_or(i64::MAX);
        let place = event_place(event.device, seq);
        let (wrapped, sealed) =
            seal_apart(vault, "event_detail", &place, &writer.finish(), chance);
        let parameters = params![shard, &event.device, seq, &wrapped, &sealed];
        self.execute_one(&INSERT_DETAIL, parameters)
    }

    /// What a guard wrote down beside an event. Who looked is written down in the same
    /// transaction. `None` if nothing was written, or it has been erased.
    pub fn reveal_event_details(
        &self,
        vault: &Vault,
        shard: Shard,
        device: DeviceId,
        seq: i64,
        viewer: &Viewer,
    ) -> Result<Option<Vec<Detail>>, StoreError> {
        let Some((wrapped, sealed)) = self.sealed_details(shard, device, seq)? else {
            return Ok(None);
        };
        let details = open_details(vault, &event_place(device, seq), (&wrapped, &sealed))
            .map_err(|error| self.fail(error))?;
        let purpose = viewer.purpose.as_bytes();
        self.append_audit(&AuditNote {
            shard,
            at: viewer.at,
            kind: "event.view",
            actor: viewer.staff,
            commitment: None,
            body: &[&device.0[..], &seq.to_be_bytes(), purpose].concat(),
        })?;
        Ok(Some(details))
    }
}

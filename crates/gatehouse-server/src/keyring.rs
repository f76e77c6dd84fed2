//! The keys that a running server works with: what `gatehouse init` made, opened by the secrets.

use crate::ops::check_draft::Phones;
use crate::secrets::Secrets;
use gatehouse_core::id::AreaId;
use gatehouse_core::key::{Grant, KeyId, KeyList, PublicKey, SigningKey, Term, Trust};
use gatehouse_store::{ReadTx, StoreError, Vault};
use std::sync::Arc;

/// Name of the installation's fact that holds the root's public key.
pub const ROOT_KEY: &str = "root_key";
/// Name of the installation's fact that marks a demonstration (one byte, 1).
pub const DEMO: &str = "demo";
/// Purpose of the key that signs snapshots.
pub const SNAPSHOT: &str = "snapshot";

/// Purpose of the keys that sign passes.
pub const ISSUER: &str = "issuer";

/// Why a database has no keys to work with.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key list is not signed by the installation's root, or a demo's in a real one.
    #[error("K-LIST: the key list of this database is not its root's: {0}")]
    KeyList(String),
    /// No snapshot key, or the secrets do not open it.
    #[error("K-SNAPSHOT: the snapshot key does not open: are these the secrets of this database?")]
    SnapshotKey,
}

/// Whether a database is a demonstration's: everybody in it is invented.
///
/// # Errors
/// The database's.
pub fn is_demo(tx: &ReadTx<'_>) -> Result<bool, StoreError> {
    let value = tx.installation_fact(DEMO)?;
    Ok(value.is_some_and(|value| value == [1]))
}

/// The keys of an installation.
pub struct Keyring {
    /// The root's public key: what devices learn at enrolment.
    pub root: [u8; 32],
    /// The signed key list, as devices read it.
    pub signed_list: Vec<u8>,
    /// The same, opened.
    pub list: KeyList,
    /// Signs snapshots.
    pub snapshot_key: SigningKey,
    /// Sign passes, each for its community.
    pub issuers: Vec<Issuer>,
    /// Opens names.
    pub vault: Vault,
    /// Whether everybody here is invented.
    pub is_demo: bool,
}

/// A key that signs the passes of one community, as the key list grants it.
pub struct Issuer {
    /// Id of the key.
    pub key_id: [u8; 4],
    /// The key.
    pub key: SigningKey,
    /// The community; it signs for what lies in it.
    pub community: AreaId,
    /// The community's number in the key list.
    pub number: u16,
    /// Most passes in one list.
    pub quota: u32,
    /// Which kinds, and for how long at most.
    pub grants: Vec<Grant>,
    /// When.
    pub term: Term,
}

/// A keyring that can be handed around.
pub type SharedKeyring = Arc<Keyring>;

impl Keyring {
    /// Reads the keys of a database; `None` where `gatehouse init` has not run.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub fn read(
        tx: &ReadTx<'_>,
        secrets: &Secrets,
        now_millis: i64,
    ) -> Result<Option<Keyring>, KeyringError> {
        let (Some(root), Some(row)) = (tx.installation_fact(ROOT_KEY)?, tx.last_key_list()?) else {
            return Ok(None);
        };
        let wrong = |reason: &str| KeyringError::KeyList(reason.to_owned());
        let root: [u8; 32] = root.try_into().map_err(|_| wrong("no root key"))?;
        let public = PublicKey::from_bytes(&root).ok_or_else(|| wrong("no root key"))?;
        let demo = is_demo(tx)?;
        let trust = Trust {
            root: &public,
            newest: 0,
            demo,
        };
        let list =
            KeyList::open(&row.signed, trust).map_err(|error| wrong(&format!("{error:?}")))?;
        let server_keys = tx.server_keys()?;
        let issuers = server_keys
            .iter()
            .filter(|key| key.purpose == ISSUER)
            .filter_map(|row| {
                let granted = list.issuer(KeyId(row.key_id))?;
                Some(Issuer {
                    key_id: row.key_id,
                    key: secrets.open_key(row.key_id, &row.sealed)?,
                    community: granted.area,
                    number: granted.community_number,
                    quota: granted.quota,
                    grants: granted.grants.clone(),
                    term: granted.term,
                })
            })
            .collect();
        let snapshot_key = server_keys
            .into_iter()
            .filter(|key| key.purpose == SNAPSHOT)
            .filter(|key| key.from_at <= now_millis && key.to_at.is_none_or(|to| now_millis < to))
            .find_map(|key| secrets.open_key(key.key_id, &key.sealed))
            .ok_or(KeyringError::SnapshotKey)?;
        let vault = Vault::new(secrets.epochs(), secrets.index_key());
        let vault = vault.ok_or(KeyringError::SnapshotKey)?;
        Ok(Some(Keyring {
            root,
            signed_list: row.signed,
            list,
            snapshot_key,
            issuers,
            vault,
            is_demo: demo,
        }))
    }

    /// Which telephones a form or a table may bring.
    pub fn phones(&self) -> Phones {
        Phones::of(self.is_demo)
    }

    /// The key that may sign a pass now for an area, given with all above it.
    pub fn issuer_for(&self, path: &[AreaId], now_millis: i64) -> Option<&Issuer> {
        let here = |issuer: &&Issuer| path.contains(&issuer.community);
        let mut issuers = self.issuers.iter().filter(here);
        issuers.find(|issuer| issuer.term.covers(now_millis))
    }
}

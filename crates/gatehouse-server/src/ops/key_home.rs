//! Where an installation's key list and sealed keys lie: in its database, or, for an office that
//! only issues passes or for trying things out, in a folder of files. The root's private half lies
//! in neither.

use anyhow::{Context, Result, bail};
use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use gatehouse_core::id::{AreaId, StaffId};
use gatehouse_core::key::{KeyId, KeyList, PublicKey, SigningKey, Trust};
use gatehouse_store::key::{KeyListRow, ServerKeyRow, StaffKeyRow};
use gatehouse_store::{Lane, Store, StoreError};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

use super::lay_town::Town;
use crate::secrets::Secrets;

/// The root's public half, as a fact of the installation.
pub const ROOT_FACT: &str = "root_key";
/// Whether the installation is a demonstration, as a fact of the installation.
pub const DEMO_FACT: &str = "demo";
const ROOT_FILE: &str = "root.pub";
const LIST_FILE: &str = "key-list";
const SERVER_KEYS_FILE: &str = "server-keys.json";
const STAFF_KEYS_FILE: &str = "staff-keys.json";

/// Where keys lie.
pub enum KeyHome {
    /// A folder.
    Files(PathBuf),
    /// The database.
    Database(Store),
}

/// The tree as an installation knows it.
#[derive(Debug)]
pub struct KeyTree {
    /// The root's public half.
    pub root: PublicKey,
    /// The newest key list, verified.
    pub list: KeyList,
    /// Its signed bytes.
    pub signed: Vec<u8>,
}

/// What [`KeyHome::keep`] adds.
pub struct NewKeys {
    /// The root's public half; must be the one that is kept already.
    pub root: PublicKey,
    /// Whether the list is marked as a demo's.
    pub demo: bool,
    /// The next key list.
    pub list: KeyListRow,
    /// New keys of the server.
    pub server: Vec<ServerKeyRow>,
    /// New keys of people.
    pub staff: Vec<StaffKeyRow>,
    /// The first places and the first account.
    pub town: Option<Town>,
}

/// What became of new keys. All but the first keep nothing: what was read decides before the
/// first row is written.
enum Kept {
    All,
    OtherRoot,
    TownThere,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServerKeyFile {
    key_id: KeyId,
    purpose: String,
    area: Option<AreaId>,
    public_key: String,
    sealed: String,
    from_at: i64,
    to_at: Option<i64>,
    is_demo: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StaffKeyFile {
    key_id: KeyId,
    staff: StaffId,
    public_key: String,
    sealed: String,
    from_at: i64,
    to_at: Option<i64>,
}

impl KeyHome {
    /// The tree, or `None` before the first `gatehouse init`.
    ///
    /// # Errors
    /// What cannot be read, or a key list that its root did not sign.
    pub fn tree(&self) -> Result<Option<KeyTree>> {
        let Some((root, demo, signed)) = self.root_and_list()? else {
            return Ok(None);
        };
        let root = PublicKey::from_bytes(&root).context("K-ROOT: the root key is no key")?;
        let trust = Trust {
            root: &root,
            newest: 0,
            demo,
        };
        let list = KeyList::open(&signed, trust)
            .map_err(|error| anyhow::anyhow!("K-LIST: the key list is refused: {error}"))?;
        Ok(Some(KeyTree { root, list, signed }))
    }

    #[expect(clippy::type_complexity, reason = "read once, right above")]
    fn root_and_list(&self) -> Result<Option<([u8; 32], bool, Vec<u8>)>> {
        match self {
            KeyHome::Files(folder) => {
                let path = folder.join(ROOT_FILE);
                if !path.exists() {
                    return Ok(None);
                }
                let text = std::fs::read_to_string(&path).with_context(|| in_file(&path))?;
                let root = read_hex(&text).with_context(|| in_file(&path))?;
                let path = folder.join(LIST_FILE);
                let signed = std::fs::read(&path).with_context(|| in_file(&path))?;
                // A folder is what the one who holds it says it is; a list's mark still shows.
                Ok(Some((root, true, signed)))
            }
            KeyHome::Database(store) => Ok(store.read_blocking::<_, StoreError, _>(|tx| {
                let root = tx.installation_fact(ROOT_FACT)?;
                let demo = tx.installation_fact(DEMO_FACT)?;
                let list = tx.last_key_list()?;
                let root = root.and_then(|root| root.try_into().ok());
                Ok(root
                    .zip(list)
                    .map(|(root, list)| (root, demo == Some(vec![1]), list.signed)))
            })?),
        }
    }

    /// The server's keys, sealed.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn server_keys(&self) -> Result<Vec<ServerKeyRow>> {
        match self {
            KeyHome::Files(folder) => {
                let files: Vec<ServerKeyFile> = read_json(&folder.join(SERVER_KEYS_FILE))?;
                files.into_iter().map(ServerKeyFile::row).collect()
            }
            KeyHome::Database(store) => {
                Ok(store.read_blocking::<_, StoreError, _>(|tx| tx.server_keys())?)
            }
        }
    }

    /// A person's key, sealed.
    ///
    /// # Errors
    /// What cannot be read, or no such key.
    pub fn staff_key(&self, id: KeyId) -> Result<StaffKeyRow> {
        let found = match self {
            KeyHome::Files(folder) => {
                let files: Vec<StaffKeyFile> = read_json(&folder.join(STAFF_KEYS_FILE))?;
                let file = files.into_iter().find(|file| file.key_id == id);
                file.map(StaffKeyFile::row).transpose()?
            }
            KeyHome::Database(store) => {
                store.read_blocking::<_, StoreError, _>(move |tx| tx.staff_key(&id.0))?
            }
        };
        found.with_context(|| format!("K-NONE: nobody here has the key {id}"))
    }

    /// Opens the key of a community's issuer, or another of the server's.
    ///
    /// # Errors
    /// No such key, or one that these secrets do not open.
    pub fn open_server_key(
        &self,
        secrets: &Secrets,
        wanted: impl Fn(&ServerKeyRow) -> bool,
    ) -> Result<SigningKey> {
        let keys = self.server_keys()?;
        let Some(key) = keys.iter().rev().find(|key| wanted(key)) else {
            bail!("K-NONE: no such key is here");
        };
        secrets
            .open_key(key.key_id, &key.sealed)
            .context("K-SEAL: these secrets do not open the key")
    }

    /// An area and every one above it; nothing in a folder, which knows no places.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn path_of(&self, area: AreaId) -> Result<Vec<AreaId>> {
        let KeyHome::Database(store) = self else {
            return Ok(Vec::new());
        };
        let path = store.read_blocking::<_, StoreError, _>(move |tx| tx.area_path(area))?;
        Ok(path.iter().rev().map(|row| row.area).collect())
    }

    /// Keeps the next key list and new keys: all of it or nothing.
    ///
    /// # Errors
    /// Another root than the one kept, a list that is not newer, a key that is there already, a
    /// town where there is one.
    pub fn keep(&self, new: NewKeys) -> Result<()> {
        match self {
            KeyHome::Files(_) if new.town.is_some() => {
                bail!("K-TOWN: places and accounts lie in a database, not in a folder of files")
            }
            KeyHome::Files(folder) => keep_in_files(folder, new),
            KeyHome::Database(store) => {
                let kept = store.write_blocking::<_, StoreError, _>(Lane::People, move |tx| {
                    let root = new.root.key().to_bytes();
                    let known = tx.installation_fact(ROOT_FACT)?;
                    if known.is_some_and(|known| known != root) {
                        return Ok(Kept::OtherRoot);
                    }
                    if let Some(town) = &new.town
                        && !town.write(tx)?
                    {
                        return Ok(Kept::TownThere);
                    }
                    tx.set_installation_fact(ROOT_FACT, &root)?;
                    tx.set_installation_fact(DEMO_FACT, &[u8::from(new.demo)])?;
                    tx.insert_key_list(&new.list)?;
                    new.server
                        .iter()
                        .try_for_each(|key| tx.insert_server_key(key))?;
                    new.staff
                        .iter()
                        .try_for_each(|key| tx.insert_staff_key(key))?;
                    Ok(Kept::All)
                })?;
                match kept {
                    Kept::All => Ok(()),
                    Kept::OtherRoot => {
                        bail!("K-OTHER: this database belongs to another root key")
                    }
                    Kept::TownThere => bail!(
                        "K-TOWN: this database has places or accounts already; add more in the \
                         console"
                    ),
                }
            }
        }
    }
}

fn keep_in_files(folder: &Path, new: NewKeys) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| in_file(folder))?;
    let home = KeyHome::Files(folder.to_owned());
    let (mut server, mut staff) = (Vec::new(), Vec::new());
    if let Some(tree) = home.tree()? {
        if tree.root != new.root {
            bail!("K-OTHER: this folder belongs to another root key");
        }
        server = read_json(&folder.join(SERVER_KEYS_FILE))?;
        staff = read_json(&folder.join(STAFF_KEYS_FILE))?;
    }
    server.extend(new.server.iter().map(ServerKeyFile::of));
    staff.extend(new.staff.iter().map(StaffKeyFile::of));
    write_json(&folder.join(SERVER_KEYS_FILE), &server)?;
    write_json(&folder.join(STAFF_KEYS_FILE), &staff)?;
    write_whole(&folder.join(LIST_FILE), &new.list.signed)?;
    // Last: its being there says that the rest is.
    let root = HEXLOWER.encode(new.root.key().as_bytes()) + "\n";
    write_whole(&folder.join(ROOT_FILE), root.as_bytes())
}

impl ServerKeyFile {
    fn of(row: &ServerKeyRow) -> ServerKeyFile {
        ServerKeyFile {
            key_id: KeyId(row.key_id),
            purpose: row.purpose.clone(),
            area: row.area,
            public_key: BASE64.encode(&row.public_key),
            sealed: BASE64.encode(&row.sealed),
            from_at: row.from_at,
            to_at: row.to_at,
            is_demo: row.is_demo,
        }
    }

    fn row(self) -> Result<ServerKeyRow> {
        Ok(ServerKeyRow {
            key_id: self.key_id.0,
            purpose: self.purpose,
            area: self.area,
            public_key: read_base64(&self.public_key)?
                .try_into()
                .ok()
                .context("K-FORM: a public key has 32 bytes")?,
            sealed: read_base64(&self.sealed)?,
            from_at: self.from_at,
            to_at: self.to_at,
            is_demo: self.is_demo,
        })
    }
}

impl StaffKeyFile {
    fn of(row: &StaffKeyRow) -> StaffKeyFile {
        StaffKeyFile {
            key_id: KeyId(row.key_id),
            staff: row.staff,
            public_key: BASE64.encode(&row.public_key),
            sealed: BASE64.encode(&row.sealed),
            from_at: row.from_at,
            to_at: row.to_at,
        }
    }

    fn row(self) -> Result<StaffKeyRow> {
        Ok(StaffKeyRow {
            key_id: self.key_id.0,
            staff: self.staff,
            public_key: read_base64(&self.public_key)?
                .try_into()
                .ok()
                .context("K-FORM: a public key has 32 bytes")?,
            sealed: read_base64(&self.sealed)?,
            from_at: self.from_at,
            to_at: self.to_at,
        })
    }
}

fn in_file(path: &Path) -> String {
    format!("K-FILE: {}", path.display())
}

fn read_base64(text: &str) -> Result<Vec<u8>> {
    BASE64
        .decode(text.as_bytes())
        .map_err(|_| anyhow::anyhow!("K-FORM: this is not base64"))
}

/// Thirty-two bytes as hex digits, of either case, with blanks around them.
///
/// # Errors
/// Anything else.
pub fn read_hex(text: &str) -> Result<[u8; 32]> {
    let bytes = HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok();
    let bytes = bytes.map(Zeroizing::new);
    bytes
        .and_then(|bytes| <[u8; 32]>::try_from(&bytes[..]).ok())
        .context("K-FORM: 64 hex digits are wanted")
}

fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| in_file(path))?;
    serde_json::from_str(&text).with_context(|| in_file(path))
}

fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    write_whole(path, text.as_bytes())
}

/// Writes beside and renames, so that a full disk leaves the old file.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let beside = path.with_extension("new");
    std::fs::write(&beside, bytes).with_context(|| in_file(&beside))?;
    std::fs::rename(&beside, path).with_context(|| in_file(path))
}

//! The secrets of an installation: one file outside the database, readable by its owner alone.
//!
//! It holds the epoch keys that wrap people's keys, the key of the search index, and the key under
//! which the server's own signing keys are sealed. A copied database without it identifies nobody
//! and signs nothing; losing it loses the names for good, so the file belongs into the backup of
//! its own (SECURITY.md).

use crate::world::World;
use data_encoding::BASE64;
use ed25519_dalek::SigningKey;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Name of the file in the data folder.
pub const FILE: &str = "secrets.toml";

/// Why there are no secrets to work with.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The file cannot be read or written.
    #[error("K-FILE: the secrets {0}: {1}")]
    File(PathBuf, std::io::Error),
    /// The file is not what `gatehouse init` wrote.
    #[error("K-FORM: the secrets {0} cannot be read; restore the file from its backup")]
    Form(PathBuf),
}

/// The secrets of an installation.
pub struct Secrets {
    epochs: BTreeMap<u8, Zeroizing<[u8; 32]>>,
    index_key: Zeroizing<[u8; 32]>,
    sealing_key: Zeroizing<[u8; 32]>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Epoch number → key, base64.
    epochs: BTreeMap<String, String>,
    index_key: String,
    sealing_key: String,
}

impl Secrets {
    /// New secrets, in epoch 1.
    pub fn make(world: &dyn World) -> Secrets {
        let key = || Zeroizing::new(world.bytes::<32>());
        Secrets {
            epochs: BTreeMap::from([(1, key())]),
            index_key: key(),
            sealing_key: key(),
        }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`SecretsError`]; nothing of the file is repeated.
    pub fn load(path: &Path) -> Result<Secrets, SecretsError> {
        let text = std::fs::read_to_string(path)
            .map(Zeroizing::new)
            .map_err(|error| SecretsError::File(path.to_owned(), error))?;
        read(&text).ok_or_else(|| SecretsError::Form(path.to_owned()))
    }

    /// Writes a new file; one that is there is never overwritten.
    ///
    /// # Errors
    /// [`SecretsError::File`].
    pub fn save_new(&self, path: &Path) -> Result<(), SecretsError> {
        let failed = |error| SecretsError::File(path.to_owned(), error);
        let encode = |key: &[u8; 32]| BASE64.encode(key);
        let written = Written {
            epochs: self
                .epochs
                .iter()
                .map(|(n, key)| (n.to_string(), encode(key)))
                .collect(),
            index_key: encode(&self.index_key),
            sealing_key: encode(&self.sealing_key),
        };
        let text = toml::to_string(&written).map_err(|_| SecretsError::Form(path.to_owned()))?;
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(path);
        let file = file
            .as_mut()
            .map_err(|error| failed(std::io::Error::from(error.kind())))?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(failed)
    }

    /// Keys that wrap people's keys, by number of their epoch.
    pub fn epochs(&self) -> impl Iterator<Item = (u8, [u8; 32])> {
        self.epochs.iter().map(|(number, key)| (*number, **key))
    }

    /// Key of the search index.
    pub fn index_key(&self) -> [u8; 32] {
        *self.index_key
    }

    /// Seals the private half of a server key; `nonce` is random.
    pub fn seal_key(&self, key_id: [u8; 4], private: &SigningKey, nonce: [u8; 12]) -> Vec<u8> {
        let mut sealed = nonce.to_vec();
        let mut body = private.to_bytes().to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self
            .cipher()
            .seal_in_place_separate_tag(nonce, Aad::from(key_id), &mut body);
        // Sealing 32 bytes cannot exceed any limit of the cipher.
        let tag = tag.expect("32 bytes are sealed");
        sealed.extend_from_slice(&body);
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// Opens what [`Secrets::seal_key`] sealed for the same key id.
    pub fn open_key(&self, key_id: [u8; 4], sealed: &[u8]) -> Option<SigningKey> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = Zeroizing::new(body.to_vec());
        let opened = self
            .cipher()
            .open_in_place(nonce, Aad::from(key_id), &mut body)
            .ok()?;
        let bytes = Zeroizing::new(<[u8; 32]>::try_from(&*opened).ok()?);
        Some(SigningKey::from_bytes(&bytes))
    }

    /// Seals a secret that this server shares with another system; `nonce` is random.
    pub fn seal_secret(&self, id: &[u8; 16], secret: &[u8; 32], nonce: [u8; 12]) -> Vec<u8> {
        let mut sealed = nonce.to_vec();
        let mut body = secret.to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self
            .cipher()
            .seal_in_place_separate_tag(nonce, Aad::from(id), &mut body);
        let tag = tag.expect("32 bytes are sealed");
        sealed.extend_from_slice(&body);
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// Opens what [`Secrets::seal_secret`] sealed for the same id.
    pub fn open_secret(&self, id: &[u8; 16], sealed: &[u8]) -> Option<[u8; 32]> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = Zeroizing::new(body.to_vec());
        let opened = self
            .cipher()
            .open_in_place(nonce, Aad::from(id), &mut body)
            .ok()?;
        (*opened).try_into().ok()
    }

    fn cipher(&self) -> LessSafeKey {
        let key = UnboundKey::new(&AES_256_GCM, &*self.sealing_key);
        LessSafeKey::new(key.expect("the key has 32 bytes"))
    }
}

fn read(text: &str) -> Option<Secrets> {
    let written: Written = toml::from_str(text).ok()?;
    let decode = |text: &String| -> Option<Zeroizing<[u8; 32]>> {
        let bytes = Zeroizing::new(BASE64.decode(text.as_bytes()).ok()?);
        Some(Zeroizing::new(bytes.as_slice().try_into().ok()?))
    };
    let epochs: BTreeMap<u8, _> = written
        .epochs
        .iter()
        .map(|(number, key)| Some((number.parse().ok()?, decode(key)?)))
        .collect::<Option<_>>()?;
    (!epochs.is_empty()).then_some(())?;
    let (index_key, sealing_key) = (decode(&written.index_key)?, decode(&written.sealing_key)?);
    Some(Secrets {
        epochs,
        index_key,
        sealing_key,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Computer;

    #[test]
    fn secrets_read_back_and_are_never_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        let secrets = Secrets::make(&Computer);
        secrets.save_new(&path).expect("writes");
        assert!(secrets.save_new(&path).is_err());
        let again = Secrets::load(&path).expect("reads");
        let key = SigningKey::from_bytes(&[7; 32]);
        let sealed = secrets.seal_key([1; 4], &key, [9; 12]);
        let opened = again.open_key([1; 4], &sealed).expect("opens");
        assert_eq!(opened.to_bytes(), key.to_bytes());
        assert!(again.open_key([2; 4], &sealed).is_none(), "bound to its id");
        assert!(again.open_key([1; 4], &sealed[1..]).is_none());
        let sealed = secrets.seal_secret(&[1; 16], &[5; 32], [9; 12]);
        assert_eq!(again.open_secret(&[1; 16], &sealed), Some([5; 32]));
        assert_eq!(
            again.open_secret(&[2; 16], &sealed),
            None,
            "bound to its id"
        );
    }

    #[test]
    fn a_damaged_file_says_what_to_do_and_shows_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        std::fs::write(&path, "index_key = \"geheim\"").expect("writes");
        let error = Secrets::load(&path).err().expect("refused").to_string();
        assert!(
            error.starts_with("K-FORM") && !error.contains("geheim"),
            "{error}"
        );
    }
}

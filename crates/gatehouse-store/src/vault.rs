//! Keys that make people readable, and how values are sealed under them (design §5).
//!
//! Each person has a key of their own, wrapped by an epoch key; names, numbers, telephones,
//! pictures and notes are sealed under the person's key. Epoch keys and the index key live
//! outside the database and come in through a [`Vault`]; random bytes come in as a [`Chance`].

use crate::error::StoreError;
use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt;
use zeroize::Zeroizing;

const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
/// A person's own key is made once and wrapped anew; its values all carry this number.
const PERSON_KEY_NUMBER: u8 = 1;

/// The keys that make people readable and findable.
pub struct Vault {
    epochs: BTreeMap<u8, Zeroizing<[u8; 32]>>,
    current: u8,
    index_key: Zeroizing<[u8; 32]>,
}

// Keys are never printed.
impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("current", &self.current)
            .finish_non_exhaustive()
    }
}

impl Vault {
    /// From epoch keys by number, the highest for new wrappings, and the key of the search
    /// index. `None` without any epoch key.
    pub fn new(
        epochs: impl IntoIterator<Item = (u8, [u8; 32])>,
        index_key: [u8; 32],
    ) -> Option<Vault> {
        let epochs: BTreeMap<_, _> = epochs
            .into_iter()
            .map(|(number, key)| (number, Zeroizing::new(key)))
            .collect();
        let current = *epochs.keys().next_back()?;
        Some(Vault {
            epochs,
            current,
            index_key: Zeroizing::new(index_key),
        })
    }

    /// The epoch under which new keys are wrapped.
    pub fn current_epoch(&self) -> u8 {
        self.current
    }

    /// What a search term is filed under: eight bytes of its HMAC.
    pub fn token(&self, term: &[u8]) -> i64 {
        let mac = hmac(&self.index_key, &[term]);
        let mut first = [0; 8];
        first.copy_from_slice(&mac[..8]);
        i64::from_be_bytes(first)
    }

    pub(crate) fn wrap(&self, key: &PersonKey, place: &Place<'_>, chance: &Chance) -> Vec<u8> {
        let epoch = self
            .epochs
            .get(&self.current)
            .expect("the current epoch is one of the epochs");
        seal(self.current, epoch, place, &key.0[..], chance)
    }

    pub(crate) fn unwrap(
        &self,
        wrapped: &[u8],
        place: &Place<'_>,
    ) -> Result<PersonKey, StoreError> {
        let epoch = wrapped.first().and_then(|number| self.epochs.get(number));
        let epoch = epoch.ok_or(StoreError::Sealed("the key of its time is not here"))?;
        let opened = Zeroizing::new(open(epoch, place, wrapped)?);
        let key = <[u8; 32]>::try_from(&opened[..])
            .map_err(|_| StoreError::Sealed("a person's key has another length"))?;
        Ok(PersonKey(Zeroizing::new(key)))
    }
}

/// The key of one person.
pub(crate) struct PersonKey(Zeroizing<[u8; 32]>);

impl PersonKey {
    pub(crate) fn new(chance: &Chance) -> PersonKey {
        PersonKey(Zeroizing::new(chance.derive("person key", "")))
    }

    pub(crate) fn seal(&self, place: &Place<'_>, plain: &[u8], chance: &Chance) -> Vec<u8> {
        seal(PERSON_KEY_NUMBER, &self.0, place, plain, chance)
    }

    pub(crate) fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        if sealed.first() != Some(&PERSON_KEY_NUMBER) {
            return Err(StoreError::Sealed("an unknown key number"));
        }
        open(&self.0, place, sealed)
    }
}

/// Thirty-two random bytes for one write. Everything that must be random in it is derived from
/// them, so that a closure that runs twice does the same twice. Never used for a second write.
#[derive(Clone)]
pub struct Chance(Zeroizing<[u8; 32]>);

impl Chance {
    /// From bytes of the operating system's random source.
    pub fn new(bytes: [u8; 32]) -> Chance {
        Chance(Zeroizing::new(bytes))
    }

    fn derive(&self, what: &str, which: &str) -> [u8; 32] {
        hmac(&self.0, &[what.as_bytes(), b"\0", which.as_bytes()])
    }

    /// A salt or a random id for the named use.
    pub fn sixteen(&self, what: &str) -> [u8; 16] {
        let mut first = [0; 16];
        first.copy_from_slice(&self.derive("sixteen", what)[..16]);
        first
    }

    /// Fresh chance for the n-th of several things in one write.
    pub fn part(&self, n: u64) -> Chance {
        Chance::new(hmac(&self.0, &[b"part\0", &n.to_be_bytes()]))
    }
}

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chance(..)")
    }
}

/// Where a sealed value belongs; it opens nowhere else.
pub(crate) struct Place<'a> {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    pub(crate) row: &'a [u8; 16],
}

impl Place<'_> {
    fn additional_data(&self) -> Vec<u8> {
        let mut data = Vec::with_capacity(self.table.len() + self.column.len() + 18);
        data.extend_from_slice(self.table.as_bytes());
        data.push(0);
        data.extend_from_slice(self.column.as_bytes());
        data.push(0);
        data.extend_from_slice(self.row);
        data
    }
}

fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn cipher(key: &[u8; 32]) -> Aes256GcmSiv {
    Aes256GcmSiv::new_from_slice(key).expect("AES-256 takes 32 bytes")
}

fn seal(number: u8, key: &[u8; 32], place: &Place<'_>, plain: &[u8], chance: &Chance) -> Vec<u8> {
    let random = chance.derive("nonce", place.column);
    let mut nonce = [0; NONCE_BYTES];
    nonce.copy_from_slice(&random[..NONCE_BYTES]);
    let payload = Payload {
        msg: plain,
        aad: &place.additional_data(),
    };
    let sealed = cipher(key)
        .encrypt(&Nonce::from(nonce), payload)
        .expect("values are far shorter than the cipher's limit of 64 GiB");
    let mut bytes = Vec::with_capacity(1 + NONCE_BYTES + sealed.len());
    bytes.push(number);
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&sealed);
    bytes
}

fn open(key: &[u8; 32], place: &Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
    if sealed.len() < 1 + NONCE_BYTES + TAG_BYTES {
        return Err(StoreError::Sealed("too short"));
    }
    let (nonce, sealed) = sealed[1..].split_at(NONCE_BYTES);
    let nonce = <[u8; NONCE_BYTES]>::try_from(nonce).expect("split at its length");
    let payload = Payload {
        msg: sealed,
        aad: &place.additional_data(),
    };
    cipher(key)
        .decrypt(&Nonce::from(nonce), payload)
        .map_err(|_| StoreError::Sealed("altered, or of another place or key"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn vault() -> Vault {
        Vault::new([(1, [1; 32]), (2, [2; 32])], [9; 32]).expect("has epochs")
    }

    fn place(column: &'static str, row: &'static [u8; 16]) -> Place<'static> {
        let table = "person";
        Place { table, column, row }
    }

    #[test]
    fn a_value_opens_at_its_place_alone() {
        let key = PersonKey::new(&Chance::new([5; 32]));
        let here = place("name_sealed", &[7; 16]);
        let sealed = key.seal(&here, "张桂芳".as_bytes(), &Chance::new([6; 32]));
        assert_eq!(key.open(&here, &sealed), Ok("张桂芳".as_bytes().to_vec()));
        for elsewhere in [
            place("phone_sealed", &[7; 16]),
            place("name_sealed", &[8; 16]),
        ] {
            assert!(matches!(
                key.open(&elsewhere, &sealed),
                Err(StoreError::Sealed(_))
            ));
        }
        let other = PersonKey::new(&Chance::new([6; 32]));
        assert!(other.open(&here, &sealed).is_err());
    }

    #[test]
    fn a_wrapped_key_needs_the_key_of_its_time() {
        let here = place("wrapped_key", &[7; 16]);
        let chance = Chance::new([5; 32]);
        let key = PersonKey::new(&chance);
        let wrapped = vault().wrap(&key, &here, &chance);
        assert_eq!(wrapped[0], 2);
        let unwrapped = vault().unwrap(&wrapped, &here).expect("opens");
        assert_eq!(unwrapped.0, key.0);
        let earlier = Vault::new([(1, [1; 32])], [9; 32]).expect("has an epoch");
        assert!(matches!(
            earlier.unwrap(&wrapped, &here),
            Err(StoreError::Sealed(_))
        ));
        assert!(Vault::new([], [9; 32]).is_none());
    }

    #[test]
    fn chance_gives_different_bytes_for_different_uses() {
        let chance = Chance::new([5; 32]);
        let salts = [
            chance.sixteen("a"),
            chance.sixteen("b"),
            chance.part(1).sixteen("a"),
        ];
        assert_ne!(salts[0], salts[1]);
        assert_ne!(salts[0], salts[2]);
        assert_eq!(
            format!("{chance:?} {:?}", vault()),
            "Chance(..) Vault { current: 2, .. }"
        );
    }

    proptest! {
        #[test]
        fn a_changed_byte_never_opens(plain: Vec<u8>, at: prop::sample::Index, flip in 1u8..) {
            let key = PersonKey::new(&Chance::new([5; 32]));
            let here = place("note_sealed", &[7; 16]);
            let mut sealed = key.seal(&here, &plain, &Chance::new([6; 32]));
            let at = at.index(sealed.len());
            sealed[at] ^= flip;
            prop_assert!(key.open(&here, &sealed).is_err());
        }

        #[test]
        fn any_bytes_are_refused_without_panic(bytes: Vec<u8>) {
            let key = PersonKey::new(&Chance::new([5; 32]));
            let here = place("note_sealed", &[7; 16]);
            prop_assert!(key.open(&here, &bytes).is_err());
            prop_assert!(vault().unwrap(&bytes, &here).is_err());
        }
    }
}

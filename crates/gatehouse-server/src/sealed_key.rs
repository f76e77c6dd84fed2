//! A person's private key, sealed under their password: argon2id makes the key, AES-256-GCM seals.
//! Opened only within the request in which the person confirms; nobody else can, the
//! administrator included.

use crate::world::World;
use argon2::{Algorithm, Argon2, Params, Version};
use gatehouse_core::key::{KeyId, SigningKey};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const SALT_BYTES: usize = 16;
const PARAMETER_BYTES: usize = 12;
const HEAD_BYTES: usize = 1 + PARAMETER_BYTES + SALT_BYTES + NONCE_LEN;
/// Bounds on the parameters in a sealed key, so that a forged one cannot eat all memory.
const MEMORY_KIB_MOST: u32 = 256 << 10;
const PASSES_MOST: u32 = 16;

/// Seals a key under a password. The bytes hold version, argon2id parameters, salt and nonce.
pub fn seal(key: &SigningKey, password: &str, world: &dyn World) -> Vec<u8> {
    let parameters = Params::DEFAULT;
    let mut sealed = vec![VERSION];
    for parameter in [
        parameters.m_cost(),
        parameters.t_cost(),
        parameters.p_cost(),
    ] {
        sealed.extend(parameter.to_be_bytes());
    }
    sealed.extend(world.bytes::<SALT_BYTES>());
    sealed.extend(world.bytes::<NONCE_LEN>());
    let id = KeyId::of(&key.verifying_key());
    let cipher = cipher(password, &sealed).expect("the default parameters are within the bounds");
    let nonce = nonce(&sealed).expect("the nonce was written above");
    let mut body = Zeroizing::new(key.to_bytes().to_vec());
    let tag = cipher
        .seal_in_place_separate_tag(nonce, Aad::from(id.0), &mut body)
        .expect("32 bytes are sealed");
    sealed.extend_from_slice(&body);
    sealed.extend_from_slice(tag.as_ref());
    sealed
}

/// Opens what [`seal`] sealed; `None` for another password, another key, or altered bytes.
pub fn open(id: KeyId, sealed: &[u8], password: &str) -> Option<SigningKey> {
    let (head, body) = sealed.split_at_checked(HEAD_BYTES)?;
    let cipher = cipher(password, head)?;
    let mut body = Zeroizing::new(body.to_vec());
    let opened = cipher
        .open_in_place(nonce(head)?, Aad::from(id.0), &mut body)
        .ok()?;
    let bytes = Zeroizing::new(<[u8; 32]>::try_from(&*opened).ok()?);
    let key = SigningKey::from_bytes(&bytes);
    (KeyId::of(&key.verifying_key()) == id).then_some(key)
}

fn cipher(password: &str, head: &[u8]) -> Option<LessSafeKey> {
    let (version, rest) = head.split_first()?;
    let (parameters, rest) = rest.split_at_checked(PARAMETER_BYTES)?;
    let mut numbers = parameters
        .chunks(4)
        .map(|four| four.iter().fold(0u32, |n, byte| n << 8 | u32::from(*byte)));
    let (memory, passes, lanes) = (numbers.next()?, numbers.next()?, numbers.next()?);
    if *version != VERSION || memory > MEMORY_KIB_MOST || passes > PASSES_MOST || lanes > 16 {
        return None;
    }
    let parameters = Params::new(memory, passes, lanes, Some(32)).ok()?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into(password.as_bytes(), rest.get(..SALT_BYTES)?, &mut *key)
        .ok()?;
    Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*key).ok()?))
}

fn nonce(head: &[u8]) -> Option<Nonce> {
    Nonce::try_assume_unique_for_key(head.get(HEAD_BYTES - NONCE_LEN..HEAD_BYTES)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Computer;

    #[test]
    fn a_sealed_key_opens_with_its_password_alone() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let id = KeyId::of(&key.verifying_key());
        let sealed = seal(&key, "a long password", &Computer);
        let opened = open(id, &sealed, "a long password").expect("opens");
        assert_eq!(opened.to_bytes(), key.to_bytes());
        assert!(open(id, &sealed, "a long passwore").is_none());
        assert!(open(KeyId([0; 4]), &sealed, "a long password").is_none());
        assert_ne!(sealed, seal(&key, "a long password", &Computer));
    }

    #[test]
    fn altered_cut_and_greedy_bytes_do_not_open() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let id = KeyId::of(&key.verifying_key());
        let sealed = seal(&key, "a long password", &Computer);
        for at in [0, HEAD_BYTES - 1, HEAD_BYTES, sealed.len() - 1] {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(open(id, &altered, "a long password").is_none(), "{at}");
        }
        for cut in [0, 1, 12, HEAD_BYTES, sealed.len() - 1] {
            assert!(open(id, &sealed[..cut], "a long password").is_none());
        }
        let mut greedy = sealed;
        greedy[1] = 0xff;
        assert!(open(id, &greedy, "a long password").is_none());
    }
}

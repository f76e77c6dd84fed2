//! Codes that people read off paper or a screen and type.

use crate::world::World;
use zeroize::Zeroizing;

/// No letter or digit that looks like another: five bits each.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// So many characters that nobody can guess.
pub fn readable_code<const N: usize>(world: &dyn World) -> Zeroizing<String> {
    let bytes: [u8; N] = world.bytes();
    let chars = bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    Zeroizing::new(chars.collect())
}

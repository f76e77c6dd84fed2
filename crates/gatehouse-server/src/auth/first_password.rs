//! Passwords that are made for somebody, said or written once, and changed at the first sign-in:
//! easy to read off a slip and to type on a phone.

use crate::world::World;

/// No letter or digit that looks like another.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// Sixteen characters in four groups: eighty bits.
pub fn first_password(world: &dyn World) -> String {
    let bytes: [u8; 16] = world.bytes();
    let mut text = String::with_capacity(19);
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Computer;
    use std::collections::BTreeSet;

    #[test]
    fn passwords_differ_and_can_be_read_aloud() {
        let made: BTreeSet<_> = (0..100).map(|_| first_password(&Computer)).collect();
        assert_eq!(made.len(), 100);
        assert!(
            made.iter()
                .all(|text| text.len() == 19 && !text.contains(['l', 'i', 'o', '1']))
        );
        assert_eq!(ALPHABET.iter().collect::<BTreeSet<_>>().len(), 32);
    }
}

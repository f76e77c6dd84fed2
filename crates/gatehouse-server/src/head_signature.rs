//! Signatures over the head of a device's chain: ECDSA with P-256 and SHA-256, as WebCrypto makes
//! them. Checked with ring: five times as fast as pure Rust here, and the browser's part is not
//! ours.

use gatehouse_core::wire::{ChainHead, HEAD_SIGNATURE_BYTES};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

/// What SubjectPublicKeyInfo of a P-256 key begins with: algorithm identifiers and the head of the
/// bit string; the uncompressed point follows.
const PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
const POINT_BYTES: usize = 65;

/// The point of a P-256 key in SubjectPublicKeyInfo; `None` for any other key.
pub fn read_key(spki: &[u8]) -> Option<&[u8]> {
    let point = spki.strip_prefix(&PREFIX[..])?;
    (point.len() == POINT_BYTES && point[0] == 4).then_some(point)
}

/// SubjectPublicKeyInfo of a point: the opposite of [`read_key`].
pub fn spki(point: &[u8; POINT_BYTES]) -> Vec<u8> {
    [&PREFIX[..], point].concat()
}

/// Whether the signature is the device's over this head.
pub fn verify(spki: &[u8], head: &ChainHead, signature: &[u8]) -> bool {
    verify_bytes(spki, &head.to_signed_bytes(), signature)
}

/// Whether the signature is the device's over these bytes.
pub fn verify_bytes(spki: &[u8], signed: &[u8], signature: &[u8]) -> bool {
    let Some(point) = read_key(spki) else {
        return false;
    };
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    signature.len() == HEAD_SIGNATURE_BYTES && key.verify(signed, signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_core::audit::Hash;
    use gatehouse_core::id::DeviceId;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

    #[test]
    fn only_the_devices_signature_over_this_head_verifies() {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).expect("a key");
        let spki = [&PREFIX[..], pair.public_key().as_ref()].concat();
        let head = ChainHead {
            device: DeviceId([1; 16]),
            seq: 7,
            hash: Hash([2; 32]),
        };
        let signed = pair.sign(&random, &head.to_signed_bytes()).expect("signs");
        assert!(verify(&spki, &head, signed.as_ref()));
        assert!(!verify(
            &spki,
            &ChainHead { seq: 8, ..head },
            signed.as_ref()
        ));
        assert!(!verify(&spki, &head, &signed.as_ref()[1..]));
        assert!(!verify(&spki[1..], &head, signed.as_ref()));
        for at in 0..spki.len() {
            let mut other = spki.clone();
            other[at] ^= 1;
            assert!(!verify(&other, &head, signed.as_ref()), "byte {at}");
        }
    }
}

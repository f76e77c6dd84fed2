//! What devices and server tell each other; versions are never edited.
//!
//! [`cbor`] is the one encoding of everything that is hashed or signed.

pub mod cbor;

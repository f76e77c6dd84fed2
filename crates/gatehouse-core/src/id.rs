//! Ids: sixteen bytes that say nothing about what they name. Made outside core (UUIDv7 for what
//! people make), passed in as arguments; a newtype each, so that one cannot stand for another.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// Reads the text form (32 hex digits, hyphens allowed where a UUID has them).
            pub fn parse(text: &str) -> Option<$name> {
                parse_hex(text).map($name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_uuid(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serialize_id(&self.0, serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                deserialize_id(deserializer).map($name)
            }
        }
    )*};
}

ids! {
    /// A person; random, the same in every place that speaks of them.
    PersonId;
    /// A household: people at one door.
    HouseholdId;
    /// A node of the area tree.
    AreaId;
    /// The one open entrance of a compound.
    GateId;
    /// A gate device, enrolled once.
    DeviceId;
    /// A person with an account.
    StaffId;
    /// A body that staff belong to.
    OrganisationId;
    /// Staff in an organisation, from–to.
    MembershipId;
    /// An order (SCOPE-1).
    OrderId;
    /// A pass: the entitlement, not the card.
    PassId;
    /// An application for a pass.
    ApplicationId;
    /// A case of fever or emergency that stays open until its outcome is recorded.
    OpenItemId;
    /// A vehicle.
    VehicleId;
    /// A shift at a gate.
    ShiftId;
}

fn parse_hex(text: &str) -> Option<[u8; 16]> {
    if text.len() > 36 || !text.is_ascii() {
        return None;
    }
    let digits: Vec<u8> = text.bytes().filter(|b| *b != b'-').collect();
    if digits.len() != 32 {
        return None;
    }
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        let high = (pair[0] as char).to_digit(16)?;
        let low = (pair[1] as char).to_digit(16)?;
        *byte = (high * 16 + low) as u8;
    }
    Some(bytes)
}

fn write_uuid(bytes: &[u8; 16], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (i, byte) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            f.write_str("-")?;
        }
        write!(f, "{byte:02x}")?;
    }
    Ok(())
}

// Text for people's formats (JSON), sixteen bytes for machines' (CBOR).
fn serialize_id<S: Serializer>(bytes: &[u8; 16], serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        struct Text<'a>(&'a [u8; 16]);
        impl fmt::Display for Text<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_uuid(self.0, f)
            }
        }
        serializer.collect_str(&Text(bytes))
    } else {
        serializer.serialize_bytes(bytes)
    }
}

fn deserialize_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 16], D::Error> {
    struct Visitor;
    impl serde::de::Visitor<'_> for Visitor {
        type Value = [u8; 16];
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("sixteen bytes or their hex digits")
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<[u8; 16], E> {
            parse_hex(text).ok_or_else(|| E::custom("not an id"))
        }
        fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<[u8; 16], E> {
            bytes
                .try_into()
                .map_err(|_| E::custom("an id has sixteen bytes"))
        }
    }
    if deserializer.is_human_readable() {
        deserializer.deserialize_str(Visitor)
    } else {
        deserializer.deserialize_bytes(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_in_both_forms() {
        let id = PersonId([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
        assert_eq!(id.to_string(), "00010203-0405-0607-0809-0a0b0c0d0eff");
        assert_eq!(PersonId::parse(&id.to_string()), Some(id));
        let json = serde_json::to_string(&id).expect("serialises");
        assert_eq!(serde_json::from_str::<PersonId>(&json).expect("reads"), id);
        let mut cbor = Vec::new();
        ciborium::into_writer(&id, &mut cbor).expect("serialises");
        assert_eq!(cbor.len(), 17);
        assert_eq!(
            ciborium::from_reader::<PersonId, _>(&cbor[..]).expect("reads"),
            id
        );
    }

    #[test]
    fn what_is_no_id_is_not_read() {
        for text in [
            "",
            "zz",
            "00010203-0405-0607-0809-0a0b0c0d0ef",
            "门岗门岗门岗门岗",
        ] {
            assert_eq!(PersonId::parse(text), None);
        }
    }
}

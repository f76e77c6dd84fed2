//! Orders about zones: authority over each area, the class, and the bytes of both.

use super::*;
use crate::wire::cbor::CborError;

#[test]
fn a_zone_needs_authority_over_each_of_its_areas() {
    let zone = |areas: &[AreaId]| {
        let order = Order {
            ground: HealthGround::Zone,
            subject: Subject::Zone(areas.to_vec()),
            ..order()
        };
        effect_at(&signed_by(order, &[STREET]), &[], START)
    };
    assert!(stops(&zone(&[COMPOUND])));
    assert_eq!(zone(&[COMPOUND, ELSEWHERE]), none(Why::NotProposed));
}

/// AREA-7: the class of a zone is in what is signed. What was signed as a zone before there were
/// classes is a sealed zone, in the very same bytes.
#[test]
fn a_zone_says_its_class_and_the_first_form_is_a_sealed_zone() {
    type Class = fn(Vec<AreaId>) -> Subject;
    let table: [(Class, u8, &str); 3] = [
        (Subject::Zone, 2, "sealed"),
        (Subject::Spot, 3, "spot"),
        (Subject::HighZone, 4, "high"),
    ];
    for (class, number, name) in table {
        let subject = class(vec![COMPOUND]);
        let bytes = subject.to_cbor();
        assert_eq!(bytes[..4], [0x82, number, 0x81, 0x50], "{name}");
        assert_eq!(Subject::from_cbor(&bytes).as_ref(), Ok(&subject));
        assert_eq!(subject.zone(), Some(name));
        let choices = crate::gate::fact::zone::CHOICES;
        assert!(choices.iter().any(|choice| choice.name == name), "{name}");
        let zone = Order {
            ground: HealthGround::Zone,
            subject: subject.clone(),
            ..order()
        };
        assert!(stops(&effect_at(
            &signed_by(zone.clone(), &[STREET]),
            &[],
            START
        )));
        let other_ground = Order {
            ground: HealthGround::Exposure,
            ..zone.clone()
        };
        assert_eq!(other_ground.check(), Err(OrderFault::Subject));
        let nowhere = Order {
            subject: class(vec![]),
            ..zone
        };
        assert_eq!(nowhere.check(), Err(OrderFault::Subject));
    }
    assert_eq!(Subject::from_cbor(&[0x82, 5, 0x80]), Err(CborError::Value));
}

#[test]
fn the_vectors_of_zones_are_read() {
    let text = include_str!("../../../../../testdata/order/zones-v1.json");
    let vectors: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let areas = vec![COMPOUND, AreaId([4; 16])];
    let subjects = [
        Subject::Zone(areas.clone()),
        Subject::Spot(areas.clone()),
        Subject::HighZone(areas),
    ];
    let orders = vectors["orders"].as_array().expect("orders");
    assert_eq!(orders.len(), subjects.len());
    for (vector, subject) in orders.iter().zip(subjects) {
        let bytes = vector["bytes"].as_str().expect("hex digits").as_bytes();
        let bytes = data_encoding::HEXLOWER.decode(bytes).expect("hex digits");
        let signed = SignedOrder::from_bytes(&bytes).expect("reads");
        assert_eq!(signed.order().subject, subject, "{}", vector["name"]);
        assert_eq!(signed.order().check(), Ok(()));
        assert_eq!(signed.to_bytes(), bytes, "{}", vector["name"]);
        for signer in [HEALTH, STREET] {
            assert!(signed.is_signed_by(&PublicKey::from(&key(signer))));
        }
    }
}

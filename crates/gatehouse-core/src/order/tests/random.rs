//! What no sequence of signatures, bytes and moments may do.

use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn past_its_end_an_order_does_nothing(after in 0..i64::MAX / 2, hours in 1..14 * 24i64) {
        let order = Order { ends_at: START + hours * HOUR, ..order() };
        let end = order.ends_at;
        let mut order = order;
        order.review_on = CivilDay((end / DAY) as i32);
        let signed = signed_by(order, &[STREET]);
        prop_assert!(stops(&effect_at(&signed, &[], end - 1)));
        prop_assert_eq!(effect_at(&signed, &[], end.saturating_add(after)), none(Why::Ended));
    }

    #[test]
    fn one_organisation_alone_does_nothing(millis in START..START + 14 * DAY, twice: bool) {
        let approvers: &[u8] = if twice { &[COLLEAGUE, SECOND_KEY_OF_HEALTH] } else { &[] };
        let signed = signed_by(order(), approvers);
        prop_assert!(!stops(&effect_at(&signed, &[], millis)));
    }

    #[test]
    fn any_changed_byte_leaves_no_effect(at: prop::sample::Index, flip in 1u8..) {
        let mut bytes = signed_by(order(), &[STREET]).to_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(signed) = SignedOrder::from_bytes(&bytes) {
            prop_assert!(!stops(&effect_at(&signed, &[], START)));
        }
    }

    #[test]
    fn a_changed_lift_lifts_nothing(at: prop::sample::Index, flip in 1u8..) {
        let signed = signed_by(order(), &[STREET]);
        let lift = SignedLift::sign(&signed, LiftReason::Error, START, &key(HEALTH));
        let mut bytes = lift.to_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(lift) = SignedLift::from_bytes(&bytes) {
            prop_assert!(stops(&effect_at(&signed, &[lift], START)));
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>, cut: prop::sample::Index) {
        prop_assert!(SignedOrder::from_bytes(&bytes).is_err());
        prop_assert!(SignedLift::from_bytes(&bytes).is_err());
        let whole = order().to_cbor();
        let mut payload = whole[..cut.index(whole.len())].to_vec();
        payload.extend(bytes);
        if let Ok(read) = Order::from_cbor(&payload) {
            prop_assert_eq!(read.to_cbor(), payload);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However many holds one or several clinicians sign, in whatever order they arrive.
    #[test]
    fn holds_never_add_up_to_more_than_four_hours_in_a_day(
        starts in prop::collection::vec(0..60i64, 0..6), window in 0..40i64,
    ) {
        let orders: Vec<_> = starts
            .iter()
            .zip(1..)
            .map(|(start, id)| (signed_by(hold(START + start * HOUR, id), &[]), vec![]))
            .collect();
        let from = START + window * HOUR;
        let halves = (0..48).filter(|half| stops(&together(&orders, from + half * HOUR / 2)));
        prop_assert!(halves.count() <= 8);
        // … and the first one counts.
        if let Some(first) = starts.iter().min() {
            prop_assert!(stops(&together(&orders, START + first * HOUR)));
        }
    }

    /// What the gate is told ahead is what the server would say later.
    #[test]
    fn a_gate_that_is_alone_stops_whom_the_server_would_stop(
        plans in prop::collection::vec((0..60i64, 1..40i64, any::<u8>(), any::<u8>()), 0..5),
        told_at in 0..30i64,
    ) {
        let mut orders: Vec<(SignedOrder, Vec<SignedLift>)> = Vec::new();
        for (number, (begins, hours, how, who)) in (1..).zip(plans) {
            let starts_at = START + begins * HOUR;
            let mut order = Order {
                id: OrderId([number; 16]),
                starts_at,
                ends_at: starts_at + hours * HOUR,
                proposed_at: starts_at,
                review_on: at(starts_at).day(),
                ..order()
            };
            if how & 1 == 1 {
                order.exceptions = vec![Exception {
                    from_at: starts_at + HOUR / 2,
                    until_at: starts_at + HOUR,
                    reason: ExceptionReason::Care,
                }];
            }
            if how & 2 == 2 && number > 1 {
                order.previous = Some(Previous {
                    order: OrderId([number - 1; 16]),
                    relation: Relation::Replaces,
                    reason: "改".to_owned(),
                });
            }
            let signed = match who % 4 {
                0 => signed_by(hold(starts_at, number), &[]),
                1 => signed_by(order, &[]),
                _ => signed_by(order, &[STREET]),
            };
            let lifted_at = starts_at + HOUR * 5 / 4;
            let lift = SignedLift::sign(&signed, LiftReason::Error, lifted_at, &key(HEALTH));
            orders.push((signed, if how & 4 == 4 { vec![lift] } else { vec![] }));
        }
        let keys = keys();
        let authority = Authority { keys: &keys, covers: &covers };
        let told = stops_ahead(&orders, authority, at(START + told_at * HOUR));
        for quarter in 0..400 {
            let later = START + told_at * HOUR + quarter * HOUR / 4;
            let alone = told.iter().any(|stop| stop.stops(later));
            prop_assert_eq!(alone, stops(&together(&orders, later)), "{}", quarter);
        }
    }
}

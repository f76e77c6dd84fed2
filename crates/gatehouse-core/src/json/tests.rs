use super::*;
use proptest::prelude::*;
use serde_json::Value;

fn written(json: &Json) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.value(json);
    writer.finish()
}

fn number(text: &str) -> Json {
    Json::parse(text.as_bytes()).unwrap_or_else(|| panic!("{text}"))
}

/// Whether the general library, which holds fractions as floats, keeps all digits: fifteen are
/// always kept, and what is beyond our numbers is no number of ours.
fn is_exact_in_floats(json: &Json) -> bool {
    match json {
        Json::Beyond | Json::Null => false,
        Json::Number(number) => number.digits.unsigned_abs() < 1_000_000_000_000_000,
        Json::List(list) => list.iter().all(is_exact_in_floats),
        Json::Object(object) => object.0.iter().all(|(_, value)| is_exact_in_floats(value)),
        Json::Flag(_) | Json::Text(_) => true,
    }
}

/// With the names of objects in order, which the general library does not keep.
fn sorted(json: Json) -> Json {
    match json {
        Json::List(list) => Json::List(list.into_iter().map(sorted).collect()),
        Json::Object(Object(fields)) => {
            let within = fields
                .into_iter()
                .map(|(name, value)| (name, sorted(value)));
            let mut fields: Vec<_> = within.collect();
            fields.sort_by(|(one, _), (other, _)| one.cmp(other));
            Json::Object(Object(fields))
        }
        other => other,
    }
}

#[test]
fn numbers_are_exact() {
    let table = [
        ("36.5", 365, 1),
        ("36.50", 365, 1),
        ("3650e-2", 365, 1),
        ("3.65E+1", 365, 1),
        ("-0.04", -4, 2),
        ("0", 0, 0),
        ("-0", 0, 0),
        ("0.000", 0, 0),
        ("0e99999999999999999999", 0, 0),
        ("1200", 1200, 0),
        ("12e2", 1200, 0),
        ("9223372036854775807", i64::MAX, 0),
        ("0.1234567890123456789", 1_234_567_890_123_456_789, 19),
    ];
    for (text, digits, decimals) in table {
        assert_eq!(number(text), Json::Number(Decimal { digits, decimals }));
    }
    for text in [
        "9223372036854775808",
        "1e400",
        "1e99999999999999999999",
        "1e-400",
    ] {
        assert_eq!(number(text), Json::Beyond, "{text}");
    }
    assert_eq!(Decimal::new(365, 1).scaled(1), Some(365));
    assert_eq!(Decimal::new(365, 1).scaled(2), Some(3650));
    assert_eq!(Decimal::new(365, 1).scaled(0), None);
    assert_eq!(Decimal::new(i64::MAX, 0).scaled(1), None);
}

#[test]
fn what_is_no_json_is_refused() {
    let deep = ["[".repeat(NEST_MOST + 1), "]".repeat(NEST_MOST + 1)].concat();
    let table = [
        "",
        " ",
        "{",
        "[1",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\" 1}",
        "nul",
        "nulls",
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "1e",
        "1e+",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\n\"",
        "1 2",
        "'a'",
        "{\"a\":1,\"a\":2}",
        &deep,
        "NaN",
        "[,1]",
        "{\"a\":}",
        "true false",
    ];
    for text in table {
        assert_eq!(Json::parse(text.as_bytes()), None, "{text}");
    }
    assert_eq!(Json::parse(b"\"\xff\""), None);
    let fits = ["[".repeat(NEST_MOST), "]".repeat(NEST_MOST)].concat();
    assert!(Json::parse(fits.as_bytes()).is_some());
    let many: Vec<String> = (0..=KEYS_MOST).map(|at| format!("\"{at}\":1")).collect();
    assert!(Json::parse(format!("{{{}}}", many[1..].join(",")).as_bytes()).is_some());
    assert!(Json::parse(format!("{{{}}}", many.join(",")).as_bytes()).is_none());
}

#[test]
fn strings_read_with_every_escape() {
    let text = r#" "\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00门" "#;
    let read = Json::parse(text.as_bytes()).expect("JSON");
    assert_eq!(read, Json::from("\"\\/\u{8}\u{c}\n\r\té😀门"));
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-100_000_i64..100_000, 0..4_i32).prop_map(|(n, d)| (n as f64 / 10_f64.powi(d)).into()),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(".{0,4}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn reads_and_writes_what_the_general_library_does(value in values(), pretty in any::<bool>()) {
        let text = match pretty {
            true => serde_json::to_vec_pretty(&value),
            false => serde_json::to_vec(&value),
        };
        let read = Json::parse(&text.expect("writes")).expect("reads");
        prop_assert_eq!(&read, &Json::from(&value));
        prop_assert_eq!(&Json::parse(&written(&read)), &Some(read.clone()));
        let again: Value = serde_json::from_slice(&written(&read)).expect("is JSON");
        prop_assert_eq!(Json::from(&again), read);
    }

    /// Whatever is read here is JSON for the general library too, and nothing panics.
    #[test]
    fn a_changed_text_is_read_by_both_or_is_refused(
        value in values(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut text = serde_json::to_vec(&value).expect("writes");
        let at = at.index(text.len());
        text[at] = byte;
        let ours = Json::parse(&text);
        match serde_json::from_slice::<Value>(&text) {
            Ok(theirs) => {
                if let Some(ours) = ours.filter(is_exact_in_floats) {
                    prop_assert_eq!(sorted(ours), sorted(Json::from(&theirs)));
                }
            }
            // Its numbers end where a float does.
            Err(error) => prop_assert!(ours.is_none() || error.to_string().contains("range")),
        }
    }
}

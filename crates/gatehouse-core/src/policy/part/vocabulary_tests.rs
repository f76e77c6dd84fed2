//! Every key and every word of a closed list of the parts has words of its own.

use super::keys::{OTHER, key_words, table_words};
use super::values::value_words;
use super::{json_words, schema};
use crate::gate::wording::Lang;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Words of closed lists under the key that holds them, within the key that holds that one.
type Found = BTreeMap<(String, String), Vec<String>>;

fn walk(json: &Json, root: &Json, (within, key): (&str, &str), found: &mut Found) {
    match json {
        Json::Object(fields) => {
            if let Some(name) = fields.get("$ref").and_then(Json::as_str) {
                let name = name.rsplit('/').next().unwrap_or_default();
                walk(&root["$defs"][name], root, (within, key), found);
            }
            let each = fields.get("enum").and_then(Json::as_array);
            let one = fields.get("const");
            let named = each.into_iter().flatten().chain(one);
            let words = found
                .entry((within.to_owned(), key.to_owned()))
                .or_default();
            words.extend(named.filter_map(Json::as_str).map(str::to_owned));
            let properties = fields.get("properties").and_then(Json::as_object);
            for (name, inside) in properties.into_iter().flatten() {
                let place = if name == "value" {
                    (within, key)
                } else {
                    (key, &**name)
                };
                walk(inside, root, place, found);
            }
            for list in ["items", "anyOf", "oneOf", "prefixItems"] {
                let list = fields.get(list).unwrap_or(&Json::Null);
                walk(list, root, (within, key), found);
            }
        }
        Json::Array(list) => list
            .iter()
            .for_each(|one| walk(one, root, (within, key), found)),
        _ => {}
    }
}

#[test]
fn every_key_and_word_of_the_parts_has_words_and_no_two_the_same() {
    let schema = schema();
    let tables = schema["document"]
        .as_object()
        .expect("tables by their names");
    for (table, of_table) in tables {
        assert_ne!(table_words(table), OTHER, "{table}");
        let mut found = Found::new();
        walk(of_table, of_table, ("", table), &mut found);
        for ((within, key), words) in &found {
            if !within.is_empty() {
                assert_ne!(key_words(within, key), OTHER, "{within}.{key}");
            }
            for lang in [Lang::Zh, Lang::En] {
                let mut told: BTreeMap<&str, &str> = BTreeMap::new();
                for word in words {
                    let said = value_words(key, word);
                    let said = lang.pick(said.unwrap_or_else(|| panic!("{key}: {word}")));
                    let other = told.insert(said, word);
                    assert!(
                        other.is_none_or(|other| other == word),
                        "{key}: {word}, {other:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn what_an_official_agrees_to_is_said_as_people_say_it() {
    let asked = json!({ "moment": "2020-11-20T09:30:00+08:00" });
    let table = [
        (
            json!({ "order": { "entered": "2020-11-20T09:00:00+08:00" } }),
            ("决定 · 观察开始", "11月20日 09:00"),
            ("order · observation began", "20 Nov, 09:00"),
        ),
        (
            json!({ "stays_in_until": "2021-01-04T00:00:00+08:00" }),
            ("待在观察的地方到", "2021年1月4日 00:00"),
            (
                "stays at the place of observation until",
                "4 Jan 2021, 00:00",
            ),
        ),
        (
            json!({ "moment": "2020-11-20T09:30:00+08:00" }),
            ("什么时候问", "2020年11月20日 09:30"),
            ("asked at", "20 Nov 2020, 09:30"),
        ),
        (
            json!({ "stages": [{ "last": "2020-12-04" }] }),
            ("阶段 1 · 最后一天", "12月4日"),
            ("stages 1 · last day", "4 Dec"),
        ),
        (
            json!({ "over": { "at": "2020-12-04T00:00:30+08:00" } }),
            ("观察结束 · 时间", "2020-12-04 00:00:30"),
            ("end of the observation · at", "2020-12-04 00:00:30"),
        ),
        (
            json!({ "kept": [{ "entry": "HN/keep-crossings" }] }),
            ("记录留多少天 1 · 哪一条", "HN/keep-crossings"),
            ("days that records are kept 1 · entry", "HN/keep-crossings"),
        ),
        (
            json!({ "lines": [{ "entry": "P4/close" }] }),
            ("用到的规定 1 · 哪一条", "P4/close"),
            ("rules that apply 1 · entry", "P4/close"),
        ),
    ];
    for (said, zh, en) in table {
        for (lang, (label, text)) in [(Lang::Zh, zh), (Lang::En, en)] {
            let told = json_words(&said, Some(&asked), lang);
            assert_eq!(told, [(label.to_owned(), text.to_owned())], "{said}");
        }
    }
    // Without a moment every year is said.
    let told = json_words(&json!({ "first": "2020-02-19" }), None, Lang::En);
    assert_eq!(told[0].1, "19 Feb 2020");
}

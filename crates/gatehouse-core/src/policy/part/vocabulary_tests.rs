//! Every key and every word of a closed list of the parts has words of its own.

use super::keys::{OTHER, key_words, table_words};
use super::schema;
use super::values::value_words;
use crate::gate::wording::Lang;
use serde_json::Value as Json;
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

//! Words of pages in Chinese and English, from `locales/`. Core has the words of decisions.

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};
use gatehouse_core::gate::wording::Lang;
use std::borrow::Cow;
use std::collections::HashMap;

static_loader! {
    static LOCALES = {
        locales: "./src/locales",
        fallback_language: "zh",
        // The marks that Fluent puts round values are visible trouble in titles and tests.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ZH: LanguageIdentifier = langid!("zh");
static EN: LanguageIdentifier = langid!("en");

/// A text without slots.
pub fn text(lang: Lang, key: &str) -> String {
    LOCALES.lookup(identifier(lang), key)
}

/// A text, or another where there is none for the key: for words that come out of the database.
pub fn text_or(lang: Lang, key: &str, other: &str) -> String {
    let found = LOCALES.try_lookup(identifier(lang), key);
    found.unwrap_or_else(|| text(lang, other))
}

/// Whether there is a text of this key.
pub fn has(lang: Lang, key: &str) -> bool {
    LOCALES.try_lookup(identifier(lang), key).is_some()
}

/// A text with one slot.
pub fn text_with(lang: Lang, key: &str, slot: &'static str, value: impl Into<String>) -> String {
    let slots: HashMap<Cow<'static, str>, FluentValue<'_>> =
        HashMap::from([(Cow::Borrowed(slot), FluentValue::from(value.into()))]);
    LOCALES.lookup_with_args(identifier(lang), key, &slots)
}

/// A text with several slots.
pub fn text_filled(lang: Lang, key: &str, slots: &[(&'static str, &str)]) -> String {
    let slots: HashMap<Cow<'static, str>, FluentValue<'_>> = slots
        .iter()
        .map(|(slot, value)| (Cow::Borrowed(*slot), FluentValue::from(*value)))
        .collect();
    LOCALES.lookup_with_args(identifier(lang), key, &slots)
}

fn identifier(lang: Lang) -> &'static LanguageIdentifier {
    match lang {
        Lang::Zh => &ZH,
        Lang::En => &EN,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    type Slots = BTreeSet<String>;

    /// Keys with their slots, of all files of a language.
    fn keys(lang: &str) -> BTreeMap<String, Slots> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src/locales")
            .join(lang);
        let mut found = BTreeMap::new();
        for entry in std::fs::read_dir(folder).expect("the language has a folder") {
            let path = entry.expect("an entry").path();
            let source = std::fs::read_to_string(&path).expect("text");
            let entries = source.lines().filter_map(|line| line.split_once(" = "));
            for (key, text) in entries {
                let slots = text.split("{ $").skip(1);
                let slots = slots.filter_map(|rest| rest.split(' ').next());
                let before = found.insert(key.to_owned(), slots.map(str::to_owned).collect());
                assert!(
                    before.is_none(),
                    "{key} stands twice, again in {}",
                    path.display()
                );
            }
        }
        found
    }

    #[test]
    fn both_languages_have_the_same_keys_and_slots() {
        let (zh, en) = (keys("zh"), keys("en"));
        assert!(zh.len() > 50);
        assert_eq!(zh, en);
    }

    #[test]
    fn every_complaint_has_its_words() {
        let zh = keys("zh");
        for code in gatehouse_core::complaint::ComplaintCode::ALL {
            assert!(zh.contains_key(code.text_key()), "{}", code.text_key());
        }
    }
}

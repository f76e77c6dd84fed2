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

/// A text with one slot.
pub fn text_with(lang: Lang, key: &str, slot: &'static str, value: impl Into<String>) -> String {
    let slots: HashMap<Cow<'static, str>, FluentValue<'_>> =
        HashMap::from([(Cow::Borrowed(slot), FluentValue::from(value.into()))]);
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

    fn keys(source: &str) -> BTreeMap<&str, BTreeSet<&str>> {
        let entries = source.lines().filter_map(|line| line.split_once(" = "));
        entries
            .map(|(key, text)| {
                let slots = text.split("{ $").skip(1);
                (
                    key,
                    slots.filter_map(|rest| rest.split(' ').next()).collect(),
                )
            })
            .collect()
    }

    #[test]
    fn both_languages_have_the_same_keys_and_slots() {
        let zh = keys(include_str!("locales/zh.ftl"));
        let en = keys(include_str!("locales/en.ftl"));
        assert!(zh.len() > 50);
        assert_eq!(zh, en);
    }

    #[test]
    fn every_complaint_has_its_words() {
        let zh = keys(include_str!("locales/zh.ftl"));
        for code in gatehouse_core::complaint::ComplaintCode::ALL {
            assert!(zh.contains_key(code.text_key()), "{}", code.text_key());
        }
    }
}

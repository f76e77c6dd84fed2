//! What differs beyond the gate: each value of each entry.

use super::document::source_value;
use super::{Difference, Thing, of_things, other_name, with_source};
use crate::gate::wording::Lang;
use crate::policy::document::PolicyDocument;
use crate::policy::explain::source_words;
use crate::policy::part::{Told, explain_parts};

pub(super) fn of_parts(
    before: &PolicyDocument,
    after: &PolicyDocument,
    lang: Lang,
) -> Vec<Difference> {
    let [was, is] = [before, after].map(|document| explain_parts(document, lang));
    let mut tables: Vec<(&'static str, &'static str)> = Vec::new();
    for told in is.iter().chain(&was) {
        if !tables.contains(&(told.table, told.part)) {
            tables.push((told.table, told.part));
        }
    }
    let of_table = |(table, part): (&str, &str)| {
        let [was, is] = [&was, &is].map(|all| {
            let own = all.iter().filter(|told| told.table == table);
            own.map(|told| thing(told, lang)).collect::<Vec<_>>()
        });
        of_things(part, &was, &is, lang)
    };
    tables.into_iter().flat_map(of_table).collect()
}

fn thing(told: &Told, lang: Lang) -> Thing {
    let mut values = vec![source_value(&told.written_source, lang)];
    for value in &told.values {
        let own = match value.source == told.written_source {
            true => String::new(),
            false => source_words(&value.source, lang),
        };
        values.push((value.label.clone(), with_source(&value.text, &own, lang)));
        if let Some(other) = &value.other {
            values.push((other_name(&value.label, lang), other.clone()));
        }
    }
    let id = match told.id.is_empty() {
        true => told.part.to_owned(),
        false => told.id.clone(),
    };
    Thing {
        id,
        whole: format!("{}{}{}", told.part, colon(lang), told.whole(lang)),
        values,
    }
}

const fn colon(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "：",
        Lang::En => ": ",
    }
}

//! Writing a [`RowText`] back into the text of a document: what did not change stays as it was
//! written, byte for byte.

use super::edit::{EditError, of_json};
use super::row_text::{Clause, How, Outings, RowText, Wish};
use crate::gate::duty::Duty;
use crate::gate::fact::{Fact, Kind};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// Makes a row say what it shall, where it is said otherwise now.
pub(super) fn write_row(row: &mut dyn TableLike, was: &RowText, is: &RowText) {
    let words = [
        ("effect", &was.effect, &is.effect),
        ("source", &was.source, &is.source),
        ("way", &was.way, &is.way),
    ];
    for (key, was, is) in words {
        if was != is {
            put(row, key, is.as_str().into());
        }
    }
    let groups = [
        ("who", &was.who, &is.who),
        ("when", &was.when, &is.when),
        ("need", &was.need, &is.need),
    ];
    for (key, was, is) in groups {
        if was != is {
            write_clauses(row, key, was, is);
        }
    }
    if was.unless != is.unless {
        write_exceptions(row, &is.unless);
    }
    for (key, was, is) in [("say", &was.say, &is.say), ("post", &was.post, &is.post)] {
        if was != is {
            write_words(row, key, is);
        }
    }
    if was.duties != is.duties {
        write_list(row, "duty", is.duties.iter().filter_map(duty));
    }
    if was.below != is.below {
        match is.below.is_empty() {
            true => drop(row.remove("below")),
            false => put(row, "below", is.below.as_str().into()),
        }
    }
    if was.replaces != is.replaces {
        write_list(row, "replaces", is.replaces.iter().map(Value::from));
    }
}

/// A list under a key, which goes where nothing is in it.
fn write_list(row: &mut dyn TableLike, key: &str, list: impl Iterator<Item = Value>) {
    let list: Array = list.collect();
    match list.is_empty() {
        true => drop(row.remove(key)),
        false => put(row, key, list.into()),
    }
}

fn duty(duty: &Duty) -> Option<Value> {
    let written = serde_json::to_value(duty).ok()?;
    Some(of_json(&written))
}

/// Adds a row at the end of the table.
///
/// # Errors
/// A document whose rows are no tables, or that has one of this id.
pub(super) fn add_row(document: &mut DocumentMut, row: &RowText) -> Result<(), EditError> {
    let rows = document
        .entry("row")
        .or_insert(Item::ArrayOfTables(Default::default()));
    let rows = rows.as_array_of_tables_mut().ok_or(EditError::NoSuch)?;
    let has_id = |table: &Table| table.get("id").and_then(Item::as_str) == Some(&row.id);
    if rows.iter().any(has_id) {
        return Err(EditError::NoSuch);
    }
    let mut table = Table::new();
    table.insert("id", toml_edit::value(&row.id));
    let nothing = RowText {
        way: "both".to_owned(),
        ..RowText::default()
    };
    write_row(&mut table, &nothing, row);
    rows.push(table);
    Ok(())
}

/// Sets a value, with the blanks around it as they were.
fn put(table: &mut dyn TableLike, key: &str, mut value: Value) {
    match table.get_mut(key) {
        Some(item) => {
            if let Some(old) = item.as_value() {
                *value.decor_mut() = old.decor().clone();
            }
            *item = Item::Value(value);
        }
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}

fn write_clauses(row: &mut dyn TableLike, key: &str, was: &[Clause], is: &[Clause]) {
    if is.is_empty() {
        row.remove(key);
        return;
    }
    if row.get(key).and_then(Item::as_table_like).is_none() {
        row.insert(key, Item::Value(InlineTable::new().into()));
    }
    let Some(table) = row.get_mut(key).and_then(Item::as_table_like_mut) else {
        return;
    };
    for gone in was {
        if is.iter().all(|one| one.fact != gone.fact) {
            table.remove(gone.fact.spec().name);
        }
    }
    for one in is.iter().filter(|one| !was.contains(one)) {
        put(table, one.fact.spec().name, wished(one));
    }
}

fn write_exceptions(row: &mut dyn TableLike, groups: &[Vec<Clause>]) {
    let table = |group: &Vec<Clause>| -> InlineTable {
        let fields = group.iter();
        fields
            .map(|one| (one.fact.spec().name, wished(one)))
            .collect()
    };
    match groups {
        [] => {
            row.remove("unless");
        }
        [one] => put(row, "unless", table(one).into()),
        all => put(
            row,
            "unless",
            all.iter().map(table).collect::<Array>().into(),
        ),
    }
}

fn write_words(row: &mut dyn TableLike, key: &str, [zh, en]: &[String; 2]) {
    if zh.is_empty() && en.is_empty() {
        row.remove(key);
        return;
    }
    match row.get_mut(key).and_then(Item::as_table_like_mut) {
        Some(both) => {
            put(both, "zh", zh.into());
            put(both, "en", en.into());
        }
        None => {
            let both: InlineTable = [("zh", zh), ("en", en)].into_iter().collect();
            row.insert(key, Item::Value(both.into()));
        }
    }
}

fn wished(clause: &Clause) -> Value {
    match &clause.wish {
        Wish::NotApplicable => "not_applicable".into(),
        Wish::Flag(flag) => (*flag).into(),
        Wish::Members(how, members) => listed(clause.fact, *how, members),
        Wish::Between([least, most]) if least == most => number(least),
        Wish::Between(ends) => bounds(["at_least", "at_most"], ends).into(),
        Wish::Below(ends) => bounds(["at_least", "below"], ends).into(),
        Wish::Span(ends) => {
            let mut table = InlineTable::new();
            for (key, end) in ["from", "to"].into_iter().zip(ends) {
                if !end.is_empty() {
                    table.insert(key, end.into());
                }
            }
            table.into()
        }
        Wish::Stays {
            any,
            places,
            within,
        } => {
            let mut table = InlineTable::new();
            table.insert(if *any { "any" } else { "none" }, names(places).into());
            table.insert("within_days", number(within));
            table.into()
        }
        Wish::Outings(outings) => counted(outings).into(),
    }
}

fn listed(fact: Fact, how: How, members: &[String]) -> Value {
    let is_set = matches!(fact.spec().kind, Kind::Set(_));
    let key = match (how, is_set) {
        (How::Any, false) => match members {
            [one] => return one.into(),
            _ => return names(members).into(),
        },
        (How::None, false) => "not",
        (How::All, false) | (How::Any, true) => "any",
        (How::All, true) => "all",
        (How::None, true) => "none",
    };
    let table: InlineTable = [(key, names(members))].into_iter().collect();
    table.into()
}

fn names(members: &[String]) -> Array {
    members.iter().map(String::as_str).collect()
}

/// A number, or a text that is told to be none when the document is read.
fn number(text: &str) -> Value {
    if let Ok(whole) = text.parse::<i64>() {
        return whole.into();
    }
    match text.parse::<f64>() {
        Ok(real) if real.is_finite() => real.into(),
        _ => text.into(),
    }
}

fn bounds(keys: [&str; 2], ends: &[String; 2]) -> InlineTable {
    let told = keys
        .into_iter()
        .zip(ends)
        .filter(|(_, end)| !end.is_empty());
    told.map(|(key, end)| (key, number(end))).collect()
}

fn counted(outings: &Outings) -> InlineTable {
    let mut table = InlineTable::new();
    table.insert("per", outings.per.as_str().into());
    let window = if outings.is_rolling {
        "rolling_days"
    } else {
        "calendar_days"
    };
    table.insert(window, number(&outings.days));
    if !outings.purposes.is_empty() {
        table.insert("purpose", names(&outings.purposes).into());
    }
    table.extend(bounds(["at_least", "at_most"], &outings.count));
    if !outings.unsure.is_empty() {
        table.insert("unsure", outings.unsure.as_str().into());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::document::DocumentRow;
    use crate::policy::edit::{Change, change};
    use crate::policy::read;
    use crate::policy::row_text::{is_span, rows_as_written};

    /// The delivered documents that have rows.
    fn delivered() -> Vec<String> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies");
        let folders = std::fs::read_dir(folder).expect("there are policies");
        let texts = folders.map(|folder| {
            let path = folder.expect("it is listed").path().join("policy.toml");
            std::fs::read_to_string(path).expect("it is read")
        });
        texts.filter(|text| text.contains("[[row]]")).collect()
    }

    fn says(text: &str, row: &RowText) -> String {
        change(text, Change::Says(row)).expect("the row is there")
    }

    /// A row without what tells where it stands.
    fn meant(row: &DocumentRow) -> String {
        let bare = |conditions: &Vec<crate::policy::condition::Condition>| {
            let mut all: Vec<String> = conditions
                .iter()
                .map(|one| format!("{:?} {:?} {:?}", one.fact, one.lens, one.want))
                .collect();
            all.sort();
            all
        };
        let unless: Vec<_> = row.unless.iter().map(bare).collect();
        format!(
            "{} {:?} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            row.id,
            row.effect,
            row.source,
            bare(&row.all),
            unless,
            bare(&row.needs),
            row.say,
            row.post,
            row.duties,
            row.below,
            row.replaces
        )
    }

    #[test]
    fn saying_the_same_changes_no_byte_and_a_row_written_anew_means_the_same() {
        let documents = delivered();
        assert!(documents.len() >= 4);
        for text in documents {
            let document = read(&text).expect("it is delivered");
            for row in rows_as_written(&text) {
                assert_eq!(says(&text, &row), text, "{}", row.id);
                let less = change(&text, Change::DropRow(&row.id)).expect("it is there");
                assert!(
                    rows_as_written(&less)
                        .iter()
                        .all(|other| other.id != row.id)
                );
                let again = change(&less, Change::NewRow(&row)).expect("it is not there");
                let anew = read(&again);
                let anew = anew.unwrap_or_else(|found| panic!("{} {found:?}", row.id));
                let find = |rows: &[DocumentRow]| {
                    let found = rows.iter().find(|one| one.id == row.id);
                    meant(found.expect("it has the row"))
                };
                assert_eq!(find(&anew.rows), find(&document.rows));
            }
        }
    }

    #[test]
    fn each_condition_can_be_changed_alone() {
        for text in delivered() {
            for row in rows_as_written(&text) {
                for at in 0..row.when.len() {
                    let mut changed = row.clone();
                    changed.when[at].wish = Wish::NotApplicable;
                    let mut gone = row.clone();
                    gone.when.remove(at);
                    for wanted in [changed, gone] {
                        let written = rows_as_written(&says(&text, &wanted));
                        let found = written.iter().find(|one| one.id == row.id);
                        assert_eq!(found, Some(&wanted));
                    }
                }
                let mut more = row.clone();
                more.unless.push(vec![Clause {
                    fact: Fact::Purpose,
                    wish: Wish::Members(How::Any, vec!["medical".to_owned()]),
                }]);
                more.post = Default::default();
                let written = rows_as_written(&says(&text, &more));
                assert_eq!(written.iter().find(|one| one.id == row.id), Some(&more));
            }
        }
    }

    #[test]
    fn every_shape_of_a_wish_is_read_as_it_was_written() {
        let both = |least: &str, most: &str| [least.to_owned(), most.to_owned()];
        let outings = Outings {
            per: "household".to_owned(),
            is_rolling: true,
            days: "$days".to_owned(),
            purposes: vec!["shopping".to_owned()],
            count: both("", "0"),
            unsure: "most".to_owned(),
        };
        // In the order of every list: names that are in none stay as they are.
        let two = vec!["a".to_owned(), "b".to_owned()];
        for fact in crate::gate::fact::ALL {
            let mut wishes = vec![Wish::NotApplicable];
            match fact.spec().kind {
                Kind::Flag { .. } => wishes.extend([Wish::Flag(true), Wish::Flag(false)]),
                Kind::Choice(_) => {
                    wishes.push(Wish::Members(How::Any, vec!["a".to_owned()]));
                    wishes.push(Wish::Members(How::Any, two.clone()));
                    wishes.push(Wish::Members(How::None, two.clone()));
                }
                Kind::Set(_) => {
                    wishes.extend(How::ALL.map(|(how, _)| Wish::Members(how, two.clone())));
                }
                Kind::Number { .. } if is_span(fact) => {
                    wishes.push(Wish::Span(both("07:00", "22:00")));
                    wishes.push(Wish::Span(both("", "24:00")));
                }
                Kind::Number { .. } => {
                    wishes.push(Wish::Between(both("3", "3")));
                    wishes.push(Wish::Between(both("$least", "")));
                    wishes.push(Wish::Below(both("", "37.3")));
                }
                Kind::Stays => wishes.extend([true, false].map(|any| Wish::Stays {
                    any,
                    places: two.clone(),
                    within: "14".to_owned(),
                })),
                Kind::Outings => wishes.push(Wish::Outings(outings.clone())),
            }
            for wish in wishes {
                let row = RowText {
                    id: "X/1".to_owned(),
                    way: "both".to_owned(),
                    when: vec![Clause { fact, wish }],
                    ..RowText::default()
                };
                let text = change("", Change::NewRow(&row)).expect("it has no such row");
                assert_eq!(rows_as_written(&text), [row], "{text}");
            }
        }
    }
}

//! Small changes to the text of a document and of its cases, everything else left as it was
//! written, comments too: what an official changes in a form, a developer finds in the file.

use super::cases::Expect;
use super::part::Field;
use super::row_edit::{add_row, write_row};
use super::row_text::{RowText, rows_as_written};
use super::trial::{Trial, facts_of};
use crate::moment::{CivilDay, Moment};
use std::fmt;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// One change to `policy.toml`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change<'a> {
    /// The version of the document.
    Version(u32),
    /// The value of a parameter, in its unit, and where it comes from.
    Parameter {
        /// Its name.
        name: &'a str,
        /// Zero or more.
        value: f64,
        /// Clause, or `deployment`.
        source: &'a str,
    },
    /// When the document begins to hold, and where that comes from.
    From(Moment, &'a str),
    /// When it ends by itself.
    Ends(Moment, &'a str),
    /// When it is looked at again.
    Review(CivilDay, &'a str),
    /// Whether a row is switched off.
    Row {
        /// Its id.
        id: &'a str,
        /// Written, and without any effect.
        is_off: bool,
    },
    /// Whether an entry of a part is switched off: its table, its id.
    Entry {
        /// Its table, as documents name it.
        table: &'a str,
        /// Its id.
        id: &'a str,
        /// Written, and without any effect.
        is_off: bool,
    },
    /// A value of a part, of the shape that it has.
    Value(Place<'a>, &'a Field),
    /// The clause that stands at a place of a part.
    Source(Place<'a>, &'a str),
    /// What a row says, of the id that it has.
    Says(&'a RowText),
    /// A row that there is not yet.
    NewRow(&'a RowText),
    /// A row that goes.
    DropRow(&'a str),
}

/// Where a value of a part stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// Its table, as documents name it.
    pub table: &'a str,
    /// The id of the entry; empty for a table that is there once.
    pub id: &'a str,
    /// Keys and places in lists, parted by dots: `stage.0.days.value`.
    pub path: &'a str,
}

/// Why nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditError {
    /// The text is not TOML.
    NotToml,
    /// It has no such entry, or one of another shape.
    NoSuch,
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EditError::NotToml => "the text is not TOML",
            EditError::NoSuch => "the document has no such entry",
        })
    }
}

impl std::error::Error for EditError {}

/// Changes one thing of a document's text.
///
/// # Errors
/// A text that is not TOML, an entry that it does not have.
pub fn change(text: &str, change: Change<'_>) -> Result<String, EditError> {
    let mut document = parse(text)?;
    match change {
        Change::Version(version) => {
            let item = document.get_mut("version").ok_or(EditError::NoSuch)?;
            replace(item, i64::from(version).into())?;
        }
        Change::Parameter {
            name,
            value,
            source,
        } => sourced(&mut document, "parameters", name, number(value), source)?,
        Change::From(at, source) => {
            sourced(&mut document, "force", "from", at.to_text().into(), source)?;
        }
        Change::Ends(at, source) => {
            sourced(&mut document, "force", "ends", at.to_text().into(), source)?;
        }
        Change::Review(day, source) => {
            let day = day.to_text().into();
            sourced(&mut document, "force", "review", day, source)?;
        }
        Change::Row { id, is_off } => switch(entry(&mut document, "row", id)?, is_off),
        Change::Entry { table, id, is_off } => switch(entry(&mut document, table, id)?, is_off),
        Change::Value(place, field) => replace(item_at(&mut document, place)?, of_field(field))?,
        Change::Source(place, source) => replace(item_at(&mut document, place)?, source.into())?,
        Change::Says(is) => {
            let written = rows_as_written(text);
            let was = written.iter().find(|row| row.id == is.id);
            let was = was.ok_or(EditError::NoSuch)?;
            write_row(entry(&mut document, "row", &is.id)?, was, is);
        }
        Change::NewRow(row) => add_row(&mut document, row)?,
        Change::DropRow(id) => {
            let rows = document
                .get_mut("row")
                .and_then(Item::as_array_of_tables_mut);
            let rows = rows.ok_or(EditError::NoSuch)?;
            let at = rows
                .iter()
                .position(|row| row.get("id").and_then(Item::as_str) == Some(id));
            rows.remove(at.ok_or(EditError::NoSuch)?);
        }
    }
    Ok(document.to_string())
}

/// Writes into a case what it shall expect from now on; what it did not look at it does not look
/// at now.
///
/// # Errors
/// A text that is not TOML, a case that it does not have.
pub fn expect(cases: &str, case: &str, answer: &Expect) -> Result<String, EditError> {
    let mut document = parse(cases)?;
    let case = entry(&mut document, "case", case)?;
    let expect = case.get_mut("expect").ok_or(EditError::NoSuch)?;
    let fields = expect.as_table_like_mut().ok_or(EditError::NoSuch)?;
    let verdict = fields.get_mut("verdict").ok_or(EditError::NoSuch)?;
    replace(verdict, answer.verdict.name().into())?;
    let lists = [
        ("rows", &answer.rows),
        ("steps", &answer.steps),
        ("duties", &answer.duties),
        ("do", &answer.acts),
    ];
    for (key, list) in lists {
        if let (Some(item), Some(list)) = (fields.get_mut(key), list) {
            replace(
                item,
                Array::from_iter(list.iter().map(String::as_str)).into(),
            )?;
        }
    }
    Ok(document.to_string())
}

/// Writes into a case of a part what it shall expect from now on.
///
/// # Errors
/// A text that is not TOML, a case that it does not have.
pub fn expect_of_part(
    cases: &str,
    case: &str,
    answer: &serde_json::Value,
) -> Result<String, EditError> {
    let mut document = parse(cases)?;
    let case = entry(&mut document, "case", case)?;
    let expect = case.get_mut("expect").ok_or(EditError::NoSuch)?;
    match expect {
        Item::Table(_) => *expect = toml_edit::value(of_json(answer)),
        _ => replace(expect, of_json(answer))?,
    }
    Ok(document.to_string())
}

/// Adds a case at the end that expects what was answered.
///
/// # Errors
/// A text that is not TOML, or that has a case of this id.
pub fn add_case(cases: &str, trial: &Trial) -> Result<String, EditError> {
    let mut document = parse(cases)?;
    if entry(&mut document, "case", &trial.id).is_ok() {
        return Err(EditError::NoSuch);
    }
    let list = document
        .entry("case")
        .or_insert(Item::ArrayOfTables(Default::default()));
    let list = list.as_array_of_tables_mut().ok_or(EditError::NoSuch)?;
    let mut expect = InlineTable::new();
    expect.insert("verdict", trial.answer.verdict.name().into());
    let lists = [
        ("rows", &trial.answer.rows),
        ("steps", &trial.answer.steps),
        ("duties", &trial.answer.duties),
    ];
    for (key, list) in lists {
        let Some(list) = list.as_ref().filter(|list| !list.is_empty()) else {
            continue;
        };
        expect.insert(
            key,
            Array::from_iter(list.iter().map(String::as_str)).into(),
        );
    }
    let mut case = Table::new();
    case.insert("id", toml_edit::value(&trial.id));
    case.insert("clause", toml_edit::value(&trial.clause));
    case.insert("moment", toml_edit::value(trial.situation.moment.to_text()));
    case.insert(
        "facts",
        toml_edit::value(of_json(&facts_of(&trial.situation))),
    );
    case.insert("expect", toml_edit::value(expect));
    list.push(case);
    Ok(document.to_string())
}

/// A JSON value as TOML writes it: a field without a value is left out.
pub(super) fn of_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Bool(flag) => (*flag).into(),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64().unwrap_or(0.0).into(),
        },
        serde_json::Value::String(text) => text.as_str().into(),
        serde_json::Value::Array(list) => list.iter().map(of_json).collect::<Array>().into(),
        serde_json::Value::Object(map) => {
            let told = map.iter().filter(|(_, value)| !value.is_null());
            let fields = told.map(|(key, value)| (key, of_json(value)));
            fields.collect::<InlineTable>().into()
        }
        serde_json::Value::Null => "".into(),
    }
}

fn parse(text: &str) -> Result<DocumentMut, EditError> {
    text.parse().map_err(|_| EditError::NotToml)
}

/// A value in the place of another, with the blanks around it as they were.
fn replace(item: &mut Item, mut value: Value) -> Result<(), EditError> {
    let old = item.as_value_mut().ok_or(EditError::NoSuch)?;
    *value.decor_mut() = old.decor().clone();
    *old = value;
    Ok(())
}

/// Sets `value` and `source` of `[section] name = { value, source }`.
fn sourced(
    document: &mut DocumentMut,
    section: &str,
    name: &str,
    value: Value,
    source: &str,
) -> Result<(), EditError> {
    let section = document.get_mut(section).ok_or(EditError::NoSuch)?;
    let section = section.as_table_like_mut().ok_or(EditError::NoSuch)?;
    let fields = section.get_mut(name).ok_or(EditError::NoSuch)?;
    let fields = fields.as_table_like_mut().ok_or(EditError::NoSuch)?;
    for (key, value) in [("value", value), ("source", source.into())] {
        replace(fields.get_mut(key).ok_or(EditError::NoSuch)?, value)?;
    }
    Ok(())
}

/// Switches an entry off or on.
fn switch(entry: &mut dyn TableLike, is_off: bool) {
    match is_off {
        true => entry.insert("off", toml_edit::value(true)),
        false => entry.remove("off"),
    };
}

fn of_field(field: &Field) -> Value {
    match field {
        Field::Number(number) => (*number).into(),
        Field::Numbers(numbers) => numbers.iter().copied().collect::<Array>().into(),
        Field::Time(time) => time.as_str().into(),
        Field::Windows(windows) => {
            let each = windows.iter().map(|ends| {
                let ends: Array = ends.iter().map(String::as_str).collect();
                Value::from(ends)
            });
            each.collect::<Array>().into()
        }
    }
}

/// What stands at a place of a part.
fn item_at<'a>(document: &'a mut DocumentMut, place: Place<'_>) -> Result<&'a mut Item, EditError> {
    let fields = match place.id {
        "" => document
            .get_mut(place.table)
            .and_then(Item::as_table_like_mut)
            .ok_or(EditError::NoSuch)?,
        id => entry(document, place.table, id)?,
    };
    let mut keys = place.path.split('.');
    let first = keys.next().unwrap_or_default();
    let mut item = fields.get_mut(first).ok_or(EditError::NoSuch)?;
    for key in keys {
        // A key that is not there would be made by `get_mut`.
        let next = match key.parse::<usize>() {
            Ok(at) => item.get_mut(at),
            Err(_) if item.get(key).is_some() => item.get_mut(key),
            Err(_) => None,
        };
        item = next.ok_or(EditError::NoSuch)?;
    }
    Ok(item)
}

/// The `[[list]]` entry of this id.
fn entry<'a>(
    document: &'a mut DocumentMut,
    list: &str,
    id: &str,
) -> Result<&'a mut dyn TableLike, EditError> {
    let list = document.get_mut(list).ok_or(EditError::NoSuch)?;
    let is_it = |fields: &dyn TableLike| fields.get("id").and_then(Item::as_str) == Some(id);
    match list {
        Item::ArrayOfTables(tables) => tables
            .iter_mut()
            .find(|table| is_it(*table))
            .map(|table| table as &mut dyn TableLike),
        Item::Value(Value::Array(array)) => array
            .iter_mut()
            .filter_map(Value::as_inline_table_mut)
            .find(|table: &&mut InlineTable| is_it(*table))
            .map(|table| table as &mut dyn TableLike),
        _ => None,
    }
    .ok_or(EditError::NoSuch)
}

/// A whole number without a point.
fn number(value: f64) -> Value {
    let whole = value.fract() == 0.0 && value.abs() < 1e15;
    match whole {
        true => (value as i64).into(),
        false => value.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::Verdict;
    use crate::policy::read;

    const ZHONGXIANG: &str = include_str!("../../../../policies/zhongxiang-2020-02/policy.toml");
    const CASES: &str = include_str!("../../../../policies/zhongxiang-2020-02/cases.toml");

    /// How many lines of a text differ from the other's, or were added.
    fn lines_changed(before: &str, after: &str) -> usize {
        let (was, is): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
        match is.len().checked_sub(was.len()) {
            Some(0) => was.iter().zip(&is).filter(|(was, is)| was != is).count(),
            Some(more) => {
                assert!(was.iter().all(|line| is.contains(line)));
                more
            }
            None => panic!("lines are gone"),
        }
    }

    #[test]
    fn one_line_changes_and_the_document_says_so() {
        let at = |text: &str| Moment::parse(text).expect("it is as the test has it");
        // The review stays within the days of the document.
        let begin = at("2026-12-01T00:00:00+08:00");
        let moment = at("2026-12-20T00:00:00+08:00");
        let day = CivilDay::parse("2026-12-10").expect("it is as the test has it");
        let parameter = |value| Change::Parameter {
            name: "rest_minutes",
            value,
            source: "deployment",
        };
        let row = |is_off| Change::Row {
            id: "ZX/courier",
            is_off,
        };
        let changes = [
            Change::Version(7),
            parameter(20.0),
            parameter(7.5),
            Change::From(begin, "deployment"),
            Change::Ends(moment, "ZX end"),
            Change::Review(day, "deployment"),
            row(true),
        ];
        for one in changes {
            let text = change(ZHONGXIANG, one).expect("it is as the test has it");
            assert_eq!(lines_changed(ZHONGXIANG, &text), 1, "{one:?}");
            assert!(read(&text).is_ok(), "{one:?}");
        }
        let off = change(ZHONGXIANG, row(true)).expect("it is as the test has it");
        let document = read(&off).expect("it is as the test has it");
        assert_eq!(document.off.len(), 1);
        assert!(document.rows.iter().all(|row| row.id != "ZX/courier"));
        assert_eq!(
            change(&off, row(false)).expect("it is as the test has it"),
            ZHONGXIANG
        );
        let twenty = read(&change(ZHONGXIANG, parameter(20.0)).expect("it is as the test has it"))
            .expect("it is as the test has it");
        assert_eq!(twenty.parameters["rest_minutes"].value, 20.0);
    }

    #[test]
    fn what_is_not_there_is_not_changed() {
        let none = Change::Row {
            id: "ZX/none",
            is_off: true,
        };
        assert_eq!(change(ZHONGXIANG, none), Err(EditError::NoSuch));
        let none = Change::Parameter {
            name: "none",
            value: 1.0,
            source: "deployment",
        };
        assert_eq!(change(ZHONGXIANG, none), Err(EditError::NoSuch));
        assert_eq!(change("= 1", Change::Version(1)), Err(EditError::NotToml));
    }

    #[test]
    fn a_case_expects_what_it_is_told() {
        let answer = Expect {
            verdict: Verdict::Admit,
            rows: Some(vec!["ZX/home".to_owned()]),
            steps: Some(vec![]),
            duties: None,
            acts: None,
        };
        let text =
            expect(CASES, "resident-wants-to-shop", &answer).expect("it is as the test has it");
        assert_eq!(lines_changed(CASES, &text), 1);
        let told = crate::policy::cases::read_cases(&text).expect("it is as the test has it");
        let told = told
            .iter()
            .find(|case| case.id == "resident-wants-to-shop")
            .expect("it is as the test has it");
        assert_eq!(told.expect.verdict, Verdict::Admit);
        assert_eq!(told.expect.rows, answer.rows);
        // It did not look at steps before.
        assert_eq!(told.expect.steps, None);
    }
}

//! The page of an import that shows what the check found: on the sheet itself, and who is there
//! already.

use super::import_run::{About, Wish};
use crate::ops::import_people::different::next_different;
use crate::ops::import_people::field::Field;
use crate::ops::import_people::report::{self, Report};
use crate::ops::import_people::view::{columns, kept_values};
use crate::ops::import_people::{Desk, ImportError, rows_left};
use crate::page::Frame;
use crate::sheet::column_name;
use crate::times::Times;
use askama::Template;
use gatehouse_store::import_run::ImportRunRow;
use gatehouse_store::person_view::Viewer;

/// Rows with faults on one page.
const BAD_SHOWN: usize = 20;
/// Repeated rows on one page.
const REPEATED_SHOWN: usize = 8;

#[derive(Template)]
#[template(path = "import_check.html")]
pub(super) struct CheckPage {
    frame: Frame,
    about: About,
    took: String,
    row: ImportRunRow,
    widths: [i64; 4],
    left: i64,
    /// Words on the buttons, where there is something for them to do.
    faults: Option<String>,
    run: Option<String>,
    headers: Vec<(String, String)>,
    bad: Vec<BadLine>,
    bad_count: String,
    bad_more: Option<String>,
    /// Cells, words, share of a hundred.
    kinds: Vec<(i64, String, i64)>,
    has_same: bool,
    same: String,
    repeated: Vec<String>,
    differ: Option<String>,
    next: Option<DifferLine>,
}

struct BadLine {
    number: u32,
    cells: Vec<(String, bool)>,
    faults: Vec<FaultLine>,
}

struct FaultLine {
    cell: String,
    input: String,
    place: String,
    words: String,
    shown: String,
}

struct DifferLine {
    number: u32,
    door: String,
    kept: Vec<String>,
    said: Vec<String>,
    since: String,
    can_be_taken: bool,
    is_taken: bool,
    /// Words on doing the same with all others.
    all: Option<String>,
}

/// How long the trial took, in words; nobody asks for parts of a second of less than one.
fn took(frame: &Frame, millis: i64) -> String {
    match millis {
        ..1_000 => frame.t("import-check-at-once"),
        _ => {
            let seconds = format!("{}.{}", millis / 1_000, millis % 1_000 / 100);
            frame.with("import-check-took", "seconds", &seconds)
        }
    }
}

pub(super) fn check_page(
    desk: &Desk,
    row: ImportRunRow,
    about: About,
    frame: Frame,
    wish: &Wish,
    (viewer, times): (Viewer, &Times),
) -> Result<CheckPage, ImportError> {
    let report = report::read(desk, &row)?.unwrap_or_default();
    let kinds = kinds(&row, &frame);
    let next = differing(desk, &row, &report, wish.after, (viewer, times), &frame)?;
    let headers = columns(desk, &row)?;
    let headers: Vec<(usize, String, String)> = headers
        .into_iter()
        .filter(|column| column.field.is_some())
        .map(|column| (column.at, column_name(column.at), column.header))
        .collect();
    let bad: Vec<BadLine> = report
        .bad
        .iter()
        .take(BAD_SHOWN)
        .map(|bad| bad_line(bad, &headers, &frame))
        .collect();
    let repeated = report
        .repeated
        .iter()
        .take(REPEATED_SHOWN)
        .map(|(number, other, differs)| {
            let key = match differs {
                true => "import-same-repeated-differs",
                false => "import-same-repeated",
            };
            let (number, other) = (number.to_string(), other.to_string());
            frame.fill(key, &[("row", number.as_str()), ("other", other.as_str())])
        });
    let differ = report.differ;
    let untaken = differ - report.taken;
    let same = row.duplicate - i64::try_from(untaken).unwrap_or(0);
    let more = row.rejected - i64::try_from(bad.len()).unwrap_or(0);
    let cells: i64 = kinds.iter().map(|(count, ..)| count).sum();
    let (rows, cells) = (row.rejected.to_string(), cells.to_string());
    let counts = [("rows", rows.as_str()), ("cells", cells.as_str())];
    let words =
        |key: &str, rows: i64| (rows > 0).then(|| frame.with(key, "rows", &rows.to_string()));
    Ok(CheckPage {
        took: took(&frame, report.millis),
        widths: widths(&row),
        left: rows_left(&row),
        faults: words("import-check-faults", row.rejected),
        run: words("import-check-run", row.accepted),
        headers: headers
            .into_iter()
            .map(|(_, letter, header)| (letter, header))
            .collect(),
        bad_count: frame.fill("import-bad-count", &counts),
        bad_more: words("import-bad-more", more),
        has_same: row.duplicate > 0 || differ > 0,
        same: frame.with("import-same-note", "rows", &same.to_string()),
        differ: words("import-same-differ", i64::try_from(differ).unwrap_or(0)),
        repeated: repeated.collect(),
        bad,
        kinds,
        next,
        about,
        row,
        frame,
    })
}

/// Shares of 1 000 for the bar under the sum; what is there at all can be seen. The
/// last is where the third begins.
pub(super) fn widths(row: &ImportRunRow) -> [i64; 4] {
    let all = row.rows_all.max(1);
    let share = |rows: i64| match rows {
        0 => 0,
        rows => (rows * 1_000 / all).max(14),
    };
    let [accepted, rejected, duplicate] = [row.accepted, row.rejected, row.duplicate].map(share);
    [accepted, rejected, duplicate, accepted + rejected]
}

/// Cells by fault, most first, each with its share of the most.
fn kinds(row: &ImportRunRow, frame: &Frame) -> Vec<(i64, String, i64)> {
    let words = row
        .faults
        .split_whitespace()
        .filter_map(|word| word.rsplit_once(':'));
    let mut kinds: Vec<(i64, String, i64)> = words
        .filter_map(|(key, count)| Some((count.parse().ok()?, frame.t(key), 0)))
        .collect();
    kinds.sort_by_key(|(count, ..)| std::cmp::Reverse(*count));
    let most = kinds.first().map_or(1, |(count, ..)| (*count).max(1));
    for (count, _, share) in &mut kinds {
        *share = *count * 100 / most;
    }
    kinds
}

fn bad_line(bad: &report::BadRow, headers: &[(usize, String, String)], frame: &Frame) -> BadLine {
    let is_bad = |at: usize| bad.faults.iter().any(|fault| fault.column == Some(at));
    let cells = headers.iter().map(|(at, ..)| {
        let text = bad.cells.get(*at).cloned().unwrap_or_default();
        match is_bad(*at) {
            true if text.is_empty() => (frame.t("import-bad-empty"), true),
            is_bad => (text, is_bad),
        }
    });
    let number = bad.number.to_string();
    let faults = bad.faults.iter().map(|fault| {
        let field = frame.t(&format!("import-field-{}", fault.field));
        let slots = [("row", number.as_str()), ("field", field.as_str())];
        FaultLine {
            cell: fault.column.map_or_else(
                || number.clone(),
                |at| format!("{}{number}", column_name(at)),
            ),
            input: fault
                .column
                .map_or_else(String::new, |at| format!("fix-{number}-{at}")),
            place: frame.fill("import-bad-where", &slots),
            words: frame.t(&fault.fault),
            shown: fault.shown.clone(),
        }
    });
    BadLine {
        number: bad.number,
        cells: cells.collect(),
        faults: faults.collect(),
    }
}

fn differing(
    desk: &Desk,
    row: &ImportRunRow,
    report: &Report,
    after: Option<u32>,
    (viewer, times): (Viewer, &Times),
    frame: &Frame,
) -> Result<Option<DifferLine>, ImportError> {
    let Some((first, others)) = next_different(desk, row, report, after)? else {
        return Ok(None);
    };
    let fields: Vec<Field> = first
        .fields
        .iter()
        .filter_map(|(word, _)| Field::from_code(word))
        .collect();
    let kept = match first.person_id() {
        Some(person) => kept_values(desk, row, person, &fields, viewer)?,
        None => None,
    };
    let Some((created_at, kept)) = kept else {
        return Ok(None);
    };
    let said = |field: &str, value: &str| {
        let value = match value {
            "" => frame.t("import-same-empty"),
            value => value.to_owned(),
        };
        format!("{} {value}", frame.t(&format!("import-field-{field}")))
    };
    Ok(Some(DifferLine {
        number: first.number,
        door: first.door.clone(),
        kept: kept
            .iter()
            .map(|(field, value)| said(field.code(), value))
            .collect(),
        said: first
            .fields
            .iter()
            .map(|(field, value)| said(field, value))
            .collect(),
        since: frame.with("import-same-since", "date", &times.moment(created_at)),
        can_be_taken: first.can_be_taken,
        is_taken: first.is_taken,
        all: (others > 0).then(|| frame.with("import-same-save-all", "rows", &others.to_string())),
    }))
}

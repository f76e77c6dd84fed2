//! The workbook of crossings: a sheet in which every cell is text that no spreadsheet runs, with
//! who took it out, when, by which filter, and a line across its head on every printed page.

use super::crossing_line::{reason_key, way_key};
use crate::locale::{text, text_filled, text_with};
use crate::ops::export_crossings::{Export, ExportRow, export_outcome_key};
use crate::ops::find_crossings::{clock, outcome_key};
use crate::times::{Times, thousands, zone};
use gatehouse_core::gate::Verdict;
use gatehouse_core::gate::fact::subject_kind;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::moment::{CivilDay, Moment};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use std::io::Write;

/// What stands above the rows.
#[derive(Clone, Debug)]
pub struct SheetHead {
    /// Language of the sheet.
    pub lang: Lang,
    /// Name of the area.
    pub area: String,
    /// Who took it out.
    pub exporter: String,
    /// Of the clock there.
    pub offset_minutes: i16,
    /// The filter in words.
    pub filters: String,
}

/// Row of the column names; the lines above it say what this is.
const NAMES_ROW: u32 = 5;
const COLUMNS: [(&str, f64); 9] = [
    ("crossings-at", 20.0),
    ("crossings-gate", 22.0),
    ("today-way", 8.0),
    ("today-subject", 14.0),
    ("today-verdict", 12.0),
    ("today-outcome", 12.0),
    ("crossings-first", 14.0),
    ("crossings-rules", 30.0),
    ("crossings-staff", 14.0),
];

/// Makes the workbook and writes it out; rows go to a file on the way, and the workbook leaves as
/// it is packed, so that memory does not grow with them.
///
/// # Errors
/// Whatever the writer finds wrong.
pub fn write_workbook(
    head: &SheetHead,
    export: &Export,
    out: impl Write + Send,
) -> Result<(), XlsxError> {
    let mut workbook = Workbook::new();
    // Marked as text in the cell too: editing it does not make a formula of it.
    let plain = Format::new().set_quote_prefix();
    let bold = Format::new().set_quote_prefix().set_bold();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name(text(head.lang, "crossings-sheet"))?;
    let mark = watermark(head, export);
    sheet.set_header(format!("&C{}", mark.replace('&', "&&")));
    sheet.set_footer(format!("&L{}&RP&P/&N", head.exporter.replace('&', "&&")));
    for (at, (_, width)) in (0u16..).zip(COLUMNS) {
        sheet.set_column_width(at, width)?;
    }
    lines_above(sheet, head, export, &mark, &bold, &plain)?;
    for (at, (key, _)) in (0u16..).zip(COLUMNS) {
        sheet.write_string_with_format(NAMES_ROW, at, text(head.lang, key), &bold)?;
    }
    let words = Words::new(head.lang);
    for (at, row) in (NAMES_ROW + 1..).zip(&export.rows) {
        for (column, cell) in (0u16..).zip(cells(head, export, row, &words)) {
            sheet.write_string_with_format(at, column, cell, &plain)?;
        }
    }
    workbook.save_to_writer(out)
}

fn lines_above(
    sheet: &mut Worksheet,
    head: &SheetHead,
    export: &Export,
    mark: &str,
    bold: &Format,
    plain: &Format,
) -> Result<(), XlsxError> {
    let rows = thousands(i64::try_from(export.rows.len()).unwrap_or(i64::MAX));
    let said = |(day, minute): (CivilDay, u16)| format!("{} {}", day.to_text(), clock(minute));
    let span = export.span.map(|span| (said(span.from), said(span.to)));
    let (from, to) = span.unwrap_or_default();
    let gate = export.gate.iter().map(String::as_str);
    let filters: Vec<&str> = gate.chain([head.filters.as_str()]).collect();
    let cut = match export.is_cut {
        true => text(head.lang, "crossings-cut"),
        false => String::new(),
    };
    let lines = [
        text_with(head.lang, "crossings-title", "area", head.area.clone()),
        mark.to_owned(),
        text_filled(
            head.lang,
            "crossings-span",
            &[
                ("from", &from),
                ("to", &to),
                ("zone", &zone(head.offset_minutes)),
                ("filters", &filters.join(" · ")),
            ],
        ),
        text_filled(
            head.lang,
            "crossings-rows",
            &[("rows", &rows), ("cut", &cut)],
        ),
    ];
    for (at, line) in (0u32..).zip(lines) {
        let format = if at == 0 { bold } else { plain };
        sheet.write_string_with_format(at, 0, line, format)?;
    }
    Ok(())
}

/// Who took it out, when, and that it is not to be passed on.
fn watermark(head: &SheetHead, export: &Export) -> String {
    let at = Times::new(head.lang, export.made_at, head.offset_minutes);
    let day = export.made_at;
    let at = format!(
        "{} {}",
        Moment::new(day, head.offset_minutes).day().to_text(),
        at.clock(day)
    );
    text_filled(
        head.lang,
        "crossings-mark",
        &[("exporter", &head.exporter), ("at", &at)],
    )
}

/// Words that a hundred thousand rows share.
struct Words {
    lang: Lang,
    ways: [String; 2],
    verdicts: [String; 4],
    emergency: String,
}

impl Words {
    fn new(lang: Lang) -> Words {
        let said = |key| text(lang, key);
        Words {
            lang,
            ways: ["today-in", "today-out"].map(said),
            verdicts: ["admit", "ask", "refuse", "refer"]
                .map(|word| text(lang, &format!("verdict-{word}"))),
            emergency: said("verdict-emergency"),
        }
    }

    fn way(&self, row: &ExportRow) -> String {
        let [inward, outward] = &self.ways;
        match way_key(row.way) {
            "today-in" => inward.clone(),
            _ => outward.clone(),
        }
    }

    fn verdict(&self, row: &ExportRow) -> String {
        let [admit, ask, refuse, refer] = &self.verdicts;
        let words = match row.verdict {
            _ if row.is_emergency => &self.emergency,
            Verdict::Admit => admit,
            Verdict::Ask => ask,
            Verdict::Refuse => refuse,
            Verdict::Refer => refer,
        };
        words.clone()
    }
}

fn cells(head: &SheetHead, export: &Export, row: &ExportRow, words: &Words) -> [String; 9] {
    let at = Moment::new(row.at, head.offset_minutes);
    let minute = at.minute_of_day();
    let second = row.at.rem_euclid(60_000) / 1_000;
    let kind = row
        .kind
        .and_then(|kind| subject_kind::CHOICES.get(kind as usize));
    let first = match (row.outcome_now == Some(row.outcome), row.reason) {
        (true, None) => String::new(),
        (true, Some(reason)) => text(words.lang, reason_key(reason)),
        (false, _) => text(words.lang, outcome_key(Some(row.outcome))),
    };
    let named = |list: &[String], at: Option<usize>| {
        at.and_then(|at| list.get(at)).cloned().unwrap_or_default()
    };
    [
        format!(
            "{} {:02}:{:02}:{second:02}",
            at.day().to_text(),
            minute / 60,
            minute % 60
        ),
        named(&export.gates, usize::try_from(row.gate).ok()),
        words.way(row),
        kind.map_or_else(String::new, |kind| words.lang.pick(kind.label).to_owned()),
        words.verdict(row),
        text(words.lang, export_outcome_key(row)),
        first,
        match named(&export.rules, usize::try_from(row.rules).ok()) {
            rules if rules.is_empty() => text(words.lang, "crossing-no-rule"),
            rules => rules,
        },
        named(
            &export.staff,
            row.staff.and_then(|at| usize::try_from(at).ok()),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::find_crossings::Span;
    use calamine::{Data, Reader, Xlsx};
    use gatehouse_core::gate::{Outcome, SubjectKind, Way};
    use proptest::prelude::*;
    use std::io::Cursor;

    /// 2020-02-19T07:00 in China.
    const NOW: i64 = 1_582_066_800_000;
    /// Names that begin like formulas, and worse.
    const NAME: &str = "[=+@\\-|%&<\"'\u{4e00}-\u{4e2f}A-Za-z0-9()!]{1,20}";

    fn workbook(head: &SheetHead, export: &Export) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_workbook(head, export, &mut bytes).expect("written");
        bytes
    }

    fn head(name: &str) -> SheetHead {
        SheetHead {
            lang: Lang::Zh,
            area: name.to_owned(),
            exporter: name.to_owned(),
            offset_minutes: 480,
            filters: name.to_owned(),
        }
    }

    fn export(names: &[String], rows: usize) -> Export {
        let row = |at: usize| ExportRow {
            at: NOW - at as i64 * 1_000,
            gate: (at % names.len()) as u32,
            way: if at.is_multiple_of(2) {
                Way::In
            } else {
                Way::Out
            },
            kind: SubjectKind::at((at % 8) as u8),
            verdict: Verdict::Admit,
            outcome: Outcome::Crossed,
            outcome_now: (!at.is_multiple_of(5)).then_some(Outcome::Crossed),
            is_emergency: at.is_multiple_of(7),
            reason: None,
            staff: Some((at % names.len()) as u32),
            rules: (at % names.len()) as u32,
        };
        Export {
            rows: (0..rows).map(row).collect(),
            gates: names.to_vec(),
            staff: names.to_vec(),
            rules: names.to_vec(),
            span: Some(Span {
                from: (Moment::new(NOW, 480).day(), 450),
                to: (Moment::new(NOW, 480).day(), 1_439),
            }),
            gate: Some(names[0].clone()),
            is_cut: false,
            made_at: NOW,
        }
    }

    /// Every cell as another program reads it, and every formula.
    fn read_back(bytes: Vec<u8>) -> (Vec<Vec<Data>>, usize) {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
        let name = book.sheet_names().first().cloned().expect("a sheet");
        let formulas = book.worksheet_formula(&name).expect("reads");
        let cells = book.worksheet_range(&name).expect("reads");
        let rows = cells.rows().map(<[Data]>::to_vec).collect();
        (rows, formulas.used_cells().count())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn no_cell_runs_and_no_row_is_lost(
            names in prop::collection::vec(NAME, 1..5),
            rows in 0usize..40,
        ) {
            let made = export(&names, rows);
            let bytes = workbook(&head(&names[0]), &made);
            let (cells, formulas) = read_back(bytes);
            prop_assert_eq!(formulas, 0);
            for cell in cells.iter().flatten() {
                prop_assert!(matches!(cell, Data::String(_) | Data::Empty), "{:?}", cell);
            }
            prop_assert_eq!(cells.len(), NAMES_ROW as usize + 1 + rows);
            for (at, row) in cells[NAMES_ROW as usize + 1..].iter().enumerate() {
                let name = names[at % names.len()].clone();
                prop_assert_eq!(&row[1], &Data::String(name.clone()));
                prop_assert_eq!(&row[8], &Data::String(name));
            }
        }
    }

    #[test]
    fn the_head_says_who_when_and_how_many() {
        let bytes = workbook(&head("李=cmd"), &export(&["东门".to_owned()], 3));
        let (cells, _) = read_back(bytes);
        let line = |at: usize| cells[at][0].to_string();
        assert!(
            line(1).contains("李=cmd 于 2020-02-19 07:00 导出"),
            "{}",
            line(1)
        );
        assert_eq!(
            line(2),
            "从 2020-02-19 07:30 到 2020-02-19 23:59（Asia/Shanghai）· 东门 · 李=cmd"
        );
        assert!(line(3).contains("共 3 条"), "{}", line(3));
        assert_eq!(cells[6][0].to_string(), "2020-02-19 07:00:00");
        assert_eq!(cells[6][5].to_string(), "已撤销");
        assert_eq!(cells[7][5].to_string(), "已通过");
    }
}

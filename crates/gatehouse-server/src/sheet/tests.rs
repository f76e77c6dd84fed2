//! Real and hostile files (`../shared/data`, in place), and made ones.

use super::*;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::moment::CivilDay;
use proptest::prelude::*;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use zip::write::{SimpleFileOptions, ZipWriter};

#[expect(
    clippy::disallowed_methods,
    reason = "where the data lies is for the machine to say"
)]
fn shared(name: &str) -> Option<Vec<u8>> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = [
        std::env::var_os("GATEHOUSE_SHARED_DATA").map(PathBuf::from),
        Some(workspace.join("../shared/data")),
        Some(workspace.join("../../shared/data")),
    ];
    let mut files = folders
        .into_iter()
        .flatten()
        .map(|folder| folder.join(name));
    let found = files.find_map(|file| std::fs::read(file).ok());
    if found.is_none() {
        eprintln!("SKIPPED: {name} is not here; set GATEHOUSE_SHARED_DATA to its folder");
    }
    found
}

fn rows_of(table: &mut Table) -> Result<Vec<(u32, Vec<String>)>, SheetError> {
    let mut rows = Vec::new();
    table.each_row(0, &mut |number, cells| {
        let texts = cells.iter().map(|cell| cell.text().into_owned());
        rows.push((number, texts.collect()));
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

fn read(name: &str, bytes: Vec<u8>) -> Result<Vec<(u32, Vec<String>)>, SheetError> {
    rows_of(&mut Table::open(name, bytes)?)
}

/// A workbook of the given members beside the usual ones.
fn workbook(members: &[(&str, &str)]) -> Vec<u8> {
    const USUAL: [(&str, &str); 4] = [
        ("[Content_Types].xml", "<Types/>"),
        (
            "_rels/.rels",
            r#"<Relationships><Relationship Id="r" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<workbook><sheets><sheet name="S" r:id="a"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships><Relationship Id="a" Target="worksheets/sheet1.xml"/>
               <Relationship Id="b" Target="sharedStrings.xml"/>
               <Relationship Id="c" Target="styles.xml"/></Relationships>"#,
        ),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in USUAL.iter().chain(members) {
        if USUAL.iter().any(|(usual, _)| usual == name) && !members.iter().all(|(m, _)| m != name) {
            continue;
        }
        zip.start_file(*name, SimpleFileOptions::default())
            .expect("starts");
        zip.write_all(text.as_bytes()).expect("writes");
    }
    zip.finish().expect("finishes").into_inner()
}

fn sheet(rows: &str) -> String {
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")
}

#[test]
fn hostile_workbooks_are_refused_with_a_reason() {
    let table = [
        ("one-cell-48MiB.xlsx", SheetError::CellTooLong),
        ("entity-expansion.xlsx", SheetError::Definitions),
        ("path-walk-member.xlsx", SheetError::LeadsOut),
        ("truncated.xlsx", SheetError::Damaged),
        ("text-named.xlsx", SheetError::TextNamedWorkbook),
    ];
    for (name, expected) in table {
        if let Some(bytes) = shared(&format!("adversarial/{name}")) {
            assert_eq!(read(name, bytes), Err(expected), "{name}");
        }
    }
    // A claim costs nothing: what is there is one cell.
    if let Some(bytes) = shared("adversarial/claims-1048576x16384.xlsx") {
        assert_eq!(
            read("claims.xlsx", bytes),
            Ok(vec![(1, vec!["姓名".to_owned()])])
        );
    }
}

/// What a gate keeper does not know must not stand in a reason.
#[test]
fn reasons_are_said_in_words_of_the_gate() {
    let unknown = [
        "XML",
        "zip",
        "ZIP",
        "DTD",
        "实体",
        "解析",
        "entity",
        "parse",
        "dimension",
        "sharedStrings",
        "utf16",
        "panic",
        "error",
    ];
    let known = ["xlsx", "xls", "csv", "MB", "UTF-8"];
    for error in SheetError::ALL {
        let reason = crate::locale::text(Lang::Zh, &format!("import-file-{}", error.code()));
        assert!(
            reason.ends_with('。') && reason.chars().count() <= 40,
            "{reason}"
        );
        for word in unknown {
            assert!(!reason.contains(word), "{reason}");
        }
        let bare = known
            .iter()
            .fold(reason.clone(), |text, word| text.replace(word, ""));
        let latin = bare.chars().any(|c| c.is_ascii_alphabetic());
        assert!(!latin, "{reason}");
    }
}

#[test]
fn numbers_are_as_excel_keeps_them() {
    let Some(bytes) = shared("adversarial/numbers-as-excel-keeps-them.xlsx") else {
        return;
    };
    let mut table = Table::open("numbers.xlsx", bytes).expect("a workbook");
    let mut found = Vec::new();
    let taken = table.each_row(0, &mut |_, cells| {
        found = std::mem::take(cells);
        ControlFlow::Break(())
    });
    taken.expect("reads");
    assert!(found[0].is_destroyed_number());
    let serial = |cell: &Cell| match cell {
        Cell::Number(value) => *value,
        _ => f64::NAN,
    };
    assert_eq!(serial_day(serial(&found[1])), CivilDay::parse("2020-02-01"));
    assert_eq!(serial_seconds(serial(&found[2])), Some(86_399));
    assert_eq!(found[3], Cell::Error("#N/A".to_owned()));
    assert_eq!(found[4], Cell::Bool(true));
    assert_eq!(found[5], Cell::Text("2".to_owned()));
    assert_eq!(found.len(), 6);
}

#[test]
fn rare_characters_are_the_same_in_three_encodings() {
    let names = ["gb18030.csv", "utf16le-tab.txt", "utf8-bom.csv"];
    let mut found = Vec::new();
    for name in names {
        let Some(bytes) = shared(&format!("adversarial/streets-rare-characters.{name}")) else {
            return;
        };
        found.push(read(name, bytes).expect("reads"));
    }
    assert_eq!(found[0].len(), 108, "107 rows and their header");
    assert_eq!(found[0][0].1[0], "code", "no mark in the first header");
    assert!(found[0].iter().any(|(_, row)| row[1] == "湖㳇镇"));
    assert_eq!(found[0], found[1]);
    assert_eq!(found[0], found[2]);
}

#[test]
fn tables_of_another_system_are_read_in_their_encodings() {
    for name in ["iso_8859_1", "windows_1252"] {
        let file = format!("import-csv/sormas_region_import_test_{name}.csv");
        let Some(bytes) = shared(&file) else { return };
        let rows = read(&file, bytes).expect("reads");
        assert_eq!(rows[0].1[0], "name", "{name}");
        let all = format!("{rows:?}");
        assert!(
            all.contains('ü') || all.contains('ö') || all.contains('ä'),
            "{all}"
        );
    }
    let Some(bytes) = shared("import-csv/sormas_district_bom_test.csv") else {
        return;
    };
    let rows = read("bom.csv", bytes).expect("reads");
    assert_eq!(rows[0].1[0], "name");
    assert_eq!(rows[2].1[0], "LK Altötting");
}

#[test]
fn workbooks_of_others_are_read() {
    for (name, sheets) in [("xlsform-simple", 1), ("godata-admin-1-locations", 1)] {
        let Some(bytes) = shared(&format!("xlsx/{name}.xlsx")) else {
            return;
        };
        let mut table = Table::open("a.xlsx", bytes).expect("a workbook");
        assert_eq!(table.sheets().len(), sheets, "{name}");
        assert!(rows_of(&mut table).expect("reads").len() > 1, "{name}");
    }
}

#[test]
fn a_workbook_that_lies_reserves_nothing() {
    let texts = r#"<sst uniqueCount="99999999999999"><si><t>姓名</t></si></sst>"#;
    let rows = r#"<row r="3"><c r="B3" t="s"><v>0</v></c><c t="inlineStr"><is><t>a&amp;b</t></is>
        </c></row>"#;
    let bytes = workbook(&[
        ("xl/sharedStrings.xml", texts),
        ("xl/worksheets/sheet1.xml", &sheet(rows)),
    ]);
    let expected = ["", "姓名", "a&b"].map(str::to_owned).to_vec();
    assert_eq!(read("a.xlsx", bytes), Ok(vec![(3, expected)]));
    let missing = sheet(r#"<row><c t="s"><v>7</v></c></row>"#);
    let bytes = workbook(&[("xl/worksheets/sheet1.xml", &missing)]);
    assert_eq!(read("a.xlsx", bytes), Err(SheetError::Damaged));
}

#[test]
fn what_is_no_plain_workbook_says_what_it_is() {
    let one = sheet("<row><c><v>1</v></c></row>");
    let plain = ("xl/worksheets/sheet1.xml", one.as_str());
    let table = [
        (
            workbook(&[plain, ("xl/vbaProject.bin", "x")]),
            SheetError::Macros,
        ),
        (
            workbook(&[plain, ("xl/workbook.bin", "x")]),
            SheetError::BinaryWorkbook,
        ),
        (
            workbook(&[plain, ("..\\up.txt", "x")]),
            SheetError::LeadsOut,
        ),
        (workbook(&[plain, ("C:/up.txt", "x")]), SheetError::LeadsOut),
        (vec![0xD0, 0xCF, 0x11, 0xE0, 0, 0], SheetError::OldOrLocked),
        (b"%PDF-1.7".to_vec(), SheetError::NotATable),
        (
            vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4],
            SheetError::NotATable,
        ),
        (Vec::new(), SheetError::Empty),
        (b"\n \n".to_vec(), SheetError::Empty),
        (vec![b'a'; FILE_BYTES_MOST + 1], SheetError::FileTooLarge),
        (b"PK\x03\x04 and no more".to_vec(), SheetError::Damaged),
    ];
    for (bytes, expected) in table {
        let found = Table::open("a", bytes).err();
        assert_eq!(found, Some(expected));
    }
}

#[test]
fn rows_are_numbered_as_a_spreadsheet_numbers_them() {
    let text = "姓名,备注\n\n王华,\"两\n行\"\n张桂芳,一行\n"
        .as_bytes()
        .to_vec();
    let rows = read("a.csv", text).expect("reads");
    let numbers: Vec<u32> = rows.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [1, 3, 4]);
    for text in ["a;b\n1,5;2\n", "a\tb\n1,5\t2\n"] {
        let rows = read("a.csv", text.as_bytes().to_vec()).expect("reads");
        assert_eq!(rows[1].1, ["1,5", "2"]);
    }
}

#[test]
fn too_many_rows_are_refused() {
    let text = "王\n".repeat(ROWS_MOST as usize + 51).into_bytes();
    assert_eq!(read("a.csv", text), Err(SheetError::TooManyRows));
    let long = format!("a,{}\n", "王".repeat(32_768)).into_bytes();
    assert_eq!(read("a.csv", long), Err(SheetError::CellTooLong));
}

#[test]
fn merged_cells_and_dates_are_seen() {
    let styles = r#"<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>
        </styleSheet>"#;
    let body = r#"<worksheet><sheetData><row r="1"><c r="A1" s="1"><v>43862</v></c></row>
        </sheetData><mergeCells><mergeCell ref="A2:A4"/></mergeCells></worksheet>"#;
    let bytes = workbook(&[
        ("xl/styles.xml", styles),
        ("xl/worksheets/sheet1.xml", body),
    ]);
    let mut table = Table::open("a.xlsx", bytes).expect("a workbook");
    let expected = Merged {
        top: 2,
        bottom: 4,
        left: 0,
        right: 0,
    };
    assert_eq!(table.merged(0), Ok(vec![expected]));
    assert_eq!(rows_of(&mut table).expect("reads")[0].1, ["2020-02-01"]);
}

#[test]
fn columns_have_names() {
    let names = [0, 25, 26, 27, 701, 702].map(column_name);
    assert_eq!(names, ["A", "Z", "AA", "AB", "ZZ", "AAA"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = read("a.csv", bytes);
    }

    #[test]
    fn any_workbook_with_a_changed_byte_is_read_or_refused(
        at in any::<prop::sample::Index>(), flip in 1u8..,
    ) {
        let rows = sheet(r#"<row r="1"><c r="A1" t="inlineStr"><is><t>王华</t></is></c></row>"#);
        let mut bytes = workbook(&[("xl/worksheets/sheet1.xml", &rows)]);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let _ = read("a.xlsx", bytes);
    }

    #[test]
    fn any_text_in_a_cell_comes_back(texts in prop::collection::vec("[^\\pC;]{1,20}", 2..6)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(texts.iter().map(|_| "a")).expect("writes");
        writer.write_record(&texts).expect("writes");
        let bytes = writer.into_inner().expect("flushes");
        let rows = read("a.csv", bytes).expect("reads");
        let blank = texts.iter().all(|text| text.trim().is_empty());
        prop_assert_eq!(rows.len(), 2 - usize::from(blank));
        prop_assert!(blank || rows[1].1 == texts);
    }
}

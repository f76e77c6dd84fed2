//! Real and hostile files (`shared/data`, in place) as whole imports: what goes in, what does not,
//! and what whoever uploads them is told.

use crate::command::Place as Town;
use crate::import_command::{compounds_and_runs, imports_on_both};
use crate::imports::{Story, counted};
use crate::shared::shared_data;
use crate::support::{TestApp, on_both};
use gatehouse_core::gate::wording::Lang;
use gatehouse_server::ops::import_people::ImportError;
use gatehouse_server::ops::import_people::field::Field;
use gatehouse_server::ops::import_people::header::{Mapping, set};
use gatehouse_server::ops::import_people::ledger::{Exporter, export};
use gatehouse_server::ops::import_people::map::{begin, map};
use gatehouse_server::ops::import_people::report::{self, Report};
use gatehouse_server::ops::import_people::run::run_whole;
use gatehouse_server::ops::import_people::upload::upload;
use gatehouse_server::sheet::{SheetError, Table};
use gatehouse_store::import_run::ImportRunRow;
use std::io::{Cursor, Read, Write};
use std::ops::ControlFlow;
use std::process::Command;

type Cells = Vec<Vec<String>>;
/// Row and key of each fault.
type Faults<'a> = &'a [(u32, &'a str)];

fn rows_of(name: &str, bytes: Vec<u8>) -> Cells {
    let mut table = Table::open(name, bytes).expect("is taken");
    let mut rows = Vec::new();
    let read = table.each_row(0, &mut |_, cells| {
        rows.push(cells.iter().map(|cell| cell.text().into_owned()).collect());
        ControlFlow::Continue(())
    });
    read.expect("reads");
    rows
}

/// What a whole import is held against.
struct Case {
    file: &'static str,
    /// Header of the last header row, and what it is mapped to; others are left out.
    map: &'static [(&'static str, Field)],
    /// Rows in, accepted, rejected, duplicate.
    sums: (i64, i64, i64, i64),
    /// Faults by row and key.
    faults: &'static [(u32, &'static str)],
}

fn mapping(table: &Cells, case: &Case) -> Mapping {
    let headers = table.iter().find(|row| {
        case.map
            .iter()
            .all(|(header, _)| row.iter().any(|cell| cell == header))
    });
    let headers = headers.expect("a row with these headers");
    let mut mapping = Mapping::new();
    for (header, field) in case.map {
        let at = headers.iter().position(|cell| cell == header).expect("it");
        set(&mut mapping, at, Some(*field));
    }
    mapping
}

/// Uploads, maps, checks and writes.
fn import(
    story: &Story<'_>,
    name: &str,
    bytes: Vec<u8>,
    mapping: &Mapping,
) -> (ImportRunRow, Report) {
    let (desk, shard) = (&story.desk, story.place.shard);
    let id = upload(desk, &story.place, None, name, bytes).expect("is taken");
    map(desk, shard, id, mapping, false, None).expect("is mapped");
    let row = run_whole(desk, shard, id).expect("is checked");
    let report = report::read(desk, &row).expect("reads").expect("a report");
    begin(desk, shard, id, None).expect("begins");
    let written = run_whole(desk, shard, id).expect("runs");
    assert_eq!(counted(&written), counted(&row), "the check told the truth");
    (row, report)
}

fn faults_of(report: &Report) -> Vec<(u32, &str)> {
    let bad = report.bad.iter();
    bad.flat_map(|bad| {
        bad.faults
            .iter()
            .map(|fault| (bad.number, fault.fault.as_str()))
    })
    .collect()
}

/// The register as it goes out.
fn ledger(story: &Story<'_>) -> Cells {
    let by = Exporter {
        staff: None,
        name: "某人".to_owned(),
        organisation: None,
        lang: Lang::Zh,
        area_name: "某小区".to_owned(),
    };
    let bytes = export(&story.desk, &story.place, &by).expect("goes out");
    rows_of("a.xlsx", bytes).split_off(2)
}

/// Tables of another system, in the order in which its own tests import them. They say nothing of
/// doors: its column of ages stands for the room, so that what is tested is the mapping.
const OTHERS: [Case; 5] = [
    Case {
        file: "sormas_import_test_success.csv",
        map: &[
            ("person.lastName", Field::Name),
            ("person.sex", Field::Sex),
            ("person.approximateAge", Field::Room),
        ],
        sums: (5, 5, 0, 0),
        faults: &[],
    },
    // The same person again is found, not made twice.
    Case {
        file: "sormas_import_test_similarities.csv",
        map: &[
            ("person.lastName", Field::Name),
            ("person.sex", Field::Sex),
            ("person.approximateAge", Field::Room),
        ],
        sums: (1, 0, 0, 1),
        faults: &[],
    },
    // Days with the month first can be meant in two ways: refused, nothing is guessed. Its
    // telephones have five digits.
    Case {
        file: "sormas_import_test_success.csv",
        map: &[
            ("person.lastName", Field::Name),
            ("person.phone", Field::Phone),
            ("person.approximateAge", Field::Room),
            ("reportDate", Field::FromOn),
        ],
        sums: (5, 0, 5, 0),
        faults: &[
            (3, "complaint-date-form"),
            (3, "complaint-phone-form"),
            (4, "complaint-date-form"),
            (4, "complaint-phone-form"),
            (5, "complaint-date-form"),
            (5, "complaint-phone-form"),
            (6, "complaint-date-form"),
            (6, "complaint-phone-form"),
            (7, "complaint-date-form"),
            (7, "complaint-phone-form"),
        ],
    },
    // Diseases and districts have no field here; the name and the sex do.
    Case {
        file: "sormas_import_test_errors.csv",
        map: &[
            ("person.firstName", Field::Name),
            ("person.sex", Field::Sex),
            ("person.approximateAge", Field::Room),
        ],
        sums: (5, 3, 2, 0),
        faults: &[(3, "complaint-missing"), (5, "import-fault-sex-unknown")],
    },
    Case {
        file: "sormas_contact_import_test.csv",
        map: &[
            ("person.firstName", Field::Name),
            ("person.lastName", Field::Room),
        ],
        sums: (3, 3, 0, 0),
        faults: &[],
    },
];

#[test]
fn tables_of_another_system_go_in_by_a_mapping_alone() {
    on_both(|app| {
        let story = Story::new(app);
        for case in &OTHERS {
            let Some(bytes) = shared_data(&format!("import-csv/{}", case.file)) else {
                return;
            };
            let table = rows_of(case.file, bytes.clone());
            let (row, report) = import(&story, case.file, bytes, &mapping(&table, case));
            assert_eq!(faults_of(&report), case.faults, "{}", case.file);
            assert_eq!(counted(&row), case.sums, "{}: {report:?}", case.file);
        }
    });
}

#[test]
fn a_table_without_doors_is_refused_and_its_encoding_read() {
    let table = [
        ("sormas_region_import_test_iso_8859_1.csv", "Region with ä"),
        (
            "sormas_region_import_test_windows_1252.csv",
            "Region with ä",
        ),
        ("sormas_district_bom_test.csv", "LK Altötting"),
    ];
    on_both(|app| {
        for (file, expected) in table {
            let Some(bytes) = shared_data(&format!("import-csv/{file}")) else {
                return;
            };
            let story = Story::new(app);
            let (desk, shard) = (&story.desk, story.place.shard);
            let id = upload(desk, &story.place, None, file, bytes.clone()).expect("is taken");
            let mut names = Mapping::new();
            set(&mut names, 0, Some(Field::Name));
            let refused = map(desk, shard, id, &names, false, None);
            assert_eq!(refused.err(), Some(ImportError::NothingMapped), "{file}");
            // With its code for the door it goes in, umlauts and all.
            set(&mut names, 1, Some(Field::Room));
            let (_, report) = import(&story, file, bytes, &names);
            let found: Vec<String> = ledger(&story).iter().map(|row| row[3].clone()).collect();
            assert!(
                found.contains(&expected.to_owned()),
                "{file}: {found:?} {report:?}"
            );
        }
    });
}

#[test]
fn streets_with_rare_characters_are_the_same_people_in_three_encodings() {
    let mut first: Option<Cells> = None;
    for name in ["gb18030.csv", "utf16le-tab.txt", "utf8-bom.csv"] {
        let Some(bytes) = shared_data(&format!("adversarial/streets-rare-characters.{name}"))
        else {
            return;
        };
        let app = TestApp::new();
        let story = Story::new(&app);
        let table = rows_of(name, bytes.clone());
        let mut mapping = Mapping::new();
        set(&mut mapping, 0, Some(Field::Room));
        set(&mut mapping, 1, Some(Field::Name));
        let (row, report) = import(&story, name, bytes, &mapping);
        assert_eq!(counted(&row), (107, 107, 0, 0), "{name}: {report:?}");
        let found: Cells = ledger(&story)
            .into_iter()
            .map(|row| vec![row[2].clone(), row[3].clone()])
            .collect();
        let mut expected: Cells = table[1..].iter().map(|row| row[..2].to_vec()).collect();
        expected.sort();
        let mut sorted = found.clone();
        sorted.sort();
        assert_eq!(sorted, expected, "{name}");
        assert_eq!(first.get_or_insert_with(|| found.clone()), &found, "{name}");
    }
}

/// The whole country's streets: what one encoding says, the others say.
#[test]
fn forty_thousand_streets_read_the_same_in_three_encodings() {
    let Some(bytes) = shared_data("admin-codes/streets.csv") else {
        return;
    };
    let text = String::from_utf8(bytes.clone()).expect("UTF-8");
    let expected = rows_of("streets.csv", bytes);
    assert_eq!(expected.len(), 41_353);
    let tabs: Vec<u8> = expected
        .iter()
        .flat_map(|row| {
            format!("{}\r\n", row.join("\t"))
                .encode_utf16()
                .collect::<Vec<u16>>()
        })
        .flat_map(u16::to_le_bytes)
        .collect();
    let (gb18030, _, is_lossy) = encoding_rs::GB18030.encode(&text);
    assert!(!is_lossy);
    let table = [
        ("streets.gb18030.csv", gb18030.into_owned()),
        ("streets.utf16.txt", [&[0xFF, 0xFE][..], &tabs].concat()),
        (
            "streets.bom.csv",
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        ),
    ];
    for (name, bytes) in table {
        assert!(rows_of(name, bytes) == expected, "{name}");
    }
}

/// The same workbook with its only row below a row of headers.
fn below_headers(bytes: Vec<u8>, headers: &[&str]) -> Vec<u8> {
    const SHEET: &str = "xl/worksheets/sheet1.xml";
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a workbook");
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..zip.len() {
        let mut member = zip.by_index(at).expect("a member");
        let name = member.name().expect("a name").into_owned();
        let mut text = String::new();
        member.read_to_string(&mut text).expect("text");
        if name == SHEET {
            let cells: String = headers
                .iter()
                .map(|header| format!("<c t=\"inlineStr\"><is><t>{header}</t></is></c>"))
                .collect();
            let rows = format!("<sheetData><row r=\"1\">{cells}</row><row r=\"2\">");
            text = text.replace("<sheetData><row r=\"1\">", &rows);
            text = text
                .replace("1\"", "2\"")
                .replace("<row r=\"2\"><c t", "<row r=\"1\"><c t");
        }
        out.start_file(name, zip::write::SimpleFileOptions::default())
            .expect("begins");
        out.write_all(text.as_bytes()).expect("writes");
    }
    out.finish().expect("ends").into_inner()
}

#[test]
fn numbers_as_excel_keeps_them_go_through_a_whole_import() {
    let Some(bytes) = shared_data("adversarial/numbers-as-excel-keeps-them.xlsx") else {
        return;
    };
    on_both(|app| {
        let story = Story::new(app);
        // As it lies there it has no headers, and says so.
        let found = upload(&story.desk, &story.place, None, "a.xlsx", bytes.clone());
        assert_eq!(found, Err(ImportError::Sheet(SheetError::NoHeader)));
        // 4.4E+17, 43862, 0.99998, #N/A, true, =1+1.
        let table: [(&[&str], Faults<'_>); 3] = [
            (
                &["身份证号", "出生日期", "备注", "电话", "姓名", "房号"],
                &[
                    (2, "import-fault-bool-cell"),
                    (2, "complaint-id-number-damaged"),
                    (2, "import-fault-error-cell"),
                ],
            ),
            (
                &["备注", "入住日期", "出生日期", "房东", "姓名", "房号"],
                &[
                    (2, "import-fault-bool-cell"),
                    (2, "import-fault-error-cell"),
                    (2, "complaint-date-form"),
                ],
            ),
            (
                &["姓名", "房号", "电话", "性别", "备注", "单元"],
                &[
                    (2, "import-fault-error-cell"),
                    (2, "import-fault-bool-cell"),
                    (2, "complaint-forbidden-character"),
                    (2, "complaint-phone-form"),
                ],
            ),
        ];
        for (headers, expected) in table {
            let bytes = below_headers(bytes.clone(), headers);
            let (desk, shard) = (&story.desk, story.place.shard);
            let id = upload(desk, &story.place, None, "a.xlsx", bytes).expect("is taken");
            let (row, report) = story.check(id);
            assert_eq!(faults_of(&report), expected, "{headers:?}");
            assert_eq!(counted(&row), (1, 0, 1, 0), "{headers:?}");
            assert_eq!(desk.run(shard, id).expect("is there").state, "checked");
        }
    });
}

/// Runs an import with two seconds of processor time and 256 MiB of memory of its own.
fn within_limits(town: &Town, town_area: &str, file: &str) -> std::process::Output {
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg("ulimit -t 2 && ulimit -d 262144 && exec \"$@\"")
        .arg("sh")
        .arg(env!("CARGO_BIN_EXE_gatehouse"))
        .args([
            "import", "people", file, "--area", town_area, "--json", "--config",
        ])
        .arg(town.folder.path().join("settings.toml"));
    command.output().expect("runs")
}

#[test]
fn hostile_workbooks_are_refused_in_two_seconds_and_256_mebibytes() {
    let table = [
        ("one-cell-48MiB", SheetError::CellTooLong),
        ("claims-1048576x16384", SheetError::NobodyInside),
        ("entity-expansion", SheetError::Definitions),
        ("path-walk-member", SheetError::LeadsOut),
        ("truncated", SheetError::Damaged),
        ("text-named", SheetError::TextNamedWorkbook),
        ("numbers-as-excel-keeps-them", SheetError::NoHeader),
    ];
    imports_on_both(|town| {
        let area = compounds_and_runs(town).0.remove(0);
        for (name, expected) in table {
            let Some(bytes) = shared_data(&format!("adversarial/{name}.xlsx")) else {
                return;
            };
            let file = town.folder.path().join(format!("{name}.xlsx"));
            std::fs::write(&file, bytes).expect("writes");
            let output = within_limits(town, &area, &file.display().to_string());
            let said: serde_json::Value =
                serde_json::from_slice(&output.stdout).unwrap_or_default();
            assert!(!output.status.success(), "{name}");
            assert_eq!(said["refused"], expected.code(), "{name}: {output:?}");
        }
    });
}

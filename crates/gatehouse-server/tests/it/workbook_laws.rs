//! No workbook that the program writes holds a cell that a spreadsheet would run: every text is a
//! text cell, marked as such, whatever stands in it.

use crate::imports::Story;
use crate::shared::shared_data;
use crate::support::{TestApp, percent};
use axum::http::StatusCode;
use gatehouse_core::gate::wording::Lang;
use gatehouse_server::auth::role::Role;
use gatehouse_server::jobs::run_due;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::import_people::ledger::{Exporter, export};
use gatehouse_server::ops::import_people::remarks::remarks;
use gatehouse_server::sheet::Table;
use gatehouse_store::Shard;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::ops::ControlFlow;
use std::path::Path;

/// Texts that a spreadsheet runs, or changes, where they are not marked as text.
const ARMED: [&str; 12] = [
    "=1+1",
    "+1+1",
    "-2+3+cmd|'/C calc'!A0",
    "@SUM(1,1)",
    "=cmd|'/C calc'!A0",
    "=HYPERLINK(\"http://127.0.0.1/?\"&A1,\"x\")",
    "=WEBSERVICE(\"http://127.0.0.1/\")",
    "\u{a0}=1+1",
    "＝1+1",
    "'=1+1",
    "3-12",
    "http://127.0.0.1/",
];

fn part(zip: &mut zip::ZipArchive<Cursor<Vec<u8>>>, name: &str) -> String {
    let mut text = String::new();
    let mut file = zip.by_name(name).expect("is there");
    file.read_to_string(&mut text).expect("text");
    text
}

/// Pieces of a text that begin with `<tag` and end with the tag's end.
fn tags<'a>(text: &'a str, tag: &str) -> Vec<&'a str> {
    let begin = format!("<{tag}");
    let is_whole = |piece: &&str| piece.starts_with([' ', '>', '/']);
    let after = text.split(begin.as_str()).skip(1).filter(is_whole);
    after
        .map(|piece| piece.split('>').next().expect("one"))
        .collect()
}

fn value<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = tag.split_once(&format!(" {name}=\""))?;
    after.split('"').next()
}

/// Asserts that a spreadsheet runs nothing of a workbook; says how many texts it holds.
pub fn runs_nothing(bytes: Vec<u8>, what: &str) -> usize {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a workbook");
    let names: Vec<String> = zip
        .file_names()
        .map(|name| name.expect("text").into_owned())
        .collect();
    for name in &names {
        let own = [
            "xl/worksheets/sheet",
            "xl/worksheets/_rels",
            "xl/theme",
            "xl/_rels",
            "docProps",
        ];
        let single = [
            "xl/workbook.xml",
            "xl/styles.xml",
            "xl/sharedStrings.xml",
            "_rels/.rels",
        ];
        let is_known = own.iter().any(|begin| name.starts_with(begin))
            || single.contains(&name.as_str())
            || name == "[Content_Types].xml";
        assert!(is_known, "{what}: {name}");
    }
    let styles = part(&mut zip, "xl/styles.xml");
    let formats = styles.split("<cellXfs").nth(1).expect("formats");
    let formats = formats.split("</cellXfs").next().expect("formats");
    let marked: Vec<bool> = tags(formats, "xf")
        .iter()
        .map(|xf| value(xf, "quotePrefix") == Some("1"))
        .collect();
    assert!(
        !part(&mut zip, "xl/workbook.xml").contains("<definedName"),
        "{what}"
    );
    let mut texts = 0;
    for name in names
        .iter()
        .filter(|name| name.starts_with("xl/worksheets/sheet"))
    {
        let sheet = part(&mut zip, name);
        for tag in ["f", "hyperlink", "legacyDrawing", "oleObject", "control"] {
            assert_eq!(tags(&sheet, tag), Vec::<&str>::new(), "{what} {name}");
        }
        for formula in sheet.split("<formula1>").skip(1) {
            assert!(
                formula.starts_with('"'),
                "{what}: a list to choose from is written out"
            );
        }
        for cell in tags(&sheet, "c") {
            if !matches!(value(cell, "t"), None | Some("n")) {
                texts += 1;
                let format = value(cell, "s").and_then(|s| s.parse::<usize>().ok());
                assert!(format.is_some_and(|at| marked[at]), "{what} {name}: {cell}");
            }
        }
    }
    texts
}

fn cells_of(bytes: Vec<u8>) -> BTreeSet<String> {
    let mut table = Table::open("a.xlsx", bytes).expect("a workbook");
    let mut found = BTreeSet::new();
    for sheet in 0..table.sheets().len() {
        let read = table.each_row(sheet, &mut |_, cells| {
            found.extend(cells.iter().map(|cell| cell.text().into_owned()));
            ControlFlow::Continue(())
        });
        read.expect("reads");
    }
    found
}

struct Office<'a> {
    app: &'a TestApp,
    cookie: String,
    area: String,
}

impl<'a> Office<'a> {
    fn new(app: &'a TestApp, demo: &'a Demo, role: Role) -> Office<'a> {
        let mut staff = demo.town.staffing.staff.iter();
        let office = staff.find(|staff| staff.role == role).expect("one");
        Office {
            app,
            cookie: app.session(office.id),
            area: office.area.to_string(),
        }
    }

    fn get(&self, path: &str) -> Vec<u8> {
        let answer = self.app.get(path, &self.cookie);
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.bytes
    }

    fn form(&self, rest: &str, body: &str) -> crate::support::Answer {
        let path = format!("/areas/{}/{rest}", self.area);
        self.app.form(&path, &self.cookie, body)
    }
}

/// Names of gates, areas and staff become what a spreadsheet would run.
fn arm(app: &TestApp) {
    app.write(|tx| {
        let armed = |at: usize| ARMED[at % ARMED.len()].to_owned();
        let staff = tx.all_staff(500)?;
        for (at, mut staff) in staff.into_iter().enumerate() {
            staff.name = armed(at);
            tx.update_staff(&staff)?;
        }
        for (at, mut gate) in tx.gates(Shard(1))?.into_iter().enumerate() {
            gate.name = armed(at);
            tx.update_gate(&gate)?;
        }
        for root in tx.area_roots()? {
            for (at, mut area) in tx.area_subtree(root.area, 500)?.into_iter().enumerate() {
                area.name = armed(at);
                tx.update_area(&area)?;
            }
        }
        Ok(())
    });
}

/// Files of the program that write workbooks, each with the workbook of an armed demo town.
fn workbooks(app: &TestApp, demo: &Demo) -> Vec<(&'static str, Vec<u8>)> {
    let office = Office::new(app, demo, Role::CommunityOffice);
    let compound = demo.town.streets.gates[0].compound;
    let import = format!("/areas/{compound}/import");
    let story = Story::of_demo(app, compound);
    let faults = story.faults_of("楼号,门牌,姓名,电话\n999,101,=1+1,@SUM\n999,102,,-1\n");
    let crossings = format!("from=2020-02-01&to=2020-02-19&rule={}", percent("=1+1"));
    let street = Office::new(app, demo, Role::StreetCommand);
    let asked = street.form("policy/replays", "draft=&from=2020-02-17&to=2020-02-19");
    app.wait(run_due(&app.app)).expect("the database");
    vec![
        (
            "ops/import_people/template.rs",
            office.get(&format!("{import}/template.xlsx")),
        ),
        (
            "ops/import_people/ledger.rs",
            office.get(&format!("{import}/ledger.xlsx")),
        ),
        ("ops/import_people/remarks.rs", faults),
        ("console/crossings_sheet.rs", {
            let answer = office.form("crossings/workbook", &crossings);
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            answer.bytes
        }),
        (
            "replay_sheet.rs",
            street.get(&format!("{}/replay.xlsx", asked.header("location"))),
        ),
    ]
}

fn writers(folder: &Path, root: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            writers(&path, root, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(&path).expect("reads");
            let ends = [".save_to_buffer()", ".save_to_writer(", ".save("];
            if text.contains("rust_xlsxwriter") && ends.iter().any(|end| text.contains(end)) {
                let name = path.strip_prefix(root).expect("in it");
                found.insert(name.display().to_string());
            }
        }
    }
}

#[test]
fn no_workbook_holds_what_a_spreadsheet_runs() {
    let (app, demo) = TestApp::demo();
    arm(&app);
    let made = workbooks(&app, demo);
    let mut found = BTreeSet::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    writers(&root, &root, &mut found);
    let named: BTreeSet<String> = made.iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(
        named, found,
        "each file that writes workbooks is tried here"
    );
    for (file, bytes) in made {
        assert!(runs_nothing(bytes, file) > 10, "{file}");
    }
}

/// The register with its values, and the faults with theirs.
fn goes_out(rows: &[[String; 5]]) {
    let app = TestApp::new();
    let story = Story::new(&app);
    let mut sheet = csv::Writer::from_writer(Vec::new());
    sheet
        .write_record(["楼号", "门牌", "姓名", "电话", "备注"])
        .expect("writes");
    rows.iter()
        .for_each(|row| sheet.write_record(row).expect("writes"));
    let text = String::from_utf8(sheet.into_inner().expect("flushes")).expect("text");
    let id = story.import(&text);
    let by = Exporter {
        staff: None,
        name: rows[0][0].clone(),
        organisation: None,
        lang: Lang::Zh,
        area_name: rows[0][1].clone(),
    };
    let ledger = export(&story.desk, &story.place, &by).expect("goes out");
    runs_nothing(ledger, "the register");
    let faults = remarks(&story.desk, story.place.shard, id, Lang::Zh, None).expect("faults");
    runs_nothing(faults.clone(), "the faults");
    let (_, report) = story.check_again(&text);
    let shown = cells_of(faults);
    for bad in &report.bad {
        // Blank cells and blanks around a text are no part of it.
        let row = &rows[bad.number as usize - 2];
        for cell in row.iter().filter(|cell| !cell.trim().is_empty()) {
            assert!(shown.contains(cell), "{cell:?} comes back: {shown:?}");
        }
    }
}

fn any_cell() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(ARMED.to_vec()).prop_map(str::to_owned),
        prop::sample::select(vec![
            "6",
            "王华",
            "13900001111",
            "独居",
            "0012",
            "SEPT2",
            "1E5"
        ])
        .prop_map(str::to_owned),
        "[=+@-][^\\pC]{1,12}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn whatever_is_in_a_sheet_nothing_of_it_runs_when_it_goes_out(
        rows in prop::collection::vec(
            [any_cell(), any_cell(), any_cell(), any_cell(), any_cell()], 1..12),
    ) {
        goes_out(&rows);
    }
}

/// The cells of the corpus: in every field kept as they are, or refused, and run nowhere.
#[test]
fn cells_of_the_corpus_run_nowhere() {
    let Some(bytes) = shared_data("adversarial/csv-formula-cells.csv") else {
        return;
    };
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let values: Vec<String> = reader
        .records()
        .map(|record| record.expect("reads")[0].to_owned())
        .collect();
    assert_eq!(values.len(), 34);
    let usual = ["6", "101", "王华", "13900001111", "独居"];
    for field in 0..usual.len() {
        let rows: Vec<[String; 5]> = values
            .iter()
            .map(|value| {
                let mut row = usual.map(str::to_owned);
                row[field].clone_from(value);
                row
            })
            .collect();
        goes_out(&rows);
    }
}

//! Imports of people on both databases: what goes in, what does not, what goes out again.

use crate::support::{COMPOUND, COUNTY, NEXT_COMPOUND, TestApp, on_both};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{AreaId, PersonId};
use gatehouse_server::ops::check_draft::Phones;
use gatehouse_server::ops::import_people::header::read_mapping;
use gatehouse_server::ops::import_people::map::{
    begin, discard, map, map_again, put_right, stop, take_back,
};
use gatehouse_server::ops::import_people::remarks::remarks;
use gatehouse_server::ops::import_people::report::{self, Report};
use gatehouse_server::ops::import_people::run::{run_whole, work};
use gatehouse_server::ops::import_people::sweep::sweep;
use gatehouse_server::ops::import_people::takes::choose;
use gatehouse_server::ops::import_people::undo::{UndoCounts, counts};
use gatehouse_server::ops::import_people::upload::upload;
use gatehouse_server::ops::import_people::{Desk, ImportError, Keys, Place, RunId, UNDO_MILLIS};
use gatehouse_server::sheet::SheetError;
use gatehouse_store::import_run::ImportRunRow;
use gatehouse_store::person::PersonRow;
use gatehouse_store::{Shard, StoreError, Vault};
use std::sync::Arc;

pub const LEDGER: &str = "楼号,门牌,姓名,身份证号,出生,电话,自住/出租,房东,籍贯,备注
6,2-501,王华,440308199901101512,,13800000001,自住,,某地,独居
6,2-501,李娜,,1988.3.2,,自住,,某地,
6,2-502,周䶮,11010519491231002x,,,租,王华,某地,
7,1-101,赵国,4.40308E+17,,,,,,
7,1-101,,,,,,,,脾气不好
7,1-102,王华,440308199901101512,,,,,,
";

pub struct Story<'a> {
    app: &'a TestApp,
    pub desk: Desk,
    pub place: Place,
}

impl Story<'_> {
    pub fn new(app: &TestApp) -> Story<'_> {
        let shard = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
            Ok(tx
                .shard_of_county(COUNTY)?
                .expect("the county has a number"))
        });
        let vault = Vault::new([(1, [1; 32])], [9; 32]).expect("an epoch");
        Story {
            app,
            desk: Desk {
                store: app.app.store.clone(),
                keys: Keys::Own(Arc::new(vault), Phones::OfOperators),
                world: Arc::clone(&app.app.world),
            },
            place: Place {
                shard: shard.expect("reads"),
                area: NEXT_COMPOUND,
                offset_minutes: 480,
            },
        }
    }

    /// Over the register of a compound of the demo, with its keys.
    pub fn of_demo(app: &TestApp, area: AreaId) -> Story<'_> {
        Story {
            app,
            desk: Desk {
                store: app.app.store.clone(),
                keys: Keys::Ring(app.app.keyring.clone().expect("the demo's keys")),
                world: Arc::clone(&app.app.world),
            },
            place: Place {
                shard: Shard(1),
                area,
                offset_minutes: 480,
            },
        }
    }

    pub fn shard(&self) -> Shard {
        self.place.shard
    }

    pub fn upload(&self, text: &str) -> RunId {
        let bytes = text.as_bytes().to_vec();
        upload(&self.desk, &self.place, None, "台账.csv", bytes).expect("is taken")
    }

    pub fn row(&self, id: RunId) -> ImportRunRow {
        self.desk.run(self.shard(), id).expect("is there")
    }

    pub fn check(&self, id: RunId) -> (ImportRunRow, Report) {
        let mapping = read_mapping(&self.row(id).mapping).expect("a mapping");
        map(&self.desk, self.shard(), id, &mapping, true, None).expect("is mapped");
        let row = run_whole(&self.desk, self.shard(), id).expect("is checked");
        let report = report::read(&self.desk, &row)
            .expect("reads")
            .expect("a report");
        (row, report)
    }

    pub fn import(&self, text: &str) -> RunId {
        let id = self.upload(text);
        self.check(id);
        begin(&self.desk, self.shard(), id, None).expect("begins");
        run_whole(&self.desk, self.shard(), id).expect("runs");
        id
    }

    /// Uploads and checks.
    pub fn check_again(&self, text: &str) -> (ImportRunRow, Report) {
        self.check(self.upload(text))
    }

    /// The workbook of what is wrong with a sheet.
    pub fn faults_of(&self, text: &str) -> Vec<u8> {
        let id = self.upload(text);
        self.check(id);
        remarks(&self.desk, self.shard(), id, Lang::Zh, None).expect("a workbook")
    }

    pub fn people(&self) -> Vec<PersonRow> {
        let (shard, area) = (self.shard(), self.place.area);
        let read = self
            .desk
            .store
            .read_blocking::<_, StoreError, _>(move |tx| {
                tx.persons_of_area(shard, area, PersonId([0; 16]), 5_000)
            });
        read.expect("reads")
    }

    fn undo_counts(&self, id: RunId) -> UndoCounts {
        let shard = self.shard();
        let read = self
            .desk
            .store
            .read_blocking::<_, StoreError, _>(move |tx| counts(tx, shard, &id));
        read.expect("reads")
    }
}

pub fn counted(row: &ImportRunRow) -> (i64, i64, i64, i64) {
    assert_eq!(
        row.rows_all,
        row.accepted + row.rejected + row.duplicate,
        "nobody is lost"
    );
    (row.rows_all, row.accepted, row.rejected, row.duplicate)
}

#[test]
fn a_ledger_goes_in_and_its_faults_are_named() {
    on_both(|app| {
        let story = Story::new(app);
        let id = story.upload(LEDGER);
        let (row, report) = story.check(id);
        assert_eq!(counted(&row), (6, 3, 2, 1));
        assert!(story.people().is_empty(), "a dry run writes nobody");
        let found: Vec<(u32, Option<usize>, &str)> = report
            .bad
            .iter()
            .flat_map(|bad| {
                bad.faults
                    .iter()
                    .map(|f| (bad.number, f.column, f.fault.as_str()))
            })
            .collect();
        assert_eq!(
            found,
            [
                (5, Some(3), "complaint-id-number-damaged"),
                (6, Some(2), "complaint-missing"),
            ]
        );
        assert_eq!(report.repeated, [(7, 2, true)]);
        let kept = format!("{report:?}");
        assert!(
            !kept.contains("王华") && !kept.contains("13800000001"),
            "{kept}"
        );

        begin(&story.desk, story.shard(), id, None).expect("begins");
        let second = begin(&story.desk, story.shard(), id, None);
        assert_eq!(second.err(), Some(ImportError::NotNow), "a double click");
        let row = run_whole(&story.desk, story.shard(), id).expect("runs");
        assert_eq!((counted(&row), row.state.as_str()), ((6, 3, 2, 1), "done"));
        let people = story.people();
        assert_eq!(people.len(), 3);
        let kinds: Vec<&str> = people.iter().map(|person| person.kind.as_str()).collect();
        assert_eq!(kinds, ["resident", "resident", "temporary_resident"]);
        // The tenant's landlord is the only one of that name.
        let (shard, tenant) = (story.shard(), people[2].person);
        let residences = story
            .desk
            .store
            .read_blocking::<_, StoreError, _>(move |tx| tx.residences_of_person(shard, tenant));
        assert_eq!(
            residences.expect("reads")[0].landlord,
            Some(people[0].person)
        );
    });
}

#[test]
fn the_same_ledger_again_changes_nothing() {
    on_both(|app| {
        let story = Story::new(app);
        story.import(LEDGER);
        let before = story.people();
        let id = story.upload(LEDGER);
        let (row, _) = story.check(id);
        assert_eq!(counted(&row), (6, 0, 2, 4));
        begin(&story.desk, story.shard(), id, None).expect("begins");
        let row = run_whole(&story.desk, story.shard(), id).expect("runs");
        assert_eq!(counted(&row), (6, 0, 2, 4));
        assert_eq!(story.people(), before);
    });
}

#[test]
fn whose_values_hold_is_chosen_by_a_person() {
    on_both(|app| {
        let story = Story::new(app);
        story.import(LEDGER);
        let changed = LEDGER.replace("13800000001", "13800000002");
        let id = story.upload(&changed);
        let (row, report) = story.check(id);
        assert_eq!(counted(&row), (6, 0, 2, 4));
        assert_eq!(report.different.len(), 1);
        assert_eq!(
            report.different[0].fields,
            [("phone".to_owned(), "138****02".to_owned())]
        );
        assert!(report.different[0].can_be_taken);
        choose(&story.desk, story.shard(), id, (2, false), true).expect("chosen");
        let row = run_whole(&story.desk, story.shard(), id).expect("is checked");
        assert_eq!(counted(&row), (6, 1, 2, 3));
        begin(&story.desk, story.shard(), id, None).expect("begins");
        let row = run_whole(&story.desk, story.shard(), id).expect("runs");
        assert_eq!(counted(&row), (6, 1, 2, 3));
        // The new number is the register's now: the sheet says nothing else any more.
        let (row, report) = story.check(story.upload(&changed));
        assert_eq!((counted(&row), report.different.len()), ((6, 0, 2, 4), 0));

        take_back(&story.desk, story.shard(), id, None).expect("begins");
        run_whole(&story.desk, story.shard(), id).expect("is taken back");
        let expected = UndoCounts {
            removed: 0,
            restored: 1,
            left: Vec::new(),
        };
        assert_eq!(story.undo_counts(id), expected);
        let (row, report) = story.check(story.upload(LEDGER));
        assert_eq!((counted(&row), report.different.len()), ((6, 0, 2, 4), 0));
    });
}

#[test]
fn a_cell_is_put_right_on_the_page() {
    on_both(|app| {
        let story = Story::new(app);
        let id = story.upload(LEDGER);
        story.check(id);
        let fixes = [
            (5, 3, "110105194912310046".to_owned()),
            (6, 2, "钱多".to_owned()),
        ];
        put_right(&story.desk, story.shard(), id, &fixes).expect("kept");
        let row = run_whole(&story.desk, story.shard(), id).expect("is checked");
        let report = report::read(&story.desk, &row)
            .expect("reads")
            .expect("a report");
        let left: Vec<u32> = report.bad.iter().map(|bad| bad.number).collect();
        assert!(!left.contains(&6), "{left:?}");
        assert_eq!(counted(&row).1, 4 + i64::from(!left.contains(&5)));
    });
}

#[test]
fn taking_back_leaves_alone_whom_somebody_changed_since() {
    on_both(|app| {
        let story = Story::new(app);
        let id = story.import(LEDGER);
        let mut someone = story.people().remove(1);
        someone.worker_class = Some("medical".to_owned());
        app.write(move |tx| tx.update_person(&someone));
        take_back(&story.desk, story.shard(), id, None).expect("begins");
        let row = run_whole(&story.desk, story.shard(), id).expect("is taken back");
        assert_eq!(row.state, "undone");
        let expected = UndoCounts {
            removed: 2,
            restored: 0,
            left: vec![("changed".to_owned(), 1)],
        };
        assert_eq!(story.undo_counts(id), expected);
        assert_eq!(story.people().len(), 1);
        let again = take_back(&story.desk, story.shard(), id, None);
        assert_eq!(again.err(), Some(ImportError::NotNow));
        // Those who went can come in again.
        let (row, _) = story.check(story.upload(LEDGER));
        assert_eq!(counted(&row), (6, 2, 2, 2));
    });
}

#[test]
fn an_import_can_be_taken_back_for_a_day_and_its_file_goes() {
    on_both(|app| {
        let story = Story::new(app);
        let id = story.import(LEDGER);
        assert_eq!(sweep(&story.desk), Ok(0));
        app.later(UNDO_MILLIS);
        let late = take_back(&story.desk, story.shard(), id, None);
        assert_eq!(late.err(), Some(ImportError::NotNow));
        assert_eq!(sweep(&story.desk), Ok(1));
        let row = story.row(id);
        assert_eq!(
            (row.wrapped_key.clone(), row.name_sealed.clone()),
            (None, None)
        );
        assert_eq!(counted(&row), (6, 3, 2, 1), "what was counted stays");
        assert_eq!(report::read(&story.desk, &row), Ok(None));
        let thrown = story.upload(LEDGER);
        discard(&story.desk, story.shard(), thrown).expect("goes");
        assert_eq!(story.row(thrown).wrapped_key, None);
    });
}

fn many(rows: usize) -> String {
    let mut text = "楼栋,房号,姓名,电话\n".to_owned();
    for at in 0..rows {
        let name = char::from_u32(0x4E00 + (at % 9_000) as u32).expect("a Han character");
        text.push_str(&format!(
            "{},{},王{name},1380000{:04}\n",
            at / 300 + 1,
            at / 3 + 1,
            at
        ));
    }
    text
}

#[test]
fn what_was_begun_goes_on_after_an_end_and_after_a_stop_it_stays() {
    on_both(|app| {
        let story = Story::new(app);
        let (desk, shard) = (&story.desk, story.shard());
        let id = story.upload(&many(700));
        story.check(id);
        begin(desk, shard, id, None).expect("begins");
        // The clock stands: an end "now" lets no step through, one later lets one through.
        let now = app.app.world.now_millis();
        assert_eq!(work(desk, shard, id, now), Ok(true));
        assert_eq!((story.people().len(), story.row(id).rows_done), (0, 0));
        // Somebody else has it in hand.
        app.write(move |tx| {
            tx.claim_import_run(shard, &id, now, now + 1_000)
                .map(|_| ())
        });
        assert_eq!(work(desk, shard, id, i64::MAX), Err(ImportError::AtWork));
        let other = story.upload(LEDGER);
        let mapping = read_mapping(&story.row(other).mapping).expect("a mapping");
        map(desk, shard, other, &mapping, false, None).expect("is mapped");
        assert_eq!(work(desk, shard, other, i64::MAX), Err(ImportError::AtWork));
        app.later(1_000);
        run_whole(desk, shard, id).expect("goes on");
        assert_eq!(counted(&story.row(id)), (700, 700, 0, 0));
        assert_eq!(story.people().len(), 700);

        let id = story.upload(&many(900));
        story.check(id);
        begin(desk, shard, id, None).expect("begins");
        let stopped = stop(desk, shard, id, None).expect("stops");
        assert_eq!(stopped.state, "stopped");
        assert_eq!(work(desk, shard, id, i64::MAX), Ok(false));
        assert_eq!(
            story.people().len(),
            700,
            "what is in stays, nothing is added"
        );
        assert!(story.row(id).undo_until.is_some());
    });
}

#[test]
fn bad_files_are_refused_and_leave_nothing() {
    on_both(|app| {
        let story = Story::new(app);
        let table = [
            ("", SheetError::Empty),
            ("姓名,房号\n", SheetError::NobodyInside),
            ("王华,302\n李娜,303\n", SheetError::NoHeader),
        ];
        for (text, expected) in table {
            let bytes = text.as_bytes().to_vec();
            let found = upload(&story.desk, &story.place, None, "a.csv", bytes);
            assert_eq!(found, Err(ImportError::Sheet(expected)), "{text}");
        }
        let most = "姓名,房号\n".to_owned() + &"王,1\n".repeat(200_001);
        let found = upload(&story.desk, &story.place, None, "a.csv", most.into_bytes());
        assert_eq!(found, Err(ImportError::Sheet(SheetError::TooManyRows)));
        let shard = story.shard();
        let runs = story
            .desk
            .store
            .read_blocking::<_, StoreError, _>(move |tx| tx.import_runs_with_file(shard, 10));
        assert_eq!(runs, Ok(Vec::new()));
    });
}

#[test]
fn odd_values_are_kept_unchanged_or_refused() {
    on_both(|app| {
        let story = Story::new(app);
        let text = "姓名,房号,电话\n\
            =1+1,101,\n\
            \"=HYPERLINK(\"\"x\"\")\",102,\n\
            王\u{202E}华,103,\n\
            王😀,104,\n\
            王\u{0}华,105,\n\
            阿卜杜·买买提,106,\n\
            John Smith,107,\n\
            欧阳娜,=108,\n";
        let id = story.upload(text);
        let (row, report) = story.check(id);
        let bad: Vec<u32> = report.bad.iter().map(|bad| bad.number).collect();
        assert_eq!(bad, [2, 3, 4, 5, 6]);
        assert_eq!(counted(&row), (8, 3, 5, 0));
    });
}

#[test]
fn a_mapping_is_remembered_for_sheets_of_its_shape() {
    on_both(|app| {
        let story = Story::new(app);
        let id = story.upload("姓名,代号\n王华,302\n");
        let nothing = read_mapping("0:name").expect("a mapping");
        let refused = map(&story.desk, story.shard(), id, &nothing, true, None);
        assert_eq!(refused.err(), Some(ImportError::NothingMapped));
        let mapping = read_mapping("0:name 1:room").expect("a mapping");
        map(&story.desk, story.shard(), id, &mapping, true, None).expect("is mapped");
        run_whole(&story.desk, story.shard(), id).expect("is checked");
        map_again(&story.desk, story.shard(), id).expect("goes back");
        let again = story.upload("姓名,代号\n李娜,303\n");
        assert_eq!(story.row(again).mapping, "0:name 1:room");
        let other = story.upload("姓名,代码\n李娜,303\n");
        assert_eq!(story.row(other).mapping, "0:name");
        assert_eq!(story.app.page_views().len(), 0, "nobody's data was opened");
    });
}

#[test]
fn a_building_that_is_not_drawn_is_named() {
    on_both(|app| {
        let mut story = Story::new(app);
        story.place.area = COMPOUND;
        let id = story.upload("楼栋,房号,姓名\n6,1,王华\n9,1,李娜\n");
        let (row, report) = story.check(id);
        assert_eq!(counted(&row), (2, 1, 1, 0));
        assert_eq!(
            report.bad[0].faults[0].fault,
            "import-fault-no-such-building"
        );
    });
}

#[test]
fn an_email_that_is_none_is_said_in_plain_words() {
    on_both(|app| {
        let story = Story::new(app);
        let sheet = "楼号,门牌,姓名,邮箱,自住/出租\n\
            6,2-501,王华,wang.hua@example.com,自住\n\
            6,2-502,李娜,li@,自住\n";
        let (row, report) = story.check_again(sheet);
        assert_eq!(counted(&row), (2, 1, 1, 0), "{report:?}");
        let bytes = std::io::Cursor::new(story.faults_of(sheet));
        let mut book: calamine::Xlsx<_> = calamine::Reader::new(bytes).expect("a workbook");
        let sheets = calamine::Reader::worksheets(&mut book);
        let mut cells = sheets.iter().flat_map(|(_, range)| range.cells());
        assert!(
            cells.any(|(_, _, cell)| cell.to_string().contains("不像电子邮箱")),
            "{sheets:?}"
        );
    });
}

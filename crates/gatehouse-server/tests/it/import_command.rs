//! `gatehouse import people` at a terminal, over a demo town in either database.

use crate::command::{Place, commands_on_both};
use crate::imports::Story;
use crate::support::{COMPOUND, NEXT_COMPOUND, on_both};
use gatehouse_core::moment::CivilDay;
use gatehouse_server::ops::import_people::place::{Found, find_place};
use gatehouse_store::StoreError;
use gatehouse_store::import_run::ImportRunRow;

const SHEET: &str = "楼号,门牌,姓名,电话\n999,101,王华,15400001111\n999,102,,\n";

/// Compounds of the town, and every import that its lists name.
pub fn compounds_and_runs(town: &Place) -> (Vec<String>, Vec<ImportRunRow>) {
    let store = town.open();
    let read = store.read_blocking::<_, StoreError, _>(|tx| {
        let (mut compounds, mut runs) = (Vec::new(), Vec::new());
        for root in tx.area_roots()? {
            for area in tx.area_subtree(root.area, 5_000)? {
                if let ("compound", Some(shard)) = (area.level.as_str(), area.shard) {
                    runs.extend(tx.import_runs(shard, area.area, 50)?);
                    compounds.push(area.area.to_string());
                }
            }
        }
        Ok((compounds, runs))
    });
    read.expect("reads")
}

/// Commands on both, with the town's secrets where the program looks for them.
pub fn imports_on_both(story: impl Fn(&Place)) {
    commands_on_both(|town| {
        let data = town.folder.path().join("data");
        std::fs::create_dir_all(&data).expect("a folder");
        let path = data.join(gatehouse_server::secrets::FILE);
        town.secrets.save_new(&path).expect("saved");
        story(town);
    });
}

struct Said {
    is_good: bool,
    out: String,
    err: String,
}

fn import(town: &Place, sheet: &str, more: &[&str]) -> Said {
    let file = town.folder.path().join("台账.csv");
    std::fs::write(&file, sheet).expect("writes");
    let path = file.display().to_string();
    let output = town.run(&[&["import", "people", &path], more].concat());
    Said {
        is_good: output.status.success(),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

#[test]
fn what_writes_nobody_is_in_no_list() {
    imports_on_both(|town| {
        let (compounds, _) = compounds_and_runs(town);
        let area = compounds.first().expect("a compound").as_str();
        let table: [(&str, &[&str], bool, &str); 5] = [
            (
                SHEET,
                &["--dry-run"],
                true,
                "2 rows: 1 accepted, 1 rejected, 0 duplicate",
            ),
            (SHEET, &["--map", "ZZZZ=name"], false, "I-MAP"),
            (SHEET, &["--map", "C=-"], false, "I-MAP"),
            (
                SHEET,
                &["--dry-run", "--remember"],
                false,
                "cannot be used with",
            ),
            ("姓名,房号\n", &[], false, "I-FILE"),
        ];
        for (sheet, more, is_good, words) in table {
            let said = import(town, sheet, &[more, &["--area", area]].concat());
            assert_eq!(said.is_good, is_good, "{more:?}: {}{}", said.out, said.err);
            assert!(
                said.out.contains(words) || said.err.contains(words),
                "{more:?}: {}{}",
                said.out,
                said.err
            );
            assert_eq!(compounds_and_runs(town).1, Vec::new(), "{more:?}");
        }
        let said = import(town, SHEET, &["--dry-run", "--json", "--area", area]);
        let json: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
        assert_eq!(
            (&json["run"], &json["state"]),
            (&serde_json::Value::Null, &"checked".into())
        );
        // The demo town's telephones pass here as in its console.
        let said = import(town, SHEET, &["--area", area]);
        assert!(said.is_good, "{}", said.err);
        let (_, runs) = compounds_and_runs(town);
        let sums: Vec<_> = runs
            .iter()
            .map(|run| (run.state.as_str(), run.rows_all, run.accepted, run.rejected))
            .collect();
        assert_eq!(sums, [("done", 2, 1, 1)]);
    });
}

#[test]
fn without_a_compound_the_choices_are_named() {
    imports_on_both(|town| {
        let (compounds, _) = compounds_and_runs(town);
        for more in [&[] as &[&str], &["--area", "无此小区"]] {
            let said = import(town, SHEET, more);
            assert!(!said.is_good && said.err.contains("I-AREA"), "{}", said.err);
            let named = compounds
                .iter()
                .filter(|area| said.err.contains(*area))
                .count();
            assert_eq!(named, compounds.len().min(20), "{}", said.err);
        }
    });
}

#[test]
fn the_only_compound_need_not_be_named() {
    on_both(|app| {
        let desk = Story::new(app).desk;
        let Found::Choices(choices) = find_place(&desk, None).expect("reads") else {
            panic!("there are two");
        };
        let names: Vec<&str> = choices.iter().map(|choice| choice.name.as_str()).collect();
        assert_eq!(names, ["幸福里", "河畔家园"]);
        app.write(|tx| {
            let mut area = tx.area(NEXT_COMPOUND)?.expect("is there");
            area.ended_on = CivilDay::parse("2020-02-01");
            tx.update_area(&area)
        });
        let table = [None, Some("幸福里"), Some(" 幸福里 ")];
        for text in table {
            let found = find_place(&desk, text).expect("reads");
            assert!(
                matches!(found, Found::One(place) if place.area == COMPOUND),
                "{text:?}"
            );
        }
    });
}

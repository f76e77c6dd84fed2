//! What the data's own page says of it, counted again (skipped where the data is not there).

use super::data::Shared;
use super::{beijing, cities, criteria};
use gatehouse_core::grading::RiskLevel;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn shared() -> Option<Shared> {
    let shared = Shared::beside(&root());
    if shared.is_none() {
        eprintln!("skipped: the real series are not here; set GATEHOUSE_SHARED_DATA");
    }
    shared
}

#[test]
fn series_falls_and_gaps_are_as_many_as_the_source_s_page_says() {
    let Some(shared) = shared() else { return };
    assert_eq!(faults(&shared, cities::CASES), [56, 12, 8, 0]);
    let beijing = "cases/beijing-districts-2020-06-07.csv";
    assert_eq!(faults(&shared, beijing)[1], 1);
}

fn faults(shared: &Shared, path: &str) -> [usize; 4] {
    beijing::faults(shared, path).expect("counts")
}

#[test]
fn beijing_s_districts_have_the_new_cases_that_were_worked_out_for_them() {
    let Some(shared) = shared() else { return };
    let criteria = criteria(&root())
        .expect("reads")
        .expect("a table of levels");
    let districts = beijing::districts(&shared, &criteria).expect("districts");
    let expected = shared.rows("cases/beijing-14day-new.csv").expect("rows");
    let mut compared = 0;
    for row in expected.iter().filter(|row| row["origin"] == "local") {
        let found = districts
            .iter()
            .find(|one| one.name == row["city"] && one.day.to_text() == row["as_of"])
            .expect("the district");
        assert_eq!(found.new.to_string(), row["new_in_14d"], "{}", found.name);
        compared += 1;
    }
    assert_eq!(compared, 32, "sixteen districts on two days");
    for one in districts {
        let listed = one.official >= RiskLevel::Medium;
        assert_eq!(one.new > 0, listed, "{} {}", one.name, one.day.to_text());
    }
}

//! The register goes out as a workbook and comes in again: nothing differs, whoever is in it.

use crate::imports::{Story, counted};
use crate::support::{TestApp, demo_on_both};
use gatehouse_core::gate::wording::Lang;
use gatehouse_server::ops::import_people::ImportError;
use gatehouse_server::ops::import_people::ledger::{Exporter, export};
use gatehouse_server::ops::import_people::report::Report;
use gatehouse_server::ops::import_people::upload::upload;
use gatehouse_server::sheet::SheetError;
use gatehouse_store::person::PersonRow;
use proptest::prelude::*;

/// A row of the register as somebody may have written it.
fn any_person() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "王华",
        "周䶮",
        "欧阳娜",
        "阿卜杜·买买提",
        "John Smith",
    ]);
    let documents = prop::sample::select(vec![
        ("", ""),
        ("", "110105194912310020"),
        ("护照", "E12345678"),
        ("台胞证", "12345678"),
        ("军官证", "军字第1234567号"),
    ]);
    let bases = prop::sample::select(vec!["", "自住", "租住", "寄住"]);
    let cares = prop::sample::select(vec!["", "独居", "独居、透析", "看报纸"]);
    let day = prop::sample::select(vec!["", "1988-03-02", "2019-12-31"]);
    (names, documents, bases, cares, day, 1..40_u32, 0..3_u32).prop_map(
        |(name, (kind, number), basis, care, day, room, unit)| {
            let unit = if unit == 0 {
                String::new()
            } else {
                unit.to_string()
            };
            format!("6,{unit},{room},{name},{kind},{number},,{basis},{day},{care}\n")
        },
    )
}

/// Takes rows in, the register out, and that in again.
fn round_trip(people: &str, in_chinese: bool) {
    let app = TestApp::new();
    let story = Story::new(&app);
    let header = "楼栋,单元,房号,姓名,证件种类,证件号,电话,居住类型,入住日期,备注\n";
    story.import(&(header.to_owned() + people));
    let lang = if in_chinese { Lang::Zh } else { Lang::En };
    goes_out_and_comes_in(&story, lang);
}

/// Takes the register out and in again; says how many it holds.
fn goes_out_and_comes_in(story: &Story<'_>, lang: Lang) -> usize {
    let by = Exporter {
        staff: None,
        name: "某人".to_owned(),
        organisation: None,
        lang,
        area_name: "某小区".to_owned(),
    };
    let before = story.people();
    let bytes = export(&story.desk, &story.place, &by).expect("goes out");
    let id = upload(&story.desk, &story.place, None, "a.xlsx", bytes);
    if before.is_empty() {
        assert_eq!(id, Err(ImportError::Sheet(SheetError::NobodyInside)));
        return 0;
    }
    let (row, report) = story.check(id.expect("is taken"));
    // Whoever moved away, and whoever only passes through, is in no register.
    let here = |one: &&PersonRow| one.state == "active" && one.household.is_some();
    let people = before.iter().filter(here).count();
    assert_eq!(counted(&row), (people as i64, 0, 0, people as i64));
    assert_eq!(
        report,
        Report {
            millis: 0,
            ..Report::default()
        }
    );
    assert_eq!(story.people(), before);
    people
}

#[test]
fn the_register_of_the_demo_comes_in_again_as_it_went_out() {
    demo_on_both(|app, demo| {
        for (gate, lang) in demo.town.streets.gates.iter().zip([Lang::Zh, Lang::En]) {
            let story = Story::of_demo(app, gate.compound);
            let people = goes_out_and_comes_in(&story, lang);
            assert!(people > 100, "{people}");
        }
    });
}

#[test]
fn two_of_one_name_behind_one_door_are_told_apart() {
    let one = "6,1,27,John Smith,护照,E12345678,,,,\n";
    let other = "6,1,27,John Smith,,,,租住,,\n";
    for in_chinese in [false, true] {
        round_trip(&[one, other].concat(), in_chinese);
        round_trip(&[other, one].concat(), in_chinese);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn what_goes_out_comes_in_without_a_difference(
        people in prop::collection::vec(any_person(), 1..20), in_chinese: bool,
    ) {
        round_trip(&people.concat(), in_chinese);
    }
}

//! What is in force reminds of the day on which it is looked at again: from a week before, until it
//! has been replaced or has ended (SCOPE-1, POL-5).

use crate::gate::{delivered, hold_alone};
use crate::policy_draft_pages::{Desk, VERSIONS, desks};
use crate::support::{START, TestApp, demo_on_both};
use gatehouse_core::area::AreaLevel;
use gatehouse_store::policy::PolicyForceRow;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
const DOCUMENT: &str = "henan-2020-02";
/// Thirty days after the day of [`START`], which is seven in the morning.
const REVIEW: &str = "2020-03-20";

/// The guide of Henan with another day of review.
fn reviewed() -> String {
    let text = delivered(DOCUMENT);
    let line = |day: &str| format!("review = {{ value = \"{day}\"");
    let reviewed = text.replace(&line("2026-12-06"), &line(REVIEW));
    assert_ne!(reviewed, text);
    reviewed
}

/// How often the page of what is to be done and that of versions remind, in both languages.
fn reminded(desk: &Desk<'_>) -> [usize; 4] {
    let today = format!("/areas/{}/today", desk.area);
    let versions = desk.path(VERSIONS);
    [&today, &versions]
        .map(|path| {
            [("zh", "要复核：还需不需要"), ("en", "is it still needed")].map(|(lang, words)| {
                desk.app
                    .page_in(desk.staff, path, lang)
                    .matches(words)
                    .count()
            })
        })
        .concat()
        .try_into()
        .expect("two pages in two languages")
}

fn at(app: &TestApp, millis: i64) {
    app.later(START + millis - app.app.world.now_millis());
}

#[test]
fn a_review_is_reminded_of_from_a_week_before_until_the_document_ends() {
    demo_on_both(|app, demo| {
        hold_alone(app, demo, DOCUMENT, reviewed());
        let [street, _] = desks(app, demo);
        let midnight = 17 * 60 * MINUTE;
        for (millis, count) in [
            (MINUTE, 0),
            (22 * DAY + midnight - MINUTE, 0),
            (22 * DAY + midnight, 1),
            (30 * DAY, 1),
            // Nobody looked.
            (90 * DAY, 1),
        ] {
            at(app, millis);
            assert_eq!(reminded(&street), [count; 4], "{} days", millis / DAY);
        }
        let today = app.page_in(street.staff, &format!("/areas/{}/today", street.area), "zh");
        let line = format!("{REVIEW} 要复核：还需不需要，照不照旧。");
        assert!(today.contains(&line), "{today}");
        let (_, rest) = today.split_once(&line).expect("found before");
        let link = format!("href=\"{}\">去复核", street.path(VERSIONS));
        assert!(
            rest.split("</li>")
                .next()
                .is_some_and(|item| item.contains(&link)),
            "{rest}"
        );

        let (area, now) = (street.area, app.app.world.now_millis());
        app.write(move |tx| {
            for row in tx.policies_in_force(now, now + 1)? {
                assert!(tx.end_policy_force(area, &row.document, row.from_at, now)?);
            }
            Ok(())
        });
        at(app, 90 * DAY + MINUTE);
        assert_eq!(reminded(&street), [0; 4], "it has ended");
    });
}

#[test]
fn a_county_is_reminded_of_what_the_areas_above_it_review() {
    demo_on_both(|app, demo| {
        let areas = &demo.town.streets;
        let county = areas.at_level(AreaLevel::County).expect("a county");
        let above = areas.parent(county).expect("an area above");
        let (text, [street, desk]) = (reviewed(), desks(app, demo));
        app.write(move |tx| {
            let version =
                tx.load_policy_document(DOCUMENT, (&text, None), &[1; 32], START, None)?;
            tx.insert_policy_force(&PolicyForceRow {
                area: above,
                document: DOCUMENT.to_owned(),
                version,
                from_at: START,
                to_at: None,
                decided_by: None,
                approved_by: None,
            })
        });
        let county = Desk {
            area: county,
            ..desk
        };
        let reminded = || {
            [&county, &street].map(|desk| {
                let today = format!("/areas/{}/today", desk.area);
                let page = app.page_in(desk.staff, &today, "zh");
                let line = format!("{REVIEW} 要由");
                page.matches(&line).count()
            })
        };
        at(app, 22 * DAY);
        assert_eq!(reminded(), [0, 0]);
        at(app, 23 * DAY);
        // The county alone: it is one page for everybody below that city or province.
        assert_eq!(reminded(), [1, 0]);
    });
}

//! Records that belong together: two of one person become one, a household is edited by one at a
//! time.

use crate::gate::{Phone, compound_of, pass_text};
use crate::people::Town;
use crate::support::{TestApp, demo_on_both};
use axum::http::StatusCode;
use gatehouse_core::id::{HouseholdId, PassId, PersonId};
use gatehouse_server::app::{App, Parts};
use gatehouse_server::area_codes::HeldAreaCodes;
use gatehouse_store::household::{HouseholdRow, ResidenceRow};
use gatehouse_store::pass::PassRow;
use gatehouse_store::{ReadTx, Shard, StoreError};
use serde_json::json;
use std::sync::Arc;

#[test]
fn two_records_of_one_person_become_one() {
    demo_on_both(|app, demo| {
        let town = Town::new(app, demo);
        let (one, home) = town.somebody(true);
        let path = format!("households/{home}/add");
        let key = town.new_key(&path);
        let name = one.person.name().reveal_text();
        let twin = [("key", &*key), ("name", name), ("basis", "permanent")];
        assert_eq!(town.form(&path, &twin).status, StatusCode::SEE_OTHER);
        let twin = PersonId::parse(&key).expect("an id");
        let merge = format!("persons/{twin}/merge");
        let version = town.version(twin).to_string();
        for wrong in [twin.to_string(), "nobody".to_owned(), String::new()] {
            let answer = town.form(&merge, &[("version", &version), ("into", &wrong)]);
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        let into = town.path(&format!("persons/{}", one.id));
        let answer = town.form(&merge, &[("version", &version), ("into", &into)]);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let kept = town.get(&format!("persons/{twin}"));
        assert_eq!(kept.status, StatusCode::OK, "both ids stay");
        assert!(
            kept.body.contains(&into),
            "and lead to the one that is kept"
        );
        let found = town.form("people", &[("typed", name)]);
        assert!(!found.body.contains(&town.path(&format!("persons/{twin}"))));
    });
}

#[test]
fn a_household_is_edited_by_one_at_a_time() {
    demo_on_both(|app, demo| {
        let town = Town::new(app, demo);
        let (_, home) = town.somebody(true);
        let path = format!("households/{home}");
        let first = [("version", "1"), ("grid", "第 3 网格")];
        assert_eq!(town.form(&path, &first).status, StatusCode::SEE_OTHER);
        assert!(town.get(&path).body.contains("第 3 网格"));
        let second = [("version", "1"), ("grid", "第 4 网格")];
        let stale = town.form(&path, &second);
        assert_eq!(stale.status, StatusCode::CONFLICT);
        for there in ["第 3 网格", "第 4 网格", "没有写截止日"] {
            assert!(stale.body.contains(there), "{there}: {}", stale.body);
        }
        for (field, value) in [
            ("grid", "一\u{202e}二"),
            ("ended_on", "2020-02-30"),
            ("ended_on", "2020-02-18"),
            // What is to come is no record yet.
            ("ended_on", "2030-02-18"),
        ] {
            let answer = town.form(&path, &[("version", "2"), (field, value)]);
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{value}");
            assert!(answer.body.contains("class=\"fault\""), "{value}");
        }
    });
}

#[test]
fn a_number_of_a_county_that_is_no_more_is_shown_as_old() {
    demo_on_both(|app, demo| {
        let town = Town::new(app, demo);
        let (one, _) = town.somebody(true);
        let shown = town.plain(one.id, "document");
        assert!(!shown.body.contains("旧区划代码"), "no list, no word");
        let document = one.person.document().expect("a document");
        let code = document.reveal_text()[..6].to_owned();
        let lists = tempfile::tempdir().expect("a folder");
        let write = |name: &str, code: &str| {
            let text = format!("code,name\n{code},某县\n");
            std::fs::write(lists.path().join(name), text).expect("writes");
        };
        for (current, old, is_old) in [("110101", code.as_str(), true), (&code, "110103", false)] {
            write("areas.csv", current);
            write("abandoned-or-old-codes.csv", old);
            let codes = HeldAreaCodes::read(Some(lists.path())).expect("reads");
            let other = App::new(Parts {
                area_codes: Arc::new(codes),
                ..Parts::clone(&app.app)
            });
            let answer = town.document_over(&other, one.id);
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            assert_eq!(
                answer.body.contains("旧区划代码"),
                is_old,
                "{}",
                answer.body
            );
        }
    });
}

fn read<T: Send + 'static>(
    app: &TestApp,
    read: impl Fn(&ReadTx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    app.app.store.read_blocking(read).expect("reads")
}

#[test]
fn a_pass_of_either_record_holds_and_is_listed_once() {
    demo_on_both(|app, demo| {
        let town = Town::new(app, demo);
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let text = pass_text(app, demo, &phone.gate);
        let verdict = |phone: &mut Phone<'_>| {
            phone.refresh();
            phone.step(json!({"input": "scan", "text": text, "way": "in"}));
            let screen = phone.step(json!({"input": "fact", "fact": "temperature", "value": 36.5}));
            phone.step(json!({"input": "finish", "outcome": "turned_back"}));
            screen
        };
        let before = verdict(&mut phone);
        assert_eq!(before["verdict"], "admit", "{before}");
        let credential = gatehouse_core::pass::from_text(&text).expect("a pass");
        let area = compound_of(app, &phone.gate);
        let row = read(app, move |tx| {
            let all = tx.passes_of_area(Shard(1), area, PassId([0; 16]), 0, 5_000)?;
            let mut all = all.into_iter();
            Ok(all
                .find(|pass| pass.credential == credential)
                .expect("the pass"))
        });
        let holder = PersonId(row.holder.expect("somebody"));
        let home = row.household.expect("a home");
        // The record with the pass goes into a new one of the same person.
        let path = format!("households/{home}/add");
        let key = town.new_key(&path);
        let pairs = [("key", &*key), ("name", "何一"), ("basis", "permanent")];
        assert_eq!(town.form(&path, &pairs).status, StatusCode::SEE_OTHER);
        let kept = PersonId::parse(&key).expect("an id");
        let version = town.version(holder).to_string();
        let merged = town.form(
            &format!("persons/{holder}/merge"),
            &[("version", &version), ("into", &key)],
        );
        assert_eq!(merged.status, StatusCode::SEE_OTHER, "{}", merged.body);
        let after = verdict(&mut phone);
        assert_eq!(after["verdict"], before["verdict"], "{after}");
        let listed = |person: PersonId| {
            let page = town.get(&format!("persons/{person}")).body;
            let (_, passes) = page.rsplit_once("href=\"#card\"").expect("its passes");
            let passes = passes.split("</section>").next().unwrap_or_default();
            passes.matches("<li>").count()
        };
        assert_eq!((listed(kept), listed(holder)), (1, 0), "listed once");
        let all = read(app, move |tx| tx.passes_of_holder(Shard(1), &kept.0));
        assert!(all.iter().any(|pass| pass.pass == row.pass));
    });
}

/// Where somebody lives, and where they lived.
fn homes(app: &TestApp, person: PersonId) -> Vec<ResidenceRow> {
    read(app, move |tx| tx.residences_of_person(Shard(1), person))
}

/// Takes a move back: the old home is the only one again.
fn undone(town: &Town<'_>, person: PersonId, old: HouseholdId) {
    let version = town.version(person).to_string();
    let undo = format!("persons/{person}/undo");
    let undone = town.form(&undo, &[("version", &version)]);
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.body);
    let now = homes(town.app, person);
    let one = (now.len(), now[0].household, now[0].until_on);
    assert_eq!(one, (1, old, None));
}

#[test]
fn somebody_moves_house_in_one_step_and_it_can_be_undone() {
    demo_on_both(|app, demo| {
        let town = Town::new(app, demo);
        let (one, old) = town.somebody(true);
        let from: HouseholdRow = read(app, move |tx| {
            Ok(tx.household(Shard(1), old)?.expect("a home"))
        });
        let mut others = town.households(true);
        let other = others.find(|home| home.id != old).expect("another home");
        let address = other.household.address();
        let compound = other.household.compound().to_string();
        let go = |changed: &[(&str, &str)]| {
            let version = town.version(one.id).to_string();
            let mut pairs = vec![
                ("version", version.as_str()),
                ("compound", compound.as_str()),
                ("building", address.building()),
                ("unit", address.unit()),
                ("room", address.room()),
                ("basis", "permanent"),
                ("end_passes", "true"),
            ];
            for (name, value) in changed {
                pairs.retain(|(known, _)| known != name);
                pairs.push((name, value));
            }
            town.form(&format!("persons/{}/move", one.id), &pairs)
        };
        let own = from.area.to_string();
        let same = [
            ("compound", own.as_str()),
            ("building", &from.building),
            ("unit", &from.unit),
            ("room", &from.room),
        ];
        let wrong: [&[(&str, &str)]; 6] = [
            &[("room", "99999")],
            &[("room", "")],
            &[("basis", "king")],
            &[("basis", "tenant"), ("landlord", "")],
            &[("from_on", "2031-01-01")],
            &same,
        ];
        for changed in wrong {
            let answer = go(changed);
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{changed:?}"
            );
            assert!(answer.body.contains("role=\"alert\""), "{changed:?}");
        }
        assert_eq!(go(&[("version", "0")]).status, StatusCode::CONFLICT);
        assert_eq!(homes(app, one.id).len(), 1, "nothing half-done");
        assert_eq!(go(&[]).status, StatusCode::SEE_OTHER);
        let now = homes(app, one.id);
        let open: Vec<HouseholdId> = now
            .iter()
            .filter(|home| home.until_on.is_none())
            .map(|home| home.household)
            .collect();
        assert_eq!((now.len(), open), (2, vec![other.id]));
        let who = one.id.0;
        let passes: Vec<PassRow> = read(app, move |tx| tx.passes_of_holder(Shard(1), &who));
        let now = app.app.world.now_millis();
        let mut in_use = passes.iter().filter(|pass| pass.expires_at > now);
        assert!(in_use.all(|pass| pass.revocation.is_some()));
        undone(&town, one.id, old);
    });
}

//! Crossings in the office: filters, amendments, one record, the workbook, a household's with a
//! purpose; and who looked.

use crate::gate::Phone;
use crate::support::{Answer, TestApp, demo_on_both, membership_row, staff_row};
use axum::http::StatusCode;
use calamine::{Data, Reader, Xlsx};
use gatehouse_core::gate::Outcome;
use gatehouse_core::id::{AreaId, DeviceId, StaffId};
use gatehouse_core::wire::Change;
use gatehouse_server::auth::role::Role;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_store::{Shard, StoreError};
use serde_json::json;
use std::collections::BTreeSet;
use std::io::Cursor;

struct Office<'a> {
    app: &'a TestApp,
    cookie: String,
    area: AreaId,
}

impl<'a> Office<'a> {
    fn new(app: &'a TestApp, demo: &'a Demo, role: Role) -> Office<'a> {
        let staff = demo.town.staffing.staff.iter();
        let mut office = staff.filter(|staff| staff.role == role);
        let office = office.next().expect("one");
        Office {
            app,
            cookie: app.session(office.id),
            area: office.area,
        }
    }

    fn get(&self, rest: &str) -> Answer {
        self.app
            .get(&format!("/areas/{}/{rest}", self.area), &self.cookie)
    }

    fn form(&self, rest: &str, body: &str) -> Answer {
        let path = format!("/areas/{}/{rest}", self.area);
        self.app.form(&path, &self.cookie, body)
    }

    /// Addresses of all crossings that a filter lets through, over all its pages.
    fn all(&self, filter: &str) -> Vec<String> {
        let begin = format!("/areas/{}/crossings/", self.area);
        let mut found: Vec<String> = Vec::new();
        let mut next = Some(format!("/areas/{}/crossings?{filter}", self.area));
        while let Some(path) = next {
            let answer = self.app.get(&path, &self.cookie);
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            let more = links(&answer, &begin);
            assert!(
                !more.iter().any(|one| found.contains(one)),
                "{path}: a page again"
            );
            found.extend(more);
            let pages = links(&answer, &format!("/areas/{}/crossings?", self.area));
            next = pages.into_iter().rfind(|link| link.contains("after="));
        }
        found
    }
}

fn links(answer: &Answer, begin: &str) -> Vec<String> {
    let parts = answer.body.split("href=\"").skip(1);
    let links = parts.filter_map(|part| part.split('"').next());
    let links = links.filter(|link| link.starts_with(begin));
    links.map(|link| link.replace("&#38;", "&")).collect()
}

/// The demo's days at the one gate of the area where least happened.
fn quiet_gate(office: &Office<'_>, demo: &Demo) -> String {
    let areas = demo.town.streets.areas.iter();
    let inside: BTreeSet<AreaId> = areas
        .filter(|row| row.parent == Some(office.area))
        .map(|row| row.id)
        .collect();
    let gates = demo.town.streets.gates.iter().enumerate();
    let own = gates.filter(|(_, gate)| inside.contains(&gate.compound));
    let busy = |at: usize| demo.crossings.iter().filter(|one| one.gate == at).count();
    let quiet = own.min_by_key(|(at, _)| busy(*at)).expect("a gate").1.id;
    format!("from=2020-02-10&to=2020-02-19&gate={quiet}")
}

#[test]
fn every_filter_parts_the_list_without_loss() {
    demo_on_both(|app, demo| {
        let office = Office::new(app, demo, Role::CommunityOffice);
        let span = quiet_gate(&office, demo);
        let all = office.all(&span);
        assert!(all.len() > 50, "more than a page: {}", all.len());
        let sorted: BTreeSet<&String> = all.iter().collect();
        for (field, values) in [
            ("way", &["in", "out"][..]),
            ("verdict", &["admit", "ask", "refuse", "refer"]),
            (
                "outcome",
                &[
                    "crossed",
                    "turned_back",
                    "taken_in_charge",
                    "unknown",
                    "undone",
                ],
            ),
        ] {
            let parts: Vec<String> = values
                .iter()
                .flat_map(|value| office.all(&format!("{span}&{field}={value}")))
                .collect();
            assert_eq!(parts.len(), all.len(), "{field}");
            assert_eq!(parts.iter().collect::<BTreeSet<_>>(), sorted, "{field}");
        }
        let emergencies = office.all(&format!("{span}&only=emergency"));
        assert!(emergencies.len() < all.len());
        let rule = office.all(&format!("{span}&rule=hn/exit-resident"));
        let known = office.get(&format!("crossings?{span}"));
        assert!(known.body.contains("class=\"src\""), "rows are named");
        assert!(rule.len() < all.len());
        assert!(
            office.all(&format!("{span}&rule=%25")).is_empty(),
            "no wildcard"
        );
        // A gate of elsewhere, nonsense, a span of a century.
        for (query, status) in [
            (
                "gate=07070707070707070707070707070707",
                StatusCode::NOT_FOUND,
            ),
            ("verdict=green", StatusCode::UNPROCESSABLE_ENTITY),
            ("kind=%F0%9F%98%80", StatusCode::UNPROCESSABLE_ENTITY),
            ("after=1-2", StatusCode::UNPROCESSABLE_ENTITY),
            ("from_at=7.30", StatusCode::UNPROCESSABLE_ENTITY),
            ("gate=9", StatusCode::UNPROCESSABLE_ENTITY),
            ("verdict=&from=&kind=", StatusCode::OK),
            ("from=1900-01-01&to=2100-01-01", StatusCode::OK),
        ] {
            let answer = office.get(&format!("crossings?{query}"));
            assert_eq!(answer.status, status, "{query}");
        }
    });
}

/// The line of a workbook that says what was asked for.
fn head_of(answer: &Answer) -> String {
    let bytes = Cursor::new(answer.bytes.clone());
    let mut book: Xlsx<_> = Xlsx::new(bytes).expect("a workbook");
    let sheet = book.sheet_names()[0].clone();
    let cells = book.worksheet_range(&sheet).expect("reads");
    cells.get_value((2, 0)).expect("the filter").to_string()
}

#[test]
fn hours_part_a_day_and_stand_above_the_workbook() {
    demo_on_both(|app, demo| {
        let office = Office::new(app, demo, Role::CommunityOffice);
        let day = "from=2020-02-18&to=2020-02-18";
        let all = office.all(day);
        let parts: Vec<String> = [("", "07:29"), ("07:30", "11:59"), ("12:00", "")]
            .iter()
            .flat_map(|(from, to)| office.all(&format!("{day}&from_at={from}&to_at={to}")))
            .collect();
        assert!(all.len() > 20 && parts.len() == all.len(), "{}", all.len());
        assert_eq!(parts.iter().collect::<BTreeSet<_>>(), all.iter().collect());
        let gate = demo.town.streets.gates.iter();
        let gate = gate.map(|gate| gate.id.to_string()).find(|gate| {
            let filter = format!("crossings?{day}&gate={gate}");
            office.get(&filter).status == StatusCode::OK
        });
        let gate = gate.expect("a gate");
        let named = "way=in&kind=resident&outcome=crossed&rule=HN/resident-home";
        let filter = format!("{day}&from_at=07:30&to_at=11:59&gate={gate}&verdict=admit&{named}");
        let page = office.get(&format!("crossings?{filter}")).body;
        assert!(page.contains("value=\"07:30\"") && page.contains("Asia/Shanghai"));
        let line = head_of(&office.form("crossings/workbook", &filter));
        let words = [
            "2020-02-18 07:30",
            "2020-02-18 11:59",
            "Asia/Shanghai",
            "判定：放行",
            "门",
            "方向：进",
            "住户",
            "已通过",
            "规则行：HN/resident-home",
        ];
        for word in words {
            assert!(line.contains(word), "{word}: {line}");
        }
        let filter = format!("{day}&kind=vehicle");
        let line = head_of(&office.form("crossings/workbook", &filter));
        assert!(line.contains("车"), "every kind is named: {line}");
        // What cannot be read never becomes a wider list.
        let wrong = office.form("crossings/workbook", &format!("{day}&from_at=7.30"));
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("07:30"), "{}", wrong.body);
    });
}

#[test]
fn an_amendment_stands_beside_what_was_recorded() {
    demo_on_both(|app, demo| {
        let office = Office::new(app, demo, Role::CommunityOffice);
        let span = quiet_gate(&office, demo);
        let crossed = office.all(&format!("{span}&outcome=crossed"));
        let address = crossed.first().expect("one").clone();
        let key = address.rsplit('/').next().expect("a key");
        let (device, seq) = key.rsplit_once('-').expect("two parts");
        let device = DeviceId::parse(device).expect("an id");
        let seq: i64 = seq.parse().expect("a number");
        let by = demo.town.staffing.staff[0].id;
        app.write(move |tx| {
            let change = Change::Outcome {
                outcome: Outcome::TurnedBack,
                reason: None,
            };
            let at = 1_582_066_800_000;
            let done = tx.amend_crossing(Shard(1), device, seq, &change, by, at)?;
            assert!(done);
            Ok(())
        });
        let page = app.get(&address, &office.cookie);
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("<s>已通过</s> 已返回"), "{}", page.body);
        assert!(page.body.contains("改为“已返回”"));
        let still = office.all(&format!("{span}&outcome=crossed"));
        assert_eq!(still.len() + 1, crossed.len());
        let list = office.get(&format!("crossings?{span}&outcome=turned_back"));
        assert!(list.body.contains("<s>已通过</s>"));
        // No name in full, and no door, on list or record.
        for person in &demo.town.people {
            let name = person.person.name().reveal_text();
            assert!(!page.body.contains(name) && !list.body.contains(name));
        }
    });
}

#[test]
fn a_workbook_holds_the_list_as_text_and_is_on_record() {
    demo_on_both(|app, demo| {
        let office = Office::new(app, demo, Role::CommunityOffice);
        let span = quiet_gate(&office, demo);
        let filter = format!("{span}&verdict=admit");
        let listed = office.all(&filter);
        // What somebody types where a row's id belongs stays out of the record.
        let typed = format!("{span}&rule=%E4%B9%8C%E6%9E%97%E9%9D%99");
        office.form("crossings/workbook", &typed);
        let answer = office.form("crossings/workbook", &filter);
        assert_eq!(answer.status, StatusCode::OK);
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.bytes)).expect("a workbook");
        let sheet = book.sheet_names()[0].clone();
        let formulas = book.worksheet_formula(&sheet).expect("reads");
        assert_eq!(formulas.used_cells().count(), 0);
        let cells = book.worksheet_range(&sheet).expect("reads");
        assert!(
            cells
                .used_cells()
                .all(|(_, _, cell)| matches!(cell, Data::String(_)))
        );
        assert_eq!(
            cells.height(),
            listed.len() + 6,
            "four lines, a blank one, the names"
        );
        let entries = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
            let mut bodies = Vec::new();
            for head in tx.audit_heads(Shard(1))? {
                for entry in tx.audit_entries(Shard(1), head.writer, 0, 100_000)? {
                    if entry.kind == "crossings.export" {
                        bodies.push(String::from_utf8_lossy(&entry.body).into_owned());
                    }
                }
            }
            Ok(bodies)
        });
        let entries = entries.expect("reads");
        assert_eq!(entries.len(), 2);
        assert!(
            entries.iter().all(|one| !one.contains("rule")),
            "{entries:?}"
        );
        // Writers stand in no order of time.
        let filtered = entries.iter().filter(|one| one.contains("verdict=admit"));
        let entries: Vec<&String> = filtered.collect();
        assert_eq!(entries.len(), 1);
        assert!(
            entries[0].ends_with(&format!(" {}", listed.len())),
            "{entries:?}"
        );
    });
}

#[test]
fn a_workbook_says_vehicle_of_whichever_and_where_no_row_applied() {
    demo_on_both(|app, demo| {
        let office = Office::new(app, demo, Role::CommunityOffice);
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        phone.step(json!({"input": "emergency", "way": "out"}));
        phone.send_all();
        // Column of the kind, column of the rows.
        for (filter, column, words) in [
            ("kind=vehicle", 3, "车辆"),
            ("only=emergency", 7, "没有规则行用上。"),
        ] {
            let asked = format!("from=2020-02-10&to=2020-02-20&{filter}");
            let answer = office.form("crossings/workbook", &asked);
            assert_eq!(answer.status, StatusCode::OK, "{filter}");
            let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.bytes)).expect("a workbook");
            let sheet = book.sheet_names()[0].clone();
            let cells = book.worksheet_range(&sheet).expect("reads");
            let said: BTreeSet<String> = (6..cells.height() as u32)
                .filter_map(|row| cells.get_value((row, column)))
                .map(ToString::to_string)
                .collect();
            assert_eq!(said, BTreeSet::from([words.to_owned()]), "{filter}");
        }
    });
}

#[test]
fn a_households_crossings_need_a_purpose_and_leave_a_trace() {
    demo_on_both(|app, demo| {
        let office = Office::new(app, demo, Role::CommunityOffice);
        let areas = demo.town.streets.areas.iter();
        let inside: BTreeSet<AreaId> = areas
            .filter(|row| row.parent == Some(office.area))
            .map(|row| row.id)
            .collect();
        let homes = demo.town.households.iter();
        let homes = homes.filter(|home| inside.contains(&home.household.compound()));
        let home = homes
            .filter(|home| !home.household.members().is_empty())
            .find(|home| {
                demo.crossings
                    .iter()
                    .any(|one| one.household == Some(home.id))
            })
            .expect("a household that went out");
        let rest = format!("households/{}/crossings", home.id);
        for body in ["", "purpose=", "purpose=curiosity"] {
            let answer = office.form(&rest, body);
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        }
        let member = home.household.members()[0].person;
        let looks = || {
            let rows = app.app.store.read_blocking::<_, StoreError, _>(move |tx| {
                tx.views_of_person(Shard(1), member, 50)
            });
            rows.expect("reads")
        };
        assert_eq!(looks().len(), 0, "without a purpose nothing is seen");
        let answer = office.form(&rest, "purpose=missing_person");
        assert_eq!(answer.status, StatusCode::OK);
        let begin = format!("/areas/{}/crossings/", office.area);
        assert!(!links(&answer, &begin).is_empty(), "{}", answer.body);
        let seen = looks();
        assert_eq!(
            (seen.len(), seen[0].purpose.as_str()),
            (1, "missing_person")
        );
        assert_eq!(seen[0].fields, "crossings");
        assert!(seen[0].organisation.is_some(), "shown as an office");
    });
}

/// An auditor of an area, in a body that is there.
pub fn auditor(app: &TestApp, demo: &Demo, area: AreaId) -> StaffId {
    another(app, demo, "auditor", area)
}

/// One more member of staff of the demo.
pub fn another(app: &TestApp, demo: &Demo, role: &'static str, area: AreaId) -> StaffId {
    let staff = staff_row(&format!("another-{role}"), "no password");
    let mut membership = membership_row(staff.staff, role, area);
    membership.organisation = demo.town.staffing.organisations[0].id;
    let id = staff.staff;
    app.write(move |tx| {
        tx.insert_staff(&staff)?;
        tx.insert_membership(&membership)
    });
    id
}

#[test]
fn auditors_see_who_looked_and_that_the_chains_hold() {
    demo_on_both(|app, demo| {
        let office = Office::new(app, demo, Role::CommunityOffice);
        office.get("people");
        office.get("crossings");
        let cookie = app.session(auditor(app, demo, office.area));
        let page = app.get(&format!("/areas/{}/views", office.area), &cookie);
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("完整，没有被动过"), "{}", page.body);
        let name = demo.town.staffing.staff.iter();
        let mut name = name.filter(|staff| staff.role == Role::CommunityOffice);
        let name = name.next().expect("one").name.reveal_text();
        assert!(page.body.contains(name), "who looked");
        let refused = office.get("views");
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    });
}

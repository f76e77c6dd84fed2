//! Replays in the console: an official tries a document, sees how far it is, stops it, opens the
//! result as page, workbook and JSON; nobody else does.

use crate::replay_page::Page;
use crate::support::{Answer, START, TestApp, demo_on_both};
use axum::http::StatusCode;
use calamine::{Data, Reader, Xlsx};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{AreaId, OrganisationId, StaffId};
use gatehouse_server::auth::access::AreaInScope;
use gatehouse_server::auth::caller::{Caller, HeldRole};
use gatehouse_server::auth::role::Role;
use gatehouse_server::jobs::run_due;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::keep_retention::keep_retention;
use gatehouse_server::ops::replay::Report;
use gatehouse_server::ops::replay::examples::read_examples;
use gatehouse_store::Shard;
use gatehouse_store::policy::PolicyForceRow;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::Cursor;
use std::sync::Arc;

const DAY: i64 = 86_400_000;

struct Office<'a> {
    app: &'a TestApp,
    cookie: String,
    area: AreaId,
}

impl<'a> Office<'a> {
    fn new(app: &'a TestApp, demo: &'a Demo, role: Role) -> Office<'a> {
        let mut staff = demo.town.staffing.staff.iter();
        let office = staff.find(|staff| staff.role == role).expect("one");
        Office {
            app,
            cookie: app.session(office.id),
            area: office.area,
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("/areas/{}/policy/replays{rest}", self.area)
    }

    fn get(&self, rest: &str) -> Answer {
        self.app.get(&self.path(rest), &self.cookie)
    }

    fn form(&self, rest: &str, body: &str) -> Answer {
        self.app.form(&self.path(rest), &self.cookie, body)
    }

    /// Asks for a replay; the rest of its address.
    fn ask(&self, draft: &str) -> String {
        let answer = self.form("", &format!("draft={draft}&from=2020-02-17&to=2020-02-19"));
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let to = answer.header("location").to_owned();
        to.strip_prefix(&self.path(""))
            .expect("its page")
            .to_owned()
    }
}

/// Keeps a document as somebody submits it for an area.
fn submit(app: &TestApp, area: AreaId, folder: &'static str) {
    let path = format!(
        "{}/../../policies/{folder}/policy.toml",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).expect("a policy");
    let sha256: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    app.write(move |tx| {
        let version = tx.load_policy_document(folder, (&text, None), &sha256, START, None)?;
        tx.insert_policy_force(&PolicyForceRow {
            area,
            document: folder.to_owned(),
            version,
            from_at: START + DAY,
            to_at: None,
            decided_by: Some(StaffId([7; 16])),
            approved_by: None,
        })
    });
}

#[test]
fn an_official_tries_a_document_and_opens_the_result() {
    demo_on_both(|app, demo| {
        let office = Office::new(app, demo, Role::StreetCommand);
        submit(app, office.area, "zhongxiang-2020-02");
        submit(app, office.area, "p8-street-closed-loop");
        let list = office.get("").body;
        assert!(list.contains("value=\"1 zhongxiang-2020-02\""), "{list}");
        assert!(
            !list.contains("p8-street-closed-loop"),
            "it is not about gates"
        );
        let one = office.ask("1+zhongxiang-2020-02");
        let waiting = office.get(&one).body;
        assert!(waiting.contains("<progress"), "{waiting}");
        assert_eq!(
            office.get(&format!("{one}/replay.json")).status,
            StatusCode::NOT_FOUND
        );
        app.wait(run_due(&app.app)).expect("the database");
        let page = office.get(&one).body;
        for words in ["只换规则", "无法得知", "按门", "受影响最多的住户", "举例"]
        {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("<progress"));
        let json: Value =
            serde_json::from_slice(&office.get(&format!("{one}/replay.json")).bytes).expect("JSON");
        assert_eq!(json["sums"]["attempts"], demo.crossings.len() as u64);
        assert_eq!(json["not_reproduced"], 0);
        let crossing = json["changes"][0]["examples"][0]["crossing"].as_str();
        let link = format!(
            "/areas/{}/crossings/{}",
            office.area,
            crossing.expect("one")
        );
        assert!(page.contains(&link), "{link}");
        assert_eq!(app.get(&link, &office.cookie).status, StatusCode::OK);
        // No id of a household stands on the page: doors do, for who may see them.
        let household = json["households"][0]["household"].as_str().expect("one");
        assert!(!page.contains(household));
        assert!(page.contains(" 单元 ") || page.contains("号"), "{page}");
        let file = office.get(&format!("{one}/replay.xlsx"));
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.bytes)).expect("a workbook");
        let names = book.sheet_names();
        assert!(names.contains(&"合计".to_owned()), "{names:?}");
        let sums = book.worksheet_range("合计").expect("a sheet");
        let attempts = demo.crossings.len() as f64;
        assert_eq!(sums.get_value((6, 1)), Some(&Data::Float(attempts)));
        // The list says that it is done; in a week it is gone.
        assert!(office.get("").body.contains("算完"));
        app.later(8 * DAY);
        let until = app.app.world.now_millis() + DAY;
        keep_retention(&app.app, until).expect("kept");
        let later = Office::new(app, demo, Role::StreetCommand);
        assert_eq!(later.get(&one).status, StatusCode::NOT_FOUND);
    });
}

/// Tries ZX and waits; the rest of its address, and the report.
fn tried(office: &Office<'_>) -> (String, Value) {
    submit(office.app, office.area, "zhongxiang-2020-02");
    let one = office.ask("1+zhongxiang-2020-02");
    office
        .app
        .wait(run_due(&office.app.app))
        .expect("the database");
    let json = office.get(&format!("{one}/replay.json")).bytes;
    (one, serde_json::from_slice(&json).expect("JSON"))
}

#[test]
fn every_figure_of_the_page_is_one_of_the_report() {
    demo_on_both(|app, demo| {
        let office = Office::new(app, demo, Role::StreetCommand);
        let (one, report) = tried(&office);
        let page = Page(office.get(&one).body);
        page.agrees_with(&report);
        let let_through = &report["let_through"];
        assert!(let_through["coming_home"]["attempts"].as_u64() > Some(50));
        let stopped = page.figures().last().copied();
        assert_eq!(stopped, Some(0), "nobody is kept from home");
    });
}

#[test]
fn an_example_says_who_came_as_far_as_the_caller_may_know_and_by_which_row() {
    demo_on_both(|app, demo| {
        let office = Office::new(app, demo, Role::StreetCommand);
        let (one, report) = tried(&office);
        let page = office.get(&one).body;
        let changes = report["changes"].as_array().expect("changes");
        let refused = changes.iter().find(|way| way["to"] == "refuse");
        let example = &refused.expect("some")["examples"][0];
        let crossing = example["crossing"].as_str().expect("its record");
        let at = page.find(crossing).expect("a link");
        let line = page[at..].split("</li>").next().expect("its end");
        let row = example["after"].as_str().expect("a row");
        assert!(line.contains(row), "{row}: {line}");
        let words = report["row_words"].as_array().expect("words");
        let words = words
            .iter()
            .find(|one| one["row"] == row && one["under_draft"] == true);
        let words = words.expect("its words");
        let clause = words["clause"]["zh"].as_str().expect("a clause");
        assert!(line.contains(clause), "{clause}: {line}");
        // Kind, direction and door stand there, and nobody's name.
        let who = line.split_once("<b>").expect("who").1;
        let who = who.split("</b>").next().expect("its end");
        let parts: Vec<&str> = who.split(" · ").collect();
        assert!(["进", "出"].contains(&parts[1]), "{who}");
        assert!(parts[0] == "访客" && parts.len() <= 3, "{who}");
        assert!(
            page.contains(" · 进 · ") && page.contains(" 单元 "),
            "{page}"
        );
    });
}

#[test]
fn who_may_not_see_crossings_or_the_ledger_sees_less_of_an_example() {
    demo_on_both(|app, demo| {
        let office = Office::new(app, demo, Role::StreetCommand);
        let (_, report) = tried(&office);
        let report: Report = serde_json::from_value(report).expect("a report");
        let area = AreaInScope {
            area: office.area,
            shard: Some(Shard(1)),
            level: "street".to_owned(),
            name: String::new(),
            path: Arc::from([office.area]),
            offset_minutes: 480,
        };
        let seen = |role| {
            let caller = Caller {
                staff: StaffId([7; 16]),
                name: String::new(),
                lang: Lang::Zh,
                must_change_password: false,
                token_hash: [0; 32],
                roles: vec![HeldRole {
                    role,
                    area: office.area,
                    organisation: OrganisationId([8; 16]),
                }],
                limit: None,
            };
            let examples = read_examples(&app.app, &area, &caller, Lang::Zh, &report);
            let examples = app.wait(examples).expect("the database");
            let doors = examples.values().filter(|one| one.door.is_some()).count();
            (examples.len(), doors)
        };
        let all: usize = report.changes.iter().map(|way| way.examples.len()).sum();
        let (street, doors) = seen(Role::StreetCommand);
        assert!(street == all && doors > 0, "{doors} doors of {street}");
        assert_eq!(seen(Role::Guard), (all, 0), "no door without the ledger");
        assert_eq!(seen(Role::GridWorker), (0, 0), "nothing without crossings");
    });
}

#[test]
fn a_report_that_was_kept_by_an_older_version_opens() {
    demo_on_both(|app, demo| {
        let office = Office::new(app, demo, Role::StreetCommand);
        let (_, mut report) = tried(&office);
        let fields = report.as_object_mut().expect("a report");
        for newer in ["row_words", "let_through", "lacking", "by_another_row"] {
            assert!(fields.remove(newer).is_some(), "{newer}");
        }
        for change in report["changes"].as_array_mut().expect("changes") {
            for example in change["examples"].as_array_mut().expect("examples") {
                let example = example.as_object_mut().expect("an example");
                assert!(example.remove("before").is_some() && example.remove("after").is_some());
            }
        }
        let two = office.ask("1+zhongxiang-2020-02");
        let id: [u8; 16] = data_encoding::HEXLOWER
            .decode(two.trim_start_matches('/').as_bytes())
            .expect("an id")
            .try_into()
            .expect("16 bytes");
        let text = report.to_string();
        app.write(move |tx| {
            tx.policy_replay_is_at(&id, (1, 1), START)?;
            tx.policy_replay_is_done(&id, &text, 1, START).map(|_| ())
        });
        let answer = office.get(&two);
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        report["let_through"] = json!(null);
        Page(answer.body).agrees_with(&report);
        assert_eq!(
            office.get(&format!("{two}/replay.xlsx")).status,
            StatusCode::OK
        );
    });
}

#[test]
fn a_replay_is_stopped_and_two_at_a_time_are_enough() {
    demo_on_both(|app, demo| {
        let office = Office::new(app, demo, Role::StreetCommand);
        let (one, two) = (office.ask(""), office.ask(""));
        let third = office.form("", "draft=&from=2020-02-17&to=2020-02-19");
        assert_eq!(third.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(third.body.contains("已有两次"), "{}", third.body);
        assert_eq!(office.form(&one, "").status, StatusCode::SEE_OTHER);
        app.wait(run_due(&app.app)).expect("the database");
        assert!(office.get(&one).body.contains("有人停了它"));
        let page = office.get(&two).body;
        assert!(page.contains("按当时的规则重算"), "{page}");
        for wrong in [
            "draft=&from=2020-02-19&to=2020-02-17",
            "draft=&from=heute&to=2020-02-17",
        ] {
            let answer = office.form("", wrong);
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        let gone = office.form("", "draft=9+henan-2020-02&from=2020-02-17&to=2020-02-19");
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
        // What one office asked for is not another place's to see.
        let community = Office::new(app, demo, Role::CommunityOffice);
        assert_eq!(community.get(&two).status, StatusCode::NOT_FOUND);
        for role in [Role::Guard, Role::HealthWorker, Role::Administrator] {
            let other = Office::new(app, demo, role);
            assert_ne!(other.get("").status, StatusCode::OK, "{role:?}");
        }
    });
}

#[test]
fn what_another_place_submitted_is_neither_offered_nor_tried() {
    demo_on_both(|app, demo| {
        let office = Office::new(app, demo, Role::StreetCommand);
        let below = demo.town.streets.areas.last().expect("a place").id;
        assert_ne!(below, office.area);
        submit(app, below, "zhongxiang-2020-02");
        let list = office.get("").body;
        assert!(!list.contains("zhongxiang-2020-02"), "{list}");
        assert!(list.contains("value=\"1 henan-2020-02\""), "{list}");
        let wish = "draft=1+zhongxiang-2020-02&from=2020-02-17&to=2020-02-19";
        assert_eq!(office.form("", wish).status, StatusCode::NOT_FOUND);
    });
}

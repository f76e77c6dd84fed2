//! Erasures that an office plans: when one may be, that it is seen and can be cancelled, and what
//! is left once its day has come.

use crate::resident::{Somebody, gate, hidden, holder, opened, somebody, staff};
use crate::support::{Answer, TestApp, demo_on_both};
use crate::told::told;
use axum::http::StatusCode;
use gatehouse_core::id::{OpenItemId, PersonId};
use gatehouse_server::app::App;
use gatehouse_server::auth::role::Role;
use gatehouse_server::config::Config;
use gatehouse_server::erasure_list::ErasureList;
use gatehouse_server::jobs::run_due;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_store::erasure_plan::ErasureState;
use gatehouse_store::fever::FeverRow;
use gatehouse_store::open_item::{OpenItemEnd, OpenItemRow};
use gatehouse_store::{ReadTx, Shard, StoreError};

const SHARD: Shard = Shard(1);
const DAY: i64 = 86_400_000;

/// The office of a demo, with somebody whose record it keeps.
struct Story<'a> {
    app: &'a TestApp,
    demo: &'a Demo,
    /// With a folder of its own for the list.
    there: App,
    folder: tempfile::TempDir,
    who: Somebody,
}

impl Story<'_> {
    fn of<'a>(app: &'a TestApp, demo: &'a Demo, who: Somebody) -> Story<'a> {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config {
            data_folder: folder.path().to_owned(),
            ..Config::default()
        };
        Story {
            app,
            demo,
            there: app.app.with_config(config),
            folder,
            who,
        }
    }

    fn office(&self) -> String {
        self.app.session(staff(self.demo, Role::CommunityOffice))
    }

    fn person(&self) -> String {
        format!("/areas/{}/persons/{}", self.who.compound, self.who.person)
    }

    fn get(&self, path: &str) -> Answer {
        let answer = self.app.get(path, &self.office());
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer
    }

    fn form(&self) -> Answer {
        self.get(&format!("{}/erasure", self.person()))
    }

    fn list(&self) -> Answer {
        self.get(&format!("/areas/{}/erasures", self.who.compound))
    }

    /// Sends the form as it stands, with these fields.
    fn plan(&self, fields: &str) -> Answer {
        let form = self.form();
        let id = match form.body.contains("name=\"erasure\"") {
            true => hidden(&form, "erasure"),
            false => "5".repeat(32),
        };
        let body = format!("erasure={id}&{fields}");
        let path = format!("{}/erasure", self.person());
        let answer = self.app.form(&path, &self.office(), &body);
        if answer.status == StatusCode::SEE_OTHER {
            let again = self.app.form(&path, &self.office(), &body);
            assert_eq!(again.status, StatusCode::SEE_OTHER, "a double click");
        }
        answer
    }

    fn leaves(&self, why: &str, passes: &str) {
        let page = self.get(&self.person());
        let version = hidden(&page, "version");
        let body = format!("version={version}&why={why}&until_on=&{passes}");
        let path = format!("{}/leave", self.person());
        let left = self.app.form(&path, &self.office(), &body);
        assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.body);
    }

    fn run(&self) {
        self.app.wait(run_due(&self.there)).expect("the database");
    }

    fn state(&self) -> String {
        let person = self.who.person;
        let read = move |tx: &ReadTx<'_>| tx.person(SHARD, person);
        let row = self.app.app.store.read_blocking::<_, StoreError, _>(read);
        row.expect("reads").expect("a row stays").state
    }

    /// How the plans of the compound stand, the last one first.
    fn plans(&self) -> Vec<ErasureState> {
        let area = self.who.compound;
        let read = move |tx: &ReadTx<'_>| tx.erasures_of_area(SHARD, area, 9);
        let rows = self.app.app.store.read_blocking::<_, StoreError, _>(read);
        let rows = rows.expect("reads").into_iter();
        rows.map(|row| row.state).collect()
    }

    fn erased(&self) -> Vec<PersonId> {
        let list = ErasureList::in_folder(self.folder.path()).read();
        let list = list.expect("a list").into_iter();
        list.map(|one| one.person).collect()
    }
}

const LEFT: &str = "reason=left&asked_by=person&day=";

#[test]
fn what_may_not_be_erased_yet_is_refused_in_words() {
    demo_on_both(|app, demo| {
        let story = Story::of(app, demo, holder(app, demo));
        // Whoever lives here is needed at the gate; only a mistake could be erased, without a pass.
        let refused = story.plan(&format!("{LEFT}2020-03-10"));
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let hindered = story.plan("reason=mistake&asked_by=office&day=2020-02-25");
        assert_eq!(hindered.status, StatusCode::CONFLICT, "{}", hindered.body);
        assert!(
            hindered.body.contains("还有在用的出入证"),
            "{}",
            hindered.body
        );
        story.leaves("moved", "end_passes=true");
        let form = story.form().body;
        assert!(
            form.contains("2020-03-04"),
            "fourteen days after the last: {form}"
        );
        for what in ["姓名、证件号", "看不出是谁", "恢复备份后"] {
            assert!(form.contains(what), "{what}: {form}");
        }
        for wrong in [
            "reason=&asked_by=person&day=2020-03-10",
            "reason=died&asked_by=person&day=2020-03-10",
            "reason=left&asked_by=king&day=2020-03-10",
            "reason=left&asked_by=person&day=2020-03-03",
            "reason=left&asked_by=person&day=2020-12-31",
            "reason=left&asked_by=person&day=%E2%80%AEx",
        ] {
            let answer = story.plan(wrong);
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert!(answer.body.contains("role=\"alert\""), "{wrong}");
        }
        assert!(story.plans().is_empty(), "nothing half-done");
    });
}

#[test]
fn whoever_left_is_erased_on_the_day_that_was_planned_and_can_be_kept_until_then() {
    demo_on_both(|app, demo| {
        let story = Story::of(app, demo, holder(app, demo));
        let own = opened(app, demo, &story.who);
        story.leaves("moved", "end_passes=true");
        let planned = story.plan(&format!("{LEFT}2020-03-04"));
        assert_eq!(planned.status, StatusCode::SEE_OTHER, "{}", planned.body);
        assert_eq!(story.plans(), [ErasureState::Planned]);
        // They see it on their page, which still opens, and are told.
        let page = app.get("/my", &own);
        assert!(page.body.contains("您的资料定于"), "{}", page.body);
        assert!(page.body.contains("已搬走，要求删除"), "{}", page.body);
        assert!(!page.body.contains("<h1>—"), "who it is: {}", page.body);
        assert!(!page.body.contains("/my/apply"), "{}", page.body);
        assert!(told(app, story.who.person).contains(&"erasure_planned".to_owned()));
        assert!(story.get(&story.person()).body.contains("抹除。"));
        assert_eq!(
            story.plan(&format!("{LEFT}2020-03-05")).status,
            StatusCode::CONFLICT
        );
        // Taken back: its job finds nothing to do.
        let id = hidden(&story.list(), "erasure");
        let list = format!("/areas/{}/erasures", story.who.compound);
        for _ in 0..2 {
            let answer = app.form(&list, &story.office(), &format!("erasure={id}"));
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        }
        assert!(!app.get("/my", &own).body.contains("您的资料定于"));
        app.later(14 * DAY);
        story.run();
        assert_eq!(story.state(), "left");
        // Planned anew: nobody is erased before the day, and whoever is, for good.
        let planned = story.plan(&format!("{LEFT}2020-03-10"));
        assert_eq!(planned.status, StatusCode::SEE_OTHER, "{}", planned.body);
        app.later(5 * DAY);
        story.run();
        assert_eq!(story.state(), "left");
        assert!(story.erased().is_empty());
        app.later(DAY);
        story.run();
        story.run();
        assert_eq!(story.state(), "erased");
        assert_eq!(story.erased(), [story.who.person]);
        assert_eq!(story.plans()[0], ErasureState::Done);
        what_is_left(app, &story);
        assert_eq!(app.get("/my", &own).header("location"), "/my/code");
    });
}

/// Of a record that was erased.
fn what_is_left(app: &TestApp, story: &Story<'_>) {
    let list = story.list().body;
    assert!(
        list.contains("已抹除的人") && list.contains("已取消"),
        "{list}"
    );
    assert!(!list.contains(&story.who.name), "{list}");
    let gone = app.get(&story.person(), &story.office());
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    let late = app.form(
        &format!("/areas/{}/erasures", story.who.compound),
        &story.office(),
        &format!("erasure={}", planned_id(app, story)),
    );
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    let kinds = kinds(app);
    for (kind, times) in [
        ("erasure.plan", 2),
        ("erasure.cancel", 1),
        ("person.erase", 1),
    ] {
        let found = kinds.iter().filter(|one| *one == kind).count();
        assert_eq!(found, times, "{kind}: {kinds:?}");
    }
}

/// What the audit chains say of erasures.
fn kinds(app: &TestApp) -> Vec<String> {
    let read = |tx: &ReadTx<'_>| {
        let mut kinds = Vec::new();
        for head in tx.audit_heads(SHARD)? {
            for entry in tx.audit_entries(SHARD, head.writer, 0, 90_000)? {
                kinds.push(entry.kind);
            }
        }
        kinds.retain(|kind| kind.contains("eras"));
        Ok::<_, StoreError>(kinds)
    };
    app.app.store.read_blocking(read).expect("reads")
}

/// The id of the plan that came to its end.
fn planned_id(app: &TestApp, story: &Story<'_>) -> String {
    let area = story.who.compound;
    let read = move |tx: &ReadTx<'_>| tx.erasures_of_area(SHARD, area, 9);
    let rows = app.app.store.read_blocking::<_, StoreError, _>(read);
    data_encoding::HEXLOWER.encode(&rows.expect("reads")[0].erasure)
}

/// A fever of somebody that has no outcome.
fn fever(app: &TestApp, demo: &Demo, who: &Somebody) -> OpenItemId {
    let item = OpenItemRow {
        shard: SHARD,
        item: OpenItemId([9; 16]),
        kind: "fever".to_owned(),
        gate: gate(demo),
        crossing: None,
        opened_at: app.app.world.now_millis(),
        end: None,
    };
    let fever = FeverRow {
        shard: SHARD,
        item: item.item,
        area: who.compound,
        source: "desk".to_owned(),
        place: "home".to_owned(),
        reporter: Some("family".to_owned()),
        symptoms: 0,
        person: Some(who.person),
        household: Some(who.household),
        opened_by: None,
    };
    app.write(move |tx| {
        tx.insert_open_item(&item)?;
        tx.insert_fever(&fever)
    });
    OpenItemId([9; 16])
}

#[test]
fn what_came_up_meanwhile_holds_an_erasure_back() {
    demo_on_both(|app, demo| {
        let story = Story::of(app, demo, somebody(demo, 3));
        story.leaves("died", "end_passes=true");
        let planned = story.plan("reason=died&asked_by=family&day=2020-03-05");
        assert_eq!(planned.status, StatusCode::SEE_OTHER, "{}", planned.body);
        let told = told(app, story.who.person);
        assert!(
            !told.contains(&"erasure_planned".to_owned()),
            "the dead are not written to"
        );
        // A fever without an outcome: whoever was near may still have to be told.
        let item = fever(app, demo, &story.who);
        app.later(15 * DAY);
        story.run();
        assert_eq!(story.state(), "died");
        assert_eq!(story.plans(), [ErasureState::Held("fever".to_owned())]);
        assert!(story.erased().is_empty());
        let list = story.list().body;
        assert!(
            list.contains("没有抹除") && list.contains("发热还没有结果"),
            "{list}"
        );
        let hindered = story.plan("reason=died&asked_by=family&day=2020-03-20");
        assert_eq!(hindered.status, StatusCode::CONFLICT, "{}", hindered.body);
        let at = app.app.world.now_millis();
        app.write(move |tx| {
            let end = OpenItemEnd {
                outcome: "home_rest".to_owned(),
                at,
                staff: None,
            };
            tx.close_open_item(SHARD, item, &end).map(|_| ())
        });
        let planned = story.plan("reason=died&asked_by=family&day=2020-03-20");
        assert_eq!(planned.status, StatusCode::SEE_OTHER, "{}", planned.body);
        // Stopped after it had begun: it goes on where it was, and ends once.
        app.later(20 * DAY);
        let read = |tx: &ReadTx<'_>| tx.jobs(50);
        let jobs = app
            .app
            .store
            .read_blocking::<_, StoreError, _>(read)
            .expect("reads");
        let job = jobs.into_iter().find(|job| job.kind == "person.erase");
        let id = job.expect("is planned").job;
        let now = app.app.world.now_millis();
        app.write(move |tx| tx.set_erasure_state(SHARD, &id, &ErasureState::Running, now));
        story.run();
        assert_eq!(story.state(), "erased");
        assert_eq!(story.plans()[0], ErasureState::Done);
    });
}

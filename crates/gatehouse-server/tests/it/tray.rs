//! What phones send and cannot be taken in lies in a tray until somebody says what came of it.

use crate::gate::{Phone, compound_of, cookie};
use crate::passes::community;
use crate::support::{Answer, TestApp, demo_on_both};
use axum::http::StatusCode;
use gatehouse_core::digits::BASE64;
use gatehouse_core::id::{AreaId, DeviceId, PersonId};
use gatehouse_core::pass::{PassKind, to_text};
use gatehouse_core::wire::Event;
use gatehouse_server::config::Config;
use gatehouse_server::erasure_list::ErasureList;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::demo::pass::{Holder, Standing};
use gatehouse_server::ops::keep_retention::keep_retention;
use gatehouse_server::ops::keep_tray::key_text;
use gatehouse_store::set_aside::SetAsideRow;
use gatehouse_store::{ReadTx, Shard, StoreError};
use serde_json::json;

/// A compound whose phone was put out of service before it sent what it had.
pub struct Tray<'a> {
    app: &'a TestApp,
    pub lead: String,
    /// The area's pages.
    pub area: String,
    /// Pages of the events, in order.
    pub events: Vec<String>,
    phone: Phone<'a>,
}

impl<'a> Tray<'a> {
    /// The start of a shift, a visitor who was turned back, and so many emergencies.
    pub fn laid(app: &'a TestApp, demo: &Demo, emergencies: usize) -> Tray<'a> {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        phone.step(json!({"input": "begin", "subject_kind": "visitor", "way": "in"}));
        let noted = json!({"name": "来客", "phone": "13900000000", "room": "", "approved_by": ""});
        phone.step(json!({"input": "register", "noted": noted}));
        phone.step(json!({"input": "finish", "outcome": "turned_back"}));
        for _ in 0..emergencies {
            phone.step(json!({"input": "emergency", "way": "out"}));
        }
        Tray::of(app, demo, phone)
    }

    /// What a phone has, sent after it was put out of service.
    fn of(app: &'a TestApp, demo: &Demo, phone: Phone<'a>) -> Tray<'a> {
        let area = format!("/areas/{}", compound_of(app, &phone.gate));
        let device = DeviceId::parse(phone.id()).expect("an id");
        app.write(move |tx| tx.end_device(Shard(1), device, 0));
        let receipt = phone.send_all();
        let aside = receipt["set_aside"].as_array().expect("a list").len();
        assert_eq!(aside, phone.events().len(), "{receipt}");
        let of = |row: SetAsideRow| format!("{area}/tray/{}", key_text(&row.key()));
        Tray {
            lead: cookie(app, demo, "lead1"),
            events: rows_of(app, &phone).into_iter().map(of).collect(),
            area,
            app,
            phone,
        }
    }

    fn page(&self, path: &str, who: &str) -> String {
        let answer = self.app.get(path, who);
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.body
    }

    fn list(&self) -> String {
        self.page(&format!("{}/tray", self.area), &self.lead)
    }

    fn settle(&self, event: usize, who: &str, form: &str) -> Answer {
        self.app.form(&self.events[event], who, form)
    }

    /// Entries of a kind in the audit chain.
    fn kept(&self, kind: &str) -> usize {
        let entries = self.app.app.store.read_blocking::<_, StoreError, _>(|tx| {
            let mut entries = Vec::new();
            for head in tx.audit_heads(Shard(1))? {
                entries.extend(tx.audit_entries(Shard(1), head.writer, 0, 100_000)?);
            }
            Ok(entries)
        });
        let entries = entries.expect("reads");
        entries.iter().filter(|entry| entry.kind == kind).count()
    }
}

/// What lies there of a phone.
fn rows_of(app: &TestApp, phone: &Phone<'_>) -> Vec<SetAsideRow> {
    let device = DeviceId::parse(phone.id()).expect("an id");
    let read = move |tx: &ReadTx<'_>| tx.events_set_aside(Shard(1), device, 1_000);
    (app.app.store)
        .read_blocking::<_, StoreError, _>(read)
        .expect("reads")
}

#[test]
fn what_was_not_taken_in_is_opened_and_settled_beside_it() {
    demo_on_both(|app, demo| {
        let tray = Tray::laid(app, demo, 1);
        let href = format!("href=\"{}/tray\"", tray.area);
        for (page, words) in [
            ("today", "有 3 条手机记录没收下"),
            ("devices", "有 3 条手机传来的记录没收下"),
            ("alarms", "看这些记录"),
        ] {
            let shown = tray.page(&format!("{}/{page}", tray.area), &tray.lead);
            assert!(
                shown.contains(words) && shown.contains(&href),
                "{page}: {shown}"
            );
        }
        let list = tray.list();
        for words in ["东门手机", "第 2 条", "停用后才传来", &tray.events[1]] {
            assert!(list.contains(words), "{words}: {list}");
        }

        let opened = tray.page(&tray.events[1], &tray.lead);
        for words in ["一次通行", "已返回", "另有 2 项", "访客"] {
            assert!(opened.contains(words), "{words}: {opened}");
        }
        assert!(!opened.contains("来客") && !opened.contains("13900000000"));
        let office = cookie(app, demo, "office1");
        let opened = tray.page(&tray.events[1], &office);
        assert!(
            opened.contains("来客") && opened.contains("13900000000"),
            "{opened}"
        );
        assert_eq!(tray.kept("set_aside.view"), 2);
        let emergency = tray.page(&tray.events[2], &tray.lead);
        assert!(emergency.contains("紧急放行"), "{emergency}");

        for (form, status) in [
            ("version=0", StatusCode::UNPROCESSABLE_ENTITY),
            ("version=0&outcome=gone", StatusCode::UNPROCESSABLE_ENTITY),
            ("version=x&outcome=told", StatusCode::BAD_REQUEST),
            ("version=9&outcome=told", StatusCode::CONFLICT),
        ] {
            let answer = tray.settle(1, &tray.lead, form);
            assert_eq!(answer.status, status, "{form}: {}", answer.body);
        }
        assert_eq!(tray.kept("set_aside.settled"), 0);
        for _ in 0..2 {
            let answer = tray.settle(1, &tray.lead, "version=0&outcome=told");
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        }
        assert_eq!(tray.kept("set_aside.settled"), 1, "a double click is one");
        assert!(!tray.list().contains(&tray.events[1]));
        let settled = tray.page(&format!("{}/tray?part=settled", tray.area), &tray.lead);
        assert!(settled.contains(&tray.events[1]) && !settled.contains(&tray.events[0]));

        let stale = tray.settle(1, &office, "version=0&outcome=entered");
        assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.body);
        assert!(stale.body.contains("已告诉该管的人去办"), "{}", stale.body);
        let again = tray.settle(1, &office, "version=1&outcome=entered");
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.body);
        let opened = tray.page(&tray.events[1], &tray.lead);
        assert!(opened.contains("已告诉该管的人去办") && opened.contains("确有其事"));
        let today = tray.page(&format!("{}/today", tray.area), &tray.lead);
        assert!(today.contains("有 2 条手机记录没收下"), "{today}");
    });
}

/// Of two phones what came first stands first, whatever they are called.
#[test]
fn the_oldest_stands_first() {
    demo_on_both(|app, demo| {
        let first = Tray::laid(app, demo, 0);
        app.later(60_000);
        let second = Tray::laid(app, demo, 0);
        app.later(60_000);
        let third = Tray::laid(app, demo, 0);
        let list = first.list();
        let at = |event: &String| list.find(event.as_str()).expect("listed");
        let all = [&first, &second, &third].map(|tray| &tray.events);
        let places: Vec<usize> = all.into_iter().flatten().map(at).collect();
        assert!(places.is_sorted(), "{places:?}");
    });
}

/// Whoever opens a record is among those who looked at people's data.
#[test]
fn a_record_that_was_opened_is_on_the_page_of_looks() {
    demo_on_both(|app, demo| {
        let tray = Tray::laid(app, demo, 0);
        let community = community(demo);
        let auditor = app.session(crate::crossings::auditor(app, demo, community));
        let looks = |area: &str| tray.page(&format!("{area}/views"), &auditor);
        assert!(!looks(&tray.area).contains("看没收下的记录"));
        tray.page(&tray.events[1], &tray.lead);
        let page = looks(&tray.area);
        assert!(page.contains("看没收下的记录 1"), "{page}");
        let elsewhere = demo.town.streets.gates[1].compound;
        let page = looks(&format!("/areas/{elsewhere}"));
        assert!(!page.contains("看没收下的记录"), "{page}");
    });
}

/// What was settled is emptied with the records of its days; what waits is kept and reminded of.
#[test]
fn what_is_settled_is_emptied_after_its_days_and_what_waits_is_an_alarm() {
    demo_on_both(|app, demo| {
        let mut tray = Tray::laid(app, demo, 1);
        tray.settle(1, &tray.lead, "version=0&outcome=told");
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config {
            data_folder: folder.path().to_owned(),
            ..Config::default()
        };
        let there = app.app.with_config(config);
        let keep = |days: i64| {
            app.later(days * 86_400_000);
            let until = app.app.world.now_millis() + 60_000;
            keep_retention(&there, until).expect("kept");
        };
        let lead = |path: &str| app.get(path, &cookie(app, demo, "lead1"));
        let alarms = format!("{}/alarms", tray.area);
        keep(2);
        assert!(!lead(&alarms).body.contains("还没人处理"));
        keep(2);
        assert!(lead(&alarms).body.contains("还没人处理"));
        assert_eq!(lead(&tray.events[1]).status, StatusCode::OK);
        keep(27);
        assert_eq!(lead(&tray.events[1]).status, StatusCode::NOT_FOUND);
        let settled = lead(&format!("{}/tray?part=settled", tray.area)).body;
        assert!(!settled.contains(&tray.events[1]), "{settled}");
        assert_eq!(lead(&tray.events[2]).status, StatusCode::OK, "it waits");
        assert_eq!(tray.kept("set_aside.settled"), 1, "the trail is kept");
        // The phone sends it again: it is known, acknowledged, and not kept anew.
        tray.phone.cookie = cookie(app, demo, "guard1a");
        let receipt = tray.phone.send_all();
        assert_eq!(receipt["acknowledged_through"], tray.events.len());
        assert_eq!(lead(&tray.events[1]).status, StatusCode::NOT_FOUND);
    });
}

/// Two people who cross with their passes, the first of them twice; the second is a worker, whom
/// no phone's list has.
struct Two {
    people: [PersonId; 2],
    /// Number of the first one's pass.
    pass: String,
}

fn two_cross(demo: &Demo, phone: &mut Phone<'_>, compound: AreaId) -> Two {
    let found = [PassKind::Resident, PassKind::Worker].map(|kind| {
        let mut passes = demo.issued.passes.iter();
        let found = passes.find_map(|pass| match pass.holder {
            Holder::Person(person)
                if pass.compound == compound
                    && pass.standing == Standing::Valid
                    && pass.credential.kind == kind =>
            {
                Some((pass, person))
            }
            _ => None,
        });
        found.expect("a pass of each kind")
    });
    for (at, way) in [(0, "out"), (1, "out"), (0, "in")] {
        let text = to_text("127.0.0.1:8080", &demo.issued.sign(found[at].0));
        phone.step(json!({"input": "scan", "text": text, "way": way}));
        phone.step(json!({"input": "fact", "fact": "temperature", "value": 36.5}));
        phone.step(json!({"input": "finish", "outcome": "crossed"}));
    }
    Two {
        people: found.map(|(_, person)| person),
        pass: found[0].0.credential.number.to_string(),
    }
}

/// Erasing somebody empties what lies there about them, settled or not, and nobody else's; a
/// backup that is put back does not bring it back.
#[test]
fn whoever_is_erased_goes_from_the_tray_too() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let compound = compound_of(app, &phone.gate);
        let two = two_cross(demo, &mut phone, compound);
        let tray = Tray::of(app, demo, phone);
        let opened = tray.page(&tray.events[1], &tray.lead);
        assert!(opened.contains(&two.pass), "{opened}");
        let before = rows_of(app, &tray.phone);
        let vault = app.app.vault().expect("keys");
        let worker = before[2].reveal_event(vault).expect("opens");
        let worker = Event::from_bytes(&worker).expect("an event");
        let subject = worker.private.and_then(|private| private.subject);
        assert_eq!(subject, None, "the pass alone says who it is");
        tray.settle(3, &tray.lead, "version=0&outcome=told");
        let looks = tray.kept("set_aside.view");

        let folder = tempfile::tempdir().expect("a folder");
        let list = ErasureList::in_folder(folder.path());
        let eraser = crate::retention::eraser(app, &list);
        let count = eraser.erase(Shard(1), two.people[0]).expect("erased");
        assert_eq!((count.was_there, count.aside), (true, 2));
        assert_eq!(tray.kept("set_aside.erase"), 1);
        let after = rows_of(app, &tray.phone);
        for (at, (was, is)) in before.iter().zip(&after).enumerate() {
            assert_eq!(is.key(), was.key(), "number and hash stay");
            let is_theirs = [1, 3].contains(&at);
            assert_eq!(is.is_emptied(), is_theirs, "{at}");
            assert_eq!(is.reveal_event(vault).is_err(), is_theirs, "{at}");
        }
        let list_page = tray.list();
        assert!(list_page.contains(&tray.events[1]), "it waits: {list_page}");
        assert_eq!(list_page.matches("内容也清空了").count(), 1, "{list_page}");
        let gone = tray.page(&tray.events[1], &tray.lead);
        assert!(
            gone.contains("内容也清空了") && !gone.contains(&two.pass),
            "{gone}"
        );
        assert_eq!(tray.kept("set_aside.view"), looks, "nobody saw anything");
        let settled = app.get(&tray.events[3], &tray.lead);
        assert_eq!(settled.status, StatusCode::NOT_FOUND);
        assert!(tray.page(&tray.events[2], &tray.lead).contains("一次通行"));

        tray.phone.send_all();
        assert_eq!(rows_of(app, &tray.phone), after, "sent again it stays so");
        // The second one is there again with a backup that was put back.
        (list.add(Shard(1), two.people[1], 0)).expect("listed");
        let replayed = eraser.replay().expect("replayed");
        assert_eq!(
            (replayed.listed, replayed.persons, replayed.aside),
            (2, 1, 1)
        );
        assert_eq!(eraser.replay().expect("replayed").aside, 0);
        assert!(rows_of(app, &tray.phone)[2].is_emptied());
        assert!(
            !rows_of(app, &tray.phone)[0].is_emptied(),
            "a shift is nobody's"
        );
        // Whoever can say nothing more about it takes it from the list.
        tray.settle(1, &tray.lead, "version=0&outcome=unreadable");
        assert!(!tray.list().contains(&tray.events[1]));
    });
}

/// Somebody was erased while their crossings waited on a phone.
#[test]
fn what_comes_after_an_erasure_says_nobody() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let compound = compound_of(app, &phone.gate);
        let [person, _] = two_cross(demo, &mut phone, compound).people;
        let folder = tempfile::tempdir().expect("a folder");
        let list = ErasureList::in_folder(folder.path());
        let eraser = crate::retention::eraser(app, &list);
        eraser.erase(Shard(1), person).expect("erased");
        let named = || {
            let read = move |tx: &ReadTx<'_>| {
                let mut passages = tx.outings(Shard(1), 100_000)?;
                passages.retain(|row| row.person == person);
                let crossings = tx.crossings_naming(Shard(1), &person.0)?.len();
                Ok::<_, StoreError>((crossings, passages.len()))
            };
            app.app.store.read_blocking(read).expect("read")
        };
        assert_eq!(named(), (0, 0));
        let receipt = phone.send_all();
        assert_eq!(receipt["acknowledged_through"], phone.events().len());
        assert_eq!(receipt["set_aside"], json!([]));
        assert_eq!(named(), (0, 0), "they are there again");
        let device = DeviceId::parse(phone.id()).expect("an id");
        let read = move |tx: &ReadTx<'_>| tx.verify_device(Shard(1), device);
        let report = app.app.store.read_blocking::<_, StoreError, _>(read);
        let report = report.expect("read").expect("a device");
        assert_eq!((report.events, report.broken_at), (4, None));
    });
}

#[test]
fn the_tray_of_another_compound_is_not_there() {
    demo_on_both(|app, demo| {
        let tray = Tray::laid(app, demo, 0);
        let stranger = cookie(app, demo, "lead2");
        let me = crate::gate::json(&app.get("/gate/api/me", &stranger));
        let gate = me["gates"][0]["gate"].as_str().expect("a gate");
        let own = format!("/areas/{}/tray", compound_of(app, gate));
        let through_own = tray.events[0].replace(&format!("{}/tray", tray.area), &own);
        let form = "version=0&outcome=told";
        let gone = [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN];
        for path in [&tray.events[0], &through_own] {
            assert!(gone.contains(&app.get(path, &stranger).status), "{path}");
            assert!(
                gone.contains(&app.form(path, &stranger, form).status),
                "{path}"
            );
        }
        let listed = tray.page(&own, &stranger);
        assert!(!listed.contains("东门手机"), "{listed}");
        let wrong = [
            format!("{}/tray/x", tray.area),
            format!("{}0", tray.events[0]),
        ];
        for path in &wrong {
            assert_eq!(
                app.get(path, &tray.lead).status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        for rest in ["?part=x", "?after=x"] {
            let path = format!("{}/tray{rest}", tray.area);
            assert_eq!(app.get(&path, &tray.lead).status, StatusCode::NOT_FOUND);
        }
        assert_eq!(
            tray.kept("set_aside.settled") + tray.kept("set_aside.view"),
            0
        );
    });
}

#[test]
fn a_long_tray_is_shown_a_page_at_a_time() {
    demo_on_both(|app, demo| {
        let tray = Tray::laid(app, demo, 60);
        let first = tray.list();
        let shown = |page: &str| {
            let events = tray.events.iter();
            events.filter(|event| page.contains(event.as_str())).count()
        };
        assert_eq!(shown(&first), 50);
        let (before, _) = first.split_once("\" rel=\"next\"").expect("goes on");
        let next = before
            .rsplit("href=\"")
            .next()
            .expect("a link")
            .replace("&#38;", "&");
        let second = tray.page(&next, &tray.lead);
        assert_eq!(shown(&second), 12);
        assert!(!second.contains("rel=\"next\""), "{second}");
    });
}

/// A batch that is not signed by its phone: refused, kept for a person, and taken in all the same
/// once the phone signs it.
#[test]
fn what_nothing_proves_waits_in_the_tray_and_on_the_phone() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        phone.step(json!({"input": "emergency", "way": "out"}));
        let area = format!("/areas/{}", compound_of(app, &phone.gate));
        let lead = cookie(app, demo, "lead1");
        let shown = |page: &str| {
            let answer = app.get(page, &lead);
            assert_eq!(answer.status, StatusCode::OK, "{page}: {}", answer.body);
            answer.body
        };
        let forged = json!({
            "device": phone.id(),
            "events": phone.events(),
            "head_signature_base64": BASE64.encode(&[7; 64]),
            "oldest": 1,
        });
        for _ in 0..2 {
            let path = format!("/gate/api/gates/{}/events", phone.gate);
            let answer = app.call(&path, &phone.cookie, &forged);
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let rows = rows_of(app, &phone);
        assert_eq!(rows.len(), phone.events().len(), "once each");
        let tray = format!("{area}/tray");
        let list = shown(&tray);
        let why = "证明不了是这台手机记的";
        assert_eq!(list.matches(why).count(), rows.len(), "{list}");
        let alarms = shown(&format!("{area}/alarms"));
        assert!(alarms.contains("全部还在手机里"), "{alarms}");
        assert!(alarms.contains(&format!("href=\"{tray}\"")), "{alarms}");

        let last = format!("{tray}/{}", key_text(&rows[rows.len() - 1].key()));
        let fits = "这一条已经收下";
        let opened = shown(&last);
        assert!(opened.contains("紧急放行"), "{opened}");
        assert!(!opened.contains(fits), "{opened}");
        let settled = app.form(&last, &lead, "version=0&outcome=entered");
        assert_eq!(settled.status, StatusCode::SEE_OTHER, "{}", settled.body);
        let receipt = phone.send_all();
        assert_eq!(receipt["acknowledged_through"], rows.len());
        assert_eq!(receipt["set_aside"], json!([]));
        let list = shown(&tray);
        assert_eq!(list.matches(why).count(), 0, "nobody waits: {list}");
        let settled = shown(&format!("{tray}?part=settled"));
        for page in [settled, shown(&last)] {
            assert!(page.contains(fits), "there may be two of it: {page}");
        }
    });
}

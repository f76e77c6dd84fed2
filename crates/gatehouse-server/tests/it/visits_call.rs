//! The guard on duty rings a household about a visitor, and registers whoever has no telephone.

use crate::gate::{Phone, cookie};
use crate::resident::{Somebody, gate, hidden, opened, somebody};
use crate::support::{TestApp, demo_on_both};
use axum::http::StatusCode;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_store::{Shard, StoreError};

/// Somebody whose home has a telephone in the ledger: the number that is rung first.
fn with_phone(app: &TestApp, demo: &Demo) -> (Somebody, String) {
    let found = (0..60).map(|n| somebody(demo, n)).find_map(|who| {
        let household = who.household;
        let read = app.app.store.read_blocking::<_, StoreError, _>(move |tx| {
            tx.persons_with_phone(Shard(1), household)
        });
        let first = *read.expect("reads").first()?;
        let mut people = demo.town.people.iter();
        let known = people.find(|one| one.id == first)?;
        let phone = known.person.phone()?.reveal_text().to_owned();
        Some((who, phone))
    });
    found.expect("most homes have one")
}

/// A visitor without a telephone, registered by the guard; the visit.
fn registered(app: &TestApp, guard: &str, list: &str, door: &[String; 3]) -> String {
    let id = {
        let page = app.get(list, guard);
        let form = page
            .body
            .split_once("id=\"new\"")
            .expect("a form")
            .1
            .to_owned();
        let mark = "name=\"visit\" value=\"";
        let rest = form.split_once(mark).expect("an id").1;
        rest.split('"').next().unwrap_or_default().to_owned()
    };
    let [building, unit, room] = door;
    let body = format!(
        "visit={id}&name=GRANNY&phone=&building={building}&unit={unit}&room={room}&purpose=family"
    );
    let path = format!("{list}/new");
    for (from, to) in [
        ("name=GRANNY", "name="),
        ("purpose=family", "purpose=king"),
        ("phone=", "phone=12"),
    ] {
        let refused = app.form(&path, guard, &body.replacen(from, to, 1));
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{from}");
    }
    for _ in 0..2 {
        let sent = app.form(&path, guard, &body);
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    }
    // Who registered them is on record, once.
    let entries = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
        let mut actors = Vec::new();
        for head in tx.audit_heads(Shard(1))? {
            for entry in tx.audit_entries(Shard(1), head.writer, 0, 100_000)? {
                if entry.kind == "visit.register" {
                    actors.push(entry.actor);
                }
            }
        }
        Ok(actors)
    });
    let actors = entries.expect("reads");
    assert!(actors.len() == 1 && actors[0].is_some(), "{actors:?}");
    let page = app.get(list, guard).body;
    assert_eq!(page.matches("GRANNY").count(), 1, "once: {page}");
    assert!(page.contains("没有电话"), "{page}");
    id
}

#[test]
fn the_guard_on_duty_rings_a_household_and_writes_its_word_down() {
    demo_on_both(|app, demo| {
        let (who, number) = with_phone(app, demo);
        let list = format!("/gates/{}/visits", gate(demo));
        let guard = cookie(app, demo, "guard1a");
        let visit = registered(app, &guard, &list, &who.door);
        let call = |body: &str| app.form(&format!("{list}/call"), &guard, body);
        let asked = format!("visit={visit}");

        // Who is not on duty here sees no number, and nothing is opened.
        let at = gate(demo);
        app.write(move |tx| {
            for shift in tx.running_shifts(Shard(1), at)? {
                tx.end_shift(Shard(1), shift.shift, crate::support::START)?;
            }
            Ok(())
        });
        let idle = call(&asked);
        assert_eq!(idle.status, StatusCode::FORBIDDEN);
        assert!(!idle.body.contains(&number), "{}", idle.body);
        let phone = Phone::enrolled(app, demo, "guard1a");
        phone.send_all();
        let rung = call(&asked);
        assert_eq!(rung.status, StatusCode::OK, "{}", rung.body);
        assert!(
            rung.body.contains(&format!("tel:{number}")),
            "{}",
            rung.body
        );
        assert_eq!(call("visit=00").status, StatusCode::BAD_REQUEST);
        let office = cookie(app, demo, "office1");
        let other = app.form(&format!("{list}/call"), &office, &asked);
        assert_eq!(
            other.status,
            StatusCode::FORBIDDEN,
            "an office has its own way"
        );

        // The person reads office and purpose.
        let resident = opened(app, demo, &somebody_of(app, demo, &who));
        let data = app.get("/my/data", &resident).body;
        assert!(data.contains("为访客打电话"), "{data}");

        // What the household said stands there with how, when and who heard it.
        let yes = format!("visit={visit}&answer=yes");
        assert_eq!(app.form(&list, &guard, &yes).status, StatusCode::SEE_OTHER);
        let page = app.get(&list, &guard).body;
        assert!(
            page.contains("住户在电话里说") && page.contains("记下"),
            "{page}"
        );
        assert_eq!(call(&asked).status, StatusCode::CONFLICT, "it has answered");
        // A page left open overnight rings nobody about yesterday's visitor.
        let late = registered_again(app, &guard, &list, &who.door);
        app.later(24 * 3_600_000);
        let guard = cookie(app, demo, "guard1a");
        let old = app.form(&format!("{list}/call"), &guard, &format!("visit={late}"));
        assert_eq!(old.status, StatusCode::CONFLICT, "{}", old.body);
        assert!(!old.body.contains(&number), "{}", old.body);
        let row = app.app.store.read_blocking::<_, StoreError, _>({
            let id: [u8; 16] = data_encoding::HEXLOWER
                .decode(visit.as_bytes())
                .expect("hex")
                .try_into()
                .expect("an id");
            move |tx| tx.visit(Shard(1), id)
        });
        assert_eq!(row.expect("reads").expect("there").registered_by, "guard");
    });
}

/// Whoever of the home is rung first.
fn somebody_of(app: &TestApp, demo: &Demo, who: &Somebody) -> Somebody {
    let household = who.household;
    let read = app
        .app
        .store
        .read_blocking::<_, StoreError, _>(move |tx| tx.persons_with_phone(Shard(1), household));
    let person = read.expect("reads")[0];
    let mut people = demo.town.people.iter();
    let known = people.find(|one| one.id == person).expect("a person");
    Somebody {
        person,
        household,
        compound: who.compound,
        door: who.door.clone(),
        name: known.person.name().reveal_text().to_owned(),
    }
}

/// One more visitor of the same home; the visit.
fn registered_again(app: &TestApp, guard: &str, list: &str, door: &[String; 3]) -> String {
    let id = "5a".repeat(16);
    let [building, unit, room] = door;
    let body = format!(
        "visit={id}&name=UNCLE&phone=&building={building}&unit={unit}&room={room}&purpose=family"
    );
    let sent = app.form(&format!("{list}/new"), guard, &body);
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    id
}

#[test]
fn a_household_that_asked_not_to_be_rung_is_not() {
    demo_on_both(|app, demo| {
        let (who, number) = with_phone(app, demo);
        let list = format!("/gates/{}/visits", gate(demo));
        let phone = Phone::enrolled(app, demo, "guard1a");
        phone.send_all();
        let guard = phone.cookie.clone();
        let visit = registered(app, &guard, &list, &who.door);
        let resident = opened(app, demo, &who);
        let wish = |word: &str| app.form("/my/visits", &resident, &format!("calls={word}"));
        assert_eq!(wish("no").status, StatusCode::SEE_OTHER);
        assert!(
            app.get("/my/visits", &resident)
                .body
                .contains("不要为访客打电话")
        );
        let call = || app.form(&format!("{list}/call"), &guard, &format!("visit={visit}"));
        let asked = call();
        assert!(!asked.body.contains(&number), "{}", asked.body);
        assert!(asked.body.contains("请打社区"), "{}", asked.body);
        for page in [&asked.body, &app.get(&list, &guard).body] {
            assert!(!page.contains("打给住户"), "not both: {page}");
        }
        let data = app.get("/my/data", &resident).body;
        assert!(!data.contains("为访客打电话"), "nobody looked: {data}");

        // The office may write the wish down as well, and take it back.
        let office = cookie(app, demo, "office1");
        let home = format!("/areas/{}/households/{}", who.compound, who.household);
        assert!(app.get(&home, &office).body.contains("不要为访客打电话"));
        let back = app.form(&format!("{home}/calls"), &office, "calls=yes");
        assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);
        assert!(call().body.contains(&number));
        let wrong = app.form(&format!("{home}/calls"), &office, "calls=king");
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
        assert!(!hidden(&app.get("/my/visits", &resident), "visit").is_empty());
    });
}

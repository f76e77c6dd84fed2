//! A phone becomes a device by a code of the console, talks under its own key, is listed, and is
//! taken out of service (GATE-11).

use crate::gate::{Phone, compound_of, cookie, fresh_key, json, spki_base64};
use crate::support::{Answer, TestApp, demo_on_both};
use axum::http::StatusCode;
use data_encoding::BASE64;
use gatehouse_core::id::{DeviceId, GateId};
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::device_session::proof_bytes;
use gatehouse_store::{Shard, StoreError};
use ring::rand::SystemRandom;
use ring::signature::EcdsaKeyPair;
use serde_json::{Value, json};

/// The office of a demo compound with one phone at its gate.
struct Office<'a> {
    app: &'a TestApp,
    lead: String,
    gate: String,
    page: String,
    phone: Phone<'a>,
}

impl<'a> Office<'a> {
    fn of(app: &'a TestApp, demo: &Demo) -> Office<'a> {
        let phone = Phone::enrolled(app, demo, "guard1a");
        let gate = phone.gate.clone();
        Office {
            app,
            lead: cookie(app, demo, "lead1"),
            page: format!("/areas/{}/devices", compound_of(app, &gate)),
            gate,
            phone,
        }
    }

    /// The digits of a new code.
    fn code(&self) -> String {
        let form = format!("gate={}", self.gate);
        let shown = self
            .app
            .form(&format!("{}/code", self.page), &self.lead, &form);
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
        let between = |from: &str, to: &str| {
            let (_, rest) = shown.body.split_once(from).expect(from);
            rest.split_once(to).expect(to).0.to_owned()
        };
        let digits = between("class=\"digits\">", "</p>").replace(' ', "");
        // The secret stands in the picture only: its link is drawn, not written.
        assert!(!shown.body.contains("#enrol="), "{}", shown.body);
        digits
    }

    fn enrol(&self, code: &str, key: &EcdsaKeyPair) -> Answer {
        self.enrol_with(code, key, &json!({}))
    }

    fn enrol_with(&self, code: &str, key: &EcdsaKeyPair, more: &Value) -> Answer {
        let mut body =
            json!({"code": code, "public_key_base64": spki_base64(key), "label": "HLK-AL00"});
        if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
            body.extend(more.clone());
        }
        self.app.call("/gate/api/devices", "", &body)
    }

    /// Shows a key; the cookie that comes back, if any.
    fn show_key(&self, device: &str, key: &EcdsaKeyPair, millis: i64) -> (Answer, String) {
        let id = DeviceId::parse(device).expect("an id");
        let signature = key.sign(&SystemRandom::new(), &proof_bytes(id, millis));
        let body = json!({"device": device, "server_millis": millis,
            "signature_base64": BASE64.encode(signature.expect("signs").as_ref())});
        let answer = self.app.call("/gate/api/session", "", &body);
        let cookie = answer.header("set-cookie").split(';').next();
        let cookie = cookie.unwrap_or_default().to_owned();
        (answer, cookie)
    }

    fn server_millis(&self) -> i64 {
        let time = json(&self.app.get("/gate/api/time", ""));
        time["server_millis"].as_i64().expect("a time")
    }

    fn at_gate(&self, path: &str) -> String {
        format!("/gate/api/gates/{}/{path}", self.gate)
    }
}

fn refused(answer: &Answer, code: &str) {
    assert!(answer.status.is_client_error(), "{}", answer.body);
    assert_eq!(json(answer)["code"], code, "{}", answer.body);
}

#[test]
fn six_digits_make_one_phone_a_device_and_nothing_else_does() {
    demo_on_both(|app, demo| {
        let office = Office::of(app, demo);
        let key = fresh_key();
        for nothing in [
            "",
            "12345",
            "000000000000",
            "zzzzzzzzzzzzzzzzzzzz",
            "１２３４５６",
        ] {
            refused(&office.enrol(nothing, &key), "D-CODE");
        }
        let older = office.code();
        let digits = office.code();
        if older != digits {
            refused(&office.enrol(&older, &key), "D-CODE");
        }
        let spaced = format!("{} {}", &digits[..3], &digits[3..]);
        let made = office.enrol(&spaced, &key);
        assert_eq!(made.status, StatusCode::OK, "{}", made.body);
        assert_eq!(json(&made)["gate"], office.gate);
        // Once only, and only within its minutes.
        let told = "用过的登记码又有人用";
        let alarms = office.page.replace("/devices", "/alarms");
        let waiting = || app.get(&alarms, &office.lead).body;
        assert!(!waiting().contains(told));
        // The phone asks again where the answer was lost: it is the same device, and no alarm.
        let again = office.enrol(&digits, &key);
        assert_eq!(json(&again), json(&made));
        assert!(!waiting().contains(told));
        refused(&office.enrol(&digits, &fresh_key()), "D-CODE");
        assert!(waiting().contains(told), "{}", waiting());
        let late = office.code();
        app.later(15 * 60_000);
        refused(&office.enrol(&late, &key), "D-CODE");
    });
}

/// An answer that is lost on its way leaves no second phone in the list; one that has recorded
/// something is another device when it asks anew.
#[test]
fn a_phone_that_asks_again_is_the_same_device_until_it_has_recorded_something() {
    demo_on_both(|app, demo| {
        let office = Office::of(app, demo);
        let at_gate = office.at_gate("devices");
        let enrol = |cookie: &str, key: &EcdsaKeyPair| {
            let body = json!({"public_key_base64": spki_base64(key), "label": "东门手机"});
            let answer = app.call(&at_gate, cookie, &body);
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            json(&answer)
        };
        let cookie = office.phone.cookie.clone();
        let key = fresh_key();
        let first = enrol(&cookie, &key);
        assert_eq!(enrol(&cookie, &key), first);
        assert_ne!(enrol(&cookie, &fresh_key())["device"], first["device"]);
        office.phone.send_all();
        let anew = enrol(&cookie, office.phone.key());
        assert_ne!(anew["device"], office.phone.id());
    });
}

#[test]
fn digits_cannot_be_guessed() {
    demo_on_both(|app, demo| {
        let office = Office::of(app, demo);
        let digits = office.code();
        let wrong = (0..)
            .map(|n| format!("{n:06}"))
            .filter(|guess| *guess != digits);
        for guess in wrong.take(10) {
            refused(&office.enrol(&guess, &fresh_key()), "D-CODE");
        }
        refused(&office.enrol(&digits, &fresh_key()), "D-CODE");
        let fresh = office.code();
        assert_eq!(office.enrol(&fresh, &fresh_key()).status, StatusCode::OK);
    });
}

#[test]
fn a_device_talks_under_its_own_key_and_only_for_its_own_gate() {
    demo_on_both(|app, demo| {
        let office = Office::of(app, demo);
        let now = office.server_millis();
        let (device, key) = (office.phone.id(), office.phone.key());
        for (millis, with) in [(now - 120_001, key), (now + 1, key), (now, &fresh_key())] {
            let (answer, cookie) = office.show_key(device, with, millis);
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.body);
            assert_eq!(cookie, "");
        }
        let (answer, cookie) = office.show_key(device, key, now);
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let kept = answer.header("set-cookie");
        assert!(
            kept.contains("HttpOnly") && kept.contains("SameSite=Strict"),
            "{kept}"
        );
        for path in ["snapshot", "guards", "today"] {
            let answer = app.get(&office.at_gate(path), &cookie);
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        }
        // Neither another gate's list nor any page of the office.
        let other = Phone::enrolled(app, demo, "guard2a");
        let path = format!("/gate/api/gates/{}/snapshot", other.gate);
        assert_eq!(app.get(&path, &cookie).status, StatusCode::UNAUTHORIZED);
        assert_eq!(app.get(&office.page, &cookie).status, StatusCode::SEE_OTHER);
        app.later(12 * 3_600_000);
        let over = app.get(&office.at_gate("snapshot"), &cookie);
        assert_eq!(over.status, StatusCode::UNAUTHORIZED);
    });
}

fn emergency() -> Value {
    json!({"input": "emergency", "way": "out"})
}

fn report(app: &TestApp, office: &Office<'_>, cookie: &str, more: &Value) -> Answer {
    let mut body = json!({"version": "0123456789", "unsent": 7, "list_number": 12,
        "storage": "best_effort", "device_millis": office.server_millis() + 11 * 60_000});
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.extend(more.clone());
    }
    app.call(&office.at_gate("report"), cookie, &body)
}

#[test]
fn the_console_lists_phones_and_ends_a_lost_one_whose_records_are_kept_aside() {
    demo_on_both(|app, demo| {
        let mut office = Office::of(app, demo);
        let (_, cookie) = office.show_key(
            office.phone.id(),
            office.phone.key(),
            office.server_millis(),
        );
        office.phone.step(emergency());
        let sent = office.phone.events().len();
        let head = json!({"acknowledged_base64": office.phone.head()});
        // As a server that was restored from a backup, which lacks what it had acknowledged.
        for has in [false, true] {
            let heard = report(app, &office, &cookie, &head);
            assert_eq!(heard.status, StatusCode::OK);
            assert_eq!(json(&heard)["has_acknowledged"], has, "{}", heard.body);
            office.phone.send_all();
        }
        for (key, value) in [
            ("version", json!("x".repeat(41))),
            ("storage", json!("elsewhere")),
            ("unsent", json!(-1)),
            ("more", json!(1)),
        ] {
            let answer = report(app, &office, &cookie, &json!({key: value}));
            assert_eq!(
                answer.status,
                StatusCode::BAD_REQUEST,
                "{key}: {}",
                answer.body
            );
        }
        let shown = app.get(&office.page, &office.lead).body;
        for words in [
            "联系得上",
            "第 12 号",
            "快了 11 分钟",
            "浏览器可能清掉",
            ">7<",
        ] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
        app.later(4 * 60_000);
        let shown = app.get(&office.page, &office.lead).body;
        assert!(shown.contains("没联系上"), "{shown}");

        let end = format!("{}/{}/end", office.page, office.phone.id());
        assert_eq!(
            app.form(&end, &office.lead, "").status,
            StatusCode::SEE_OTHER
        );
        let shown = app.get(&office.page, &office.lead).body;
        assert!(shown.contains("停用了") && !shown.contains(&end), "{shown}");
        refused(&app.get(&office.at_gate("snapshot"), &cookie), "D-ENDED");
        // It still hears what became of its records: a restored server may have lost them.
        let heard = report(app, &office, &cookie, &json!({}));
        assert_eq!(heard.status, StatusCode::OK, "{}", heard.body);
        // What it recorded still arrives, and waits for a person.
        office.phone.cookie = cookie;
        office.phone.step(emergency());
        let receipt = office.phone.send_all();
        let aside = receipt["set_aside"].as_array().expect("a list").len();
        assert_eq!(aside, office.phone.events().len() - sent, "{receipt}");
        assert_eq!(receipt["set_aside"][0]["reason"], "ended_device");
        let alarms = office.page.replace("/devices", "/alarms");
        let alarms = app.get(&alarms, &office.lead).body;
        assert!(alarms.contains("停用"), "{alarms}");
    });
}

/// What a phone still held and cleared when it was enrolled anew is said where the phone stands,
/// and waits until somebody has looked.
#[test]
fn records_lost_by_enrolling_anew_are_shown_and_an_alarm() {
    demo_on_both(|app, demo| {
        let office = Office::of(app, demo);
        let alarms = office.page.replace("/devices", "/alarms");
        let shown = |page: &str| app.get(page, &office.lead).body;
        let since = office.server_millis() - 3 * 86_400_000;
        for wrong in [
            json!({"lost": {"count": 0}}),
            json!({"lost": {"count": -1}}),
            json!({"lost": {"count": 4_294_967_296_u64}}),
            json!({"lost": {"count": 1, "who": "x"}}),
            json!({"lost": 3}),
        ] {
            let answer = office.enrol_with(&office.code(), &fresh_key(), &wrong);
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        }
        for nothing in [json!({}), json!({"lost": null})] {
            let answer = office.enrol_with(&office.code(), &fresh_key(), &nothing);
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        }
        assert!(!shown(&office.page).contains("清掉了"));
        assert!(!shown(&alarms).contains("丢了没传的记录"));
        for lost in [
            json!({"lost": {"count": 53, "since_millis": since}}),
            json!({"lost": {"count": 7}}),
            json!({"lost": {"count": 8, "since_millis": i64::MAX}}),
        ] {
            let (code, key) = (office.code(), fresh_key());
            let answer = office.enrol_with(&code, &key, &lost);
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            // Asked again for a lost answer it counts once, also where some was sent meanwhile.
            for less in [&lost, &json!({"lost": {"count": 1}}), &json!({})] {
                let again = office.enrol_with(&code, &key, less);
                assert_eq!(json(&again), json(&answer));
            }
            let more = json!({"lost": {"count": 54}});
            refused(&office.enrol_with(&code, &key, &more), "D-CODE");
        }
        let page = shown(&office.page);
        for words in [
            "还有 53 条以前的记录没传，最早的是",
            "还有 7 条以前的记录没传，清掉了",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let waiting = shown(&alarms);
        assert_eq!(waiting.matches("丢了没传的记录").count(), 3, "{waiting}");
        let kept = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
            let mut kinds = Vec::new();
            for head in tx.audit_heads(Shard(1))? {
                let entries = tx.audit_entries(Shard(1), head.writer, 0, 100_000)?;
                kinds.extend(entries.into_iter().map(|entry| entry.kind));
            }
            Ok(kinds)
        });
        let losses = kept
            .expect("reads")
            .into_iter()
            .filter(|kind| kind == "device.loss");
        assert_eq!(losses.count(), 3);
    });
}

/// Whoever was on duty on it has another phone, or nobody is there.
#[test]
fn the_shift_on_a_phone_ends_with_the_phone() {
    demo_on_both(|app, demo| {
        let office = Office::of(app, demo);
        office.phone.send_all();
        let device = DeviceId::parse(office.phone.id()).expect("an id");
        let gate = GateId::parse(&office.phone.gate).expect("an id");
        let runs = || {
            let shifts = app
                .app
                .store
                .read_blocking::<_, StoreError, _>(move |tx| tx.running_shifts(Shard(1), gate));
            let shifts = shifts.expect("reads");
            shifts.iter().any(|shift| shift.device == Some(device))
        };
        assert!(runs(), "somebody is on duty");
        let end = format!("{}/{}/end", office.page, office.phone.id());
        app.form(&end, &office.lead, "");
        assert!(!runs());
    });
}

#[test]
fn nobody_ends_or_makes_a_phone_of_another_compound() {
    demo_on_both(|app, demo| {
        let office = Office::of(app, demo);
        let stranger = cookie(app, demo, "lead2");
        let far = Phone::enrolled(app, demo, "guard2a");
        let end = format!("{}/{}/end", office.page, far.id());
        assert_eq!(
            app.form(&end, &office.lead, "").status,
            StatusCode::NOT_FOUND
        );
        let form = format!("gate={}", far.gate);
        let code = format!("{}/code", office.page);
        for (form, status) in [
            (form.as_str(), StatusCode::NOT_FOUND),
            ("gate=nonsense", StatusCode::BAD_REQUEST),
        ] {
            assert_eq!(app.form(&code, &office.lead, form).status, status);
        }
        let form = format!("gate={}", office.gate);
        assert_eq!(
            app.form(&code, &stranger, &form).status,
            StatusCode::NOT_FOUND
        );
    });
}

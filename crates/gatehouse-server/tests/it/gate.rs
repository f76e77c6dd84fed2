//! From the guard's phone to the record: the device's own code against the server's routes.

use crate::support::{Answer, START, TestApp, demo_on_both};
use axum::http::StatusCode;
use data_encoding::BASE64;
use gatehouse_core::device::{Device, respond};
use gatehouse_core::id::GateId;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::demo::pass::{Holder, Standing};
use gatehouse_store::StoreError;
use gatehouse_store::policy::PolicyForceRow;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

/// What SubjectPublicKeyInfo of a P-256 key begins with.
const SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// A phone at a gate, with its key and what it has appended.
pub struct Phone<'a> {
    app: &'a TestApp,
    pub cookie: String,
    pub gate: String,
    id: String,
    key: EcdsaKeyPair,
    device: Device,
    events: Vec<String>,
    head: String,
    pub now: i64,
}

impl<'a> Phone<'a> {
    pub fn enrolled(app: &'a TestApp, demo: &Demo, login: &str) -> Phone<'a> {
        let cookie = cookie(app, demo, login);
        let me: Value = json(&app.get("/gate/api/me", &cookie));
        let gate = me["gates"][0]["gate"].as_str().expect("a gate").to_owned();
        let key = fresh_key();
        let spki = spki_base64(&key);
        let body = json!({"public_key_base64": spki, "label": "东门手机"});
        let made = json(&app.call(&format!("/gate/api/gates/{gate}/devices"), &cookie, &body));
        let id = made["device"].as_str().expect("a device").to_owned();
        let device = Device::default();
        let (events, head) = (Vec::new(), String::new());
        let mut phone = Phone {
            app,
            cookie,
            gate,
            id,
            key,
            device,
            events,
            head,
            now: START,
        };
        let root = made["root_key_base64"].clone();
        phone.step(
            json!({"input": "enrol", "device": phone.id, "gate": phone.gate,
                          "root_key_base64": root}),
        );
        phone.refresh();
        phone.step(
            json!({"input": "shift_start", "mask": true, "armband": true,
                          "guards": [{"staff": me["staff"], "name": me["name"]}]}),
        );
        phone
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn events(&self) -> &[String] {
        &self.events
    }

    /// What is signed for all that it wrote down.
    pub fn head(&self) -> &str {
        &self.head
    }

    pub fn key(&self) -> &EcdsaKeyPair {
        &self.key
    }

    pub fn refresh(&mut self) {
        let path = format!("/gate/api/gates/{}/snapshot?device={}", self.gate, self.id);
        let answer = self.app.get(&path, &self.cookie);
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let screen =
            self.step(json!({"input": "snapshot", "bytes_base64": BASE64.encode(&answer.bytes)}));
        assert_eq!(screen["code"], Value::Null, "{screen}");
    }

    /// Time passes on the phone.
    pub fn later(&mut self, millis: i64) {
        self.now += millis;
    }

    /// One step of the device's own code; the screen.
    pub fn step(&mut self, input: Value) -> Value {
        self.now += 1_000;
        let request = json!({
            "moment": {"millis": self.now, "offset_minutes": 480},
            "lang": "zh",
            "random_base64": BASE64.encode(&self.now.to_be_bytes().repeat(4)),
            "input": input,
        });
        let device = std::mem::take(&mut self.device);
        let (device, output) = respond(device, request.to_string().as_bytes());
        self.device = device;
        let output: Value = serde_json::from_slice(&output).expect("JSON");
        for appended in output["append"].as_array().into_iter().flatten() {
            self.events.push(
                appended["event_base64"]
                    .as_str()
                    .expect("an event")
                    .to_owned(),
            );
            self.head = appended["head_base64"].as_str().expect("a head").to_owned();
        }
        output["screen"].clone()
    }

    fn send(&self, events: &[String], head: &str) -> Answer {
        self.send_to(&self.gate, events, head)
    }

    /// Sends everything to another gate.
    pub fn send_astray(&self, gate: GateId) -> Answer {
        self.send_to(&gate.to_string(), &self.events, &self.head)
    }

    fn send_to(&self, gate: &str, events: &[String], head: &str) -> Answer {
        let head = BASE64.decode(head.as_bytes()).expect("base64");
        let signature = self.key.sign(&SystemRandom::new(), &head).expect("signs");
        let body = json!({
            "device": self.id,
            "events": events,
            "head_signature_base64": BASE64.encode(signature.as_ref()),
            "oldest": 1,
        });
        self.app.call(
            &format!("/gate/api/gates/{gate}/events"),
            &self.cookie,
            &body,
        )
    }

    pub fn send_all(&self) -> Value {
        self.send_from(0)
    }

    /// Sends what follows the first so many.
    pub fn send_from(&self, first: usize) -> Value {
        let answer = self.send(&self.events[first..], &self.head);
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        json(&answer)
    }
}

/// A key as a browser makes it.
pub fn fresh_key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
    EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).expect("a key")
}

/// Its public half as a phone sends it.
pub fn spki_base64(key: &EcdsaKeyPair) -> String {
    BASE64.encode(&[&SPKI[..], key.public_key().as_ref()].concat())
}

pub fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{}", answer.body))
}

pub fn cookie(app: &TestApp, demo: &Demo, login: &str) -> String {
    let staff = demo
        .town
        .staffing
        .staff
        .iter()
        .find(|staff| staff.login == login);
    app.session(staff.expect("an account").id)
}

/// The compound that a gate closes.
pub fn compound_of(app: &TestApp, gate: &str) -> gatehouse_core::id::AreaId {
    let gate = gatehouse_core::id::GateId::parse(gate).expect("an id");
    let row = app
        .app
        .store
        .read_blocking::<_, StoreError, _>(move |tx| tx.gate_anywhere(gate));
    row.expect("read").expect("a gate").area
}

/// The code on a valid pass of somebody who lives behind the phone's gate.
pub fn pass_text(app: &TestApp, demo: &Demo, gate: &str) -> String {
    pass_text_of(app, demo, gate, Standing::Valid)
}

/// The code on a pass of a resident that stands so.
pub fn pass_text_of(app: &TestApp, demo: &Demo, gate: &str, standing: Standing) -> String {
    let compound = compound_of(app, gate);
    let pass = demo.issued.passes.iter().find(|pass| {
        pass.compound == compound
            && pass.standing == standing
            && matches!(pass.holder, Holder::Person(_))
            && pass.credential.kind == gatehouse_core::pass::PassKind::Resident
    });
    let bytes = demo.issued.sign(pass.expect("a pass"));
    gatehouse_core::pass::to_text("127.0.0.1:8080", &bytes)
}

#[test]
fn a_crossing_goes_from_the_scan_to_the_record_and_is_taken_in_once() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let text = pass_text(app, demo, &phone.gate);
        let screen = phone.step(json!({"input": "scan", "text": text, "way": "in"}));
        assert_eq!(screen["verdict"], "ask", "{screen}");
        let screen = phone.step(json!({"input": "fact", "fact": "temperature", "value": 36.5}));
        assert_eq!(screen["verdict"], "admit", "{screen}");
        phone.step(json!({"input": "finish", "outcome": "crossed"}));
        let receipt = phone.send_all();
        assert_eq!(
            receipt["acknowledged_through"], 2,
            "shift and crossing: {receipt}"
        );
        assert_eq!(receipt["answers"][0]["verdict"], "admit");
        assert_eq!(receipt["answers"][0]["graver"], false);

        // The acknowledgement was lost: the same again changes nothing.
        let again = phone.send_all();
        assert_eq!(again["acknowledged_through"], 2);
        assert_eq!(again["answers"], json!([]));
        let page = app.get(&format!("/gates/{}/today", phone.gate), &phone.cookie);
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("放行"), "{}", page.body);
    });
}

#[test]
fn a_late_event_is_decided_by_what_was_in_force_when_it_happened() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let text = pass_text(app, demo, &phone.gate);
        phone.step(json!({"input": "scan", "text": text, "way": "in"}));
        phone.step(json!({"input": "fact", "fact": "temperature", "value": 36.5}));
        phone.step(json!({"input": "finish", "outcome": "crossed"}));
        // Offline: the notice ends, the day after everything is sent.
        let ends = START + 3_600_000;
        app.write(move |tx| {
            for row in tx.policies_in_force(START, START + 1)? {
                assert!(tx.end_policy_force(row.area, &row.document, row.from_at, ends)?);
            }
            Ok(())
        });
        app.later(86_400_000);
        phone.cookie = cookie(app, demo, "guard1a");
        let receipt = phone.send_all();
        assert_eq!(receipt["answers"][0]["verdict"], "admit", "{receipt}");
        let gate = gatehouse_core::id::GateId::parse(&phone.gate).expect("an id");
        let rows = app.app.store.read_blocking::<_, StoreError, _>(move |tx| {
            let shard = tx.gate_anywhere(gate)?.expect("the gate").shard;
            tx.crossings_of_gate(shard, gate, START, START + 60_000, 10)
        });
        let server = rows.expect("read")[0]
            .server
            .clone()
            .expect("decided again");
        let ids = &server.row_ids;
        assert!(ids.iter().any(|id| id.starts_with("HN/")), "{ids:?}");
    });
}

#[test]
fn what_is_not_the_devices_own_chain_is_not_taken_in() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        phone.step(json!({"input": "emergency", "way": "out"}));
        let refused = |answer: Answer, code: &str| {
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{}",
                answer.body
            );
            assert_eq!(json(&answer)["code"], code);
        };
        // Signed by another phone.
        let stranger = Phone::enrolled(app, demo, "guard1a");
        let body = json!({"device": phone.id, "events": phone.events,
                      "head_signature_base64": BASE64.encode(&[7; 64]), "oldest": 1});
        let path = format!("/gate/api/gates/{}/events", phone.gate);
        refused(app.call(&path, &phone.cookie, &body), "D-SIGN");
        // Out of order, altered, none at all.
        let turned: Vec<String> = phone.events.iter().rev().cloned().collect();
        refused(phone.send(&turned, &phone.head), "D-CHAIN");
        refused(
            phone.send(&[BASE64.encode(b"nonsense")], &phone.head),
            "D-EVENT",
        );
        refused(phone.send(&[], &phone.head), "D-COUNT");
        refused(stranger.send(&phone.events, &phone.head), "D-CHAIN");
        // The office is told, once a day for a phone.
        let lead = cookie(app, demo, "lead1");
        let alarms = format!("/areas/{}/alarms", compound_of(app, &phone.gate));
        let shown = app.get(&alarms, &lead).body;
        assert_eq!(shown.matches("手机传来的记录没收下").count(), 2, "{shown}");
        // A guard of another compound does not even learn that the gate is there.
        let other = cookie(app, demo, "guard2a");
        assert_eq!(app.call(&path, &other, &body).status, StatusCode::NOT_FOUND);
        assert_eq!(phone.send_all()["acknowledged_through"], phone.events.len());
    });
}

#[test]
fn an_emergency_opens_an_item_that_stays_until_somebody_records_the_outcome() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let lead = cookie(app, demo, "lead1");
        let page = format!("/areas/{}/emergencies", compound_of(app, &phone.gate));
        let before = app.get(&page, &lead).body.matches("name=\"item\"").count();
        phone.step(json!({"input": "emergency", "way": "out"}));
        phone.send_all();
        let shown = app.get(&page, &lead);
        assert_eq!(shown.status, StatusCode::OK);
        assert_eq!(
            shown.body.matches("name=\"item\"").count(),
            before + 1,
            "{}",
            shown.body
        );
        let card = shown.body.split("name=\"item\" value=\"").nth(before + 1);
        let card = card.expect("an item");
        let item = card.split('"').next().expect("an id").to_owned();
        let word = card
            .split("name=\"outcome\" value=\"")
            .nth(1)
            .expect("an outcome");
        let word = word.split('"').next().expect("a word");
        let unknown = app.form(&page, &lead, &format!("item={item}&outcome=nonsense"));
        assert!(unknown.status.is_client_error(), "{}", unknown.body);
        let closed = app.form(&page, &lead, &format!("item={item}&outcome={word}"));
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.body);
        let twice = app.form(&page, &lead, &format!("item={item}&outcome={word}"));
        assert_eq!(
            twice.status,
            StatusCode::NOT_FOUND,
            "the first outcome stays"
        );
        assert_eq!(
            app.get(&page, &lead).body.matches("name=\"item\"").count(),
            before
        );
    });
}

#[test]
fn what_a_guard_writes_down_of_a_visitor_is_sealed_and_read_only_with_an_entry() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let begin = json!({"input": "begin", "subject_kind": "visitor", "way": "in"});
        let screen = phone.step(begin);
        let asks = |screen: &Value| {
            let steps = screen["steps"].as_array().expect("steps").iter();
            steps
                .filter(|step| step["control"]["kind"] == "register")
                .count()
        };
        assert_eq!(asks(&screen), 1, "{screen}");
        // The demo's gate says whom to call.
        assert_eq!(screen["phone"], "15400000121");
        let noted = json!({"name": "来客", "phone": "13900000000", "room": "", "approved_by": ""});
        let screen = phone.step(json!({"input": "register", "noted": noted}));
        assert_eq!(asks(&screen), 0, "{screen}");
        phone.step(json!({"input": "finish", "outcome": "turned_back"}));
        assert_eq!(phone.send_all()["acknowledged_through"], 2);

        let vault = app.app.keyring.clone().expect("the demo has keys");
        let device = gatehouse_core::id::DeviceId::parse(&phone.id).expect("an id");
        let found = app
            .app
            .store
            .write_blocking::<_, gatehouse_store::StoreError, _>(
                gatehouse_store::Lane::People,
                move |tx| {
                    let viewer = gatehouse_store::person_view::Viewer {
                        staff: None,
                        organisation: None,
                        purpose: "test".to_owned(),
                        at: START,
                        salt: [0; 16],
                    };
                    let shard = gatehouse_store::Shard(1);
                    tx.reveal_event_details(&vault.vault, shard, device, 2, &viewer)
                },
            );
        let details = found.expect("read").expect("something was written");
        let texts: Vec<&str> = details.iter().map(|detail| detail.reveal_text()).collect();
        assert_eq!(texts, ["来客", "13900000000"]);
    });
}

#[test]
fn the_server_decides_by_itself_and_records() {
    demo_on_both(|app, demo| {
        let guard = cookie(app, demo, "guard1a");
        let me = json(&app.get("/gate/api/me", &guard));
        let gate = me["gates"][0]["gate"].as_str().expect("a gate").to_owned();
        let path = format!("/gate/api/gates/{gate}/decide");
        let text = pass_text(app, demo, &gate);
        let ask = |facts: Value| {
            app.call(
                &path,
                &guard,
                &json!({"pass": text, "way": "in",
                                                             "facts": facts}),
            )
        };
        let first = json(&ask(json!({"temperature": 36.5})));
        assert_eq!(
            (first["verdict"].as_str(), first["seq"].as_u64()),
            (Some("admit"), Some(1))
        );
        let second = json(&ask(json!({})));
        assert_eq!(
            (second["verdict"].as_str(), second["seq"].as_u64()),
            (Some("ask"), Some(2))
        );
        assert_eq!(second["steps"], json!(["measure_temperature"]));
        // What comes from the pass, the register, orders and history is read, never believed.
        for wrong in [
            json!({"temperature": "hot"}),
            json!({"native_place": "x"}),
            json!({"pass_state": "valid"}),
            json!({"pass_kind": "resident"}),
            json!({"registered_resident": true}),
            json!({"way": "out"}),
        ] {
            let answer = ask(wrong.clone());
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        }
        let items = || {
            let open = app
                .app
                .store
                .read_blocking::<_, StoreError, _>(|tx| tx.open_items(tx.shards()?[0], 100));
            open.expect("reads").len()
        };
        let before = items();
        // Somebody in need goes through whatever else was said, and is followed up (SCOPE-3).
        let need = json!({"emergency": true, "pass_state": "valid", "temperature": "hot"});
        assert_eq!(json(&ask(need))["verdict"], "admit");
        assert_eq!(items(), before + 1, "a follow-up is open");
    });
}

/// Puts a document in force in the demo's street, instead of the demo's own.
pub fn hold_alone(app: &TestApp, demo: &Demo, document: &'static str, text: String) {
    let streets = &demo.town.streets;
    let area = streets.at_level(gatehouse_core::area::AreaLevel::Township);
    let area = area.expect("a street");
    app.write(move |tx| {
        let version = tx.load_policy_document(document, (&text, None), &[1; 32], START, None)?;
        for row in tx.policies_in_force(START, START + 1)? {
            tx.end_policy_force(row.area, &row.document, row.from_at, START)?;
        }
        tx.insert_policy_force(&PolicyForceRow {
            area,
            document: document.to_owned(),
            version,
            from_at: START,
            to_at: None,
            decided_by: None,
            approved_by: None,
        })
    });
}

/// A delivered document.
pub fn delivered(document: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies/");
    let text = std::fs::read_to_string(format!("{folder}{document}/policy.toml"));
    text.expect("a delivered document")
}

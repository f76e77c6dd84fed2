//! Keys, passes and orders from `gatehouse init` on: in a folder and in a database.

use super::issue_pass::{Checks, Issuer, issue_line, read_status_lists, verify_line};
use super::key_home::{KeyHome, KeyTree};
use super::make_keys::{KeyRequest, KeySummary, make_keys};
use super::order_request::OrderRequest;
use super::read_orders::{Orders, read_orders};
use super::seal_audit::seal_audit;
use super::sign_order::{OrderDesk, Signer};
use super::verify_audit::{Asked, Verified, verify_audit};
use super::zone_tests::home_row;
use crate::keyring::Keyring;
use crate::secrets::Secrets;
use crate::world::{Computer, World};
use gatehouse_core::id::{AreaId, GateId, HouseholdId, OrganisationId, PersonId, StaffId};
use gatehouse_core::key::{KeyId, SigningKey};
use gatehouse_core::moment::Moment;
use gatehouse_core::order::{Effect, LiftReason, Why};
use gatehouse_store::area::AreaRow;
use gatehouse_store::gate::GateRow;
use gatehouse_store::staff::StaffRow;
use gatehouse_store::{Lane, ReadTx, Store, StoreError};
use serde_json::{Value, json};
use std::sync::Arc;
use zeroize::Zeroizing;

// 2026-11-23T08:00+08:00
pub(super) const NOW: i64 = 1_795_392_000_000;
pub(super) const HOUR: i64 = 3_600_000;
pub(super) const COUNTY: AreaId = AreaId([1; 16]);
pub(super) const COMPOUND: AreaId = AreaId([2; 16]);
const PASSWORDS: [&str; 3] = ["first password", "second password", "third password"];

pub(super) struct Fixed(pub(super) i64);

impl World for Fixed {
    fn now_millis(&self) -> i64 {
        self.0
    }
    fn fill(&self, buffer: &mut [u8]) {
        Computer.fill(buffer);
    }
}

fn request(value: Value) -> KeyRequest {
    serde_json::from_value(value).expect("a request")
}

pub(super) fn everybody() -> KeyRequest {
    let person = |number: u8, organisation: u8, clinician: bool| {
        json!({
            "staff": StaffId([number; 16]),
            "organisation": OrganisationId([organisation; 16]),
            "area": COUNTY,
            "clinician": clinician,
            "password_file": "not read here",
        })
    };
    request(json!({
        "communities": [{ "area": COUNTY, "number": 7, "kinds": { "resident": 720 } }],
        "people": [person(1, 1, true), person(2, 2, false), person(3, 1, false)],
    }))
}

pub(super) fn made(
    home: &KeyHome,
    secrets: &Secrets,
    root: &SigningKey,
    request: &KeyRequest,
) -> KeySummary {
    let earlier = home.tree().expect("reads");
    let passwords: Vec<_> = PASSWORDS
        .map(|text| Zeroizing::new(text.to_owned()))
        .to_vec();
    let world = Fixed(NOW);
    let made = make_keys(
        root,
        earlier.as_ref(),
        true,
        request,
        &passwords,
        secrets,
        &world,
    );
    let (new, summary) = made.expect("keys are made");
    home.keep(new).expect("keeps");
    summary
}

pub(super) fn root() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn tree(home: &KeyHome) -> KeyTree {
    home.tree().expect("reads").expect("keys are there")
}

pub(super) fn database() -> Store {
    let store = Store::open_memory().expect("a database");
    let area = |area, parent, level: &str| AreaRow {
        area,
        parent,
        shard: None,
        level: level.to_owned(),
        name: level.to_owned(),
        manager: None,
        zone_offset_minutes: 480,
        ended_on: None,
        version: 1,
    };
    let areas = [
        area(COUNTY, None, "county"),
        area(COMPOUND, Some(COUNTY), "compound"),
    ];
    let staff = [1, 2, 3].map(|number: u8| StaffRow {
        staff: StaffId([number; 16]),
        login: format!("staff{number}"),
        name: "某某".to_owned(),
        password_hash: String::new(),
        must_change_password: false,
        language: "zh".to_owned(),
        created_at: NOW,
        disabled_at: None,
        version: 1,
    });
    store
        .write_blocking::<_, StoreError, _>(Lane::People, move |tx| {
            areas.iter().try_for_each(|row| tx.insert_area(row))?;
            staff.iter().try_for_each(|row| tx.insert_staff(row))?;
            tx.shard_for_county(COUNTY).map(|_| ())
        })
        .expect("writes");
    store
}

fn pass_line() -> Vec<u8> {
    let line = json!({
        "id": 5,
        "kind": "resident",
        "band": "blue",
        "number": { "community": 7, "quarter": 27, "index": 42 },
        "area": COMPOUND,
        "household": AreaId([4; 16]),
        "valid_from": "2026-11-23T00:00:00+08:00",
        "valid_until": "2026-12-01T00:00:00+08:00",
    });
    line.to_string().into_bytes()
}

fn issuer(home: &KeyHome, key: SigningKey) -> Issuer<'static> {
    let listed = tree(home)
        .list
        .issuer(KeyId::of(&key.verifying_key()))
        .cloned();
    Issuer {
        listed: listed.expect("is listed"),
        key,
        host: "host.example",
        path: &|_| vec![COMPOUND, COUNTY],
    }
}

#[test]
fn keys_in_a_folder_issue_passes_that_verify() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = KeyHome::Files(folder.path().join("keys"));
    assert!(home.tree().expect("reads").is_none());
    let secrets = Secrets::make(&Fixed(NOW));
    let summary = made(&home, &secrets, &root(), &everybody());
    assert_eq!((summary.key_list, summary.issuers.len()), (1, 1));
    let key = home
        .open_server_key(&secrets, |key| key.area == Some(COUNTY))
        .expect("opens");
    let other = Secrets::make(&Fixed(NOW));
    assert!(
        home.open_server_key(&other, |key| key.area == Some(COUNTY))
            .is_err()
    );

    let issued = issue_line(&pass_line(), &issuer(&home, key));
    assert_eq!(issued["id"], 5, "{issued}");
    let lists = r#"[{"community": 7, "quarter": 27, "issued": 100, "revoked": [13]}]"#;
    let checks = Checks {
        keys: tree(&home).list,
        lists: read_status_lists(lists).expect("lists"),
        places: vec![COMPOUND, COUNTY],
        moment: Moment::new(NOW, 480),
    };
    let line = json!({ "id": "a", "text": issued["text"] }).to_string();
    let found = verify_line(line.as_bytes(), &checks);
    assert_eq!(found["valid"], true, "{found}");
    assert_eq!(found["credential"]["number"], issued["number"]);
    let later = json!({ "text": issued["text"], "moment": "2026-12-01T00:00:00+08:00" });
    let found = verify_line(later.to_string().as_bytes(), &checks);
    assert_eq!(found["refusal"]["reason"], "expired", "{found}");
    // A revoked key: the next list, by the same root.
    let revoke = json!({ "revoke": [{
        "key": summary.issuers[0].key, "from": "2026-11-22T00:00:00+08:00",
    }] });
    assert_eq!(made(&home, &secrets, &root(), &request(revoke)).key_list, 2);
    let checks = Checks {
        keys: tree(&home).list,
        ..checks
    };
    let found = verify_line(line.as_bytes(), &checks);
    assert_eq!(found["refusal"]["limit"], "term", "{found}");
}

#[test]
fn lines_that_cannot_be_used_are_answered_with_a_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = KeyHome::Files(folder.path().join("keys"));
    let secrets = Secrets::make(&Fixed(NOW));
    made(&home, &secrets, &root(), &everybody());
    let key = home.open_server_key(&secrets, |key| key.area == Some(COUNTY));
    let issuer = issuer(&home, key.expect("opens"));
    let edited = |edit: fn(&mut Value)| {
        let mut line: Value = serde_json::from_slice(&pass_line()).expect("JSON");
        edit(&mut line);
        issue_line(line.to_string().as_bytes(), &issuer)["error"]["code"].clone()
    };
    // What no gate would take, because the key may not sign it.
    for beyond in [
        (|line: &mut Value| line["number"]["community"] = json!(8)) as fn(&mut Value),
        |line| line["valid_until"] = json!("2029-12-01T00:00:00+08:00"),
        |line| line["valid_from"] = json!("2020-11-23T00:00:00+08:00"),
    ] {
        assert_eq!(edited(beyond), "P009");
    }
    assert_eq!(edited(|_| ()), Value::Null);
    assert_eq!(edited(|line| line["colour"] = json!(1)), "P001");
    assert_eq!(
        edited(|line| line["valid_from"] = json!("tomorrow")),
        "P002"
    );
    assert_eq!(
        edited(|line| line["number"]["index"] = json!(1 << 20)),
        "P003"
    );
    assert_eq!(
        edited(|line| line["worker_class"] = json!("medical")),
        "P004"
    );
    assert_eq!(edited(|line| line["household"] = Value::Null), "P005");
    assert_eq!(issue_line(b"{", &issuer)["error"]["code"], "P001");
    for lists in [
        "{}",
        r#"[{"community": 7, "quarter": 27, "issued": 2, "revoked": [2]}]"#,
        r#"[{"community": 7, "quarter": 27, "issued": 9999999}]"#,
    ] {
        assert!(read_status_lists(lists).is_err(), "{lists}");
    }
}

#[test]
fn another_root_keeps_nothing_here() {
    let folder = tempfile::tempdir().expect("a folder");
    for home in [
        KeyHome::Files(folder.path().to_owned()),
        KeyHome::Database(database()),
    ] {
        let secrets = Secrets::make(&Fixed(NOW));
        made(&home, &secrets, &root(), &KeyRequest::default());
        let stranger = SigningKey::from_bytes(&[8; 32]);
        let request = KeyRequest::default();
        let forged = make_keys(&stranger, None, true, &request, &[], &secrets, &Fixed(NOW));
        assert!(home.keep(forged.expect("made").0).is_err());
        assert_eq!(tree(&home).list.number, 1);
    }
}

#[test]
fn a_request_that_cannot_be_met_makes_nothing() {
    let secrets = Secrets::make(&Fixed(NOW));
    let one = |area: AreaId| json!({ "area": area, "number": 7 });
    for wrong in [
        json!({ "days": 0 }),
        json!({ "communities": [{ "area": COUNTY, "number": 7, "quota": 0 }] }),
        json!({ "communities": [one(COUNTY), one(COMPOUND)] }),
        json!({ "revoke": [{ "key": "00000000", "from": "2026-11-22T00:00:00+08:00" }] }),
    ] {
        let request = request(wrong.clone());
        let made = make_keys(&root(), None, false, &request, &[], &secrets, &Fixed(NOW));
        assert!(made.is_err(), "{wrong}");
    }
    let short = [Zeroizing::new("short".to_owned())];
    let made = make_keys(
        &root(),
        None,
        false,
        &everybody(),
        &short,
        &secrets,
        &Fixed(NOW),
    );
    assert!(made.is_err());
}

pub(super) fn order_request() -> OrderRequest {
    let phone = json!({ "office": "社区值班室", "phone": "0371-5550100" });
    let request = json!({
        "ground": "close_contact",
        "evidence": [{ "kind": "exposure", "record": "06060606060606060606060606060606" }],
        "legal_basis": { "law": "传染病防治法 第三十九条", "number": "〔2026〕7号" },
        "authority": OrganisationId([1; 16]),
        "authority_name": "县疾控中心",
        "subject": { "person": StaffId([7; 16]) },
        "area": COMPOUND,
        "starts": "2026-11-23T08:00:00+08:00",
        "ends": "2026-12-07T08:00:00+08:00",
        "review_on": "2026-11-30",
        "contact": phone,
        "appeal": phone,
    });
    serde_json::from_value(request).expect("a request")
}

fn desk() -> (OrderDesk, Vec<KeyId>) {
    let home = KeyHome::Database(database());
    let secrets = Secrets::make(&Fixed(NOW));
    let summary = made(&home, &secrets, &root(), &everybody());
    let keys = summary.people.iter().map(|person| person.key).collect();
    (OrderDesk::open(home).expect("opens"), keys)
}

pub(super) fn signer(keys: &[KeyId], who: usize) -> Signer<'static> {
    Signer {
        key: keys[who],
        password: PASSWORDS[who],
    }
}

fn says<T>(result: anyhow::Result<T>) -> String {
    match result {
        Ok(_) => "nothing".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn an_order_is_proposed_approved_and_lifted() {
    let (desk, keys) = desk();
    let world = Fixed(NOW);
    let proposed = desk.propose(order_request(), &signer(&keys, 0), &world);
    let order = proposed.expect("proposes").order;
    let effect = |millis| desk.show(order, millis).expect("is there").effect;
    let not_approved = Effect::None {
        why: Why::NotApproved,
    };
    assert_eq!(effect(NOW), not_approved);
    // A colleague of the proposer, then the proposer again: refused, and not kept.
    let colleague = desk.approve(order, &signer(&keys, 2), &world);
    assert!(says(colleague).starts_with("O-EFFECT"));
    let twice = desk.approve(order, &signer(&keys, 0), &world);
    assert!(says(twice).starts_with("O-TWICE"));
    assert_eq!(effect(NOW), not_approved);
    let approved = desk.approve(order, &signer(&keys, 1), &world);
    assert!(matches!(
        approved.expect("approves").effect,
        Effect::NotToCross { .. }
    ));
    let appeal = LiftReason::AppealGranted;
    let lifted = desk.lift(order, appeal, None, &signer(&keys, 1), &world);
    assert!(says(lifted).starts_with("O-LIFT"));
    let gone = LiftReason::GroundGone;
    let from = Some(NOW + HOUR);
    desk.lift(order, gone, from, &signer(&keys, 1), &world)
        .expect("lifts");
    assert!(matches!(effect(NOW + HOUR - 1), Effect::NotToCross { .. }));
    assert_eq!(effect(NOW + HOUR), Effect::None { why: Why::Lifted });
}

#[test]
fn wrong_passwords_faults_and_second_holds_are_refused() {
    let (desk, keys) = desk();
    let world = Fixed(NOW);
    let wrong = Signer {
        key: keys[0],
        password: PASSWORDS[1],
    };
    let refused = desk.propose(order_request(), &wrong, &world);
    assert!(says(refused).starts_with("K-PASSWORD"));
    let mut endless = order_request();
    endless.ends = "2027-12-07T08:00:00+08:00".to_owned();
    let refused = desk.propose(endless, &signer(&keys, 0), &world);
    assert!(says(refused).starts_with("O-SAYS"));
    let mut elsewhere = order_request();
    elsewhere.area = AreaId([9; 16]);
    let refused = desk.propose(elsewhere, &signer(&keys, 0), &world);
    assert!(says(refused).starts_with("O-AREA"));

    let hold = || OrderRequest {
        form: gatehouse_core::order::Form::Hold,
        ground: gatehouse_core::order::HealthGround::Symptoms,
        ends: "2026-11-23T12:00:00+08:00".to_owned(),
        review_on: "2026-11-23".to_owned(),
        ..order_request()
    };
    let by_layman = desk.propose(hold(), &signer(&keys, 1), &world);
    assert!(says(by_layman).starts_with("O-EFFECT"));
    let first = desk.propose(hold(), &signer(&keys, 0), &world);
    assert!(matches!(
        first.expect("holds").effect,
        Effect::NotToCross { .. }
    ));
    let mut second = hold();
    second.starts = "2026-11-23T12:00:00+08:00".to_owned();
    second.ends = "2026-11-23T16:00:00+08:00".to_owned();
    let second = desk.propose(second, &signer(&keys, 0), &world);
    assert!(says(second).contains("24 hours"));
}

pub(super) fn orders_at_the_gate(store: &Store, secrets: &Arc<Secrets>, now: i64) -> Orders {
    let secrets = Arc::clone(secrets);
    let read = move |tx: &ReadTx<'_>| {
        let ring = Keyring::read(tx, &secrets, now).expect("keys");
        let gate = GateRow {
            shard: tx.shard_of_county(COUNTY)?.expect("a shard"),
            gate: GateId([5; 16]),
            area: COMPOUND,
            name: "东门".to_owned(),
            phone: String::new(),
            state: "open".to_owned(),
            version: 1,
        };
        read_orders(tx, &ring.expect("keys"), &gate, now, 480)
    };
    store
        .read_blocking::<_, StoreError, _>(read)
        .expect("reads")
}

/// GATE-9: the gate is told "not to cross" and a number, from the begin to the end, ahead of time.
#[test]
fn a_gate_is_told_of_an_order_once_two_organisations_signed() {
    let store = database();
    let secrets = Arc::new(Secrets::make(&Fixed(NOW)));
    let home = KeyHome::Database(store.clone());
    let summary = made(&home, &secrets, &root(), &everybody());
    let keys: Vec<KeyId> = summary.people.iter().map(|person| person.key).collect();
    let desk = OrderDesk::open(home).expect("opens");
    let mut request = order_request();
    request.starts = "2026-11-23T20:00:00+08:00".to_owned();
    let proposed = desk.propose(request, &signer(&keys, 0), &Fixed(NOW));
    let order = proposed.expect("proposes").order;
    let person = PersonId([7; 16]);
    let told = || orders_at_the_gate(&store, &secrets, NOW).of(person, HouseholdId([8; 16]));
    assert_eq!(told(), []);
    desk.approve(order, &signer(&keys, 1), &Fixed(NOW))
        .expect("approves");
    let at_the_gate = orders_at_the_gate(&store, &secrets, NOW);
    let home = |people: &[PersonId]| {
        let people = people.iter().copied();
        at_the_gate.state_of(&home_row("6栋", "2"), people).len()
    };
    assert_eq!((home(&[person]), home(&[PersonId([6; 16])])), (1, 0));
    let stop = &told()[0];
    assert_eq!(stop.phone, "0371-5550100");
    let stops = [11, 12, 335, 336].map(|hours| stop.stops(NOW + hours * HOUR));
    assert_eq!(stops, [false, true, true, false]);
}

fn verified(home: &KeyHome, shard: Option<u32>, seal: Option<&[u8]>) -> anyhow::Result<Verified> {
    let asked = Asked {
        shard,
        seal,
        now_millis: i64::MIN,
        days_crossings: 0,
    };
    verify_audit(home, &asked, &mut |_| ())
}

#[test]
fn what_was_signed_is_in_the_audit_and_verifies() {
    let store = database();
    let home = KeyHome::Database(store);
    let secrets = Secrets::make(&Fixed(NOW));
    let summary = made(&home, &secrets, &root(), &everybody());
    let keys: Vec<KeyId> = summary.people.iter().map(|person| person.key).collect();
    let desk = OrderDesk::open(home).expect("opens");
    let proposed = desk.propose(order_request(), &signer(&keys, 0), &Fixed(NOW));
    let order = proposed.expect("proposes").order;
    desk.approve(order, &signer(&keys, 1), &Fixed(NOW))
        .expect("approves");
    let home = desk.into_home();
    let report = verified(&home, None, None).expect("reads");
    assert!(report.holds, "{}", report.json);
    assert_eq!(report.json[0]["entries"], 2, "{}", report.json);
    assert!(verified(&home, None, Some(b"no seal")).is_err());

    let seal = &seal_audit(&home, &secrets, &Fixed(NOW + HOUR)).expect("seals")[0];
    assert_eq!((seal.number, seal.chains), (1, 1));
    let again = &seal_audit(&home, &secrets, &Fixed(NOW + 2 * HOUR)).expect("seals")[0];
    assert_eq!(again.number, 2);
    let kept = data_encoding::HEXLOWER.decode(seal.signed_hex.as_bytes());
    let report = verified(&home, Some(seal.shard), Some(&kept.expect("hex"))).expect("reads");
    assert!(report.holds, "{}", report.json);
    assert_eq!(report.json[0]["seals"], 1, "{}", report.json);
    assert_eq!(report.json[0]["entries"], 0, "{}", report.json);
}

//! A server in a box: a fresh database, a clock that stands, chance from a seed.

use crate::database::DropDatabase;
use crate::template::{DemoTown, bare, demo_town, unhurried};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use gatehouse_core::id::{AreaId, GateId, MembershipId, OrganisationId, StaffId};
use gatehouse_server::app::{App, service};
use gatehouse_server::auth::password::hash_with_salt;
use gatehouse_server::config::Config;
use gatehouse_server::keyring::{Keyring, KeyringError};
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::secrets::Secrets;
use gatehouse_server::serve::app;
use gatehouse_server::world::World;
use gatehouse_store::area::AreaRow;
use gatehouse_store::gate::GateRow;
use gatehouse_store::membership::MembershipRow;
use gatehouse_store::organisation::OrganisationRow;
use gatehouse_store::session::SessionRow;
use gatehouse_store::staff::StaffRow;
use gatehouse_store::{Lane, Shard, Store, StoreError, Tx};
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Once};
use tower::ServiceExt;

/// 2020-02-19T07:00 in China.
pub const START: i64 = 1_582_066_800_000;
pub const PASSWORD: &str = "river stone 42";

/// A clock that moves when told, chance from a seed.
pub struct TestWorld {
    now: AtomicI64,
    chance: AtomicU64,
}

impl TestWorld {
    pub fn new(now: i64, seed: u64) -> TestWorld {
        TestWorld {
            now: AtomicI64::new(now),
            chance: AtomicU64::new(seed),
        }
    }
}

impl TestWorld {
    /// Where chance stands.
    pub fn chance(&self) -> u64 {
        self.chance.load(Ordering::Relaxed)
    }
}

impl World for TestWorld {
    fn now_millis(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            let step = self
                .chance
                .fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            // SplitMix64, after S. Vigna.
            let mixed = (step ^ (step >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            *byte = ((mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 56) as u8;
        }
    }
}

/// The places of every test: a county, a street, a community, two compounds, a building.
pub const COUNTY: AreaId = AreaId([1; 16]);
pub const STREET: AreaId = AreaId([2; 16]);
pub const COMMUNITY: AreaId = AreaId([3; 16]);
pub const COMPOUND: AreaId = AreaId([4; 16]);
pub const NEXT_COMPOUND: AreaId = AreaId([5; 16]);
pub const BUILDING: AreaId = AreaId([6; 16]);
pub const GATE: GateId = GateId([7; 16]);
pub const NEXT_GATE: GateId = GateId([8; 16]);
pub const OFFICE: OrganisationId = OrganisationId([9; 16]);

/// The server with its database, gone when dropped.
pub struct TestApp {
    pub app: App,
    pub router: Router,
    world: Arc<TestWorld>,
    pub runtime: tokio::runtime::Runtime,
    _place: Place,
}

enum Place {
    Folder(#[expect(dead_code, reason = "kept until dropped")] tempfile::TempDir),
    Postgres(#[expect(dead_code, reason = "kept until dropped")] DropDatabase),
    Elsewhere,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("text"))
    }
}

/// Tells one story on SQLite and, where a server is given, on PostgreSQL.
pub fn on_both(story: impl Fn(&TestApp)) {
    story(&TestApp::new());
    if let Some((store, place)) = on_postgres(bare().on_postgres()) {
        story(&TestApp::over(store, place));
    }
}

/// Tells one story of the demo town on both.
pub fn demo_on_both(story: impl Fn(&TestApp, &Demo)) {
    let (app, demo) = TestApp::demo();
    story(&app, demo);
    if let Some((store, place)) = on_postgres(demo_town().template.on_postgres()) {
        story(&TestApp::demo_over(store, place), demo);
    }
}

/// Tells one story on both, in databases that hold nothing yet.
pub fn on_both_empty(story: impl Fn(&TestApp)) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open_sqlite(&folder.path().join("town.db")).expect("opens");
    story(&TestApp::bare(store, Place::Folder(folder)));
    if let Some((store, place)) = on_postgres(bare().on_postgres()) {
        story(&TestApp::bare(store, place));
    }
}

/// Opens what was made on the PostgreSQL server, where one was given.
fn on_postgres(made: Option<(String, DropDatabase)>) -> Option<(Store, Place)> {
    let (url, guard) = made?;
    let store = Store::open_postgres(&url).expect("opens");
    Some((store, Place::Postgres(guard)))
}

/// The PostgreSQL server that was given.
#[expect(
    clippy::disallowed_methods,
    reason = "where tests find PostgreSQL is no setting of the program"
)]
pub fn postgres_server() -> Option<String> {
    static SAID: Once = Once::new();
    let server = std::env::var("GATEHOUSE_TEST_POSTGRES").ok();
    if server.is_none() {
        SAID.call_once(|| {
            eprintln!("SKIPPED on PostgreSQL: set GATEHOUSE_TEST_POSTGRES to a server's URL");
        });
    }
    server
}

impl TestApp {
    pub fn new() -> TestApp {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("town.db");
        bare().write(&path);
        let store = Store::open_sqlite(&path).expect("opens");
        TestApp::over(store, Place::Folder(folder))
    }

    fn over(store: Store, place: Place) -> TestApp {
        store
            .write_blocking::<_, StoreError, _>(Lane::People, places)
            .expect("places");
        TestApp::bare(store, place)
    }

    /// Over a database in a folder, as it is.
    pub fn over_store(store: Store, folder: tempfile::TempDir) -> TestApp {
        TestApp::bare(store, Place::Folder(folder))
    }

    /// Over a database as it is.
    fn bare(store: Store, place: Place) -> TestApp {
        let world = Arc::new(TestWorld::new(START, 42));
        let app = app(store, Config::default(), world.clone(), None);
        TestApp {
            router: service(app.clone()),
            app,
            world,
            runtime: runtime(),
            _place: place,
        }
    }

    /// The demo town in a database of its own, with all keys.
    pub fn demo() -> (TestApp, &'static Demo) {
        let town = demo_town();
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("town.db");
        town.template.write(&path);
        let store = Store::open_sqlite_with(&path, unhurried()).expect("opens");
        let app = TestApp::demo_over(store, Place::Folder(folder));
        (app, &town.demo)
    }

    fn demo_over(store: Store, place: Place) -> TestApp {
        let world = Arc::new(demo_town().world());
        TestApp::with_keys(store, DemoTown::secrets(), world, place)
    }

    /// Over a demo town that lies elsewhere, so that it can be changed past the program.
    pub fn beside(town: &crate::command::Place) -> TestApp {
        let world = Arc::new(TestWorld::new(START, 43));
        TestApp::with_keys(town.open(), DemoTown::secrets(), world, Place::Elsewhere)
    }

    fn with_keys(store: Store, secrets: Secrets, world: Arc<TestWorld>, place: Place) -> TestApp {
        let keyring = store
            .read_blocking::<_, KeyringError, _>(move |tx| Keyring::read(tx, &secrets, START))
            .expect("the keys of the demo");
        let keyring = keyring.map(Arc::new);
        let app = app(store, Config::default(), world.clone(), keyring);
        TestApp {
            router: service(app.clone()),
            app,
            world,
            runtime: runtime(),
            _place: place,
        }
    }

    /// Calls a route of the gate app with JSON.
    pub fn call(&self, path: &str, cookie: &str, body: &serde_json::Value) -> Answer {
        let kind = ("content-type", "application/json");
        self.send(
            Method::POST,
            path,
            &[("cookie", cookie), kind],
            body.to_string(),
        )
    }

    /// Waits for what is not a request.
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub fn later(&self, millis: i64) {
        self.world.now.fetch_add(millis, Ordering::Relaxed);
    }

    pub fn write(&self, closure: impl Fn(&Tx<'_>) -> Result<(), StoreError> + Send + 'static) {
        let written = self.app.store.write_blocking(Lane::People, closure);
        written.expect("written");
    }

    /// An account with one membership; its password is [`PASSWORD`].
    pub fn staff(&self, login: &str, role: &str, area: AreaId) -> StaffId {
        let staff = staff_row(login, &hash_with_salt(PASSWORD, &[7; 16]).expect("a hash"));
        let membership = membership_row(staff.staff, role, area);
        let id = staff.staff;
        self.write(move |tx| {
            tx.insert_staff(&staff)?;
            tx.insert_membership(&membership)
        });
        id
    }

    /// A session of an account, without a password: its cookie.
    pub fn session(&self, staff: StaffId) -> String {
        let token = data_encoding::BASE64URL_NOPAD.encode(&self.world_bytes());
        let mut row = session_row(staff, &token);
        let since = self.world.now_millis() - START;
        for at in [&mut row.created_at, &mut row.seen_at, &mut row.confirmed_at] {
            *at += since;
        }
        row.expires_at += since;
        self.write(move |tx| tx.insert_session(&row));
        format!("session={token}")
    }

    fn world_bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.world.fill(&mut bytes);
        bytes
    }

    /// What the audit chains say of pages that were looked at.
    pub fn page_views(&self) -> Vec<String> {
        let entries = self.app.store.read_blocking::<_, StoreError, _>(|tx| {
            let mut entries = Vec::new();
            for shard in tx.shards()? {
                for head in tx.audit_heads(shard)? {
                    entries.extend(tx.audit_entries(shard, head.writer, 0, 10_000)?);
                }
            }
            Ok(entries)
        });
        let mut entries = entries.expect("reads");
        entries.retain(|entry| entry.kind == "page.view");
        let bodies = entries.into_iter().map(|entry| entry.body);
        bodies
            .map(|body| String::from_utf8(body).expect("text"))
            .collect()
    }

    pub fn get(&self, path: &str, cookie: &str) -> Answer {
        self.send(Method::GET, path, &[("cookie", cookie)], "")
    }

    /// A page in a language, as somebody sees it who signs in at this moment.
    pub fn page_in(&self, staff: StaffId, path: &str, lang: &str) -> String {
        let answer = self.get(path, &format!("{}; lang={lang}", self.session(staff)));
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.body
    }

    pub fn form(&self, path: &str, cookie: &str, body: &str) -> Answer {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.send(
            Method::POST,
            path,
            &[("cookie", cookie), kind],
            body.to_owned(),
        )
    }

    /// A form sent to the same server with other settings.
    pub fn over_app(&self, app: &App, path: &str, cookie: &str, body: &str) -> Answer {
        let request = Request::post(path)
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.to_owned()));
        self.runtime.block_on(async {
            let asked = service(app.clone()).oneshot(request.expect("a request"));
            read_answer(asked.await.expect("infallible")).await
        })
    }

    pub fn sign_in(&self, login: &str, password: &str, address: &str) -> Answer {
        let body = format!("account={login}&password={}", password.replace(' ', "+"));
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.send(
            Method::POST,
            "/login",
            &[kind, ("x-test-address", address)],
            body,
        )
    }

    pub fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        let mut peer: SocketAddr = ([192, 0, 2, 1], 4000).into();
        for (name, value) in headers {
            if *name == "x-test-address" {
                peer.set_ip(value.parse().expect("an address"));
            } else if !value.is_empty() {
                request = request.header(*name, *value);
            }
        }
        let mut request = request.body(body.into()).expect("a request");
        request.extensions_mut().insert(ConnectInfo(peer));
        self.runtime.block_on(async {
            let response = self
                .router
                .clone()
                .oneshot(request)
                .await
                .expect("infallible");
            read_answer(response).await
        })
    }
}

async fn read_answer(response: axum::response::Response) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 32 << 20).await.expect("a body");
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8_lossy(&bytes).into_owned(),
        bytes: bytes.to_vec(),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

/// A text as a form sends it.
pub fn percent(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The session cookie that an answer sets.
pub fn cookie_of(answer: &Answer) -> String {
    let cookie = answer.header(header::SET_COOKIE.as_str());
    cookie.split(';').next().unwrap_or_default().to_owned()
}

pub fn staff_row(login: &str, password_hash: &str) -> StaffRow {
    let id: [u8; 32] = Sha256::digest(login.as_bytes()).into();
    StaffRow {
        staff: StaffId(id[..16].try_into().expect("sixteen")),
        login: login.to_owned(),
        name: format!("李{login}"),
        password_hash: password_hash.to_owned(),
        must_change_password: false,
        language: "zh".to_owned(),
        created_at: START,
        disabled_at: None,
        version: 1,
    }
}

pub fn membership_row(staff: StaffId, role: &str, area: AreaId) -> MembershipRow {
    MembershipRow {
        membership: MembershipId(staff.0),
        staff,
        organisation: OFFICE,
        role: role.to_owned(),
        area,
        state: "active".to_owned(),
        from_at: START - 1_000,
        to_at: None,
        version: 1,
    }
}

pub fn session_row(staff: StaffId, token: &str) -> SessionRow {
    SessionRow {
        token_hash: Sha256::digest(token.as_bytes()).into(),
        staff,
        device: None,
        label: String::new(),
        created_at: START,
        seen_at: START,
        confirmed_at: START,
        expires_at: START + 12 * 3_600_000,
    }
}

fn places(tx: &Tx<'_>) -> Result<(), StoreError> {
    let area = |area, parent, level: &str, name: &str| AreaRow {
        area,
        parent,
        shard: None,
        level: level.to_owned(),
        name: name.to_owned(),
        manager: (level == "compound").then(|| "property".to_owned()),
        zone_offset_minutes: 480,
        ended_on: None,
        version: 1,
    };
    tx.insert_area(&area(COUNTY, None, "county", "青石县"))?;
    let shard = tx.shard_for_county(COUNTY)?;
    let below = |id, parent, level: &str, name: &str| AreaRow {
        shard: Some(shard),
        ..area(id, Some(parent), level, name)
    };
    tx.insert_area(&below(STREET, COUNTY, "township", "河西街道"))?;
    tx.insert_area(&below(COMMUNITY, STREET, "community", "槐树社区"))?;
    tx.insert_area(&below(COMPOUND, COMMUNITY, "compound", "幸福里"))?;
    tx.insert_area(&below(NEXT_COMPOUND, COMMUNITY, "compound", "河畔家园"))?;
    tx.insert_area(&below(BUILDING, COMPOUND, "building", "6栋"))?;
    for (gate, area, name) in [(GATE, COMPOUND, "东门"), (NEXT_GATE, NEXT_COMPOUND, "南门")] {
        tx.insert_gate(&gate_row(shard, gate, area, name))?;
    }
    tx.insert_organisation(&OrganisationRow {
        organisation: OFFICE,
        name: "槐树社区居委会".to_owned(),
        kind: "committee".to_owned(),
        area: COMMUNITY,
        ended_at: None,
        version: 1,
    })
}

fn gate_row(shard: Shard, gate: GateId, area: AreaId, name: &str) -> GateRow {
    GateRow {
        shard,
        gate,
        area,
        name: name.to_owned(),
        phone: "0000-1234567".to_owned(),
        state: "open".to_owned(),
        version: 1,
    }
}

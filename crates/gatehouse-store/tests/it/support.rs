//! One way to get a fresh database of either kind, and invented things to put into it.

use gatehouse_core::id::{AreaId, DeviceId, GateId, OrganisationId, StaffId};
use gatehouse_store::area::AreaRow;
use gatehouse_store::device::DeviceRow;
use gatehouse_store::gate::GateRow;
use gatehouse_store::organisation::OrganisationRow;
use gatehouse_store::staff::StaffRow;
use gatehouse_store::{Lane, ReadTx, Shard, Store, StoreError, Tx};
use postgres::{Client, NoTls};
use std::path::PathBuf;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

/// A database for one test, gone when dropped.
pub struct Database {
    pub store: Store,
    pub place: Place,
}

pub enum Place {
    Sqlite {
        path: PathBuf,
        _folder: tempfile::TempDir,
    },
    Postgres {
        url: String,
        _drop: DropDatabase,
    },
}

/// Tells one story on SQLite and, where a server is given, on PostgreSQL.
pub fn on_both(story: impl Fn(&Store)) {
    on_both_places(|database| story(&database.store));
}

pub fn on_both_places(story: impl Fn(&Database)) {
    story(&sqlite());
    if let Some(database) = postgres() {
        story(&database);
    }
}

pub fn sqlite() -> Database {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("town.db");
    Database {
        store: Store::open_sqlite(&path).unwrap(),
        place: Place::Sqlite {
            path,
            _folder: folder,
        },
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the tests are configured"
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

/// A new database made from a migrated template.
pub fn postgres() -> Option<Database> {
    let server = postgres_server()?;
    let template = template(&server);
    let (url, drop) = create_database(&server, &format!("TEMPLATE {template}"));
    Some(Database {
        store: Store::open_postgres(&url).unwrap(),
        place: Place::Postgres { url, _drop: drop },
    })
}

/// Makes a database with the given options; it goes when the guard goes.
pub fn create_database(server: &str, options: &str) -> (String, DropDatabase) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("gatehouse_test_{}_{number}", std::process::id());
    let mut client = Client::connect(server, NoTls).unwrap();
    let create = format!("CREATE DATABASE {name} {options}");
    client.batch_execute(&create).unwrap();
    let guard = DropDatabase {
        server: server.to_owned(),
        name: name.clone(),
    };
    (with_database(server, &name), guard)
}

pub struct DropDatabase {
    server: String,
    name: String,
}

impl Drop for DropDatabase {
    fn drop(&mut self) {
        if let Ok(mut client) = Client::connect(&self.server, NoTls) {
            let text = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
            let _ = client.batch_execute(&text);
        }
    }
}

// Named after what the migrations say, so that a changed schema makes a new one; other test
// processes make it only once, behind a lock.
fn template(server: &str) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    for migration in gatehouse_store::MIGRATIONS {
        (migration.name, migration.postgres_text()).hash(&mut hasher);
    }
    let name = format!("gatehouse_template_{:016x}", hasher.finish());
    let mut client = Client::connect(server, NoTls).unwrap();
    client
        .batch_execute("SELECT pg_advisory_lock(20200219)")
        .unwrap();
    let there = "SELECT 1 FROM pg_database WHERE datname = $1 AND datallowconn = false";
    if client.query(there, &[&name]).unwrap().is_empty() {
        client
            .batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            .unwrap();
        client
            .batch_execute(&format!(
                "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
            ))
            .unwrap();
        drop(Store::open_postgres(&with_database(server, &name)).unwrap());
        // Closed to connections: PostgreSQL copies only a database that nobody uses.
        client
            .batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
            .unwrap();
    }
    client
        .batch_execute("SELECT pg_advisory_unlock(20200219)")
        .unwrap();
    name
}

// Of postgres://user@host:port/old?options or host=… dbname=old the same with another database.
fn with_database(server: &str, name: &str) -> String {
    let Some((scheme, rest)) = server.split_once("://") else {
        // The last word counts.
        return format!("{server} dbname={name}");
    };
    let (address, options) = rest.split_once('?').unwrap_or((rest, ""));
    let host = address.split('/').next().unwrap_or_default();
    format!("{scheme}://{host}/{name}?{options}")
}

/// `store.write_blocking` that must succeed.
pub fn write<T: Send + 'static>(
    store: &Store,
    closure: impl Fn(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    try_write(store, closure).unwrap()
}

pub fn try_write<T: Send + 'static>(
    store: &Store,
    closure: impl Fn(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    store.write_blocking(Lane::People, closure)
}

/// `store.read_blocking` that must succeed.
pub fn read<T: Send + 'static>(
    store: &Store,
    closure: impl Fn(&ReadTx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    store.read_blocking::<T, StoreError, _>(closure).unwrap()
}

/// 2020-02-19T07:00+08:00.
pub const MORNING: i64 = 1_582_066_800_000;
pub const MINUTE: i64 = 60_000;
pub const SHARD: Shard = Shard(1);

/// Sixteen bytes that name the n-th thing of a kind.
pub fn id(kind: u8, n: u32) -> [u8; 16] {
    let mut id = [kind; 16];
    id[12..].copy_from_slice(&n.to_be_bytes());
    id
}

pub fn area(n: u32, parent: Option<u32>, level: &str, name: &str) -> AreaRow {
    AreaRow {
        area: AreaId(id(1, n)),
        parent: parent.map(|n| AreaId(id(1, n))),
        shard: None,
        level: level.to_owned(),
        name: name.to_owned(),
        manager: None,
        zone_offset_minutes: 480,
        ended_on: None,
        version: 1,
    }
}

pub fn staff_row(n: u32, login: &str) -> StaffRow {
    StaffRow {
        staff: StaffId(id(2, n)),
        login: login.to_owned(),
        name: "值守员甲".to_owned(),
        password_hash: "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA".to_owned(),
        must_change_password: true,
        language: "zh".to_owned(),
        created_at: MORNING,
        disabled_at: None,
        version: 1,
    }
}

pub fn gate_row(n: u32) -> GateRow {
    GateRow {
        shard: SHARD,
        gate: GateId(id(3, n)),
        area: AreaId(id(1, 3)),
        name: "南门".to_owned(),
        phone: "0371-000000".to_owned(),
        state: "open".to_owned(),
        version: 1,
    }
}

pub fn device_row(n: u32) -> DeviceRow {
    DeviceRow {
        shard: SHARD,
        device: DeviceId(id(4, n)),
        gate: GateId(id(3, 1)),
        label: "一号机".to_owned(),
        public_key: vec![4; 91],
        enrolled_at: MORNING,
        enrolled_by: StaffId(id(2, 1)),
        ended_at: None,
        last_seq: 0,
        last_hash: [0; 32],
        seen_at: None,
        skew_millis: 0,
    }
}

/// A county with a street and a compound, an account, a gate, two devices.
pub fn lay_town(store: &Store) {
    write(store, |tx| {
        tx.insert_area(&area(1, None, "county", "青石县"))?;
        tx.insert_area(&area(2, Some(1), "township", "柳河街道"))?;
        tx.insert_area(&area(3, Some(2), "compound", "向阳小区"))?;
        assert_eq!(tx.shard_for_county(AreaId(id(1, 1)))?, SHARD);
        tx.insert_organisation(&OrganisationRow {
            organisation: OrganisationId(id(5, 1)),
            name: "向阳社区居委会".to_owned(),
            kind: "committee".to_owned(),
            area: AreaId(id(1, 2)),
            ended_at: None,
            version: 1,
        })?;
        tx.insert_staff(&staff_row(1, "guard1"))?;
        tx.insert_gate(&gate_row(1))?;
        tx.insert_device(&device_row(1))?;
        tx.insert_device(&device_row(2))
    });
}

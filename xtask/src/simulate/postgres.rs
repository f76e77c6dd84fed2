//! A throw-away database on the PostgreSQL server of the tests.

use gatehouse_store::Store;
use std::sync::atomic::{AtomicU32, Ordering};

/// Does something with a new database; `None` where no server was given.
#[expect(
    clippy::disallowed_methods,
    reason = "where tests find PostgreSQL is no setting of the program"
)]
pub fn in_a_database<T>(act: impl FnOnce(Store) -> T) -> Option<T> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let Ok(server) = std::env::var("GATEHOUSE_TEST_POSTGRES") else {
        eprintln!("SKIPPED on PostgreSQL: set GATEHOUSE_TEST_POSTGRES to a server's URL");
        return None;
    };
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("gatehouse_simulated_{}_{number}", std::process::id());
    let mut client = postgres::Client::connect(&server, postgres::NoTls).expect("a server");
    let options = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'";
    let make = format!("CREATE DATABASE {name} {options}");
    client.batch_execute(&make).expect("created");
    let store = Store::open_postgres(&with_database(&server, &name)).expect("opens");
    let done = act(store);
    let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    client.batch_execute(&drop).expect("dropped");
    Some(done)
}

fn with_database(server: &str, name: &str) -> String {
    let Some((scheme, rest)) = server.split_once("://") else {
        // The last word counts.
        return format!("{server} dbname={name}");
    };
    let (address, options) = rest.split_once('?').unwrap_or((rest, ""));
    let host = address.split('/').next().unwrap_or_default();
    format!("{scheme}://{host}/{name}?{options}")
}

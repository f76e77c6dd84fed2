//! Throw-away databases on a PostgreSQL server of the tests.

use std::sync::atomic::{AtomicU32, Ordering};

/// Takes the database away when dropped.
pub struct DropDatabase {
    server: String,
    name: String,
}

impl Drop for DropDatabase {
    fn drop(&mut self) {
        if let Ok(mut client) = postgres::Client::connect(&self.server, postgres::NoTls) {
            let text = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
            let _ = client.batch_execute(&text);
        }
    }
}

/// A database without anything, with its URL.
pub fn create_database(server: &str) -> (String, DropDatabase) {
    copy_database(server, "template0")
}

/// Closes a database to everybody, and keeps it: PostgreSQL copies only what nobody uses. Tells
/// its name.
pub fn close_database(guard: DropDatabase) -> String {
    let mut client = postgres::Client::connect(&guard.server, postgres::NoTls).expect("a server");
    let text = format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", guard.name);
    client.batch_execute(&text).expect("closed");
    let name = guard.name.clone();
    std::mem::forget(guard);
    name
}

/// A copy of one that is closed, with its URL.
pub fn copy_database(server: &str, template: &str) -> (String, DropDatabase) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("gatehouse_server_{}_{number}", std::process::id());
    let mut client = postgres::Client::connect(server, postgres::NoTls).expect("a server");
    let options = format!("TEMPLATE {template} ENCODING 'UTF8' LOCALE 'C.UTF-8'");
    let text = format!("CREATE DATABASE {name} {options}");
    client.batch_execute(&text).expect("created");
    let guard = DropDatabase {
        server: server.to_owned(),
        name: name.clone(),
    };
    (with_database(server, &name), guard)
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

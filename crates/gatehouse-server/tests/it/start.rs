//! The binary: what it says when it cannot start, and that it starts and ends in order.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn gatehouse(folder: &Path, settings: &str) -> Command {
    let file = folder.join("settings.toml");
    let data = folder.join("data");
    let text = format!("data_folder = \"{}\"\n{settings}", data.display());
    std::fs::write(&file, text).expect("writes");
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatehouse"));
    command.arg("serve").arg("--config").arg(file);
    command.current_dir(folder).stdin(Stdio::null());
    command
}

fn refused(folder: &Path, settings: &str, code: &str) {
    let Output { status, stderr, .. } = gatehouse(folder, settings).output().expect("runs");
    let text = String::from_utf8_lossy(&stderr);
    assert!(!status.success(), "{settings}: {text}");
    assert!(text.contains(code), "{settings}: {text}");
    assert!(!text.contains("panicked"), "{settings}: {text}");
}

#[test]
fn what_keeps_it_from_starting_is_said_with_a_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    std::fs::write(
        folder.join("letter.txt"),
        "this is no database, but a letter",
    )
    .expect("writes");
    std::fs::write(folder.join("url"), "postgres://nobody@127.0.0.1:1/nothing").expect("writes");
    let table = [
        (format!("listen = \"127.0.0.1:{port}\""), "H-PORT"),
        (
            "listen = \"127.0.0.1:0\"\ndatabase = \"letter.txt\"".to_owned(),
            "S-FILE",
        ),
        (
            "listen = \"127.0.0.1:0\"\ndatabase = \"letter.txt/x.db\"".to_owned(),
            "S-DOWN",
        ),
        (
            "listen = \"127.0.0.1:0\"\ndatabase_url_file = \"url\"".to_owned(),
            "S-DOWN",
        ),
        (
            "listen = \"127.0.0.1:0\"\ndatabase_url_file = \"none\"".to_owned(),
            "settings file",
        ),
        ("lisen = \"127.0.0.1:0\"".to_owned(), "unknown field"),
        ("tls = \"files\"".to_owned(), "tls_certificate_file"),
        (
            "tls = \"files\"\ntls_certificate_file = \"letter.txt\"\ntls_key_file = \"none\""
                .to_owned(),
            "T-",
        ),
    ];
    for (settings, code) in table {
        refused(folder, &settings, code);
    }
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("town.db");
    drop(gatehouse_store::Store::open_sqlite(&path).expect("made"));
    let connection = rusqlite::Connection::open(&path).expect("opens");
    let newer = "INSERT INTO migration (number, name, sha256) VALUES (9999, '9999_future', 'x')";
    connection.execute_batch(newer).expect("written");
    drop(connection);
    refused(
        folder.path(),
        "listen = \"127.0.0.1:0\"\ndatabase = \"town.db\"",
        "S-NEWER",
    );
}

struct Running {
    child: Child,
    address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(folder: &Path) -> Running {
    let mut command = gatehouse(folder, "listen = \"127.0.0.1:0\"");
    let mut running = Running {
        child: command.stderr(Stdio::piped()).spawn().expect("starts"),
        address: String::new(),
    };
    let lines = BufReader::new(running.child.stderr.take().expect("piped")).lines();
    for line in lines.map_while(Result::ok) {
        let line: serde_json::Value = serde_json::from_str(&line).expect("a line of JSON");
        if line["fields"]["message"] == "serving" {
            let address = line["fields"]["address"].as_str().expect("an address");
            running.address = address.to_owned();
            return running;
        }
    }
    panic!("it ended before it served");
}

fn ask(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("connects");
    let text = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(text.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("text");
    answer
}

#[test]
fn it_serves_a_first_page_and_ends_when_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut running = start(folder.path());
    assert!(ask(&running.address, "/login").starts_with("HTTP/1.1 200"));
    assert!(ask(&running.address, "/").contains("location: /login"));
    let ended = Command::new("kill")
        .arg(running.child.id().to_string())
        .status();
    assert!(ended.expect("runs").success());
    assert!(running.child.wait().expect("ends").success());
}

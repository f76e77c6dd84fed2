//! The bare prototype of the decision path that our own path is held against: built from its
//! sources in the shared folder, which stay as they are.

use super::Bench;
use super::load::{Asked, request};
use super::process::{Process, free_address};
use anyhow::{Context, Result, bail};
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer, SigningKey};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The key that the prototype believes.
const KEY: [u8; 32] = [7; 32];
/// Length of its pass without the signature.
const PASS_BYTES: usize = 150;

/// The prototype, running on a database of its own.
pub struct Prototype {
    /// Running.
    pub process: Process,
    /// Where.
    pub address: SocketAddr,
}

/// Whether its table is also indexed by the random key of whoever crosses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum RandomKeyIndex {
    With,
    Without,
}

/// Builds it; `None` where the shared folder is not there.
pub fn build(bench: &Bench<'_>) -> Result<Option<PathBuf>> {
    let source = shared(bench.root).join("bench");
    if !source.join("src/bin/gate.rs").is_file() {
        return Ok(None);
    }
    // Cargo writes beside the manifest, and the shared folder is not ours to write.
    let copy = bench.folder.join("prototype");
    for file in ["Cargo.toml", "src/common.rs", "src/bin/gate.rs"] {
        let to = copy.join(file);
        std::fs::create_dir_all(to.parent().unwrap_or(&copy))?;
        let text = std::fs::read(source.join(file))?;
        if std::fs::read(&to).ok().as_ref() != Some(&text) {
            std::fs::write(&to, text)?;
        }
    }
    let built = Command::new(env!("CARGO"))
        .current_dir(&copy)
        .args(["build", "--quiet", "--release", "--bin", "gate"])
        .env("CARGO_TARGET_DIR", copy.join("target"))
        // It lies below our settings for cargo; its SQLite is built as its manifest says.
        .env("LIBSQLITE3_FLAGS", "")
        .status()?;
    if !built.success() {
        bail!("the build of the prototype ended with {built}");
    }
    let gate = copy.join("target/release/gate");
    Ok(Some(gate.canonicalize().context("the prototype")?))
}

#[expect(
    clippy::disallowed_methods,
    reason = "where the shared folder lies, for a tool of developers"
)]
fn shared(root: &Path) -> PathBuf {
    std::env::var_os("GATEHOUSE_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from)
}

impl Prototype {
    /// Starts it on a new database.
    pub fn start(bench: &Bench<'_>, gate: &Path, index: RandomKeyIndex) -> Result<Prototype> {
        let name = match index {
            RandomKeyIndex::With => "prototype-with.db",
            RandomKeyIndex::Without => "prototype-without.db",
        };
        let database = bench.folder.join(name);
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(bench.folder.join(format!("{name}{end}")));
        }
        let address = free_address()?;
        let mut command = Command::new(gate);
        command
            .arg(address.port().to_string())
            .arg(&database)
            .arg("FULL");
        let mut process = Process::start(&mut command)?;
        process.wait_for(address)?;
        if index == RandomKeyIndex::Without {
            // Its writer makes the table by itself, a moment after the start.
            let connection = rusqlite::Connection::open(&database)?;
            while connection.execute_batch("DROP INDEX ev_subj").is_err() {
                std::thread::yield_now();
            }
        }
        Ok(Prototype { process, address })
    }

    /// Passes that it believes: random holders, valid for long.
    pub fn passes(count: u64) -> Vec<String> {
        let key = SigningKey::from_bytes(&KEY);
        let pass = |number: u64| {
            let mut pass = [0; PASS_BYTES];
            let mut state = number;
            for byte in &mut pass {
                // SplitMix64, after S. Vigna.
                state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                *byte = (mixed >> 56) as u8;
            }
            pass[16] = 1;
            pass[17..21].copy_from_slice(&4_000_000_000u32.to_be_bytes());
            let signature = key.sign(&pass).to_bytes();
            BASE64URL_NOPAD.encode(&[&signature[..], &pass].concat())
        };
        (0..count).map(pass).collect()
    }

    /// One question at its gate.
    pub fn ask(pass: &str, is_warm: bool) -> Asked {
        let degrees = if is_warm { 37.8 } else { 36.5 };
        let body =
            format!(r#"{{"pass":"{pass}","temp":{degrees},"site":17,"lane":2,"dev":"gate-0001"}}"#);
        request("POST", "/gate", "", "application/json", body)
    }
}

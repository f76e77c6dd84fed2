//! A demo town in a database of its own, its server, and the sessions of its guards.

use super::Bench;
use super::load::{Asked, once, request};
use super::process::{Process, children_cpu_seconds, free_address, now};
use anyhow::{Context, Result, bail, ensure};
use gatehouse_core::moment::Moment;
use gatehouse_server::ops::demo::make::{Demo, DemoWish, plan_demo};
use gatehouse_server::ops::demo::plan::DemoSize;
use gatehouse_server::secrets::FILE;
use gatehouse_server::world::{Computer, World};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

/// Other seeds give other people.
const SEED: u64 = 1;
/// The accounts of a kept town, beside its database.
const ACCOUNTS: &str = "accounts";
/// What requests name of a kept town (a door, a card …), a line each.
pub const SHOWN: &str = "shown";
/// When `gatehouse demo` was through with it, and for which moment: what it was made from can be
/// planned again.
const MADE: &str = "made-at";
const CHINA_OFFSET_MINUTES: i16 = 480;

/// A town in a folder.
pub struct Town {
    gatehouse: PathBuf,
    /// Where settings, database and pages lie.
    pub folder: PathBuf,
    /// Where its server listens.
    pub address: SocketAddr,
    /// How long `gatehouse demo` took, and how much of a processor; nothing where the town was
    /// there.
    pub seconds: [f64; 2],
    accounts: BTreeMap<String, String>,
}

impl Town {
    /// Makes one anew, with the plan that its database was written from; `settings` are lines
    /// of the settings file.
    pub fn make(
        bench: &Bench<'_>,
        name: &str,
        people: u32,
        settings: &str,
    ) -> Result<(Town, Demo)> {
        let folder = bench.folder.join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        let mut town = Town::open(bench, name, settings)?;
        let millis = Computer.now_millis() / 1000 * 1000;
        let made = Moment::new(millis, CHINA_OFFSET_MINUTES);
        let (began, cpu) = (now(), children_cpu_seconds()?);
        let written = Command::new(&bench.gatehouse)
            .args(["demo", "--config", "gatehouse.toml"])
            .args(["--people", &people.to_string(), "--seed", &SEED.to_string()])
            .args(["--at", &made.to_text()])
            .current_dir(&folder)
            .output()?;
        if !written.status.success() {
            bail!(
                "gatehouse demo: {}",
                String::from_utf8_lossy(&written.stderr)
            );
        }
        let cpu = children_cpu_seconds()? - cpu;
        town.seconds = [began.elapsed().as_secs_f64(), cpu];
        std::fs::write(folder.join(MADE), made.to_text())?;
        let demo = town.plan(people)?;
        Ok((town, demo))
    }

    /// Whether `gatehouse demo` has been through with it.
    pub fn is_made(bench: &Bench<'_>, name: &str) -> bool {
        bench.folder.join(name).join(MADE).is_file()
    }

    /// What it was made from, planned again; from then on its accounts can sign in.
    pub fn plan(&mut self, people: u32) -> Result<Demo> {
        let made = std::fs::read_to_string(self.folder.join(MADE))?;
        let demo = plan_demo(&DemoWish {
            size: DemoSize::new(people, SEED).context("too few or too many people")?,
            made: Moment::parse(made.trim()).context("the moment of a town")?,
            address: String::new(),
            host: String::new(),
        })?;
        let staff = demo.town.staffing.staff.iter();
        self.accounts = staff
            .map(|staff| (staff.login.clone(), staff.password.clone()))
            .collect();
        let lines: Vec<String> = self
            .accounts
            .iter()
            .map(|(login, password)| format!("{login} {password}\n"))
            .collect();
        std::fs::write(self.folder.join(ACCOUNTS), lines.concat())?;
        Ok(demo)
    }

    /// One that was made before, to be served on a port that is free now.
    pub fn open(bench: &Bench<'_>, name: &str, settings: &str) -> Result<Town> {
        let folder = bench.folder.join(name);
        std::fs::create_dir_all(&folder)?;
        let address = free_address()?;
        let listen = format!("listen = \"{address}\"\n{settings}\n");
        std::fs::write(folder.join("gatehouse.toml"), listen)?;
        let accounts = std::fs::read_to_string(folder.join(ACCOUNTS)).unwrap_or_default();
        let accounts = accounts.lines().filter_map(|line| line.split_once(' '));
        Ok(Town {
            gatehouse: bench.gatehouse.clone(),
            folder,
            address,
            seconds: [0.0; 2],
            accounts: accounts
                .map(|(login, password)| (login.to_owned(), password.to_owned()))
                .collect(),
        })
    }

    /// Takes over the accounts and secrets of a town whose rows were copied.
    pub fn take_from(&mut self, other: &Town) -> Result<()> {
        self.accounts = other.accounts.clone();
        for file in [ACCOUNTS, SHOWN] {
            std::fs::copy(other.folder.join(file), self.folder.join(file))?;
        }
        let secrets = self.folder.join("gatehouse-data");
        std::fs::create_dir_all(&secrets)?;
        std::fs::copy(
            other.folder.join("gatehouse-data").join(FILE),
            secrets.join(FILE),
        )?;
        Ok(())
    }

    /// The SQLite file.
    pub fn database(&self) -> PathBuf {
        self.folder.join("gatehouse.db")
    }

    /// Starts its server and waits until it listens.
    pub fn serve(&self) -> Result<Process> {
        let mut command = Command::new(&self.gatehouse);
        command
            .args(["serve", "--config", "gatehouse.toml"])
            .current_dir(&self.folder);
        let mut server = Process::start(&mut command)?;
        server.wait_for(self.address)?;
        Ok(server)
    }

    /// The password of an account.
    pub fn password(&self, login: &str) -> Result<&str> {
        let password = self.accounts.get(login).map(String::as_str);
        password.with_context(|| format!("no account {login}"))
    }

    /// Signs an account in; the session's cookie.
    pub fn sign_in(&self, login: &str) -> Result<String> {
        let password = self.password(login)?;
        let body = format!("account={login}&password={password}");
        let kind = "application/x-www-form-urlencoded";
        let answer = once(self.address, request("POST", "/login", "", kind, body))?;
        let cookie = answer.headers().get("set-cookie");
        let cookie = cookie.and_then(|cookie| cookie.to_str().ok()?.split(';').next());
        Ok(cookie.context("signing in gave no session")?.to_owned())
    }

    /// A page that must be there.
    pub fn page(&self, path: &str, cookie: &str) -> Result<String> {
        let asked: Asked = request("GET", path, cookie, "text/plain", String::new());
        let answer = once(self.address, asked)?;
        let status = answer.status();
        let page = String::from_utf8_lossy(answer.body()).into_owned();
        ensure!(
            status.is_success(),
            "{path} answers {status} {}",
            code_in(&page)
        );
        Ok(page)
    }

    /// A counter of /metrics.
    pub fn counter(&self, name: &str) -> Result<f64> {
        let page = self.page("/metrics", "")?;
        let line = page.lines().find_map(|line| line.strip_prefix(name));
        let value = line.with_context(|| format!("/metrics has no {name}"))?;
        Ok(value.trim().parse()?)
    }
}

/// The code of a page that says what went wrong, `S-BUSY`.
fn code_in(page: &str) -> &str {
    let words = page.split(|c: char| !(c.is_ascii_uppercase() || c == '-'));
    let is_code = |word: &&str| word.len() > 3 && word.as_bytes()[1] == b'-';
    words.into_iter().find(is_code).unwrap_or_default()
}

//! Pages of the console over a hundred thousand people and a million crossings, on both databases:
//! how long each request takes, and how heavy the first load of a page is. A request is one line of
//! [`REQUESTS`].

use super::load::{Asked, once, request};
use super::process::{Process, now};
use super::town::Town;
use super::{Bench, Finding, big};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::BTreeMap;

/// How often each is asked.
const TIMES: usize = 40;
/// Asked before, and not counted.
const WARM_UP: usize = 3;
/// 95 of 100 answers must be there by then.
const MILLIS_MOST: f64 = 200.0;
/// First load of a page with its style, as it goes over the wire.
const KILOBYTES_MOST: f64 = 60.0;

/// A request that is held to its time.
struct Measured {
    /// What it is.
    name: &'static str,
    /// Who asks.
    login: &'static str,
    /// Where, with `{gate}` and the like filled in from the town.
    path: &'static str,
    /// What a form sends, by POST; else it is a GET.
    form: Option<&'static str>,
}

const fn get(name: &'static str, login: &'static str, path: &'static str) -> Measured {
    Measured {
        name,
        login,
        path,
        form: None,
    }
}

#[rustfmt::skip]
const REQUESTS: &[Measured] = &[
    get("first page", "lead1", "/"),
    get("today of a gate", "lead1", "/gates/{gate}/today"),
    get("open items of a gate", "lead1", "/gates/{gate}/items"),
    get("a community's first page", "office1", "/areas/{area}"),
    get("queue of passes", "office1", "/areas/{area}/passes"),
    get("rules in force", "office1", "/areas/{area}/policy"),
    get("gates and openings", "office1", "/areas/{area}/places"),
    get("staff", "office1", "/areas/{area}/staff"),
];

/// Times and sizes on both databases.
pub fn measure(bench: &Bench<'_>) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    let town = big::on_sqlite(bench)?;
    found.extend(ask_all(&town, "SQLite")?);
    match big::on_postgres(bench)? {
        Some((town, _cluster)) => found.extend(ask_all(&town, "PostgreSQL")?),
        None => found.push(Finding::Skipped("PostgreSQL is not installed".to_owned())),
    }
    Ok(found)
}

fn ask_all(town: &Town, database: &str) -> Result<Vec<Finding>> {
    let server = town.serve()?;
    let mut console = Console {
        town,
        server,
        sessions: BTreeMap::new(),
        filled: BTreeMap::new(),
    };
    console.fill()?;
    let mut found = Vec::new();
    let mut heaviest = (0.0, "");
    for measured in REQUESTS {
        let (millis, kilobytes) = match console.measure(measured) {
            Ok(measures) => measures,
            // A page that is not there, or not for this account, says nothing of the others.
            Err(error) => {
                found.push(Finding::Skipped(format!("{database}: {error:#}")));
                continue;
            }
        };
        let what = format!("{database}: {}, p95", measured.name);
        found.push(Finding::of(what, millis, MILLIS_MOST, "ms"));
        if kilobytes > heaviest.0 {
            heaviest = (kilobytes, measured.name);
        }
    }
    let style = console.ask("", "/style.css", None)?.1;
    let what = format!("{database}: heaviest first load, gzipped ({})", heaviest.1);
    found.push(Finding::of(what, heaviest.0 + style, KILOBYTES_MOST, "kB"));
    let memory = console.server.resident_megabytes()?;
    found.push(Finding::Note(format!(
        "{database}: {memory:.0} MB resident after it"
    )));
    Ok(found)
}

struct Console<'a> {
    town: &'a Town,
    server: Process,
    sessions: BTreeMap<&'static str, String>,
    /// What stands for `{gate}` and the like.
    filled: BTreeMap<&'static str, String>,
}

impl Console<'_> {
    /// Finds what the paths name.
    fn fill(&mut self) -> Result<()> {
        let lead = self.session("lead1")?;
        let me: Value = serde_json::from_str(&self.town.page("/gate/api/me", &lead)?)?;
        let gate = me["gates"][0]["gate"].as_str().context("no gate")?;
        self.filled.insert("{gate}", gate.to_owned());
        let office = self.session("office1")?;
        let home = self.town.page("/", &office)?;
        let area = home.split("\"/areas/").nth(1).context("no area")?;
        let end = area.find(['"', '/']).context("no area")?;
        self.filled.insert("{area}", area[..end].to_owned());
        Ok(())
    }

    fn session(&mut self, login: &'static str) -> Result<String> {
        if let Some(session) = self.sessions.get(login) {
            return Ok(session.clone());
        }
        let session = self.town.sign_in(login)?;
        self.sessions.insert(login, session.clone());
        Ok(session)
    }

    /// The time that 95 of 100 do not exceed, in milliseconds, and the size of the answer in kB.
    fn measure(&mut self, measured: &Measured) -> Result<(f64, f64)> {
        let session = self.session(measured.login)?;
        let mut millis = Vec::with_capacity(TIMES);
        let mut kilobytes = 0.0;
        for time in 0..TIMES + WARM_UP {
            let (taken, size) = self
                .ask(&session, measured.path, measured.form)
                .with_context(|| measured.name)?;
            if time >= WARM_UP {
                millis.push(taken);
            }
            kilobytes = size;
        }
        millis.sort_by(f64::total_cmp);
        Ok((millis[(TIMES * 95).div_ceil(100) - 1], kilobytes))
    }

    fn ask(&self, session: &str, path: &str, form: Option<&str>) -> Result<(f64, f64)> {
        let fill = |text: &str| {
            let filled = self.filled.iter();
            filled.fold(text.to_owned(), |text, (name, value)| {
                text.replace(name, value)
            })
        };
        let (method, kind) = match form {
            Some(_) => ("POST", "application/x-www-form-urlencoded"),
            None => ("GET", "text/plain"),
        };
        let body = form.map(fill).unwrap_or_default();
        let mut asked: Asked = request(method, &fill(path), session, kind, body);
        let headers = asked.headers_mut();
        headers.insert(
            "accept-encoding",
            hyper::header::HeaderValue::from_static("gzip"),
        );
        let began = now();
        let answer = once(self.town.address, asked)?;
        let millis = began.elapsed().as_secs_f64() * 1e3;
        let status = answer.status();
        ensure!(status.is_success(), "{path} answers {status}");
        Ok((millis, answer.body().len() as f64 / 1e3))
    }
}

//! Pages of the console over a hundred thousand people and a million crossings, on both databases:
//! how long each request takes, and how heavy the first load of a page is. A request is one line of
//! [`REQUESTS`].

use super::load::{Asked, once, request};
use super::process::{Process, now};
use super::town::{SHOWN, Town};
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
    /// How often.
    times: usize,
}

const fn get(name: &'static str, login: &'static str, path: &'static str) -> Measured {
    Measured {
        name,
        login,
        path,
        form: None,
        times: TIMES,
    }
}

const fn find(name: &'static str, typed: &'static str) -> Measured {
    Measured {
        name,
        login: "office1",
        path: "/areas/{area}/people",
        form: Some(typed),
        times: TIMES,
    }
}

const fn crossings(name: &'static str, filter: &'static str) -> Measured {
    get(name, "office1", filter)
}

#[rustfmt::skip]
const REQUESTS: &[Measured] = &[
    get("first page", "lead1", "/"),
    get("today of a gate", "lead1", "/gates/{gate}/today"),
    get("today of a gate, on the phone", "lead1", "/gate/api/gates/{gate}/today"),
    get("today of a community", "office1", "/areas/{area}/today"),
    get("today of a street, 100 000 people", "street", "/areas/{street}/today"),
    get("fever board of a community", "office1", "/areas/{area}/fevers"),
    get("fever board of a street", "street", "/areas/{street}/fevers"),
    get("emergencies of a community", "office1", "/areas/{area}/emergencies"),
    get("alarms of a community", "office1", "/areas/{area}/alarms"),
    get("hand-over of a community", "office1", "/areas/{area}/handover"),
    get("doors of a community", "office1", "/areas/{area}/people"),
    get("doors of a building", "office1", "{building}"),
    get("a household", "office1", "/areas/{area}/households/{household}"),
    // A desk looks through so many households an hour, and no more.
    Measured { path: "/areas/{area}/households/{household}/crossings", times: 20,
        ..find("crossings of a household", "purpose=fever") },
    get("a person", "office1", "/areas/{area}/persons/{person}"),
    find("people by name", "typed={name}"),
    find("people by the first character of a name", "typed={first}"),
    find("people by one pinyin initial", "typed=z"),
    find("people by one rare pinyin initial", "typed=o"),
    find("people by three pinyin initials", "typed=wgf"),
    find("people by building-unit-room", "typed={door}"),
    find("people by building-room", "typed={two}"),
    find("people by card number", "typed={card}"),
    find("people by whole ID number", "typed={document}"),
    find("people by last four", "typed={four}"),
    Measured { login: "street", path: "/areas/{street}/people",
        ..find("a street's people by one pinyin initial", "typed=z") },
    Measured { login: "street", path: "/areas/{street}/people",
        ..find("a street's people by last four", "typed={four}") },
    get("queue of passes", "office1", "/areas/{area}/passes"),
    Measured { path: "/areas/{area}/passes", ..find("passes by name", "q={name}") },
    Measured { path: "/areas/{area}/passes", ..find("passes by the first character", "q={first}") },
    Measured { path: "/areas/{area}/passes", ..find("passes by one pinyin initial", "q=z") },
    Measured { path: "/areas/{area}/passes", ..find("passes by door", "q={door}") },
    Measured { path: "/areas/{area}/passes", ..find("passes by card number", "q={card}") },
    Measured { path: "/areas/{area}/passes", ..find("passes by last four", "q={four}") },
    get("passes that hold", "office1", "/areas/{area}/passes?valid=1"),
    get("regular helpers", "office1", "/areas/{area}/passes/helpers?compound={compound}"),
    get("helpers who no longer come", "office1",
        "/areas/{area}/passes/helpers?compound={compound}&ended=yes"),
    get("vehicles of a household", "office1", "/areas/{area}/households/{household}/vehicles"),
    get("passes of a building to issue", "office1", "/areas/{area}/passes/building"),
    get("cards to print", "office1", "/areas/{area}/passes/print"),
    get("gates with visitors", "office1", "/areas/{area}/visitors"),
    get("visitors of a gate", "lead1", "/gates/{gate}/visits"),
    get("versions of documents and drafts", "street", "/areas/{street}/policy/versions"),
    get("trials of drafts", "street", "/areas/{street}/policy/replays"),
    get("who looked", "auditor", "/areas/{county}/views"),
    get("access of other systems", "admin", "/areas/{county}/access"),
    get("erasures", "office1", "/areas/{area}/erasures"),
    get("imports", "office1", "/areas/{area}/import"),
    get("contacts", "office1", "/areas/{area}/contacts"),
    get("messages of a compound", "office1", "/areas/{compound}/messages"),
    get("slips of a compound", "office1", "/areas/{compound}/messages/slips"),
    crossings("crossings by the minute",
        "/areas/{area}/crossings?from={until}&to={until}&from_at=07:30&to_at=07:31"),
    crossings("crossings of 60 days by the minute",
        "{crossings}&from_at=07:30&to_at=07:31&way=out"),
    crossings("crossings that were refused and stand", "{crossings}&verdict=refuse&outcome=stands"),
    crossings("crossings of today", "/areas/{area}/crossings"),
    crossings("crossings of 60 days", "{crossings}"),
    crossings("crossings by gate", "{crossings}&gate={gate}"),
    crossings("crossings by direction", "{crossings}&way=out"),
    crossings("crossings by kind", "{crossings}&kind=courier"),
    crossings("crossings by a rare kind", "{crossings}&kind=regular_helper"),
    crossings("crossings by verdict: refused", "{crossings}&verdict=refuse"),
    crossings("crossings by verdict: asked", "{crossings}&verdict=ask"),
    crossings("crossings by outcome: undone", "{crossings}&outcome=undone"),
    crossings("crossings by outcome: turned back", "{crossings}&outcome=turned_back"),
    crossings("crossings by a rule that never applied", "{crossings}&rule=none"),
    crossings("crossings: emergencies", "{crossings}&only=emergency"),
    crossings("crossings: overruled", "{crossings}&only=overruled"),
    get("a street's crossings, undone", "street", "{crossings of the street}&outcome=undone"),
    get("rules in force", "office1", "/areas/{area}/policy"),
    get("gates and openings", "office1", "/areas/{area}/places"),
    get("staff", "office1", "/areas/{area}/staff"),
    get("complaints", "office1", "/areas/{area}/complaints"),
    get("messages", "office1", "/areas/{area}/messages"),
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
    // All that a browser fetches for its first page of the console: each page has these two.
    let style = console.ask("", "/style.css", None)?.1;
    let script = console.ask("", "/console.js", None)?.1;
    let what = format!("{database}: heaviest first load, gzipped ({})", heaviest.1);
    found.push(Finding::of(
        what,
        heaviest.0 + style + script,
        KILOBYTES_MOST,
        "kB",
    ));
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
    filled: BTreeMap<String, String>,
}

impl Console<'_> {
    /// Finds what the paths name.
    fn fill(&mut self) -> Result<()> {
        let lead = self.session("lead1")?;
        let me: Value = serde_json::from_str(&self.town.page("/gate/api/me", &lead)?)?;
        let gate = me["gates"][0]["gate"].as_str().context("no gate")?;
        self.filled.insert("{gate}".to_owned(), gate.to_owned());
        for (slot, login) in [
            ("{area}", "office1"),
            ("{street}", "street"),
            ("{county}", "auditor"),
        ] {
            let session = self.session(login)?;
            let home = self.town.page("/", &session)?;
            let area = home.split("\"/areas/").nth(1).context("no area")?;
            let end = area.find(['"', '/']).context("no area")?;
            self.filled.insert(slot.to_owned(), area[..end].to_owned());
        }
        let shown = std::fs::read_to_string(self.town.folder.join(SHOWN))?;
        for (slot, value) in shown.lines().filter_map(|line| line.split_once(' ')) {
            self.filled.insert(slot.to_owned(), value.to_owned());
        }
        let fill = |text: &str| filled(&self.filled, text);
        let span = "crossings?from={from}&to={until}";
        let paths = [
            (
                "{building}",
                "/areas/{area}/people?compound={compound}&building={building}".to_owned(),
            ),
            ("{crossings}", format!("/areas/{{area}}/{span}")),
            (
                "{crossings of the street}",
                format!("/areas/{{street}}/{span}"),
            ),
        ];
        let paths = paths.map(|(slot, path)| (slot.to_owned(), fill(&path)));
        self.filled.extend(paths);
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
        let times = measured.times;
        let mut millis = Vec::with_capacity(times);
        let mut kilobytes = 0.0;
        for time in 0..times + WARM_UP {
            let (taken, size) = self
                .ask(&session, measured.path, measured.form)
                .with_context(|| measured.name)?;
            if time >= WARM_UP {
                millis.push(taken);
            }
            kilobytes = size;
        }
        millis.sort_by(f64::total_cmp);
        Ok((millis[(times * 95).div_ceil(100) - 1], kilobytes))
    }

    fn ask(&self, session: &str, path: &str, form: Option<&str>) -> Result<(f64, f64)> {
        let fill = |text: &str| filled(&self.filled, text);
        let (method, kind) = match form {
            Some(_) => ("POST", "application/x-www-form-urlencoded"),
            None => ("GET", "text/plain"),
        };
        // What is typed goes over the wire escaped, as a browser sends it.
        let body = form.map(|form| escaped(&fill(form))).unwrap_or_default();
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

/// The text with what stands for its slots.
fn filled(slots: &BTreeMap<String, String>, text: &str) -> String {
    slots.iter().fold(text.to_owned(), |text, (slot, value)| {
        text.replace(slot, value)
    })
}

/// A form's text with everything but plain letters and its own signs escaped.
fn escaped(form: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"=&-".contains(&byte);
    let bytes = form.bytes().map(|byte| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    bytes.collect()
}

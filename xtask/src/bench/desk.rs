//! What an office does in bulk, on both databases: a ledger of a hundred thousand people taken in
//! while gates decide, a hundred thousand crossings taken out, a thousand passes printed. Memory is
//! the most that a server held which did nothing else since its start.

use super::big;
use super::durable::Ours;
use super::load::{self, Answered, Load, once, request};
use super::postgres::Cluster;
use super::process::{Process, now};
use super::town::{SHOWN, Town};
use super::{Bench, Finding};
use anyhow::{Context, Result, ensure};
use gatehouse_core::person::Sex;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::demo::pass::Standing;
use gatehouse_server::ops::demo::plan::{DemoSize, plan};
use rust_xlsxwriter::Workbook;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// People of the town: the largest compound has nearly a thousand passes that hold.
const PEOPLE: u32 = 4_000;
/// People of the workbook, and the seed that they come from: none of them lives there yet.
const TAKEN_IN: u32 = 100_000;
const OTHER_SEED: u64 = 2;
/// Phones at gates while the workbook is taken in, and how often each asks: forty decisions a
/// second, twenty times what a town of a hundred thousand needs on a busy day.
const PHONES: usize = 4;
const PAUSE: Duration = Duration::from_millis(100);
/// An import that takes longer is not waited for.
const IMPORT_MOST: Duration = Duration::from_secs(600);
/// How often the page of an import is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// Columns of the workbook, with the words above them.
const HEADERS: [&str; 8] = [
    "楼栋",
    "单元",
    "房号",
    "姓名",
    "性别",
    "证件号",
    "居住类型",
    "入住日期",
];

/// Times and memory on both databases.
pub fn measure(bench: &Bench<'_>) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    let big = big::on_sqlite(bench)?;
    let (town, demo) = Town::make(bench, "desk", PEOPLE, "")?;
    on_one(&big, (&town, &demo), "SQLite", &mut found);
    let Some((big, mut cluster)) = big::on_postgres(bench)? else {
        found.push(Finding::Skipped("PostgreSQL is not installed".to_owned()));
        return Ok(found);
    };
    let (town, demo) = on_postgres(bench, &mut cluster)?;
    on_one(&big, (&town, &demo), "PostgreSQL", &mut found);
    Ok(found)
}

/// One after the other; what fails says nothing of the others.
fn on_one(big: &Town, (town, demo): (&Town, &Demo), database: &str, found: &mut Vec<Finding>) {
    let parts = [
        take_out(big, database),
        print(town, demo, database),
        take_in(town, demo, database),
    ];
    for part in parts {
        match part {
            Ok(figures) => found.extend(figures),
            Err(error) => found.push(Finding::Skipped(format!("{database}: {error:#}"))),
        }
    }
}

fn on_postgres(bench: &Bench<'_>, cluster: &mut Cluster) -> Result<(Town, Demo)> {
    cluster.create("desk")?;
    let url = bench.folder.canonicalize()?.join("desk-url");
    std::fs::write(&url, cluster.url("desk"))?;
    let settings = format!("database_url_file = \"{}\"", url.display());
    let made = Town::make(bench, "desk-on-postgres", PEOPLE, &settings)?;
    cluster.settle("desk")?;
    Ok(made)
}

/// A hundred thousand crossings as a workbook.
fn take_out(town: &Town, database: &str) -> Result<Vec<Finding>> {
    let server = town.serve()?;
    let session = town.sign_in("office1")?;
    let home = town.page("/", &session)?;
    let area = home.split("\"/areas/").nth(1).context("no area")?;
    let area = &area[..area.find(['"', '/']).context("no area")?];
    let shown = std::fs::read_to_string(town.folder.join(SHOWN))?;
    let slot = |name: &str| {
        let mut lines = shown.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
    };
    let (from, until) = (slot("{from}"), slot("{until}"));
    let (from, until) = (from.context("no day")?, until.context("no day")?);
    let path = format!("/areas/{area}/crossings/workbook");
    let form = format!("from={from}&to={until}");
    let (seconds, answer) = timed(town, &path, &session, &form)?;
    let size = answer.body().len();
    ensure!(size > 1_000_000, "only {size} bytes of crossings");
    let what = format!("{database}: 100 000 crossings to Excel");
    figures(&what, seconds, 10.0, &server, 100.0)
}

/// All passes of the largest compound on A4 sheets.
fn print(town: &Town, demo: &Demo, database: &str) -> Result<Vec<Finding>> {
    let server = town.serve()?;
    let session = town.sign_in("office1")?;
    let gate = demo.town.streets.gates.first().context("no gate")?;
    let path = format!("/areas/{}/passes/sheets.pdf?anyway=1", gate.compound);
    let began = now();
    let asked = request("GET", &path, &session, "text/plain", String::new());
    let answer = once(town.address, asked)?;
    let seconds = began.elapsed().as_secs_f64();
    let status = answer.status();
    ensure!(status.is_success(), "{path} answers {status}");
    let passes = demo.issued.passes.iter();
    let holding = passes
        .filter(|pass| pass.compound == gate.compound && matches!(pass.standing, Standing::Valid));
    let passes = holding.count();
    let what = format!("{database}: A4 sheets of {passes} passes");
    figures(&what, seconds, 20.0, &server, 150.0)
}

/// A ledger of a hundred thousand people, while gates decide.
fn take_in(town: &Town, demo: &Demo, database: &str) -> Result<Vec<Finding>> {
    let file = ledger(demo)?;
    let ours = Ours::start(town, demo)?;
    let gate = demo.town.streets.gates.first().context("no gate")?;
    let area = gate.compound.to_string();
    let office = town.sign_in("office1")?;
    let before = ours.server.cpu_seconds()?;
    let going = AtomicBool::new(true);
    let load = Load {
        address: town.address,
        connections: PHONES,
        requests: 0,
        within: IMPORT_MOST,
    };
    let (imported, ran) = std::thread::scope(|scope| {
        let import = scope.spawn(|| {
            let done = import(town, &area, &office, &file);
            going.store(false, Ordering::Relaxed);
            done
        });
        let ran = load::steady(load, PAUSE, &going, |n| ours.ask(n), |_, a| ours.hear(a));
        (import.join(), ran)
    });
    let seconds = imported.map_err(|_| anyhow::anyhow!("the import panicked"))??;
    let (ran, cpu) = (ran?, ours.server.cpu_seconds()? - before);
    let what = format!("{database}: 100 000 people from one workbook");
    let p99 = ran.percentile(0.99);
    let mut found = figures(&what, seconds.iter().sum(), 60.0, &ours.server, 300.0)?;
    found.push(Finding::of(
        format!("{database}: decisions meanwhile, p99"),
        p99,
        100.0,
        "ms",
    ));
    let [uploaded, written, tried] = seconds;
    found.push(Finding::Note(format!(
        "{database}: upload {uploaded:.1} s, trying it out {tried:.1} s, writing {written:.1} s; \
         {cpu:.1} s of a processor with {} decisions, p50 {:.1} ms, most {:.1} ms",
        ran.requests,
        ran.percentile(0.5),
        ran.percentile(1.0)
    )));
    Ok(found)
}

/// Seconds to upload and read the headers, to write, to try out.
fn import(town: &Town, area: &str, session: &str, file: &[u8]) -> Result<[f64; 3]> {
    let list = format!("/areas/{area}/import");
    let mut body = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"l.xlsx\"\r\n\
        Content-Type: application/octet-stream\r\n\r\n"
        .to_vec();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let began = now();
    let kind = "multipart/form-data; boundary=b";
    let answer = once(town.address, request("POST", &list, session, kind, body))?;
    let run = answer.headers().get("location");
    let run = run.with_context(|| format!("the upload answers {}", answer.status()))?;
    let run = run.to_str()?.to_owned();
    let fields = [
        "building", "unit", "room", "name", "sex", "document", "basis", "from_on",
    ];
    let columns = fields.iter().enumerate();
    let columns: String = columns
        .map(|(at, field)| format!("&column-{at}={field}"))
        .collect();
    let uploaded = began.elapsed().as_secs_f64();
    let tried = act(
        town,
        &run,
        session,
        &format!("act=map{columns}"),
        "value=\"begin\"",
    )?;
    let written = act(town, &run, session, "act=begin", "?look=1\"")?;
    Ok([uploaded, written, tried])
}

/// Presses a button of an import and looks until the page shows what comes next.
fn act(town: &Town, run: &str, session: &str, form: &str, until: &str) -> Result<f64> {
    let began = now();
    let kind = "application/x-www-form-urlencoded";
    let pressed = request("POST", run, session, kind, form.to_owned());
    let answer = once(town.address, pressed)?;
    ensure!(
        answer.status().is_redirection(),
        "{form} answers {}",
        answer.status()
    );
    while !town.page(run, session)?.contains(until) {
        ensure!(began.elapsed() < IMPORT_MOST, "{form} does not end");
        std::thread::park_timeout(LOOK);
    }
    Ok(began.elapsed().as_secs_f64())
}

/// The people of another town as a community keeps them.
fn ledger(demo: &Demo) -> Result<Vec<u8>> {
    let size = DemoSize::new(TAKEN_IN, OTHER_SEED).context("too many people")?;
    let town = plan(size, demo.town.made);
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (at, header) in (0..).zip(HEADERS) {
        sheet.write_string(0, at, header)?;
    }
    let mut people = town.people.iter();
    let doors = town.households.iter().enumerate();
    let rows = doors.flat_map(|(at, home)| {
        let members = home.household.members().len();
        std::iter::repeat_n(at, members)
    });
    for (row, door) in (1..).zip(rows) {
        let one = &people.next().context("fewer people than members")?.person;
        let sex = match one.sex() {
            Sex::Male => "男",
            _ => "女",
        };
        let document = one.document().map_or("", |document| document.reveal_text());
        // Doors of the other town meet those of several compounds; here each is its own.
        let (building, unit) = (100 + door / 200, 1 + door % 200 / 100);
        let room = 101 + door % 100 / 4 * 100 + door % 4;
        let cells = [
            building.to_string(),
            unit.to_string(),
            room.to_string(),
            one.name().reveal_text().to_owned(),
            sex.to_owned(),
            document.to_owned(),
            "自住".to_owned(),
            "2019-05-01".to_owned(),
        ];
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, cell)?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

fn timed(town: &Town, path: &str, session: &str, form: &str) -> Result<(f64, Answered)> {
    let began = now();
    let kind = "application/x-www-form-urlencoded";
    let asked = request("POST", path, session, kind, form.to_owned());
    let answer = once(town.address, asked)?;
    let status = answer.status();
    ensure!(status.is_success(), "{path} answers {status}");
    Ok((began.elapsed().as_secs_f64(), answer))
}

fn figures(
    what: &str,
    seconds: f64,
    seconds_most: f64,
    server: &Process,
    megabytes_most: f64,
) -> Result<Vec<Finding>> {
    let cpu = server.cpu_seconds()?;
    Ok(vec![
        Finding::of(
            format!("{what} ({cpu:.1} s of a processor since the start)"),
            seconds,
            seconds_most,
            "s",
        ),
        Finding::of(
            format!("{what}, most memory"),
            server.most_megabytes()?,
            megabytes_most,
            "MB",
        ),
    ])
}

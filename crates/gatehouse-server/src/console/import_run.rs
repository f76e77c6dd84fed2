//! One import: its columns, what the check found, its progress, taking it back.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission::ImportPeople;
use crate::console::import::{away, place_of, workbook};
use crate::error::OpError;
use crate::ops::import_people::field::{Field, Known};
use crate::ops::import_people::header::{Mapping, set};
use crate::ops::import_people::map::{begin, discard, map, map_again, put_right, stop, take_back};
use crate::ops::import_people::plan::plan;
use crate::ops::import_people::remarks::remarks;
use crate::ops::import_people::report::{self, DifferentRow, Report};
use crate::ops::import_people::state::State as RunState;
use crate::ops::import_people::undo::{UndoCounts, counts_of, preview};
use crate::ops::import_people::view::{ColumnView, columns, kept_values, name};
use crate::ops::import_people::{Desk, ImportError, Place, RunId, read_run, run_text};
use crate::page::{Frame, PageError, show as show_page};
use crate::sheet::column_name;
use crate::times::Times;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::gate::wording::Lang;
use gatehouse_store::Shard;
use gatehouse_store::import_run::ImportRunRow;
use gatehouse_store::person_view::Viewer;
use serde::Deserialize;
use std::sync::Arc;

/// Rows with faults on one page.
const BAD_SHOWN: usize = 20;
/// Repeated rows on one page.
const REPEATED_SHOWN: usize = 8;
/// Rows that are looked at before undoing.
const LOOKED_AT: u32 = 2_000;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let imports = Access::Needs(ImportPeople);
    let page = |path| RouteRule::page(path, imports, Scope::Area, Kept::View);
    table
        .add(page("/areas/{area}/import/{run}"), get(show))
        .add(
            RouteRule::form(
                "/areas/{area}/import/{run}",
                imports,
                Scope::Area,
                Kept::Change,
            ),
            post(submit),
        )
        .add(page("/areas/{area}/import/{run}/faults.xlsx"), get(faults))
}

/// Which part of a page.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    /// Differences after this row.
    after: Option<u32>,
    /// What undoing would do.
    look: Option<String>,
    /// What was wrong with the form before.
    problem: Option<String>,
}

/// What every page of an import shows.
struct About {
    href: String,
    list: String,
    line: String,
    step: u8,
}

#[derive(Template)]
#[template(path = "import_map.html")]
struct MapPage {
    frame: Frame,
    about: About,
    problem: Option<String>,
    header_row: String,
    columns: Vec<ColumnLine>,
    fields: Vec<(&'static str, String)>,
}

struct ColumnLine {
    letter: String,
    at: usize,
    header: String,
    samples: String,
    field: &'static str,
    known: &'static str,
    why: Option<String>,
    is_never: bool,
}

#[derive(Template)]
#[template(path = "import_check.html")]
struct CheckPage {
    frame: Frame,
    about: About,
    seconds: String,
    row: ImportRunRow,
    widths: [i64; 3],
    headers: Vec<(String, String)>,
    bad: Vec<BadLine>,
    bad_cells: i64,
    bad_more: i64,
    kinds: Vec<(i64, String)>,
    kinds_most: i64,
    repeated: Vec<String>,
    same_rows: i64,
    differ: usize,
    next: Option<DifferLine>,
}

struct BadLine {
    number: u32,
    cells: Vec<(String, bool)>,
    faults: Vec<FaultLine>,
}

struct FaultLine {
    cell: String,
    input: String,
    place: String,
    words: String,
    shown: String,
}

struct DifferLine {
    number: u32,
    door: String,
    kept: Vec<String>,
    said: Vec<String>,
    since: String,
    can_be_taken: bool,
    is_taken: bool,
    left: usize,
}

#[derive(Template)]
#[template(path = "import_work.html")]
struct WorkPage {
    frame: Frame,
    about: About,
    title: &'static str,
    lead: String,
    done: i64,
    all: i64,
    /// Words on what stopping means, where it can be stopped.
    stop: Option<String>,
}

#[derive(Template)]
#[template(path = "import_done.html")]
struct DonePage {
    frame: Frame,
    about: About,
    title: &'static str,
    row: ImportRunRow,
    widths: [i64; 3],
    until: Option<String>,
    said: Vec<(bool, String)>,
    looked: bool,
    has_file: bool,
}

/// GET /areas/{area}/import/{run}
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, run)): Path<(String, String)>,
    Query(wish): Query<Wish>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    match page(&app, &area, &caller, &run, wish, frame).await {
        Ok(response) => response,
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// The import that a path names, if it is one of this compound's.
async fn found(app: &App, area: &AreaInScope, run: &str) -> Result<ImportRunRow, OpError> {
    let place = place_of(area)?;
    let id = read_run(run).ok_or(OpError::NotFound)?;
    let row = away(app, move |desk| desk.run(place.shard, id)).await?;
    match row.area == area.area {
        true => Ok(row),
        false => Err(OpError::NotFound),
    }
}

async fn page(
    app: &App,
    area: &AreaInScope,
    caller: &Arc<Caller>,
    run: &str,
    wish: Wish,
    frame: Frame,
) -> Result<Response, OpError> {
    let row = found(app, area, run).await?;
    let now = app.world.now_millis();
    let times = Times::new(frame.lang, now, area.offset_minutes);
    let office = caller.office_in(ImportPeople, &area.path);
    let viewer = Viewer {
        staff: Some(caller.staff),
        organisation: office,
        purpose: "import".to_owned(),
        at: now,
        salt: app.world.bytes(),
    };
    let shown = away(app, move |desk| {
        let about = about(desk, &row, &frame);
        let state = RunState::named(&row.state);
        Ok(match state {
            Some(RunState::Mapping) => show_page(&map_page(desk, row, about, frame, &wish)?),
            Some(RunState::Checked) => show_page(&check_page(
                desk,
                row,
                about,
                frame,
                &wish,
                (viewer, &times),
            )?),
            Some(state) if state.is_at_work() => show_page(&work_page(&row, about, frame)),
            _ => show_page(&done_page(desk, row, about, frame, &wish, &times)?),
        })
    });
    Ok(shown.await?)
}

fn about(desk: &Desk, row: &ImportRunRow, frame: &Frame) -> About {
    let list = format!("/areas/{}/import", row.area);
    let name = name(desk, row);
    let size = match row.bytes {
        bytes if bytes < 1 << 20 => format!("{} kB", (bytes + 1_023) / 1_024),
        bytes => format!("{}.{} MB", bytes >> 20, (bytes & 0xF_FFFF) * 10 >> 20),
    };
    let rows = row.rows_all.to_string();
    let name = if name.is_empty() {
        frame.t("import-name-gone")
    } else {
        name
    };
    let slots = [
        ("name", name.as_str()),
        ("size", size.as_str()),
        ("rows", rows.as_str()),
        ("form", row.form.as_str()),
    ];
    About {
        href: format!("{list}/{}", run_text(&row.run)),
        list,
        line: frame.fill("import-about", &slots),
        step: match RunState::named(&row.state) {
            Some(RunState::Mapping) => 2,
            Some(RunState::Checking | RunState::Checked) => 3,
            Some(RunState::Running | RunState::Linking) => 4,
            _ => 5,
        },
    }
}

fn map_page(
    desk: &Desk,
    row: ImportRunRow,
    about: About,
    frame: Frame,
    wish: &Wish,
) -> Result<MapPage, ImportError> {
    let problem = wish.problem.as_ref().map(|_| frame.t("import-map-nothing"));
    let field_words = |field: &Field| {
        let code = field.code();
        (code, frame.t(&format!("import-field-{code}")))
    };
    Ok(MapPage {
        header_row: row.last_header.to_string(),
        columns: columns(desk, &row)?
            .iter()
            .map(|column| column_line(column, &frame))
            .collect(),
        fields: Field::ALL.iter().map(field_words).collect(),
        problem,
        about,
        frame,
    })
}

fn column_line(column: &ColumnView, frame: &Frame) -> ColumnLine {
    let field = column.field.map_or("", Field::code);
    let why = match (column.field, column.known) {
        (None, _) => Some("import-known-no-field-why".to_owned()),
        (Some(_), Known::Remembered) => None,
        (Some(of), _) => {
            use Field::{Basis, BirthOn, Care, Landlord, Room};
            let has_note = [Room, BirthOn, Care, Basis, Landlord].contains(&of);
            has_note.then(|| format!("import-look-{field}"))
        }
    };
    ColumnLine {
        letter: column_name(column.at),
        at: column.at,
        header: column.header.clone(),
        samples: column.samples.join("、"),
        field,
        known: column.known.code(),
        why: why.map(|key| frame.t(&key)),
        is_never: column.is_never,
    }
}

fn check_page(
    desk: &Desk,
    row: ImportRunRow,
    about: About,
    frame: Frame,
    wish: &Wish,
    (viewer, times): (Viewer, &Times),
) -> Result<CheckPage, ImportError> {
    let report = report::read(desk, &row)?.unwrap_or_default();
    let kinds = kinds(&row, &frame);
    let next = differing(desk, &row, &report, wish.after, (viewer, times), &frame)?;
    let headers = columns(desk, &row)?;
    let headers: Vec<(usize, String, String)> = headers
        .into_iter()
        .filter(|column| column.field.is_some())
        .map(|column| (column.at, column_name(column.at), column.header))
        .collect();
    let bad: Vec<BadLine> = report
        .bad
        .iter()
        .take(BAD_SHOWN)
        .map(|bad| bad_line(bad, &headers, &frame))
        .collect();
    let repeated = report
        .repeated
        .iter()
        .take(REPEATED_SHOWN)
        .map(|(number, other, differs)| {
            let key = match differs {
                true => "import-same-repeated-differs",
                false => "import-same-repeated",
            };
            let (number, other) = (number.to_string(), other.to_string());
            frame.fill(key, &[("row", number.as_str()), ("other", other.as_str())])
        });
    let differ = report.different.len();
    let untaken = report.different.iter().filter(|row| !row.is_taken).count();
    let shown = i64::try_from(bad.len()).unwrap_or(0);
    Ok(CheckPage {
        seconds: format!("{}.{}", report.millis / 1_000, report.millis % 1_000 / 100),
        widths: widths(&row),
        headers: headers
            .into_iter()
            .map(|(_, letter, header)| (letter, header))
            .collect(),
        bad_cells: kinds.iter().map(|(count, _)| count).sum(),
        bad_more: row.rejected - shown,
        kinds_most: kinds.iter().map(|(count, _)| *count).max().unwrap_or(1),
        repeated: repeated.collect(),
        same_rows: row.duplicate - i64::try_from(untaken).unwrap_or(0),
        bad,
        kinds,
        differ,
        next,
        row,
        about,
        frame,
    })
}

/// Shares of 1 000 for the bar under the sum; what is there at all can be seen.
fn widths(row: &ImportRunRow) -> [i64; 3] {
    let all = row.rows_all.max(1);
    let share = |rows: i64| match rows {
        0 => 0,
        rows => (rows * 1_000 / all).max(14),
    };
    [
        share(row.accepted),
        share(row.rejected),
        share(row.duplicate),
    ]
}

/// Cells by fault, most first.
fn kinds(row: &ImportRunRow, frame: &Frame) -> Vec<(i64, String)> {
    let words = row
        .faults
        .split_whitespace()
        .filter_map(|word| word.rsplit_once(':'));
    let mut kinds: Vec<(i64, String)> = words
        .filter_map(|(key, count)| Some((count.parse().ok()?, frame.t(key))))
        .collect();
    kinds.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    kinds
}

fn bad_line(bad: &report::BadRow, headers: &[(usize, String, String)], frame: &Frame) -> BadLine {
    let is_bad = |at: usize| bad.faults.iter().any(|fault| fault.column == Some(at));
    let cells = headers.iter().map(|(at, ..)| {
        let text = bad.cells.get(*at).cloned().unwrap_or_default();
        (text, is_bad(*at))
    });
    let number = bad.number.to_string();
    let faults = bad.faults.iter().map(|fault| {
        let field = frame.t(&format!("import-field-{}", fault.field));
        let slots = [("row", number.as_str()), ("field", field.as_str())];
        FaultLine {
            cell: fault
                .column
                .map_or_else(String::new, |at| format!("{}{number}", column_name(at))),
            input: fault
                .column
                .map_or_else(String::new, |at| format!("fix-{number}-{at}")),
            place: frame.fill("import-bad-where", &slots),
            words: frame.t(&fault.fault),
            shown: fault.shown.clone(),
        }
    });
    BadLine {
        number: bad.number,
        cells: cells.collect(),
        faults: faults.collect(),
    }
}

fn differing(
    desk: &Desk,
    row: &ImportRunRow,
    report: &Report,
    after: Option<u32>,
    (viewer, times): (Viewer, &Times),
    frame: &Frame,
) -> Result<Option<DifferLine>, ImportError> {
    let rest: Vec<&DifferentRow> = report
        .different
        .iter()
        .filter(|different| after.is_none_or(|after| different.number > after))
        .collect();
    let Some(first) = rest.first() else {
        return Ok(None);
    };
    let fields: Vec<Field> = first
        .fields
        .iter()
        .filter_map(|(word, _)| Field::from_code(word))
        .collect();
    let kept = match first.person_id() {
        Some(person) => kept_values(desk, row, person, &fields, viewer)?,
        None => None,
    };
    let Some((created_at, kept)) = kept else {
        return Ok(None);
    };
    let said = |field: &str, value: &str| {
        let value = match value {
            "" => frame.t("import-same-empty"),
            value => value.to_owned(),
        };
        format!("{} {value}", frame.t(&format!("import-field-{field}")))
    };
    Ok(Some(DifferLine {
        number: first.number,
        door: first.door.clone(),
        kept: kept
            .iter()
            .map(|(field, value)| said(field.code(), value))
            .collect(),
        said: first
            .fields
            .iter()
            .map(|(field, value)| said(field, value))
            .collect(),
        since: frame.with("import-same-since", "date", &times.moment(created_at)),
        can_be_taken: first.can_be_taken,
        is_taken: first.is_taken,
        left: rest.len() - 1,
    }))
}

fn work_page(row: &ImportRunRow, about: About, frame: Frame) -> WorkPage {
    let (done, all) = (row.rows_done.to_string(), row.rows_all.to_string());
    let slots = [("done", done.as_str()), ("all", all.as_str())];
    let (title, lead, stop) = match RunState::named(&row.state) {
        Some(RunState::Checking) => (
            "import-working-title",
            frame.fill("import-working", &slots),
            false,
        ),
        Some(RunState::Linking) => ("import-run-title", frame.t("import-run-linking"), true),
        Some(RunState::Undoing) => ("import-undoing-title", frame.t("import-run-lead"), false),
        _ => ("import-run-title", frame.t("import-run-lead"), true),
    };
    let rows = row.accepted.to_string();
    WorkPage {
        stop: stop.then(|| frame.with("import-run-stop-means", "rows", &rows)),
        title,
        lead,
        done: row.rows_done.min(row.rows_all),
        all: row.rows_all.max(1),
        about,
        frame,
    }
}

fn done_page(
    desk: &Desk,
    row: ImportRunRow,
    about: About,
    frame: Frame,
    wish: &Wish,
    times: &Times,
) -> Result<DonePage, ImportError> {
    let now = times.now().millis;
    let state = RunState::named(&row.state);
    let can_be_undone = state.is_some_and(RunState::can_be_undone)
        && row.undo_until.is_some_and(|until| until > now);
    let looked = wish.look.is_some() && can_be_undone;
    let counts = match (state, looked) {
        (Some(RunState::Undone), _) => counts_of(desk, row.shard, row.run)?,
        (_, true) => preview(desk, row.shard, row.run, LOOKED_AT)?,
        _ => UndoCounts::default(),
    };
    let mut said = Vec::new();
    let is_undone = state == Some(RunState::Undone);
    let keys = match is_undone {
        true => [
            "import-undone-removed",
            "import-undone-restored",
            "import-undone-left",
        ],
        false => [
            "import-undo-removes",
            "import-undo-restores",
            "import-undo-leaves",
        ],
    };
    for (count, key) in [(counts.removed, keys[0]), (counts.restored, keys[1])] {
        if count > 0 {
            said.push((true, frame.with(key, "rows", &count.to_string())));
        }
    }
    for (why, count) in &counts.left {
        let (rows, why) = (count.to_string(), frame.t(&format!("import-left-{why}")));
        let slots = [("rows", rows.as_str()), ("why", why.as_str())];
        said.push((false, frame.fill(keys[2], &slots)));
    }
    if looked && row.accepted > i64::from(LOOKED_AT) {
        let first = LOOKED_AT.to_string();
        said.push((false, frame.with("import-undo-first", "rows", &first)));
    }
    let until = row
        .undo_until
        .filter(|_| can_be_undone)
        .map(|until| times.moment(until));
    Ok(DonePage {
        title: match state {
            Some(RunState::Undone) => "import-undone-title",
            Some(RunState::Stopped) => "import-stopped-title",
            _ => "import-done-title",
        },
        widths: widths(&row),
        has_file: row.wrapped_key.is_some() && row.rejected > 0,
        until,
        said,
        looked,
        row,
        about,
        frame,
    })
}

/// POST /areas/{area}/import/{run}
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, run)): Path<(String, String)>,
    frame: Frame,
    Form(form): Form<Vec<(String, String)>>,
) -> Response {
    let row = match found(&app, &area, &run).await {
        Ok(row) => row,
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    let (place, id) = match place_of(&area) {
        Ok(place) => (place, row.run),
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    let here = format!("/areas/{}/import/{}", area.area, run_text(&id));
    let done = away(&app, move |desk| act(desk, &place, id, &form, &caller)).await;
    match done {
        Ok(Then::Here) => Redirect::to(&here).into_response(),
        Ok(Then::After(row)) => Redirect::to(&format!("{here}?after={row}")).into_response(),
        Ok(Then::List) => Redirect::to(&format!("/areas/{}/import", area.area)).into_response(),
        // A second click, or the way back: the page as it is now says where it stands.
        Err(ImportError::NotNow) => Redirect::to(&here).into_response(),
        Err(ImportError::NothingMapped) => {
            Redirect::to(&format!("{here}?problem=map")).into_response()
        }
        Err(error) => PageError::new(error.into(), frame.lang).into_response(),
    }
}

/// Where a form leads.
enum Then {
    Here,
    After(u32),
    List,
}

fn act(
    desk: &Desk,
    place: &Place,
    id: RunId,
    form: &[(String, String)],
    caller: &Caller,
) -> Result<Then, ImportError> {
    let value = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map(|(_, v)| v.as_str())
    };
    let (shard, staff) = (place.shard, Some(caller.staff));
    let planned = |row: ImportRunRow| plan(desk, &row).map(|()| Then::Here);
    match value("act").unwrap_or_default() {
        "map" => {
            let (mapping, remember) = (read_map(form), value("remember").is_some());
            planned(map(desk, shard, id, &mapping, remember, staff)?)
        }
        "again" => map_again(desk, shard, id).map(|_| Then::Here),
        "fix" => planned(put_right(desk, shard, id, &read_fixes(form), &[])?),
        "choose" => {
            let row = value("row").and_then(|row| row.parse().ok()).unwrap_or(0);
            if value("choice") == Some("take") {
                planned(put_right(desk, shard, id, &[], &[(row, true)])?)?;
            }
            Ok(Then::After(row))
        }
        "choose-all" => {
            let from = value("row").and_then(|row| row.parse().ok()).unwrap_or(0);
            let is_take = value("choice") == Some("take");
            planned(choose_from(desk, shard, id, from, is_take)?)
        }
        "begin" => planned(begin(desk, shard, id, staff)?),
        "stop" => stop(desk, shard, id, staff).map(|_| Then::Here),
        "undo" => planned(take_back(desk, shard, id, staff)?),
        "discard" => discard(desk, shard, id).map(|()| Then::List),
        _ => Err(ImportError::NotNow),
    }
}

/// The same choice for a row and all after it. Those where it cannot be made stay.
fn choose_from(
    desk: &Desk,
    shard: Shard,
    id: RunId,
    from: u32,
    is_take: bool,
) -> Result<ImportRunRow, ImportError> {
    let report = report::read(desk, &desk.run(shard, id)?)?.unwrap_or_default();
    let rest = report
        .different
        .iter()
        .filter(|row| row.number >= from && row.can_be_taken);
    let takes: Vec<(u32, bool)> = rest.map(|row| (row.number, is_take)).collect();
    put_right(desk, shard, id, &[], &takes)
}

fn read_map(form: &[(String, String)]) -> Mapping {
    let mut mapping = Vec::new();
    for (name, value) in form {
        let at = name
            .strip_prefix("column-")
            .and_then(|at| at.parse::<usize>().ok());
        if let Some(at) = at.filter(|at| *at < crate::sheet::COLUMNS_MOST) {
            // A field stands for one column: the first that has it.
            let field = Field::from_code(value).filter(|field| !mapping.contains(&Some(*field)));
            set(&mut mapping, at, field);
        }
    }
    mapping
}

fn read_fixes(form: &[(String, String)]) -> Vec<(u32, usize, String)> {
    let fixes = form.iter().filter_map(|(name, value)| {
        let (row, column) = name.strip_prefix("fix-")?.split_once('-')?;
        let typed = value.trim();
        let column: usize = column.parse().ok()?;
        let is_fix = !typed.is_empty() && column < crate::sheet::COLUMNS_MOST;
        is_fix.then_some((row.parse().ok()?, column, typed.to_owned()))
    });
    fixes.collect()
}

/// GET /areas/{area}/import/{run}/faults.xlsx
pub async fn faults(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, run)): Path<(String, String)>,
    frame: Frame,
) -> Response {
    let lang: Lang = frame.lang;
    let made = async {
        let row = found(&app, &area, &run).await?;
        let staff = Some(caller.staff);
        let made = away(&app, move |desk| {
            remarks(desk, row.shard, row.run, lang, staff)
        });
        Ok::<_, OpError>(made.await?)
    };
    match made.await {
        Ok(bytes) => workbook("faults.xlsx", bytes),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

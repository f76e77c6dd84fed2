//! One import: its columns, what the check found, its progress, taking it back.

use super::import_check::check_page;
use super::import_map::map_page;
use super::import_progress::{done_page, work_page};
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission::ImportPeople;
use crate::console::import::{away, place_of, workbook};
use crate::error::OpError;
use crate::ops::import_people::field::Field;
use crate::ops::import_people::header::{Mapping, set};
use crate::ops::import_people::map::{begin, discard, map, map_again, put_right, stop, take_back};
use crate::ops::import_people::plan::plan;
use crate::ops::import_people::remarks::remarks;
use crate::ops::import_people::state::State as RunState;
use crate::ops::import_people::takes::choose;
use crate::ops::import_people::view::name;
use crate::ops::import_people::{Desk, ImportError, Place, RunId, read_run, run_text};
use crate::page::{Frame, PageError, show as show_page};
use crate::times::Times;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::gate::wording::Lang;
use gatehouse_store::import_run::ImportRunRow;
use gatehouse_store::person_view::Viewer;
use serde::Deserialize;
use std::sync::Arc;

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
    pub(super) after: Option<u32>,
    /// What undoing would do.
    pub(super) look: Option<String>,
    /// What was wrong with the form before.
    pub(super) problem: Option<String>,
}

/// What every page of an import shows.
pub(super) struct About {
    pub(super) href: String,
    pub(super) list: String,
    pub(super) line: String,
    /// Each step: `done`, `here` or nothing, its number, key of its words.
    pub(super) steps: Vec<(&'static str, usize, &'static str)>,
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
        bytes => format!("{}.{} MB", bytes >> 20, ((bytes & 0xF_FFFF) * 10) >> 20),
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
        steps: steps(RunState::named(&row.state)),
    }
}

fn steps(state: Option<RunState>) -> Vec<(&'static str, usize, &'static str)> {
    let here = match state {
        Some(RunState::Mapping) => 2,
        Some(RunState::Checking | RunState::Checked) => 3,
        Some(RunState::Running | RunState::Linking) => 4,
        _ => 5,
    };
    let keys = [
        "import-step-file",
        "import-step-map",
        "import-step-check",
        "import-step-run",
        "import-step-undo",
    ];
    let mark = |number: usize| match number.cmp(&here) {
        std::cmp::Ordering::Less => "done",
        std::cmp::Ordering::Equal => "here",
        std::cmp::Ordering::Greater => "",
    };
    (1..)
        .zip(keys)
        .map(|(number, key)| (mark(number), number, key))
        .collect()
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
        "fix" => planned(put_right(desk, shard, id, &read_fixes(form))?),
        "choose" => {
            let row = value("row").and_then(|row| row.parse().ok()).unwrap_or(0);
            if value("choice") == Some("take") {
                planned(choose(desk, shard, id, (row, false), true)?)?;
            }
            Ok(Then::After(row))
        }
        "choose-all" => {
            let from = value("row").and_then(|row| row.parse().ok()).unwrap_or(0);
            let is_take = value("choice") == Some("take");
            planned(choose(desk, shard, id, (from, true), is_take)?)
        }
        "begin" => planned(begin(desk, shard, id, staff)?),
        "stop" => stop(desk, shard, id, staff).map(|_| Then::Here),
        "undo" => planned(take_back(desk, shard, id, staff)?),
        "discard" => discard(desk, shard, id).map(|()| Then::List),
        _ => Err(ImportError::NotNow),
    }
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

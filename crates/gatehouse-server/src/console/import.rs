//! Imports of people: the list, the upload, the files that go down. A single import is
//! `import_run.rs`.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission::{ExportPeople, ImportPeople};
use crate::error::OpError;
use crate::jobs::import::desk;
use crate::ops::import_people::ledger::{Exporter, export};
use crate::ops::import_people::state::State as RunState;
use crate::ops::import_people::template::template;
use crate::ops::import_people::upload::upload;
use crate::ops::import_people::view::{name, runs, uploader};
use crate::ops::import_people::{Desk, ImportError, Place, rows_left, run_text};
use crate::ops::list_areas::{AreaLine, list_areas};
use crate::page::{Frame, PageError, show as show_page};
use crate::sheet::{FILE_BYTES_MOST, SheetError};
use crate::times::Times;
use askama::Template;
use axum::Extension;
use axum::extract::{Multipart, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use gatehouse_store::import_run::ImportRunRow;
use std::sync::Arc;

/// The route that takes files; its body may be larger than others'.
pub const UPLOAD_PATH: &str = "/areas/{area}/import";
/// Imports in the list.
const RUNS_MOST: u32 = 50;

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage {
    frame: Frame,
    area: AreaInScope,
    /// Compounds to choose from, where this is none.
    places: Option<Vec<AreaLine>>,
    refused: Option<String>,
    runs: Vec<RunLine>,
    may_export: bool,
}

struct RunLine {
    href: String,
    name: String,
    about: String,
    all: i64,
    accepted: i64,
    rejected: i64,
    duplicate: i64,
    left: i64,
    state: &'static str,
    look: &'static str,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let imports = Access::Needs(ImportPeople);
    let page = |path, kept| RouteRule::page(path, imports, Scope::Area, kept);
    table
        .add(
            page("/areas/{area}/import", Kept::View).in_menu(Menu::Import),
            get(show),
        )
        .add(
            RouteRule::form(UPLOAD_PATH, imports, Scope::Area, Kept::Change),
            post(submit),
        )
        .add(
            page("/areas/{area}/import/template.xlsx", Kept::Nothing),
            get(show_template),
        )
        .add(
            RouteRule::page(
                "/areas/{area}/import/ledger.xlsx",
                Access::Needs(ExportPeople),
                Scope::Area,
                Kept::View,
            ),
            get(show_ledger),
        )
}

/// What an import may speak of: a compound in a county.
pub fn place_of(area: &AreaInScope) -> Result<Place, OpError> {
    if area.level != "compound" {
        return Err(OpError::NotFound);
    }
    Ok(Place {
        shard: area.county()?,
        area: area.area,
        offset_minutes: area.offset_minutes,
    })
}

/// Runs something that blocks, away from the threads that answer.
pub async fn away<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&Desk) -> Result<T, ImportError> + Send + 'static,
) -> Result<T, ImportError> {
    let desk = desk(app).ok_or(ImportError::NotNow)?;
    let done = tokio::task::spawn_blocking(move || work(&desk)).await;
    done.unwrap_or(Err(ImportError::Store(
        gatehouse_store::StoreError::Panicked,
    )))
}

impl From<ImportError> for OpError {
    fn from(error: ImportError) -> OpError {
        match error {
            ImportError::Gone => OpError::NotFound,
            ImportError::NotNow => OpError::Stale,
            ImportError::AtWork => OpError::Passing("I-BUSY"),
            ImportError::Sheet(_) => OpError::NotTaken {
                code: "I-FILE",
                detail: "the file is not taken",
            },
            ImportError::NothingMapped => OpError::NotTaken {
                code: "I-MAP",
                detail: "map a column to the name and one to the room",
            },
            ImportError::Store(error) => error.into(),
        }
    }
}

/// GET /areas/{area}/import
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
) -> Response {
    respond(&app, area, &caller, frame, None).await
}

async fn respond(
    app: &App,
    area: AreaInScope,
    caller: &Caller,
    frame: Frame,
    refused: Option<String>,
) -> Response {
    let lang = frame.lang;
    let status = match refused {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    match page(app, area, caller, frame, refused).await {
        Ok(page) => (status, show_page(&page)).into_response(),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

async fn page(
    app: &App,
    area: AreaInScope,
    caller: &Caller,
    frame: Frame,
    refused: Option<String>,
) -> Result<ImportPage, OpError> {
    let may_export = caller.may_in(ExportPeople, &area.path);
    let Ok(place) = place_of(&area) else {
        let places = Some(list_areas(app, area.area).await?);
        return Ok(ImportPage {
            frame,
            area,
            places,
            refused,
            runs: Vec::new(),
            may_export,
        });
    };
    let now = app.world.now_millis();
    let times = Times::new(frame.lang, now, area.offset_minutes);
    let words = frame.clone();
    let lines = away(app, move |desk| {
        let rows = runs(desk, &place, RUNS_MOST)?;
        let lines = rows.iter().map(|row| line(desk, row, &words, &times, now));
        lines.collect::<Result<Vec<_>, _>>()
    });
    let runs = match lines.await {
        Ok(lines) => lines,
        // Before `gatehouse init` there is nothing to seal with, and nothing was imported.
        Err(ImportError::NotNow) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    Ok(ImportPage {
        frame,
        area,
        places: None,
        refused,
        runs,
        may_export,
    })
}

fn line(
    desk: &Desk,
    row: &ImportRunRow,
    frame: &Frame,
    times: &Times,
    now_millis: i64,
) -> Result<RunLine, ImportError> {
    let name = name(desk, row);
    let who = uploader(desk, row)?.unwrap_or_else(|| frame.t("import-command-line"));
    let (state, look) = state_words(row, now_millis);
    Ok(RunLine {
        href: format!("/areas/{}/import/{}", row.area, run_text(&row.run)),
        name: if name.is_empty() {
            frame.t("import-name-gone")
        } else {
            name
        },
        about: format!("{} · {who}", times.moment(row.made_at)),
        all: row.rows_all,
        accepted: row.accepted,
        rejected: row.rejected,
        duplicate: row.duplicate,
        left: rows_left(row),
        state,
        look,
    })
}

/// Key of the words for where an import stands, and how they look.
fn state_words(row: &ImportRunRow, now_millis: i64) -> (&'static str, &'static str) {
    let is_over = row.undo_until.is_some_and(|until| until <= now_millis);
    match (RunState::named(&row.state), is_over) {
        (Some(RunState::Mapping), _) => ("import-state-mapping", "ask"),
        (Some(RunState::Checking), _) => ("import-state-checking", "blue"),
        (Some(RunState::Checked), _) => ("import-state-checked", "ask"),
        (Some(RunState::Running), _) => ("import-state-running", "blue"),
        (Some(RunState::Linking), _) => ("import-state-linking", "blue"),
        (Some(RunState::Done), false) => ("import-state-done", "go"),
        (Some(RunState::Done), true) => ("import-state-over", "go"),
        (Some(RunState::Stopped), false) => ("import-state-stopped", "wait"),
        (Some(RunState::Stopped), true) => ("import-state-stopped-over", "wait"),
        (Some(RunState::Undoing), _) => ("import-state-undoing", "blue"),
        (Some(RunState::Undone), _) => ("import-state-undone", "wait"),
        (Some(RunState::Uploading) | None, _) => ("import-state-uploading", "stop"),
    }
}

/// POST /areas/{area}/import
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Response {
    let lang = frame.lang;
    let place = match place_of(&area) {
        Ok(place) => place,
        Err(error) => return PageError::new(error, lang).into_response(),
    };
    let refuse = |reason: &str| Some(frame.t(&format!("import-file-{reason}")));
    let taken = match form {
        Ok(form) => read_file(form).await,
        Err(_) => Err("missing"),
    };
    let (file_name, bytes) = match taken {
        Ok(taken) => taken,
        Err(reason) => {
            let refused = refuse(reason);
            return respond(&app, area, &caller, frame, refused).await;
        }
    };
    let staff = Some(caller.staff);
    let kept = away(&app, move |desk| {
        upload(desk, &place, staff, &file_name, bytes)
    })
    .await;
    match kept {
        Ok(run) => {
            let to = format!("/areas/{}/import/{}", area.area, run_text(&run));
            Redirect::to(&to).into_response()
        }
        Err(ImportError::Sheet(error)) => {
            let refused = refuse(error.code());
            respond(&app, area, &caller, frame, refused).await
        }
        Err(error) => PageError::new(error.into(), lang).into_response(),
    }
}

/// The one file of the form, within its limit; else why not.
async fn read_file(mut form: Multipart) -> Result<(String, Vec<u8>), &'static str> {
    while let Ok(Some(mut field)) = form.next_field().await {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        loop {
            match field.chunk().await {
                Ok(Some(chunk)) if bytes.len() + chunk.len() <= FILE_BYTES_MOST => {
                    bytes.extend_from_slice(&chunk);
                }
                Ok(Some(_)) => return Err(SheetError::FileTooLarge.code()),
                Ok(None) if name.is_empty() && bytes.is_empty() => return Err("missing"),
                Ok(None) => return Ok((name, bytes)),
                // The limit round the route, or a connection that broke off.
                Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                    return Err(SheetError::FileTooLarge.code());
                }
                Err(_) => return Err(SheetError::Damaged.code()),
            }
        }
    }
    Err("missing")
}

/// GET /areas/{area}/import/template.xlsx
pub async fn show_template(State(app): State<App>, frame: Frame) -> Response {
    match template(frame.lang, app.world.now_millis()) {
        Ok(bytes) => workbook("template.xlsx", bytes),
        Err(error) => PageError::new(error.into(), frame.lang).into_response(),
    }
}

/// GET /areas/{area}/import/ledger.xlsx
pub async fn show_ledger(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    let made = async {
        let place = place_of(&area)?;
        let by = Exporter {
            staff: Some(caller.staff),
            name: caller.name.clone(),
            organisation: caller.office_in(ExportPeople, &area.path),
            lang,
            area_name: area.name.clone(),
        };
        let made = away(&app, move |desk| export(desk, &place, &by)).await;
        Ok::<_, OpError>(made?)
    };
    match made.await {
        Ok(bytes) => workbook("ledger.xlsx", bytes),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// A workbook that is kept, not shown.
pub fn workbook(name: &str, bytes: Vec<u8>) -> Response {
    const KIND: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    (
        [
            (header::CONTENT_TYPE, KIND.to_owned()),
            (
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{name}\""),
            ),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ],
        bytes,
    )
        .into_response()
}

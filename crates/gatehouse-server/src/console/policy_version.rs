//! One version of a document: what it says, what differs from another, and its files.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::console::policy_draft_view::note_lines;
use crate::console::policy_steps::version_steps;
use crate::console::policy_versions::{Changed, change_lines, row_lines, title};
use crate::console::policy_words::{WordsCard, words_card};
use crate::console::step_view::StepView;
use crate::error::OpError;
use crate::ops::foresee_rules::foresee_version;
use crate::ops::list_policy_versions::names;
use crate::ops::look_at_policy::notes_of_proposal;
use crate::ops::read_policy_version::{
    DELIVERED_VERSION, KeptVersion, file_of_version, read_policy_version,
};
use crate::page::{Frame, PageError, made};
use crate::times::Times;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

const ONE: &str = "/areas/{area}/policy/versions/{document}/{version}";

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let may = Access::Needs(Permission::WritePolicy);
    let page = |path| RouteRule::page(path, may, Scope::Area, Kept::View).in_menu(Menu::Policy);
    table.add(page(ONE), get(show)).add(
        page("/areas/{area}/policy/versions/{document}/{version}/{file}"),
        get(file),
    )
}

/// With which version it is compared.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Beside {
    beside: String,
}

#[derive(Template)]
#[template(path = "policy_version.html")]
struct VersionPage {
    frame: Frame,
    area: AreaInScope,
    /// The folder's name.
    document: String,
    version: i64,
    title: String,
    /// Id and sentence.
    rows: Vec<(String, String)>,
    /// Number, words, whether it is the one beside.
    others: Vec<(i64, String, bool)>,
    /// From which to which the differences lead.
    compared: Option<String>,
    differences: Vec<Changed>,
    /// What whoever approves shall know, where it is proposed.
    notes: Vec<String>,
    /// How far it is, where it has not begun.
    steps: Vec<StepView>,
    /// What people will be told then.
    words: Option<WordsCard>,
}

/// GET /areas/{area}/policy/versions/{document}/{version}
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Path((_, document, version)): Path<(String, String, String)>,
    Query(asked): Query<Beside>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    let found = match number(&version) {
        Ok(number) => {
            let (which, beside) = ((&*document, number), asked.beside.parse().ok());
            read_version(&app, area, frame, which, beside).await
        }
        Err(error) => Err(error),
    };
    made(found, StatusCode::OK, lang)
}

async fn read_version(
    app: &App,
    area: AreaInScope,
    frame: Frame,
    which: (&str, i64),
    beside: Option<i64>,
) -> Result<VersionPage, OpError> {
    let found = read_policy_version(app, &area, which, beside).await?;
    let notes = notes_of_proposal(app, area.area, which, &found.texts).await?;
    let notes = note_lines(&notes, frame.lang);
    let foreseen = foresee_version(app, &area, which).await?;
    let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
    let place = format!(
        "/areas/{}/policy/versions/{}/{}",
        area.area, which.0, which.1
    );
    let coming = foreseen.map(|coming| {
        let steps = version_steps(&coming, &frame, &times);
        (steps, words_card(app, &coming, &area, place, &frame))
    });
    let (steps, words) = coming.unzip();
    Ok(VersionPage {
        notes,
        steps: steps.unwrap_or_default(),
        words,
        ..page(found, area, frame, which)
    })
}

fn number(version: &str) -> Result<i64, OpError> {
    version.parse().map_err(|_| OpError::NotFound)
}

fn page(found: KeptVersion, area: AreaInScope, frame: Frame, which: (&str, i64)) -> VersionPage {
    let (document, version) = (which.0.to_owned(), which.1);
    let one = found.document.as_ref();
    let name = match one {
        Some(one) => title(&names(one), frame.lang),
        None => document.clone(),
    };
    let beside = found.beside.as_ref().map(|(number, _)| *number);
    let others = found.others.iter().map(|number| {
        let words = number_words(&frame, *number);
        (*number, words, Some(*number) == beside)
    });
    // The older on the left, whichever was asked for.
    let pair = found.beside.as_ref().map(|(number, other)| {
        let (this, other) = ((version, &found.texts), (*number, other));
        if *number < version {
            [other, this]
        } else {
            [this, other]
        }
    });
    let compared = pair.map(|pair| {
        let [was, is] = pair.map(|(number, _)| number_words(&frame, number));
        frame.fill("version-from-to", &[("was", &was), ("is", &is)])
    });
    VersionPage {
        title: format!("{name} · {}", number_words(&frame, version)),
        rows: one.map_or_else(Vec::new, |one| row_lines(one, frame.lang)),
        others: others.collect(),
        differences: pair.map_or_else(Vec::new, |[was, is]| change_lines(was.1, is.1, &frame)),
        compared,
        notes: Vec::new(),
        steps: Vec::new(),
        words: None,
        document,
        version,
        frame,
        area,
    }
}

fn number_words(frame: &Frame, number: i64) -> String {
    match number {
        DELIVERED_VERSION => frame.t("version-delivered"),
        number => frame.with("version-number", "number", &number.to_string()),
    }
}

/// GET /areas/{area}/policy/versions/{document}/{version}/{file}
pub async fn file(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Path((_, document, version, file)): Path<(String, String, String, String)>,
    frame: Frame,
) -> Response {
    let found = match number(&version) {
        Ok(number) => file_of_version(&app, &area, (&document, number), &file).await,
        Err(error) => Err(error),
    };
    as_file(&file, found, &frame)
}

/// A file of a document, to keep.
pub fn as_file(name: &str, found: Result<String, OpError>, frame: &Frame) -> Response {
    match found {
        Ok(text) => {
            let attached = format!("attachment; filename=\"{name}\"");
            let kind = "application/toml; charset=utf-8".to_owned();
            let headers = [
                (header::CONTENT_TYPE, kind),
                (header::CONTENT_DISPOSITION, attached),
            ];
            (headers, text).into_response()
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

//! Who looked at what: for auditors, by day and member of staff; and whether the chains hold.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::ops::list_views::{LookLine, Looks, list_views};
use crate::ops::purpose::purpose_key;
use crate::page::{Frame, PageError, show as show_page};
use crate::times::{Times, thousands};
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::page(
            "/areas/{area}/views",
            Access::Needs(Permission::SeeAudit),
            Scope::Area,
            Kept::View,
        )
        .in_menu(Menu::Views),
        get(show),
    )
}

#[derive(Template)]
#[template(path = "views.html")]
struct ViewsPage {
    frame: Frame,
    area: AreaInScope,
    holds: Option<bool>,
    chain_words: String,
    sealed: Option<String>,
    lines: Vec<Line>,
}

struct Line {
    day: String,
    staff: String,
    pages: u32,
    people: u32,
    exports: u32,
    purposes: String,
}

/// GET /areas/{area}/views
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
) -> Response {
    match list_views(&app, &area).await {
        Ok(looks) => {
            let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
            show_page(&page(frame, area, &looks, times))
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn page(frame: Frame, area: AreaInScope, looks: &Looks, times: Times) -> ViewsPage {
    let report = looks.report.as_ref();
    let count = |number: u64| thousands(i64::try_from(number).unwrap_or(i64::MAX));
    let words = report.map(|report| {
        let (chains, entries) = (count(report.chains), count(report.entries));
        frame.fill(
            "views-chains",
            &[("chains", &chains), ("entries", &entries)],
        )
    });
    ViewsPage {
        holds: report.map(|report| report.faults.is_empty()),
        chain_words: words.unwrap_or_default(),
        sealed: looks.sealed_at.map(|at| times.moment(at)),
        lines: looks
            .lines
            .iter()
            .map(|look| line(&frame, look, times))
            .collect(),
        frame,
        area,
    }
}

fn line(frame: &Frame, look: &LookLine, times: Times) -> Line {
    let purposes = look.purposes.iter().map(|(purpose, count)| {
        let key = purpose_key(purpose);
        let key = match crate::locale::has(frame.lang, &key) {
            true => key,
            false => "purpose-other".to_owned(),
        };
        format!("{} {count}", frame.t(&key))
    });
    Line {
        day: times.day(look.day),
        staff: look
            .staff
            .clone()
            .unwrap_or_else(|| frame.t("look-program")),
        pages: look.pages,
        people: look.people,
        exports: look.exports,
        purposes: purposes.collect::<Vec<_>>().join(" · "),
    }
}

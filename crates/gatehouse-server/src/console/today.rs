//! Today's crossings of a gate.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::auth::role::Permission;
use crate::ops::list_crossings::{Today, list_crossings};
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use gatehouse_core::gate::fact::subject_kind;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::gate::{Outcome, Verdict, Way};
use gatehouse_core::moment::Moment;
use gatehouse_store::crossing::CrossingRow;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::page(
            "/gates/{gate}/today",
            Access::Needs(Permission::SeeCrossings),
            Scope::Gate,
            Kept::View,
        ),
        get(show),
    )
}

#[derive(Template)]
#[template(path = "today.html")]
struct TodayPage {
    frame: Frame,
    gate: String,
    emergencies: String,
    rows: Vec<Line>,
}

/// One crossing; `way`, `verdict` and `outcome` are keys of texts.
pub(crate) struct Line {
    pub time: String,
    pub way: &'static str,
    pub subject: &'static str,
    mark: &'static str,
    pub verdict: &'static str,
    pub outcome: &'static str,
    overruled: bool,
}

/// GET /gates/{gate}/today
pub async fn show(
    State(app): State<App>,
    Extension(gate): Extension<GateInScope>,
    frame: Frame,
) -> Response {
    match list_crossings(&app, &gate).await {
        Ok(today) => show_page(&TodayPage {
            gate: gate.name,
            emergencies: today.emergencies.to_string(),
            rows: lines(&today, frame.lang),
            frame,
        }),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn lines(today: &Today, lang: Lang) -> Vec<Line> {
    today
        .crossings
        .iter()
        .map(|row| line(row, today.offset_minutes, lang))
        .collect()
}

/// What is shown of a crossing.
pub(crate) fn line(row: &CrossingRow, offset: i16, lang: Lang) -> Line {
    let minute = Moment::new(row.counted_at, offset).minute_of_day();
    let kind = row
        .subject_kind
        .and_then(|kind| subject_kind::CHOICES.get(kind as usize));
    let (mark, verdict) = match row.verdict {
        _ if row.is_emergency => ("admit", "verdict-emergency"),
        Verdict::Admit => ("admit", "verdict-admit"),
        Verdict::Ask => ("ask", "verdict-ask"),
        Verdict::Refuse => ("refuse", "verdict-refuse"),
        Verdict::Refer => ("refer", "verdict-refer"),
    };
    Line {
        time: format!("{:02}:{:02}", minute / 60, minute % 60),
        way: match row.way {
            Way::In => "today-in",
            Way::Out => "today-out",
        },
        subject: kind.map_or("—", |kind| lang.pick(kind.label)),
        mark,
        verdict,
        outcome: match row.outcome_now {
            Some(Outcome::Crossed) => "outcome-crossed",
            Some(Outcome::TurnedBack) => "outcome-turned_back",
            Some(Outcome::TakenInCharge) => "outcome-taken_in_charge",
            Some(Outcome::Unknown) => "outcome-unknown",
            None => "outcome-undone",
        },
        overruled: row.overruling_reason.is_some(),
    }
}

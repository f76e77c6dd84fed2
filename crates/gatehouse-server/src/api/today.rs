//! Today's crossings of a gate, from every phone that works it: kinds, verdicts and outcomes,
//! nobody's name.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::console::today::{Line, line};
use crate::error::ApiError;
use crate::locale::text;
use crate::ops::list_crossings::list_crossings;
use crate::page::RequestLang;
use axum::extract::State;
use axum::{Extension, Json};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::gate::{Outcome, Verdict};
use gatehouse_store::crossing_hour::HourRow;
use serde::Serialize;

/// The answer.
#[derive(Serialize)]
pub struct Today {
    /// How many of each verdict, in the order of the signs.
    verdicts: Vec<Count>,
    /// How many ended how.
    outcomes: Vec<Count>,
    /// Newest first, the latest three hundred.
    crossings: Vec<Row>,
}

#[derive(Serialize)]
struct Count {
    label: String,
    count: i64,
}

#[derive(Serialize)]
struct Row {
    time: String,
    text: String,
}

/// GET /gate/api/gates/{gate}/today
pub async fn show(
    State(app): State<App>,
    Extension(gate): Extension<GateInScope>,
    Extension(lang): Extension<RequestLang>,
) -> Result<Json<Today>, ApiError> {
    let today = list_crossings(&app, &gate).await?;
    let lang = lang.0;
    let crossings = today.crossings.iter();
    Ok(Json(Today {
        verdicts: verdicts(&today.hours, lang),
        outcomes: outcomes(&today.hours, lang),
        crossings: crossings
            .map(|row| said(line(row, today.offset_minutes, lang), lang))
            .collect(),
    }))
}

/// 住户 · 进 · 放行 · 已通过
fn said(line: Line, lang: Lang) -> Row {
    let words = [line.way, line.verdict, line.outcome].map(|key| text(lang, key));
    Row {
        time: line.time,
        text: [line.subject.to_owned(), words.join(" · ")].join(" · "),
    }
}

fn verdicts(counts: &[HourRow], lang: Lang) -> Vec<Count> {
    let of = |verdict| move |count: &HourRow| !count.is_emergency && count.verdict == verdict;
    let rows = [
        tally(counts, "verdict-admit", lang, of(Verdict::Admit)),
        tally(counts, "verdict-ask", lang, of(Verdict::Ask)),
        tally(counts, "verdict-refuse", lang, of(Verdict::Refuse)),
        tally(counts, "verdict-refer", lang, of(Verdict::Refer)),
        tally(counts, "verdict-emergency", lang, |count| {
            count.is_emergency
        }),
    ];
    rows.into()
}

fn outcomes(counts: &[HourRow], lang: Lang) -> Vec<Count> {
    let of = |outcome| move |count: &HourRow| count.outcome == outcome;
    let rows = [
        tally(counts, "outcome-crossed", lang, of(Some(Outcome::Crossed))),
        tally(
            counts,
            "outcome-turned_back",
            lang,
            of(Some(Outcome::TurnedBack)),
        ),
        tally(
            counts,
            "outcome-taken_in_charge",
            lang,
            of(Some(Outcome::TakenInCharge)),
        ),
        tally(counts, "outcome-unknown", lang, of(Some(Outcome::Unknown))),
        tally(counts, "outcome-undone", lang, of(None)),
    ];
    rows.into()
}

fn tally(counts: &[HourRow], key: &str, lang: Lang, wanted: impl Fn(&HourRow) -> bool) -> Count {
    let found = counts.iter().filter(|count| wanted(count));
    Count {
        label: text(lang, key),
        count: found.map(|count| count.crossings).sum(),
    }
}

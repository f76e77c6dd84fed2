//! The papers of a place, its poster and guard's card: by the rules in force, as they will be, and
//! of a document that is not signed yet, so that whoever signs reads what will hang at the gate
//! (POL-4, PUB-1).

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::role::Permission;
use crate::console::print::pdf;
use crate::error::OpError;
use crate::locale::text;
use crate::ops::check_policy_draft::foresee_draft;
use crate::ops::foresee_rules::{Foreseen, foresee_version};
use crate::ops::make_board::{Hanging, make_board};
use crate::ops::read_rules_here::{RulesHere, read_rules_here};
use crate::page::{Frame, PageError};
use crate::paper::board::Board;
use crate::paper::guard_card::guard_card;
use crate::paper::poster::poster;
use crate::paper::{Fonts, PaperError};
use crate::serve::origin;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::GateId;
use serde::Deserialize;

/// What a paper is made by, and the name of its file before its language.
type Paper = (
    fn(&Board, &Fonts) -> Result<Vec<u8>, PaperError>,
    &'static str,
);

const POSTER: Paper = (poster, "poster");
const GUARD_CARD: Paper = (guard_card, "guard-card");

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let rule = |path, permission| {
        RouteRule::page(path, Access::Needs(permission), Scope::Area, Kept::Nothing)
    };
    let held = |path| rule(path, Permission::SeePolicy);
    let coming = |path| rule(path, Permission::WritePolicy);
    table
        .add(held("/areas/{area}/policy/poster.pdf"), in_force(POSTER))
        .add(
            held("/areas/{area}/policy/guard-card.pdf"),
            in_force(GUARD_CARD),
        )
        .add(
            coming("/areas/{area}/policy/drafts/{draft}/poster.pdf"),
            of_draft(POSTER),
        )
        .add(
            coming("/areas/{area}/policy/drafts/{draft}/guard-card.pdf"),
            of_draft(GUARD_CARD),
        )
        .add(
            coming("/areas/{area}/policy/versions/{document}/{version}/poster.pdf"),
            of_version(POSTER),
        )
        .add(
            coming("/areas/{area}/policy/versions/{document}/{version}/guard-card.pdf"),
            of_version(GUARD_CARD),
        )
}

/// Which paper.
#[derive(Debug, Default, Deserialize)]
pub struct PaperQuery {
    /// `en`; else Chinese.
    #[serde(default)]
    lang: String,
    /// At which gate it hangs.
    #[serde(default)]
    gate: String,
    /// As it will be then, milliseconds UTC; now where it is not said.
    at: Option<i64>,
}

impl PaperQuery {
    fn language(&self) -> Lang {
        match self.lang.as_str() {
            "en" => Lang::En,
            _ => Lang::Zh,
        }
    }

    fn code(&self) -> &'static str {
        match self.language() {
            Lang::Zh => "zh",
            Lang::En => "en",
        }
    }
}

/// By the rules in force, or as they will be at a moment.
fn in_force(paper: Paper) -> MethodRouter<App> {
    get(
        async move |State(app): State<App>,
                    Extension(area): Extension<AreaInScope>,
                    Query(query): Query<PaperQuery>,
                    frame: Frame| {
            let made = async {
                let here = read_rules_here(&app, &area, query.at).await?;
                print(&app, &area, (&here, None), &query, paper).await
            };
            answer(made.await, &query, paper, frame.lang)
        },
    )
}

/// By a draft.
fn of_draft(paper: Paper) -> MethodRouter<App> {
    get(
        async move |State(app): State<App>,
                    Extension(area): Extension<AreaInScope>,
                    Path((_, draft)): Path<(String, String)>,
                    Query(query): Query<PaperQuery>,
                    frame: Frame| {
            let made = async {
                let found = foresee_draft(&app, &area, &draft).await?;
                print_foreseen(&app, &area, found, &query, paper).await
            };
            answer(made.await, &query, paper, frame.lang)
        },
    )
}

/// By a version that is proposed, or approved and to come.
fn of_version(paper: Paper) -> MethodRouter<App> {
    get(
        async move |State(app): State<App>,
                    Extension(area): Extension<AreaInScope>,
                    Path((_, document, version)): Path<(String, String, i64)>,
                    Query(query): Query<PaperQuery>,
                    frame: Frame| {
            let made = async {
                let found = foresee_version(&app, &area, (&document, version)).await?;
                print_foreseen(&app, &area, found, &query, paper).await
            };
            answer(made.await, &query, paper, frame.lang)
        },
    )
}

async fn print_foreseen(
    app: &App,
    area: &AreaInScope,
    found: Option<Foreseen>,
    query: &PaperQuery,
    paper: Paper,
) -> Result<Vec<u8>, OpError> {
    let found = found.ok_or(OpError::NotFound)?;
    let lang = query.language();
    let warning = (!found.is_approved).then(|| text(lang, "paper-not-approved"));
    print(app, area, (&found.then, warning), query, paper).await
}

async fn print(
    app: &App,
    area: &AreaInScope,
    (here, warning): (&RulesHere, Option<String>),
    query: &PaperQuery,
    (make, _): Paper,
) -> Result<Vec<u8>, OpError> {
    let gate = match query.gate.as_str() {
        "" => here.first_gate(),
        gate => {
            let named = GateId::parse(gate);
            let found = here.gates.iter().find(|gate| Some(gate.gate) == named);
            Some(found.ok_or(OpError::NotFound)?)
        }
    };
    let hanging = Hanging {
        lang: query.language(),
        area,
        gate,
        origin: &origin(&app.config),
        warning,
    };
    let board = make_board(here, &hanging);
    app.press.print(move |fonts| make(&board, fonts)).await
}

fn answer(
    made: Result<Vec<u8>, OpError>,
    query: &PaperQuery,
    (_, name): Paper,
    lang: Lang,
) -> Response {
    match made {
        Ok(bytes) => pdf(bytes, &format!("{name}-{}.pdf", query.code())),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

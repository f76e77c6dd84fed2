//! The risk level and the phase of an area: what holds, what was decided, and deciding it with the
//! key of whoever does (RISK-2, AREA-6).

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::console::policy_draft::local_moment;
use crate::console::policy_versions::refusal_words;
use crate::error::OpError;
use crate::ops::decide_stage::{
    Proposal, Standing, WantedStage, approve_stage, decide_stage, stages_here, standing,
    withdraw_stage,
};
use crate::ops::read_stages::stages_at;
use crate::ops::sign_order::{OrderDesk, Signer};
use crate::ops::sign_policy::{By, Signed, sign};
use crate::page::{Frame, PageError, made};
use crate::times::Times;
use crate::world::World;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::measure::{STAGE_DAYS_MOST, Scale, Stage, StageSpell};
use gatehouse_store::stage::StageRow;
use serde::Deserialize;
use std::sync::Arc;

const PAGE: &str = "/areas/{area}/policy/stages";

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let may = Access::Needs(Permission::WritePolicy);
    // Reached from the rules in force, which stand in the menu.
    let page = RouteRule::page(PAGE, may, Scope::Area, Kept::View);
    let form = RouteRule::form(PAGE, may, Scope::Area, Kept::Change);
    table.add(page, get(show)).add(form, post(act))
}

#[derive(Template)]
#[template(path = "stages.html")]
struct StagesPage {
    frame: Frame,
    area: AreaInScope,
    fault: Option<String>,
    /// Scale, what holds, until when.
    now: Vec<(&'static str, &'static str, String)>,
    /// What, from when until when.
    later: Vec<(&'static str, String)>,
    decided: Vec<DecidedLine>,
    /// Word and key of its name.
    stages: Vec<(&'static str, String)>,
    days_most: i64,
    typed: StageForm,
}

struct DecidedLine {
    scale: String,
    from_at: i64,
    decided_at: i64,
    name: String,
    span: String,
    basis: String,
    by: String,
    class: &'static str,
    state: &'static str,
    may_approve: bool,
    may_withdraw: bool,
}

/// What a key of the page sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct StageForm {
    act: String,
    stage: String,
    from: String,
    days: String,
    basis: String,
    scale: String,
    from_at: i64,
    decided_at: i64,
    password: String,
}

/// GET /areas/{area}/policy/stages
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    let page = page(&app, area, frame, None, StageForm::default()).await;
    made(page, StatusCode::OK, lang)
}

/// POST /areas/{area}/policy/stages
pub async fn act(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(form): Form<StageForm>,
) -> Response {
    let lang = frame.lang;
    let by = By {
        caller: &caller,
        area: area.area,
        password: &form.password,
    };
    let done = match form.act.as_str() {
        "decide" => decide(&app, by, &form, area.offset_minutes).await,
        "approve" => settle(&app, by, &form, approve_stage).await,
        "withdraw" => settle(&app, by, &form, withdraw_stage).await,
        _ => Err(OpError::Unreadable("act".to_owned())),
    };
    match done {
        Ok(None) => Redirect::to(&format!("/areas/{}/policy/stages", area.area)).into_response(),
        Ok(Some(code)) => {
            let fault = Some(refusal_words(&frame, &code));
            let page = page(&app, area, frame, fault, form).await;
            made(page, StatusCode::UNPROCESSABLE_ENTITY, lang)
        }
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// The code of what was refused.
type Refusal = Option<String>;

async fn decide(
    app: &App,
    by: By<'_>,
    form: &StageForm,
    offset_minutes: i16,
) -> Result<Refusal, OpError> {
    let unreadable = |field: &str| OpError::Unreadable(field.to_owned());
    let stage = Stage::named(&form.stage).ok_or_else(|| unreadable("stage"))?;
    let from = form.from.trim();
    let from_at = match (from.is_empty(), local_moment(from, offset_minutes)) {
        (true, _) => app.world.now_millis(),
        (false, Some(at)) => at.millis,
        (false, None) => return Ok(Some("D-TIME".to_owned())),
    };
    let Ok(days) = form.days.trim().parse() else {
        return Ok(Some("P-DAYS".to_owned()));
    };
    let wanted = WantedStage {
        stage,
        area: by.area,
        from_at,
        days,
        basis: form.basis.clone(),
    };
    said(
        sign(app, by, move |desk, signer, world| {
            decide_stage(desk, wanted, signer, world)
        })
        .await,
    )
}

/// What becomes of a proposal.
type Settle = fn(&OrderDesk, Proposal<'_>, &Signer<'_>, &dyn World) -> anyhow::Result<()>;

async fn settle(
    app: &App,
    by: By<'_>,
    form: &StageForm,
    settle: Settle,
) -> Result<Refusal, OpError> {
    let (area, scale) = (by.area, form.scale.clone());
    let (from_at, decided_at) = (form.from_at, form.decided_at);
    said(
        sign(app, by, move |desk, signer, world| {
            let proposal = Proposal {
                area,
                scale: &scale,
                from_at,
                decided_at,
            };
            settle(desk, proposal, signer, world)
        })
        .await,
    )
}

fn said<T>(signed: Result<Signed<T>, OpError>) -> Result<Refusal, OpError> {
    Ok(match signed? {
        Signed::Done(_) => None,
        Signed::Refused(code, _) => Some(code),
    })
}

async fn page(
    app: &App,
    area: AreaInScope,
    frame: Frame,
    fault: Option<String>,
    typed: StageForm,
) -> Result<StagesPage, OpError> {
    let here = stages_here(app, &area).await?;
    let now = app.world.now_millis();
    let times = Times::new(frame.lang, now, area.offset_minutes);
    let held = Scale::ALL.into_iter().zip(stages_at(&here.in_force, now));
    let held = held.map(|(scale, spell)| now_line(scale, spell, &frame, &times));
    let later = here.in_force.iter().filter(|spell| spell.from_at > now);
    let later = later.map(|spell| (stage_key(spell.stage), span(spell, &times)));
    let stages = Stage::ALL.map(|stage| {
        let scale = frame.t(scale_key(stage.scale()));
        let name = frame.t(stage_key(stage));
        (stage.name(), format!("{scale} · {name}"))
    });
    let rows: Vec<StageRow> = here.decided.iter().map(|(row, _)| row.clone()).collect();
    let decided = here.decided.iter().map(|(row, by)| {
        let standing = standing(row, &rows, now);
        line(row, by, standing, &frame, &times)
    });
    Ok(StagesPage {
        now: held.collect(),
        later: later.collect(),
        decided: decided.collect(),
        stages: stages.to_vec(),
        days_most: STAGE_DAYS_MOST,
        fault,
        typed,
        frame,
        area,
    })
}

fn now_line(
    scale: Scale,
    spell: Option<StageSpell>,
    frame: &Frame,
    times: &Times,
) -> (&'static str, &'static str, String) {
    match spell {
        Some(spell) => {
            let until = times.end(spell.until_at);
            let until = frame.with("stage-until", "until", &until);
            (scale_key(scale), stage_key(spell.stage), until)
        }
        None => (scale_key(scale), "stage-undecided", String::new()),
    }
}

fn span(spell: &StageSpell, times: &Times) -> String {
    let (from, until) = (times.moment(spell.from_at), times.end(spell.until_at));
    format!("{from} – {until}")
}

fn line(
    row: &StageRow,
    by: &[Option<String>; 2],
    standing: Standing,
    frame: &Frame,
    times: &Times,
) -> DecidedLine {
    let (class, state) = match standing {
        Standing::Over => ("wait", "stage-over"),
        Standing::Replaced => ("wait", "stage-replaced"),
        Standing::Overtaken => ("wait", "stage-overtaken"),
        Standing::Decided => ("go", "stage-holds"),
        Standing::Proposed => ("ask", "stage-proposed"),
    };
    let [proposed, approved] = by;
    let who = [("version-by", proposed), ("version-approved-by", approved)].into_iter();
    let who = who.filter_map(|(key, who)| Some(frame.with(key, "who", who.as_deref()?)));
    let name = Stage::named(&row.stage).map_or_else(String::new, |stage| frame.t(stage_key(stage)));
    let (from, until) = (times.moment(row.from_at), times.end(row.to_at));
    DecidedLine {
        scale: row.scale.clone(),
        from_at: row.from_at,
        decided_at: row.decided_at,
        name,
        span: format!("{from} – {until}"),
        basis: frame.with("stage-basis-said", "basis", &row.basis),
        by: who.collect::<Vec<_>>().join(" · "),
        class,
        state,
        may_approve: standing == Standing::Proposed,
        may_withdraw: matches!(standing, Standing::Proposed | Standing::Overtaken),
    }
}

/// Key of what a stage is called.
pub const fn stage_key(stage: Stage) -> &'static str {
    match stage {
        Stage::Routine => "stage-routine",
        Stage::Low => "stage-low",
        Stage::Medium => "stage-medium",
        Stage::High => "stage-high",
        Stage::NoCase => "stage-no_case",
        Stage::Case => "stage-case",
        Stage::Outbreak => "stage-outbreak",
        Stage::CommunitySpread => "stage-community_spread",
    }
}

/// Key of what a scale is called.
pub const fn scale_key(scale: Scale) -> &'static str {
    match scale {
        Scale::Risk => "stage-scale-risk",
        Scale::Phase => "stage-scale-phase",
    }
}

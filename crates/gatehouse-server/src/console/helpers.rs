//! Regular helpers of a compound: for which household, who agreed, since when, until when, with
//! which pass; renewed on the household's word, ended on anybody's.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::door::door_words;
use crate::error::OpError;
use crate::ops::keep_helpers::{
    ENDS, Kept as Done, Renewal, ShownHelper, WORD_WAYS, Which, end_helper, list_helpers,
    renew_helper,
};
use crate::ops::read_door::list_compounds;
use crate::page::{Frame, PageError, show as show_page};
use crate::paging::query;
use crate::person_line::{PersonLine, mask_of};
use crate::times::Times;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::id::{ApplicationId, AreaId, PassId};
use serde::Deserialize;
use std::sync::Arc;

const PATH: &str = "/areas/{area}/passes/helpers";

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let sees = Access::Needs(Permission::ApplyForPass);
    let decides = Access::Needs(Permission::DecidePass);
    table
        .add(
            RouteRule::page(PATH, sees, Scope::Area, Kept::View),
            get(show),
        )
        .add(
            RouteRule::form(PATH, decides, Scope::Area, Kept::Change),
            post(submit),
        )
}

/// Which compound, and which part of its list.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    compound: String,
    ended: String,
    after: String,
}

/// What the form sends.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct HelperForm {
    compound: String,
    helper: String,
    version: i64,
    /// Id of the pass that a renewal makes.
    pass: String,
    /// `phone`, `present`, `page`: the household's word for a new pass.
    renew: String,
    /// Whose word ends it.
    end: String,
}

#[derive(Template)]
#[template(path = "helpers.html")]
struct HelpersPage {
    frame: Frame,
    area: String,
    base: String,
    compounds: Vec<(String, String, bool)>,
    compound: String,
    is_ended: bool,
    can_decide: bool,
    helpers: Vec<HelperCard>,
    first: String,
    next: Option<String>,
    problem: Option<String>,
}

struct HelperCard {
    id: String,
    version: i64,
    /// Id of the pass that its form makes.
    fresh: String,
    name: String,
    who: String,
    work: String,
    door: String,
    home: Option<String>,
    agreed: String,
    since: String,
    pass: Option<PassLine>,
    end: Option<String>,
    agreed_anew: bool,
}

struct PassLine {
    id: String,
    number: String,
    words: String,
    is_valid: bool,
}

/// GET /areas/{area}/passes/helpers
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Response {
    page(&app, &area, &caller, frame, asked, None).await
}

async fn page(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    frame: Frame,
    asked: Asked,
    problem: Option<&str>,
) -> Response {
    let lang = frame.lang;
    let status = problem.map_or(StatusCode::OK, |_| StatusCode::CONFLICT);
    match made(app, area, caller, frame, &asked, problem).await {
        Ok(page) => (status, show_page(&page)).into_response(),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

async fn made(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    frame: Frame,
    asked: &Asked,
    problem: Option<&str>,
) -> Result<HelpersPage, OpError> {
    let compounds = list_compounds(app, area).await?;
    let chosen = match asked.compound.as_str() {
        "" => compounds.first().map(|(id, _)| *id),
        typed => Some(AreaId::parse(typed).ok_or(OpError::NotFound)?),
    };
    let is_ended = asked.ended == "yes";
    let before = ApplicationId::parse(&asked.after);
    let (rows, next) = match chosen {
        Some(chosen) => {
            let page = list_helpers(app, area, chosen, is_ended, before).await?;
            (page.rows, page.next)
        }
        None => (Vec::new(), None),
    };
    let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
    let base = format!("/areas/{}/passes", area.area);
    let compound = chosen.map(|id| id.to_string()).unwrap_or_default();
    let here = |after: &str| {
        let pairs = [
            ("compound", &*compound),
            ("ended", &*asked.ended),
            ("after", after),
        ];
        format!("{base}/helpers{}", query(&pairs))
    };
    let first = match before {
        Some(_) => here(""),
        None => String::new(),
    };
    let choices = compounds.into_iter().map(|(id, name)| {
        let is_chosen = Some(id) == chosen;
        (id.to_string(), name, is_chosen)
    });
    Ok(HelpersPage {
        compounds: choices.collect(),
        first,
        next: next.as_deref().map(here),
        is_ended,
        can_decide: caller.may_in(Permission::DecidePass, &area.path),
        helpers: rows
            .iter()
            .map(|one| HelperCard {
                fresh: PassId(app.world.id()).to_string(),
                ..card(one, &frame, times)
            })
            .collect(),
        problem: problem.map(|key| frame.t(key)),
        area: area.area.to_string(),
        base,
        compound,
        frame,
    })
}

fn card(one: &ShownHelper, frame: &Frame, times: Times) -> HelperCard {
    let row = &one.row;
    let line = one.person.as_ref().map(|(person, masked)| {
        PersonLine::new(frame.lang, person, masked.as_deref(), times.today())
    });
    let door = one.door.as_ref();
    let way = frame.t(&format!("helper-agreed-{}", row.agreed.way));
    let when = times.moment(row.agreed.at);
    let who = match one.agreed_by.as_deref() {
        Some(masked) => mask_of(Some(masked)),
        None => frame.t("helper-by-household"),
    };
    let slots = [
        ("who", who.as_str()),
        ("how", way.as_str()),
        ("when", when.as_str()),
    ];
    let ended = row.end.as_ref().map(|end| {
        let by = frame.t(&format!("helper-by-{}", end.by));
        let when = times.moment(end.at);
        frame.fill(
            "helper-ended",
            &[("by", by.as_str()), ("when", when.as_str())],
        )
    });
    HelperCard {
        id: row.helper.to_string(),
        version: row.version,
        fresh: String::new(),
        name: line
            .as_ref()
            .map_or("—".to_owned(), |line| line.name.clone()),
        who: line.map(|line| line.sex_and_age()).unwrap_or_default(),
        work: frame.t(&format!("helper-work-{}", row.work)),
        door: door.map_or_else(String::new, |door| {
            door_words(frame.lang, &door.building, &door.unit, &door.room)
        }),
        home: door.map(|door| door.household.to_string()),
        agreed: frame.fill("helper-agreed", &slots),
        since: row
            .comes
            .map_or_else(String::new, |comes| times.moment(comes.from_at)),
        pass: pass_line(one, frame, times),
        end: ended,
        agreed_anew: one.agreed_anew(),
    }
}

fn pass_line(one: &ShownHelper, frame: &Frame, times: Times) -> Option<PassLine> {
    let pass = one.pass.as_ref()?;
    let until = times.end(pass.expires_at);
    let is_over = pass.expires_at <= times.now().millis;
    let key = match (&pass.revocation, is_over) {
        (Some(_), _) => "helper-pass-revoked",
        (None, true) => "helper-pass-over",
        (None, false) => "helper-pass-until",
    };
    Some(PassLine {
        id: pass.pass.to_string(),
        number: pass.number.to_string(),
        words: frame.with(key, "until", until.as_str()),
        is_valid: key == "helper-pass-until",
    })
}

/// POST /areas/{area}/passes/helpers
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(form): Form<HelperForm>,
) -> Response {
    let lang = frame.lang;
    let kept = match ApplicationId::parse(&form.helper) {
        Some(helper) => {
            let version = form.version;
            change(&app, &area, &caller, Which { helper, version }, &form).await
        }
        None => Err(OpError::Unreadable("helper".to_owned())),
    };
    let asked = Asked {
        compound: form.compound,
        ..Asked::default()
    };
    let problem = match kept {
        Ok(Done::Done) => {
            let to = query(&[("compound", &asked.compound)]);
            let to = format!("/areas/{}/passes/helpers{to}", area.area);
            return Redirect::to(&to).into_response();
        }
        Ok(Done::Stale) => "helper-stale",
        Ok(Done::Ended) => "helper-is-over",
        Ok(Done::NoIssuer) => "passes-problem-issuer",
        Ok(Done::NeedsWord) => "helper-needs-word",
        Err(error) => return PageError::new(error, lang).into_response(),
    };
    page(&app, &area, &caller, frame, asked, Some(problem)).await
}

async fn change(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    which: Which,
    form: &HelperForm,
) -> Result<Done, OpError> {
    let end = ENDS.into_iter().find(|by| *by == form.end);
    let way = WORD_WAYS.into_iter().find(|way| *way == form.renew);
    let pass = PassId::parse(&form.pass);
    match (end, way, pass) {
        (Some(by), ..) => end_helper(app, area, caller, which, by).await,
        (None, way, Some(pass)) if way.is_some() || form.renew == "page" => {
            let asked = Renewal { which, pass, way };
            renew_helper(app, area, caller, asked).await
        }
        (None, _, None) => Err(OpError::Unreadable("pass".to_owned())),
        _ => Ok(Done::NeedsWord),
    }
}

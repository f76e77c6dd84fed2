//! The first page: passes to show, the order if there is one, and four doors.

use crate::app::App;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::console::stages::{scale_key, stage_key};
use crate::ops::erasure_rules::day_of;
use crate::ops::resident::find_resident::ResidentCaller;
use crate::ops::resident::read_home::{Home, OwnOrder, OwnPass, read_home};
use crate::page::{Frame, PageError, show as show_page};
use crate::person_line::mask_of;
use crate::qr;
use crate::resident::opening::OpeningCard;
use crate::times::Times;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use gatehouse_core::gate::compiled::Text;
use gatehouse_core::measure::StageSpell;

#[derive(Template)]
#[template(path = "resident/home.html")]
struct HomePage {
    frame: Frame,
    name: String,
    compound: String,
    passes: Vec<PassCard>,
    orders: Vec<OrderCard>,
    lives_here: bool,
    erasure: Option<ErasureCard>,
    messages: Vec<MessageLine>,
    opening: Option<OpeningCard>,
    /// The level and the phase that hold there, each with its end.
    stages: Vec<String>,
    /// Documents that people carry out, with their measures.
    beyond: Vec<(String, Vec<String>)>,
    tenants: usize,
}

impl HomePage {
    fn tenants_text(&self) -> String {
        self.tenants.to_string()
    }
}

struct MessageLine {
    when: String,
    text: String,
}

struct PassCard {
    kind_key: String,
    number: String,
    until: String,
    qr: String,
    id: String,
    lost: Option<String>,
}

struct ErasureCard {
    day: String,
    reason: String,
    office: String,
    phone: String,
}

struct OrderCard {
    from: String,
    until: String,
    authority: String,
    basis: String,
    contact: String,
    appeal: String,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::page("/my", Access::Resident, Scope::None, Kept::Nothing),
        get(show),
    )
}

/// GET /my
pub async fn show(
    State(app): State<App>,
    Extension(resident): Extension<ResidentCaller>,
    frame: Frame,
) -> Response {
    let times = Times::new(frame.lang, app.world.now_millis(), resident.offset_minutes);
    match read_home(&app, &resident).await {
        Ok(home) => show_page(&page(home, times, frame)),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn page(home: Home, times: Times, frame: Frame) -> HomePage {
    let lang = frame.lang;
    let words = |texts: &[Text]| texts.iter().map(|text| lang.of(text).to_owned()).collect();
    let beyond = home.here.measures.iter();
    let beyond = beyond.map(|one| (lang.of(&one.title).to_owned(), words(&one.measures)));
    let stages = home.here.stages.iter();
    let stages = stages.map(|spell| stage_line(spell, times, &frame));
    HomePage {
        stages: stages.collect(),
        beyond: beyond.collect(),
        name: mask_of(home.masked.as_deref()),
        compound: home.compound,
        passes: home
            .passes
            .iter()
            .map(|pass| pass_card(pass, times))
            .collect(),
        orders: home
            .orders
            .iter()
            .map(|order| order_card(order, times))
            .collect(),
        lives_here: home.lives_here,
        erasure: home.erasure.map(|planned| ErasureCard {
            day: times.day(day_of(planned.run_at, times.now().offset_minutes)),
            reason: frame.t(&format!("erasure-reason-{}", planned.reason)),
            office: planned.office,
            phone: planned.phone,
        }),
        messages: home
            .messages
            .iter()
            .map(|told| MessageLine {
                when: times.moment(told.at),
                text: told.message.text(frame.lang),
            })
            .collect(),
        opening: home
            .opening
            .map(|opening| OpeningCard::new("my", opening, times, &frame)),
        tenants: home.tenants,
        frame,
    }
}

fn stage_line(spell: &StageSpell, times: Times, frame: &Frame) -> String {
    let slots = [
        ("scale", frame.t(scale_key(spell.stage.scale()))),
        ("stage", frame.t(stage_key(spell.stage))),
        ("until", times.end(spell.until_at)),
    ];
    let slots = slots
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    frame.fill("my-stage", &slots)
}

fn pass_card(pass: &OwnPass, times: Times) -> PassCard {
    PassCard {
        kind_key: format!("my-pass-{}", pass.row.kind),
        number: pass.row.number.to_string(),
        until: times.end(pass.row.expires_at),
        qr: qr::svg(&pass.text),
        id: pass.row.pass.to_string(),
        lost: pass.lost_since.map(|at| times.moment(at)),
    }
}

fn order_card(order: &OwnOrder, times: Times) -> OrderCard {
    OrderCard {
        from: times.moment(order.starts_at),
        until: times.end(order.ends_at),
        authority: order.authority.clone(),
        basis: order.basis.clone(),
        contact: order.contact.clone(),
        appeal: order.appeal.clone(),
    }
}

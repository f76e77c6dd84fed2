//! Messages of a compound: how far they are, and the slips to print and hand over.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission::KeepMessages;
use crate::error::OpError;
use crate::message::{Message, When};
use crate::ops::keep_messages::{
    MESSAGES_MOST, MessageAct, MessageLine, act_on_messages, list_messages, list_slips,
};
use crate::ops::list_areas::{AreaLine, list_areas};
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use data_encoding::HEXLOWER;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::person::GateName;
use gatehouse_store::household::HouseholdRow;
use serde::Deserialize;
use std::sync::Arc;

/// Reasons that have words of their own.
const FAILURES: &[&str] = &[
    "no_answer",
    "slow",
    "not_taken",
    "no_such_address",
    "no_person",
    "too_late",
    "no_keys",
    "no_secret",
];

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let needs = Access::Needs(KeepMessages);
    table
        .add(
            RouteRule::page("/areas/{area}/messages", needs, Scope::Area, Kept::View)
                .in_menu(Menu::Messages),
            get(show),
        )
        .add(
            RouteRule::form("/areas/{area}/messages", needs, Scope::Area, Kept::Change),
            post(submit),
        )
        .add(
            RouteRule::page(
                "/areas/{area}/messages/slips",
                needs,
                Scope::Area,
                Kept::View,
            ),
            get(slips),
        )
}

#[derive(Template)]
#[template(path = "messages.html")]
struct MessagesPage {
    frame: Frame,
    area: AreaInScope,
    /// Where the messages lie, for an area that is no compound.
    places: Option<Vec<AreaLine>>,
    lines: Vec<Line>,
    slips: usize,
    older: Option<String>,
}

struct Line {
    id: String,
    day: String,
    home: String,
    text: String,
    channel: String,
    state: String,
    failure: Option<String>,
    is_given_up: bool,
}

#[derive(Template)]
#[template(path = "message_slips.html")]
struct SlipsPage {
    frame: Frame,
    area: AreaInScope,
    slips: Vec<SlipShown>,
}

struct SlipShown {
    id: String,
    to: String,
    text: String,
    from: String,
    lang: &'static str,
}

/// From where the list goes on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Before {
    #[serde(default)]
    before: Option<String>,
}

/// What the forms send.
#[derive(Deserialize)]
pub struct ActForm {
    act: String,
    #[serde(default)]
    messages: String,
}

/// GET /areas/{area}/messages
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Query(query): Query<Before>,
    frame: Frame,
) -> Response {
    let before = match query.before.as_deref().map(read_place) {
        None => (i64::MAX, [0xff; 16]),
        Some(Some(place)) => place,
        Some(None) => return PageError::new(OpError::NotFound, frame.lang).into_response(),
    };
    let page = match list_messages(&app, &area, before).await {
        Ok(page) => page,
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    let places = match &*area.level {
        "compound" | "village" => None,
        _ => match list_areas(&app, area.area).await {
            Ok(places) => Some(places),
            Err(error) => return PageError::new(error, frame.lang).into_response(),
        },
    };
    let is_full = page.lines.len() == MESSAGES_MOST as usize;
    let older = page.lines.last().filter(|_| is_full);
    show_page(&MessagesPage {
        older: older.map(|line| place(line.row.made_at, &line.row.message)),
        places,
        lines: page
            .lines
            .iter()
            .map(|line| shown(line, &area, &frame))
            .collect(),
        slips: page.slips,
        area,
        frame,
    })
}

/// GET /areas/{area}/messages/slips
pub async fn slips(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
) -> Response {
    match list_slips(&app, &area).await {
        Ok(lines) => show_page(&SlipsPage {
            slips: lines.iter().map(|line| slip(line, &area)).collect(),
            area,
            frame,
        }),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

/// POST /areas/{area}/messages
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(form): Form<ActForm>,
) -> Response {
    let act = match &*form.act {
        "handed" => MessageAct::HandedOver,
        "again" => MessageAct::SendAgain,
        _ => {
            let error = OpError::Unreadable("act".to_owned());
            return PageError::new(error, frame.lang).into_response();
        }
    };
    let ids = form.messages.split_whitespace().filter_map(read_id);
    match act_on_messages(&app, &area, &caller, act, ids.collect()).await {
        Ok(_) => Redirect::to(&format!("/areas/{}/messages", area.area)).into_response(),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn shown(line: &MessageLine, area: &AreaInScope, frame: &Frame) -> Line {
    let row = &line.row;
    let when = When {
        millis: row.made_at,
        offset_minutes: area.offset_minutes,
    };
    let state = match (&*row.state.word, row.state.channel.as_deref()) {
        ("waiting", Some("slip")) => "to_print",
        ("sent", Some("slip")) => "handed",
        (word, _) => word,
    };
    let channel = row.state.channel.as_deref().unwrap_or("none");
    Line {
        id: HEXLOWER.encode(&row.message),
        day: when.text(frame.lang),
        home: match (home(line.home.as_ref()), line.visitor) {
            (Some(home), _) => home,
            (None, Some(number)) => frame.with("message-visitor", "number", &number.to_string()),
            (None, None) => frame.t("message-unknown-home"),
        },
        text: text_of(&row.slots, frame.lang),
        channel: frame.t(&format!("message-channel-{channel}")),
        state: frame.t(&format!("message-state-{state}")),
        failure: row
            .state
            .failure
            .as_deref()
            .map(|word| failure(word, frame)),
        is_given_up: row.state.word == "given_up",
    }
}

fn failure(word: &str, frame: &Frame) -> String {
    let known = FAILURES.iter().find(|known| **known == word);
    frame.t(&format!("message-failure-{}", known.unwrap_or(&"other")))
}

fn slip(line: &MessageLine, area: &AreaInScope) -> SlipShown {
    let (lang, code) = match &*line.row.language {
        "en" => (Lang::En, "en"),
        _ => (Lang::Zh, "zh-CN"),
    };
    let when = When {
        millis: line.row.made_at,
        offset_minutes: area.offset_minutes,
    };
    let home = home(line.home.as_ref()).unwrap_or_default();
    let who = line.masked.as_deref().and_then(GateName::from_stored);
    let who = who.map(|name| name.mask).unwrap_or_default();
    let fill = |key, slots: &[(&'static str, &str)]| crate::locale::text_filled(lang, key, slots);
    SlipShown {
        id: HEXLOWER.encode(&line.row.message),
        to: fill("message-slip-to", &[("home", &home), ("who", &who)]),
        text: text_of(&line.row.slots, lang),
        from: fill(
            "message-slip-from",
            &[("place", &area.name), ("day", &when.text(lang))],
        ),
        lang: code,
    }
}

fn home(row: Option<&HouseholdRow>) -> Option<String> {
    let row = row?;
    let parts = [&row.building, &row.unit, &row.room];
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    Some(parts.map(String::as_str).collect::<Vec<_>>().join("-"))
}

fn text_of(slots: &str, lang: Lang) -> String {
    let message = serde_json::from_str::<Message>(slots);
    message
        .map(|message| message.text(lang))
        .unwrap_or_default()
}

fn place(at: i64, message: &[u8; 16]) -> String {
    format!("{at}-{}", HEXLOWER.encode(message))
}

fn read_place(text: &str) -> Option<(i64, [u8; 16])> {
    let (at, id) = text.split_once('-')?;
    Some((at.parse().ok()?, read_id(id)?))
}

fn read_id(text: &str) -> Option<[u8; 16]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

//! Handing over at the end of a shift: item by item, ticked by whoever takes over; a sheet to
//! print. What nobody takes stays with whoever leaves.

use super::fever_fields::{read_mark, read_words};
use super::when::{day_clock, short, waited};
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::flag_copied_pass::COPIED_PASS;
use crate::ops::hand_over::{Handover, Item, Taken, begin_handover, read_handovers, take_over};
use crate::ops::read_phone_handovers::{PhoneHandover, open_phone_note, read_phone_handovers};
use crate::page::{Frame, PageError, made};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::id::{DeviceId, OpenItemId};
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let access = Access::Needs(Permission::KeepOpenItems);
    let path = "/areas/{area}/handover";
    table
        .add(
            RouteRule::page(path, access, Scope::Area, Kept::View),
            get(show),
        )
        .add(
            RouteRule::form(path, access, Scope::Area, Kept::Change),
            post(submit),
        )
}

/// What the forms send: begin a handover, or take items over.
type Pairs = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "handover.html")]
struct HandoverPage {
    frame: Frame,
    area: String,
    name: String,
    as_of: String,
    me: String,
    problem: Option<String>,
    mark: String,
    note: String,
    items: Vec<ItemLine>,
    handovers: Vec<HandoverCard>,
    phones: Vec<PhoneCard>,
}

/// Whose note from a phone is opened: `<device>-<seq>`.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    note: String,
}

/// What comes back with the page.
#[derive(Default)]
struct Shown {
    /// Key of what is wrong, and what was typed.
    problem: Option<(&'static str, String)>,
    /// A phone's note that was opened: which, and its words.
    note: Option<((DeviceId, i64), String)>,
}

/// A shift that was handed over on a phone.
struct PhoneCard {
    title: String,
    line: String,
    counts: String,
    /// Where what was written down is opened.
    href: Option<String>,
    note: Option<String>,
}

struct ItemLine {
    id: String,
    kind: &'static str,
    place: String,
    since: String,
    waited: String,
    holder: Option<String>,
    href: String,
}

struct HandoverCard {
    id: String,
    name: String,
    time: String,
    note: String,
    is_mine: bool,
    /// Items that nobody took: id and words.
    left: Vec<(String, String)>,
    /// Items that somebody took: words, name, time.
    taken: Vec<(String, String, String)>,
}

/// GET /areas/{area}/handover
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Query(asked): Query<Asked>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    let page = match opened(&app, &area, &caller, &asked.note).await {
        Ok(note) => {
            let shown = Shown {
                note,
                ..Shown::default()
            };
            page(&app, &area, &caller, frame, shown).await
        }
        Err(error) => Err(error),
    };
    made(page, StatusCode::OK, lang)
}

/// The note of a phone that was asked for.
async fn opened(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    asked: &str,
) -> Result<Option<((DeviceId, i64), String)>, OpError> {
    if asked.is_empty() {
        return Ok(None);
    }
    let (device, seq) = asked.rsplit_once('-').ok_or(OpError::NotFound)?;
    let device = DeviceId::parse(device).ok_or(OpError::NotFound)?;
    let event = (device, seq.parse().map_err(|_| OpError::NotFound)?);
    let note = open_phone_note(app, area, caller, event).await?;
    Ok(Some((event, note)))
}

/// POST /areas/{area}/handover
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(pairs): Form<Pairs>,
) -> Response {
    let lang = frame.lang;
    match act(&app, &area, &caller, &pairs).await {
        Ok(None) => Redirect::to(&format!("/areas/{}/handover", area.area)).into_response(),
        Ok(Some(fault)) => {
            let note = field(&pairs, "note").to_owned();
            let shown = Shown {
                problem: Some((fault, note)),
                ..Shown::default()
            };
            let page = page(&app, &area, &caller, frame, shown).await;
            made(page, StatusCode::UNPROCESSABLE_ENTITY, lang)
        }
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

fn field<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    let mut found = pairs.iter().filter(|(there, _)| there == name);
    found.next().map_or("", |(_, value)| value.as_str())
}

/// Begins or takes; the key of what is wrong, if anything is.
async fn act(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    pairs: &Pairs,
) -> Result<Option<&'static str>, OpError> {
    let Some(id) = read_mark(field(pairs, "handover")) else {
        return Ok(Some("handover-fault-form"));
    };
    if field(pairs, "do") == "begin" {
        return match read_words(field(pairs, "note")) {
            Ok(note) => {
                begin_handover(app, area, caller, id, &note).await?;
                Ok(None)
            }
            Err(fault) => Ok(Some(fault)),
        };
    }
    let ticked = pairs.iter().filter(|(name, _)| name == "item");
    let items: Option<Vec<OpenItemId>> =
        ticked.map(|(_, value)| OpenItemId::parse(value)).collect();
    match items.filter(|items| !items.is_empty() && items.len() <= 200) {
        Some(items) => Ok(match take_over(app, area, caller, id, items).await? {
            Taken::Items(_) => None,
            Taken::SamePerson => Some("handover-fault-same"),
        }),
        None => Ok(Some("handover-fault-nothing")),
    }
}

async fn page(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    frame: Frame,
    shown: Shown,
) -> Result<HandoverPage, OpError> {
    let (items, handovers) = read_handovers(app, area).await?;
    let phones = read_phone_handovers(app, area).await?;
    let now = app.world.now_millis();
    let path = format!("/areas/{}", area.area);
    let offset = area.offset_minutes;
    let items: Vec<ItemLine> = items
        .iter()
        .map(|item| line(item, now, offset, &path, &frame))
        .collect();
    let handovers = handovers
        .into_iter()
        .map(|handover| card(handover, &items, caller, now, offset, &frame))
        .collect();
    let phones = phones.into_iter().map(|one| {
        let note = shown.note.as_ref().filter(|(event, _)| *event == one.event);
        let note = note.map(|(_, note)| note.clone());
        phone_card(one, note, (now, offset), &path, &frame)
    });
    let phones = phones.collect();
    let (problem, note) = match shown.problem {
        Some((fault, note)) => (Some(frame.t(fault)), note),
        None => (None, String::new()),
    };
    Ok(HandoverPage {
        name: area.name.clone(),
        as_of: day_clock(now, offset, &frame),
        me: caller.name.clone(),
        mark: OpenItemId(app.world.id()).to_string(),
        area: path,
        problem,
        note,
        items,
        handovers,
        phones,
        frame,
    })
}

fn phone_card(
    one: PhoneHandover,
    note: Option<String>,
    (now, offset): (i64, i16),
    path: &str,
    frame: &Frame,
) -> PhoneCard {
    let named = |names: &[String], none: &str| match names.is_empty() {
        true => frame.t(none),
        false => names.join("、"),
    };
    let from = named(&one.from, "handover-phone-unknown");
    let to = named(&one.to, "handover-phone-nobody");
    let began = one.began_at.map_or_else(
        || frame.t("handover-phone-unknown"),
        |at| short(at, now, offset, frame),
    );
    let ended = short(one.ended_at, now, offset, frame);
    let [entered, left] = one.crossed.map(|count| count.to_string());
    let [visitors_in, visitors_out] = one.visitors.map(|count| count.to_string());
    let (device, seq) = one.event;
    PhoneCard {
        title: frame.fill(
            match one.is_taken {
                true => "handover-phone-taken",
                false => "handover-phone-from",
            },
            &[("from", &from), ("to", &to)],
        ),
        line: frame.fill(
            "handover-phone-line",
            &[("place", &one.place), ("began", &began), ("ended", &ended)],
        ),
        counts: frame.fill(
            "handover-phone-counts",
            &[
                ("in", &entered),
                ("out", &left),
                ("vin", &visitors_in),
                ("vout", &visitors_out),
            ],
        ),
        href: (one.has_note && note.is_none())
            .then(|| format!("{path}/handover?note={device}-{seq}")),
        note,
    }
}

fn line(item: &Item, now: i64, offset: i16, path: &str, frame: &Frame) -> ItemLine {
    let id = item.row.item.to_string();
    let (kind, href) = match item.row.kind.as_str() {
        "fever" => ("handover-fever", format!("{path}/fevers/{id}")),
        COPIED_PASS => ("items-copied_pass", format!("{path}/emergencies")),
        _ => ("handover-emergency", format!("{path}/emergencies")),
    };
    ItemLine {
        id,
        kind,
        place: format!("{} {}", item.compound, item.gate),
        since: short(item.row.opened_at, now, offset, frame),
        waited: waited(now - item.row.opened_at, frame),
        holder: item.holder.clone(),
        href,
    }
}

fn card(
    handover: Handover,
    items: &[ItemLine],
    caller: &Caller,
    now: i64,
    offset: i16,
    frame: &Frame,
) -> HandoverCard {
    let words =
        |item: &ItemLine| format!("{} · {} · {}", frame.t(item.kind), item.place, item.since);
    let was_taken = |item: &&ItemLine| {
        let mut taken = handover.taken.iter();
        taken.any(|(id, ..)| id.to_string() == item.id)
    };
    let left = items.iter().filter(|item| !was_taken(item));
    let taken = handover.taken.iter().map(|(id, name, at)| {
        let item = items.iter().find(|item| item.id == id.to_string());
        let item = item.map_or_else(|| frame.t("handover-closed"), words);
        (item, name.clone(), short(*at, now, offset, frame))
    });
    HandoverCard {
        id: OpenItemId(handover.id).to_string(),
        time: short(handover.made_at, now, offset, frame),
        is_mine: handover.staff == caller.staff,
        left: left.map(|item| (item.id.clone(), words(item))).collect(),
        taken: taken.collect(),
        name: handover.name,
        note: handover.note,
    }
}

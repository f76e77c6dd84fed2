//! What the page of a pass's life shows, put into words. How often it was used is one line with
//! a number; no movement is listed.

use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::console::pass_words::{Place, door, kind, mask, why_ended};
use crate::console::passes::standing;
use crate::ops::pass_rules::{LOST_WAYS, REVOCATIONS, word_of};
use crate::ops::read_pass_life::PassLife;
use crate::page::Frame;
use askama::Template;
use axum::http::StatusCode;
use gatehouse_core::id::{PassId, StaffId};
use gatehouse_core::pass::RevocationReason;
use gatehouse_store::pass_event::PassEventRow;

/// What a request adds to the page.
pub struct Said {
    /// Status of the page.
    pub status: StatusCode,
    /// The reason that was chosen.
    pub reason: Option<RevocationReason>,
    /// Key of what is wrong.
    pub problem: Option<&'static str>,
    /// It was ended meanwhile.
    pub stale: bool,
    /// It was ended just now.
    pub done: bool,
}

impl Default for Said {
    fn default() -> Said {
        Said {
            status: StatusCode::OK,
            reason: None,
            problem: None,
            stale: false,
            done: false,
        }
    }
}

/// The page.
#[derive(Template)]
#[template(path = "pass_life.html")]
pub struct LifePage {
    frame: Frame,
    action: String,
    /// The card is printed from the page of its compound, whose name it bears.
    card: String,
    title: String,
    holder: String,
    state: (&'static str, String),
    lost: Option<String>,
    events: Vec<EventView>,
    number: String,
    kind: String,
    term: String,
    bytes: String,
    others: Vec<(String, String, &'static str, String)>,
    reasons: Vec<(String, String, bool)>,
    next: String,
    ways: Vec<(&'static str, String)>,
    silent: Vec<String>,
    is_valid: bool,
    can_decide: bool,
    can_print: bool,
    problem: Option<String>,
    done: bool,
}

struct EventView {
    mark: &'static str,
    icon: &'static str,
    time: String,
    what: String,
    detail: String,
}

/// Puts a life into words. `next` is the id of a pass in its place.
pub fn life_page(
    frame: Frame,
    area: &AreaInScope,
    caller: &Caller,
    life: &PassLife,
    now: i64,
    next: PassId,
    said: Said,
) -> LifePage {
    let place = Place {
        frame: &frame,
        now,
        offset: area.offset_minutes,
    };
    let row = &life.row;
    let state = standing(&place, row);
    let is_valid = row.revocation.is_none() && row.expires_at > now;
    let chosen = said
        .reason
        .or(life.lost_since.map(|_| RevocationReason::Lost));
    let reasons = REVOCATIONS.map(|reason| {
        let word = word_of(reason);
        let words = frame.t(&format!("passes-revoked-{word}"));
        (word, words, chosen == Some(reason))
    });
    let others = life.others.iter().map(|other| {
        let (mark, state) = standing(&place, other);
        let href = format!("/areas/{}/passes/{}", area.area, other.pass);
        (href, other.number.to_string(), mark, state)
    });
    let silent = life.silent.iter().map(|(gate, seen)| match seen {
        Some(seen) => {
            let slots = [("gate", gate.as_str()), ("ago", &place.waited(*seen))];
            frame.fill("passes-gate-silent", &slots)
        }
        None => frame.with("passes-gate-never", "gate", gate),
    });
    let ways = LOST_WAYS.map(|way| (way, frame.t(&format!("passes-lost-{way}"))));
    let stale = said.stale.then(|| {
        let why = chosen.map(|reason| frame.t(&format!("passes-revoked-{}", word_of(reason))));
        let wanted = frame.with("passes-wanted-revoke", "why", &why.unwrap_or_default());
        frame.fill("passes-stale", &[("now", &state.1), ("wanted", &wanted)])
    });
    let days = [
        place.full_day(row.from_at),
        place.full_day(row.expires_at - 1),
    ];
    LifePage {
        action: format!("/areas/{}/passes/{}", area.area, row.pass),
        card: format!("/areas/{}/passes/{}/card.pdf", row.area, row.pass),
        title: title(&place, life),
        holder: holder(&place, life),
        lost: life.lost_since.map(|at| place.waited(at)),
        events: events(&place, life),
        number: row.number.to_string(),
        kind: kind(&frame, &row.kind),
        term: frame.fill("passes-term", &[("from", &days[0]), ("until", &days[1])]),
        bytes: row.credential.len().to_string(),
        others: others.collect(),
        reasons: reasons.into(),
        next: next.to_string(),
        ways: ways.into(),
        silent: silent.collect(),
        is_valid,
        can_decide: caller.may_in(Permission::DecidePass, &area.path),
        can_print: is_valid && caller.may_in(Permission::PrintPass, &area.path),
        problem: stale.or(said.problem.map(|key| frame.t(key))),
        done: said.done,
        state,
        frame,
    }
}

fn name(place: &Place<'_>, life: &PassLife) -> String {
    let masked = life
        .holder
        .as_ref()
        .and_then(|(_, masked)| masked.as_deref());
    mask(masked).unwrap_or_else(|| place.frame.t("passes-household"))
}

fn title(place: &Place<'_>, life: &PassLife) -> String {
    let number = life.row.number.to_string();
    let slots = [("number", number.as_str()), ("name", &name(place, life))];
    place.frame.fill("passes-life-title", &slots)
}

fn holder(place: &Place<'_>, life: &PassLife) -> String {
    let who = life
        .holder
        .as_ref()
        .map(|(row, _)| place.who(&row.sex, row.birth_year));
    let home = life
        .home
        .as_ref()
        .map(|home| door(place.frame, [&home.building, &home.unit, &home.room]));
    let parts = [
        Some(kind(place.frame, &life.row.kind)),
        Some(format!("{} {}", life.compound, home.unwrap_or_default())),
        who,
    ];
    let parts = parts
        .into_iter()
        .flatten()
        .map(|part| part.trim().to_owned());
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

fn colleague<'a>(life: &'a PassLife, staff: Option<&StaffId>) -> &'a str {
    let name = staff.and_then(|staff| life.staff.get(staff));
    name.map_or("", |name| name.as_str())
}

fn events(place: &Place<'_>, life: &PassLife) -> Vec<EventView> {
    let frame = place.frame;
    let mut all: Vec<(i64, EventView)> = Vec::new();
    let mut add = |at: i64, mark, icon, what: String, detail: String| {
        let time = place.moment(at);
        all.push((
            at,
            EventView {
                mark,
                icon,
                time,
                what,
                detail,
            },
        ));
    };
    if let Some(row) = &life.application {
        let source = frame.t(&format!("passes-source-{}", row.source));
        let who = colleague(life, row.asked_staff.as_ref());
        add(
            row.applied_at,
            "ok",
            "tick",
            frame.t("passes-event-applied"),
            format!("{source} {who}"),
        );
        if let (Some(at), Some("yes")) = (row.landlord.at, row.landlord.answer.as_deref()) {
            let way = row.landlord.way.as_deref().unwrap_or_default();
            let way = frame.t(&format!("passes-way-{way}"));
            let who = colleague(life, row.landlord.staff.as_ref());
            add(
                at,
                "ok",
                "tick",
                frame.t("passes-event-landlord"),
                format!("{way} {who}"),
            );
        }
        if let Some(at) = row.decided_at {
            let who = colleague(life, row.decided_by.as_ref()).to_owned();
            add(at, "ok", "tick", frame.t("passes-event-approved"), who);
        }
    }
    if !life.events.iter().any(|event| event.kind == "issued") {
        let who = colleague(life, life.row.issued_by.as_ref()).to_owned();
        add(
            life.row.issued_at,
            "ok",
            "tick",
            frame.t("passes-event-issued"),
            who,
        );
    }
    for event in &life.events {
        let (mark, icon, what, detail) = event_words(frame, life, event);
        add(event.at, mark, icon, what, detail);
    }
    if let (Some(end), false) = (
        &life.row.revocation,
        life.events.iter().any(|event| event.kind == "revoked"),
    ) {
        let why = why_ended(frame, &life.row.kind, &end.reason);
        add(end.at, "stop", "stop", frame.t("passes-event-revoked"), why);
    }
    if let Some((_, last)) = life.uses.span {
        let (count, crossed) = (
            life.uses.attempts.to_string(),
            life.uses.crossed.to_string(),
        );
        let what = frame.with("passes-event-used", "count", &count);
        add(
            last,
            "ok",
            "gate",
            what,
            frame.with("passes-event-crossed", "count", &crossed),
        );
    }
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, event)| event).collect()
}

fn event_words(
    frame: &Frame,
    life: &PassLife,
    event: &PassEventRow,
) -> (&'static str, &'static str, String, String) {
    let who = colleague(life, event.staff.as_ref());
    let what = frame.t(&format!("passes-event-{}", event.kind));
    match event.kind.as_str() {
        "issued" => {
            let why = frame.t(&format!("passes-issued-{}", event.detail));
            ("ok", "card", what, format!("{why} {who}"))
        }
        "printed" | "handed_over" => ("ok", "print", what, who.to_owned()),
        "lost" => {
            let way = frame.t(&format!("passes-lost-{}", event.detail));
            ("stop", "stop", what, format!("{way} {who}"))
        }
        "twice" => {
            let what = frame.with("passes-event-twice", "minutes", &event.detail);
            ("ask", "alert", what, frame.t("passes-event-twice-told"))
        }
        "revoked" => {
            let why = why_ended(frame, &life.row.kind, &event.detail);
            ("stop", "stop", what, format!("{why} {who}"))
        }
        _ => ("blue", "eye", what, who.to_owned()),
    }
}

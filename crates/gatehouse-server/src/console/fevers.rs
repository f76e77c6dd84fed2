//! The fever board of an area: open fevers with their six steps, those done today, where each
//! limit comes from.

use super::fever_view::{CardView, View};
use super::when::{day_clock, waited};
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::fever_rules::FeverRules;
use crate::ops::fever_state::{APART_MINUTES, ASK_MINUTES, LEAVE_MINUTES, TELL_MINUTES};
use crate::ops::read_fevers::{FeverBoard, read_fevers};
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::page(
            "/areas/{area}/fevers",
            Access::Needs(Permission::KeepOpenItems),
            Scope::Area,
            Kept::View,
        )
        .in_menu(Menu::Fevers),
        get(show),
    )
}

#[derive(Template)]
#[template(path = "fevers.html")]
struct FeversPage {
    frame: Frame,
    area: String,
    name: String,
    as_of: String,
    documents: String,
    waiting: Count,
    in_hospital: Count,
    done_today: Count,
    late: usize,
    open: Vec<CardView>,
    done: Vec<CardView>,
    phones: Vec<(String, String)>,
    limits: Vec<Limit>,
}

struct Count {
    count: usize,
    line: String,
}

/// A time limit and where it comes from.
pub struct Limit {
    /// What.
    pub what: String,
    /// The clause; `None`: a local choice.
    pub source: Option<String>,
}

/// GET /areas/{area}/fevers
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    match page(&app, area, frame).await {
        Ok(page) => show_page(&page),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

async fn page(app: &App, area: AreaInScope, frame: Frame) -> Result<FeversPage, OpError> {
    let board = read_fevers(app, &area).await?;
    let view = View {
        frame: &frame,
        offset: area.offset_minutes,
        now: board.now,
        area: format!("/areas/{}", area.area),
    };
    let open: Vec<CardView> = board.open.iter().map(|card| view.card(card)).collect();
    let done: Vec<CardView> = board.done.iter().map(|card| view.card(card)).collect();
    let [waiting, in_hospital, done_today] = counts(&board, &frame);
    let rules = board.open.iter().chain(&board.done).map(|card| &card.rules);
    let rules: Vec<&FeverRules> = rules.collect();
    Ok(FeversPage {
        area: view.area.clone(),
        as_of: day_clock(board.now, area.offset_minutes, &frame),
        documents: documents(&rules),
        waiting,
        in_hospital,
        done_today,
        late: open.iter().filter(|card| card.class == "late").count(),
        phones: phones(&board),
        limits: limits(&rules, &frame),
        name: area.name,
        open,
        done,
        frame,
    })
}

fn counts(board: &FeverBoard, frame: &Frame) -> [Count; 3] {
    let longest = |is_there: bool| {
        let cards = board.open.iter();
        let since = cards
            .filter(|card| card.state.is_in_hospital() == is_there)
            .map(|card| board.now - card.state.since);
        let waits: Vec<i64> = since.collect();
        let line = waits.iter().max().map_or_else(String::new, |wait| {
            frame.with("fevers-longest", "wait", &waited(*wait, frame))
        });
        Count {
            count: waits.len(),
            line,
        }
    };
    let done = board.done.iter().filter_map(|card| {
        let end = card.row.item.end.as_ref()?;
        Some(end.at - card.state.since)
    });
    let mut took: Vec<i64> = done.collect();
    took.sort_unstable();
    let middle = took.get(took.len() / 2).map_or_else(String::new, |middle| {
        frame.with("fevers-median", "wait", &waited(*middle, frame))
    });
    let done = Count {
        count: took.len(),
        line: middle,
    };
    [longest(false), longest(true), done]
}

fn documents(rules: &[&FeverRules]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in rules.iter().flat_map(|rules| &rules.documents) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names.join(" · ")
}

fn phones(board: &FeverBoard) -> Vec<(String, String)> {
    let mut phones: Vec<(String, String)> = Vec::new();
    for card in &board.open {
        if let Some((gate, phone)) = &card.gate {
            let line = (format!("{} {gate}", card.compound), phone.clone());
            if !phone.is_empty() && !phones.contains(&line) {
                phones.push(line);
            }
        }
    }
    phones
}

/// Each limit with its clause; what no text sets is a local choice and says so.
pub fn limits(rules: &[&FeverRules], frame: &Frame) -> Vec<Limit> {
    let mut limits = Vec::new();
    let local = |key: &str, minutes: i64| Limit {
        what: frame.with(key, "minutes", &minutes.to_string()),
        source: None,
    };
    let rest = rules.first().map_or(15, |rules| rules.rest_minutes);
    limits.push(local("fevers-limit-rest", rest));
    limits.push(local("fevers-limit-apart", APART_MINUTES));
    for rule in rules.iter().flat_map(|rules| &rules.receivers) {
        let to = frame.lang.pick(rule.to.words());
        let what = match rule.within_minutes {
            Some(minutes) => frame.fill(
                "fevers-limit-tell-within",
                &[("to", to), ("minutes", &minutes.to_string())],
            ),
            None => frame.with("fevers-limit-tell", "to", to),
        };
        push_new(&mut limits, what, rule.source.clone());
    }
    limits.push(local("fevers-limit-remind", TELL_MINUTES));
    for (by, source) in rules.iter().flat_map(|rules| &rules.transport) {
        let by = frame.lang.pick(by.words());
        let what = frame.with("fevers-limit-transport", "by", by);
        push_new(&mut limits, what, source.clone());
    }
    limits.push(local("fevers-limit-leave", LEAVE_MINUTES));
    let hours = ASK_MINUTES / 60;
    limits.push(Limit {
        what: frame.with("fevers-limit-ask", "hours", &hours.to_string()),
        source: None,
    });
    limits
}

fn push_new(limits: &mut Vec<Limit>, what: String, source: Option<String>) {
    if limits.iter().all(|there| there.what != what) {
        limits.push(Limit { what, source });
    }
}

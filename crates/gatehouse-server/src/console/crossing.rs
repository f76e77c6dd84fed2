//! One crossing: what was recorded, in words, and why it was decided so (GATE-3, GATE-14).

use super::crossing_line::{CrossingCard, card, emergency_key};
use super::known_fact::facts_in_words;
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::ops::read_crossing::{CrossingShown, read_crossing};
use crate::page::{Frame, PageError, show as show_page};
use crate::person_line::PersonLine;
use crate::times::Times;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use gatehouse_core::gate::record::read_facts;
use gatehouse_core::gate::wording::{clause_text, sentence};
use gatehouse_core::gate::{Policy, Verdict};

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::page(
            "/areas/{area}/crossings/{crossing}",
            Access::Needs(Permission::SeeCrossings),
            Scope::Area,
            Kept::View,
        )
        .in_menu(Menu::Crossings),
        get(show),
    )
}

#[derive(Template)]
#[template(path = "crossing.html")]
struct CrossingPage {
    frame: Frame,
    back: String,
    card: CrossingCard,
    subject: Option<String>,
    server: Option<&'static str>,
    emergency: Option<&'static str>,
    device: String,
    received: String,
    list_number: String,
    skew: Option<String>,
    facts: Vec<(String, String)>,
    rules: Vec<RuleLine>,
}

struct RuleLine {
    id: String,
    clause: Option<String>,
    say: Option<String>,
}

/// GET /areas/{area}/crossings/{crossing}
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Path((_, crossing)): Path<(String, String)>,
    frame: Frame,
) -> Response {
    match read_crossing(&app, &area, &crossing).await {
        Ok(shown) => {
            let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
            show_page(&page(frame, &area, &shown, times))
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn page(frame: Frame, area: &AreaInScope, shown: &CrossingShown, times: Times) -> CrossingPage {
    let row = &shown.line.row;
    let person = shown.person.as_ref().map(|(person, masked)| {
        let line = PersonLine::new(frame.lang, person, masked.as_deref(), times.today());
        format!("{} {}", line.name, line.sex_and_age())
    });
    let event = shown.event.as_ref().map(|(event, _)| &event.event);
    let skew = event.and_then(|event| event.skew_millis);
    let emergency = shown
        .event
        .as_ref()
        .and_then(|(_, crossing)| crossing.emergency);
    CrossingPage {
        back: format!("/areas/{}/crossings", area.area),
        card: card(&frame, area, &shown.line, times),
        subject: person.or_else(|| shown.plate.clone()),
        server: row
            .server
            .as_ref()
            .map(|server| verdict_key(server.verdict)),
        emergency: emergency.map(emergency_key),
        device: shown.device.clone().unwrap_or_default(),
        received: times.moment(row.received_at),
        list_number: event.map_or_else(String::new, |event| event.snapshot.to_string()),
        skew: skew.map(|millis| times.length(millis.abs() / 60_000)),
        facts: facts(&frame, shown),
        rules: shown
            .rules
            .iter()
            .map(|id| rule(&frame, shown.policy.as_ref(), id))
            .collect(),
        frame,
    }
}

pub(super) const fn verdict_key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Admit => "verdict-admit",
        Verdict::Ask => "verdict-ask",
        Verdict::Refuse => "verdict-refuse",
        Verdict::Refer => "verdict-refer",
    }
}

/// A row with its clause and sentence, where the policy is kept.
fn rule(frame: &Frame, policy: Option<&Policy>, id: &str) -> RuleLine {
    let row = policy.and_then(|policy| {
        let row = policy.rows().iter().find(|row| row.id == id)?;
        Some((policy, row))
    });
    let nothing = |_: &str| None;
    RuleLine {
        id: id.to_owned(),
        clause: row.map(|(policy, row)| clause_text(policy, row, frame.lang)),
        say: row.and_then(|(_, row)| {
            let say = row.say.as_ref()?;
            Some(sentence(frame.lang.of(say), frame.lang, &nothing).text)
        }),
    }
}

/// The facts as recorded, each by its name; what was unknown is said so.
fn facts(frame: &Frame, shown: &CrossingShown) -> Vec<(String, String)> {
    let Some((_, crossing)) = &shown.event else {
        return Vec::new();
    };
    let Ok(situation) = read_facts(&crossing.facts, shown.line.row.device_at) else {
        return Vec::new();
    };
    facts_in_words(frame, &situation)
}

//! The rules in force at a place, in plain words with the clause behind each line (POL-2); its
//! poster and guard's card.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::console::policy_parts::{Part, parts, replaced};
use crate::console::policy_words::{ChangeLine, change_lines};
use crate::console::stages::{scale_key, stage_key};
use crate::error::OpError;
use crate::ops::list_areas::{AreaLine, list_areas};
use crate::ops::make_board::{Hanging, make_board, short_id, span};
use crate::ops::read_policies::{Rules, Stretch};
use crate::ops::read_rules_here::{RulesHere, read_rules_here};
use crate::ops::read_stages::stages_at;
use crate::page::{Frame, PageError, show as show_page};
use crate::paper::board::Line;
use crate::serve::origin;
use crate::times::Times;
use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use gatehouse_core::gate::Effect;
use gatehouse_core::gate::wording::{Lang, sentence};
use gatehouse_core::measure::{Scale, StageSpell};
use gatehouse_core::policy::document::{LOCAL_CHOICE, PolicyDocument};
use gatehouse_core::policy::explain::{explain_in_force, source_words};
use serde::Deserialize;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let rule = |path| {
        let may = Access::Needs(Permission::SeePolicy);
        RouteRule::page(path, may, Scope::Area, Kept::Nothing)
    };
    let page = rule("/areas/{area}/policy").in_menu(Menu::Policy);
    table.add(page, get(show))
}

#[derive(Template)]
#[template(path = "policy.html")]
struct PolicyPage {
    frame: Frame,
    area: AreaInScope,
    span: String,
    id: String,
    lines: Vec<Line>,
    documents: Vec<Document>,
    next: Vec<Next>,
    gates: Vec<(String, String)>,
    /// Areas below one that is no compound: their pages have what hangs at their gates.
    inside: Vec<AreaLine>,
    /// What is said where nothing is asked at the gate.
    free: Option<&'static str>,
    /// The level and the phase that hold here now.
    stages: Vec<(&'static str, String)>,
    /// That they do not hold yet, where they are shown as they will be.
    later: Option<String>,
    /// What the addresses of its papers ask for besides.
    at: String,
    may_try: bool,
    may_write: bool,
}

/// A document in force.
struct Document {
    title: String,
    facts: Vec<(&'static str, String, Source)>,
    parameters: Vec<(String, String, Source)>,
    rows: Vec<Row>,
    parts: Vec<Part>,
    outside: Vec<(String, String)>,
}

/// Where something comes from.
pub struct Source {
    /// The clause, in words.
    pub text: String,
    /// Whether the notice leaves it open, wholly or in part.
    pub is_local: bool,
}

/// A rule in words.
struct Row {
    id: String,
    class: &'static str,
    effect: &'static str,
    condition: String,
    demand: String,
    say: String,
    source: Source,
}

/// What begins later, or ends.
struct Next {
    span: String,
    titles: String,
    /// When, milliseconds UTC.
    at: i64,
    /// What it changes for people: what is asked, the answer now, the answer then.
    changes: Vec<ChangeLine>,
}

/// As the rules will be at which moment, milliseconds UTC; now where it is not said.
#[derive(Debug, Default, Deserialize)]
pub struct AtQuery {
    at: Option<i64>,
}

/// GET /areas/{area}/policy
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Query(query): Query<AtQuery>,
    frame: Frame,
) -> Response {
    let read = async {
        let here = read_rules_here(&app, &area, query.at).await?;
        let inside = match &*area.level {
            "compound" => Vec::new(),
            _ => list_areas(&app, area.area).await?,
        };
        Ok::<_, OpError>((here, inside))
    };
    match read.await {
        Ok((here, inside)) => {
            let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
            let later = query
                .at
                .map(|at| frame.with("policy-later", "when", &times.moment(at)));
            let page = page(&app, here, area, frame);
            show_page(&PolicyPage {
                inside,
                later,
                at: query.at.map_or_else(String::new, |at| format!("&at={at}")),
                ..page
            })
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn page(app: &App, here: RulesHere, area: AreaInScope, frame: Frame) -> PolicyPage {
    let lang = frame.lang;
    let board = make_board(
        &here,
        &Hanging {
            lang,
            area: &area,
            gate: here.first_gate(),
            origin: &origin(&app.config),
            warning: None,
        },
    );
    let moment = here.place.moment;
    let times = Times::new(lang, moment.millis, moment.offset_minutes);
    let documents = documents(&here, lang, &times);
    let next = next_lines(&here, &frame, &times);
    let gates = here
        .gates
        .iter()
        .map(|gate| (gate.gate.to_string(), gate.name.clone()));
    // One that the rules go by stands among the answers already.
    let followed: Vec<StageSpell> = here.stages_followed().collect();
    let stages = stages_at(&here.stages, moment.millis).into_iter().flatten();
    let stages = stages.filter(|spell| !followed.contains(spell));
    let stages = stages.map(|spell| {
        let until = times.end(spell.until_at);
        let until = frame.with("stage-until", "until", &until);
        (stage_key(spell.stage), until)
    });
    PolicyPage {
        stages: stages.collect(),
        span: board.span,
        id: here
            .now
            .as_ref()
            .map_or_else(String::new, |rules| short_id(&rules.policy.id())),
        lines: board.lines,
        documents,
        next,
        gates: gates.collect(),
        inside: Vec::new(),
        later: None,
        at: String::new(),
        free: here
            .now
            .is_none()
            .then_some(match here.in_force.is_empty() {
                true => "policy-none",
                false => "policy-none-at-gate",
            }),
        may_try: may(&frame, &area, Permission::TryPolicy),
        may_write: may(&frame, &area, Permission::WritePolicy),
        frame,
        area,
    }
}

/// What begins later, or ends, with what it changes for people.
fn next_lines(here: &RulesHere, frame: &Frame, times: &Times) -> Vec<Next> {
    let lang = frame.lang;
    let phone = here.first_gate().map_or("", |gate| gate.phone.as_str());
    let next = here.next.iter().map(|stretch| {
        let then = here.place_at(stretch.span.from_at);
        let then = (stretch.rules.as_ref(), &then);
        Next {
            span: span(stretch.span, lang, times),
            titles: match &stretch.rules {
                Some(rules) => {
                    let turns = turns(here, stretch, rules, frame);
                    let named = std::iter::once(titles(&rules.documents, lang)).chain(turns);
                    named.collect::<Vec<_>>().join(" · ")
                }
                None => frame.t("policy-free-then"),
            },
            at: stretch.span.from_at,
            changes: change_lines((here.now.as_ref(), &here.place), then, phone, lang),
        }
    });
    next.collect()
}

/// The levels and phases that begin with a stretch, or end, by which its rules go.
fn turns(here: &RulesHere, stretch: &Stretch, rules: &Rules, frame: &Frame) -> Vec<String> {
    let at = stretch.span.from_at;
    let [before, then] = [at - 1, at].map(|at| stages_at(&here.stages, at));
    let turn = |(scale, (before, then)): (Scale, (Option<StageSpell>, Option<StageSpell>))| {
        let follows = rules
            .documents
            .iter()
            .any(|document| document.goes_by(scale));
        let [before, then] = [before, then].map(|held| held.map(|spell| spell.stage));
        (follows && before != then).then(|| {
            let stage = frame.t(then.or(before).map_or("stage-undecided", stage_key));
            let slots = [("scale", frame.t(scale_key(scale))), ("stage", stage)];
            let slots = slots
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            let key = match then {
                Some(_) => "policy-next-stage",
                None => "policy-next-stage-over",
            };
            frame.fill(key, &slots)
        })
    };
    let turned = Scale::ALL.into_iter().zip(before.into_iter().zip(then));
    turned.filter_map(turn).collect()
}

fn may(frame: &Frame, area: &AreaInScope, permission: Permission) -> bool {
    let caller = frame.caller.as_ref();
    caller.is_some_and(|caller| caller.may_in(permission, &area.path))
}

fn titles(documents: &[PolicyDocument], lang: Lang) -> String {
    let titles: Vec<String> = documents
        .iter()
        .map(|document| format!("{} {}", document.id, lang.of(&document.title)))
        .collect();
    titles.join(" + ")
}

fn documents(here: &RulesHere, lang: Lang, times: &Times) -> Vec<Document> {
    let replaced = replaced(&here.in_force);
    let together = here.in_force.iter().map(|(_, document)| document);
    let together: Vec<&PolicyDocument> = together.collect();
    here.in_force
        .iter()
        .map(|(force, document)| {
            let name = here.names.iter().find(|(area, _)| *area == force.area);
            let name = name.map_or_else(String::new, |(_, name)| name.clone());
            Document {
                title: format!(
                    "{} {} · v{}",
                    document.id,
                    lang.of(&document.title),
                    document.version
                ),
                facts: facts(document, name, lang, times),
                parameters: parameters(document, lang),
                rows: rows(document, &together, lang),
                parts: parts(document, &replaced, lang),
                outside: document
                    .outside
                    .iter()
                    .map(|outside| (outside.clause.clone(), lang.of(&outside.why).to_owned()))
                    .collect(),
            }
        })
        .collect()
}

fn facts(
    document: &PolicyDocument,
    area: String,
    lang: Lang,
    times: &Times,
) -> Vec<(&'static str, String, Source)> {
    let basis = &document.basis;
    let of_basis = || source(&basis.source, lang);
    let none = Source {
        text: String::new(),
        is_local: false,
    };
    let force = &document.force;
    vec![
        ("policy-where", area, none),
        (
            "policy-from",
            times.day(force.from.value.day()),
            source(&force.from.source, lang),
        ),
        (
            "policy-ends",
            times.end(force.ends.value.millis),
            source(&force.ends.source, lang),
        ),
        (
            "policy-review",
            times.day(force.review.value),
            source(&force.review.source, lang),
        ),
        (
            "policy-authority",
            lang.of(&basis.authority).to_owned(),
            of_basis(),
        ),
        (
            "policy-basis",
            lang.of(&basis.legal_basis).to_owned(),
            of_basis(),
        ),
        (
            "policy-appeal",
            lang.of(&basis.appeal).to_owned(),
            of_basis(),
        ),
    ]
}

/// Where something comes from, in words.
pub fn source(clause: &str, lang: Lang) -> Source {
    Source {
        text: source_words(clause, lang),
        is_local: clause.split(", ").any(|part| part == LOCAL_CHOICE),
    }
}

/// Parameters that we have words for; others are named as in the document.
const PARAMETERS: [&str; 9] = [
    "card_id_digits",
    "duty_hours_a_day",
    "entrances_most",
    "fever_threshold_celsius",
    "on_duty_least",
    "rest_minutes",
    "shopping_people",
    "shopping_window_days",
    "team_least",
];

/// What a parameter is called.
pub fn parameter_words(name: &str, lang: Lang) -> String {
    match PARAMETERS.contains(&name) {
        true => crate::locale::text(lang, &format!("policy-parameter-{name}")),
        false => name.replace('_', " "),
    }
}

fn parameters(document: &PolicyDocument, lang: Lang) -> Vec<(String, String, Source)> {
    let all = document.parameters.iter().map(|(name, parameter)| {
        let words = parameter_words(name, lang);
        (words, parameter.told(lang), source(&parameter.source, lang))
    });
    all.collect()
}

/// Class and key of what a row does.
pub const fn effect_of(effect: Effect, is_suspended: bool) -> (&'static str, &'static str) {
    match effect {
        _ if is_suspended => ("wait", "policy-suspended"),
        Effect::Grant => ("go", "policy-grant"),
        Effect::Bar => ("stop", "policy-bar"),
        Effect::Refer => ("ref", "policy-refer"),
        Effect::Duty => ("wait", "policy-duty"),
    }
}

/// The rows of a document that hold among those of the place.
fn rows(document: &PolicyDocument, documents: &[&PolicyDocument], lang: Lang) -> Vec<Row> {
    let pairs = explain_in_force(document, documents, lang).into_iter();
    pairs
        .map(|(row, line)| {
            let (class, effect) = effect_of(row.effect, line.is_suspended);
            Row {
                id: line.row,
                class,
                effect,
                condition: line.condition,
                demand: line.demand,
                say: sentence(&line.say, lang, &|_| None).text,
                source: source(&row.source, lang),
            }
        })
        .collect()
}

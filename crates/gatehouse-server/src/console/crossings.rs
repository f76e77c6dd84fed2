//! Crossings of an area: filters that hold nothing personal, pages, a workbook of what is shown.

use super::crossing_line::{CrossingCard, card};
use super::crossings_sheet::{SheetHead, write_workbook};
use super::stream_out::out;
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::export_crossings::export_crossings;
use crate::ops::find_crossings::{Crossings, CrossingsAsked, clock, find_crossings, read_clock};
use crate::page::{Frame, PageError, show as show_page};
use crate::paging::query;
use crate::times::{Times, zone};
use askama::Template;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::gate::{Outcome, SubjectKind, Verdict, Way};
use gatehouse_core::id::{DeviceId, GateId};
use gatehouse_core::moment::CivilDay;
use gatehouse_store::crossing_find::{CrossingFilter, CrossingPlace, OutcomeAsked, Rare};
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let sees = Access::Needs(Permission::SeeCrossings);
    let exports = Access::Needs(Permission::ExportCrossings);
    table
        .add(
            RouteRule::page("/areas/{area}/crossings", sees, Scope::Area, Kept::View)
                .in_menu(Menu::Crossings),
            get(show),
        )
        .add(
            RouteRule::form(
                "/areas/{area}/crossings/workbook",
                exports,
                Scope::Area,
                Kept::Change,
            ),
            post(export),
        )
}

#[derive(Template)]
#[template(path = "crossings.html")]
struct CrossingsPage {
    frame: Frame,
    area: AreaInScope,
    chosen: Chosen,
    from_on: String,
    to_on: String,
    from_at: String,
    to_at: String,
    zone: String,
    gates: Vec<Choice>,
    ways: Vec<Choice>,
    kinds: Vec<Choice>,
    verdicts: Vec<Choice>,
    outcomes: Vec<Choice>,
    onlies: Vec<Choice>,
    lines: Vec<CrossingCard>,
    looked_back_to: Option<String>,
    first: String,
    next: Option<String>,
    may_export: bool,
}

struct Choice {
    value: String,
    words: String,
    is_chosen: bool,
}

/// What may be chosen.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Chosen {
    from: String,
    to: String,
    from_at: String,
    to_at: String,
    gate: String,
    way: String,
    kind: String,
    verdict: String,
    outcome: String,
    rule: String,
    only: String,
    after: String,
}

const VERDICTS: [(&str, Verdict); 4] = [
    ("admit", Verdict::Admit),
    ("ask", Verdict::Ask),
    ("refuse", Verdict::Refuse),
    ("refer", Verdict::Refer),
];
const OUTCOMES: [(&str, OutcomeAsked); 6] = [
    ("crossed", OutcomeAsked::Is(Outcome::Crossed)),
    ("turned_back", OutcomeAsked::Is(Outcome::TurnedBack)),
    ("taken_in_charge", OutcomeAsked::Is(Outcome::TakenInCharge)),
    ("unknown", OutcomeAsked::Is(Outcome::Unknown)),
    ("undone", OutcomeAsked::Undone),
    ("stands", OutcomeAsked::Stands),
];
/// Longest id of a row.
const RULE_MOST: usize = 128;

fn named<T: Copy>(list: &[(&str, T)], name: &str) -> Option<T> {
    list.iter()
        .find(|(word, _)| *word == name)
        .map(|(_, value)| *value)
}

/// What stands in a field, read; nothing where it is empty.
///
/// # Errors
/// Not taken where it is neither: a filter that is not understood never widens a list.
fn given<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, OpError> {
    match text.trim() {
        "" => Ok(None),
        text => read(text).map(Some).ok_or(UNKNOWN_FILTER),
    }
}

const UNKNOWN_FILTER: OpError = OpError::NotTaken {
    code: "H-FILTER",
    detail: "A filter is none of those that the page offers; times are written as 07:30.",
};

impl Chosen {
    fn asked(&self) -> Result<CrossingsAsked, OpError> {
        let kinds = gatehouse_core::gate::fact::subject_kind::CHOICES;
        let kind = |name: &str| {
            let at = kinds.iter().position(|choice| choice.name == name)?;
            SubjectKind::at(u8::try_from(at).ok()?)
        };
        let rule: String = self.rule.trim().chars().take(RULE_MOST).collect();
        let rares = [
            ("emergency", Rare::Emergency),
            ("overruled", Rare::Overruled),
        ];
        let ways = [("in", Way::In), ("out", Way::Out)];
        let outcome = given(&self.outcome, |word| named(&OUTCOMES, word))?;
        Ok(CrossingsAsked {
            from_on: given(&self.from, CivilDay::parse)?,
            to_on: given(&self.to, CivilDay::parse)?,
            from_minute: given(&self.from_at, read_clock)?,
            to_minute: given(&self.to_at, read_clock)?,
            gate: given(&self.gate, GateId::parse)?,
            filter: CrossingFilter {
                way: given(&self.way, |word| named(&ways, word))?,
                kind: given(&self.kind, kind)?,
                verdict: given(&self.verdict, |word| named(&VERDICTS, word))?,
                outcome: outcome.unwrap_or_default(),
                rule,
                rare: given(&self.only, |word| named(&rares, word))?.unwrap_or_default(),
            },
            after: given(&self.after, place)?,
        })
    }

    /// The filter for the audit chain. Nothing in it is personal: every field but the rule is one
    /// of a list, and the rule is written there only where it is one.
    fn words(&self) -> String {
        let pairs = self.pairs("");
        let pairs: Vec<_> = pairs
            .into_iter()
            .filter(|(name, _)| *name != "rule")
            .collect();
        query(&pairs)
    }

    fn pairs<'a>(&'a self, after: &'a str) -> [(&'static str, &'a str); 12] {
        [
            ("from", &self.from),
            ("to", &self.to),
            ("from_at", &self.from_at),
            ("to_at", &self.to_at),
            ("gate", &self.gate),
            ("way", &self.way),
            ("kind", &self.kind),
            ("verdict", &self.verdict),
            ("outcome", &self.outcome),
            ("rule", &self.rule),
            ("only", &self.only),
            ("after", after),
        ]
    }
}

/// `<counted_at>-<device>-<seq>`
fn place(text: &str) -> Option<CrossingPlace> {
    // Ids have hyphens of their own.
    let (counted_at, rest) = text.split_once('-')?;
    let (device, seq) = rest.rsplit_once('-')?;
    Some(CrossingPlace {
        counted_at: counted_at.parse().ok()?,
        device: DeviceId::parse(device)?,
        seq: seq.parse().ok()?,
    })
}

fn place_text(place: CrossingPlace) -> String {
    format!("{}-{}-{}", place.counted_at, place.device, place.seq)
}

/// GET /areas/{area}/crossings
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Query(chosen): Query<Chosen>,
    frame: Frame,
) -> Response {
    let found = match chosen.asked() {
        Ok(asked) => find_crossings(&app, &area, asked).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(found) => {
            let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
            let may_export = caller.may_in(Permission::ExportCrossings, &area.path);
            show_page(&page(frame, area, chosen, found, times, may_export))
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn page(
    frame: Frame,
    area: AreaInScope,
    chosen: Chosen,
    found: Crossings,
    times: Times,
    may_export: bool,
) -> CrossingsPage {
    let path = format!("/areas/{}/crossings", area.area);
    let link = |after: &str| format!("{path}{}", query(&chosen.pairs(after)));
    let choice = |value: &str, words: String, now: &str| Choice {
        value: value.to_owned(),
        words,
        is_chosen: value == now,
    };
    let by_key = |prefix: &str, values: &[&str], now: &str| -> Vec<Choice> {
        let values = values.iter();
        values
            .map(|value| choice(value, frame.t(&format!("{prefix}-{value}")), now))
            .collect()
    };
    let gates = found
        .gates
        .iter()
        .map(|gate| choice(&gate.gate.to_string(), gate.name.clone(), &chosen.gate));
    let kinds = gatehouse_core::gate::fact::subject_kind::CHOICES.iter();
    let kinds = kinds.map(|kind| {
        choice(
            kind.name,
            frame.lang.pick(kind.label).to_owned(),
            &chosen.kind,
        )
    });
    let lines = found.lines.iter();
    CrossingsPage {
        gates: gates.collect(),
        kinds: kinds.collect(),
        ways: by_key("today", &["in", "out"], &chosen.way),
        verdicts: by_key("verdict", &VERDICTS.map(|(word, _)| word), &chosen.verdict),
        outcomes: by_key("outcome", &OUTCOMES.map(|(word, _)| word), &chosen.outcome),
        onlies: by_key("crossings-only", &["emergency", "overruled"], &chosen.only),
        lines: lines.map(|line| card(&frame, &area, line, times)).collect(),
        looked_back_to: found.looked_back_to.map(|at| times.moment(at)),
        first: match chosen.after.is_empty() {
            true => String::new(),
            false => link(""),
        },
        next: found.next.map(|next| link(&place_text(next))),
        from_on: found.span.from.0.to_text(),
        to_on: found.span.to.0.to_text(),
        from_at: clock(found.span.from.1),
        to_at: clock(found.span.to.1),
        zone: frame.with("crossings-zone", "zone", &zone(area.offset_minutes)),
        may_export,
        frame,
        area,
        chosen,
    }
}

/// POST /areas/{area}/crossings/workbook
pub async fn export(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(chosen): Form<Chosen>,
) -> Response {
    match file(&app, &area, &caller, &frame, &chosen).await {
        Ok(body) => {
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            let headers = [
                (header::CONTENT_TYPE, kind),
                (
                    header::CONTENT_DISPOSITION,
                    "attachment; filename=\"crossings.xlsx\"",
                ),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, body).into_response()
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

async fn file(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    frame: &Frame,
    chosen: &Chosen,
) -> Result<Body, OpError> {
    let export = export_crossings(app, area, caller, chosen.asked()?, chosen.words()).await?;
    let head = SheetHead {
        lang: frame.lang,
        area: area.name.clone(),
        exporter: caller.name.clone(),
        offset_minutes: area.offset_minutes,
        filters: filter_words(frame, chosen),
    };
    let (mut out, body) = out();
    // A hundred thousand rows are seconds of work: not on a thread that answers others.
    tokio::task::spawn_blocking(move || {
        let made = write_workbook(&head, &export, &mut out);
        if let Err(error) = &made {
            tracing::warn!(%error, "a workbook was broken off");
        }
        out.end(made.map_err(std::io::Error::other));
    });
    Ok(body)
}

/// The filter as somebody reads it: each field that is set, by its name.
fn filter_words(frame: &Frame, chosen: &Chosen) -> String {
    let of = |prefix: &str, value: &str| frame.t(&format!("{prefix}-{value}"));
    let kinds = gatehouse_core::gate::fact::subject_kind::CHOICES.iter();
    let kind = kinds.filter(|kind| kind.name == chosen.kind);
    let kind = kind
        .map(|kind| frame.lang.pick(kind.label).to_owned())
        .next();
    let fields = [
        ("today-way", &chosen.way, of("today", &chosen.way)),
        ("today-subject", &chosen.kind, kind.unwrap_or_default()),
        (
            "today-verdict",
            &chosen.verdict,
            of("verdict", &chosen.verdict),
        ),
        (
            "today-outcome",
            &chosen.outcome,
            of("outcome", &chosen.outcome),
        ),
        (
            "crossings-only",
            &chosen.only,
            of("crossings-only", &chosen.only),
        ),
        (
            "crossings-rule",
            &chosen.rule,
            chosen.rule.trim().chars().take(RULE_MOST).collect(),
        ),
    ];
    let set = fields
        .into_iter()
        .filter(|(_, value, _)| !value.trim().is_empty());
    let words: Vec<String> = set
        .map(|(key, _, words)| {
            let slots = [("field", frame.t(key)), ("value", words)];
            let slots = slots.each_ref().map(|(name, text)| (*name, text.as_str()));
            frame.fill("crossings-filter", &slots)
        })
        .collect();
    match words.is_empty() {
        true => frame.t("crossings-all"),
        false => words.join(" · "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let there = CrossingPlace {
            counted_at: 1_582_066_800_000,
            device: DeviceId([7; 16]),
            seq: 42,
        };
        assert_eq!(place(&place_text(there)), Some(there));
        for wrong in [
            "",
            "1",
            "1-2",
            "1-2-3",
            "x-07070707070707070707070707070707-1",
        ] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
    }
}

//! One fever: where it stands, everything that was written down, and a part of the form for each
//! step. It is one form, so that no part loses what was typed when another is sent. A person
//! writes down what happened; only their word closes it.

use super::fever_fields::{
    DEGREES, Key, STEPS, SentSteps, StepFields, ago_keys, keys, number_keys, way_keys,
};
use super::fever_view::{CardView, View, degrees, way_words};
use super::fevers::{Limit, limits};
use super::when::{day_clock, short};
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::read_fevers::{FeverCard, read_fever};
use crate::ops::record_fever_step::{CARRIERS, OUTCOMES, PLACES, Stepped, record_fever_step};
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::gate::duty::Receiver;
use gatehouse_core::id::OpenItemId;
use gatehouse_store::fever::FeverStepRow;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let path = "/areas/{area}/fevers/{item}";
    let access = Access::Needs(Permission::KeepOpenItems);
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

#[derive(Template)]
#[template(path = "fever.html")]
struct FeverPage {
    frame: Frame,
    area: String,
    card: CardView,
    as_of: String,
    is_open: bool,
    /// Which part came back with a problem, and what it is.
    problem: Option<(String, String)>,
    /// A step was written down, and something typed for another waits.
    kept: bool,
    forms: Vec<StepFormView>,
    log: Vec<LogLine>,
    limits: Vec<Limit>,
}

/// The part of the form for one step.
struct StepFormView {
    step: &'static str,
    mark: String,
    title: String,
    hint: String,
    button: String,
    /// The next step's part stands open, the one that came back, and each that holds something
    /// typed; the others are folded.
    is_open: bool,
    words_label: String,
    words_needed: bool,
    /// Rows of keys: name of the field, its words, its keys.
    rows: Vec<(String, String, Vec<Key>)>,
    /// Steps of the same kind that it may correct: number and words.
    corrects: Vec<(i64, String)>,
    /// The number chosen before.
    corrected: String,
    words: String,
}

impl StepFormView {
    fn is_corrected(&self, number: &i64) -> bool {
        self.corrected == number.to_string()
    }
}

/// A line of what was written down.
struct LogLine {
    number: i64,
    time: String,
    what: String,
    words: String,
    who: String,
    /// Key of the word for one that holds no more.
    void: bool,
    mark: String,
    may_undo: bool,
}

type ItemPath = Path<(String, String)>;

/// GET /areas/{area}/fevers/{item}
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Path((_, item)): ItemPath,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    match page(&app, &area, &item, frame, None).await {
        Ok(page) => show_page(&page),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// POST /areas/{area}/fevers/{item}
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, item)): ItemPath,
    frame: Frame,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let lang = frame.lang;
    let sent = SentSteps::of(pairs);
    let (status, sent, fault) = match record(&app, &area, &caller, &item, &sent.pressed()).await {
        Ok(None) => match sent.rest() {
            // Shown at once, since an address could not carry it; sent once more it does nothing.
            Some(rest) => (StatusCode::OK, rest, None),
            None => {
                let place = format!("/areas/{}/fevers/{item}", area.area);
                return Redirect::to(&place).into_response();
            }
        },
        Ok(Some("fevers-fault-closed")) => {
            (StatusCode::CONFLICT, sent, Some("fevers-fault-closed"))
        }
        Ok(Some(fault)) => (StatusCode::UNPROCESSABLE_ENTITY, sent, Some(fault)),
        Err(error) => return PageError::new(error, lang).into_response(),
    };
    match page(&app, &area, &item, frame, Some((sent, fault))).await {
        Ok(page) => (status, show_page(&page)).into_response(),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// Writes a step down; the key of what is wrong with it, if anything is.
async fn record(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    item: &str,
    fields: &StepFields,
) -> Result<Option<&'static str>, OpError> {
    let item = OpenItemId::parse(item).ok_or(OpError::NotFound)?;
    let form = match fields.read() {
        Ok(form) => form,
        Err(fault) => return Ok(Some(fault)),
    };
    Ok(
        match record_fever_step(app, area, caller, item, form).await? {
            Stepped::Done => None,
            Stepped::Closed => Some("fevers-fault-closed"),
            Stepped::NothingToCorrect => Some("fevers-fault-corrects"),
        },
    )
}

async fn page(
    app: &App,
    area: &AreaInScope,
    item: &str,
    frame: Frame,
    typed: Option<(SentSteps, Option<&'static str>)>,
) -> Result<FeverPage, OpError> {
    let item = OpenItemId::parse(item).ok_or(OpError::NotFound)?;
    let card = read_fever(app, area, item).await?;
    let now = app.world.now_millis();
    let view = View {
        frame: &frame,
        offset: area.offset_minutes,
        now,
        area: format!("/areas/{}", area.area),
    };
    let mut marks = std::iter::repeat_with(|| OpenItemId(app.world.id()).to_string());
    let is_open = card.row.item.end.is_none();
    let kept = matches!(typed, Some((_, None)));
    let (sent, fault) = typed.unwrap_or_default();
    let place = if sent.step() == "undo" {
        "log"
    } else {
        sent.step()
    };
    let problem = fault.map(|fault| (place.to_owned(), frame.t(fault)));
    let forms = Forms {
        frame: &frame,
        card: &card,
        sent: &sent,
        offset: area.offset_minutes,
        now,
    };
    let shown = view.card(&card);
    Ok(FeverPage {
        area: view.area.clone(),
        as_of: day_clock(now, area.offset_minutes, &frame),
        is_open,
        problem,
        kept,
        forms: forms.all(is_open, shown.next.1, &mut marks),
        log: forms.log(&mut marks),
        limits: limits(&[&card.rules], &frame),
        card: shown,
        frame,
    })
}

struct Forms<'a> {
    frame: &'a Frame,
    card: &'a FeverCard,
    sent: &'a SentSteps,
    offset: i16,
    now: i64,
}

impl Forms<'_> {
    /// A closed fever only has its outcome corrected; what was typed for another step before that
    /// was known stays to be read.
    fn all(
        &self,
        is_open: bool,
        next: &str,
        marks: &mut impl Iterator<Item = String>,
    ) -> Vec<StepFormView> {
        let open = match self.sent.step() {
            "" | "undo" if is_open => next,
            typed => typed,
        };
        let shown = |step: &&'static str| {
            is_open || *step == "outcome" || *step == open || self.sent.has_draft(step)
        };
        let forms = STEPS.into_iter().filter(shown).map(|step| {
            let chosen = self.sent.part(step);
            StepFormView {
                step,
                mark: marks.next().unwrap_or_default(),
                title: self.frame.t(&format!("fevers-form-{step}")),
                hint: self.frame.t(&format!("fevers-hint-{step}")),
                button: self.frame.t(&format!("fevers-save-{step}")),
                is_open: step == open || self.sent.has_draft(step),
                words_label: self.frame.t(&format!("fevers-words-{step}")),
                words_needed: step == "told",
                rows: self.rows(step, &chosen),
                corrects: self.corrects(step),
                corrected: chosen.corrects,
                words: chosen.words,
            }
        });
        forms.collect()
    }

    /// Rows of keys, each field named after its part.
    fn rows(&self, step: &str, chosen: &StepFields) -> Vec<(String, String, Vec<Key>)> {
        let rows = self.keys(step, chosen).into_iter();
        rows.map(|(name, words, keys)| (format!("{step}-{name}"), words, keys))
            .collect()
    }

    fn keys(&self, step: &str, chosen: &StepFields) -> Vec<(&'static str, String, Vec<Key>)> {
        let frame = self.frame;
        let label = |key: &str| frame.t(key);
        let word = &chosen.word;
        let mut rows = match step {
            "reading" => vec![
                (
                    "whole",
                    label("fevers-key-whole"),
                    number_keys(DEGREES, "", &chosen.whole),
                ),
                (
                    "tenth",
                    label("fevers-key-tenth"),
                    number_keys(0..=9, ".", &chosen.tenth),
                ),
                ("way", label("fevers-key-way"), way_keys(frame, &chosen.way)),
            ],
            "apart" => {
                let masks = keys(frame, &["on", "off"], "fevers-mask-", &chosen.mask);
                vec![
                    (
                        "word",
                        label("fevers-key-place"),
                        keys(frame, PLACES, "fevers-place-", word),
                    ),
                    ("mask", label("fevers-key-mask"), masks),
                ]
            }
            "told" => vec![("word", label("fevers-key-told"), self.receivers(word))],
            "hospital" => {
                let carriers = keys(frame, CARRIERS, "fevers-carrier-", word);
                vec![("word", label("fevers-key-carrier"), carriers)]
            }
            _ => {
                let outcomes = keys(frame, OUTCOMES, "fevers-outcome-", word);
                vec![("word", label("fevers-key-outcome"), outcomes)]
            }
        };
        rows.push(("ago", label("fevers-key-ago"), ago_keys(frame, &chosen.ago)));
        rows
    }

    /// Those whom the policy names first, then the others who may be told too.
    fn receivers(&self, chosen: &str) -> Vec<Key> {
        let named = self.card.rules.receivers.iter().map(|rule| rule.to);
        let mut all: Vec<_> = named.collect();
        for (receiver, _) in Receiver::ALL {
            if !all.contains(&receiver) {
                all.push(receiver);
            }
        }
        let keys = all.into_iter().map(|receiver| Key {
            value: receiver.name().to_owned(),
            label: self.frame.lang.pick(receiver.words()).to_owned(),
            chosen: receiver.name() == chosen,
        });
        keys.collect()
    }

    fn corrects(&self, step: &str) -> Vec<(i64, String)> {
        let rows = self.card.state.steps.iter().filter(|row| row.step == step);
        rows.map(|row| (row.number, self.what(row))).collect()
    }

    /// A step in words: `13:54 · 38.2 ℃`.
    fn what(&self, row: &FeverStepRow) -> String {
        let frame = self.frame;
        let word = row.word.as_deref().unwrap_or_default();
        let time = short(row.done_at, self.now, self.offset, frame);
        let what = match row.step.as_str() {
            "reading" => {
                let value = row.reading.map(|(tenths, way)| {
                    let value = degrees(tenths, frame.lang);
                    format!("{value} · {}", way_words(frame, way))
                });
                frame.with("fevers-log-reading", "value", &value.unwrap_or_default())
            }
            "apart" => frame.t(&format!("fevers-place-{word}")),
            "told" => {
                let to = Receiver::named(word);
                let to = to.map_or("", |to| frame.lang.pick(to.words()));
                frame.with("fevers-log-told", "to", to)
            }
            "hospital" => frame.t(&format!("fevers-carrier-{word}")),
            "outcome" => frame.t(&format!("fevers-outcome-{word}")),
            "said" => frame.t("fevers-log-said"),
            _ => {
                let of = row.corrects.unwrap_or_default().to_string();
                frame.with("fevers-log-undo", "number", &of)
            }
        };
        format!("{time} · {what}")
    }

    /// Everything in order; what holds no more stays and says so.
    fn log(&self, marks: &mut impl Iterator<Item = String>) -> Vec<LogLine> {
        let frame = self.frame;
        let holds = |row: &FeverStepRow| {
            let mut steps = self.card.state.steps.iter();
            steps.any(|there| there.number == row.number)
        };
        let rows = self.card.all.iter().map(|row| {
            let of = row.corrects.filter(|_| row.step != "undo");
            let mut what = self.what(row);
            if let Some(of) = of {
                what = format!(
                    "{what} · {}",
                    frame.with("fevers-log-corrects", "number", &of.to_string())
                );
            }
            LogLine {
                number: row.number,
                time: short(row.recorded_at, self.now, self.offset, frame),
                what,
                words: self
                    .card
                    .words
                    .get(&row.number)
                    .cloned()
                    .unwrap_or_default(),
                who: match row.staff.and_then(|staff| self.card.names.get(&staff)) {
                    Some(name) => name.clone(),
                    None => frame.t("fevers-by-phone"),
                },
                void: row.step != "undo" && !holds(row),
                mark: marks.next().unwrap_or_default(),
                may_undo: row.step != "undo" && holds(row),
            }
        });
        rows.collect()
    }
}

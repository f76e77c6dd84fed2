//! Printing passes: which, how many, and the files for the printer.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::count_printable::{Printable, count_printable};
use crate::ops::print_card::Desk;
use crate::ops::print_passes::{
    NAMED_MOST, PrintOrder, Printed, Wanted, print_passes, record_printed,
};
use crate::ops::read_rules_here::{id_digits, read_rules_here};
use crate::page::{Frame, PageError, show as show_page};
use crate::paper::card::{Card, codes};
use crate::paper::sheet::{self, Backs, Margin};
use crate::paper::slip::slips;
use crate::paper::{Fonts, PaperError};
use crate::serve::origin;
use crate::times::Times;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::PassId;
use gatehouse_core::pass::PassNumber;
use gatehouse_core::person::PersonName;
use gatehouse_store::Chance;
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let rule = |path| {
        let may = Access::Needs(Permission::PrintPass);
        RouteRule::page(path, may, Scope::Area, Kept::View)
    };
    table
        .add(rule("/areas/{area}/passes/print"), get(show))
        .add(rule("/areas/{area}/passes/sheets.pdf"), get(sheets))
        .add(rule("/areas/{area}/passes/{pass}/card.pdf"), get(card))
}

#[derive(Template)]
#[template(path = "print.html")]
struct PrintPage {
    frame: Frame,
    area: AreaInScope,
    /// Name of a building, passes, and what its link asks for.
    buildings: Vec<(String, usize, String)>,
    chosen: Option<Chosen>,
    /// How many were issued and never printed.
    unprinted: String,
}

/// What is about to be printed.
struct Chosen {
    title: String,
    passes: String,
    sheets: String,
    query: String,
}

#[derive(Template)]
#[template(path = "print_missing.html")]
struct MissingPage {
    frame: Frame,
    area: AreaInScope,
    rows: Vec<MissingRow>,
    again: String,
}

/// A card with characters that the font lacks.
struct MissingRow {
    number: String,
    name: String,
    door: String,
    codes: String,
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct PrintQuery {
    /// Ids with commas between.
    #[serde(default)]
    passes: String,
    /// A building; empty for those without.
    building: Option<String>,
    /// What was issued and never printed.
    #[serde(default)]
    unprinted: String,
    /// Backs too.
    #[serde(default)]
    backs: String,
    /// Print although characters are missing.
    #[serde(default)]
    anyway: String,
}

impl PrintQuery {
    fn wanted(&self) -> Result<Wanted, OpError> {
        if !self.unprinted.is_empty() {
            return Ok(Wanted::Unprinted);
        }
        if self.passes.is_empty() {
            return Ok(Wanted::Of {
                building: self.building.clone(),
            });
        }
        let ids: Option<Vec<PassId>> = self.passes.split(',').map(PassId::parse).collect();
        match ids {
            Some(ids) if ids.len() <= NAMED_MOST => Ok(Wanted::Named(ids)),
            Some(_) => Err(OpError::TooLarge),
            None => Err(OpError::Unreadable(
                "passes must be ids with commas".to_owned(),
            )),
        }
    }

    fn text(&self) -> String {
        let mut parts = Vec::new();
        if !self.unprinted.is_empty() {
            parts.push("unprinted=1".to_owned());
        } else if !self.passes.is_empty() {
            parts.push(format!("passes={}", self.passes));
        } else if let Some(building) = &self.building {
            parts.push(format!("building={}", encoded(building)));
        }
        if !self.backs.is_empty() {
            parts.push("backs=1".to_owned());
        }
        parts.join("&")
    }
}

/// For a value in an address.
fn encoded(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    bytes.collect()
}

/// GET /areas/{area}/passes/print
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Query(query): Query<PrintQuery>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    match print_page(&app, area, &query, frame).await {
        Ok(page) => show_page(&page),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

async fn print_page(
    app: &App,
    area: AreaInScope,
    query: &PrintQuery,
    frame: Frame,
) -> Result<PrintPage, OpError> {
    let (shard, id, now) = (area.county()?, area.area, app.world.now_millis());
    let wanted = query.wanted()?;
    let asked = query.building.is_some() || !query.passes.is_empty();
    let asked = asked || !query.unprinted.is_empty();
    let wanted = asked.then_some(wanted);
    let Printable {
        buildings,
        chosen,
        unprinted,
    } = count_printable(app, shard, id, wanted, now).await?;
    let title = match query.unprinted.is_empty() {
        true => title(query, &frame),
        false => frame.t("print-unprinted"),
    };
    Ok(PrintPage {
        unprinted: unprinted.to_string(),
        buildings: buildings
            .into_iter()
            .map(|(name, count)| {
                let query = encoded(&name);
                (name, count, query)
            })
            .collect(),
        chosen: chosen.map(|passes| Chosen {
            title,
            passes: passes.to_string(),
            sheets: passes.div_ceil(sheet::CARDS).to_string(),
            query: query.text(),
        }),
        frame,
        area,
    })
}

/// What the passes that are asked for are called.
fn title(query: &PrintQuery, frame: &Frame) -> String {
    match (&query.building, query.passes.is_empty()) {
        (Some(building), true) if !building.is_empty() => {
            frame.with("print-building", "building", building)
        }
        (_, true) => frame.t("print-no-building"),
        (_, false) => frame.t("print-chosen"),
    }
}

/// GET /areas/{area}/passes/sheets.pdf
pub async fn sheets(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Query(query): Query<PrintQuery>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    let made = async {
        let wanted = query.wanted()?;
        let order = order(&app, &area, &caller).await?;
        let printed = print(&app, &order, wanted).await?;
        let backs = match query.backs.as_str() {
            "" => Backs::None,
            _ => Backs::Behind,
        };
        let times = Times::new(lang, order.at, area.offset_minutes);
        let margin = Margin {
            lang: order.lang,
            place: area.name.clone(),
            printed_by: masked(&caller.name),
            printed_at: format!("{} {}", times.today().to_text(), times.clock(order.at)),
        };
        let (anyway, passes) = (!query.anyway.is_empty(), printed.passes.clone());
        let made = app.press.print(move |fonts| {
            let missing = missing(&printed.cards, fonts);
            if !anyway && !missing.is_empty() {
                return Ok(Made::Warned(missing));
            }
            sheet::sheets(&printed.cards, &margin, backs, fonts).map(Made::File)
        });
        keep(&app, &order, made.await?, &passes).await
    };
    answer(made.await, frame, area, &query)
}

/// GET /areas/{area}/passes/{pass}/card.pdf
pub async fn card(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, pass)): Path<(String, String)>,
    Query(query): Query<PrintQuery>,
    frame: Frame,
) -> Response {
    let query = PrintQuery {
        passes: pass,
        ..query
    };
    let made = async {
        let [pass] = <[PassId; 1]>::try_from(match query.wanted()? {
            Wanted::Named(ids) => ids,
            Wanted::Of { .. } | Wanted::Unprinted => vec![],
        })
        .map_err(|_| OpError::NotFound)?;
        let order = order(&app, &area, &caller).await?;
        let printed = print(&app, &order, Wanted::Named(vec![pass])).await?;
        let (anyway, passes) = (!query.anyway.is_empty(), printed.passes.clone());
        let lang = order.lang;
        let made = app.press.print(move |fonts| {
            let missing = missing(&printed.cards, fonts);
            if !anyway && !missing.is_empty() {
                return Ok(Made::Warned(missing));
            }
            file(&printed, fonts, lang).map(Made::File)
        });
        keep(&app, &order, made.await?, &passes).await
    };
    answer(made.await, frame, area, &query)
}

/// A file, or which characters would be missing in it.
enum Made {
    File(Vec<u8>),
    Warned(Vec<MissingRow>),
}

/// A file is printed once it is written down that it was.
async fn keep(
    app: &App,
    order: &PrintOrder,
    made: Made,
    passes: &[(PassId, PassNumber)],
) -> Result<Made, OpError> {
    if matches!(made, Made::File(_)) {
        record_printed(&app.store, order, passes).await?;
    }
    Ok(made)
}

fn file(printed: &Printed, fonts: &Fonts, lang: Lang) -> Result<Vec<u8>, PaperError> {
    match printed.slips.is_empty() {
        true => sheet::cards(&printed.cards, fonts, lang),
        false => slips(&printed.slips, fonts, lang),
    }
}

fn missing(cards: &[Card], fonts: &Fonts) -> Vec<MissingRow> {
    let missing = cards.iter().map(|card| (card, card.missing(fonts)));
    missing
        .filter(|(_, missing)| !missing.is_empty())
        .map(|(card, missing)| MissingRow {
            number: card.number.clone(),
            name: masked(&card.name),
            door: card.address.clone(),
            codes: codes(&missing),
        })
        .collect()
}

fn masked(name: &str) -> String {
    PersonName::from_stored(name).map_or_else(String::new, |name| name.masked())
}

fn answer(
    made: Result<Made, OpError>,
    frame: Frame,
    area: AreaInScope,
    query: &PrintQuery,
) -> Response {
    match made {
        Ok(Made::File(bytes)) => pdf(bytes, "passes.pdf"),
        Ok(Made::Warned(rows)) => {
            let glue = if query.text().is_empty() { "" } else { "&" };
            let again = format!("{}?{}{glue}anyway=1", frame.here, query.text());
            let page = MissingPage {
                frame,
                area,
                rows,
                again,
            };
            (StatusCode::UNPROCESSABLE_ENTITY, show_page(&page)).into_response()
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

/// A file that opens in the browser, to be printed from there.
pub fn pdf(bytes: Vec<u8>, name: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("inline; filename=\"{name}\""),
        ),
    ];
    (headers, bytes).into_response()
}

async fn order(app: &App, area: &AreaInScope, caller: &Caller) -> Result<PrintOrder, OpError> {
    let here = read_rules_here(app, area, None).await?;
    let origin = origin(&app.config);
    let host = origin
        .split_once("://")
        .map_or(origin.as_str(), |(_, host)| host);
    Ok(PrintOrder {
        shard: area.county()?,
        area: area.area,
        place: area.name.clone(),
        offset_minutes: area.offset_minutes,
        // Guards read cards; their language is the place's, not the printer's.
        lang: Lang::Zh,
        host: host.to_owned(),
        desk: Desk {
            phone: here
                .first_gate()
                .map(|gate| gate.phone.clone())
                .unwrap_or_default(),
        },
        id_digits: id_digits(here.now.as_ref()),
        staff: Some(caller.staff),
        organisation: caller.office_in(Permission::PrintPass, &area.path),
        at: app.world.now_millis(),
    })
}

async fn print(app: &App, order: &PrintOrder, wanted: Wanted) -> Result<Printed, OpError> {
    let chance = Chance::new(app.world.bytes());
    print_passes(&app.store, app.keyring.clone(), order, wanted, chance).await
}

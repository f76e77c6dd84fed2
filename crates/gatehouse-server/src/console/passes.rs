//! The queue of applications for passes: the longest wait on top, what is missing in the row,
//! one application beside it, and a search over who waits and who has a pass.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::console::pass_detail::{DetailView, Shown, detail};
use crate::console::pass_words::{LineView, Place, door, kind, line, mask, why_ended};
use crate::error::OpError;
use crate::ops::find_passes::{Found, ValidPasses, find_passes, valid_passes};
use crate::ops::list_applications::{Part, Queue, list_applications, read_application};
use crate::ops::pass_rules::Source;
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::id::{ApplicationId, AreaId, PassId};
use gatehouse_store::pass::PassRow;
use gatehouse_store::pass_batch::PassLine;
use serde::Deserialize;
use std::sync::Arc;

const PATH: &str = "/areas/{area}/passes";

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let needs = Access::Needs(Permission::ApplyForPass);
    table
        .add(
            RouteRule::page(PATH, needs, Scope::Area, Kept::View).in_menu(Menu::Passes),
            get(show),
        )
        .add(
            RouteRule::form(PATH, needs, Scope::Area, Kept::View),
            post(search),
        )
}

/// Which part of the queue, and which application beside it.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    source: String,
    missing: String,
    after: String,
    /// `1`: the passes that hold now, from behind `after`, in place of the queue.
    valid: String,
    /// An application.
    open: String,
    /// How many were approved just now, and how many could not be.
    done: String,
    held: String,
}

impl Asked {
    /// The whole queue with one application beside it.
    pub fn beside(application: ApplicationId) -> Asked {
        Asked {
            open: application.to_string(),
            ..Asked::default()
        }
    }
}

/// What is looked for; never in an address.
#[derive(Deserialize)]
pub struct SearchForm {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "passes.html")]
struct PassesPage {
    frame: Frame,
    base: String,
    title: String,
    now: String,
    can_decide: bool,
    typed: String,
    chips: Vec<Chip>,
    lines: Vec<LineView>,
    next: Option<String>,
    /// How many are complete, and as of when they were counted.
    complete: i64,
    until: String,
    /// What was never printed, and the pages that print it.
    unprinted: Vec<(String, String)>,
    lost: Vec<(String, String, String)>,
    found: Option<Vec<PassView>>,
    /// What stands over the passes that are shown, and where more of them are.
    found_title: String,
    found_next: Option<String>,
    /// The passes that hold now are shown, and no queue.
    is_valid: bool,
    is_cut: bool,
    said: Option<String>,
    /// Those of a batch that were not approved: page, whom they are for, why.
    held: Vec<(String, String, String)>,
    detail: Option<DetailView>,
}

struct Chip {
    words: String,
    href: String,
    is_on: bool,
}

/// A pass that a search found.
struct PassView {
    href: String,
    number: String,
    name: String,
    door: String,
    kind: String,
    state: String,
    mark: &'static str,
}

/// GET /areas/{area}/passes
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Response {
    page(&app, &area, &caller, frame, asked, Shown::default()).await
}

/// POST /areas/{area}/passes
pub async fn search(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(form): Form<SearchForm>,
) -> Response {
    let lang = frame.lang;
    let typed = form.q.trim();
    if typed.is_empty() {
        return page(
            &app,
            &area,
            &caller,
            frame,
            Asked::default(),
            Shown::default(),
        )
        .await;
    }
    let found = match find_passes(&app, &area, typed).await {
        Ok(found) => found,
        Err(error) => return PageError::new(error, lang).into_response(),
    };
    let typed = typed.to_owned();
    let build = async {
        let queue = list_applications(&app, &area, Part::default()).await?;
        let mut page = build(&app, &area, &caller, frame, Asked::default(), &queue);
        page.show_found(&app, &area, &found);
        page.typed = typed;
        Ok::<_, OpError>(page)
    };
    match build.await {
        Ok(page) => show_page(&page),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// The page with whatever else is to be said on it.
pub async fn page(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    frame: Frame,
    asked: Asked,
    shown: Shown,
) -> Response {
    let lang = frame.lang;
    let status = shown.status;
    let build = async {
        let part = Part {
            source: known(&asked.source, &Source::ALL.map(Source::word)),
            missing: known(&asked.missing, &["any", "photo", "document", "landlord"]),
            after: after(&asked.after),
        };
        let queue = list_applications(app, area, part).await?;
        let open = ApplicationId::parse(&asked.open);
        let valid = match asked.valid.as_str() {
            "1" => Some(valid_passes(app, area, PassId::parse(&asked.after)).await?),
            _ => None,
        };
        let mut page = build(app, area, caller, frame, asked, &queue);
        if let Some((done, held)) = &shown.batch {
            page.show_batch(app, area, *done, held).await;
        }
        if let Some(valid) = valid {
            page.show_valid(app, area, valid);
        }
        if let Some(open) = open {
            let beside = detail(app, area, caller, &page.frame, open, shown).await?;
            page.detail = Some(beside);
        }
        Ok::<_, OpError>(page)
    };
    match build.await {
        Ok(page) => (status, show_page(&page)).into_response(),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// A word of a list, or none.
fn known(word: &str, list: &[&str]) -> String {
    let found = list.iter().find(|one| **one == word);
    found.map(|word| (*word).to_owned()).unwrap_or_default()
}

/// Where a page begins: instant and application.
fn after(text: &str) -> Option<(i64, ApplicationId)> {
    let (at, id) = text.split_once('.')?;
    Some((at.parse().ok()?, ApplicationId::parse(id)?))
}

fn build(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    frame: Frame,
    asked: Asked,
    queue: &Queue,
) -> PassesPage {
    let now = app.world.now_millis();
    let base = format!("/areas/{}/passes", area.area);
    let place = Place {
        frame: &frame,
        now,
        offset: area.offset_minutes,
    };
    let total: i64 = queue.counts.iter().map(|count| count.applications).sum();
    let complete = queue.counts.iter().filter(|count| count.missing.is_empty());
    let open = (!asked.open.is_empty()).then_some(asked.open.as_str());
    let last = queue.lines.last().filter(|_| queue.has_more);
    let rows = queue.lines.iter().map(|one| {
        let mut view = line(&place, one, open);
        if queue.compounds.len() > 1 {
            let compound = queue.compounds.get(&one.row.area);
            view.door = format!("{} {}", compound.map_or("", |name| name), view.door);
        }
        view
    });
    let lost = queue.lost.iter().map(|(pass, number, at)| {
        (
            format!("{base}/{pass}"),
            number.to_string(),
            place.waited(*at),
        )
    });
    PassesPage {
        title: frame.fill(
            "passes-title",
            &[("area", &area.name), ("count", &total.to_string())],
        ),
        now: place.moment(now),
        can_decide: caller.may_in(Permission::DecidePass, &area.path),
        typed: String::new(),
        chips: chips(&frame, &base, &asked, queue, total),
        lines: rows.collect(),
        next: last.map(|last| {
            let (at, id) = (last.row.applied_at, last.row.application);
            let (source, missing) = (&asked.source, &asked.missing);
            format!("{base}?source={source}&missing={missing}&after={at}.{id}")
        }),
        complete: complete.map(|count| count.applications).sum(),
        until: now.to_string(),
        unprinted: unprinted(&frame, queue),
        lost: lost.collect(),
        found: None,
        found_title: frame.t("passes-found-passes"),
        found_next: None,
        is_valid: false,
        is_cut: false,
        said: said(&frame, &asked),
        held: Vec::new(),
        detail: None,
        base,
        frame,
    }
}

/// What was issued and never printed: how many where, and the page that prints them.
fn unprinted(frame: &Frame, queue: &Queue) -> Vec<(String, String)> {
    let some = queue.unprinted.iter().filter(|(_, ids)| !ids.is_empty());
    let link = |(area, ids): &(AreaId, Vec<PassId>)| {
        let compound = queue.compounds.get(area).map_or("", |name| name);
        let count = ids.len().to_string();
        let ids: Vec<String> = ids.iter().map(PassId::to_string).collect();
        let slots = [("count", count.as_str()), ("compound", compound)];
        let href = format!("/areas/{area}/passes/print?passes={}", ids.join(","));
        (frame.fill("passes-print", &slots), href)
    };
    some.map(link).collect()
}

impl PassesPage {
    /// What came of a batch: how many, and why which were not.
    async fn show_batch(
        &mut self,
        app: &App,
        area: &AreaInScope,
        done: usize,
        held: &[(ApplicationId, &'static str)],
    ) {
        let (done, count) = (done.to_string(), held.len().to_string());
        let slots = [("done", done.as_str()), ("held", count.as_str())];
        self.said = Some(self.frame.fill("passes-done-held", &slots));
        for (id, key) in held {
            // One that is not there any more has no name.
            let name = match read_application(app, area, *id).await {
                Ok(read) => {
                    let door = door(&self.frame, read.line.door.each_ref().map(String::as_str));
                    let mask = mask(read.line.masked.as_deref()).unwrap_or_default();
                    format!("{door} {mask}")
                }
                Err(_) => "—".to_owned(),
            };
            let href = format!("{}?open={id}#detail", self.base);
            self.held.push((href, name, self.frame.t(key)));
        }
    }
}

/// What was done just now.
fn said(frame: &Frame, asked: &Asked) -> Option<String> {
    let done: u32 = asked.done.parse().ok()?;
    let held: u32 = asked.held.parse().unwrap_or(0);
    let key = if held == 0 {
        "passes-done"
    } else {
        "passes-done-held"
    };
    let (done, held) = (done.to_string(), held.to_string());
    Some(frame.fill(key, &[("done", &done), ("held", &held)]))
}

fn chips(frame: &Frame, base: &str, asked: &Asked, queue: &Queue, total: i64) -> Vec<Chip> {
    let count = |is_of: &dyn Fn(&str, &str) -> bool| -> i64 {
        let counts = queue.counts.iter();
        counts
            .filter(|count| is_of(&count.source, &count.missing))
            .map(|count| count.applications)
            .sum()
    };
    let chip = |key: &str, count: i64, source: &str, missing: &str| Chip {
        words: format!("{} {count}", frame.t(key)),
        href: format!("{base}?source={source}&missing={missing}"),
        is_on: asked.source == source && asked.missing == missing,
    };
    let mut chips = vec![chip("passes-all", total, "", "")];
    for source in Source::ALL {
        let word = source.word();
        let waiting = count(&|source, _| source == word);
        if waiting > 0 || asked.source == word {
            chips.push(chip(&format!("passes-chip-{word}"), waiting, word, ""));
        }
    }
    chips.push(chip(
        "passes-chip-any",
        count(&|_, missing| !missing.is_empty()),
        "",
        "any",
    ));
    for word in crate::ops::pass_rules::MISSING {
        let waiting = count(&|_, missing| missing.split(' ').any(|one| one == word));
        if waiting > 0 || asked.missing == word {
            chips.push(chip(&format!("passes-lacks-{word}"), waiting, "", word));
        }
    }
    chips
}

impl PassesPage {
    /// What was found stands in place of the queue.
    fn show_found(&mut self, app: &App, area: &AreaInScope, found: &Found) {
        let place = Place {
            frame: &self.frame,
            now: app.world.now_millis(),
            offset: area.offset_minutes,
        };
        let waiting = found.waiting.iter().map(|one| line(&place, one, None));
        let lines: Vec<LineView> = waiting.collect();
        let passes = found.passes.iter().map(|one| self.pass(&place, one));
        let passes = passes.collect();
        self.chips.iter_mut().for_each(|chip| chip.is_on = false);
        self.is_cut = found.is_cut;
        self.next = None;
        self.lines = lines;
        self.found = Some(passes);
    }

    /// The passes that hold now stand in place of the queue, with the number that today's figures
    /// say.
    fn show_valid(&mut self, app: &App, area: &AreaInScope, valid: ValidPasses) {
        let place = Place {
            frame: &self.frame,
            now: app.world.now_millis(),
            offset: area.offset_minutes,
        };
        let passes = valid.page.rows.iter().map(|one| self.pass(&place, one));
        let passes = passes.collect();
        let count = valid.count.to_string();
        self.found_title = self.frame.with("passes-valid-now", "count", &count);
        let next = valid.page.next;
        self.found_next = next.map(|after| format!("{}?valid=1&after={after}", self.base));
        self.chips.iter_mut().for_each(|chip| chip.is_on = false);
        self.is_valid = true;
        self.found = Some(passes);
    }

    fn pass(&self, place: &Place<'_>, one: &PassLine) -> PassView {
        let [building, unit, room] = &one.door;
        let (mark, state) = standing(place, &one.row);
        PassView {
            href: format!("{}/{}", self.base, one.row.pass),
            number: one.row.number.to_string(),
            name: mask(one.masked.as_deref()).unwrap_or_else(|| self.frame.t("passes-household")),
            door: door(&self.frame, [building, unit, room]),
            kind: kind(&self.frame, &one.row.kind),
            state,
            mark,
        }
    }
}

/// How a pass stands: its mark and the words.
pub fn standing(place: &Place<'_>, row: &PassRow) -> (&'static str, String) {
    let frame = place.frame;
    match &row.revocation {
        Some(revocation) => {
            let why = why_ended(frame, &row.kind, &revocation.reason);
            let day = place.day(revocation.at);
            (
                "stop",
                frame.fill("passes-is-revoked", &[("day", &day), ("why", &why)]),
            )
        }
        None if row.expires_at <= place.now => {
            let day = place.full_day(row.expires_at - 1);
            ("wait", frame.with("passes-is-expired", "day", &day))
        }
        None => {
            let day = place.full_day(row.expires_at - 1);
            ("go", frame.with("passes-is-valid", "day", &day))
        }
    }
}

//! Figures of the day for an area. Counts only; each leads to its list. The page brings itself up
//! to date when it hears that something changed, and has a plain link for the same.

use super::hour_chart::HourChart;
use super::today_todo::Todo;
use super::when::{day_clock, short, waited};
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission::{self, KeepOpenItems, SeeToday};
use crate::ops::read_today::{CompoundLine, DeviceLine, GateLine, Reason, Today, read_today};
use crate::page::{Frame, PageError, show as show_page};
use crate::times::thousands;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use gatehouse_core::gate::wording::sentence;
use gatehouse_core::policy::document::LOCAL_CHOICE;
use gatehouse_core::policy::explain::source_words;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::page(
            "/areas/{area}/today",
            Access::Needs(SeeToday),
            Scope::Area,
            Kept::Nothing,
        )
        .in_menu(Menu::Today),
        get(show),
    )
}

/// The passes that are counted: those that hold now.
const VALID: &str = "?valid=1";
/// The crossings that are counted: those that took place.
const CROSSED: &str = "?outcome=crossed";
/// The refusals that are counted: those that nobody took back.
const REFUSED: &str = "?verdict=refuse&outcome=stands";

#[derive(Template)]
#[template(path = "area_today.html")]
struct TodayPage {
    frame: Frame,
    area: String,
    name: String,
    as_of: String,
    count: String,
    silent: usize,
    /// Whether the caller may open the fever board.
    keeps: bool,
    kpis: Vec<Kpi>,
    chart: HourChart,
    chart_words: String,
    hours: Vec<[String; 3]>,
    refused: Figure,
    reasons: Vec<ReasonLine>,
    compounds: Vec<CompoundRow>,
    gates: Vec<GateRow>,
    devices: Vec<DeviceRow>,
    todo: Vec<Todo>,
}

/// A figure that leads to its list.
struct Kpi {
    class: &'static str,
    label: &'static str,
    value: String,
    unit: &'static str,
    line: String,
    href: Option<String>,
}

struct ReasonLine {
    say: String,
    source: Option<String>,
    row: String,
    count: Figure,
}

/// A figure of a table, and its list for whoever may open it.
struct Figure {
    text: String,
    href: Option<String>,
}

struct CompoundRow {
    href: String,
    name: String,
    gates: String,
    people: Figure,
    passes: Figure,
    crossings: Figure,
    class: &'static str,
    icon: &'static str,
    state: String,
}

struct GateRow {
    place: String,
    guards: String,
    since: String,
    class: &'static str,
    icon: &'static str,
    state: &'static str,
    phone: String,
    href: String,
}

struct DeviceRow {
    label: String,
    place: String,
    seen: String,
    class: &'static str,
    icon: &'static str,
    state: &'static str,
}

/// GET /areas/{area}/today
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
) -> Response {
    match read_today(&app, &area).await {
        Ok(today) => show_page(&page(&today, area, &caller, frame)),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn page(today: &Today, area: AreaInScope, caller: &Caller, frame: Frame) -> TodayPage {
    let path = format!("/areas/{}", area.area);
    let may = |permission: Permission| caller.may_in(permission, &area.path);
    let view = Figures {
        today,
        frame: &frame,
        path: path.clone(),
        offset: area.offset_minutes,
        keeps: may(KeepOpenItems),
        sees: may(Permission::SeeCrossings),
        writes: may(Permission::WritePolicy),
    };
    TodayPage {
        as_of: day_clock(today.now, area.offset_minutes, &frame),
        count: today.compounds.len().to_string(),
        silent: view.silent(),
        keeps: view.keeps,
        kpis: view.kpis(),
        chart: HourChart::of(&today.hours),
        chart_words: view.chart_words(),
        hours: view.hours(),
        refused: Figure {
            text: thousands(today.refused),
            href: view.in_menu("menu-crossings").map(|href| href + REFUSED),
        },
        reasons: today
            .reasons
            .iter()
            .map(|reason| view.reason(reason))
            .collect(),
        compounds: today
            .compounds
            .iter()
            .map(|line| view.compound(line))
            .collect(),
        gates: today.gates.iter().map(|line| view.gate(line)).collect(),
        devices: today.devices.iter().map(|line| view.device(line)).collect(),
        todo: view.todo(),
        area: path,
        name: area.name,
        frame,
    }
}

/// The figures with what the page is made for.
pub(super) struct Figures<'a> {
    pub(super) today: &'a Today,
    pub(super) frame: &'a Frame,
    pub(super) path: String,
    pub(super) offset: i16,
    pub(super) keeps: bool,
    pub(super) writes: bool,
    sees: bool,
}

impl Figures<'_> {
    fn silent(&self) -> usize {
        let devices = self.today.devices.iter();
        devices.filter(|device| device.is_silent).count()
    }

    /// A list that the menu leads to: there, and for whoever may open it.
    pub(super) fn in_menu(&self, key: &str) -> Option<String> {
        let mut links = self.frame.menu.links.iter();
        links
            .find(|link| link.key == key)
            .map(|link| link.href.clone())
    }

    /// A list of the area, for whoever may open it.
    fn list(&self, may: bool, of: &str) -> Option<String> {
        may.then(|| format!("{}/{of}", self.path))
    }

    fn kpis(&self) -> Vec<Kpi> {
        let today = self.today;
        let people = today.compounds.iter().map(|line| line.people).sum();
        let passes = today.compounds.iter().map(|line| line.passes).sum();
        let gates = today.gates.iter();
        let staffed = gates.filter(|gate| gate.since.is_some()).count();
        let all = today.gates.len().to_string();
        vec![
            self.fevers(),
            self.crossings(),
            Kpi {
                class: "",
                label: "figures-people",
                value: thousands(people),
                unit: "figures-people-unit",
                line: self.frame.t("figures-people-line"),
                href: self.in_menu("menu-people"),
            },
            Kpi {
                class: "",
                label: "figures-passes",
                value: thousands(passes),
                unit: "figures-passes-unit",
                line: self.frame.t("figures-passes-line"),
                href: self.in_menu("menu-passes").map(|href| href + VALID),
            },
            Kpi {
                class: "",
                label: "figures-gates",
                value: staffed.to_string(),
                unit: "figures-gates-unit",
                line: self.frame.with("figures-gates-line", "all", &all),
                href: Some("#gates".to_owned()),
            },
            Kpi {
                class: "",
                label: "figures-alarms",
                value: today.alarms.to_string(),
                unit: "figures-alarms-unit",
                line: self.frame.t("figures-alarms-line"),
                href: self.list(true, "alarms"),
            },
        ]
    }

    fn fevers(&self) -> Kpi {
        let (today, frame) = (self.today, self.frame);
        let longest = today.fevers.first().map_or_else(
            || frame.t("figures-fevers-none"),
            |since| {
                let wait = waited(today.now - since, frame);
                frame.with("figures-fevers-longest", "wait", &wait)
            },
        );
        Kpi {
            class: if today.fevers.is_empty() { "" } else { "hot" },
            label: "figures-fevers",
            value: today.fevers.len().to_string(),
            unit: "figures-people-unit",
            line: longest,
            href: self.list(self.keeps, "fevers"),
        }
    }

    fn crossings(&self) -> Kpi {
        let today = self.today;
        let (back, emergencies) = (thousands(today.turned_back), thousands(today.emergencies));
        let slots = [("back", back.as_str()), ("emergencies", &emergencies)];
        Kpi {
            class: "",
            label: "figures-crossings",
            value: thousands(today.hours.iter().flatten().sum()),
            unit: "figures-times-unit",
            line: self.frame.fill("figures-crossings-line", &slots),
            href: self.in_menu("menu-crossings").map(|href| href + CROSSED),
        }
    }

    /// The picture in words: the total, and the hour with most.
    fn chart_words(&self) -> String {
        let hours = self.today.hours;
        let sums = hours.map(|pair| pair[0] + pair[1]);
        let most = sums.iter().copied().max().unwrap_or(0);
        let at = sums.iter().position(|sum| *sum == most).unwrap_or(0);
        let sum = |side: usize| thousands(hours.iter().map(|pair| pair[side]).sum());
        self.frame.fill(
            "figures-chart-words",
            &[
                ("in", &sum(0)),
                ("out", &sum(1)),
                ("hour", &at.to_string()),
                ("most", &thousands(most)),
            ],
        )
    }

    fn hours(&self) -> Vec<[String; 3]> {
        let hours = self.today.hours.iter().enumerate();
        let some = hours.filter(|(_, pair)| pair[0] + pair[1] > 0);
        some.map(|(at, pair)| [format!("{at}:00"), thousands(pair[0]), thousands(pair[1])])
            .collect()
    }

    fn reason(&self, reason: &Reason) -> ReasonLine {
        let lang = self.frame.lang;
        let said = reason
            .say
            .as_ref()
            .map(|say| sentence(lang.of(say), lang, &|_| None).text);
        ReasonLine {
            say: said.unwrap_or_else(|| self.frame.t("figures-reason-unknown")),
            source: (reason.source.as_ref())
                .filter(|source| *source != LOCAL_CHOICE)
                .map(|source| source_words(source, lang)),
            row: reason.row.clone(),
            count: Figure {
                text: thousands(reason.crossings),
                href: self
                    .in_menu("menu-crossings")
                    .map(|href| format!("{href}{REFUSED}&rule={}", reason.row)),
            },
        }
    }

    fn compound(&self, line: &CompoundLine) -> CompoundRow {
        let frame = self.frame;
        let count = |key: &str, count: usize| frame.with(key, "count", &count.to_string());
        let figure = |figure, list: &str| Figure {
            text: thousands(figure),
            href: self.in_menu(&format!("menu-{list}")).map(|_| {
                let filter = match list {
                    "passes" => VALID,
                    "crossings" => CROSSED,
                    _ => "",
                };
                format!("/areas/{}/{list}{filter}", line.area)
            }),
        };
        let (class, icon, state) = match line {
            line if line.fevers > 0 => ("stop", "stop", count("figures-state-fevers", line.fevers)),
            line if line.silent > 0 => ("wait", "off", count("figures-state-silent", line.silent)),
            line if line.empty > 0 => ("ask", "alert", count("figures-state-empty", line.empty)),
            _ => ("go", "check", frame.t("figures-state-good")),
        };
        CompoundRow {
            href: format!("/areas/{}/today", line.area),
            name: line.name.clone(),
            gates: line.gates.join(" "),
            people: figure(line.people, "people"),
            passes: figure(line.passes, "passes"),
            crossings: figure(line.crossings, "crossings"),
            class,
            icon,
            state,
        }
    }

    fn gate(&self, line: &GateLine) -> GateRow {
        let (class, icon, state) = match (line.gate.state.as_str(), line.since) {
            ("open", Some(_)) => ("go", "check", "figures-gate-staffed"),
            ("open", None) => ("ask", "alert", "figures-gate-empty"),
            _ => ("wait", "off", "figures-gate-closed"),
        };
        GateRow {
            place: format!("{} {}", line.compound, line.gate.name),
            guards: line.guards.join("、"),
            since: line.since.map_or_else(String::new, |since| {
                let time = short(since, self.today.now, self.offset, self.frame);
                self.frame.with("figures-gate-since", "time", &time)
            }),
            phone: line.gate.phone.clone(),
            href: match self.sees {
                true => format!("/gates/{}/today", line.gate.gate),
                false => String::new(),
            },
            class,
            icon,
            state,
        }
    }

    fn device(&self, line: &DeviceLine) -> DeviceRow {
        let seen = line.seen_at.map_or_else(
            || self.frame.t("figures-device-never"),
            |at| {
                let wait = waited(self.today.now - at, self.frame);
                let time = short(at, self.today.now, self.offset, self.frame);
                self.frame
                    .fill("figures-device-seen", &[("time", &time), ("wait", &wait)])
            },
        );
        let (class, icon, state) = match line.is_silent {
            true => ("wait", "off", "figures-device-silent"),
            false => ("go", "check", "figures-device-there"),
        };
        DeviceRow {
            label: line.label.clone(),
            place: line.place.clone(),
            seen,
            class,
            icon,
            state,
        }
    }
}

//! What waits for somebody today, the most pressing first: each leads to where it is done.

use super::area_today::Figures;
use super::when::{clock, waited};
use crate::ops::list_policy_versions::Review;
use crate::ops::read_opening::{Ended, in_a_row};
use crate::times::Times;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::AreaId;

/// Most of one kind that are shown one by one.
const SHOWN_MOST: usize = 5;

/// What waits, the most pressing first.
pub(super) struct Todo {
    pub(super) class: &'static str,
    pub(super) icon: &'static str,
    pub(super) title: String,
    pub(super) line: String,
    pub(super) href: String,
    pub(super) key: &'static str,
}

impl Figures<'_> {
    /// Passes that came in twice, for whoever keeps the items.
    fn copied(&self) -> Option<Todo> {
        let count = self.today.copied_open;
        (count > 0 && self.keeps).then(|| Todo {
            class: "ask",
            icon: "card",
            title: self.frame.t("items-copied_pass"),
            line: (self.frame).with("figures-todo-copied", "count", &count.to_string()),
            href: format!("{}/emergencies", self.path),
            key: "figures-open-alarms",
        })
    }

    /// Records of phones that could not be taken in, for whoever keeps the items.
    fn tray(&self) -> Option<Todo> {
        let count = self.today.tray;
        (count > 0 && self.keeps).then(|| Todo {
            class: "ask",
            icon: "phone",
            title: (self.frame).with("figures-todo-tray", "count", &count.to_string()),
            line: self.frame.t("figures-todo-tray-line"),
            href: format!("{}/tray", self.path),
            key: "figures-open-tray",
        })
    }

    /// Compounds whose fire exits wait to be looked at, for whoever may record the look.
    fn exits(&self) -> Vec<Todo> {
        let may = self.in_menu("menu-places").is_some();
        let due = self.today.exits_due.iter().filter(|_| may);
        let todo = |(area, name, count): &(AreaId, String, usize)| {
            let count = count.to_string();
            let slots = [("area", name.as_str()), ("count", count.as_str())];
            Todo {
                class: "ask",
                icon: "gate",
                title: self.frame.fill("figures-todo-exits", &slots),
                line: self.frame.t("figures-todo-exits-line"),
                href: format!("/areas/{area}/places"),
                key: "figures-open-exits",
            }
        };
        self.first_five(due.map(todo).collect(), &format!("{}/places", self.path))
    }

    /// The first of many, and how many more there are, with the page that holds them.
    fn first_five(&self, mut all: Vec<Todo>, rest: &str) -> Vec<Todo> {
        let more = all.len().saturating_sub(SHOWN_MOST);
        all.truncate(SHOWN_MOST);
        if let (Some(first), true) = (all.first(), more > 0) {
            let (class, icon, key) = (first.class, first.icon, first.key);
            all.push(Todo {
                class,
                icon,
                title: (self.frame).with("figures-todo-more", "count", &more.to_string()),
                line: self.frame.t("figures-todo-more-line"),
                href: rest.to_owned(),
                key,
            });
        }
        all
    }

    /// Gates at which somebody is to look, those that were amiss first.
    fn looks(&self) -> Vec<Todo> {
        let may = self.in_menu("menu-places").is_some();
        let kinds = [
            ("figures-todo-gates-amiss", "stop", true),
            ("figures-todo-gates", "ask", false),
        ];
        let mut found = Vec::new();
        for (key, class, amiss) in kinds {
            for one in self.today.gates_due.iter().filter(|_| may) {
                let count = if amiss { one.amiss } else { one.due };
                let count_words = count.to_string();
                let slots = [("area", one.name.as_str()), ("count", &count_words)];
                let todo = Todo {
                    class,
                    icon: "gate",
                    title: self.frame.fill(key, &slots),
                    line: self.frame.t("figures-todo-gates-line"),
                    href: format!("/areas/{}/places", one.area),
                    key: "figures-open-exits",
                };
                found.extend((count > 0).then_some(todo));
            }
        }
        let rest = format!("{}/places", self.path);
        self.first_five(found, &rest)
    }

    /// Documents that are to be looked at again, for whoever may write them.
    fn reviews(&self) -> Vec<Todo> {
        let frame = self.frame;
        let due = self.today.reviews.iter().filter(|_| self.writes);
        let todo = |one: &Review| {
            let [id, zh, en] = &one.names;
            let title = match frame.lang {
                Lang::Zh => zh,
                Lang::En => en,
            };
            let day = one.day.to_text();
            // What is above is looked at where it was made; here is only what it says.
            let (line, href, key) = match &one.above {
                None => (
                    frame.with("version-review", "day", &day),
                    format!("{}/policy/versions", self.path),
                    "figures-open-reviews",
                ),
                Some(area) => (
                    frame.fill("version-review-above", &[("day", &*day), ("area", area)]),
                    format!("{}/policy", self.path),
                    "figures-open-rules",
                ),
            };
            Todo {
                class: "ask",
                icon: "doc",
                title: format!("{id} {title}"),
                line,
                href,
                key,
            }
        };
        due.map(todo).collect()
    }

    /// Compounds whose gates are open again or where less holds: what hangs there says otherwise.
    fn opened(&self) -> Vec<Todo> {
        let opened = self.today.opened.iter().filter(|_| self.keeps);
        let (frame, lang) = (self.frame, self.frame.lang);
        let times = Times::new(lang, self.today.now, self.offset);
        let todo = |(area, name, ended): &(AreaId, String, Ended)| {
            let since = times.moment(ended.since);
            let slots = [("area", name.as_str()), ("when", since.as_str())];
            let [titles, still] = [&ended.titles, &ended.still].map(|all| in_a_row(all, lang));
            let documents = [("ended", titles.as_str()), ("still", still.as_str())];
            let key = match ended.still.is_empty() {
                true => "open",
                false => "eased",
            };
            let line = format!("figures-todo-{key}-line");
            Todo {
                class: "go",
                icon: "doc",
                title: frame.fill(&format!("figures-todo-{key}"), &slots),
                line: frame.fill(&line, &documents),
                href: format!("/areas/{area}/policy"),
                key: "figures-open-rules",
            }
        };
        self.first_five(opened.map(todo).collect(), &format!("{}/policy", self.path))
    }

    pub(super) fn todo(&self) -> Vec<Todo> {
        let (today, frame) = (self.today, self.frame);
        let mut todo = Vec::new();
        let fevers = today.fevers.len();
        if let (Some(since), true) = (today.fevers.first(), self.keeps) {
            let wait = waited(today.now - since, frame);
            todo.push(Todo {
                class: "stop",
                icon: "therm",
                title: frame.with("figures-todo-fevers", "count", &fevers.to_string()),
                line: frame.with("figures-fevers-longest", "wait", &wait),
                href: format!("{}/fevers", self.path),
                key: "figures-open-fevers",
            });
        }
        let emergencies = today.emergencies_open.to_string();
        if today.emergencies_open > 0 && self.keeps {
            todo.push(Todo {
                class: "blue",
                icon: "cross",
                title: frame.with("figures-todo-emergencies", "count", &emergencies),
                line: frame.t("figures-todo-emergencies-line"),
                href: format!("{}/emergencies", self.path),
                key: "figures-open-emergencies",
            });
        }
        todo.extend(self.copied());
        if today.alarms > 0 {
            todo.push(Todo {
                class: "ask",
                icon: "alert",
                title: frame.with("figures-todo-alarms", "count", &today.alarms.to_string()),
                line: frame.t("figures-alarms-line"),
                href: format!("{}/alarms", self.path),
                key: "figures-open-alarms",
            });
        }
        todo.extend(self.tray());
        todo.extend(self.exits());
        todo.extend(self.looks());
        todo.extend(self.reviews());
        todo.extend(self.opened());
        let silent = today.devices.iter().filter(|device| device.is_silent);
        let silent = silent.map(|device| {
            let seen = device.seen_at.map(|at| clock(at, self.offset));
            Todo {
                class: "wait",
                icon: "off",
                title: format!("{} · {}", device.place, device.label),
                line: match seen {
                    Some(time) => frame.with("figures-todo-silent", "time", &time),
                    None => frame.t("figures-device-never"),
                },
                href: "#devices".to_owned(),
                key: "figures-open-devices",
            }
        });
        todo.extend(self.first_five(silent.collect(), "#devices"));
        todo
    }
}

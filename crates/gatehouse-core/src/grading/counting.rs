//! From cases to figures, with what is not known kept apart.

use super::{AreaCases, Between, Counted, Criteria, DayCounted, Window};
use crate::moment::CivilDay;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Where a case was infected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// 市外输入: outside the city.
    Imported,
    /// 传染来源不明: looked into and not found.
    UnknownSource,
    /// 本地: here.
    Local,
}

/// Cases of one kind: one case, or several of which only the number is known. Confirmed and
/// asymptomatic ones alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseGroup {
    /// How many they are.
    pub count: Between,
    /// Day of the report.
    pub reported: Option<CivilDay>,
    /// Day of the diagnosis.
    pub diagnosed: Option<CivilDay>,
    /// Where they were infected; `None` where nobody has said yet.
    pub origin: Option<Origin>,
    /// 闭环管理: under closed-loop management since they came in; `None` where it is not known.
    pub closed_loop: Option<bool>,
    /// The township or street, by code or name; `None` where it is not known.
    pub township: Option<String>,
}

/// The counts of a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Imported and not under closed-loop management.
    pub imported_sporadic: Between,
    /// Of unknown source, or local.
    pub unknown_or_local: Between,
    /// Townships with one of these.
    pub townships: Between,
    /// 0 or 1; [0, 1] where nobody has said.
    pub sustained_spread: Between,
    /// Cases that surely count, but of which nobody knows in which of the two classes.
    pub either_class: u32,
}

impl Figures {
    /// The figure that a criterion looks at.
    pub fn of(&self, counted: Counted) -> Between {
        match counted {
            Counted::ImportedSporadic => self.imported_sporadic,
            Counted::UnknownOrLocal => self.unknown_or_local,
            Counted::Townships => self.townships,
            Counted::SustainedSpread => self.sustained_spread,
        }
    }
}

/// The classes that a group may belong to.
#[derive(Clone, Copy)]
struct Possible {
    uncounted: bool,
    imported: bool,
    local: bool,
}

pub(super) fn figures(criteria: &Criteria, area: &AreaCases, window: Window) -> Figures {
    let mut figures = Figures {
        sustained_spread: match area.sustained_spread {
            Some(said) => Between::exactly(u32::from(said)),
            None => Between { least: 0, most: 1 },
        },
        ..Figures::default()
    };
    let mut townships = Townships::default();
    for group in &area.groups {
        let Some(possible) = possible(group, criteria.day_counted, window) else {
            continue;
        };
        let count = Between {
            least: if possible.uncounted {
                0
            } else {
                group.count.least
            },
            most: group.count.most,
        };
        townships.add(group.township.as_deref(), count);
        let alone = |mine: bool, other: bool| Between {
            least: if mine && !other { count.least } else { 0 },
            most: if mine { count.most } else { 0 },
        };
        let imported = alone(possible.imported, possible.local);
        let local = alone(possible.local, possible.imported);
        figures.imported_sporadic = figures.imported_sporadic.plus(imported);
        figures.unknown_or_local = figures.unknown_or_local.plus(local);
        if possible.imported && possible.local {
            figures.either_class = figures.either_class.saturating_add(count.least);
        }
    }
    figures.townships = townships.figure(area.townships_there);
    figures
}

/// `None` where the group surely counts for nothing.
fn possible(group: &CaseGroup, by: DayCounted, window: Window) -> Option<Possible> {
    let day = match by {
        DayCounted::Reported => group.reported,
        DayCounted::Diagnosed => group.diagnosed,
    };
    if day.is_some_and(|day| !window.holds(day)) {
        return None;
    }
    // Only who came in from outside is left out for being under closed-loop management.
    let may_be_imported = !matches!(group.origin, Some(Origin::UnknownSource | Origin::Local));
    let possible = Possible {
        uncounted: day.is_none() || may_be_imported && group.closed_loop != Some(false),
        imported: may_be_imported && group.closed_loop != Some(true),
        local: group.origin != Some(Origin::Imported),
    };
    (possible.imported || possible.local).then_some(possible)
}

/// Townships with cases; those known by name, and cases of which nobody knows where they are.
#[derive(Default)]
struct Townships<'a> {
    certain: BTreeSet<&'a str>,
    maybe: BTreeSet<&'a str>,
    nowhere: Between,
}

impl<'a> Townships<'a> {
    fn add(&mut self, township: Option<&'a str>, count: Between) {
        match township {
            None => self.nowhere = self.nowhere.plus(count),
            Some(name) if count.least > 0 => {
                self.certain.insert(name);
            }
            Some(name) if count.most > 0 => {
                self.maybe.insert(name);
            }
            Some(_) => {}
        }
    }

    fn figure(&self, there: Option<u32>) -> Between {
        let size = |set: &BTreeSet<&str>| u32::try_from(set.len()).unwrap_or(u32::MAX);
        let somewhere = u32::from(self.nowhere.least > 0);
        let least = size(&self.certain).max(somewhere);
        let named: BTreeSet<&str> = self.certain.union(&self.maybe).copied().collect();
        let most = size(&named).saturating_add(self.nowhere.most);
        Between {
            least,
            most: there.map_or(most, |there| most.min(there)).max(least),
        }
    }
}

//! An area as typed or imported, and as checked. Where it lies is the tree's to check.

use super::code::{AreaCode, CodeSpan};
use super::level::AreaLevel;
use super::manager::{Manager, ManagerKind};
use crate::complaint::{Complaint, ComplaintCode};
use crate::moment::CivilDay;
use crate::text;

/// Longest name of an area or of the body that runs it, in characters (local choice; the longest
/// community name in the published list has 33).
pub const MAX_AREA_NAME_CHARS: usize = 60;

/// A node of the tree without its place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    level: AreaLevel,
    name: String,
    codes: Vec<CodeSpan>,
    manager: Option<Manager>,
}

impl Area {
    /// Its level.
    pub fn level(&self) -> AreaLevel {
        self.level
    }

    /// Its name, as on signs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Every code it ever had, oldest first.
    pub fn codes(&self) -> &[CodeSpan] {
        &self.codes
    }

    /// Its code on a day.
    pub fn code_on(&self, day: CivilDay) -> Option<AreaCode> {
        self.codes
            .iter()
            .find(|span| span.holds_on(day))
            .map(|span| span.code)
    }

    /// Who runs it: of compounds and natural villages.
    pub fn manager(&self) -> Option<&Manager> {
        self.manager.as_ref()
    }
}

/// An area, unchecked.
#[derive(Clone, Debug)]
pub struct AreaDraft {
    /// Its level.
    pub level: AreaLevel,
    /// Required.
    pub name: String,
    /// Code, first day, last day.
    pub codes: Vec<(String, CivilDay, Option<CivilDay>)>,
    /// Kind and name of who runs it; required of compounds.
    pub manager: Option<(ManagerKind, String)>,
}

impl AreaDraft {
    /// # Errors
    /// All complaints, in the order of the fields.
    pub fn check(&self) -> Result<Area, Vec<Complaint>> {
        let mut complaints = Vec::new();
        let mut note = |field, code| complaints.push(Complaint::new(field, code));
        let name = text::clean_line(&self.name, MAX_AREA_NAME_CHARS)
            .map_err(|code| note("name", code))
            .unwrap_or_default();
        let codes = check_codes(self.level, &self.codes)
            .map_err(|code| note("codes", code))
            .unwrap_or_default();
        let manager = check_manager(self.level, self.manager.as_ref())
            .map_err(|code| note("manager", code))
            .unwrap_or_default();
        if complaints.is_empty() {
            Ok(Area {
                level: self.level,
                name,
                codes,
                manager,
            })
        } else {
            Err(complaints)
        }
    }
}

fn check_codes(
    level: AreaLevel,
    drafts: &[(String, CivilDay, Option<CivilDay>)],
) -> Result<Vec<CodeSpan>, ComplaintCode> {
    let mut spans: Vec<CodeSpan> = Vec::with_capacity(drafts.len());
    for (typed, from_on, until_on) in drafts {
        if until_on.is_some_and(|until| until < *from_on) {
            return Err(ComplaintCode::EndBeforeStart);
        }
        let code = AreaCode::parse(typed, level)?;
        spans.push(CodeSpan {
            code,
            from_on: *from_on,
            until_on: *until_on,
        });
    }
    spans.sort_by_key(|span| span.from_on);
    if spans.windows(2).any(|pair| pair[0].overlaps(&pair[1])) {
        return Err(ComplaintCode::SpansOverlap);
    }
    Ok(spans)
}

fn check_manager(
    level: AreaLevel,
    draft: Option<&(ManagerKind, String)>,
) -> Result<Option<Manager>, ComplaintCode> {
    let Some((kind, name)) = draft else {
        return match level {
            AreaLevel::Compound => Err(ComplaintCode::ManagerMissing),
            _ => Ok(None),
        };
    };
    if level != AreaLevel::Compound {
        return Err(ComplaintCode::ManagerNotForLevel);
    }
    let name = || text::clean_line(name, MAX_AREA_NAME_CHARS);
    Ok(Some(match kind {
        ManagerKind::Property => Manager::Property { name: name()? },
        ManagerKind::WorkUnit => Manager::WorkUnit { name: name()? },
        ManagerKind::Ownerless => Manager::Ownerless,
        ManagerKind::VillageCommittee => Manager::VillageCommittee,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(level: AreaLevel, name: &str, manager: Option<ManagerKind>) -> AreaDraft {
        let manager = manager.map(|kind| (kind, "桂花里物业".to_owned()));
        AreaDraft {
            level,
            name: name.to_owned(),
            codes: Vec::new(),
            manager,
        }
    }

    fn codes(draft: &AreaDraft) -> Vec<(&'static str, ComplaintCode)> {
        let complaints = draft.check().err().unwrap_or_default();
        complaints.iter().map(|c| (c.field, c.code)).collect()
    }

    #[test]
    fn a_compound_says_who_runs_it() {
        use AreaLevel::*;
        let table = [
            (
                draft(Compound, "桂花里小区", Some(ManagerKind::Property)),
                vec![],
            ),
            (
                draft(Compound, "桂花里小区", Some(ManagerKind::Ownerless)),
                vec![],
            ),
            (draft(Community, "桂花里社区", None), vec![]),
            (
                draft(Compound, "桂花里小区", None),
                vec![("manager", ComplaintCode::ManagerMissing)],
            ),
            (
                draft(Community, " ", Some(ManagerKind::Property)),
                vec![
                    ("name", ComplaintCode::Missing),
                    ("manager", ComplaintCode::ManagerNotForLevel),
                ],
            ),
        ];
        for (draft, expected) in table {
            assert_eq!(codes(&draft), expected, "{draft:?}");
        }
    }

    #[test]
    fn codes_hold_one_after_the_other() {
        let span = |code: &str, from, until: Option<i32>| {
            (code.to_owned(), CivilDay(from), until.map(CivilDay))
        };
        let mut county = draft(AreaLevel::County, "某县", None);
        county.codes = vec![span("419902", 200, None), span("419901", 100, Some(199))];
        let area = county.check().expect("an area");
        let on = |day| {
            area.code_on(CivilDay(day))
                .map(|code| code.prefix(AreaLevel::County).to_owned())
        };
        assert_eq!(on(99), None);
        assert_eq!(on(199).as_deref(), Some("419901"));
        assert_eq!(on(200).as_deref(), Some("419902"));
        county.codes[1].2 = Some(CivilDay(200));
        assert_eq!(codes(&county), [("codes", ComplaintCode::SpansOverlap)]);
        county.codes[1].2 = Some(CivilDay(99));
        assert_eq!(codes(&county), [("codes", ComplaintCode::EndBeforeStart)]);
        county.codes = vec![span("41990", 1, None)];
        assert_eq!(codes(&county), [("codes", ComplaintCode::AreaCodeForm)]);
    }
}

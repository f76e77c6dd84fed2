//! The tree itself: who lies below whom, the path from the root, the subtree test.
//!
//! A role holds for a subtree, a policy for a subtree, an order for a subtree: all of them ask
//! [`AreaTree::is_within`]. A move of an area changes paths, never ids.

use super::draft::Area;
use super::level::AreaLevel;
use crate::complaint::{Complaint, ComplaintCode};
use crate::id::AreaId;
use crate::moment::CivilDay;
use std::collections::BTreeMap;

/// Longest path: each level at most once.
pub const MAX_DEPTH: usize = AreaLevel::ALL.len();

/// Areas from the root down to one, both included.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AreaPath(Vec<AreaId>);

impl AreaPath {
    /// The ids from the root down.
    pub fn ids(&self) -> &[AreaId] {
        &self.0
    }

    /// The area at the end of the path.
    pub fn area(&self) -> AreaId {
        *self.0.last().expect("a path ends in its area")
    }

    /// Whether the path runs through `ancestor`; an area lies within itself.
    pub fn is_within(&self, ancestor: AreaId) -> bool {
        self.0.contains(&ancestor)
    }
}

#[derive(Clone, Debug)]
struct Node {
    area: Area,
    parent: Option<AreaId>,
    children: Vec<AreaId>,
}

/// All areas of a deployment (some thousands). Each is added below one that is already there, so
/// no cycle can come up; [`AreaTree::move_below`] checks for one.
#[derive(Clone, Debug, Default)]
pub struct AreaTree {
    nodes: BTreeMap<AreaId, Node>,
}

impl AreaTree {
    /// Adds an area below `parent`, or a root. An id that is there already is refused as a
    /// cycle: it would become its own relative.
    ///
    /// # Errors
    /// Unknown parent, level not below the parent's, or a code outside the parent's code.
    pub fn add(&mut self, id: AreaId, parent: Option<AreaId>, area: Area) -> Result<(), Complaint> {
        if self.nodes.contains_key(&id) {
            return Err(Complaint::new("parent", ComplaintCode::AreaCycle));
        }
        if let Some(parent) = parent {
            let above = self.node(parent)?;
            check_below(&area, &above.area)?;
            self.children_of(parent).push(id);
        }
        self.nodes.insert(
            id,
            Node {
                area,
                parent,
                children: Vec::new(),
            },
        );
        Ok(())
    }

    /// Puts an area with everything below it under another parent.
    ///
    /// # Errors
    /// As [`AreaTree::add`]; `AreaCycle` where the new parent lies within the area.
    pub fn move_below(&mut self, id: AreaId, parent: AreaId) -> Result<(), Complaint> {
        let node = self.node(id)?;
        let above = self.node(parent)?;
        if self.is_within(parent, id) {
            return Err(Complaint::new("parent", ComplaintCode::AreaCycle));
        }
        check_below(&node.area, &above.area)?;
        if let Some(before) = node.parent {
            self.children_of(before).retain(|child| *child != id);
        }
        self.children_of(parent).push(id);
        if let Some(node) = self.nodes.get_mut(&id) {
            node.parent = Some(parent);
        }
        Ok(())
    }

    /// The area with this id.
    pub fn area(&self, id: AreaId) -> Option<&Area> {
        self.nodes.get(&id).map(|node| &node.area)
    }

    /// The area directly above.
    pub fn parent(&self, id: AreaId) -> Option<AreaId> {
        self.nodes.get(&id)?.parent
    }

    /// The areas directly below, in the order in which they were added.
    pub fn children(&self, id: AreaId) -> &[AreaId] {
        self.nodes.get(&id).map_or(&[], |node| &node.children)
    }

    /// From the root down to the area.
    pub fn path(&self, id: AreaId) -> Option<AreaPath> {
        let mut ids = vec![id];
        let mut node = self.nodes.get(&id)?;
        while let Some(parent) = node.parent {
            ids.push(parent);
            node = self.nodes.get(&parent)?;
        }
        ids.reverse();
        Some(AreaPath(ids))
    }

    /// Whether `id` is `ancestor` or lies below it. False for unknown areas.
    pub fn is_within(&self, id: AreaId, ancestor: AreaId) -> bool {
        self.path(id).is_some_and(|path| path.is_within(ancestor))
    }

    /// The nearest area of a level on the way up, the area itself included.
    pub fn at_level(&self, id: AreaId, level: AreaLevel) -> Option<AreaId> {
        let path = self.path(id)?;
        let ids = path.ids().iter().rev();
        ids.copied()
            .find(|id| self.area(*id).is_some_and(|area| area.level() == level))
    }

    /// An area and everything below it, parents before children.
    pub fn subtree(&self, id: AreaId) -> Vec<AreaId> {
        let mut ids = Vec::new();
        let mut next = if self.nodes.contains_key(&id) {
            vec![id]
        } else {
            Vec::new()
        };
        while let Some(id) = next.pop() {
            ids.push(id);
            next.extend(self.children(id).iter().rev());
        }
        ids
    }

    /// The statistical code that held for an area on a day: its own, or of the nearest area above
    /// that has one.
    pub fn code_on(&self, id: AreaId, day: CivilDay) -> Option<super::AreaCode> {
        let path = self.path(id)?;
        path.ids()
            .iter()
            .rev()
            .find_map(|id| self.area(*id)?.code_on(day))
    }

    /// Number of areas.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no area.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    fn node(&self, id: AreaId) -> Result<&Node, Complaint> {
        self.nodes
            .get(&id)
            .ok_or(Complaint::new("parent", ComplaintCode::AreaUnknown))
    }

    fn children_of(&mut self, id: AreaId) -> &mut Vec<AreaId> {
        &mut self
            .nodes
            .get_mut(&id)
            .expect("looked up just before")
            .children
    }
}

/// Levels go down, and codes that hold on a common day begin alike.
fn check_below(area: &Area, above: &Area) -> Result<(), Complaint> {
    if !area.level().may_lie_below(above.level()) {
        return Err(Complaint::new("parent", ComplaintCode::AreaLevelOrder));
    }
    let outside = area.codes().iter().any(|span| {
        let mut together = above
            .codes()
            .iter()
            .filter(|other| span.overlaps(other))
            .peekable();
        together.peek().is_some()
            && !together.any(|other| span.code.lies_within(&other.code, above.level()))
    });
    match outside {
        true => Err(Complaint::new(
            "codes",
            ComplaintCode::AreaCodeOutsideParent,
        )),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::{AreaDraft, ManagerKind};
    use proptest::prelude::*;

    fn area(level: AreaLevel, code: &str) -> Area {
        let manager =
            (level == AreaLevel::Compound).then(|| (ManagerKind::Ownerless, String::new()));
        let codes = match code {
            "" => Vec::new(),
            code => vec![(code.to_owned(), CivilDay(0), None)],
        };
        AreaDraft {
            level,
            name: "某地".to_owned(),
            codes,
            manager,
        }
        .check()
        .expect("an area")
    }

    fn id(n: u8) -> AreaId {
        AreaId([n; 16])
    }

    fn street() -> AreaTree {
        let mut tree = AreaTree::default();
        let rows = [
            (1, None, AreaLevel::County, "419901"),
            (2, Some(1), AreaLevel::Township, "419901001"),
            (3, Some(2), AreaLevel::Community, "419901001001"),
            (4, Some(2), AreaLevel::Community, "419901001002"),
            (5, Some(3), AreaLevel::Compound, ""),
            (6, Some(5), AreaLevel::Building, ""),
            (7, Some(6), AreaLevel::Household, ""),
        ];
        for (n, parent, level, code) in rows {
            tree.add(id(n), parent.map(id), area(level, code))
                .expect("fits");
        }
        tree
    }

    #[test]
    fn paths_and_subtrees_follow_the_tree() {
        let tree = street();
        let path = tree.path(id(7)).expect("known");
        assert_eq!(path.ids(), [1, 2, 3, 5, 6, 7].map(id));
        assert_eq!(path.area(), id(7));
        for (n, within) in [(1, true), (3, true), (7, true), (4, false), (99, false)] {
            assert_eq!(tree.is_within(id(7), id(n)), within, "{n}");
        }
        assert_eq!(tree.subtree(id(2)), [2, 3, 5, 6, 7, 4].map(id));
        assert_eq!(tree.subtree(id(99)), []);
        assert_eq!(tree.at_level(id(7), AreaLevel::Community), Some(id(3)));
        assert_eq!(tree.at_level(id(4), AreaLevel::Compound), None);
        let code = tree.code_on(id(7), CivilDay(9)).expect("the community's");
        assert_eq!(code.as_str(), "419901001001");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut tree = street();
        let mut codes = Vec::new();
        let mut add = |n, parent, level, code: &str| {
            let found = tree.add(id(n), Some(id(parent)), area(level, code));
            codes.push(found.err().map(|complaint| complaint.code));
        };
        add(10, 99, AreaLevel::Community, "");
        add(11, 3, AreaLevel::Township, "");
        add(12, 2, AreaLevel::Community, "419901002001");
        add(3, 2, AreaLevel::Community, "");
        add(13, 2, AreaLevel::Compound, "");
        assert_eq!(
            codes,
            [
                Some(ComplaintCode::AreaUnknown),
                Some(ComplaintCode::AreaLevelOrder),
                Some(ComplaintCode::AreaCodeOutsideParent),
                Some(ComplaintCode::AreaCycle),
                None,
            ]
        );
    }

    #[test]
    fn a_move_changes_paths_and_nothing_else() {
        let mut tree = street();
        tree.move_below(id(5), id(4))
            .expect("a compound may lie in the other community");
        assert!(tree.is_within(id(7), id(4)) && !tree.is_within(id(7), id(3)));
        assert_eq!(tree.children(id(3)), []);
        let refused = tree.move_below(id(2), id(5)).expect_err("below itself");
        assert_eq!(refused.code, ComplaintCode::AreaCycle);
        assert_eq!(
            tree.move_below(id(5), id(5)).expect_err("itself").code,
            ComplaintCode::AreaCycle
        );
        assert_eq!(tree.len(), 7);
    }

    proptest! {
        #[test]
        fn every_area_lies_within_all_of_its_path(
            steps in prop::collection::vec((0u8..40, 0u8..40, 0usize..9), 0..60),
        ) {
            let mut tree = AreaTree::default();
            tree.add(id(0), None, area(AreaLevel::Province, "")).expect("a root");
            for (n, parent, level) in steps {
                let _ = tree.add(id(n), Some(id(parent)), area(AreaLevel::ALL[level], ""));
                let _ = tree.move_below(id(n), id(parent));
            }
            for n in tree.subtree(id(0)) {
                let path = tree.path(n).expect("known");
                prop_assert!(path.ids().len() <= MAX_DEPTH);
                for above in path.ids() {
                    prop_assert!(tree.is_within(n, *above));
                    prop_assert!(tree.subtree(*above).contains(&n));
                }
            }
            prop_assert_eq!(tree.subtree(id(0)).len(), tree.len());
        }
    }
}

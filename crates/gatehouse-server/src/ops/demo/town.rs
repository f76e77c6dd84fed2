//! The streets of the demo town: its tree of areas, gates and other openings (GATE-1).

use super::random::Ids;
use gatehouse_core::area::{Area, AreaDraft, AreaLevel, ManagerKind};
use gatehouse_core::id::{AreaId, GateId};
use gatehouse_core::moment::CivilDay;

/// The desk of the demo's gates. Like every number of the demo, nobody has it.
pub const DESK_PHONE: &str = "15400000120";
/// The shift lead's.
pub const LEAD_PHONE: &str = "15400000121";
/// The community's.
pub const OFFICE_PHONE: &str = "15400000122";
/// The health station's.
pub const HEALTH_PHONE: &str = "15400000123";

/// How a compound is built; people fill it from the first building on.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Share of the town's households, in thousandths; they add up to 1000.
    pub share_permille: u32,
    /// Units of a building; 0 in a village, where a house has a number only.
    pub units: u32,
    /// Floors of a unit.
    pub floors: u32,
    /// Doors on a floor.
    pub doors: u32,
}

/// What one compound of the town is.
pub struct CompoundPlan {
    /// 小区 or 自然村.
    pub name: &'static str,
    community: &'static str,
    manager: ManagerKind,
    manager_name: &'static str,
    /// Name of its gate.
    pub gate: &'static str,
    /// How it is built.
    pub shape: Shape,
    /// Other openings: name, how it is closed, whether it is a fire exit that stays openable.
    openings: &'static [(&'static str, &'static str, bool)],
}

const fn shape(share_permille: u32, units: u32, floors: u32, doors: u32) -> Shape {
    Shape {
        share_permille,
        units,
        floors,
        doors,
    }
}

/// Five compounds, one for each way of running it and two big ones, and a village.
pub const COMPOUNDS: &[CompoundPlan] = &[
    CompoundPlan {
        name: "桂花里小区",
        community: "桂花里社区",
        manager: ManagerKind::Property,
        manager_name: "桂花里物业",
        gate: "桂花里南门",
        shape: shape(260, 3, 6, 2),
        openings: &[
            ("北门", "铁栅栏上锁", false),
            ("东侧消防通道", "封条，可从里面推开", true),
        ],
    },
    CompoundPlan {
        name: "纺织厂家属院",
        community: "桂花里社区",
        manager: ManagerKind::WorkUnit,
        manager_name: "青石纺织厂",
        gate: "家属院大门",
        shape: shape(140, 4, 5, 3),
        openings: &[("澡堂小门", "砖墙封闭", false)],
    },
    CompoundPlan {
        name: "槐荫苑",
        community: "槐荫社区",
        manager: ManagerKind::Property,
        manager_name: "槐荫物业",
        gate: "槐荫苑西门",
        shape: shape(200, 2, 11, 2),
        openings: &[
            ("地库出口", "道闸落下，值守员有钥匙", true),
            ("北侧门", "铁链上锁", false),
        ],
    },
    CompoundPlan {
        name: "老槐巷",
        community: "槐荫社区",
        manager: ManagerKind::Ownerless,
        manager_name: "",
        gate: "老槐巷巷口",
        shape: shape(90, 1, 4, 2),
        openings: &[
            ("后巷口", "彩钢板围挡", true),
            ("菜场过道", "彩钢板围挡", false),
        ],
    },
    CompoundPlan {
        name: "望湖新城",
        community: "望湖社区",
        manager: ManagerKind::Property,
        manager_name: "望湖物业",
        gate: "望湖新城东门",
        shape: shape(230, 2, 18, 4),
        openings: &[
            ("北门", "伸缩门关闭", false),
            ("消防通道", "可从里面推开", true),
        ],
    },
    CompoundPlan {
        name: "柳河",
        community: "柳河村",
        manager: ManagerKind::VillageCommittee,
        manager_name: "",
        gate: "柳河村口",
        shape: shape(80, 0, 1, 1),
        openings: &[("河堤小路", "土堆，可步行绕行", false)],
    },
];

/// Area codes begin with 99: no province has it.
const UPPER: &[(AreaLevel, &str, &str)] = &[
    (AreaLevel::Province, "示范省", "99"),
    (AreaLevel::City, "示范市", "9901"),
    (AreaLevel::County, "青石县", "990101"),
    (AreaLevel::Township, "桂花街道", "990101001"),
];

/// Three communities with a residents' committee, one administrative village.
const COMMUNITIES: &[(&str, &str)] = &[
    ("桂花里社区", "990101001001"),
    ("槐荫社区", "990101001002"),
    ("望湖社区", "990101001003"),
    ("柳河村", "990101001201"),
];

/// An area with its place in the tree. Parents stand before children.
#[derive(Clone, Debug)]
pub struct DemoArea {
    /// Its id.
    pub id: AreaId,
    /// The area above.
    pub parent: Option<AreaId>,
    /// What it is.
    pub area: Area,
}

/// The one open entrance of a compound.
#[derive(Clone, Debug)]
pub struct DemoGate {
    /// Its id.
    pub id: GateId,
    /// The compound that it closes.
    pub compound: AreaId,
    /// What people call it.
    pub name: &'static str,
    /// The community that looks after the compound.
    pub community: &'static str,
}

/// A way through the fence that is closed.
#[derive(Clone, Debug)]
pub struct DemoOpening {
    /// The compound.
    pub compound: AreaId,
    /// What people call it.
    pub name: &'static str,
    /// With what it is closed.
    pub closed_with: &'static str,
    /// Stays openable from inside and is checked.
    pub fire_exit: bool,
}

/// All places of the town.
#[derive(Clone, Debug, Default)]
pub struct Streets {
    /// The tree, parents first.
    pub areas: Vec<DemoArea>,
    /// One gate for each of [`COMPOUNDS`], in their order.
    pub gates: Vec<DemoGate>,
    /// Every other opening.
    pub openings: Vec<DemoOpening>,
}

impl Streets {
    /// The area of this name. Names are unique in the town.
    pub fn named(&self, name: &str) -> Option<AreaId> {
        self.areas
            .iter()
            .find(|area| area.area.name() == name)
            .map(|area| area.id)
    }

    /// The first area of a level, for the levels above the communities.
    pub fn at_level(&self, level: AreaLevel) -> Option<AreaId> {
        self.areas
            .iter()
            .find(|area| area.area.level() == level)
            .map(|area| area.id)
    }

    /// The area directly above.
    pub fn parent(&self, id: AreaId) -> Option<AreaId> {
        self.areas.iter().find(|area| area.id == id)?.parent
    }
}

/// Lays the streets out.
pub fn lay(ids: &mut Ids, today: CivilDay) -> Streets {
    let mut streets = Streets::default();
    let mut above = None;
    // Codes of a past year hold: nothing of the town begins on the day it is made.
    let since = CivilDay::from_date(today.date().year - 5, 1, 1).unwrap_or(today);
    let mut add = |level, name: &str, code: &str, manager, parent| {
        let codes = if code.is_empty() {
            vec![]
        } else {
            vec![(code.to_owned(), since, None)]
        };
        let draft = AreaDraft {
            level,
            name: name.to_owned(),
            codes,
            manager,
        };
        let area = draft
            .check()
            .expect("the tables above hold valid areas only");
        let id = AreaId(ids.make());
        streets.areas.push(DemoArea { id, parent, area });
        id
    };
    for (level, name, code) in UPPER {
        above = Some(add(*level, name, code, None, above));
    }
    let mut communities = Vec::new();
    for (name, code) in COMMUNITIES {
        communities.push((*name, add(AreaLevel::Community, name, code, None, above)));
    }
    let mut compounds = Vec::new();
    for plan in COMPOUNDS {
        let community = communities.iter().find(|(name, _)| *name == plan.community);
        let parent = community.map(|(_, id)| *id);
        let manager = Some((plan.manager, plan.manager_name.to_owned()));
        compounds.push((
            plan,
            add(AreaLevel::Compound, plan.name, "", manager, parent),
        ));
    }
    for (plan, compound) in compounds {
        streets.gates.push(DemoGate {
            id: GateId(ids.make()),
            compound,
            name: plan.gate,
            community: plan.community,
        });
        streets
            .openings
            .extend(
                plan.openings
                    .iter()
                    .map(|(name, closed_with, fire_exit)| DemoOpening {
                        compound,
                        name,
                        closed_with,
                        fire_exit: *fire_exit,
                    }),
            );
    }
    streets
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_core::area::AreaTree;

    #[test]
    fn the_streets_are_a_tree_with_a_gate_for_each_compound() {
        let today = CivilDay::parse("2020-02-19").expect("a day");
        let streets = lay(&mut Ids::new(1, 0), today);
        let mut tree = AreaTree::default();
        for area in &streets.areas {
            tree.add(area.id, area.parent, area.area.clone())
                .expect("fits below its parent");
        }
        let street = streets.named("桂花街道").expect("the street");
        for gate in &streets.gates {
            assert!(tree.is_within(gate.compound, street), "{}", gate.name);
            assert!(tree.code_on(gate.compound, today).is_some());
        }
        let count = |level| {
            streets
                .areas
                .iter()
                .filter(|a| a.area.level() == level)
                .count()
        };
        assert_eq!(count(AreaLevel::Community), 4);
        assert_eq!((count(AreaLevel::Compound), streets.gates.len()), (6, 6));
        assert_eq!(
            COMPOUNDS
                .iter()
                .map(|plan| plan.shape.share_permille)
                .sum::<u32>(),
            1000
        );
    }
}

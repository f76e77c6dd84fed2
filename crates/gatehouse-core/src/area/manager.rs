//! Who runs a compound or village (AREA-2).

use serde::{Deserialize, Serialize};

/// Kind of the body that answers for what is done in a compound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManagerKind {
    /// 物业公司; the street supervises (HN 二.2).
    Property,
    /// 单位家属院: its owning work unit.
    WorkUnit,
    /// 无主小区: the street, with community workers, volunteers, hired guards.
    Ownerless,
    /// 村委会, with the township (HN 二.3).
    VillageCommittee,
}

impl ManagerKind {
    /// The name in databases and wire formats.
    pub const fn code(self) -> &'static str {
        match self {
            ManagerKind::Property => "property",
            ManagerKind::WorkUnit => "work_unit",
            ManagerKind::Ownerless => "ownerless",
            ManagerKind::VillageCommittee => "village_committee",
        }
    }

    /// Name on Chinese screens.
    pub const fn label_zh(self) -> &'static str {
        match self {
            ManagerKind::Property => "物业公司",
            ManagerKind::WorkUnit => "单位家属院",
            ManagerKind::Ownerless => "无主小区",
            ManagerKind::VillageCommittee => "村委会",
        }
    }

    /// Name on English screens.
    pub const fn label_en(self) -> &'static str {
        match self {
            ManagerKind::Property => "property company",
            ManagerKind::WorkUnit => "work-unit compound",
            ManagerKind::Ownerless => "ownerless compound",
            ManagerKind::VillageCommittee => "village committee",
        }
    }
}

/// The body itself. An ownerless compound has none of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Manager {
    /// 物业公司
    Property {
        /// Its name.
        name: String,
    },
    /// 单位
    WorkUnit {
        /// Its name.
        name: String,
    },
    /// The street answers.
    Ownerless,
    /// 村委会
    VillageCommittee,
}

impl Manager {
    /// Its kind.
    pub const fn kind(&self) -> ManagerKind {
        match self {
            Manager::Property { .. } => ManagerKind::Property,
            Manager::WorkUnit { .. } => ManagerKind::WorkUnit,
            Manager::Ownerless => ManagerKind::Ownerless,
            Manager::VillageCommittee => ManagerKind::VillageCommittee,
        }
    }

    /// The company's or work unit's name.
    pub fn name(&self) -> Option<&str> {
        match self {
            Manager::Property { name } | Manager::WorkUnit { name } => Some(name),
            Manager::Ownerless | Manager::VillageCommittee => None,
        }
    }
}

//! The nine levels of the tree (AREA-1).

use serde::{Deserialize, Serialize};

/// From the province down; the order is that of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaLevel {
    /// 省
    Province,
    /// 市
    City,
    /// 县（区、旗）
    County,
    /// 街道, 乡镇（苏木）
    Township,
    /// 社区, 行政村（嘎查）
    Community,
    /// 小区, 自然村: what a gate closes.
    Compound,
    /// 楼栋
    Building,
    /// 单元（门栋）
    Unit,
    /// 户
    Household,
}

impl AreaLevel {
    /// Every level once, from the top.
    pub const ALL: [AreaLevel; 9] = [
        AreaLevel::Province,
        AreaLevel::City,
        AreaLevel::County,
        AreaLevel::Township,
        AreaLevel::Community,
        AreaLevel::Compound,
        AreaLevel::Building,
        AreaLevel::Unit,
        AreaLevel::Household,
    ];

    /// Leading digits of the 12-digit code that belong to this level; levels below the community
    /// carry no code.
    pub const fn code_digits(self) -> Option<usize> {
        match self {
            AreaLevel::Province => Some(2),
            AreaLevel::City => Some(4),
            AreaLevel::County => Some(6),
            AreaLevel::Township => Some(9),
            AreaLevel::Community => Some(12),
            _ => None,
        }
    }

    /// Whether an area of this level may lie directly below one of `parent`. Levels may be left
    /// out (a county under a province, a room in a house without units), never turned round.
    pub fn may_lie_below(self, parent: AreaLevel) -> bool {
        parent < self
    }

    /// The name in databases and wire formats.
    pub const fn code(self) -> &'static str {
        match self {
            AreaLevel::Province => "province",
            AreaLevel::City => "city",
            AreaLevel::County => "county",
            AreaLevel::Township => "township",
            AreaLevel::Community => "community",
            AreaLevel::Compound => "compound",
            AreaLevel::Building => "building",
            AreaLevel::Unit => "unit",
            AreaLevel::Household => "household",
        }
    }

    /// The level with this [`AreaLevel::code`].
    pub fn from_code(code: &str) -> Option<AreaLevel> {
        AreaLevel::ALL
            .into_iter()
            .find(|level| level.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_wire_names() {
        for level in AreaLevel::ALL {
            assert_eq!(
                serde_json::to_value(level).expect("serialises"),
                level.code()
            );
            assert_eq!(AreaLevel::from_code(level.code()), Some(level));
        }
    }

    #[test]
    fn levels_go_down_only() {
        assert!(AreaLevel::County.may_lie_below(AreaLevel::Province));
        assert!(!AreaLevel::City.may_lie_below(AreaLevel::County));
        assert!(!AreaLevel::Community.may_lie_below(AreaLevel::Community));
    }
}

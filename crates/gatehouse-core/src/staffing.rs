//! 力量和清单: who belongs to a team (AREA-5, GATE-2), and what a place must have (REG-4, SUP-1).
//!
//! Counts of roles, no names. What is missing is said; nothing follows from it by itself.

use crate::gate::compiled::Text;
use crate::gate::fact::{Words, words};
use crate::sourced::{MayBelow, Sourced};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A team that a notice asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// `ZJ/gate-team`.
    pub id: String,
    /// The clause, or "deployment".
    pub source: String,
    /// How an entry below may stand to it.
    pub below: Option<MayBelow>,
    /// Entries of documents above that it takes out of force.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// What each one of has such a team.
    pub each: TeamOf,
    /// On duty round the clock.
    pub all_day: Option<Sourced<bool>>,
    /// What its people wear on duty.
    #[serde(default)]
    pub wears: Vec<Sourced<Wear>>,
    /// The role that leads.
    pub led_by: Option<Sourced<Role>>,
    /// Who belongs to it.
    pub member: Vec<Member>,
}

crate::entry!(Team);

/// What has a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TeamOf {
    /// 卡口, 检查服务点.
    Gate,
    /// 社区, 村.
    Community,
    /// 街道, 乡镇.
    Street,
    /// A person in observation at home.
    PersonAtHome,
    /// 集中隔离点.
    IsolationSite,
    /// A mass testing site.
    TestSite,
}

/// What is worn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Wear {
    /// 口罩.
    Mask,
    /// 袖标.
    Armband,
}

/// So many of a role.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// One of these roles; no role stands in two lines of a team.
    pub any: Vec<Role>,
    /// At least so many.
    pub at_least: Sourced<u16>,
    /// At most so many, where the text says so.
    pub at_most: Option<Sourced<u16>>,
}

/// Roles in teams. A police officer is at most a named member of a team (SCOPE-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 市领导 (ZX 2).
    CityLeader,
    /// 部门负责人 (ZX 2).
    DepartmentHead,
    /// 市直机关干部 (ZX 2).
    CityCadre,
    /// 街道（镇）干部 (ZX 2, ZJ-1.二.1).
    StreetCadre,
    /// 社区“两委”成员 (ZX 2, P9 二(五)2).
    CommitteeMember,
    /// 社区（村）工作人员 (HN 三(一)).
    CommunityWorker,
    /// 网格员.
    GridWorker,
    /// 物业人员 (HN 三(一)).
    PropertyStaff,
    /// 志愿者 (HN 三(一)).
    Volunteer,
    /// 卫生人员 (HN 三(一), ZJ-1.二.1).
    HealthWorker,
    /// 公安民警 (ZJ-1.二.1).
    PoliceOfficer,
    /// 卡口专职检查人员 (ZJ-3.三).
    Checker,
    /// 流行病学协查员 (P7 六(一)11).
    InvestigationAssistant,
    /// 防控工作分队 (P9 二(三)(4)).
    ReserveMember,
    /// 心理疏导负责人 (P7 六(一)8).
    SupportLead,
}

/// What a team lacks, or has too much of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
pub struct Lacking<'a> {
    /// Of these roles.
    pub any: &'a [Role],
    /// So many are there.
    pub present: u16,
    /// So many are asked for.
    pub at_least: u16,
    /// No more than these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u16>,
    /// The clause of the number.
    pub source: &'a str,
}

impl Team {
    /// What is wrong with the team as written.
    pub fn fault(&self) -> Option<Words> {
        let mut roles: Vec<Role> = self.member.iter().flat_map(|one| one.any.clone()).collect();
        let all = roles.len();
        roles.sort();
        roles.dedup();
        let ends_early = |one: &Member| {
            let most = one.at_most.as_ref().map(|most| most.value);
            most.is_some_and(|most| most < one.at_least.value)
        };
        match self.member.is_empty() {
            true => Some(words("队伍里要写人员 `member`。", "a team has a `member`")),
            false if self.member.iter().any(|one| one.any.is_empty()) => Some(words(
                "人员要写是什么人，`any`。",
                "a member is of one of some roles, `any`",
            )),
            false if roles.len() < all => Some(words(
                "同一种人写了两次。",
                "a role stands twice in the team",
            )),
            false if self.member.iter().any(ends_early) => Some(words(
                "`at_most` 比 `at_least` 还少。",
                "`at_most` is less than `at_least`",
            )),
            false => None,
        }
    }

    /// Where the people who are there are too few, or too many.
    pub fn lacking(&self, present: &BTreeMap<Role, u16>) -> Vec<Lacking<'_>> {
        let lacks = self.member.iter().filter_map(|one| {
            let there = one.any.iter().filter_map(|role| present.get(role));
            let there = there.fold(0_u16, |sum, count| sum.saturating_add(*count));
            let over = one.at_most.as_ref().filter(|most| there > most.value);
            let source = match over {
                Some(most) => &most.source,
                None if there < one.at_least.value => &one.at_least.source,
                None => return None,
            };
            Some(Lacking {
                any: &one.any,
                present: there,
                at_least: one.at_least.value,
                at_most: one.at_most.as_ref().map(|most| most.value),
                source,
            })
        });
        lacks.collect()
    }
}

/// 清单: what a place must have, looked at with a date.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    /// `HL/six-haves`.
    pub id: String,
    /// The clause, or "deployment".
    pub source: String,
    /// How an entry below may stand to it.
    pub below: Option<MayBelow>,
    /// Entries of documents above that it takes out of force.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// What is looked at.
    pub of: Checked,
    /// Its name, such as 六有.
    pub title: Text,
    /// What is looked for.
    pub item: Vec<Item>,
    /// Whether each item has a picture.
    pub photo: Sourced<bool>,
    /// After how many days it is looked at again.
    pub again_days: Sourced<u16>,
}

crate::entry!(Checklist);

/// What a checklist looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Checked {
    /// 小区, 村.
    Compound,
    /// 卡口.
    Gate,
    /// 社区, 村.
    Community,
    /// 单位.
    Employer,
    /// 公共场所.
    Venue,
}

/// One thing that is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Short name, once in its list.
    pub id: String,
    /// In words.
    pub text: Text,
}

impl Checklist {
    /// What is wrong with the list as written.
    pub fn fault(&self) -> Option<Words> {
        let twice =
            |(at, one): (usize, &Item)| self.item[..at].iter().any(|other| other.id == one.id);
        match self.item.is_empty() {
            true => Some(words(
                "检查表要有项目 `item`。",
                "a checklist has an `item`",
            )),
            false if self.item.iter().enumerate().any(twice) => Some(words(
                "检查表里有两项编号相同。",
                "two items of the list have one id",
            )),
            false => None,
        }
    }

    /// What has not been found in order, as it stands in the list.
    pub fn open(&self, found: &[String]) -> Vec<&Item> {
        let open = self.item.iter().filter(|item| !found.contains(&item.id));
        open.collect()
    }
}

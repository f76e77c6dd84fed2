//! Who does something, is told something, or keeps something.

use serde::{Deserialize, Serialize};

/// An office or a party that a notice names. A closed list: a name that is missing is added here,
/// with the clause that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Office {
    /// 省疫情防控指挥部 (P7 六(一)19).
    ProvinceCommand,
    /// 市疫情防控指挥部 (P7 五(二)).
    CityCommand,
    /// 县疫情防控指挥部 (P7 六(一)2).
    CountyCommand,
    /// 各级政府 (P6 二(一)).
    Government,
    /// 街道, 乡镇 (P7 六(一)4), with its command (P1 (八)).
    Street,
    /// 党群工作办公室 (P4 四(一)).
    PartyOffice,
    /// 综合保障办公室 (P4 四(二)).
    SupportOffice,
    /// 城市管理办公室 (P4 四(三)).
    CityManagementOffice,
    /// 经济发展办公室 (P4 四(四)).
    EconomyOffice,
    /// 社会事务办公室 (P4 四(五)).
    SocialAffairsOffice,
    /// 平安建设办公室 (P4 四(六)); here for transfers and closures, not for force.
    SafetyOffice,
    /// 社区, 村 (ZX 1, P4 二(二)).
    Community,
    /// 网格员 (P4 三(二)7).
    GridWorker,
    /// 值守人员 (ZX 5).
    DutyStaff,
    /// 居家观察的四人小组 (ZJ-1.二.1).
    FourPersonTeam,
    /// 集中点管控小组 (ZJ-2.二.1).
    SiteTeam,
    /// 物业 (ZX 14).
    Property,
    /// 卫健部门 (P6 二(二)).
    HealthDepartment,
    /// 疾控中心 (ZX 16).
    Cdc,
    /// 医疗机构 (P7 六(一)1).
    MedicalInstitution,
    /// 定点医院 (P7 六(一)16).
    DesignatedHospital,
    /// 社区卫生服务中心, 卫生院 (P8 三).
    HealthCentre,
    /// 流调专班 (P7 六(一)2).
    InvestigationTeam,
    /// 宣传部门 (P7 六(一)9).
    Publicity,
    /// 民政部门 (ZX 19).
    CivilAffairs,
    /// 组织部门 (ZX 19).
    OrganisationDepartment,
    /// 学校, 托幼机构 (P7 六(二)3(5)).
    School,
    /// 养老院等 (P7 六(一)14).
    CareHome,
    /// 经营单位, 公共场所 (P1 (四)).
    Venue,
    /// 企事业单位 (P8 七).
    Employer,
    /// 公共交通 (P7 六(二)3(6)).
    Transport,
    /// 房东 (ZX 10).
    Landlord,
    /// 居民 (ZX 8).
    Resident,
    /// 督查组 (P1 (十六)).
    Inspectors,
}

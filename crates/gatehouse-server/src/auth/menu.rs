//! The menu of an area: pages that have their place in it, made from the route table, so that it
//! never names a page that is not there. Each caller sees what they may open.

use super::access::{Access, AreaInScope, RouteRule};
use super::caller::Caller;
use super::role::Permission;
use axum::http::Method;
use std::sync::Arc;

/// Places in the menu, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Menu {
    /// 今日情况
    Today,
    /// 发热处置
    Fevers,
    /// 出入证
    Passes,
    /// 访客
    Visitors,
    /// 门岗通行
    Crossings,
    /// 住户
    People,
    /// 现行规则
    Policy,
    /// 门岗和开口
    Places,
    /// 门岗手机
    Devices,
    /// 人员
    Staff,
    /// 导入导出
    Import,
    /// 意见和更正
    Complaints,
    /// 消息
    Messages,
    /// 外部系统
    Access,
    /// 查阅记录
    Views,
}

impl Menu {
    /// Its picture in `templates/icons.html`.
    pub const fn icon(self) -> &'static str {
        match self {
            Menu::Today => "dash",
            Menu::Fevers => "therm",
            Menu::Passes => "card",
            Menu::Visitors => "user",
            Menu::Crossings => "gate",
            Menu::People => "home",
            Menu::Policy => "rule",
            Menu::Places => "key",
            Menu::Devices => "phone",
            Menu::Staff => "people",
            Menu::Import => "up",
            Menu::Complaints => "pen",
            Menu::Messages => "mega",
            Menu::Access => "table",
            Menu::Views => "eye",
        }
    }

    /// Key of its words.
    pub const fn key(self) -> &'static str {
        match self {
            Menu::Today => "menu-today",
            Menu::Fevers => "menu-fevers",
            Menu::Passes => "menu-passes",
            Menu::Visitors => "menu-visitors",
            Menu::Crossings => "menu-crossings",
            Menu::People => "menu-people",
            Menu::Policy => "menu-policy",
            Menu::Places => "menu-places",
            Menu::Devices => "menu-devices",
            Menu::Staff => "menu-staff",
            Menu::Import => "menu-import",
            Menu::Complaints => "menu-complaints",
            Menu::Messages => "menu-messages",
            Menu::Access => "menu-access",
            Menu::Views => "menu-views",
        }
    }
}

/// Pages of areas by their place, taken from the route table.
#[derive(Clone, Debug)]
pub struct MenuTable(Arc<[(Menu, &'static str, Permission)]>);

/// The menu as one caller sees it in one area.
#[derive(Clone, Debug, Default)]
pub struct MenuShown {
    /// Name of the area it is about.
    pub area: String,
    /// Its pages.
    pub links: Vec<MenuLink>,
}

/// A line of the menu.
#[derive(Clone, Debug)]
pub struct MenuLink {
    /// Key of its words.
    pub key: &'static str,
    /// Its picture.
    pub icon: &'static str,
    /// Where it leads.
    pub href: String,
    /// Whether the page shown belongs to it.
    pub is_here: bool,
}

impl MenuTable {
    /// Of all rules.
    pub fn of(rules: &[RouteRule]) -> MenuTable {
        let mut pages: Vec<_> = rules
            .iter()
            // Pages below it and its forms belong to its place without a line of their own.
            .filter(|rule| rule.method == Method::GET && rule.path.matches('{').count() == 1)
            .filter_map(|rule| match (rule.menu, rule.access) {
                (Some(menu), Access::Needs(permission)) => Some((menu, rule.path, permission)),
                _ => None,
            })
            .collect();
        pages.sort_by_key(|(menu, ..)| *menu);
        MenuTable(pages.into())
    }

    /// What a caller may open in an area.
    pub fn for_caller(&self, caller: &Caller, area: &AreaInScope, here: Option<Menu>) -> MenuShown {
        let links = self
            .0
            .iter()
            .filter(|(_, _, permission)| caller.may_in(*permission, &area.path));
        MenuShown {
            area: area.name.clone(),
            links: links
                .map(|(menu, path, _)| MenuLink {
                    key: menu.key(),
                    icon: menu.icon(),
                    href: path.replace("{area}", &area.area.to_string()),
                    is_here: here == Some(*menu),
                })
                .collect(),
        }
    }
}

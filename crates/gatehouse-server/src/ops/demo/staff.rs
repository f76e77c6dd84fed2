//! Accounts of the demo town: someone for every role, each in the area they answer for.

use super::name;
use super::random::{Chance, Ids};
use super::town::{COMPOUNDS, Streets};
use crate::auth::role::Role;
use gatehouse_core::area::AreaLevel;
use gatehouse_core::id::{AreaId, OrganisationId, StaffId};
use gatehouse_core::person::{PersonName, Sex};

/// A body that staff belong to.
#[derive(Clone, Debug)]
pub struct DemoOrganisation {
    /// The id.
    pub id: OrganisationId,
    /// What it is called.
    pub name: String,
    /// `command`, `committee`, `property`, `health`, `other`.
    pub kind: &'static str,
    /// The area it answers for.
    pub area: AreaId,
}

/// An account with one membership and one role.
#[derive(Clone, Debug)]
pub struct DemoStaff {
    /// The id.
    pub id: StaffId,
    /// What is typed at login.
    pub login: String,
    /// What is typed at login besides. Made from the seed, printed by the script, and refused
    /// outside a demo database.
    pub password: String,
    /// Invented.
    pub name: PersonName,
    /// What they may do.
    pub role: Role,
    /// Position in the list of organisations.
    pub organisation: usize,
    /// The subtree in which the role holds.
    pub area: AreaId,
}

/// Guards of a gate besides the shift lead (GATE-2: ZJ asks three at least).
const GUARDS_A_GATE: usize = 3;

/// Words for passwords: easy to read off a sheet and to type on a phone.
const WORDS: &[&str] = &[
    "amber", "bamboo", "cedar", "dune", "ember", "fern", "ginkgo", "harbour", "iris", "jade",
    "kite", "lotus", "maple", "nutmeg", "osprey", "plum", "quartz", "reed", "sage", "tulip",
];

/// All accounts and the bodies they belong to.
#[derive(Clone, Debug, Default)]
pub struct Staffing {
    /// The bodies.
    pub organisations: Vec<DemoOrganisation>,
    /// The accounts.
    pub staff: Vec<DemoStaff>,
}

struct Hiring<'a> {
    staffing: Staffing,
    ids: &'a mut Ids,
    chance: &'a mut Chance,
}

/// Hires everyone.
pub fn hire(streets: &Streets, ids: &mut Ids, chance: &mut Chance) -> Staffing {
    let mut hiring = Hiring {
        staffing: Staffing::default(),
        ids,
        chance,
    };
    let area = |level| {
        streets
            .at_level(level)
            .expect("the tables lay every upper level")
    };
    let (county, street) = (area(AreaLevel::County), area(AreaLevel::Township));
    let command = hiring.organisation("青石县防控指挥部", "command", county);
    hiring.account("county", Role::CountyCommand, command, county);
    hiring.account("admin", Role::Administrator, command, county);
    let audit = hiring.organisation("青石县审计站", "other", county);
    hiring.account("auditor", Role::Auditor, audit, county);
    let health = hiring.organisation("桂花街道卫生服务站", "health", street);
    hiring.account("health", Role::HealthWorker, health, street);
    let command = hiring.organisation("桂花街道防控指挥部", "command", street);
    hiring.account("street", Role::StreetCommand, command, street);
    let communities = streets
        .areas
        .iter()
        .filter(|a| a.area.level() == AreaLevel::Community);
    for (at, community) in communities.enumerate() {
        let name = format!("{}居委会", community.area.name());
        let committee = hiring.organisation(&name, "committee", community.id);
        hiring.account(
            &format!("office{}", at + 1),
            Role::CommunityOffice,
            committee,
            community.id,
        );
        hiring.account(
            &format!("grid{}", at + 1),
            Role::GridWorker,
            committee,
            community.id,
        );
    }
    for (at, (gate, plan)) in streets.gates.iter().zip(COMPOUNDS).enumerate() {
        let team = hiring.organisation(&format!("{}值守组", plan.name), "property", gate.compound);
        hiring.account(
            &format!("lead{}", at + 1),
            Role::ShiftLead,
            team,
            gate.compound,
        );
        for guard in 0..GUARDS_A_GATE {
            let login = format!("guard{}{}", at + 1, ['a', 'b', 'c'][guard]);
            hiring.account(&login, Role::Guard, team, gate.compound);
        }
    }
    hiring.staffing
}

impl Hiring<'_> {
    fn organisation(&mut self, name: &str, kind: &'static str, area: AreaId) -> usize {
        let id = OrganisationId(self.ids.make());
        let name = name.to_owned();
        self.staffing.organisations.push(DemoOrganisation {
            id,
            name,
            kind,
            area,
        });
        self.staffing.organisations.len() - 1
    }

    fn account(&mut self, login: &str, role: Role, organisation: usize, area: AreaId) {
        let sex = if self.chance.happens(500) {
            Sex::Male
        } else {
            Sex::Female
        };
        let name = name::full(name::surname(self.chance), sex, self.chance);
        let words = [
            self.chance.pick(WORDS),
            self.chance.pick(WORDS),
            self.chance.pick(WORDS),
        ];
        let password = format!(
            "{}-{}-{}-{:02}",
            words[0],
            words[1],
            words[2],
            self.chance.between(10, 99),
        );
        self.staffing.staff.push(DemoStaff {
            id: StaffId(self.ids.make()),
            login: login.to_owned(),
            password,
            name,
            role,
            organisation,
            area,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::demo::town;
    use gatehouse_core::moment::CivilDay;
    use std::collections::BTreeSet;

    #[test]
    fn every_role_has_an_account_and_logins_are_unique() {
        let mut ids = Ids::new(1, 0);
        let streets = town::lay(&mut ids, CivilDay(18_311));
        let staffing = hire(&streets, &mut ids, &mut Chance::new(1, "staff"));
        for role in Role::ALL {
            assert!(staffing.staff.iter().any(|s| s.role == role), "{role:?}");
        }
        let logins: BTreeSet<_> = staffing.staff.iter().map(|s| &s.login).collect();
        assert_eq!(logins.len(), staffing.staff.len());
        assert!(staffing.staff.iter().all(|s| s.password.len() >= 12));
    }
}

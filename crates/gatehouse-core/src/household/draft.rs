//! A household as typed or imported, and as checked: its door, and who lives there from when.

use super::address::{Address, AddressDraft};
use super::residence::Residence;
use crate::complaint::{Complaint, ComplaintCode};
use crate::id::{AreaId, PersonId};
use crate::moment::CivilDay;

/// Most people of one household (local choice; dormitories are several households).
const MAX_MEMBERS: usize = 50;

/// Someone living at the door, from a day, perhaps until one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HouseholdMember {
    /// Who.
    pub person: PersonId,
    /// On what basis.
    pub residence: Residence,
    /// First day.
    pub from_on: CivilDay,
    /// Last day, once it is known.
    pub until_on: Option<CivilDay>,
}

impl HouseholdMember {
    /// Whether the person lives here on a day; first and last day count.
    pub fn lives_here_on(&self, day: CivilDay) -> bool {
        self.from_on <= day && self.until_on.is_none_or(|until| day <= until)
    }
}

/// People at one door of a compound or village.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Household {
    compound: AreaId,
    address: Address,
    members: Vec<HouseholdMember>,
}

impl Household {
    /// The compound or natural village.
    pub fn compound(&self) -> AreaId {
        self.compound
    }

    /// The door.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Everyone who lives or lived here.
    pub fn members(&self) -> &[HouseholdMember] {
        &self.members
    }

    /// On what basis a person lives here on a day, if at all.
    pub fn residence_of(&self, person: PersonId, day: CivilDay) -> Option<Residence> {
        let member = self
            .members
            .iter()
            .find(|m| m.person == person && m.lives_here_on(day));
        member.map(|m| m.residence)
    }
}

/// A member as typed.
#[derive(Clone, Copy, Debug)]
pub struct MemberDraft {
    /// Who.
    pub person: PersonId,
    /// On what basis.
    pub residence: Residence,
    /// First day.
    pub from_on: CivilDay,
    /// Last day, once it is known.
    pub until_on: Option<CivilDay>,
}

/// A household, unchecked.
#[derive(Clone, Debug)]
pub struct HouseholdDraft {
    /// The compound or natural village; that it exists is the tree's to say.
    pub compound: AreaId,
    /// The door.
    pub address: AddressDraft,
    /// Who lives or lived there.
    pub members: Vec<MemberDraft>,
}

impl HouseholdDraft {
    /// Checks the door and the members against each other. A household without members is one:
    /// an empty dwelling is canvassed too.
    ///
    /// # Errors
    /// All complaints; those on members name the field `members`.
    pub fn check(&self) -> Result<Household, Vec<Complaint>> {
        let (address, mut complaints) = match self.address.check() {
            Ok(address) => (Some(address), Vec::new()),
            Err(complaints) => (None, complaints),
        };
        if self.members.len() > MAX_MEMBERS {
            complaints.push(Complaint::new("members", ComplaintCode::TooLong));
            return Err(complaints);
        }
        for (at, member) in self.members.iter().enumerate() {
            let found = self.check_member(at, member);
            complaints.extend(
                found
                    .into_iter()
                    .map(|code| Complaint::new("members", code)),
            );
        }
        match address {
            Some(address) if complaints.is_empty() => Ok(Household {
                compound: self.compound,
                address,
                members: self.members.iter().map(member_of).collect(),
            }),
            _ => Err(complaints),
        }
    }

    fn check_member(&self, at: usize, draft: &MemberDraft) -> Vec<ComplaintCode> {
        let mut codes = Vec::new();
        let member = member_of(draft);
        if draft.until_on.is_some_and(|until| until < draft.from_on) {
            codes.push(ComplaintCode::EndBeforeStart);
        }
        let shares_a_day = |other: &MemberDraft| {
            other.person == draft.person
                && (member.lives_here_on(other.from_on)
                    || member_of(other).lives_here_on(draft.from_on))
        };
        if self.members[..at].iter().any(shares_a_day) {
            codes.push(ComplaintCode::MemberTwice);
        }
        if draft.residence.landlord_or_host() == Some(draft.person) {
            codes.push(ComplaintCode::OwnLandlord);
        } else if let Residence::Lodger { host } = draft.residence {
            let lives_here = |other: &MemberDraft| {
                other.person == host
                    && !matches!(other.residence, Residence::Lodger { .. })
                    && member_of(other).lives_here_on(draft.from_on)
            };
            if !self.members.iter().any(lives_here) {
                codes.push(ComplaintCode::HostElsewhere);
            }
        }
        codes
    }
}

fn member_of(draft: &MemberDraft) -> HouseholdMember {
    let MemberDraft {
        person,
        residence,
        from_on,
        until_on,
    } = *draft;
    HouseholdMember {
        person,
        residence,
        from_on,
        until_on,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: PersonId = PersonId([1; 16]);
    const GUEST: PersonId = PersonId([2; 16]);
    const ELSEWHERE: PersonId = PersonId([3; 16]);

    fn member(person: PersonId, residence: Residence, from: i32, until: i32) -> MemberDraft {
        let until_on = (until != 0).then_some(CivilDay(until));
        MemberDraft {
            person,
            residence,
            from_on: CivilDay(from),
            until_on,
        }
    }

    fn codes(members: Vec<MemberDraft>) -> Vec<ComplaintCode> {
        let address = AddressDraft {
            room: "302".into(),
            ..AddressDraft::default()
        };
        let draft = HouseholdDraft {
            compound: AreaId([9; 16]),
            address,
            members,
        };
        draft
            .check()
            .err()
            .unwrap_or_default()
            .iter()
            .map(|c| c.code)
            .collect()
    }

    #[test]
    fn members_must_fit_together() {
        use Residence::*;
        let owner = member(OWNER, Permanent, 100, 0);
        let table = [
            (vec![], vec![]),
            (
                vec![owner, member(GUEST, Lodger { host: OWNER }, 200, 210)],
                vec![],
            ),
            (
                vec![member(
                    GUEST,
                    Tenant {
                        landlord: ELSEWHERE,
                    },
                    200,
                    0,
                )],
                vec![],
            ),
            (
                vec![member(GUEST, Lodger { host: ELSEWHERE }, 200, 0)],
                vec![ComplaintCode::HostElsewhere],
            ),
            (
                vec![owner, member(GUEST, Lodger { host: OWNER }, 50, 0)],
                vec![ComplaintCode::HostElsewhere],
            ),
            (
                vec![member(OWNER, Tenant { landlord: OWNER }, 1, 0)],
                vec![ComplaintCode::OwnLandlord],
            ),
            (
                vec![member(OWNER, Permanent, 100, 99)],
                vec![ComplaintCode::EndBeforeStart],
            ),
            (
                vec![owner, member(OWNER, Permanent, 300, 0)],
                vec![ComplaintCode::MemberTwice],
            ),
            (
                vec![
                    member(OWNER, Permanent, 1, 9),
                    member(OWNER, Permanent, 10, 0),
                ],
                vec![],
            ),
        ];
        for (members, expected) in table {
            assert_eq!(codes(members.clone()), expected, "{members:?}");
        }
        assert_eq!(
            codes(vec![owner; MAX_MEMBERS + 1]),
            [ComplaintCode::TooLong]
        );
    }

    #[test]
    fn a_basis_holds_from_the_first_to_the_last_day() {
        let address = AddressDraft {
            room: "302".into(),
            ..AddressDraft::default()
        };
        let members = vec![member(GUEST, Residence::Tenant { landlord: OWNER }, 10, 12)];
        let draft = HouseholdDraft {
            compound: AreaId([9; 16]),
            address,
            members,
        };
        let household = draft.check().expect("a household");
        let found: Vec<bool> = (9..14)
            .map(|day| household.residence_of(GUEST, CivilDay(day)).is_some())
            .collect();
        assert_eq!(found, [false, true, true, true, false]);
    }
}

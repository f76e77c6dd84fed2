//! The first places and the first account of an installation: a file in, rows out. What it asks
//! for is checked whole before anything is kept; the console goes on from there.

use crate::auth::first_password::first_password;
use crate::auth::password::hash_with_salt;
use crate::auth::role::Role;
use crate::ops::key_home::KeyTree;
use crate::ops::make_keys::CommunityRequest;
use crate::world::World;
use anyhow::{Context, Result, bail};
use gatehouse_core::area::{AreaDraft, AreaLevel, AreaTree, ManagerKind};
use gatehouse_core::complaint::Complaint;
use gatehouse_core::id::{AreaId, GateId, MembershipId, OrganisationId, StaffId};
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_core::text::clean_line;
use gatehouse_store::area::AreaRow;
use gatehouse_store::gate::{GateRow, OpeningRow};
use gatehouse_store::membership::MembershipRow;
use gatehouse_store::organisation::OrganisationRow;
use gatehouse_store::staff::StaffRow;
use gatehouse_store::{Shard, StoreError, Tx};
use serde::Deserialize;
use zeroize::Zeroizing;

/// Most places of one file; the console and imports add more.
const PLACES_MOST: usize = 2_000;
/// Longest name or remark.
const TEXT_MOST: usize = 60;
/// Minutes east of UTC where the file says nothing.
const CHINA_MINUTES: i16 = 480;

/// An example to begin from; a test lays it.
pub const EXAMPLE: &str = include_str!("lay_town_example.json");

/// What the file says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TownRequest {
    /// Minutes east of UTC of the clocks there.
    #[serde(default = "china")]
    pub zone_offset_minutes: i16,
    /// Who keeps accounts and places at first.
    pub administrator: AdministratorRequest,
    /// The county, or an area above it, with all that lies in it.
    pub place: PlaceRequest,
}

fn china() -> i16 {
    CHINA_MINUTES
}

/// The first account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdministratorRequest {
    /// What is typed at sign-in.
    pub login: String,
    /// As colleagues know them.
    pub name: String,
    /// The office they belong to.
    pub office: String,
}

/// A place and what lies in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceRequest {
    /// Its level.
    pub level: AreaLevel,
    /// Its name.
    pub name: String,
    /// Statistical division code; none below the community.
    #[serde(default)]
    pub code: Option<String>,
    /// Who runs a compound or village.
    #[serde(default)]
    pub run_by: Option<RunBy>,
    /// The one open gate of a compound (GATE-1).
    #[serde(default)]
    pub gate: Option<GateRequest>,
    /// Every other way through the fence.
    #[serde(default)]
    pub closed: Vec<OpeningRequest>,
    /// Places inside.
    #[serde(default)]
    pub inside: Vec<PlaceRequest>,
}

/// Who runs a compound.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunBy {
    /// Kind.
    pub kind: ManagerKind,
    /// Name of the company or work unit.
    #[serde(default)]
    pub name: String,
}

/// A gate.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateRequest {
    /// What people call it.
    pub name: String,
    /// Whom to call there.
    pub phone: String,
}

/// A closed opening.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningRequest {
    /// Where it is.
    pub name: String,
    /// How it is closed.
    pub closed_by: String,
    /// Stays openable from inside.
    #[serde(default)]
    pub fire_exit: bool,
}

/// Everything that is to be kept, checked.
pub struct Town {
    areas: Vec<(AreaRow, Option<String>)>,
    gates: Vec<(AreaId, GateRow)>,
    openings: Vec<OpeningRow>,
    organisation: OrganisationRow,
    staff: StaffRow,
    membership: MembershipRow,
    today: CivilDay,
    /// Communities that are to issue passes, numbered from 1.
    communities: Vec<CommunityRequest>,
    /// The administrator's first password; said once.
    pub password: Zeroizing<String>,
}

struct Laying<'a> {
    world: &'a dyn World,
    tree: AreaTree,
    offset: i16,
    town: Rows,
}

#[derive(Default)]
struct Rows {
    areas: Vec<(AreaRow, Option<String>)>,
    gates: Vec<(AreaId, GateRow)>,
    openings: Vec<OpeningRow>,
    communities: Vec<CommunityRequest>,
}

/// Checks the whole file and makes the ids.
///
/// # Errors
/// K-TOWN with the place in question and what is wrong with it.
pub fn plan_town(request: &TownRequest, world: &dyn World) -> Result<Town> {
    let mut laying = Laying {
        world,
        tree: AreaTree::default(),
        offset: request.zone_offset_minutes,
        town: Rows::default(),
    };
    if request.place.level > AreaLevel::County {
        bail!("K-TOWN: the outermost place is a county, or lies above one");
    }
    let root = laying.place(&request.place, None, &request.place.name)?;
    let Rows {
        areas,
        gates,
        openings,
        communities,
    } = laying.town;
    let now = world.now_millis();
    let office = line("administrator.office", &request.administrator.office)?;
    let login = line("administrator.login", &request.administrator.login)?;
    if login.contains(char::is_whitespace) {
        bail!("K-TOWN: administrator.login: without blanks");
    }
    let password = Zeroizing::new(first_password(world));
    let password_hash = hash_with_salt(&password, &world.bytes());
    let staff = StaffRow {
        staff: StaffId(world.id()),
        login,
        name: line("administrator.name", &request.administrator.name)?,
        password_hash: password_hash.context("K-TOWN: the password could not be hashed")?,
        must_change_password: true,
        language: "zh".to_owned(),
        created_at: now,
        disabled_at: None,
        version: 1,
    };
    let organisation = OrganisationRow {
        organisation: OrganisationId(world.id()),
        name: office,
        kind: "command".to_owned(),
        area: root,
        ended_at: None,
        version: 1,
    };
    let membership = MembershipRow {
        membership: MembershipId(world.id()),
        staff: staff.staff,
        organisation: organisation.organisation,
        role: Role::Administrator.name().to_owned(),
        area: root,
        state: "active".to_owned(),
        from_at: now,
        to_at: None,
        version: 1,
    };
    Ok(Town {
        areas,
        gates,
        openings,
        organisation,
        staff,
        membership,
        today: Moment::new(now, request.zone_offset_minutes).day(),
        communities,
        password,
    })
}

fn line(place: &str, text: &str) -> Result<String> {
    clean_line(text, TEXT_MOST)
        .map_err(|code| anyhow::anyhow!("K-TOWN: {place}: {}", code.text_key()))
}

impl Laying<'_> {
    fn place(
        &mut self,
        asked: &PlaceRequest,
        parent: Option<AreaId>,
        path: &str,
    ) -> Result<AreaId> {
        if self.town.areas.len() >= PLACES_MOST {
            bail!("K-TOWN: at most {PLACES_MOST} places in one file");
        }
        let id = AreaId(self.world.id());
        let today = Moment::new(self.world.now_millis(), self.offset).day();
        let codes = asked.code.iter().map(|code| (code.clone(), today, None));
        let run_by = asked.run_by.as_ref();
        let draft = AreaDraft {
            level: asked.level,
            name: asked.name.clone(),
            codes: codes.collect(),
            manager: run_by.map(|by| (by.kind, by.name.clone())),
        };
        let area = draft
            .check()
            .map_err(|complaints| said(path, &complaints))?;
        let code = area.code_on(today).map(|code| code.as_str().to_owned());
        let name = area.name().to_owned();
        let added = self.tree.add(id, parent, area);
        added.map_err(|complaint| said(path, &[complaint]))?;
        let row = AreaRow {
            area: id,
            parent,
            shard: None,
            level: asked.level.code().to_owned(),
            name,
            manager: run_by.map(|by| by.kind.code().to_owned()),
            zone_offset_minutes: i64::from(self.offset),
            ended_on: None,
            version: 1,
        };
        self.town.areas.push((row, code));
        if asked.level == AreaLevel::Community {
            let number = u16::try_from(self.town.communities.len() + 1)
                .context("K-TOWN: too many communities")?;
            self.town.communities.push(CommunityRequest {
                area: id,
                number,
                quota: None,
                kinds: None,
            });
        }
        self.ways(asked, id, path)?;
        for inner in &asked.inside {
            self.place(inner, Some(id), &format!("{path} · {}", inner.name))?;
        }
        Ok(id)
    }

    /// The gate and the closed openings.
    fn ways(&mut self, asked: &PlaceRequest, area: AreaId, path: &str) -> Result<()> {
        let has_ways = asked.gate.is_some() || !asked.closed.is_empty();
        if has_ways && asked.level != AreaLevel::Compound {
            bail!("K-TOWN: {path}: only a compound or village has a gate and openings");
        }
        if let Some(gate) = &asked.gate {
            let row = GateRow {
                shard: Shard(0),
                gate: GateId(self.world.id()),
                area,
                name: line(path, &gate.name)?,
                phone: line(path, &gate.phone)?,
                state: "open".to_owned(),
                version: 1,
            };
            self.town.gates.push((area, row));
        }
        for opening in &asked.closed {
            self.town.openings.push(OpeningRow {
                shard: Shard(0),
                opening: self.world.id(),
                area,
                name: line(path, &opening.name)?,
                closed_by: line(path, &opening.closed_by)?,
                is_fire_exit: opening.fire_exit,
                checked_at: None,
                version: 1,
            });
        }
        Ok(())
    }
}

fn said(path: &str, complaints: &[Complaint]) -> anyhow::Error {
    let said = complaints.iter().map(|complaint| {
        let field = complaint.field;
        format!("{field}: {}", complaint.code.text_key())
    });
    anyhow::anyhow!("K-TOWN: {path}: {}", said.collect::<Vec<_>>().join(", "))
}

impl Town {
    /// Keeps it: all or nothing, and only where nobody has an account yet; says whether it did.
    pub fn write(&self, tx: &Tx<'_>) -> Result<bool, StoreError> {
        if tx.count_staff()? != 0 || !tx.area_roots()?.is_empty() {
            return Ok(false);
        }
        let mut shards: Vec<(AreaId, Shard)> = Vec::new();
        for (row, code) in &self.areas {
            let above = row.parent.and_then(|parent| shard_of(&shards, parent));
            tx.insert_area(&AreaRow {
                shard: above,
                ..row.clone()
            })?;
            let shard = match above {
                None if row.level == AreaLevel::County.code() => {
                    Some(tx.shard_for_county(row.area)?)
                }
                above => above,
            };
            shards.extend(shard.map(|shard| (row.area, shard)));
            if let Some(code) = code {
                tx.insert_area_code(row.area, code, self.today)?;
            }
        }
        for (area, gate) in &self.gates {
            if let Some(shard) = shard_of(&shards, *area) {
                tx.insert_gate(&GateRow {
                    shard,
                    ..gate.clone()
                })?;
            }
        }
        for opening in &self.openings {
            if let Some(shard) = shard_of(&shards, opening.area) {
                tx.insert_opening(&OpeningRow {
                    shard,
                    ..opening.clone()
                })?;
            }
        }
        tx.insert_organisation(&self.organisation)?;
        tx.insert_staff(&self.staff)?;
        tx.insert_membership(&self.membership)?;
        Ok(true)
    }

    /// The communities with numbers that no earlier one has.
    pub fn communities_after(&self, earlier: Option<&KeyTree>) -> Vec<CommunityRequest> {
        let keys = earlier.map(|tree| tree.list.keys());
        let issuers = keys.iter().flat_map(|keys| &keys.issuers);
        let used = issuers.map(|key| key.community_number).max().unwrap_or(0);
        let mut communities = self.communities.clone();
        for community in &mut communities {
            community.number = community.number.saturating_add(used);
        }
        communities
    }

    /// What the administrator signs in with.
    pub fn login(&self) -> &str {
        &self.staff.login
    }
}

fn shard_of(shards: &[(AreaId, Shard)], area: AreaId) -> Option<Shard> {
    shards
        .iter()
        .find(|(id, _)| *id == area)
        .map(|(_, shard)| *shard)
}

//! The town of the simulation: a compound with sixteen residents, fifty gates, two who may sign
//! orders. Laid once; each seed works on a copy. Everybody in it is invented.

use super::chance::SimulatedWorld;
use anyhow::{Context, Result};
use gatehouse_core::id::{AreaId, GateId, HouseholdId, OrganisationId, PassId, PersonId, StaffId};
use gatehouse_core::key::{KeyId, SigningKey};
use gatehouse_core::pass::{
    Belongs, Credential, ListNumber, PassBand, PassKind, PassNumber, ShortId, to_text,
};
use gatehouse_core::person::{GateName, PersonName};
use gatehouse_server::auth::access::GateInScope;
use gatehouse_server::keyring::{Issuer, Keyring, KeyringError, SharedKeyring};
use gatehouse_server::ops::key_home::KeyHome;
use gatehouse_server::ops::make_keys::{KeyRequest, make_keys};
use gatehouse_server::secrets::Secrets;
use gatehouse_store::area::AreaRow;
use gatehouse_store::gate::GateRow;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::pass::PassRow;
use gatehouse_store::person::{PersonPlain, PersonRow};
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::session::SessionRow;
use gatehouse_store::staff::StaffRow;
use gatehouse_store::{Chance, Lane, Shard, Store, StoreError, Tx};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use zeroize::Zeroizing;

/// 2020-02-19T07:00 in China: the minute at which the second policy comes into force.
pub const CHANGE_AT: i64 = 1_582_066_800_000;
/// When the town was laid.
pub const LAID_AT: i64 = CHANGE_AT - 24 * HOUR;
pub const HOUR: i64 = 3_600_000;
/// The document in force, its folder.
pub const DOCUMENT: &str = "simulated";
/// A row of it that lets people through when it is suspended.
pub const BAR: &str = "SIM/visitor";
pub const COUNTY: AreaId = AreaId([1; 16]);
pub const COMPOUND: AreaId = AreaId([2; 16]);
/// Whoever signs: a clinician and somebody of another office.
pub const PASSWORDS: [&str; 2] = ["first password", "second password"];
/// Whose session enrols devices.
pub const GUARD: StaffId = StaffId([3; 16]);
pub const SESSION: [u8; 32] = [7; 32];
pub const GATES_MOST: usize = 50;

const HOMES: u8 = 8;
const NOW: &str = include_str!("policy.toml");
const NEXT: &str = include_str!("policy_next.toml");
const COMMUNITY: u16 = 7;

/// A resident with a pass.
#[derive(Clone)]
pub struct Resident {
    pub person: PersonId,
    pub pass: PassNumber,
    /// As a camera reads it.
    pub text: String,
    /// When the pass holds, milliseconds UTC; the end not included.
    pub holds: (i64, i64),
}

/// What seeds begin with.
pub struct Town {
    pub store: Store,
    pub secrets: Arc<Secrets>,
    pub root: SigningKey,
    pub signers: Vec<KeyId>,
    pub residents: Vec<Resident>,
    pub shard: Shard,
}

impl Town {
    /// Lays the town into a new database.
    pub fn lay(store: Store) -> Result<Town> {
        let world = SimulatedWorld::new(LAID_AT, 0);
        let secrets = Arc::new(Secrets::make(&world));
        let root = SigningKey::from_bytes(&[9; 32]);
        let shard = store.write_blocking::<_, StoreError, _>(Lane::People, places)?;
        let home = KeyHome::Database(store.clone());
        let passwords = PASSWORDS.map(|text| Zeroizing::new(text.to_owned()));
        let request = keys()?;
        let (new, summary) = make_keys(&root, None, true, &request, &passwords, &secrets, &world)?;
        home.keep(new)?;
        let keyring = keyring(&store, &secrets, LAID_AT)?;
        let issuer = keyring.issuers.first().context("no issuer")?;
        let residents = (0..2 * HOMES).map(|n| resident(n, issuer));
        let residents = residents.collect::<Result<Vec<_>>>()?;
        people(&store, &keyring, shard, &residents)?;
        Ok(Town {
            store,
            secrets,
            root,
            signers: summary.people.iter().map(|person| person.key).collect(),
            residents: residents
                .into_iter()
                .map(|(resident, _)| resident)
                .collect(),
            shard,
        })
    }

    /// A gate as a request is let to it.
    pub fn gate(&self, number: usize) -> GateInScope {
        GateInScope {
            shard: self.shard,
            gate: gate_id(number),
            name: format!("{number}号门"),
            path: Arc::from([COUNTY, COMPOUND]),
            offset_minutes: 480,
        }
    }
}

/// The keys at work.
pub fn keyring(store: &Store, secrets: &Arc<Secrets>, now: i64) -> Result<SharedKeyring> {
    let secrets = Arc::clone(secrets);
    let read =
        store.read_blocking::<_, KeyringError, _>(move |tx| Keyring::read(tx, &secrets, now))?;
    Ok(Arc::new(read.context("the town has keys")?))
}

pub fn gate_id(number: usize) -> GateId {
    let mut id = [0xa0; 16];
    id[15] = number as u8;
    GateId(id)
}

fn keys() -> Result<KeyRequest> {
    let person = |number: u8, clinician: bool| {
        json!({
            "staff": StaffId([number; 16]),
            "organisation": OrganisationId([number; 16]),
            "area": COUNTY,
            "clinician": clinician,
            "password_file": "not read here",
        })
    };
    Ok(serde_json::from_value(json!({
        "communities": [{ "area": COMPOUND, "number": COMMUNITY, "kinds": { "resident": 7200 } }],
        "people": [person(1, true), person(2, false)],
    }))?)
}

/// Places, staff, a session, both documents with their times.
fn places(tx: &Tx<'_>) -> Result<Shard, StoreError> {
    let area = |area, parent, shard, level: &str| AreaRow {
        area,
        parent,
        shard,
        level: level.to_owned(),
        name: level.to_owned(),
        manager: None,
        zone_offset_minutes: 480,
        ended_on: None,
        version: 1,
    };
    tx.insert_area(&area(COUNTY, None, None, "county"))?;
    let shard = tx.shard_for_county(COUNTY)?;
    tx.insert_area(&area(COMPOUND, Some(COUNTY), Some(shard), "compound"))?;
    for number in [1, 2, 3] {
        tx.insert_staff(&StaffRow {
            staff: StaffId([number; 16]),
            login: format!("staff{number}"),
            name: "某某".to_owned(),
            password_hash: String::new(),
            must_change_password: false,
            language: "zh".to_owned(),
            created_at: LAID_AT,
            disabled_at: None,
            version: 1,
        })?;
    }
    tx.insert_session(&SessionRow {
        token_hash: SESSION,
        staff: GUARD,
        device: None,
        label: String::new(),
        created_at: LAID_AT,
        seen_at: LAID_AT,
        confirmed_at: LAID_AT,
        expires_at: i64::MAX,
    })?;
    for number in 0..GATES_MOST {
        tx.insert_gate(&GateRow {
            shard,
            gate: gate_id(number),
            area: COMPOUND,
            name: format!("{number}号门"),
            phone: String::new(),
            state: "open".to_owned(),
            version: 1,
        })?;
    }
    for (text, from_at, to_at) in [
        (NOW, LAID_AT - 24 * HOUR, Some(CHANGE_AT)),
        (NEXT, CHANGE_AT, None),
    ] {
        let sha256: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        let version = tx.load_policy_document(DOCUMENT, (text, None), &sha256, LAID_AT, None)?;
        tx.insert_policy_force(&PolicyForceRow {
            area: COMPOUND,
            document: DOCUMENT.to_owned(),
            version,
            from_at,
            to_at,
            decided_by: None,
            approved_by: None,
        })?;
    }
    Ok(shard)
}

/// Half of the passes hold for months; the others end while the simulation runs.
fn resident(n: u8, issuer: &Issuer) -> Result<(Resident, PassRow)> {
    let household = HouseholdId([0x40 + n / 2; 16]);
    let until = match n % 2 {
        0 => CHANGE_AT + 200 * 24 * HOUR,
        _ => CHANGE_AT + (i64::from(n) - 6) * HOUR,
    };
    let from = LAID_AT - 24 * HOUR;
    let list = ListNumber::of_date(COMMUNITY, 2020, 2).context("a quarter")?;
    let number = PassNumber::new(list, u32::from(n)).context("a place in the list")?;
    let credential = Credential {
        kind: PassKind::Resident,
        band: PassBand::White,
        number,
        area: ShortId::of(&COMPOUND.0),
        belongs: Belongs::Household(ShortId::of(&household.0)),
        hint: None,
        valid_from: u32::try_from(from / 1000)?,
        valid_until: u32::try_from(until / 1000)?,
    };
    let signed = credential
        .sign(&issuer.key)
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    let person = PersonId([0x60 + n; 16]);
    let row = PassRow {
        shard: Shard(1),
        pass: PassId([0x80 + n; 16]),
        number,
        kind: "resident".to_owned(),
        band: "white".to_owned(),
        area: COMPOUND,
        household: Some(household),
        holder: Some(person.0),
        key_id: issuer.key_id,
        from_at: from,
        expires_at: until,
        credential: signed.clone(),
        issued_at: LAID_AT,
        issued_by: None,
        revocation: None,
        replaced_by: None,
    };
    let resident = Resident {
        person,
        pass: number,
        text: to_text("gate.example", &signed),
        holds: (from, until),
    };
    Ok((resident, row))
}

fn people(
    store: &Store,
    keys: &SharedKeyring,
    shard: Shard,
    residents: &[(Resident, PassRow)],
) -> Result<()> {
    let name = PersonName::parse("王小华").ok().context("a name")?;
    let masked = GateName::of(&name).to_stored();
    let (keys, residents) = (Arc::clone(keys), residents.to_vec());
    store.write_blocking::<_, StoreError, _>(Lane::People, move |tx| {
        let list = residents[0].0.pass.list();
        tx.take_pass_numbers(shard, COMPOUND, list, "2020-Q1", 2 * u32::from(HOMES))?;
        for (n, (resident, pass)) in residents.iter().enumerate() {
            let household = pass.household.unwrap_or(HouseholdId([0; 16]));
            if n % 2 == 0 {
                tx.insert_household(&HouseholdRow {
                    shard,
                    household,
                    area: COMPOUND,
                    building: "6".to_owned(),
                    unit: "1".to_owned(),
                    room: format!("{}02", n + 1),
                    grid: None,
                    ended_on: None,
                    version: 1,
                })?;
            }
            let row = PersonRow {
                shard,
                person: resident.person,
                kind: "resident".to_owned(),
                household: Some(household),
                area: COMPOUND,
                sex: "male".to_owned(),
                birth_year: Some(1980),
                worker_class: None,
                state: "active".to_owned(),
                merged_into: None,
                created_at: LAID_AT,
                version: 1,
            };
            let plain = PersonPlain {
                masked: Some(masked.clone()),
                ..PersonPlain::default()
            };
            let chance = Chance::new([n as u8; 32]);
            tx.insert_person(&keys.vault, &row, &plain, &[], &chance)?;
            tx.insert_pass(&PassRow {
                shard,
                ..pass.clone()
            })?;
        }
        Ok(())
    })?;
    Ok(())
}

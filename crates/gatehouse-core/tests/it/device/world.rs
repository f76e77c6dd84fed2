//! A compound with a few invented people, its keys, passes and signed list.

use gatehouse_core::gate::{Policy, SubjectKind};
use gatehouse_core::id::{AreaId, DeviceId, GateId, HouseholdId, PersonId, VehicleId};
use gatehouse_core::key::{
    Grant, IssuerKey, KeyList, Keys, PublicKey, SigningKey, SnapshotKey, Term,
};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::{
    Belongs, Credential, Hint, ListNumber, PassBand, PassKind, PassNumber, ShortId, StatusList,
    StatusLists, to_text,
};
use gatehouse_core::person::Sex;
use gatehouse_core::wire::{
    GateEntry, HouseholdEntry, NotToCross, PassEntry, Phones, PolicySpell, ResidentEntry, Snapshot,
    Span, VehicleEntry,
};
use std::sync::LazyLock;

pub const DEVICE: DeviceId = DeviceId([0xd; 16]);
pub const GATE: GateId = GateId([0xa; 16]);
const COMPOUND: AreaId = AreaId([0xc; 16]);
const COMMUNITY_NUMBER: u16 = 7;

/// A Saturday in November.
pub fn morning() -> Moment {
    Moment::parse("2026-11-28T08:00:00+08:00").expect("a time")
}

fn hours(hours: i64) -> i64 {
    morning().millis + hours * 3_600_000
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub fn root() -> PublicKey {
    PublicKey::from(&key(1))
}

/// A document like the guide of Henan.
pub static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let source = include_str!("sample.toml");
    let document = gatehouse_core::policy::read(source).expect("the sample reads");
    gatehouse_core::policy::compile(&[&document]).expect("and compiles")
});

/// Names of passes in the tables, with index, kind, hours from–until, and household.
const PASSES: [(&str, u32, PassKind, i64, i64, u8); 10] = [
    ("wang", 1, PassKind::Resident, -240, 240, 1),
    ("li-under-order", 2, PassKind::Resident, -240, 240, 2),
    ("zhang-tenant", 3, PassKind::TemporaryResident, -240, 240, 3),
    ("zhao-expired", 4, PassKind::Resident, -480, -30, 4),
    ("qian-revoked", 5, PassKind::Resident, -240, 240, 5),
    ("visitor", 6, PassKind::Visitor, -1, 24, 1),
    ("visitor-expired", 7, PassKind::Visitor, -40, -30, 1),
    ("nurse", 8, PassKind::Worker, -240, 240, 0),
    ("carer", 10, PassKind::Helper, -1, 24, 1),
    ("sun-tomorrow", 9, PassKind::Resident, 24, 240, 4),
];

fn number(index: u32) -> PassNumber {
    let list = ListNumber::of_date(COMMUNITY_NUMBER, 2026, 11).expect("a quarter");
    PassNumber::new(list, index).expect("in the list")
}

fn household(id: u8) -> HouseholdId {
    HouseholdId([0x10 + id; 16])
}

/// The number printed on a card of the table.
pub fn card(name: &str) -> String {
    let pass = PASSES.iter().find(|pass| pass.0 == name).expect(name);
    number(pass.1).to_string()
}

/// The text of a QR code of the table.
pub fn qr(name: &str) -> String {
    let (signer, area, of) = match name {
        "altered" => (key(2), COMPOUND, "wang"),
        "forged" => (key(99), COMPOUND, "wang"),
        "elsewhere" => (key(2), AreaId([0xe; 16]), "wang"),
        name => (key(2), COMPOUND, name),
    };
    if name == "menu" {
        return "https://example.com/menu".to_owned();
    }
    let pass = PASSES.iter().find(|pass| pass.0 == of).expect(name);
    let (_, index, kind, from, until, home) = *pass;
    let seconds = |at: i64| u32::try_from(hours(at) / 1000).expect("this century");
    let belongs = match kind {
        PassKind::Worker => Belongs::WorkerClass(0),
        _ => Belongs::Household(ShortId::of(&household(home).0)),
    };
    let hint = matches!(
        kind,
        PassKind::Visitor | PassKind::Worker | PassKind::Helper
    )
    .then(|| Hint::Person {
        surname: "周".to_owned(),
        sex: 2,
        birth_year: 1988,
    });
    let credential = Credential {
        kind,
        band: PassBand::White,
        number: number(index),
        area: ShortId::of(&area.0),
        belongs,
        hint,
        valid_from: seconds(from),
        valid_until: seconds(until),
    };
    let mut bytes = credential.sign(&signer).expect("a pass");
    if name == "altered" {
        // The last byte of the signature.
        *bytes.last_mut().expect("bytes") ^= 1;
    }
    to_text("gate.example", &bytes)
}

/// Fifty passes of the first home, each another: what a scanner reads of each, and its number.
pub fn crowd() -> Vec<(String, PassNumber)> {
    let seconds = |at: i64| u32::try_from(hours(at) / 1000).expect("this century");
    let pass = |index| {
        let credential = Credential {
            kind: PassKind::Resident,
            band: PassBand::White,
            number: number(index),
            area: ShortId::of(&COMPOUND.0),
            belongs: Belongs::Household(ShortId::of(&household(1).0)),
            hint: None,
            valid_from: seconds(-240),
            valid_until: seconds(240),
        };
        let bytes = credential.sign(&key(2)).expect("a pass");
        (to_text("gate.example", &bytes), credential.number)
    };
    (30..80).map(pass).collect()
}

fn term() -> Term {
    Term {
        from_at: hours(-9_000),
        until_at: hours(9_000),
        revoked_at: None,
    }
}

/// The key that signs lists.
pub fn snapshot_key() -> SnapshotKey {
    SnapshotKey {
        key: PublicKey::from(&key(3)),
        term: term(),
    }
}

fn key_list() -> Vec<u8> {
    let term = term();
    let kinds = PassKind::ALL.iter();
    let issuer = |seed, area| IssuerKey {
        key: PublicKey::from(&key(seed)),
        area,
        community_number: COMMUNITY_NUMBER,
        quota: 1000,
        grants: kinds
            .clone()
            .map(|kind| Grant {
                kind: *kind,
                longest_hours: kind.longest_hours(),
            })
            .collect(),
        term,
    };
    let keys = Keys {
        issuers: vec![issuer(2, COMPOUND)],
        snapshots: vec![snapshot_key()],
        ..Keys::default()
    };
    let list = KeyList::new(1, false, hours(-100), keys).expect("one of each");
    list.sign(&key(1))
}

fn passes_of(home: u8) -> Vec<PassEntry> {
    let entry = |pass: &&(&str, u32, PassKind, i64, i64, u8)| PassEntry {
        number: number(pass.1),
        kind: pass.2,
        band: PassBand::White,
        span: Span {
            from_at: hours(pass.3),
            until_at: Some(hours(pass.4)),
        },
    };
    let mine =
        |pass: &&(&str, u32, PassKind, i64, i64, u8)| pass.5 == home && pass.2.is_of_household();
    PASSES
        .iter()
        .filter(mine)
        .map(|pass| entry(&pass))
        .collect()
}

fn resident(id: u8, surname: &str, mask: &str, home: u8) -> ResidentEntry {
    ResidentEntry {
        id: PersonId([id; 16]),
        kind: SubjectKind::Resident,
        surname: surname.to_owned(),
        masked_name: mask.to_owned(),
        sex: Sex::Male,
        age_decade: Some(3),
        picture: vec![],
        passes: passes_of(home),
        not_to_cross: vec![],
    }
}

fn home(
    id: u8,
    building: &str,
    unit: &str,
    room: &str,
    people: Vec<ResidentEntry>,
) -> HouseholdEntry {
    HouseholdEntry {
        id: household(id),
        building: building.to_owned(),
        unit: unit.to_owned(),
        room: room.to_owned(),
        people,
        outings: vec![],
        state: vec![],
    }
}

/// The list, made `age_hours` before the morning, with this number.
pub fn snapshot(number_of_list: u64, age_hours: i64) -> Snapshot {
    let mut held = resident(2, "李", "李*", 2);
    held.not_to_cross.push(NotToCross {
        from_at: hours(-48),
        until_at: hours(240),
        exceptions: vec![],
        phone: "0371-5550177".to_owned(),
    });
    let mut tenant = resident(3, "张", "张*芳", 3);
    tenant.kind = SubjectKind::TemporaryResident;
    let mut child = resident(11, "王", "王*", 1);
    child.passes.clear();
    child.age_decade = Some(0);
    let mut lists = StatusList::new(number(1).list(), 100).expect("a list");
    lists.revoke(5);
    Snapshot {
        key_list: key_list(),
        number: number_of_list,
        made_at: hours(-age_hours),
        shard: 1,
        gate: GateEntry {
            gate: GATE,
            places: vec![COMPOUND],
            gate_name: "东门".to_owned(),
            compound_name: "锦绣苑".to_owned(),
            phones: Phones {
                duty_desk: "0371-5550100".to_owned(),
                shift_lead: "0371-5550101".to_owned(),
                ..Phones::default()
            },
            goods_point: "2 号货架".to_owned(),
            parking_place: "南侧空地".to_owned(),
            waiting_place: "门岗旁帐篷".to_owned(),
            office_place: "社区服务站".to_owned(),
        },
        status_lists: StatusLists::new(vec![lists]),
        policies: vec![PolicySpell {
            span: Span {
                from_at: hours(-1000),
                until_at: Some(hours(1000)),
            },
            compiled: POLICY.compiled().to_bytes(),
        }],
        state: vec![],
        exempt_classes: vec![0],
        silent_devices: 0,
        other_devices: 0,
        households: vec![
            home(
                1,
                "6栋",
                "2单元",
                "302",
                vec![resident(1, "王", "王*华", 1), child],
            ),
            home(2, "3", "1", "101", vec![held]),
            home(3, "3", "1", "102", vec![tenant]),
            home(4, "3", "1", "103", vec![resident(4, "赵", "赵*", 4)]),
            home(5, "3", "1", "104", vec![resident(5, "钱", "钱*", 5)]),
        ],
        vehicles: vec![VehicleEntry {
            id: VehicleId([0x77; 16]),
            plate: "豫A12345".to_owned(),
            household: Some(household(1)),
            passes: vec![],
        }],
    }
}

/// A document as a list carries it.
pub fn compiled(document: &str) -> Vec<u8> {
    let document = gatehouse_core::policy::read(document).expect("the document reads");
    let policy = gatehouse_core::policy::compile(&[&document]).expect("and compiles");
    policy.compiled().to_bytes()
}

/// The second list, made this morning, with this document in force.
pub fn snapshot_under(document: &str) -> Snapshot {
    let mut snapshot = snapshot(2, 0);
    snapshot.policies[0].compiled = compiled(document);
    snapshot
}

/// The list as the server sends it.
pub fn signed(snapshot: &Snapshot) -> String {
    data_encoding::BASE64.encode(&snapshot.sign(&key(3)))
}

//! What an order about a zone means at the gate (GATE-10): rows that every effective policy has and
//! that no document can replace, since an order closes a place whatever notice is in force.
//!
//! Which zone holds the place or the home is the fact `zone`, from orders alone. What a notice
//! adds for zones (P7, P9) stands in its own document. Emergencies never come here (SCOPE-3), and
//! what is in force is as long as the order.

use super::compile::{CompileError, built_in_row, compile, condition};
use super::condition::{Condition, Want};
use super::document::{Basis, DocumentRow, Force, LOCAL_CHOICE, PolicyDocument, Sourced};
use super::part::Parts;
use crate::gate::compiled::{Effect, Policy, Text};
use crate::gate::duty::{Duty, Receiver};
use crate::gate::fact::{Fact, Kind};
use crate::gate::reading::Lens;
use crate::gate::subject::SubjectKind;
use crate::moment::{CivilDay, Moment};
use std::collections::BTreeMap;

/// A negative test counts for seven days from sampling (P7 六(二)2, 六(三)2; POL-6).
const TEST_HOURS_MOST: i64 = 168;
/// Lowest temperature that the fact can be: "it was measured" as a condition.
const TENTHS_LEAST: i64 = 300;

const IN: u32 = 1;
const OUT: u32 = 2;
/// The rest of a spot's compound, and the sealed zones.
const AROUND: [&str; 3] = ["around_spot", "sealed", "high"];

/// The rows, spots first.
pub(super) fn zone_rows() -> Vec<DocumentRow> {
    let mut rows = spot();
    rows.extend(around());
    rows.extend(leaving());
    rows
}

/// What holds where an order is in force and no document is: the rows that nobody can replace,
/// and whoever they do not stop crosses as usual.
///
/// # Errors
/// A mistake of ours; a test compiles it.
pub fn compile_orders_alone() -> Result<Policy, CompileError> {
    let ours = |text: &str| text.to_owned();
    let text = |zh: &str, en: &str| Text {
        zh: ours(zh),
        en: ours(en),
    };
    let nothing = || text("", "");
    let at = |millis| Sourced {
        value: Moment::new(millis, 480),
        source: ours(LOCAL_CHOICE),
    };
    let others = built_in_row(
        "ORDER/others",
        Effect::Grant,
        LOCAL_CHOICE,
        Vec::new(),
        "这里没有别的规则，可以走。",
        "No other rule holds here; may cross.",
    );
    compile(&[&PolicyDocument {
        id: ours("ORDER"),
        version: 1,
        title: text("决定书", "Order"),
        notice: String::new(),
        force: Force {
            from: at(0),
            ends: at(i64::MAX),
            review: Sourced {
                value: CivilDay(0),
                source: ours(LOCAL_CHOICE),
            },
        },
        basis: Basis {
            health_ground: ours("zone_order"),
            legal_basis: nothing(),
            authority: nothing(),
            appeal: nothing(),
            source: ours(LOCAL_CHOICE),
        },
        parameters: BTreeMap::new(),
        rows: vec![others],
        off: Vec::new(),
        parts: Parts::default(),
        outside: Vec::new(),
    }])
}

/// Nobody crosses a spot on their own; goods change hands at the gate. Who comes home, and who
/// comes to disinfect, test or bring what people need, is taken charge of, not sent away.
fn spot() -> Vec<DocumentRow> {
    let home = || vec![residents(), way(IN)];
    let work = || who(&[SubjectKind::ExemptWorker]);
    let closed = DocumentRow {
        unless: vec![home(), vec![work()]],
        ..built_in_row(
            "always/zone-spot",
            Effect::Bar,
            "GATE-10",
            vec![zone(&["spot"])],
            "这里按决定书暂时封闭。货在 {point} 交接，有事拨 {phone}。",
            "Closed for now by order. Goods change hands at {point}; call {phone}.",
        )
    };
    let coming_home = DocumentRow {
        duties: vec![
            Duty::WearMask,
            Duty::HandTo {
                to: Receiver::Community,
            },
        ],
        ..built_in_row(
            "always/zone-spot-home",
            Effect::Refer,
            "GATE-10, GATE-15",
            [vec![zone(&["spot"])], home()].concat(),
            "念：您家按决定书暂时封闭，社区来人安排。{phone}",
            "Say: your home is closed by order; the community arranges. {phone}",
        )
    };
    let worker = DocumentRow {
        duties: vec![Duty::HandTo {
            to: Receiver::ShiftLead,
        }],
        ..built_in_row(
            "always/zone-spot-worker",
            Effect::Refer,
            "GATE-10",
            vec![zone(&["spot"]), work()],
            "这里按决定书暂时封闭。消毒、采样、送药送菜的，值班长来定。",
            "Closed for now by order. For disinfecting, testing, supplies: the shift lead decides.",
        )
    };
    vec![closed, coming_home, worker]
}

/// Code, temperature and mask of everyone; nobody and no vehicle from outside; goods to the
/// point, so that food and medicine come without contact.
fn around() -> Vec<DocumentRow> {
    let outsiders = [
        SubjectKind::Courier,
        SubjectKind::Visitor,
        SubjectKind::RegularHelper,
    ];
    let outsider = built_in_row(
        "always/zone-outsider",
        Effect::Bar,
        "GATE-10",
        vec![zone(&AROUND), who(&outsiders), way(IN)],
        "按决定书，外来的人先不进。货在 {point} 交接，有事拨 {phone}。",
        "By order, people from outside stay out. Goods change hands at {point}; call {phone}.",
    );
    let vehicle = built_in_row(
        "always/zone-vehicle",
        Effect::Bar,
        "GATE-10",
        vec![
            zone(&AROUND),
            who(&[SubjectKind::Vehicle]),
            way(IN),
            condition(Fact::VehicleOutside, Want::Flag(true)),
        ],
        "按决定书，外来的车先不进。请停在 {place}，货在 {point} 交接。",
        "By order, outside vehicles stay out. Park at {place}; goods change hands at {point}.",
    );
    let care = DocumentRow {
        unless: vec![vec![
            condition(Fact::Mask, Want::Flag(true)),
            condition(Fact::Temperature, Want::Range(Some(TENTHS_LEAST), None)),
        ]],
        ..built_in_row(
            "always/zone-care",
            Effect::Bar,
            "GATE-10",
            vec![zone(&AROUND)],
            "念：请戴好口罩，没有的话这里有。量了体温再走。",
            "Say: please put on a mask; we have one. Then we measure.",
        )
    };
    let code = DocumentRow {
        duties: vec![
            Duty::KeepApart,
            Duty::Report {
                to: vec![Receiver::Community],
                within_minutes: None,
            },
        ],
        ..built_in_row(
            "always/zone-code",
            Effect::Refer,
            "GATE-10",
            vec![
                zone(&AROUND),
                condition(
                    Fact::HealthCode,
                    one_of(Fact::HealthCode, &["yellow", "red"]),
                ),
            ],
            "念：请您稍等，社区来人帮您看。{phone}",
            "Say: one moment, please; the community comes to help. {phone}",
        )
    };
    vec![outsider, vehicle, care, code]
}

/// Out of a sealed zone with a negative test; out of one of high risk only at need besides, and no
/// vehicles either way. Exempt workers' work is the need.
fn leaving() -> Vec<DocumentRow> {
    let recent = condition(
        Fact::NegativeTestAgeHours,
        Want::Range(None, Some(TEST_HOURS_MOST)),
    );
    let test = DocumentRow {
        unless: vec![vec![recent]],
        ..built_in_row(
            "always/zone-test",
            Effect::Bar,
            "GATE-10",
            vec![zone(&["sealed", "high"]), way(OUT)],
            "从采样算 7 天内的阴性，可以出去。去哪里采样，请打 {phone}。",
            "A negative within 7 days of sampling lets you out. Where to test: {phone}.",
        )
    };
    let offices = ["responsible_staff", "community", "street", "county"];
    let approved = Condition {
        lens: Lens::AnyOf {
            members: bits(Fact::Approval, &offices),
        },
        ..condition(Fact::Approval, Want::Flag(true))
    };
    let need = DocumentRow {
        unless: vec![vec![approved], vec![who(&[SubjectKind::ExemptWorker])]],
        ..built_in_row(
            "always/zone-need",
            Effect::Bar,
            "GATE-10",
            vec![zone(&["high"]), way(OUT)],
            "现在有急需才出去，先打 {office} 批准。买东西有人送：{phone}。",
            "Out only at need for now; ask {office} first. Shopping is brought: {phone}.",
        )
    };
    let vehicles = built_in_row(
        "always/zone-vehicles",
        Effect::Bar,
        "GATE-10",
        vec![zone(&["high"]), who(&[SubjectKind::Vehicle])],
        "按决定书，车先不进出。要接送人、送货，请打 {phone}。",
        "By order, no vehicles cross for now. For people or goods, call {phone}.",
    );
    vec![test, need, vehicles]
}

fn zone(names: &[&str]) -> Condition {
    condition(Fact::Zone, one_of(Fact::Zone, names))
}

fn way(bit: u32) -> Condition {
    condition(Fact::Way, Want::OneOf(bit))
}

fn residents() -> Condition {
    who(&[SubjectKind::Resident, SubjectKind::TemporaryResident])
}

fn who(kinds: &[SubjectKind]) -> Condition {
    let bits = kinds.iter().fold(0, |bits, kind| bits | 1 << *kind as u8);
    condition(Fact::SubjectKind, Want::OneOf(bits))
}

fn one_of(fact: Fact, names: &[&str]) -> Want {
    Want::OneOf(bits(fact, names))
}

fn bits(fact: Fact, names: &[&str]) -> u32 {
    let (Kind::Choice(choices) | Kind::Set(choices)) = fact.spec().kind else {
        return 0;
    };
    let named = choices.iter().enumerate();
    let named = named.filter(|(_, choice)| names.contains(&choice.name));
    named.fold(0, |bits, (at, _)| bits | 1 << at)
}

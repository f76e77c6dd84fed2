//! The passes of the printed sheet: one for each thing that a scan can find, and what the policy
//! in force says to it. Verdicts are worked out when the sheet is made, not written down.

use super::attempt::{Settled, Truth, settle};
use super::order::DemoOrders;
use super::pass::{DemoPass, Holder, Issued, Standing};
use super::plan::Town;
use gatehouse_core::area::AreaLevel;
use gatehouse_core::gate::Policy;
use gatehouse_core::gate::fact::Words;
use gatehouse_core::gate::wording::{Lang, Wording, put_in_words};
use gatehouse_core::id::AreaId;
use gatehouse_core::key::Keys;
use gatehouse_core::pass::{PassFinding, PassKind, PassRefusal, from_text, to_text, verify};
use serde_json::json;

/// The gate at which the sheet is used: the first of the town.
pub const SHEET_GATE: usize = 0;

/// One code of the sheet.
pub struct Sample {
    /// A, B, C …: how the guide names it.
    pub letter: char,
    /// What it is.
    pub title: Words,
    /// The holder's name, in the clear: the person is invented, and a card shows it (PASS-1).
    pub name: String,
    /// The compound and the door.
    pub door: String,
    /// The number that can be typed instead.
    pub number: String,
    /// The last civil day on which it holds.
    pub valid_until: String,
    /// What the QR code holds.
    pub code: String,
    /// What the guard measures or is told, besides 36.5 ℃ and a mask.
    pub besides: Option<Words>,
    /// How it goes at the gate.
    pub settled: Settled,
}

impl Sample {
    /// The last decision in words.
    pub fn wording(&self, policy: &Policy, lang: Lang) -> Wording {
        put_in_words(&self.settled.decision, Some(policy), lang, &|_| None)
    }
}

const fn words(zh: &'static str, en: &'static str) -> Words {
    Words { zh, en }
}

/// What is done to the text of a pass before it is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Print {
    AsIssued,
    OneByteChanged,
}

struct Recipe {
    title: Words,
    kind: PassKind,
    standing: fn(Standing) -> bool,
    print: Print,
    /// Of the compound of the sheet's gate, or of another.
    here: bool,
    /// Of the person whom the order stops, and of nobody else.
    under_order: bool,
    besides: Option<(Words, &'static [(&'static str, f64)])>,
}

const fn recipe(title: Words, kind: PassKind) -> Recipe {
    let standing: fn(Standing) -> bool = is_valid;
    Recipe {
        title,
        kind,
        standing,
        print: Print::AsIssued,
        here: true,
        under_order: false,
        besides: None,
    }
}

fn is_valid(standing: Standing) -> bool {
    standing == Standing::Valid
}

const RECIPES: &[Recipe] = &[
    recipe(words("住户，证有效", "Resident, valid"), PassKind::Resident),
    Recipe {
        besides: Some((
            words(
                "第一次量 37.8，坐一会儿再量 37.6",
                "First reading 37.8, after a rest 37.6",
            ),
            &[("temperature", 37.8), ("second_temperature", 37.6)],
        )),
        ..recipe(
            words("住户，发热", "Resident with fever"),
            PassKind::Resident,
        )
    },
    Recipe {
        besides: Some((
            words(
                "第一次量 37.4，坐一会儿再量 36.7",
                "First reading 37.4, after a rest 36.7",
            ),
            &[("temperature", 37.4), ("second_temperature", 36.7)],
        )),
        ..recipe(
            words("住户，刚跑完步", "Resident, warm from running"),
            PassKind::Resident,
        )
    },
    Recipe {
        standing: |standing| standing == Standing::Expired,
        ..recipe(
            words("住户，证到期", "Resident, pass expired"),
            PassKind::Resident,
        )
    },
    Recipe {
        standing: |standing| matches!(standing, Standing::Revoked(_)),
        ..recipe(
            words("住户，证已作废", "Resident, pass revoked"),
            PassKind::Resident,
        )
    },
    Recipe {
        here: false,
        ..recipe(
            words("别的小区的证", "Pass of another compound"),
            PassKind::Resident,
        )
    },
    Recipe {
        print: Print::OneByteChanged,
        ..recipe(words("改过的证", "Altered pass"), PassKind::Resident)
    },
    recipe(
        words("暂住人员", "Temporary resident"),
        PassKind::TemporaryResident,
    ),
    recipe(words("保障人员", "Exempt worker"), PassKind::Worker),
    recipe(words("采购出入证", "Errand pass"), PassKind::Errand),
    recipe(words("访客出入证", "Visitor pass"), PassKind::Visitor),
    recipe(words("车辆出入证", "Vehicle pass"), PassKind::Vehicle),
    recipe(words("单次出入条", "Slip"), PassKind::Slip),
    Recipe {
        under_order: true,
        ..recipe(
            words("有决定书的住户", "Resident under an order"),
            PassKind::Resident,
        )
    },
];

/// Makes the samples. A kind of which this town has none is left out.
pub fn samples(
    town: &Town,
    issued: &Issued,
    orders: &DemoOrders,
    policy: &Policy,
    host: &str,
) -> Vec<Sample> {
    let here = town.streets.gates[SHEET_GATE].compound;
    let mut used: Vec<usize> = Vec::new();
    let mut samples = Vec::new();
    for (recipe, letter) in RECIPES.iter().zip('A'..) {
        let fits = |at: &usize| {
            let pass = &issued.passes[*at];
            pass.credential.kind == recipe.kind
                && (recipe.standing)(pass.standing)
                && (pass.compound == here) == recipe.here
                && (pass.holder == Holder::Person(orders.person)) == recipe.under_order
                && !used.contains(at)
        };
        let Some(at) = (0..issued.passes.len()).find(fits) else {
            continue;
        };
        used.push(at);
        samples.push(sample(
            town,
            issued,
            policy,
            host,
            recipe,
            letter,
            &issued.passes[at],
        ));
    }
    samples
}

fn sample(
    town: &Town,
    issued: &Issued,
    policy: &Policy,
    host: &str,
    recipe: &Recipe,
    letter: char,
    pass: &DemoPass,
) -> Sample {
    let mut bytes = issued.sign(pass);
    if recipe.print == Print::OneByteChanged {
        // The last byte of the signature: everything is still readable, and nothing holds.
        if let Some(last) = bytes.last_mut() {
            *last ^= 1;
        }
    }
    let code = to_text(host, &bytes);
    let gate = town.streets.gates[SHEET_GATE].compound;
    let finding = verify(
        &code,
        &issued.key_list(Keys::default()),
        &issued.status_lists(),
        &places(town, gate),
        town.made,
    );
    // Whoever lives elsewhere is a visitor here, and this one has no special reason.
    let kind = if recipe.here {
        subject_kind(pass.credential.kind)
    } else {
        "visitor"
    };
    let mut truth = Truth::of(kind, "in")
        .with("registered_resident", json!(recipe.here))
        .with("first_time", json!(false))
        .with("special_reason", json!(recipe.here))
        .with("host_consent", json!(recipe.here))
        .with("host_escort", json!(recipe.here))
        .with("papers", json!(["work_proof", "id_card"]))
        .with("vehicle_outside", json!(false))
        .with("plate_recorded", json!(true))
        .with_pass(pass_kind(&finding), pass_state(&finding));
    if recipe.under_order {
        truth = truth.with("order", json!("not_to_cross"));
    }
    if let Some((_, facts)) = recipe.besides {
        for (fact, value) in facts {
            truth = truth.with(fact, json!(value));
        }
    }
    let (name, door) = holder(town, pass);
    let until = town
        .made
        .plus_millis(pass.credential.until_millis() - town.made.millis - 1);
    Sample {
        letter,
        title: recipe.title,
        name,
        door,
        number: pass.credential.number.to_string(),
        valid_until: until.day().to_text(),
        code,
        besides: recipe.besides.map(|(words, _)| words),
        settled: settle(&truth, policy, town.made),
    }
}

/// The compound of a gate and every area above it.
pub fn places(town: &Town, compound: AreaId) -> Vec<AreaId> {
    let mut places = vec![compound];
    while let Some(above) = places.last().and_then(|area| town.streets.parent(*area)) {
        places.push(above);
    }
    places
}

fn subject_kind(kind: PassKind) -> &'static str {
    match kind {
        PassKind::Resident | PassKind::Errand => "resident",
        PassKind::TemporaryResident => "temporary_resident",
        PassKind::Worker => "exempt_worker",
        PassKind::Visitor | PassKind::Slip => "visitor",
        PassKind::Vehicle => "vehicle",
        PassKind::Helper => "regular_helper",
    }
}

fn pass_kind(finding: &PassFinding) -> &'static str {
    match finding.credential().map(|credential| credential.kind) {
        None => "none",
        Some(PassKind::Resident) => "resident",
        Some(PassKind::TemporaryResident) => "temporary_resident",
        Some(PassKind::Worker) => "worker",
        Some(PassKind::Errand) => "errand",
        Some(PassKind::Visitor) => "visitor",
        Some(PassKind::Vehicle) => "vehicle",
        Some(PassKind::Slip) => "slip",
        Some(PassKind::Helper) => "helper",
    }
}

/// The word of the gate's fact for what verifying found.
fn pass_state(finding: &PassFinding) -> &'static str {
    match finding.refusal() {
        None => "valid",
        Some(PassRefusal::Unreadable) => "none",
        Some(PassRefusal::Malformed | PassRefusal::BadSignature) => "altered",
        Some(PassRefusal::KeyNotFor { .. }) => "altered",
        Some(PassRefusal::UnknownKey { .. } | PassRefusal::UnknownList) => "unverifiable",
        Some(PassRefusal::NotYet { .. }) => "not_yet",
        Some(PassRefusal::Expired { .. }) => "expired",
        Some(PassRefusal::Revoked) => "revoked",
        Some(PassRefusal::OtherCompound { .. }) => "other_compound",
    }
}

/// Name and door of who holds a pass.
fn holder(town: &Town, pass: &DemoPass) -> (String, String) {
    let compound = |id: AreaId| {
        let area = town.streets.areas.iter().find(|area| area.id == id);
        area.map_or("", |area| area.area.name()).to_owned()
    };
    let home = town.households.iter().find(|home| match pass.holder {
        Holder::Person(person) => home
            .household
            .members()
            .iter()
            .any(|member| member.person == person),
        Holder::Household(id) | Holder::Guest(id) => home.id == id,
        Holder::Vehicle(_) => false,
    });
    let place = compound(pass.compound);
    let door = match home {
        Some(home) => format!("{place} {}", home.household.address().label_zh()),
        None => place,
    };
    let name = match pass.holder {
        Holder::Person(id) => {
            let person = town.people.iter().find(|person| person.id == id);
            person.map(|person| person.person.name().reveal_text().to_owned())
        }
        Holder::Vehicle(id) => {
            let parked = town.vehicles.iter().find(|vehicle| vehicle.id == id);
            parked.map(|parked| parked.vehicle.plate().reveal_text().to_owned())
        }
        Holder::Household(_) => Some("本户采购 · shopping for the home".to_owned()),
        Holder::Guest(_) => Some("访客 · visitor".to_owned()),
    };
    (name.unwrap_or_default(), door)
}

/// The community of the sheet's gate, for its heading.
pub fn community_name(town: &Town) -> &str {
    let gate = town.streets.gates[SHEET_GATE].compound;
    let community = places(town, gate).into_iter().find_map(|id| {
        let area = town.streets.areas.iter().find(|area| area.id == id)?;
        (area.area.level() == AreaLevel::Community).then_some(area)
    });
    community.map_or("", |area| area.area.name())
}

/// Whether a text reads back as a credential; a sheet is not printed otherwise.
pub fn reads_back(code: &str) -> bool {
    from_text(code).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::demo::attempt::tests::henan;
    use crate::ops::demo::order::make_orders;
    use crate::ops::demo::pass::issue;
    use crate::ops::demo::plan::{DemoSize, plan};
    use gatehouse_core::gate::{Fact, Known, Value, Verdict};
    use gatehouse_core::moment::Moment;
    use std::collections::BTreeMap;

    #[test]
    fn the_sheet_shows_three_verdicts_and_every_finding() {
        let made = Moment::parse("2020-02-20T12:00:00+08:00").expect("a moment");
        let town = plan(DemoSize::new(1_600, 1).expect("a size"), made);
        let issued = issue(&town);
        let orders = make_orders(&town, &issued);
        let samples = samples(&town, &issued, &orders, &henan(), "pass.example");
        assert_eq!(samples.len(), RECIPES.len());
        assert!(samples.iter().all(|sample| reads_back(&sample.code)));
        let verdicts: BTreeMap<char, Verdict> = samples
            .iter()
            .map(|s| (s.letter, s.settled.decision.verdict))
            .collect();
        assert_eq!(verdicts[&'A'], Verdict::Admit);
        assert_eq!(verdicts[&'B'], Verdict::Refer);
        assert_eq!(verdicts[&'C'], Verdict::Admit);
        assert_eq!(verdicts[&'F'], Verdict::Refuse);
        assert_eq!(verdicts[&'N'], Verdict::Refer);
        let states: Vec<u8> = samples[3..7]
            .iter()
            .filter_map(|s| match s.settled.situation.given(Fact::PassState) {
                Some(Known::Is(Value::Choice(state))) => Some(*state),
                _ => None,
            })
            .collect();
        // expired, revoked, other compound, altered: positions in the fact's list.
        assert_eq!(states, [2, 5, 7, 6]);
    }
}

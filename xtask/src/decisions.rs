//! Decisions over made-up situations, with the answers of this program: whoever decides elsewhere
//! must give the same (GATE-14). Made anew where they are compared, from a seed, so that none is
//! ever older than the rows.

use crate::generate::vectors::delivered_policies;
use anyhow::Result;
use data_encoding::BASE64;
use gatehouse_core::device::decide_vector;
use gatehouse_core::gate::fact::{ALL, Fact, Kind, Source, purpose};
use gatehouse_core::gate::json::write_facts;
use gatehouse_core::gate::value::{Outing, Outings, Stay, StayKind};
use gatehouse_core::gate::{Situation, Value};
use gatehouse_core::moment::Moment;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::path::Path;

/// 2020-01-25, midnight in China.
const FIRST_MILLIS: i64 = 1_579_881_600_000;
/// Days over which the moments are spread: every notice begins and ends within.
const DAYS: u64 = 1_100;
/// Minutes of the day at which rows begin and end, each with the minute before.
const EDGES: [i64; 10] = [0, 1439, 360, 359, 420, 419, 1200, 1199, 1320, 1319];
const SKEWS: [u16; 4] = [0, 3, 6, 61];

/// Numbers from a seed, the same each time.
struct Chance {
    seed: u64,
    case: u64,
}

impl Chance {
    fn number(&self, what: u64) -> u64 {
        let parts = [self.seed, self.case, what].map(u64::to_be_bytes);
        let digest = Sha256::digest(parts.concat());
        digest
            .iter()
            .take(8)
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn pick<T: Copy>(&self, what: u64, among: &[T]) -> T {
        among[usize::try_from(self.number(what) % among.len() as u64).unwrap_or(0)]
    }
}

/// Prints one JSON object: the policies, then `count` cases, each with the number of its policy.
///
/// # Errors
/// A delivered document that cannot be read.
pub fn run(root: &Path, count: u64, seed: u64) -> Result<()> {
    let policies = delivered_policies(root)?;
    let policies: Vec<String> = policies.iter().map(|bytes| BASE64.encode(bytes)).collect();
    let cases = (0..count).map(|case| {
        let chance = Chance { seed, case };
        let policy = usize::try_from(chance.number(0)).unwrap_or(0) % policies.len();
        let situation = situation(&chance);
        let (moment, skew) = (situation.moment.to_text(), situation.skew_minutes);
        let facts = write_facts(&situation);
        let request = json!({"policy_base64": policies[policy], "moment": moment,
            "skew_minutes": skew, "facts": facts});
        let answer = decide_vector(request.to_string().as_bytes());
        let answer: serde_json::Value = serde_json::from_slice(&answer)?;
        Ok(
            json!({"policy": policy, "moment": moment, "skew_minutes": skew, "facts": facts,
            "answer": answer}),
        )
    });
    let cases = cases.collect::<Result<Vec<_>>>()?;
    println!("{}", json!({"policies": policies, "cases": cases}));
    Ok(())
}

/// A situation in which each fact is known or not mentioned.
fn situation(chance: &Chance) -> Situation {
    let day = i64::try_from(chance.number(1) % DAYS).unwrap_or(0);
    let minute = match chance.number(2) % 3 {
        0 => chance.pick(3, &EDGES),
        _ => i64::try_from(chance.number(3) % 1440).unwrap_or(0),
    };
    let millis = FIRST_MILLIS + (day * 1440 + minute) * 60_000;
    let mut situation = Situation::new(Moment::new(millis, 480));
    situation.skew_minutes = chance.pick(4, &SKEWS);
    // From hardly anything known to nearly everything.
    let known = chance.number(5) % 100;
    for (at, fact) in (10..).step_by(2).zip(ALL) {
        let says = chance.number(at) % 100;
        let is_rare = fact == Fact::Emergency && !says.is_multiple_of(20);
        if says >= known || is_rare || fact.spec().source == Source::Clock {
            continue;
        }
        situation.set(fact, value(fact, chance.number(at + 1), situation.moment));
    }
    situation
}

/// Some value of the fact; numbers lie around where rows change.
fn value(fact: Fact, raw: u64, now: Moment) -> Value {
    let choice = |count: usize| u8::try_from(raw % count as u64).unwrap_or(0);
    match fact.spec().kind {
        Kind::Flag { .. } => Value::Flag(raw % 2 == 1),
        Kind::Choice(choices) => Value::Choice(choice(choices.len())),
        Kind::Set(choices) => Value::Set(u32::try_from(raw % (1 << choices.len())).unwrap_or(0)),
        Kind::Number { least, most, .. } => {
            let (least, most) = match fact {
                Fact::Temperature | Fact::SecondTemperature => (365, 380),
                _ => (least, most),
            };
            Value::Number(least + i64::try_from(raw % 1_000_000).unwrap_or(0) % (most - least + 1))
        }
        Kind::Stays => Value::Stays(few(raw).map(stay).collect()),
        Kind::Outings => Value::Outings(Outings {
            taken: few(raw).map(|raw| outing(raw, now)).collect(),
            unsent: u16::try_from(raw % 5).unwrap_or(0) / 3,
        }),
    }
}

/// Numbers for none to four things, the first of them the greatest.
fn few(raw: u64) -> impl Iterator<Item = u64> {
    (0..raw % 5).map(move |at| raw >> (8 * (at + 1)))
}

/// A stay of up to four weeks ago: around the days at which rows change.
fn stay(raw: u64) -> Stay {
    let kinds = StayKind::ALL.len() as u64;
    Stay {
        kind: StayKind::ALL[usize::try_from(raw % kinds).unwrap_or(0)].0,
        days_ago: u16::try_from(raw / kinds % 28).unwrap_or(0),
    }
}

/// An outing of the last four days, to the minute; some at this very moment.
fn outing(raw: u64, now: Moment) -> Outing {
    let minutes = i64::try_from(raw % 5_760).unwrap_or(0);
    let purposes = purpose::CHOICES.len() as u64 + 1;
    Outing {
        at: now.plus_millis(-60_000 * minutes),
        purpose: u8::try_from(raw / 5_760 % purposes)
            .unwrap_or(0)
            .checked_sub(1),
        own: raw.is_multiple_of(2),
    }
}

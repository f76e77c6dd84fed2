//! Fevers of the demo in several states, so that the board shows each: measured just now, waiting
//! for 120, in hospital, done today. The same town has the same fevers.

use super::make::Demo;
use super::write::WriteError;
use crate::auth::role::Role;
use crate::world::World;
use gatehouse_core::id::{AreaId, HouseholdId, OpenItemId, PersonId, StaffId};
use gatehouse_store::fever::{FeverRow, FeverStepRow};
use gatehouse_store::open_item::{OpenItemEnd, OpenItemRow};
use gatehouse_store::sealed_words::seal_words;
use gatehouse_store::{Chance, Lane, Shard, Store, StoreError, Tx, Vault};
use sha2::{Digest, Sha256};
use std::sync::Arc;

const MINUTE: i64 = 60_000;

/// A step: minutes after the first reading, kind, word, words that somebody wrote.
type Step = (i64, &'static str, &'static str, &'static str);

/// A fever.
struct Story {
    minutes_ago: i64,
    place: &'static str,
    reporter: &'static str,
    /// Minutes after the first, tenths, way.
    readings: &'static [(i64, u16, u8)],
    steps: &'static [Step],
}

const STORIES: &[Story] = &[
    Story {
        minutes_ago: 38,
        place: "gate",
        reporter: "resident",
        readings: &[(0, 382, 0), (15, 381, 1)],
        steps: &[
            (2, "apart", "tent", "2 号棚，有水有凳"),
            (3, "told", "community", "值班室"),
            (5, "told", "property", "客服台"),
            (9, "told", "health_department", "值班室"),
            (16, "told", "ambulance", "车 28 分出发"),
        ],
    },
    Story {
        minutes_ago: 12,
        place: "home",
        reporter: "grid_worker",
        readings: &[(0, 376, 2)],
        steps: &[(1, "apart", "home", ""), (1, "told", "community", "值班室")],
    },
    Story {
        minutes_ago: 380,
        place: "gate",
        reporter: "resident",
        readings: &[(0, 378, 0), (15, 377, 1)],
        steps: &[
            (3, "apart", "tent", ""),
            (6, "told", "community", "值班室"),
            (8, "told", "property", "客服台"),
            (9, "told", "health_department", "值班室"),
            (31, "hospital", "community_car", "发热门诊"),
            (161, "outcome", "home_cleared", ""),
        ],
    },
    Story {
        minutes_ago: 340,
        place: "home",
        reporter: "family",
        readings: &[(0, 379, 2), (20, 380, 2)],
        steps: &[
            (1, "apart", "home", ""),
            (4, "told", "community", "值班室"),
            (7, "told", "property", "客服台"),
            (9, "told", "health_department", "值班室"),
            (40, "hospital", "family", "妈妈陪着"),
            (185, "outcome", "home_rest", ""),
        ],
    },
    Story {
        minutes_ago: 250,
        place: "gate",
        reporter: "resident",
        readings: &[(0, 374, 0), (15, 373, 1)],
        steps: &[
            (2, "apart", "gate_room", ""),
            (5, "told", "community", "值班室"),
            (6, "told", "property", "客服台"),
            (8, "told", "health_department", "值班室"),
            (36, "hospital", "ambulance", "区人民医院"),
            (112, "outcome", "hospital_keeps", ""),
        ],
    },
];

/// What was done for those whom the day itself brought.
const OF_THE_DAY: &[Step] = &[
    (3, "apart", "tent", "1 号棚"),
    (6, "told", "community", "值班室"),
    (8, "told", "property", "客服台"),
    (9, "told", "health_department", "值班室"),
    (32, "hospital", "health_workers", "区人民医院"),
];

struct Writer {
    shard: Shard,
    vault: Arc<Vault>,
    chance: Chance,
    staff: StaffId,
    seed: u64,
}

/// Writes them: most at the first compound, whose office the demo shows.
pub fn write_fevers(
    demo: &Demo,
    store: &Store,
    shard: Shard,
    vault: &Arc<Vault>,
    world: &dyn World,
) -> Result<(), WriteError> {
    let town = &demo.town;
    let compound = town.streets.gates.first().map(|gate| gate.compound);
    let office = town.staffing.staff.iter();
    let office = office.filter(|staff| staff.role == Role::CommunityOffice);
    let (Some(compound), Some(office)) = (compound, office.map(|staff| staff.id).next()) else {
        return Ok(());
    };
    let homes = town.homes().filter(|(.., there)| *there == compound);
    let homes: Vec<_> = homes.skip(11).step_by(23).take(STORIES.len()).collect();
    let writer = Writer {
        shard,
        vault: Arc::clone(vault),
        chance: Chance::new(world.bytes()),
        staff: office,
        seed: town.size.seed,
    };
    let made = town.made.millis;
    Ok(
        store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            for row in tx.fevers_of_area(shard, compound, i64::MAX, 10)? {
                let since = row.item.opened_at;
                writer.steps(tx, row.item.item, since, OF_THE_DAY)?;
            }
            for (at, (story, home)) in (0..).zip(STORIES.iter().zip(&homes)) {
                writer.story(tx, at, story, *home, made)?;
            }
            Ok(())
        })?,
    )
}

impl Writer {
    fn story(
        &self,
        tx: &Tx<'_>,
        at: u64,
        story: &Story,
        (person, household, area): (PersonId, HouseholdId, AreaId),
        made: i64,
    ) -> Result<(), StoreError> {
        let since = made - story.minutes_ago * MINUTE;
        let item = OpenItemId(self.sixteen(at, 0));
        let gates = tx.gates_of_area(self.shard, area)?;
        let Some(gate) = gates.first() else {
            return Ok(());
        };
        tx.insert_open_item(&OpenItemRow {
            shard: self.shard,
            item,
            kind: "fever".to_owned(),
            gate: gate.gate,
            crossing: None,
            opened_at: since,
            end: None,
        })?;
        tx.insert_fever(&FeverRow {
            shard: self.shard,
            item,
            area,
            source: "desk".to_owned(),
            place: story.place.to_owned(),
            reporter: Some(story.reporter.to_owned()),
            symptoms: 0,
            person: Some(person),
            household: Some(household),
            opened_by: Some(self.staff),
        })?;
        for (number, (minute, tenths, way)) in (1..).zip(story.readings) {
            let mark = self.sixteen(at, number);
            let row = self.row(item, mark, since + minute * MINUTE, "reading", "", "");
            tx.append_fever_step(&FeverStepRow {
                reading: Some((*tenths, Some(*way))),
                ..row
            })?;
        }
        self.steps(tx, item, since, story.steps)
    }

    fn steps(
        &self,
        tx: &Tx<'_>,
        item: OpenItemId,
        since: i64,
        steps: &[Step],
    ) -> Result<(), StoreError> {
        for (number, (minute, step, word, words)) in (100..).zip(steps) {
            let mut mark = item.0;
            mark[15] ^= number;
            let row = self.row(item, mark, since + minute * MINUTE, step, word, words);
            tx.append_fever_step(&row)?;
            if *step == "outcome" {
                let end = OpenItemEnd {
                    outcome: (*word).to_owned(),
                    at: row.recorded_at,
                    staff: Some(self.staff),
                };
                tx.mend_open_item(self.shard, item, Some(&end))?;
            }
        }
        Ok(())
    }

    fn row(
        &self,
        item: OpenItemId,
        mark: [u8; 16],
        at: i64,
        step: &str,
        word: &str,
        words: &str,
    ) -> FeverStepRow {
        let seal = || {
            let chance = self.chance.part(u64::from(mark[15]) ^ at as u64);
            seal_words(&self.vault, "fever_step", &mark, words, &chance)
        };
        FeverStepRow {
            shard: self.shard,
            item,
            number: 0,
            mark,
            step: step.to_owned(),
            done_at: at,
            recorded_at: at,
            staff: Some(self.staff),
            source_seq: None,
            reading: None,
            word: (!word.is_empty()).then(|| word.to_owned()),
            has_mask: (step == "apart").then_some(true),
            corrects: None,
            words: (!words.is_empty()).then(seal),
        }
    }

    fn sixteen(&self, story: u64, part: u64) -> [u8; 16] {
        let mut hash = Sha256::new();
        hash.update(b"fever");
        hash.update(self.seed.to_be_bytes());
        hash.update(story.to_be_bytes());
        hash.update(part.to_be_bytes());
        let hash: [u8; 32] = hash.finalize().into();
        let mut first = [0; 16];
        first.copy_from_slice(&hash[..16]);
        first
    }
}

//! Which level and which phase hold at a place, and when: people decide them for areas, each
//! decision with an end (RISK-2, AREA-6). What a level asks of whom is the documents' business.

use super::stage::{Ladder, Stage};
use crate::gate::fact::{Choice, Fact, Kind};
use crate::wire::{Span, StateSpell};
use std::cmp::Reverse;

/// Longest that a decision holds: by then it is reviewed, and changed or kept (RISK-2).
pub const STAGE_DAYS_MOST: i64 = 14;

/// So many days after its end a gate's list still tells a stage: records of a phone that was alone
/// are decided again by what held then (GATE-11).
pub const STAGE_TOLD_DAYS: i64 = 7;

/// What a stage is one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// 风险等级
    Risk,
    /// 防控阶段
    Phase,
}

impl Scale {
    /// Both.
    pub const ALL: [Scale; 2] = [Scale::Risk, Scale::Phase];

    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Scale::Risk => "risk",
            Scale::Phase => "phase",
        }
    }

    /// The fact that tells a gate.
    pub const fn fact(self) -> Fact {
        match self {
            Scale::Risk => Fact::RiskLevel,
            Scale::Phase => Fact::Phase,
        }
    }

    fn choices(self) -> &'static [Choice] {
        match self.fact().spec().kind {
            Kind::Choice(choices) => choices,
            _ => &[],
        }
    }
}

impl Stage {
    /// All of them, each scale from its lowest.
    pub const ALL: [Stage; 8] = [
        Stage::Routine,
        Stage::Low,
        Stage::Medium,
        Stage::High,
        Stage::NoCase,
        Stage::Case,
        Stage::Outbreak,
        Stage::CommunitySpread,
    ];

    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Routine => "routine",
            Stage::Low => "low",
            Stage::Medium => "medium",
            Stage::High => "high",
            Stage::NoCase => "no_case",
            Stage::Case => "case",
            Stage::Outbreak => "outbreak",
            Stage::CommunitySpread => "community_spread",
        }
    }

    /// The stage of this word.
    pub fn named(name: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// What it is one of.
    pub const fn scale(self) -> Scale {
        match self {
            Stage::Routine | Stage::Low | Stage::Medium | Stage::High => Scale::Risk,
            Stage::NoCase | Stage::Case | Stage::Outbreak | Stage::CommunitySpread => Scale::Phase,
        }
    }

    /// How high it stands on its scale; where nothing is decided the lowest holds.
    pub fn height(self) -> usize {
        let mut choices = self.scale().choices().iter();
        let height = choices.position(|choice| choice.name == self.name());
        height.unwrap_or_default()
    }
}

impl Ladder {
    /// How far up it a place stands by what is decided there: a document that has no step for a
    /// level is at the step below. `None` where it begins higher.
    pub fn reached(&self, decided: [Option<Stage>; 2]) -> Option<Stage> {
        let height = |scale: Scale| {
            let mut decided = decided.into_iter().flatten();
            let found = decided.find(|stage| stage.scale() == scale);
            found.map_or(0, Stage::height)
        };
        let mut steps = self.ladder.iter().rev();
        steps
            .find(|stage| stage.height() <= height(stage.scale()))
            .copied()
    }
}

/// What people decided for an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Which.
    pub stage: Stage,
    /// First millisecond UTC.
    pub from_at: i64,
    /// First millisecond after it.
    pub until_at: i64,
    /// When: of two from the same instant the later counts.
    pub decided_at: i64,
    /// How deep the area lies in the tree that the deciding key speaks for: 0 for the root.
    pub authority: usize,
}

/// A stage that holds at a place, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageSpell {
    /// Which.
    pub stage: Stage,
    /// First millisecond UTC.
    pub from_at: i64,
    /// First millisecond after it.
    pub until_at: i64,
}

impl StageSpell {
    /// As the gate's list tells it.
    pub fn told(self) -> StateSpell {
        StateSpell {
            fact: self.stage.scale().fact().spec().number,
            value: i64::try_from(self.stage.height()).unwrap_or_default(),
            span: Span {
                from_at: self.from_at,
                until_at: Some(self.until_at),
            },
        }
    }
}

/// What holds on a scale at a place, ascending, by the areas that it lies in, nearest first. The
/// nearest for which something is decided says which; it may say less than an area above where the
/// same office decided both, and never less than what the offices above settled for it (RISK-2).
pub fn stages_in_force(nearest_first: &[Vec<Decided>], scale: Scale) -> Vec<StageSpell> {
    let of_scale = |one: &&Decided| one.stage.scale() == scale;
    let all = nearest_first.iter().flatten().filter(of_scale);
    let mut cuts: Vec<i64> = all.flat_map(|one| [one.from_at, one.until_at]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut spells: Vec<StageSpell> = Vec::new();
    for pair in cuts.windows(2) {
        let (from_at, until_at) = (pair[0], pair[1]);
        let Some(stage) = stage_at(nearest_first, scale, from_at) else {
            continue;
        };
        match spells.last_mut() {
            Some(last) if last.until_at == from_at && last.stage == stage => {
                last.until_at = until_at;
            }
            _ => spells.push(StageSpell {
                stage,
                from_at,
                until_at,
            }),
        }
    }
    spells
}

fn stage_at(nearest_first: &[Vec<Decided>], scale: Scale, at: i64) -> Option<Stage> {
    let areas = nearest_first.iter();
    let held: Vec<&Decided> = areas.flat_map(|area| held(area, scale, at)).collect();
    settled(&held)
}

/// The nearest decision, or what the offices above its office settled among themselves for the
/// same place, if that is higher.
fn settled(nearest_first: &[&Decided]) -> Option<Stage> {
    let nearest = nearest_first.first()?;
    let is_above = |one: &&Decided| one.authority < nearest.authority;
    let above: Vec<&Decided> = nearest_first.iter().copied().filter(is_above).collect();
    let stages = [settled(&above), Some(nearest.stage)];
    stages.into_iter().flatten().max_by_key(|one| one.height())
}

/// What each office decided last for one area, the last to begin first, if it has not ended: what
/// it took the place of does not come back.
fn held(decided: &[Decided], scale: Scale, at: i64) -> Vec<&Decided> {
    let of_scale = decided.iter().filter(|one| one.stage.scale() == scale);
    let mut begun: Vec<&Decided> = of_scale.filter(|one| one.from_at <= at).collect();
    begun.sort_by_key(|one| Reverse((one.from_at, one.decided_at)));
    let mut offices = Vec::new();
    begun.retain(|one| {
        let is_last = !offices.contains(&one.authority);
        offices.push(one.authority);
        is_last
    });
    begun.retain(|one| at < one.until_at);
    begun
}

/// Whether a decision asks no more of anybody than what holds in its stead: at each of its
/// instants at least as high a stage.
pub fn asks_no_more(wanted: &Decided, in_force: &[StageSpell]) -> bool {
    let mut from_at = wanted.from_at;
    for spell in in_force {
        if spell.stage.height() < wanted.stage.height() || spell.from_at > from_at {
            continue;
        }
        from_at = from_at.max(spell.until_at);
    }
    wanted.stage.height() == 0 || from_at >= wanted.until_at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::fact::ALL;

    fn decided(stage: Stage, from_at: i64, until_at: i64) -> Decided {
        Decided {
            stage,
            from_at,
            until_at,
            decided_at: from_at,
            authority: 2,
        }
    }

    fn spells(nearest_first: &[Vec<Decided>], scale: Scale) -> Vec<(Stage, i64, i64)> {
        let spells = stages_in_force(nearest_first, scale).into_iter();
        spells
            .map(|one| (one.stage, one.from_at, one.until_at))
            .collect()
    }

    #[test]
    fn every_stage_is_a_choice_of_its_fact() {
        for scale in Scale::ALL {
            assert!(ALL.contains(&scale.fact()));
            let stages = Stage::ALL.into_iter().filter(|one| one.scale() == scale);
            let names: Vec<&str> = stages.map(Stage::name).collect();
            let choices: Vec<&str> = scale.choices().iter().map(|one| one.name).collect();
            assert_eq!(names, choices);
        }
        for (at, stage) in Stage::ALL.into_iter().enumerate() {
            assert_eq!(Stage::named(stage.name()), Some(stage));
            assert_eq!(stage.height(), at % 4);
            let word = serde_json::to_value(stage).expect("a word");
            assert_eq!(word, stage.name());
        }
    }

    #[test]
    fn the_nearest_area_says_which_and_the_last_to_begin() {
        use Stage::{CommunitySpread, High, Low, Medium, Routine};
        let county = vec![decided(Medium, 10, 50), decided(CommunitySpread, 0, 5)];
        let table = [
            (vec![], vec![]),
            (vec![vec![], county.clone()], vec![(Medium, 10, 50)]),
            // The compound's own takes the county's place while it holds, a lower one too.
            (
                vec![vec![decided(Routine, 20, 30)], county.clone()],
                vec![(Medium, 10, 20), (Routine, 20, 30), (Medium, 30, 50)],
            ),
            // What a later decision replaced does not come back when that ends.
            (
                vec![vec![decided(High, 0, 40), decided(Low, 10, 20)]],
                vec![(High, 0, 10), (Low, 10, 20)],
            ),
            // The same once more is one stretch.
            (
                vec![vec![decided(High, 0, 40), decided(High, 30, 70)]],
                vec![(High, 0, 70)],
            ),
        ];
        for (areas, expected) in table {
            assert_eq!(spells(&areas, Scale::Risk), expected, "{areas:?}");
        }
        assert_eq!(
            spells(&[county], Scale::Phase),
            [(CommunitySpread, 0, 5)],
            "the scales know nothing of one another"
        );
    }

    #[test]
    fn a_ladder_without_a_step_for_a_level_stands_at_the_one_below() {
        use Stage::{Case, CommunitySpread, High, Low, Medium, NoCase, Outbreak, Routine};
        let ladder = |steps: &[Stage]| Ladder {
            ladder: steps.to_vec(),
            source: "deployment".to_owned(),
        };
        let (levels, phases) = ([Routine, Medium, High], [Outbreak, CommunitySpread]);
        let table = [
            (&levels[..], [None, None], Some(Routine)),
            (&levels[..], [Some(Low), None], Some(Routine)),
            (&levels[..], [Some(High), Some(Case)], Some(High)),
            (&phases[..], [Some(High), Some(Case)], None),
            (&phases[..], [None, Some(Outbreak)], Some(Outbreak)),
            (
                &[NoCase, Case][..],
                [None, Some(CommunitySpread)],
                Some(Case),
            ),
        ];
        for (steps, decided, expected) in table {
            assert_eq!(
                ladder(steps).reached(decided),
                expected,
                "{steps:?} {decided:?}"
            );
        }
    }

    #[test]
    fn nobody_says_less_than_an_office_above() {
        let by = |authority: usize, stage: Stage| Decided {
            authority,
            ..decided(stage, 0, 10)
        };
        let (county, community) = (2, 4);
        let table = [
            // The community lowers what the county set: it stays; higher than that it may go.
            (
                by(community, Stage::Low),
                by(county, Stage::High),
                Stage::High,
            ),
            (
                by(community, Stage::High),
                by(county, Stage::Low),
                Stage::High,
            ),
            // The county itself says less of one community than of all.
            (by(county, Stage::Low), by(county, Stage::High), Stage::Low),
        ];
        for (near, far, expected) in table {
            let apart = spells(&[vec![near], vec![far]], Scale::Risk);
            assert_eq!(apart, [(expected, 0, 10)], "{near:?} {far:?}");
        }
        let same_area = [by(community, Stage::Low), by(county, Stage::High)];
        assert_eq!(
            spells(&[same_area.to_vec()], Scale::Risk),
            [(Stage::High, 0, 10)]
        );
    }

    #[test]
    fn what_an_office_above_settled_for_the_nearer_place_counts() {
        let by = |authority: usize, stage: Stage| {
            vec![Decided {
                authority,
                ..decided(stage, 0, 10)
            }]
        };
        let (city, county, street) = (1, 2, 3);
        let (routine, low) = (by(street, Stage::Routine), by(county, Stage::Low));
        let high = by(county, Stage::High);
        let table = [
            // The county has lowered this street: the street's own word does not raise it again.
            (
                vec![[routine.clone(), low.clone()].concat(), high.clone()],
                Stage::Low,
            ),
            (vec![routine.clone(), low.clone(), high.clone()], Stage::Low),
            // The city above says more of all than the county of this street.
            (vec![routine, low, by(city, Stage::High)], Stage::High),
            (
                vec![by(street, Stage::Medium), by(county, Stage::Low), high],
                Stage::Medium,
            ),
        ];
        for (areas, expected) in table {
            assert_eq!(
                spells(&areas, Scale::Risk),
                [(expected, 0, 10)],
                "{areas:?}"
            );
        }
    }

    #[test]
    fn of_two_from_the_same_instant_the_later_decision_counts() {
        let first = decided(Stage::High, 10, 20);
        let second = Decided {
            stage: Stage::Low,
            decided_at: 11,
            ..first
        };
        for areas in [[first, second], [second, first]] {
            let found = spells(&[areas.to_vec()], Scale::Risk);
            assert_eq!(found, [(Stage::Low, 10, 20)]);
        }
    }

    #[test]
    fn only_what_stays_as_high_throughout_asks_no_more() {
        use Stage::{High, Low, Medium, Routine};
        let held = stages_in_force(
            &[vec![decided(High, 0, 20), decided(Medium, 20, 40)]],
            Scale::Risk,
        );
        let table = [
            (decided(Medium, 10, 40), true),
            (decided(Low, 0, 40), true),
            (decided(High, 5, 20), true),
            (decided(High, 5, 21), false),
            (decided(Medium, 10, 41), false),
            (decided(Routine, 30, 90), true),
            (decided(Low, 41, 50), false),
        ];
        for (wanted, expected) in table {
            assert_eq!(asks_no_more(&wanted, &held), expected, "{wanted:?}");
        }
    }

    #[test]
    fn a_list_tells_the_fact_with_its_end() {
        let spell = StageSpell {
            stage: Stage::Outbreak,
            from_at: 3,
            until_at: 9,
        };
        let told = spell.told();
        assert_eq!(Fact::numbered(told.fact), Some(Fact::Phase));
        assert_eq!((told.value, told.span.until_at), (2, Some(9)));
    }
}

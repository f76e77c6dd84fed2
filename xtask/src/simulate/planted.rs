//! Mistakes planted on purpose, each with a seed that finds it: what the simulation would notice.

use super::simulation::{self, Ended, Size};
use super::town::Town;
use anyhow::{Result, ensure};
use gatehouse_core::planted::{Planted, plant};
#[cfg(test)]
use std::collections::BTreeMap;

/// Name, seed and invariant of each.
const KNOWN: &str = include_str!("planted.toml");

/// Every mistake that can be planted.
const ALL: [Planted; 26] = [
    Planted::ExpiryIncluded,
    Planted::ClockTrusted,
    Planted::ForgottenUnacknowledged,
    Planted::ForgottenAtOnce,
    Planted::HardLifeIgnored,
    Planted::ClockSetUnseen,
    Planted::OrderEndIgnored,
    Planted::EmergencyNeedsList,
    Planted::PolicyBeginsLate,
    Planted::EarlyEmergenciesLost,
    Planted::AcknowledgedBeforeCommit,
    Planted::NotDeduplicated,
    Planted::HoleTaken,
    Planted::ChainUnchecked,
    Planted::HeadUnsigned,
    Planted::CloneDropped,
    Planted::TurnedBackCounts,
    Planted::ClockUnclamped,
    Planted::EndedDeviceTaken,
    Planted::SentBeforeStored,
    Planted::StateNotStored,
    Planted::RestoreIgnored,
    Planted::RefusedGivenUp,
    Planted::RefusedListEndsList,
    Planted::EarlierChainLost,
    Planted::TrayKeepsTakenIn,
];

/// A seed with a mistake in it.
fn with(mistake: Planted, town: &Town, seed: u64, size: Size) -> Result<Ended> {
    plant(Some(mistake));
    let ended = simulation::run(town, seed, size);
    plant(None);
    ended
}

/// Looks for a seed that finds each mistake of which `planted.toml` has no line; prints the lines.
pub fn search(town: &Town, from: u64, seeds: u64, size: Size) -> Result<()> {
    let known: toml::Table = KNOWN.parse()?;
    let mut missed = Vec::new();
    let unknown = ALL
        .into_iter()
        .filter(|one| !known.contains_key(&format!("{one:?}")));
    for mistake in unknown {
        let found = (from..from + seeds).find_map(|seed| {
            let ended = with(mistake, town, seed, size).ok()?;
            Some((seed, ended.broken?.invariant))
        });
        match found {
            Some((seed, invariant)) => {
                println!("{mistake:?} = {{ seed = {seed}, invariant = \"{invariant}\" }}");
            }
            None => missed.push(mistake),
        }
    }
    ensure!(missed.is_empty(), "not found: {missed:?}");
    Ok(())
}

/// Each known seed finds its mistake by the named invariant, and nothing without it.
#[cfg(test)]
pub fn check(town: &Town, size: Size) -> Result<usize> {
    use anyhow::{Context, bail};
    let known: toml::Table = KNOWN.parse()?;
    let mut clean: BTreeMap<u64, bool> = BTreeMap::new();
    for mistake in ALL {
        let name = format!("{mistake:?}");
        let line = known
            .get(&name)
            .with_context(|| format!("no seed finds {name}"))?;
        let seed = line.get("seed").and_then(toml::Value::as_integer);
        let seed = u64::try_from(seed.context("a seed")?)?;
        let invariant = line.get("invariant").and_then(toml::Value::as_str);
        let broken = with(mistake, town, seed, size)?.broken;
        let broken = broken.with_context(|| format!("seed {seed} does not find {name}"))?;
        ensure!(
            Some(broken.invariant) == invariant,
            "seed {seed} finds {name} by {}: {}",
            broken.invariant,
            broken.detail
        );
        let is_clean = match clean.get(&seed) {
            Some(is_clean) => *is_clean,
            None => simulation::run(town, seed, size)?.broken.is_none(),
        };
        clean.insert(seed, is_clean);
        if !is_clean {
            bail!("seed {seed} breaks something without {name} too");
        }
    }
    ensure!(
        known.len() == ALL.len(),
        "a line of planted.toml is about no mistake"
    );
    Ok(ALL.len())
}

//! For how many days the records of a place are kept: as the settings say, or as a document in
//! force there says where that is fewer (SCOPE-5). A document never keeps anything longer.

use super::local_day::DAY_MILLIS;
use super::read_policies::documents_in_force;
use crate::config::Config;
use gatehouse_core::id::AreaId;
use gatehouse_core::policy::part::{Layers, days_kept};
use gatehouse_core::policy::{PolicyDocument, read};
use gatehouse_core::retention::Record;
use gatehouse_store::{ReadTx, Shard, StoreError};
use std::collections::BTreeMap;

/// Days of each kind of record, in the order of [`Record::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days([u32; Record::ALL.len()]);

impl Days {
    /// What the settings say.
    pub fn of_settings(config: &Config) -> Days {
        Days(Record::ALL.map(|record| match record {
            Record::Crossings => config.days_crossings,
            Record::Details => config.days_details,
            Record::People => config.days_people,
            Record::Passes => config.days_passes,
            Record::Messages => config.days_messages,
        }))
    }

    /// The fewer of these and of what documents say.
    fn with(mut self, documents: &[&PolicyDocument]) -> Days {
        // Documents that do not go together are found at the first signature.
        if let Ok(layers) = Layers::new(documents) {
            for (days, record) in self.0.iter_mut().zip(Record::ALL) {
                let said = days_kept(&layers, record).map(u32::from);
                *days = said.unwrap_or(*days).min(*days);
            }
        }
        self
    }

    /// Days of a kind of record.
    pub fn of(self, record: Record) -> u32 {
        let mut all = Record::ALL.into_iter().zip(self.0);
        let found = all.find(|(one, _)| *one == record);
        found.map_or(0, |(_, days)| days)
    }

    /// The instant before which a kind of record is past its days.
    pub fn before(self, record: Record, now_millis: i64) -> i64 {
        now_millis - i64::from(self.of(record)) * DAY_MILLIS
    }
}

/// Days by place: many stand under the same documents, which are read once.
#[derive(Clone)]
pub struct DaysByPlace {
    settings: Days,
    known: BTreeMap<Vec<AreaId>, Days>,
}

impl DaysByPlace {
    /// Nothing is read yet.
    pub fn new(settings: Days) -> DaysByPlace {
        DaysByPlace {
            settings,
            known: BTreeMap::new(),
        }
    }

    /// Days at a place.
    ///
    /// # Errors
    /// The database's.
    pub fn at(
        &mut self,
        tx: &ReadTx<'_>,
        area: AreaId,
        now_millis: i64,
    ) -> Result<Days, StoreError> {
        let path = tx.area_path(area)?;
        let held = tx.policies_in_force(now_millis, now_millis.saturating_add(1))?;
        let mut areas: Vec<AreaId> = path.iter().map(|above| above.area).collect();
        areas.retain(|above| held.iter().any(|row| row.area == *above));
        if let Some(days) = self.known.get(&areas) {
            return Ok(*days);
        }
        let held = documents_in_force(tx, &path, now_millis)?;
        let documents: Vec<&PolicyDocument> = held.iter().map(|(_, document)| document).collect();
        let days = self.settings.with(&documents);
        self.known.insert(areas, days);
        Ok(days)
    }
}

/// The fewest days for which crossings were kept anywhere in a county since a moment: who looks
/// whether one is missing looks no further back. Documents of other counties say nothing here.
///
/// # Errors
/// The database's.
pub fn fewest_crossing_days(
    tx: &ReadTx<'_>,
    shard: Shard,
    settings: u32,
    now_millis: i64,
) -> Result<u32, StoreError> {
    let since = now_millis.saturating_sub(i64::from(settings) * DAY_MILLIS);
    let mut days = settings;
    for row in tx.policies_in_force(since, now_millis.saturating_add(1))? {
        let area = tx.area(row.area)?;
        if area
            .and_then(|area| area.shard)
            .is_some_and(|of| of != shard)
        {
            continue;
        }
        let kept = tx.policy_document(&row.document, row.version)?;
        let document = kept.and_then(|kept| read(&kept.text).ok());
        let entries = document.into_iter().flat_map(|one| one.parts.retention);
        let said = entries.filter(|entry| entry.record == Record::Crossings);
        days = said.fold(days, |days, entry| days.min(u32::from(entry.days.value)));
    }
    Ok(days)
}

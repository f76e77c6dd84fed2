//! People from a sheet into the register: upload, map, check, run, take back.
//!
//! The file lies sealed in the database and is read anew in each phase, so that a run goes on
//! after a restart and nothing of it lies in plain on a disk. Every phase but the upload goes in
//! steps of at most [`STEP_ROWS`] rows in the lane of jobs; its progress stands in the run's row
//! and moves in the same transaction as what was written.
//!
//! What it never does: guess a value, overwrite one that somebody set without being told to, or
//! read a column for which the system has no field.

mod change;
pub mod check;
pub mod different;
mod examine;
pub mod fault;
pub mod field;
mod file;
pub mod header;
pub mod ledger;
mod link;
pub mod map;
pub mod place;
pub mod plan;
pub mod remarks;
pub mod report;
pub mod row;
pub mod run;
pub mod state;
pub mod sweep;
pub mod takes;
pub mod template;
pub mod undo;
pub mod upload;
pub mod values;
pub mod view;
mod workbook;

use crate::keyring::SharedKeyring;
use crate::ops::check_draft::Phones;
use crate::sheet::SheetError;
use crate::world::SharedWorld;
use gatehouse_core::id::{AreaId, StaffId};
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_store::import_run::ImportRunRow;
use gatehouse_store::{Lane, Shard, Store, StoreError, Vault};
use std::sync::Arc;

/// Most rows of one step (design §5).
pub const STEP_ROWS: usize = 500;
/// For how long an import can be taken back (issue 3 §2).
pub const UNDO_MILLIS: i64 = 24 * 3_600_000;
/// For how long a file lies there that nobody goes on with (local choice).
pub const UNUSED_MILLIS: i64 = 7 * 24 * 3_600_000;
/// For how long somebody who works on an import has it to themselves.
pub const CLAIM_MILLIS: i64 = 4 * 60_000;

/// The number of an import.
pub type RunId = [u8; 16];

/// Why a step of an import did not happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The file is not taken.
    #[error("the file is not taken: {0}")]
    Sheet(#[from] SheetError),
    /// There is no such import, or its file is gone.
    #[error("there is no such import any more")]
    Gone,
    /// It is not in the state for that.
    #[error("the import is not at this point")]
    NotNow,
    /// Somebody works on it, or on another import of the county.
    #[error("another import is at work")]
    AtWork,
    /// Name and door must be mapped.
    #[error("no column was mapped to the name or the door")]
    NothingMapped,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The keys that seal people.
#[derive(Clone)]
pub enum Keys {
    /// Of a running server.
    Ring(SharedKeyring),
    /// Of the command line, with the telephones that pass in its installation.
    Own(Arc<Vault>, Phones),
}

impl Keys {
    /// Opens names.
    pub fn vault(&self) -> &Vault {
        match self {
            Keys::Ring(ring) => &ring.vault,
            Keys::Own(vault, _) => vault,
        }
    }

    /// Which telephones a table may bring.
    pub fn phones(&self) -> Phones {
        match self {
            Keys::Ring(ring) => ring.phones(),
            Keys::Own(_, phones) => *phones,
        }
    }
}

/// What every phase works with. Its functions block: a server calls them off its async threads.
#[derive(Clone)]
pub struct Desk {
    /// The database.
    pub store: Store,
    /// Keys.
    pub keys: Keys,
    /// Time and chance.
    pub world: SharedWorld,
}

/// The compound or village that people are imported into.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// County.
    pub shard: Shard,
    /// The compound or village.
    pub area: AreaId,
    /// Minutes east of UTC.
    pub offset_minutes: i16,
}

impl Place {
    /// The day there.
    pub fn today(&self, now_millis: i64) -> CivilDay {
        Moment::new(now_millis, self.offset_minutes).day()
    }
}

impl Desk {
    /// An import.
    ///
    /// # Errors
    /// [`ImportError::Gone`], or the database's.
    pub fn run(&self, shard: Shard, run: RunId) -> Result<ImportRunRow, ImportError> {
        let found = self
            .store
            .read_blocking::<_, StoreError, _>(move |tx| tx.import_run(shard, &run))?;
        found.ok_or(ImportError::Gone)
    }

    /// Writes the changed row of an import, alone.
    fn keep(&self, run: &mut ImportRunRow) -> Result<(), ImportError> {
        let row = run.clone();
        self.store
            .write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| tx.update_import_run(&row))?;
        run.version += 1;
        Ok(())
    }

    /// The place of an import.
    fn place_of(&self, run: &ImportRunRow) -> Result<Place, ImportError> {
        let area = run.area;
        let row = self
            .store
            .read_blocking::<_, StoreError, _>(move |tx| tx.area(area))?;
        let row = row.ok_or(ImportError::Gone)?;
        Ok(Place {
            shard: run.shard,
            area,
            offset_minutes: i16::try_from(row.zone_offset_minutes).unwrap_or(480),
        })
    }

    /// Writes down in the audit chain that something happened with an import.
    fn note(
        &self,
        run: &ImportRunRow,
        kind: &'static str,
        actor: Option<StaffId>,
        body: String,
    ) -> Result<(), ImportError> {
        let (shard, at) = (run.shard, self.world.now_millis());
        self.store
            .write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
                tx.append_audit(&gatehouse_store::audit::AuditNote {
                    shard,
                    at,
                    kind,
                    actor,
                    commitment: None,
                    body: body.as_bytes(),
                })
                .map(|_| ())
            })?;
        Ok(())
    }
}

/// Rows that nobody has looked at, or that a stop left out. Rows in = accepted + rejected +
/// duplicate + these, at every moment of an import (issue 3 §2).
pub const fn rows_left(run: &ImportRunRow) -> i64 {
    run.rows_all - run.accepted - run.rejected - run.duplicate
}

/// An import's number as it stands in addresses.
pub fn run_text(run: &RunId) -> String {
    data_encoding::HEXLOWER.encode(run)
}

/// Reads what [`run_text`] wrote.
pub fn read_run(text: &str) -> Option<RunId> {
    let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok()
}

//! Erases a person's record on the day that somebody planned for it: [`erasure`] is planned in the
//! transaction of the plan. Whoever cancels leaves the job alone: it finds the plan cancelled.

use super::{Failure, Next, Work};
use crate::app::App;
use crate::erasure_list::ErasureList;
use crate::ops::erase_person::Eraser;
use crate::ops::run_erasure::run_erasure;
use gatehouse_core::wire::cbor::{Reader, Writer};
use gatehouse_store::Shard;
use gatehouse_store::job::JobRow;

/// The kind of this work.
pub const KIND: &str = "person.erase";

/// The job of a planned erasure, to be planned with `tx.plan_job`.
pub fn erasure(shard: Shard, erasure: [u8; 16], run_at: i64) -> JobRow {
    let mut payload = Writer::default();
    payload.array(2).uint(u64::from(shard.0)).bytes(&erasure);
    JobRow {
        job: erasure,
        kind: KIND.to_owned(),
        unique_key: format!("{KIND}/{}", data_encoding::HEXLOWER.encode(&erasure)),
        payload: payload.finish(),
        run_at,
        attempts: 0,
        failure: None,
    }
}

fn read(payload: &[u8]) -> Option<(Shard, [u8; 16])> {
    let mut reader = Reader::new(payload);
    reader.array_of(2).ok()?;
    let shard = Shard(reader.small().ok()?);
    let erasure = reader.fixed().ok()?;
    reader.finish().ok()?;
    Some((shard, erasure))
}

/// Erases the record, unless something stands against it by now.
pub async fn run(app: App, work: Work) -> Result<Next, Failure> {
    let (shard, erasure) = read(&work.job.payload).ok_or(Failure::lasting("payload"))?;
    let list = ErasureList::in_folder(&app.config.data_folder);
    let erase = move || {
        let eraser = Eraser {
            store: &app.store,
            list: &list,
            world: &*app.world,
            vault: app.vault(),
        };
        run_erasure(&eraser, shard, erasure)
    };
    match tokio::task::spawn_blocking(erase).await {
        Ok(Ok(())) => Ok(Next::Done),
        Ok(Err(error)) => {
            tracing::error!(%error, "somebody was not erased");
            Err(Failure::passing("not_erased"))
        }
        Err(_) => Err(Failure::passing("panicked")),
    }
}

//! Erases a person when somebody decided so: planned by [`erasure`] in the transaction of the
//! decision.

use super::{Failure, Next, Work};
use crate::app::App;
use crate::erasure_list::ErasureList;
use crate::ops::erase_person::erase_person;
use gatehouse_core::id::PersonId;
use gatehouse_core::wire::cbor::{Reader, Writer};
use gatehouse_store::Shard;
use gatehouse_store::job::JobRow;
use std::sync::Arc;

/// The kind of this work.
pub const KIND: &str = "person.erase";

/// The job that erases somebody, to be planned with `tx.plan_job`.
pub fn erasure(job: [u8; 16], shard: Shard, person: PersonId, run_at: i64) -> JobRow {
    let mut payload = Writer::default();
    payload.array(2).uint(u64::from(shard.0)).item(&person);
    JobRow {
        job,
        kind: KIND.to_owned(),
        unique_key: format!("{KIND}/{}/{person}", shard.0),
        payload: payload.finish(),
        run_at,
        attempts: 0,
        failure: None,
    }
}

fn read(payload: &[u8]) -> Option<(Shard, PersonId)> {
    let mut reader = Reader::new(payload);
    reader.array_of(2).ok()?;
    let shard = Shard(reader.small().ok()?);
    let person = reader.item().ok()?;
    reader.finish().ok()?;
    Some((shard, person))
}

/// Erases the person.
pub async fn run(app: App, work: Work) -> Result<Next, Failure> {
    let (shard, person) = read(&work.job.payload).ok_or(Failure::lasting("payload"))?;
    let list = ErasureList::in_folder(&app.config.data_folder);
    let (store, world) = (app.store.clone(), Arc::clone(&app.world));
    let erase = move || erase_person(&store, &list, &*world, shard, person);
    match tokio::task::spawn_blocking(erase).await {
        Ok(Ok(_)) => Ok(Next::Done),
        Ok(Err(error)) => {
            tracing::error!(%error, "somebody was not erased");
            Err(Failure::passing("not_erased"))
        }
        Err(_) => Err(Failure::passing("panicked")),
    }
}

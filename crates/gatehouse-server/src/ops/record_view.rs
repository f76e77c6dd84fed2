//! That somebody looked at a page about people (SCOPE-5): an entry in the audit chain with who,
//! which page and which area; never whom or what was searched for.

use crate::app::App;
use crate::error::OpError;
use gatehouse_core::id::{AreaId, StaffId};
use gatehouse_store::audit::AuditNote;
use gatehouse_store::{Lane, Shard, StoreError, Tx};

/// Who looked where.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Who.
    pub staff: StaffId,
    /// Which area the page is about.
    pub area: AreaId,
    /// Its county; `None` above one.
    pub shard: Option<Shard>,
}

/// Writes it down; `page` is the route, not the address.
pub async fn record_view(app: &App, page: &'static str, seen: Seen) -> Result<(), OpError> {
    let at = app.world.now_millis();
    let note = move |tx: &Tx<'_>| {
        // Above the counties the entry lies with the first of them.
        let shard = match seen.shard {
            Some(shard) => Some(shard),
            None => tx.shards()?.first().copied(),
        };
        let Some(shard) = shard else {
            return Ok(());
        };
        let body = format!("{page} {}", seen.area);
        tx.append_audit(&AuditNote {
            shard,
            at,
            kind: "page.view",
            actor: Some(seen.staff),
            commitment: None,
            body: body.as_bytes(),
        })?;
        Ok::<(), StoreError>(())
    };
    Ok(app.store.write(Lane::People, note).await?)
}

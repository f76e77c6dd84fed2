//! What somebody at a desk changed, in the audit chain (GATE-3): who, what, when; the body is an
//! id, never a name.

use gatehouse_core::id::StaffId;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::{Shard, StoreError, Tx};

/// An entry in the audit chain of the county, or of the first one for what lies above.
pub fn note(
    tx: &Tx<'_>,
    shard: Option<Shard>,
    actor: StaffId,
    at: i64,
    kind: &str,
    body: &[u8],
) -> Result<(), StoreError> {
    let shard = match shard {
        Some(shard) => Some(shard),
        None => tx.shards()?.first().copied(),
    };
    if let Some(shard) = shard {
        tx.append_audit(&AuditNote {
            shard,
            at,
            kind,
            actor: Some(actor),
            commitment: None,
            body,
        })?;
    }
    Ok(())
}

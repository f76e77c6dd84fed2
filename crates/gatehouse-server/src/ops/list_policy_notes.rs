//! What whoever approves a proposal shall know of it, although it hinders nothing.

use super::list_policy_versions::{ForceState, Version};
use super::look_at_policy::look;
use super::policy_beside::beside;
use super::policy_folder::Complaint;
use super::read_policies::Proposal;
use crate::app::App;
use crate::error::OpError;
use gatehouse_store::ReadTx;

/// Proposals that are looked at on one page.
const LOOKED_MOST: usize = 5;

/// The notes of the proposals among versions, in their order; none of the others.
///
/// # Errors
/// The database's; a fault of the program.
pub async fn list_policy_notes(
    app: &App,
    versions: &[Version],
) -> Result<Vec<Vec<Complaint>>, OpError> {
    let mut notes = Vec::new();
    let mut looked_at = 0;
    for version in versions {
        let texts = version.texts.clone();
        let Some(texts) = texts.filter(|_| version.state == ForceState::Proposed) else {
            notes.push(Vec::new());
            continue;
        };
        looked_at += 1;
        if looked_at > LOOKED_MOST {
            notes.push(Vec::new());
            continue;
        }
        let proposal = Proposal {
            row: version.row.clone(),
            document: None,
        };
        let read = move |tx: &ReadTx<'_>| beside(tx, &proposal);
        let beside = app.store.read(read).await?;
        let looked = look(app, &version.row.document, texts, beside).await?;
        notes.push(looked.notes.clone());
    }
    Ok(notes)
}

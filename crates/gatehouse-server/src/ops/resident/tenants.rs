//! A landlord or host says yes or no to a pass for their tenant or guest on their own page
//! (HN 三(三)二).

use super::find_resident::ResidentCaller;
use crate::app::App;
use crate::error::OpError;
use crate::ops::answer_landlord::{LandlordAnswer, answer_landlord};
use crate::ops::hold_gate::keyring;
use gatehouse_core::id::ApplicationId;
use gatehouse_store::application::ApplicationLine;
use gatehouse_store::{ReadTx, StoreError};

/// Applications that wait for the resident's yes, the longest wait first.
///
/// # Errors
/// The database's.
pub async fn list_tenants(
    app: &App,
    resident: &ResidentCaller,
) -> Result<Vec<ApplicationLine>, OpError> {
    let keys = keyring(app)?;
    let (shard, me) = (resident.shard, resident.person);
    let read = move |tx: &ReadTx<'_>| {
        let mut lines = Vec::new();
        for row in tx.applications_of_landlord(shard, me)? {
            lines.extend(tx.application_line(&keys.vault, shard, row.application)?);
        }
        Ok::<_, StoreError>(lines)
    };
    Ok(app.store.read(read).await?)
}

/// Takes the answer down. One that came too late changes nothing; the page shows what still waits.
///
/// # Errors
/// [`OpError::NotFound`] for an application whose landlord is somebody else.
pub async fn answer_tenant(
    app: &App,
    resident: &ResidentCaller,
    application: ApplicationId,
    yes: bool,
) -> Result<(), OpError> {
    let shard = resident.shard;
    let read = move |tx: &ReadTx<'_>| tx.application(shard, application);
    let row = app.store.read(read).await?.ok_or(OpError::NotFound)?;
    let answer = LandlordAnswer {
        application,
        version: None,
        yes,
        way: "link",
        person: Some(resident.person),
        staff: None,
    };
    answer_landlord(app, shard, row.area, answer).await?;
    Ok(())
}

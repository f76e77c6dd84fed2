//! What changed lately, by topic.

use crate::app::App;
use crate::error::OpError;
use gatehouse_store::change::ChangeRow;

/// Most topics of one answer.
const TOPICS_MOST: u32 = 2_000;

/// Topics that changed since an instant, with how often they ever did.
pub async fn read_changes(app: &App, since_millis: i64) -> Result<Vec<ChangeRow>, OpError> {
    let read = app
        .store
        .read(move |tx| tx.changes_since(since_millis, TOPICS_MOST));
    Ok(read.await?)
}

//! The topics of the table `change` that figures of an area rest on, and what a page calls each.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use crate::ops::read_area::compounds_of;
use gatehouse_store::{ReadTx, Shard, StoreError};
use std::collections::HashMap;

/// Topic of the table, word of the page.
pub async fn list_topics(
    app: &App,
    area: &AreaInScope,
) -> Result<HashMap<(Shard, String), &'static str>, OpError> {
    let (shard, top) = (area.county()?, area.area);
    let read = move |tx: &ReadTx<'_>| {
        let mut topics = HashMap::from([((shard, "alarm".to_owned()), "alarms")]);
        for compound in compounds_of(tx, top)? {
            for gate in tx.gates_of_area(shard, compound.area)? {
                let gate = gate.gate;
                topics.insert((shard, format!("gate/{gate}")), "crossings");
                topics.insert((shard, format!("item/{gate}")), "items");
            }
        }
        Ok::<_, StoreError>(topics)
    };
    Ok(app.store.read(read).await?)
}

//! An alarm about something that a phone does again and again: once a day for a thing, however
//! often it happens and whoever has looked.

use crate::app::App;
use crate::auth::access::GateInScope;
use gatehouse_core::moment::Moment;
use gatehouse_store::{Lane, StoreError, Tx};

/// What is raised once a day: the thing with the day at the gate, `device <id> 2020-02-19`.
pub fn thing_today(thing: &str, now: i64, offset_minutes: i16) -> String {
    let day = Moment::new(now, offset_minutes).day().to_text();
    format!("{thing} {day}")
}

/// Raises it.
///
/// # Errors
/// The database's.
pub async fn raise_today(
    app: &App,
    gate: &GateInScope,
    kind: &'static str,
    thing: String,
) -> Result<(), StoreError> {
    let (shard, now) = (gate.shard, app.world.now_millis());
    let about = thing_today(&thing, now, gate.offset_minutes);
    let raise = move |tx: &Tx<'_>| tx.raise_alarm_once(shard, kind, &about, now);
    app.store.write(Lane::People, raise).await
}

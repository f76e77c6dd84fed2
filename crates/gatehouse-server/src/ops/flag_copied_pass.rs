//! 重复出示: the same pass comes in twice within minutes (PASS-4). The shift lead is told, with an
//! item that stays open until somebody has looked; nobody is refused for it. A phone sees only
//! its own uses, so the server looks across all phones and gates.

use gatehouse_core::device::COPIED_MINUTES;
use gatehouse_core::gate::{Outcome, Way};
use gatehouse_core::id::OpenItemId;
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::{Use, copy_flag};
use gatehouse_core::wire::{Event, EventBody};
use gatehouse_store::open_item::OpenItemRow;
use gatehouse_store::pass_event::PassEventRow;
use gatehouse_store::{Shard, StoreError, Tx};

/// Kind of the open item.
pub const COPIED_PASS: &str = "copied_pass";

/// Looks whether a crossing that was just taken in is the second of its pass, and flags it.
pub fn flag_copied_pass(tx: &Tx<'_>, shard: Shard, event: &Event) -> Result<(), StoreError> {
    let EventBody::Crossing(crossing) = &event.body else {
        return Ok(());
    };
    let came_in = crossing.way == Way::In && crossing.outcome == Outcome::Crossed;
    let Some(number) = crossing
        .pass
        .filter(|_| came_in && crossing.emergency.is_none())
    else {
        return Ok(());
    };
    let seq = i64::try_from(event.seq).unwrap_or(i64::MAX);
    let within = i64::from(COPIED_MINUTES) * 60_000;
    let at = event.at.millis;
    // Phones send when they can: the other use may have come in first and be the later one.
    let span = (at - within, at + within);
    let home = match home_in(event) {
        Some(home) => Some(home),
        // A phone that does not know the holder says of nobody's household that it crossed.
        None => tx
            .pass_by_number(shard, number)?
            .and_then(|pass| pass.home()),
    };
    let other = tx.last_use_of_pass(shard, number, home.as_ref(), span, (event.device, seq))?;
    let other = other.map(|used| Use {
        way: if used.is_out { Way::Out } else { Way::In },
        at: Moment::new(used.at.min(at), event.at.offset_minutes),
    });
    let flag = copy_flag(other, Way::In, event.at, COPIED_MINUTES);
    let minutes = flag.map(|flag| flag.minutes).or(crossing.copied_minutes);
    let Some(minutes) = minutes else {
        return Ok(());
    };
    let Some(pass) = tx.pass_by_number(shard, number)? else {
        return Ok(());
    };
    tx.insert_pass_event(&PassEventRow {
        shard,
        pass: pass.pass,
        at,
        kind: "twice".to_owned(),
        area: pass.area,
        staff: None,
        detail: minutes.max(1).to_string(),
    })?;
    let mut item = [0; 16];
    // The event's own hash names it, so that the same event flags once; the first half turned
    // round keeps it apart from another item of the same event.
    item.copy_from_slice(&event.hash().0[..16]);
    item.reverse();
    tx.insert_open_item(&OpenItemRow {
        shard,
        item: OpenItemId(item),
        kind: COPIED_PASS.to_owned(),
        gate: crossing.gate,
        crossing: Some((event.device, seq)),
        opened_at: at,
        end: None,
    })?;
    Ok(())
}

/// The household of a crossing, or who crossed where there is none.
fn home_in(event: &Event) -> Option<[u8; 16]> {
    let private = event.private.as_ref()?;
    let household = private.household.map(|household| household.0);
    household.or(private.subject.map(|subject| *subject.bytes()))
}

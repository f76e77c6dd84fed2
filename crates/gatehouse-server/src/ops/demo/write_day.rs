//! Puts the day of a demo into its database: devices, their chains, and what follows from them.

use super::chain::{DemoChain, chains};
use super::make::Demo;
use super::write::{STEP_EVENTS, WriteError};
use crate::head_signature::spki;
use crate::world::World;
use gatehouse_core::wire::{Event, EventBody};
use gatehouse_store::before::Before;
use gatehouse_store::device::DeviceRow;
use gatehouse_store::device_event::{Appended, Arrival, ServerDecision};
use gatehouse_store::{Chance, Lane, Shard, Store, StoreError, Vault};
use std::sync::Arc;

/// An event reached the server so long after it happened.
const UNDER_WAY_MILLIS: i64 = 900;

/// The base point of P-256 (SEC 2, secp256r1): a well-formed key for devices that nobody has. They
/// are out of service before anybody could sign with it, and heads are checked on receipt only.
const BASE_POINT: [u8; 65] = [
    0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40,
    0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2,
    0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e,
    0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51,
    0xf5,
];

/// Writes all chains.
pub fn write_day(
    demo: &Demo,
    store: &Store,
    shard: Shard,
    vault: &Arc<Vault>,
    world: &dyn World,
) -> Result<(), WriteError> {
    for chain in chains(demo) {
        enrol(demo, &chain, store, shard)?;
        for step in chain.events.chunks(STEP_EVENTS) {
            append(
                step.to_vec(),
                store,
                shard,
                vault,
                Chance::new(world.bytes()),
            )?;
        }
        let (device, ended_at) = (chain.device, demo.town.made.millis);
        store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            tx.end_device(shard, device, ended_at)
        })?;
    }
    Ok(())
}

fn enrol(demo: &Demo, chain: &DemoChain, store: &Store, shard: Shard) -> Result<(), WriteError> {
    let first_at = chain
        .events
        .first()
        .map_or(demo.town.made.millis, |event| event.at.millis);
    let row = DeviceRow {
        shard,
        device: chain.device,
        gate: chain.gate,
        label: "演示记录 · demo records".to_owned(),
        public_key: spki(&BASE_POINT),
        enrolled_at: first_at,
        enrolled_by: chain.enrolled_by,
        ended_at: None,
        last_seq: 0,
        last_hash: [0; 32],
        seen_at: None,
        skew_millis: 0,
    };
    Ok(store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| tx.insert_device(&row))?)
}

fn append(
    events: Vec<Event>,
    store: &Store,
    shard: Shard,
    vault: &Arc<Vault>,
    chance: Chance,
) -> Result<(), WriteError> {
    let vault = Arc::clone(vault);
    let taken_in = store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
        for (at, event) in (0..).zip(&events) {
            let arrival = Arrival {
                received_at: event.at.millis + UNDER_WAY_MILLIS,
                server: server_decision(event),
                chance: chance.part(at),
                before: Before::Gone,
            };
            if tx.append_event(&vault, shard, event, &arrival)? != Appended::New {
                return Ok(false);
            }
        }
        Ok(true)
    })?;
    if taken_in {
        Ok(())
    } else {
        Err(WriteError::Chain)
    }
}

/// The server decides again with the same facts and the same policy, so it says the same.
fn server_decision(event: &Event) -> Option<ServerDecision> {
    match &event.body {
        EventBody::Crossing(crossing) => Some(ServerDecision {
            verdict: crossing.verdict,
            row_ids: crossing.rows.clone(),
        }),
        _ => None,
    }
}

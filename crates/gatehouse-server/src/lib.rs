//! Everything Gatehouse does: pages, gate routes, commands. The binary is `main.rs`; this library
//! exists so that tests can call the router without a socket.
//!
//! A request goes handler (`console`, `api`) → one call of `ops` → `gatehouse_core` and
//! `gatehouse_store`. Handlers hold no SQL and no rules; only `ops` opens transactions; the clock
//! and chance come through [`world::World`]; the environment is read in `config` alone.

pub mod api;
pub mod app;
pub mod area_codes;
pub mod auth;
pub mod changes;
pub mod cli;
pub mod config;
pub mod console;
mod door;
pub mod erasure_list;
pub mod error;
mod faults;
pub mod figures;
pub mod gate_state;
pub mod head_signature;
pub mod jobs;
pub mod keyring;
mod layers;
mod locale;
pub mod message;
pub mod ops;
pub mod outbound;
mod page;
pub mod paging;
pub mod paper;
mod peer;
pub mod person_line;
pub mod pinyin;
pub mod proofs;
mod qr;
mod readable_code;
mod replay_sheet;
mod replay_tables;
mod resident;
pub mod returning;
pub mod root_paper;
pub mod sealed_key;
pub mod secrets;
pub mod serve;
pub mod sheet;
pub mod signatures;
pub mod systems;
pub mod times;
pub mod world;

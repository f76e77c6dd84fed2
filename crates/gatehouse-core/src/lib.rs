//! Everything Gatehouse believes: areas, people, passes, orders, policies, decisions, the
//! device's state machine and the wire types.
//!
//! Pure: it reads no clock, makes no random number or id, awaits nothing, logs nothing, touches
//! no disk or network. [`moment::Moment`], ids and random bytes are arguments. It builds for
//! wasm32; reading policy documents (feature `author`) stays on the server.

pub mod area;
pub mod audit;
pub mod complaint;
pub mod contact;
pub mod counting;
pub mod device;
pub mod digits;
pub mod gate;
pub mod grading;
pub mod household;
pub mod id;
pub mod json;
pub mod key;
pub mod measure;
pub mod moment;
pub mod observation;
pub mod order;
pub mod pass;
pub mod person;
pub mod planted;
#[cfg(feature = "author")]
pub mod policy;
#[cfg(feature = "author")]
pub mod replay;
pub mod reporting;
pub mod retention;
pub mod returnee;
mod sort;
pub mod sourced;
pub mod spot;
pub mod staffing;
pub mod text;
pub mod vehicle;
pub mod wire;

//! The gate device: scenarios, laws, messages.

mod scenarios;
mod table;
mod world;

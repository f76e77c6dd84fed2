//! The gate device: scenarios, laws, messages.

mod browser;
mod laws;
mod scenarios;
mod table;
mod world;

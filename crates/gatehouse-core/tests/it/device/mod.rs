//! The gate device: scenarios, laws, messages.

mod browser;
mod scenarios;
mod table;
mod world;

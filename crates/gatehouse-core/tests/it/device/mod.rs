//! The gate device: scenarios, laws, messages.

mod browser;
mod clocks;
mod documents;
mod grace;
mod laws;
mod lists;
mod measuring;
mod messages;
mod passes;
mod pictures;
mod quotas;
mod scenarios;
mod table;
mod visitors;
mod world;

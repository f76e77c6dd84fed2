//! The one integration binary of core.

mod answers;
mod coming_home;
mod device;
mod differences;
mod laws;
mod part_mutations;
mod part_tables;
mod parts;
mod parts_beside;
mod plans;
mod policies;
mod policy_fields;
mod policy_laws;
mod policy_layers;
mod policy_mistakes;
mod policy_mutations;
mod policy_schema;
mod policy_texts;
mod proof;
mod proof_words;
mod questions;
mod replay;
mod zones;

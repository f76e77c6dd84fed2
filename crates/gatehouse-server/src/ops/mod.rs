//! Use cases, one file each; the only place that opens transactions.

pub mod decide_line;
pub mod demo;
pub mod policy_folder;

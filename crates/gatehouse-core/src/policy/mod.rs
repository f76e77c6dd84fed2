//! Policy documents: notices made into rows (design §2, POL-1 to POL-6).
//!
//! A folder under `policies/` holds `policy.toml` and `cases.toml`. [`read`] turns the text into a
//! typed [`document::PolicyDocument`] with every complaint at its line and column; [`compile`]
//! makes one effective policy of all documents in force; [`explain`] says in words what it holds,
//! [`answers`] what it means for those who ask (posters);
//! [`edit`] changes its text, [`row_text`] shows a row as it is written, [`trial`] finds examples,
//! [`cases`] runs the cases and tells which rows they never try; [`proof`] shows what no case can:
//! that there is no gap; [`check`] says all that is wrong. Nothing here reaches a browser.

pub mod answers;
mod asked;
pub mod cases;
pub mod check;
pub mod clauses;
pub mod compile;
pub mod condition;
pub mod coverage;
pub mod diagnostic;
pub mod difference;
pub mod document;
pub mod edit;
pub mod explain;
mod need;
mod node;
mod node_serde;
pub mod part;
pub mod proof;
pub mod read;
mod read_row;
mod row_edit;
pub mod row_text;
pub mod schema;
pub mod trial;
mod unit;
mod untold;
mod zones;

pub use compile::{compile, parameter_in_force};
pub use diagnostic::Diagnostic;
pub use document::PolicyDocument;
pub use read::read;
pub use untold::is_untold;
pub use zones::compile_orders_alone;

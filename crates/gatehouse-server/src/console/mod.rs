//! Pages for staff: one file per noun; HTML from the server, each a plain form.

pub mod gate_app;
pub mod health;
pub mod home;
pub mod items;
pub mod login;
pub mod logout;
pub mod look;
pub mod metrics;
pub mod pass_page;
pub mod password;
pub mod style;
pub mod today;

//! Who may do what: roles, permissions, areas, sessions.

pub mod access;
pub mod caller;
pub mod first_password;
mod kept_form;
pub mod menu;
pub mod password;
pub mod rate;
pub mod role;

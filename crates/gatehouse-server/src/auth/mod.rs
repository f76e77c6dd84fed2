//! Who may do what: roles, permissions, areas, sessions.

pub mod access;
pub mod caller;
pub mod password;
pub mod rate;
pub mod role;

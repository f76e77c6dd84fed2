//! Accounts and memberships: who may do what, where, for whom, and when not.

mod add_membership;
mod add_staff;
mod change_membership;
mod close_account;
mod keep_leave;
mod list_staff;
mod new_password;
mod read_staff;
mod rule;

pub use add_membership::{NewMembership, add_membership};
pub use add_staff::{NewStaff, add_staff};
pub use change_membership::{MembershipAct, change_membership};
pub use close_account::close_account;
pub use keep_leave::{Leave, put_leave, withdraw_leave};
pub use list_staff::{StaffLine, StaffList, list_staff};
pub use new_password::new_password;
pub use read_staff::{Choices, Duty, StaffPage, read_choices, read_staff};
pub use rule::Refusal;

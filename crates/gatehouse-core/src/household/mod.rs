//! Households and on what basis people live in them.
//!
//! A household is people at one door. Where the door is in the tree is [`crate::area`]; who the
//! people are is [`crate::person`]. Quotas per household are the gate's.

mod address;
mod draft;
mod residence;

pub use address::{Address, AddressDraft};
pub use draft::{Household, HouseholdDraft, HouseholdMember, MemberDraft};
pub use residence::Residence;

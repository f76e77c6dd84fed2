//! The one integration binary of core.

mod policies;

//! The one integration binary of core.

mod laws;
mod policies;

//! The one integration binary of core.

mod device;
mod laws;
mod policies;

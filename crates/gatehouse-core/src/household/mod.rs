//! Households and on what basis people live in them.

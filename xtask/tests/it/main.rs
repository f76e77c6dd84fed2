//! Tests of the chores as a whole.

mod scripts;

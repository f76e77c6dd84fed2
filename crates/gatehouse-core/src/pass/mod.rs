//! Passes: signed credentials, their text form, status lists.

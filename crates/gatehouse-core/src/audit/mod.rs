//! Hash chains of what was done, salted commitments, seals.

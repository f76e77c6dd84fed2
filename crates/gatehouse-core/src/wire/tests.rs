//! Events and snapshots: reading back, changed bytes, chains, erasure.

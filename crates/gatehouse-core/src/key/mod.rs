//! The key tree: root, key list, issuer, snapshot, device and order keys.

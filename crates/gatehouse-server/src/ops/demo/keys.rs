//! The key tree of a demo: root, server keys, issuers, marked so that nothing but a demo
//! database accepts them.

use super::order::DemoOrders;
use super::pass::Issued;
use super::plan::Town;
use crate::keyring::SNAPSHOT;
use crate::sealed_key;
use crate::secrets::Secrets;
use crate::world::World;
use gatehouse_core::id::AreaId;
use gatehouse_core::key::{KeyId, Keys, PublicKey, SigningKey, SnapshotKey};
use gatehouse_store::key::{KeyListRow, ServerKeyRow, StaffKeyRow};

/// What the server signs besides passes; a key for each.
const PURPOSES: [&str; 3] = [SNAPSHOT, "gate_state", "seal"];

/// Rows and files of the key tree.
pub struct DemoKeys {
    /// Its private half goes into a file beside the database, for enrolling more keys later.
    pub root: SigningKey,
    /// Number 1, signed by the root.
    pub key_list: KeyListRow,
    /// The server's and the issuers' keys, sealed.
    pub server_keys: Vec<ServerKeyRow>,
    /// Keys for orders, sealed under their owners' passwords.
    pub staff_keys: Vec<StaffKeyRow>,
}

/// Makes the tree. Issuer keys come from the seed of the town; root and server keys from the
/// computer, as in any installation.
pub fn make_keys(
    town: &Town,
    issued: &Issued,
    orders: &DemoOrders,
    secrets: &Secrets,
    world: &dyn World,
) -> DemoKeys {
    let fresh = || SigningKey::from_bytes(&world.bytes());
    let root = fresh();
    let term = issued.term();
    let mut server_keys = Vec::new();
    let mut keep = |purpose: &str, area: Option<AreaId>, key: &SigningKey| {
        let public = PublicKey::from(key);
        let KeyId(key_id) = public.id();
        server_keys.push(ServerKeyRow {
            key_id,
            purpose: purpose.to_owned(),
            area,
            public_key: *public.key().as_bytes(),
            sealed: secrets.seal_key(key_id, key, world.bytes()),
            from_at: term.from_at,
            to_at: Some(term.until_at),
            is_demo: true,
        });
    };
    let mut snapshots = Vec::new();
    for purpose in PURPOSES {
        let key = fresh();
        keep(purpose, None, &key);
        snapshots.push(SnapshotKey {
            key: PublicKey::from(&key),
            term,
        });
    }
    for issuer in &issued.issuers {
        keep("issuer", Some(issuer.community), &issuer.key);
    }
    let signers = orders.keys.iter().map(|signer| {
        let account = &town.staffing.staff[signer.staff];
        let public = PublicKey::from(&signer.key);
        StaffKeyRow {
            key_id: public.id().0,
            staff: account.id,
            public_key: *public.key().as_bytes(),
            sealed: sealed_key::seal(&signer.key, &account.password, world),
            from_at: term.from_at,
            to_at: Some(term.until_at),
        }
    });
    let staff_keys = signers.collect();
    let orders = orders.order_keys(town, term);
    let list = issued.key_list(Keys {
        snapshots,
        orders,
        ..Keys::default()
    });
    let number = i64::try_from(list.number).unwrap_or(1);
    let key_list = KeyListRow {
        number,
        signed: list.sign(&root),
        made_at: list.made_at,
    };
    DemoKeys {
        root,
        key_list,
        server_keys,
        staff_keys,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::demo::order::make_orders;
    use crate::ops::demo::pass::issue;
    use crate::ops::demo::plan::{DemoSize, plan};
    use crate::world::Computer;
    use gatehouse_core::key::{KeyList, KeyListError, Trust};
    use gatehouse_core::moment::Moment;

    #[test]
    fn only_a_demo_accepts_the_keys_of_a_demo() {
        let made = Moment::parse("2020-02-20T12:00:00+08:00").expect("a moment");
        let town = plan(DemoSize::new(1_500, 1).expect("a size"), made);
        let issued = issue(&town);
        let orders = make_orders(&town, &issued);
        let secrets = Secrets::make(&Computer);
        let keys = make_keys(&town, &issued, &orders, &secrets, &Computer);
        let root = PublicKey::from(&keys.root);
        let trust = |demo| Trust {
            root: &root,
            newest: 0,
            demo,
        };
        assert!(KeyList::open(&keys.key_list.signed, trust(true)).is_ok());
        let refused = KeyList::open(&keys.key_list.signed, trust(false));
        assert_eq!(refused.err(), Some(KeyListError::Demo));
        for row in &keys.server_keys {
            let opened = secrets.open_key(row.key_id, &row.sealed).expect("opens");
            assert_eq!(opened.verifying_key().as_bytes(), &row.public_key);
        }
        for (row, key) in keys.staff_keys.iter().zip(&orders.keys) {
            let password = &town.staffing.staff[key.staff].password;
            let opened = sealed_key::open(KeyId(row.key_id), &row.sealed, password);
            assert_eq!(opened.as_ref(), Some(&key.key));
        }
    }
}

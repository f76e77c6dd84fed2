//! Makes the key tree, or the next key list of one: what `gatehouse init` does.

use super::key_home::{KeyTree, NewKeys};
use crate::sealed_key;
use crate::secrets::Secrets;
use crate::world::World;
use anyhow::{Context, Result, bail};
use gatehouse_core::id::{AreaId, OrganisationId, StaffId};
use gatehouse_core::key::{
    Grant, IssuerKey, KeyId, KeyList, Keys, OrderKey, PublicKey, SigningKey, SnapshotKey, Term,
};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::{INDEX_END, PassKind};
use gatehouse_store::key::{KeyListRow, ServerKeyRow, StaffKeyRow};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

const MILLIS_A_DAY: i64 = 86_400_000;
/// Passes may begin a little before they are issued.
const BACKDATED_DAYS: i64 = 31;
const DAYS_MOST: u32 = 3_660;

/// What keys are asked for; nothing at all asks for the server's own keys alone.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeyRequest {
    /// Days that new keys may sign; 730 if not said.
    pub days: Option<u32>,
    /// Communities that are to issue passes.
    pub communities: Vec<CommunityRequest>,
    /// People who are to sign orders.
    pub people: Vec<PersonRequest>,
    /// Keys that no longer count.
    pub revoke: Vec<RevokeRequest>,
}

/// A community that is to issue passes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommunityRequest {
    /// Its area.
    pub area: AreaId,
    /// Its number in pass numbers, 0 to 65535; never another community's.
    pub number: u16,
    /// Most passes in a quarter; as many as a list holds if not said.
    pub quota: Option<u32>,
    /// Kinds and their longest validity in hours; every kind with its own if not said.
    pub kinds: Option<BTreeMap<PassKind, u32>>,
}

/// Somebody who is to sign orders.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonRequest {
    /// Their account.
    pub staff: StaffId,
    /// On whose behalf.
    pub organisation: OrganisationId,
    /// Over which area and what lies in it.
    pub area: AreaId,
    /// Whether they may hold somebody alone for up to four hours.
    #[serde(default)]
    pub clinician: bool,
    /// A file that holds their password, in its first line.
    pub password_file: std::path::PathBuf,
}

/// A key that no longer counts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevokeRequest {
    /// Its id.
    pub key: KeyId,
    /// From when on, as 2026-11-23T08:00:00+08:00; may lie in the past.
    pub from: String,
}

/// What was made, without anything secret: the command prints it.
#[derive(Debug, Serialize)]
pub struct KeySummary {
    /// The root's id.
    pub root: KeyId,
    /// The root's public half, hex.
    pub root_public: String,
    /// Number of the new key list.
    pub key_list: u64,
    /// Whether it is marked as a demo's.
    pub demo: bool,
    /// New issuers.
    pub issuers: Vec<MadeIssuer>,
    /// New keys of people.
    pub people: Vec<MadePerson>,
    /// Keys that were revoked.
    pub revoked: Vec<KeyId>,
}

/// A new issuer.
#[derive(Debug, Serialize)]
pub struct MadeIssuer {
    /// The community.
    pub area: AreaId,
    /// Its key.
    pub key: KeyId,
}

/// A new key of a person.
#[derive(Debug, Serialize)]
pub struct MadePerson {
    /// Whose.
    pub staff: StaffId,
    /// Which.
    pub key: KeyId,
}

/// Makes keys and the next key list. `passwords` are those of the people asked for, in order.
///
/// # Errors
/// A request that cannot be met; nothing is kept then.
pub fn make_keys(
    root: &SigningKey,
    earlier: Option<&KeyTree>,
    demo: bool,
    request: &KeyRequest,
    passwords: &[Zeroizing<String>],
    secrets: &Secrets,
    world: &dyn World,
) -> Result<(NewKeys, KeySummary)> {
    let days = request.days.unwrap_or(730);
    if !(1..=DAYS_MOST).contains(&days) {
        bail!("K-DAYS: days must be 1 to {DAYS_MOST}");
    }
    let now = world.now_millis();
    let mut maker = Maker {
        world,
        secrets,
        demo: earlier.map_or(demo, |tree| tree.list.demo),
        term: Term {
            from_at: now - BACKDATED_DAYS * MILLIS_A_DAY,
            until_at: now + i64::from(days) * MILLIS_A_DAY,
            revoked_at: None,
        },
        keys: earlier.map(|tree| tree.list.keys()).unwrap_or_default(),
        server: Vec::new(),
        staff: Vec::new(),
    };
    if earlier.is_none() {
        maker.add_snapshot_key("snapshot");
        maker.add_snapshot_key("seal");
    }
    let revoked = maker.revoke(&request.revoke)?;
    let issuers = request.communities.iter().map(|one| maker.add_issuer(one));
    let issuers = issuers.collect::<Result<Vec<_>>>()?;
    let people = request.people.iter().zip(passwords);
    let people = people.map(|(person, password)| maker.add_person(person, password));
    let people = people.collect::<Result<Vec<_>>>()?;

    let number = earlier.map_or(1, |tree| tree.list.number + 1);
    let list = KeyList::new(number, maker.demo, now, maker.keys)
        .map_err(|error| anyhow::anyhow!("K-LIST: {error}"))?;
    let root_public = PublicKey::from(root);
    let summary = KeySummary {
        root: root_public.id(),
        root_public: data_encoding::HEXLOWER.encode(root_public.key().as_bytes()),
        key_list: number,
        demo: maker.demo,
        issuers,
        people,
        revoked,
    };
    let new = NewKeys {
        root: root_public,
        demo: maker.demo,
        list: KeyListRow {
            number: i64::try_from(number).context("K-LIST: too many key lists")?,
            signed: list.sign(root),
            made_at: now,
        },
        server: maker.server,
        staff: maker.staff,
        town: None,
    };
    Ok((new, summary))
}

struct Maker<'a> {
    world: &'a dyn World,
    secrets: &'a Secrets,
    demo: bool,
    term: Term,
    keys: Keys,
    server: Vec<ServerKeyRow>,
    staff: Vec<StaffKeyRow>,
}

impl Maker<'_> {
    fn new_key(&self) -> SigningKey {
        let secret = Zeroizing::new(self.world.bytes::<32>());
        SigningKey::from_bytes(&secret)
    }

    fn keep_for_server(&mut self, key: &SigningKey, purpose: &str, area: Option<AreaId>) -> KeyId {
        let public = PublicKey::from(key);
        let nonce = self.world.bytes();
        self.server.push(ServerKeyRow {
            key_id: public.id().0,
            purpose: purpose.to_owned(),
            area,
            public_key: public.key().to_bytes(),
            sealed: self.secrets.seal_key(public.id().0, key, nonce),
            from_at: self.term.from_at,
            to_at: Some(self.term.until_at),
            is_demo: self.demo,
        });
        public.id()
    }

    fn add_snapshot_key(&mut self, purpose: &str) {
        let key = self.new_key();
        self.keep_for_server(&key, purpose, None);
        self.keys.snapshots.push(SnapshotKey {
            key: PublicKey::from(&key),
            term: self.term,
        });
    }

    fn add_issuer(&mut self, request: &CommunityRequest) -> Result<MadeIssuer> {
        let quota = request.quota.unwrap_or(INDEX_END);
        if !(1..=INDEX_END).contains(&quota) {
            bail!("K-QUOTA: a quota must be 1 to {INDEX_END}");
        }
        let other = (self.keys.issuers.iter())
            .any(|key| key.community_number == request.number && key.area != request.area);
        if other {
            bail!("K-NUMBER: {} is another community's number", request.number);
        }
        let kinds = request.kinds.clone().unwrap_or_else(|| {
            let own = |kind: &PassKind| (*kind, kind.longest_hours());
            PassKind::ALL.iter().map(own).collect()
        });
        let key = self.new_key();
        let id = self.keep_for_server(&key, "issuer", Some(request.area));
        self.keys.issuers.push(IssuerKey {
            key: PublicKey::from(&key),
            area: request.area,
            community_number: request.number,
            quota,
            grants: kinds
                .into_iter()
                .map(|(kind, longest_hours)| Grant {
                    kind,
                    longest_hours: longest_hours.min(kind.longest_hours()),
                })
                .collect(),
            term: self.term,
        });
        Ok(MadeIssuer {
            area: request.area,
            key: id,
        })
    }

    fn add_person(&mut self, request: &PersonRequest, password: &str) -> Result<MadePerson> {
        if password.chars().count() < crate::auth::password::LENGTH_LEAST {
            bail!("K-PASSWORD: a password has at least ten characters");
        }
        let key = self.new_key();
        let public = PublicKey::from(&key);
        self.staff.push(StaffKeyRow {
            key_id: public.id().0,
            staff: request.staff,
            public_key: public.key().to_bytes(),
            sealed: sealed_key::seal(&key, password, self.world),
            from_at: self.term.from_at,
            to_at: Some(self.term.until_at),
        });
        self.keys.orders.push(OrderKey {
            key: public,
            person: request.staff,
            organisation: request.organisation,
            area: request.area,
            clinician: request.clinician,
            term: self.term,
        });
        Ok(MadePerson {
            staff: request.staff,
            key: public.id(),
        })
    }

    fn revoke(&mut self, requests: &[RevokeRequest]) -> Result<Vec<KeyId>> {
        for request in requests {
            let from = Moment::parse(&request.from)
                .context("K-TIME: `from` is written like 2026-11-23T08:00:00+08:00")?;
            let issuers = (self.keys.issuers.iter_mut()).map(|key| (key.key.id(), &mut key.term));
            let snapshots =
                (self.keys.snapshots.iter_mut()).map(|key| (key.key.id(), &mut key.term));
            let orders = (self.keys.orders.iter_mut()).map(|key| (key.key.id(), &mut key.term));
            let mut all = issuers.chain(snapshots).chain(orders);
            let Some((_, term)) = all.find(|(id, _)| *id == request.key) else {
                bail!("K-NONE: the key list has no key {}", request.key);
            };
            // Revoking earlier counts, later does not: what was withdrawn stays so.
            let earlier = term.revoked_at.unwrap_or(i64::MAX).min(from.millis);
            term.revoked_at = Some(earlier);
        }
        Ok(requests.iter().map(|request| request.key).collect())
    }
}

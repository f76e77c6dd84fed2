//! Verifying: bytes in, one finding out. Each refusal of PASS-4 has its own reason.

use super::credential::{CONTEXT, CREDENTIAL_BYTES_MOST, Credential, PayloadError, ShortId, When};
use super::status::{PassStatus, StatusLists};
use super::text::from_text;
use crate::id::AreaId;
use crate::key::cose::Envelope;
use crate::key::memory::SignatureMemory;
use crate::key::{IssuerKey, KeyId, KeyList};
use crate::moment::Moment;
use serde::Serialize;

/// What verifying a pass found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassFinding {
    /// It holds here and now.
    Valid {
        /// What it says.
        credential: Credential,
        /// It was issued after the status list was made, so a revocation could not be seen yet.
        newer_than_list: bool,
    },
    /// It does not.
    Refused {
        /// Why.
        reason: PassRefusal,
        /// What it says, if its signature verified: a resident whose pass has expired is still
        /// found by it.
        credential: Option<Credential>,
    },
}

/// Why a pass does not hold. None of these turns a resident away (GATE-15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum PassRefusal {
    /// No credential was read: a bad picture, or another kind of code.
    Unreadable,
    /// Bytes that are no pass, or one that no version of ours issues.
    Malformed,
    /// Signed with a key that is not in the key list; it may be newer than the list.
    UnknownKey {
        /// Key id as text.
        key: KeyId,
    },
    /// Altered or forged.
    BadSignature,
    /// The key was not allowed to sign this.
    KeyNotFor {
        /// What it was not allowed.
        limit: KeyLimit,
    },
    /// Not valid yet.
    NotYet {
        /// When it begins, milliseconds UTC.
        from_at: i64,
    },
    /// 到期.
    Expired {
        /// When it ended, milliseconds UTC.
        on_at: i64,
    },
    /// 作废.
    Revoked,
    /// Issued for another place.
    OtherCompound {
        /// Which.
        area: ShortId,
    },
    /// This gate holds no status list for it.
    UnknownList,
}

/// In what a key signed more than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyLimit {
    /// The pass begins outside the key's own term, or after the key's revocation.
    Term,
    /// Another kind of pass.
    Kind,
    /// A place outside its area.
    Area,
    /// Valid for longer than it may grant.
    Validity,
    /// More passes in a list than it may issue.
    Quota,
    /// In the list of another community.
    List,
}

impl PassFinding {
    /// What the pass says, if its signature verified.
    pub fn credential(&self) -> Option<&Credential> {
        match self {
            PassFinding::Valid { credential, .. } => Some(credential),
            PassFinding::Refused { credential, .. } => credential.as_ref(),
        }
    }

    /// Why it does not hold; `None` if it does.
    pub fn refusal(&self) -> Option<PassRefusal> {
        match self {
            PassFinding::Valid { .. } => None,
            PassFinding::Refused { reason, .. } => Some(*reason),
        }
    }
}

/// Verifies what a scanner gave. `places` are the areas that the gate lies in, its compound
/// first, then each area above.
pub fn verify(
    text: &str,
    keys: &KeyList,
    lists: &StatusLists,
    places: &[AreaId],
    moment: Moment,
) -> PassFinding {
    verify_remembering(text, keys, lists, places, moment, None)
}

/// [`verify`], without computing a signature again that was found good before.
pub fn verify_remembering(
    text: &str,
    keys: &KeyList,
    lists: &StatusLists,
    places: &[AreaId],
    moment: Moment,
    memory: Option<&dyn SignatureMemory>,
) -> PassFinding {
    match from_text(text) {
        Some(bytes) => find(&bytes, keys, lists, places, moment, memory),
        None => refused(PassRefusal::Unreadable, None),
    }
}

/// Verifies a credential's bytes; [`verify`] finds them in a text.
///
/// The signature comes first, so that nothing unsigned is interpreted; then whether the key was
/// allowed to sign this; then place, time and status.
pub fn verify_bytes(
    bytes: &[u8],
    keys: &KeyList,
    lists: &StatusLists,
    places: &[AreaId],
    moment: Moment,
) -> PassFinding {
    find(bytes, keys, lists, places, moment, None)
}

fn find(
    bytes: &[u8],
    keys: &KeyList,
    lists: &StatusLists,
    places: &[AreaId],
    moment: Moment,
    memory: Option<&dyn SignatureMemory>,
) -> PassFinding {
    let (key, credential) = match signed(bytes, keys, memory) {
        Ok(signed) => signed,
        Err(reason) => return refused(reason, None),
    };
    let reason = key_limit(key, &credential, places)
        .map(|limit| PassRefusal::KeyNotFor { limit })
        .or_else(|| of_place(&credential, places))
        .or_else(|| of_time(&credential, moment));
    if let Some(reason) = reason {
        return refused(reason, Some(credential));
    }
    match lists.status(credential.number) {
        PassStatus::Revoked => refused(PassRefusal::Revoked, Some(credential)),
        PassStatus::UnknownList => refused(PassRefusal::UnknownList, Some(credential)),
        status => PassFinding::Valid {
            credential,
            newer_than_list: status == PassStatus::NewerThanList,
        },
    }
}

fn refused(reason: PassRefusal, credential: Option<Credential>) -> PassFinding {
    PassFinding::Refused { reason, credential }
}

fn signed<'k>(
    bytes: &[u8],
    keys: &'k KeyList,
    memory: Option<&dyn SignatureMemory>,
) -> Result<(&'k IssuerKey, Credential), PassRefusal> {
    if bytes.len() > CREDENTIAL_BYTES_MOST {
        return Err(PassRefusal::Malformed);
    }
    let envelope =
        Envelope::read(bytes, CREDENTIAL_BYTES_MOST).map_err(|_| PassRefusal::Malformed)?;
    let key = keys
        .issuer(envelope.key)
        .ok_or(PassRefusal::UnknownKey { key: envelope.key })?;
    if !envelope.verify_remembering(key.key.key(), CONTEXT, memory) {
        return Err(PassRefusal::BadSignature);
    }
    Credential::from_payload(envelope.payload)
        .map(|credential| (key, credential))
        .map_err(|_: PayloadError| PassRefusal::Malformed)
}

/// In what a key would sign more than it may by signing this pass; `places` as in [`verify`], as
/// far as known.
pub fn key_limit(key: &IssuerKey, pass: &Credential, places: &[AreaId]) -> Option<KeyLimit> {
    let grant = key.grants.iter().find(|grant| grant.kind == pass.kind);
    let hours = (pass.valid_until - pass.valid_from).div_ceil(3600);
    if !key.term.covers(pass.from_millis()) {
        return Some(KeyLimit::Term);
    }
    if pass.number.list().community() != key.community_number {
        return Some(KeyLimit::List);
    }
    if pass.number.index() >= key.quota {
        return Some(KeyLimit::Quota);
    }
    match grant {
        None => Some(KeyLimit::Kind),
        Some(grant) if hours > grant.longest_hours.min(pass.kind.longest_hours()) => {
            Some(KeyLimit::Validity)
        }
        Some(_) if !covers(key.area, pass.area, places) => Some(KeyLimit::Area),
        Some(_) => None,
    }
}

/// Whether `above` is the area itself or lies above it. Of an area that the gate does not lie in
/// nothing is known here: such a pass is refused as another compound's anyway.
fn covers(above: AreaId, area: ShortId, places: &[AreaId]) -> bool {
    let place_of = |wanted: ShortId| places.iter().position(|place| wanted.is_of(&place.0));
    match place_of(area) {
        None => true,
        Some(place) => places[place..].contains(&above),
    }
}

fn of_place(pass: &Credential, places: &[AreaId]) -> Option<PassRefusal> {
    let here = places.iter().any(|place| pass.area.is_of(&place.0));
    (!here).then_some(PassRefusal::OtherCompound { area: pass.area })
}

fn of_time(pass: &Credential, moment: Moment) -> Option<PassRefusal> {
    match pass.when(moment) {
        When::Before => Some(PassRefusal::NotYet {
            from_at: pass.from_millis(),
        }),
        When::Within => None,
        When::After => Some(PassRefusal::Expired {
            on_at: pass.until_millis(),
        }),
    }
}

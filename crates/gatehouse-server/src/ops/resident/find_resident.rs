//! Whose page a request is about: the code in its cookie.

use crate::app::App;
use crate::error::OpError;
use axum::http::{HeaderMap, header};
use gatehouse_core::id::{AreaId, HouseholdId, PersonId};
use gatehouse_core::pass::PassKind;
use gatehouse_core::text::fold_for_lookup;
use gatehouse_store::{ReadTx, Shard, StoreError};
use sha2::{Digest, Sha256};

/// The cookie that holds the code.
pub const COOKIE: &str = "resident";

/// A resident whose page it is.
#[derive(Clone, Debug)]
pub struct ResidentCaller {
    /// County.
    pub shard: Shard,
    /// Who.
    pub person: PersonId,
    /// Where they live.
    pub household: Option<HouseholdId>,
    /// The kind of pass that is theirs; `None` for whoever does not live here.
    pub pass_kind: Option<PassKind>,
    /// Compound or village.
    pub area: AreaId,
    /// Minutes east of UTC of the clock there.
    pub offset_minutes: i16,
}

/// What is filed of a code as it was typed: without blanks and hyphens, in any case.
pub fn code_hash(typed: &str) -> Option<[u8; 32]> {
    let folded: String = fold_for_lookup(typed)
        .chars()
        .filter(|c| *c != '-')
        .collect();
    let fits = folded.len() == super::make_code::CODE_CHARS;
    fits.then(|| Sha256::digest(folded.as_bytes()).into())
}

/// The resident, if the request carries a code that opens a page.
pub async fn find_resident(
    app: &App,
    headers: &HeaderMap,
) -> Result<Option<ResidentCaller>, OpError> {
    let cookies = headers
        .get(header::COOKIE)
        .and_then(|value| value.to_str().ok());
    let code = cookies.and_then(|cookies| {
        let mut pairs = cookies
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='));
        pairs
            .find(|(name, _)| *name == COOKIE)
            .map(|(_, code)| code)
    });
    match code.and_then(code_hash) {
        Some(hash) => by_code(app, hash).await,
        None => Ok(None),
    }
}

/// The resident whose page a code opens.
pub async fn by_code(app: &App, hash: [u8; 32]) -> Result<Option<ResidentCaller>, OpError> {
    let now = app.world.now_millis();
    let read = move |tx: &ReadTx<'_>| {
        let Some(code) = tx.live_resident_code(&hash, now)? else {
            return Ok(None);
        };
        // Of two records that became one, the code of either opens the page of the one kept.
        let kept = tx.kept_record(code.shard, code.person)?;
        let Some(person) = tx.person(code.shard, kept)? else {
            return Ok(None);
        };
        // Whoever moved away still sees what is held, until it is erased; nothing to apply for.
        if !matches!(&*person.state, "active" | "left") {
            return Ok(None);
        }
        let lives_here = person.state == "active";
        let area = tx.area(person.area)?;
        let offset = area.map_or(480, |area| area.zone_offset_minutes);
        Ok::<_, StoreError>(Some(ResidentCaller {
            shard: code.shard,
            person: kept,
            household: person.household,
            pass_kind: match person.kind.as_str() {
                "resident" if lives_here => Some(PassKind::Resident),
                "temporary_resident" if lives_here => Some(PassKind::TemporaryResident),
                _ => None,
            },
            area: person.area,
            offset_minutes: i16::try_from(offset).unwrap_or(480),
        }))
    };
    Ok(app.store.read(read).await?)
}

//! An office reads what residents asked and answers it.

use super::send_request::{OwnRequest, TEXT_MOST};
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::message::Message;
use crate::ops::hold_gate::keyring;
use crate::ops::note::note;
use crate::ops::tell_person::{Contact, Told, tell_person};
use gatehouse_core::complaint::ComplaintCode;
use gatehouse_core::text::clean_line;
use gatehouse_store::resident_request::ResidentRequestRow;
use gatehouse_store::{Chance, Lane, ReadTx, StoreError, Tx};

/// Most requests of one page.
const SHOWN_MOST: u32 = 100;
/// Answered ones stay on the page so long.
const KEPT_MILLIS: i64 = 30 * 86_400_000;

/// What came of a request.
pub const RESULTS: [&str; 3] = ["done", "partly", "not_done"];

/// A request with the mask of the one who asks.
pub struct OfficeRequest {
    /// The request.
    pub request: OwnRequest,
    /// Surname and mask.
    pub masked: Option<String>,
}

/// What the area's own office has to answer, the oldest first, and what it answered lately.
pub async fn list_requests(app: &App, scope: &AreaInScope) -> Result<Vec<OfficeRequest>, OpError> {
    let keys = keyring(app)?;
    let (shard, area) = (scope.county()?, scope.area);
    let since = app.world.now_millis() - KEPT_MILLIS;
    let read = move |tx: &ReadTx<'_>| {
        let mut all = Vec::new();
        for row in tx.resident_requests_of_area(shard, area, since, SHOWN_MOST)? {
            let texts = tx.resident_request_texts(&keys.vault, shard, row.request)?;
            let masked = masked(tx, &keys, &row)?;
            all.extend(texts.map(|texts| OfficeRequest {
                request: OwnRequest { row, texts },
                masked,
            }));
        }
        all.sort_by_key(|one| one.request.row.answered_at.is_some());
        Ok::<_, StoreError>(all)
    };
    Ok(app.store.read(read).await?)
}

fn masked(
    tx: &ReadTx<'_>,
    keys: &crate::keyring::Keyring,
    row: &ResidentRequestRow,
) -> Result<Option<String>, StoreError> {
    let household = tx
        .person(row.shard, row.person)?
        .and_then(|person| person.household);
    let Some(household) = household else {
        return Ok(None);
    };
    let people = tx.masked_persons_of_household(&keys.vault, row.shard, household)?;
    let own = people
        .into_iter()
        .find(|(person, _)| person.person == row.person);
    Ok(own.and_then(|(_, masked)| masked))
}

/// Whoever asked is told that there is an answer; the words themselves stand on their page alone.
fn tell_answered(tx: &Tx<'_>, row: &ResidentRequestRow, at: i64) -> Result<(), StoreError> {
    let is_correction = row.kind == "correction";
    // The telephone is that of the gate where they live, whichever office answers.
    let Some(person) = tx.person(row.shard, row.person)? else {
        return Ok(());
    };
    let told = Told {
        shard: row.shard,
        area: person.area,
        person: row.person,
        about: &row.request,
        at,
    };
    tell_person(tx, told, |Contact { phone, .. }| {
        match (is_correction, row.result.as_deref()) {
            (true, Some("done")) => Message::CorrectionMade { phone },
            (true, Some("not_done")) => Message::CorrectionRefused { phone },
            _ => Message::RequestAnswered { phone },
        }
    })
}

/// Answers a request; the first answer stays.
///
/// # Errors
/// Not found for a request that another office answers; stale where it was answered before.
pub async fn answer_request(
    app: &App,
    caller: &Caller,
    scope: &AreaInScope,
    request: [u8; 16],
    result: &str,
    text: &str,
) -> Result<Result<(), ComplaintCode>, OpError> {
    if !RESULTS.contains(&result) {
        return Ok(Err(ComplaintCode::Missing));
    }
    let text = match clean_line(&text.replace(['\r', '\n', '\t'], " "), TEXT_MOST) {
        Ok(text) => text,
        Err(code) => return Ok(Err(code)),
    };
    let keys = keyring(app)?;
    let (shard, area, staff) = (scope.county()?, scope.area, caller.staff);
    let (now, result) = (app.world.now_millis(), result.to_owned());
    let chance = Chance::new(app.world.bytes());
    let answer = move |tx: &Tx<'_>| {
        let known = tx.resident_request(shard, request)?;
        let Some(mut row) = known.filter(|row| row.area == area) else {
            return Err(OpError::NotFound);
        };
        row.result = Some(result.clone());
        row.answered_at = Some(now);
        row.answered_by = Some(staff);
        if !tx.answer_resident_request(&keys.vault, &row, &text, &chance)? {
            return Err(OpError::Stale);
        }
        note(tx, Some(shard), staff, now, "request.answer", &request)?;
        tell_answered(tx, &row, now)?;
        Ok(())
    };
    app.store.try_write(Lane::People, answer).await?;
    Ok(Ok(()))
}

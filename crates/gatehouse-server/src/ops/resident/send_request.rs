//! A resident asks for a correction or complains (SELF-1). A complaint about an office does not go
//! to that office but to the one above it.

use super::find_resident::ResidentCaller;
use crate::app::App;
use crate::error::OpError;
use crate::ops::hold_gate::keyring;
use gatehouse_core::area::AreaLevel;
use gatehouse_core::complaint::ComplaintCode;
use gatehouse_core::id::AreaId;
use gatehouse_core::text::clean_line;
use gatehouse_store::resident_request::{RequestTexts, ResidentRequestRow};
use gatehouse_store::{Chance, Lane, ReadTx, StoreError, Tx};

/// Longest text, in characters.
pub const TEXT_MOST: usize = 600;
/// Requests that may wait at one time.
const OPEN_MOST: i64 = 10;
/// Most that a page shows.
const SHOWN_MOST: u32 = 40;
const DAY_MILLIS: i64 = 86_400_000;
/// Days in which a correction is answered (local choice).
const CORRECTION_DAYS: i64 = 3;
/// Days in which a complaint is answered (local choice).
const COMPLAINT_DAYS: i64 = 7;

/// What may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// Something held is wrong.
    Correction,
    /// About anything else.
    Complaint,
}

impl RequestKind {
    /// By its word.
    pub fn named(word: &str) -> Option<RequestKind> {
        match word {
            "correction" => Some(RequestKind::Correction),
            "complaint" => Some(RequestKind::Complaint),
            _ => None,
        }
    }

    /// As it stands in the database.
    pub const fn word(self) -> &'static str {
        match self {
            RequestKind::Correction => "correction",
            RequestKind::Complaint => "complaint",
        }
    }

    /// What it may be about.
    pub const fn subjects(self) -> &'static [&'static str] {
        match self {
            RequestKind::Correction => &[
                "name",
                "door",
                "phone",
                "email",
                "document",
                "birth",
                "household",
                "other",
            ],
            RequestKind::Complaint => &["gate", "community", "look", "pass", "order", "other"],
        }
    }

    const fn days(self) -> i64 {
        match self {
            RequestKind::Correction => CORRECTION_DAYS,
            RequestKind::Complaint => COMPLAINT_DAYS,
        }
    }
}

/// Why it was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What it is about was not chosen.
    About,
    /// The text is empty, too long, or holds what no text holds.
    Text(ComplaintCode),
    /// Ten wait already.
    TooMany,
}

/// A request with its texts.
pub struct OwnRequest {
    /// The row.
    pub row: ResidentRequestRow,
    /// The texts.
    pub texts: RequestTexts,
}

/// Sends it; `id` was made with the form, so a double click sends it once.
pub async fn send_request(
    app: &App,
    resident: &ResidentCaller,
    id: [u8; 16],
    kind: RequestKind,
    about: &str,
    text: &str,
) -> Result<Result<(), Refusal>, OpError> {
    if !kind.subjects().contains(&about) {
        return Ok(Err(Refusal::About));
    }
    // Lines become blanks: the office reads it in one go.
    let text = match clean_line(&text.replace(['\r', '\n', '\t'], " "), TEXT_MOST) {
        Ok(text) => text,
        Err(code) => return Ok(Err(Refusal::Text(code))),
    };
    let keys = keyring(app)?;
    let (me, about) = (resident.clone(), about.to_owned());
    let chance = Chance::new(app.world.bytes());
    let now = app.world.now_millis();
    let send = move |tx: &Tx<'_>| {
        if tx.count_open_requests(me.shard, me.person)? >= OPEN_MOST {
            return Ok(Err(Refusal::TooMany));
        }
        let row = ResidentRequestRow {
            shard: me.shard,
            request: id,
            kind: kind.word().to_owned(),
            about: about.clone(),
            person: me.person,
            area: answering(tx, me.area, &about)?,
            sent_at: now,
            due_at: now + kind.days() * DAY_MILLIS,
            result: None,
            answered_at: None,
            answered_by: None,
        };
        tx.insert_resident_request(&keys.vault, &row, &text, &chance)?;
        Ok::<_, StoreError>(Ok(()))
    };
    Ok(app.store.write(Lane::People, send).await?)
}

/// Whose office answers: the community; for what the community itself did, the level above.
fn answering(tx: &ReadTx<'_>, compound: AreaId, about: &str) -> Result<AreaId, StoreError> {
    let path = tx.area_path(compound)?;
    let at = |level: AreaLevel| path.iter().rposition(|row| row.level == level.code());
    let community = at(AreaLevel::Community).unwrap_or(path.len().saturating_sub(1));
    let is_about_office = matches!(about, "community" | "look" | "order");
    let place = if is_about_office {
        community.saturating_sub(1)
    } else {
        community
    };
    Ok(path.get(place).map_or(compound, |row| row.area))
}

/// What somebody has asked, with the answers.
pub async fn own_requests(
    app: &App,
    resident: &ResidentCaller,
) -> Result<Vec<OwnRequest>, OpError> {
    let keys = keyring(app)?;
    let me = resident.clone();
    let read = move |tx: &ReadTx<'_>| {
        let mut all = Vec::new();
        for row in tx.resident_requests_of_person(me.shard, me.person, SHOWN_MOST)? {
            let texts = tx.resident_request_texts(&keys.vault, me.shard, row.request)?;
            all.extend(texts.map(|texts| OwnRequest { row, texts }));
        }
        Ok::<_, StoreError>(all)
    };
    Ok(app.store.read(read).await?)
}

//! Who answers for an area, as its poster names them (PUB-1, HL 3): a short list, kept as a whole.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::note::note;
use gatehouse_core::complaint::ComplaintCode;
use gatehouse_core::id::AreaId;
use gatehouse_core::text::clean_line;
use gatehouse_store::area_contact::AreaContact;
use gatehouse_store::{Lane, ReadTx, Shard, StoreError, Tx};
use sha2::{Digest, Sha256};

/// Most lines of a list: what a poster has room for.
pub const CONTACTS_MOST: usize = 6;
/// Longest post, name or telephone.
const TEXT_MOST: usize = 24;
/// Widest post and name together, in halves of a Chinese character: wider cannot be read on a
/// poster.
const WIDTH_MOST: usize = 40;

/// A list with the mark by which a later change is told.
#[derive(Clone, Debug)]
pub struct ContactList {
    /// In the order of the poster.
    pub list: Vec<AreaContact>,
    /// Of exactly this list.
    pub mark: String,
}

/// What comes of a change.
#[derive(Debug)]
pub enum Kept {
    /// It is written.
    Done,
    /// Somebody else was faster: what is there now.
    Stale(ContactList),
    /// A line (from 1) that cannot be taken, and why.
    Refused(usize, ComplaintCode),
}

fn mark_of(list: &[AreaContact]) -> String {
    let mut hash = Sha256::new();
    for contact in list {
        for text in [&contact.post, &contact.name, &contact.phone] {
            hash.update(text.as_bytes());
            hash.update([0]);
        }
    }
    data_encoding::HEXLOWER.encode(&hash.finalize()[..8])
}

fn list_of(tx: &ReadTx<'_>, shard: Shard, area: AreaId) -> Result<ContactList, StoreError> {
    let list = tx.area_contacts(shard, area)?;
    let mark = mark_of(&list);
    Ok(ContactList { list, mark })
}

/// The list of an area.
///
/// # Errors
/// The database's.
pub async fn read_contacts(app: &App, area: &AreaInScope) -> Result<ContactList, OpError> {
    let (shard, area) = (area.county()?, area.area);
    Ok(app.store.read(move |tx| list_of(tx, shard, area)).await?)
}

/// Whom a poster names: those of the area itself, then those of the areas above, as many as it has
/// room for.
///
/// # Errors
/// The database's.
pub fn contacts_for_poster(
    tx: &ReadTx<'_>,
    shard: Shard,
    path: &[AreaId],
) -> Result<Vec<AreaContact>, StoreError> {
    let mut all: Vec<AreaContact> = Vec::new();
    for area in path.iter().rev() {
        for contact in tx.area_contacts(shard, *area)? {
            if all.len() < CONTACTS_MOST && !all.contains(&contact) {
                all.push(contact);
            }
        }
    }
    Ok(all)
}

/// Writes a list in the place of the one that was shown; lines without anything are left out.
///
/// # Errors
/// The database's.
pub async fn keep_contacts(
    app: &App,
    caller: &Caller,
    area: &AreaInScope,
    mark: String,
    typed: Vec<AreaContact>,
) -> Result<Kept, OpError> {
    let list = match check(typed) {
        Ok(list) => list,
        Err((line, code)) => return Ok(Kept::Refused(line, code)),
    };
    let (shard, area, staff) = (area.county()?, area.area, caller.staff);
    let now = app.world.now_millis();
    let keep = move |tx: &Tx<'_>| {
        let there = list_of(tx, shard, area)?;
        if there.list == list {
            return Ok(Kept::Done);
        }
        if there.mark != mark {
            return Ok(Kept::Stale(there));
        }
        tx.replace_area_contacts(shard, area, &list)?;
        note(tx, Some(shard), staff, now, "area.contacts", &area.0)?;
        Ok::<_, StoreError>(Kept::Done)
    };
    Ok(app.store.write(Lane::People, keep).await?)
}

fn check(typed: Vec<AreaContact>) -> Result<Vec<AreaContact>, (usize, ComplaintCode)> {
    let mut list = Vec::new();
    for (line, contact) in (1..).zip(typed.into_iter().take(CONTACTS_MOST)) {
        let AreaContact { post, name, phone } = &contact;
        if [post, name, phone]
            .iter()
            .all(|text| text.trim().is_empty())
        {
            continue;
        }
        let clean = |text: &str| clean_line(text, TEXT_MOST).map_err(|code| (line, code));
        let name = match name.trim() {
            "" => String::new(),
            name => clean(name)?,
        };
        let phone = clean(phone)?;
        // 110 as well as 0371-5550101-12: a short number is one too.
        let digits = phone.chars().filter(char::is_ascii_digit).count();
        if digits < 3 || phone.chars().any(char::is_alphabetic) {
            return Err((line, ComplaintCode::PhoneForm));
        }
        let post = clean(post)?;
        let widths = post.chars().chain(name.chars());
        let width: usize = widths.map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        if width > WIDTH_MOST {
            return Err((line, ComplaintCode::TooLong));
        }
        list.push(AreaContact { post, name, phone });
    }
    Ok(list)
}

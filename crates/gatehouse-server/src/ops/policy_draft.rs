//! Drafts of documents that officials write in the console: begun from a document that is kept or
//! from files, changed entry by entry, submitted (POL-3, POL-4).

use super::check_policy_draft::{documents_at, texts_of};
use super::delivered::delivered;
use super::draft_answers::Answers;
use super::draft_edit::{Edit, apply, not_taken, of_edit, readable};
use super::list_policy_versions::is_known_at;
use super::note::note;
use super::policy_folder::Texts;
use super::put_in_force::{PolicyAnswer, Wanted, submit_policy, withdraw_policy};
use super::sign_policy::{By, Signed, sign};
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use gatehouse_core::id::AreaId;
use gatehouse_core::policy::cases::read_case_file;
use gatehouse_core::policy::edit::{Change, change};
use gatehouse_core::policy::read;
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::policy_draft::PolicyDraftRow;
use gatehouse_store::{Lane, ReadTx, StoreError, Tx};

/// Drafts that a page lists, and that an area may have at one time.
pub const DRAFTS_MOST: u32 = 20;
/// Longest name of a document.
const NAME_MOST: usize = 64;

/// What a draft begins as.
#[derive(Clone, Debug)]
pub enum Begin {
    /// A version of a document that is kept; 0 for one that the program brings along.
    Kept(String, i64),
    /// Files that somebody brings.
    Files(Texts),
}

/// A name that a folder may have.
fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.len() <= NAME_MOST && name.chars().all(allowed)
}

/// A file of a draft, `policy.toml` or `cases.toml`.
///
/// # Errors
/// [`OpError::NotFound`].
pub async fn file_of_draft(
    app: &App,
    area: &AreaInScope,
    draft: &str,
    file: &str,
) -> Result<String, OpError> {
    let id = draft_id(draft).ok_or(OpError::NotFound)?;
    let top = area.area;
    let row = app.store.read(move |tx| tx.policy_draft(top, &id)).await?;
    let row = row.ok_or(OpError::NotFound)?;
    match file {
        "policy.toml" => Ok(row.text),
        "cases.toml" => Ok(row.cases),
        _ => Err(OpError::NotFound),
    }
}

/// The id of a draft in an address.
pub fn draft_id(text: &str) -> Option<[u8; 16]> {
    let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok()
}

/// A draft's id in an address.
pub fn draft_text(id: &[u8; 16]) -> String {
    data_encoding::HEXLOWER.encode(id)
}

/// Begins a draft for an area; its id.
///
/// # Errors
/// [`OpError::NotTaken`] for files that are no document (`D-TEXT`), a kept version that this
/// program cannot read (`D-KEPT`), a document without cases (`D-CASES`), a name that is none
/// (`D-NAME`), too many drafts (`D-MANY`).
pub async fn begin_draft(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    begin: Begin,
) -> Result<[u8; 16], OpError> {
    let (id, now, staff) = (app.world.id(), app.world.now_millis(), caller.staff);
    let (top, shard, path) = (area.area, area.shard, area.path.clone());
    let put = move |tx: &Tx<'_>| {
        if tx.count_policy_drafts(top)? >= i64::from(DRAFTS_MOST) {
            return Err(not_taken("D-MANY"));
        }
        let (document, based_on, texts) = begun(tx, &path, &begin)?;
        let row = PolicyDraftRow {
            draft: id,
            area: top,
            document,
            based_on,
            text: texts.policy,
            cases: texts.cases,
            made_by: staff,
            made_at: now,
            changed_by: staff,
            changed_at: now,
            version: 1,
        };
        tx.insert_policy_draft(&row)?;
        let body = format!("{} {top}", row.document);
        note(tx, shard, staff, now, "policy.draft", body.as_bytes())?;
        Ok(id)
    };
    app.store.try_write(Lane::People, put).await
}

/// Name, version and texts that a draft begins as.
fn begun(tx: &ReadTx<'_>, path: &[AreaId], begin: &Begin) -> Result<(String, i64, Texts), OpError> {
    match begin {
        Begin::Kept(name, 0) => {
            let one = delivered(name).ok_or(OpError::NotFound)?;
            let texts = Texts {
                policy: one.policy.to_owned(),
                cases: one.cases.to_owned(),
            };
            Ok((name.clone(), 0, texts))
        }
        Begin::Kept(name, version) => {
            let kept = tx
                .policy_document(name, *version)?
                .ok_or(OpError::NotFound)?;
            if !is_known_at(tx, path, name, *version)? {
                return Err(OpError::NotFound);
            }
            let document = read(&kept.text).map_err(|_| not_taken("D-KEPT"))?;
            let next = Change::Version(document.version.saturating_add(1));
            let texts = Texts {
                policy: change(&kept.text, next).map_err(of_edit)?,
                cases: kept.cases.ok_or(not_taken("D-CASES"))?,
            };
            Ok((kept.document, kept.version, texts))
        }
        Begin::Files(texts) => {
            let document = read(&texts.policy).map_err(|_| not_taken("D-TEXT"))?;
            read_case_file(&texts.cases).map_err(|_| not_taken("D-CASES"))?;
            match is_name(&document.notice) {
                true => Ok((document.notice, 0, texts.clone())),
                false => Err(not_taken("D-NAME")),
            }
        }
    }
}

/// Takes back what was proposed for an area and not approved; its text is a draft again.
///
/// # Errors
/// [`OpError::NotTaken`] where there is no such proposal (`P-NONE`), or there are too many drafts
/// (`D-MANY`).
pub async fn withdraw_proposal(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    (document, from_at): (String, i64),
) -> Result<(), OpError> {
    let (id, now, staff, top) = (
        app.world.id(),
        app.world.now_millis(),
        caller.staff,
        area.area,
    );
    let take_back = move |tx: &Tx<'_>| {
        let taken = withdraw_policy(tx, (&document, top, from_at), staff, now)?;
        let taken = taken.ok_or(not_taken("P-NONE"))?;
        if tx.count_policy_drafts(top)? >= i64::from(DRAFTS_MOST) {
            return Err(not_taken("D-MANY"));
        }
        let kept = tx.policy_document(&document, taken.version)?;
        let kept = kept.ok_or(OpError::NotFound)?;
        let there = tx.policy_forces(top, &document)?;
        let before = there.iter().map(|one| one.version).max();
        tx.insert_policy_draft(&PolicyDraftRow {
            draft: id,
            area: top,
            document: kept.document,
            based_on: before.unwrap_or(0),
            text: kept.text,
            cases: kept.cases.ok_or(not_taken("D-CASES"))?,
            made_by: staff,
            made_at: now,
            changed_by: staff,
            changed_at: now,
            version: 1,
        })?;
        Ok(())
    };
    app.store.try_write(Lane::People, take_back).await
}

/// Changes a draft that is still at a version; all of the changes or none.
///
/// # Errors
/// [`OpError::Stale`] where somebody else changed it; [`OpError::NotTaken`] for an entry that it
/// has not (`D-ENTRY`), or a document that could not be read any more (`D-TEXT`).
pub async fn change_draft(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    (draft, version): (&str, i64),
    edits: Vec<Edit>,
) -> Result<(), OpError> {
    let id = draft_id(draft).ok_or(OpError::NotFound)?;
    let (top, shard) = (area.area, area.shard);
    let (now, staff) = (app.world.now_millis(), caller.staff);
    let find = move |tx: &ReadTx<'_>| {
        let row = tx.policy_draft(top, &id)?.ok_or(OpError::NotFound)?;
        let above = documents_at(tx, &row, now)?;
        Ok::<_, OpError>((row, above))
    };
    let (row, above) = app.store.try_read(find).await?;
    if row.version != version {
        return Err(OpError::Stale);
    }
    let body = format!("{} {top} {version}", row.document);
    // Away from the database's own thread: many cases may have to be decided.
    let edited = move || {
        let asks = |edit: &Edit| matches!(edit, Edit::Accept(_) | Edit::Try(_));
        let answers = match edits.iter().any(asks) {
            true => Answers::of(&texts_of(&row), &above),
            false => None,
        };
        readable(apply(&row, answers.as_ref(), &edits)?)
    };
    let texts = tokio::task::spawn_blocking(edited).await;
    let texts = texts.map_err(|_| OpError::Bug("a change of a draft panicked".to_owned()))??;
    let write = move |tx: &Tx<'_>| {
        let changed = (&*texts.policy, &*texts.cases);
        tx.change_policy_draft(&id, version, changed, (staff, now))?;
        note(tx, shard, staff, now, "policy.change", body.as_bytes())
    };
    app.store.write(Lane::People, write).await?;
    Ok(())
}

/// Drops a draft that is still at a version.
///
/// # Errors
/// [`OpError::NotFound`]; [`OpError::Stale`].
pub async fn drop_draft(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    (draft, version): (&str, i64),
) -> Result<(), OpError> {
    let id = draft_id(draft).ok_or(OpError::NotFound)?;
    let (top, shard) = (area.area, area.shard);
    let (staff, now) = (caller.staff, app.world.now_millis());
    let drop = move |tx: &Tx<'_>| {
        let row = tx.policy_draft(top, &id)?.ok_or(OpError::NotFound)?;
        tx.drop_policy_draft(&id, version)?;
        let body = format!("{} {top}", row.document);
        note(tx, shard, staff, now, "policy.drop", body.as_bytes())?;
        Ok(())
    };
    app.store.try_write(Lane::People, drop).await
}

/// The newest version that another may overwrite unseen: one that held or is to come. What nobody
/// approved in time, or was taken back before it began, holds for nobody.
fn newest_that_counts(there: &[PolicyForceRow], now: i64) -> i64 {
    let counts = |one: &&PolicyForceRow| {
        let never_begins = one.to_at.is_some_and(|to| to <= one.from_at);
        !never_begins && (one.is_approved() || one.from_at > now)
    };
    let versions = there.iter().filter(counts).map(|one| one.version);
    versions.max().unwrap_or(0)
}

/// Submits a draft as it was at a version; it is gone then, and stands among the documents.
///
/// # Errors
/// [`OpError::NotFound`]; [`OpError::Stale`]; a fault of the program.
pub async fn submit_draft(
    app: &App,
    by: By<'_>,
    (draft, version): (&str, i64),
    (from_at, to_at): (i64, Option<i64>),
) -> Result<Signed<PolicyAnswer>, OpError> {
    let id = draft_id(draft).ok_or(OpError::NotFound)?;
    let (area, now) = (by.area, app.world.now_millis());
    let find = move |tx: &ReadTx<'_>| {
        let row = tx.policy_draft(area, &id)?.ok_or(OpError::NotFound)?;
        let there = tx.policy_forces(area, &row.document)?;
        Ok::<_, OpError>((row, newest_that_counts(&there, now)))
    };
    let (row, newest) = app.store.try_read(find).await?;
    if row.version != version {
        return Err(OpError::Stale);
    }
    // Somebody else has put a version in force here, or proposed one, since this one began.
    if row.based_on != 0 && newest > row.based_on {
        return Ok(Signed::Refused("D-OLD".to_owned(), String::new()));
    }
    let wanted = Wanted {
        area,
        from_at,
        to_at,
    };
    let texts = Texts {
        policy: row.text,
        cases: row.cases,
    };
    let name = row.document;
    let submit = sign(app, by, move |desk, signer, world| {
        submit_policy(desk, (&name, texts), wanted, signer, world)
    });
    let signed = submit.await?;
    if let Signed::Done(_) = &signed {
        let drop = move |tx: &Tx<'_>| tx.drop_policy_draft(&id, version);
        match app.store.write(Lane::People, drop).await {
            // What somebody wrote meanwhile stays a draft of its own.
            Ok(()) | Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(signed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_core::id::StaffId;

    #[test]
    fn what_lapsed_or_never_began_is_no_newer_version() {
        let staff = Some(StaffId([7; 16]));
        let row = |version, from_at, to_at, approved_by| PolicyForceRow {
            area: AreaId([1; 16]),
            document: "henan-2020-02".to_owned(),
            version,
            from_at,
            to_at,
            decided_by: staff,
            approved_by,
        };
        let held = row(1, 10, Some(900), staff);
        let now = 100;
        let table = [
            (row(2, 50, Some(900), None), 1, "lapsed"),
            (row(2, 200, Some(200), staff), 1, "ended before it began"),
            (row(2, 200, Some(900), None), 2, "proposed"),
            (row(2, 200, Some(900), staff), 2, "to come"),
            (row(2, 20, Some(30), staff), 2, "it held"),
        ];
        for (other, expected, what) in table {
            assert_eq!(
                newest_that_counts(&[held.clone(), other], now),
                expected,
                "{what}"
            );
        }
        assert_eq!(newest_that_counts(&[], now), 0);
    }
}

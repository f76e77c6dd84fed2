//! Regular helpers: carers and cleaners who come again and again. A household agrees, the
//! community approves, the pass says until when; the household can end it at any time, and agrees
//! again before a new pass is made (GATE-4, PASS-2).

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::hold_gate::keyring;
use crate::ops::in_area::lies_in;
use crate::ops::make_pass::Desk;
use crate::ops::read_rules_here::rules_at;
use crate::ops::resident::find_resident::ResidentCaller;
use crate::ops::revoke_pass::{Revoked, Revoking, is_without_issuer, revoke};
use crate::paging::{Page, ROWS_AND_ONE};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{ApplicationId, AreaId, PassId, PersonId, StaffId};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::RevocationReason;
use gatehouse_core::policy::answers::{Question, answers};
use gatehouse_store::application::ApplicationRow;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::helper::{Agreement, Comes, HelperEnd, HelperRow};
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::pass::PassRow;
use gatehouse_store::person::PersonRow;
use gatehouse_store::{Lane, ReadTx, StoreError, Tx, Vault};

/// How a household's word came in at a desk.
pub const WORD_WAYS: [&str; 2] = ["phone", "present"];
/// Whose word ends it.
pub const ENDS: [&str; 3] = ["household", "helper", "office"];
/// Most helpers of one household, with those who wait for their pass; as many are shown
/// (local choice).
pub const HELPERS_MOST: u32 = 20;
/// Most helpers that a household asks for on its pages in a day (local choice).
pub const HELPERS_A_DAY_MOST: u32 = 5;
/// More than any household has, from before there was a limit.
const HELPERS_EVER: u32 = 1000;

/// What a household wants of a helper, and how it said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HelperAsked {
    /// A word of `pass_rules::WORKS`.
    pub work: &'static str,
    /// `page`, or a word of [`WORD_WAYS`].
    pub way: &'static str,
    /// Who of the household, where that was said.
    pub by: Option<PersonId>,
}

/// A helper with what a list shows of them.
pub struct ShownHelper {
    /// The row.
    pub row: HelperRow,
    /// Who it is, with surname and mask; `None` once they are erased.
    pub person: Option<(PersonRow, Option<String>)>,
    /// Where they help.
    pub door: Option<HouseholdRow>,
    /// Surname and mask of who agreed.
    pub agreed_by: Option<String>,
    /// Their pass, while it is kept.
    pub pass: Option<PassRow>,
}

impl ShownHelper {
    /// Whether the household agreed on its page after the pass was made: it can be renewed.
    pub fn agreed_anew(&self) -> bool {
        let is_newer = |pass: &PassRow| self.row.agreed.at > pass.issued_at;
        self.row.agreed.way == "page" && self.pass.as_ref().is_some_and(is_newer)
    }
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is done.
    Done,
    /// Somebody changed it meanwhile.
    Stale,
    /// It came to its end before.
    Ended,
    /// No key of this installation may issue a helper's pass here.
    NoIssuer,
    /// The household has not agreed again, or how it did was not chosen.
    NeedsWord,
}

/// The household's word is kept with the application for the pass.
pub fn helper_wanted(
    tx: &Tx<'_>,
    row: &ApplicationRow,
    asked: &HelperAsked,
) -> Result<(), StoreError> {
    tx.insert_helper(&HelperRow {
        shard: row.shard,
        helper: row.application,
        area: row.area,
        household: row.household,
        work: asked.work.to_owned(),
        agreed: Agreement {
            by: asked.by,
            way: asked.way.to_owned(),
            at: row.applied_at,
            staff: row.asked_staff,
        },
        comes: None,
        end: None,
        version: 1,
    })
}

/// The pass is made: from now on they come.
pub fn helper_comes(
    tx: &Tx<'_>,
    row: &ApplicationRow,
    person: PersonId,
    pass: PassId,
    at: i64,
) -> Result<(), StoreError> {
    let Some(mut helper) = tx.helper(row.shard, row.application)? else {
        return Ok(());
    };
    helper.comes = Some(Comes {
        person,
        pass,
        from_at: at,
    });
    tx.update_helper(&helper)
}

/// Helpers of a compound: those who come, or those who no longer do.
///
/// # Errors
/// [`OpError::NotFound`] for a compound that is not in the area.
pub async fn list_helpers(
    app: &App,
    area: &AreaInScope,
    compound: AreaId,
    ended: bool,
    before: Option<ApplicationId>,
) -> Result<Page<ShownHelper>, OpError> {
    let (keys, shard, area) = (keyring(app)?, area.county()?, area.clone());
    let read = move |tx: &ReadTx<'_>| {
        lies_in(tx, compound, &area)?;
        let before = before.unwrap_or(ApplicationId([0xff; 16]));
        let rows = tx.helpers_of_area(shard, compound, before, ended, ROWS_AND_ONE)?;
        let rows = rows.into_iter().map(|row| shown(tx, &keys.vault, row));
        rows.collect::<Result<Vec<_>, StoreError>>()
            .map_err(OpError::from)
    };
    let rows = app.store.try_read(read).await?;
    Ok(Page::of(rows, |one| one.row.helper.to_string()))
}

/// Who helps a resident's household now.
///
/// # Errors
/// The database's.
pub async fn household_helpers(
    app: &App,
    resident: &ResidentCaller,
) -> Result<Vec<ShownHelper>, OpError> {
    let Some(household) = resident.household else {
        return Ok(Vec::new());
    };
    let (keys, shard) = (keyring(app)?, resident.shard);
    let read = move |tx: &ReadTx<'_>| {
        let rows = tx.helpers_of_household(shard, household, HELPERS_MOST)?;
        let rows = rows.into_iter().map(|row| shown(tx, &keys.vault, row));
        rows.collect::<Result<Vec<_>, StoreError>>()
    };
    Ok(app.store.read(read).await?)
}

fn shown(tx: &ReadTx<'_>, vault: &Vault, row: HelperRow) -> Result<ShownHelper, StoreError> {
    let masked = |person: PersonId| tx.masked_person(vault, row.shard, person);
    let person = match row.comes {
        Some(comes) => masked(comes.person)?,
        None => None,
    };
    let agreed_by = match row.agreed.by {
        Some(by) => masked(by)?.and_then(|(_, masked)| masked),
        None => None,
    };
    let pass = match row.comes {
        Some(comes) => tx.pass(row.shard, comes.pass)?,
        None => None,
    };
    Ok(ShownHelper {
        door: tx.household(row.shard, row.household)?,
        person,
        agreed_by,
        pass,
        row,
    })
}

/// What the rules in force at a resident's compound say of helpers, as the poster does; `None`
/// where nothing restricts anybody.
///
/// # Errors
/// The database's.
pub async fn helper_rules(
    app: &App,
    resident: &ResidentCaller,
    lang: Lang,
) -> Result<Option<String>, OpError> {
    let (area, offset) = (resident.area, resident.offset_minutes);
    let now = app.world.now_millis();
    let here = app
        .store
        .read(move |tx| rules_at(tx, area, Moment::new(now, offset)))
        .await?;
    let phone = here.first_gate().map(|gate| gate.phone.clone());
    let fill = |slot: &str| match slot {
        "phone" | "office" => phone.clone().filter(|phone| !phone.is_empty()),
        _ => None,
    };
    let said = here.now.map(|rules| {
        let documents: Vec<_> = rules.documents.iter().collect();
        let all = answers(&rules.policy, &documents, &here.place);
        let of_helpers = (all.iter()).find(|one| one.questions.contains(&Question::Helper));
        of_helpers.map(|answer| answer.text(lang, &fill))
    });
    Ok(said.flatten())
}

/// Which helper, as a form read it.
#[derive(Clone, Copy, Debug)]
pub struct Which {
    /// The helper.
    pub helper: ApplicationId,
    /// The version that was read.
    pub version: i64,
}

/// A new pass for a helper, as a form asks for it.
#[derive(Clone, Copy, Debug)]
pub struct Renewal {
    /// Whose.
    pub which: Which,
    /// The new pass; made with the form, so that a double click makes one.
    pub pass: PassId,
    /// How the household's word was heard now; `None`: said on its page since the pass was made.
    pub way: Option<&'static str>,
}

/// Makes a new pass in the place of the one that runs out, on the household's word.
///
/// # Errors
/// [`OpError::NotFound`] for a helper of elsewhere.
pub async fn renew_helper(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    asked: Renewal,
) -> Result<Kept, OpError> {
    let (keys, shard, area) = (keyring(app)?, area.county()?, area.clone());
    let now = Moment::new(app.world.now_millis(), area.offset_minutes);
    let staff = caller.staff;
    let Renewal { which, pass, way } = asked;
    let renew = move |tx: &Tx<'_>| {
        let there = tx.helper(shard, which.helper)?.and_then(|row| row.comes);
        if there.is_some_and(|comes| comes.pass == pass) {
            // The same form once more; of elsewhere it is not found below.
            return found(tx, &area, which).map(|_| Kept::Done);
        }
        let (mut row, comes) = match going_on(tx, &area, which)? {
            Ok(found) => found,
            Err(kept) => return Ok(kept),
        };
        match way {
            Some(way) => {
                row.agreed = Agreement {
                    by: None,
                    way: way.to_owned(),
                    at: now.millis,
                    staff: Some(staff),
                };
            }
            None if shown(tx, &keys.vault, row.clone())?.agreed_anew() => {}
            None => return Ok(Kept::NeedsWord),
        }
        let desk = Desk::new(tx, &keys, shard, now, Some(staff));
        let asked = Revoking {
            pass: comes.pass,
            reason: RevocationReason::Replaced,
            replacement: Some(pass),
        };
        let pass = match revoke(&desk, row.area, &asked)? {
            Revoked::Done(Some(pass)) => pass,
            // Nothing was done, or somebody ended it meanwhile.
            _ => return Ok(Kept::Ended),
        };
        row.comes = Some(Comes { pass, ..comes });
        tx.update_helper(&row)?;
        note(tx, &row, Some(staff), "renew", now.millis)?;
        Ok(Kept::Done)
    };
    let kept = match app.store.try_write(Lane::People, renew).await {
        Err(error) if is_without_issuer(&error) => Kept::NoIssuer,
        kept => kept?,
    };
    app.gates.read_anew();
    Ok(kept)
}

/// Ends it and the pass with it.
///
/// # Errors
/// [`OpError::NotFound`] for a helper of elsewhere.
pub async fn end_helper(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    which: Which,
    by: &'static str,
) -> Result<Kept, OpError> {
    let (keys, shard, area) = (keyring(app)?, area.county()?, area.clone());
    let now = Moment::new(app.world.now_millis(), area.offset_minutes);
    let staff = caller.staff;
    let end = move |tx: &Tx<'_>| {
        let (row, comes) = match going_on(tx, &area, which)? {
            Ok(found) => found,
            Err(kept) => return Ok(kept),
        };
        let desk = Desk::new(tx, &keys, shard, now, Some(staff));
        end_now(&desk, row, comes, by)?;
        Ok::<_, OpError>(Kept::Done)
    };
    let kept = app.store.try_write(Lane::People, end).await?;
    app.gates.read_anew();
    Ok(kept)
}

fn end_now(
    desk: &Desk<'_>,
    mut row: HelperRow,
    comes: Comes,
    by: &'static str,
) -> Result<(), OpError> {
    let asked = Revoking {
        pass: comes.pass,
        reason: RevocationReason::ClassEnded,
        replacement: None,
    };
    // A pass that retention took has ended long ago.
    if desk.tx.pass(row.shard, comes.pass)?.is_some() {
        revoke(desk, row.area, &asked)?;
    }
    row.end = Some(HelperEnd {
        at: desk.now.millis,
        by: by.to_owned(),
        staff: desk.staff,
    });
    desk.tx.update_helper(&row)?;
    note(desk.tx, &row, desk.staff, "end", desk.now.millis)?;
    Ok(())
}

/// Ends all helpers of a household that nobody lives in, with their passes.
pub(super) fn end_helpers(desk: &Desk<'_>, home: &HouseholdRow) -> Result<(), OpError> {
    let (tx, shard) = (desk.tx, desk.shard);
    for row in tx.helpers_of_household(shard, home.household, HELPERS_EVER)? {
        if let (Some(comes), None) = (row.comes, &row.end) {
            end_now(desk, row, comes, "office")?;
        }
    }
    Ok(())
}

/// What a household says of a helper on its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HouseholdWord {
    /// It agrees once more.
    Again,
    /// They no longer come.
    End,
}

/// Takes down what a household says on its page; saying the same again changes nothing.
///
/// # Errors
/// [`OpError::NotFound`] for a helper of another household.
pub async fn household_says(
    app: &App,
    resident: &ResidentCaller,
    helper: ApplicationId,
    word: HouseholdWord,
) -> Result<(), OpError> {
    let (keys, me) = (keyring(app)?, resident.clone());
    let now = Moment::new(app.world.now_millis(), me.offset_minutes);
    let say = move |tx: &Tx<'_>| {
        let row = tx.helper(me.shard, helper)?;
        let row = row.filter(|row| Some(row.household) == me.household);
        let mut row = row.ok_or(OpError::NotFound)?;
        let (Some(comes), None) = (row.comes, &row.end) else {
            return Ok(());
        };
        if word == HouseholdWord::End {
            let desk = Desk::new(tx, &keys, me.shard, now, None);
            return end_now(&desk, row, comes, "household");
        }
        row.agreed = Agreement {
            by: Some(me.person),
            way: "page".to_owned(),
            at: now.millis,
            staff: None,
        };
        tx.update_helper(&row)?;
        note(tx, &row, None, "agree", now.millis)?;
        Ok(())
    };
    app.store.try_write(Lane::People, say).await?;
    app.gates.read_anew();
    Ok(())
}

/// A helper of the area.
fn found(tx: &Tx<'_>, area: &AreaInScope, which: Which) -> Result<HelperRow, OpError> {
    let row = tx.helper(area.county()?, which.helper)?;
    let row = row.ok_or(OpError::NotFound)?;
    lies_in(tx, row.area, area)?;
    Ok(row)
}

/// A helper of the area who comes and is as it was read, or why nothing is done.
fn going_on(
    tx: &Tx<'_>,
    area: &AreaInScope,
    which: Which,
) -> Result<Result<(HelperRow, Comes), Kept>, OpError> {
    let row = found(tx, area, which)?;
    let comes = row.comes.ok_or(OpError::NotFound)?;
    Ok(match &row.end {
        Some(_) => Err(Kept::Ended),
        None if row.version != which.version => Err(Kept::Stale),
        None => Ok((row, comes)),
    })
}

fn note(
    tx: &Tx<'_>,
    row: &HelperRow,
    staff: Option<StaffId>,
    what: &str,
    at: i64,
) -> Result<(), StoreError> {
    tx.append_audit(&AuditNote {
        shard: row.shard,
        at,
        kind: &format!("helper.{what}"),
        actor: staff,
        commitment: None,
        body: row.helper.to_string().as_bytes(),
    })?;
    tx.note_change(row.shard, "pass", at)
}

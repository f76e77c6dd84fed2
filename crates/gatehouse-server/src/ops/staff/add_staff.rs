//! A new account with its first role. The first password is made here and said once.

use super::add_membership::{NewMembership, insert};
use super::rule::Refusal;
use crate::app::App;
use crate::auth::caller::Caller;
use crate::auth::first_password::first_password;
use crate::error::OpError;
use crate::ops::note::note;
use gatehouse_core::id::{AreaId, StaffId};
use gatehouse_core::text::clean_line;
use gatehouse_store::staff::StaffRow;
use gatehouse_store::{Lane, StoreError, Tx};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Longest sign-in name.
const LOGIN_MOST: usize = 40;
/// Longest name.
const NAME_MOST: usize = 40;

/// What the form asks for.
#[derive(Clone, Debug)]
pub struct NewStaff {
    /// Made with the form, so that sending it twice makes one account.
    pub staff: StaffId,
    /// What they will sign in with.
    pub login: String,
    /// As colleagues know them.
    pub name: String,
    /// The first role.
    pub membership: NewMembership,
}

/// Why a transaction was undone.
enum Undone {
    Store(StoreError),
    Refused(Refusal),
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Undone {
        Undone::Store(error)
    }
}

/// Makes the account; `None` for the password where the same form had made it before.
pub async fn add_staff(
    app: &App,
    caller: &Arc<Caller>,
    scope: (AreaId, i16),
    asked: NewStaff,
) -> Result<Result<Option<Zeroizing<String>>, Refusal>, OpError> {
    let login = match clean_line(&asked.login, LOGIN_MOST) {
        Ok(login) if !login.contains(char::is_whitespace) => login,
        _ => return Ok(Err(Refusal::Field("login"))),
    };
    let Ok(name) = clean_line(&asked.name, NAME_MOST) else {
        return Ok(Err(Refusal::Field("name")));
    };
    let password = Zeroizing::new(first_password(&*app.world));
    let hash = app.passwords.hash(password.to_string()).await;
    let hash = hash.ok_or_else(|| OpError::Bug("a password could not be hashed".to_owned()))?;
    let now = app.world.now_millis();
    let row = StaffRow {
        staff: asked.staff,
        login,
        name,
        password_hash: hash,
        must_change_password: true,
        language: "zh".to_owned(),
        created_at: now,
        disabled_at: None,
        version: 1,
    };
    let (caller, membership) = (Arc::clone(caller), asked.membership);
    let add = move |tx: &Tx<'_>| {
        if let Some(known) = tx.staff_by_login(&row.login)? {
            let again = known.staff == row.staff;
            return if again {
                Ok(false)
            } else {
                Err(Undone::Refused(Refusal::LoginTaken))
            };
        }
        tx.insert_staff(&row)?;
        // Without its first role there is no account: the refusal undoes both.
        insert(tx, &caller, scope, row.staff, &membership, now)?.map_err(Undone::Refused)?;
        let shard = tx
            .area_path(membership.area)?
            .iter()
            .find_map(|row| row.shard);
        note(tx, shard, caller.staff, now, "staff.add", &row.staff.0)?;
        Ok(true)
    };
    match app.store.try_write(Lane::People, add).await {
        Ok(is_new) => Ok(Ok(is_new.then_some(password))),
        Err(Undone::Refused(refusal)) => Ok(Err(refusal)),
        Err(Undone::Store(error)) => Err(error.into()),
    }
}

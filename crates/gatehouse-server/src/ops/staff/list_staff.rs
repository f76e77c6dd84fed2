//! The staff of an area and all that lies in it.

use crate::app::App;
use crate::auth::role::Role;
use crate::error::OpError;
use gatehouse_core::id::AreaId;
use gatehouse_core::moment::Moment;
use gatehouse_store::membership::NamedMembership;
use gatehouse_store::{ReadTx, StoreError};

/// Rows of one page.
const ROWS_MOST: u32 = 60;

/// Somebody with one of their memberships.
pub struct StaffLine {
    /// Staff id.
    pub staff: String,
    /// What they sign in with.
    pub login: String,
    /// As colleagues know them.
    pub name: String,
    /// Key of the role's words.
    pub role_key: &'static str,
    /// Name of the office.
    pub office: String,
    /// Name of the area.
    pub area: String,
    /// Key of the words for its state today.
    pub state_key: &'static str,
}

/// A page of them.
pub struct StaffList {
    /// By login.
    pub lines: Vec<StaffLine>,
    /// Login after which the next page begins.
    pub next: Option<String>,
}

/// Reads a page: logins after `after`, empty at first.
pub async fn list_staff(
    app: &App,
    area: AreaId,
    offset_minutes: i16,
    after: &str,
) -> Result<StaffList, OpError> {
    let now = Moment::new(app.world.now_millis(), offset_minutes);
    let after = after.to_owned();
    let read = move |tx: &ReadTx<'_>| {
        let mut rows = tx.memberships_below(area, &after, ROWS_MOST + 1)?;
        let next = cut(&mut rows);
        let lines = rows.iter().map(|row| line(tx, row, now));
        Ok::<_, StoreError>(StaffList {
            lines: lines.collect::<Result<_, _>>()?,
            next,
        })
    };
    Ok(app.store.read(read).await?)
}

/// Keeps whole people on a page; says where the next one begins.
fn cut(rows: &mut Vec<NamedMembership>) -> Option<String> {
    if rows.len() <= ROWS_MOST as usize {
        return None;
    }
    let last = rows.last().map(|row| row.login.clone())?;
    let whole = rows.iter().filter(|row| row.login != last).count();
    // Somebody with more memberships than a page holds stays on it alone.
    rows.truncate(if whole == 0 {
        ROWS_MOST as usize
    } else {
        whole
    });
    rows.last().map(|row| row.login.clone())
}

fn line(tx: &ReadTx<'_>, named: &NamedMembership, now: Moment) -> Result<StaffLine, StoreError> {
    let row = &named.row;
    Ok(StaffLine {
        staff: row.staff.to_string(),
        login: named.login.clone(),
        name: named.name.clone(),
        role_key: Role::named(&row.role).map_or("role-unknown", Role::text_key),
        office: named.office.clone(),
        area: named.area_name.clone(),
        state_key: state_key(tx, named, now)?,
    })
}

fn state_key(
    tx: &ReadTx<'_>,
    named: &NamedMembership,
    now: Moment,
) -> Result<&'static str, StoreError> {
    let row = &named.row;
    Ok(if named.disabled_at.is_some() {
        "staff-state-closed"
    } else if row.state == "suspended" {
        "staff-state-suspended"
    } else if row.from_at > now.millis {
        "staff-state-later"
    } else if !row.holds_at(now.millis) {
        "staff-state-over"
    } else if tx.is_on_leave(row.membership, now.day())? {
        "staff-state-leave"
    } else {
        "staff-state-active"
    })
}

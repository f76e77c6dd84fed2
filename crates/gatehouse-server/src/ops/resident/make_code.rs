//! A code for somebody's own page, handed over on paper by whoever knows them at the door.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::note::note;
use crate::readable_code::readable_code;
use gatehouse_core::id::PersonId;
use gatehouse_store::resident_code::ResidentCodeRow;
use gatehouse_store::{Lane, StoreError, Tx};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Characters of a code: sixty bits.
pub const CODE_CHARS: usize = 12;
/// Days that a code opens the page (local choice).
const DAYS: i64 = 180;
const DAY_MILLIS: i64 = 86_400_000;

/// As it is printed: three groups of four.
pub fn grouped(code: &str) -> String {
    let chars: Vec<char> = code.chars().collect();
    let groups = chars
        .chunks(4)
        .map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}

/// Makes it and says it once; the one before opens nothing any more.
///
/// # Errors
/// Not found for somebody who does not live in the area.
pub async fn make_code(
    app: &App,
    caller: &Caller,
    scope: &AreaInScope,
    person: PersonId,
) -> Result<Zeroizing<String>, OpError> {
    let shard = scope.county()?;
    let code = readable_code::<CODE_CHARS>(&*app.world);
    let now = app.world.now_millis();
    let row = ResidentCodeRow {
        shard,
        code_hash: Sha256::digest(code.as_bytes()).into(),
        person,
        made_at: now,
        made_by: Some(caller.staff),
        expires_at: now + DAYS * DAY_MILLIS,
    };
    let area = scope.area;
    let make = move |tx: &Tx<'_>| {
        let known = tx
            .person(shard, person)?
            .filter(|known| known.state == "active");
        let Some(known) = known else {
            return Ok(false);
        };
        if !tx
            .area_path(known.area)?
            .iter()
            .any(|above| above.area == area)
        {
            return Ok(false);
        }
        tx.replace_resident_code(&row)?;
        note(tx, Some(shard), caller_of(&row), now, "resident.code", &[])?;
        Ok::<_, StoreError>(true)
    };
    let made = app.store.write(Lane::People, make).await?;
    made.then_some(code).ok_or(OpError::NotFound)
}

fn caller_of(row: &ResidentCodeRow) -> gatehouse_core::id::StaffId {
    row.made_by.unwrap_or(gatehouse_core::id::StaffId([0; 16]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::resident::find_resident::code_hash;
    use crate::world::Computer;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = readable_code::<CODE_CHARS>(&Computer);
        let hash = code_hash(&code).expect("a code");
        let shown = grouped(&code);
        assert_eq!(shown.len(), CODE_CHARS + 2);
        for typed in [
            shown.clone(),
            shown.to_uppercase(),
            format!(" {} ", shown.replace('-', " ")),
        ] {
            assert_eq!(code_hash(&typed), Some(hash), "{typed}");
        }
        for wrong in ["", "abc", "abcdefghjkmnp"] {
            assert_eq!(code_hash(wrong), None);
        }
    }
}

//! What is held about a resident, and who looked (SCOPE-5). One's own look is a view row like any
//! other: whoever had the slip in their hands is seen.

use super::find_resident::ResidentCaller;
use crate::app::App;
use crate::error::OpError;
use crate::ops::hold_gate::keyring;
use crate::paging::{Page, ROWS_AND_ONE};
use gatehouse_core::audit::WriterId;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::person::{PersonField, PersonPlain};
use gatehouse_store::person_view::{ViewPlace, Viewer, ViewsAsked};
use gatehouse_store::{Lane, ReadTx, StoreError, Tx};

/// Purpose of one's own look.
pub const OWN: &str = "own_data";
/// A look by an office.
pub struct Look {
    /// When, and where in the list.
    pub place: ViewPlace,
    /// The office; `None` for the program itself and for oneself.
    pub office: Option<String>,
    /// What for, a word from a list.
    pub purpose: String,
    /// Which fields, words with blanks between.
    pub fields: String,
}

/// What is held.
pub struct OwnData {
    /// In the clear: it is theirs.
    pub plain: PersonPlain,
    /// Core's word.
    pub sex: String,
    /// The door.
    pub door: Option<HouseholdRow>,
}

/// Who looked, the last first, a page at a time; one's own looks are left out.
pub async fn read_looks(
    app: &App,
    resident: &ResidentCaller,
    after: Option<ViewPlace>,
) -> Result<Page<Look>, OpError> {
    let (shard, person) = (resident.shard, resident.person);
    let read = move |tx: &ReadTx<'_>| {
        let asked = ViewsAsked {
            without: OWN,
            after: after.unwrap_or(ViewPlace::FIRST),
            limit: ROWS_AND_ONE,
        };
        let mut shown = Vec::new();
        for look in tx.views_asked(shard, person, &asked)? {
            let office = match look.organisation {
                Some(office) => tx.organisation(office)?.map(|row| row.name),
                None => None,
            };
            shown.push(Look {
                place: ViewPlace::of(&look),
                office,
                purpose: look.purpose,
                fields: look.fields,
            });
        }
        Ok::<_, StoreError>(shown)
    };
    let rows = app.store.read(read).await?;
    Ok(Page::of(rows, |look| place_text(look.place)))
}

/// A place as links name it: `<viewed_at>-<writer>-<seq>`.
fn place_text(place: ViewPlace) -> String {
    format!("{}-{}-{}", place.viewed_at, place.writer, place.seq)
}

/// Reads what a link names.
pub fn place(text: &str) -> Option<ViewPlace> {
    let mut parts = text.splitn(3, '-');
    let mut next = || parts.next();
    let (viewed_at, writer, seq) = (next()?, next()?, next()?);
    let writer = data_encoding::HEXLOWER.decode(writer.as_bytes()).ok()?;
    Some(ViewPlace {
        viewed_at: viewed_at.parse().ok()?,
        writer: WriterId(writer.try_into().ok()?),
        seq: seq.parse().ok()?,
    })
}

/// Opens it.
pub async fn read_own_data(app: &App, resident: &ResidentCaller) -> Result<OwnData, OpError> {
    let keys = keyring(app)?;
    let me = resident.clone();
    let viewer = Viewer {
        staff: None,
        organisation: None,
        purpose: OWN.to_owned(),
        at: app.world.now_millis(),
        salt: app.world.bytes(),
    };
    let fields = [
        PersonField::Name,
        PersonField::BirthOn,
        PersonField::Document,
        PersonField::Phone,
        PersonField::Email,
        PersonField::Employer,
        PersonField::Note,
    ];
    let open = move |tx: &Tx<'_>| {
        let Some(row) = tx.person(me.shard, me.person)? else {
            return Ok(None);
        };
        let plain = tx.reveal(&keys.vault, me.shard, me.person, &fields, &viewer)?;
        let door = match me.household {
            Some(household) => tx.household(me.shard, household)?,
            None => None,
        };
        Ok::<_, StoreError>(plain.map(|plain| OwnData {
            plain,
            sex: row.sex,
            door,
        }))
    };
    let data = app.store.write(Lane::People, open).await?;
    data.ok_or(OpError::NotFound)
}

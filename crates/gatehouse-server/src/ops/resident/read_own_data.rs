//! What is held about a resident, and who looked (SCOPE-5). One's own look is a view row like any
//! other: whoever had the slip in their hands is seen.

use super::find_resident::ResidentCaller;
use crate::app::App;
use crate::error::OpError;
use crate::ops::hold_gate::keyring;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::person::{PersonField, PersonPlain};
use gatehouse_store::person_view::Viewer;
use gatehouse_store::{Lane, StoreError, Tx};

/// Purpose of one's own look.
pub const OWN: &str = "own_data";
/// Most looks that are shown.
const VIEWS_MOST: u32 = 100;

/// A look by an office.
pub struct Look {
    /// When, milliseconds UTC.
    pub at: i64,
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
    /// Who looked, the last first; one's own looks left out.
    pub looks: Vec<Look>,
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
        PersonField::Employer,
        PersonField::Note,
    ];
    let open = move |tx: &Tx<'_>| {
        let Some(row) = tx.person(me.shard, me.person)? else {
            return Ok(None);
        };
        let looks = tx.views_of_person(me.shard, me.person, VIEWS_MOST)?;
        let plain = tx.reveal(&keys.vault, me.shard, me.person, &fields, &viewer)?;
        let door = match me.household {
            Some(household) => tx.household(me.shard, household)?,
            None => None,
        };
        let mut shown = Vec::new();
        for look in looks.into_iter().filter(|look| look.purpose != OWN) {
            let office = match look.organisation {
                Some(office) => tx.organisation(office)?.map(|row| row.name),
                None => None,
            };
            shown.push(Look {
                at: look.viewed_at,
                office,
                purpose: look.purpose,
                fields: look.fields,
            });
        }
        Ok::<_, StoreError>(plain.map(|plain| OwnData {
            plain,
            sex: row.sex,
            door,
            looks: shown,
        }))
    };
    let data = app.store.write(Lane::People, open).await?;
    data.ok_or(OpError::NotFound)
}

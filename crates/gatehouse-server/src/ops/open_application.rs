//! Somebody who decides on an application looks at what it rests on: name, last four of the
//! document, picture; or at the landlord's telephone, to ask for the yes. With the right, for a
//! stated purpose, written down and shown to the person (SCOPE-5).

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::answer_landlord::application_in;
use crate::ops::hold_gate::keyring;
use gatehouse_core::id::ApplicationId;
use gatehouse_core::person::{Document, DocumentKind};
use gatehouse_store::Lane;
use gatehouse_store::person::{PersonField, PersonPlain};
use gatehouse_store::person_view::Viewer;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Whom the pass is for.
    Holder,
    /// The landlord's name and telephone.
    Landlord,
}

/// What was there, in the clear.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Opened {
    /// Full name.
    pub name: Option<String>,
    /// Last four of the document.
    pub document_end: Option<String>,
    /// Telephone, of a landlord.
    pub phone: Option<String>,
    /// Picture.
    pub photo: Option<Vec<u8>>,
}

/// Opens it.
///
/// # Errors
/// [`OpError::NotFound`] for an application that is not in the area or has left the queue: then
/// there is nothing to decide, hence nothing to look for.
pub async fn open_application(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    application: ApplicationId,
    look: Look,
) -> Result<Opened, OpError> {
    let (keys, shard, within) = (keyring(app)?, area.county()?, area.area);
    let (purpose, fields): (_, &[PersonField]) = match look {
        Look::Holder => {
            let fields = &[PersonField::Name, PersonField::Document, PersonField::Photo];
            ("decide_pass", fields)
        }
        Look::Landlord => ("ask_landlord", &[PersonField::Name, PersonField::Phone]),
    };
    let viewer = Viewer {
        staff: Some(caller.staff),
        organisation: caller.office_in(Permission::RevealPeople, &area.path),
        purpose: purpose.to_owned(),
        at: app.world.now_millis(),
        salt: app.world.bytes(),
    };
    let open = move |tx: &gatehouse_store::Tx<'_>| {
        let row = application_in(tx, shard, within, application)?;
        if row.state != "waiting" {
            return Err(OpError::NotFound);
        }
        let vault = &keys.vault;
        let person = match look {
            Look::Holder => row.holder,
            Look::Landlord => row.landlord.person,
        };
        let draft = match (look, person) {
            (Look::Landlord, None) => return Err(OpError::NotFound),
            (Look::Holder, None) => {
                tx.reveal_application_draft(vault, shard, application, fields, &viewer)?
            }
            (_, Some(person)) => tx.reveal(vault, shard, person, fields, &viewer)?,
        };
        let mut plain = draft.unwrap_or_default();
        if look == Look::Holder && person.is_some() {
            // A new picture waits with the application.
            let newer = tx.application_draft(vault, shard, application)?;
            plain.photo = newer.and_then(|newer| newer.photo).or(plain.photo);
        }
        Ok(opened(plain, look))
    };
    app.store.try_write(Lane::People, open).await
}

fn opened(plain: PersonPlain, look: Look) -> Opened {
    let document = plain.document.and_then(|(kind, number)| {
        let document = Document::from_stored(DocumentKind::from_code(&kind)?, &number)?;
        Some(document.last_four().to_owned())
    });
    Opened {
        name: plain.name,
        document_end: document,
        phone: plain.phone.filter(|_| look == Look::Landlord),
        photo: plain.photo,
    }
}

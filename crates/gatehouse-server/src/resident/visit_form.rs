//! What a form says of a visitor, on the poster's page and at the gate alike.

use crate::ops::resident::door::TypedDoor;
use crate::ops::resident::register_visit::{NewVisit, Registrar};
use crate::ops::resident::visit_code::new_visit;
use crate::ops::send_message::language_word;
use crate::world::World;
use gatehouse_core::gate::wording::Lang;
use serde::Deserialize;

/// The fields. They are personal, so they do not print.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct VisitorForm {
    pub visit: String,
    pub name: String,
    pub phone: String,
    pub building: String,
    pub unit: String,
    pub room: String,
    pub whom: String,
    pub purpose: String,
}

impl VisitorForm {
    /// An empty one for a new visit.
    pub fn fresh(world: &dyn World) -> VisitorForm {
        VisitorForm {
            visit: new_visit(world),
            ..VisitorForm::default()
        }
    }

    /// What it asks for; `None` where it is for no visit.
    pub fn asked(&self, lang: Lang, by: Registrar) -> Option<NewVisit> {
        Some(NewVisit {
            visit: visit_id(&self.visit)?,
            name: self.name.clone(),
            phone: self.phone.clone(),
            door: TypedDoor {
                building: self.building.clone(),
                unit: self.unit.clone(),
                room: self.room.clone(),
            },
            whom: self.whom.clone(),
            purpose: self.purpose.clone(),
            language: language_word(lang).to_owned(),
            by,
        })
    }
}

/// A visit as forms and links name it.
pub fn visit_id(typed: &str) -> Option<[u8; 16]> {
    let id = data_encoding::HEXLOWER.decode(typed.as_bytes()).ok()?;
    id.try_into().ok()
}

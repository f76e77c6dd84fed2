//! The page on which somebody applies on another's behalf, with what was typed kept.

use crate::auth::access::AreaInScope;
use crate::console::pass_words::{Place, door as door_words, kind, mask};
use crate::faults::Faults;
use crate::ops::keep_helpers::WORD_WAYS;
use crate::ops::pass_rules::{DELIVERIES, WORKS};
use crate::ops::read_door::Door;
use crate::page::Frame;
use askama::Template;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{ApplicationId, AreaId};
use gatehouse_core::person::{DocumentKind, WorkerClass};
use serde::Deserialize;

/// The form as sent. It is personal, so it does not print.
#[derive(Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields of the form, by their names")]
pub struct ApplyForm {
    pub id: String,
    pub household: String,
    pub holder: String,
    pub kind: String,
    pub name: String,
    pub sex: String,
    pub birth_on: String,
    pub document_kind: String,
    pub document: String,
    pub phone: String,
    pub basis: String,
    pub landlord: String,
    pub worker_class: String,
    pub employer: String,
    pub delivery: String,
    pub no_photo: String,
    pub work: String,
    pub word: String,
    pub agreed_by: String,
}

/// What was typed, and what is wrong with it.
pub struct Typed {
    /// Id of the application that the form makes.
    pub id: ApplicationId,
    /// Compound, building, unit, room.
    pub door: [String; 4],
    /// There is no such door in the ledger.
    pub door_fault: bool,
    /// The fields.
    pub form: ApplyForm,
    /// A field and what is wrong with it.
    pub faults: Faults,
    /// What is wrong with the whole.
    pub problem: Option<String>,
    /// Where to look instead.
    pub link: Option<String>,
}

impl Typed {
    /// Nothing yet.
    pub fn new(id: ApplicationId) -> Typed {
        Typed {
            id,
            door: Default::default(),
            door_fault: false,
            form: ApplyForm::default(),
            faults: Faults::default(),
            problem: None,
            link: None,
        }
    }
}

/// What stands before the id of a vehicle where a person could be chosen too.
pub const VEHICLE: &str = "vehicle-";

/// How a household said yes, after "not said yet": consent is never chosen beforehand.
const WORDS: [&str; 3] = ["", WORD_WAYS[0], WORD_WAYS[1]];

/// A value of a list: what is sent, what people read, chosen.
type Choice = (String, String, bool);

/// The page.
#[derive(Template)]
#[template(path = "pass_apply.html")]
pub struct ApplyPage {
    frame: Frame,
    base: String,
    compounds: Vec<Choice>,
    door: Option<DoorView>,
    typed: Typed,
    kinds: Vec<Choice>,
    sexes: Vec<Choice>,
    documents: Vec<Choice>,
    bases: Vec<Choice>,
    classes: Vec<Choice>,
    works: Vec<Choice>,
    words: Vec<Choice>,
    deliveries: Vec<Choice>,
}

struct DoorView {
    household: String,
    name: String,
    people: Vec<PersonView>,
    /// What is sent, the plate, chosen.
    vehicles: Vec<Choice>,
}

struct PersonView {
    id: String,
    name: String,
    who: String,
    kind: String,
    has_pass: bool,
    is_chosen: bool,
}

/// Makes the page.
pub fn apply_page(
    frame: Frame,
    area: &AreaInScope,
    compounds: &[(AreaId, String)],
    door: Option<&Door>,
    now: i64,
    typed: Typed,
) -> ApplyPage {
    let place = Place {
        frame: &frame,
        now,
        offset: area.offset_minutes,
    };
    let form = &typed.form;
    let choices = |words: &[&str], key: &str, chosen: &str| choices(&frame, words, key, chosen);
    let label = |zh: &str, en: &str| match frame.lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => en.to_owned(),
    };
    let documents = DocumentKind::ALL.map(|kind| {
        let words = label(kind.label_zh(), kind.label_en());
        (
            kind.code().to_owned(),
            words,
            kind.code() == form.document_kind,
        )
    });
    let classes = WorkerClass::ALL.map(|class| {
        let words = frame.lang.pick(class.label()).to_owned();
        (
            class.code().to_owned(),
            words,
            class.code() == form.worker_class,
        )
    });
    let compounds = compounds.iter().map(|(id, name)| {
        let id = id.to_string();
        let is_chosen = id == typed.door[0];
        (id, name.clone(), is_chosen)
    });
    ApplyPage {
        base: format!("/areas/{}/passes", area.area),
        compounds: compounds.collect(),
        door: door.map(|door| view(&place, door, &form.holder)),
        kinds: choices(
            &["", "errand", "helper", "visitor", "worker", "slip"],
            "passes-kind",
            &form.kind,
        ),
        sexes: choices(&["", "male", "female"], "passes-sex", &form.sex),
        documents: documents.into(),
        bases: choices(
            &["tenant", "lodger", "permanent"],
            "passes-basis",
            &form.basis,
        ),
        classes: classes.into(),
        works: choices(&WORKS, "helper-work", &form.work),
        words: choices(&WORDS, "helper-word", &form.word),
        deliveries: choices(&DELIVERIES, "passes-delivery", &form.delivery),
        typed,
        frame,
    }
}

fn choices(frame: &Frame, words: &[&str], key: &str, chosen: &str) -> Vec<Choice> {
    let choice = |word: &&str| {
        let end = if word.is_empty() { "own" } else { word };
        let words = frame.t(&format!("{key}-{end}"));
        ((*word).to_owned(), words, *word == chosen)
    };
    words.iter().map(choice).collect()
}

fn view(place: &Place<'_>, door: &Door, chosen: &str) -> DoorView {
    let home = &door.household;
    let people = door.people.iter().map(|one| {
        let id = one.person.to_string();
        PersonView {
            name: mask(one.masked.as_deref()).unwrap_or_default(),
            who: place.who(&one.sex, one.birth_year),
            kind: kind(place.frame, &one.kind),
            has_pass: one.has_pass,
            is_chosen: id == chosen,
            id,
        }
    });
    let words = door_words(place.frame, [&home.building, &home.unit, &home.room]);
    let vehicles = door.vehicles.iter().map(|row| {
        let value = format!("{VEHICLE}{}", row.vehicle);
        let is_chosen = value == chosen;
        (value, row.plate.clone(), is_chosen)
    });
    DoorView {
        vehicles: vehicles.collect(),
        household: home.household.to_string(),
        name: format!("{} {words}", door.compound),
        people: people.collect(),
    }
}

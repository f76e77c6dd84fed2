//! The register of a compound as a workbook, in the columns of the template: what goes out comes
//! in again without a difference. Each person's view is on record before the file leaves.

use super::field::Field;
use super::values::Basis;
use super::workbook::{COLUMNS, fault, new, text_format, write_headers};
use super::{Desk, ImportError, Place};
use crate::locale::text_filled;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{OrganisationId, PersonId, StaffId};
use gatehouse_core::moment::CivilDay;
use gatehouse_core::person::DocumentKind;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::person::{PersonField, PersonPlain, PersonRow};
use gatehouse_store::person_view::Viewer;
use gatehouse_store::{Chance, Lane, StoreError};
use rust_xlsxwriter::{Workbook, XlsxError};
use std::collections::BTreeMap;

/// People opened in one step: each view is a handful of statements.
const PEOPLE_A_STEP: u32 = 40;
/// Most people of one workbook.
const PEOPLE_MOST: usize = 200_000;
/// Row of the headers, from 0.
const HEADERS: u32 = 1;

/// Every basis.
pub(super) const BASES: [Basis; 3] = [Basis::Permanent, Basis::Tenant, Basis::Lodger];

impl Basis {
    /// As the template has it.
    pub(super) const fn words(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Basis::Permanent, Lang::Zh) => "自住",
            (Basis::Tenant, Lang::Zh) => "租住",
            (Basis::Lodger, Lang::Zh) => "寄住",
            (Basis::Permanent, Lang::En) => "owned",
            (Basis::Tenant, Lang::En) => "rented",
            (Basis::Lodger, Lang::En) => "lodger",
        }
    }
}

/// Who takes the register out.
pub struct Exporter {
    /// Who.
    pub staff: Option<StaffId>,
    /// As colleagues know them.
    pub name: String,
    /// For which office.
    pub organisation: Option<OrganisationId>,
    /// In which language.
    pub lang: Lang,
    /// Name of the compound.
    pub area_name: String,
}

/// A person with all that goes out of them.
struct Line {
    row: PersonRow,
    plain: PersonPlain,
    door: Option<HouseholdRow>,
    basis: Option<String>,
    landlord: Option<PersonId>,
    from_on: Option<CivilDay>,
}

/// The register of a compound.
///
/// # Errors
/// The database's.
pub fn export(desk: &Desk, place: &Place, by: &Exporter) -> Result<Vec<u8>, ImportError> {
    let mut lines: Vec<Line> = Vec::new();
    let mut after = PersonId([0; 16]);
    while lines.len() < PEOPLE_MOST {
        let (last, page) = open_page(desk, place, by, after)?;
        lines.extend(page);
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    let now = desk.world.now_millis();
    let (shard, area, people, actor) = (place.shard, place.area, lines.len(), by.staff);
    desk.store
        .write_blocking::<_, StoreError, _>(Lane::People, move |tx| {
            let body = format!("{area} {people} people");
            tx.append_audit(&AuditNote {
                shard,
                at: now,
                kind: "people.export",
                actor,
                commitment: None,
                body: body.as_bytes(),
            })
            .map(|_| ())
        })?;
    lines.sort_by(|a, b| door_key(a).cmp(&door_key(b)));
    Ok(write(desk, place, by, &lines).map_err(fault)?)
}

/// By door as people walk along them: 2 before 10.
fn door_key(line: &Line) -> [(usize, &str); 3] {
    let part = |text: &'static str| (0, text);
    match &line.door {
        None => [part(""), part(""), part("")],
        Some(door) => {
            [&door.building, &door.unit, &door.room].map(|text| (text.len(), text.as_str()))
        }
    }
}

fn open_page(
    desk: &Desk,
    place: &Place,
    by: &Exporter,
    after: PersonId,
) -> Result<(Option<PersonId>, Vec<Line>), ImportError> {
    let (shard, area) = (place.shard, place.area);
    let (keys, chance) = (desk.keys.clone(), Chance::new(desk.world.bytes()));
    let (staff, organisation, at) = (by.staff, by.organisation, desk.world.now_millis());
    Ok(desk
        .store
        .write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            let page = tx.persons_of_area(shard, area, after, PEOPLE_A_STEP)?;
            let last = page.last().map(|row| row.person);
            let mut lines = Vec::new();
            let living = |row: &PersonRow| row.state == "active" && row.household.is_some();
            for (part, row) in (0..).zip(page.into_iter().filter(living)) {
                let viewer = Viewer {
                    staff,
                    organisation,
                    purpose: "export".to_owned(),
                    at,
                    salt: chance.part(part).sixteen("view"),
                };
                let fields = PersonField::ALL.map(|field| field);
                let fields: Vec<_> = (fields.into_iter())
                    .filter(|f| *f != PersonField::Photo)
                    .collect();
                let Some(plain) = tx.reveal(keys.vault(), shard, row.person, &fields, &viewer)?
                else {
                    continue;
                };
                let door = match row.household {
                    Some(door) => tx.household(shard, door)?,
                    None => None,
                };
                let residences = tx.residences_of_person(shard, row.person)?;
                let lasting = residences.into_iter().find(|residence| {
                    residence.until_on.is_none() && Some(residence.household) == row.household
                });
                lines.push(Line {
                    basis: lasting.as_ref().map(|residence| residence.basis.clone()),
                    landlord: lasting.as_ref().and_then(|residence| residence.landlord),
                    from_on: lasting.map(|residence| residence.from_on),
                    row,
                    plain,
                    door,
                });
            }
            Ok((last, lines))
        })?)
}

fn write(desk: &Desk, place: &Place, by: &Exporter, lines: &[Line]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook: Workbook = new(desk.world.now_millis())?;
    let sheet = workbook.add_worksheet();
    let times = crate::times::Times::new(by.lang, desk.world.now_millis(), place.offset_minutes);
    let when = format!(
        "{} {}",
        times.today().to_text(),
        times.clock(desk.world.now_millis())
    );
    let people = lines.len().to_string();
    let said = text_filled(
        by.lang,
        "import-sheet-exported",
        &[
            ("area", by.area_name.as_str()),
            ("who", by.name.as_str()),
            ("when", when.as_str()),
            ("rows", people.as_str()),
        ],
    );
    let plain = text_format();
    sheet.write_string_with_format(0, 0, &said, &plain)?;
    write_headers(sheet, HEADERS, by.lang)?;
    sheet.set_freeze_panes(HEADERS + 1, 0)?;
    let names: BTreeMap<PersonId, &str> = lines
        .iter()
        .filter_map(|line| Some((line.row.person, line.plain.name.as_deref()?)))
        .collect();
    for (row, line) in (HEADERS + 1..).zip(lines) {
        for (at, field) in (0..).zip(COLUMNS) {
            let value = value_of(line, field, by.lang, &names);
            if !value.is_empty() {
                sheet.write_string_with_format(row, at, value, &plain)?;
            }
        }
    }
    // On each printed page, so that a sheet that lies about says whose it was.
    sheet.set_footer(format!("&C{}", said.replace('&', "&&")));
    workbook.save_to_buffer()
}

fn value_of(line: &Line, field: Field, lang: Lang, names: &BTreeMap<PersonId, &str>) -> String {
    let plain = &line.plain;
    let door = |part: fn(&HouseholdRow) -> &String| line.door.as_ref().map(part).cloned();
    let kind = plain
        .document
        .as_ref()
        .and_then(|(kind, _)| DocumentKind::from_code(kind));
    let value = match field {
        Field::Building => door(|door| &door.building),
        Field::Unit => door(|door| &door.unit),
        Field::Room => door(|door| &door.room),
        Field::Name => plain.name.clone(),
        Field::Sex => Some(match (line.row.sex.as_str(), lang) {
            ("male", Lang::Zh) => "男".to_owned(),
            ("female", Lang::Zh) => "女".to_owned(),
            ("unknown", _) => String::new(),
            (sex, _) => sex.to_owned(),
        }),
        Field::BirthOn => plain.birth_on.map(CivilDay::to_text),
        Field::DocumentKind => kind.map(|kind| match lang {
            Lang::Zh => kind.label_zh().to_owned(),
            Lang::En => kind.label_en().to_owned(),
        }),
        Field::Document => plain.document.as_ref().map(|(_, number)| number.clone()),
        Field::Phone => plain.phone.clone(),
        Field::Email => plain.email.clone(),
        Field::Basis => {
            let basis = BASES
                .iter()
                .find(|basis| line.basis.as_deref() == Some(basis.code()));
            basis.map(|basis| basis.words(lang).to_owned())
        }
        Field::Landlord => {
            let name = line.landlord.and_then(|landlord| names.get(&landlord));
            name.map(|name| (*name).to_owned())
        }
        Field::FromOn => line.from_on.map(CivilDay::to_text),
        Field::Care => plain.note.clone(),
        Field::Address => None,
    };
    value.unwrap_or_default()
}

//! A row of a sheet becomes a person at a door, or every complaint about its cells at once.

use super::fault::{CellFault, Fault};
use super::field::Field;
use super::header::Mapping;
use super::values::{self, Basis};
use crate::ops::check_draft::{Phones, check_draft};
use crate::sheet::Cell;
use gatehouse_core::complaint::{Complaint, ComplaintCode};
use gatehouse_core::household::{Address, AddressDraft};
use gatehouse_core::moment::CivilDay;
use gatehouse_core::person::{Person, PersonDraft};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

/// What a row says of somebody.
#[derive(Clone, PartialEq, Eq)]
pub struct RowPerson {
    /// Who.
    pub person: Person,
    /// Behind which door.
    pub address: Address,
    /// The same where nothing is taken apart: a room may be called 2-501.
    pub as_written: Address,
    /// On what basis; `None` where the sheet does not say.
    pub basis: Option<Basis>,
    /// Whose dwelling it is, as written.
    pub landlord: Option<String>,
    /// Since when, where it is said.
    pub from_on: Option<CivilDay>,
    /// What they need.
    pub care: Option<String>,
}

impl fmt::Debug for RowPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RowPerson(..)")
    }
}

/// What rows are held against, beside core's rules.
pub struct RowRules {
    /// Today at the compound.
    pub today: CivilDay,
    /// Names of its buildings where they are drawn; empty: any.
    pub buildings: BTreeSet<String>,
    /// Which telephones pass.
    pub phones: Phones,
}

/// Cells by field.
struct Fields<'a> {
    cells: &'a [Cell],
    mapping: &'a Mapping,
}

impl Fields<'_> {
    fn column(&self, field: Field) -> Option<usize> {
        self.mapping
            .iter()
            .position(|mapped| *mapped == Some(field))
    }

    fn cell(&self, field: Field) -> &Cell {
        let cell = self.column(field).and_then(|at| self.cells.get(at));
        cell.unwrap_or(&Cell::Empty)
    }

    fn text(&self, field: Field) -> Cow<'_, str> {
        self.cell(field).text()
    }

    fn is_blank(&self, field: Field) -> bool {
        self.cell(field).is_blank()
    }
}

/// Reads a row.
///
/// # Errors
/// Every fault that was found, at least one.
pub fn read_row(
    cells: &[Cell],
    mapping: &Mapping,
    rules: &RowRules,
) -> Result<RowPerson, Vec<CellFault>> {
    let fields = Fields { cells, mapping };
    let mut faults = broken_cells(&fields);
    let mut note = |field: Field, fault: Fault| faults.push((field, fault));
    let mut draft = PersonDraft {
        name: fields.text(Field::Name).into_owned(),
        sex: fields.text(Field::Sex).into_owned(),
        phone: fields.text(Field::Phone).into_owned(),
        email: fields.text(Field::Email).into_owned(),
        ..PersonDraft::default()
    };
    let mut day = |field: Field| {
        values::day(fields.cell(field)).unwrap_or_else(|code| {
            note(field, Fault::Complaint(code));
            None
        })
    };
    let (birth_on, from_on) = (day(Field::BirthOn), day(Field::FromOn));
    draft.birth_on = birth_on.map(CivilDay::to_text).unwrap_or_default();
    if !fields.is_blank(Field::Document) {
        match values::document_kind(&fields.text(Field::DocumentKind)) {
            Ok(kind) => draft.document = Some((kind, fields.text(Field::Document).into_owned())),
            Err(fault) => note(Field::DocumentKind, fault),
        }
    }
    let basis = match fields.is_blank(Field::Basis) {
        true => None,
        false => values::basis(&fields.text(Field::Basis))
            .map_err(|fault| note(Field::Basis, fault))
            .ok(),
    };
    let address = read_door(&fields, rules).map_err(|found| {
        found
            .into_iter()
            .for_each(|(field, fault)| note(field, fault));
    });
    let person = check_draft(&draft, rules.today, rules.phones).map_err(|complaints| {
        complaints.iter().for_each(|complaint| {
            let (field, fault) = of_person(complaint);
            note(field, fault);
        });
    });
    if from_on.is_some_and(|day| day > rules.today) {
        note(Field::FromOn, Fault::Complaint(ComplaintCode::DateInFuture));
    }
    match (person, address) {
        (Ok(person), Ok((address, as_written))) if faults.is_empty() => Ok(RowPerson {
            person,
            address,
            as_written,
            basis,
            landlord: Some(fields.text(Field::Landlord).trim().to_owned())
                .filter(|text| !text.is_empty()),
            from_on,
            care: values::care(&fields.text(Field::Care)),
        }),
        _ => Err(placed(&fields, faults)),
    }
}

/// Cells that hold an error of the sheet, and numbers that it has destroyed.
fn broken_cells(fields: &Fields<'_>) -> Vec<(Field, Fault)> {
    let mut faults = Vec::new();
    for field in Field::ALL {
        match fields.cell(*field) {
            Cell::Error(_) => faults.push((*field, Fault::ErrorCell)),
            Cell::Bool(_) => faults.push((*field, Fault::BoolCell)),
            cell if cell.is_destroyed_number() && *field == Field::Document => {
                let damaged = ComplaintCode::IdNumberDamaged;
                faults.push((*field, Fault::Complaint(damaged)));
            }
            _ => {}
        }
    }
    faults
}

fn read_door(
    fields: &Fields<'_>,
    rules: &RowRules,
) -> Result<(Address, Address), Vec<(Field, Fault)>> {
    for field in [Field::Building, Field::Unit, Field::Room, Field::Address] {
        if matches!(fields.cell(field), Cell::Date(_)) {
            return Err(vec![(field, Fault::DoorIsDate)]);
        }
    }
    let draft = values::door(
        &fields.text(Field::Address),
        &fields.text(Field::Building),
        &fields.text(Field::Unit),
        &fields.text(Field::Room),
    )
    .map_err(|fault| vec![(Field::Address, fault)])?;
    let address = draft.check().map_err(|complaints| {
        let of_door = |complaint: &Complaint| {
            let field = match complaint.field {
                "building" => Field::Building,
                "unit" => Field::Unit,
                _ => Field::Room,
            };
            (field, Fault::Complaint(complaint.code))
        };
        complaints.iter().map(of_door).collect::<Vec<_>>()
    })?;
    if !rules.buildings.is_empty() && !rules.buildings.contains(address.building()) {
        return Err(vec![(Field::Building, Fault::NoSuchBuilding)]);
    }
    let as_written = AddressDraft {
        building: fields.text(Field::Building).into_owned(),
        unit: fields.text(Field::Unit).into_owned(),
        room: fields.text(Field::Room).into_owned(),
    };
    let as_written = as_written.check().unwrap_or_else(|_| address.clone());
    Ok((address, as_written))
}

fn of_person(complaint: &Complaint) -> (Field, Fault) {
    let field = match complaint.field {
        "sex" => return (Field::Sex, Fault::SexUnknown),
        "birth_on" => Field::BirthOn,
        "document" => Field::Document,
        "phone" => Field::Phone,
        "email" => Field::Email,
        _ => Field::Name,
    };
    (field, Fault::Complaint(complaint.code))
}

/// One fault a cell, the first: it is the plainest, and often the cause of the others.
fn placed(fields: &Fields<'_>, faults: Vec<(Field, Fault)>) -> Vec<CellFault> {
    let mut placed: Vec<CellFault> = Vec::new();
    for (field, fault) in faults {
        if placed.iter().all(|other| other.field != field) {
            let column = fields.column(field).or_else(|| {
                let is_door = matches!(field, Field::Building | Field::Unit | Field::Room);
                let instead = if is_door { Field::Address } else { field };
                fields.column(instead)
            });
            placed.push(CellFault {
                column,
                field,
                fault,
            });
        }
    }
    placed
}

/// Text of a cell for a page or a file that others may see: enough to find it, not to use it.
pub fn masked_text(field: Option<Field>, cell: &Cell) -> String {
    const SHOWN_MOST: usize = 24;
    let text = cell.text();
    let text = text.trim();
    let characters: Vec<char> = text.chars().take(SHOWN_MOST).collect();
    let keep = |from_start: usize, from_end: usize| -> String {
        if characters.len() <= from_start + from_end {
            return characters.iter().map(|_| '*').collect();
        }
        let start = characters.iter().take(from_start);
        let end = characters.iter().skip(characters.len() - from_end);
        start.collect::<String>() + "****" + &end.collect::<String>()
    };
    match (field, cell) {
        // What a sheet has destroyed is nobody's number any more, and is shown as it stands.
        (Some(Field::Document), _) if cell.is_destroyed_number() || text.contains("E+") => {
            characters.into_iter().collect()
        }
        (Some(Field::Document), _) => {
            let shown = characters.len().saturating_sub(4).min(6);
            characters[..shown].iter().collect::<String>()
                + if text.is_empty() { "" } else { "****" }
        }
        (Some(Field::Phone), _) => keep(3, 2),
        (Some(Field::Email), _) => keep(1, 2),
        (Some(Field::Name | Field::Landlord), _) => {
            let first: String = characters.iter().take(1).collect();
            first + if characters.len() > 1 { "*" } else { "" }
        }
        (Some(Field::Care) | None, _) if !text.is_empty() => "…".to_owned(),
        _ => characters.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::header::read_mapping;
    use super::*;

    fn rules() -> RowRules {
        RowRules {
            today: CivilDay::parse("2020-02-19").expect("a day"),
            buildings: ["6", "7"].map(str::to_owned).into(),
            phones: Phones::OfOperators,
        }
    }

    fn cells(texts: &[&str]) -> Vec<Cell> {
        texts
            .iter()
            .map(|text| Cell::Text((*text).to_owned()))
            .collect()
    }

    fn mapping() -> Mapping {
        read_mapping("0:building 1:room 2:name 3:document 4:birth_on 5:phone 6:basis 7:care")
            .expect("a mapping")
    }

    fn faults(cells: &[Cell]) -> Vec<(Option<usize>, Fault)> {
        let found = read_row(cells, &mapping(), &rules()).expect_err("faults");
        found
            .iter()
            .map(|fault| (fault.column, fault.fault))
            .collect()
    }

    #[test]
    fn a_row_is_a_person_at_a_door() {
        let row = cells(&[
            "6栋",
            "2-501",
            "王华",
            "440308199901101512",
            "1999.1.10",
            "",
            "租",
            "独居",
        ]);
        let found = read_row(&row, &mapping(), &rules()).expect("a person");
        assert_eq!(found.address.label_zh(), "6 栋 2 单元 501");
        assert_eq!(found.basis, Some(Basis::Tenant));
        assert_eq!(found.person.birth_year(), Some(1999));
        assert_eq!(found.care.as_deref(), Some("独居"));
        assert_eq!(format!("{found:?}"), "RowPerson(..)");
    }

    #[test]
    fn every_cell_is_complained_of_once() {
        use ComplaintCode::{DateForm, IdNumberDamaged, Missing, PhoneForm};
        let mut row = cells(&["9", "2-501", "", "", "1995.13.2", "12", "官邸", ""]);
        row[3] = Cell::Number(440_524_188_001_010_000.0);
        assert_eq!(
            faults(&row),
            [
                (Some(3), Fault::Complaint(IdNumberDamaged)),
                (Some(4), Fault::Complaint(DateForm)),
                (Some(6), Fault::BasisUnknown),
                (Some(0), Fault::NoSuchBuilding),
                (Some(2), Fault::Complaint(Missing)),
                (Some(5), Fault::Complaint(PhoneForm)),
            ]
        );
        let mut row = cells(&["6", "", "王华", "", "", "12", "", ""]);
        row[1] = Cell::Date(43_862.0);
        row[4] = Cell::Error("#N/A".to_owned());
        assert_eq!(
            faults(&row),
            [
                (Some(4), Fault::ErrorCell),
                (Some(1), Fault::DoorIsDate),
                (Some(5), Fault::Complaint(PhoneForm)),
            ]
        );
    }

    #[test]
    fn what_is_shown_identifies_nobody() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let table = [
            (
                Some(Field::Document),
                text("440308199901101512"),
                "440308****",
            ),
            (
                Some(Field::Document),
                Cell::Number(4.40308E17),
                "4.40308E+17",
            ),
            (Some(Field::Document), text("12"), "****"),
            (Some(Field::Document), text("4.40308E+17"), "4.40308E+17"),
            (Some(Field::Phone), text("13800000000"), "138****00"),
            (Some(Field::Email), text("wang@example.com"), "w****om"),
            (Some(Field::Name), text("欧阳娜"), "欧*"),
            (Some(Field::Room), text("2-501"), "2-501"),
            (None, text("某省某县"), "…"),
            (None, Cell::Empty, ""),
        ];
        for (field, cell, expected) in table {
            assert_eq!(masked_text(field, &cell), expected);
        }
    }
}

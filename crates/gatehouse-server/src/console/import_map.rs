//! The page of an import that says which column is what.

use super::import_run::{About, Wish};
use crate::ops::import_people::field::{Field, Known};
use crate::ops::import_people::view::{ColumnView, columns};
use crate::ops::import_people::{Desk, ImportError};
use crate::page::Frame;
use crate::sheet::column_name;
use askama::Template;
use gatehouse_store::import_run::ImportRunRow;

#[derive(Template)]
#[template(path = "import_map.html")]
pub(super) struct MapPage {
    frame: Frame,
    about: About,
    problem: Option<String>,
    header_row: String,
    columns: Vec<ColumnLine>,
    fields: Vec<(&'static str, String)>,
}

struct ColumnLine {
    letter: String,
    at: usize,
    header: String,
    samples: String,
    field: &'static str,
    known: &'static str,
    why: Option<String>,
    is_never: bool,
}

pub(super) fn map_page(
    desk: &Desk,
    row: ImportRunRow,
    about: About,
    frame: Frame,
    wish: &Wish,
) -> Result<MapPage, ImportError> {
    let problem = wish.problem.as_ref().map(|_| frame.t("import-map-nothing"));
    let field_words = |field: &Field| {
        let code = field.code();
        (code, frame.t(&format!("import-field-{code}")))
    };
    Ok(MapPage {
        header_row: row.last_header.to_string(),
        columns: columns(desk, &row)?
            .iter()
            .map(|column| column_line(column, &frame))
            .collect(),
        fields: Field::ALL.iter().map(field_words).collect(),
        problem,
        about,
        frame,
    })
}

fn column_line(column: &ColumnView, frame: &Frame) -> ColumnLine {
    let field = column.field.map_or("", Field::code);
    let why = match (column.field, column.known) {
        (None, _) => Some("import-known-no-field-why".to_owned()),
        (Some(_), Known::Remembered) => None,
        (Some(of), _) => {
            use Field::{Basis, BirthOn, Care, Landlord, Room};
            let has_note = [Room, BirthOn, Care, Basis, Landlord].contains(&of);
            has_note.then(|| format!("import-look-{field}"))
        }
    };
    ColumnLine {
        letter: column_name(column.at),
        at: column.at,
        header: column.header.clone(),
        samples: column.samples.join("、"),
        field,
        known: column.known.code(),
        why: why.map(|key| frame.t(&key)),
        is_never: column.is_never,
    }
}

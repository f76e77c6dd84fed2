//! The zip file that a workbook is: its directory is looked at before anything is inflated, and
//! nothing is ever written to a disk.

use super::SheetError;
use super::limits::{INFLATED_BYTES_MOST, MEMBERS_MOST};
use super::part::Part;
use std::io::{BufReader, Cursor};
use zip::ZipArchive;

/// A checked zip file.
pub(super) struct Package {
    archive: ZipArchive<Cursor<Vec<u8>>>,
    names: Vec<String>,
}

impl Package {
    /// Reads the directory and refuses what no workbook needs.
    pub(super) fn open(bytes: Vec<u8>) -> Result<Package, SheetError> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| SheetError::Damaged)?;
        if archive.len() > MEMBERS_MOST {
            return Err(SheetError::TooMuchInside);
        }
        let mut names = Vec::with_capacity(archive.len());
        let mut inflated = 0_u64;
        for at in 0..archive.len() {
            let member = archive.by_index_raw(at).map_err(|_| SheetError::Damaged)?;
            if member.encrypted() {
                return Err(SheetError::OldOrLocked);
            }
            let name = member.name().map_err(|_| SheetError::Damaged)?.into_owned();
            if leads_out(&name) {
                return Err(SheetError::LeadsOut);
            }
            inflated = inflated.saturating_add(member.size());
            names.push(name.to_ascii_lowercase());
        }
        if inflated > INFLATED_BYTES_MOST {
            return Err(SheetError::InflatedTooLarge);
        }
        let has = |wanted: &str| names.iter().any(|name| name == wanted);
        if names.iter().any(|name| name.ends_with("vbaproject.bin")) {
            return Err(SheetError::Macros);
        }
        if has("xl/workbook.bin") {
            return Err(SheetError::BinaryWorkbook);
        }
        if !has("[content_types].xml") {
            return Err(SheetError::NotAWorkbook);
        }
        Ok(Package { archive, names })
    }

    /// A member of the package, to be read as XML; `None` if there is none of this name.
    pub(super) fn part(&mut self, path: &str) -> Result<Option<Part<'_>>, SheetError> {
        let path = path.trim_start_matches('/').to_ascii_lowercase();
        let Some(at) = self.names.iter().position(|name| *name == path) else {
            return Ok(None);
        };
        let member = self.archive.by_index(at).map_err(|_| SheetError::Damaged)?;
        // More than the directory says is never inflated, whatever follows.
        let size = member.size().min(INFLATED_BYTES_MOST);
        Ok(Some(Part::new(Box::new(BufReader::new(member)), size)))
    }
}

fn leads_out(name: &str) -> bool {
    let has_drive = name.as_bytes().get(1) == Some(&b':');
    let steps_up = name.split(['/', '\\']).any(|step| step == "..");
    name.starts_with(['/', '\\']) || has_drive || steps_up || name.contains('\0')
}

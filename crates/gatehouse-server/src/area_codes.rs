//! County codes of ID numbers, current and abandoned, from files of the installation: they change
//! every year, and no list of them is ours to deliver.

use anyhow::{Context, Result, bail};
use gatehouse_core::person::{AreaCodeTable, AreaCodes, AreaStanding};
use std::path::Path;

/// Codes and names of today's counties.
const CURRENT: &str = "areas.csv";
/// Of those that are no more.
const OLD: &str = "abandoned-or-old-codes.csv";

/// A table, or none.
#[derive(Clone, Debug, Default)]
pub struct HeldAreaCodes(Option<AreaCodeTable>);

impl AreaCodes for HeldAreaCodes {
    fn standing(&self, code: u32) -> AreaStanding {
        match &self.0 {
            Some(table) => table.standing(code),
            None => AreaStanding::NotChecked,
        }
    }
}

impl HeldAreaCodes {
    /// The table of a folder; none where no folder is named.
    ///
    /// # Errors
    /// A file that is not there, or has no codes in its first column.
    pub fn read(folder: Option<&Path>) -> Result<HeldAreaCodes> {
        let Some(folder) = folder else {
            return Ok(HeldAreaCodes::default());
        };
        let codes = |name| codes(&folder.join(name));
        let table = AreaCodeTable::new(codes(CURRENT)?, codes(OLD)?);
        Ok(HeldAreaCodes(Some(table)))
    }
}

/// Six digits before the first comma of each line after the header.
fn codes(file: &Path) -> Result<Vec<u32>> {
    let name = file.display();
    let text = std::fs::read_to_string(file).with_context(|| format!("H-CODES: {name}"))?;
    let first = |line: &str| {
        let code = line.split(',').next()?.trim().trim_matches('"');
        code.parse()
            .ok()
            .filter(|code| (110_000..1_000_000).contains(code))
    };
    let lines = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    let codes: Option<Vec<u32>> = lines.map(first).collect();
    match codes.filter(|codes| !codes.is_empty()) {
        Some(codes) => Ok(codes),
        None => bail!("H-CODES: {name} has no codes of six digits in its first column"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_two_lists_is_read_and_what_is_no_list_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name, text| std::fs::write(folder.path().join(name), text).expect("writes");
        assert!(HeldAreaCodes::read(Some(folder.path())).is_err());
        write(CURRENT, "code,name,cityCode\n440308,\"盐田区\",4403\n\n");
        write(OLD, "code,name\n362324,某县\n");
        let held = HeldAreaCodes::read(Some(folder.path())).expect("reads");
        let table = [
            (440_308, AreaStanding::Current),
            (362_324, AreaStanding::Old),
            (440_399, AreaStanding::NotListed),
            (999_999, AreaStanding::NoSuchPlace),
        ];
        for (code, standing) in table {
            assert_eq!(held.standing(code), standing, "{code}");
        }
        for wrong in [
            "",
            "code,name\n",
            "code,name\nx,某县\n",
            "code,name\n12,某县\n",
        ] {
            write(OLD, wrong);
            assert!(HeldAreaCodes::read(Some(folder.path())).is_err(), "{wrong}");
        }
        let none = HeldAreaCodes::read(None).expect("none");
        assert_eq!(none.standing(362_324), AreaStanding::NotChecked);
    }
}

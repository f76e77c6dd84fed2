//! Who was erased: a file beside the database, ids only, that a restore replays (design §5). A
//! backup from before an erasure brings the person back; the list takes them away again.
//!
//! It is written before the erasure, so that no crash between the two leaves somebody out; a
//! line that stands twice does no harm.

use gatehouse_core::id::PersonId;
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_store::Shard;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Name of the file in the data folder.
pub const FILE: &str = "erasures.list";
/// Longer is no line of ours.
const LINE_MOST: usize = 128;

/// The list of an installation.
#[derive(Clone, Debug)]
pub struct ErasureList(PathBuf);

/// A person who was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// The day, in UTC.
    pub on: CivilDay,
    /// County.
    pub shard: Shard,
    /// Who it was: a random id, which names nobody.
    pub person: PersonId,
}

/// Why the list cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ErasureListError {
    /// It cannot be read or written.
    #[error("E-FILE: the erasure list {0}: {1}")]
    File(PathBuf, std::io::Error),
    /// A line is not one of ours: somebody has to look before anything is restored.
    #[error("E-FORM: line {1} of the erasure list {0} cannot be read")]
    Form(PathBuf, usize),
}

impl ErasureList {
    /// The list in a data folder.
    pub fn in_folder(folder: &Path) -> ErasureList {
        ErasureList(folder.join(FILE))
    }

    /// Writes a person down; returns when it is on the disk.
    ///
    /// # Errors
    /// [`ErasureListError::File`]: then nobody may be erased.
    pub fn add(&self, shard: Shard, person: PersonId, now: i64) -> Result<(), ErasureListError> {
        let on = Moment::new(now, 0).day().to_text();
        let line = format!("{on} {} {person}\n", shard.0);
        let failed = |error| ErasureListError::File(self.0.clone(), error);
        if let Some(folder) = self.0.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.0)
            .map_err(failed)?;
        // One write, so that two processes do not mix their lines.
        file.write_all(line.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(failed)
    }

    /// Everybody on it, each once, in the order of their erasure.
    ///
    /// # Errors
    /// A file that cannot be read, or a line that is not one; no list is an empty one.
    pub fn read(&self) -> Result<Vec<Erased>, ErasureListError> {
        let file = match std::fs::File::open(&self.0) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(ErasureListError::File(self.0.clone(), error)),
        };
        let mut seen = std::collections::BTreeSet::new();
        let mut all = Vec::new();
        for (number, line) in BufReader::new(file).lines().enumerate() {
            let line = line.map_err(|error| ErasureListError::File(self.0.clone(), error))?;
            let erased = read_line(&line)
                .ok_or_else(|| ErasureListError::Form(self.0.clone(), number + 1))?;
            if seen.insert((erased.shard.0, erased.person)) {
                all.push(erased);
            }
        }
        Ok(all)
    }
}

fn read_line(line: &str) -> Option<Erased> {
    if line.len() > LINE_MOST {
        return None;
    }
    let mut words = line.split(' ');
    let erased = Erased {
        on: CivilDay::parse(words.next()?)?,
        shard: Shard(words.next()?.parse().ok()?),
        person: PersonId::parse(words.next()?)?,
    };
    words.next().is_none().then_some(erased)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_written_down_is_read_back_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let list = ErasureList::in_folder(&folder.path().join("data"));
        assert_eq!(list.read().expect("no list yet"), []);
        let at = 1_582_066_800_000;
        for n in [1, 2, 1] {
            list.add(Shard(7), PersonId([n; 16]), at).expect("written");
        }
        let erased = list.read().expect("read");
        let who: Vec<_> = erased.iter().map(|erased| erased.person.0[0]).collect();
        assert_eq!(who, [1, 2]);
        assert_eq!(erased[0].on.to_text(), "2020-02-18");
        let text = std::fs::read_to_string(&list.0).expect("text");
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn a_damaged_list_says_where() {
        let folder = tempfile::tempdir().expect("a folder");
        let list = ErasureList::in_folder(folder.path());
        list.add(Shard(7), PersonId([1; 16]), 0).expect("written");
        for damage in [
            "2020-02-19 7",
            "x 7 01",
            &"9".repeat(400),
            "2020-02-19 7 01 02",
        ] {
            let mut text = std::fs::read_to_string(&list.0).expect("text");
            text.truncate(text.find('\n').expect("a line") + 1);
            std::fs::write(&list.0, text + damage + "\n").expect("written");
            let error = list.read().expect_err(damage).to_string();
            assert!(error.starts_with("E-FORM: line 2"), "{error}");
        }
    }
}

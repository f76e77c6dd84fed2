//! The binary's commands as somebody at a terminal runs them, over a demo town in either
//! database.

use crate::database::DropDatabase;
use crate::template::{DemoTown, demo_town, unhurried};
use gatehouse_server::secrets::Secrets;
use gatehouse_store::Store;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A database with a demo town, closed, and a settings file that names it.
pub struct Place {
    pub folder: tempfile::TempDir,
    pub secrets: Secrets,
    database: Database,
}

enum Database {
    Sqlite(PathBuf),
    Postgres(
        String,
        #[expect(dead_code, reason = "kept until dropped")] DropDatabase,
    ),
}

/// Tells one story about commands on SQLite and, where a server is given, on PostgreSQL.
pub fn commands_on_both(story: impl Fn(&Place)) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("town.db");
    demo_town().template.write(&path);
    story(&Place::lay(folder, Database::Sqlite(path)));
    if let Some((url, guard)) = demo_town().template.on_postgres() {
        let folder = tempfile::tempdir().expect("a folder");
        story(&Place::lay(folder, Database::Postgres(url, guard)));
    }
}

impl Place {
    fn lay(folder: tempfile::TempDir, database: Database) -> Place {
        let place = Place {
            folder,
            secrets: DemoTown::secrets(),
            database,
        };
        match &place.database {
            Database::Sqlite(path) => {
                place.settings(&format!("database = \"{}\"", path.display()));
            }
            Database::Postgres(url, _) => place.settings_of_url(url),
        }
        place
    }

    fn settings(&self, text: &str) {
        let data = self.folder.path().join("data");
        let text = format!("data_folder = \"{}\"\n{text}\n", data.display());
        std::fs::write(self.folder.path().join("settings.toml"), text).expect("writes");
    }

    fn settings_of_url(&self, url: &str) {
        let file = self.folder.path().join("url");
        std::fs::write(&file, url).expect("writes");
        self.settings(&format!("database_url_file = \"{}\"", file.display()));
    }

    /// The database as the program has it.
    pub fn open(&self) -> Store {
        match &self.database {
            Database::Sqlite(path) => Store::open_sqlite_with(path, unhurried()),
            Database::Postgres(url, _) => Store::open_postgres(url),
        }
        .expect("opens")
    }

    /// From now on the commands may only read the database.
    pub fn read_only(&self) {
        match &self.database {
            Database::Sqlite(path) => set_read_only(path, true),
            Database::Postgres(url, _) => self.settings_of_url(&format!(
                "{url}{}options=-c%20default_transaction_read_only%3Don",
                if url.ends_with('?') { "" } else { "&" }
            )),
        }
    }

    /// Changes a row behind the program's back; `rows` says how many at least and at most.
    pub fn tamper(&self, edit: &str, rows: [u64; 2]) {
        let changed = match &self.database {
            Database::Sqlite(path) => {
                set_read_only(path, false);
                let connection = rusqlite::Connection::open(path).expect("opens");
                connection.execute(edit, []).expect(edit) as u64
            }
            Database::Postgres(url, _) => {
                let mut client = postgres::Client::connect(url, postgres::NoTls).expect("a server");
                client.execute(edit, &[]).expect(edit)
            }
        };
        assert!((rows[0]..=rows[1]).contains(&changed), "{edit}: {changed}");
    }

    /// Bytes as the database at hand writes them in SQL.
    pub fn bytes(&self, bytes: &[u8]) -> String {
        let digits = data_encoding::HEXLOWER.encode(bytes);
        match self.database {
            Database::Sqlite(_) => format!("x'{digits}'"),
            Database::Postgres(..) => format!("'\\x{digits}'"),
        }
    }

    /// Runs the binary with the settings of this place.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gatehouse"));
        command.args(arguments).arg("--config");
        command.arg(self.folder.path().join("settings.toml"));
        command.stdin(Stdio::null()).output().expect("runs")
    }
}

fn set_read_only(path: &Path, is_read_only: bool) {
    let mut permissions = std::fs::metadata(path).expect("there").permissions();
    permissions.set_readonly(is_read_only);
    std::fs::set_permissions(path, permissions).expect("set");
}

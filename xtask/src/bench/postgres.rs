//! A PostgreSQL server of the bench's own, with the settings of its package: everything is durable.
//! Its folder is kept, so that the large town is made once.

use super::process::free_address;
use anyhow::{Context, Result, ensure};
use data_encoding::HEXLOWER;
use postgres::{Client, NoTls};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use std::io::Write as _;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where Debian puts each version's programs.
const PACKAGES: &str = "/usr/lib/postgresql";

/// A running server; stopped when dropped.
pub struct Cluster {
    programs: PathBuf,
    data: PathBuf,
    port: u16,
    as_root: bool,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.data.clone();
        let mut stop = self.command("pg_ctl");
        let _ = stop
            .arg("-D")
            .arg(data)
            .args(["-m", "fast", "stop"])
            .output();
    }
}

impl Cluster {
    /// Starts it in a folder; `None` where PostgreSQL is not installed.
    pub fn start(folder: &Path) -> Result<Option<Cluster>> {
        let Some(programs) = programs() else {
            return Ok(None);
        };
        std::fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        let cluster = Cluster {
            programs,
            data: folder.join("data"),
            port: free_address()?.port(),
            // PostgreSQL refuses to run as root, where its own account takes over.
            as_root: std::fs::metadata("/proc/self")?.uid() == 0,
        };
        if cluster.as_root {
            run(Command::new("chown").arg("postgres").arg(&folder))?;
        }
        if !folder.join("data").exists() {
            let mut init = cluster.command("initdb");
            init.arg("-D").arg(&cluster.data);
            run(init.args([
                "-A",
                "trust",
                "-U",
                "postgres",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            ]))?;
        }
        let options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1",
            cluster.port,
            folder.display()
        );
        let mut start = cluster.command("pg_ctl");
        start
            .arg("-D")
            .arg(&cluster.data)
            .args(["-w", "-t", "60", "-o", &options]);
        run(start.arg("-l").arg(folder.join("log")).arg("start"))?;
        Ok(Some(cluster))
    }

    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if self.as_root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/");
        command
    }

    /// How a program reaches a database of it.
    pub fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes a database anew.
    pub fn create(&mut self, database: &str) -> Result<()> {
        let mut client = Client::connect(&self.url("postgres"), NoTls)?;
        client.batch_execute(&format!("DROP DATABASE IF EXISTS {database}"))?;
        client.batch_execute(&format!(
            "CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
        ))?;
        Ok(())
    }

    /// Copies every row of a SQLite file into a database of the same schema; says how many.
    pub fn copy(&mut self, database: &str, from: &Path) -> Result<u64> {
        let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut client = Client::connect(&self.url(database), NoTls)?;
        let mut tables = source.prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
             AND name <> 'migration' ORDER BY name",
        )?;
        let tables: Vec<String> = tables
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut transaction = client.transaction()?;
        // Rows come table by table; that they fit together was checked where they come from.
        transaction.batch_execute("SET LOCAL session_replication_role = replica")?;
        // What migrations put in is in the source too.
        for table in &tables {
            transaction.batch_execute(&format!("TRUNCATE {table} CASCADE"))?;
        }
        let mut rows = 0;
        for table in &tables {
            rows += copy_table(&source, &mut transaction, table)?;
        }
        transaction.commit()?;
        self.settle(database)?;
        Ok(rows)
    }

    /// Does what the server's own housekeeping would do within a minute.
    pub fn settle(&self, database: &str) -> Result<()> {
        let mut client = Client::connect(&self.url(database), NoTls)?;
        client.batch_execute("VACUUM ANALYZE")?;
        Ok(())
    }
}

fn copy_table(
    source: &Connection,
    target: &mut postgres::Transaction<'_>,
    table: &str,
) -> Result<u64> {
    let mut select = source.prepare(&format!("SELECT * FROM {table}"))?;
    let columns: Vec<String> = select.column_names().map(str::to_owned).collect();
    let columns = columns.join(", ");
    let count = select.column_count();
    let mut out = target.copy_in(&format!("COPY {table} ({columns}) FROM STDIN"))?;
    let mut rows = select.query([])?;
    let mut line = String::new();
    while let Some(row) = rows.next()? {
        line.clear();
        for at in 0..count {
            let end = if at + 1 == count { '\n' } else { '\t' };
            write_value(&mut line, row.get_ref(at)?)?;
            line.push(end);
        }
        out.write_all(line.as_bytes())?;
    }
    out.finish().with_context(|| table.to_owned())
}

/// A value in the text form of COPY.
fn write_value(line: &mut String, value: ValueRef<'_>) -> Result<()> {
    match value {
        ValueRef::Null => line.push_str("\\N"),
        ValueRef::Integer(value) => line.push_str(&value.to_string()),
        ValueRef::Real(value) => line.push_str(&value.to_string()),
        ValueRef::Blob(bytes) => {
            line.push_str("\\\\x");
            HEXLOWER.encode_append(bytes, line);
        }
        ValueRef::Text(text) => {
            for letter in std::str::from_utf8(text)?.chars() {
                match letter {
                    '\\' => line.push_str("\\\\"),
                    '\n' => line.push_str("\\n"),
                    '\r' => line.push_str("\\r"),
                    '\t' => line.push_str("\\t"),
                    other => line.push(other),
                }
            }
        }
    }
    Ok(())
}

fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir(PACKAGES).ok()?.filter_map(Result::ok);
    let bins = versions.map(|version| version.path().join("bin"));
    bins.filter(|bin| bin.join("initdb").is_file()).max()
}

fn run(command: &mut Command) -> Result<()> {
    // Not `output`: the server keeps the pipes of whoever started it.
    let ended = command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()?;
    ensure!(ended.success(), "{command:?} ended with {ended}");
    Ok(())
}

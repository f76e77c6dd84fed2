//! `gatehouse import people`: people from a sheet into the register, as the console does it.

use crate::cli::key_arguments::KeyPlace;
use crate::keyring::is_demo;
use crate::ops::check_draft::Phones;
use crate::ops::import_people::field::Field;
use crate::ops::import_people::header::{Mapping, read_mapping, set};
use crate::ops::import_people::map::{begin, discard, map};
use crate::ops::import_people::place::{Found, find_place};
use crate::ops::import_people::report::{self, Report};
use crate::ops::import_people::run::run_whole;
use crate::ops::import_people::upload::upload;
use crate::ops::import_people::{Desk, ImportError, Keys, Place, RunId, run_text};
use crate::ops::key_home::KeyHome;
use crate::sheet::{FILE_BYTES_MOST, SheetError, column_name};
use crate::world::Computer;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use gatehouse_core::gate::wording::Lang;
use gatehouse_store::import_run::ImportRunRow;
use gatehouse_store::{StoreError, Vault};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Take people in from a sheet.
#[derive(Debug, Args)]
pub struct ImportCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Residents of a compound from a workbook (.xlsx) or a text table (.csv). Rows with a fault
    /// are left out and named; nothing is guessed and nobody in the register is changed.
    People(PeopleArguments),
}

#[derive(Debug, Args)]
struct PeopleArguments {
    /// The sheet.
    file: PathBuf,
    /// The compound or village: its id, its code, or its name. Not needed where there is just one.
    #[arg(long)]
    area: Option<String>,
    /// Check only; write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
    /// What a column is, as A=name; once for each column. Others are as their headers say.
    /// `A=-` leaves a column out.
    #[arg(long = "map")]
    maps: Vec<String>,
    /// Use this mapping for sheets of the same headers from now on.
    #[arg(long, conflicts_with = "dry_run")]
    remember: bool,
    #[command(flatten)]
    place: KeyPlace,
}

/// Runs the command.
pub fn run(command: ImportCommand) -> Result<()> {
    let What::People(arguments) = command.what;
    let desk = desk(&arguments.place)?;
    let place = place(&desk, arguments.area.as_deref())?;
    let name = arguments.file.file_name().unwrap_or_default();
    let bytes = read_file(&arguments.file)?;
    let uploaded = upload(&desk, &place, None, &name.to_string_lossy(), bytes);
    let id = match uploaded {
        Err(ImportError::Sheet(error)) => return refused(error, arguments.json),
        uploaded => uploaded?,
    };
    let checked = check(&desk, &place, id, &arguments);
    if checked.is_err() || arguments.dry_run {
        // Nothing was written: no list shall name it, and its file goes.
        let gone = discard(&desk, place.shard, id);
        let (row, report) = checked?;
        gone?;
        return answer(&row, &report, &arguments);
    }
    let (_, report) = checked?;
    begin(&desk, place.shard, id, None)?;
    let row = run_whole(&desk, place.shard, id)?;
    answer(&row, &report, &arguments)
}

/// Maps the columns and checks every row.
fn check(
    desk: &Desk,
    place: &Place,
    id: RunId,
    arguments: &PeopleArguments,
) -> Result<(ImportRunRow, Report)> {
    let mapping = mapping(&desk.run(place.shard, id)?, &arguments.maps)?;
    let mapped = map(desk, place.shard, id, &mapping, arguments.remember, None);
    if let Err(ImportError::NothingMapped) = mapped {
        bail!("I-MAP: no column was mapped to name, or none to room or address; use --map");
    }
    mapped?;
    let row = run_whole(desk, place.shard, id)?;
    let report = report::read(desk, &row)?.unwrap_or_default();
    Ok((row, report))
}

fn place(desk: &Desk, text: Option<&str>) -> Result<Place> {
    let choices = match find_place(desk, text)? {
        Found::One(place) => return Ok(place),
        Found::Choices(choices) => choices,
    };
    let lines: String = choices
        .iter()
        .map(|choice| format!("\n  {}  {} ({})", choice.area, choice.name, choice.within))
        .collect();
    match text {
        _ if choices.is_empty() => bail!("I-AREA: there is no compound or village yet"),
        None => bail!("I-AREA: there are several compounds; say which with --area:{lines}"),
        Some(_) => bail!("I-AREA: none or several are called so; give the id of one:{lines}"),
    }
}

fn desk(place: &KeyPlace) -> Result<Desk> {
    let KeyHome::Database(store) = place.home()? else {
        bail!("I-PLACE: people are imported into a database, not into --files");
    };
    let secrets = place.secrets()?;
    let vault = Vault::new(secrets.epochs(), secrets.index_key());
    let vault = vault.context("K-FORM: the secrets hold no key to seal people with")?;
    let is_demo = store.read_blocking::<_, StoreError, _>(is_demo)?;
    Ok(Desk {
        store,
        keys: Keys::Own(Arc::new(vault), Phones::of(is_demo)),
        world: Arc::new(Computer),
    })
}

/// At most one byte more than is taken: enough to say that it is too much.
fn read_file(path: &Path) -> Result<Vec<u8>> {
    let file = std::fs::File::open(path).with_context(|| format!("I-FILE: {}", path.display()))?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MOST as u64 + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("I-FILE: {}", path.display()))?;
    Ok(bytes)
}

fn mapping(row: &ImportRunRow, maps: &[String]) -> Result<Mapping> {
    let mut mapping = read_mapping(&row.mapping).unwrap_or_default();
    for wish in maps {
        let (column, field) = wish
            .split_once('=')
            .context("I-MAP: --map is like A=name")?;
        let at = (0..crate::sheet::COLUMNS_MOST)
            .find(|at| column_name(*at).eq_ignore_ascii_case(column.trim()))
            .context("I-MAP: no such column")?;
        let field = match field.trim() {
            "-" => None,
            word => Some(Field::from_code(word).with_context(|| {
                let words: Vec<&str> = Field::ALL.iter().map(|field| field.code()).collect();
                format!("I-MAP: no such field; there are {}", words.join(", "))
            })?),
        };
        set(&mut mapping, at, field);
    }
    Ok(mapping)
}

fn refused(error: SheetError, json: bool) -> Result<()> {
    let reason = crate::locale::text(Lang::En, &format!("import-file-{}", error.code()));
    if json {
        let text = json!({ "refused": error.code(), "reason": reason });
        writeln!(std::io::stdout(), "{text}")?;
    }
    bail!("I-FILE: {} ({})", reason, error.code())
}

fn answer(row: &ImportRunRow, report: &Report, arguments: &PeopleArguments) -> Result<()> {
    let mut out = std::io::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", in_json(row, report, arguments.dry_run))?;
        return Ok(());
    }
    for bad in &report.bad {
        for cell in &bad.faults {
            let place = cell.column.map_or_else(String::new, column_name);
            let words = crate::locale::text(Lang::En, &cell.fault);
            let field = crate::locale::text(Lang::En, &format!("import-field-{}", cell.field));
            writeln!(out, "{place}{}: {field}: {words}", bad.number)?;
        }
    }
    for (number, earlier, differs) in &report.repeated {
        let how = if *differs { ", with other values" } else { "" };
        writeln!(
            out,
            "row {number}: same person as row {earlier}{how}; entered once"
        )?;
    }
    for different in &report.different {
        let fields: Vec<&str> = different
            .fields
            .iter()
            .map(|(word, _)| word.as_str())
            .collect();
        let fields = fields.join(", ");
        writeln!(
            out,
            "row {}: in the register with another {fields}; left as it is",
            different.number
        )?;
    }
    let (all, accepted) = (row.rows_all, row.accepted);
    let (rejected, duplicate) = (row.rejected, row.duplicate);
    writeln!(
        out,
        "{all} rows: {accepted} accepted, {rejected} rejected, {duplicate} duplicate"
    )?;
    if arguments.dry_run {
        writeln!(out, "nothing was written")?;
    }
    Ok(())
}

fn in_json(row: &ImportRunRow, report: &Report, dry_run: bool) -> Value {
    let faults = report.bad.iter().flat_map(|bad| {
        bad.faults.iter().map(|cell| {
            json!({
                "row": bad.number,
                "cell": cell.column.map(|at| format!("{}{}", column_name(at), bad.number)),
                "field": cell.field,
                "fault": cell.fault,
            })
        })
    });
    let different = report.different.iter().map(|row| {
        let fields: Vec<&str> = row.fields.iter().map(|(word, _)| word.as_str()).collect();
        json!({ "row": row.number, "person": row.person, "fields": fields })
    });
    let repeated = report.repeated.iter().map(|(number, earlier, differs)| {
        json!({ "row": number, "same_as": earlier, "differs": differs })
    });
    json!({
        "run": (!dry_run).then(|| run_text(&row.run)),
        "state": if dry_run { "checked" } else { row.state.as_str() },
        "rows": row.rows_all,
        "accepted": row.accepted,
        "rejected": row.rejected,
        "duplicate": row.duplicate,
        "faults": faults.collect::<Vec<_>>(),
        "different": different.collect::<Vec<_>>(),
        "repeated": repeated.collect::<Vec<_>>(),
    })
}

//! `gatehouse pass issue|verify|sheet`: passes without a server (JSON in and out, so that others
//! can test us), and sheets of them. The forms are in `docs/pass-command.md`.

use crate::cli::key_arguments::KeyPlace;
use crate::cli::lines::each_line;
use crate::cli::pass_sheet::{self, SheetArguments};
use crate::ops::issue_pass::{
    Checks, Issuer, issue_line, read_status_lists, too_long, verify_line,
};
use crate::ops::key_home::read_hex;
use crate::world::{Computer, World};
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use gatehouse_core::id::AreaId;
use gatehouse_core::key::{KeyId, KeyList, PublicKey, Trust};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::StatusLists;
use std::path::PathBuf;

/// Longest line that is read, in bytes.
const LINE_BYTES_MOST: u64 = 64 << 10;

/// Issue, verify and print passes.
#[derive(Debug, Args)]
pub struct PassCommand {
    #[command(subcommand)]
    action: PassAction,
}

#[derive(Debug, Subcommand)]
enum PassAction {
    /// Issue passes: one JSON object a line on standard input, one answer a line on standard
    /// output. A line that cannot be issued is answered with {"error": …}; the others are issued.
    Issue {
        /// The community whose key signs.
        #[arg(long)]
        community: String,
        /// Host in the text of the code; it is not signed.
        #[arg(long, default_value = "gatehouse.example")]
        host: String,
        #[command(flatten)]
        place: KeyPlace,
    },
    /// Verify passes: one JSON object a line on standard input, one answer a line on standard
    /// output.
    Verify(VerifyArguments),
    /// Print sheets of ten cards from the database.
    Sheet(SheetArguments),
}

#[derive(Debug, Args)]
struct VerifyArguments {
    /// A signed key list, with --root; else the one of the database or folder.
    #[arg(long, requires = "root")]
    key_list: Option<PathBuf>,
    /// The root's public key, 64 hex digits, to a --key-list.
    #[arg(long, requires = "key_list")]
    root: Option<String>,
    /// Status lists as JSON; without them every pass is of an unknown list.
    #[arg(long)]
    status_lists: Option<PathBuf>,
    /// An area that the gate lies in; its compound first, then each area above.
    #[arg(long = "place")]
    places: Vec<String>,
    /// The moment, as 2020-02-19T07:00:00+08:00; now if not said.
    #[arg(long)]
    moment: Option<String>,
    /// Accept a key list that was made for a demo.
    #[arg(long)]
    demo: bool,
    #[command(flatten)]
    place: KeyPlace,
}

/// Runs the command.
pub fn run(command: PassCommand) -> Result<()> {
    match command.action {
        PassAction::Issue {
            community,
            host,
            place,
        } => {
            let area = AreaId::parse(&community).context("P006: --community is no area id")?;
            issue(area, &host, &place)
        }
        PassAction::Sheet(arguments) => pass_sheet::run(arguments),
        PassAction::Verify(arguments) => {
            let checks = checks(&arguments)?;
            each_line(LINE_BYTES_MOST, too_long(LINE_BYTES_MOST), |line| {
                verify_line(line, &checks)
            })
        }
    }
}

fn issue(community: AreaId, host: &str, place: &KeyPlace) -> Result<()> {
    let (home, secrets) = (place.home()?, place.secrets()?);
    let tree = home
        .tree()?
        .context("K-ROOT: there are no keys yet: run `gatehouse init`")?;
    let key = home.open_server_key(&secrets, |key| {
        key.purpose == "issuer" && key.area == Some(community)
    })?;
    let listed = tree.list.issuer(KeyId::of(&key.verifying_key()));
    let listed = listed
        .context("K-NONE: the key list does not name this key")?
        .clone();
    let path = |area: AreaId| home.path_of(area).unwrap_or_default();
    let issuer = Issuer {
        listed,
        key,
        host,
        path: &path,
    };
    each_line(LINE_BYTES_MOST, too_long(LINE_BYTES_MOST), |line| {
        issue_line(line, &issuer)
    })
}

fn checks(arguments: &VerifyArguments) -> Result<Checks> {
    let keys = match (&arguments.key_list, &arguments.root) {
        (Some(path), Some(root)) => {
            let bytes = std::fs::read(path)
                .with_context(|| format!("K-FILE: the key list {}", path.display()))?;
            let root = PublicKey::from_bytes(&read_hex(root)?);
            let root = &root.context("K-ROOT: --root is no public key")?;
            let (newest, demo) = (0, arguments.demo);
            KeyList::open(&bytes, Trust { root, newest, demo })
                .map_err(|error| anyhow::anyhow!("K-LIST: the key list is refused: {error}"))?
        }
        _ => {
            let tree = arguments.place.home()?.tree()?;
            let list = tree
                .context("K-ROOT: there are no keys yet: run `gatehouse init`")?
                .list;
            if list.demo && !arguments.demo {
                bail!("K-LIST: the key list was made for a demo; say --demo to accept it");
            }
            list
        }
    };
    let lists = match &arguments.status_lists {
        None => StatusLists::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("K-FILE: the status lists {}", path.display()))?;
            read_status_lists(&text).map_err(|error| anyhow::anyhow!("P007: {error}"))?
        }
    };
    let places = (arguments.places.iter())
        .map(|place| AreaId::parse(place).context("P006: --place is no area id"))
        .collect::<Result<_>>()?;
    let moment = match &arguments.moment {
        Some(text) => Moment::parse(text).context("P002: --moment is no moment with an offset")?,
        None => Moment::new(Computer.now_millis(), 0),
    };
    Ok(Checks {
        keys,
        lists,
        places,
        moment,
    })
}

//! `gatehouse init`: make the key tree, or the next key list of one. What each file is, and where
//! it belongs, is in `docs/keys.md`.

use crate::cli::key_arguments::{KeyPlace, read_password};
use crate::ops::key_home::read_hex;
use crate::ops::lay_town::{EXAMPLE, Town, TownRequest, plan_town};
use crate::ops::make_keys::{KeyRequest, make_keys};
use crate::root_paper;
use crate::world::{Computer, World};
use anyhow::{Context, Result, bail};
use clap::Args;
use data_encoding::HEXLOWER;
use gatehouse_core::key::{PublicKey, SigningKey};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const KEY_FILE: &str = "root.key";
const PAPER_FILE: &str = "root-paper.txt";

/// Make the key tree of a new installation; run again, add keys or revoke some.
#[derive(Debug, Args)]
pub struct InitCommand {
    /// Folder for the root key: a stick that goes into a drawer. Made if it is not there.
    #[arg(long, default_value = "gatehouse-root")]
    root: PathBuf,
    /// Read the root key back from a sheet of paper, typed into this file.
    #[arg(long)]
    root_paper: Option<PathBuf>,
    /// A JSON file that asks for issuers, people who sign orders, revocations.
    #[arg(long)]
    request: Option<PathBuf>,
    /// A JSON file with the first places and the first account of an empty database.
    #[arg(long)]
    town: Option<PathBuf>,
    /// Print an example of such a file and do nothing else.
    #[arg(long)]
    print_town_example: bool,
    /// Mark everything as a demo's: every other database refuses it.
    #[arg(long)]
    demo: bool,
    #[command(flatten)]
    place: KeyPlace,
}

/// Runs the command.
pub fn run(command: InitCommand) -> Result<()> {
    if command.print_town_example {
        return Ok(write!(std::io::stdout(), "{EXAMPLE}")?);
    }
    let town = command.town.as_deref().map(read_town).transpose()?;
    let mut request = match &command.request {
        Some(path) => read_request(path)?,
        None => KeyRequest::default(),
    };
    let passwords = (request.people.iter())
        .map(|person| read_password(&person.password_file))
        .collect::<Result<Vec<_>>>()?;
    let home = command.place.home()?;
    let earlier = home.tree()?;
    // A community of the town issues its own passes from the first day.
    if let Some(town) = &town {
        let communities = town.communities_after(earlier.as_ref());
        request.communities.extend(communities);
    }
    let known = earlier.as_ref().map(|tree| tree.root);
    let (root, files) = find_root(&command, known)?;
    let secrets = command.place.secrets_or_new()?;
    let (mut new, summary) = make_keys(
        &root,
        earlier.as_ref(),
        command.demo,
        &request,
        &passwords,
        &secrets,
        &Computer,
    )?;
    let account = town
        .as_ref()
        .map(|town| (town.login().to_owned(), town.password.clone()));
    new.town = town;
    home.keep(new)?;
    let mut answer = serde_json::to_value(&summary)?;
    answer["root_files"] = serde_json::to_value(files)?;
    if let Some((login, password)) = account {
        // Said once; it has to be changed at the first sign-in.
        answer["administrator"] = serde_json::json!({
            "login": login,
            "first_password": password.as_str(),
        });
    }
    Ok(writeln!(
        std::io::stdout(),
        "{}",
        serde_json::to_string_pretty(&answer)?
    )?)
}

fn read_request(path: &Path) -> Result<KeyRequest> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("K-FILE: the request {}", path.display()))?;
    // The parser's message names a place and a key of ours, never a password: those are in files.
    serde_json::from_str(&text).with_context(|| format!("K-FORM: the request {}", path.display()))
}

fn read_town(path: &Path) -> Result<Town> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("K-FILE: the town {}", path.display()))?;
    let asked: TownRequest = serde_json::from_str(&text)
        .with_context(|| format!("K-FORM: the town {}", path.display()))?;
    plan_town(&asked, &Computer)
}

/// The root key from its file, from paper, or, where this installation has none yet, a new one.
fn find_root(
    command: &InitCommand,
    known: Option<PublicKey>,
) -> Result<(SigningKey, Vec<PathBuf>)> {
    let (file, paper) = (command.root.join(KEY_FILE), command.root.join(PAPER_FILE));
    let root = if let Some(sheet) = &command.root_paper {
        let text = std::fs::read_to_string(sheet).map(Zeroizing::new);
        let text = text.with_context(|| format!("K-FILE: the sheet {}", sheet.display()))?;
        root_paper::read(&text)?
    } else if file.exists() {
        let text = std::fs::read_to_string(&file).map(Zeroizing::new);
        let text = text.with_context(|| format!("K-FILE: the root key {}", file.display()))?;
        let bytes = Zeroizing::new(read_hex(&text)?);
        SigningKey::from_bytes(&bytes)
    } else if known.is_some() {
        bail!(
            "K-ROOT: this installation has a root key, and it is not in {}; give its folder with \
             --root, or its sheet with --root-paper",
            command.root.display()
        );
    } else {
        let world: &dyn World = &Computer;
        SigningKey::from_bytes(&Zeroizing::new(world.bytes::<32>()))
    };
    if known.is_some_and(|known| known != PublicKey::from(&root)) {
        bail!("K-OTHER: this is the root key of another installation");
    }
    let mut written = Vec::new();
    if !file.exists() {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&command.root)
            .with_context(|| format!("K-FILE: the folder {}", command.root.display()))?;
        let bytes = Zeroizing::new(root.to_bytes());
        let text = Zeroizing::new(HEXLOWER.encode(&*bytes) + "\n");
        write_secret(&file, &text)?;
        write_secret(&paper, &Zeroizing::new(root_paper::write(&root)))?;
        written = vec![file, paper];
    }
    Ok((root, written))
}

fn write_secret(path: &Path, text: &str) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    })
    .with_context(|| format!("K-FILE: {}", path.display()))
}

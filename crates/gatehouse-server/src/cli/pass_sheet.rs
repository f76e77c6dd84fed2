//! `gatehouse pass sheet`: sheets of ten cards for a place, straight from the database.

use crate::config::Config;
use crate::keyring::Keyring;
use crate::ops::print_card::Desk;
use crate::ops::print_passes::{PrintOrder, Wanted, print_passes, record_printed};
use crate::ops::read_policies::read_rules;
use crate::ops::read_rules_here::id_digits;
use crate::paper::Press;
use crate::paper::card::codes;
use crate::paper::sheet::{Backs, Margin, sheets};
use crate::secrets::{self, Secrets};
use crate::serve::{open_store, origin};
use crate::times::Times;
use crate::world::{Computer, World};
use anyhow::{Context, Result, bail};
use clap::Args;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::AreaId;
use gatehouse_store::area::AreaRow;
use gatehouse_store::{Chance, Shard, Store, StoreError};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

/// Print sheets of ten cards. Every name that is opened is recorded as a view by the program.
#[derive(Debug, Args)]
pub struct SheetArguments {
    /// The compound or village.
    #[arg(long)]
    area: String,
    /// One building of it.
    #[arg(long)]
    building: Option<String>,
    /// Print the backs too.
    #[arg(long)]
    backs: bool,
    /// The PDF to write.
    #[arg(long)]
    out: PathBuf,
    /// The settings file; else the one that GATEHOUSE_CONFIG names; else the defaults hold.
    #[arg(long)]
    config: Option<PathBuf>,
}

/// Runs the command.
pub fn run(arguments: SheetArguments) -> Result<()> {
    let config = Config::load(arguments.config.as_deref())?;
    let area = AreaId::parse(&arguments.area).context("P006: --area is no area id")?;
    let secrets = Secrets::load(&config.data_folder.join(secrets::FILE))?;
    let store = open_store(&config)?;
    let now = Computer.now_millis();
    let keyring = store
        .read_blocking::<_, crate::keyring::KeyringError, _>(move |tx| {
            Keyring::read(tx, &secrets, now)
        })?
        .context("K-ROOT: there are no keys yet: run `gatehouse init`")?;
    let (place, shard, phone, id_digits) = place(&store, area, now)?;
    let host = origin(&config);
    let host = host
        .split_once("://")
        .map_or(host.as_str(), |(_, host)| host);
    let order = PrintOrder {
        shard,
        area,
        place: place.name.clone(),
        offset_minutes: i16::try_from(place.zone_offset_minutes).unwrap_or(480),
        lang: Lang::Zh,
        host: host.to_owned(),
        desk: Desk { phone },
        id_digits,
        staff: None,
        organisation: None,
        at: now,
    };
    let wanted = Wanted::Of {
        building: arguments.building.clone(),
    };
    let printing = print_passes(
        &store,
        Some(Arc::new(keyring)),
        &order,
        wanted,
        Chance::new((&Computer as &dyn World).bytes()),
    );
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let printed = runtime.block_on(printing)?;
    let fonts = Press::new(config.font_file.clone()).fonts()?;
    let times = Times::new(order.lang, now, order.offset_minutes);
    let margin = Margin {
        lang: order.lang,
        place: place.name,
        printed_by: "gatehouse pass sheet".to_owned(),
        printed_at: format!("{} {}", times.today().to_text(), times.clock(now)),
    };
    let backs = match arguments.backs {
        true => Backs::Behind,
        false => Backs::None,
    };
    let bytes = sheets(&printed.cards, &margin, backs, &fonts)?;
    std::fs::write(&arguments.out, &bytes)
        .with_context(|| format!("K-FILE: {}", arguments.out.display()))?;
    runtime.block_on(record_printed(&store, &order, &printed.passes))?;
    let mut output = std::io::stdout().lock();
    for card in &printed.cards {
        let missing = card.missing(&fonts);
        if !missing.is_empty() {
            writeln!(output, "{}: no glyph for {}", card.number, codes(&missing))?;
        }
    }
    let (cards, sheets) = (printed.cards.len(), printed.cards.len().div_ceil(10));
    Ok(writeln!(output, "{cards} passes on {sheets} sheets")?)
}

/// The place, its county, the telephone of its first gate, and how much of an ID number the
/// rules in force ask for.
fn place(store: &Store, area: AreaId, now: i64) -> Result<(AreaRow, Shard, String, u8)> {
    let found = store.read_blocking::<_, StoreError, _>(move |tx| {
        let path = tx.area_path(area)?;
        let rules = read_rules(tx, &path, now, now + 1)?;
        let digits = id_digits(rules.iter().find(|rules| rules.span.contains(now)));
        let shard = path.iter().find_map(|row| row.shard);
        let (Some(place), Some(shard)) = (path.into_iter().last(), shard) else {
            return Ok(None);
        };
        let gates = tx.gates_of_area(shard, area)?;
        let phone = gates.first().map(|gate| gate.phone.clone());
        Ok(Some((place, shard, phone.unwrap_or_default(), digits)))
    })?;
    match found {
        Some(found) => Ok(found),
        None => bail!("P006: --area names no compound or village of this database"),
    }
}

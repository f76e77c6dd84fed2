//! The running server: database, state, sockets.

pub mod authority;
mod connections;
mod install_page;
pub mod tls;

use crate::app::{App, Parts, service};
use crate::area_codes::HeldAreaCodes;
use crate::auth::password::Passwords;
use crate::changes::{self, Changes};
use crate::config::Config;
use crate::figures;
use crate::gate_state::GateStates;
use crate::jobs;
use crate::keyring::{Keyring, KeyringError, SharedKeyring};
use crate::ops::demo::write::{HALF_A_TOWN, is_half_a_town};
use crate::paper::Press;
use crate::returning::Returning;
use crate::secrets::{self, Secrets};
use crate::signatures::SeenSignatures;
use crate::world::SharedWorld;
use anyhow::{Context, Result};
use authority::Authority;
use connections::Door;
use gatehouse_store::{Store, StoreError};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tls::{Protection, Renewal};
use tokio::net::TcpListener;

/// Passwords hashed at one time; each takes 19 MiB.
const PASSWORDS_AT_ONCE: usize = 2;

/// The state of a program over a database.
pub fn app(
    store: Store,
    config: Config,
    world: SharedWorld,
    keyring: Option<SharedKeyring>,
) -> App {
    let figures = recorder();
    // Without a table numbers are checked by their form: nobody waits at a gate for a list.
    let area_codes = HeldAreaCodes::read(config.area_codes_folder.as_deref());
    let area_codes = area_codes.unwrap_or_else(|error| {
        tracing::error!(%error, "county codes are not read");
        HeldAreaCodes::default()
    });
    App::new(Parts {
        area_codes: Arc::new(area_codes),
        signatures: Arc::new(SeenSignatures::new(config.signatures_most)),
        proofs: Arc::default(),
        store,
        passwords: Passwords::new(Arc::clone(&world), PASSWORDS_AT_ONCE),
        world,
        press: Press::new(config.font_file.clone()),
        config: Arc::new(config),
        rates: Arc::default(),
        sessions: Arc::default(),
        keyring,
        gates: GateStates::default(),
        returning: Returning::default(),
        changes: Changes::default(),
        figures,
        written_at: Arc::default(),
    })
}

/// The one recorder of this process; several apps (tests) share it.
fn recorder() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    let handle = HANDLE.get_or_init(|| {
        let recorder = PrometheusBuilder::new()
            .set_buckets(figures::SECONDS)
            .expect("bounds are a constant that is not empty")
            .build_recorder();
        let handle = recorder.handle();
        // Nobody else in this program sets one.
        let _ = metrics::set_global_recorder(recorder);
        handle
    });
    handle.clone()
}

/// Opens the database that the settings name.
pub fn open_store(config: &Config) -> Result<Store> {
    let (opened, place) = match config.database_url()? {
        Some(url) => (Store::open_postgres(&url), "PostgreSQL".to_owned()),
        None => {
            if let Some(folder) = config.database.parent() {
                std::fs::create_dir_all(folder)
                    .with_context(|| format!("S-DOWN: the folder {}", folder.display()))?;
            }
            let place = config.database.display().to_string();
            (Store::open_sqlite(&config.database), place)
        }
    };
    opened.map_err(|error| anyhow::anyhow!("{}: {place}: {error}", error.code()))
}

/// Opens the database that the settings name only to read it: nothing is made or changed, so that
/// a copy on a disk without writing, or an account that may only read, is enough.
pub fn open_store_to_read(config: &Config) -> Result<Store> {
    let (opened, place) = match config.database_url()? {
        Some(url) => (Store::open_postgres_to_read(&url), "PostgreSQL".to_owned()),
        None => {
            let place = config.database.display().to_string();
            (Store::open_sqlite_to_read(&config.database), place)
        }
    };
    opened.map_err(|error| anyhow::anyhow!("{}: {place}: {error}", error.code()))
}

/// The keys of the database, opened by the secrets beside it; `None` before `gatehouse init`.
pub fn open_keyring(
    store: &Store,
    config: &Config,
    now_millis: i64,
) -> Result<Option<SharedKeyring>> {
    let path = config.data_folder.join(secrets::FILE);
    if !path.exists() {
        return Ok(None);
    }
    let secrets = Secrets::load(&path)?;
    let keyring = store
        .read_blocking::<_, KeyringError, _>(move |tx| Keyring::read(tx, &secrets, now_millis))?;
    Ok(keyring.map(Arc::new))
}

/// Serves until the process is asked to end.
pub fn run(config: Config, world: SharedWorld) -> Result<()> {
    let store = open_store(&config)?;
    if store.read_blocking::<_, StoreError, _>(is_half_a_town)? {
        anyhow::bail!(HALF_A_TOWN);
    }
    let protection = tls::protection(&config, &world)?;
    let keyring = open_keyring(&store, &config, world.now_millis())?;
    let app = app(store, config, world, keyring);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the threads of the server")?;
    runtime.block_on(listen(app, protection))
}

async fn listen(app: App, protection: Protection) -> Result<()> {
    let config = Arc::clone(&app.config);
    let world = Arc::clone(&app.world);
    let origin: Arc<str> = origin(&config).into();
    let listener = bind(config.listen).await?;
    let (stop, ending) = tokio::sync::watch::channel(false);
    let until = move || {
        let mut ending = ending.clone();
        async move {
            let _ = ending.wait_for(|is_ending| *is_ending).await;
        }
    };
    let tls = match protection {
        Protection::None => None,
        Protection::Files(tls) => Some(tls),
        Protection::Local {
            config: tls,
            authority,
            renewal,
        } => {
            let install = bind(authority_address(&config)).await?;
            say_how_to_install(&authority, &config);
            tokio::spawn(renew_daily(renewal, Arc::clone(&world)));
            let router = install_page::router(authority, origin.clone());
            let door = Door::plain(router);
            tokio::spawn(connections::serve(install, door, until()));
            Some(tls)
        }
    };
    let address = listener.local_addr()?;
    tracing::info!(%address, %origin, "serving");
    tokio::spawn(sort_figures(app.figures.clone()));
    let working = tokio::spawn(jobs::run(app.clone(), until()));
    tokio::spawn(changes::watch(app.clone(), until()));
    let router = service(app);
    let door = Door {
        router,
        tls,
        origin,
    };
    tokio::spawn(async move {
        ended().await;
        let _ = stop.send(true);
    });
    connections::serve(listener, door, until()).await;
    let _ = working.await;
    tracing::info!("ended");
    Ok(())
}

async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::AddrInUse => "another program has it already",
            std::io::ErrorKind::PermissionDenied => "ports below 1024 need a privilege",
            std::io::ErrorKind::AddrNotAvailable => "this machine has no such address",
            _ => "the operating system refuses",
        };
        anyhow::anyhow!("H-PORT: {address} cannot be listened on: {why}")
    })
}

/// How browsers reach us.
pub fn origin(config: &Config) -> String {
    let scheme = if config.is_behind_tls() {
        "https"
    } else {
        "http"
    };
    let port = config.listen.port();
    let host = match &config.public_name {
        Some(name) => name.clone(),
        None if config.listen.ip().is_unspecified() => tls::outward_address()
            .unwrap_or(config.listen.ip())
            .to_string(),
        None => config.listen.ip().to_string(),
    };
    let host = match host.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => format!("[{address}]"),
        _ => host,
    };
    let is_usual = matches!((scheme, port), ("https", 443) | ("http", 80));
    // A proxy in front has its own port, which we do not know.
    if is_usual || config.tls == crate::config::TlsMode::Proxy {
        format!("{scheme}://{host}")
    } else {
        format!("{scheme}://{host}:{port}")
    }
}

/// Where the page lies that installs the local authority: as set, or one port further.
pub fn authority_address(config: &Config) -> SocketAddr {
    config.authority_listen.unwrap_or_else(|| {
        let port = config.listen.port().checked_add(1).unwrap_or(8081);
        SocketAddr::new(config.listen.ip(), port)
    })
}

/// The operator compares these letters with the phone's.
fn say_how_to_install(authority: &Authority, config: &Config) {
    let page = SocketAddr::new(
        match config.listen.ip() {
            ip if ip.is_unspecified() => tls::outward_address().unwrap_or(ip),
            ip => ip,
        },
        authority_address(config).port(),
    );
    eprintln!("手机先打开 · phones open first: http://{page}/ca");
    eprintln!("SHA-256 {}", authority.fingerprint());
}

/// Sorts measured times into their buckets, so that memory stays small where nobody asks for
/// figures.
async fn sort_figures(figures: PrometheusHandle) {
    let mut interval = tokio::time::interval(Duration::from_secs(5));
    loop {
        interval.tick().await;
        figures.run_upkeep();
    }
}

async fn renew_daily(renewal: Renewal, world: SharedWorld) {
    let mut day = tokio::time::interval(Duration::from_secs(86_400));
    loop {
        day.tick().await;
        if let Err(error) = renewal.renew_if_due(world.now_millis()) {
            tracing::error!(%error, "the server certificate was not renewed");
        }
    }
}

/// Ends when somebody stops the program.
async fn ended() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}

//! The running server: database, state, sockets.

use crate::app::{App, service};
use crate::auth::password::Passwords;
use crate::config::Config;
use crate::gate_state::GateStates;
use crate::world::SharedWorld;
use anyhow::{Context, Result};
use axum::Router;
use gatehouse_store::Store;
use metrics_exporter_prometheus::PrometheusBuilder;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Passwords hashed at one time; each takes 19 MiB.
const PASSWORDS_AT_ONCE: usize = 2;

/// The state of a program over a database.
pub fn app(store: Store, config: Config, world: SharedWorld) -> App {
    // A second recorder in one process (tests) leaves the first in place.
    let recorder = PrometheusBuilder::new().build_recorder();
    let figures = recorder.handle();
    let _ = metrics::set_global_recorder(recorder);
    App {
        store,
        passwords: Passwords::new(Arc::clone(&world), PASSWORDS_AT_ONCE),
        world,
        config: Arc::new(config),
        sessions: Arc::default(),
        root: None,
        gates: GateStates::default(),
        figures,
    }
}

/// Opens the database that the settings name.
pub fn open_store(config: &Config) -> Result<Store> {
    match config.database_url()? {
        Some(url) => Store::open_postgres(&url).context("the PostgreSQL database"),
        None => {
            if let Some(folder) = config.database.parent() {
                std::fs::create_dir_all(folder).context("the folder of the database")?;
            }
            Store::open_sqlite(&config.database)
                .with_context(|| format!("the database {}", config.database.display()))
        }
    }
}

/// Serves until the process is asked to end.
pub fn run(config: Config, world: SharedWorld) -> Result<()> {
    let store = open_store(&config)?;
    let listen = config.listen;
    let router = service(app(store, config, world));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the threads of the server")?;
    runtime.block_on(listen_plain(listen, router))
}

async fn listen_plain(address: SocketAddr, router: Router) -> Result<()> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("H-PORT: {address} cannot be listened on; is it taken?"))?;
    tracing::info!(%address, "serving");
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(ended())
        .await?;
    Ok(())
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

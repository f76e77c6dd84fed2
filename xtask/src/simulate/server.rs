//! The server of the simulation: the product's own operations over a database in memory, which
//! outlives the program's crashes, and whose commits fail when the plan says so.

use super::chance::SimulatedWorld;
use super::town::{self, Town};
use super::version::{Version, list_after, list_before};
use anyhow::Result;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::DeviceId;
use gatehouse_core::wire::ChainHead;
use gatehouse_server::app::App;
use gatehouse_server::auth::caller::Caller;
use gatehouse_server::config::Config;
use gatehouse_server::error::OpError;
use gatehouse_server::ops::enrol_device::{Enrolment, enrol_device};
use gatehouse_server::ops::hold_gate::{hold_gate, signed};
use gatehouse_server::ops::receive_events::{Batch, Receipt, receive_events};
use gatehouse_server::ops::take_device_report::{Heard, Report, take_device_report};
use gatehouse_server::secrets::Secrets;
use gatehouse_server::serve::app;
use gatehouse_store::device::DeviceRow;
use gatehouse_store::device_report::Storage;
use gatehouse_store::device_session::DeviceInSession;
use gatehouse_store::{CommitFate, Fates, ReadTx, Shard, Store, StoreError};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Runtime;

/// What goes wrong with a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// It fails.
    Fails,
    /// It is kept, and the answer is lost.
    Untold,
    /// The program ends before it.
    Crash,
}

/// The mishap to come, after so many commits.
type Plan = Arc<Mutex<Option<(u32, Mishap)>>>;

/// The server.
pub struct Server {
    pub world: Arc<SimulatedWorld>,
    pub store: Store,
    /// Of its program.
    pub version: Version,
    secrets: Arc<Secrets>,
    shard: Shard,
    app: Option<App>,
    /// Number of the key list that the program works with.
    keys: u64,
    plan: Plan,
    runtime: Runtime,
}

impl Server {
    /// Over a copy of a town.
    pub fn new(town: &Town, world: Arc<SimulatedWorld>) -> Result<Server> {
        let plan = Plan::default();
        let store = town.store.copy_memory(Some(fates(&plan)))?;
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let mut server = Server {
            world,
            store,
            version: Version::Now,
            secrets: Arc::clone(&town.secrets),
            shard: town.shard,
            app: None,
            keys: 0,
            plan,
            runtime,
        };
        server.start()?;
        Ok(server)
    }

    pub fn is_up(&self) -> bool {
        self.app.is_some()
    }

    /// The program starts anew: nothing is left of what it held in memory.
    pub fn start(&mut self) -> Result<()> {
        use gatehouse_server::world::World;
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let keys = town::keyring(&self.store, &self.secrets, self.world.now_millis())?;
        self.keys = keys.list.number;
        let world = Arc::clone(&self.world);
        self.app = Some(app(
            self.store.clone(),
            Config::default(),
            world,
            Some(keys),
        ));
        Ok(())
    }

    /// The program ends and starts where it works with older keys than the database has: they were
    /// kept though whoever made them was told otherwise, and tries again.
    pub fn take_keys_up(&mut self, newest: u64) -> Result<()> {
        match newest == self.keys {
            true => Ok(()),
            false => self.start(),
        }
    }

    /// The program ends.
    pub fn crash(&mut self) {
        self.app = None;
    }

    /// Plans a mishap.
    pub fn plan(&self, after: u32, mishap: Mishap) {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Some((after, mishap));
    }

    /// No mishap any more; a program in the middle of its end ends.
    pub fn calm(&mut self) {
        let plan = self
            .plan
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if plan == Some((0, Mishap::Crash)) {
            self.crash();
        }
    }

    /// The database as it is now.
    pub fn back_up(&self) -> Result<Store> {
        Ok(self.store.copy_memory(None)?)
    }

    /// The database is as it was in a backup, and the program starts anew.
    pub fn restore(&mut self, backup: &Store) -> Result<()> {
        self.store = backup.copy_memory(Some(fates(&self.plan)))?;
        self.start()
    }

    /// Takes a batch in.
    pub fn receive(&mut self, gate: usize, town: &Town, batch: Batch) -> Result<Receipt, String> {
        let Some(app) = self.app.clone() else {
            return Err("down".to_owned());
        };
        let gate = town.gate(gate);
        let received = self.runtime.block_on(async {
            let received = receive_events(&app, &gate, Lang::Zh, batch).await;
            settle().await;
            received
        });
        self.after(received)
    }

    /// The signed list of a gate with its tag, in the form of this version; `None` for the one
    /// that is known. Whoever reads it can read it if it is not later than they.
    pub fn list(
        &mut self,
        gate: usize,
        town: &Town,
        (known, reader): (Option<&str>, Version),
    ) -> Result<Option<(Vec<u8>, String)>, String> {
        let Some(app) = self.app.clone() else {
            return Err("down".to_owned());
        };
        let gate = town.gate(gate);
        let list = self.runtime.block_on(async {
            let held = hold_gate(&app, gate.shard, gate.gate).await?;
            settle().await;
            let list = signed(&app, &held)?;
            Ok((list.bytes.clone(), list.tag.clone()))
        });
        let (bytes, tag) = self.after(list)?;
        let key = &app.keyring.as_ref().ok_or("no keys")?.snapshot_key;
        let (form, written) = match self.version {
            Version::Earlier => ("before", list_before(&bytes, key)),
            later if later > reader => ("after", list_after(&bytes, key)),
            _ => ("now", Ok(bytes)),
        };
        let (bytes, tag) = (written.map_err(|error| error.to_string())?, tag + form);
        Ok((known != Some(tag.as_str())).then_some((bytes, tag)))
    }

    /// A phone says how it is.
    pub fn report(
        &mut self,
        town: &Town,
        device: DeviceId,
        (device_millis, acknowledged): (i64, Option<ChainHead>),
    ) -> Result<Heard, String> {
        let Some(app) = self.app.clone() else {
            return Err("down".to_owned());
        };
        let row = self.device(device).map_err(|error| error.to_string())?;
        let row = row.ok_or_else(|| "no session".to_owned())?;
        let session = DeviceInSession {
            shard: town.shard,
            device,
            gate: row.gate,
            in_service: row.ended_at.is_none(),
        };
        let report = Report {
            version: "1".to_owned(),
            unsent: 0,
            list_number: 0,
            storage: Storage::Persistent,
            device_millis,
            acknowledged,
        };
        let heard = self.runtime.block_on(async {
            let heard = take_device_report(&app, session, report).await;
            settle().await;
            heard
        });
        self.after(heard)
    }

    /// Enrols a device.
    pub fn enrol(&mut self, gate: usize, town: &Town, key: Vec<u8>) -> Result<DeviceId, String> {
        let Some(app) = self.app.clone() else {
            return Err("down".to_owned());
        };
        let (gate, caller) = (town.gate(gate), guard());
        let enrolment = Enrolment {
            public_key: key,
            label: "模拟".to_owned(),
            loss: None,
        };
        let made = self
            .runtime
            .block_on(enrol_device(&app, &gate, &caller, enrolment));
        self.after(made).map(|made| made.device)
    }

    /// What an operation said, unless the program ended under it.
    fn after<T>(&mut self, answer: Result<T, OpError>) -> Result<T, String> {
        let plan = *self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        if plan == Some((0, Mishap::Crash)) {
            self.crash();
            return Err("crashed".to_owned());
        }
        answer.map_err(|error| error.code().to_owned())
    }

    /// Reads the database past the program.
    pub fn read<T: Send + 'static>(
        &self,
        read: impl Fn(&ReadTx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T> {
        Ok(self.store.read_blocking::<_, StoreError, _>(read)?)
    }

    /// The row of a device.
    pub fn device(&self, device: DeviceId) -> Result<Option<DeviceRow>> {
        let shard = self.shard;
        self.read(move |tx| tx.device(shard, device))
    }
}

fn fates(plan: &Plan) -> Fates {
    let plan = Arc::clone(plan);
    Arc::new(move || {
        let mut plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *plan {
            None => CommitFate::Kept,
            // Whatever the dead program still tries is in vain.
            Some((0, Mishap::Crash)) => CommitFate::Undone,
            Some((0, mishap)) => {
                let untold = *mishap == Mishap::Untold;
                *plan = None;
                match untold {
                    true => CommitFate::KeptUntold,
                    false => CommitFate::Undone,
                }
            }
            Some((after, _)) => {
                *after -= 1;
                CommitFate::Kept
            }
        }
    })
}

/// Lets what the operation has left behind run.
async fn settle() {
    for _ in 0..4 {
        tokio::task::yield_now().await;
    }
}

fn guard() -> Caller {
    Caller {
        staff: town::GUARD,
        name: "某某".to_owned(),
        lang: Lang::Zh,
        must_change_password: false,
        token_hash: town::SESSION,
        roles: Vec::new(),
        limit: None,
    }
}

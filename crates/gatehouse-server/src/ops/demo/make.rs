//! Makes a demo: the plan, the policy that decides its day, the pages, the database.
//!
//! The database must be new: a demo is never mixed with people who exist.

use super::day::{DemoCrossing, by_verdict, days};
use super::order::{DemoOrders, make_orders};
use super::pass::{Issued, issue};
use super::plan::{DemoSize, Town, plan};
use super::sheet::{Pages, SheetError, pages};
use super::write::{self, WriteError};
use crate::secrets::Secrets;
use crate::world::World;
use gatehouse_core::gate::Policy;
use gatehouse_core::key::SigningKey;
use gatehouse_core::moment::Moment;
use gatehouse_core::policy::{compile, read};
use gatehouse_store::Store;

/// The document that decides in the demo town, as shipped.
pub const POLICY_TEXT: &str = include_str!("../../../../../policies/henan-2020-02/policy.toml");
/// Its cases.
pub const POLICY_CASES: &str = include_str!("../../../../../policies/henan-2020-02/cases.toml");
/// Its folder, which is its id in the database.
pub const POLICY_FOLDER: &str = "henan-2020-02";

/// What a demo is made from.
#[derive(Clone, Debug)]
pub struct DemoWish {
    /// People and seed.
    pub size: DemoSize,
    /// The moment at which the town stands; crossings are those of the days before.
    pub made: Moment,
    /// Where the server will be reached, as printed on the pages.
    pub address: String,
    /// What stands in the codes.
    pub host: String,
}

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The shipped document does not compile: a mistake of ours.
    #[error("the policy of the demo is not valid")]
    Policy,
    /// A page could not be made.
    #[error("a page of the demo could not be made")]
    Pages(#[from] SheetError),
    /// The database refused.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A town with everything that belongs to it.
pub struct Demo {
    /// Places and people.
    pub town: Town,
    /// Passes and their keys.
    pub issued: Issued,
    /// Who does not cross, and who may say so.
    pub orders: DemoOrders,
    /// The attempts of its days.
    pub crossings: Vec<DemoCrossing>,
    /// The policy in force.
    pub policy: Policy,
    /// The pages to print.
    pub pages: Pages,
}

/// How large it came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoFigures {
    /// In households, and workers from elsewhere.
    pub people: usize,
    /// Doors.
    pub households: usize,
    /// Of every kind and standing.
    pub passes: usize,
    /// Known at a gate.
    pub vehicles: usize,
    /// With an account.
    pub staff: usize,
    /// Attempts by verdict: admit, ask, refuse, refer.
    pub crossings: [usize; 4],
}

impl Demo {
    /// How large it came out.
    pub fn figures(&self) -> DemoFigures {
        DemoFigures {
            people: self.town.people.len(),
            households: self.town.households.len(),
            passes: self.issued.passes.len(),
            vehicles: self.town.vehicles.len(),
            staff: self.town.staffing.staff.len(),
            crossings: by_verdict(&self.crossings),
        }
    }
}

/// Plans a demo; nothing is written yet.
///
/// # Errors
/// Only mistakes of ours.
pub fn plan_demo(wish: &DemoWish) -> Result<Demo, MakeError> {
    let document = read(POLICY_TEXT).map_err(|_| MakeError::Policy)?;
    let policy = compile(&[&document]).map_err(|_| MakeError::Policy)?;
    let town = plan(wish.size, wish.made);
    let issued = issue(&town);
    let orders = make_orders(&town, &issued);
    let crossings = days(&town, &issued, &orders, &policy);
    let pages = pages(&town, &issued, &orders, &policy, &wish.address, &wish.host)?;
    Ok(Demo {
        town,
        issued,
        orders,
        crossings,
        policy,
        pages,
    })
}

/// Writes a demo into a new database. The root key it returns is for a file beside it.
///
/// # Errors
/// [`WriteError::NotEmpty`] where the database holds anything; what the database says otherwise.
pub fn write_demo(
    demo: &Demo,
    store: &Store,
    secrets: &Secrets,
    world: &dyn World,
) -> Result<SigningKey, MakeError> {
    Ok(write::write(demo, store, secrets, world)?)
}

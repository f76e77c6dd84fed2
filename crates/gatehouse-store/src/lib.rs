//! Everything Gatehouse remembers: tables, statements, migrations, on SQLite and PostgreSQL.
//!
//! # How to use it
//!
//! A [`Store`] runs synchronous closures, each in one transaction. [`Store::write`] hands the
//! closure a [`Tx`], [`Store::read`] a [`ReadTx`]; the functions per noun are methods on these.
//!
//! ```
//! use gatehouse_core::id::{AreaId, OrganisationId};
//! use gatehouse_store::area::AreaRow;
//! use gatehouse_store::{Lane, Store, StoreError};
//!
//! # fn main() -> Result<(), StoreError> {
//! let store = Store::open_memory()?; // or open_sqlite(path), open_postgres(url)
//! let town = AreaRow {
//!     area: AreaId([7; 16]), // ids, moment, random bytes come from outside
//!     parent: None,
//!     shard: None,
//!     level: "county".to_owned(),
//!     name: "青石县".to_owned(),
//!     manager: None,
//!     zone_offset_minutes: 480,
//!     ended_on: None,
//!     version: 1,
//! };
//! let shard = store.write_blocking::<_, StoreError, _>(Lane::People, move |tx| {
//!     tx.insert_area(&town)?;
//!     tx.shard_for_county(town.area)
//! })?;
//! let found = store.read_blocking::<_, StoreError, _>(|tx| tx.area(AreaId([7; 16])))?;
//! assert_eq!(found.and_then(|area| area.shard), Some(shard));
//! # Ok(())
//! # }
//! ```
//!
//! In async code it is `store.write(Lane::Gate, move |tx| …).await?` and
//! `store.read(move |tx| …).await?`; [`Store::try_write`] where the closure has an error of its
//! own, which undoes the transaction.
//!
//! - A closure is `Fn` and may run more than once: its effects are in the [`Tx`] and the return
//!   value only. No password hashing, rendering or network inside it.
//! - After any failed statement a transaction refuses further ones, and nothing of it is kept.
//! - Look-ups return an `Option`; an update of what people edit names the version it read and
//!   fails with [`StoreError::Stale`] when somebody was faster.
//! - Imports and retention go in steps of at most 500 rows in [`Lane::Jobs`].
//!
//! # Where does a newcomer add a table?
//!
//! 1. `migrations/NNNN_<noun>.sql` with the next number and a line in `migrate.rs`: each table
//!    says above itself whether it is *sharded* (key begins with `shard`) or *reference*, each
//!    column has a comment. One text for both databases: `BIGINT`, `TEXT`, `BYTEA`,
//!    `DOUBLE PRECISION`. A shipped file is never edited.
//! 2. `src/<noun>.rs`: row struct, its statements in one `sql!`, functions on `ReadTx` and `Tx`;
//!    and the noun's name in `nouns!` below. Tests prepare every statement on both databases.
//! 3. A story in `tests/it/<noun>.rs`.
//! 4. `docs/data-model.md`: who writes it, its states, how long it is kept.

pub mod before;
mod crossing_columns;
mod deferred;
mod driver;
mod error;
pub mod event_note;
mod import_key;
mod migrate;
mod person_plain;
mod queue;
pub mod sealed_words;
mod shard;
pub mod sql;
mod store;
mod tx;
pub mod value;
mod vault;

pub use driver::Figures;
pub use driver::inline::{CommitFate, Fates};
pub use error::StoreError;
pub use import_key::ImportKey;
pub use migrate::{MIGRATIONS, Migration};
pub use queue::Lane;
pub use shard::Shard;
pub use store::{DatabaseKind, Store};
pub use tx::{Limits, ReadTx, Tx};
pub use vault::{Chance, Vault};

// A module that is not named here is not compiled, and one that is named shows its statements.
macro_rules! nouns {
    ($($(#[$doc:meta])* $noun:ident),* $(,)?) => {
        $($(#[$doc])* pub mod $noun;)*

        /// Every statement of the store, by noun.
        pub fn statements() -> Vec<(&'static str, &'static [&'static sql::Sql])> {
            vec![$((stringify!($noun), $noun::STATEMENTS)),*]
        }
    };
}

nouns!(
    alarm,
    amendment,
    application,
    application_asked,
    application_draft,
    api_token,
    area,
    area_contact,
    audit,
    audit_verify,
    change,
    list_change,
    crossing,
    crossing_find,
    crossing_hour,
    crossing_own,
    crossing_replay,
    device,
    device_event,
    device_loss,
    device_report,
    device_session,
    device_verify,
    event_verify,
    enrolment_code,
    erasure,
    erasure_plan,
    event_detail,
    event_here,
    fever,
    gate,
    gate_look,
    gate_place,
    gate_state,
    handover,
    helper,
    household,
    import_mapping,
    import_row,
    import_run,
    installation,
    job,
    key,
    ledger,
    leave,
    listing,
    login_failure,
    lookup_budget,
    membership,
    message,
    no_call,
    open_item,
    order,
    organisation,
    outing,
    pass,
    pass_batch,
    pass_event,
    person,
    person_batch,
    person_before,
    person_merged,
    person_picture,
    person_view,
    phone_handover,
    policy,
    policy_draft,
    policy_replay,
    policy_suspension,
    resident_code,
    resident_request,
    request_key,
    retention,
    session,
    set_aside,
    set_aside_alike,
    shift,
    staff,
    stage,
    statistics,
    unproven,
    vehicle,
    visit,
    webhook,
    webhook_event,
);

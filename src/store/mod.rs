//! The SQLite file: the only place with SQL.
//!
//! One process writes at a time (a lock beside the file), in `BEGIN IMMEDIATE` transactions;
//! readers open it read-only beside the writer. Tables marked "grows only" are guarded by
//! triggers, and every row that is added to one leaves its hash in `leaves`.

mod append;
pub mod backup;
pub mod collects;
mod create;
pub mod daemon;
pub mod decisions;
mod error;
pub mod facts;
pub mod flags;
pub mod health;
pub mod letters;
pub mod lists;
mod lock;
mod migrate;
mod open;
pub mod outbox;
mod owner;
pub mod remarks;
pub mod restore;
pub mod retention;
pub mod returns;
pub mod runs;
mod time;
mod writes;

pub use append::Tx;
pub use daemon::{DaemonEvent, DaemonEventKind};
pub use error::StoreError;
pub use migrate::GROWS_ONLY;
pub use open::{Only, Store};
pub use time::{date_of, instant, instant_of};
pub use writes::Writes;

//! The Care Quality Commission's API (England).
//!
//! Two halves. The pure one turns bytes into a document without people's names and the statements
//! it makes: [`redact`], [`parse`], [`page`]. The other one asks the server: [`collect()`]. Nothing
//! here knows the store; what was read is handed over as [`Collected`].

mod ask;
mod assessment;
mod collect;
mod collected;
mod ids;
mod list;
pub mod page;
pub mod parse;
mod person;
mod ratings;
mod reading;
mod record;
pub mod redact;
mod shape;
mod words;

pub use collect::{FIRST_WAIT, Plan, Progress, RECORDS_MAX, collect};
pub use collected::{CacheEntry, Collected, Document, Fetch, FetchOutcome, Record};
pub use ids::is_usable_id;
pub use record::{LocationRecord, ProviderRecord, Reject};

//! The words of the field: who is watched, how they are rated, how grave a finding is.
//!
//! Nothing here does I/O or knows of a format; a regulator's spelling is read in `sources`.

pub mod contract;
pub mod indicator;
pub mod period;
mod rating;
pub mod return_;
mod severity;
mod subject;
mod text;

pub use contract::Contract;
pub use indicator::Indicator;
pub use period::Period;
pub use rating::{KeyQuestion, Rating, Registration};
pub use severity::Severity;
pub use subject::{Subject, SubjectKind};
pub use text::{NAME_CHARS_MAX, clean_name, clean_text};

/// How many ids of a chain of re-registrations are followed before the chain is called endless.
pub const SUCCESSOR_STEPS_MAX: usize = 8;

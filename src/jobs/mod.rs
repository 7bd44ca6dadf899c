//! The jobs: collect, assess, deliver, housekeeping. Each is a function that the command line and the daemon's
//! loop both call.

mod assess;
mod brake;
pub mod bulletin;
mod calendar;
mod collect;
mod cycle;
pub mod deliver;
mod digest;
pub mod emergency;
pub mod health;
pub mod heartbeat;
pub mod housekeeping;
mod own;
pub(crate) mod queue;
pub mod reported;
mod returns;

pub use assess::{Assessed, Record, assess, assess_with};
pub use calendar::{ProviderCalendar, calendars, owner};
pub use collect::{Accepted, Collecting, SourceRead, collect};
pub use cycle::{Cycle, Done, Jobs, cycle, deliver_and_tell};
pub use deliver::{DeadLetter, Delivered};

use crate::alerts::TemplateFault;
use crate::mail::ComposeError;
use crate::store::StoreError;

/// Why a job could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A mail could not be put into words by the shipped templates.
    #[error(
        "an alert could not be rendered: {0}; nothing of this assessment was kept, and the next run tries again"
    )]
    Render(#[from] TemplateFault),
    /// A mail could not be made.
    #[error(transparent)]
    Compose(#[from] ComposeError),
}

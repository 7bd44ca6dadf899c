//! One piece of work, done with the jobs that the command line uses too.

use super::plan::Work;
use crate::clock::Clock;
use crate::config::Config;
use crate::jobs::{Collecting, Done, JobError, assess_with, collect, deliver_and_tell};
use crate::sources::cqc::Progress;
use crate::store::outbox::Mode;
use crate::store::{DaemonEvent, Store};

/// Does it, by the clock given. The future may be dropped at any await: no transaction is open there.
///
/// # Errors
/// The database's, or a mail that cannot be rendered.
pub async fn perform(
    store: &mut Store,
    config: &Config,
    work: &Work,
    clock: Clock,
) -> Result<Done, JobError> {
    let mut done = Done::default();
    match work {
        Work::Collect { sources, scheduled_for } => {
            let how = Collecting {
                clock: &clock,
                due_only: false,
                only: Some(sources),
                scheduled_for: *scheduled_for,
                accepted: None,
                progress: &|source: &str, at: Progress| {
                    tracing::debug!(source, done = at.done, total = at.total, "reading");
                },
            };
            done.sources = collect(store, config, how).await?;
        }
        Work::Assess(record) => done.assessed = Some(assess_with(store, config, &clock, *record)?),
        Work::Deliver => done.delivered = Some(deliver_and_tell(store, config, &clock, Mode::Due).await?),
    }
    Ok(done)
}

/// Writes events down, in one transaction.
///
/// # Errors
/// The database's.
pub fn write_down(store: &mut Store, events: &[DaemonEvent]) -> Result<(), JobError> {
    let Some(first) = events.first() else { return Ok(()) };
    store.write(first.at, |tx| {
        events.iter().try_for_each(|event| tx.daemon_event(event).map(drop).map_err(JobError::from))
    })
}

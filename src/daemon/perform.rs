//! One piece of work, done with the jobs that the command line uses too.

use jiff::Timestamp;

use super::plan::Work;
use crate::clock::Clock;
use crate::config::Config;
use crate::jobs::{
    Collecting, Done, JobError, Record, SourceRead, assess_with, collect, deliver_and_tell, health,
    heartbeat, housekeeping,
};
use crate::sources::cqc::Progress;
use crate::status::{complaints, is_healthy};
use crate::store::outbox::Mode;
use crate::store::runs::Outcome;
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
            done.sources.iter().for_each(log);
        }
        Work::Assess(record) => {
            done.assessed = Some(assess_with(store, config, &clock, *record)?);
            if *record == Record::Always {
                sign_of_life(store, config, &clock).await?;
            }
        }
        Work::Deliver => done.delivered = Some(deliver_and_tell(store, config, &clock, Mode::Due).await?),
        Work::Housekeeping => {
            // Its faults stand in its row, in the log and in `status`.
            let _kept = housekeeping::run(store, config, &clock, None)?;
        }
    }
    Ok(done)
}

/// Calls the monitor after what was read has been judged: well only if `status` would say so too,
/// so that a mail that waits or a source that fails is noticed there as well.
async fn sign_of_life(store: &mut Store, config: &Config, clock: &Clock) -> Result<(), JobError> {
    if config.heartbeat.is_none() {
        return Ok(());
    }
    let facts = health::facts(store, config, clock.moment())?;
    let outcome = if is_healthy(&complaints(&facts)) { Outcome::Ok } else { Outcome::Failed };
    Ok(heartbeat::beat(store, config, outcome, clock.moment()).await?)
}

/// One line a source.
fn log(read: &SourceRead) {
    let source = read.id.as_str();
    let (records, facts, rejects) = (read.records, read.facts, read.rejects);
    match &read.problem {
        None => tracing::info!(name: "source_read", source, records, facts, "source read"),
        Some(why) if read.is_failed() => {
            tracing::warn!(name: "source_failed", source, why, "source not read, what was known stays");
        }
        Some(why) => {
            tracing::warn!(name: "source_read", source, records, facts, rejects, why, "source read in part")
        }
    }
}

/// Closes runs that were left without an end (on a full disk not even that can be written), and
/// writes events down, in one transaction. Whoever holds the lock knows that no other run goes on.
///
/// # Errors
/// The database's.
pub fn write_down(store: &mut Store, events: &[DaemonEvent], at: Timestamp) -> Result<(), JobError> {
    store.close_interrupted_runs(at)?;
    if events.is_empty() {
        return Ok(());
    }
    store.write(at, |tx| {
        events.iter().try_for_each(|event| tx.daemon_event(event).map(drop).map_err(JobError::from))
    })
}

//! The wake-up: tokio-cron-scheduler with one job in UTC, whose every run is a [`Event::Tick`].
//!
//! What is due is never asked of it: it fixes a zone's offset when a job is made and forgets what
//! it missed. Its own loop looks at the clock twice a second; here it stands on a runtime that is
//! only driven when a tick is wanted, so that an idle daemon wakes twice a minute. After the clock
//! was set back it would be silent until the old time comes again: a turn without a tick makes the
//! scheduler anew and ticks all the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::mpsc::Sender;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

use super::Event;

/// Due every second, so that every turn finds it due.
const EVERY_SECOND: &str = "* * * * * *";

/// The scheduler hands a run on through several tasks; so many turns of its runtime are plenty.
const POLLS_MAX: usize = 200;

/// A thread that sends ticks until nobody receives them.
///
/// # Errors
/// The system's, when there can be no thread or runtime.
pub fn start(events: Sender<Event>, every: Duration) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    std::thread::Builder::new()
        .name("ticker".to_owned())
        .spawn(move || run(&runtime, &events, every))
        .map(drop)
}

fn run(runtime: &Runtime, events: &Sender<Event>, every: Duration) {
    let ticks = Arc::new(AtomicU64::new(0));
    let mut scheduler: Option<JobScheduler> = None;
    while !events.is_closed() {
        std::thread::sleep(every);
        let before = ticks.load(Ordering::SeqCst);
        runtime.block_on(turn(&ticks, before));
        if ticks.load(Ordering::SeqCst) == before {
            if let Some(mut silent) = scheduler.take() {
                // One that cannot be ended is one that does nothing.
                let _ended = runtime.block_on(silent.shutdown());
            }
            scheduler = fresh(runtime, &ticks);
        }
        // A full queue holds a tick already.
        let _full = events.try_send(Event::Tick);
    }
}

/// Lets the scheduler run until its job has, or for a while.
async fn turn(ticks: &AtomicU64, before: u64) {
    for _ in 0..POLLS_MAX {
        tokio::task::yield_now().await;
        if ticks.load(Ordering::SeqCst) != before {
            return;
        }
    }
}

fn fresh(runtime: &Runtime, ticks: &Arc<AtomicU64>) -> Option<JobScheduler> {
    match runtime.block_on(scheduler(Arc::clone(ticks))) {
        Ok(scheduler) => Some(scheduler),
        Err(error) => {
            tracing::error!(%error, "the scheduler cannot be made; ticks go on without it");
            None
        }
    }
}

async fn scheduler(ticks: Arc<AtomicU64>) -> Result<JobScheduler, JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    let job = Job::new(EVERY_SECOND, move |_, _| {
        ticks.fetch_add(1, Ordering::SeqCst);
    })?;
    scheduler.add(job).await?;
    scheduler.start().await?;
    Ok(scheduler)
}

//! The thread that holds the database and does one piece of work at a time.
//!
//! It is a thread of its own so that signals, the watchdog and a stop with a limit work even while
//! SQLite waits for a disk. The lock is given back between two pieces of work, so that officers'
//! commands can write.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc as results, watch};

use super::perform::{perform, write_down};
use super::plan::{Job, Work};
use super::tell::{JobFailure, Tell, write_failure, write_refusal};
use crate::clock::{Clock, real_now};
use crate::config::Config;
use crate::jobs::{Done, JobError, emergency};
use crate::store::{DaemonEvent, Store, StoreError};

/// How long another carewarden may write before a piece of work is put off.
const LOCK_WAIT: Duration = Duration::from_secs(10);

/// When asked to stop, mail in flight gets so long to come to its end.
const STOP_GRACE: Duration = Duration::from_secs(4);

/// The deadline of a run.
const fn deadline(job: Job) -> Duration {
    match job {
        Job::Collect => Duration::from_secs(2 * 3600),
        Job::Assess => Duration::from_secs(900),
        Job::Deliver => Duration::from_secs(1800),
        Job::Housekeeping => Duration::from_secs(3600),
    }
}

/// What the worker is asked to do.
#[derive(Debug)]
pub enum Order {
    /// Write events down, then do a piece of work, where there is one.
    Do {
        /// Written first.
        events: Vec<DaemonEvent>,
        /// Done then.
        work: Option<Work>,
        /// The configuration in force.
        config: Arc<Config>,
        /// Whether a failure is news to the operator.
        tell: Tell,
    },
    /// Tell the operator that a configuration was refused.
    Refuse {
        /// The faults, as `check` prints them.
        faults: String,
        /// The configuration that stays in force.
        config: Arc<Config>,
    },
}

impl Order {
    const fn config(&self) -> &Arc<Config> {
        match self {
            Self::Do { config, .. } | Self::Refuse { config, .. } => config,
        }
    }
}

/// How a piece of work ended.
#[derive(Debug)]
pub enum Ending {
    /// It was done.
    Done(Done),
    /// It was not; the words say why.
    Failed(String),
    /// Another carewarden was writing; it is tried again.
    Busy(String),
    /// It was cut short by a stop.
    Stopped,
}

/// What the worker says when it has obeyed an order.
#[derive(Debug)]
pub struct Report {
    /// What was done, where the order was about work.
    pub work: Option<Work>,
    /// The work's "now".
    pub at: Timestamp,
    /// How it ended.
    pub ending: Ending,
}

/// The worker's ends that the loop holds.
#[derive(Debug)]
pub struct Worker {
    /// One order at a time.
    pub orders: mpsc::SyncSender<Order>,
    /// One report an order.
    pub reports: results::Receiver<Report>,
}

/// Starts the thread.
///
/// # Errors
/// The system's, when there can be no thread or runtime.
pub fn start(mut store: Store, stop: watch::Receiver<bool>) -> std::io::Result<Worker> {
    let (orders, taken) = mpsc::sync_channel::<Order>(1);
    let (said, reports) = results::channel(1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("writer".to_owned()).spawn(move || {
        store.rest();
        while let Ok(order) = taken.recv() {
            let report = obey(&mut store, &runtime, order, &stop);
            store.rest();
            if said.blocking_send(report).is_err() {
                break;
            }
        }
    })?;
    Ok(Worker { orders, reports })
}

fn obey(
    store: &mut Store,
    runtime: &tokio::runtime::Runtime,
    order: Order,
    stop: &watch::Receiver<bool>,
) -> Report {
    let at = real_now();
    let work = match &order {
        Order::Do { work, .. } => work.clone(),
        Order::Refuse { .. } => None,
    };
    let config = Arc::clone(order.config());
    let ending = match store.resume(LOCK_WAIT) {
        Ok(()) => obey_with_lock(store, runtime, order, stop, at),
        Err(busy @ StoreError::Busy { .. }) => Ending::Busy(busy.to_string()),
        Err(error) => {
            tell_past_the_store(runtime, &config, &error);
            Ending::Failed(error.to_string())
        }
    };
    Report { work, at, ending }
}

fn obey_with_lock(
    store: &mut Store,
    runtime: &tokio::runtime::Runtime,
    order: Order,
    stop: &watch::Receiver<bool>,
    at: Timestamp,
) -> Ending {
    super::hooks::stick_writer(store);
    match order {
        Order::Refuse { faults, config } => match write_refusal(store, &config, &faults, at) {
            Ok(()) => Ending::Done(Done::default()),
            Err(error) => Ending::Failed(error.to_string()),
        },
        Order::Do { events, work, config, tell } => {
            if let Err(error) = write_down(store, &events, at) {
                return Ending::Failed(error.to_string());
            }
            let Some(work) = work else { return Ending::Done(Done::default()) };
            let ending = runtime_does(store, runtime, &config, &work, stop);
            let closed = close_run(store, &config, &work, &ending, tell);
            if let Err(JobError::Store(error)) = &closed {
                tell_past_the_store(runtime, &config, error);
            }
            ending
        }
    }
}

/// The work itself, with its deadline, an ear for a stop, and a net under panics.
fn runtime_does(
    store: &mut Store,
    runtime: &tokio::runtime::Runtime,
    config: &Config,
    work: &Work,
    stop: &watch::Receiver<bool>,
) -> Ending {
    let deadline = deadline(work.job());
    let mut stop = stop.clone();
    let grace = if work.job() == Job::Deliver { STOP_GRACE } else { Duration::ZERO };
    let doing = async {
        tokio::select! {
            done = tokio::time::timeout(deadline, perform(store, config, work, Clock::real())) => Some(done),
            () = stopped(&mut stop, grace) => None,
        }
    };
    // The store's open transaction is rolled back as the panic passes it; nothing else is shared.
    match catch_unwind(AssertUnwindSafe(|| runtime.block_on(doing))) {
        Ok(Some(Ok(Ok(done)))) => Ending::Done(done),
        Ok(Some(Ok(Err(error)))) => Ending::Failed(error.to_string()),
        Ok(Some(Err(_))) => {
            Ending::Failed(format!("it took longer than {} minutes", deadline.as_secs() / 60))
        }
        Ok(None) => Ending::Stopped,
        Err(panic) => Ending::Failed(format!("it panicked: {}", words_of(panic.as_ref()))),
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>, grace: Duration) {
    // A sender that is gone means that the loop is: the same.
    let _gone = stop.wait_for(|stop| *stop).await.map(drop);
    tokio::time::sleep(grace).await;
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it said nothing")
}

/// What a piece of work that did not end by itself leaves open is closed here.
fn close_run(
    store: &mut Store,
    config: &Config,
    work: &Work,
    ending: &Ending,
    tell: Tell,
) -> Result<(), JobError> {
    let at = real_now();
    let closed = match ending {
        Ending::Failed(why) => {
            let failure = JobFailure { job: work.job(), at, why: why.clone(), tell };
            write_failure(store, config, &failure)
        }
        Ending::Stopped => store.close_interrupted_runs(at).map_err(JobError::from),
        Ending::Done(_) | Ending::Busy(_) => Ok(()),
    };
    closed.inspect_err(|error| {
        tracing::error!(%error, "how the job ended could not be written down; the next start does it");
    })
}

/// What cannot be written down is told by the ways that need no database, where that is at fault.
fn tell_past_the_store(runtime: &tokio::runtime::Runtime, config: &Config, error: &StoreError) {
    if error.is_grave() {
        let told = runtime.block_on(emergency::tell(config, &error.to_string(), real_now()));
        tracing::warn!(?told, "told past the outbox");
    }
}

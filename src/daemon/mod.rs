//! The daemon: one loop, one closed list of what can happen, one piece of work at a time.
//!
//! The loop only decides; the worker thread does the work and holds the database. `plan` is the
//! pure part: what to do next, given what has been done, the configuration and now.

mod hooks;
mod marks;
mod perform;
mod plan;
mod pulse;
mod signals;
mod systemd;
mod tell;
mod ticker;
mod turn;
mod worker;

pub use marks::marks;
pub use perform::{perform, write_down};
pub use plan::{Decision, Job, Marks, Planner, Rhythm, SourceMarks, Work};
pub use tell::{JobFailure, Tell, write_failure, write_refusal};

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::clock::real_now;
use crate::config::Config;
use crate::jobs::Jobs;
use crate::store::{DaemonEvent, DaemonEventKind, Store, StoreError};
use turn::Turn;

/// Ticks come at least so often: the wall clock is read again, whatever was planned.
const TICK_MAX: Duration = Duration::from_secs(30);

/// So many ticks in the time after which systemd would call us dead.
const TICKS_A_WATCHDOG: u32 = 3;

/// Events that may wait; a tick that finds no place is no loss.
const EVENTS_MAX: usize = 16;

/// From being told to stop, work in hand and the last row get so long; systemd would wait longer.
const STOP_MAX: Duration = Duration::from_secs(8);

/// How long another carewarden may be writing when the daemon starts.
const START_WAIT: Duration = Duration::from_secs(10);

/// Everything that can happen to the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Time has passed.
    Tick,
    /// The configuration should be read again (SIGHUP).
    Reload,
    /// Somebody asks for jobs now (SIGUSR1).
    Run(Jobs),
    /// It should end (SIGTERM, SIGINT).
    Stop,
}

/// Why the daemon cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The first row could not be written.
    #[error(transparent)]
    Job(#[from] crate::jobs::JobError),
    /// The system has no thread, timer or signal for us.
    #[error("cannot {doing}: {source}; look at the limits of the service (TasksMax, LimitNOFILE)")]
    System {
        /// What was being done.
        doing: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// The worker thread has gone.
    #[error("the thread that writes has ended by itself; the log before this says why")]
    WorkerGone,
}

impl DaemonError {
    fn system(doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::System { doing, source }
    }
}

/// Runs until told to stop.
///
/// # Errors
/// What keeps it from starting; afterwards only that the worker thread has gone.
pub async fn serve(config_path: &Path, config: Config) -> Result<(), DaemonError> {
    let (events, mut happening) = mpsc::channel(EVENTS_MAX);
    signals::listen(&events).map_err(DaemonError::system("listen for signals"))?;
    let (_only_one, store) = open(&config.store.path)?;
    let tick = systemd::watchdog_every().map_or(TICK_MAX, |every| TICK_MAX.min(every / TICKS_A_WATCHDOG));
    ticker::start(events, tick).map_err(DaemonError::system("start the ticker"))?;
    let (stop, stopped) = watch::channel(false);
    let writes = store.writes();
    let worker = worker::start(store, stopped).map_err(DaemonError::system("start the worker"))?;
    let mut turn = Turn::new(PathBuf::from(config_path), config, worker, writes, tick);
    turn.begin();
    while !turn.is_stopping() {
        turn.step(&mut happening).await?;
    }
    systemd::stopping();
    // The worker listens; if it has gone there is nobody to tell.
    let _heard = stop.send(true);
    if tokio::time::timeout(STOP_MAX, turn.finish()).await.is_err() {
        tracing::warn!("work in hand did not end in {} s; the next start takes it up", STOP_MAX.as_secs());
    }
    Ok(())
}

/// Opens the database for the daemon: there is one daemon a database, and it begins where the last
/// one was cut short.
fn open(path: &Path) -> Result<(crate::store::Only, Store), DaemonError> {
    let only = Store::only_daemon(path)?;
    let mut store = Store::open_writer(path, START_WAIT)?;
    let now = real_now();
    let started = DaemonEvent {
        detail: Some(env!("CARGO_PKG_VERSION").to_owned()),
        ..DaemonEvent::new(DaemonEventKind::Started, now)
    };
    write_down(&mut store, &[started], now)?;
    Ok((only, store))
}

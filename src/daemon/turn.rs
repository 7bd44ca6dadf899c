//! One turn of the loop after the other: something happens, is understood, and leads to an order
//! for the worker or to none.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::Receiver;

use super::marks::marks;
use super::plan::{Decision, Job, Planner, Rhythm};
use super::pulse::Pulse;
use super::tell::Tell;
use super::worker::{Ending, Order, Report, Worker};
use super::{DaemonError, Event, systemd};
use crate::alerts::moment_words;
use crate::clock::{Clock, real_now};
use crate::config::{self, Config};
use crate::store::outbox::{Health, health};
use crate::store::{DaemonEvent, DaemonEventKind, Store, StoreError, Writes};

/// Rows about the daemon itself that may wait for the worker; further ones are only logged.
const EVENTS_WAITING_MAX: usize = 64;

/// When rows about the daemon itself could not be written, they are tried again after this.
const NOTES_HOLD: SignedDuration = SignedDuration::from_secs(60);

/// What the worker has in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hand {
    /// Nothing.
    Empty,
    /// A piece of work.
    Job(Job),
    /// Rows about the daemon itself.
    Notes,
    /// The mail about a configuration that was refused.
    Refusal,
}

/// Where the daemon is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Running,
    Stopping,
}

/// The loop's memory.
#[derive(Debug)]
pub struct Turn {
    config_path: PathBuf,
    config: Arc<Config>,
    planner: Planner,
    worker: Worker,
    pulse: Pulse,
    tick: Duration,
    hand: Hand,
    life: Life,
    /// The clock as it was last read, to notice that it was set.
    read: Clock,
    next_at: Option<Timestamp>,
    /// Rows about the daemon itself that are still to be written.
    events: Vec<DaemonEvent>,
    /// How many of them the worker has in hand.
    events_in_hand: usize,
    /// When such rows could not be written last.
    unwritten: Option<Clock>,
    /// The faults of the configuration that was refused last, until they are mailed.
    refused: Option<String>,
    /// Jobs of whose failure the operator was told, until they do their work again.
    told: Vec<Job>,
    health: Health,
    status: String,
    trouble: Option<String>,
}

/// What wakes the loop.
enum Wake {
    Event(Option<Event>),
    Report(Option<Report>),
    Due,
}

impl Turn {
    /// A loop that has not begun.
    pub fn new(config_path: PathBuf, config: Config, worker: Worker, writes: Writes, tick: Duration) -> Self {
        Self {
            config_path,
            config: Arc::new(config),
            planner: Planner::new(Rhythm::default()),
            worker,
            pulse: Pulse::new(writes, tick),
            tick,
            hand: Hand::Empty,
            life: Life::Running,
            read: Clock::real(),
            next_at: None,
            events: Vec::new(),
            events_in_hand: 0,
            unwritten: None,
            refused: None,
            told: Vec::new(),
            health: Health::default(),
            status: String::new(),
            trouble: None,
        }
    }

    /// Tells systemd that it is ready, and looks for work.
    pub fn begin(&mut self) {
        tracing::info!(name: "service_ready", database = %self.config.store.path.display(), "ready");
        systemd::ready("starting");
        self.look_at_mail();
        self.dispatch();
    }

    /// Whether the end has begun.
    pub fn is_stopping(&self) -> bool {
        self.life == Life::Stopping
    }

    /// Waits until something happens and deals with it.
    ///
    /// # Errors
    /// The worker has gone.
    pub async fn step(&mut self, happening: &mut Receiver<Event>) -> Result<(), DaemonError> {
        let wait = self.wait();
        let wake = tokio::select! {
            biased;
            event = happening.recv() => Wake::Event(event),
            report = self.worker.reports.recv() => Wake::Report(report),
            () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => Wake::Due,
        };
        match wake {
            Wake::Event(Some(event)) => self.on_event(event),
            Wake::Event(None) => self.life = Life::Stopping,
            Wake::Report(Some(report)) => self.on_report(report),
            Wake::Report(None) => return Err(DaemonError::WorkerGone),
            Wake::Due => {}
        }
        self.watch_clock();
        if !self.is_stopping() {
            self.dispatch();
            self.feed();
        }
        Ok(())
    }

    /// The time to the next work, where it comes before the next tick.
    fn wait(&self) -> Option<Duration> {
        let idle = self.hand == Hand::Empty;
        let until = self.next_at.filter(|_| idle)?.duration_since(real_now());
        Duration::try_from(until).ok().filter(|wait| *wait < self.tick)
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Tick => self.pulse.tick(),
            Event::Reload => self.reload(),
            Event::Run(jobs) => self.planner.ask(jobs),
            Event::Stop => self.life = Life::Stopping,
        }
    }

    fn on_report(&mut self, report: Report) {
        let hand = std::mem::replace(&mut self.hand, Hand::Empty);
        self.on_notes(hand, &report.ending);
        let Some(work) = report.work else { return };
        let job = work.job();
        match report.ending {
            Ending::Done(done) => {
                tracing::debug!(?done, job = job.as_str(), "done");
                self.told.retain(|told| *told != job);
                self.planner.done(&work, report.at);
            }
            Ending::Failed(why) => {
                tracing::error!(name: "job_failed", job = job.as_str(), why, "the job did not end well");
                self.told.push(job);
                self.planner.failed(&work, report.at);
            }
            Ending::Busy(why) => tracing::warn!(job = job.as_str(), why, "put off"),
            Ending::Stopped => tracing::info!(job = job.as_str(), "cut short by the stop"),
        }
        self.look_at_mail();
    }

    /// What was written need not be written again; what was not waits a while.
    fn on_notes(&mut self, hand: Hand, ending: &Ending) {
        let carried = std::mem::take(&mut self.events_in_hand);
        match (ending, hand) {
            (Ending::Done(_), Hand::Refusal) => self.refused = None,
            (Ending::Done(_) | Ending::Stopped, _) => drop(self.events.drain(..carried)),
            (Ending::Failed(_) | Ending::Busy(_), Hand::Job(_)) => {}
            (Ending::Failed(why) | Ending::Busy(why), _) => {
                tracing::error!(why, "what happened to the daemon could not be written down");
                self.unwritten = Some(Clock::real());
            }
        }
    }

    fn may_write_notes(&self) -> bool {
        self.unwritten.is_none_or(|at| at.moment().duration_since(at.now()) >= NOTES_HOLD)
    }

    /// Reads the configuration again: it comes into force whole, or the old one stays.
    fn reload(&mut self) {
        systemd::reloading();
        match config::load(&self.config_path) {
            Ok(loaded) if loaded.config.store.path != self.config.store.path => {
                self.refuse(format!(
                    "error: [store] path cannot change while the daemon runs; restart it, or put {} back",
                    self.config.store.path.display()
                ));
            }
            Ok(loaded) => {
                for warning in &loaded.warnings {
                    tracing::warn!("{warning}");
                }
                tracing::info!(name: "config_reloaded", "the new configuration is in force");
                self.config = Arc::new(loaded.config);
                self.planner.configured();
                self.note(DaemonEvent::new(DaemonEventKind::Reloaded, real_now()));
            }
            Err(faults) => self.refuse(faults.to_string()),
        }
        systemd::ready(&self.status);
    }

    fn refuse(&mut self, faults: String) {
        tracing::error!(name: "config_refused", "the new configuration is refused, the old one stays in force:\n{faults}");
        self.refused = Some(faults);
    }

    /// Notices that the wall clock has not gone as the time has.
    fn watch_clock(&mut self) {
        let (expected, now) = (self.read.moment(), real_now());
        if let Some(step) = self.planner.watch_clock(expected, now) {
            tracing::warn!(name: "clock_stepped", detail = step.detail, "the clock jumped");
            self.note(step);
        }
        self.read = Clock::from(now);
    }

    fn note(&mut self, event: DaemonEvent) {
        if self.events.len() < EVENTS_WAITING_MAX {
            self.events.push(event);
        }
    }

    /// Gives the worker its next order, where it has none and there is one.
    fn dispatch(&mut self) {
        if self.hand != Hand::Empty {
            return;
        }
        if let Some(faults) = self.refused.clone().filter(|_| self.may_write_notes()) {
            let config = Arc::clone(&self.config);
            self.give(Order::Refuse { faults, config }, Hand::Refusal);
            return;
        }
        match self.decide() {
            Ok(decision) => {
                self.trouble = None;
                self.follow(decision);
            }
            Err(error) => {
                let said = error.to_string();
                if self.trouble.as_ref() != Some(&said) {
                    tracing::error!(%error, "the database cannot be read; tried again at each tick");
                }
                self.trouble = Some(said);
            }
        }
        self.show_status();
    }

    fn decide(&self) -> Result<Decision, StoreError> {
        let now = real_now();
        // Opened anew each time: a restored backup takes the place of the file.
        let reader = Store::open_reader(&self.config.store.path)?;
        Ok(self.planner.decide(&self.config, &marks(&reader, &self.config, now)?, now))
    }

    fn follow(&mut self, decision: Decision) {
        let Decision { events: planned, work, next_at } = decision;
        self.next_at = next_at;
        // The planner's own events come again with the next decision until they are written.
        let events: Vec<DaemonEvent> = self.events.iter().cloned().chain(planned).collect();
        if work.is_none() && (events.is_empty() || !self.may_write_notes()) {
            return;
        }
        self.events_in_hand = self.events.len();
        let tell = match &work {
            Some(work) if self.told.contains(&work.job()) => Tell::Nobody,
            _ => Tell::Operator,
        };
        let hand = work.as_ref().map_or(Hand::Notes, |work| Hand::Job(work.job()));
        self.give(Order::Do { events, work, config: Arc::clone(&self.config), tell }, hand);
    }

    fn give(&mut self, order: Order, hand: Hand) {
        // The worker is idle and its queue has one place; one that has gone is noticed by `step`.
        if self.worker.orders.try_send(order).is_ok() {
            self.hand = hand;
        }
    }

    fn job(&self) -> Option<Job> {
        match self.hand {
            Hand::Job(job) => Some(job),
            Hand::Empty | Hand::Notes | Hand::Refusal => None,
        }
    }

    fn feed(&mut self) {
        match self.pulse.stuck(self.job(), &self.config.mail) {
            None => systemd::watchdog(),
            Some(stuck) => {
                tracing::error!(name: "service_stuck", ?stuck, "something stands still; the watchdog is not fed")
            }
        }
    }

    fn look_at_mail(&mut self) {
        let seen =
            Store::open_reader(&self.config.store.path).and_then(|reader| health(reader.sql(), real_now()));
        if let Ok(seen) = seen {
            self.health = seen;
        }
    }

    fn show_status(&mut self) {
        let status = self.status_words();
        if status != self.status {
            systemd::status(&status);
            self.status = status;
        }
    }

    fn status_words(&self) -> String {
        if let Some(trouble) = &self.trouble {
            return format!("the database cannot be read: {trouble}");
        }
        let zone = &self.config.council.zone;
        let words = |at: Option<Timestamp>| at.map_or_else(|| "none".to_owned(), |at| moment_words(at, zone));
        let doing = match self.hand {
            Hand::Job(job) => job.as_str().to_owned(),
            Hand::Empty | Hand::Notes | Hand::Refusal => format!("next run {}", words(self.next_read())),
        };
        format!(
            "{doing}; {} mails wait; last mail accepted {}",
            self.health.waiting,
            words(self.health.last_accepted_at)
        )
    }

    /// When the next source is due: what a person means by the next run.
    fn next_read(&self) -> Option<Timestamp> {
        let (now, zone) = (real_now(), &self.config.council.zone);
        let next = |source: &config::Source| {
            crate::schedule::Schedule::parse(&source.schedule).ok()?.next_due(now, zone)
        };
        self.config.sources.iter().filter_map(next).min()
    }

    /// Waits for the work in hand and writes down that the daemon ended in good order.
    pub async fn finish(mut self) {
        if self.hand != Hand::Empty {
            self.worker.reports.recv().await.into_iter().for_each(|report| self.on_report(report));
        }
        if let Some(faults) = self.refused.take() {
            let config = Arc::clone(&self.config);
            self.give(Order::Refuse { faults, config }, Hand::Refusal);
            let _queued = self.worker.reports.recv().await;
        }
        self.events.push(DaemonEvent::new(DaemonEventKind::Stopped, real_now()));
        let events = std::mem::take(&mut self.events);
        let config = Arc::clone(&self.config);
        self.give(Order::Do { events, work: None, config, tell: Tell::Nobody }, Hand::Notes);
        let _last = self.worker.reports.recv().await;
        tracing::info!(name: "service_stopped", "stopped");
    }
}

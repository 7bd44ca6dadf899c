//! What to do next and when to look again: a pure function of what has been done, the
//! configuration and now. It reads no clock and touches nothing.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::config::{Config, Source};
use crate::jobs::{Jobs, Record};
use crate::schedule::{CatchUp, Owed, Schedule, owed};
use crate::store::{DaemonEvent, DaemonEventKind};

/// A step of the wall clock smaller than this is the work of NTP and not worth a row.
const STEP_MIN: SignedDuration = SignedDuration::from_secs(5);

/// How often what needs no cron line is done.
#[derive(Clone, Copy, Debug)]
pub struct Rhythm {
    /// A failed source is tried again after this.
    pub retry_after: SignedDuration,
    /// Minutes between two assessments that no new fact asks for: deadlines pass by themselves.
    pub assess_minutes: i64,
    /// Any other job that could not do its work is left alone for this.
    pub hold: SignedDuration,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            retry_after: SignedDuration::from_mins(15),
            assess_minutes: 5,
            hold: SignedDuration::from_mins(1),
        }
    }
}

/// How far a source's schedule has been dealt with, as the store tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMarks {
    /// The newest due instant that was run or written off.
    pub handled: Option<Timestamp>,
    /// The newest reading, good or not, scheduled or not.
    pub last_at: Option<Timestamp>,
    /// Whether that one failed.
    pub is_failing: bool,
    /// The schedule as it was last written down.
    pub schedule_seen: Option<String>,
}

/// All that the store tells of what has been done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// One for each source of the configuration, in its order.
    pub sources: Vec<SourceMarks>,
    /// Due instants of collects that have a run.
    pub claimed: Vec<Timestamp>,
    /// The newest assessment that left a row.
    pub assessed_at: Option<Timestamp>,
    /// Mails that are due.
    pub mails_due: usize,
    /// When the next mail that is not due yet will be.
    pub mail_next_at: Option<Timestamp>,
    /// Whether housekeeping is due.
    pub housekeeping_due: bool,
}

/// A job as the daemon runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Job {
    /// Read sources.
    Collect,
    /// Judge and queue mails.
    Assess,
    /// Send.
    Deliver,
    /// Check and copy the database, and let go what may go.
    Housekeeping,
}

impl Job {
    /// All jobs.
    pub const ALL: [Self; 4] = [Self::Collect, Self::Assess, Self::Deliver, Self::Housekeeping];

    /// The word in the runs and the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Collect => "collect",
            Self::Assess => "assess",
            Self::Deliver => "deliver",
            Self::Housekeeping => "housekeeping",
        }
    }

    const fn index(self) -> usize {
        self as usize
    }
}

/// One piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Read these sources.
    Collect {
        /// Their ids.
        sources: Vec<String>,
        /// The due instant; absent where a person asked.
        scheduled_for: Option<Timestamp>,
    },
    /// Assess everything.
    Assess(Record),
    /// Send what is due.
    Deliver,
    /// Keep house.
    Housekeeping,
}

impl Work {
    /// The job that it is a piece of.
    #[must_use]
    pub const fn job(&self) -> Job {
        match self {
            Self::Collect { .. } => Job::Collect,
            Self::Assess(_) => Job::Assess,
            Self::Deliver => Job::Deliver,
            Self::Housekeeping => Job::Housekeeping,
        }
    }
}

/// What the planner says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// To be written down before the work: missed runs, schedules that are new or changed.
    pub events: Vec<DaemonEvent>,
    /// To be done now.
    pub work: Option<Work>,
    /// When there will be work again, as far as is known; the work now may change it.
    pub next_at: Option<Timestamp>,
}

/// What the daemon remembers from one piece of work to the next.
#[derive(Clone, Debug, Default)]
pub struct Planner {
    rhythm: Rhythm,
    /// New facts, or a person, ask for an assessment.
    assess_asked: bool,
    collect_asked: bool,
    assessed_at: Option<Timestamp>,
    /// When a job could not do its work.
    failed_at: [Option<Timestamp>; Job::ALL.len()],
}

impl Planner {
    /// A planner that has done nothing; what lies unassessed in the store is assessed first.
    #[must_use]
    pub fn new(rhythm: Rhythm) -> Self {
        Self { rhythm, assess_asked: true, ..Self::default() }
    }

    /// A person asks for jobs, whatever the cron lines say and whatever failed before.
    pub const fn ask(&mut self, jobs: Jobs) {
        self.failed_at = [None; Job::ALL.len()];
        match jobs {
            Jobs::Collect => self.collect_asked = true,
            Jobs::Assess => self.assess_asked = true,
            Jobs::Deliver => {}
            Jobs::All => (self.collect_asked, self.assess_asked) = (true, true),
        }
    }

    /// A new configuration is in force: its rules see what is known.
    pub const fn configured(&mut self) {
        self.assess_asked = true;
    }

    /// Notices that the wall clock did not go as the time did. After it was set back every source
    /// is read again: what was read under the wrong time says that it has handled what is yet to
    /// come.
    pub fn watch_clock(&mut self, expected: Timestamp, now: Timestamp) -> Option<DaemonEvent> {
        let event = clock_step(expected, now)?;
        self.collect_asked |= now < expected;
        Some(event)
    }

    /// A piece of work was done, begun at that instant.
    pub fn done(&mut self, work: &Work, at: Timestamp) {
        self.failed_at[work.job().index()] = None;
        match work {
            Work::Collect { scheduled_for, .. } => {
                self.assess_asked = true;
                self.collect_asked &= scheduled_for.is_some();
            }
            Work::Assess(_) => {
                self.assess_asked = false;
                self.assessed_at = Some(at);
            }
            Work::Deliver | Work::Housekeeping => {}
        }
    }

    /// A piece of work could not be done: its job is held for a while.
    pub fn failed(&mut self, work: &Work, at: Timestamp) {
        self.failed_at[work.job().index()] = Some(at);
        if matches!(work, Work::Collect { scheduled_for: None, .. }) {
            self.collect_asked = false;
        }
    }

    /// What to do now. What is undelivered goes before what is unread: it is known already.
    #[must_use]
    pub fn decide(&self, config: &Config, marks: &Marks, now: Timestamp) -> Decision {
        let zone = &config.council.zone;
        let mut events = Vec::new();
        let mut due: Vec<(String, Timestamp)> = Vec::new();
        let mut next: Vec<Timestamp> = Vec::new();
        for (source, marks) in config.sources.iter().zip(&marks.sources) {
            let seen = SourcePlan::of(source, marks, self.rhythm, zone, now);
            events.extend(seen.events);
            due.extend(seen.due.map(|at| (source.id.clone(), at)));
            next.extend(seen.next_at);
        }
        let slot = self.assess_slot(now);
        let assessed_at = marks.assessed_at.max(self.assessed_at).filter(|at| *at <= now);
        let candidates = [
            self.assess_asked.then_some(Work::Assess(Record::Always)),
            (marks.mails_due > 0).then_some(Work::Deliver),
            self.collect(config, due, &marks.claimed, now),
            assessed_at.is_none_or(|at| at < slot).then_some(Work::Assess(Record::News)),
            // Last: a long check of the file must not make an alert wait.
            marks.housekeeping_due.then_some(Work::Housekeeping),
        ];
        let (work, held): (Vec<Work>, Vec<Work>) =
            candidates.into_iter().flatten().partition(|work| self.held_until(work.job(), now).is_none());
        next.extend(held.iter().filter_map(|work| self.held_until(work.job(), now)));
        next.push(slot + SignedDuration::from_mins(self.rhythm.assess_minutes));
        next.extend(marks.mail_next_at);
        Decision { events, work: work.into_iter().next(), next_at: next.into_iter().min() }
    }

    /// One run for all sources that are due, under the newest of their due instants.
    fn collect(
        &self,
        config: &Config,
        due: Vec<(String, Timestamp)>,
        claimed: &[Timestamp],
        now: Timestamp,
    ) -> Option<Work> {
        if self.collect_asked {
            let sources = config.sources.iter().map(|source| source.id.clone()).collect();
            return Some(Work::Collect { sources, scheduled_for: None });
        }
        let newest = due.iter().map(|(_, at)| *at).max()?;
        // A run that has this instant and left a source unread was cut short: another begins now.
        let scheduled_for = Some(if claimed.contains(&newest) { now } else { newest });
        Some(Work::Collect { sources: due.into_iter().map(|(id, _)| id).collect(), scheduled_for })
    }

    /// A clock that was set back must not make a hold longer.
    fn held_until(&self, job: Job, now: Timestamp) -> Option<Timestamp> {
        let failed_at = self.failed_at[job.index()].filter(|at| *at <= now)?;
        // A source that makes us stumble is a source that failed.
        let hold = if job == Job::Collect { self.rhythm.retry_after } else { self.rhythm.hold };
        Some(failed_at + hold).filter(|until| *until > now)
    }

    /// The newest round time of the clock at which an assessment is due.
    fn assess_slot(&self, now: Timestamp) -> Timestamp {
        let seconds = self.rhythm.assess_minutes.max(1) * 60;
        let slot = now.as_second() - now.as_second().rem_euclid(seconds);
        Timestamp::from_second(slot).unwrap_or(now)
    }
}

/// What one source asks for.
#[derive(Debug, Default)]
struct SourcePlan {
    events: Vec<DaemonEvent>,
    due: Option<Timestamp>,
    next_at: Option<Timestamp>,
}

impl SourcePlan {
    fn of(source: &Source, marks: &SourceMarks, rhythm: Rhythm, zone: &TimeZone, now: Timestamp) -> Self {
        // The configuration's check has read it before.
        let Ok(schedule) = Schedule::parse(&source.schedule) else { return Self::default() };
        let next_at = schedule.next_due(now, zone);
        let mut events: Vec<DaemonEvent> = schedule_event(source, marks, zone, now).into_iter().collect();
        let changed = events.iter().any(|event| event.scheduled_for.is_some());
        let handled = marks.handled.max(marks.last_at);
        let (Some(handled), false) = (handled, changed) else {
            // One that was never read is read at once; one whose schedule has changed waits for it.
            return Self { events, due: (!changed).then_some(now), next_at };
        };
        let owed = owed(&schedule, source.catch_up, handled, now, zone);
        events.extend(missed_events(source, &owed, now));
        let retry_at = marks.last_at.filter(|_| marks.is_failing).map(|at| at + rhythm.retry_after);
        let due = owed.run.or(retry_at.filter(|at| *at <= now));
        let next_at = next_at.into_iter().chain(retry_at.filter(|at| *at > now)).min();
        Self { events, due, next_at }
    }
}

/// The zone belongs to a schedule: in another one the same line means other instants.
fn schedule_event(
    source: &Source,
    marks: &SourceMarks,
    zone: &TimeZone,
    now: Timestamp,
) -> Option<DaemonEvent> {
    let text = format!("{} {}", source.schedule, zone.iana_name().unwrap_or("UTC"));
    if marks.schedule_seen.as_ref() == Some(&text) {
        return None;
    }
    Some(DaemonEvent {
        subject: Some(source.id.clone()),
        scheduled_for: marks.schedule_seen.is_some().then_some(now),
        detail: Some(text),
        ..DaemonEvent::new(DaemonEventKind::Schedule, now)
    })
}

fn missed_events(source: &Source, owed: &Owed, now: Timestamp) -> Vec<DaemonEvent> {
    let why = match source.catch_up {
        CatchUp::Latest => "the newest run makes up for it",
        CatchUp::Skip => "catch_up is \"skip\"",
    };
    let missed = |scheduled_for, detail| DaemonEvent {
        subject: Some(source.id.clone()),
        scheduled_for,
        detail: Some(detail),
        ..DaemonEvent::new(DaemonEventKind::Missed, now)
    };
    let before =
        (owed.missed_before > 0).then(|| missed(None, format!("{} runs before these", owed.missed_before)));
    before.into_iter().chain(owed.missed.iter().map(|at| missed(Some(*at), why.to_owned()))).collect()
}

/// A jump of the wall clock against the time that has really passed, worth writing down.
fn clock_step(expected: Timestamp, now: Timestamp) -> Option<DaemonEvent> {
    let step = now.duration_since(expected);
    if step.abs() < STEP_MIN {
        return None;
    }
    let way = if step.is_negative() { "back" } else { "forward; it was set, or the machine slept" };
    Some(DaemonEvent {
        detail: Some(format!("{} s {way}", step.abs().as_secs())),
        ..DaemonEvent::new(DaemonEventKind::Clock, now)
    })
}

//! What the daemon writes down of itself: starts and stops, missed runs, schedules as they came
//! into force, steps of the clock; and how far each source's schedule has been dealt with.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{StoreError, Tx, instant, instant_of};
use crate::audit::Cell;

/// So many of the newest due instants of a job are asked for: an older one is not due again.
const CLAIMS_MAX: i64 = 256;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DaemonEventKind {
    /// The daemon began its work.
    Started,
    /// It ended it in good order.
    Stopped,
    /// A new configuration came into force.
    Reloaded,
    /// A new configuration was refused; the old one stays in force.
    Refused,
    /// A source's schedule, as first seen or as changed.
    Schedule,
    /// A due run that was not made and will not be made up for.
    Missed,
    /// The wall clock jumped.
    Clock,
    /// A job panicked, passed its deadline or could not do its work.
    Failed,
}

impl DaemonEventKind {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Stopped => "stopped",
            Self::Reloaded => "reloaded",
            Self::Refused => "refused",
            Self::Schedule => "schedule",
            Self::Missed => "missed",
            Self::Clock => "clock",
            Self::Failed => "failed",
        }
    }
}

/// An event to write down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaemonEvent {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: DaemonEventKind,
    /// A source's id or a job, where it is about one.
    pub subject: Option<String>,
    /// The due instant that was missed, or from when a changed schedule counts.
    pub scheduled_for: Option<Timestamp>,
    /// More, in words.
    pub detail: Option<String>,
}

impl DaemonEvent {
    /// An event that is about nothing in particular yet.
    #[must_use]
    pub const fn new(kind: DaemonEventKind, at: Timestamp) -> Self {
        Self { at, kind, subject: None, scheduled_for: None, detail: None }
    }
}

impl Tx<'_> {
    /// Writes an event down.
    ///
    /// # Errors
    /// SQLite's.
    pub fn daemon_event(&self, event: &DaemonEvent) -> Result<i64, StoreError> {
        let scheduled_for = event.scheduled_for.map(instant);
        let text = |text: &Option<String>| -> Option<String> { text.clone() };
        let (subject, detail) = (text(&event.subject), text(&event.detail));
        self.append(
            "daemon_events",
            &[
                ("at", Cell::Text(&instant(event.at))),
                ("kind", Cell::Text(event.kind.as_str())),
                ("subject", cell(subject.as_deref())),
                ("scheduled_for", cell(scheduled_for.as_deref())),
                ("detail", cell(detail.as_deref())),
            ],
        )
    }
}

fn cell(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Null, Cell::Text)
}

/// The newest due instant up to `now` that has been dealt with for a source: run, missed, or
/// before a changed schedule came into force.
///
/// Rows of what is now the future are left out: the clock was wrong when they were written.
///
/// # Errors
/// SQLite's.
pub fn handled(conn: &Connection, source: &str, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let text: Option<String> = conn
        .prepare_cached(
            "SELECT max(due) FROM (
                SELECT max(r.scheduled_for) AS due FROM collects c JOIN runs r ON r.seq = c.run
                    WHERE c.source = ?1 AND r.scheduled_for <= ?2
                UNION ALL
                SELECT max(scheduled_for) FROM daemon_events
                    WHERE subject = ?1 AND kind IN ('missed', 'schedule') AND scheduled_for <= ?2)",
        )
        .and_then(|mut statement| statement.query_row(params![source, instant(now)], |row| row.get(0)))
        .map_err(StoreError::sql("reading which runs of a source were made"))?;
    Ok(text.as_deref().and_then(instant_of))
}

/// A source's schedule as it was last written down.
///
/// # Errors
/// SQLite's.
pub fn schedule_seen(conn: &Connection, source: &str) -> Result<Option<String>, StoreError> {
    conn.prepare_cached(
        "SELECT detail FROM daemon_events WHERE subject = ?1 AND kind = 'schedule' ORDER BY seq DESC LIMIT 1",
    )
    .and_then(|mut statement| statement.query_row([source], |row| row.get(0)).optional())
    .map_err(StoreError::sql("reading a source's last schedule"))
}

/// The newest due instants of a job that have a run.
///
/// # Errors
/// SQLite's.
pub fn claimed(conn: &Connection, job: &str) -> Result<Vec<Timestamp>, StoreError> {
    let doing = || StoreError::sql("reading which due instants have a run");
    let mut statement = conn
        .prepare_cached(
            "SELECT scheduled_for FROM runs WHERE job = ?1 AND scheduled_for IS NOT NULL ORDER BY seq DESC LIMIT ?2",
        )
        .map_err(doing())?;
    let rows =
        statement.query_map(params![job, CLAIMS_MAX], |row| row.get::<_, String>(0)).map_err(doing())?;
    let texts: Vec<String> = rows.collect::<Result<_, _>>().map_err(doing())?;
    Ok(texts.iter().filter_map(|text| instant_of(text)).collect())
}

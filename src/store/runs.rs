//! Runs of jobs: one row when a job starts, another when it ends, neither ever changed.

use jiff::Timestamp;

use super::{StoreError, Tx, instant};
use crate::audit::Cell;

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was done.
    #[default]
    Ok,
    /// Some of it was done.
    Part,
    /// Nothing of use was done.
    Failed,
    /// The process ended before the job did; written at the next start.
    Interrupted,
}

impl Outcome {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Part => "part",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunEnd {
    /// How it ended.
    pub outcome: Outcome,
    /// Documents stored.
    pub documents: i64,
    /// Facts stored.
    pub facts: i64,
    /// Records that could not be read.
    pub rejects: i64,
    /// Flags opened.
    pub flags_opened: i64,
    /// Flags cleared.
    pub flags_cleared: i64,
    /// Mails queued.
    pub mails_queued: i64,
    /// Mails that a server accepted.
    pub mails_accepted: i64,
    /// What went wrong, in words.
    pub detail: Option<String>,
}

/// Writes down that a job starts; `started_at` is the job's own "now". Returns the run's number.
///
/// # Errors
/// SQLite's.
pub fn start_run(
    tx: &Tx<'_>,
    job: &'static str,
    scheduled_for: Option<Timestamp>,
    started_at: Timestamp,
) -> Result<i64, StoreError> {
    let scheduled_for = scheduled_for.map(instant);
    tx.append(
        "runs",
        &[
            ("job", Cell::Text(job)),
            ("scheduled_for", scheduled_for.as_deref().map_or(Cell::Null, Cell::Text)),
            ("started_at", Cell::Text(&instant(started_at))),
        ],
    )
}

/// [`start_run`] for a due instant that has no run yet; `None` when it has one.
///
/// # Errors
/// SQLite's.
pub fn claim_run(
    tx: &Tx<'_>,
    job: &'static str,
    scheduled_for: Option<Timestamp>,
    started_at: Timestamp,
) -> Result<Option<i64>, StoreError> {
    if let Some(due) = scheduled_for {
        let taken: i64 = tx
            .sql()
            .query_row(
                "SELECT count(*) FROM runs WHERE job = ?1 AND scheduled_for = ?2",
                [job, &instant(due)],
                |row| row.get(0),
            )
            .map_err(StoreError::sql("looking whether a due instant has a run"))?;
        if taken > 0 {
            return Ok(None);
        }
    }
    start_run(tx, job, scheduled_for, started_at).map(Some)
}

/// Writes down that a run has ended.
///
/// # Errors
/// SQLite's.
pub fn end_run(tx: &Tx<'_>, run: i64, ended_at: Timestamp, end: &RunEnd) -> Result<(), StoreError> {
    tx.append(
        "run_ends",
        &[
            ("run", Cell::Integer(run)),
            ("ended_at", Cell::Text(&instant(ended_at))),
            ("outcome", Cell::Text(end.outcome.as_str())),
            ("documents", Cell::Integer(end.documents)),
            ("facts", Cell::Integer(end.facts)),
            ("rejects", Cell::Integer(end.rejects)),
            ("flags_opened", Cell::Integer(end.flags_opened)),
            ("flags_cleared", Cell::Integer(end.flags_cleared)),
            ("mails_queued", Cell::Integer(end.mails_queued)),
            ("mails_accepted", Cell::Integer(end.mails_accepted)),
            ("detail", end.detail.as_deref().map_or(Cell::Null, Cell::Text)),
        ],
    )
    .map(drop)
}

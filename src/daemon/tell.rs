//! What the operator is told of the daemon itself: a configuration that was refused, a job that
//! could not do its work. As mails in the outbox, so that they are as sure as every other.

use jiff::Timestamp;

use super::plan::Job;
use crate::alerts::{Alert, Kind, Routing};
use crate::config::Config;
use crate::domain::Severity;
use crate::jobs::JobError;
use crate::jobs::queue::{Post, queue};
use crate::store::runs::{Outcome, RunEnd, end_run, start_run};
use crate::store::{DaemonEvent, DaemonEventKind, Store, Tx, lists};

/// Longer texts are cut in rows and mails; the log has them in full.
const DETAIL_CHARS_MAX: usize = 500;

/// So many lines of faults stand in one mail.
const LINES_MAX: usize = 50;

/// Whether the operator is mailed of a failure, or was of the last one like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    /// It is news.
    Operator,
    /// It goes on as before.
    Nobody,
}

/// A job that could not do its work.
#[derive(Clone, Debug)]
pub struct JobFailure {
    /// Which.
    pub job: Job,
    /// When it was noticed.
    pub at: Timestamp,
    /// Why.
    pub why: String,
    /// Whether it is mailed.
    pub tell: Tell,
}

/// Writes a failed job down: its run ends as failed, or one that failed is added where it left
/// none; the event, and the operator's mail, where it is news.
///
/// # Errors
/// The database's, or a mail that cannot be rendered.
pub fn write_failure(store: &mut Store, config: &Config, failure: &JobFailure) -> Result<(), JobError> {
    let detail = cut(&failure.why);
    let unfinished = lists::unfinished_runs(store.sql())?;
    let at = failure.at;
    store.write(at, |tx| {
        let mut runs = unfinished;
        if runs.is_empty() {
            runs.push(start_run(tx, failure.job.as_str(), None, at)?);
        }
        let end = RunEnd { outcome: Outcome::Failed, detail: Some(detail.clone()), ..RunEnd::default() };
        runs.iter().try_for_each(|run| end_run(tx, *run, at, &end))?;
        tx.daemon_event(&DaemonEvent {
            subject: Some(failure.job.as_str().to_owned()),
            detail: Some(detail.clone()),
            ..DaemonEvent::new(DaemonEventKind::Failed, at)
        })?;
        if failure.tell == Tell::Nobody {
            return Ok(());
        }
        let notes = vec![format!("The job \"{}\" did not end well: {detail}", failure.job.as_str())];
        to_operator(tx, config, Kind::Source, &notes, at)
    })
}

/// Writes down that a new configuration was refused, and tells the operator with every fault.
///
/// # Errors
/// The database's, or a mail that cannot be rendered.
pub fn write_refusal(
    store: &mut Store,
    config: &Config,
    faults: &str,
    at: Timestamp,
) -> Result<(), JobError> {
    let notes: Vec<String> = faults.lines().take(LINES_MAX).map(str::to_owned).collect();
    store.write(at, |tx| {
        tx.daemon_event(&DaemonEvent {
            detail: Some(cut(faults.lines().next().unwrap_or_default())),
            ..DaemonEvent::new(DaemonEventKind::Refused, at)
        })?;
        to_operator(tx, config, Kind::Config, &notes, at)
    })
}

fn to_operator(
    tx: &Tx<'_>,
    config: &Config,
    kind: Kind,
    notes: &[String],
    at: Timestamp,
) -> Result<(), JobError> {
    let routing = Routing { routes: &config.routes, recipients: &config.recipients };
    let raised = at.to_zoned(config.council.zone.clone());
    for recipient in routing.told_of(Severity::Operator) {
        let blank = Alert::blank(kind, Severity::Operator, &config.council.name, recipient, &raised);
        let alert = Alert { notes: notes.to_vec(), ..blank };
        queue(tx, config, &Post { alert: &alert, run: None, at })?;
    }
    Ok(())
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(DETAIL_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

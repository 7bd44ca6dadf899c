//! Housekeeping: is the file sound, is there a good copy, what may go, and an emptied log.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;
use crate::config::{Backup, Config};
use crate::schedule::Schedule;
use crate::store::health::{CheckKind, CheckOutcome, NewCheck, checkpoint, integrity};
use crate::store::runs::{Outcome, RunEnd, end_run, start_run};
use crate::store::{Store, StoreError, backup, lists, retention};

/// What a run of the job came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The run's number.
    pub run: i64,
    /// How it ended.
    pub outcome: Outcome,
    /// The new backup, where one is wanted and was made.
    pub backup: Option<PathBuf>,
    /// What was done, in words.
    pub done: Vec<String>,
    /// What went wrong, in words.
    pub faults: Vec<String>,
}

/// Whether the job is due by its schedule. It is not on the very first day: there is nothing to keep
/// house of. One that failed waits for its next time like any other; `status` shows it meanwhile.
///
/// # Errors
/// SQLite's.
pub fn due(store: &Store, config: &Config, now: Timestamp) -> Result<bool, StoreError> {
    let last = lists::newest_start(store.sql(), "housekeeping", now)?.or(lists::first_run(store.sql())?);
    Ok(Schedule::parse(config.housekeeping_schedule())
        .is_ok_and(|schedule| last.is_some() && schedule.is_due(last, now, &config.council.zone)))
}

/// Does the job. A step that fails is written down and does not stop the others, but nothing is
/// removed unless the database is sound and a new backup has succeeded.
///
/// # Errors
/// The database cannot be read or written at all.
pub fn run(
    store: &mut Store,
    config: &Config,
    clock: &Clock,
    scheduled_for: Option<Timestamp>,
) -> Result<Kept, StoreError> {
    let now = clock.now();
    let number = store.write(now, |tx| start_run(tx, "housekeeping", scheduled_for, now))?;
    let mut kept = Kept { run: number, ..Kept::default() };
    check_file(store, clock, &mut kept)?;
    forget_bodies(store, config, now, &mut kept)?;
    empty_log(store, &mut kept)?;
    if let Some(settings) = &config.backup {
        back_up(store, config, settings, clock, &mut kept)?;
    }
    let at = clock.moment();
    kept.outcome = if kept.faults.is_empty() { Outcome::Ok } else { Outcome::Part };
    let end = RunEnd { outcome: kept.outcome, detail: Some(words(&kept)), ..RunEnd::default() };
    store.write(at, |tx| end_run(tx, number, at, &end))?;
    Ok(kept)
}

fn words(kept: &Kept) -> String {
    kept.faults.iter().chain(&kept.done).map(String::as_str).collect::<Vec<_>>().join("; ")
}

fn check_file(store: &mut Store, clock: &Clock, kept: &mut Kept) -> Result<(), StoreError> {
    let faults = integrity(store.sql())?;
    let outcome = if faults.is_empty() { CheckOutcome::Ok } else { CheckOutcome::Failed };
    let detail = (!faults.is_empty()).then(|| faults.join("; "));
    note(store, clock.moment(), kept.run, CheckKind::Integrity, outcome, detail.as_deref())?;
    match detail {
        None => kept.done.push("the file is sound".to_owned()),
        Some(detail) => {
            tracing::error!(name: "store_unsound", detail, "the database is damaged");
            kept.faults.push(format!("the file is damaged: {detail}"));
        }
    }
    Ok(())
}

fn forget_bodies(
    store: &mut Store,
    config: &Config,
    now: Timestamp,
    kept: &mut Kept,
) -> Result<(), StoreError> {
    let Some(days) = config.retention.bodies_days else { return Ok(()) };
    let age = SignedDuration::from_hours(24 * i64::from(days));
    let Ok(before) = now.checked_sub(age) else { return Ok(()) };
    if !kept.faults.is_empty() {
        return Ok(());
    }
    let gone = store.write(now, |tx| tx.forget_bodies(before))?;
    if gone > 0 {
        kept.done.push(format!("{gone} old bodies forgotten, their hashes stay"));
    }
    Ok(())
}

fn empty_log(store: &Store, kept: &mut Kept) -> Result<(), StoreError> {
    let said = if checkpoint(store.sql())? {
        "write-ahead log emptied"
    } else {
        "write-ahead log in use by a reader, left as it is"
    };
    kept.done.push(said.to_owned());
    Ok(())
}

/// A backup that fails must not lose what was noted so far: only that it failed is noted.
fn back_up(
    store: &mut Store,
    config: &Config,
    settings: &Backup,
    clock: &Clock,
    kept: &mut Kept,
) -> Result<(), StoreError> {
    let to = backup::path_in(&settings.dir, clock.moment());
    let (outcome, said) = match backup::copy(store.sql(), &to) {
        Ok(bytes) => (CheckOutcome::Ok, format!("backup {} ({bytes} bytes)", to.display())),
        Err(error) => (CheckOutcome::Failed, format!("no backup could be made: {error}")),
    };
    note(store, clock.moment(), kept.run, CheckKind::Backup, outcome, Some(&said))?;
    if outcome == CheckOutcome::Failed {
        tracing::error!(name: "backup_failed", said, "backup failed");
        kept.faults.push(said);
        return Ok(());
    }
    kept.done.push(said);
    kept.backup = Some(to);
    if kept.faults.is_empty() {
        rotate(config, settings, kept);
    }
    Ok(())
}

fn rotate(config: &Config, settings: &Backup, kept: &mut Kept) {
    let files = match backup::list(&settings.dir) {
        Ok(files) => files,
        Err(error) => return kept.faults.push(error.to_string()),
    };
    let surplus = retention::surplus(&files, settings.keep, &config.council.zone);
    for file in &surplus {
        if let Err(error) = std::fs::remove_file(&file.path) {
            kept.faults.push(format!("cannot remove the old backup {}: {error}", file.path.display()));
        }
    }
    if !surplus.is_empty() {
        kept.done.push(format!("{} of {} backups were due to go", surplus.len(), files.len()));
    }
}

fn note(
    store: &mut Store,
    at: Timestamp,
    run: i64,
    kind: CheckKind,
    outcome: CheckOutcome,
    detail: Option<&str>,
) -> Result<(), StoreError> {
    store.write(at, |tx| tx.check(&NewCheck { run: Some(run), at, kind, outcome, detail }).map(drop))
}

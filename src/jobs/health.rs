//! Gathers what the program knows of itself; what follows from it is judged in [`crate::status`].

use jiff::Timestamp;

use super::assess::source_states;
use super::heartbeat;
use crate::alerts::QuietMatch;
use crate::config::Config;
use crate::rules::SourceState;
use crate::schedule::Schedule;
use crate::status::{Backup, Check, Database, Facts, Heartbeat, Job, Mail, Silence, Source};
use crate::store::health::{self, CheckKind, CheckOutcome, last_check, last_good};
use crate::store::{Store, StoreError, backup, collects, decisions, instant_of, lists, outbox};

/// The jobs, in the order of a cycle.
const JOBS: [&str; 4] = ["collect", "assess", "deliver", "housekeeping"];

/// What is known at an instant.
///
/// # Errors
/// The database's, or that the folder of backups cannot be read.
pub fn facts(store: &Store, config: &Config, now: Timestamp) -> Result<Facts, StoreError> {
    Ok(Facts {
        now,
        database: database(store)?,
        jobs: JOBS.iter().map(|job| one_job(store, config, job, now)).collect::<Result<_, _>>()?,
        sources: sources(store, config, now)?,
        mail: mail(store, now)?,
        silences: silences(store, now)?,
        backup: backups(store, config, now)?,
        integrity: check(store, CheckKind::Integrity, now)?,
        audit: check(store, CheckKind::Audit, now)?,
        heartbeat: monitor(store, config, now)?,
    })
}

fn database(store: &Store) -> Result<Database, StoreError> {
    let sizes = health::sizes(store)?;
    Ok(Database {
        path: store.path().display().to_string(),
        file_bytes: sizes.file_bytes,
        free_bytes: sizes.free_bytes,
        bodies_bytes: sizes.bodies_bytes,
        wal_bytes: sizes.wal_bytes,
    })
}

fn one_job(store: &Store, config: &Config, job: &str, now: Timestamp) -> Result<Job, StoreError> {
    let newest = lists::runs(store.sql(), Some(job), now, 1)?.into_iter().next();
    let read = |text: Option<&String>| text.and_then(|text| instant_of(text));
    Ok(Job {
        job: job.to_owned(),
        last_started_at: read(newest.as_ref().map(|run| &run.started_at)),
        last_ended_at: read(newest.as_ref().and_then(|run| run.ended_at.as_ref())),
        outcome: newest.as_ref().map(|run| run.outcome.clone()),
        detail: newest.and_then(|run| run.detail),
        next_at: next_of(config, job, now),
    })
}

/// Assess and deliver follow a collect; a job of its own schedule says when.
fn next_of(config: &Config, job: &str, now: Timestamp) -> Option<Timestamp> {
    match job {
        "collect" => config.sources.iter().filter_map(|source| next(config, &source.schedule, now)).min(),
        "housekeeping" => next(config, config.housekeeping_schedule(), now),
        _ => None,
    }
}

fn next(config: &Config, schedule: &str, now: Timestamp) -> Option<Timestamp> {
    Schedule::parse(schedule).ok().and_then(|schedule| schedule.next_due(now, &config.council.zone))
}

fn sources(store: &Store, config: &Config, now: Timestamp) -> Result<Vec<Source>, StoreError> {
    let first_run = lists::first_run(store.sql())?;
    let states = source_states(store, config, now)?;
    states
        .into_iter()
        .zip(&config.sources)
        .map(|(state, source)| {
            // The state's own "good" stands in the first reading for a good one.
            let good_at = collects::mark(store.sql(), &source.id, now)?.good_at;
            let next_at = next(config, &source.schedule, now);
            Ok(source_of(state, good_at, first_run, next_at))
        })
        .collect()
}

fn source_of(
    state: SourceState,
    good_at: Option<Timestamp>,
    first_run: Option<Timestamp>,
    next_at: Option<Timestamp>,
) -> Source {
    Source {
        since: good_at.or(state.good_at).or(first_run),
        id: state.id,
        last_at: state.last_at,
        good_at,
        failed_in_a_row: state.failed_in_a_row,
        last_error: state.last_error,
        interval: state.interval,
        next_at,
    }
}

fn mail(store: &Store, now: Timestamp) -> Result<Mail, StoreError> {
    let health = outbox::health(store.sql(), now)?;
    Ok(Mail {
        waiting: health.waiting,
        waiting_since: health.waiting_since,
        dead_letters: health.dead_letters,
        last_accepted_at: health.last_accepted_at,
        last_trouble: health.last_trouble,
    })
}

fn silences(store: &Store, now: Timestamp) -> Result<Vec<Silence>, StoreError> {
    let quiets = decisions::quiets(store.sql(), now)?;
    let silence = |quiet: crate::alerts::Quiet| Silence {
        what: match quiet.matches {
            QuietMatch::Rule(rule) => format!("rule {rule}"),
            QuietMatch::Subject(id) => format!("subject {id}"),
        },
        until: quiet.until,
        by: quiet.by,
        reason: quiet.reason,
    };
    Ok(quiets.into_iter().map(silence).collect())
}

fn backups(store: &Store, config: &Config, now: Timestamp) -> Result<Option<Backup>, StoreError> {
    let Some(settings) = &config.backup else { return Ok(None) };
    let files = backup::list(&settings.dir)?;
    let last = files.last();
    let attempt = last_check(store.sql(), CheckKind::Backup, now)?;
    let failed = attempt.filter(|check| check.outcome == CheckOutcome::Failed);
    // One that was made by hand afterwards is as good; its name knows whole seconds.
    let since = failed.filter(|check| last.is_none_or(|file| file.at.as_second() < check.at.as_second()));
    Ok(Some(Backup {
        dir: settings.dir.display().to_string(),
        count: files.len(),
        last_at: last.map(|file| file.at),
        last_bytes: last.map(|file| file.bytes),
        fault: since.map(|check| check.detail.unwrap_or_else(|| "no backup could be made".to_owned())),
    }))
}

fn check(store: &Store, kind: CheckKind, now: Timestamp) -> Result<Option<Check>, StoreError> {
    let newest = last_check(store.sql(), kind, now)?;
    Ok(newest.map(|check| Check {
        at: check.at,
        passed: check.outcome == CheckOutcome::Ok,
        detail: check.detail,
    }))
}

fn monitor(store: &Store, config: &Config, now: Timestamp) -> Result<Option<Heartbeat>, StoreError> {
    let Some(settings) = &config.heartbeat else { return Ok(None) };
    Ok(Some(Heartbeat {
        monitor: heartbeat::host(settings),
        answered_at: last_good(store.sql(), CheckKind::Heartbeat, now)?,
        silent_since: heartbeat::silent_since(store, settings, now)?.map(|check| check.at),
    }))
}

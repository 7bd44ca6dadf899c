//! Assess: what the rules say now, what becomes of the flags, and who is told.
//!
//! Findings, flag events, mails and the run row are one transaction: an alert exists as bytes in
//! the same instant in which it was decided, or not at all.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::own::own_checks;
use super::queue::{Post, queue};
use super::reported::reported;
use super::{JobError, digest};
use crate::alerts::{Inputs, Planned, Quiet, Routing, Telling, plan};
use crate::clock::Clock;
use crate::config::{Config, Source, SourceKind};
use crate::facts::{History, Returns};
use crate::flags::{EventKind, Flag, FlagEvent, FlagId, Reconciling, reconcile};
use crate::rules::{Decided, Feed, Known, Place, SourceState, Standing, evaluate};
use crate::schedule::Schedule;
use crate::store::runs::{Outcome, RunEnd, end_run, start_run};
use crate::store::{self, Store, collects, lists};

/// A source says 404 of a known id so many times in a row before it becomes a warning.
const GONE_IN_A_ROW: i64 = 3;

/// Where a schedule cannot be read, a source is expected daily.
const INTERVAL_BY_DEFAULT: SignedDuration = SignedDuration::from_hours(24);

/// What one assessment came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assessed {
    /// Flags opened or reopened.
    pub opened: i64,
    /// Flags cleared.
    pub cleared: i64,
    /// Mails queued.
    pub queued: i64,
    /// Whether this was the first assessment of a source's first reading.
    pub baseline: bool,
}

/// Everything an assessment is made from, read before it.
struct Situation {
    history: History,
    returns: Returns,
    flags: Vec<Flag>,
    tellings: Vec<Telling>,
    quiets: Vec<Quiet>,
    decisions: Vec<Decided>,
    sources: Vec<SourceState>,
    own_checks: Vec<SourceState>,
    baselines: Vec<Timestamp>,
    digest_notes: Option<Vec<String>>,
}

/// When an assessment leaves a run row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// Always: somebody asked for it, or new facts came.
    Always,
    /// Only when it has something to say: it is one of the many by the clock.
    News,
}

/// Assesses everything that is known at the clock's `now`.
///
/// # Errors
/// The database's, or an alert that cannot be rendered; then nothing is kept.
pub fn assess(store: &mut Store, config: &Config, clock: &Clock) -> Result<Assessed, JobError> {
    assess_with(store, config, clock, Record::Always)
}

/// [`assess`], with a say in whether an assessment without news leaves a trace.
///
/// # Errors
/// As [`assess`].
pub fn assess_with(
    store: &mut Store,
    config: &Config,
    clock: &Clock,
    record: Record,
) -> Result<Assessed, JobError> {
    let now = clock.now();
    let mut situation = situation(store, config, now)?;
    let events = judge(config, &situation, now);
    apply(&mut situation.flags, &events);
    if let Some(since) = digest::due_since(store, config, now)? {
        situation.digest_notes =
            Some(digest::notes(store, config, &situation.flags, &situation.sources, since, now)?);
    }
    let planned = plan(inputs(config, &situation, now));
    let news = !(events.is_empty() && planned.mails.is_empty() && planned.hushed.is_empty());
    if record == Record::News && !news && situation.baselines.is_empty() {
        return Ok(Assessed::default());
    }
    let assessed = store.write(now, |tx| {
        let run = start_run(tx, "assess", None, now)?;
        for rule in &config.policy.rules {
            tx.rule_text(rule, now)?;
        }
        for event in &events {
            tx.flag_event(event, Some(run))?;
        }
        for hush in &planned.hushed {
            tx.hush(hush)?;
        }
        send_to_outbox(tx, config, &planned, run, now)?;
        let assessed = count(&events, &planned, !situation.baselines.is_empty());
        let end = RunEnd {
            outcome: Outcome::Ok,
            flags_opened: assessed.opened,
            flags_cleared: assessed.cleared,
            mails_queued: assessed.queued,
            ..RunEnd::default()
        };
        end_run(tx, run, clock.moment(), &end)?;
        Ok::<_, JobError>(assessed)
    })?;
    crate::failpoint::reach("after-commit");
    tracing::info!(
        name: "assessed",
        opened = assessed.opened,
        cleared = assessed.cleared,
        queued = assessed.queued,
        "assessed"
    );
    Ok(assessed)
}

fn situation(store: &Store, config: &Config, now: Timestamp) -> Result<Situation, JobError> {
    let sql = store.sql();
    let sources = source_states(store, config, now)?;
    let assessed_at = lists::newest_run(sql, "assess", now)?;
    let history = store::facts::history(sql, now)?;
    Ok(Situation {
        returns: reported(sql, config, &history, now)?,
        history,
        flags: store::flags::flags(sql, now)?,
        tellings: store::flags::tellings(sql, now)?,
        quiets: store::decisions::quiets(sql, now)?,
        decisions: store::decisions::decided(sql, now)?,
        baselines: sources
            .iter()
            .filter_map(|source| source.baseline_at)
            .filter(|baseline| assessed_at.is_none_or(|at| *baseline > at))
            .collect(),
        digest_notes: None,
        own_checks: own_checks(store, config, now)?,
        sources,
    })
}

/// The state of each configured source at an instant.
///
/// # Errors
/// SQLite's.
pub fn source_states(
    store: &Store,
    config: &Config,
    now: Timestamp,
) -> Result<Vec<SourceState>, store::StoreError> {
    config.sources.iter().map(|source| source_state(store, config, source, now)).collect()
}

fn source_state(
    store: &Store,
    config: &Config,
    source: &Source,
    now: Timestamp,
) -> Result<SourceState, store::StoreError> {
    let mark = collects::mark(store.sql(), &source.id, now)?;
    let gone = collects::ids_in_state(store.sql(), &source.id, "gone", GONE_IN_A_ROW, now)?;
    let interval = Schedule::parse(&source.schedule)
        .map_or(INTERVAL_BY_DEFAULT, |schedule| schedule.longest_interval(now, &config.council.zone));
    Ok(SourceState {
        id: source.id.clone(),
        failed_in_a_row: mark.failed_in_a_row,
        last_error: mark.last_error,
        last_at: mark.last_at,
        good_at: mark.good_at.or(mark.first_at),
        interval,
        gone_ids: gone.into_iter().collect(),
        baseline_at: mark.baseline_at,
        feed: Some(match source.kind {
            SourceKind::CqcApi(_) => Feed::Register,
            SourceKind::Returns(_) => Feed::Returns,
        }),
    })
}

fn judge(config: &Config, situation: &Situation, now: Timestamp) -> Vec<FlagEvent> {
    // Own checks are told as sources are; nothing rests on them, so they hush nothing.
    let sources = [situation.sources.as_slice(), &situation.own_checks].concat();
    let standing: BTreeSet<Place> = situation
        .flags
        .iter()
        .filter(|flag| flag.last.state.stands() || flag.last.kind == EventKind::Closed)
        .map(Flag::place)
        .collect();
    let verdicts = evaluate(
        &config.policy,
        Known {
            history: &situation.history,
            returns: &situation.returns,
            standing: Standing::Only(&standing),
            sources: &sources,
            decisions: &situation.decisions,
            now,
            zone: &config.council.zone,
        },
    );
    let newest = situation.flags.iter().map(|flag| flag.id.0).max().unwrap_or(0);
    reconcile(Reconciling {
        flags: &situation.flags,
        verdicts: &verdicts,
        policy: &config.policy,
        history: &situation.history,
        now,
        zone: &config.council.zone,
        next: FlagId(newest + 1),
    })
    .events
}

fn apply(flags: &mut Vec<Flag>, events: &[FlagEvent]) {
    for event in events {
        match flags.iter_mut().find(|flag| flag.id == event.flag) {
            Some(flag) => flag.apply(event.clone()),
            None => flags.push(Flag::from_first(event.clone())),
        }
    }
}

fn inputs<'a>(config: &'a Config, situation: &'a Situation, now: Timestamp) -> Inputs<'a> {
    Inputs {
        council: &config.council.name,
        zone: &config.council.zone,
        routing: Routing { routes: &config.routes, recipients: &config.recipients },
        policy: &config.policy,
        flags: &situation.flags,
        history: &situation.history,
        sources: &situation.sources,
        tellings: &situation.tellings,
        quiets: &situation.quiets,
        digest_to: config.digest.as_ref().map_or(&[], |digest| digest.to.as_slice()),
        digest_notes: situation.digest_notes.as_deref(),
        baselines: &situation.baselines,
        send_cleared: config.mail.send_cleared,
        name_in_subject: config.mail.name_in_subject,
        now,
    }
}

fn send_to_outbox(
    tx: &store::Tx<'_>,
    config: &Config,
    planned: &Planned,
    run: i64,
    now: Timestamp,
) -> Result<(), JobError> {
    for mail in &planned.mails {
        let Some(outbox) = queue(tx, config, &Post { alert: &mail.alert, run: Some(run), at: now })? else {
            continue;
        };
        for telling in &mail.tellings {
            tx.telling(telling, outbox)?;
        }
    }
    Ok(())
}

fn count(events: &[FlagEvent], planned: &Planned, baseline: bool) -> Assessed {
    let of = |kinds: &[EventKind]| {
        i64::try_from(events.iter().filter(|event| kinds.contains(&event.kind)).count()).unwrap_or(i64::MAX)
    };
    Assessed {
        opened: of(&[EventKind::Opened, EventKind::Reopened]),
        cleared: of(&[EventKind::Cleared]),
        queued: i64::try_from(planned.mails.len()).unwrap_or(i64::MAX),
        baseline,
    }
}

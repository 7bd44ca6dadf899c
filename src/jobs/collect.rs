//! Collect: read each due source and keep what is new, one transaction a source.
//!
//! A reading is believed as a whole or not at all: what a failed one seemed to say never reaches
//! the facts, so that a bad download can neither raise nor clear a flag.

use std::collections::BTreeSet;
use std::io::Write;

use jiff::{SignedDuration, Timestamp};

use super::JobError;
use super::brake::{self, Harm};
use crate::audit::Cell;
use crate::clock::Clock;
use crate::config::{Config, CqcApi, Source, SourceKind};
use crate::domain::SubjectKind;
use crate::facts::{History, changes};
use crate::schedule::Schedule;
use crate::sources::cqc::{self, CacheEntry, Collected, Plan, Progress};
use crate::store::collects::{CollectOutcome, NewCollect, SourceMark};
use crate::store::decisions::{DecisionKind, NewDecision};
use crate::store::facts::NewDocument;
use crate::store::runs::{Outcome, RunEnd, claim_run, end_run};
use crate::store::{self, Store, Tx, collects, instant, letters};

/// An officer's word that a mass change is real.
#[derive(Clone, Copy, Debug)]
pub struct Accepted<'a> {
    /// Who says so.
    pub by: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// How to collect.
#[derive(Clone, Copy)]
pub struct Collecting<'a> {
    /// The job's clock.
    pub clock: &'a Clock,
    /// Only sources that are due by their schedule.
    pub due_only: bool,
    /// Only these sources; all where absent.
    pub only: Option<&'a [String]>,
    /// The due instant that this is the run for; one that has a run already gets no other.
    pub scheduled_for: Option<Timestamp>,
    /// An officer's word that a mass change is real.
    pub accepted: Option<Accepted<'a>>,
    /// Told of each step, with the source's id.
    pub progress: &'a dyn Fn(&str, Progress),
}

/// What the reading of one source came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRead {
    /// The source's id.
    pub id: String,
    /// How it ended.
    pub outcome: CollectOutcome,
    /// Whether everything watched was read, not only what changed.
    pub full: bool,
    /// Records read.
    pub records: usize,
    /// Documents kept.
    pub documents: usize,
    /// Facts added.
    pub facts: usize,
    /// Records refused.
    pub rejects: usize,
    /// Why it failed, or what is missing.
    pub problem: Option<String>,
}

impl SourceRead {
    /// Whether everything was read.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.outcome == CollectOutcome::Ok
    }

    /// Whether nothing of it is believed.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        self.outcome == CollectOutcome::Failed
    }
}

/// Reads every source (or every due one), each for itself: one that fails does not stop the others.
///
/// # Errors
/// The database's.
pub async fn collect(
    store: &mut Store,
    config: &Config,
    how: Collecting<'_>,
) -> Result<Vec<SourceRead>, JobError> {
    let now = how.clock.now();
    let mut due = Vec::new();
    for source in &config.sources {
        let mark = collects::mark(store.sql(), &source.id, now)?;
        let wanted = how.only.is_none_or(|ids| ids.contains(&source.id));
        if wanted && (!how.due_only || is_due(source, &mark, config, now)) {
            due.push((source, mark));
        }
    }
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let Some(run) = store.write(now, |tx| claim_run(tx, "collect", how.scheduled_for, now))? else {
        return Ok(Vec::new());
    };
    let mut read = Vec::new();
    for (source, mark) in due {
        read.push(match &source.kind {
            SourceKind::CqcApi(settings) => collect_one(store, source, settings, &mark, run, how).await?,
            SourceKind::Returns(settings) => {
                let taking = super::returns::Taking::new(source, settings, run, *how.clock, config);
                super::returns::collect_returns(store, taking).await?
            }
        });
    }
    store.write(now, |tx| super::calendar::note(tx, run, now, config))?;
    let mails = letters::mails_of(store.sql(), run)?;
    let end = RunEnd { mails_queued: i64::try_from(mails).unwrap_or(i64::MAX), ..run_end(&read) };
    store.write(now, |tx| end_run(tx, run, how.clock.moment(), &end))?;
    crate::failpoint::reach("after-commit");
    Ok(read)
}

fn is_due(source: &Source, mark: &SourceMark, config: &Config, now: Timestamp) -> bool {
    Schedule::parse(&source.schedule)
        .is_ok_and(|schedule| schedule.is_due(mark.last_at, now, &config.council.zone))
}

async fn collect_one(
    store: &mut Store,
    source: &Source,
    settings: &CqcApi,
    mark: &SourceMark,
    run: i64,
    how: Collecting<'_>,
) -> Result<SourceRead, JobError> {
    let now = how.clock.now();
    let history = store::facts::history(store.sql(), now)?;
    let ids = |kind| history.subjects(kind).map(|subject| subject.id.clone()).collect::<BTreeSet<String>>();
    let mut ask_again = collects::ids_in_state(store.sql(), &source.id, "rejected", 1, now)?;
    let gone_before = collects::ids_in_state(store.sql(), &source.id, "gone", 1, now)?;
    ask_again.extend(gone_before.iter().cloned());
    let collected = {
        let cache = |url: &str| cache_entry(store, url);
        let plan = Plan {
            watched: &ids(SubjectKind::Location),
            providers: &ids(SubjectKind::Provider),
            ask_again: &ask_again,
            watermark: mark.watermark,
            full: full_is_due(mark, settings, now),
            clock: *how.clock,
            first_wait: cqc::FIRST_WAIT,
            cache: &cache,
            progress: &|progress| (how.progress)(&source.id, progress),
        };
        cqc::collect(settings, plan).await
    };
    crate::failpoint::reach("after-fetch");
    let harm = brake::harm(&history, settings, &collected, &gone_before);
    let keep = Keep { source, settings, run, now, history, harm, accepted: how.accepted };
    store.write(now, |tx| keep.store(tx, collected))
}

fn full_is_due(mark: &SourceMark, settings: &CqcApi, now: Timestamp) -> bool {
    let age_max = SignedDuration::from_hours(24 * i64::from(settings.full_reread_days));
    mark.full_at.is_none_or(|at| now.duration_since(at) >= age_max)
}

/// A cache that cannot be read is an empty one: the body is asked for in full.
fn cache_entry(store: &Store, url: &str) -> Option<CacheEntry> {
    let cached = collects::cached(store.sql(), url).ok().flatten()?;
    Some(CacheEntry { etag: cached.etag, last_modified: cached.last_modified, sha256: cached.sha256 })
}

/// Everything needed to keep what one source brought.
struct Keep<'a> {
    source: &'a Source,
    settings: &'a CqcApi,
    run: i64,
    now: Timestamp,
    history: History,
    harm: Harm,
    accepted: Option<Accepted<'a>>,
}

impl Keep<'_> {
    fn store(mut self, tx: &Tx<'_>, collected: Collected) -> Result<SourceRead, JobError> {
        let limit = brake::limit(self.settings, self.harm.watched);
        let braked = self.harm.total() > limit && self.accepted.is_none();
        if self.harm.total() > limit {
            self.accept(tx)?;
        }
        let failure = match &collected.outcome {
            Err(why) => Some(why.clone()),
            Ok(()) if braked => Some(self.harm.in_words(limit)),
            Ok(()) => None,
        };
        let documents = self.documents(tx, &collected)?;
        self.fetches(tx, &collected, &documents)?;
        let read = SourceRead {
            id: self.source.id.clone(),
            outcome: CollectOutcome::Failed,
            full: collected.full,
            records: collected.records.len(),
            documents: documents.len(),
            facts: 0,
            rejects: 0,
            problem: failure.clone(),
        };
        let read = if failure.is_some() { read } else { self.believe(tx, &collected, &documents, read)? };
        let watermark = collected.watermark.filter(|_| failure.is_none());
        self.note(tx, &read, watermark)?;
        Ok(read)
    }

    /// Writes down who let a mass change through.
    fn accept(&self, tx: &Tx<'_>) -> Result<(), JobError> {
        let Some(accepted) = self.accepted else { return Ok(()) };
        let subject = crate::domain::Subject::source(&self.source.id);
        tx.decision(NewDecision {
            at: self.now,
            kind: DecisionKind::AcceptMassChange,
            subject: Some(&subject),
            flag: None,
            outbox: None,
            by: accepted.by,
            reason: accepted.reason,
            until: None,
            detail: Some(&self.harm.counts()),
        })?;
        Ok(())
    }

    fn documents(&self, tx: &Tx<'_>, collected: &Collected) -> Result<Vec<i64>, JobError> {
        let mut seqs = Vec::with_capacity(collected.documents.len());
        for document in &collected.documents {
            let body = document.body.as_deref().and_then(compress);
            seqs.push(tx.document(NewDocument {
                source: &self.source.id,
                url: &document.url,
                fetched_at: document.fetched_at,
                sha256: &document.sha256,
                bytes_received: document.bytes_received,
                body: body.as_deref(),
                note: document.note.as_deref(),
            })?);
        }
        Ok(seqs)
    }

    fn fetches(&self, tx: &Tx<'_>, collected: &Collected, documents: &[i64]) -> Result<(), JobError> {
        for fetch in &collected.fetches {
            let document = fetch.document.and_then(|index| documents.get(index).copied());
            tx.append(
                "fetches",
                &[
                    ("run", Cell::Integer(self.run)),
                    ("source", Cell::Text(&self.source.id)),
                    ("url", Cell::Text(&fetch.url)),
                    ("at", Cell::Text(&instant(fetch.at))),
                    ("status", fetch.status.map_or(Cell::Null, |status| Cell::Integer(i64::from(status)))),
                    ("outcome", Cell::Text(fetch.outcome.as_str())),
                    ("document", document.map_or(Cell::Null, Cell::Integer)),
                    ("detail", fetch.detail.as_deref().map_or(Cell::Null, Cell::Text)),
                ],
            )?;
        }
        Ok(())
    }

    /// Keeps what a good reading says: facts, rejects, the states of ids, what a cache may skip.
    fn believe(
        &mut self,
        tx: &Tx<'_>,
        collected: &Collected,
        documents: &[i64],
        read: SourceRead,
    ) -> Result<SourceRead, JobError> {
        let mut facts = 0;
        for record in &collected.records {
            let document = documents[record.document];
            for statement in changes(&self.history, &record.statements) {
                self.history.push(tx.fact(&statement, document, self.now)?);
                facts += 1;
            }
        }
        for reject in &collected.rejects {
            let document = reject.document.and_then(|index| documents.get(index).copied());
            tx.append(
                "rejects",
                &[
                    ("run", Cell::Integer(self.run)),
                    ("source", Cell::Text(&self.source.id)),
                    ("document", document.map_or(Cell::Null, Cell::Integer)),
                    ("at", Cell::Text(&instant(self.now))),
                    ("place", Cell::Text(&reject.place)),
                    ("reason", Cell::Text(&reject.reason)),
                ],
            )?;
        }
        self.id_states(tx, collected)?;
        for field in &collected.drift {
            if tx.drift(&self.source.id, field, self.now)? {
                tracing::warn!(name: "source_unknown_field", source = %self.source.id, field, "the source says something this version does not know");
            }
        }
        let outcome = if collected.rejects.is_empty() { CollectOutcome::Ok } else { CollectOutcome::Part };
        let problem = collected.rejects.first().map(|first| {
            format!(
                "{} of the records could not be read; the first: {}: {}",
                collected.rejects.len(),
                first.place,
                first.reason
            )
        });
        Ok(SourceRead { outcome, facts, rejects: collected.rejects.len(), problem, ..read })
    }

    fn note(&self, tx: &Tx<'_>, read: &SourceRead, watermark: Option<Timestamp>) -> Result<(), JobError> {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        tx.collect(&NewCollect {
            run: self.run,
            source: &self.source.id,
            at: self.now,
            outcome: read.outcome,
            full: read.full,
            watermark,
            error: read.problem.as_deref(),
            documents: count(read.documents),
            facts: count(read.facts),
            rejects: count(read.rejects),
        })?;
        Ok(())
    }

    fn id_states(&self, tx: &Tx<'_>, collected: &Collected) -> Result<(), JobError> {
        let states =
            [("fine", &collected.fine), ("rejected", &collected.rejected), ("gone", &collected.gone)];
        for (state, ids) in states {
            for id in ids {
                tx.id_state(&self.source.id, id, state, self.now)?;
            }
        }
        for (url, entry) in &collected.cache {
            let cached = entry.as_ref().map(|entry| collects::Cached {
                etag: entry.etag.clone(),
                last_modified: entry.last_modified.clone(),
                sha256: entry.sha256.clone(),
            });
            tx.cache(url, cached.as_ref())?;
        }
        Ok(())
    }
}

fn compress(body: &[u8]) -> Option<Vec<u8>> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(body).ok()?;
    packer.finish().ok()
}

fn run_end(read: &[SourceRead]) -> RunEnd {
    let sum =
        |of: fn(&SourceRead) -> usize| i64::try_from(read.iter().map(of).sum::<usize>()).unwrap_or(i64::MAX);
    let outcome = if read.iter().all(SourceRead::is_failed) {
        Outcome::Failed
    } else if read.iter().all(SourceRead::is_whole) {
        Outcome::Ok
    } else {
        Outcome::Part
    };
    let problems: Vec<String> =
        read.iter().filter_map(|one| one.problem.as_ref().map(|why| format!("{}: {why}", one.id))).collect();
    RunEnd {
        outcome,
        documents: sum(|one| one.documents),
        facts: sum(|one| one.facts),
        rejects: sum(|one| one.rejects),
        detail: (!problems.is_empty()).then(|| problems.join("; ")),
        ..RunEnd::default()
    }
}

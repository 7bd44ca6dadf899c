//! The digest: when it is due, and what it says beside its flags. It comes even when nothing has
//! gathered, so that its absence is noticed.

use jiff::Timestamp;

use crate::config::{Config, SourceKind};
use crate::domain::Severity;
use crate::flags::Flag;
use crate::rules::SourceState;
use crate::schedule::Schedule;
use crate::store::returns::{CameSince, came_since};
use crate::store::{Store, StoreError, lists, outbox};

/// Since when a digest has gathered, if one is due now.
pub(super) fn due_since(
    store: &Store,
    config: &Config,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let Some(digest) = &config.digest else { return Ok(None) };
    // Before the first run there is nothing to gather; the first digest is due after it.
    let Some(last) = lists::newest_digest(store.sql(), now)?.or(lists::first_run(store.sql())?) else {
        return Ok(None);
    };
    let due = Schedule::parse(&digest.schedule)
        .is_ok_and(|schedule| schedule.is_due(Some(last), now, &config.council.zone));
    Ok(due.then_some(last))
}

/// The lines of a digest: sources, mail, returns, and what stands.
pub(super) fn notes(
    store: &Store,
    config: &Config,
    flags: &[Flag],
    sources: &[SourceState],
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let mail = outbox::health(store.sql(), now)?;
    let accepted = lists::accepted_since(store.sql(), since, now)?;
    let mut notes = vec![
        sources_words(sources),
        format!(
            "Mails since the last digest: {accepted} accepted. Now: {} waiting, {} refused and not yet handled.",
            mail.waiting,
            mail.dead_letters.len()
        ),
        standing_words(flags),
    ];
    let has_returns = config.sources.iter().any(|source| matches!(source.kind, SourceKind::Returns(_)));
    if has_returns {
        notes.push(returns_words(came_since(store.sql(), since, now)?));
    }
    Ok(notes)
}

fn returns_words(came: CameSince) -> String {
    format!(
        "Returns since the last digest: {} came, of {} not everything could be used, {} remarks on their \
         numbers. What is due and what is odd: carewarden returns, and carewarden returns --remarks.",
        came.versions, came.spoilt, came.remarks
    )
}

fn sources_words(sources: &[SourceState]) -> String {
    let failing: Vec<&str> =
        sources.iter().filter(|source| source.failed_in_a_row > 0).map(|source| source.id.as_str()).collect();
    match (failing.as_slice(), sources.len()) {
        ([], 1) => "The one source was read.".to_owned(),
        ([], all) => format!("All {all} sources were read."),
        (ids, all) => format!("Not read last time: {} of {all} sources ({}).", ids.len(), ids.join(", ")),
    }
}

fn standing_words(flags: &[Flag]) -> String {
    let of = |severity| {
        flags.iter().filter(|flag| flag.last.state.stands() && flag.last.severity == severity).count()
    };
    format!(
        "Flags that stand: {} contingency, {} concern, {} watch.",
        of(Severity::Contingency),
        of(Severity::Concern),
        of(Severity::Watch)
    )
}

//! What the store tells the planner.

use jiff::Timestamp;

use super::plan::{Marks, SourceMarks};
use crate::config::Config;
use crate::jobs::housekeeping;
use crate::store::outbox::Mode;
use crate::store::{Store, StoreError, collects, daemon, lists, outbox};

/// Reads how far everything has been dealt with.
///
/// # Errors
/// SQLite's.
pub fn marks(store: &Store, config: &Config, now: Timestamp) -> Result<Marks, StoreError> {
    let sql = store.sql();
    Ok(Marks {
        sources: config
            .sources
            .iter()
            .map(|source| source_marks(store, &source.id, now))
            .collect::<Result<_, _>>()?,
        claimed: daemon::claimed(sql, "collect")?,
        assessed_at: lists::newest_run(sql, "assess", now)?,
        mails_due: outbox::due(sql, now, Mode::Due)?.len(),
        mail_next_at: outbox::next_at(sql, now)?,
        housekeeping_due: housekeeping::due(store, config, now)?,
    })
}

fn source_marks(store: &Store, id: &str, now: Timestamp) -> Result<SourceMarks, StoreError> {
    let mark = collects::mark(store.sql(), id, now)?;
    Ok(SourceMarks {
        handled: daemon::handled(store.sql(), id, now)?,
        last_at: mark.last_at,
        is_failing: mark.failed_in_a_row > 0,
        schedule_seen: daemon::schedule_seen(store.sql(), id)?,
    })
}

//! What became of each reading of a source, and how far it has been read.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{StoreError, Tx, instant, instant_of};
use crate::audit::Cell;

/// How a reading of a source ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollectOutcome {
    /// Everything was read.
    Ok,
    /// Some records were rejects; the rest was read.
    Part,
    /// Nothing of it is believed.
    Failed,
}

impl CollectOutcome {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Part => "part",
            Self::Failed => "failed",
        }
    }
}

/// One reading of a source, to record.
#[derive(Clone, Debug)]
pub struct NewCollect<'a> {
    /// The run it belongs to.
    pub run: i64,
    /// The source's id.
    pub source: &'a str,
    /// The job's now.
    pub at: Timestamp,
    /// How it ended.
    pub outcome: CollectOutcome,
    /// Whether it was a full reading.
    pub full: bool,
    /// Everything that changed before it has been handled.
    pub watermark: Option<Timestamp>,
    /// Why it failed or what is missing, in words.
    pub error: Option<&'a str>,
    /// Documents kept.
    pub documents: i64,
    /// Facts added.
    pub facts: i64,
    /// Records refused.
    pub rejects: i64,
}

/// How far a source has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMark {
    /// First reading, good or not.
    pub first_at: Option<Timestamp>,
    /// Newest reading.
    pub last_at: Option<Timestamp>,
    /// Newest reading that was not a failure.
    pub good_at: Option<Timestamp>,
    /// First reading that was not a failure: the baseline.
    pub baseline_at: Option<Timestamp>,
    /// Newest full reading that was not a failure.
    pub full_at: Option<Timestamp>,
    /// Newest watermark.
    pub watermark: Option<Timestamp>,
    /// Failures since the newest good reading.
    pub failed_in_a_row: u32,
    /// Why the newest reading failed.
    pub last_error: Option<String>,
}

/// What a server said of a body that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cached {
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub last_modified: Option<String>,
    /// SHA-256 of the kept body.
    pub sha256: String,
}

impl Tx<'_> {
    /// Records a reading of a source.
    ///
    /// # Errors
    /// SQLite's.
    pub fn collect(&self, new: &NewCollect<'_>) -> Result<i64, StoreError> {
        let watermark = new.watermark.map(instant);
        self.append(
            "collects",
            &[
                ("run", Cell::Integer(new.run)),
                ("source", Cell::Text(new.source)),
                ("at", Cell::Text(&instant(new.at))),
                ("outcome", Cell::Text(new.outcome.as_str())),
                ("full", Cell::Integer(i64::from(new.full))),
                ("watermark", watermark.as_deref().map_or(Cell::Null, Cell::Text)),
                ("error", new.error.map_or(Cell::Null, Cell::Text)),
                ("documents", Cell::Integer(new.documents)),
                ("facts", Cell::Integer(new.facts)),
                ("rejects", Cell::Integer(new.rejects)),
            ],
        )
    }

    /// Records what was said of an id, where that is news: `state` is `fine`, `rejected` or `gone`.
    ///
    /// # Errors
    /// SQLite's.
    pub fn id_state(
        &self,
        source: &str,
        id: &str,
        state: &'static str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let last: Option<(String, i64)> = self
            .sql()
            .prepare_cached(
                "SELECT state, streak FROM id_states WHERE source = ?1 AND id = ?2 ORDER BY seq DESC LIMIT 1",
            )
            .and_then(|mut statement| {
                statement.query_row(params![source, id], |row| Ok((row.get(0)?, row.get(1)?))).optional()
            })
            .map_err(StoreError::sql("reading the state of an id"))?;
        let streak = match &last {
            Some((before, streak)) if before == state => streak + 1,
            _ => 1,
        };
        let was_fine = last.as_ref().is_none_or(|(before, _)| before == "fine");
        if state == "fine" && was_fine {
            return Ok(());
        }
        self.append(
            "id_states",
            &[
                ("source", Cell::Text(source)),
                ("id", Cell::Text(id)),
                ("at", Cell::Text(&instant(at))),
                ("state", Cell::Text(state)),
                ("streak", Cell::Integer(streak)),
            ],
        )
        .map(drop)
    }

    /// Notes a field that this version does not know; `true` when it is the first time.
    ///
    /// # Errors
    /// SQLite's.
    pub fn drift(&self, source: &str, field: &str, at: Timestamp) -> Result<bool, StoreError> {
        let known: i64 = self
            .sql()
            .query_row(
                "SELECT count(*) FROM drift WHERE source = ?1 AND field = ?2",
                params![source, field],
                |row| row.get(0),
            )
            .map_err(StoreError::sql("looking for a field"))?;
        if known > 0 {
            return Ok(false);
        }
        self.append(
            "drift",
            &[("source", Cell::Text(source)), ("field", Cell::Text(field)), ("at", Cell::Text(&instant(at)))],
        )
        .map(|_| true)
    }

    /// Keeps or forgets what a server said of a body.
    ///
    /// # Errors
    /// SQLite's.
    pub fn cache(&self, url: &str, cached: Option<&Cached>) -> Result<(), StoreError> {
        let done = match cached {
            Some(cached) => self.sql().execute(
                "INSERT INTO http_cache (url, etag, last_modified, sha256) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (url) DO UPDATE SET etag = ?2, last_modified = ?3, sha256 = ?4",
                params![url, cached.etag, cached.last_modified, cached.sha256],
            ),
            None => self.sql().execute("DELETE FROM http_cache WHERE url = ?1", [url]),
        };
        done.map(drop).map_err(StoreError::sql("keeping what a server said of a body"))
    }
}

/// How far a source had been read at an instant.
///
/// # Errors
/// SQLite's.
pub fn mark(conn: &Connection, source: &str, as_of: Timestamp) -> Result<SourceMark, StoreError> {
    let doing = || StoreError::sql("reading how far a source has been read");
    let mut statement = conn
        .prepare(
            "SELECT at, outcome, full, watermark, error FROM collects WHERE source = ?1 AND at <= ?2 ORDER BY seq",
        )
        .map_err(doing())?;
    let mut rows = statement.query(params![source, instant(as_of)]).map_err(doing())?;
    let mut mark = SourceMark::default();
    while let Some(row) = rows.next().map_err(doing())? {
        let at: String = row.get(0).map_err(doing())?;
        let outcome: String = row.get(1).map_err(doing())?;
        let full: bool = row.get(2).map_err(doing())?;
        let watermark: Option<String> = row.get(3).map_err(doing())?;
        mark.read(instant_of(&at), &outcome, full, watermark.as_deref().and_then(instant_of));
        mark.last_error = row.get(4).map_err(doing())?;
    }
    Ok(mark)
}

impl SourceMark {
    fn read(&mut self, at: Option<Timestamp>, outcome: &str, full: bool, watermark: Option<Timestamp>) {
        self.first_at = self.first_at.or(at);
        self.last_at = at;
        if outcome == CollectOutcome::Failed.as_str() {
            self.failed_in_a_row += 1;
            return;
        }
        self.failed_in_a_row = 0;
        self.good_at = at;
        self.baseline_at = self.baseline_at.or(at);
        self.full_at = if full { at } else { self.full_at };
        self.watermark = watermark.or(self.watermark);
    }
}

/// Ids of a source whose newest state is this one, with at least so many collects in a row.
///
/// # Errors
/// SQLite's.
pub fn ids_in_state(
    conn: &Connection,
    source: &str,
    state: &str,
    streak_min: i64,
    as_of: Timestamp,
) -> Result<BTreeSet<String>, StoreError> {
    let doing = || StoreError::sql("reading the states of ids");
    let mut statement = conn
        .prepare(
            "SELECT id FROM id_states s WHERE source = ?1 AND state = ?2 AND streak >= ?3 AND at <= ?4
             AND seq = (SELECT max(seq) FROM id_states n WHERE n.source = s.source AND n.id = s.id AND n.at <= ?4)",
        )
        .map_err(doing())?;
    let rows = statement
        .query_map(params![source, state, streak_min, instant(as_of)], |row| row.get(0))
        .map_err(doing())?;
    rows.collect::<Result<_, _>>().map_err(doing())
}

/// What a server said of the body held for an address.
///
/// # Errors
/// SQLite's.
pub fn cached(conn: &Connection, url: &str) -> Result<Option<Cached>, StoreError> {
    conn.prepare_cached("SELECT etag, last_modified, sha256 FROM http_cache WHERE url = ?1")
        .and_then(|mut statement| {
            statement
                .query_row([url], |row| {
                    Ok(Cached { etag: row.get(0)?, last_modified: row.get(1)?, sha256: row.get(2)? })
                })
                .optional()
        })
        .map_err(StoreError::sql("reading what a server said of a body"))
}

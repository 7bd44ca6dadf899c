//! What the file says of its own health: checks that were made, and how large it is.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreError, Tx, instant, instant_of};
use crate::audit::Cell;

/// So many faults are listed of a damaged file; whoever has more needs a backup, not a list.
const FAULTS_MAX: usize = 20;

/// What was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckKind {
    /// Whether the file is sound.
    Integrity,
    /// Whether the log proves itself.
    Audit,
    /// Whether a sound copy could be made.
    Backup,
    /// Whether the outside monitor answered.
    Heartbeat,
}

impl CheckKind {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Integrity => "integrity",
            Self::Audit => "audit",
            Self::Backup => "backup",
            Self::Heartbeat => "heartbeat",
        }
    }
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckOutcome {
    /// As it should be.
    Ok,
    /// Not as it should be.
    Failed,
}

impl CheckOutcome {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
        }
    }
}

/// A check to record.
#[derive(Clone, Copy, Debug)]
pub struct NewCheck<'a> {
    /// The run it was part of.
    pub run: Option<i64>,
    /// When.
    pub at: Timestamp,
    /// What was checked.
    pub kind: CheckKind,
    /// How it ended.
    pub outcome: CheckOutcome,
    /// What was found, in words.
    pub detail: Option<&'a str>,
}

/// A check as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// When.
    pub at: Timestamp,
    /// How it ended.
    pub outcome: CheckOutcome,
    /// What was found, in words.
    pub detail: Option<String>,
}

impl Tx<'_> {
    /// Records a check.
    ///
    /// # Errors
    /// SQLite's.
    pub fn check(&self, new: &NewCheck<'_>) -> Result<i64, StoreError> {
        self.append(
            "checks",
            &[
                ("run", new.run.map_or(Cell::Null, Cell::Integer)),
                ("at", Cell::Text(&instant(new.at))),
                ("kind", Cell::Text(new.kind.as_str())),
                ("outcome", Cell::Text(new.outcome.as_str())),
                ("detail", new.detail.map_or(Cell::Null, Cell::Text)),
            ],
        )
    }
}

/// The newest check of a kind up to an instant.
///
/// # Errors
/// SQLite's.
pub fn last_check(conn: &Connection, kind: CheckKind, as_of: Timestamp) -> Result<Option<Check>, StoreError> {
    first_of(conn, "kind = ?1 AND at <= ?2 ORDER BY seq DESC", kind, as_of)
}

/// When a kind of check last ended well, up to an instant.
///
/// # Errors
/// SQLite's.
pub fn last_good(
    conn: &Connection,
    kind: CheckKind,
    as_of: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let good = "kind = ?1 AND at <= ?2 AND outcome = 'ok' ORDER BY seq DESC";
    Ok(first_of(conn, good, kind, as_of)?.map(|check| check.at))
}

/// The first of the failures that no good check has followed.
///
/// # Errors
/// SQLite's.
pub fn failing_since(
    conn: &Connection,
    kind: CheckKind,
    as_of: Timestamp,
) -> Result<Option<Check>, StoreError> {
    let failing = "kind = ?1 AND at <= ?2 AND outcome = 'failed' AND seq > (SELECT coalesce(max(seq), 0)
        FROM checks WHERE kind = ?1 AND at <= ?2 AND outcome = 'ok') ORDER BY seq";
    first_of(conn, failing, kind, as_of)
}

fn first_of(
    conn: &Connection,
    which: &str,
    kind: CheckKind,
    as_of: Timestamp,
) -> Result<Option<Check>, StoreError> {
    let doing = || StoreError::sql(format!("reading the checks of kind {}", kind.as_str()));
    if !has_checks(conn)? {
        return Ok(None);
    }
    let sql = format!("SELECT seq, at, outcome, detail FROM checks WHERE {which} LIMIT 1");
    let found: Option<(i64, String, String, Option<String>)> = conn
        .prepare_cached(&sql)
        .and_then(|mut statement| {
            statement
                .query_row(params![kind.as_str(), instant(as_of)], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                })
                .optional()
        })
        .map_err(doing())?;
    let Some((seq, at, outcome, detail)) = found else { return Ok(None) };
    let what = format!("{at:?} is not an instant");
    let at = instant_of(&at).ok_or(StoreError::Unreadable { table: "checks", seq, what })?;
    let outcome = if outcome == "ok" { CheckOutcome::Ok } else { CheckOutcome::Failed };
    Ok(Some(Check { at, outcome, detail }))
}

/// A file of an older version, read before the first run of this one, has no such table yet.
fn has_checks(conn: &Connection) -> Result<bool, StoreError> {
    conn.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'checks'", [], |row| row.get(0))
        .map_err(StoreError::sql("looking for the table of checks"))
}

/// Looks through the whole file; what is wrong with it, in SQLite's words, and nothing when it is sound.
///
/// # Errors
/// SQLite could not look.
pub fn integrity(conn: &Connection) -> Result<Vec<String>, StoreError> {
    let doing = || StoreError::sql("checking the integrity of the database");
    let mut statement = conn.prepare(&format!("PRAGMA integrity_check({FAULTS_MAX})")).map_err(doing())?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(doing())?;
    let mut said: Vec<String> = rows.collect::<Result<_, _>>().map_err(doing())?;
    said.retain(|line| line != "ok");
    Ok(said)
}

/// Writes everything from the write-ahead log into the file and empties the log.
/// `false` when a reader kept it from being emptied; the next time will do.
///
/// # Errors
/// SQLite's.
pub fn checkpoint(conn: &Connection) -> Result<bool, StoreError> {
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
        .map(|busy| busy == 0)
        .map_err(StoreError::sql("emptying the write-ahead log"))
}

/// How large the database is, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// The file.
    pub file_bytes: u64,
    /// Of it, free for new rows.
    pub free_bytes: u64,
    /// Of it, bodies of documents.
    pub bodies_bytes: u64,
    /// The write-ahead log beside it.
    pub wal_bytes: u64,
}

/// Measures the database.
///
/// # Errors
/// SQLite's.
pub fn sizes(store: &Store) -> Result<Sizes, StoreError> {
    let doing = || StoreError::sql("measuring the database");
    let number = |sql: &str| -> Result<u64, StoreError> {
        let number: i64 = store.sql().query_row(sql, [], |row| row.get(0)).map_err(doing())?;
        Ok(u64::try_from(number).unwrap_or(0))
    };
    let page = number("PRAGMA page_size")?;
    let mut bodies_bytes = number("SELECT coalesce(sum(length(body)), 0) FROM documents")?;
    if has_checks(store.sql())? {
        bodies_bytes += number("SELECT coalesce(sum(length(body)), 0) FROM bodies")?;
    }
    let mut wal = store.path().as_os_str().to_owned();
    wal.push("-wal");
    Ok(Sizes {
        file_bytes: number("PRAGMA page_count")? * page,
        free_bytes: number("PRAGMA freelist_count")? * page,
        bodies_bytes,
        wal_bytes: std::fs::metadata(wal).map_or(0, |file| file.len()),
    })
}

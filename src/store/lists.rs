//! Lists that people and scripts ask for.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::{StoreError, instant};

/// A question to the file that needs no program of ours, to show that one can ask.
pub const EXAMPLE_QUERY: &str = "SELECT flag, severity, subject_name, reason FROM audit_flags";

/// A run in `runs --json`.
#[derive(Debug, Serialize)]
pub struct RunRow {
    /// Its number.
    pub id: i64,
    /// `collect`, `assess`, `deliver` or `housekeeping`.
    pub job: String,
    /// The due instant it was for, where it was not asked for by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled_for: Option<String>,
    /// When it began.
    pub started_at: String,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// `ok`, `part`, `failed`, `interrupted`, or `running`.
    pub outcome: String,
    /// Documents kept.
    pub documents: i64,
    /// Facts added.
    pub facts: i64,
    /// Records refused.
    pub rejects: i64,
    /// Flags opened.
    pub flags_opened: i64,
    /// Flags cleared.
    pub flags_cleared: i64,
    /// Mails queued.
    pub mails_queued: i64,
    /// Mails accepted by a server.
    pub mails_accepted: i64,
    /// What went wrong, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The newest runs up to an instant, newest first; `job` keeps to one kind.
///
/// # Errors
/// SQLite's.
pub fn runs(
    conn: &Connection,
    job: Option<&str>,
    as_of: Timestamp,
    limit: u32,
) -> Result<Vec<RunRow>, StoreError> {
    let doing = || StoreError::sql("reading the runs");
    let mut statement = conn
        .prepare(
            "SELECT r.seq, r.job, r.scheduled_for, r.started_at, e.ended_at, coalesce(e.outcome, 'running'),
                    coalesce(e.documents, 0), coalesce(e.facts, 0), coalesce(e.rejects, 0),
                    coalesce(e.flags_opened, 0), coalesce(e.flags_cleared, 0),
                    coalesce(e.mails_queued, 0), coalesce(e.mails_accepted, 0), e.detail
             FROM runs r LEFT JOIN run_ends e ON e.run = r.seq AND e.ended_at <= ?1
             WHERE r.started_at <= ?1 AND (?2 IS NULL OR r.job = ?2) ORDER BY r.seq DESC LIMIT ?3",
        )
        .map_err(doing())?;
    let rows = statement
        .query_map(params![instant(as_of), job, limit], |row| {
            Ok(RunRow {
                id: row.get(0)?,
                job: row.get(1)?,
                scheduled_for: row.get(2)?,
                started_at: row.get(3)?,
                ended_at: row.get(4)?,
                outcome: row.get(5)?,
                documents: row.get(6)?,
                facts: row.get(7)?,
                rejects: row.get(8)?,
                flags_opened: row.get(9)?,
                flags_cleared: row.get(10)?,
                mails_queued: row.get(11)?,
                mails_accepted: row.get(12)?,
                detail: row.get(13)?,
            })
        })
        .map_err(doing())?;
    rows.collect::<Result<_, _>>().map_err(doing())
}

/// Where a document came from.
#[derive(Debug, Serialize)]
pub struct DocumentRow {
    /// Its number.
    pub id: i64,
    /// The source's id.
    pub source: String,
    /// Its address.
    pub url: String,
    /// When it was first read with these contents.
    pub fetched_at: String,
    /// SHA-256 of the kept body.
    pub sha256: String,
}

/// A document by its number.
///
/// # Errors
/// SQLite's.
pub fn document(conn: &Connection, id: i64) -> Result<Option<DocumentRow>, StoreError> {
    conn.query_row("SELECT seq, source, url, fetched_at, sha256 FROM documents WHERE seq = ?1", [id], |row| {
        Ok(DocumentRow {
            id: row.get(0)?,
            source: row.get(1)?,
            url: row.get(2)?,
            fetched_at: row.get(3)?,
            sha256: row.get(4)?,
        })
    })
    .optional()
    .map_err(StoreError::sql("reading a document"))
}

/// The words of a rule version that was in force once.
///
/// # Errors
/// SQLite's.
pub fn rule_text(
    conn: &Connection,
    rule: &str,
    version: &str,
) -> Result<Option<(String, String)>, StoreError> {
    conn.query_row(
        "SELECT name, text FROM rule_texts WHERE rule = ?1 AND version = ?2",
        [rule, version],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
    .optional()
    .map_err(StoreError::sql("reading a rule's text"))
}

/// One telling of a flag, or one that was hushed, with what became of its mail.
#[derive(Debug, Serialize)]
pub struct ToldRow {
    /// The mail; absent where it was hushed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outbox: Option<i64>,
    /// Recipient's id.
    pub recipient: String,
    /// Why they were told.
    pub why: String,
    /// When the mail was queued.
    pub at: String,
    /// The mail's newest state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// When the mail reached that state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_at: Option<String>,
    /// What hushed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hushed: Option<String>,
}

/// Who was told of a flag up to an instant, oldest first.
///
/// # Errors
/// SQLite's.
pub fn told(conn: &Connection, flag: i64, as_of: Timestamp) -> Result<Vec<ToldRow>, StoreError> {
    let doing = || StoreError::sql("reading who was told");
    let mut statement = conn
        .prepare(
            "SELECT t.outbox, t.recipient, t.why, t.at, d.state, d.at, t.detail
             FROM tellings t LEFT JOIN deliveries d ON d.seq =
                (SELECT max(seq) FROM deliveries n WHERE n.outbox = t.outbox AND n.at <= ?2)
             WHERE t.flag = ?1 AND t.at <= ?2 ORDER BY t.seq",
        )
        .map_err(doing())?;
    let rows = statement
        .query_map(params![flag, instant(as_of)], |row| {
            Ok(ToldRow {
                outbox: row.get(0)?,
                recipient: row.get(1)?,
                why: row.get(2)?,
                at: row.get(3)?,
                state: row.get(4)?,
                state_at: row.get(5)?,
                hushed: row.get(6)?,
            })
        })
        .map_err(doing())?;
    rows.collect::<Result<_, _>>().map_err(doing())
}

/// When the newest collect or assess began, by its own `now`.
///
/// # Errors
/// SQLite's.
pub fn newest_judgement(conn: &Connection) -> Result<Option<Timestamp>, StoreError> {
    instant_from(conn, "SELECT max(started_at) FROM runs WHERE job IN ('collect', 'assess')", &[])
}

/// When the newest run of a job up to an instant began.
///
/// # Errors
/// SQLite's.
pub fn newest_run(conn: &Connection, job: &str, as_of: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    instant_from(
        conn,
        "SELECT max(r.started_at) FROM runs r JOIN run_ends e ON e.run = r.seq
         WHERE r.job = ?1 AND r.started_at <= ?2 AND e.outcome IN ('ok', 'part')",
        &[&job, &instant(as_of)],
    )
}

/// When the newest run of a job up to an instant began, however it ended.
///
/// # Errors
/// SQLite's.
pub fn newest_start(conn: &Connection, job: &str, as_of: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    instant_from(
        conn,
        "SELECT max(started_at) FROM runs WHERE job = ?1 AND started_at <= ?2",
        &[&job, &instant(as_of)],
    )
}

/// When the first run of the database began.
///
/// # Errors
/// SQLite's.
pub fn first_run(conn: &Connection) -> Result<Option<Timestamp>, StoreError> {
    instant_from(conn, "SELECT min(started_at) FROM runs", &[])
}

/// When the newest digest was queued.
///
/// # Errors
/// SQLite's.
pub fn newest_digest(conn: &Connection, as_of: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    instant_from(
        conn,
        "SELECT max(queued_at) FROM outbox WHERE kind = 'digest' AND queued_at <= ?1",
        &[&instant(as_of)],
    )
}

/// How many mails queued between two instants have been accepted by a server.
///
/// # Errors
/// SQLite's.
pub fn accepted_since(conn: &Connection, since: Timestamp, until: Timestamp) -> Result<i64, StoreError> {
    conn.query_row(
        "SELECT count(DISTINCT o.seq) FROM outbox o JOIN deliveries d ON d.outbox = o.seq
         WHERE d.state = 'accepted' AND o.queued_at >= ?1 AND o.queued_at <= ?2",
        [instant(since), instant(until)],
        |row| row.get(0),
    )
    .map_err(StoreError::sql("counting accepted mails"))
}

fn instant_from(
    conn: &Connection,
    sql: &str,
    values: &[&dyn rusqlite::ToSql],
) -> Result<Option<Timestamp>, StoreError> {
    let text: Option<String> =
        conn.query_row(sql, values, |row| row.get(0)).map_err(StoreError::sql("reading an instant"))?;
    Ok(text.as_deref().and_then(super::instant_of))
}

/// Message-ID of the first mail that told a recipient of a flag.
///
/// # Errors
/// SQLite's.
pub fn first_message_id(conn: &Connection, flag: i64, recipient: &str) -> Result<Option<String>, StoreError> {
    conn.query_row(
        "SELECT o.message_id FROM tellings t JOIN outbox o ON o.seq = t.outbox
         WHERE t.flag = ?1 AND t.recipient = ?2 ORDER BY t.seq LIMIT 1",
        params![flag, recipient],
        |row| row.get(0),
    )
    .optional()
    .map_err(StoreError::sql("looking for the first mail of a flag"))
}

/// Runs that were begun and never ended.
///
/// # Errors
/// SQLite's.
pub fn unfinished_runs(conn: &Connection) -> Result<Vec<i64>, StoreError> {
    let doing = || StoreError::sql("looking for runs that never ended");
    let mut statement = conn
        .prepare("SELECT seq FROM runs r WHERE NOT EXISTS (SELECT 1 FROM run_ends e WHERE e.run = r.seq)")
        .map_err(doing())?;
    let rows = statement.query_map([], |row| row.get(0)).map_err(doing())?;
    rows.collect::<Result<_, _>>().map_err(doing())
}

//! Which mails are due, and what sending one needs.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::instant_in;
use crate::store::{StoreError, instant};

/// So many mails are taken into one run at most; what is left waits for the next.
pub const RUN_MAILS_MAX: usize = 10_000;

/// Whether back-off is obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Only what is due.
    Due,
    /// Everything that waits, whatever its next time.
    Now,
}

/// A mail that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its number.
    pub id: i64,
    /// `CW-0142`, or the kind and the run.
    pub alert: String,
    /// Recipient's id.
    pub recipient: String,
    /// Recipient's address.
    pub address: String,
    /// Envelope sender.
    pub envelope_from: String,
    /// Its Message-ID.
    pub message_id: String,
    /// The subject line.
    pub subject: String,
    /// What is sent.
    pub bytes: Vec<u8>,
    /// Attempts so far.
    pub attempts: i64,
    /// Attempts since it was last queued: back-off counts these.
    pub tries: i64,
    /// When the first of those tries was made.
    pub first_try_at: Option<Timestamp>,
}

/// The newest delivery row of each mail, if it has any, as `last`.
const WITH_LAST: &str = "outbox LEFT JOIN deliveries AS last
    ON last.seq = (SELECT max(seq) FROM deliveries WHERE deliveries.outbox = outbox.seq)";

/// Numbers of the mails that are due at `now`, those first whose last attempt did not founder on
/// their own recipient or content, so that a mail which breaks connections holds up no other.
///
/// A next time that was set in what is now the future is not believed: the clock was wrong then.
///
/// # Errors
/// SQLite's.
pub fn due(conn: &Connection, now: Timestamp, mode: Mode) -> Result<Vec<i64>, StoreError> {
    let doing = || StoreError::sql("looking for mails that are due");
    let sql = format!(
        "SELECT outbox.seq FROM {WITH_LAST}
         WHERE last.seq IS NULL OR last.state IN ('queued', 'sending')
            OR (last.state IN ('deferred', 'unknown')
                AND (?1 OR last.next_at IS NULL OR last.next_at <= ?2 OR last.at > ?2))
         ORDER BY coalesce(last.step, '') IN ('mail', 'rcpt', 'data', 'body'), outbox.seq
         LIMIT ?3"
    );
    let mut statement = conn.prepare_cached(&sql).map_err(doing())?;
    let limit = i64::try_from(RUN_MAILS_MAX).unwrap_or(i64::MAX);
    let rows = statement
        .query_map(params![mode == Mode::Now, instant(now), limit], |row| row.get(0))
        .map_err(doing())?;
    rows.collect::<Result<_, _>>().map_err(doing())
}

/// When the next mail that is not due yet will be.
///
/// # Errors
/// SQLite's.
pub fn next_at(conn: &Connection, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let sql = format!(
        "SELECT min(last.next_at) FROM {WITH_LAST} WHERE last.state IN ('deferred', 'unknown') AND last.next_at > ?1"
    );
    let text: Option<String> = conn
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.query_row([instant(now)], |row| row.get(0)))
        .map_err(StoreError::sql("looking for the next mail that will be due"))?;
    Ok(text.as_deref().and_then(crate::store::instant_of))
}

/// Reads a mail with what its next attempt needs.
///
/// # Errors
/// SQLite's; a stored instant that is none.
pub fn load(conn: &Connection, id: i64) -> Result<Due, StoreError> {
    let doing = || StoreError::sql(format!("reading mail {id} of the outbox"));
    // A mail that an officer sent back starts its tries anew.
    let sql = "WITH since AS (SELECT coalesce(max(seq), 0) AS seq FROM deliveries WHERE outbox = ?1 AND state = 'queued')
        SELECT alert, recipient, address, envelope_from, message_id, subject, bytes,
            (SELECT coalesce(max(attempt), 0) FROM deliveries WHERE outbox = ?1),
            (SELECT count(DISTINCT attempt) FROM deliveries, since WHERE outbox = ?1 AND deliveries.seq > since.seq),
            (SELECT min(at) FROM deliveries, since WHERE outbox = ?1 AND deliveries.seq > since.seq)
        FROM outbox WHERE seq = ?1";
    let mut statement = conn.prepare_cached(sql).map_err(doing())?;
    let (mut due, first): (Due, Option<String>) = statement
        .query_row([id], |row| {
            let due = Due {
                id,
                alert: row.get(0)?,
                recipient: row.get(1)?,
                address: row.get(2)?,
                envelope_from: row.get(3)?,
                message_id: row.get(4)?,
                subject: row.get(5)?,
                bytes: row.get(6)?,
                attempts: row.get(7)?,
                tries: row.get(8)?,
                first_try_at: None,
            };
            Ok((due, row.get(9)?))
        })
        .map_err(doing())?;
    due.first_try_at = first.map(|text| instant_in("deliveries", id, &text)).transpose()?;
    Ok(due)
}

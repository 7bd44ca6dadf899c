//! Dead letters of which those who look after delivery have not been told yet.
//!
//! A dead letter's refusal carries the step at which it came. Telling somebody of it adds a row
//! "refused" without a step, in the transaction that queues the mail that tells: a process that is
//! killed in between leaves the refusal untold, and the next run finds it.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::MailState;
use super::attempt::{Progress, record};
use crate::alerts::Kind;
use crate::store::{StoreError, Tx};

/// One mail tells of so many dead letters at most; the next run tells of the rest.
pub const TOLD_AT_ONCE_MAX: i64 = 100;

/// A dead letter that nobody has been told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untold {
    /// Its number.
    pub id: i64,
    /// `CW-0142`, or the kind and the run.
    pub alert: String,
    /// Recipient's id.
    pub recipient: String,
    /// The server's words, or why it was given up.
    pub reply: String,
    /// The attempt that was refused.
    pub attempt: i64,
}

/// The dead letters that nobody has been told of, oldest first. A mail that was itself about dead
/// letters is never among them: that way no loop can begin.
///
/// # Errors
/// SQLite's.
pub fn untold(conn: &Connection) -> Result<Vec<Untold>, StoreError> {
    let doing = || StoreError::sql("looking for dead letters that nobody was told of");
    let mut statement = conn
        .prepare_cached(
            "SELECT outbox.seq, alert, recipient, coalesce(last.reply, ''), last.attempt
             FROM outbox JOIN deliveries AS last
                ON last.seq = (SELECT max(seq) FROM deliveries WHERE deliveries.outbox = outbox.seq)
             WHERE last.state = 'refused' AND last.step IS NOT NULL AND outbox.kind <> ?1
             ORDER BY outbox.seq LIMIT ?2",
        )
        .map_err(doing())?;
    let rows = statement
        .query_map(params![Kind::Delivery.as_str(), TOLD_AT_ONCE_MAX], |row| {
            Ok(Untold {
                id: row.get(0)?,
                alert: row.get(1)?,
                recipient: row.get(2)?,
                reply: row.get(3)?,
                attempt: row.get(4)?,
            })
        })
        .map_err(doing())?;
    rows.collect::<Result<_, _>>().map_err(doing())
}

/// Writes down that a mail which tells of this dead letter is queued.
///
/// # Errors
/// SQLite's.
pub fn told(tx: &Tx<'_>, letter: &Untold, at: Timestamp) -> Result<(), StoreError> {
    let (outbox, attempt, state) = (letter.id, letter.attempt, MailState::Refused);
    record(tx, &Progress { outbox, attempt, at, state, step: None, reply: None, next_at: None })
}

//! The outbox as people and scripts see it, now or as it stood at an instant.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::Serialize;

use super::{MailState, instant_in, state_in};
use crate::store::{StoreError, instant};

/// Which mails to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these states; all where empty.
    pub states: Vec<MailState>,
    /// Only this recipient's id.
    pub recipient: Option<String>,
    /// Only this alert.
    pub alert: Option<String>,
    /// As it stood then; now where absent.
    pub as_of: Option<Timestamp>,
}

/// One mail in `outbox --json`; what is absent is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its number.
    pub id: i64,
    /// `CW-0142`, or the kind and the run.
    pub alert: String,
    /// Recipient's id.
    pub recipient: String,
    /// Gravest severity of what it tells.
    pub severity: String,
    /// Why it is told.
    pub reason: String,
    /// Where it stands.
    pub state: MailState,
    /// Its Message-ID.
    pub message_id: String,
    /// The subject line.
    pub subject: String,
    /// Attempts so far.
    pub attempts: i64,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When the next attempt is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
    /// When a server took it over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<Timestamp>,
    /// The newest words of a server, or what happened instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_reply: Option<String>,
}

/// A row as SQLite gives it: states and instants are still text.
struct Raw {
    row: Row,
    state: Option<String>,
    queued_at: String,
    next_at: Option<String>,
    accepted_at: Option<String>,
}

/// Later than every instant that is stored.
const END_OF_TIME: &str = "9999";

const SELECT: &str = "
    SELECT outbox.seq, alert, recipient, severity, why, message_id, subject, queued_at,
        (SELECT coalesce(max(attempt), 0) FROM deliveries WHERE outbox = outbox.seq AND at <= ?1),
        last.state, last.next_at,
        (SELECT max(at) FROM deliveries WHERE outbox = outbox.seq AND at <= ?1 AND state = 'accepted'),
        (SELECT reply FROM deliveries
            WHERE outbox = outbox.seq AND at <= ?1 AND reply IS NOT NULL ORDER BY seq DESC LIMIT 1)
    FROM outbox LEFT JOIN deliveries AS last
        ON last.seq = (SELECT max(seq) FROM deliveries WHERE outbox = outbox.seq AND at <= ?1)
    WHERE queued_at <= ?1";

/// Lists mails, oldest first.
///
/// # Errors
/// SQLite's; a stored value that is not what its column promises.
pub fn list(conn: &Connection, filter: &Filter) -> Result<Vec<Row>, StoreError> {
    let doing = || StoreError::sql("listing the outbox");
    let as_of = filter.as_of.map_or_else(|| END_OF_TIME.to_owned(), instant);
    let sql = format!(
        "{SELECT} AND (?2 IS NULL OR recipient = ?2) AND (?3 IS NULL OR alert = ?3) ORDER BY outbox.seq"
    );
    let mut statement = conn.prepare_cached(&sql).map_err(doing())?;
    let raws = statement
        .query_map(params![as_of, filter.recipient, filter.alert], raw_row)
        .map_err(doing())?
        .collect::<Result<Vec<_>, _>>()
        .map_err(doing())?;
    let rows = raws.into_iter().map(finish).collect::<Result<Vec<_>, _>>()?;
    let wanted = |row: &Row| filter.states.is_empty() || filter.states.contains(&row.state);
    Ok(rows.into_iter().filter(wanted).collect())
}

/// One mail, if there is one of that number.
///
/// # Errors
/// As for [`list`].
pub fn one(conn: &Connection, id: i64, as_of: Option<Timestamp>) -> Result<Option<Row>, StoreError> {
    let doing = || StoreError::sql(format!("reading mail {id} of the outbox"));
    let as_of = as_of.map_or_else(|| END_OF_TIME.to_owned(), instant);
    let mut statement = conn.prepare_cached(&format!("{SELECT} AND outbox.seq = ?2")).map_err(doing())?;
    let mut raws = statement.query_map(params![as_of, id], raw_row).map_err(doing())?;
    raws.next().transpose().map_err(doing())?.map(finish).transpose()
}

fn raw_row(sql: &rusqlite::Row<'_>) -> rusqlite::Result<Raw> {
    let row = Row {
        id: sql.get(0)?,
        alert: sql.get(1)?,
        recipient: sql.get(2)?,
        severity: sql.get(3)?,
        reason: sql.get(4)?,
        state: MailState::Queued,
        message_id: sql.get(5)?,
        subject: sql.get(6)?,
        attempts: sql.get(8)?,
        queued_at: Timestamp::UNIX_EPOCH,
        next_at: None,
        accepted_at: None,
        last_reply: sql.get(12)?,
    };
    Ok(Raw {
        row,
        state: sql.get(9)?,
        queued_at: sql.get(7)?,
        next_at: sql.get(10)?,
        accepted_at: sql.get(11)?,
    })
}

fn finish(raw: Raw) -> Result<Row, StoreError> {
    let Raw { mut row, state, queued_at, next_at, accepted_at } = raw;
    let read = |text: String| instant_in("outbox", row.id, &text);
    (row.queued_at, row.next_at, row.accepted_at) =
        (read(queued_at)?, next_at.map(read).transpose()?, accepted_at.map(read).transpose()?);
    row.state = state_in(row.id, state.as_deref())?;
    Ok(row)
}

/// What `status` says of the outbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Mails that wait for an attempt, due or not.
    pub waiting: usize,
    /// Dead letters that nobody has handled.
    pub dead_letters: Vec<i64>,
    /// Since when the mail that is due longest has been due.
    pub due_since: Option<Timestamp>,
    /// When the mail that waits longest was queued, whether its next attempt is due or not.
    pub waiting_since: Option<Timestamp>,
    /// When a server last took a mail over.
    pub last_accepted_at: Option<Timestamp>,
    /// What was last said of a mail that waits.
    pub last_trouble: Option<String>,
}

/// Sums the outbox up as of `now`.
///
/// # Errors
/// As for [`list`].
pub fn health(conn: &Connection, now: Timestamp) -> Result<Health, StoreError> {
    let rows = list(conn, &Filter { as_of: Some(now), ..Filter::default() })?;
    let mut health = Health::default();
    for row in rows {
        match row.state {
            MailState::Accepted => health.last_accepted_at = health.last_accepted_at.max(row.accepted_at),
            MailState::Refused => health.dead_letters.push(row.id),
            MailState::Dropped => {}
            MailState::Queued | MailState::Sending | MailState::Deferred | MailState::Unknown => {
                let since = Some(row.next_at.unwrap_or(row.queued_at)).filter(|since| *since <= now);
                health.waiting += 1;
                health.waiting_since =
                    Some(health.waiting_since.map_or(row.queued_at, |first| first.min(row.queued_at)));
                health.due_since = [health.due_since, since].into_iter().flatten().min();
                health.last_trouble = row.last_reply.or(health.last_trouble);
            }
        }
    }
    Ok(health)
}

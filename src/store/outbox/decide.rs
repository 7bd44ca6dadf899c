//! What an officer can do about a mail that does not leave.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::attempt::{Progress, record};
use super::{MailState, state_in};
use crate::store::decisions::{DecisionKind, NewDecision};
use crate::store::{StoreError, Tx};

/// Why a mail cannot be sent back or dropped.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// There is no such mail.
    #[error("there is no mail {id} in the outbox; `carewarden outbox` lists them")]
    Missing {
        /// The number asked for.
        id: i64,
    },
    /// Its state does not allow it.
    #[error("mail {id} is {state}; {rule}")]
    State {
        /// The mail.
        id: i64,
        /// Where it stands.
        state: MailState,
        /// What would be allowed.
        rule: &'static str,
    },
    /// The store's own.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Queues a dead letter again, from its first try: its bytes and Message-ID stay.
///
/// # Errors
/// There is no such mail, or it is not a dead letter.
pub fn retry(tx: &Tx<'_>, id: i64, at: Timestamp) -> Result<(), OutboxError> {
    let (state, attempt) = standing(tx.sql(), id)?;
    if !matches!(state, MailState::Refused | MailState::Dropped) {
        let rule = "only a dead letter can be sent again, the others are already waiting or gone";
        return Err(OutboxError::State { id, state, rule });
    }
    let progress = Progress {
        outbox: id,
        attempt,
        at,
        state: MailState::Queued,
        step: None,
        reply: None,
        next_at: None,
    };
    Ok(record(tx, &progress)?)
}

/// Gives a mail up, with who decided it and why.
///
/// # Errors
/// There is no such mail, or it has been accepted or dropped already.
pub fn drop_mail(tx: &Tx<'_>, id: i64, by: &str, reason: &str, at: Timestamp) -> Result<(), OutboxError> {
    let (state, attempt) = standing(tx.sql(), id)?;
    if matches!(state, MailState::Accepted | MailState::Dropped) {
        return Err(OutboxError::State { id, state, rule: "there is nothing left to drop" });
    }
    let reply = format!("dropped by {by}: {reason}");
    let (step, reply) = (None, Some(reply.as_str()));
    record(tx, &Progress { outbox: id, attempt, at, state: MailState::Dropped, step, reply, next_at: None })?;
    tx.decision(NewDecision {
        at,
        kind: DecisionKind::DropMail,
        subject: None,
        flag: None,
        outbox: Some(id),
        by,
        reason,
        until: None,
        detail: None,
    })?;
    Ok(())
}

/// Where a mail stands, and the number of its newest attempt.
fn standing(conn: &Connection, id: i64) -> Result<(MailState, i64), OutboxError> {
    let sql = "SELECT (SELECT state FROM deliveries WHERE outbox = ?1 ORDER BY seq DESC LIMIT 1),
            (SELECT coalesce(max(attempt), 0) FROM deliveries WHERE outbox = ?1)
        FROM outbox WHERE seq = ?1";
    let found: Option<(Option<String>, i64)> = conn
        .query_row(sql, [id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .map_err(StoreError::sql(format!("reading mail {id} of the outbox")))?;
    let (state, attempt) = found.ok_or(OutboxError::Missing { id })?;
    Ok((state_in(id, state.as_deref())?, attempt))
}

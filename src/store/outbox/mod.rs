//! Mails waiting, on their way and gone.
//!
//! A mail is one row of `outbox` with its bytes; what became of it is rows of `deliveries`, of
//! which the newest counts. One without any is queued.

mod attempt;
mod decide;
mod due;
mod list;
mod refusal;

pub use attempt::{Progress, Step, record, start};
pub use decide::{OutboxError, drop_mail, retry};
pub use due::{Due, Mode, RUN_MAILS_MAX, due, load, next_at};
pub use list::{Filter, Health, Row, health, list, one};
pub use refusal::{TOLD_AT_ONCE_MAX, Untold, told, untold};

use jiff::Timestamp;
use serde::Serialize;

use super::{StoreError, Tx, instant, instant_of};
use crate::alerts::{Kind, Why};
use crate::audit::Cell;
use crate::domain::Severity;

/// Where a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    /// Waits for its first attempt, or was sent back by an officer.
    Queued,
    /// An attempt was begun; found at rest, the process ended in the midst of it.
    Sending,
    /// A server's 250: it has taken it over.
    Accepted,
    /// Not now; there is a next time.
    Deferred,
    /// A dead letter: refused for good, or given up.
    Refused,
    /// It was handed over and nothing certain came back; it is sent again, the same.
    Unknown,
    /// An officer gave it up.
    Dropped,
}

impl MailState {
    /// All states.
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::Sending,
        Self::Accepted,
        Self::Deferred,
        Self::Refused,
        Self::Unknown,
        Self::Dropped,
    ];

    /// The word in lists and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Deferred => "deferred",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Dropped => "dropped",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl std::fmt::Display for MailState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A mail to keep and send.
#[derive(Clone, Debug)]
pub struct NewMail<'a> {
    /// The run that decided it.
    pub run: Option<i64>,
    /// `CW-0142`, or the kind and the run.
    pub alert: &'a str,
    /// What it is.
    pub kind: Kind,
    /// Recipient's id in the configuration.
    pub recipient: &'a str,
    /// Recipient's address.
    pub address: &'a str,
    /// Where refusals by later servers go.
    pub envelope_from: &'a str,
    /// Gravest severity of what it tells.
    pub severity: Severity,
    /// Why it is told.
    pub why: Why,
    /// The subject line.
    pub subject: &'a str,
    /// Its Message-ID, with angle brackets.
    pub message_id: &'a str,
    /// When.
    pub queued_at: Timestamp,
    /// Sent as they are, every time.
    pub bytes: &'a [u8],
    /// The alert as JSON.
    pub content: &'a str,
}

/// Adds a mail to the outbox; returns its number.
///
/// # Errors
/// SQLite's.
pub fn append(tx: &Tx<'_>, mail: &NewMail<'_>) -> Result<i64, StoreError> {
    tx.append(
        "outbox",
        &[
            ("run", mail.run.map_or(Cell::Null, Cell::Integer)),
            ("alert", Cell::Text(mail.alert)),
            ("kind", Cell::Text(mail.kind.as_str())),
            ("recipient", Cell::Text(mail.recipient)),
            ("address", Cell::Text(mail.address)),
            ("envelope_from", Cell::Text(mail.envelope_from)),
            ("severity", Cell::Text(mail.severity.as_str())),
            ("why", Cell::Text(mail.why.as_str())),
            ("subject", Cell::Text(mail.subject)),
            ("message_id", Cell::Text(mail.message_id)),
            ("queued_at", Cell::Text(&instant(mail.queued_at))),
            ("bytes", Cell::Blob(mail.bytes)),
            ("content", Cell::Text(mail.content)),
        ],
    )
}

/// Reads a stored instant out of a row.
fn instant_in(table: &'static str, seq: i64, text: &str) -> Result<Timestamp, StoreError> {
    instant_of(text).ok_or_else(|| StoreError::Unreadable {
        table,
        seq,
        what: format!("{text:?} is not an instant"),
    })
}

/// Reads a stored state out of a row; none at all means queued.
fn state_in(seq: i64, text: Option<&str>) -> Result<MailState, StoreError> {
    text.map_or(Some(MailState::Queued), MailState::parse).ok_or_else(|| StoreError::Unreadable {
        table: "deliveries",
        seq,
        what: format!("{text:?} is not a state of a mail"),
    })
}

//! What is written down of an attempt: that it begins, before any socket opens, and how it ended.

use jiff::Timestamp;

use super::MailState;
use crate::audit::Cell;
use crate::store::{StoreError, Tx, instant};

/// How far an attempt came: the step at which the answer was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Opening the connection, up to the server's greeting.
    Connect,
    /// EHLO.
    Ehlo,
    /// STARTTLS and the handshake.
    Starttls,
    /// Logging in.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA.
    Data,
    /// The mail itself, up to the answer after the final dot.
    Body,
    /// Writing the file, where mails go to a folder.
    Write,
}

impl Step {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Ehlo => "ehlo",
            Self::Starttls => "starttls",
            Self::Auth => "auth",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Body => "body",
            Self::Write => "write",
        }
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Connect => "connecting",
            Self::Ehlo => "EHLO",
            Self::Starttls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::Body => "the end of the mail",
            Self::Write => "writing the file",
        })
    }
}

/// Writes down that an attempt begins.
///
/// # Errors
/// SQLite's.
pub fn start(tx: &Tx<'_>, outbox: i64, attempt: i64, at: Timestamp) -> Result<(), StoreError> {
    let begun =
        Progress { outbox, attempt, at, state: MailState::Sending, step: None, reply: None, next_at: None };
    record(tx, &begun)
}

/// A row of `deliveries`: where an attempt has got to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The mail.
    pub outbox: i64,
    /// Which attempt, from 1.
    pub attempt: i64,
    /// When the answer came.
    pub at: Timestamp,
    /// Where the mail stands now.
    pub state: MailState,
    /// How far the attempt came.
    pub step: Option<Step>,
    /// The server's words, or what happened instead.
    pub reply: Option<&'a str>,
    /// When the next attempt is due.
    pub next_at: Option<Timestamp>,
}

/// Writes down where an attempt has got to.
///
/// # Errors
/// SQLite's.
pub fn record(tx: &Tx<'_>, progress: &Progress<'_>) -> Result<(), StoreError> {
    let next_at = progress.next_at.map(instant);
    tx.append(
        "deliveries",
        &[
            ("outbox", Cell::Integer(progress.outbox)),
            ("attempt", Cell::Integer(progress.attempt)),
            ("at", Cell::Text(&instant(progress.at))),
            ("state", Cell::Text(progress.state.as_str())),
            ("step", progress.step.map_or(Cell::Null, |step| Cell::Text(step.as_str()))),
            ("reply", progress.reply.map_or(Cell::Null, Cell::Text)),
            ("next_at", next_at.as_deref().map_or(Cell::Null, Cell::Text)),
        ],
    )
    .map(drop)
}

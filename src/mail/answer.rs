//! What came back for an attempt, and what that means for the mail: one function decides it.

use std::fmt;
use std::time::Duration;

use crate::domain::clean_text;
use crate::store::outbox::{MailState, Step};

/// Longer words of a server are cut.
pub const REPLY_CHARS_MAX: usize = 500;

/// After the final dot this code alone says that a server has taken a mail over.
const TAKEN_OVER: u16 = 250;

/// "Service not available, closing transmission channel", allowed at any step.
const CLOSING: u16 = 421;

/// What came back at a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A reply of the server.
    Reply {
        /// Its code.
        code: u16,
        /// Its words.
        words: String,
    },
    /// Nothing within the limit.
    Silence(Duration),
    /// The connection broke, or what came was not SMTP.
    Broken(String),
    /// The file of this name was written.
    Filed(String),
}

/// The last thing heard in an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// At which step.
    pub step: Step,
    /// What.
    pub heard: Heard,
}

/// What to do with the connection before the next mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The next mail can follow.
    Keep,
    /// The open transaction is reset first.
    Reset,
    /// It cannot be trusted any more: a late reply would be taken for the next one's.
    Drop,
}

impl Answer {
    /// Where the mail stands after this answer.
    ///
    /// A refusal counts against the mail only where it can be about its recipient or content;
    /// before that it is about us or the relay, and another time may be better.
    #[must_use]
    pub fn fate(&self) -> MailState {
        match (self.step, &self.heard) {
            (_, Heard::Filed(_)) | (Step::Body, Heard::Reply { code: TAKEN_OVER, .. }) => MailState::Accepted,
            (Step::Rcpt | Step::Data | Step::Body, Heard::Reply { code: 500..=599, .. }) => {
                MailState::Refused
            }
            (Step::Body, Heard::Reply { code: 400..=499, .. }) => MailState::Deferred,
            (Step::Body, _) => MailState::Unknown,
            _ => MailState::Deferred,
        }
    }

    /// What the connection is good for after this answer.
    #[must_use]
    pub const fn next(&self) -> Next {
        match (self.step, &self.heard) {
            (Step::Write, _) | (Step::Body, Heard::Reply { code: TAKEN_OVER, .. }) => Next::Keep,
            (_, Heard::Reply { code: CLOSING, .. }) => Next::Drop,
            (Step::Body, Heard::Reply { code: 400..=599, .. }) => Next::Keep,
            (Step::Mail | Step::Rcpt | Step::Data, Heard::Reply { code: 400..=599, .. }) => Next::Reset,
            _ => Next::Drop,
        }
    }

    /// Whether it came before any mail was begun: then it holds for all of them.
    #[must_use]
    pub const fn is_about_relay(&self) -> bool {
        matches!(self.step, Step::Connect | Step::Ehlo | Step::Starttls | Step::Auth | Step::Write)
            && !matches!(self.heard, Heard::Filed(_))
    }

    /// The answer of lettre's error.
    pub(super) fn of(step: Step, error: &lettre::transport::smtp::Error, limit: Duration) -> Self {
        use std::error::Error as _;
        let words = || error.source().map_or_else(|| error.to_string(), ToString::to_string);
        let heard = match error.status() {
            Some(code) => Heard::reply(code.into(), &words()),
            None if error.is_timeout() => Heard::Silence(limit),
            // lettre's word for a connection that ends before a reply does.
            None if error.is_response() && words() == "incomplete response" => {
                Heard::Broken(CLOSED.to_owned())
            }
            None => Heard::Broken(tidy(&words())),
        };
        Self { step, heard }
    }
}

/// What is said when a connection ends without an answer.
const CLOSED: &str = "the connection was closed";

impl Heard {
    /// A reply, its words made harmless and short.
    #[must_use]
    pub fn reply(code: u16, words: &str) -> Self {
        Self::Reply { code, words: tidy(words) }
    }
}

impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply { code, words } => write!(f, "{code} {words}"),
            Self::Silence(limit) => write!(f, "no answer within {limit:?}"),
            Self::Broken(what) => f.write_str(what),
            Self::Filed(name) => write!(f, "written to {name}"),
        }
    }
}

fn tidy(words: &str) -> String {
    clean_text(words).chars().take(REPLY_CHARS_MAX).collect::<String>().trim().to_owned()
}

/// An address as it may stand in a log: `a***@example.gov.uk`.
#[must_use]
pub fn mask(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => format!("{}***@{domain}", local.chars().take(1).collect::<String>()),
        None => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate(step: Step, code: u16) -> MailState {
        Answer { step, heard: Heard::reply(code, "words") }.fate()
    }

    #[test]
    fn only_250_after_the_dot_is_accepted() {
        for code in 200..600 {
            let expected = match code {
                250 => MailState::Accepted,
                400..=499 => MailState::Deferred,
                500..=599 => MailState::Refused,
                _ => MailState::Unknown,
            };
            assert_eq!(fate(Step::Body, code), expected, "{code}");
        }
        for heard in [Heard::Silence(Duration::from_secs(1)), Heard::Broken("gone".into())] {
            assert_eq!(Answer { step: Step::Body, heard }.fate(), MailState::Unknown);
        }
    }

    #[test]
    fn a_refusal_counts_only_where_it_is_about_the_recipient() {
        for step in [Step::Connect, Step::Ehlo, Step::Starttls, Step::Auth, Step::Mail] {
            assert_eq!(fate(step, 550), MailState::Deferred, "{step:?}");
        }
        for step in [Step::Rcpt, Step::Data, Step::Body] {
            assert_eq!(fate(step, 550), MailState::Refused, "{step:?}");
            assert_eq!(fate(step, 421), MailState::Deferred, "{step:?}");
            assert_eq!(fate(step, 452), MailState::Deferred, "{step:?}");
        }
    }

    #[test]
    fn nothing_is_sent_on_a_connection_whose_next_reply_may_be_late() {
        for step in [Step::Mail, Step::Rcpt, Step::Data, Step::Body] {
            for heard in [Heard::Silence(Duration::ZERO), Heard::Broken("gone".into()), Heard::reply(421, "")]
            {
                assert_eq!(Answer { step, heard }.next(), Next::Drop, "{step:?}");
            }
        }
        assert_eq!(Answer { step: Step::Body, heard: Heard::reply(251, "odd") }.next(), Next::Drop);
        assert_eq!(Answer { step: Step::Rcpt, heard: Heard::reply(550, "no") }.next(), Next::Reset);
    }

    #[test]
    fn an_address_in_a_log_names_nobody() {
        assert_eq!(mask("alice@example.gov.uk"), "a***@example.gov.uk");
        assert_eq!(mask("@example.gov.uk"), "***@example.gov.uk");
        assert_eq!(mask("nonsense"), "***");
    }
}

//! Why a request failed, in words that say what to do next.

use std::time::Duration;

use crate::domain::clean_text;

/// A server's own message is quoted up to this.
const MESSAGE_CHARS_MAX: usize = 200;

/// A request that failed after all its tries.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The address, without any key.
    pub url: String,
    /// The status, where a reply came.
    pub status: Option<u16>,
    /// What happened.
    pub kind: FaultKind,
    /// How often it was tried.
    pub tries: u32,
    /// What came, within the limit.
    pub body: Option<Vec<u8>>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// No connection, or it broke off.
    Transport(String),
    /// The whole request took too long.
    Timeout(Duration),
    /// The body is larger than allowed, after unpacking.
    TooLarge(usize),
    /// A web page came instead of data.
    Html,
    /// The server asks for a longer wait than allowed.
    RetryAfter(Duration),
    /// A status that is no answer.
    Status(String),
    /// It sends us elsewhere.
    Redirect(String),
}

impl FaultKind {
    /// Whether the same request may do better in a moment.
    pub(super) const fn may_pass(&self, status: Option<u16>) -> bool {
        match self {
            Self::Transport(_) | Self::Timeout(_) => true,
            Self::Html => matches!(status, Some(403 | 500..)),
            Self::Status(_) => matches!(status, Some(429 | 500..)),
            Self::TooLarge(_) | Self::RetryAfter(_) | Self::Redirect(_) => false,
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: ", self.url)?;
        if let Some(status) = self.status {
            write!(f, "status {status}, ")?;
        }
        write!(f, "{}", self.kind)?;
        if self.tries > 1 {
            write!(f, " (tried {} times)", self.tries)?;
        }
        write!(f, "; {}", self.next_step())
    }
}

impl std::fmt::Display for FaultKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Transport(what) => write!(f, "no whole reply: {what}"),
            Self::Timeout(limit) => write!(f, "no whole reply within {} s", limit.as_secs_f64()),
            Self::TooLarge(limit) => write!(f, "the body is over {limit} bytes"),
            Self::Html => f.write_str("a web page came instead of data"),
            Self::RetryAfter(wait) => write!(f, "the server asks to wait {} s", wait.as_secs()),
            Self::Status(message) if message.is_empty() => f.write_str("no data"),
            Self::Status(message) => write!(f, "the server says: {message}"),
            Self::Redirect(place) => write!(f, "it sends us to {place}, which is not followed"),
        }
    }
}

impl Fault {
    fn next_step(&self) -> &'static str {
        match (&self.kind, self.status) {
            (FaultKind::Html, _) | (FaultKind::Status(_), Some(429 | 500..)) => {
                "it looks like an outage, the next run asks again"
            }
            (FaultKind::Status(_), Some(401 | 403)) => "check the key or token that the source is given",
            (FaultKind::Status(_), Some(404)) => "check base_url",
            (FaultKind::Status(_), Some(400)) => {
                "check the filter's spelling (local_authorities, service_types)"
            }
            (FaultKind::Status(_), _) | (FaultKind::Redirect(_), _) => "check base_url",
            (FaultKind::TooLarge(_), _) => "if such a body is right, raise max_body_mb",
            (FaultKind::RetryAfter(_), _) => {
                "the next run asks again; retry_after_max_s is the longest wait obeyed"
            }
            (FaultKind::Timeout(_), _) => "the next run asks again; timeout_s is the limit",
            (FaultKind::Transport(_), _) => "check the network, the proxy and the certificates",
        }
    }
}

/// The message of a JSON error body, harmless and short; empty where there is none.
pub(super) fn server_message(body: &[u8]) -> String {
    let parsed: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let message = parsed.as_ref().and_then(|value| value.get("message")).and_then(|text| text.as_str());
    clean_text(&message.unwrap_or_default().chars().take(MESSAGE_CHARS_MAX).collect::<String>())
}

/// An error and its causes in one line, without the address.
pub(super) fn in_one_line(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut line = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(deeper) = cause {
        let words = deeper.to_string();
        if !line.ends_with(&words) {
            line = format!("{line}: {words}");
        }
        cause = deeper.source();
    }
    clean_text(&line)
}

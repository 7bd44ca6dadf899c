//! The one way in over HTTP: paced, bounded, retried, and never led elsewhere.

mod client;
mod fault;
mod ping;
pub mod wait;

use std::time::Duration;

use reqwest::{Client, Response, StatusCode, header};
use secrecy::SecretString;

pub use fault::{Fault, FaultKind};
pub use ping::ping;

use crate::clock::Clock;
use client::{conditions, retry_after, says_html, validators};
use wait::Pace;

/// Redirects that are followed, all on the same host.
pub const REDIRECTS_MAX: usize = 3;
/// After so many requests in a row without an answer, the rest are tried once each until one answers.
pub const FAULTS_IN_A_ROW_MAX: u32 = 3;
/// The body of a reply that is no answer is read up to this, for its message.
const FAULT_BODY_BYTES_MAX: usize = 64 * 1024;

/// The limits of one source's requests.
#[derive(Debug)]
pub struct Limits {
    /// At most so many requests a second.
    pub requests_per_second: f64,
    /// Limit for one connect.
    pub connect_timeout: Duration,
    /// Limit for one whole request.
    pub timeout: Duration,
    /// Tries after the first.
    pub retries: u32,
    /// The wait after the first try; it doubles.
    pub first_wait: Duration,
    /// The longest `Retry-After` that is obeyed.
    pub retry_after_max: Duration,
    /// Limit of a body after unpacking.
    pub max_body_bytes: usize,
}

/// What we hold of an address, for asking whether it changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag` of the reply that we hold.
    pub etag: Option<String>,
    /// `Last-Modified` of the reply that we hold.
    pub last_modified: Option<String>,
}

/// A server's answer.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A body, whole and within the limit.
    Body {
        /// Unpacked.
        bytes: Vec<u8>,
        /// For the next time.
        validators: Validators,
    },
    /// 304 to our question whether it changed.
    Unchanged,
    /// 404: there is no such thing.
    Absent,
}

/// A client for one source.
#[derive(Debug)]
pub struct Http {
    client: Client,
    limits: Limits,
    pace: Pace,
    clock: Clock,
    faults_in_a_row: u32,
}

impl Http {
    /// Makes the client; `key` is sent with every request under the given header.
    ///
    /// # Errors
    /// In words, when the key cannot stand in a header or the certificates cannot be read.
    pub fn new(
        base_url: &str,
        key: Option<(&'static str, &SecretString)>,
        limits: Limits,
        clock: Clock,
    ) -> Result<Self, String> {
        // A second install is refused and harmless: the first was the same.
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        let client = client::client(base_url, key, &limits)?;
        let pace = Pace::new(limits.requests_per_second);
        Ok(Self { client, limits, pace, clock, faults_in_a_row: 0 })
    }

    /// Asks for an address until there is an answer or no try is left.
    ///
    /// # Errors
    /// The last try's fault.
    pub async fn get(&mut self, url: &str, held: Option<&Validators>) -> Result<Answer, Fault> {
        let down = self.faults_in_a_row >= FAULTS_IN_A_ROW_MAX;
        let tries_max = if down { 1 } else { self.limits.retries.saturating_add(1) };
        let mut tries = 1;
        loop {
            tokio::time::sleep(self.pace.book(self.clock.moment())).await;
            let trouble = match self.try_once(url, held).await {
                Ok(answer) => {
                    self.faults_in_a_row = 0;
                    return Ok(answer);
                }
                Err(trouble) => trouble,
            };
            let wait = self.wait_after(url, &trouble, tries);
            match wait {
                Ok(wait) if tries < tries_max && trouble.may_pass() => tokio::time::sleep(wait).await,
                wait => return Err(self.give_up(url, trouble, tries, wait.err())),
            }
            tries += 1;
        }
    }

    fn give_up(&mut self, url: &str, trouble: Trouble, tries: u32, too_long: Option<FaultKind>) -> Fault {
        if trouble.may_pass() {
            self.faults_in_a_row += 1;
        } else {
            self.faults_in_a_row = 0;
        }
        let Trouble { status, kind, body, .. } = trouble;
        Fault {
            url: url.to_owned(),
            status: status.map(|status| status.as_u16()),
            kind: too_long.unwrap_or(kind),
            tries,
            body,
        }
    }

    /// The wait before the next try, or the fault of being asked to wait too long.
    fn wait_after(&self, url: &str, trouble: &Trouble, tries: u32) -> Result<Duration, FaultKind> {
        match trouble.retry_after.filter(|_| trouble.may_pass()) {
            Some(asked) if asked > self.limits.retry_after_max => Err(FaultKind::RetryAfter(asked)),
            Some(asked) => Ok(asked),
            None => {
                let jitter = wait::jitter(url, tries, self.clock.moment());
                Ok(wait::back_off(self.limits.first_wait, tries, jitter))
            }
        }
    }

    async fn try_once(&self, url: &str, held: Option<&Validators>) -> Result<Answer, Trouble> {
        let request = self.client.get(url).headers(conditions(held));
        let response = request.send().await.map_err(|error| self.transport(error, None))?;
        let status = response.status();
        match status {
            StatusCode::OK => self.whole_body(response).await,
            StatusCode::NOT_MODIFIED if held.is_some() => Ok(Answer::Unchanged),
            _ => self.no_data(response).await,
        }
    }

    async fn whole_body(&self, response: Response) -> Result<Answer, Trouble> {
        let status = response.status();
        let html = says_html(response.headers());
        let validators = validators(response.headers());
        let (bytes, cut) = self.read(response, self.limits.max_body_bytes).await?;
        let trouble = |kind, body| Err(Trouble { status: Some(status), kind, retry_after: None, body });
        if cut {
            trouble(FaultKind::TooLarge(self.limits.max_body_bytes), None)
        } else if html || looks_html(&bytes) {
            trouble(FaultKind::Html, Some(bytes))
        } else {
            Ok(Answer::Body { bytes, validators })
        }
    }

    /// Any status but 200: 404 is an answer, unless it is a web page; the rest is trouble.
    async fn no_data(&self, response: Response) -> Result<Answer, Trouble> {
        let status = response.status();
        let html = says_html(response.headers());
        let elsewhere = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        let elsewhere = elsewhere.map(crate::domain::clean_text);
        let retry_after = retry_after(response.headers());
        let (bytes, _) = self.read(response, FAULT_BODY_BYTES_MAX.min(self.limits.max_body_bytes)).await?;
        let html = html || looks_html(&bytes);
        if status == StatusCode::NOT_FOUND && !html {
            return Ok(Answer::Absent);
        }
        let kind = match elsewhere {
            Some(place) if status.is_redirection() => FaultKind::Redirect(place),
            _ if html => FaultKind::Html,
            _ => FaultKind::Status(fault::server_message(&bytes)),
        };
        Err(Trouble { status: Some(status), kind, retry_after, body: Some(bytes) })
    }

    /// Reads a body piece by piece as it is unpacked, so that a packed bomb stops at the limit.
    async fn read(&self, mut response: Response, limit: usize) -> Result<(Vec<u8>, bool), Trouble> {
        let status = response.status();
        let mut bytes = Vec::new();
        loop {
            let piece = response.chunk().await.map_err(|error| self.transport(error, Some(status)))?;
            let Some(piece) = piece else { return Ok((bytes, false)) };
            if bytes.len() + piece.len() > limit {
                return Ok((bytes, true));
            }
            bytes.extend_from_slice(&piece);
        }
    }

    fn transport(&self, error: reqwest::Error, status: Option<StatusCode>) -> Trouble {
        let kind = if error.is_timeout() && !error.is_connect() {
            FaultKind::Timeout(self.limits.timeout)
        } else {
            FaultKind::Transport(fault::in_one_line(error))
        };
        Trouble { status, kind, retry_after: None, body: None }
    }
}

/// One try that brought no answer.
struct Trouble {
    status: Option<StatusCode>,
    kind: FaultKind,
    retry_after: Option<Duration>,
    body: Option<Vec<u8>>,
}

/// Whether a body is a web page, whatever the header says.
#[must_use]
pub fn looks_html(bytes: &[u8]) -> bool {
    let without_mark = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    without_mark.trim_ascii_start().first() == Some(&b'<')
}

impl Trouble {
    fn may_pass(&self) -> bool {
        self.kind.may_pass(self.status.map(|status| status.as_u16()))
    }
}

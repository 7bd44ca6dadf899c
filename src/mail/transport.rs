//! The two ways in which mail leaves, behind one door.

use std::path::Path;

use super::answer::Answer;
use super::smtp::Relay;
use super::{directory, place};
use crate::config;
use crate::store::outbox::{Due, Step};

/// How mail leaves.
#[derive(Debug)]
pub enum Transport<'a> {
    /// To a relay.
    Smtp(Relay<'a>),
    /// To files in this folder.
    Directory(&'a Path),
}

impl<'a> Transport<'a> {
    /// The transport of a configuration; nothing is opened yet.
    #[must_use]
    pub fn new(mail: &'a config::Mail) -> Self {
        match &mail.transport {
            config::Transport::Smtp(smtp) => Self::Smtp(Relay::new(smtp)),
            config::Transport::Directory { dir } => Self::Directory(dir),
        }
    }

    /// Whether the next mail can be sent without opening anything.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        match self {
            Self::Smtp(relay) => relay.is_open(),
            Self::Directory(_) => false,
        }
    }

    /// Opens what has to be open.
    ///
    /// # Errors
    /// The step that failed, and what was heard.
    pub async fn open(&mut self) -> Result<(), Answer> {
        match self {
            Self::Smtp(relay) => relay.open().await,
            Self::Directory(_) => Ok(()),
        }
    }

    /// Sends one mail, after [`Transport::open`].
    pub async fn send(&mut self, mail: &Due) -> Answer {
        match self {
            Self::Smtp(relay) => relay.send(mail).await,
            Self::Directory(dir) => directory::write(dir, mail),
        }
    }

    /// Closes what is open.
    pub async fn close(self) {
        if let Self::Smtp(relay) = self {
            relay.close().await;
        }
    }
}

/// Why mail cannot leave.
#[derive(Debug, thiserror::Error)]
#[error("{step} at {place}: {heard}; {next}")]
pub struct MailError {
    /// What was being done.
    pub step: Step,
    /// `host:port`, or the folder.
    pub place: String,
    /// What was heard.
    pub heard: String,
    /// What to look at.
    pub next: &'static str,
}

impl MailError {
    /// An answer as an error with its next step.
    #[must_use]
    pub fn of(mail: &config::Mail, answer: &Answer) -> Self {
        Self {
            step: answer.step,
            place: place(mail),
            heard: answer.heard.to_string(),
            next: hint(answer.step),
        }
    }
}

const fn hint(step: Step) -> &'static str {
    match step {
        Step::Connect => "check [mail] host, port and tls, and that a firewall lets us through",
        Step::Ehlo => "check [mail] ehlo_name, and that this machine may use the relay",
        Step::Starttls => "check [mail] tls and ca_file, and that the certificate carries the name in host",
        Step::Auth => "check [mail] username and password",
        Step::Mail => "check [mail] from and bounce, and that the relay lets us send as them",
        Step::Rcpt => "check the recipient's address",
        Step::Data | Step::Body => "ask who runs the relay why",
        Step::Write => "check [mail] dir, its owner and its space",
    }
}

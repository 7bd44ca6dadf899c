//! Mail: from words to bytes, and from the outbox to a relay or a folder.

mod answer;
mod backoff;
mod check;
mod compose;
mod directory;
mod guard;
mod smtp;
mod transport;

pub use answer::{Answer, Heard, Next, mask};
pub use backoff::next_try;
pub use check::check;
pub use compose::{ComposeError, Outgoing, compose, domain_of, message_id};
pub use transport::{MailError, Transport};

use crate::config;

/// Where mail goes, as it may stand in a message: `relay.example.gov.uk:587`, or the folder.
#[must_use]
pub fn place(mail: &config::Mail) -> String {
    match &mail.transport {
        config::Transport::Smtp(smtp) => format!("{}:{}", smtp.host, smtp.port),
        config::Transport::Directory { dir } => dir.display().to_string(),
    }
}

//! Mails as their recipients got them.

use std::path::Path;

use mail_parser::{MessageParser, MimeHeaders};

/// One mail, parsed.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Local part of the recipient's address.
    pub to: String,
    /// Subject line, decoded.
    pub subject: String,
    /// Message-ID.
    pub message_id: String,
    /// In-Reply-To.
    pub in_reply_to: Option<String>,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The bytes as they came.
    pub raw: Vec<u8>,
}

impl Mail {
    /// Parses what was received.
    pub fn parse(raw: &[u8]) -> Self {
        let message = MessageParser::default().parse(raw).expect("it is a mail");
        let address =
            message.to().and_then(|to| to.first()).and_then(|to| to.address()).expect("a recipient");
        assert!(message.content_type().is_some_and(|kind| kind.ctype() == "multipart"), "it has two parts");
        Self {
            to: address.split('@').next().unwrap_or_default().to_owned(),
            subject: message.subject().unwrap_or_default().to_owned(),
            message_id: message.message_id().unwrap_or_default().to_owned(),
            in_reply_to: message.in_reply_to().as_text().map(str::to_owned),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            html: message.body_html(0).unwrap_or_default().into_owned(),
            raw: raw.to_owned(),
        }
    }

    /// One of our headers for machines: `header("Why")`.
    pub fn header(&self, name: &str) -> String {
        let message = MessageParser::default().parse(&self.raw).expect("it is a mail");
        let name = format!("X-Carewarden-{name}");
        let value = message.header_raw(name.as_str()).unwrap_or_default();
        value.replace("\r\n", "").trim().to_owned()
    }

    /// Who is told what and why, on one line.
    pub fn line(&self) -> String {
        let [kind, why, severity, rule, subject] =
            ["Kind", "Why", "Severity", "Rule", "Subject"].map(|name| self.header(name));
        format!("{}: {kind} {why} {severity} {rule} {subject}", self.to).trim_end().to_owned()
    }
}

/// The mails in a folder, in the order of their numbers.
pub fn in_folder(dir: &Path) -> Vec<Mail> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "eml"));
    paths.sort();
    paths.iter().map(|path| Mail::parse(&std::fs::read(path).expect("it can be read"))).collect()
}

//! From the words of a mail to the bytes that are kept and sent.
//!
//! The same [`Outgoing`] gives the same bytes: the boundary comes from the Message-ID, the date from
//! the moment of queuing. Whatever stands in a name or an id, nothing can add a header.

use jiff::Zoned;
use lettre::address::AddressError;
use lettre::message::header::{ContentTransferEncoding, HeaderName, HeaderValue, Headers};
use lettre::message::header::{From as FromHeader, ReplyTo, To};
use lettre::message::{Body, Mailbox, Mailboxes};

use crate::alerts::{Kind, Picture, Why};
use crate::audit::sha256_hex;
use crate::domain::{Severity, clean_text};

/// A subject line longer than this is cut, with "…" in its last place.
pub const SUBJECT_CHARS_MAX: usize = 250;

/// An id in a header longer than this is cut; so is a display name.
pub const ID_CHARS_MAX: usize = 200;

/// So many ids stand in one header; a reader of more asks the database.
pub const IDS_MAX: usize = 500;

/// Hex digits of the hash that a Message-ID carries.
const MESSAGE_ID_DIGITS: usize = 32;

/// A mail in words, with everything its headers need.
#[derive(Clone, Debug)]
pub struct Outgoing<'a> {
    /// `From`, with or without a display name.
    pub from: &'a str,
    /// Display name of the recipient, where there is one.
    pub to_name: Option<&'a str>,
    /// Address of the recipient.
    pub to_address: &'a str,
    /// A read mailbox for answers.
    pub reply_to: Option<&'a str>,
    /// Subject line.
    pub subject: &'a str,
    /// As [`message_id`] makes it.
    pub message_id: &'a str,
    /// Message-ID of the first mail of the same thread.
    pub in_reply_to: Option<&'a str>,
    /// When it was queued, in the council's zone.
    pub date: &'a Zoned,
    /// "Oldham Council".
    pub council: &'a str,
    /// What it is.
    pub kind: Kind,
    /// Why it is told.
    pub why: Why,
    /// Gravest severity.
    pub severity: Severity,
    /// Flags it tells of, as `CW-0142`.
    pub flags: &'a [String],
    /// Rules behind them.
    pub rules: &'a [String],
    /// Ids of the locations, providers or sources it is about.
    pub subjects: &'a [String],
    /// The text part.
    pub text: &'a str,
    /// The HTML part.
    pub html: &'a str,
    /// The pictures that the HTML part shows.
    pub pictures: &'a [Picture],
}

/// A mail that cannot be composed.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot compose a mail: {field} {value:?} is not a mail address ({source}); correct it in the configuration"
)]
pub struct ComposeError {
    /// Which of the configured addresses.
    field: &'static str,
    /// As it stands.
    value: String,
    /// What is wrong with it.
    source: AddressError,
}

/// The Message-ID of what is told to one recipient: the same parts give the same id, and no two
/// lists of parts run together.
#[must_use]
pub fn message_id(council: &str, alert: &str, event: &str, recipient: &str, domain: &str) -> String {
    let mut parts = String::new();
    for part in [council, alert, event, recipient] {
        parts.push_str(&format!("{}:{part}\n", part.len()));
    }
    let digits: String = sha256_hex(parts.as_bytes()).chars().take(MESSAGE_ID_DIGITS).collect();
    format!("<{digits}@{}>", plain(domain))
}

/// The domain of an address, with or without a display name; empty where there is none.
#[must_use]
pub fn domain_of(address: &str) -> &str {
    address.trim_end().trim_end_matches('>').rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// The bytes of a mail: headers, then a text and an HTML part that say the same, the latter with its
/// pictures.
///
/// # Errors
/// `From`, `To` or `Reply-To` is not an address.
pub fn compose(mail: &Outgoing<'_>) -> Result<Vec<u8>, ComposeError> {
    let boundary = boundary(mail.message_id);
    let mut bytes = headers(mail, &boundary)?.to_string().into_bytes();
    bytes.extend_from_slice(b"\r\n");
    push_part(&mut bytes, &boundary, "text/plain", mail.text);
    push_html(&mut bytes, &boundary, mail);
    bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok(bytes)
}

fn headers(mail: &Outgoing<'_>, boundary: &str) -> Result<Headers, ComposeError> {
    let mut headers = Headers::new();
    headers.set(FromHeader::from(Mailboxes::from(mailbox("from", mail.from)?)));
    headers.set(To::from(Mailboxes::from(recipient(mail)?)));
    if let Some(reply_to) = mail.reply_to {
        headers.set(ReplyTo::from(Mailboxes::from(mailbox("reply_to", reply_to)?)));
    }
    let list_id = list_id(mail);
    let fixed: [(&'static str, &str); 6] = [
        ("Subject", &cut(mail.subject, SUBJECT_CHARS_MAX)),
        ("Date", &jiff::fmt::rfc2822::to_string(mail.date).unwrap_or_default()),
        ("Message-ID", &plain(mail.message_id)),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("List-Id", &list_id),
    ];
    fixed.into_iter().for_each(|(name, value)| put(&mut headers, name, value));
    if let Some(first) = mail.in_reply_to {
        put(&mut headers, "In-Reply-To", &plain(first));
        put(&mut headers, "References", &plain(first));
    }
    put_for_machines(&mut headers, mail);
    put(&mut headers, "MIME-Version", "1.0");
    put_as_is(&mut headers, "Content-Type", format!("multipart/alternative; boundary=\"{boundary}\""));
    Ok(headers)
}

fn put_for_machines(headers: &mut Headers, mail: &Outgoing<'_>) {
    put(headers, "X-Carewarden-Kind", mail.kind.as_str());
    put(headers, "X-Carewarden-Why", mail.why.as_str());
    put(headers, "X-Carewarden-Severity", mail.severity.as_str());
    put(headers, "X-Carewarden-Flag", &ids(mail.flags));
    put(headers, "X-Carewarden-Rule", &ids(mail.rules));
    put(headers, "X-Carewarden-Subject", &ids(mail.subjects));
}

/// Adds a header, encoded and folded; one without a value is left out.
fn put(headers: &mut Headers, name: &'static str, value: &str) {
    // An encoded word that came from outside would be decoded by the reader into who knows what.
    let value = clean_text(value).replace("=?", "= ?");
    let value = value.trim();
    if !value.is_empty() {
        headers.insert_raw(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned()));
    }
}

/// Adds a header of our own making that has to stay on one line.
fn put_as_is(headers: &mut Headers, name: &'static str, value: String) {
    let name = HeaderName::new_from_ascii_str(name);
    headers.insert_raw(HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value));
}

fn mailbox(field: &'static str, value: &str) -> Result<Mailbox, ComposeError> {
    let parsed: Result<Mailbox, AddressError> = value.parse();
    let mut mailbox = parsed.map_err(|source| ComposeError { field, value: value.to_owned(), source })?;
    mailbox.name = mailbox.name.as_deref().and_then(display_name);
    Ok(mailbox)
}

fn recipient(mail: &Outgoing<'_>) -> Result<Mailbox, ComposeError> {
    let email = mail.to_address.parse().map_err(|source| ComposeError {
        field: "recipient",
        value: mail.to_address.to_owned(),
        source,
    })?;
    Ok(Mailbox::new(mail.to_name.and_then(display_name), email))
}

fn display_name(name: &str) -> Option<String> {
    let name = clean_text(&cut(name.trim(), ID_CHARS_MAX)).replace("=?", "= ?");
    (!name.is_empty()).then_some(name)
}

/// `"Oldham Council" <carewarden.example.gov.uk>`; the name is left out where it would have to be
/// encoded, because many readers match this header as it stands.
fn list_id(mail: &Outgoing<'_>) -> String {
    let id = format!("<carewarden.{}>", plain(domain_of(mail.from)));
    let simple = |c: char| c.is_ascii_alphanumeric() || " -'&.,()".contains(c);
    let council = cut(mail.council.trim(), ID_CHARS_MAX);
    if council.chars().all(simple) { format!("\"{council}\" {id}") } else { id }
}

fn ids(ids: &[String]) -> String {
    let mut seen: Vec<String> = Vec::new();
    for id in ids.iter().map(|id| plain(&cut(id, ID_CHARS_MAX))) {
        if !id.is_empty() && !seen.contains(&id) && seen.len() < IDS_MAX {
            seen.push(id);
        }
    }
    seen.join(", ")
}

/// Printable ASCII only and no spaces: what an id in a header may consist of.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(ID_CHARS_MAX).collect()
}

/// What may stand between quotation marks or angle brackets.
fn name(text: &str) -> String {
    plain(text).chars().filter(|c| c.is_ascii_alphanumeric() || ".-_@".contains(*c)).collect()
}

fn cut(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(chars_max - 1).collect();
    format!("{kept}…")
}

/// Quoted-printable never leaves "=_" in a body, so the boundary cannot stand in one.
fn boundary(message_id: &str) -> String {
    let digits: String = sha256_hex(message_id.as_bytes()).chars().take(MESSAGE_ID_DIGITS).collect();
    format!("=_{digits}")
}

fn push_part(bytes: &mut Vec<u8>, boundary: &str, kind: &str, words: &str) {
    let head = format!(
        "--{boundary}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    );
    bytes.extend_from_slice(head.as_bytes());
    let body = Body::new_with_encoding(words.to_owned(), ContentTransferEncoding::QuotedPrintable)
        .map_or_else(|raw| raw, Body::into_vec);
    bytes.extend_from_slice(&body);
    bytes.extend_from_slice(b"\r\n");
}

/// The HTML part; with pictures it is the root of a part that holds them beside it.
fn push_html(bytes: &mut Vec<u8>, outer: &str, mail: &Outgoing<'_>) {
    if mail.pictures.is_empty() {
        return push_part(bytes, outer, "text/html", mail.html);
    }
    let boundary = related_boundary(outer);
    let head = format!(
        "--{outer}\r\nContent-Type: multipart/related; type=\"text/html\";\r\n boundary=\"{boundary}\"\r\n\r\n"
    );
    bytes.extend_from_slice(head.as_bytes());
    push_part(bytes, &boundary, "text/html", mail.html);
    for picture in mail.pictures {
        push_picture(bytes, &boundary, picture);
    }
    bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
}

/// No boundary may begin with another: readers compare the beginning of a line.
fn related_boundary(outer: &str) -> String {
    format!("=_related_{}", outer.trim_start_matches("=_"))
}

fn push_picture(bytes: &mut Vec<u8>, boundary: &str, picture: &Picture) {
    let (cid, file) = (name(&picture.cid), name(&picture.file));
    let head = format!(
        "--{boundary}\r\nContent-Type: image/png; name=\"{file}\"\r\nContent-Transfer-Encoding: base64\r\n\
         Content-ID: <{cid}>\r\nContent-Disposition: inline; filename=\"{file}\"\r\n\r\n"
    );
    bytes.extend_from_slice(head.as_bytes());
    // In lines of 76 letters, each with its end.
    let body = Body::new_with_encoding(picture.png.clone(), ContentTransferEncoding::Base64)
        .map_or_else(|raw| raw, Body::into_vec);
    bytes.extend_from_slice(&body);
    bytes.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests;

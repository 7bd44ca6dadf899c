//! `[mail] transport` and the relay's settings.

use std::path::{Path, PathBuf};

use lettre::message::Mailbox;
use secrecy::SecretString;
use toml::Spanned;
use toml::de::DeValue;

use super::super::nearest::quoted;
use super::super::page::read_limited;
use super::super::reader::{Table, Unit};
use super::super::secret::{Surroundings, secret};
use super::super::{Code, Smtp, Tls, Transport};
use super::address::is_loopback;
use super::mail::{WAYS, Way, directory, without_effect};

/// The words of `tls`.
const PROTECTIONS: [(&str, Tls); 3] =
    [("starttls", Tls::StartTls), ("tls", Tls::Wrapper), ("none", Tls::None)];

/// Keys of a relay.
const RELAY_KEYS: [&str; 9] =
    ["host", "port", "tls", "username", "password", "ca_file", "ehlo_name", "connect_timeout_s", "timeout_s"];

/// Begins a certificate in a PEM file.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

/// How mail leaves.
pub(super) fn transport(
    table: &Table<'_>,
    sender: Option<&Mailbox>,
    around: Surroundings<'_>,
) -> Option<Transport> {
    if !table.has("transport") {
        table.missing("transport", "write transport = \"smtp\", or \"directory\" for files");
    }
    match table.word("transport", &WAYS) {
        Some(Way::Directory) => {
            without_effect(table, &RELAY_KEYS, "directory");
            refuse_inline_password(table, around);
            directory(table, around)
        }
        Some(Way::Smtp) => {
            without_effect(table, &["dir"], "smtp");
            smtp(table, sender, around).map(Transport::Smtp)
        }
        None => {
            // Which keys belong to it cannot be said, so none of them is unknown.
            table.expect_keys(&RELAY_KEYS);
            table.expect_keys(&["dir"]);
            refuse_inline_password(table, around);
            None
        }
    }
}

/// Even where the password has no effect it must not stand in the file.
fn refuse_inline_password(table: &Table<'_>, around: Surroundings<'_>) {
    if table.get("password").is_some_and(|value| !matches!(value.get_ref(), DeValue::Table(_))) {
        secret(table, "password", around);
    }
}

fn smtp(table: &Table<'_>, sender: Option<&Mailbox>, around: Surroundings<'_>) -> Option<Smtp> {
    let host = host(table, "host", table.text("host", "name the relay: host = \"relay.example.gov.uk\""));
    let tls = table.word("tls", &PROTECTIONS).unwrap_or(Tls::StartTls);
    check_tls(table, host.as_deref(), tls);
    let ehlo_name = host_opt(table, "ehlo_name");
    let login = login(table, around);
    let ca_file = super::path(table, "ca_file", around.folder);
    let ca_file = ca_file.and_then(|path| ca_file_checked(table, &path));
    Some(Smtp {
        port: table.whole("port", 1..=65_535).unwrap_or_else(|| port_of(tls)),
        tls,
        login,
        ca_file,
        connect_timeout: table.duration("connect_timeout_s", Unit::Seconds, 10.0),
        timeout: table.duration("timeout_s", Unit::Seconds, 60.0),
        ehlo_name: ehlo_name.or_else(|| sender.map(|sender| sender.email.domain().to_owned()))?,
        host: host?,
    })
}

fn host_opt(table: &Table<'_>, key: &'static str) -> Option<String> {
    host(table, key, table.text_opt(key))
}

/// A host name or address: nothing in it can end a line of the dialogue or the certificate's name.
fn host(table: &Table<'_>, key: &str, text: Option<Spanned<String>>) -> Option<String> {
    let text = text?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    if !text.get_ref().chars().all(fits) {
        let message = format!("`{key}` cannot be {}", quoted(text.get_ref()));
        table.bad(text.span(), message, "write a host name or an address, without a scheme");
        return None;
    }
    Some(text.into_inner())
}

const fn port_of(tls: Tls) -> u16 {
    match tls {
        Tls::StartTls => 587,
        Tls::Wrapper => 465,
        Tls::None => 25,
    }
}

fn check_tls(table: &Table<'_>, host: Option<&str>, tls: Tls) {
    if let Some(host) = host.filter(|host| tls == Tls::None && !is_loopback(host)) {
        let message = format!("tls = \"none\" is for this machine only, and {} is another", quoted(host));
        let help = "write tls = \"starttls\" or \"tls\"";
        table.notes.fault(Code::MailTls, table.span_of("tls"), message, help);
    }
}

fn login(table: &Table<'_>, around: Surroundings<'_>) -> Option<(String, SecretString)> {
    let username = table.text_opt("username");
    let password = secret(table, "password", around);
    let (given, other) = match (table.has("username"), table.has("password")) {
        (true, false) => ("username", "password"),
        (false, true) => ("password", "username"),
        _ => return Some((username?.into_inner(), password?)),
    };
    let help = format!("add `{other}`, or take `{given}` out");
    let message = format!("there is a `{given}` without a `{other}`");
    table.notes.fault(Code::MailLogin, table.span_of(given), message, help);
    None
}

fn ca_file_checked(table: &Table<'_>, path: &Spanned<PathBuf>) -> Option<PathBuf> {
    let why = why_no_certificates(path.get_ref());
    if let Some(why) = &why {
        let message = format!("{}: {why}", quoted(&path.get_ref().display().to_string()));
        let help = "name a PEM file with the certificates of the relay's authority";
        table.notes.fault(Code::MailCa, path.span(), message, help);
    }
    why.is_none().then(|| path.get_ref().clone())
}

fn why_no_certificates(path: &Path) -> Option<String> {
    match read_limited(path) {
        Err(why) => Some(why),
        Ok(bytes) if String::from_utf8_lossy(&bytes).contains(CERTIFICATE) => None,
        Ok(_) => Some("there is no certificate in it".into()),
    }
}

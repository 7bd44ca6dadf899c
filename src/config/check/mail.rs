//! `[mail]`.

use std::time::Duration;

use lettre::message::Mailbox;
use toml::Spanned;

use super::super::reader::{Table, Unit};
use super::super::secret::Surroundings;
use super::super::{Code, Mail, Transport};
use super::{address, smtp, templates};
use crate::alerts::Templates;

/// Allowed domains at most.
const DOMAINS_MAX: usize = 200;

/// What `[mail]` says; a part is `None` where it has a fault.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// The settings.
    pub(super) settings: Option<Mail>,
    /// Domains that recipients may have, for the check of recipients.
    pub(super) allowed_domains: Vec<String>,
    /// The templates.
    pub(super) templates: Option<Templates>,
}

/// Checks the table.
pub(super) fn mail(root: &Table<'_>, around: Surroundings<'_>) -> Checked {
    let Some(table) = root.table("mail") else { return Checked::default() };
    let allowed_domains = allowed_domains(&table);
    let templates = templates::templates(&table, around.folder);
    let settings = settings(&table, &allowed_domains, around);
    table.end();
    Checked { settings, allowed_domains, templates }
}

fn settings(table: &Table<'_>, allowed_domains: &[String], around: Surroundings<'_>) -> Option<Mail> {
    let from = table.text("from", "for example from = \"Carewarden <carewarden@example.gov.uk>\"");
    let sender = from.as_ref().and_then(|from| address::mailbox(table, from));
    let reply_to = table.text_opt("reply_to");
    reply_to.as_ref().and_then(|reply_to| address::mailbox(table, reply_to));
    let bounce = table.text_opt("bounce").and_then(|bounce| address::address(table, bounce));
    let transport = smtp::transport(table, sender.as_ref(), around);
    let [retry_min, retry_max] = retries(table);
    let give_up_after = table.duration("give_up_after_days", Unit::Days, 5.0);
    let send_cleared = table.switch("send_cleared", true);
    let name_in_subject = table.switch("name_in_subject", false);
    // Every key has been asked for by now: what is missing below may end the check.
    Some(Mail {
        transport: transport?,
        bounce: bounce.map_or_else(|| bare(sender.as_ref()), |bounce| bounce.into_inner().to_string()),
        from: from?.into_inner(),
        reply_to: reply_to.map(Spanned::into_inner),
        allowed_domains: allowed_domains.to_vec(),
        retry_min,
        retry_max,
        give_up_after,
        send_cleared,
        name_in_subject,
    })
}

fn bare(sender: Option<&Mailbox>) -> String {
    sender.map(|sender| sender.email.to_string()).unwrap_or_default()
}

/// The allowed domains; none where one has a fault, so that no recipient is blamed for it.
fn allowed_domains(table: &Table<'_>) -> Vec<String> {
    let domains = table.texts("allowed_domains", DOMAINS_MAX).unwrap_or_default();
    let is_faulty = |domain: &&Spanned<String>| domain.get_ref().contains(['@', ' ', '*']);
    for domain in domains.iter().filter(is_faulty) {
        let help = "write the domain alone: \"example.gov.uk\"";
        table.bad(domain.span(), "an entry of `allowed_domains` is not a domain", help);
    }
    if domains.iter().any(|domain| is_faulty(&domain)) {
        return Vec::new();
    }
    domains.into_iter().map(|domain| domain.into_inner().to_lowercase()).collect()
}

fn retries(table: &Table<'_>) -> [Duration; 2] {
    let shortest = table.duration("retry_min_s", Unit::Seconds, 60.0);
    let longest = table.duration("retry_max_s", Unit::Seconds, 3600.0_f64.max(shortest.as_secs_f64()));
    if longest < shortest {
        let help = "let retry_max_s be at least retry_min_s";
        table.bad(table.span_of("retry_max_s"), "`retry_max_s` is less than `retry_min_s`", help);
    }
    [shortest, longest]
}

/// Notes keys that the chosen transport does not use.
pub(super) fn without_effect(table: &Table<'_>, keys: &[&'static str], transport: &str) {
    for key in keys.iter().copied().filter(|key| table.has(key)) {
        let message = format!("`{key}` has no effect with transport = \"{transport}\"");
        table.notes.fault(Code::NoEffect, table.span_of(key), message, "take it out");
    }
}

/// The transports by their words.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// To a relay.
    Smtp,
    /// To a folder.
    Directory,
}

/// The words of `transport`.
pub(super) const WAYS: [(&str, Way); 2] = [("smtp", Way::Smtp), ("directory", Way::Directory)];

/// The folder of `transport = "directory"`; by default `mail` beside the configuration.
pub(super) fn directory(table: &Table<'_>, around: Surroundings<'_>) -> Option<Transport> {
    if !table.has("dir") {
        return Some(Transport::Directory { dir: around.folder.join("mail") });
    }
    let dir = super::path(table, "dir", around.folder)?;
    Some(Transport::Directory { dir: dir.into_inner() })
}

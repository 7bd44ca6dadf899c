//! Mail addresses and hosts.

use std::net::IpAddr;

use lettre::Address;
use lettre::message::Mailbox;
use toml::Spanned;

use super::super::Code;
use super::super::nearest::quoted;
use super::super::reader::Table;

/// Whether a host is this machine itself.
pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// A bare address: `lead@example.gov.uk`.
pub(super) fn address(table: &Table<'_>, text: Spanned<String>) -> Option<Spanned<Address>> {
    match text.get_ref().parse() {
        Ok(address) => Some(Spanned::new(text.span(), address)),
        Err(_) => not_one(table, &text, "write it bare: lead@example.gov.uk"),
    }
}

/// An address with or without a name: `Carewarden <carewarden@example.gov.uk>`.
pub(super) fn mailbox(table: &Table<'_>, text: &Spanned<String>) -> Option<Mailbox> {
    match text.get_ref().parse() {
        Ok(mailbox) => Some(mailbox),
        Err(_) => not_one(table, text, "write NAME <address>, or the address alone"),
    }
}

fn not_one<T>(table: &Table<'_>, text: &Spanned<String>, help: &str) -> Option<T> {
    let message = format!("{} is not a mail address", quoted(text.get_ref()));
    table.notes.fault(Code::MailAddress, text.span(), message, help);
    None
}

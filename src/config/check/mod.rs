//! From tables to meaning: each part of the file has its own check, and every check goes on after
//! a fault.

mod address;
mod contracts;
mod council;
mod cron;
mod mail;
mod operations;
mod people;
mod policy;
mod returns;
mod returns_rule;
mod rule;
mod smtp;
mod sources;
mod templates;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use toml::Spanned;

pub use policy::{SHIPPED_POLICY, builtin_policy, policy_from_str};
pub use returns::{builtin_templates, template_from_str};

use super::reader::Table;
use super::secret::Surroundings;
use super::{Code, Config};

/// Checks the whole file.
pub(super) fn config(root: &Table<'_>, around: Surroundings<'_>) -> Option<Config> {
    let council = council::council(root);
    let zone = council.as_ref().map_or(TimeZone::UTC, |council| council.zone.clone());
    let store = council::store(root, around.folder);
    let templates = returns::templates(root, around.folder);
    let ids: Vec<&str> = templates.iter().map(|template| template.id.as_str()).collect();
    let mut sources = sources::sources(root, &zone, around, &ids);
    let contracts = contracts::contracts(root, around.folder, &ids);
    contracts::watch(&mut sources, &contracts);
    let policy = policy::of_config(root, around.folder);
    let mail = mail::mail(root, around);
    let people = people::people(root, &zone, &mail.allowed_domains, policy.as_ref());
    let returns = returns::returns(root, templates, contracts, people.mailbox);
    let heartbeat = operations::heartbeat(root, around);
    let backup = operations::backup(root, &zone, around.folder);
    let retention = operations::retention(root);
    Some(Config {
        council: council?,
        store: store?,
        sources,
        policy: policy?,
        returns,
        mail: mail.settings?,
        recipients: people.recipients,
        routes: people.routes,
        digest: people.digest,
        heartbeat,
        backup,
        retention,
        templates: mail.templates?,
    })
}

/// A path of the configuration: a relative one starts at the configuration's folder.
fn path(table: &Table<'_>, key: &'static str, folder: &Path) -> Option<Spanned<PathBuf>> {
    let said = table.text_opt(key)?;
    Some(Spanned::new(said.span(), folder.join(said.get_ref())))
}

/// The ids of the tables of a kind, to find doubles.
#[derive(Debug, Default)]
struct Ids {
    /// The line of each id.
    lines: BTreeMap<String, usize>,
    /// Tables whose id could not be read.
    unread: usize,
}

impl Ids {
    /// Takes a table's id; notes a double.
    fn take(&mut self, table: &Table<'_>) -> Option<String> {
        let Some(id) = table.id() else {
            self.unread += 1;
            return None;
        };
        let line = table.notes.line(id.span().start);
        if let Some(first) = self.lines.insert(id.get_ref().clone(), line) {
            let message = format!("`{}` is the id of another {}, on line {first}", id.get_ref(), table.title);
            table.notes.fault(Code::DuplicateId, id.span(), message, "give each its own id");
        }
        Some(id.into_inner())
    }
}

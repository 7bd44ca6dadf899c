//! Reads a configuration file and everything that it names.

use std::path::Path;

use toml::de::DeTable;

use super::Config;
use super::check;
use super::diagnostic::{Diagnostic, Faults, conclude};
use super::notes::Notes;
use super::page::Page;
use super::reader::Table;
use super::secret::{Env, Surroundings, real_env};

/// A configuration that can be used, and what should still be said of it.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// Warnings, sorted by file and place.
    pub warnings: Vec<Diagnostic>,
}

/// Reads and checks a configuration file.
///
/// # Errors
/// Every fault of the file and of the policy files, templates and secrets that it names.
pub fn load(path: &Path) -> Result<Loaded, Faults> {
    load_with(path, &real_env)
}

/// [`load`] with an environment of the caller's.
///
/// # Errors
/// As [`load`].
pub fn load_with(path: &Path, env: Env<'_>) -> Result<Loaded, Faults> {
    let page = Page::read(path)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let (config, list) = read(&page, |root| check::config(root, Surroundings { folder, env }));
    conclude(config, list).map(|(config, warnings)| Loaded { config, warnings })
}

/// Reads one file as TOML, hands its root table to a check, and gives back what the check made of
/// it with all that was noted.
pub(super) fn read<T>(
    page: &Page,
    check: impl FnOnce(&Table<'_>) -> Option<T>,
) -> (Option<T>, Vec<Diagnostic>) {
    let (document, errors) = DeTable::parse_recoverable(&page.text);
    let notes = Notes::begin(page, document.get_ref(), &errors);
    let root = Table::root(&notes, document.get_ref());
    let value = check(&root);
    root.end();
    (value, notes.into_list())
}

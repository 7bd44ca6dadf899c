//! `[policy]` and the files that it names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use glob::Pattern;
use toml::Spanned;

use super::super::Code;
use super::super::diagnostic::{Diagnostic, Faults, conclude};
use super::super::load::read;
use super::super::nearest::{plain, quoted};
use super::super::page::Page;
use super::super::reader::Table;
use super::rule::rule;
use crate::domain::SubjectKind;
use crate::rules::{Policy, Rule};

/// Patterns, and files that they match, at most.
const FILES_MAX: usize = 100;

/// Rules of one file at most.
const RULES_MAX: usize = 500;

/// The policy that ships, file by file: path from the configuration's folder, and text.
pub const SHIPPED_POLICY: [(&str, &str); 4] = [
    ("policy/ratings.toml", include_str!("../../../config/policy/ratings.toml")),
    ("policy/register.toml", include_str!("../../../config/policy/register.toml")),
    ("policy/returns.toml", include_str!("../../../config/policy/returns.toml")),
    ("policy/sources.toml", include_str!("../../../config/policy/sources.toml")),
];

/// The policy that ships with the program.
#[must_use]
pub fn builtin_policy() -> Policy {
    let pages = SHIPPED_POLICY.map(|(name, text)| Page { name: name.into(), text: text.into() });
    let (policy, list) = of_pages(&pages);
    conclude(Some(policy), list).expect("the shipped policy is free of faults, a test reads it").0
}

/// Reads one policy file's text.
///
/// # Errors
/// Every fault of it, with `name` as the file's.
pub fn policy_from_str(name: &str, text: &str) -> Result<Policy, Faults> {
    let page = Page { name: name.into(), text: text.into() };
    let (policy, mut list) = of_pages(std::slice::from_ref(&page));
    if policy.rules.is_empty() && list.is_empty() {
        list.push(Diagnostic::of_file(Code::PolicyNoRules, name, NO_RULES.into(), ADD_RULE));
    }
    conclude(Some(policy), list).map(|(policy, _)| policy)
}

/// What is wrong with a policy without rules.
const NO_RULES: &str = "there is no [[rule]], so nothing would be flagged";

/// What to do about it.
const ADD_RULE: &str = "add a [[rule]], or copy the shipped policy files";

/// The policy of a configuration; the shipped one where it has no `[policy]`.
pub(super) fn of_config(root: &Table<'_>, folder: &Path) -> Option<Policy> {
    if !root.has("policy") {
        return Some(builtin_policy());
    }
    let table = root.table_opt("policy")?;
    if !table.has("files") {
        table.missing("files", "for example files = [\"policy/*.toml\"]");
    }
    let patterns = table.texts("files", FILES_MAX).unwrap_or_default();
    let paths = paths(&table, "files", &patterns, folder, Code::PolicyNoMatch);
    let (pages, mut list) = pages(&paths);
    let (policy, faults) = of_pages(&pages);
    list.extend(faults);
    if policy.rules.is_empty() && list.is_empty() && !paths.is_empty() {
        table.notes.fault(Code::PolicyNoRules, table.span_of("files"), NO_RULES, ADD_RULE);
    }
    list.into_iter().for_each(|fault| table.notes.add(fault));
    table.end();
    Some(policy)
}

/// The files that can be read, and the faults of those that cannot.
pub(super) fn pages(paths: &[PathBuf]) -> (Vec<Page>, Vec<Diagnostic>) {
    let mut pages = Vec::new();
    let mut list = Vec::new();
    for path in paths {
        match Page::read(path) {
            Ok(page) => pages.push(page),
            Err(unreadable) => list.extend(unreadable.0),
        }
    }
    (pages, list)
}

/// The files that patterns match, in the patterns' order, each once.
pub(super) fn paths(
    table: &Table<'_>,
    key: &'static str,
    patterns: &[Spanned<String>],
    folder: &Path,
    no_match: Code,
) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for pattern in patterns {
        let found = matches(table, pattern, folder, no_match);
        paths.extend(found.into_iter().filter(|path| !paths.contains(path)).collect::<Vec<_>>());
    }
    if paths.len() > FILES_MAX {
        let message = format!("the patterns match more than {FILES_MAX} files");
        table.notes.fault(
            Code::TooMany,
            table.span_of(key),
            message,
            "put what belongs together in one file",
        );
        paths.truncate(FILES_MAX);
    }
    paths
}

fn matches(table: &Table<'_>, pattern: &Spanned<String>, folder: &Path, no_match: Code) -> Vec<PathBuf> {
    let said = pattern.get_ref();
    let whole = if folder.as_os_str().is_empty() || Path::new(said).is_absolute() {
        said.clone()
    } else {
        format!("{}/{said}", Pattern::escape(&folder.to_string_lossy()))
    };
    let found = match glob::glob(&whole) {
        Ok(found) => found,
        Err(error) => {
            let message = format!("{} is not a pattern for files: {}", quoted(said), plain(error.msg));
            table.bad(pattern.span(), message, "use `*` for any name, as in policy/*.toml");
            return Vec::new();
        }
    };
    // One more than the limit is enough to say that the limit is passed.
    let files: Vec<PathBuf> =
        found.filter_map(Result::ok).filter(|path| path.is_file()).take(FILES_MAX + 1).collect();
    if files.is_empty() {
        let message = format!("{} matches no file", quoted(said));
        let help = format!("patterns start at the configuration's folder, {}", shown_folder(folder));
        table.notes.fault(no_match, pattern.span(), message, help);
    }
    files
}

fn shown_folder(folder: &Path) -> String {
    if folder.as_os_str().is_empty() { ".".into() } else { folder.display().to_string() }
}

/// The rules of several files, which share ids and families.
fn of_pages(pages: &[Page]) -> (Policy, Vec<Diagnostic>) {
    let mut policy = Policy::default();
    let mut list = Vec::new();
    let mut met = Met::default();
    for page in pages {
        let (rules, faults) = read(page, |root| Some(of_file(root, &page.name, &mut met)));
        policy.rules.extend(rules.unwrap_or_default());
        list.extend(faults);
    }
    (policy, list)
}

fn of_file(root: &Table<'_>, file: &str, met: &mut Met) -> Vec<Rule> {
    let mut rules = Vec::new();
    for table in root.tables("rule", RULES_MAX) {
        met.note_id(&table, file);
        if let Some(rule) = rule(&table) {
            met.note_family(&table, &rule);
            rules.push(rule);
        }
        table.end();
    }
    rules
}

/// Ids and families met so far, over all files.
#[derive(Debug, Default)]
struct Met {
    ids: BTreeMap<String, String>,
    families: BTreeMap<String, (SubjectKind, String)>,
}

impl Met {
    fn note_id(&mut self, table: &Table<'_>, file: &str) {
        // A fault of the id itself is noted where the rule is read.
        let Some((id, span)) =
            table.get("id").and_then(|value| Some((value.get_ref().as_str()?, value.span())))
        else {
            return;
        };
        let place = format!("{file}:{}", table.notes.line(span.start));
        if let Some(first) = self.ids.get(id) {
            let message = format!("{} is the id of another rule, {first}", quoted(id));
            table.notes.fault(Code::RuleDuplicate, span, message, "give each rule its own id");
            return;
        }
        self.ids.insert(id.to_owned(), place);
    }

    /// Rules of a family share a flag, and a flag is about one kind of subject.
    fn note_family(&mut self, table: &Table<'_>, rule: &Rule) {
        let kind = rule.when.subject_kind();
        let first = self.families.entry(rule.family.clone()).or_insert_with(|| (kind, rule.id.clone()));
        if first.0 != kind {
            let message = format!(
                "family {} is about a {} in rule `{}` and about a {} here",
                quoted(&rule.family),
                first.0.as_str(),
                first.1,
                kind.as_str()
            );
            let span = table.span_of(if table.has("family") { "family" } else { "id" });
            table.notes.fault(Code::RuleFamily, span, message, "give this rule another family");
        }
    }
}

//! `[mail] templates`: a folder whose files replace shipped templates of the same name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Spanned;

use super::super::Code;
use super::super::diagnostic::{Diagnostic, Place};
use super::super::page::Page;
use super::super::reader::Table;
use crate::alerts::{TemplateFault, Templates};

/// Files in the folder at most.
const TEMPLATES_MAX: usize = 64;

/// The templates in force.
pub(super) fn templates(table: &Table<'_>, folder: &Path) -> Option<Templates> {
    let Some(dir) = super::path(table, "templates", folder) else {
        return (!table.has("templates")).then(Templates::builtin);
    };
    let own = own(table, &dir)?;
    let texts = own.iter().map(|(name, page)| (name.clone(), page.text.clone())).collect();
    match Templates::with(texts) {
        Ok(templates) => Some(templates),
        Err(faults) => {
            faults.iter().for_each(|fault| table.notes.add(diagnostic(fault, &own, dir.get_ref())));
            None
        }
    }
}

fn own(table: &Table<'_>, dir: &Spanned<PathBuf>) -> Option<BTreeMap<String, Page>> {
    let fault = |why: String| {
        let message = format!("the templates in {} cannot be read: {why}", dir.get_ref().display());
        table.notes.fault(Code::TemplateFolder, dir.span(), message, "check the folder and who may read it");
    };
    let listed = std::fs::read_dir(dir.get_ref()).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = listed.map_err(|error| fault(error.to_string())).ok()?;
    if entries.len() > TEMPLATES_MAX {
        fault(format!("there are more than {TEMPLATES_MAX} files"));
        return None;
    }
    let mut pages = BTreeMap::new();
    for entry in entries {
        match Page::read(&entry.path()) {
            Ok(page) => drop(pages.insert(entry.file_name().to_string_lossy().into_owned(), page)),
            Err(unreadable) => unreadable.0.into_iter().for_each(|fault| table.notes.add(fault)),
        }
    }
    Some(pages)
}

fn diagnostic(fault: &TemplateFault, own: &BTreeMap<String, Page>, dir: &Path) -> Diagnostic {
    let file = dir.join(&fault.name).display().to_string();
    let help = "compare with the shipped template of the same name";
    let mut diagnostic = Diagnostic::of_file(Code::TemplateFault, &file, fault.what.clone(), help);
    diagnostic.place = Place { line: fault.line.max(1), column: 1 };
    let text = own.get(&fault.name).map_or("", |page| page.text.as_str());
    diagnostic.shown = text.lines().nth(fault.line.max(1) - 1).unwrap_or_default().to_owned();
    diagnostic.mark = 0..diagnostic.shown.len();
    diagnostic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_templates_fault_points_at_its_own_file_and_line() {
        let page = Page { name: "t/alert.txt".into(), text: "Hello\n{{ nobody }\n".into() };
        let own = BTreeMap::from([("alert.txt".to_owned(), page)]);
        let fault = TemplateFault { name: "alert.txt".into(), line: 2, what: "expected `}}`".into() };
        let printed = diagnostic(&fault, &own, Path::new("t")).to_string();
        assert!(printed.starts_with("error[template/fault] t/alert.txt:2:1: expected `}}`\n"), "{printed}");
        assert!(printed.contains("2 | {{ nobody }"), "{printed}");
        let unknown = TemplateFault { name: "x".into(), line: 0, what: "no such template".into() };
        assert!(diagnostic(&unknown, &own, Path::new("t")).to_string().contains(" t/x:1:1: "));
    }
}

//! Where the faults of one file are written down.

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::Diagnostic;
use super::page::Page;
use super::{Code, mask};

/// Faults of one file listed at most; whoever has more is helped by the first.
const FAULTS_MAX: usize = 200;

/// Keys whose values are secrets.
const SECRET_KEYS: [&str; 5] = ["failure_url", "password", "subscription_key", "token", "url"];

/// The faults noted while one file is checked.
#[derive(Debug)]
pub(super) struct Notes<'a> {
    page: &'a Page,
    /// Every single value: shown only if it is itself at fault.
    values: Vec<Value>,
    /// Lines with a syntax error; empty in a sound file.
    broken_lines: Vec<usize>,
    list: RefCell<Vec<Diagnostic>>,
}

impl<'a> Notes<'a> {
    /// Begins with the syntax errors that the reader of TOML has found.
    pub(super) fn begin(page: &'a Page, document: &DeTable<'_>, errors: &[toml::de::Error]) -> Self {
        let mut values = Vec::new();
        collect_table(document, Secrecy::Plain, &mut values);
        values.sort_by_key(|value| value.span.start);
        let spans = errors.iter().map(|error| error.span().unwrap_or_default());
        let broken_lines = spans.map(|span| page.place(span.start).line).collect();
        let notes = Self { page, values, broken_lines, list: RefCell::default() };
        for error in errors {
            let help = "compare with https://toml.io; values on this line are not shown, they may be secret";
            notes.fault(Code::Syntax, error.span().unwrap_or_default(), error.message(), help);
        }
        notes
    }

    /// Notes a fault at some bytes of the file.
    pub(super) fn fault(
        &self,
        code: Code,
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let place = self.page.place(span.start);
        let broken = !self.broken_lines.is_empty();
        let lost = broken && (!code.stands_in_broken_file() || self.broken_lines.contains(&place.line));
        if lost && code != Code::Syntax {
            return;
        }
        let (shown, mark) = if broken {
            mask::broken_line(&self.page.text, &span)
        } else {
            mask::sound_line(&self.page.text, &span, &self.hidden(code, &span))
        };
        let (message, help) = (message.into(), help.into());
        self.add(Diagnostic { code, file: self.page.name.clone(), place, shown, mark, message, help });
    }

    /// Notes what was found in another file.
    pub(super) fn add(&self, diagnostic: Diagnostic) {
        let mut list = self.list.borrow_mut();
        if list.len() < FAULTS_MAX {
            list.push(diagnostic);
        }
    }

    /// The line of a byte, for "first at line N".
    pub(super) fn line(&self, at: usize) -> usize {
        self.page.place(at).line
    }

    /// All that was noted.
    pub(super) fn into_list(self) -> Vec<Diagnostic> {
        self.list.into_inner()
    }

    fn hidden(&self, code: Code, span: &Range<usize>) -> Vec<Range<usize>> {
        let is_hidden =
            |value: &&Value| code.hides_value() || value.secrecy == Secrecy::Secret || value.span != *span;
        self.values.iter().filter(is_hidden).map(|value| value.span.clone()).collect()
    }
}

/// A value of the file that is neither list nor table.
#[derive(Debug)]
struct Value {
    span: Range<usize>,
    secrecy: Secrecy,
}

/// Whether a value may be shown when it is itself at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Secrecy {
    Plain,
    Secret,
}

/// Where a secret is to be found is no secret; whatever else stands under its key may be one.
fn secrecy_under(key: &str, outer: Secrecy) -> Secrecy {
    match key {
        _ if SECRET_KEYS.contains(&key) => Secrecy::Secret,
        "credential" | "file" | "env" => Secrecy::Plain,
        _ => outer,
    }
}

fn collect_table(table: &DeTable<'_>, outer: Secrecy, into: &mut Vec<Value>) {
    for (key, value) in table {
        collect(value, secrecy_under(key.get_ref(), outer), into);
    }
}

fn collect(value: &Spanned<DeValue<'_>>, secrecy: Secrecy, into: &mut Vec<Value>) {
    match value.get_ref() {
        DeValue::Table(table) => collect_table(table, secrecy, into),
        DeValue::Array(array) => array.iter().for_each(|inner| collect(inner, secrecy, into)),
        _ => into.push(Value { span: value.span(), secrecy }),
    }
}

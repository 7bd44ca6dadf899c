//! A fault as people and scripts read it: one line with code and place, the caret lines, a help line.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Renderer, Snippet};

use super::{Code, Level};

/// Where in a file, both from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

/// One fault or warning. It holds no secret: what it shows has been masked before it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of fault.
    pub code: Code,
    /// The file, as it was named to us.
    pub file: String,
    /// Where in it.
    pub place: Place,
    /// The line as it may be shown; empty where there is none.
    pub shown: String,
    /// The bytes of `shown` at fault.
    pub mark: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Diagnostic {
    /// A fault of a file as a whole.
    pub(super) fn of_file(code: Code, file: &str, message: String, help: &str) -> Self {
        let place = Place { line: 1, column: 1 };
        Self { code, file: file.into(), place, shown: String::new(), mark: 0..0, message, help: help.into() }
    }

    /// Whether it stops the start.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.code.level()
    }

    /// The part of the line at fault, as it may be shown.
    #[must_use]
    pub fn span_text(&self) -> &str {
        self.shown.get(self.mark.clone()).unwrap_or_default()
    }

    fn caret_lines(&self) -> String {
        if self.shown.trim().is_empty() {
            return String::new();
        }
        let mark = AnnotationKind::Primary.span(self.mark.clone());
        let snippet = Snippet::source(&self.shown).line_start(self.place.line).annotation(mark);
        let group = Group::with_level(annotate_snippets::Level::ERROR).element(snippet);
        let lines = Renderer::plain().render(&[group]);
        lines.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, file, place, message, help, .. } = self;
        let (level, code) = (self.level().as_str(), code.as_str());
        writeln!(f, "{level}[{code}] {file}:{}:{}: {message}", place.line, place.column)?;
        f.write_str(&self.caret_lines())?;
        writeln!(f, "help: {help}")
    }
}

/// All that is wrong with a configuration: at least one error, and the warnings beside it, sorted
/// by file and place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Diagnostic>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// Sorts by file and place; the same fault at the same place is said once.
pub(super) fn sort(list: &mut Vec<Diagnostic>) {
    list.sort_by(|a, b| (&a.file, a.place, a.code, &a.message).cmp(&(&b.file, b.place, b.code, &b.message)));
    list.dedup();
}

/// A value if no error stands against it; otherwise everything that was noted.
pub(super) fn conclude<T>(
    value: Option<T>,
    mut list: Vec<Diagnostic>,
) -> Result<(T, Vec<Diagnostic>), Faults> {
    sort(&mut list);
    let faulty = list.iter().any(|diagnostic| diagnostic.level() == Level::Error);
    match value {
        Some(value) if !faulty => Ok((value, list)),
        _ => Err(Faults(list)),
    }
}

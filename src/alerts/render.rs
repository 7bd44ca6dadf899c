//! An [`Alert`] as the words of a mail: subject line, text part, HTML part.

use std::collections::BTreeMap;

use super::Alert;

/// The parts of a mail in words; `mail::compose` makes bytes of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Subject line, free of line ends.
    pub subject: String,
    /// Plain text, wrapped at 72 columns.
    pub text: String,
    /// HTML, everything from outside escaped.
    pub html: String,
}

/// A template that cannot be parsed or rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("template {name}, line {line}: {what}")]
pub struct TemplateFault {
    /// File name of the template.
    pub name: String,
    /// Line, from 1; 0 where it is not known.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// The mail templates, parsed.
#[derive(Clone, Debug)]
pub struct Templates {}

impl Templates {
    /// The templates that ship with the program.
    #[must_use]
    pub fn builtin() -> Self {
        Self {}
    }

    /// The shipped templates with some replaced by a council's own text, by file name.
    ///
    /// # Errors
    /// Every template that cannot be parsed, or whose name is not one of ours.
    pub fn with(_own: BTreeMap<String, String>) -> Result<Self, Vec<TemplateFault>> {
        Ok(Self {})
    }
}

/// Renders an alert: the same alert and templates give the same bytes.
///
/// # Errors
/// A template that uses what the alert does not have.
pub fn render(_templates: &Templates, _alert: &Alert) -> Result<Rendered, TemplateFault> {
    Ok(Rendered { subject: String::new(), text: String::new(), html: String::new() })
}

//! An [`Alert`] as the words of a mail: subject line, text part, HTML part.
//!
//! `view` says what the templates may use, `subject` writes the line that mail rules go by, the
//! templates of `config/templates` hold the words, and `layout` folds the text part.

mod colours;
mod layout;
mod source;
mod subject;
mod table;
mod templates;
mod view;
mod words;

use super::{Alert, Picture};

pub use templates::Templates;

/// The parts of a mail in words; `mail::compose` makes bytes of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Subject line, free of line ends.
    pub subject: String,
    /// Plain text, wrapped at 72 columns.
    pub text: String,
    /// HTML, everything from outside escaped.
    pub html: String,
    /// The pictures that the HTML shows, in their order.
    pub pictures: Vec<Picture>,
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

/// Renders an alert: the same alert and templates give the same bytes.
///
/// # Errors
/// A template that uses what the alert does not have.
pub fn render(templates: &Templates, alert: &Alert) -> Result<Rendered, TemplateFault> {
    templates.render(alert)
}

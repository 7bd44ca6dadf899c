//! How grave a flag is, which decides who hears of it.

use serde::Serialize;

/// Severity of a rule and of the flags it raises, least first.
///
/// `Operator` is apart: it is about Carewarden's own sources and mail, never about a provider,
/// and no route for a provider's severity receives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The machine needs a person: a source failed, a mail was refused.
    Operator,
    /// Worth knowing.
    Watch,
    /// Worth acting on in the week.
    Concern,
    /// People's care may stop: act now.
    Contingency,
}

impl Severity {
    /// All four, least grave first.
    pub const ALL: [Self; 4] = [Self::Operator, Self::Watch, Self::Concern, Self::Contingency];

    /// The word used in configuration, mail headers and lists.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Watch => "watch",
            Self::Concern => "concern",
            Self::Contingency => "contingency",
        }
    }

    /// Reads the word used in configuration.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == text)
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

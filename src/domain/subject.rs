//! What a fact or a flag is about.

use serde::Serialize;

/// The kinds of thing that facts are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A registered place from which care is provided: the unit that is inspected and rated.
    Location,
    /// The organisation that carries on one or more locations.
    Provider,
    /// One of Carewarden's own sources of data, by its id in the configuration.
    Source,
}

impl SubjectKind {
    /// The word stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Location => "location",
            Self::Provider => "provider",
            Self::Source => "source",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Location, Self::Provider, Self::Source].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A thing with an id that outlives its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Subject {
    /// What kind of thing.
    pub kind: SubjectKind,
    /// The regulator's or the configuration's id, as issued: `1-6321709131`, `RM317`, `cqc`.
    pub id: String,
}

impl Subject {
    /// A location by its regulator's id.
    #[must_use]
    pub fn location(id: impl Into<String>) -> Self {
        Self { kind: SubjectKind::Location, id: id.into() }
    }

    /// A provider by its regulator's id.
    #[must_use]
    pub fn provider(id: impl Into<String>) -> Self {
        Self { kind: SubjectKind::Provider, id: id.into() }
    }

    /// A source by its id in the configuration.
    #[must_use]
    pub fn source(id: impl Into<String>) -> Self {
        Self { kind: SubjectKind::Source, id: id.into() }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind.as_str(), self.id)
    }
}

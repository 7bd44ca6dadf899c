//! What the records of the register say, read.

use crate::domain::{Registration, clean_text};
use crate::facts::Statement;

/// Why a record could not be used. The rest of the source can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Which record, and where in it.
    pub place: String,
    /// What is wrong with it.
    pub reason: String,
    /// Index of the document in [`super::Collected::documents`], where one was kept.
    pub document: Option<usize>,
}

impl Reject {
    /// A reject without a document.
    #[must_use]
    pub fn new(place: &str, reason: impl Into<String>) -> Self {
        Self { place: clean_text(place), reason: reason.into(), document: None }
    }
}

/// A location's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocationRecord {
    /// Its id, the one that was asked for.
    pub id: String,
    /// The provider that carries it on, where its id is usable.
    pub provider_id: Option<String>,
    /// Local authority as written, for the filter.
    pub local_authority: Option<String>,
    /// `gacServiceTypes[].description`, sorted, for the filter.
    pub service_types: Vec<String>,
    /// On the register or not, where the word is known.
    pub registration: Option<Registration>,
    /// Ids that succeed it, sorted.
    pub successors: Vec<String>,
    /// Ids that it succeeds, sorted.
    pub predecessors: Vec<String>,
    /// All it states.
    pub statements: Vec<Statement>,
}

/// A provider's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderRecord {
    /// Its id, the one that was asked for.
    pub id: String,
    /// All it states.
    pub statements: Vec<Statement>,
}

//! What was read, when it holds, when it was seen, and where it stands in which document.
//!
//! Facts are only ever added. A gap is explicit: an attribute that was never stated has no fact,
//! and a fact is never taken back because a later document leaves the field out.

mod history;
mod merge;
pub mod numbers;
pub mod quality;
pub mod returns;
pub mod turnover;

use jiff::{Timestamp, civil::Date};

use crate::domain::{KeyQuestion, Subject};

pub use history::{History, RatingNow};
pub use merge::changes;
pub use returns::Returns;

/// Which of the regulator's two frameworks a rating was given under.
///
/// They live in different places of a record, and a record that leaves one of them out says
/// nothing about it; so they are separate facts and [`History::overall`] weighs them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Framework {
    /// `currentRatings`, in use to 2024.
    Old,
    /// `assessment[]`, the Single Assessment Framework, from 2024.
    Saf,
}

impl Framework {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Old, Self::Saf];
    const fn prefix(self) -> &'static str {
        match self {
            Self::Old => "rating",
            Self::Saf => "saf",
        }
    }
}

/// What a fact says about its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// Registered name, cleaned.
    Name,
    /// Id of the provider that carries on a location.
    ProviderId,
    /// Local authority in whose area a location is registered.
    LocalAuthority,
    /// Service types, sorted, joined by "; ".
    ServiceTypes,
    /// `Registered` or `Deregistered`; effective on the register's own date.
    Registration,
    /// `Y` or `N`; effective from the dormancy's start where it is given.
    Dormancy,
    /// Date since which the registered manager is absent.
    ManagerAbsentSince,
    /// Date of the last inspection visit.
    LastInspection,
    /// Companies House number of a provider.
    CompanyNumber,
    /// Ids that succeed this one on the register, sorted, joined by " ".
    Successors,
    /// Ids that this one succeeds, sorted, joined by " ".
    Predecessors,
    /// Id of the organisation from which the current rating is inherited.
    InheritedFrom,
    /// Overall rating; effective on its publication.
    Overall(Framework),
    /// Rating of a key question; effective on its publication.
    Question(Framework, KeyQuestion),
    /// How many services an assessment rates: fewer than before, with no newer date, is an omission.
    SafServices,
    /// Newest publication date over an assessment's services.
    SafNewest,
    /// The services of an assessment in words, where there are several: each is shown, the worst counts.
    SafSummary,
}

impl Attribute {
    /// The stored name: `name`, `rating.overall`, `saf.safe`.
    #[must_use]
    pub fn as_string(self) -> String {
        match self {
            Self::Overall(framework) => format!("{}.overall", framework.prefix()),
            Self::Question(framework, question) => {
                format!("{}.{}", framework.prefix(), question.as_str().to_lowercase())
            }
            plain => plain.plain_name().to_owned(),
        }
    }

    const fn plain_name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::ProviderId => "provider_id",
            Self::LocalAuthority => "local_authority",
            Self::ServiceTypes => "service_types",
            Self::Registration => "registration",
            Self::Dormancy => "dormancy",
            Self::ManagerAbsentSince => "manager_absent_since",
            Self::LastInspection => "last_inspection",
            Self::CompanyNumber => "company_number",
            Self::Successors => "successors",
            Self::Predecessors => "predecessors",
            Self::InheritedFrom => "inherited_from",
            Self::SafServices => "saf.services",
            Self::SafNewest => "saf.newest",
            Self::SafSummary => "saf.summary",
            Self::Overall(_) | Self::Question(..) => "",
        }
    }

    /// Every attribute.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = vec![
            Self::Name,
            Self::ProviderId,
            Self::LocalAuthority,
            Self::ServiceTypes,
            Self::Registration,
            Self::Dormancy,
            Self::ManagerAbsentSince,
            Self::LastInspection,
            Self::CompanyNumber,
            Self::Successors,
            Self::Predecessors,
            Self::InheritedFrom,
            Self::SafServices,
            Self::SafNewest,
            Self::SafSummary,
        ];
        for framework in Framework::ALL {
            all.push(Self::Overall(framework));
            all.extend(KeyQuestion::ALL.map(|question| Self::Question(framework, question)));
        }
        all
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().into_iter().find(|attribute| attribute.as_string() == text)
    }
}

/// One thing a document says of a subject, before it is known whether that is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// About whom.
    pub subject: Subject,
    /// What of them.
    pub attribute: Attribute,
    /// The value in canonical spelling; never empty.
    pub value: String,
    /// From when it holds, where the document says so.
    pub effective: Option<Date>,
    /// Where it stands in the document: a JSON pointer, or "row 12, column Rating".
    pub row: String,
}

/// A statement that changed what was known, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Order in which facts became known; 1 is the first of the database.
    pub seq: i64,
    /// About whom.
    pub subject: Subject,
    /// What of them.
    pub attribute: Attribute,
    /// The value in canonical spelling.
    pub value: String,
    /// From when it holds, where the document said so.
    pub effective: Option<Date>,
    /// When it was read.
    pub observed_at: Timestamp,
    /// Id of the stored document.
    pub document: i64,
    /// Where it stands in the document.
    pub row: String,
}

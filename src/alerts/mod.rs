//! Who is told what, and why again: route, due, group, and one [`Alert`] from which the text, the
//! HTML and the JSON of a mail are pure views.

mod due;
mod figure;
mod hush;
mod plan;
mod refusal;
mod render;
mod route;
mod sample;
mod view;

pub use due::{Telling, Told, Why, why_tell};
pub use figure::{Picture, draw_working, limit_words, title_of};
pub use hush::Hush;
pub use plan::{Inputs, Planned, PlannedMail, plan};
pub use refusal::{Extent, NamedFile, Refusal, RefusedFile, Sender};
pub use render::{Rendered, TemplateFault, Templates, render};
pub use route::{Quiet, QuietMatch, Recipient, Route, Routing};
pub use sample::Sample;
pub use view::{date_words, fact_words, moment_words, state_words};

use jiff::{Timestamp, civil};
use serde::Serialize;

use crate::domain::{Severity, Subject};
use crate::rules::Evidence;

/// What a mail is, for people's mail rules and for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Flags of one provider.
    Alert,
    /// The register as found on the first good run, or all that stands for a recipient who is new.
    Summary,
    /// What has gathered since the last digest.
    Digest,
    /// A source of data failed or recovered.
    Source,
    /// A mail was refused for good.
    Delivery,
    /// The configuration has a fault.
    Config,
}

impl Kind {
    /// Reads the stored word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Alert, Self::Summary, Self::Digest, Self::Source, Self::Delivery, Self::Config]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }

    /// The value of `X-Carewarden-Kind`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Summary => "summary",
            Self::Digest => "digest",
            Self::Source => "source",
            Self::Delivery => "delivery",
            Self::Config => "config",
        }
    }
}

/// A line "old → new" of what changed, in words for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What: "Overall rating", "Safe", "Registration".
    pub what: String,
    /// What it was, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// Since when, in words: "12 Jun 2021".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_date: Option<String>,
    /// What it is.
    pub new: String,
    /// Since when, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_date: Option<String>,
}

/// One flag as a recipient is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// `CW-0142`.
    pub flag: String,
    /// Id of the rule.
    pub rule: String,
    /// Title of the rule.
    pub rule_name: String,
    /// The rule in one sentence.
    pub rule_text: String,
    /// Version of the rule.
    pub rule_version: String,
    /// Severity now.
    pub severity: Severity,
    /// Why it is told (again).
    pub why: Why,
    /// State of the flag in words: "open", "cleared".
    pub state: String,
    /// About whom: kind and id.
    pub subject: Subject,
    /// Name of the location, provider or source.
    pub subject_name: String,
    /// Area (local authority) of the location, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// What holds, in one sentence.
    pub reason: String,
    /// Old against new.
    pub changes: Vec<Change>,
    /// All key questions as they stand, "Safe Inadequate, Caring Good", where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub questions: Option<String>,
    /// The regulator's page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// When the newest evidence was read, in words with weekday and time in the council's zone.
    pub read_at: String,
    /// Since when the flag is open, in words.
    pub since: String,
    /// The evidence itself, for the JSON view.
    pub evidence: Vec<Evidence>,
}

/// A mail before it is rendered: everything that is said, nothing of how it looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// What it is.
    pub kind: Kind,
    /// Gravest severity of what it tells.
    pub severity: Severity,
    /// The reason to tell that stands in the subject and header: that of the gravest item.
    pub why: Why,
    /// Recipient's id in the configuration.
    pub recipient: String,
    /// Council's name.
    pub council: String,
    /// The provider all items belong to, for an alert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<Subject>,
    /// The provider's name, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_name: Option<String>,
    /// What is told, gravest first.
    pub items: Vec<Item>,
    /// When it was decided.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required", rename = "raised_at_unix")]
    pub raised_at: Timestamp,
    /// The same in words: "Tue 4 Mar 2025 06:05".
    pub raised_words: String,
    /// The same as civil time in the council's zone: deadlines are counted from it.
    #[serde(skip)]
    pub raised_civil: civil::DateTime,
    /// "Please answer by 10:05, or it goes to the duty director."
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Other recipients told of the same items, by id.
    pub also_told: Vec<String>,
    /// Returns that were refused, for a mail of [`Kind::Source`] that is about them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// Plain lines for mails that are not about flags (digest counts, a delivery fault).
    pub notes: Vec<String>,
    /// Further gaps in what is known. That packages of care and capacity are not connected is said by
    /// the sections that need them, so it does not stand here again.
    pub not_known: Vec<String>,
    /// Whether the provider's name may stand in the subject line.
    pub name_in_subject: bool,
}

impl Alert {
    /// An alert that says nothing yet; `raised` is the moment of decision in the council's zone.
    #[must_use]
    pub fn blank(
        kind: Kind,
        severity: Severity,
        council: &str,
        recipient: &str,
        raised: &jiff::Zoned,
    ) -> Self {
        Self {
            kind,
            severity,
            why: Why::First,
            recipient: recipient.to_owned(),
            council: council.to_owned(),
            provider: None,
            provider_name: None,
            items: Vec::new(),
            raised_at: raised.timestamp(),
            raised_words: moment_words(raised.timestamp(), raised.time_zone()),
            raised_civil: raised.datetime(),
            answer: None,
            also_told: Vec::new(),
            refusal: None,
            notes: Vec::new(),
            not_known: Vec::new(),
            name_in_subject: false,
        }
    }
}

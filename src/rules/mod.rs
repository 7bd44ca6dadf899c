//! Why a provider is flagged: a policy of rules in plain words, evaluated over the facts.
//!
//! Evaluation is pure: (policy, history, sources, now) → findings with their evidence. It signals;
//! a named officer decides.

mod conditions;
mod days;
mod evaluate;
mod policy;
pub mod test;
mod wording;
mod working;

pub(crate) use conditions::{figure, is_small, name_words, period_words};
pub(crate) use days::{date_words, days_between};
pub use evaluate::{Absence, Place, Verdicts, evaluate};
pub use policy::{Band, Condition, Family, Feed, Policy, Quorum, Rule, Step, Tell};
pub use wording::sentence;
pub use working::{Method, Peer, Point, Working};

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::domain::{Severity, Subject};

/// One fact that a finding rests on, old against new, with where it can be looked up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The attribute, as stored: `rating.overall`, `registration`, `collect.outcome`.
    pub fact: String,
    /// What was known before, where something was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub old: Option<String>,
    /// Since when the old value held, where it is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub old_effective: Option<Date>,
    /// What is known now.
    pub new: String,
    /// From when the new value holds, where the document says so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub effective: Option<Date>,
    /// When it was read.
    pub observed_at: Timestamp,
    /// Id of the stored document; absent for facts about Carewarden's own work.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub document: Option<i64>,
    /// Where in the document: a JSON pointer, or row and column.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub row: Option<String>,
    /// For an indicator: the series and how it was judged, so that it can be worked again by hand.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub working: Option<Box<Working>>,
}

/// A condition that holds for a subject now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Id of the rule.
    pub rule: String,
    /// Hash of the rule's text, first 12 hex digits.
    pub rule_version: String,
    /// The family that shares one flag.
    pub family: Family,
    /// About whom.
    pub subject: Subject,
    /// How grave, of the step that is reached.
    pub severity: Severity,
    /// How bad within a family at equal severity: a larger weight is told again as "worse".
    pub weight: u32,
    /// What holds, in one plain sentence.
    pub reason: String,
    /// What it rests on; never empty.
    pub evidence: Vec<Evidence>,
}

/// What the rules may know of a source: kept apart from what is known of providers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceState {
    /// The source's id in the configuration.
    pub id: String,
    /// Collects that failed one after the other, up to the newest.
    pub failed_in_a_row: u32,
    /// Why the newest failed, in words.
    pub last_error: Option<String>,
    /// When the newest collect ended.
    pub last_at: Option<Timestamp>,
    /// When it was last read well, or for lack of that first configured.
    pub good_at: Option<Timestamp>,
    /// The longest time between two due runs of its schedule.
    pub interval: SignedDuration,
    /// Known ids that have answered 404 in three collects in a row.
    pub gone_ids: Vec<String>,
    /// When the first good collect was: the baseline.
    pub baseline_at: Option<Timestamp>,
    /// What rests on it; none for a check that Carewarden makes of itself.
    pub feed: Option<Feed>,
}

/// Begins the id of a check that Carewarden makes of itself, which is told as a source is. No id in a
/// configuration has a colon.
pub const OWN_CHECK: &str = "own:";

/// An officer's recorded decision about a subject, as the rules need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// About whom.
    pub subject: Subject,
    /// When.
    pub at: Timestamp,
}

/// Of which flags it is of interest that their condition does not hold. To say it of every indicator
/// of every provider costs far more than to judge them.
#[derive(Clone, Copy, Debug)]
pub enum Standing<'a> {
    /// Of every one that could be.
    All,
    /// Of these: id of the rule, family and subject.
    Only(&'a std::collections::BTreeSet<Place>),
}

/// What a policy is evaluated over.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The facts as of now.
    pub history: &'a crate::facts::History,
    /// What providers reported, as of now.
    pub returns: &'a crate::facts::Returns,
    /// The flags of which it must be stated when their condition does not hold.
    pub standing: Standing<'a>,
    /// The state of each configured source.
    pub sources: &'a [SourceState],
    /// Officers' decisions up to now.
    pub decisions: &'a [Decided],
    /// The instant of judgement.
    pub now: Timestamp,
    /// The council's zone, for civil days.
    pub zone: &'a jiff::tz::TimeZone,
}

impl Known<'_> {
    /// The civil day of an instant where the council is.
    pub(crate) fn day_of(&self, instant: Timestamp) -> Date {
        instant.to_zoned(self.zone.clone()).date()
    }

    /// The civil day of judgement.
    pub(crate) fn today(&self) -> Date {
        self.day_of(self.now)
    }
}

//! A policy: rules as data, read from `config/policy/*.toml` by `config`.

use crate::audit::sha256_hex;
use crate::domain::return_::ReturnState;
use crate::domain::{Indicator, Rating, Severity, SubjectKind};

/// Rules of one family share one flag for a subject: one fall, one flag.
pub type Family = String;

/// Stands between a rule's family and an indicator.
const TOPIC_SIGN: char = '/';

/// Hex digits of a rule's version.
const VERSION_HEX: usize = 12;

/// The rules in force, in the order in which they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The rules; ids are unique.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Short id, `rating-inadequate`.
    pub id: String,
    /// First 12 hex digits of the SHA-256 of the rule's meaning: see [`Rule::version_of`].
    pub version: String,
    /// The family whose flag it shares; by default its own id.
    pub family: Family,
    /// A title for people.
    pub name: String,
    /// What it says, in one sentence of plain English.
    pub text: String,
    /// For whom it is, in words: "contingency lead".
    pub audience: String,
    /// Severity of its flags; a condition with steps may raise it.
    pub severity: Severity,
    /// The closed condition.
    pub when: Condition,
    /// Days the condition must hold before the flag opens.
    pub for_days: u16,
    /// Days it must be absent, by statement and not by a gap, before the flag clears.
    pub keep_days: u16,
    /// Days after clearing within which the same flag is reopened instead of a new one raised.
    pub reopen_days: u16,
    /// At once, or with the next digest.
    pub tell: Tell,
}

/// When a flag of a rule is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    /// In a mail of the assessment that raised it.
    AtOnce,
    /// In the next digest, unless it is graver than the rule's own severity; at once where no digest
    /// is configured, so that nothing is silent.
    Digest,
}

/// One rung of a condition that grows graver with time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Reached after so many whole days.
    pub days: u16,
    /// Severity from then on.
    pub severity: Severity,
}

/// What a rule can ask. Closed on purpose: an auditor can read the whole language in one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The overall rating is this one.
    OverallIs {
        /// The rating.
        rating: Rating,
    },
    /// The overall rating is this one, and is worse than the newest earlier one that was Good or
    /// better, or no earlier such rating is known.
    OverallFellTo {
        /// The rating fallen to.
        rating: Rating,
    },
    /// The newest change of the overall rating was a fall that left it Good or better.
    OverallSlipped,
    /// A key question has this rating while the overall rating is another.
    KeyQuestionIs {
        /// The key question's rating.
        rating: Rating,
    },
    /// Days since a poor rating (or since the baseline, if later) without a recorded decision.
    PoorUndecided {
        /// Rungs by days, ascending.
        steps: Vec<Step>,
    },
    /// It was registered, is not any more, and no registered successor is known.
    Deregistered,
    /// The register calls it dormant.
    Dormant,
    /// Its registered manager is absent for more than so many days.
    ManagerAbsent {
        /// The days.
        over_days: u16,
    },
    /// Its newest inspection is older than so many years.
    InspectionOlderThan {
        /// The years.
        years: u16,
    },
    /// A source failed so many times in a row.
    SourceFailed {
        /// Failures in a row that count.
        after: u16,
    },
    /// A source's newest good reading is older than so many of its intervals.
    SourceStale {
        /// Intervals.
        intervals: u16,
    },
    /// A source says 404 of ids that it knew, three collects in a row.
    SourceLostIds,
    /// The newest values of an indicator lie in a band. Each indicator has its own flag.
    IndicatorBand {
        /// The band.
        band: Band,
        /// So many of the newest values, one after the other.
        in_a_row: u16,
        /// Which indicators.
        indicators: Vec<Indicator>,
    },
    /// A date of an indicator is near or past: each step of the bands has its severity.
    Expiry {
        /// Severity when it is amber.
        amber: Severity,
        /// Severity when it is red.
        red: Severity,
        /// Which indicators.
        indicators: Vec<Indicator>,
    },
    /// The newest value of an indicator is a change for the worse against its own past.
    IndicatorTrend {
        /// Which indicators.
        indicators: Vec<Indicator>,
    },
    /// The newest value of an indicator lies far out on the worse side among all reporters.
    IndicatorOutlier {
        /// Which indicators.
        indicators: Vec<Indicator>,
    },
    /// Either of the two, and graver where several agree. Each indicator has its own flag.
    IndicatorSignal {
        /// Which indicators.
        indicators: Vec<Indicator>,
        /// So many signals of one reporter agree.
        agree: u16,
        /// Severity when they do.
        agreed: Severity,
    },
    /// What came of the newest return that is settled is one of these.
    ReturnIs {
        /// The states.
        states: Vec<ReturnState>,
    },
    /// Too many returns did not come, by the limits of the configuration.
    ReturnsMissed,
    /// Several conditions, of which enough must hold.
    Several {
        /// How many.
        quorum: Quorum,
        /// The conditions; none of them is itself made of several.
        of: Vec<Condition>,
    },
}

/// A band that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Band {
    /// Worth a look.
    Amber,
    /// Not as it should be.
    Red,
}

/// How many of several conditions must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quorum {
    /// Every one.
    All,
    /// One is enough.
    Any,
    /// So many.
    AtLeast(u16),
}

/// What a condition's answer comes from, and so whose failure must hush it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feed {
    /// The regulator's register and ratings.
    Register,
    /// What providers report.
    Returns,
}

impl Condition {
    /// The word in a policy file: `when = { kind = "overall-is", … }`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::OverallIs { .. } => "overall-is",
            Self::OverallFellTo { .. } => "overall-fell-to",
            Self::OverallSlipped => "overall-slipped",
            Self::KeyQuestionIs { .. } => "key-question-is",
            Self::PoorUndecided { .. } => "poor-undecided",
            Self::Deregistered => "deregistered",
            Self::Dormant => "dormant",
            Self::ManagerAbsent { .. } => "manager-absent",
            Self::InspectionOlderThan { .. } => "inspection-older-than",
            Self::SourceFailed { .. } => "source-failed",
            Self::SourceStale { .. } => "source-stale",
            Self::SourceLostIds => "source-lost-ids",
            Self::IndicatorBand { .. } => "indicator-band",
            Self::Expiry { .. } => "expiry",
            Self::IndicatorTrend { .. } => "indicator-trend",
            Self::IndicatorOutlier { .. } => "indicator-outlier",
            Self::IndicatorSignal { .. } => "indicator-signal",
            Self::ReturnIs { .. } => "return-is",
            Self::ReturnsMissed => "returns-missed",
            Self::Several { quorum: Quorum::All, .. } => "all",
            Self::Several { quorum: Quorum::Any, .. } => "any",
            Self::Several { quorum: Quorum::AtLeast(_), .. } => "at-least",
        }
    }

    /// Every word that [`Self::kind`] can give.
    pub const KINDS: [&'static str; 22] = [
        "overall-is",
        "overall-fell-to",
        "overall-slipped",
        "key-question-is",
        "poor-undecided",
        "deregistered",
        "dormant",
        "manager-absent",
        "inspection-older-than",
        "source-failed",
        "source-stale",
        "source-lost-ids",
        "indicator-band",
        "expiry",
        "indicator-trend",
        "indicator-outlier",
        "indicator-signal",
        "return-is",
        "returns-missed",
        "all",
        "any",
        "at-least",
    ];

    /// What the condition is asked of. `Provider` stands for whoever reports: a provider, or a
    /// location where returns are by location.
    #[must_use]
    pub fn subject_kind(&self) -> SubjectKind {
        match self {
            Self::SourceFailed { .. } | Self::SourceStale { .. } | Self::SourceLostIds => SubjectKind::Source,
            Self::Several { of, .. } => {
                let kinds = || of.iter().map(Self::subject_kind);
                if kinds().all(|kind| kind == SubjectKind::Provider) {
                    SubjectKind::Provider
                } else {
                    SubjectKind::Location
                }
            }
            _ if self.is_about_returns() => SubjectKind::Provider,
            _ => SubjectKind::Location,
        }
    }

    /// Whether it asks what providers report.
    #[must_use]
    pub const fn is_about_returns(&self) -> bool {
        matches!(
            self,
            Self::IndicatorBand { .. }
                | Self::Expiry { .. }
                | Self::IndicatorTrend { .. }
                | Self::IndicatorOutlier { .. }
                | Self::IndicatorSignal { .. }
                | Self::ReturnIs { .. }
                | Self::ReturnsMissed
        )
    }

    /// The indicators that have a flag each; `None` for a condition that has one flag.
    #[must_use]
    pub fn topics(&self) -> Option<&[Indicator]> {
        match self {
            Self::IndicatorBand { indicators, .. }
            | Self::Expiry { indicators, .. }
            | Self::IndicatorTrend { indicators }
            | Self::IndicatorOutlier { indicators }
            | Self::IndicatorSignal { indicators, .. } => Some(indicators),
            _ => None,
        }
    }

    /// Whose failure must hush it, where the passing of time alone can make it true: what is not
    /// read cannot be called late.
    #[must_use]
    pub fn waits_for(&self, feed: Feed) -> bool {
        match self {
            Self::PoorUndecided { .. } | Self::ManagerAbsent { .. } | Self::InspectionOlderThan { .. } => {
                feed == Feed::Register
            }
            Self::Expiry { .. } | Self::ReturnIs { .. } | Self::ReturnsMissed => feed == Feed::Returns,
            Self::Several { of, .. } => of.iter().any(|one| one.waits_for(feed)),
            _ => false,
        }
    }
}

impl Band {
    /// The word in a policy file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Amber => "amber",
            Self::Red => "red",
        }
    }
}

impl Rule {
    /// The version of a rule: a hash over everything that changes its meaning, so that the same
    /// words in another file or order have the same version.
    #[must_use]
    pub fn version_of(&self) -> String {
        let meaning = format!(
            "{}\n{}\n{}\n{:?}\n{:?}\n{}\n{}\n{}\n{:?}",
            self.id,
            self.family,
            self.text,
            self.severity,
            self.when,
            self.for_days,
            self.keep_days,
            self.reopen_days,
            self.tell
        );
        sha256_hex(meaning.as_bytes())[..VERSION_HEX].to_owned()
    }
}

impl Rule {
    /// The family of the flag of one indicator: each has its own.
    #[must_use]
    pub fn family_of(&self, topic: Option<Indicator>) -> Family {
        match topic {
            None => self.family.clone(),
            Some(indicator) => format!("{}{TOPIC_SIGN}{}", self.family, indicator.key()),
        }
    }

    /// Whether a flag's family is one that this rule still asks about.
    #[must_use]
    pub fn owns(&self, family: &str) -> bool {
        match self.when.topics() {
            None => family == self.family,
            Some(indicators) => indicators.iter().any(|topic| family == self.family_of(Some(*topic))),
        }
    }
}

impl Policy {
    /// A rule by its id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

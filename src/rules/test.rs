//! Unit tests of a policy, written beside it in TOML and run by `carewarden policy test`.
//!
//! A case states facts, decisions and sources, an instant, and exactly which rules hold then. It
//! needs no database and no clock, so a council can see what a changed rule would say.

mod entries;
mod returned;

use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;

use self::entries::{CaseDecision, CaseFact, CaseSource, severity, subject};
use self::returned::{CaseDue, CaseSeries, returns};
use super::{Decided, Known, Policy, SourceState, Standing, Verdicts, evaluate};
use crate::domain::{Severity, Subject};
use crate::facts::{Fact, History};

/// At most so many cases in one file.
pub const CASES_MAX: usize = 1_000;
/// At most so many facts, decisions or sources in one case.
pub const ENTRIES_MAX: usize = 1_000;

/// A file of cases that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CasesFault {
    /// It is not TOML of this shape.
    #[error("{0}")]
    Shape(toml::de::Error),
    /// It has too many of something.
    #[error("{what}: at most {most} are read; split the file")]
    TooMany {
        /// Of what, and where.
        what: String,
        /// The limit.
        most: usize,
    },
}

/// One `[[case]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows, in words.
    pub name: String,
    /// The instant of judgement.
    pub as_of: Timestamp,
    /// Exactly the rules that hold then.
    #[serde(default)]
    pub expect: Vec<Outcome>,
    /// Rules of which it is then stated that they do not hold, among others.
    #[serde(default)]
    pub expect_absent: Vec<Place>,
    /// Rules of which nothing is known then, among others: a gap, which never clears a flag.
    #[serde(default)]
    pub expect_unknown: Vec<Place>,
    #[serde(default, rename = "fact")]
    facts: Vec<CaseFact>,
    #[serde(default, rename = "decision")]
    decisions: Vec<CaseDecision>,
    #[serde(default, rename = "source")]
    sources: Vec<CaseSource>,
    #[serde(default)]
    series: Vec<CaseSeries>,
    #[serde(default)]
    due: Vec<CaseDue>,
}

/// A rule that holds for a subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Id of the rule.
    pub rule: String,
    /// About whom: `location 1-100000001`.
    #[serde(deserialize_with = "subject")]
    pub subject: Subject,
    /// How grave.
    #[serde(deserialize_with = "severity")]
    pub severity: Severity,
}

/// A rule and a subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Id of the rule.
    pub rule: String,
    /// About whom.
    #[serde(deserialize_with = "subject")]
    pub subject: Subject,
}

/// What one case came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseResult {
    /// The case's name.
    pub name: String,
    /// What was expected and did not come, in words; empty when the case passed.
    pub missing: Vec<String>,
    /// What came and was not expected, in words; empty when the case passed.
    pub unexpected: Vec<String>,
}

/// Reads the cases of one file.
///
/// # Errors
/// The text is not TOML of this shape, or has more entries than the limits allow.
pub fn parse_cases(text: &str) -> Result<Vec<Case>, CasesFault> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(default, rename = "case")]
        cases: Vec<Case>,
    }
    let file: File = toml::from_str(text).map_err(CasesFault::Shape)?;
    limit("cases", file.cases.len(), CASES_MAX)?;
    for case in &file.cases {
        let lists =
            [case.facts.len(), case.decisions.len(), case.sources.len(), case.series.len(), case.due.len()];
        let entries = lists.into_iter().max().unwrap_or(0);
        limit(&format!("entries of case \"{}\"", case.name), entries, ENTRIES_MAX)?;
    }
    Ok(file.cases)
}

fn limit(what: &str, count: usize, most: usize) -> Result<(), CasesFault> {
    if count > most { Err(CasesFault::TooMany { what: what.to_owned(), most }) } else { Ok(()) }
}

/// Runs every case against a policy.
#[must_use]
pub fn run_cases(policy: &Policy, cases: &[Case], zone: &TimeZone) -> Vec<CaseResult> {
    cases.iter().map(|case| case.judge(&case.verdicts(policy, zone))).collect()
}

impl CaseResult {
    /// Whether what was expected came, and nothing else.
    #[must_use]
    pub const fn passed(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty()
    }
}

/// `ok    name`, or `FAIL  name` with a line for each difference.
impl std::fmt::Display for CaseResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}  {}", if self.passed() { "ok  " } else { "FAIL" }, self.name)?;
        for missing in &self.missing {
            write!(f, "\n        missing: {missing}")?;
        }
        for unexpected in &self.unexpected {
            write!(f, "\n        unexpected: {unexpected}")?;
        }
        Ok(())
    }
}

impl Case {
    /// What a policy says of the case.
    #[must_use]
    pub fn verdicts(&self, policy: &Policy, zone: &TimeZone) -> Verdicts {
        let history = History::new(self.history_facts(), self.as_of);
        let sources: Vec<SourceState> = self.sources.iter().map(CaseSource::state).collect();
        let decisions: Vec<Decided> = self.decisions.iter().map(CaseDecision::decided).collect();
        let returns = returns(&self.series, &self.due, self.as_of);
        let known = Known {
            history: &history,
            returns: &returns,
            standing: Standing::All,
            sources: &sources,
            decisions: &decisions,
            now: self.as_of,
            zone,
        };
        evaluate(policy, known)
    }

    fn history_facts(&self) -> Vec<Fact> {
        let mut facts: Vec<&CaseFact> = self.facts.iter().collect();
        facts.sort_by_key(|fact| fact.observed_at);
        facts.into_iter().zip(1_i64..).map(|(fact, seq)| fact.stored(seq)).collect()
    }

    fn judge(&self, verdicts: &Verdicts) -> CaseResult {
        let came: Vec<Outcome> = verdicts.holding.iter().map(Outcome::of).collect();
        let mut missing: Vec<String> =
            self.expect.iter().filter(|wanted| !came.contains(wanted)).map(Outcome::to_string).collect();
        for place in &self.expect_absent {
            if !verdicts.states_absence(&place.rule, &place.subject) {
                missing.push(format!("{place} is stated not to hold"));
            }
        }
        let judged = |place: &Place| {
            verdicts.states_absence(&place.rule, &place.subject) || came.iter().any(|c| c.is_at(place))
        };
        for place in self.expect_unknown.iter().filter(|place| judged(place)) {
            missing.push(format!("{place} is not known"));
        }
        let unexpected =
            came.iter().filter(|came| !self.expect.contains(came)).map(Outcome::to_string).collect();
        CaseResult { name: self.name.clone(), missing, unexpected }
    }
}

impl Outcome {
    fn of(finding: &super::Finding) -> Self {
        Self { rule: finding.rule.clone(), subject: finding.subject.clone(), severity: finding.severity }
    }

    fn is_at(&self, place: &Place) -> bool {
        self.rule == place.rule && self.subject == place.subject
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}) for {}", self.rule, self.severity, self.subject)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} for {}", self.rule, self.subject)
    }
}

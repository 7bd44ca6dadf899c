//! Which recipients a severity reaches.

use jiff::{SignedDuration, Timestamp};

use crate::domain::Severity;
use crate::flags::Flag;

/// `[[recipient]]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Id used by routes and lists.
    pub id: String,
    /// One mail address.
    pub address: String,
    /// Name or role shown in `To`, where given.
    pub name: Option<String>,
}

/// `[[route]]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The severity it is for.
    pub severity: Severity,
    /// Only this severity; otherwise this and above.
    pub only: bool,
    /// Recipients' ids.
    pub to: Vec<String>,
    /// How long an alert may stay unanswered before it goes to `escalate_to`.
    pub answer_within: Option<SignedDuration>,
    /// Recipients' ids that are told when nobody answered; empty without `answer_within`.
    pub escalate_to: Vec<String>,
    /// Tell an unanswered, standing flag again after so long.
    pub remind_after: Option<SignedDuration>,
}

/// The routes of a configuration.
#[derive(Clone, Copy, Debug)]
pub struct Routing<'a> {
    /// All routes.
    pub routes: &'a [Route],
    /// All recipients.
    pub recipients: &'a [Recipient],
}

impl<'a> Routing<'a> {
    /// The routes that a severity takes. `operator` takes operator routes only and, for lack of
    /// one, those of contingency: a failed source must reach somebody.
    #[must_use]
    pub fn routes_for(&self, severity: Severity) -> Vec<&'a Route> {
        let of = |wanted: Severity| -> Vec<&'a Route> {
            self.routes.iter().filter(|route| route.takes(wanted)).collect()
        };
        let own = of(severity);
        if own.is_empty() && severity == Severity::Operator { of(Severity::Contingency) } else { own }
    }

    /// Recipients' ids that a severity reaches, each once, in the order of the recipients' tables.
    #[must_use]
    pub fn told_of(&self, severity: Severity) -> Vec<&'a str> {
        let routes = self.routes_for(severity);
        self.recipients
            .iter()
            .map(|recipient| recipient.id.as_str())
            .filter(|id| routes.iter().any(|route| route.to.iter().any(|to| to == id)))
            .collect()
    }
}

impl Route {
    fn takes(&self, severity: Severity) -> bool {
        if self.only || severity == Severity::Operator || self.severity == Severity::Operator {
            self.severity == severity
        } else {
            severity >= self.severity
        }
    }
}

/// An officer's silence: whom it hushes, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// What it hushes.
    pub matches: QuietMatch,
    /// Its end.
    pub until: Timestamp,
    /// Its author.
    pub by: String,
    /// Its reason.
    pub reason: String,
}

/// What a silence hushes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuietMatch {
    /// Every flag of a rule.
    Rule(String),
    /// Every flag of a subject id.
    Subject(String),
}

impl Quiet {
    /// Whether it hushes a flag at an instant.
    #[must_use]
    pub fn hushes(&self, flag: &Flag, now: Timestamp) -> bool {
        let matched = match &self.matches {
            QuietMatch::Rule(rule) => *rule == flag.last.rule,
            QuietMatch::Subject(id) => *id == flag.last.subject.id,
        };
        matched && now < self.until
    }
}

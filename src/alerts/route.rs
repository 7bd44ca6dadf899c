//! Which recipients a severity reaches.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::domain::Severity;
use crate::flags::Flag;
use crate::schedule::OpenHours;

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
    /// The hours that count for it; around the clock where there are none.
    pub answer_hours: Option<OpenHours>,
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
        if own.is_empty() && severity == Severity::Operator { self.contingency_routes() } else { own }
    }

    /// The routes that are meant for contingency; for lack of one, those that take it among others.
    fn contingency_routes(&self) -> Vec<&'a Route> {
        let meant: Vec<&Route> =
            self.routes.iter().filter(|route| route.severity == Severity::Contingency).collect();
        if meant.is_empty() {
            self.routes.iter().filter(|route| route.takes(Severity::Contingency)).collect()
        } else {
            meant
        }
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
    /// How long an alert has waited for an answer, in the hours that count.
    pub(super) fn waited(&self, since: Timestamp, now: Timestamp, zone: &TimeZone) -> SignedDuration {
        let hours = self.answer_hours.as_ref();
        hours.map_or_else(|| now.duration_since(since), |hours| hours.between(since, now, zone))
    }

    /// By when an alert of this instant must be answered, where it must.
    pub(super) fn answer_by(&self, since: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let within = self.answer_within?;
        match &self.answer_hours {
            Some(hours) => Some(hours.after(since, within, zone)),
            None => since.checked_add(within).ok(),
        }
    }

    pub(super) fn takes(&self, severity: Severity) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn route(severity: Severity, only: bool, to: &str) -> Route {
        Route {
            severity,
            only,
            to: vec![to.to_owned()],
            answer_within: None,
            answer_hours: None,
            escalate_to: Vec::new(),
            remind_after: None,
        }
    }

    fn told(routes: &[Route], severity: Severity) -> Vec<String> {
        let recipients = ["lead", "officer", "director", "systems"].map(|id| Recipient {
            id: id.to_owned(),
            address: format!("{id}@example.gov.uk"),
            name: None,
        });
        let routing = Routing { routes, recipients: &recipients };
        routing.told_of(severity).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_route_takes_its_severity_and_above_unless_only() {
        let routes = [
            route(Severity::Contingency, false, "lead"),
            route(Severity::Watch, false, "officer"),
            route(Severity::Concern, true, "director"),
        ];
        assert_eq!(told(&routes, Severity::Contingency), ["lead", "officer"]);
        assert_eq!(told(&routes, Severity::Concern), ["officer", "director"]);
        assert_eq!(told(&routes, Severity::Watch), ["officer"]);
    }

    #[test]
    fn operator_mail_goes_to_the_operator_or_else_with_contingency() {
        let mut routes =
            vec![route(Severity::Contingency, false, "lead"), route(Severity::Watch, false, "officer")];
        assert_eq!(told(&routes, Severity::Operator), ["lead"]);
        routes.push(route(Severity::Operator, false, "systems"));
        assert_eq!(told(&routes, Severity::Operator), ["systems"]);
        assert_eq!(told(&routes[1..2], Severity::Operator), ["officer"]);
    }
}

//! Flags against findings: what has to be written down after one evaluation.
//!
//! Asked twice with the same input it has nothing to add the second time, and what nobody knows (a
//! gap) changes nothing.

mod clear;
mod follow;
mod hold;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, tz::TimeZone};

use super::{EventKind, Flag, FlagEvent, FlagId, State};
use crate::domain::Subject;
use crate::facts::History;
use crate::rules::{Condition, Finding, Policy, Rule, Verdicts, days_between};

/// What flags are reconciled with.
#[derive(Clone, Copy, Debug)]
pub struct Reconciling<'a> {
    /// Every flag, also those that do not stand any more.
    pub flags: &'a [Flag],
    /// What the rules say now.
    pub verdicts: &'a Verdicts,
    /// The rules in force.
    pub policy: &'a Policy,
    /// The register, for who took the place of whom.
    pub history: &'a History,
    /// The instant of the assessment.
    pub now: Timestamp,
    /// The council's zone: `for`, `keep` and `reopen` count civil days.
    pub zone: &'a TimeZone,
    /// The number that the next new flag gets.
    pub next: FlagId,
}

/// What one assessment adds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// The events, in the order in which they are to be stored.
    pub events: Vec<FlagEvent>,
}

/// Reconciles the flags with the verdicts.
#[must_use]
pub fn reconcile(given: Reconciling<'_>) -> Reconciled {
    let mut work = Work::new(given);
    work.wake();
    work.follow_successors();
    work.hold();
    work.clear();
    Reconciled { events: work.events }
}

/// The flags as they become while events are added.
struct Work<'a> {
    given: Reconciling<'a>,
    gravest: BTreeMap<(&'a Subject, &'a str), &'a Finding>,
    holding: BTreeSet<(&'a str, &'a Subject)>,
    flags: BTreeMap<FlagId, Flag>,
    by_identity: BTreeMap<(Subject, String), BTreeSet<FlagId>>,
    next: FlagId,
    events: Vec<FlagEvent>,
}

impl<'a> Work<'a> {
    fn new(given: Reconciling<'a>) -> Self {
        let mut work = Self {
            given,
            gravest: given.verdicts.gravest(),
            holding: given.verdicts.holding.iter().map(|held| (held.rule.as_str(), &held.subject)).collect(),
            flags: BTreeMap::new(),
            by_identity: BTreeMap::new(),
            next: given.next,
            events: Vec::new(),
        };
        for flag in given.flags {
            work.index(&flag.last);
            work.flags.insert(flag.id, flag.clone());
        }
        work
    }

    fn index(&mut self, event: &FlagEvent) {
        let identity = (event.subject.clone(), event.family.clone());
        self.by_identity.entry(identity).or_default().insert(event.flag);
    }

    fn add(&mut self, event: FlagEvent) {
        self.index(&event);
        self.events.push(event.clone());
        match self.flags.get_mut(&event.flag) {
            Some(flag) => flag.apply(event),
            None => {
                self.flags.insert(event.flag, Flag::from_first(event));
            }
        }
    }

    /// Flags with this identity now; the index also holds those that have moved away since.
    fn with_identity(&self, subject: &Subject, family: &str) -> impl Iterator<Item = &Flag> {
        self.by_identity
            .get(&(subject.clone(), family.to_owned()))
            .into_iter()
            .flatten()
            .filter_map(|id| self.flags.get(id))
            .filter(move |flag| flag.last.subject == *subject)
    }

    fn standing_with(&self, subject: &Subject, family: &str) -> Option<&Flag> {
        self.with_identity(subject, family).find(|flag| flag.last.state.stands())
    }

    fn standing(&self) -> Vec<Flag> {
        self.flags.values().filter(|flag| flag.last.state.stands()).cloned().collect()
    }

    fn finding_for(&self, subject: &Subject, family: &str) -> Option<&'a Finding> {
        self.gravest.get(&(subject, family)).copied()
    }

    /// Whole civil days since an instant.
    fn days_since(&self, instant: Timestamp) -> i64 {
        let day = |at: Timestamp| at.to_zoned(self.given.zone.clone()).date();
        days_between(day(instant), day(self.given.now))
    }
}

impl Work<'_> {
    /// An event that says what a finding says.
    fn says(&self, flag: FlagId, kind: EventKind, state: State, finding: &Finding) -> FlagEvent {
        FlagEvent {
            flag,
            at: self.given.now,
            kind,
            state,
            rule: finding.rule.clone(),
            rule_version: finding.rule_version.clone(),
            family: finding.family.clone(),
            severity: finding.severity,
            weight: finding.weight,
            subject: finding.subject.clone(),
            reason: finding.reason.clone(),
            evidence: finding.evidence.clone(),
            until: None,
            by: None,
        }
    }

    /// An event that keeps what the flag's last one said of the condition.
    fn after(&self, flag: &Flag, kind: EventKind, state: State, reason: String) -> FlagEvent {
        FlagEvent { at: self.given.now, kind, state, reason, until: None, by: None, ..flag.last.clone() }
    }
}

fn is_deregistration(rule: Option<&Rule>) -> bool {
    rule.is_some_and(|rule| rule.when == Condition::Deregistered)
}

//! Flags against findings: what has to be written down after one evaluation.
//!
//! Asked twice with the same input it has nothing to add the second time, and what nobody knows (a
//! gap) changes nothing.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, tz::TimeZone};

use super::{EventKind, Flag, FlagEvent, FlagId, State};
use crate::domain::{Registration, Severity, Subject, SubjectKind};
use crate::facts::History;
use crate::rules::{Absence, Condition, Finding, Policy, Rule, Verdicts, days_between};

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

// Time and the register move a flag, whatever the rules say.
impl Work<'_> {
    fn wake(&mut self) {
        for flag in self.standing() {
            let over = flag.last.until.is_some_and(|until| until <= self.given.now);
            if flag.last.state == State::Snoozed && over {
                let reason = self.reason_now(&flag, &flag.last.subject);
                self.add(self.after(&flag, EventKind::Woken, State::Open, reason));
            }
        }
    }

    fn follow_successors(&mut self) {
        for flag in self.standing() {
            let old = &flag.last.subject;
            if !self.has_left(old) || is_deregistration(self.given.policy.rule(&flag.last.rule)) {
                continue;
            }
            let Some(successor) = self.given.history.registered_successor(old) else { continue };
            let event = match self.standing_with(&successor, &flag.last.family) {
                Some(other) => {
                    let reason =
                        format!("Re-registered as {}; {} stands for it there.", successor.id, other.id);
                    self.after(&flag, EventKind::Superseded, State::Superseded, reason)
                }
                None => self.moved(&flag, successor),
            };
            self.add(event);
        }
    }

    fn moved(&self, flag: &Flag, successor: Subject) -> FlagEvent {
        let holds = self.reason_now(flag, &successor);
        let reason = format!("Re-registered as {} (was {}). {holds}", successor.id, flag.last.subject.id);
        let until = flag.last.until;
        FlagEvent { subject: successor, until, ..self.after(flag, EventKind::Moved, flag.last.state, reason) }
    }

    fn has_left(&self, subject: &Subject) -> bool {
        self.given.history.registration(subject) == Some(Registration::Deregistered)
    }

    /// What holds of a flag's family now, or what its own events said last.
    fn reason_now(&self, flag: &Flag, subject: &Subject) -> String {
        self.finding_for(subject, &flag.last.family)
            .map_or_else(|| flag.reason.clone(), |finding| finding.reason.clone())
    }
}

// What holds opens, worsens or eases a flag.
impl Work<'_> {
    fn hold(&mut self) {
        let mut findings: Vec<&Finding> = self.gravest.values().copied().collect();
        // Stable: what is equally grave stays in the order of subjects and families.
        findings.sort_by_key(|finding| Reverse((finding.severity, finding.weight)));
        for finding in findings {
            match self.standing_with(&finding.subject, &finding.family).cloned() {
                Some(flag) => self.still_holds(&flag, finding),
                None => self.newly_holds(finding),
            }
            if is_deregistration(self.given.policy.rule(&finding.rule)) {
                self.supersede_others(finding);
            }
        }
    }

    fn newly_holds(&mut self, finding: &Finding) {
        let previous = self.previous(finding);
        if previous.as_ref().is_some_and(|flag| closed_as_grave(flag, finding)) {
            return;
        }
        let rule = self.given.policy.rule(&finding.rule);
        let window = rule.map_or(0, |rule| i64::from(rule.reopen_days));
        let again = previous.filter(|flag| {
            window > 0 && flag.cleared_at.is_some_and(|cleared| self.days_since(cleared) <= window)
        });
        let id = again.as_ref().map_or(self.next, |flag| flag.id);
        if again.is_none() {
            self.next = FlagId(self.next.0 + 1);
        }
        if rule.is_some_and(|rule| rule.for_days > 0) {
            self.add(self.says(id, EventKind::Pending, State::Pending, finding));
        } else {
            self.open(id, again.as_ref(), finding);
        }
    }

    fn open(&mut self, id: FlagId, flag: Option<&Flag>, finding: &Finding) {
        let again = flag.is_some_and(|flag| flag.openings > 0);
        let kind = if again { EventKind::Reopened } else { EventKind::Opened };
        let mut event = self.says(id, kind, State::Open, finding);
        if is_deregistration(self.given.policy.rule(&finding.rule)) {
            event.reason.push_str(&closing_words(&self.others(id, &finding.subject)));
        }
        self.add(event);
    }

    /// The newest flag of this identity that cleared, also under an id that has left the register.
    fn previous(&self, finding: &Finding) -> Option<Flag> {
        let mut ids = self.given.history.predecessors(&finding.subject);
        ids.retain(|earlier| self.has_left(earlier));
        ids.push(finding.subject.clone());
        ids.iter()
            .flat_map(|subject| self.with_identity(subject, &finding.family))
            .filter(|flag| flag.last.state == State::Cleared)
            .max_by_key(|flag| (flag.cleared_at, flag.id))
            .cloned()
    }

    fn still_holds(&mut self, flag: &Flag, finding: &Finding) {
        let state = flag.last.state;
        if state == State::Pending {
            let wait = self.given.policy.rule(&finding.rule).map_or(0, |rule| i64::from(rule.for_days));
            if self.days_since(flag.first_at) >= wait {
                self.open(flag.id, Some(flag), finding);
            }
            return;
        }
        let kind = if rank_of(finding) > rank(flag) {
            EventKind::Worse
        } else if flag.absent_since.is_some() {
            EventKind::Returned
        } else if self.has_eased(flag, finding) {
            EventKind::Eased
        } else {
            return;
        };
        let (state, until) =
            if kind == EventKind::Worse { (State::Open, None) } else { (state, flag.last.until) };
        self.add(FlagEvent { until, ..self.says(flag.id, kind, state, finding) });
    }

    /// Less grave, or held up by another rule of the family because its own rule's condition went
    /// away: so that a flag always rests on a rule that holds, or of which nobody knows.
    fn has_eased(&self, flag: &Flag, finding: &Finding) -> bool {
        let own = (flag.last.rule.as_str(), &flag.last.subject);
        let own_holds = self.holding.contains(&own);
        let own_gone = !own_holds && (self.absence(flag).is_some() || self.withdrawn(flag).is_some());
        own_gone || (own_holds && rank_of(finding) < rank(flag))
    }

    fn supersede_others(&mut self, finding: &Finding) {
        let Some(graver) = self.standing_with(&finding.subject, &finding.family).cloned() else { return };
        if graver.last.state == State::Pending {
            return;
        }
        for other in self.others(graver.id, &finding.subject) {
            let reason = format!("Closed with {}: it has left the register.", graver.id);
            self.add(self.after(&other, EventKind::Superseded, State::Superseded, reason));
        }
    }

    fn others(&self, but: FlagId, subject: &Subject) -> Vec<Flag> {
        let on_subject = |flag: &Flag| flag.id != but && flag.last.subject == *subject;
        self.flags.values().filter(|flag| flag.last.state.stands() && on_subject(flag)).cloned().collect()
    }
}

// What was stated not to hold clears a flag.
impl<'a> Work<'a> {
    fn clear(&mut self) {
        let flags: Vec<Flag> = self.flags.values().cloned().collect();
        for flag in flags {
            if flag.last.state.stands() {
                self.clear_standing(&flag);
            } else if flag.last.kind == EventKind::Closed {
                self.clear_closed(&flag);
            }
        }
    }

    fn clear_standing(&mut self, flag: &Flag) {
        if self.finding_for(&flag.last.subject, &flag.last.family).is_some() {
            return;
        }
        if let Some(reason) = self.withdrawn(flag) {
            self.add(self.after(flag, EventKind::Withdrawn, State::Cleared, reason));
            return;
        }
        let Some(absence) = self.absence(flag) else { return };
        let keep = self.given.policy.rule(&flag.last.rule).map_or(0, |rule| i64::from(rule.keep_days));
        let (kind, state) = match (flag.last.state, flag.absent_since) {
            (State::Pending, _) => (EventKind::Lapsed, State::Cleared),
            (_, None) if keep == 0 => (EventKind::Cleared, State::Cleared),
            (state, None) => (EventKind::Absent, state),
            (_, Some(since)) if self.days_since(since) >= keep => (EventKind::Cleared, State::Cleared),
            (_, Some(_)) => return,
        };
        self.add(self.states_absence(flag, kind, state, absence));
    }

    /// A flag that an officer closed while the condition held: once that is stated to be gone, its
    /// return is news again.
    fn clear_closed(&mut self, flag: &Flag) {
        let subject = self.given.history.registered_successor(&flag.last.subject);
        let subject = subject.filter(|_| self.has_left(&flag.last.subject));
        let subject = subject.as_ref().unwrap_or(&flag.last.subject);
        if self.finding_for(subject, &flag.last.family).is_some() {
            return;
        }
        let absence = self.given.verdicts.absent.get(&(flag.last.rule.clone(), subject.clone()));
        if let Some(absence) = absence {
            self.add(self.states_absence(flag, EventKind::Cleared, State::Cleared, absence));
        }
    }

    fn absence(&self, flag: &Flag) -> Option<&'a Absence> {
        self.given.verdicts.absent.get(&(flag.last.rule.clone(), flag.last.subject.clone()))
    }

    /// Why nobody asks any more whether a flag's condition holds.
    fn withdrawn(&self, flag: &Flag) -> Option<String> {
        let last = &flag.last;
        let in_policy = self.given.policy.rule(&last.rule).is_some_and(|rule| rule.family == last.family);
        if !in_policy {
            return Some(format!("Rule {} is not in the policy any more.", last.rule));
        }
        let configured =
            last.subject.kind != SubjectKind::Source || self.given.verdicts.asked.contains(&last.subject);
        (!configured).then(|| format!("Source {} is not configured any more.", last.subject.id))
    }
}

// Events.
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

    fn states_absence(&self, flag: &Flag, kind: EventKind, state: State, absence: &Absence) -> FlagEvent {
        let until = flag.last.until.filter(|_| state == State::Snoozed);
        FlagEvent {
            evidence: absence.evidence.clone(),
            until,
            ..self.after(flag, kind, state, absence.reason.clone())
        }
    }
}

const fn rank(flag: &Flag) -> (Severity, u32) {
    (flag.last.severity, flag.last.weight)
}

const fn rank_of(finding: &Finding) -> (Severity, u32) {
    (finding.severity, finding.weight)
}

fn closed_as_grave(flag: &Flag, finding: &Finding) -> bool {
    flag.last.kind == EventKind::Closed && rank_of(finding) <= rank(flag)
}

fn is_deregistration(rule: Option<&Rule>) -> bool {
    rule.is_some_and(|rule| rule.when == Condition::Deregistered)
}

/// " Open flags CW-0003, CW-0009 are closed with it.", or nothing.
fn closing_words(others: &[Flag]) -> String {
    let open: Vec<String> = others
        .iter()
        .filter(|other| other.last.state != State::Pending)
        .map(|other| other.id.to_string())
        .collect();
    match open.as_slice() {
        [] => String::new(),
        [one] => format!(" Open flag {one} is closed with it."),
        many => format!(" Open flags {} are closed with it.", many.join(", ")),
    }
}

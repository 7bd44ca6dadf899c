//! Asks every rule of every subject.

use std::collections::{BTreeMap, BTreeSet};

use super::conditions::{Asked, Held, Peers, Verdict, judge};
use super::{Evidence, Family, Finding, Known, Policy, Rule};
use crate::domain::{Indicator, Subject, SubjectKind};

/// A rule's place: its id, the family of its flag, and about whom.
pub type Place = (String, Family, Subject);

/// A condition that was stated not to hold: what a flag clears on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// What holds instead, in one plain sentence.
    pub reason: String,
    /// What it rests on; never empty.
    pub evidence: Vec<Evidence>,
}

/// What the rules say of all subjects at one instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// The conditions that hold, one a rule and subject, in the order of the policy.
    pub holding: Vec<Finding>,
    /// Conditions of which it was stated that they do not hold. Only these may clear a flag. What
    /// could not be judged is in neither.
    pub absent: BTreeMap<Place, Absence>,
    /// Every subject of which a rule was asked.
    pub asked: BTreeSet<Subject>,
}

impl Verdicts {
    /// The finding that speaks for each subject and family: by severity, then by weight, then the
    /// first in the policy.
    #[must_use]
    pub fn gravest(&self) -> BTreeMap<(&Subject, &str), &Finding> {
        let mut gravest: BTreeMap<(&Subject, &str), &Finding> = BTreeMap::new();
        for finding in &self.holding {
            let rank = |finding: &Finding| (finding.severity, finding.weight);
            gravest
                .entry((&finding.subject, finding.family.as_str()))
                .and_modify(|held| {
                    if rank(finding) > rank(held) {
                        *held = finding;
                    }
                })
                .or_insert(finding);
        }
        gravest
    }

    /// Whether a rule was stated not to hold for a subject, in any of its families.
    #[must_use]
    pub fn states_absence(&self, rule: &str, subject: &Subject) -> bool {
        self.absent.keys().any(|(one, _, about)| one == rule && about == subject)
    }

    fn record(
        &mut self,
        asked: Asked<'_>,
        topic: Option<Indicator>,
        verdict: Verdict,
        holding: &mut Vec<Finding>,
    ) {
        let Asked { rule, subject, .. } = asked;
        match verdict {
            Verdict::Holds(held) => holding.push(finding(rule, subject.clone(), rule.family_of(topic), held)),
            Verdict::Absent(absence) => {
                self.absent.insert((rule.id.clone(), rule.family_of(topic), subject.clone()), absence);
            }
            Verdict::Unknown => {}
        }
    }
}

/// Evaluates a policy. All rules are asked of one subject after the other: what is known of a subject
/// is then fetched once, which with many reporters takes longer than to judge it.
#[must_use]
pub fn evaluate(policy: &Policy, known: Known<'_>) -> Verdicts {
    let peers = Peers::of(policy, known.returns);
    let today = known.today();
    let mut verdicts = Verdicts::default();
    let mut holding: Vec<Vec<Finding>> = vec![Vec::new(); policy.rules.len()];
    for kind in [SubjectKind::Source, SubjectKind::Location, SubjectKind::Provider] {
        let asked_of_kind = |rule: &&Rule| rule.when.subject_kind() == kind;
        if !policy.rules.iter().any(|rule| asked_of_kind(&rule)) {
            continue;
        }
        for subject in subjects(kind, known) {
            for (rule, holding) in
                policy.rules.iter().zip(&mut holding).filter(|(rule, _)| asked_of_kind(rule))
            {
                let asked = Asked { rule, subject: &subject, known, peers: &peers, today };
                judge(asked, &mut |topic, verdict| verdicts.record(asked, topic, verdict, holding));
            }
            verdicts.asked.insert(subject);
        }
    }
    verdicts.holding = holding.into_iter().flatten().collect();
    verdicts
}

/// Whom a rule is asked of: `Provider` stands for whoever reports.
fn subjects(kind: SubjectKind, known: Known<'_>) -> Vec<Subject> {
    match kind {
        SubjectKind::Source => known.sources.iter().map(|source| Subject::source(&source.id)).collect(),
        SubjectKind::Location => known.history.subjects(kind).cloned().collect(),
        SubjectKind::Provider => known.returns.reporters().map(|(subject, _)| subject.clone()).collect(),
    }
}

fn finding(rule: &Rule, subject: Subject, family: Family, held: Held) -> Finding {
    Finding {
        rule: rule.id.clone(),
        rule_version: rule.version.clone(),
        family,
        subject,
        severity: held.severity.unwrap_or(rule.severity),
        weight: held.weight,
        reason: held.reason,
        evidence: held.evidence,
    }
}

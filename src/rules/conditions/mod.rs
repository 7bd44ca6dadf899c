//! What each condition asks of one subject: it holds, it was stated not to, or nobody knows.

mod line;
mod ratings;
mod register;
mod returns;
mod several;
mod sources;
mod undecided;

pub(super) use returns::Peers;
pub(crate) use returns::{figure, is_small, name_words, period_words};

use super::{Absence, Condition, Evidence, Known, Rule, Standing};
use crate::domain::{Indicator, Registration, Severity, Subject};
use crate::facts::Fact;

/// One rule asked of one subject.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// Of whom.
    pub subject: &'a Subject,
    /// What is known.
    pub known: Known<'a>,
    /// How reporters stand among each other.
    pub peers: &'a Peers<'a>,
    /// The civil day of judgement, worked out once: it takes longer than to judge a value.
    pub today: jiff::civil::Date,
}

/// What a condition says of one subject.
pub(super) enum Verdict {
    /// It holds.
    Holds(Held),
    /// It was stated not to hold.
    Absent(Absence),
    /// Not stated: a gap, which never opens and never clears.
    Unknown,
}

/// A condition that holds, before the rule's own words are put to it.
pub(super) struct Held {
    /// Severity of the step that is reached; `None` is the rule's own.
    pub severity: Option<Severity>,
    /// How bad within the family at equal severity.
    pub weight: u32,
    /// What holds, in one sentence.
    pub reason: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

impl Verdict {
    fn holds(weight: u32, reason: String, evidence: Vec<Evidence>) -> Self {
        Self::Holds(Held { severity: None, weight, reason, evidence })
    }

    const fn absent(reason: String, evidence: Vec<Evidence>) -> Self {
        Self::Absent(Absence { reason, evidence })
    }
}

/// Takes the verdicts of one condition: one for each indicator of those that have a flag each, else
/// one for none.
pub(super) type Tell<'a> = &'a mut dyn FnMut(Option<Indicator>, Verdict);

/// Judges one rule over one subject.
pub(super) fn judge(asked: Asked<'_>, tell: Tell<'_>) {
    judge_condition(asked, &asked.rule.when, tell);
}

fn judge_condition(asked: Asked<'_>, condition: &Condition, tell: Tell<'_>) {
    if condition.is_about_returns() {
        returns::judge(asked, condition, tell);
    } else if let Condition::Several { quorum, of } = condition {
        tell(None, several::several(asked, *quorum, of));
    } else {
        tell(None, judge_register(asked, condition));
    }
}

fn judge_register(asked: Asked<'_>, condition: &Condition) -> Verdict {
    match condition {
        Condition::Deregistered => register::deregistered(asked),
        Condition::SourceFailed { after } => sources::failed(asked, *after),
        Condition::SourceStale { intervals } => sources::stale(asked, *intervals),
        Condition::SourceLostIds => sources::lost_ids(asked),
        // A location that has left the register keeps its ratings and its dormancy on record:
        // they say nothing any more, and what stood is closed with the deregistration.
        _ if !asked.is_registered() => Verdict::Unknown,
        Condition::Dormant => register::dormant(asked),
        Condition::ManagerAbsent { over_days } => register::manager_absent(asked, *over_days),
        Condition::InspectionOlderThan { years } => register::inspection_older_than(asked, *years),
        // An inherited rating is told of the old id for as long as that is on the register.
        _ if line::inherits_from_registered(asked.known.history, asked.subject) => Verdict::Unknown,
        Condition::OverallIs { rating } => ratings::overall_is(asked, *rating),
        Condition::OverallFellTo { rating } => ratings::overall_fell_to(asked, *rating),
        Condition::OverallSlipped => ratings::overall_slipped(asked),
        Condition::KeyQuestionIs { rating } => ratings::key_question_is(asked, *rating),
        Condition::PoorUndecided { steps } => undecided::poor_undecided(asked, steps),
        // Judged elsewhere: see `judge_condition`.
        _ => Verdict::Unknown,
    }
}

impl Asked<'_> {
    /// Whether it is of interest that the condition does not hold.
    fn wants_absence(&self, topic: Option<Indicator>) -> bool {
        match self.known.standing {
            Standing::All => true,
            // Conditions within others do not stand alone, so they are always of interest.
            Standing::Only(_) if matches!(self.rule.when, Condition::Several { .. }) => true,
            Standing::Only(places) if places.is_empty() => false,
            Standing::Only(places) => {
                let family = self.rule.family_of(topic);
                places.contains(&(self.rule.id.clone(), family, self.subject.clone()))
            }
        }
    }

    fn is_registered(&self) -> bool {
        self.known.history.registration(self.subject) == Some(Registration::Registered)
    }
}

/// A fact as evidence, with the fact it took the place of.
fn evidence(now: &Fact, before: Option<&Fact>) -> Evidence {
    Evidence {
        fact: now.attribute.as_string(),
        old: before.map(|fact| fact.value.clone()),
        old_effective: before.and_then(|fact| fact.effective),
        new: now.value.clone(),
        effective: now.effective,
        observed_at: now.observed_at,
        document: Some(now.document),
        row: Some(now.row.clone()),
        working: None,
    }
}

/// A fact about Carewarden's own work: no document says it.
fn own(fact: &str, new: String, observed_at: jiff::Timestamp) -> Evidence {
    Evidence {
        fact: fact.to_owned(),
        old: None,
        old_effective: None,
        new,
        effective: None,
        observed_at,
        document: None,
        row: None,
        working: None,
    }
}

/// "Safe", "Safe and Caring", "Safe, Caring and Well-led".
fn and(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

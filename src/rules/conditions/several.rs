//! Several conditions of which enough must hold. What is not known of one is not known of all,
//! unless the others already decide.

use super::{Asked, Evidence, Held, Verdict, judge_condition};
use crate::rules::{Absence, Condition, Quorum};

/// What the parts say.
#[derive(Default)]
struct Parts {
    holding: Vec<Held>,
    absent: Vec<Absence>,
    unknown: usize,
}

/// Enough of several conditions hold.
pub(super) fn several(asked: Asked<'_>, quorum: Quorum, of: &[Condition]) -> Verdict {
    let mut parts = Parts::default();
    for condition in of {
        match one(asked, condition) {
            Verdict::Holds(held) => parts.holding.push(held),
            Verdict::Absent(absence) => parts.absent.push(absence),
            Verdict::Unknown => parts.unknown += 1,
        }
    }
    let needed = match quorum {
        Quorum::All => of.len(),
        Quorum::Any => 1,
        Quorum::AtLeast(number) => usize::from(number),
    };
    if parts.holding.len() >= needed {
        holds(parts.holding)
    } else if parts.holding.len() + parts.unknown < needed {
        absent(parts.absent)
    } else {
        Verdict::Unknown
    }
}

/// A condition as a part: about returns it is asked of the location, or else of its provider; of
/// several indicators one that holds is enough.
fn one(asked: Asked<'_>, condition: &Condition) -> Verdict {
    let provider = (condition.is_about_returns() && asked.known.returns.of(asked.subject).is_none())
        .then(|| asked.known.history.provider_of(asked.subject))
        .flatten();
    let asked = Asked { subject: provider.as_ref().unwrap_or(asked.subject), ..asked };
    let mut parts = Parts::default();
    judge_condition(asked, condition, &mut |_, verdict| match verdict {
        Verdict::Holds(held) => parts.holding.push(held),
        Verdict::Absent(absence) => parts.absent.push(absence),
        Verdict::Unknown => parts.unknown += 1,
    });
    if !parts.holding.is_empty() {
        holds(parts.holding)
    } else if parts.absent.is_empty() {
        Verdict::Unknown
    } else {
        absent(parts.absent)
    }
}

fn holds(held: Vec<Held>) -> Verdict {
    let reasons: Vec<String> = held.iter().map(|one| one.reason.clone()).collect();
    let weight = held.iter().map(|one| one.weight).max().unwrap_or(0);
    let evidence = once(held.into_iter().flat_map(|one| one.evidence));
    Verdict::holds(weight, reasons.join(" "), evidence)
}

fn absent(parts: Vec<Absence>) -> Verdict {
    let reasons: Vec<String> = parts.iter().map(|one| one.reason.clone()).collect();
    let evidence = once(parts.into_iter().flat_map(|one| one.evidence));
    Verdict::absent(reasons.join(" "), evidence)
}

/// Two parts may rest on the same fact.
fn once(all: impl Iterator<Item = Evidence>) -> Vec<Evidence> {
    let mut kept: Vec<Evidence> = Vec::new();
    for evidence in all {
        if !kept.contains(&evidence) {
            kept.push(evidence);
        }
    }
    kept
}

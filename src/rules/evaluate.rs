//! Asks every rule of every subject.

use std::collections::BTreeSet;

use super::{Finding, Known, Policy};
use crate::domain::Subject;

/// What the rules say of all subjects at one instant.
#[derive(Clone, Debug, Default)]
pub struct Verdicts {
    /// The conditions that hold, one a rule and subject.
    pub holding: Vec<Finding>,
    /// (family, subject) of which at least one rule could be judged and none holds: only these
    /// may clear a flag. What could not be judged is in neither.
    pub absent: BTreeSet<(String, Subject)>,
}

/// Evaluates a policy.
#[must_use]
pub fn evaluate(_policy: &Policy, _known: Known<'_>) -> Verdicts {
    Verdicts::default()
}

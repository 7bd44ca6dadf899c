//! Whether the limits say that a target will be met.

use serde::Serialize;

use super::limits::Limits;
use crate::signals::Better;

/// What to expect of a series that goes on as it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Assurance {
    /// The whole span between the limits is on the good side of the target.
    ConsistentlyPasses,
    /// The whole span is on the bad side.
    ConsistentlyFails,
    /// The target lies within the limits: chance decides.
    HitAndMiss,
}

impl Assurance {
    /// The words that charts of this kind use.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::ConsistentlyPasses => "consistently passes",
            Self::ConsistentlyFails => "consistently fails",
            Self::HitAndMiss => "hit and miss",
        }
    }
}

/// Holds limits against a target; `None` where neither way is better.
#[must_use]
pub fn assurance(limits: &Limits, target: f64, better: Better) -> Option<Assurance> {
    let passes_below = match better {
        Better::Neither => return None,
        Better::Lower => true,
        Better::Higher => false,
    };
    Some(if target > limits.upper {
        if passes_below { Assurance::ConsistentlyPasses } else { Assurance::ConsistentlyFails }
    } else if target < limits.lower {
        if passes_below { Assurance::ConsistentlyFails } else { Assurance::ConsistentlyPasses }
    } else {
        Assurance::HitAndMiss
    })
}

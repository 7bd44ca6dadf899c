//! The working of a running sum.

use serde::Serialize;

use super::number::number;
use crate::signals::{CusumStep, Decision};

/// A running sum, step by step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CusumWorked {
    /// What was looked for and when a signal is given.
    pub decision: Decision,
    /// Every step, oldest first.
    pub steps: Vec<CusumStep>,
}

impl CusumWorked {
    pub(super) fn poisson_words(&self) -> Vec<String> {
        let ratio = self.decision.ratio();
        let rule = format!(
            "Each period adds its count × {} (ln {}) and takes off {} × the count expected.",
            number(ratio.ln()),
            number(ratio),
            number(ratio - 1.0)
        );
        self.words(rule)
    }

    pub(super) fn bernoulli_words(&self) -> Vec<String> {
        let ratio = number(self.decision.ratio());
        self.words(format!(
            "Each case takes off ln(1 - p + {ratio} p), and adds ln {ratio} when the event came."
        ))
    }

    fn words(&self, rule: String) -> Vec<String> {
        let threshold = number(self.decision.threshold());
        let mut words = vec![
            rule,
            format!("The sum never falls below 0; at {threshold} it signals and starts again at 0."),
        ];
        words.extend(self.steps.iter().enumerate().map(|(place, step)| step_words(place, step)));
        words
    }
}

fn step_words(place: usize, step: &CusumStep) -> String {
    format!(
        "{}: {} where {} expected, {}{}; sum {}{}",
        place + 1,
        number(step.observed),
        number(step.expected),
        if step.weight < 0.0 { "" } else { "+" },
        number(step.weight),
        number(step.sum),
        if step.signal { ", signal." } else { "." }
    )
}

//! Running sums for rare events: a Poisson count a period, or one yes or no at a time.
//!
//! Sources: Lucas, Technometrics 27 (1985), for counts; Steiner, Cook, Farewell and Treasure,
//! Biostatistics 1 (2000), for single outcomes with their own risk. Both add the log-likelihood
//! ratio of "R times as many" against "as expected", never fall below nought, signal at `h` and
//! start again at nought.

use serde::Serialize;

use super::Unfit;

/// How many times more is looked for, unless told otherwise.
pub const RATIO_DEFAULT: f64 = 2.0;

/// The sum at which a signal is given, unless told otherwise.
///
/// With R = 2 and one event expected a week: a false alarm about every 424 weeks, and a doubling
/// found in about 10.
pub const DECISION_DEFAULT: f64 = 4.0;

/// What is looked for, and when to say so.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Decision {
    ratio: f64,
    threshold: f64,
}

impl Default for Decision {
    fn default() -> Self {
        Self { ratio: RATIO_DEFAULT, threshold: DECISION_DEFAULT }
    }
}

impl Decision {
    /// Looks for `ratio` times as many (over 1, up to 100), and signals at a sum of `threshold`
    /// (over 0, up to 100).
    pub fn new(ratio: f64, threshold: f64) -> Result<Self, Unfit> {
        if !(ratio > 1.0 && ratio <= 100.0) {
            return Err(Unfit::Setting { name: "ratio", value: ratio, range: "over 1, up to 100" });
        }
        if !(threshold > 0.0 && threshold <= 100.0) {
            return Err(Unfit::Setting { name: "threshold", value: threshold, range: "over 0, up to 100" });
        }
        Ok(Self { ratio, threshold })
    }

    /// How many times more is looked for: R.
    #[must_use]
    pub const fn ratio(&self) -> f64 {
        self.ratio
    }

    /// The sum at which a signal is given: h.
    #[must_use]
    pub const fn threshold(&self) -> f64 {
        self.threshold
    }
}

/// One step of a running sum, with all that it was made from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CusumStep {
    /// What was counted: events, or 1 and 0 for yes and no.
    pub observed: f64,
    /// What was expected: a count, or a probability.
    pub expected: f64,
    /// What the step added (or took off).
    pub weight: f64,
    /// The sum after the step, before a signal sets it back to nought.
    pub sum: f64,
    /// Whether the sum reached the threshold; the next step then starts at nought.
    pub signal: bool,
}

/// A sum that stands, and takes the next period.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cusum {
    decision: Decision,
    sum: f64,
}

impl Cusum {
    /// A sum that starts at nought.
    #[must_use]
    pub const fn new(decision: Decision) -> Self {
        Self { decision, sum: 0.0 }
    }

    fn add(&mut self, observed: f64, expected: f64, weight: f64) -> CusumStep {
        let sum = (self.sum + weight).max(0.0);
        let signal = sum >= self.decision.threshold;
        self.sum = if signal { 0.0 } else { sum };
        CusumStep { observed, expected, weight, sum, signal }
    }
}

/// The most that may be expected or counted in one period.
const COUNT_MAX: f64 = 1e9;

/// A running sum over counts: `C = max(0, C + x ln R - (R - 1) E)`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PoissonCusum(Cusum);

impl PoissonCusum {
    /// A sum that starts at nought.
    #[must_use]
    pub const fn new(decision: Decision) -> Self {
        Self(Cusum::new(decision))
    }

    /// Takes a period in which `count` events came and `expected` were to come.
    pub fn step(&mut self, count: u32, expected: f64) -> Result<CusumStep, Unfit> {
        if !(expected > 0.0 && expected <= COUNT_MAX) {
            return Err(Unfit::Setting { name: "expected", value: expected, range: "over 0, up to 1e9" });
        }
        let ratio = self.0.decision.ratio;
        let weight = f64::from(count) * ratio.ln() - (ratio - 1.0) * expected;
        Ok(self.0.add(f64::from(count), expected, weight))
    }
}

/// One outcome that could have been an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The event came.
    Event,
    /// It did not.
    None,
}

/// A running sum over single outcomes: `W = ln(R^y / (1 - p + R p))`, where R is an odds ratio.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BernoulliCusum(Cusum);

impl BernoulliCusum {
    /// A sum that starts at nought.
    #[must_use]
    pub const fn new(decision: Decision) -> Self {
        Self(Cusum::new(decision))
    }

    /// Takes one outcome, whose probability was `probability`.
    pub fn step(&mut self, outcome: Outcome, probability: f64) -> Result<CusumStep, Unfit> {
        if !(probability > 0.0 && probability < 1.0) {
            return Err(Unfit::Setting {
                name: "probability",
                value: probability,
                range: "between 0 and 1, neither included",
            });
        }
        let ratio = self.0.decision.ratio;
        let expected = (1.0 - probability + ratio * probability).ln();
        let (observed, weight) = match outcome {
            Outcome::Event => (1.0, ratio.ln() - expected),
            Outcome::None => (0.0, -expected),
        };
        Ok(self.0.add(observed, probability, weight))
    }
}

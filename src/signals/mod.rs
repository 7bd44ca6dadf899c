//! Telling a change from noise: control charts, funnels and running sums over plain numbers.
//!
//! Nothing here knows what a number means. Every verdict can be written out in full ([`Worked`]),
//! so that a person with a calculator can find the same limits again.

pub mod change;
mod cusum;
pub mod funnel;
mod method;
mod numerics;
mod worked;
pub mod xmr;

pub use cusum::{
    BernoulliCusum, Cusum, CusumStep, DECISION_DEFAULT, Decision, Outcome, PoissonCusum, RATIO_DEFAULT,
};
pub use method::{EXPECTED_COUNT_XMR_MIN, Method, method_for};
pub use worked::{CusumWorked, FunnelWorked, Screened, Worked, XmrWorked, number};

use serde::Serialize;

/// On which side of the centre, or in which direction, something lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Higher than the centre, or rising.
    Above,
    /// Lower than the centre, or falling.
    Below,
}

/// Which way is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Higher numbers are better.
    Higher,
    /// Lower numbers are better.
    Lower,
    /// Neither is better; a change is only a change.
    Neither,
}

/// What a signal on one side means, given which way is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// A change for the worse.
    Worse,
    /// A change for the better.
    Better,
    /// A change where neither way is better.
    Neutral,
}

impl Better {
    /// What a signal on `side` means.
    #[must_use]
    pub const fn tone(self, side: Side) -> Tone {
        match (self, side) {
            (Self::Neither, _) => Tone::Neutral,
            (Self::Higher, Side::Above) | (Self::Lower, Side::Below) => Tone::Better,
            (Self::Higher, Side::Below) | (Self::Lower, Side::Above) => Tone::Worse,
        }
    }
}

/// Why a set of numbers cannot be judged.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Unfit {
    /// There is nothing to judge.
    #[error("no values were given; at least one is needed")]
    Empty,
    /// More values than the limit.
    #[error("{count} values were given; at most {max} are taken")]
    TooMany {
        /// How many came.
        count: usize,
        /// How many are taken.
        max: usize,
    },
    /// A value is not a number, or so large that sums of it are none.
    #[error("value {} is not a finite number of at most {VALUE_MAX:e}; leave a gap out instead", .index + 1)]
    NotFinite {
        /// Its place, from 0.
        index: usize,
    },
    /// A start of a new baseline that is not after the one before, or not in the series.
    #[error("a new baseline cannot start at value {}; starts rise and lie inside the series", .index + 1)]
    Rebase {
        /// The place that was given, from 0.
        index: usize,
    },
    /// A setting outside its range.
    #[error("{name} = {value} is out of range; it takes {range}")]
    Setting {
        /// What it is called.
        name: &'static str,
        /// What was given.
        value: f64,
        /// What it takes, in words.
        range: &'static str,
    },
}

/// The largest size of a value: squares and sums of this many digits still are numbers.
pub const VALUE_MAX: f64 = 1e15;

/// The most values in one series or one funnel: more than there are home-care locations in a country.
pub const VALUES_MAX: usize = 20_000;

/// Refuses what cannot be judged: nothing, too much, or values that are no numbers.
fn check_values(values: &[f64]) -> Result<(), Unfit> {
    if values.is_empty() {
        return Err(Unfit::Empty);
    }
    if values.len() > VALUES_MAX {
        return Err(Unfit::TooMany { count: values.len(), max: VALUES_MAX });
    }
    match values.iter().position(|value| !is_fit(*value)) {
        Some(index) => Err(Unfit::NotFinite { index }),
        None => Ok(()),
    }
}

fn is_fit(value: f64) -> bool {
    value.is_finite() && value.abs() <= VALUE_MAX
}

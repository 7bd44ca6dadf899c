//! The XmR chart: single values, their mean, and limits from how much neighbours differ.
//!
//! Source: Wheeler, Understanding Variation (1993), and the rules and defaults of NHS England's
//! Making Data Count. Two defects of common programs are not copied: a constant series has limits
//! at its mean and no signal (not limits that are no numbers), and screening that would leave no
//! range at all is not applied (limits would collapse onto the mean).

mod assurance;
mod chart;
mod limits;
mod marks;
mod newest;
mod rules;

pub use assurance::{Assurance, assurance};
pub use chart::{Baseline, Chart, Segment};
pub use limits::{LIMIT_FACTOR, Limits, SCREEN_FACTOR, Screening};
pub use marks::{Mark, Rule};
pub use newest::{NewestSignal, judge_newest, judge_newest_against, judge_newest_with};
pub use rules::{RUN_POINTS_DEFAULT, Rules};

use serde::Serialize;

/// Fewer points than this in a baseline give trial limits, which may move a good deal.
pub const STANDING_POINTS_MIN: usize = 13;

/// How far limits can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// From fewer than [`STANDING_POINTS_MIN`] points.
    Trial,
    /// From enough points.
    Full,
}

impl Standing {
    /// The standing of limits from so many points.
    #[must_use]
    pub const fn of(points: usize) -> Self {
        if points < STANDING_POINTS_MIN { Self::Trial } else { Self::Full }
    }
}

//! The settings of the rules.

use serde::Serialize;

use super::limits::Screening;
use crate::signals::Unfit;

/// How many points make a trend or a shift, unless told otherwise.
pub const RUN_POINTS_DEFAULT: usize = 7;

/// The fewest and the most points that a trend or a shift may be set to.
const RUN_POINTS: std::ops::RangeInclusive<usize> = 3..=50;

/// How long a run must be, and whether very large ranges are left out of the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rules {
    trend_points: usize,
    shift_points: usize,
    screening: Screening,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            trend_points: RUN_POINTS_DEFAULT,
            shift_points: RUN_POINTS_DEFAULT,
            screening: Screening::Once,
        }
    }
}

impl Rules {
    /// These rules with another screening.
    #[must_use]
    pub const fn with_screening(self, screening: Screening) -> Self {
        Self { screening, ..self }
    }

    /// These rules with a trend of so many points (3 to 50).
    pub fn with_trend_points(self, points: usize) -> Result<Self, Unfit> {
        Ok(Self { trend_points: run("trend_points", points)?, ..self })
    }

    /// These rules with a shift of so many points (3 to 50).
    pub fn with_shift_points(self, points: usize) -> Result<Self, Unfit> {
        Ok(Self { shift_points: run("shift_points", points)?, ..self })
    }

    /// How many points make a trend.
    #[must_use]
    pub const fn trend_points(&self) -> usize {
        self.trend_points
    }

    /// How many points make a shift.
    #[must_use]
    pub const fn shift_points(&self) -> usize {
        self.shift_points
    }

    /// Whether very large ranges are left out.
    #[must_use]
    pub const fn screening(&self) -> Screening {
        self.screening
    }
}

#[expect(clippy::cast_precision_loss, reason = "a setting out of range is only printed")]
fn run(name: &'static str, points: usize) -> Result<usize, Unfit> {
    if RUN_POINTS.contains(&points) {
        Ok(points)
    } else {
        Err(Unfit::Setting { name, value: points as f64, range: "3 to 50 points" })
    }
}

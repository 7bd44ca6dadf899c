//! Mean and limits of a stretch of values.

use serde::Serialize;

use crate::signals::Side;

/// From the mean moving range to three sigma: 3 / d2 with d2 = 1.128 for ranges of two.
pub const LIMIT_FACTOR: f64 = 2.66;

/// The upper limit of a moving range in mean moving ranges: D4 for ranges of two.
pub const SCREEN_FACTOR: f64 = 3.267;

/// What share of the way to a limit counts as near.
const NEAR_SHARE: f64 = 2.0 / 3.0;

/// Differences smaller than this share of the numbers at hand are the computer's rounding.
const ROUNDING_SHARE: f64 = 1e-12;

/// Whether very large ranges are left out of the mean range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Screening {
    /// All ranges count.
    Off,
    /// Ranges of [`SCREEN_FACTOR`] mean ranges or more are dropped once and the rest averaged
    /// again, unless no movement at all would be left. The mean of the values stays.
    Once,
}

/// The mean of a stretch of values and how far a value may lie from it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Limits {
    /// The mean of the values.
    pub mean: f64,
    /// The mean moving range that the limits are made from.
    pub mr_mean: f64,
    /// `mean - 2.66 mr_mean`.
    pub lower: f64,
    /// Two thirds of the way from the mean to the lower limit.
    pub near_lower: f64,
    /// Two thirds of the way from the mean to the upper limit.
    pub near_upper: f64,
    /// `mean + 2.66 mr_mean`.
    pub upper: f64,
    #[serde(skip)]
    rounding: f64,
}

/// Where a value lies between the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    Middle,
    Near,
    Outside,
}

impl Limits {
    /// The limits of `values`, which are not empty; one value alone has no range.
    pub(in crate::signals) fn of(values: &[f64], screening: Screening) -> Self {
        let mean = values.iter().sum::<f64>() / count(values.len());
        let all = mean_range(values, f64::INFINITY);
        let mr_mean = match screening {
            Screening::Off => all,
            Screening::Once => match mean_range(values, SCREEN_FACTOR * all) {
                kept if kept > 0.0 => kept,
                _ => all,
            },
        };
        Self::around(mean, mr_mean)
    }

    fn around(mean: f64, mr_mean: f64) -> Self {
        let reach = LIMIT_FACTOR * mr_mean;
        Self {
            mean,
            mr_mean,
            lower: mean - reach,
            near_lower: mean - NEAR_SHARE * reach,
            near_upper: mean + NEAR_SHARE * reach,
            upper: mean + reach,
            rounding: ROUNDING_SHARE * (mean.abs() + mr_mean),
        }
    }

    pub(super) fn is_finite(&self) -> bool {
        self.mean.is_finite() && self.mr_mean.is_finite()
    }

    /// On which side of the mean a value lies; `None` when exactly on it.
    #[must_use]
    pub fn side(&self, value: f64) -> Option<Side> {
        match value - self.mean {
            away if away > self.rounding => Some(Side::Above),
            away if away < -self.rounding => Some(Side::Below),
            _ => None,
        }
    }

    pub(super) fn zone(&self, value: f64) -> Zone {
        let away = (value - self.mean).abs() - self.rounding;
        let reach = LIMIT_FACTOR * self.mr_mean;
        if away > reach {
            Zone::Outside
        } else if away > NEAR_SHARE * reach {
            Zone::Near
        } else {
            Zone::Middle
        }
    }
}

/// The mean of the moving ranges below `bound`; nought when there is none.
fn mean_range(values: &[f64], bound: f64) -> f64 {
    let (mut sum, mut kept) = (0.0, 0.0);
    for pair in values.windows(2) {
        let range = (pair[1] - pair[0]).abs();
        let counts = if range < bound { 1.0 } else { 0.0 };
        sum += if range < bound { range } else { 0.0 };
        kept += counts;
    }
    if kept > 0.0 { sum / kept } else { 0.0 }
}

/// A number of points as a number to divide by.
#[expect(clippy::cast_precision_loss, reason = "a series has far fewer points than 2^52")]
pub(super) const fn count(points: usize) -> f64 {
    points as f64
}

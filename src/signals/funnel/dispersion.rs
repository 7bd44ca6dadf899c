//! How much more the units differ than chance allows.

use serde::Serialize;

use super::unit::{Kind, Unit};
use crate::signals::numerics::quantile;

/// The share of units at each end that is drawn in before the spread is measured.
pub const WINSOR_SHARE_DEFAULT: f64 = 0.1;

/// The spread of the units beyond chance: Spiegelhalter (2005), section on over-dispersion, and
/// DerSimonian and Laird for the variance between units.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OverDispersion {
    /// The lowest z that is taken as it is; lower ones count as this.
    pub z_lower: f64,
    /// The highest z that is taken as it is.
    pub z_upper: f64,
    /// The mean of the squared z after drawing in: about 1 where chance is all.
    pub phi: f64,
    /// The variance between units on the transformed scale; nought where chance is enough.
    pub tau2: f64,
}

impl OverDispersion {
    /// Measures the spread of `units`, after drawing in a share of `winsor_share` at each end.
    #[must_use]
    pub fn of(kind: Kind, target: f64, units: &[Unit], winsor_share: f64) -> Self {
        let mut sorted: Vec<f64> = units.iter().map(|unit| kind.z(target, unit)).collect();
        sorted.sort_by(f64::total_cmp);
        let z_lower = quantile(&sorted, winsor_share).unwrap_or_default();
        let z_upper = quantile(&sorted, 1.0 - winsor_share).unwrap_or_default();
        let squares: f64 = sorted.iter().map(|z| z.max(z_lower).min(z_upper).powi(2)).sum();
        let weights = Weights::of(kind, units);
        let phi = if units.is_empty() { 0.0 } else { squares / weights.count };
        Self { z_lower, z_upper, phi, tau2: weights.between(squares) }
    }
}

/// Sums over the units' weights, `w = 1 / s^2`.
struct Weights {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Weights {
    fn of(kind: Kind, units: &[Unit]) -> Self {
        let mut weights = Self { count: 0.0, sum: 0.0, squares: 0.0 };
        for unit in units {
            let weight = kind.error(unit.denominator()).powi(-2);
            weights.count += 1.0;
            weights.sum += weight;
            weights.squares += weight * weight;
        }
        weights
    }

    /// `(n phi - (n - 1)) / (sum w - sum w^2 / sum w)`, and nought where chance is enough.
    fn between(&self, squares: f64) -> f64 {
        let room = self.sum - self.squares / self.sum;
        let excess = squares - (self.count - 1.0);
        if self.count < 2.0 || excess <= 0.0 || room <= 0.0 { 0.0 } else { excess / room }
    }
}

//! The limits of a funnel for a unit of a given size.

use serde::Serialize;

use super::unit::Kind;
use crate::signals::Side;
use crate::signals::numerics::gamma_quantile;

/// How sure a limit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// 95 % of units lie inside by chance.
    P95,
    /// 99.8 % of units lie inside by chance.
    P998,
}

impl Control {
    /// The normal quantile of the upper limit, to the digits that funnels are published with.
    #[must_use]
    pub const fn z(self) -> f64 {
        match self {
            Self::P95 => 1.959_964,
            Self::P998 => 3.090_232,
        }
    }

    /// The share that lies beyond one limit.
    const fn tail(self) -> f64 {
        match self {
            Self::P95 => 0.025,
            Self::P998 => 0.001,
        }
    }
}

/// A lower and an upper limit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Band {
    /// The lower limit.
    pub lower: f64,
    /// The upper limit.
    pub upper: f64,
}

impl Band {
    /// On which side of the band a value lies; `None` inside and on its edge.
    #[must_use]
    pub fn side(&self, value: f64) -> Option<Side> {
        if value > self.upper {
            Some(Side::Above)
        } else if value < self.lower {
            Some(Side::Below)
        } else {
            None
        }
    }

    /// A band that is tighter than neither.
    pub(super) const fn widened(self, other: Self) -> Self {
        Self { lower: self.lower.min(other.lower), upper: self.upper.max(other.upper) }
    }
}

/// The limits that allow for chance alone.
#[must_use]
pub fn plain(kind: Kind, target: f64, size: f64, control: Control) -> Band {
    match kind {
        Kind::Proportion => wilson(target, size, control.z()),
        Kind::Ratio => poisson(target, size, control.tail()),
    }
}

/// Wilson's limits: `(2 n p + z^2 -+ z sqrt(z^2 + 4 n p (1 - p))) / (2 (n + z^2))`, as public
/// health funnels have them.
///
/// They are an interval around the target turned outwards: with proportions near nought fewer
/// units than one in a thousand lie above the outer one by chance, and more lie below.
fn wilson(target: f64, size: f64, z: f64) -> Band {
    let middle = 2.0 * size * target + z * z;
    let reach = z * (z * z + 4.0 * size * target * (1.0 - target)).sqrt();
    let whole = 2.0 * (size + z * z);
    Band {
        lower: ((middle - reach) / whole).clamp(0.0, target),
        upper: ((middle + reach) / whole).clamp(target, 1.0),
    }
}

/// Exact limits of a Poisson count (Garwood, Biometrika 28, 1936) around what is expected, as a
/// ratio: chi-square quantiles at `2 E` and `2 E + 2` degrees of freedom, halved.
fn poisson(target: f64, size: f64, tail: f64) -> Band {
    let expected = target * size;
    Band {
        lower: gamma_quantile(expected, tail) / size,
        upper: gamma_quantile(expected + 1.0, 1.0 - tail) / size,
    }
}

/// The limits that allow for the units' own spread too: `T -+ z sqrt(s^2 + tau^2)` on the
/// transformed scale, brought back.
#[must_use]
pub fn adjusted(kind: Kind, target: f64, size: f64, tau2: f64, control: Control) -> Band {
    let centre = kind.transform(target);
    let reach = control.z() * (kind.error(size).powi(2) + tau2).sqrt();
    Band { lower: kind.restore(centre - reach), upper: kind.restore(centre + reach) }
}

/// The limits that allow for both, never tighter than those for chance alone: the two come from
/// different approximations, and a small unit must not stand out for that.
#[must_use]
pub fn widened(kind: Kind, target: f64, size: f64, tau2: f64, control: Control) -> Band {
    plain(kind, target, size, control).widened(adjusted(kind, target, size, tau2, control))
}

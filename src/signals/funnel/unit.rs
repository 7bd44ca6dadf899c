//! A unit's numbers, and the scale on which units of all sizes can be compared.

use serde::Serialize;

use crate::signals::{Unfit, VALUE_MAX};

/// What a numerator over a denominator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A part of a whole: missed of planned.
    Proportion,
    /// What came over what was expected, or a count over its base: a rate.
    Ratio,
}

/// One unit: a numerator over a denominator that is not nought.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Unit {
    numerator: f64,
    denominator: f64,
}

impl Unit {
    /// A unit; `None` unless both are numbers, the numerator is nought or more and the denominator
    /// more than nought. A unit without a base has no place in a funnel.
    #[must_use]
    pub fn new(numerator: f64, denominator: f64) -> Option<Self> {
        let fits =
            (0.0..=VALUE_MAX).contains(&numerator) && (f64::EPSILON..=VALUE_MAX).contains(&denominator);
        fits.then_some(Self { numerator, denominator })
    }

    /// What was counted.
    #[must_use]
    pub const fn numerator(&self) -> f64 {
        self.numerator
    }

    /// The base, or what was expected.
    #[must_use]
    pub const fn denominator(&self) -> f64 {
        self.denominator
    }

    /// The numerator over the denominator.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.numerator / self.denominator
    }

    pub(super) fn suits(&self, kind: Kind) -> bool {
        kind == Kind::Ratio || self.numerator <= self.denominator
    }
}

impl Kind {
    /// The value on the scale of even spread: `asin(sqrt(p))`, or the square root of a ratio.
    pub(super) fn transform(self, value: f64) -> f64 {
        match self {
            Self::Proportion => value.sqrt().asin(),
            Self::Ratio => value.sqrt(),
        }
    }

    /// Back from that scale; beyond its ends lies nothing.
    pub(super) fn restore(self, transformed: f64) -> f64 {
        match self {
            Self::Proportion => transformed.clamp(0.0, std::f64::consts::FRAC_PI_2).sin().powi(2),
            Self::Ratio => transformed.max(0.0).powi(2),
        }
    }

    /// The standard error on that scale: `1 / (2 sqrt(n))`, where n is what carries the chance.
    pub(super) fn error(self, size: f64) -> f64 {
        0.5 / size.sqrt()
    }

    pub(super) fn z(self, target: f64, unit: &Unit) -> f64 {
        (self.transform(unit.value()) - self.transform(target)) / self.error(unit.denominator())
    }

    pub(super) fn check_target(self, target: f64) -> Result<(), Unfit> {
        let (max, range) = match self {
            Self::Proportion => (1.0, "0 to 1"),
            Self::Ratio => (VALUE_MAX, "0 to 1e15"),
        };
        if (0.0..=max).contains(&target) {
            Ok(())
        } else {
            Err(Unfit::Setting { name: "target", value: target, range })
        }
    }
}

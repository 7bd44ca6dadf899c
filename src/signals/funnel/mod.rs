//! The funnel: many units against each other at one time, with limits that widen for small ones.
//!
//! Source: Spiegelhalter, Statistics in Medicine 24 (2005), "Funnel plots for comparing
//! institutional performance". Units that differ more than chance allows make all limits wider;
//! with few units that hides one that is truly bad, so the plain verdict always stands beside the
//! adjusted one, and below [`ADJUST_UNITS_MIN`] units there is no adjusted one.

mod dispersion;
mod limits;
mod unit;

pub use dispersion::{OverDispersion, WINSOR_SHARE_DEFAULT};
pub use limits::{Band, Control, adjusted, plain, widened};
pub use unit::{Kind, Unit};

use serde::Serialize;

use super::{Side, Unfit, VALUES_MAX};

/// Below so many units limits are not widened.
pub const ADJUST_UNITS_MIN: usize = 20;

/// Where a unit lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "at", content = "side")]
pub enum Position {
    /// Within the 95 % limits.
    Inside,
    /// Beyond the 95 % limits: one in twenty is by chance.
    Beyond95(Side),
    /// Beyond the 99.8 % limits: one in five hundred is by chance.
    Beyond998(Side),
}

impl Position {
    /// Where that is, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Inside => "inside the limits",
            Self::Beyond95(Side::Above) => "above the 95 % limit",
            Self::Beyond95(Side::Below) => "below the 95 % limit",
            Self::Beyond998(Side::Above) => "above the 99.8 % limit",
            Self::Beyond998(Side::Below) => "below the 99.8 % limit",
        }
    }
}

/// The limits for a unit of one size, and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// The 95 % limits.
    pub inner: Band,
    /// The 99.8 % limits.
    pub outer: Band,
    /// Where the unit lies.
    pub position: Position,
}

/// One unit, judged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// The unit.
    pub unit: Unit,
    /// Its proportion or ratio.
    pub value: f64,
    /// How many standard errors it lies from the target on the transformed scale.
    pub z: f64,
    /// Under limits that allow for chance alone.
    pub plain: Verdict,
    /// Under limits that allow for the units' own spread too; absent with few units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjusted: Option<Verdict>,
}

/// All units against one target.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Funnel {
    /// What the units' numbers are.
    pub kind: Kind,
    /// What they are held against.
    pub target: f64,
    /// How much more the units differ than chance allows.
    pub dispersion: OverDispersion,
    /// The units, in the order given.
    pub units: Vec<Judged>,
}

/// What the units of a funnel are held against, before any of them is judged: of many units few need
/// their limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// What the units' numbers are.
    pub kind: Kind,
    /// What they are held against.
    pub target: f64,
    /// How much more the units differ than chance allows.
    pub dispersion: OverDispersion,
    /// The variance that limits are widened by; absent with few units.
    tau2: Option<f64>,
}

impl Funnel {
    /// Judges units against the proportion or ratio of all of them together.
    pub fn pooled(kind: Kind, units: &[Unit]) -> Result<Self, Unfit> {
        Frame::pooled(kind, units).map(|frame| Self::of(frame, units))
    }

    /// Judges units against a target: a proportion from 0 to 1, or a ratio from 0 up.
    pub fn against(kind: Kind, target: f64, units: &[Unit]) -> Result<Self, Unfit> {
        Frame::against(kind, target, units).map(|frame| Self::of(frame, units))
    }

    fn of(frame: Frame, units: &[Unit]) -> Self {
        let Frame { kind, target, dispersion, .. } = frame;
        Self { kind, target, dispersion, units: units.iter().map(|unit| frame.judge(*unit)).collect() }
    }
}

impl Frame {
    /// The frame of units that are held against the proportion or ratio of all of them together.
    pub fn pooled(kind: Kind, units: &[Unit]) -> Result<Self, Unfit> {
        let numerators: f64 = units.iter().map(Unit::numerator).sum();
        let denominators: f64 = units.iter().map(Unit::denominator).sum();
        let target = if units.is_empty() { 0.0 } else { numerators / denominators };
        Self::against(kind, target, units)
    }

    /// The frame of units that are held against a target.
    pub fn against(kind: Kind, target: f64, units: &[Unit]) -> Result<Self, Unfit> {
        check(kind, target, units)?;
        let dispersion = OverDispersion::of(kind, target, units, WINSOR_SHARE_DEFAULT);
        let tau2 = (units.len() >= ADJUST_UNITS_MIN).then_some(dispersion.tau2);
        Ok(Self { kind, target, dispersion, tau2 })
    }

    /// One unit, judged.
    #[must_use]
    pub fn judge(&self, unit: Unit) -> Judged {
        let Self { kind, target, tau2, .. } = *self;
        let (size, value) = (unit.denominator(), unit.value());
        let chance = |control| plain(kind, target, size, control);
        let (inner, outer) = (chance(Control::P95), chance(Control::P998));
        Judged {
            unit,
            value,
            z: kind.z(target, &unit),
            plain: Verdict { inner, outer, position: place(value, inner, outer) },
            adjusted: tau2.map(|tau2| {
                let wide = |band: Band, control| band.widened(adjusted(kind, target, size, tau2, control));
                let (inner, outer) = (wide(inner, Control::P95), wide(outer, Control::P998));
                Verdict { inner, outer, position: place(value, inner, outer) }
            }),
        }
    }

    /// Whether a unit lies above the outer limit that counts: the one that allows for the spread of
    /// all, where there are enough units to know it. The limit that is cheap to work comes first.
    #[must_use]
    pub fn stands_out(&self, unit: &Unit) -> bool {
        let Self { kind, target, tau2, .. } = *self;
        let (size, value) = (unit.denominator(), unit.value());
        let spread = |tau2| value > adjusted(kind, target, size, tau2, Control::P998).upper;
        value > target && tau2.is_none_or(spread) && value > plain(kind, target, size, Control::P998).upper
    }
}

fn check(kind: Kind, target: f64, units: &[Unit]) -> Result<(), Unfit> {
    if units.is_empty() {
        return Err(Unfit::Empty);
    }
    if units.len() > VALUES_MAX {
        return Err(Unfit::TooMany { count: units.len(), max: VALUES_MAX });
    }
    if let Some(index) = units.iter().position(|unit| !unit.suits(kind)) {
        return Err(Unfit::NotFinite { index });
    }
    kind.check_target(target)
}

fn place(value: f64, inner: Band, outer: Band) -> Position {
    match (outer.side(value), inner.side(value)) {
        (Some(side), _) => Position::Beyond998(side),
        (None, Some(side)) => Position::Beyond95(side),
        (None, None) => Position::Inside,
    }
}

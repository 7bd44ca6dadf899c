//! The working of one unit in a funnel.

use serde::Serialize;

use super::number::number;
use crate::signals::funnel::{
    ADJUST_UNITS_MIN, Band, Frame, Funnel, Judged, Kind, OverDispersion, Unit, Verdict,
};

/// One unit, the target and the spread of all units.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FunnelWorked {
    /// What the numbers are.
    pub kind: Kind,
    /// What the units are held against.
    pub target: f64,
    /// All units, in the order given: the baseline.
    pub units: Vec<Unit>,
    /// The place of this one.
    pub index: usize,
    /// This one, judged.
    pub judged: Judged,
    /// How much more the units differ than chance allows.
    pub dispersion: OverDispersion,
}

impl FunnelWorked {
    pub(super) fn of(funnel: &Funnel, index: usize) -> Option<Self> {
        Some(Self {
            kind: funnel.kind,
            target: funnel.target,
            units: funnel.units.iter().map(|judged| judged.unit).collect(),
            index,
            judged: *funnel.units.get(index)?,
            dispersion: funnel.dispersion,
        })
    }

    pub(super) fn of_frame(frame: &Frame, units: &[Unit], index: usize) -> Option<Self> {
        Some(Self {
            kind: frame.kind,
            target: frame.target,
            units: units.to_vec(),
            index,
            judged: frame.judge(*units.get(index)?),
            dispersion: frame.dispersion,
        })
    }

    pub(super) fn words(&self) -> Vec<String> {
        vec![
            format!(
                "{} / {} = {}; all {} units are held against {}.",
                number(self.judged.unit.numerator()),
                number(self.judged.unit.denominator()),
                number(self.judged.value),
                self.units.len(),
                number(self.target)
            ),
            format!("By chance alone: {}", verdict_words(&self.judged.plain)),
            self.spread_words(),
            match &self.judged.adjusted {
                Some(verdict) => format!("Allowing for that spread: {}", verdict_words(verdict)),
                None => format!(
                    "The limits are not widened for it: that takes at least {ADJUST_UNITS_MIN} units."
                ),
            },
        ]
    }

    fn spread_words(&self) -> String {
        let OverDispersion { z_lower, z_upper, phi, tau2 } = self.dispersion;
        format!(
            "Spread of the units: phi = {} (1 is chance), tau² = {}, with z drawn in to {} and {}.",
            number(phi),
            number(tau2),
            number(z_lower),
            number(z_upper)
        )
    }
}

fn verdict_words(verdict: &Verdict) -> String {
    let band = |band: Band| format!("{} to {}", number(band.lower), number(band.upper));
    format!(
        "95 % of units of this size lie within {}, 99.8 % within {}; it is {}.",
        band(verdict.inner),
        band(verdict.outer),
        verdict.position.words()
    )
}

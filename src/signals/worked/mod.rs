//! A verdict with everything it was made from, so that it can be worked again by hand.

mod cusum;
mod funnel;
mod number;
mod xmr;

pub use cusum::CusumWorked;
pub use funnel::FunnelWorked;
pub use number::number;
pub use xmr::{Screened, XmrWorked};

use serde::Serialize;

use super::funnel::{Frame, Funnel, Unit};
use super::xmr::Chart;
use super::{CusumStep, Decision};

/// A verdict and its working, as it is kept in the audit log.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Worked {
    /// The newest point of an XmR chart.
    Xmr(XmrWorked),
    /// A running sum over counts.
    PoissonCusum(CusumWorked),
    /// A running sum over single outcomes.
    BernoulliCusum(CusumWorked),
    /// One unit in a funnel.
    Funnel(FunnelWorked),
}

impl Worked {
    /// The working of a chart's newest point.
    #[must_use]
    pub fn xmr(chart: &Chart) -> Self {
        Self::Xmr(XmrWorked::of(chart))
    }

    /// The working of a running sum over counts.
    #[must_use]
    pub const fn poisson_cusum(decision: Decision, steps: Vec<CusumStep>) -> Self {
        Self::PoissonCusum(CusumWorked { decision, steps })
    }

    /// The working of a running sum over single outcomes.
    #[must_use]
    pub const fn bernoulli_cusum(decision: Decision, steps: Vec<CusumStep>) -> Self {
        Self::BernoulliCusum(CusumWorked { decision, steps })
    }

    /// The working of the unit at `index`; `None` when there is no such unit.
    #[must_use]
    pub fn funnel(funnel: &Funnel, index: usize) -> Option<Self> {
        FunnelWorked::of(funnel, index).map(Self::Funnel)
    }

    /// The working of one of the units that a frame was made from, of which no other is judged.
    #[must_use]
    pub fn funnel_unit(frame: &Frame, units: &[Unit], index: usize) -> Option<Self> {
        FunnelWorked::of_frame(frame, units, index).map(Self::Funnel)
    }

    /// The working in short sentences, one a line.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        match self {
            Self::Xmr(worked) => worked.words(),
            Self::PoissonCusum(worked) => worked.poisson_words(),
            Self::BernoulliCusum(worked) => worked.bernoulli_words(),
            Self::Funnel(worked) => worked.words(),
        }
    }
}

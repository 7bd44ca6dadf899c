//! The working of an indicator's flag: what was reported, by which limits it was judged, and in
//! words how. It is kept with the flag, so that an auditor with a calculator finds the same.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::Indicator;
use crate::domain::indicator::Bands;
use crate::signals::Better;

/// The series behind a finding. Every number in it is finite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Working {
    /// The indicator's key.
    pub indicator: String,
    /// The zone, where the series is of one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub zone: Option<String>,
    /// What the values are: "% of planned visits", "for 1,000 planned visits".
    pub unit: String,
    /// The points looked at, oldest first; the last one is what was judged.
    pub points: Vec<Point>,
    /// What is green, in words: "0.5 or less".
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub green: Option<String>,
    /// What is red, in words: "over 2".
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub red: Option<String>,
    /// Where red begins: the line in the picture.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub red_at: Option<f64>,
    /// How it was judged.
    pub method: Method,
    /// The working in sentences.
    pub said: Vec<String>,
}

/// One reported value with where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// First day.
    pub start: Date,
    /// Last day.
    pub end: Date,
    /// The value that was judged.
    pub value: f64,
    /// What was counted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub numerator: Option<f64>,
    /// What it was counted over.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub denominator: Option<f64>,
    /// Number of the version of the return.
    pub submission: i64,
    /// Id of the stored document.
    pub document: i64,
    /// Sheet, row and column.
    pub place: String,
    /// The day on which it came.
    pub came_on: Date,
}

/// How a series was judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Method {
    /// The newest value against bands.
    Bands,
    /// A chart of single values with limits from the first so many points.
    Xmr {
        /// The points that the limits are made from.
        baseline: usize,
    },
    /// A running sum over rare counts, with what is expected from the first so many points.
    PoissonCusum {
        /// The points that the expectation is made from.
        baseline: usize,
        /// The events that are bad, a number for each point.
        events: Vec<f64>,
        /// What they are counted over.
        exposures: Vec<f64>,
    },
    /// All reporters for the period of the newest point.
    Funnel {
        /// The reporters' counts, without names.
        peers: Vec<Peer>,
        /// The place of this one.
        index: usize,
    },
}

/// One reporter in a funnel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peer {
    /// The events that are bad.
    pub numerator: f64,
    /// What they are counted over.
    pub denominator: f64,
}

// Values are bounded by each indicator's range and their sums by the limits of `signals`: none of
// them is NaN, and equality is what it looks like.
impl Eq for Working {}

impl Working {
    /// The indicator, where this version knows it.
    #[must_use]
    pub fn indicator(&self) -> Option<Indicator> {
        Indicator::parse(&self.indicator)
    }

    /// Which way is good.
    #[must_use]
    pub fn better(&self) -> Better {
        self.indicator().map_or(Better::Neither, better)
    }

    /// A working with the bands of a series in words.
    pub(super) fn with_bands(self, bands: Option<Bands>) -> Self {
        let Some(bands) = bands else { return self };
        Self {
            green: bands.green.map(|bound| bound.to_string()),
            red: bands.red.map(|bound| bound.to_string()),
            red_at: bands.red.map(|bound| bound.at()),
            ..self
        }
    }
}

/// Which way is good, in the words of statistics.
pub(super) const fn better(indicator: Indicator) -> Better {
    use crate::domain::indicator::Better as Of;
    match indicator.meaning().better {
        Of::Higher => Better::Higher,
        Of::Lower => Better::Lower,
        Of::Neither => Better::Neither,
    }
}

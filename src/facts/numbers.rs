//! The numbers of a series that can be held against each other, and the counts behind them.

use std::collections::BTreeMap;

use super::returns::{Reported, Series};
use crate::domain::indicator::{Better, Indicator, Unit, Value};
use crate::domain::period::Period;

/// Periods that differ by this factor or more in length are not held against each other.
const LENGTH_RATIO_MAX: i32 = 2;

/// A share without its counts is only charted if what is bad makes up so much of it, in per cent:
/// of what is rarer, too few cases may stand behind it for a chart to say anything.
const UNCOUNTED_SHARE_MIN: f64 = 5.0;

/// Counts of errors and complaints are shown for so many visits.
pub const VISITS_BASE: f64 = 1_000.0;

/// The newest points of a series that are alike enough, oldest first. All lists are as long as each
/// other, but that `events` and `exposures` are empty where the counts are not known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbers {
    /// The place of the first of them in the series.
    pub from: usize,
    /// The values: per cent, hours, or a count for a number of visits.
    pub values: Vec<f64>,
    /// How many of the events that are bad came in each period.
    pub events: Vec<f64>,
    /// How many there could have been, or how long there was time for them.
    pub exposures: Vec<f64>,
    /// What the values are counted for.
    pub per: Per,
}

/// What a value is counted for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Per {
    /// As it was reported.
    #[default]
    Period,
    /// A count for [`VISITS_BASE`] planned visits.
    Visits,
}

impl Numbers {
    /// The numbers of a series; `visits` are the planned visits of each period, where known.
    #[must_use]
    pub fn of(indicator: Indicator, series: &Series, visits: &BTreeMap<Period, f64>) -> Self {
        let (from, points) = comparable(series);
        let reported = points.iter().filter_map(number);
        let plain = Self { from, values: reported.collect(), ..Self::default() };
        match indicator.meaning().unit {
            // Delivered hours are no count: neighbouring visits are long together.
            Unit::Percent if indicator == Indicator::HoursDelivered => plain,
            Unit::Percent => shares(indicator, points, plain),
            Unit::Count => counts(points, visits, plain),
            Unit::Hours | Unit::People => plain,
            Unit::Date | Unit::YesNo => Self::default(),
        }
    }
}

fn shares(indicator: Indicator, points: &[Reported], plain: Numbers) -> Numbers {
    let higher = indicator.meaning().better == Better::Higher;
    let counted = points.iter().map(|point| {
        let (part, base) = (point.numerator?, point.denominator.filter(|base| *base > 0.0)?);
        Some((if higher { base - part } else { part }, base))
    });
    if let Some(counted) = counted.collect::<Option<Vec<(f64, f64)>>>() {
        let (events, exposures) = counted.into_iter().map(|(events, base)| (events.max(0.0), base)).unzip();
        return Numbers { events, exposures, ..plain };
    }
    let bad = plain.values.iter().map(|value| if higher { 100.0 - value } else { *value });
    let enough = bad.sum::<f64>() >= UNCOUNTED_SHARE_MIN * count(plain.values.len());
    if enough { plain } else { Numbers { from: plain.from, ..Numbers::default() } }
}

/// Counts against the visits of the same periods where all are known, else against days.
fn counts(points: &[Reported], visits: &BTreeMap<Period, f64>, plain: Numbers) -> Numbers {
    let of_visits =
        points.iter().map(|point| visits.get(&point.period).copied().filter(|visits| *visits > 0.0));
    if let Some(exposures) = of_visits.collect::<Option<Vec<f64>>>() {
        let rate = |(count, visits): (&f64, &f64)| VISITS_BASE * count / visits;
        let values = plain.values.iter().zip(&exposures).map(rate).collect();
        return Numbers { values, events: plain.values, exposures, from: plain.from, per: Per::Visits };
    }
    let exposures = points.iter().map(|point| f64::from(point.period.days())).collect();
    Numbers { events: plain.values.clone(), exposures, ..plain }
}

/// The newest points over periods of about one length that do not overlap, and the place of their
/// first.
fn comparable(series: &Series) -> (usize, &[Reported]) {
    let points = series.points();
    let Some(newest) = points.last().filter(|newest| number(newest).is_some()) else {
        return (points.len(), &[]);
    };
    let days = newest.period.days();
    let alike = |point: &Reported| {
        let own = point.period.days();
        number(point).is_some() && own < days * LENGTH_RATIO_MAX && days < own * LENGTH_RATIO_MAX
    };
    let follows = |pair: &[Reported]| alike(&pair[0]) && pair[0].period.end() < pair[1].period.start();
    let breaks = points.windows(2).rposition(|pair| !follows(pair));
    let from = breaks.map_or(0, |place| place + 1);
    (from, &points[from..])
}

fn number(point: &Reported) -> Option<f64> {
    match point.value {
        Value::Number(number) => Some(number),
        Value::Date(_) | Value::YesNo(_) => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a series has far fewer points than 2^52")]
const fn count(points: usize) -> f64 {
    points as f64
}

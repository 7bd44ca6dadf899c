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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::Date;

    use super::*;

    /// A month of 2026 with what it says.
    fn month(number: i8, value: f64, counts: Option<(f64, f64)>) -> Reported {
        reported(Period::month_of(Date::constant(2026, number, 1)), value, counts)
    }

    fn reported(period: Period, value: f64, counts: Option<(f64, f64)>) -> Reported {
        Reported {
            period,
            value: Value::Number(value),
            numerator: counts.map(|(part, _)| part),
            denominator: counts.map(|(_, base)| base),
            submission: 1,
            document: 1,
            place: String::new(),
            came_on: period.end(),
            read_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn numbers(indicator: Indicator, points: Vec<Reported>, visits: &[(i8, f64)]) -> Numbers {
        let month = |number| Period::month_of(Date::constant(2026, number, 1));
        let visits = visits.iter().map(|(number, visits)| (month(*number), *visits)).collect();
        Numbers::of(indicator, &Series::new(None, points), &visits)
    }

    #[test]
    fn what_is_bad_is_counted_whichever_way_a_share_is_told() {
        let missed = numbers(Indicator::MissedVisits, vec![month(1, 2.0, Some((3.0, 150.0)))], &[]);
        assert_eq!((missed.events, missed.exposures), (vec![3.0], vec![150.0]));
        let logged = numbers(Indicator::EcmCompliance, vec![month(1, 96.0, Some((144.0, 150.0)))], &[]);
        assert_eq!((logged.events, logged.exposures), (vec![6.0], vec![150.0]));
        let over = numbers(Indicator::HoursDelivered, vec![month(1, 104.0, Some((104.0, 100.0)))], &[]);
        assert_eq!((over.values.as_slice(), over.events.len()), (&[104.0][..], 0), "hours are no count");
    }

    #[test]
    fn one_month_without_its_counts_leaves_no_counts_at_all() {
        let points = |share| vec![month(1, share, Some((1.0, 100.0))), month(2, share, None)];
        let late = numbers(Indicator::LateVisits, points(UNCOUNTED_SHARE_MIN), &[]);
        assert_eq!((late.values.len(), late.events.len()), (2, 0));
        let rare = numbers(Indicator::LateVisits, points(UNCOUNTED_SHARE_MIN - 0.1), &[]);
        assert!(rare.values.is_empty(), "too few cases may stand behind it: {rare:?}");
    }

    #[test]
    fn errors_are_counted_over_visits_where_all_are_known_else_over_days() {
        let points = || vec![month(1, 2.0, None), month(2, 3.0, None)];
        let by_visits = numbers(Indicator::MedicationErrors, points(), &[(1, 2_000.0), (2, 1_500.0)]);
        assert_eq!((by_visits.per, by_visits.values), (Per::Visits, vec![1.0, 2.0]));
        let by_days = numbers(Indicator::MedicationErrors, points(), &[(1, 2_000.0)]);
        assert_eq!((by_days.per, by_days.exposures), (Per::Period, vec![31.0, 28.0]));
        assert_eq!(by_days.values, [2.0, 3.0], "as they were reported");
    }

    #[test]
    fn a_gap_is_no_nought_and_a_period_of_another_length_starts_anew() {
        let gap = numbers(Indicator::Complaints, vec![month(1, 4.0, None), month(4, 5.0, None)], &[]);
        assert_eq!((gap.from, gap.values), (0, vec![4.0, 5.0]));
        let quarter =
            Period::new(Date::constant(2025, 10, 1), Date::constant(2025, 12, 31)).expect("a quarter");
        let points = vec![reported(quarter, 30.0, None), month(1, 4.0, None), month(2, 5.0, None)];
        let anew = numbers(Indicator::Complaints, points, &[]);
        assert_eq!((anew.from, anew.values), (1, vec![4.0, 5.0]));
        let overlapping =
            Period::new(Date::constant(2026, 1, 15), Date::constant(2026, 2, 14)).expect("days");
        let points = vec![month(1, 4.0, None), reported(overlapping, 5.0, None)];
        assert_eq!(numbers(Indicator::Complaints, points, &[]).values, [5.0]);
    }

    #[test]
    fn a_date_has_no_numbers() {
        let date = Reported { value: Value::Date(Date::constant(2027, 1, 1)), ..month(1, 0.0, None) };
        assert_eq!(numbers(Indicator::InsuranceExpiry, vec![date], &[]).values, [0.0; 0]);
    }
}

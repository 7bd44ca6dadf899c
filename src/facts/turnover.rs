//! Staff turnover, worked out where a provider reports who left and how many there are, but not the
//! turnover itself.

use std::collections::BTreeMap;

use super::returns::{Reported, Reporter, Series, SeriesKey};
use crate::domain::Period;
use crate::domain::indicator::{Bands, Indicator, Value};
use crate::domain::return_::turnover;

/// Adds the turnover of every period whose twelve months are all known. What is reported stays.
pub fn derive(reporter: &mut Reporter, bands: Option<Bands>) {
    if reporter.series_of(Indicator::Turnover).next().is_some() {
        return;
    }
    let Some(leavers) = whole(reporter, Indicator::Leavers) else { return };
    let Some(staff) = whole(reporter, Indicator::StaffHeadcount) else { return };
    let headcounts: BTreeMap<Period, f64> =
        staff.points().iter().filter_map(|point| Some((point.period, number(point)?))).collect();
    let months: BTreeMap<Period, (f64, f64)> = leavers
        .points()
        .iter()
        .filter_map(|point| Some((point.period, (number(point)?, *headcounts.get(&point.period)?))))
        .collect();
    let points: Vec<Reported> = leavers
        .points()
        .iter()
        .filter_map(|newest| {
            let (share, left, mean) = turnover(&months, newest.period.end())?;
            Some(Reported {
                value: Value::Number(share),
                numerator: Some(left),
                denominator: Some(mean),
                place: format!(
                    "worked out from leavers and staff of twelve months, the newest at {}",
                    newest.place
                ),
                ..newest.clone()
            })
        })
        .collect();
    if !points.is_empty() {
        reporter.add(SeriesKey { indicator: Indicator::Turnover, zone: None }, Series::new(bands, points));
    }
}

fn whole(reporter: &Reporter, indicator: Indicator) -> Option<&Series> {
    reporter.series_of(indicator).find(|(key, _)| key.zone.is_none()).map(|(_, series)| series)
}

const fn number(point: &Reported) -> Option<f64> {
    match point.value {
        Value::Number(number) => Some(number),
        Value::Date(_) | Value::YesNo(_) => None,
    }
}

//! What is odd about the numbers of a return, as facts of their own: seen when a version is kept,
//! told beside it, and never a reason to refuse it. Nothing here says that a provider is poor.

mod neighbours;
mod over_time;
mod remark;
#[cfg(test)]
mod tests;
mod within;

use std::collections::BTreeMap;

use crate::domain::indicator::Indicator;
use crate::domain::period::Period;
use crate::domain::return_::{Kept, ReturnValue};

pub use remark::{Clash, Figure, Finding, Remark};

/// Remarks on one version at most; the last of them says how many more there are. A form has some
/// thirty values, so that more are a form gone wrong as a whole, which the first hundred show.
pub const REMARKS_MAX: usize = 100;

/// A version of a return that is about to be kept.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// The days it is about.
    pub period: Period,
    /// How whole it is.
    pub kept: Kept,
    /// Its values; each series stands in it once.
    pub values: &'a [&'a ReturnValue],
}

/// What is held of the same provider before that version is kept: the newest value of each series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Held {
    /// Of the same period, by whatever form it came.
    pub same: Vec<ReturnValue>,
    /// Of periods near it, by the same form: another form may have other words for its numbers.
    pub others: BTreeMap<Period, Vec<ReturnValue>>,
}

/// What is measured for whom: one value of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Series<'a> {
    scope: Scope<'a>,
    indicator: Indicator,
}

/// Whom a value is about, within the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Scope<'a> {
    location_id: Option<&'a str>,
    zone: Option<&'a str>,
}

/// Values by what they measure.
type Values<'a> = BTreeMap<Series<'a>, &'a ReturnValue>;

/// A version and what is held, laid out for comparing.
struct Case<'a> {
    period: Period,
    kept: Kept,
    new: Values<'a>,
    same: Values<'a>,
    /// Periods that ended before this one began, the newest first.
    before: Vec<(Period, Values<'a>)>,
    others: &'a BTreeMap<Period, Vec<ReturnValue>>,
}

/// What is to be remarked on a version. The order of its values does not matter.
#[must_use]
pub fn remarks(version: Version<'_>, held: &Held) -> Vec<Remark> {
    if version.values.is_empty() {
        return Vec::new();
    }
    let case = Case::new(version, held);
    let mut found: Vec<Remark> = [
        over_time::same_again(&case).into_iter().collect(),
        over_time::restated(&case),
        over_time::left_out(&case),
        over_time::base_moved(&case),
        over_time::parts_gone(&case),
        within::zones_off(&case),
        within::contradictions(&case),
        neighbours::overlaps(&case),
        neighbours::holes(&case),
    ]
    .into_iter()
    .flatten()
    .collect();
    if found.len() > REMARKS_MAX {
        let count = found.len() - (REMARKS_MAX - 1);
        found.truncate(REMARKS_MAX - 1);
        found.push(Remark::of_whole(Finding::More { count }));
    }
    found
}

impl<'a> Case<'a> {
    fn new(version: Version<'a>, held: &'a Held) -> Self {
        let ended = held.others.iter().filter(|(period, _)| period.end() < version.period.start());
        let mut before: Vec<(Period, Values<'a>)> =
            ended.map(|(period, values)| (*period, by_series(values))).collect();
        before.sort_by_key(|(period, _)| std::cmp::Reverse((period.end(), period.start())));
        Self {
            period: version.period,
            kept: version.kept,
            new: by_series(version.values.iter().copied()),
            same: by_series(&held.same),
            before,
            others: &held.others,
        }
    }
}

fn by_series<'a>(values: impl IntoIterator<Item = &'a ReturnValue>) -> Values<'a> {
    values.into_iter().map(|value| (series(value), value)).collect()
}

fn series(value: &ReturnValue) -> Series<'_> {
    let scope = Scope { location_id: value.location_id.as_deref(), zone: value.zone.as_deref() };
    Series { scope, indicator: value.indicator }
}

/// Numbers that differ by less than a computer's rounding are the same number.
fn same_number(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-6 * one.abs().max(other.abs()).max(1.0)
}

/// The same where both are given.
fn same_part(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => same_number(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

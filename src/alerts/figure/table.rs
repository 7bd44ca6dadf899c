//! The newest numbers of a working, as rows in words.

use crate::domain::{Indicator, Period};
use crate::rules::{Point, Working, figure, is_small, period_words};

/// Periods in the table of a mail; the rest is counted.
const ROWS_MAX: usize = 6;

/// What stands for a count that is too small to be said.
const FEW: &str = "<5";

/// One period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::alerts) struct Row {
    /// "July 2026".
    pub(in crate::alerts) period: String,
    /// The value.
    pub(in crate::alerts) value: String,
    /// What was counted over what, where it is known.
    pub(in crate::alerts) counts: Option<String>,
}

/// The newest periods, newest first.
pub(super) fn rows(working: &Working) -> Vec<Row> {
    working.points.iter().rev().take(ROWS_MAX).map(|point| row(working, point)).collect()
}

/// "% of planned visits; red is over 2".
pub(super) fn unit_words(working: &Working) -> String {
    match &working.red {
        Some(red) => format!("{}; red is {red}", working.unit),
        None => working.unit.clone(),
    }
}

/// Whether a point would say how many people, where they are few.
pub(super) fn is_hidden(indicator: Indicator, point: &Point) -> bool {
    let counted = point.numerator.unwrap_or(point.value);
    // A share without its counts says nothing of how many there were.
    let is_count = point.numerator.is_some() || indicator.meaning().share.is_none();
    (is_count && is_small(indicator, counted))
        || point.denominator.is_some_and(|base| is_small(indicator, base))
}

fn row(working: &Working, point: &Point) -> Row {
    let indicator = working.indicator();
    let hidden = indicator.is_none_or(|indicator| is_hidden(indicator, point));
    let count = |count: f64| {
        let few = indicator.is_none_or(|indicator| is_small(indicator, count));
        if few { FEW.to_owned() } else { figure(count) }
    };
    let counts = point.numerator.map(|part| match point.denominator {
        Some(base) => format!("{} of {}", count(part), count(base)),
        None => count(part),
    });
    let value = match (hidden, &counts) {
        (false, _) => figure(point.value),
        (true, Some(_)) => "not shown".to_owned(),
        (true, None) => FEW.to_owned(),
    };
    let period = Period::new(point.start, point.end)
        .map_or_else(|| format!("{} to {}", point.start, point.end), period_words);
    Row { period, value, counts }
}

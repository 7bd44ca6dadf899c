//! The newest point alone: what a nightly look over many thousand series needs.

use super::Standing;
use super::limits::{Limits, Zone};
use super::marks::{Mark, Rule, one_side, slope, two_near};
use super::rules::Rules;
use crate::signals::{Side, VALUE_MAX};

/// What the newest point of a series says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NewestSignal {
    /// Empty, or with a value that is no number: there is nothing to say.
    Unfit,
    /// The limits over all points, and the rule that marks the newest one.
    Judged {
        /// Mean and limits.
        limits: Limits,
        /// How far they can be relied on.
        standing: Standing,
        /// The rule, if one holds.
        mark: Option<Mark>,
    },
}

/// Judges the newest point under the default rules, without taking memory.
#[must_use]
pub fn judge_newest(values: &[f64]) -> NewestSignal {
    judge_newest_with(values, &Rules::default())
}

/// Judges the newest point: the same mark that the last point of a [`Chart`](super::Chart) over
/// the same values has.
#[must_use]
pub fn judge_newest_with(values: &[f64], rules: &Rules) -> NewestSignal {
    judge_newest_against(values, values.len(), rules)
}

/// Judges the newest point against limits from the first `baseline` points: the same mark that the
/// last point of a [`Chart`](super::Chart) with that [`Baseline`](super::Baseline) has.
#[must_use]
pub fn judge_newest_against(values: &[f64], baseline: usize, rules: &Rules) -> NewestSignal {
    let Some(newest) = values.last() else { return NewestSignal::Unfit };
    let past = &values[..baseline.clamp(1, values.len())];
    let limits = Limits::of(past, rules.screening());
    if !limits.is_finite() || newest.abs() > VALUE_MAX {
        return NewestSignal::Unfit;
    }
    let mark = newest_mark(values, *newest, &limits, rules);
    NewestSignal::Judged { limits, standing: Standing::of(past.len()), mark }
}

fn newest_mark(values: &[f64], newest: f64, limits: &Limits, rules: &Rules) -> Option<Mark> {
    let side = limits.side(newest);
    if limits.zone(newest) == Zone::Outside {
        return side.map(|side| Mark { rule: Rule::Outside, side });
    }
    if let Some(side) = tail(values, rules.trend_points()).and_then(monotone) {
        return Some(Mark { rule: Rule::Trend, side });
    }
    if limits.zone(newest) == Zone::Near
        && let Some(side) = tail(values, 3).and_then(|window| two_near(window, limits))
    {
        return Some(Mark { rule: Rule::TwoOfThree, side });
    }
    let side = tail(values, rules.shift_points()).and_then(|run| one_side(run, limits))?;
    Some(Mark { rule: Rule::Shift, side })
}

fn tail(values: &[f64], points: usize) -> Option<&[f64]> {
    values.get(values.len().checked_sub(points)?..)
}

fn monotone(run: &[f64]) -> Option<Side> {
    let way = slope(*run.first()?, *run.get(1)?)?;
    run.windows(2).all(|pair| slope(pair[0], pair[1]) == Some(way)).then_some(way)
}

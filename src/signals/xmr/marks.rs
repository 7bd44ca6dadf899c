//! The four rules, over a whole stretch of values with one set of limits.

use serde::Serialize;

use super::limits::{Limits, Zone};
use super::rules::Rules;
use crate::signals::Side;

/// Which rule a point is marked by. Where several hold, the first in this order is the label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Beyond a limit.
    Outside,
    /// Part of a run that rises or falls without a tie.
    Trend,
    /// One of two in three neighbours near a limit, all three on one side of the mean.
    TwoOfThree,
    /// Part of a run on one side of the mean.
    Shift,
}

/// A marked point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// The rule.
    pub rule: Rule,
    /// The side of the mean; for a trend, the way it goes.
    pub side: Side,
}

impl Mark {
    /// What the newest value does that bears this mark, to follow its name.
    #[must_use]
    pub fn words(&self, rules: &Rules) -> String {
        let (above, upper, rises) = match self.side {
            Side::Above => ("above", "upper", "rises"),
            Side::Below => ("below", "lower", "falls"),
        };
        match self.rule {
            Rule::Outside => format!("lies {above} the {upper} limit"),
            Rule::Trend => format!("ends a trend: each of the last {} values {rises}", rules.trend_points()),
            Rule::TwoOfThree => format!("is one of two in three near the {upper} limit"),
            Rule::Shift => {
                format!("ends a shift: the last {} values lie {above} the mean", rules.shift_points())
            }
        }
    }
}

pub(super) type Marks = [Option<Mark>];

/// Marks the points of one stretch. Rules of less weight go first, so that a graver one takes over.
pub(super) fn mark(values: &[f64], limits: &Limits, rules: &Rules, marks: &mut Marks) {
    shifts(values, limits, rules.shift_points(), marks);
    two_of_three(values, limits, marks);
    trends(values, rules.trend_points(), marks);
    outside(values, limits, marks);
}

fn outside(values: &[f64], limits: &Limits, marks: &mut Marks) {
    for (value, mark) in values.iter().zip(marks) {
        if let (Zone::Outside, Some(side)) = (limits.zone(*value), limits.side(*value)) {
            *mark = Some(Mark { rule: Rule::Outside, side });
        }
    }
}

/// Marks whole runs of rising or falling points. A point where a rise turns into a fall belongs to
/// both; the earlier run keeps it.
fn trends(values: &[f64], points: usize, marks: &mut Marks) {
    let mut begin = 0;
    while begin + 1 < values.len() {
        let way = slope(values[begin], values[begin + 1]);
        let steps = values[begin..].windows(2).take_while(|pair| slope(pair[0], pair[1]) == way).count();
        if let Some(side) = way.filter(|_| steps + 1 >= points) {
            mark_run(&mut marks[begin..=begin + steps], Mark { rule: Rule::Trend, side });
        }
        begin += steps;
    }
}

fn mark_run(marks: &mut Marks, with: Mark) {
    for mark in marks.iter_mut().filter(|mark| mark.is_none_or(|mark| mark.rule != with.rule)) {
        *mark = Some(with);
    }
}

/// The way from one value to the next; `None` for a tie.
pub(super) fn slope(from: f64, to: f64) -> Option<Side> {
    if to > from {
        Some(Side::Above)
    } else if to < from {
        Some(Side::Below)
    } else {
        None
    }
}

fn two_of_three(values: &[f64], limits: &Limits, marks: &mut Marks) {
    for (begin, window) in values.windows(3).enumerate() {
        let Some(side) = two_near(window, limits) else { continue };
        for (value, mark) in window.iter().zip(&mut marks[begin..]) {
            if limits.zone(*value) == Zone::Near {
                *mark = Some(Mark { rule: Rule::TwoOfThree, side });
            }
        }
    }
}

/// The side of three points of which at least two are near a limit.
pub(super) fn two_near(window: &[f64], limits: &Limits) -> Option<Side> {
    let side = one_side(window, limits)?;
    let near = window.iter().filter(|value| limits.zone(**value) == Zone::Near).count();
    (near >= 2).then_some(side)
}

fn shifts(values: &[f64], limits: &Limits, points: usize, marks: &mut Marks) {
    let mut begin = 0;
    for run in values.chunk_by(|one, next| limits.side(*one) == limits.side(*next)) {
        let end = begin + run.len();
        if let Some(side) = limits.side(run[0]).filter(|_| run.len() >= points) {
            mark_run(&mut marks[begin..end], Mark { rule: Rule::Shift, side });
        }
        begin = end;
    }
}

/// The side on which all of these lie, if they do.
pub(super) fn one_side(values: &[f64], limits: &Limits) -> Option<Side> {
    let side = limits.side(*values.first()?)?;
    values.iter().all(|value| limits.side(*value) == Some(side)).then_some(side)
}

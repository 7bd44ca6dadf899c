//! A return's days against those of its neighbours.

use super::remark::days_within;
use super::{Case, Finding, Remark, series};
use crate::domain::period::Period;

/// What falls on days that two returns share would be counted twice. Returns that share no series,
/// one of each branch for example, may share days.
pub(super) fn overlaps(case: &Case<'_>) -> Vec<Remark> {
    let overlap = |other: &Period| {
        let days = case.period.shared_days(*other);
        let says_the_same = || case.others[other].iter().any(|value| case.new.contains_key(&series(value)));
        (days > 0 && *other != case.period && says_the_same())
            .then(|| Remark::of_whole(Finding::Overlap { other: *other, days }))
    };
    case.others.keys().filter_map(overlap).collect()
}

/// A hole of so many parts of a period is a return that has not come, and the calendar of returns
/// says so. A shorter one is a date that slipped.
const HOLE_PARTS: i32 = 2;

/// Days that no return is about show in no sum.
pub(super) fn holes(case: &Case<'_>) -> Vec<Remark> {
    let starts_first = case.others.keys().filter(|other| other.start() < case.period.start());
    let ends_last = case.others.keys().filter(|other| other.end() > case.period.end());
    let before = starts_first.max_by_key(|other| other.end()).map(|other| (*other, case.period));
    let after = ends_last.min_by_key(|other| other.start()).map(|other| (case.period, *other));
    [before, after].into_iter().flatten().filter_map(|(first, second)| hole(first, second)).collect()
}

fn hole(first: Period, second: Period) -> Option<Remark> {
    let days = days_within(first.end(), second.start())?;
    let is_short = days.days() * HOLE_PARTS < first.days().min(second.days());
    is_short.then(|| Remark::of_whole(Finding::Hole { days }))
}

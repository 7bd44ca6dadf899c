//! A return against what the provider sent before.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Figure, Finding, Remark, Scope, Series, Values, same_number, same_part};
use crate::domain::indicator::{DENOMINATOR_MIN, Indicator, Unit, Value};
use crate::domain::period::Period;
use crate::domain::return_::{Kept, ReturnValue};

/// So many telling numbers must be the same before a form looks copied. A small provider can have
/// the same staff and no complaints two months running; five numbers that move do not stand still.
const SAME_AGAIN_MIN: usize = 5;

/// What shares are counted over may double or halve before they cannot be compared: a provider that
/// takes over a zone grows by less, a zero too many or a form half filled in is more.
const BASE_FACTOR: f64 = 2.0;

/// A share with its two parts may differ from the same share without them by so many points:
/// people round to whole percents.
const ROUNDING_POINTS: f64 = 0.6;

/// The period before is a copy of this one if no number has moved: whoever fills in the next form
/// in a copy of the last can forget to put in the new numbers.
pub(super) fn same_again(case: &Case<'_>) -> Option<Remark> {
    let (before, held) = case.before.first()?;
    let mut telling = 0;
    for (series, value) in numbers(&case.new) {
        if !is_same(value, held.get(series)?) {
            return None;
        }
        telling += usize::from(is_telling(value));
    }
    let values = telling;
    let copied = values >= SAME_AGAIN_MIN;
    copied.then(|| Remark::of_whole(Finding::SameAgain { values, before: *before }))
}

/// Dates and answers stand still by nature.
fn numbers<'c, 'a>(values: &'c Values<'a>) -> impl Iterator<Item = (&'c Series<'a>, &'a ReturnValue)> {
    let is_number = |value: &ReturnValue| matches!(value.value, Value::Number(_));
    values.iter().map(|(series, value)| (series, *value)).filter(move |(_, value)| is_number(value))
}

/// None at all, and all of them, are said again and again in good faith.
fn is_telling(value: &ReturnValue) -> bool {
    match value.value {
        Value::Number(number) => {
            let is_all = value.indicator.meaning().unit == Unit::Percent && same_number(number, 100.0);
            !same_number(number, 0.0) && !is_all
        }
        Value::Date(_) | Value::YesNo(_) => false,
    }
}

fn is_same(one: &ReturnValue, other: &ReturnValue) -> bool {
    same_part(one.numerator, other.numerator)
        && same_part(one.denominator, other.denominator)
        && match (one.value, other.value) {
            (Value::Number(one), Value::Number(other)) => same_number(one, other),
            (one, other) => one == other,
        }
}

/// The newer version counts from the day it comes; what was judged by the older one was judged by
/// another number, and a reader of both should know.
pub(super) fn restated(case: &Case<'_>) -> Vec<Remark> {
    let changed = |(series, value): (&Series<'_>, &&ReturnValue)| {
        let held = case.same.get(series)?;
        (!is_same(value, held) && !is_rounded(value, held)).then(|| {
            let finding = Finding::Restated { old: Figure::of(held), new: Figure::of(value) };
            Remark::of_value(finding, value)
        })
    };
    case.new.iter().filter_map(changed).collect()
}

/// Whether one gives as a share what the other gives with its parts.
fn is_rounded(one: &ReturnValue, other: &ReturnValue) -> bool {
    let (Value::Number(said), Value::Number(held)) = (one.value, other.value) else { return false };
    one.denominator.is_some() != other.denominator.is_some() && (said - held).abs() <= ROUNDING_POINTS
}

/// A gap is told, or a chart would show nothing and a sum would count a zero. Of a return of which
/// something was refused the rejects say what is not there.
pub(super) fn left_out(case: &Case<'_>) -> Vec<Remark> {
    let [(_, last), (_, one_before), ..] = case.before.as_slice() else { return Vec::new() };
    if case.kept != Kept::Whole {
        return Vec::new();
    }
    // What an earlier version of the period brought is still held.
    let present = || case.new.keys().chain(case.same.keys());
    let is_present = |series: &Series<'_>| case.new.contains_key(series) || case.same.contains_key(series);
    let indicators: BTreeSet<Indicator> = present().map(|series| series.indicator).collect();
    let scopes: BTreeSet<Scope<'_>> = present().map(|series| series.scope).collect();
    let lost = last.keys().filter(|series| one_before.contains_key(series) && !is_present(series));
    let (gone, partly): (Vec<Series<'_>>, Vec<_>) =
        lost.partition(|series| !indicators.contains(&series.indicator));
    let mut remarks = gone_everywhere(&gone);
    // A zone that is no longer served takes all its numbers with it: that is one remark.
    let whole = Scope { location_id: None, zone: None };
    let (in_gone_scope, single): (Vec<Series<'_>>, Vec<_>) =
        partly.into_iter().partition(|series| series.scope != whole && !scopes.contains(&series.scope));
    let gone_scopes: BTreeSet<Scope<'_>> = in_gone_scope.iter().map(|series| series.scope).collect();
    remarks.extend(gone_scopes.into_iter().map(|scope| Remark::of_scope(Finding::LeftOut, scope)));
    remarks.extend(single.into_iter().map(|series| Remark::of_series(Finding::LeftOut, series)));
    remarks
}

/// One remark an indicator, with its zone where it had but one.
fn gone_everywhere(gone: &[Series<'_>]) -> Vec<Remark> {
    let mut by_indicator: BTreeMap<Indicator, Vec<Series<'_>>> = BTreeMap::new();
    for series in gone {
        by_indicator.entry(series.indicator).or_default().push(*series);
    }
    let remark = |(indicator, series): (Indicator, Vec<Series<'_>>)| match series.as_slice() {
        [one] => Remark::of_series(Finding::LeftOut, *one),
        _ => Remark { indicator: Some(indicator), ..Remark::of_whole(Finding::LeftOut) },
    };
    by_indicator.into_iter().map(remark).collect()
}

/// 2% of 3,000 visits and 2% of 300 are not the same news, and a base that moves so far is more
/// often a slip of the pen than a change of the work.
pub(super) fn base_moved(case: &Case<'_>) -> Vec<Remark> {
    let Some((before, held)) = case.before.first() else { return Vec::new() };
    let mut moved: Vec<Remark> = Vec::new();
    for (series, value) in &case.new {
        let Some((_, base)) = value.indicator.meaning().share else { continue };
        let parts = held.get(series).and_then(|held| held.denominator).zip(value.denominator);
        let Some((old, new)) = parts.filter(|(old, new)| old.max(*new) >= DENOMINATOR_MIN) else { continue };
        let rate = |base, period| rate(value.indicator, base, period);
        let remark = Remark::of_value(Finding::BaseMoved { base, old, new, before: *before }, value);
        // Several shares are counted over the same visits: they are told of once.
        if is_far(rate(old, *before), rate(new, case.period)) && !moved.iter().any(|one| one.says(&remark)) {
            moved.push(remark);
        }
    }
    moved
}

fn is_far(old: f64, new: f64) -> bool {
    new > old * BASE_FACTOR || old > new * BASE_FACTOR
}

/// Visits and hours add up from day to day, and five weeks have more of them than four. Staff and
/// the people cared for are there all the time.
fn rate(indicator: Indicator, base: f64, period: Period) -> f64 {
    if indicator.is_of_what_stands() { base } else { base / f64::from(period.days()) }
}

/// Without its parts a share can be neither checked nor added up, and nobody sees how few it is of.
pub(super) fn parts_gone(case: &Case<'_>) -> Vec<Remark> {
    let has_parts = |value: &ReturnValue| value.numerator.is_some() && value.denominator.is_some();
    let gone = |(series, value): (&Series<'_>, &&ReturnValue)| {
        value.indicator.meaning().share?;
        let (before, held) =
            case.before.iter().find_map(|(period, held)| Some((period, held.get(series)?)))?;
        (has_parts(held) && !has_parts(value))
            .then(|| Remark::of_value(Finding::PartsGone { before: *before }, value))
    };
    case.new.iter().filter_map(gone).collect()
}

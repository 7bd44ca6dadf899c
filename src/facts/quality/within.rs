//! A return against itself.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Clash, Finding, Remark, Scope, Series};
use crate::domain::indicator::{Indicator, Unit, Value};
use crate::domain::return_::{Kept, ReturnValue};

/// Zones may be so far from the whole, as a share of it: a visit can begin in one month and be
/// counted in the next.
const ZONES_OFF_SHARE: f64 = 0.01;

/// Hours are given to the hour: each zone may be off by half of one.
const HOURS_ROUNDING: f64 = 0.5;

/// Where a return gives a whole and every zone, they say the same twice: if they do not, one of them
/// is wrong. A zone that was refused would be missing in the sum, so only whole returns are added up.
pub(super) fn zones_off(case: &Case<'_>) -> Vec<Remark> {
    if case.kept != Kept::Whole {
        return Vec::new();
    }
    let mut named: BTreeMap<Option<&str>, BTreeSet<&str>> = BTreeMap::new();
    for scope in case.new.keys().map(|series| series.scope) {
        named.entry(scope.location_id).or_default().extend(scope.zone);
    }
    let wholes = case.new.iter().filter(|(series, _)| series.scope.zone.is_none());
    let off = wholes.filter_map(|(series, whole)| {
        let zones = named.get(&series.scope.location_id)?;
        let of_zone = |zone: &&str| {
            let scope = Scope { zone: Some(zone), ..series.scope };
            case.new.get(&Series { scope, ..*series }).copied()
        };
        let parts: Option<Vec<&ReturnValue>> = zones.iter().map(of_zone).collect();
        sum_off(whole, &parts.filter(|parts| parts.len() > 1)?)
    });
    off.collect()
}

/// What of a value adds up from zone to zone, by its name. People can work in two zones.
fn addends(value: &ReturnValue) -> Vec<(&'static str, Option<f64>)> {
    let meaning = value.indicator.meaning();
    match (value.value, meaning.unit, meaning.share) {
        (Value::Number(number), Unit::Count | Unit::Hours, None) => vec![(meaning.name, Some(number))],
        (_, _, Some((counted, over))) if !is_of_staff(value.indicator) => {
            vec![(over, value.denominator), (counted, value.numerator)]
        }
        _ => Vec::new(),
    }
}

/// Reviews are of the people cared for, the others that stand for long are of staff and posts.
fn is_of_staff(indicator: Indicator) -> bool {
    indicator.is_of_what_stands() && indicator != Indicator::Reviews
}

fn sum_off(whole: &ReturnValue, zones: &[&ReturnValue]) -> Option<Remark> {
    let parts: Vec<Vec<(&str, Option<f64>)>> = zones.iter().map(|zone| addends(zone)).collect();
    addends(whole).into_iter().enumerate().find_map(|(index, (what, said))| {
        let of_zone = |zone: &Vec<(&str, Option<f64>)>| zone.get(index).and_then(|(_, number)| *number);
        let sum: f64 = parts.iter().map(of_zone).sum::<Option<f64>>()?;
        let said = said?;
        let finding = Finding::ZonesOff { what, zones: zones.len(), sum, whole: said };
        let off = (sum - said).abs() > said.abs() * ZONES_OFF_SHARE + rounding(whole.indicator, zones.len());
        off.then(|| Remark::of_value(finding, whole))
    })
}

fn rounding(indicator: Indicator, zones: usize) -> f64 {
    let is_hours = indicator.meaning().unit == Unit::Hours || matches!(indicator, Indicator::HoursDelivered);
    // A computer's rounding is allowed to everything.
    if is_hours { HOURS_ROUNDING * zones as f64 } else { 1e-6 }
}

/// Numbers of one return, for the same zone, that cannot both be right.
pub(super) fn contradictions(case: &Case<'_>) -> Vec<Remark> {
    let scopes: BTreeSet<Scope<'_>> = case.new.keys().map(|series| series.scope).collect();
    scopes.into_iter().flat_map(|scope| clashes(case, scope)).collect()
}

fn clashes(case: &Case<'_>, scope: Scope<'_>) -> Vec<Remark> {
    let value = |indicator| case.new.get(&Series { scope, indicator }).copied();
    let number = |found: Option<&ReturnValue>| match found?.value {
        Value::Number(number) => Some(number),
        Value::Date(_) | Value::YesNo(_) => None,
    };
    let base = |found: Option<&ReturnValue>| found?.denominator;
    let late = value(Indicator::LateVisits);
    let upheld = value(Indicator::ComplaintsUpheld);
    let leavers = value(Indicator::Leavers);
    [
        (
            // They may be of an earlier month; the reader is to ask.
            Clash::UpheldOverComplaints,
            upheld,
            number(upheld),
            number(value(Indicator::Complaints)),
        ),
        (Clash::DeliveredOverPlanned, late, base(late), base(value(Indicator::MissedVisits))),
        (Clash::LeaversOverStaff, leavers, number(leavers), number(value(Indicator::StaffHeadcount))),
    ]
    .into_iter()
    .filter_map(|(clash, value, part, of)| {
        let (value, part, of) = (value?, part?, of?);
        (part > of).then(|| Remark::of_value(Finding::Contradiction { clash, part, of }, value))
    })
    .collect()
}

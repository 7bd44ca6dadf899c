//! What only shows across a file: the same said twice, and periods that overlap.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Place, Reading, Reject};
use crate::domain::indicator::Indicator;
use crate::domain::return_::ReturnValue;

/// What may be said once for a period.
type Series<'v> = (&'v str, Option<&'v str>, Option<&'v str>, Indicator);

fn series(value: &ReturnValue) -> Series<'_> {
    (&value.provider_id, value.location_id.as_deref(), value.zone.as_deref(), value.indicator)
}

/// Whether no series is said twice, as in nearly every file.
fn said_once(values: &[ReturnValue]) -> bool {
    let mut seen = HashSet::with_capacity(values.len());
    values.iter().all(|value| seen.insert(series(value)))
}

/// Drops repeats, and refuses every side of a contradiction: which is right cannot be known, and
/// the first row must not win by being first.
pub(super) fn across(reading: &mut Reading) {
    if said_once(&reading.values) {
        return;
    }
    let values = std::mem::take(&mut reading.values);
    let places = std::mem::take(&mut reading.places);
    let mut by_series: HashMap<Series<'_>, Vec<usize>> = HashMap::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        by_series.entry(series(value)).or_default().push(index);
    }
    let mut refused: BTreeMap<usize, usize> = BTreeMap::new();
    let mut repeated = BTreeSet::new();
    for indices in by_series.values().filter(|indices| indices.len() > 1) {
        compare(&values, indices, &mut refused, &mut repeated);
    }
    if refused.is_empty() && repeated.is_empty() {
        (reading.values, reading.places) = (values, places);
        return;
    }
    for (index, (value, place)) in values.into_iter().zip(places.iter().cloned()).enumerate() {
        if let Some(other) = refused.get(&index) {
            let about = (value.provider_id.clone(), value.period);
            reading.keep(&about, Err(contradiction(&value, place, &places[*other])));
        } else if repeated.contains(&index) {
            reading.repeated += 1;
        } else {
            reading.values.push(value);
            reading.places.push(place);
        }
    }
}

fn compare(
    values: &[ReturnValue],
    indices: &[usize],
    refused: &mut BTreeMap<usize, usize>,
    repeated: &mut BTreeSet<usize>,
) {
    // Sorted by period and then by what is said, repeats stand beside each other.
    let mut sorted = indices.to_vec();
    sorted.sort_by_cached_key(|index| (values[*index].period, said(&values[*index])));
    let mut reach = sorted[0];
    let mut last = sorted[0];
    for index in sorted.into_iter().skip(1) {
        let (before, value) = (&values[last], &values[index]);
        if before.period == value.period && said(before) == said(value) {
            repeated.insert(index);
            continue;
        }
        last = index;
        // Whoever overlaps one that began before overlaps the furthest-reaching of those.
        if values[reach].period.shared_days(value.period) > 0 {
            refused.entry(reach).or_insert(index);
            refused.insert(index, reach);
        }
        if value.period.end() > values[reach].period.end() {
            reach = index;
        }
    }
}

fn said(value: &ReturnValue) -> String {
    format!("{} {:?} {:?}", value.value, value.numerator, value.denominator)
}

fn contradiction(value: &ReturnValue, place: Place, other: &Place) -> Reject {
    let (start, end) = (value.period.start().strftime("%-d %B %Y"), value.period.end().strftime("%-d %B %Y"));
    Reject {
        place,
        found: value.value.to_string(),
        expected: format!(
            "one value of {} for {start} to {end}; another stands at {other}",
            value.indicator.meaning().name,
        ),
    }
}

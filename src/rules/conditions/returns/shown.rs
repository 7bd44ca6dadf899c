//! A reported value in words, as evidence, and with its working.

use jiff::civil::Date;

use super::super::{Asked, Evidence};
use crate::domain::Period;
use crate::domain::indicator::{Bands, Indicator, Unit, Value};
use crate::facts::numbers::{Numbers, Per, VISITS_BASE};
use crate::facts::returns::{Reported, Series};
use crate::rules::date_words;
use crate::rules::working::{Method, Point, Working};
use crate::signals::change::WINDOW_POINTS;

/// Counts of people under this are not said outside the machine.
const SMALL_COUNT: f64 = 5.0;

/// "July 2026", or "5 Jul 2026 to 1 Aug 2026".
pub(crate) fn period_words(period: Period) -> String {
    if period == Period::month_of(period.start()) {
        return period.start().strftime("%B %Y").to_string();
    }
    format!("{} to {}", date_words(period.start()), date_words(period.end()))
}

/// "2.4 % (36 of 1,500 planned visits)", "3", "1,200 hours", "30 Nov 2026".
pub(super) fn value_words(indicator: Indicator, point: &Reported) -> String {
    match point.value {
        Value::Date(date) => date_words(date),
        Value::YesNo(yes) => if yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number_words(indicator, number, point),
    }
}

fn number_words(indicator: Indicator, number: f64, point: &Reported) -> String {
    let meaning = indicator.meaning();
    match meaning.unit {
        Unit::Percent => {
            let share = format!("{} %", figure(number));
            match (point.numerator, point.denominator, meaning.share) {
                (Some(part), Some(base), Some((_, of))) => {
                    // A share beside its base says what was counted: a small count hides both.
                    let hidden = [part, base].iter().any(|count| is_small(indicator, *count));
                    let share = if hidden { "share not shown" } else { &share };
                    format!("{share} ({} of {} {of})", counted(indicator, part), counted(indicator, base))
                }
                _ => share,
            }
        }
        Unit::Hours => format!("{} hours", figure(number)),
        Unit::Count | Unit::People | Unit::Date | Unit::YesNo => counted(indicator, number),
    }
}

/// A count as it may leave the machine.
pub(super) fn counted(indicator: Indicator, number: f64) -> String {
    if is_small(indicator, number) { "fewer than 5".to_owned() } else { figure(number) }
}

/// Whether a count is of so few people that it does not leave the machine.
pub(crate) fn is_small(indicator: Indicator, number: f64) -> bool {
    indicator.counts_people() && number > 0.0 && number < SMALL_COUNT
}

/// "1,500", "2.4", "0.31": two places at most, thousands apart.
pub(crate) fn figure(number: f64) -> String {
    let rounded = (number * 100.0).round() / 100.0;
    let text = format!("{rounded}");
    let (whole, places) = text.split_once('.').map_or((text.as_str(), None), |(w, p)| (w, Some(p)));
    let digits = whole.trim_start_matches('-');
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if whole.starts_with('-') { "-" } else { "" };
    places.map_or_else(|| format!("{sign}{grouped}"), |places| format!("{sign}{grouped}.{places}"))
}

/// What a band's bounds are, in words: "green is 0.5 or less, red over 2".
pub(super) fn bands_words(bands: &Bands) -> String {
    match (bands.green, bands.red) {
        (Some(green), Some(red)) => format!("green is {green}, red {red}"),
        (Some(green), None) => format!("green is {green}"),
        (None, Some(red)) => format!("red is {red}"),
        (None, None) => "there are no bands".to_owned(),
    }
}

/// A name that begins a sentence, with its zone: "Visits missed by the provider in zone North".
pub(crate) fn name_words(indicator: Indicator, zone: Option<&str>) -> String {
    let name = indicator.meaning().name;
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let zone = zone.map_or_else(String::new, |zone| format!(" in zone {zone}"));
    format!("{first}{}{zone}", letters.as_str())
}

/// The point at a place as evidence, with the one before it as what was known before.
pub(super) fn evidence(
    asked: Asked<'_>,
    indicator: Indicator,
    series: &Series,
    place: usize,
    working: Option<Working>,
) -> Vec<Evidence> {
    let points = series.points();
    let Some(now) = points.get(place) else {
        return vec![super::own(indicator.key(), "not reported".to_owned(), asked.known.now)];
    };
    let before = place.checked_sub(1).and_then(|before| points.get(before));
    vec![Evidence {
        fact: indicator.key().to_owned(),
        old: before.map(|point| value_words(indicator, point)),
        old_effective: before.map(|point| point.period.end()),
        new: value_words(indicator, now),
        effective: Some(now.period.end()),
        observed_at: now.read_at,
        document: Some(now.document),
        row: Some(now.place.clone()),
        working: working.map(Box::new),
    }]
}

/// The working of a series that is judged by its bands, up to a point.
pub(super) fn banded(
    indicator: Indicator,
    zone: Option<&str>,
    series: &Series,
    place: usize,
) -> Option<Working> {
    let upto = series.points().get(..=place)?;
    let points: Vec<Point> = upto.iter().filter_map(|point| shown(point, None)).collect();
    let bands = series.bands.or(indicator.meaning().bands);
    let said = bands.map(|bands| format!("By its bands, {}.", bands_words(&bands)));
    Some(Working {
        indicator: indicator.key().to_owned(),
        zone: zone.map(str::to_owned),
        unit: unit_words(indicator, Per::Period),
        points: newest(points)?,
        green: None,
        red: None,
        red_at: None,
        method: Method::Bands,
        said: said.into_iter().collect(),
    })
    .map(|working| working.with_bands(bands))
}

/// The working of numbers that were judged by statistics.
pub(super) fn judged(
    indicator: Indicator,
    series: &Series,
    numbers: &Numbers,
    method: Method,
    said: Vec<String>,
) -> Option<Working> {
    let comparable = series.points().get(numbers.from..)?;
    let counts = numbers.events.iter().zip(&numbers.exposures);
    let mut counts = counts.filter(|_| numbers.per == Per::Visits).map(|(event, base)| (*event, *base));
    let points = comparable.iter().zip(&numbers.values).filter_map(|(point, value)| {
        let shown = shown(point, Some(*value))?;
        // A count for a number of visits can only be worked again with both of them.
        let Some((event, visits)) = counts.next() else { return Some(shown) };
        Some(Point { numerator: Some(event), denominator: Some(visits), ..shown })
    });
    Some(Working {
        indicator: indicator.key().to_owned(),
        zone: None,
        unit: unit_words(indicator, numbers.per),
        points: newest(points.collect())?,
        green: None,
        red: None,
        red_at: None,
        method,
        said,
    })
    .map(|working| working.with_bands(series.bands.or(indicator.meaning().bands)))
}

fn newest(mut points: Vec<Point>) -> Option<Vec<Point>> {
    let from = points.len().saturating_sub(WINDOW_POINTS);
    points.drain(..from);
    (!points.is_empty()).then_some(points)
}

fn shown(point: &Reported, value: Option<f64>) -> Option<Point> {
    let Value::Number(reported) = point.value else { return None };
    Some(Point {
        start: point.period.start(),
        end: point.period.end(),
        value: value.unwrap_or(reported),
        numerator: point.numerator,
        denominator: point.denominator,
        submission: point.submission,
        document: point.document,
        place: point.place.clone(),
        came_on: point.came_on,
    })
}

fn unit_words(indicator: Indicator, per: Per) -> String {
    let meaning = indicator.meaning();
    match (meaning.unit, meaning.share, per) {
        (_, _, Per::Visits) => format!("for {} planned visits", figure(VISITS_BASE)),
        (Unit::Percent, Some((_, of)), _) => format!("% of {of}"),
        (Unit::Percent, None, _) => "%".to_owned(),
        (Unit::Hours, _, _) => "hours".to_owned(),
        (Unit::People, _, _) => "people".to_owned(),
        (Unit::Count | Unit::Date | Unit::YesNo, _, _) => "a period".to_owned(),
    }
}

/// Since when a service says that it has no registered manager: the end of the first period of the
/// newest run of "no".
pub(super) fn no_since(points: &[Reported]) -> Option<Date> {
    let no = |point: &&Reported| point.value == Value::YesNo(false);
    points.iter().rev().take_while(no).last().map(|point| point.period.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn satisfied(part: f64, base: f64) -> Reported {
        let start = jiff::civil::date(2026, 7, 1);
        Reported {
            period: Period::month_of(start),
            value: Value::Number(100.0 * part / base),
            numerator: Some(part),
            denominator: Some(base),
            submission: 1,
            document: 1,
            place: "row 2".into(),
            came_on: start,
            read_at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_share_does_not_tell_a_small_count() {
        let words = |part, base| value_words(Indicator::Satisfaction, &satisfied(part, base));
        assert_eq!(words(60.0, 80.0), "75 % (60 of 80 answers)");
        assert_eq!(words(2.0, 80.0), "share not shown (fewer than 5 of 80 answers)");
        assert_eq!(words(3.0, 4.0), "share not shown (fewer than 5 of fewer than 5 answers)");
    }

    #[test]
    fn a_rate_keeps_the_counts_that_it_was_made_from() {
        let series = Series::new(None, [satisfied(8.0, 80.0)]);
        let numbers = Numbers {
            values: vec![5.0],
            events: vec![8.0],
            exposures: vec![1_600.0],
            per: Per::Visits,
            ..Numbers::default()
        };
        let working = judged(Indicator::MedicationErrors, &series, &numbers, Method::Bands, Vec::new());
        let point = working.expect("it has a point").points.remove(0);
        assert_eq!((point.value, point.numerator, point.denominator), (5.0, Some(8.0), Some(1_600.0)));
    }
}

//! The newest values of an indicator against its bands.

use jiff::civil::Date;

use super::super::{Asked, Verdict};
use super::shown::{banded, bands_words, evidence, name_words, no_since, period_words, value_words};
use crate::domain::Indicator;
use crate::domain::indicator::{Judgement, Unit, Value};
use crate::facts::returns::{Reported, Reporter, Series};
use crate::rules::{Band, date_words};

/// One series that has a judged value.
struct Judged<'a> {
    zone: Option<&'a str>,
    series: &'a Series,
    place: usize,
    judgement: Judgement,
    in_band: bool,
}

/// The newest values of an indicator, in any zone, lie in a band.
///
/// Of each series the newest value counts that could be judged: one over too few visits neither
/// opens nor clears anything.
pub(super) fn in_band(
    asked: Asked<'_>,
    reporter: &Reporter,
    indicator: Indicator,
    band: Band,
    in_a_row: u16,
) -> Verdict {
    let today = asked.today;
    let judged: Vec<Judged<'_>> = reporter
        .series_of(indicator)
        .filter_map(|(key, series)| newest(indicator, key.zone.as_deref(), series, band, in_a_row, today))
        .collect();
    let Some(first) = judged.first() else { return Verdict::Unknown };
    let held: Vec<&Judged<'_>> = judged.iter().filter(|one| one.in_band).collect();
    if held.is_empty() {
        if !asked.wants_absence(Some(indicator)) {
            return Verdict::Unknown;
        }
        return Verdict::absent(
            format!("{}.", sentence(indicator, first, today)),
            evidence(asked, indicator, first.series, first.place, None),
        );
    }
    let reasons: Vec<String> = held.iter().map(|one| sentence(indicator, one, today)).collect();
    let shown = held.iter().flat_map(|one| {
        let working = banded(indicator, one.zone, one.series, one.place);
        evidence(asked, indicator, one.series, one.place, working)
    });
    let weight = u32::try_from(held.len()).unwrap_or(u32::MAX);
    Verdict::holds(weight, format!("{}.", reasons.join("; ")), shown.collect())
}

fn newest<'a>(
    indicator: Indicator,
    zone: Option<&'a str>,
    series: &'a Series,
    band: Band,
    in_a_row: u16,
    today: Date,
) -> Option<Judged<'a>> {
    // Without bands no point of the series can be judged, and there is no need to look at each.
    let meaning = indicator.meaning();
    if meaning.bands.is_none() && series.bands.is_none() && is_number(meaning.unit) {
        return None;
    }
    let points = series.points();
    let mut of_run = 0;
    let mut newest = None;
    for (place, point) in points.iter().enumerate().rev() {
        let judgement = judge(indicator, series, &points[..=place], point, today);
        if matches!(judgement, Judgement::TooFew | Judgement::NotJudged) {
            continue;
        }
        let (place, first) = *newest.get_or_insert((place, judgement));
        if judgement != judgement_of(band) {
            return Some(Judged { zone, series, place, judgement: first, in_band: false });
        }
        of_run += 1;
        if of_run >= in_a_row {
            return Some(Judged { zone, series, place, judgement: first, in_band: true });
        }
    }
    newest.map(|(place, judgement)| Judged { zone, series, place, judgement, in_band: false })
}

const fn is_number(unit: Unit) -> bool {
    matches!(unit, Unit::Percent | Unit::Count | Unit::Hours | Unit::People)
}

const fn judgement_of(band: Band) -> Judgement {
    match band {
        Band::Amber => Judgement::Amber,
        Band::Red => Judgement::Red,
    }
}

fn judge(
    indicator: Indicator,
    series: &Series,
    upto: &[Reported],
    point: &Reported,
    today: Date,
) -> Judgement {
    // "No" has lasted since it was first said.
    let value = match point.value {
        Value::YesNo(false) => no_since(upto).map_or(point.value, Value::Date),
        value => value,
    };
    indicator.judge(value, point.denominator, series.bands, today)
}

fn sentence(indicator: Indicator, judged: &Judged<'_>, today: Date) -> String {
    let Some(point) = judged.series.points().get(judged.place) else { return String::new() };
    let name = name_words(indicator, judged.zone);
    let colour = judged.judgement.as_str();
    if indicator == Indicator::RegisteredManager {
        return manager_words(judged, point, today);
    }
    let bands = judged.series.bands.or(indicator.meaning().bands);
    let bands = bands.map_or_else(String::new, |bands| format!(" ({})", bands_words(&bands)));
    format!("{name}: {} for {}, {colour}{bands}", value_words(indicator, point), period_words(point.period))
}

fn manager_words(judged: &Judged<'_>, point: &Reported, _today: Date) -> String {
    let since = match point.value {
        Value::YesNo(true) => {
            return format!("It reports a registered manager in post for {}", period_words(point.period));
        }
        Value::Date(date) => Some(date),
        _ => no_since(&judged.series.points()[..=judged.place]),
    };
    let since = since.map_or_else(String::new, |date| format!(" since {}", date_words(date)));
    format!("It reports no registered manager in post{since}, {}", judged.judgement.as_str())
}

//! What providers said of themselves, as it stood at one instant: series by indicator, and the
//! calendar of what was due.
//!
//! A gap is explicit: a period of which nothing was said has no point, and never counts as nought.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::numbers::Numbers;
use crate::domain::Subject;
use crate::domain::indicator::{Bands, Indicator, Unit, Value};
use crate::domain::period::Period;
use crate::domain::return_::{Entry, MissLimits, Misses};

/// One reported value, with where and when it was said.
#[derive(Clone, Debug, PartialEq)]
pub struct Reported {
    /// The days it is about.
    pub period: Period,
    /// The value.
    pub value: Value,
    /// What was counted, where it is a share and the return says so.
    pub numerator: Option<f64>,
    /// What it was counted over.
    pub denominator: Option<f64>,
    /// Number of the version that brought it.
    pub submission: i64,
    /// Id of the stored document.
    pub document: i64,
    /// Sheet, row and column.
    pub place: String,
    /// The day on which it came.
    pub came_on: Date,
    /// When it was read.
    pub read_at: Timestamp,
}

/// What a series is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeriesKey {
    /// What is measured.
    pub indicator: Indicator,
    /// The zone or lot, where the return is by zone.
    pub zone: Option<String>,
}

/// One indicator of one reporter, oldest period first, each period once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// The bands it is judged by: a contract's, a template's or the usual ones.
    pub bands: Option<Bands>,
    points: Arc<[Reported]>,
}

/// An indicator of one reporter over all zones, with the numbers that statistics are made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// The series.
    pub series: Series,
    /// Its newest comparable numbers.
    pub numbers: Numbers,
}

/// What a reporter owes, and what came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calendar {
    /// Its periods, oldest first.
    pub entries: Vec<Entry>,
    /// How many it missed.
    pub misses: Misses,
    /// How many are too many.
    pub limits: MissLimits,
}

/// The indicators of one reporter over all zones. Every rule asks for many of them of every reporter,
/// so their places are known and need no search.
#[derive(Clone, Debug, Default, PartialEq)]
struct Wholes {
    all: Vec<(Indicator, Whole)>,
    /// For each indicator, by its place in the table, one more than its place in `all`; nought is none.
    places: Vec<u8>,
}

impl Wholes {
    fn new(all: Vec<(Indicator, Whole)>) -> Self {
        let mut places = vec![0; Indicator::ALL.len()];
        for ((indicator, _), place) in all.iter().zip(1..) {
            places[*indicator as usize] = place;
        }
        Self { all, places }
    }

    fn get(&self, indicator: Indicator) -> Option<&Whole> {
        let place = usize::from(*self.places.get(indicator as usize)?).checked_sub(1)?;
        self.all.get(place).map(|(_, whole)| whole)
    }
}

/// Everything that one reporter said or owes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reporter {
    series: BTreeMap<SeriesKey, Series>,
    whole: Wholes,
    /// What it owes, where a contract says so.
    pub calendar: Option<Calendar>,
    /// The last day of its last contract, where that is past: nobody asks it any more.
    pub ended_on: Option<Date>,
}

/// What all reporters said: providers, or locations where returns are by location.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Returns {
    reporters: BTreeMap<Subject, Reporter>,
}

impl Series {
    /// A series of its points in any order; of one period the last given counts.
    #[must_use]
    pub fn new(bands: Option<Bands>, points: impl IntoIterator<Item = Reported>) -> Self {
        let by_period: BTreeMap<Period, Reported> =
            points.into_iter().map(|point| (point.period, point)).collect();
        Self { bands, points: by_period.into_values().collect() }
    }

    /// The points, oldest period first.
    #[must_use]
    pub fn points(&self) -> &[Reported] {
        &self.points
    }

    /// The newest point.
    #[must_use]
    pub fn newest(&self) -> Option<&Reported> {
        self.points.last()
    }
}

impl Reporter {
    /// Adds a series.
    pub fn add(&mut self, key: SeriesKey, series: Series) {
        self.series.insert(key, series);
    }

    /// Every series, as it was reported.
    pub fn series(&self) -> impl Iterator<Item = (&SeriesKey, &Series)> {
        self.series.iter()
    }

    /// The series of one indicator, one a zone.
    pub fn series_of(&self, indicator: Indicator) -> impl Iterator<Item = (&SeriesKey, &Series)> {
        let from = SeriesKey { indicator, zone: None };
        self.series.range(from..).take_while(move |(key, _)| key.indicator == indicator)
    }

    /// Every indicator that it has reported, each once.
    pub fn indicators(&self) -> impl Iterator<Item = Indicator> {
        self.whole.all.iter().map(|(indicator, _)| *indicator)
    }

    /// An indicator over all zones: as reported, or for lack of that the zones together.
    #[must_use]
    pub fn whole(&self, indicator: Indicator) -> Option<&Whole> {
        self.whole.get(indicator)
    }

    /// Works out every indicator over all zones, once, after the last `add`.
    fn sum_zones(&mut self) {
        let mut by_indicator: BTreeMap<Indicator, Vec<&Series>> = BTreeMap::new();
        let mut whole: BTreeMap<Indicator, Series> = BTreeMap::new();
        for (key, series) in &self.series {
            match &key.zone {
                None => {
                    whole.insert(key.indicator, series.clone());
                }
                Some(_) => by_indicator.entry(key.indicator).or_default().push(series),
            }
        }
        for (indicator, zones) in by_indicator {
            whole.entry(indicator).or_insert_with(|| together(indicator, &zones));
        }
        let visits = visits(&whole);
        let all = whole.into_iter().map(|(indicator, series)| {
            let numbers = Numbers::of(indicator, &series, &visits);
            (indicator, Whole { series, numbers })
        });
        self.whole = Wholes::new(all.collect());
    }
}

/// How many visits were planned in each period: what errors and complaints are counted against.
fn visits(whole: &BTreeMap<Indicator, Series>) -> BTreeMap<Period, f64> {
    let planned = whole.get(&Indicator::MissedVisits).into_iter().flat_map(Series::points);
    planned.filter_map(|point| Some((point.period, point.denominator?))).collect()
}

/// Zones together, for the periods of which all of them speak: a zone that is silent is no nought.
fn together(indicator: Indicator, zones: &[&Series]) -> Series {
    if let [only] = zones {
        return (*only).clone();
    }
    let mut by_period: BTreeMap<Period, Vec<&Reported>> = BTreeMap::new();
    for point in zones.iter().flat_map(|series| series.points()) {
        by_period.entry(point.period).or_default().push(point);
    }
    let whole = by_period.into_values().filter(|parts| parts.len() == zones.len());
    Series::new(
        zones.first().and_then(|series| series.bands),
        whole.filter_map(|parts| sum(indicator, &parts)),
    )
}

fn sum(indicator: Indicator, parts: &[&Reported]) -> Option<Reported> {
    let total = |of: fn(&Reported) -> Option<f64>| parts.iter().map(|part| of(part)).sum::<Option<f64>>();
    let (numerator, denominator) = (total(|part| part.numerator), total(|part| part.denominator));
    let value = match indicator.meaning().unit {
        Unit::Percent => 100.0 * numerator? / denominator.filter(|base| *base > 0.0)?,
        Unit::Count | Unit::Hours | Unit::People => total(|part| match part.value {
            Value::Number(number) => Some(number),
            Value::Date(_) | Value::YesNo(_) => None,
        })?,
        Unit::Date | Unit::YesNo => return None,
    };
    let newest = parts.iter().max_by_key(|part| (part.read_at, part.submission))?;
    Some(Reported { value: Value::Number(value), numerator, denominator, ..(*newest).clone() })
}

impl Returns {
    /// Puts a reporter in, with all that it said.
    pub fn insert(&mut self, subject: Subject, mut reporter: Reporter) {
        reporter.sum_zones();
        self.reporters.insert(subject, reporter);
    }

    /// Every reporter, by subject.
    pub fn reporters(&self) -> impl Iterator<Item = (&Subject, &Reporter)> {
        self.reporters.iter()
    }

    /// What one subject said or owes.
    #[must_use]
    pub fn of(&self, subject: &Subject) -> Option<&Reporter> {
        self.reporters.get(subject)
    }

    /// Whether nobody said or owes anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reporters.is_empty()
    }
}

impl Reporter {
    /// The newest entry of the calendar that is settled: its day is past, or it came.
    #[must_use]
    pub fn newest_settled(&self) -> Option<&Entry> {
        use crate::domain::return_::ReturnState::Due;
        self.calendar.as_ref()?.entries.iter().rev().find(|entry| entry.state != Due)
    }
}

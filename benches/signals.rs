//! How many series a second one core judges: 13,000 reporters with 40 series of 60 points each.
//!
//! Three measures: the chart of one series alone; what the newest value says against its own past, on
//! the numbers of returns; and the whole assessment by the shipped policy.
//!
//! Run with `cargo bench --bench signals`.
#![expect(clippy::print_stdout, reason = "a measurement is told to the person who asked for it")]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

use carewarden::config::builtin_policy;
use carewarden::domain::indicator::{Better, Indicator, Unit, Value};
use carewarden::domain::{Period, Subject};
use carewarden::facts::numbers::Numbers;
use carewarden::facts::returns::{Reported, Reporter, Series, SeriesKey};
use carewarden::facts::{History, Returns};
use carewarden::rules::{Known, Policy, Standing, evaluate};
use carewarden::signals::change::{Change, Past};
use carewarden::signals::xmr::{NewestSignal, judge_newest};
use fastrand::Rng;
use jiff::civil::Date;
use jiff::{Span, Timestamp, tz::TimeZone};

const REPORTERS: usize = 13_000;
const SERIES_PER_REPORTER: usize = 40;
const POINTS: usize = 60;

/// Reporters whose numbers are held at once: more than the caches hold, far less than all. They are
/// judged so many times that it comes to all; a funnel then has so many units.
const REPORTERS_HELD: usize = 1_000;

const TIMES: usize = REPORTERS / REPORTERS_HELD;
const SERIES_HELD: usize = REPORTERS_HELD * SERIES_PER_REPORTER;

const ROUNDS: usize = 5;

/// These are reported by two zones, which makes 40 series of 34 indicators.
const BY_ZONE: [Indicator; 6] = [
    Indicator::HoursDelivered,
    Indicator::MissedVisits,
    Indicator::LateVisits,
    Indicator::ShortVisits,
    Indicator::EcmCompliance,
    Indicator::Complaints,
];

const FIRST_MONTH: Date = Date::constant(2021, 11, 1);

fn main() {
    let values = values();
    best_of("charts alone", SERIES_HELD, || charted(black_box(&values)));
    drop(values);
    let held = Held::new();
    best_of("newest value against its own past", held.numbers().count(), || held.changed());
    best_of("evaluate, shipped policy", SERIES_HELD, || held.evaluated());
}

/// Prints the best of [`ROUNDS`] of a measure over `series_held` series, that counts what it finds.
#[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn best_of(what: &str, series_held: usize, judge: impl Fn() -> usize) {
    let mut best = Duration::MAX;
    let mut found = 0;
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        found = (0..TIMES).map(|_| judge()).sum();
        best = best.min(begin.elapsed());
    }
    let series = u32::try_from(TIMES * series_held).unwrap_or(u32::MAX);
    let per_second = f64::from(series) / best.as_secs_f64();
    println!(
        "{what}: {found} found, {series} series in {best:.0?}: {per_second:.0} a second (best of {ROUNDS})"
    );
}

fn values() -> Vec<f64> {
    let mut rng = Rng::with_seed(13_000);
    (0..REPORTERS_HELD * SERIES_PER_REPORTER * POINTS).map(|_| rng.f64() + rng.f64() + rng.f64()).collect()
}

fn charted(values: &[f64]) -> usize {
    let marked = |series: &&[f64]| matches!(judge_newest(series), NewestSignal::Judged { mark: Some(_), .. });
    values.chunks_exact(POINTS).filter(marked).count()
}

/// What is known of the reporters that are held.
struct Held {
    policy: Policy,
    history: History,
    returns: Returns,
    zone: TimeZone,
    now: Timestamp,
}

impl Held {
    fn new() -> Self {
        let mut rng = Rng::with_seed(13_000);
        let mut returns = Returns::default();
        for number in 0..REPORTERS_HELD {
            returns.insert(Subject::provider(format!("1-10{number:07}")), reporter(&mut rng));
        }
        let series: usize = returns.reporters().map(|(_, reporter)| reporter.series().count()).sum();
        assert_eq!(series, REPORTERS_HELD * SERIES_PER_REPORTER);
        let after = month(POINTS).start().checked_add(Span::new().days(7)).expect("a day of this century");
        Self {
            policy: builtin_policy(),
            history: History::default(),
            returns,
            zone: TimeZone::UTC,
            now: after.at(6, 0, 0, 0).in_tz("UTC").expect("UTC is known").timestamp(),
        }
    }

    /// Every series of numbers, zones together.
    fn numbers(&self) -> impl Iterator<Item = Past<'_>> {
        self.returns
            .reporters()
            .flat_map(|(_, reporter)| reporter.indicators().filter_map(|indicator| past(reporter, indicator)))
    }

    fn changed(&self) -> usize {
        self.numbers().filter(|past| matches!(past.newest(), Change::Worse(_))).count()
    }

    fn evaluated(&self) -> usize {
        let known = Known {
            history: &self.history,
            returns: &self.returns,
            standing: Standing::Only(&BTreeSet::new()),
            sources: &[],
            decisions: &[],
            now: self.now,
            zone: &self.zone,
        };
        evaluate(&self.policy, known).holding.len()
    }
}

fn past(reporter: &Reporter, indicator: Indicator) -> Option<Past<'_>> {
    let numbers = &reporter.whole(indicator)?.numbers;
    let better = match indicator.meaning().better {
        Better::Higher => carewarden::signals::Better::Higher,
        Better::Lower | Better::Neither => carewarden::signals::Better::Lower,
    };
    let Numbers { values, events, exposures, .. } = numbers;
    (!values.is_empty()).then_some(Past { values, events, exposures, better })
}

fn reporter(rng: &mut Rng) -> Reporter {
    let mut reporter = Reporter::default();
    for indicator in Indicator::ALL.iter().copied() {
        let zones: &[Option<&str>] =
            if BY_ZONE.contains(&indicator) { &[Some("North"), Some("South")] } else { &[None] };
        for zone in zones {
            let key = SeriesKey { indicator, zone: zone.map(str::to_owned) };
            let points = (0..POINTS).map(|number| reported(rng, indicator, number));
            reporter.add(key, Series::new(None, points));
        }
    }
    reporter
}

/// A month of a provider of which nothing changes: most of what has bands is green.
fn reported(rng: &mut Rng, indicator: Indicator, number: usize) -> Reported {
    let meaning = indicator.meaning();
    let (value, part, base) = match meaning.unit {
        Unit::Percent => {
            let base = 1_500.0;
            let bad = few(rng, 0.002 * base);
            let part = if meaning.better == Better::Higher { base - bad } else { bad };
            (Value::Number(100.0 * part / base), Some(part), Some(base))
        }
        Unit::Count if indicator == Indicator::LateTimeCritical => (Value::Number(0.0), None, None),
        Unit::Count => (Value::Number(few(rng, 1.0)), None, None),
        Unit::Hours => (Value::Number((10.0 * rng.f64()).round()), None, None),
        Unit::People => (Value::Number(80.0 + (5.0 * rng.f64()).round()), None, None),
        Unit::Date => (Value::Date(Date::constant(2028, 1, 1)), None, None),
        Unit::YesNo => (Value::YesNo(true), None, None),
    };
    let period = month(number);
    Reported {
        period,
        value,
        numerator: part,
        denominator: base,
        submission: 1,
        document: 1,
        place: String::new(),
        came_on: period.end(),
        read_at: Timestamp::UNIX_EPOCH,
    }
}

/// A Poisson count.
fn few(rng: &mut Rng, mean: f64) -> f64 {
    let (bound, mut product, mut count) = ((-mean).exp(), rng.f64(), 0.0);
    while product > bound {
        product *= rng.f64();
        count += 1.0;
    }
    count
}

fn month(number: usize) -> Period {
    let after = Span::new().months(i32::try_from(number).expect("few months"));
    Period::month_of(FIRST_MONTH.checked_add(after).expect("a day of this century"))
}

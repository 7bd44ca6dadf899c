//! A population of home-care providers of which nothing changes: what varies is chance.
//!
//! Sizes: 5,800 people over 130 providers, 10.5 hours a week each, 1.56 visits an hour. The sizes of
//! home-care providers are skewed: a log-normal spread of 0.75 takes 130 of them from about 300 to
//! 15,000 visits a month, 3,200 on average.
//!
//! Between providers, rates are spread log-normally by 0.35 to 0.4: the best tenth has about 0.6
//! times, the worst tenth 1.6 times the usual rate. That is what funnels of such indicators show once
//! chance is taken off; it is far wider than chance allows for a large provider.
//!
//! From month to month a provider's own rate is steady for what is rare (missed visits, complaints,
//! medication errors, answers to a survey). Late, short and unlogged visits come in days and rounds,
//! not one by one: their rate moves by a further 10 % of itself; delivered hours by 0.8 points.

use carewarden::domain::indicator::Value;
use carewarden::domain::{Indicator, Period, Subject};
use carewarden::facts::Returns;
use carewarden::facts::returns::{Reported, Reporter, Series, SeriesKey};
use fastrand::Rng;
use jiff::civil::Date;
use jiff::{Span, Timestamp};

use super::chance::{binomial, factor, normal, poisson};

/// How many providers.
pub const PROVIDERS: usize = 130;

/// What each of them reports each month.
pub const INDICATORS: [Indicator; 8] = [
    Indicator::HoursDelivered,
    Indicator::MissedVisits,
    Indicator::LateVisits,
    Indicator::ShortVisits,
    Indicator::EcmCompliance,
    Indicator::Complaints,
    Indicator::MedicationErrors,
    Indicator::Satisfaction,
];

/// The place of missed visits among them.
pub const MISSED: usize = 1;

const PEOPLE: f64 = 5_800.0;
const SIZE_SPREAD: f64 = 0.75;
const HOURS_A_WEEK: f64 = 10.5;
const WEEKS_A_MONTH: f64 = 365.25 / 84.0;
const VISITS_AN_HOUR: f64 = 1.56;

/// A month's visits and hours move by so much around the usual.
const VOLUME_SPREAD: f64 = 0.03;

/// So many of the people answer the monthly question.
const ANSWERING_SHARE: f64 = 0.2;

/// The first month of all.
const FIRST_MONTH: Date = Date::constant(2021, 1, 1);

/// How an indicator comes about.
#[derive(Clone, Copy)]
struct Habit {
    /// The usual rate of what is bad.
    usual: f64,
    /// How far providers differ, on the logarithmic scale.
    between: f64,
    /// How far a provider's own rate moves from month to month, on the logarithmic scale.
    within: f64,
}

const fn habit(usual: f64, between: f64, within: f64) -> Habit {
    Habit { usual, between, within }
}

/// In the order of [`INDICATORS`]. Of hours, what is bad is what was not delivered.
const HABITS: [Habit; 8] = [
    habit(0.03, 0.35, 0.0),
    habit(0.006, 0.4, 0.0),
    habit(0.10, 0.35, 0.1),
    habit(0.05, 0.35, 0.1),
    habit(0.07, 0.4, 0.1),
    habit(0.001, 0.4, 0.0),
    habit(0.000_5, 0.4, 0.0),
    habit(0.10, 0.35, 0.0),
];

/// Points by which delivered hours move from month to month.
const HOURS_WITHIN: f64 = 0.008;

/// A numerator, and the denominator where it is a share.
type Counted = (f64, Option<f64>);

/// A provider of a steady way of working.
#[derive(Clone)]
pub struct Provider {
    /// Who it is.
    pub subject: Subject,
    /// Planned visits a month.
    pub visits: f64,
    people: f64,
    rates: [f64; 8],
    /// Numerator and denominator of each month, by indicator.
    months: Vec<[Counted; 8]>,
}

/// All providers, with what they reported so far.
pub struct Population {
    rng: Rng,
    /// The providers.
    pub providers: Vec<Provider>,
}

impl Population {
    /// A population that has not reported yet.
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut sizes: Vec<f64> = (0..PROVIDERS).map(|_| factor(&mut rng, SIZE_SPREAD)).collect();
        let sum: f64 = sizes.iter().sum();
        sizes.iter_mut().for_each(|size| *size *= PEOPLE / sum);
        let providers = sizes.iter().enumerate().map(|(place, people)| provider(&mut rng, place, *people));
        let providers = providers.collect();
        Self { rng, providers }
    }

    /// Lets months pass in which nothing changes.
    pub fn pass(&mut self, months: usize) {
        for provider in &mut self.providers {
            for _ in 0..months {
                provider.pass(&mut self.rng, 1.0);
            }
        }
    }

    /// One of the providers as it would be if, after so many months, `times` as many of its visits as
    /// usual were missed for the months of `span`.
    pub fn changed(&mut self, place: usize, after: usize, times: f64, span: usize) -> Provider {
        let mut provider = self.providers[place].clone();
        let months = provider.months.len();
        provider.months.truncate(after);
        for month in after..months {
            let held = month < after + span;
            provider.pass(&mut self.rng, if held { times } else { 1.0 });
        }
        provider
    }

    /// What is known after so many months; of each provider at most the newest `points`.
    pub fn returns(&self, months: usize, points: usize) -> Returns {
        let mut returns = Returns::default();
        for provider in &self.providers {
            returns.insert(provider.subject.clone(), provider.reporter(months, points));
        }
        returns
    }
}

fn provider(rng: &mut Rng, place: usize, people: f64) -> Provider {
    let visits = people * HOURS_A_WEEK * WEEKS_A_MONTH * VISITS_AN_HOUR;
    let rates = HABITS.map(|habit| habit.usual * factor(rng, habit.between));
    Provider {
        subject: Subject::provider(format!("1-{:03}", 100 + place)),
        visits,
        people,
        rates,
        months: vec![],
    }
}

impl Provider {
    fn pass(&mut self, rng: &mut Rng, times_missed: f64) {
        let month = self.month(rng, times_missed);
        self.months.push(month);
    }

    fn month(&self, rng: &mut Rng, times_missed: f64) -> [Counted; 8] {
        let volume = factor(rng, VOLUME_SPREAD);
        let planned = (self.visits * volume).round().max(1.0);
        let hours = (planned / VISITS_AN_HOUR).round();
        let answers = (self.people * ANSWERING_SHARE).round().max(1.0);
        let mut rate = |place: usize| {
            let habit: Habit = HABITS[place];
            (self.rates[place] * factor(rng, habit.within)).min(0.9)
        };
        let rates: [f64; 8] = std::array::from_fn(&mut rate);
        let undelivered = (rates[0] + HOURS_WITHIN * normal(rng)).max(0.0);
        let delivered = (hours * (1.0 - undelivered)).round();
        let missed = binomial(rng, planned, (rates[MISSED] * times_missed).min(0.9));
        let done = planned - missed;
        let late = binomial(rng, done, rates[2]);
        let short = binomial(rng, done, rates[3]);
        let unlogged = binomial(rng, done, rates[4]);
        let unhappy = binomial(rng, answers, rates[7]);
        [
            (delivered, Some(hours)),
            (missed, Some(planned)),
            (late, Some(done)),
            (short, Some(done)),
            (done - unlogged, Some(done)),
            (poisson(rng, planned * rates[5]), None),
            (poisson(rng, planned * rates[6]), None),
            (answers - unhappy, Some(answers)),
        ]
    }

    /// What it has reported after so many months: at most the newest `points` of each indicator.
    pub fn reporter(&self, months: usize, points: usize) -> Reporter {
        let mut reporter = Reporter::default();
        let from = months.saturating_sub(points);
        for (place, indicator) in INDICATORS.into_iter().enumerate() {
            let newest = self.months.iter().enumerate().take(months).skip(from);
            let points = newest.map(|(number, month)| reported(month[place], number));
            reporter.add(SeriesKey { indicator, zone: None }, Series::new(None, points));
        }
        reporter
    }
}

fn reported((part, base): Counted, number: usize) -> Reported {
    let period = Period::month_of(first_of(number));
    Reported {
        period,
        value: Value::Number(base.map_or(part, |base| 100.0 * part / base)),
        numerator: base.map(|_| part),
        denominator: base,
        submission: 1,
        document: 1,
        place: String::new(),
        came_on: period.end(),
        read_at: Timestamp::UNIX_EPOCH,
    }
}

/// The first day of a month, by its number from 0.
fn first_of(number: usize) -> Date {
    let after = Span::new().months(i32::try_from(number).expect("few months"));
    FIRST_MONTH.checked_add(after).expect("a day of this century")
}

/// The eighth of the month after so many: returns are due, and are judged.
pub fn instant(months: usize) -> Timestamp {
    let day = first_of(months).checked_add(Span::new().days(7)).expect("a day of this century");
    day.at(6, 0, 0, 0).in_tz("UTC").expect("UTC is known").timestamp()
}

//! What is measured, as figures to print and to assert.

use std::collections::BTreeMap;

use carewarden::alerts::Why;
use carewarden::config::builtin_policy;
use carewarden::domain::{Severity, Subject};
use carewarden::flags::FlagEvent;
use carewarden::rules::{Method, Policy};
use fastrand::Rng;

use super::office::{Assessed, Office, STATISTICS};
use super::population::{PROVIDERS, Population, instant};

/// Three years of months are counted.
pub const MONTHS_COUNTED: usize = 36;

/// More points of a series than are ever looked at.
const POINTS: usize = 40;

/// The flag of missed visits by statistics, and the one by its bands.
const SIGNAL: &str = "signal/missed_visit_pct";
const BAND: &str = "indicator/missed_visit_pct";

/// What comes of three years in which nothing changes.
#[derive(Debug, Default)]
pub struct Steady {
    /// Mails at once that tell of a statistical flag, but for those that only say it has cleared.
    pub told: usize,
    /// Mails at once that say it has cleared.
    pub cleared: usize,
    /// Statistical flags told in digests, cleared ones too.
    pub in_digest: usize,
    /// Statistical flags opened, by what said so.
    pub opened: BTreeMap<&'static str, usize>,
    /// Statistical flags that stand, summed over the months.
    pub standing: usize,
    /// Months.
    pub months: usize,
}

impl Steady {
    /// A figure a year.
    pub fn a_year(&self, count: usize) -> f64 {
        12.0 * number(count) / number(self.months)
    }

    /// The figures in words.
    pub fn words(&self) -> String {
        let opened = self.opened.values().sum();
        let by: Vec<String> =
            self.opened.iter().map(|(by, count)| format!("{by} {:.1}", self.a_year(*count))).collect();
        format!(
            "a year: {:.1} mails at once, and {:.1} that it has cleared; {:.0} flags in digests, {:.0} \
             opened ({}); {:.0} stand at a time",
            self.a_year(self.told),
            self.a_year(self.cleared),
            self.a_year(self.in_digest),
            self.a_year(opened),
            by.join(", "),
            number(self.standing) / number(self.months)
        )
    }

    fn add(&mut self, assessed: &Assessed, office: &Office) {
        let (cleared, told): (Vec<_>, Vec<_>) =
            assessed.at_once().partition(|mail| mail.alert.why == Why::Cleared);
        self.told += told.len();
        self.cleared += cleared.len();
        self.in_digest += assessed.in_digest();
        for event in assessed.opened().filter(|event| event.rule == STATISTICS) {
            *self.opened.entry(said_by(event)).or_default() += 1;
        }
        self.standing += office.standing().filter(|flag| flag.last.rule == STATISTICS).count();
        self.months += 1;
    }
}

fn said_by(event: &FlagEvent) -> &'static str {
    let methods: Vec<&Method> =
        event.evidence.iter().filter_map(|one| Some(&one.working.as_ref()?.method)).collect();
    match methods.as_slice() {
        [Method::Xmr { .. }] => "chart",
        [Method::PoissonCusum { .. }] => "running sum",
        [Method::Funnel { .. }] => "funnel",
        _ => "own past and funnel",
    }
}

/// Three years of 130 providers, after so many months that are not counted; added to `figures`.
pub fn steady(seed: u64, before: usize, figures: &mut Steady) {
    let mut population = Population::new(seed);
    population.pass(before + MONTHS_COUNTED);
    let mut office = Office::new(builtin_policy());
    for months in 1..=before + MONTHS_COUNTED {
        let assessed = office.assess(&population.returns(months, POINTS), instant(months));
        if months > before {
            figures.add(&assessed, &office);
        }
    }
}

/// A change that comes to one provider drawn at random, and that is looked at for some months.
#[derive(Clone, Copy)]
pub struct Trial {
    /// Months before it.
    pub before: usize,
    /// How many times as many visits are missed.
    pub times: f64,
    /// For so many months.
    pub span: usize,
    /// Months that are looked at.
    pub watched: usize,
}

/// What came of one trial.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// The provider's usual visits a month.
    pub visits: f64,
    /// The month in which the statistical flag opened, from 1.
    pub signal: Option<usize>,
    /// Whether the flag of the bands opened or became worse.
    pub band: bool,
    /// Whether a mail at once told of a statistical flag of it.
    pub at_once: bool,
    /// In how many of the months a statistical flag on missed visits stood.
    pub stood: usize,
}

/// How many trials: providers drawn at random from each of so many populations.
#[derive(Clone, Copy)]
pub struct Draws {
    /// The first seed.
    pub seed: u64,
    /// So many populations.
    pub populations: u64,
    /// So many of each.
    pub each: usize,
}

/// Runs trials; a provider whose flag already stands before is left out, for
/// nothing can open there.
pub fn trials(draws: Draws, trial: Trial, policy: &Policy) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut rng = Rng::with_seed(draws.seed);
    for number in 0..draws.populations {
        let mut population = Population::new(draws.seed + number);
        population.pass(trial.before + trial.watched);
        // The others are only asked where they stand now: their own past changes nothing here.
        let months = trial.before..=trial.before + trial.watched;
        let mut known: Vec<_> = months.map(|months| (months, population.returns(months, 1))).collect();
        for _ in 0..draws.each {
            let place = rng.usize(0..PROVIDERS);
            let changed = population.changed(place, trial.before, trial.times, trial.span);
            let mut office = Office::new(policy.clone());
            let mut seen = Seen::new(&changed.subject);
            for (months, returns) in &mut known {
                returns.insert(changed.subject.clone(), changed.reporter(*months, POINTS));
                let assessed = office.assess(returns, instant(*months));
                seen.add(&assessed, &office);
                let usual = population.providers[place].reporter(*months, 1);
                returns.insert(changed.subject.clone(), usual);
            }
            outcomes.extend(seen.outcome(changed.visits));
        }
    }
    outcomes
}

/// What was seen of one provider, assessment by assessment; the first is before the change.
struct Seen<'a> {
    subject: &'a Subject,
    assessed: usize,
    stood_before: bool,
    signal: Option<usize>,
    band: bool,
    at_once: bool,
    stood: usize,
}

impl<'a> Seen<'a> {
    fn new(subject: &'a Subject) -> Self {
        Self {
            subject,
            assessed: 0,
            stood_before: false,
            signal: None,
            band: false,
            at_once: false,
            stood: 0,
        }
    }

    fn add(&mut self, assessed: &Assessed, office: &Office) {
        let stands =
            office.standing().any(|flag| flag.last.subject == *self.subject && flag.last.family == SIGNAL);
        let month = self.assessed;
        self.assessed += 1;
        if month == 0 {
            self.stood_before = stands;
            return;
        }
        self.stood += usize::from(stands);
        if stands && self.signal.is_none() {
            self.signal = Some(month);
        }
        let mut own = assessed.events.iter().filter(|event| event.subject == *self.subject);
        self.band |= own
            .any(|event| event.family == BAND && event.severity >= Severity::Watch && event.state.stands());
        let mails = assessed.at_once().flat_map(|mail| &mail.alert.items);
        self.at_once |=
            mails.filter(|item| item.rule == STATISTICS).any(|item| item.subject == *self.subject);
    }

    fn outcome(self, visits: f64) -> Option<Outcome> {
        let Self { signal, band, at_once, stood, .. } = self;
        (!self.stood_before).then_some(Outcome { visits, signal, band, at_once, stood })
    }
}

/// The share of outcomes of which something is true.
pub fn share(outcomes: &[Outcome], is: impl Fn(&Outcome) -> bool) -> f64 {
    number(outcomes.iter().filter(|outcome| is(outcome)).count()) / number(outcomes.len())
}

/// The figures of trials in words: of all, and by thirds of size.
pub fn words(outcomes: &[Outcome]) -> String {
    let mut sorted = outcomes.to_vec();
    sorted.sort_by(|one, other| one.visits.total_cmp(&other.visits));
    let thirds = sorted.chunks(sorted.len().div_ceil(3).max(1)).map(line);
    [line(outcomes)].into_iter().chain(thirds).collect::<Vec<String>>().join("\n  ")
}

fn line(outcomes: &[Outcome]) -> String {
    let sizes = || outcomes.iter().map(|outcome| outcome.visits);
    let stood: usize = outcomes.iter().map(|outcome| outcome.stood).sum();
    format!(
        "{} providers of {:.0} to {:.0} visits a month: flagged by statistics {:.1} %, by bands (where the policy asks) {:.1} %, mailed \
         at once {:.1} %; flagged for {:.1} months",
        outcomes.len(),
        sizes().fold(f64::INFINITY, f64::min),
        sizes().fold(0.0, f64::max),
        100.0 * share(outcomes, |outcome| outcome.signal.is_some()),
        100.0 * share(outcomes, |outcome| outcome.band),
        100.0 * share(outcomes, |outcome| outcome.at_once),
        number(stood) / number(outcomes.len())
    )
}

#[expect(clippy::cast_precision_loss, reason = "counts of some thousand")]
fn number(count: usize) -> f64 {
    count as f64
}

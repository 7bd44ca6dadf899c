//! The newest value of a series against its own past: which points are the past, and which method
//! suits the counts behind them.
//!
//! Limits come from the older part of the series alone. A value that is itself part of what it is
//! held against hides a change; a series that is judged by all of its points calls a fall that
//! lasts a year "as usual".

use super::xmr::{Limits, Mark, NewestSignal, Rule, Rules, Standing, judge_newest_against};
use super::{Better, CusumStep, Decision, Method, PoissonCusum, Side, Tone, method_for};

/// The newest so many points are looked at: three years of months.
pub const WINDOW_POINTS: usize = 36;

/// The past is at most so many points, the oldest of the window: two years of months.
pub const BASELINE_POINTS_MAX: usize = 24;

/// With fewer points than this nothing is said.
pub const BASELINE_POINTS_MIN: usize = 8;

/// While the series is young, so many of its newest points are kept out of the past.
pub const HELD_OUT_POINTS: usize = 3;

/// A chart is firm when so many of its newest points lie outside the limits: one alone is common among
/// a thousand series, a second within three months is not.
const FIRM_OUTSIDE_POINTS: usize = 2;

/// They are looked for among so many, no more than are held out: none of them has a part in the limits.
const FIRM_AMONG_POINTS: usize = HELD_OUT_POINTS;

/// What is added to the events of the past, so that a past without any still expects something.
const EVENTS_PRIOR: f64 = 0.5;

/// A series and the counts behind it, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    /// The values.
    pub values: &'a [f64],
    /// How many of the events that are bad came in each period; empty where that is not known.
    pub events: &'a [f64],
    /// How many there could have been, or how long there was time for them; as long as `events`.
    pub exposures: &'a [f64],
    /// Which way is good.
    pub better: Better,
}

/// What the newest value says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// There is too little to say anything.
    TooShort,
    /// It is as usual, or better.
    AsUsual,
    /// It is a change for the worse.
    Worse(Worsening),
}

/// A change for the worse, with what it takes to work it again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worsening {
    /// By which method.
    pub method: Method,
    /// The rule of the chart that marks the newest value; absent for a running sum.
    pub mark: Option<Mark>,
    /// How far its limits can be relied on.
    pub standing: Standing,
    /// Whether it is enough to agree with another.
    pub strength: Strength,
    /// How many of the newest points were looked at.
    pub window: usize,
    /// How many of them, the oldest, are the past.
    pub baseline: usize,
}

/// How much a change for the worse weighs. One point outside the limits of a chart is common among
/// many series; what follows is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// Worth a look: chance alone gives it now and then.
    Weak,
    /// Rare by chance: a running sum has reached its threshold (and the newest value lies outside the
    /// chart's limits, where there is a chart), or the newest value and one of the two before it lie
    /// outside the limits. The limits rest on enough points.
    Firm,
}

impl<'a> Past<'a> {
    /// The newest [`WINDOW_POINTS`] of it.
    #[must_use]
    pub fn window(self) -> Self {
        fn newest(all: &[f64]) -> &[f64] {
            &all[all.len().saturating_sub(WINDOW_POINTS)..]
        }
        let counted = self.events.len() == self.values.len() && self.exposures.len() == self.values.len();
        let counts = |all: &'a [f64]| if counted { newest(all) } else { &[] };
        Self {
            values: newest(self.values),
            events: counts(self.events),
            exposures: counts(self.exposures),
            better: self.better,
        }
    }

    /// What its newest value says.
    #[must_use]
    pub fn newest(self) -> Change {
        let window = self.window();
        let Some(baseline) = baseline_points(window.values.len()) else { return Change::TooShort };
        if window.better == Better::Neither {
            return Change::AsUsual;
        }
        match window.method(baseline) {
            Method::Xmr => window.charted(baseline),
            Method::PoissonCusum => window.summed(baseline),
        }
    }

    fn method(self, baseline: usize) -> Method {
        if self.events.is_empty() {
            return Method::Xmr;
        }
        let sum: f64 = self.events[..baseline].iter().sum();
        method_for(sum / count(baseline))
    }

    /// The chart, and beside it the running sum where the counts are known: the chart sees one value
    /// far out, the sum a rise that no single value proves.
    ///
    /// The sum takes events to come one by one. Where they come in rounds and days, it errs more often
    /// than it should; the chart, whose limits come from how the series really moves, does not. So the
    /// sum is firm here only where the newest value lies outside the chart's limits too.
    fn charted(self, baseline: usize) -> Change {
        let NewestSignal::Judged { limits, standing, mark } =
            judge_newest_against(self.values, baseline, &Rules::default())
        else {
            return Change::TooShort;
        };
        let worse = mark.filter(|mark| self.better.tone(mark.side) == Tone::Worse);
        if let Change::Worse(sum) = self.summed(baseline) {
            let outside = worse.is_some_and(|mark| mark.rule == Rule::Outside);
            return Change::Worse(Worsening {
                strength: if outside { sum.strength } else { Strength::Weak },
                ..sum
            });
        }
        match worse {
            Some(mark) => Change::Worse(Worsening {
                method: Method::Xmr,
                mark: Some(mark),
                standing,
                strength: self.strength(mark, standing, &limits),
                window: self.values.len(),
                baseline,
            }),
            None => Change::AsUsual,
        }
    }

    fn strength(self, mark: Mark, standing: Standing, limits: &Limits) -> Strength {
        let outside = |value: &&f64| match mark.side {
            Side::Above => **value > limits.upper,
            Side::Below => **value < limits.lower,
        };
        let newest = self.values.iter().rev().take(FIRM_AMONG_POINTS);
        if mark.rule == Rule::Outside
            && standing == Standing::Full
            && newest.filter(outside).count() >= FIRM_OUTSIDE_POINTS
        {
            Strength::Firm
        } else {
            Strength::Weak
        }
    }

    fn summed(self, baseline: usize) -> Change {
        if !self.adds_to_the_sum(baseline) {
            return Change::AsUsual;
        }
        let standing = Standing::of(baseline);
        match self.sums(baseline).nth(self.events.len().saturating_sub(1)) {
            Some(newest) if newest.signal => Change::Worse(Worsening {
                method: Method::PoissonCusum,
                mark: None,
                standing,
                strength: if standing == Standing::Full { Strength::Firm } else { Strength::Weak },
                window: self.values.len(),
                baseline,
            }),
            _ => Change::AsUsual,
        }
    }

    /// Whether the newest count is over what its running sum takes off. If not, the sum does not grow,
    /// and what has not signalled before does not signal now: most series need no more than that.
    fn adds_to_the_sum(self, baseline: usize) -> bool {
        let (Some(events), Some(exposure)) = (self.events.last(), self.exposures.last()) else {
            return false;
        };
        let decision = Decision::default();
        // A little is allowed for rounding, which the step itself does in another order.
        events.round() * decision.ratio().ln() + f64::EPSILON
            > (decision.ratio() - 1.0) * self.rate(baseline) * exposure * (1.0 - f64::EPSILON)
    }

    /// Events for each of what they are counted over, in the past.
    fn rate(self, baseline: usize) -> f64 {
        let total = |all: &[f64]| all.iter().take(baseline).sum::<f64>();
        (total(self.events) + EVENTS_PRIOR) / total(self.exposures)
    }

    /// The running sum over the counts; it ends early where it cannot be made.
    pub fn sums(self, baseline: usize) -> impl Iterator<Item = CusumStep> {
        let rate = self.rate(baseline);
        let mut sum = PoissonCusum::default();
        self.events
            .iter()
            .zip(self.exposures)
            .map_while(move |(events, exposure)| sum.step(whole(*events)?, rate * exposure).ok())
    }
}

/// How many of so many points are the past; `None` where they are too few.
#[must_use]
pub fn baseline_points(points: usize) -> Option<usize> {
    let past = points.saturating_sub(HELD_OUT_POINTS).clamp(BASELINE_POINTS_MIN, BASELINE_POINTS_MAX);
    (points > past).then_some(past)
}

#[expect(clippy::cast_precision_loss, reason = "a window has some dozen points")]
const fn count(points: usize) -> f64 {
    points as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies between the bounds")]
fn whole(number: f64) -> Option<u32> {
    (0.0..=f64::from(u32::MAX)).contains(&number).then(|| number.round() as u32)
}

//! How long a poor rating has waited for an officer's decision.

use jiff::civil::Date;

use super::line::{Line, ancestors};
use super::ratings::{dated, overall_words};
use super::{Asked, Held, Verdict, evidence};
use crate::domain::Subject;
use crate::rules::{Step, date_words, days_between};

/// From when the days are counted.
enum Clock {
    Published(Date),
    Baseline(Date),
    Decision(Date),
}

/// Days since a poor rating, the baseline or the last decision, whichever is latest.
pub(super) fn poor_undecided(asked: Asked<'_>, steps: &[Step]) -> Verdict {
    let history = asked.known.history;
    let Some(line) = Line::of(history, asked.subject) else { return Verdict::Unknown };
    let shown = vec![evidence(line.now().fact, line.changed_from().map(|old| old.fact))];
    let Some(first_poor) = line.poor_since() else {
        return Verdict::absent(format!("{}.", overall_words(&line)), shown);
    };
    let clock = clock(asked, first_poor.published());
    let days = days_between(clock.day(), asked.known.today());
    let reached = steps.iter().zip(1_u32..).take_while(|(step, _)| days >= i64::from(step.days)).last();
    let rated = dated(line.now());
    let Some((step, rung)) = reached else {
        return Verdict::absent(clock.absent_words(&rated), shown);
    };
    // The day count would change daily; the step's days change with the flag only.
    let reason = format!("Rated {rated}; {}.", clock.waiting_words(step.days));
    Verdict::Holds(Held { severity: Some(step.severity), weight: rung, reason, evidence: shown })
}

fn clock(asked: Asked<'_>, published: Date) -> Clock {
    let known = asked.known;
    let baseline = known.sources.iter().filter_map(|source| source.baseline_at).min();
    let concerned = concerned(asked);
    let decided = known
        .decisions
        .iter()
        .filter(|decision| decision.at <= known.now && concerned.contains(&decision.subject))
        .map(|decision| decision.at)
        .max();
    let mut latest = Clock::Published(published);
    let later = [
        baseline.map(|at| Clock::Baseline(known.day_of(at))),
        decided.map(|at| Clock::Decision(known.day_of(at))),
    ];
    for clock in later.into_iter().flatten() {
        if clock.day() >= latest.day() {
            latest = clock;
        }
    }
    latest
}

/// Those whose decisions count: the location, its provider, and the ids it had before.
fn concerned(asked: Asked<'_>) -> Vec<Subject> {
    let history = asked.known.history;
    let mut concerned = ancestors(history, asked.subject);
    concerned.push(asked.subject.clone());
    concerned.extend(history.provider_of(asked.subject));
    concerned
}

impl Clock {
    const fn day(&self) -> Date {
        match self {
            Self::Published(day) | Self::Baseline(day) | Self::Decision(day) => *day,
        }
    }

    fn waiting_words(&self, days: u16) -> String {
        match self {
            Self::Published(_) => format!("below Good for {days} days or more without a recorded decision"),
            Self::Baseline(day) => format!(
                "{days} days or more without a recorded decision since the first reading on {}",
                date_words(*day)
            ),
            Self::Decision(day) => {
                format!("{days} days or more without a new decision since that of {}", date_words(*day))
            }
        }
    }

    fn absent_words(&self, rated: &str) -> String {
        match self {
            Self::Published(_) => format!("Rated {rated}; a decision is not due yet."),
            Self::Baseline(day) => {
                format!("Rated {rated}, first read on {}; a decision is not due yet.", date_words(*day))
            }
            Self::Decision(day) => {
                format!("Rated {rated}; a decision was recorded on {}.", date_words(*day))
            }
        }
    }
}

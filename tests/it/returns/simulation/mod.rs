//! 130 providers, eight indicators, month by month through evaluate, reconcile and plan: how often
//! statistics err where nothing has changed, and how soon they see what has.
//!
//! The seeds are fixed; each test prints its figures (`cargo test simulation -- --nocapture`), and
//! `cargo run --release --example simulation` prints them over many more years.

mod chance;
mod figures;
mod office;
mod population;

use carewarden::config::builtin_policy;
use carewarden::rules::Policy;
use figures::{Draws, Steady, Trial, share, steady, trials, words};
use office::STATISTICS;

/// Mails at once that chance may cause in a year.
const MAILS_A_YEAR_MAX: f64 = 5.0;

/// The share of doublings that must be flagged within three months.
const FLAGGED_SHARE_MIN: f64 = 0.9;

#[expect(clippy::print_stdout, reason = "the figures are of interest when all is well too")]
fn tell(what: &str, figures: &str) {
    println!("{what}:\n  {figures}");
}

/// The shipped rule on statistics alone: what bands say of 130 providers takes time and is not asked.
fn statistics() -> Policy {
    let mut policy = builtin_policy();
    policy.rules.retain(|rule| rule.id == STATISTICS);
    policy
}

fn assert_seldom_mailed(what: &str, before: usize) {
    let mut figures = Steady::default();
    steady(20_261_122, before, &mut figures);
    tell(what, &figures.words());
    // What has cleared is a mail too.
    let mails = figures.a_year(figures.told + figures.cleared);
    assert!(mails <= MAILS_A_YEAR_MAX, "{what}: {mails} mails a year: {figures:?}");
    assert!(figures.in_digest > 0, "{what}: a rule that never errs would never find anything either");
}

#[test]
fn steady_providers_are_seldom_mailed_of_from_the_first_return_on() {
    assert_seldom_mailed("nothing changes, no history", 0);
}

#[test]
fn steady_providers_are_seldom_mailed_of_after_two_years() {
    assert_seldom_mailed("nothing changes, 24 months of history", 24);
}

#[test]
fn a_doubling_of_missed_visits_is_flagged_within_three_months() {
    let doubled = Trial { before: 24, times: 2.0, span: 3, watched: 3 };
    let outcomes = trials(Draws { seed: 7, populations: 32, each: 20 }, doubled, &statistics());
    tell("missed visits double for three months, 24 months of history", &words(&outcomes));
    assert!(outcomes.len() >= 200, "{} runs are too few to say", outcomes.len());
    let flagged = share(&outcomes, |outcome| outcome.signal.is_some());
    assert!(flagged >= FLAGGED_SHARE_MIN, "{}", words(&outcomes));
}

#[test]
fn a_doubling_that_lasts_does_not_become_the_usual() {
    for before in [12, 24] {
        let lasting = Trial { before, times: 2.0, span: 12, watched: 12 };
        let outcomes = trials(Draws { seed: 11, populations: 4, each: 12 }, lasting, &statistics());
        tell(&format!("missed visits double for a year, {before} months of history"), &words(&outcomes));
        let stayed = share(&outcomes, |outcome| outcome.stood >= 9);
        assert!(stayed >= 0.75, "{before}: {stayed}: {}", words(&outcomes));
    }
}

#[test]
fn one_bad_month_is_flagged_and_then_forgotten() {
    let spike = Trial { before: 24, times: 4.0, span: 1, watched: 8 };
    let outcomes = trials(Draws { seed: 13, populations: 2, each: 12 }, spike, &statistics());
    tell("four times as many visits are missed, for one month", &words(&outcomes));
    let at_first = share(&outcomes, |outcome| outcome.signal == Some(1));
    assert!(at_first >= 0.8, "{}", words(&outcomes));
    let soon_over = share(&outcomes, |outcome| outcome.stood <= 5);
    assert!(soon_over >= 0.8, "{}", words(&outcomes));
}

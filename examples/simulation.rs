//! The figures of `docs/signals.md` over many simulated years: how often statistics err where nothing
//! has changed, and how soon they see what has.
//!
//! Run with `cargo run --release --example simulation`; it takes some minutes.
#![expect(clippy::print_stdout, reason = "figures are told to the person who asked for them")]

#[path = "../tests/it/returns/simulation/chance.rs"]
mod chance;
#[path = "../tests/it/returns/simulation/figures.rs"]
mod figures;
#[path = "../tests/it/returns/simulation/office.rs"]
mod office;
#[path = "../tests/it/returns/simulation/population.rs"]
mod population;

use carewarden::config::builtin_policy;
use figures::{Draws, Steady, Trial, share, steady, trials, words};

/// Populations of three years each.
const POPULATIONS: u64 = 12;

fn main() {
    for before in [0, 24] {
        let mut figures = Steady::default();
        (1..=POPULATIONS).for_each(|seed| steady(seed, before, &mut figures));
        println!(
            "nothing changes, {before} months of history, {} months\n  {}",
            figures.months,
            figures.words()
        );
    }
    for (what, trial) in [
        ("nothing changes", Trial { before: 24, times: 1.0, span: 3, watched: 3 }),
        ("half as many again", Trial { before: 24, times: 1.5, span: 3, watched: 3 }),
        ("doubled", Trial { before: 24, times: 2.0, span: 3, watched: 3 }),
        ("doubled, 12 months of history", Trial { before: 12, times: 2.0, span: 3, watched: 3 }),
        ("three times", Trial { before: 24, times: 3.0, span: 3, watched: 3 }),
        ("doubled for a year", Trial { before: 24, times: 2.0, span: 12, watched: 12 }),
        ("doubled for a year, 12 months of history", Trial { before: 12, times: 2.0, span: 12, watched: 12 }),
        ("four times for one month", Trial { before: 24, times: 4.0, span: 1, watched: 8 }),
    ] {
        let outcomes =
            trials(Draws { seed: 100, populations: 5 * POPULATIONS, each: 20 }, trial, &builtin_policy());
        let stayed = share(&outcomes, |outcome| outcome.stood >= 9);
        println!(
            "missed visits, {what}\n  {}\n  nine months or more: {:.1} %",
            words(&outcomes),
            100.0 * stayed
        );
    }
}

//! How many series a second one core judges: 13,000 locations with 40 series of 60 points each.
//!
//! Run with `cargo bench --bench signals`.
#![expect(clippy::print_stdout, reason = "a measurement is told to the person who asked for it")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use carewarden::signals::xmr::{NewestSignal, judge_newest};

const LOCATIONS: usize = 13_000;
const SERIES_PER_LOCATION: usize = 40;
const POINTS: usize = 60;

/// Locations whose numbers are held at once: more than the caches hold, far less than all.
const LOCATIONS_HELD: usize = 1_000;

const ROUNDS: usize = 5;

fn main() {
    let values = values();
    let mut best = Duration::MAX;
    for round in 1..=ROUNDS {
        let (signals, took) = round_of(&values);
        best = best.min(took);
        println!("round {round}: {signals} signals, {}", rate(took));
    }
    println!("best of {ROUNDS}: {}", rate(best));
}

fn values() -> Vec<f64> {
    let mut rng = fastrand::Rng::with_seed(13_000);
    (0..LOCATIONS_HELD * SERIES_PER_LOCATION * POINTS).map(|_| rng.f64() + rng.f64() + rng.f64()).collect()
}

#[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn round_of(values: &[f64]) -> (usize, Duration) {
    let begin = Instant::now();
    let signals = (0..LOCATIONS / LOCATIONS_HELD).map(|_| judged(black_box(values))).sum();
    (signals, begin.elapsed())
}

fn judged(values: &[f64]) -> usize {
    let marked = |series: &&[f64]| matches!(judge_newest(series), NewestSignal::Judged { mark: Some(_), .. });
    values.chunks_exact(POINTS).filter(marked).count()
}

fn rate(took: Duration) -> String {
    let series = u32::try_from(LOCATIONS * SERIES_PER_LOCATION).unwrap_or(u32::MAX);
    let per_second = f64::from(series) / took.as_secs_f64();
    format!("{series} series in {took:.0?}: {per_second:.0} a second")
}

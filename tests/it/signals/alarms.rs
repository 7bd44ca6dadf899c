//! How often the methods cry wolf, by simulation, against `sim_alert_rates.csv` within a tenth.

use carewarden::signals::xmr::{Baseline, Chart, NewestSignal, Rules, judge_newest};
use carewarden::signals::{Decision, PoissonCusum, Screened, Side, Worked};
use fastrand::Rng;

use super::table::{self, number};

/// How far a simulated rate may be from the table, itself rough, as a share.
const ROOM: f64 = 0.1;

fn wanted(param: &str, column: &str) -> f64 {
    let rows = table::rows("sim_alert_rates.csv");
    let row = rows.iter().find(|row| row["param"] == param).unwrap_or_else(|| panic!("no row {param}"));
    number(row, column)
}

fn agree(found: f64, param: &str, column: &str) {
    let wanted = wanted(param, column);
    assert!((found / wanted - 1.0).abs() <= ROOM, "{param} {column}: {found:.5}, the table has {wanted}");
}

fn normal(rng: &mut Rng) -> f64 {
    (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (std::f64::consts::TAU * rng.f64()).cos()
}

fn poisson(rng: &mut Rng, mean: f64) -> u32 {
    let (bound, mut product, mut count) = ((-mean).exp(), rng.f64(), 0);
    while product > bound {
        product *= rng.f64();
        count += 1;
    }
    count
}

/// The share of series whose newest point is marked on the upper side.
fn share(
    runs: u32,
    mut series: impl FnMut(&mut Rng, &mut [f64]),
    upper: impl Fn(&[f64]) -> bool,
    n: usize,
) -> f64 {
    let mut rng = Rng::with_seed(20_261_122);
    let mut values = vec![0.0; n];
    let mut alarms = 0;
    for _ in 0..runs {
        series(&mut rng, &mut values);
        alarms += u32::from(upper(&values));
    }
    f64::from(alarms) / f64::from(runs)
}

fn newest_upper(values: &[f64]) -> bool {
    match judge_newest(values) {
        NewestSignal::Judged { mark, .. } => mark.is_some_and(|mark| mark.side == Side::Above),
        NewestSignal::Unfit => panic!("unfit: {values:?}"),
    }
}

fn fixed_upper(values: &[f64], points: usize) -> bool {
    let chart = Chart::of(values, Rules::default(), Baseline::First(points), &[]).expect("a chart");
    chart.newest_mark().is_some_and(|mark| mark.side == Side::Above)
}

fn independent(rng: &mut Rng, values: &mut [f64]) {
    values.fill_with(|| normal(rng));
}

#[test]
fn a_steady_series_signals_once_in_a_hundred_and_twenty_periods() {
    let found = share(60_000, independent, newest_upper, 24);
    agree(found, "normal n=24 all-points limits", "value1");
}

#[test]
fn limits_from_few_points_signal_more() {
    let found = share(15_000, independent, |values| fixed_upper(values, 12), 24);
    agree(found, "normal n=24 limits fixed on first 12", "value1");
    let found = share(15_000, independent, |values| fixed_upper(values, 24), 36);
    agree(found, "normal n=36 limits fixed on first 24", "value1");
}

#[test]
fn a_series_that_remembers_signals_more() {
    let remembering = |rng: &mut Rng, values: &mut [f64]| {
        let mut last = normal(rng);
        values.fill_with(|| {
            last = 0.4 * last + (1.0_f64 - 0.16).sqrt() * normal(rng);
            last
        });
    };
    agree(share(15_000, remembering, newest_upper, 24), "AR(1) 0.4 n=24", "value1");
}

#[test]
fn rare_counts_make_a_chart_cry_wolf() {
    for mean in [0.5, 1.0, 2.0, 5.0, 10.0] {
        let counts = |rng: &mut Rng, values: &mut [f64]| values.fill_with(|| poisson(rng, mean).into());
        let runs = if mean < 1.0 { 10_000 } else { 40_000 };
        agree(share(runs, counts, newest_upper, 24), &format!("Poisson mean {mean} n=24"), "value1");
    }
}

/// Limits that screening let collapse onto the mean: then all above it is "outside".
fn collapsed_upper(values: &[f64]) -> bool {
    let chart = Chart::of(values, Rules::default(), Baseline::All, &[]).expect("a chart");
    let Worked::Xmr(worked) = Worked::xmr(&chart) else { panic!("not a chart") };
    let newest = values.last().copied().and_then(|newest| worked.limits.side(newest));
    worked.screened == Screened::KeptAll && newest == Some(Side::Above)
}

#[test]
fn very_rare_counts_make_ours_cry_wolf_less_than_the_table() {
    // The table was made with limits that may collapse; ours do not, and lose those signals.
    let param = "Poisson mean 0.2 n=24";
    let counts = |rng: &mut Rng, values: &mut [f64]| values.fill_with(|| poisson(rng, 0.2).into());
    let ours = share(20_000, counts, newest_upper, 24);
    let theirs = share(20_000, counts, |values| newest_upper(values) || collapsed_upper(values), 24);
    agree(theirs, param, "value1");
    assert!(ours < theirs, "{ours} is not below {theirs}");
}

/// The mean number of periods until a signal.
fn run_length(expected: f64, times: f64, runs: u32) -> f64 {
    const PERIODS_MAX: u32 = 100_000;
    let mut rng = Rng::with_seed(424);
    let mut periods = 0;
    for _ in 0..runs {
        let mut sum = PoissonCusum::new(Decision::default());
        let signals = |_: &u32| {
            let step = sum.step(poisson(&mut rng, expected * times), expected).expect("a step");
            step.signal
        };
        periods += (1..PERIODS_MAX).find(signals).expect("a signal comes");
    }
    f64::from(periods) / f64::from(runs)
}

#[test]
fn a_running_sum_finds_a_doubling_soon_and_seldom_errs() {
    for expected in [0.25, 0.5, 1.0, 2.0, 4.0, 8.0] {
        let param = format!("E={expected}/period");
        agree(run_length(expected, 1.0, 1_500), &param, "value1");
        agree(run_length(expected, 2.0, 2_500), &param, "value2");
        agree(run_length(expected, 3.0, 2_500), &param, "value3");
    }
}

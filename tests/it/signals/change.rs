//! A series against its own past: what is worse, how firmly, and what never counts as its own past.

use carewarden::signals::change::{
    BASELINE_POINTS_MAX, BASELINE_POINTS_MIN, Change, HELD_OUT_POINTS, Past, Strength, WINDOW_POINTS,
    Worsening, baseline_points,
};
use carewarden::signals::{Better, Method};
use proptest::prelude::*;

/// Counts of a steady month: ten are usual, and the limits of a chart end at about 18.
const STEADY: [f64; 8] = [8.0, 12.0, 9.0, 11.0, 10.0, 7.0, 13.0, 10.0];

/// Visits of each month.
const VISITS: f64 = 1_500.0;

fn steady(months: usize) -> Vec<f64> {
    STEADY.iter().copied().cycle().take(months).collect()
}

/// Counts that are bad, over the same visits each month.
fn counted(counts: &[f64]) -> Change {
    let exposures = vec![VISITS; counts.len()];
    let values: Vec<f64> = counts.iter().map(|count| 100.0 * count / VISITS).collect();
    Past { values: &values, events: counts, exposures: &exposures, better: Better::Lower }.newest()
}

/// Values of which the counts are not known.
fn uncounted(values: &[f64], better: Better) -> Change {
    Past { values, events: &[], exposures: &[], better }.newest()
}

fn worse(change: Change) -> Worsening {
    match change {
        Change::Worse(worsening) => worsening,
        other => panic!("not worse: {other:?}"),
    }
}

#[test]
fn a_series_speaks_from_its_ninth_point_on() {
    assert_eq!(counted(&[0.0; BASELINE_POINTS_MIN]), Change::TooShort);
    assert_eq!(counted(&[0.0; BASELINE_POINTS_MIN + 1]), Change::AsUsual);
}

#[test]
fn only_the_worse_side_is_a_change_and_of_context_neither() {
    let mut values = steady(24);
    values.push(30.0);
    assert_eq!(worse(uncounted(&values, Better::Lower)).method, Method::Xmr);
    assert_eq!(uncounted(&values, Better::Higher), Change::AsUsual);
    assert_eq!(uncounted(&values, Better::Neither), Change::AsUsual);
}

#[test]
fn one_value_outside_is_weak_and_a_second_within_three_is_firm() {
    let strength = |newest: &[f64]| {
        let values = [steady(24).as_slice(), newest].concat();
        worse(uncounted(&values, Better::Lower)).strength
    };
    assert_eq!(strength(&[20.0]), Strength::Weak);
    assert_eq!(strength(&[20.0, 20.0]), Strength::Firm);
    assert_eq!(strength(&[20.0, 10.0, 20.0]), Strength::Firm);
    assert_eq!(strength(&[20.0, 10.0, 10.0, 20.0]), Strength::Weak);
}

#[test]
fn trial_limits_are_never_firm() {
    let values = [steady(10).as_slice(), &[30.0, 30.0]].concat();
    assert_eq!(worse(uncounted(&values, Better::Lower)).strength, Strength::Weak);
    assert_eq!(worse(counted(&values)).strength, Strength::Weak);
}

#[test]
fn the_sum_sees_a_rise_that_no_single_month_proves() {
    // Neighbours differ by 8 on average, so that the chart's limits lie far out.
    let noisy = [4.0, 16.0, 8.0, 14.0, 6.0, 15.0, 9.0, 8.0].iter().copied().cycle().take(24);
    let months: Vec<f64> = noisy.chain([17.0, 17.0, 17.0]).collect();
    assert_eq!(uncounted(&months, Better::Lower), Change::AsUsual);
    let worsening = worse(counted(&months));
    assert_eq!((worsening.method, worsening.strength), (Method::PoissonCusum, Strength::Weak));
    let outside = [steady(24).as_slice(), &[25.0]].concat();
    let worsening = worse(counted(&outside));
    assert_eq!((worsening.method, worsening.strength), (Method::PoissonCusum, Strength::Firm));
}

#[test]
fn rare_events_are_summed_and_never_charted() {
    let mut rare: Vec<f64> = [1.0, 0.0, 2.0, 0.0, 1.0, 0.0].iter().copied().cycle().take(24).collect();
    assert_eq!(counted(&rare), Change::AsUsual);
    rare.extend([4.0, 5.0]);
    let worsening = worse(counted(&rare));
    assert_eq!((worsening.method, worsening.mark), (Method::PoissonCusum, None));
}

#[test]
fn a_doubling_for_a_year_does_not_become_the_usual() {
    for history in [12, 24, 36, 60] {
        let mut counts = steady(history);
        let mut months_worse = 0;
        for month in 0..12 {
            counts.push(2.0 * STEADY[month % STEADY.len()]);
            months_worse += usize::from(matches!(counted(&counts), Change::Worse(_)));
        }
        assert!(months_worse >= 9, "after {history} months: worse in {months_worse} of 12");
    }
}

proptest! {
    #[test]
    fn no_value_is_part_of_its_own_limits(points in 0_usize..200) {
        let window = points.min(WINDOW_POINTS);
        match baseline_points(window) {
            None => prop_assert!(window <= BASELINE_POINTS_MIN),
            Some(past) => {
                prop_assert!((BASELINE_POINTS_MIN..=BASELINE_POINTS_MAX).contains(&past));
                prop_assert!(past < window);
                prop_assert!(past == BASELINE_POINTS_MIN || past + HELD_OUT_POINTS <= window);
            }
        }
    }

    /// The shortcut of a count that adds nothing must agree with the sum itself, worked to its end.
    #[test]
    fn a_rare_count_signals_where_its_running_sum_does(
        counts in prop::collection::vec(0_u32..9, 9..50), visits in 50.0..5_000.0,
    ) {
        let counts: Vec<f64> = counts.into_iter().map(f64::from).collect();
        let exposures = vec![visits; counts.len()];
        let past = Past { values: &counts, events: &counts, exposures: &exposures, better: Better::Lower };
        let window = past.window();
        let baseline = baseline_points(window.values.len()).expect("nine points are enough");
        let usual = window.events[..baseline].iter().sum::<f64>() / f64::from(u32::try_from(baseline).expect("few"));
        prop_assume!(usual < 5.0);
        let steps: Vec<_> = window.sums(baseline).collect();
        prop_assert_eq!(steps.len(), window.events.len());
        let signals = steps.last().is_some_and(|step| step.signal);
        prop_assert_eq!(matches!(past.newest(), Change::Worse(_)), signals);
    }

    #[test]
    fn a_worse_newest_value_is_never_less_of_a_change(
        past in prop::collection::vec(0_u32..40, 12..60),
        newest in 0_u32..60,
        more in 1_u32..60,
    ) {
        let with = |newest: u32| {
            let counts: Vec<f64> = past.iter().copied().chain([newest]).map(f64::from).collect();
            matches!(counted(&counts), Change::Worse(_))
        };
        prop_assert!(!with(newest) || with(newest + more));
    }

    #[test]
    fn what_lies_before_the_window_changes_nothing(
        before in prop::collection::vec(0_u32..40, 0..40),
        window in prop::collection::vec(0_u32..40, WINDOW_POINTS),
    ) {
        let number = |counts: &[u32]| counts.iter().copied().map(f64::from).collect::<Vec<f64>>();
        let all = [number(&before), number(&window)].concat();
        prop_assert_eq!(counted(&all), counted(&number(&window)));
    }

    #[test]
    fn every_series_of_numbers_can_be_judged(
        values in prop::collection::vec(prop::num::f64::ANY, 0..80),
        better in prop::sample::select(vec![Better::Higher, Better::Lower, Better::Neither]),
    ) {
        let change = Past { values: &values, events: &values, exposures: &values, better }.newest();
        prop_assert!(better != Better::Neither || !matches!(change, Change::Worse(_)));
    }
}

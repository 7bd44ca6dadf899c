//! What holds for every series and every set of units.

use carewarden::signals::funnel::{Funnel, Kind, Position, Unit};
use carewarden::signals::xmr::{
    Baseline, Chart, Limits, NewestSignal, Rule, Rules, Screening, Standing, judge_newest,
};
use carewarden::signals::{BernoulliCusum, Decision, Outcome, PoissonCusum, Worked};
use proptest::collection::vec;
use proptest::prelude::*;

fn chart(values: &[f64]) -> Chart {
    Chart::of(values, Rules::default(), Baseline::All, &[]).expect("a chart")
}

fn all_finite(limits: &Limits) -> bool {
    [limits.mean, limits.mr_mean, limits.lower, limits.near_lower, limits.near_upper, limits.upper]
        .iter()
        .all(|value| value.is_finite())
}

/// Values as returns have them: whole counts, percentages, and now and then something wild.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![(0_u16..40).prop_map(f64::from), 0.0..100.0_f64, -1e15..1e15_f64, Just(0.0), Just(0.1),]
}

fn units() -> impl Strategy<Value = Vec<(u16, u16)>> {
    vec((0_u16..500, 1_u16..500), 1..60)
}

fn made(pairs: &[(u16, u16)]) -> Vec<Unit> {
    pairs
        .iter()
        .map(|(part, rest)| Unit::new(f64::from(*part), f64::from(*part) + f64::from(*rest)).expect("a unit"))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn a_constant_series_is_silent(value in value(), points in 1_usize..80) {
        let chart = chart(&vec![value; points]);
        let limits = chart.newest_segment().limits;
        prop_assert!(all_finite(&limits));
        prop_assert_eq!(limits.mr_mean, 0.0);
        prop_assert!(chart.marks().iter().all(Option::is_none));
    }

    #[test]
    fn every_limit_is_a_number_and_in_order(values in vec(value(), 1..90)) {
        let limits = chart(&values).newest_segment().limits;
        prop_assert!(all_finite(&limits), "{limits:?}");
        prop_assert!(limits.lower <= limits.near_lower && limits.near_lower <= limits.mean);
        prop_assert!(limits.mean <= limits.near_upper && limits.near_upper <= limits.upper);
    }

    #[test]
    fn screening_never_widens_and_never_leaves_nothing(values in vec(value(), 2..90)) {
        let all = Rules::default().with_screening(Screening::Off);
        let wide = Chart::of(&values, all, Baseline::All, &[]).expect("a chart").newest_segment().limits;
        let limits = chart(&values).newest_segment().limits;
        prop_assert!(limits.mr_mean <= wide.mr_mean * (1.0 + 1e-12));
        prop_assert_eq!(limits.mr_mean == 0.0, wide.mr_mean == 0.0);
        prop_assert_eq!(limits.mean, wide.mean);
    }

    #[test]
    fn the_newest_point_alone_says_what_the_chart_says(values in vec(value(), 1..90)) {
        let chart = chart(&values);
        let NewestSignal::Judged { limits, standing, mark } = judge_newest(&values) else {
            return Err(TestCaseError::fail("unfit"));
        };
        prop_assert_eq!(mark, chart.newest_mark());
        prop_assert_eq!(limits, chart.newest_segment().limits);
        prop_assert_eq!(standing, if values.len() < 13 { Standing::Trial } else { Standing::Full });
    }

    #[test]
    fn a_short_rise_is_marked_alike_in_both(values in vec((0_u8..4).prop_map(f64::from), 1..40)) {
        let NewestSignal::Judged { mark, .. } = judge_newest(&values) else {
            return Err(TestCaseError::fail("unfit"));
        };
        prop_assert_eq!(mark, chart(&values).newest_mark());
    }

    #[test]
    fn another_unit_changes_no_mark(values in vec(0_u16..200, 1..60), scale in 0.001..1000.0_f64) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let scaled: Vec<f64> = values.iter().map(|value| value * scale).collect();
        let (one, other) = (chart(&values), chart(&scaled));
        prop_assert_eq!(one.marks(), other.marks());
        let (upper, wanted) = (other.newest_segment().limits.upper, one.newest_segment().limits.upper * scale);
        prop_assert!((upper - wanted).abs() <= 1e-9 * wanted.abs().max(scale));
    }

    #[test]
    fn backwards_in_time_limits_stay_and_trends_turn(values in vec(0_u16..50, 1..60)) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let reversed: Vec<f64> = values.iter().rev().copied().collect();
        let (one, other) = (chart(&values), chart(&reversed));
        let (limits, turned) = (one.newest_segment().limits, other.newest_segment().limits);
        prop_assert!((limits.upper - turned.upper).abs() < 1e-9 && (limits.lower - turned.lower).abs() < 1e-9);
        for (mark, turned) in one.marks().iter().zip(other.marks().iter().rev()) {
            prop_assert_eq!(mark.map(|mark| mark.rule), turned.map(|mark| mark.rule));
            if let (Some(mark), Some(turned)) = (mark, turned) {
                prop_assert_eq!(mark.side == turned.side, mark.rule != Rule::Trend);
            }
        }
    }

    #[test]
    fn a_new_baseline_starts_afresh(values in vec(0_u16..50, 2..60), cut in 1_usize..59) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let cut = cut.min(values.len() - 1);
        let both = Chart::of(&values, Rules::default(), Baseline::All, &[cut]).expect("a chart");
        let (first, second) = (chart(&values[..cut]), chart(&values[cut..]));
        prop_assert_eq!(&both.marks()[..cut], first.marks());
        prop_assert_eq!(&both.marks()[cut..], second.marks());
        prop_assert_eq!(both.segments()[0].limits, first.newest_segment().limits);
        prop_assert_eq!(both.newest_segment().limits, second.newest_segment().limits);
    }

    #[test]
    fn no_unit_gives_anything_but_numbers(pairs in units()) {
        for kind in [Kind::Proportion, Kind::Ratio] {
            let funnel = Funnel::pooled(kind, &made(&pairs)).expect("a funnel");
            prop_assert!(funnel.dispersion.phi.is_finite() && funnel.dispersion.tau2 >= 0.0);
            for judged in &funnel.units {
                let bands = [judged.plain.inner, judged.plain.outer];
                let wider = judged.adjusted.map(|verdict| [verdict.inner, verdict.outer]);
                for band in bands.into_iter().chain(wider.into_iter().flatten()) {
                    prop_assert!(0.0 <= band.lower && band.lower <= band.upper && band.upper.is_finite());
                }
                prop_assert!(judged.plain.outer.lower <= judged.plain.inner.lower);
                prop_assert!(judged.plain.outer.upper >= judged.plain.inner.upper);
                if let Some(adjusted) = judged.adjusted {
                    prop_assert!(adjusted.outer.upper >= judged.plain.outer.upper);
                    prop_assert!(adjusted.inner.lower <= judged.plain.inner.lower);
                }
            }
        }
    }

    #[test]
    fn the_order_of_units_does_not_matter(pairs in units(), turn in 0_usize..60) {
        let units = made(&pairs);
        let mut turned = units.clone();
        let by = turn % units.len();
        turned.rotate_left(by);
        let one = Funnel::pooled(Kind::Proportion, &units).expect("a funnel");
        let mut other = Funnel::pooled(Kind::Proportion, &turned).expect("a funnel");
        other.units.rotate_right(by);
        prop_assert!((one.dispersion.tau2 - other.dispersion.tau2).abs() < 1e-9);
        let positions = |funnel: &Funnel| -> Vec<Position> {
            funnel.units.iter().map(|judged| judged.plain.position).collect()
        };
        prop_assert_eq!(positions(&one), positions(&other));
    }

    #[test]
    fn a_running_sum_is_never_below_nought_nor_above_its_threshold_for_long(
        counts in vec(0_u32..12, 1..200), expected in 0.01..10.0_f64
    ) {
        let mut sum = PoissonCusum::new(Decision::default());
        let mut before = 0.0_f64;
        for count in counts {
            let step = sum.step(count, expected).expect("a step");
            prop_assert!(step.sum >= 0.0 && step.sum.is_finite());
            prop_assert_eq!(step.sum, (before + step.weight).max(0.0));
            prop_assert_eq!(step.signal, step.sum >= 4.0);
            before = if step.signal { 0.0 } else { step.sum };
        }
    }

    #[test]
    fn every_working_is_written_without_a_gap(values in vec(value(), 1..30)) {
        let worked = Worked::xmr(&chart(&values));
        let json = serde_json::to_string(&worked).expect("JSON");
        prop_assert!(!json.contains("NaN") && json.contains("\"method\":\"xmr\""));
        prop_assert!(worked.words().iter().all(|line| !line.contains("NaN") && !line.contains("inf")));
    }
}

#[test]
fn none_one_and_two_points_say_little() {
    assert_eq!(judge_newest(&[]), NewestSignal::Unfit);
    for values in [&[7.0][..], &[7.0, 9.0]] {
        let NewestSignal::Judged { limits, standing, mark } = judge_newest(values) else {
            panic!("{values:?} is unfit")
        };
        assert!(all_finite(&limits));
        assert_eq!((standing, mark), (Standing::Trial, None));
    }
}

#[test]
fn a_value_that_is_no_number_is_unfit_wherever_it_stands() {
    for place in 0..3 {
        for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut values = [1.0, 2.0, 3.0];
            values[place] = wrong;
            assert_eq!(judge_newest(&values), NewestSignal::Unfit, "{values:?}");
        }
    }
}

#[test]
fn a_single_outcome_weighs_by_its_own_risk() {
    let mut sum = BernoulliCusum::new(Decision::default());
    let likely = sum.step(Outcome::Event, 0.5).expect("a step").weight;
    let unlikely = sum.step(Outcome::Event, 0.01).expect("a step").weight;
    assert!((likely - (2.0_f64 / 1.5).ln()).abs() < 1e-12);
    assert!(unlikely > likely, "what was not to be expected weighs more");
    let none = sum.step(Outcome::None, 0.5).expect("a step").weight;
    assert!((none + 1.5_f64.ln()).abs() < 1e-12);
    assert!(sum.step(Outcome::Event, 0.0).is_err() && sum.step(Outcome::None, f64::NAN).is_err());
}

//! The XmR chart against NHSRplotthedots and nhspy-plotthedots.
//!
//! What differs, and why:
//! - `screen_collapse`: the reference drops every range that is not nought, so its limits collapse
//!   onto the mean and 16 of 17 points are "outside". Ours keeps the ranges, and equals the
//!   reference without screening.
//! - A trend is for the better or worse by the way it goes; the reference colours each of its
//!   points by the side of the mean on which it happens to lie.
//! - Trial limits: the reference goes by the length of the stretch, ours by the length of its
//!   baseline, because that is what the limits are made from.
//! - A constant series: the reference has limits that are no numbers (no vector shows it).

use carewarden::signals::xmr::{
    Assurance, Baseline, Chart, Limits, Mark, Rule, Rules, Screening, Standing, assurance, judge_newest,
};
use carewarden::signals::{Better, Side, Tone, Unfit};

use super::table::{self, Row, cell, json, list, near, number};

/// The case whose limits we hold to be wrong, and the one whose limits we have instead.
const COLLAPSED: (&str, &str) = ("screen_collapse", "screen_collapse_noscreen");

fn better(word: &str) -> Better {
    match word {
        "increase" => Better::Higher,
        "decrease" => Better::Lower,
        "neutral" => Better::Neither,
        other => panic!("a direction {other}"),
    }
}

fn chart_of(case: &Row, points: &[&Row]) -> Chart {
    let values: Vec<f64> = points.iter().map(|row| number(row, "y")).collect();
    let screening = if case["screen_outliers"] == "TRUE" { Screening::Once } else { Screening::Off };
    let baseline = match cell(case, "fix_after_n_points") {
        Some(points) => Baseline::First(points as usize),
        None => Baseline::All,
    };
    let groups: Vec<f64> = points.iter().map(|row| number(row, "rebase_group")).collect();
    let rebases: Vec<usize> = (1..groups.len()).filter(|place| groups[*place] > groups[place - 1]).collect();
    Chart::of(&values, Rules::default().with_screening(screening), baseline, &rebases).expect("a chart")
}

/// Every case with its points.
fn cases() -> Vec<(Row, Vec<Row>)> {
    let points = table::rows("xmr_ptd_points.csv");
    let cases = table::rows("xmr_ptd_cases.csv");
    assert_eq!(cases.len(), 31);
    cases
        .into_iter()
        .map(|case| {
            let id = if case["case_id"] == COLLAPSED.0 { COLLAPSED.1 } else { &case["case_id"] };
            let own = points.iter().filter(|row| row["case_id"] == id).cloned().collect();
            (case, own)
        })
        .collect()
}

fn charts() -> Vec<(Row, Vec<Row>, Chart)> {
    cases()
        .into_iter()
        .map(|(case, points)| {
            let chart = chart_of(&case, &points.iter().collect::<Vec<_>>());
            (case, points, chart)
        })
        .collect()
}

fn limits_at(chart: &Chart, place: usize) -> Limits {
    let segment = chart.segments().iter().find(|segment| place < segment.end);
    segment.expect("every point lies in a stretch").limits
}

#[test]
fn limits_and_positions_are_the_references() {
    let mut seen = 0;
    for (case, points, chart) in charts() {
        for (place, row) in points.iter().enumerate() {
            let (limits, value) = (limits_at(&chart, place), number(row, "y"));
            let what = format!("{} point {}", case["case_id"], place + 1);
            near(limits.mean, number(row, "mean"), &what);
            near(limits.lower, number(row, "lpl"), &what);
            near(limits.upper, number(row, "upl"), &what);
            let side = match number(row, "relative_to_mean") as i8 {
                1 => Some(Side::Above),
                -1 => Some(Side::Below),
                _ => None,
            };
            assert_eq!(limits.side(value), side, "{what}");
            let outside = value > limits.upper || value < limits.lower;
            let close = !outside && (value > limits.near_upper || value < limits.near_lower);
            assert_eq!(outside, row["outside_limits"] == "TRUE", "{what}");
            assert_eq!(close, row["close_to_limits"] == "TRUE", "{what}");
            seen += 1;
        }
    }
    assert_eq!(seen, 746);
}

fn label(mark: Option<Mark>) -> &'static str {
    let Some(Mark { rule, side }) = mark else { return "Common Cause" };
    match (rule, side) {
        (Rule::Outside, Side::Above) => "Above UCL",
        (Rule::Outside, Side::Below) => "Below LCL",
        (Rule::Trend, Side::Above) => "7 Point Trend (Increasing)",
        (Rule::Trend, Side::Below) => "7 Point Trend (Decreasing)",
        (Rule::TwoOfThree, Side::Above) => "2 in 3 Above CL",
        (Rule::TwoOfThree, Side::Below) => "2 in 3 Below CL",
        (Rule::Shift, Side::Above) => "7 Points Above CL",
        (Rule::Shift, Side::Below) => "7 Points Below CL",
    }
}

#[test]
fn every_point_bears_the_references_label() {
    for (case, points, chart) in charts() {
        for (place, row) in points.iter().enumerate() {
            let what = format!("{} point {}", case["case_id"], place + 1);
            assert_eq!(label(chart.marks()[place]), row["special_cause_type"], "{what}");
        }
    }
}

#[test]
fn a_mark_is_for_the_better_or_worse_as_in_the_reference_but_for_trends() {
    let mut seen = 0;
    for (case, points, chart) in charts() {
        let better = better(&case["improvement_direction"]);
        for (mark, row) in chart.marks().iter().zip(&points) {
            let Some(Mark { rule, side }) = *mark else { continue };
            if rule != Rule::Trend {
                let word = match better.tone(side) {
                    Tone::Better => "special_cause_improvement",
                    Tone::Worse => "special_cause_concern",
                    Tone::Neutral => "special_cause_neutral",
                };
                assert_eq!(word, row["point_type"], "{} {}", case["case_id"], row["i"]);
                seen += 1;
            }
        }
    }
    assert!(seen > 200, "only {seen} marks were compared");
}

#[test]
fn trial_limits_are_said_of_a_short_baseline() {
    for (case, points, chart) in charts() {
        for segment in chart.segments() {
            let short = segment.end - segment.begin < 13;
            let what = format!("{} from {}", case["case_id"], segment.begin);
            if case["fix_after_n_points"].is_empty() {
                assert_eq!(segment.standing == Standing::Trial, short, "{what}");
                assert_eq!(points[segment.begin]["short_group_warning"] == "TRUE", short, "{what}");
            } else {
                assert_eq!(segment.standing, Standing::Trial, "{what}: its baseline is 12 points");
            }
        }
    }
}

fn assurance_word(found: Option<Assurance>) -> &'static str {
    match found {
        None => "",
        Some(Assurance::ConsistentlyPasses) => "consistent_pass",
        Some(Assurance::ConsistentlyFails) => "consistent_fail",
        Some(Assurance::HitAndMiss) => "inconsistent",
    }
}

#[test]
fn a_target_is_held_against_the_newest_limits() {
    let mut seen = 0;
    for (case, _, chart) in charts() {
        let Some(target) = cell(&case, "target") else { continue };
        let better = better(&case["improvement_direction"]);
        let found = assurance(&chart.newest_segment().limits, target, better);
        assert_eq!(assurance_word(found), case["assurance"], "{}", case["case_id"]);
        seen += 1;
    }
    assert_eq!(seen, 3);
}

#[test]
fn the_references_own_assurance_vectors_hold() {
    let vectors = json("ptd_rule_vectors.json");
    for vector in vectors["assurance"].as_array().expect("a list") {
        let (lower, upper) = (vector["lpl"].as_f64().expect("lpl"), vector["upl"].as_f64().expect("upl"));
        // Two values have limits of 2.66 times their distance on each side of their middle.
        let (middle, apart) = (f64::midpoint(lower, upper), (upper - lower) / 2.0 / 2.66);
        let values = [middle - apart / 2.0, middle + apart / 2.0];
        let chart = Chart::of(&values, Rules::default(), Baseline::All, &[]).expect("a chart");
        let target = vector["target"].as_f64().expect("a target");
        let direction = better(vector["direction"].as_str().expect("a direction"));
        let found = assurance(&chart.newest_segment().limits, target, direction);
        assert_eq!(assurance_word(found), vector["expect"].as_str().unwrap_or(""), "{vector}");
    }
}

fn unscreened(values: &[f64]) -> Chart {
    Chart::of(values, Rules::default().with_screening(Screening::Off), Baseline::All, &[]).expect("a chart")
}

#[test]
fn limits_without_screening_are_those_of_nhspy() {
    let vectors = json("nhspy_limit_vectors.json");
    for vector in vectors["vectors"].as_array().expect("a list") {
        let limits = unscreened(&list(&vector["y"])).newest_segment().limits;
        let found = [limits.mean, limits.lower, limits.upper, limits.near_lower, limits.near_upper];
        for (found, wanted) in found.into_iter().zip(list(&vector["expect"])) {
            near(found, wanted, "a limit");
        }
    }
}

#[test]
fn limits_are_those_that_were_published() {
    let vectors = json("ptd_rule_vectors.json");
    let charts = charts();
    for vector in vectors["published_limits"].as_array().expect("a list") {
        let name = vector["case"].as_str().expect("a name").replace("rnorm20_out_noscreen", "");
        let Some((.., chart)) = charts.iter().find(|(case, ..)| case["case_id"] == name) else { continue };
        let limits = chart.newest_segment().limits;
        for (found, key) in [(limits.mean, "mean"), (limits.lower, "lpl"), (limits.upper, "upl")] {
            let wanted = vector[key].as_f64().expect("a number");
            assert!((found - wanted).abs() < 0.006, "{name} {key}: {found} is not {wanted}");
        }
    }
}

/// The marks by one rule alone, 1 and 0.
fn marked(values: &[f64], rule: Rule) -> Vec<f64> {
    unscreened(values)
        .marks()
        .iter()
        .map(|mark| if mark.is_some_and(|mark| mark.rule == rule) { 1.0 } else { 0.0 })
        .collect()
}

#[test]
fn the_references_own_trend_vectors_hold() {
    // The reference says at which point a trend is complete; ours marks all its points.
    for vector in json("ptd_rule_vectors.json")["seven_point_trend"].as_array().expect("a list") {
        let (values, complete) = (list(&vector["y"]), list(&vector["expect"]));
        if values.is_empty() {
            continue;
        }
        let wanted: Vec<f64> = (0..values.len())
            .map(|place| {
                let holds = complete[place..].iter().take(7).any(|end| *end != 0.0);
                if holds { 1.0 } else { 0.0 }
            })
            .collect();
        // Far points on both sides keep the limits wide, so that no graver rule takes a mark.
        let mut spread = vec![900.0, -900.0, 900.0, -900.0, 4.0, 4.0];
        let before = spread.len();
        spread.extend(&values);
        assert_eq!(marked(&spread, Rule::Trend)[before..], wanted, "{values:?}");
    }
}

#[test]
fn the_references_own_shift_vectors_hold() {
    for vector in json("ptd_rule_vectors.json")["seven_point_one_side_mean"].as_array().expect("a list") {
        let (sides, complete) = (list(&vector["rel"]), list(&vector["expect"]));
        let wanted: Vec<f64> = (0..sides.len())
            .map(|place| if complete[place..].iter().take(7).any(|end| *end != 0.0) { 1.0 } else { 0.0 })
            .collect();
        // Neighbours differ, so that no trend forms, and a balance keeps the mean at nought.
        let mut values: Vec<f64> =
            sides.iter().enumerate().map(|(place, side)| side * (1.0 + (place % 2) as f64)).collect();
        let rest: f64 = values.iter().sum();
        values.extend([0.0, -rest - 900.0, 900.0, -900.0, 900.0]);
        assert_eq!(marked(&values, Rule::Shift)[..sides.len()], wanted, "{sides:?}");
    }
}

#[test]
fn the_references_own_two_of_three_vectors_hold() {
    let vectors = json("ptd_rule_vectors.json");
    let vectors = vectors["part_of_two_in_three (points to highlight)"].as_array().expect("a list").clone();
    let mirrored =
        json("ptd_rule_vectors.json")["two_in_three (window membership)"].as_array().expect("a list").clone();
    for vector in vectors.iter().chain(mirrored.iter().filter(|vector| list(&vector["rel"]).contains(&-1.0)))
    {
        let (close, sides) = (list(&vector["close"]), list(&vector["rel"]));
        // Mean 0 and mean range 10 make limits of 26.6 and near limits of 17.7.
        let baseline = [-5.0, 5.0, -5.0, 5.0];
        let own = close.iter().zip(&sides).map(|(close, side)| side * if *close == 1.0 { 20.0 } else { 3.0 });
        let values: Vec<f64> = baseline.into_iter().chain(own).collect();
        let rules = Rules::default().with_screening(Screening::Off);
        let chart = Chart::of(&values, rules, Baseline::First(4), &[]).expect("a chart");
        let found: Vec<f64> = chart.marks()[4..]
            .iter()
            .map(|mark| if mark.is_some_and(|mark| mark.rule == Rule::TwoOfThree) { 1.0 } else { 0.0 })
            .collect();
        assert_eq!(found, list(&vector["expect"]), "{vector}");
    }
}

#[test]
fn one_rule_outranks_the_next() {
    // Rising through the upper limit, all above the mean of the baseline, the last two near.
    let values = [-5.0, 5.0, -5.0, 5.0, 1.0, 2.0, 3.0, 4.0, 18.0, 20.0, 30.0];
    let chart = Chart::of(&values, Rules::default(), Baseline::First(4), &[]).expect("a chart");
    let rules: Vec<Option<Rule>> = chart.marks()[4..].iter().map(|mark| mark.map(|mark| mark.rule)).collect();
    let trend = Some(Rule::Trend);
    assert_eq!(rules, [trend, trend, trend, trend, trend, trend, Some(Rule::Outside)]);
    let falls = Chart::of(&values[..10], Rules::default(), Baseline::First(4), &[]).expect("a chart");
    assert_eq!(falls.newest_mark().map(|mark| mark.rule), Some(Rule::TwoOfThree), "six points are no trend");
}

#[test]
fn lengths_of_runs_are_settings() {
    let values = [1.0, 9.0, 1.0, 9.0, 6.0, 7.0, 8.0, 8.5];
    let none = judge_newest(&values);
    let rules = Rules::default().with_trend_points(4).expect("4 points");
    let chart = Chart::of(&values, rules, Baseline::All, &[]).expect("a chart");
    assert_eq!(chart.newest_mark(), Some(Mark { rule: Rule::Trend, side: Side::Above }));
    assert!(matches!(none, carewarden::signals::xmr::NewestSignal::Judged { mark: None, .. }), "{none:?}");
    let refused = Rules::default().with_shift_points(2).expect_err("too short");
    assert_eq!(refused.to_string(), "shift_points = 2 is out of range; it takes 3 to 50 points");
}

#[test]
fn what_cannot_be_judged_is_refused_in_words() {
    let refused = |values: &[f64], rebases: &[usize]| {
        Chart::of(values, Rules::default(), Baseline::All, rebases).expect_err("unfit")
    };
    assert_eq!(refused(&[], &[]), Unfit::Empty);
    assert_eq!(refused(&[1.0, f64::NAN], &[]), Unfit::NotFinite { index: 1 });
    assert_eq!(refused(&[1.0, 2.0, 3.0], &[2, 1]), Unfit::Rebase { index: 1 });
    assert_eq!(refused(&[1.0, 2.0], &[2]), Unfit::Rebase { index: 2 });
    assert!(matches!(refused(&vec![1.0; 20_001], &[]), Unfit::TooMany { count: 20_001, max: 20_000 }));
    assert_eq!(
        refused(&[1.0, f64::INFINITY], &[]).to_string(),
        "value 2 is not a finite number of at most 1e15; leave a gap out instead"
    );
}

//! What is kept so that a verdict can be worked again by hand.

use carewarden::signals::funnel::{Funnel, Kind, Unit};
use carewarden::signals::xmr::{Baseline, Chart, Rules};
use carewarden::signals::{BernoulliCusum, Decision, Outcome, PoissonCusum, Worked};

fn chart(values: &[f64]) -> Chart {
    Chart::of(values, Rules::default(), Baseline::All, &[]).expect("a chart")
}

fn words(worked: &Worked) -> String {
    worked.words().join("\n")
}

#[test]
fn a_chart_is_worked_in_words() {
    let late = [2.0, 2.5, 2.0, 2.4, 2.1, 2.6, 1.9, 2.2, 2.3, 2.0, 2.4, 2.1, 2.2, 9.0];
    insta::assert_snapshot!("one_step_left_out", words(&Worked::xmr(&chart(&late))));
    insta::assert_snapshot!("trial", words(&Worked::xmr(&chart(&[4.0, 5.0, 3.0]))));
    let flat = [5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 6.0];
    insta::assert_snapshot!("kept_all", words(&Worked::xmr(&chart(&flat))));
}

#[test]
fn a_chart_is_worked_for_machines() {
    let worked = Worked::xmr(&chart(&[1.0, 3.0, 2.0, 4.0]));
    insta::assert_snapshot!(serde_json::to_string_pretty(&worked).expect("JSON"));
}

#[test]
fn a_running_sum_is_worked_in_words() {
    let mut sum = PoissonCusum::new(Decision::default());
    let steps = [1, 0, 4, 3, 5, 1].map(|count| sum.step(count, 1.0).expect("a step")).to_vec();
    insta::assert_snapshot!("counts", words(&Worked::poisson_cusum(Decision::default(), steps)));
    let mut sum = BernoulliCusum::new(Decision::default());
    let outcomes = [Outcome::Event, Outcome::None, Outcome::Event];
    let steps = outcomes.map(|outcome| sum.step(outcome, 0.1).expect("a step")).to_vec();
    insta::assert_snapshot!("outcomes", words(&Worked::bernoulli_cusum(Decision::default(), steps)));
}

#[test]
fn a_unit_is_worked_in_words() {
    let few: Vec<Unit> = [(3.0, 100.0), (5.0, 120.0), (30.0, 90.0)]
        .into_iter()
        .map(|(part, whole)| Unit::new(part, whole).expect("a unit"))
        .collect();
    let funnel = Funnel::pooled(Kind::Proportion, &few).expect("a funnel");
    insta::assert_snapshot!("few", words(&Worked::funnel(&funnel, 2).expect("a unit")));
    let many: Vec<Unit> = few.iter().copied().cycle().take(24).collect();
    let funnel = Funnel::pooled(Kind::Proportion, &many).expect("a funnel");
    insta::assert_snapshot!("many", words(&Worked::funnel(&funnel, 2).expect("a unit")));
    assert_eq!(Worked::funnel(&funnel, 24), None);
}

//! The life of a flag, from what holds to what is written down.

use carewarden::domain::{KeyQuestion, Rating, Severity, Subject};
use carewarden::facts::{Attribute, Framework};
use carewarden::flags::{State, acknowledge, close, snooze};
use carewarden::rules::{Condition, Feed, Policy, SourceState, Verdicts};

use super::world::{World, at, date, shipped};

/// The shipped rules with other days for the rule on dormancy.
fn with_days(for_days: u16, keep_days: u16, reopen_days: u16) -> Policy {
    let mut policy = shipped();
    let dormant = policy.rules.iter_mut().find(|rule| rule.id == "dormant").expect("it ships");
    (dormant.for_days, dormant.keep_days, dormant.reopen_days) = (for_days, keep_days, reopen_days);
    policy
}

fn rated_good(policy: Policy) -> World {
    let mut world = World::new(policy);
    world.registered("1-1", "01-01");
    world.rated("1-1", "Good", "01-01");
    world
}

fn dormancy(world: &mut World, value: &str, day: &str) {
    world.fact("1-1", Attribute::Dormancy, value, None, day);
}

fn question(world: &mut World, of: KeyQuestion, value: &str, day: &str) {
    world.fact("1-1", Attribute::Question(Framework::Old, of), value, Some(date(day)), day);
}

#[test]
fn one_fall_is_one_flag_through_worse_eased_cleared_and_reopened() {
    let mut world = rated_good(shipped());
    let mut story = vec![world.assess("01-02")];
    for (rating, day) in [
        ("Requires improvement", "02-01"),
        ("Inadequate", "02-10"),
        ("Requires improvement", "02-20"),
        ("Good", "03-01"),
        ("Inadequate", "03-20"),
        ("Good", "04-01"),
        ("Inadequate", "05-02"),
    ] {
        world.rated("1-1", rating, day);
        story.push(world.assess(day));
        assert_eq!(world.assess(day), "", "a second look adds nothing");
    }
    insta::assert_snapshot!(story.join("\n"));
    assert_eq!(world.flag(1).openings, 2);
}

#[test]
fn a_key_question_within_one_severity_is_worse_and_a_new_date_is_not() {
    let mut world = rated_good(shipped());
    question(&mut world, KeyQuestion::Safe, "Inadequate", "01-10");
    let mut story = vec![world.assess("01-10")];
    world.rated("1-1", "Requires improvement", "01-20");
    story.push(world.assess("01-20"));
    question(&mut world, KeyQuestion::WellLed, "Inadequate", "01-21");
    story.push(world.assess("01-21"));
    world.rated("1-1", "Requires improvement", "02-01");
    question(&mut world, KeyQuestion::Safe, "Inadequate", "02-01");
    assert_eq!(world.assess("02-01"), "", "the same again of a later day is no news");
    question(&mut world, KeyQuestion::Safe, "Good", "02-05");
    question(&mut world, KeyQuestion::WellLed, "Good", "02-05");
    story.push(world.assess("02-05"));
    insta::assert_snapshot!(story.join("\n"));
    assert_eq!(world.flag(1).last.rule, "rating-fell");
}

#[test]
fn rungs_of_time_are_worse_once_each_and_days_between_say_nothing() {
    let mut world = World::new(shipped());
    world.registered("1-1", "01-01");
    world.rated("1-1", "Inadequate", "01-01");
    let mut story = Vec::new();
    for day in ["01-01", "01-28", "01-29", "01-30", "03-31", "04-01", "06-29", "06-30", "07-01"] {
        story.push(format!("{day}: {}", world.assess(day)));
    }
    world.decisions.push(carewarden::rules::Decided { subject: Subject::location("1-1"), at: at("07-02") });
    story.push(format!("07-02: {}", world.assess("07-02")));
    insta::assert_snapshot!(story.join("\n"));
}

#[test]
fn a_rule_that_waits_opens_after_its_days_or_lapses_untold() {
    let mut world = rated_good(with_days(3, 0, 30));
    let mut story = Vec::new();
    dormancy(&mut world, "Y", "02-01");
    story.push(world.assess("02-01"));
    assert_eq!(world.assess("02-03"), "", "not yet");
    dormancy(&mut world, "N", "02-04");
    story.push(world.assess("02-04"));
    dormancy(&mut world, "Y", "02-05");
    story.push(world.assess("02-05"));
    assert_eq!(world.assess("02-07"), "", "the days start again");
    story.push(world.assess("02-08"));
    insta::assert_snapshot!(story.join("\n"));
    assert_eq!(world.flag(1).openings, 1);
}

#[test]
fn a_rule_that_keeps_clears_after_its_days_of_stated_absence() {
    let mut world = rated_good(with_days(0, 5, 2));
    let mut story = Vec::new();
    for (value, day) in [("Y", "02-01"), ("N", "02-02"), ("Y", "02-04"), ("N", "02-06")] {
        dormancy(&mut world, value, day);
        story.push(world.assess(day));
    }
    assert_eq!(world.assess("02-10"), "", "four days are not five");
    let acknowledged = acknowledge(&world.flag(1), "A. Officer", "seen", at("02-10")).expect("it is open");
    world.events.push(acknowledged);
    story.push(world.assess("02-11"));
    dormancy(&mut world, "Y", "02-14");
    story.push(world.assess("02-14"));
    insta::assert_snapshot!(story.join("\n"));
    assert_eq!(world.flags().len(), 2, "after the window it is a new flag");
}

#[test]
fn a_gap_changes_nothing() {
    let mut world = rated_good(shipped());
    world.rated("1-1", "Inadequate", "02-01");
    world.assess("02-01");
    assert_eq!(world.reconcile(&Verdicts::default(), at("06-01")), "");
    assert_eq!(world.flag(1).last.state, State::Open);
}

#[test]
fn a_flag_whose_own_rule_cannot_be_judged_is_not_eased_by_another() {
    let mut world = rated_good(shipped());
    world.rated("1-1", "Inadequate", "02-01");
    world.assess("02-01");
    let mut verdicts = world.verdicts("02-02");
    let mut lesser = verdicts.holding[0].clone();
    (lesser.rule, lesser.severity, lesser.weight) = ("rating-fell".into(), Severity::Concern, 20);
    verdicts.holding = vec![lesser];
    assert_eq!(world.reconcile(&verdicts, at("02-02")), "");
}

#[test]
fn too_few_failures_to_count_neither_raise_nor_clear() {
    let mut policy = shipped();
    let failed = policy.rules.iter_mut().find(|rule| rule.id == "source-failed").expect("it ships");
    failed.when = Condition::SourceFailed { after: 3 };
    let mut world = World::new(policy);
    for (failures, known) in [(0, true), (1, false), (2, false), (3, true)] {
        world.sources = vec![SourceState {
            id: "cqc".into(),
            failed_in_a_row: failures,
            last_error: None,
            last_at: Some(at("02-01")),
            good_at: None,
            interval: jiff::SignedDuration::from_hours(24),
            gone_ids: vec![],
            baseline_at: None,
            feed: Some(Feed::Register),
        }];
        let verdicts = world.verdicts("02-01");
        let judged =
            verdicts.states_absence("source-failed", &Subject::source("cqc")) || !verdicts.holding.is_empty();
        assert_eq!(judged, known, "after {failures} failures");
    }
}

#[test]
fn a_first_rating_of_good_is_no_fall_to_good() {
    let mut policy = shipped();
    let fell = policy.rules.iter_mut().find(|rule| rule.id == "rating-fell").expect("it ships");
    fell.when = Condition::OverallFellTo { rating: Rating::Good };
    let mut world = rated_good(policy);
    assert_eq!(world.verdicts("01-02").holding, vec![]);
    world.rated("1-1", "Outstanding", "02-01");
    world.rated("1-1", "Good", "03-01");
    let rules: Vec<String> = world.verdicts("03-01").holding.into_iter().map(|held| held.rule).collect();
    assert_eq!(rules, ["rating-fell", "rating-slipped"]);
}

#[test]
fn an_acknowledged_flag_that_becomes_worse_is_open_again() {
    let mut world = rated_good(shipped());
    world.rated("1-1", "Requires improvement", "02-01");
    world.assess("02-01");
    let event = acknowledge(&world.flag(1), " A. Officer ", "visit booked", at("02-02")).expect("it is open");
    assert_eq!((event.by.as_deref(), event.state), (Some("A. Officer"), State::Acknowledged));
    world.events.push(event);
    assert_eq!(world.assess("02-03"), "");
    assert_eq!(
        world.flag(1).reason,
        "Overall rating fell from Good (1 Jan 2025) to Requires improvement (1 Feb 2025)."
    );
    assert_eq!(world.flag(1).last.reason, "visit booked");
    world.rated("1-1", "Inadequate", "02-10");
    insta::assert_snapshot!(world.assess("02-10"));
}

#[test]
fn a_snooze_ends_at_its_end_or_with_worse() {
    let mut world = rated_good(shipped());
    world.rated("1-1", "Requires improvement", "02-01");
    world.assess("02-01");
    let asleep = |world: &mut World| {
        let event = snooze(&world.flag(1), "A. Officer", "over half-term", at("02-20"), at("02-12"));
        world.events.push(event.expect("it stands"));
    };
    asleep(&mut world);
    assert_eq!(world.assess("02-19"), "");
    insta::assert_snapshot!(world.assess("02-20"));
    assert_eq!(world.assess("02-20"), "");
    asleep(&mut world);
    world.rated("1-1", "Inadequate", "02-15");
    insta::assert_snapshot!(world.assess("02-15"));
    assert_eq!(world.flag(1).last.until, None);
}

#[test]
fn a_closed_flag_stays_closed_until_it_is_worse_or_comes_back() {
    let mut world = rated_good(shipped());
    world.rated("1-1", "Requires improvement", "02-01");
    world.assess("02-01");
    world.events.push(close(&world.flag(1), "A. Officer", "known", at("02-02")).expect("it stands"));
    assert_eq!(world.assess("02-03"), "");
    world.rated("1-1", "Inadequate", "02-10");
    let mut story = vec![world.assess("02-10")];
    world
        .events
        .push(close(&world.flag(1), "A. Officer", "placements ended", at("02-11")).expect("it stands"));
    assert_eq!(world.assess("02-12"), "");
    world.rated("1-1", "Good", "02-20");
    story.push(world.assess("02-20"));
    assert_eq!(world.assess("02-20"), "");
    world.rated("1-1", "Requires improvement", "02-25");
    story.push(world.assess("02-25"));
    insta::assert_snapshot!(story.join("\n"));
}

#[test]
fn decisions_need_a_name_a_reason_and_a_flag_that_stands() {
    let mut world = rated_good(with_days(3, 0, 30));
    dormancy(&mut world, "Y", "02-01");
    world.assess("02-01");
    let pending = world.flag(1);
    let closed = close(&pending, "A. Officer", "known", at("02-02")).expect("it is pending");
    world.events.push(closed);
    let closed = world.flag(1);
    world.rated("1-1", "Inadequate", "02-03");
    world.assess("02-03");
    let open = world.flag(2);
    let now = at("02-04");
    let faults = [
        acknowledge(&pending, "A", "b", now),
        acknowledge(&closed, "A", "b", now),
        close(&closed, "A", "b", now),
        acknowledge(&open, " ", "b", now),
        close(&open, "A", "\n", now),
        snooze(&open, "A", "b", now, now),
    ];
    let words: Vec<String> = faults.map(|fault| fault.expect_err("it is refused").to_string()).to_vec();
    insta::assert_snapshot!(words.join("\n"));
}

#[test]
fn a_rule_that_left_the_policy_takes_its_flag_along() {
    let mut world = rated_good(shipped());
    dormancy(&mut world, "Y", "02-01");
    question(&mut world, KeyQuestion::Safe, "Inadequate", "02-01");
    world.rated("1-1", "Requires improvement", "02-01");
    world.assess("02-01");
    world.policy.rules.retain(|rule| rule.id != "dormant" && rule.id != "key-question-inadequate");
    insta::assert_snapshot!(world.assess("02-02"));
    assert_eq!(world.assess("02-02"), "");
}

#[test]
fn a_source_fails_goes_stale_recovers_and_can_leave_the_configuration() {
    let mut world = World::new(shipped());
    let state = |failed: u32, good: &str, last: &str| SourceState {
        id: "cqc".into(),
        failed_in_a_row: failed,
        last_error: (failed > 0).then(|| "the answer was HTML".into()),
        last_at: Some(at(last)),
        good_at: Some(at(good)),
        interval: jiff::SignedDuration::from_hours(24),
        gone_ids: vec![],
        baseline_at: Some(at("01-01")),
        feed: Some(Feed::Register),
    };
    let mut story = Vec::new();
    for (failed, good, day) in [
        (1, "02-01", "02-02"),
        (2, "02-01", "02-03"),
        (3, "02-01", "02-04"),
        (0, "02-05", "02-05"),
        (1, "02-05", "02-06"),
    ] {
        world.sources = vec![state(failed, good, day)];
        story.push(format!("{day}: {}", world.assess(day)));
        assert_eq!(world.assess(day), "");
    }
    world.sources.clear();
    story.push(world.assess("02-07"));
    insta::assert_snapshot!(story.join("\n"));
}

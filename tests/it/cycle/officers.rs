//! What a named officer decides: taking on, putting to rest, closing, silencing.

use jiff::SignedDuration;

use super::{A, OF_A, three};
use crate::world::records::{home_care, rated};
use crate::world::{Ran, Setup, World};

const BY: [&str; 4] = ["--by", "A. Officer", "--reason", "on it"];

const ROUTES: &str = r#"
[[route]]
severity = "contingency"
to = ["lead"]
answer_within_minutes = 60
escalate_to = ["director"]
remind_after_days = 1

[[route]]
severity = "operator"
to = ["operator"]
"#;

const FIRST: &str = "lead: alert first contingency rating-inadequate 1-1000000001";

/// A has fallen, and was told of two hours before the real now.
fn fallen() -> World {
    let mut world = World::new(&Setup::default().routes(ROUTES), three()).days_ago(3);
    world.today().tells(&[]);
    fall(&mut world, "2025-03-03");
    world.minutes_later(3 * 24 * 60 - 120).tells(&[FIRST]);
    world
}

fn fall(world: &mut World, date: &str) {
    world.publish(rated(home_care(A, OF_A), "Inadequate", date));
}

fn decide(world: &mut World, words: &[&str]) -> Ran {
    world.run(&[words, &BY].concat())
}

/// Runs in real time until something is told; the waits of these tests are shorter than the runs.
fn until_told(world: &mut World) -> Ran {
    (0..100).map(|_| world.run(&["run"])).find(|ran| !ran.mails.is_empty()).expect("it is told in the end")
}

#[test]
fn an_answer_stops_escalation() {
    let mut world = fallen();
    decide(&mut world, &["ack", "CW-0001"]).exits(0);
    world.run(&["run"]).tells(&[]);
    assert_eq!(world.flags(), ["CW-0001 rating-inadequate acknowledged contingency 1-1000000001"]);
}

#[test]
fn without_an_answer_it_goes_to_the_next() {
    let mut world = fallen();
    world.run(&["run"]).tells(&["director: alert escalated contingency rating-inadequate 1-1000000001"]);
}

#[test]
fn worse_after_an_answer_is_told_and_gives_time_to_answer_anew() {
    let mut world = fallen();
    decide(&mut world, &["ack", "CW-0001"]).exits(0);
    let worse = rated(home_care(A, OF_A), "Inadequate", "2025-03-03");
    world.publish(crate::world::records::question(worse, "Safe", "Inadequate"));
    world.run(&["run"]).tells(&["lead: alert worse contingency rating-inadequate 1-1000000001"]);
    world.run(&["run"]).tells(&[]);
}

#[test]
fn a_snooze_is_quiet_until_its_end() {
    let mut world = fallen();
    let end = (carewarden::clock::real_now() + SignedDuration::from_millis(700)).to_string();
    decide(&mut world, &["ack", "CW-0001", "--snooze-until", &end]).exits(0);
    assert_eq!(world.flags(), ["CW-0001 rating-inadequate snoozed contingency 1-1000000001"]);
    world.run(&["run"]).tells(&[]);
    let woken = || carewarden::clock::real_now().to_string() > end;
    while !woken() {
        world.run(&["run"]).tells(&[]);
    }
    world.run(&["run"]).tells(&[]);
    assert_eq!(world.flags(), ["CW-0001 rating-inadequate open contingency 1-1000000001"]);
}

#[test]
fn a_flag_that_an_officer_closed_stays_closed_and_those_told_hear_of_it() {
    let mut world = fallen();
    decide(&mut world, &["ack", "CW-0001", "--close"]).exits(0);
    world.run(&["run"]).tells(&["lead: alert cleared contingency rating-inadequate 1-1000000001"]);
    world.run(&["run"]).tells(&[]);
    assert_eq!(world.flags(), ["CW-0001 rating-inadequate cleared contingency 1-1000000001"]);
    let ran = decide(&mut world, &["ack", "CW-0001"]).exits(2);
    assert!(ran.err.contains("cleared"), "{}", ran.err);
}

#[test]
fn a_silence_hushes_logs_what_it_hushed_and_it_is_told_after_its_end() {
    for what in [["--rule", "rating-inadequate"], ["--subject", A]] {
        let mut world = World::new(&Setup::default().routes(ROUTES), three()).days_ago(1);
        world.today().tells(&[]);
        let end = (carewarden::clock::real_now() + SignedDuration::from_millis(1_200)).to_string();
        let words = ["silence", what[0], what[1], "--until", &end];
        decide(&mut world, &words).exits(0);
        fall(&mut world, "2025-03-03");
        world.run(&["run"]).tells(&[]);
        let explained = world.run(&["explain", "CW-0001"]).exits(0);
        assert!(explained.out.contains("silence by A. Officer: on it"), "{}", explained.out);
        assert_eq!(world.sql("SELECT hushed_by FROM audit_alerts"), ["silence by A. Officer: on it"]);
        assert_eq!(until_told(&mut world).told(), [FIRST]);
        assert!(carewarden::clock::real_now().to_string() > end);
    }
}

#[test]
fn a_silence_of_something_unknown_is_refused() {
    let mut world = fallen();
    for what in [["--rule", "rating-inadequat"], ["--subject", "1-9"]] {
        let words = ["silence", what[0], what[1], "--until", "2999-01-01"];
        let ran = decide(&mut world, &words).exits(2);
        assert!(ran.err.contains(what[1]), "{}", ran.err);
    }
    assert_eq!(world.sql("SELECT count(*) FROM decisions"), ["0"]);
}

#[test]
fn a_decision_needs_a_name_and_a_reason() {
    let mut world = fallen();
    for words in [
        vec!["ack", "CW-0001"],
        vec!["ack", "CW-0001", "--by", "A. Officer"],
        vec!["ack", "CW-0001", "--by", " ", "--reason", "x"],
        vec!["note", A, "--reason", "x"],
        vec!["stage", A, "suspended", "--by", "A. Officer", "--reason", "x"],
        vec!["stage", A, "splendid", "--by", "A. Officer", "--reason", "x"],
        vec!["silence", "--rule", "dormant", "--by", "A", "--reason", "x"],
        vec!["silence", "--rule", "dormant", "--until", "2020-01-01", "--by", "A", "--reason", "x"],
    ] {
        world.run(&words).exits(2);
    }
    assert_eq!(world.sql("SELECT count(*) FROM decisions"), ["0"]);
}

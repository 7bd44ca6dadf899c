//! A poor rating that waits for an officer's decision.

use super::{A, OF_A, a_is, fine};
use crate::world::records::{home_care, rated};
use crate::world::{Setup, World};

const RULE: &str = "poor-rating-undecided 1-1000000001";

#[test]
fn it_is_told_at_28_90_and_180_days_after_the_report() {
    let mut world = fine();
    // The report is of 3 March, read on the 4th: the 28th day is 31 March.
    world.publish(a_is("Requires improvement", "2025-03-03"));
    world.tomorrow().tells(&["quality: alert first concern rating-fell 1-1000000001"]);
    world.days_later(26).tells(&[]);
    world.tomorrow().tells(&[&format!("quality: alert new_in_group concern {RULE}")]);
    world.days_later(61).tells(&[]);
    world.tomorrow().tells(&[&format!("quality: alert worse concern {RULE}")]);
    world.days_later(89).tells(&[]);
    world.tomorrow().tells(&[
        &format!("lead: alert worse contingency {RULE}"),
        &format!("quality: alert worse contingency {RULE}"),
    ]);
    world.days_later(400).exits(0);
    assert_eq!(
        world.sql("SELECT DISTINCT flag FROM flag_events WHERE rule = 'poor-rating-undecided'"),
        ["2"]
    );
}

#[test]
fn for_the_register_as_found_the_days_begin_with_the_first_reading() {
    let mut world =
        World::new(&Setup::default(), [rated(home_care(A, OF_A), "Requires improvement", "2024-05-06")]);
    world.today().exits(0);
    world.days_later(27).tells(&[]);
    world.tomorrow().tells(&[&format!("quality: alert first concern {RULE}")]);
}

/// A poor rating in a world whose days end today, so that an officer can decide in it.
fn poor_for(days: i64) -> World {
    let poor = rated(home_care(A, OF_A), "Requires improvement", "2024-05-06");
    let mut world = World::new(&Setup::default(), [poor]).days_ago(days);
    world.today().exits(0);
    world
}

#[test]
fn a_note_or_a_stage_stops_the_days_before_they_are_over() {
    let commands: [&[&str]; 3] = [
        &["note", A, "--by", "A. Officer", "--reason", "monthly visits agreed"],
        &["stage", A, "concern", "--by", "A. Officer", "--reason", "monthly visits agreed"],
        &["note", OF_A, "--by", "A. Officer", "--reason", "about the company"],
    ];
    for command in commands {
        let mut world = poor_for(30);
        world.run(command).exits(0);
        world.run(&["run"]).tells(&[]);
        assert_eq!(world.flags(), ["CW-0001 rating-fell open concern 1-1000000001"], "{command:?}");
        assert_eq!(world.sql("SELECT count(*) FROM audit_decisions WHERE by = 'A. Officer'"), ["1"]);
    }
}

#[test]
fn a_note_clears_a_flag_that_waited_for_it_and_an_ack_does_not() {
    let mut world = poor_for(30);
    world.days_later(29).tells(&[&format!("quality: alert first concern {RULE}")]);
    world.run(&["ack", "CW-0002", "--by", "A. Officer", "--reason", "seen"]).exits(0);
    world.run(&["run"]).tells(&[]);
    world.run(&["note", "CW-0002", "--by", "A. Officer", "--reason", "plan agreed"]).exits(0);
    world.run(&["run"]).tells(&[&format!("quality: alert cleared concern {RULE}")]);
}

//! Answers that are no answers.

use super::{GOOD, POOR, good, nothing_happened, standing, standing_with, truth_is_found};
use crate::world::records::rated;
use crate::world::regulator::Fault;
use crate::world::{Setup, World};

/// Every way in which a reply can be none.
fn faults() -> Vec<(&'static str, Fault)> {
    vec![
        ("a web page with 200", Fault::html(200)),
        ("a web page with 403", Fault::html(403)),
        ("500", Fault::Status(500)),
        ("503", Fault::Status(503)),
        ("429", Fault::Status(429)),
        ("401", Fault::Status(401)),
        ("nothing", Fault::json("")),
        ("no list", Fault::json("{}")),
        ("null", Fault::json("null")),
        ("half of JSON", Fault::json("{\"total\": 14, \"locations\": [{\"locationId\": \"1-10")),
        ("a cut body", Fault::Truncate),
        ("no reply", Fault::Drop),
        ("elsewhere", Fault::redirect("https://example.org/")),
    ]
}

/// An empty list that is otherwise well formed.
fn empty(field: &str) -> Fault {
    Fault::json(format!(
        r#"{{"total": 0, "page": 1, "perPage": 1000, "totalPages": 0, "firstPageUri": "/x", "previousPageUri": null, "nextPageUri": null, "lastPageUri": "/x", "uri": "/x", "{field}": []}}"#
    ))
}

/// A world that reads everything each day.
fn reads_all() -> World {
    standing_with(&Setup::default().source("full_reread_days = 1"))
}

/// One day with a fault: the source fails, the operator hears of it, the flags stay.
fn failing_day(world: &mut World, what: &str) {
    let ran = world.tomorrow();
    assert_eq!(ran.code, 1, "{what}: {}", ran.out);
    assert_eq!(ran.told(), ["operator: source first operator source-failed cqc"], "{what}");
    nothing_happened(world, what);
}

fn a_good_day(world: &mut World, what: &str) {
    world.front.lift();
    world.tomorrow().exits(0);
    nothing_happened(world, what);
    // So that the next fault is a flag of its own.
    world.days_later(31).exits(0);
    world.run(&["note", POOR, "--by", "A. Officer", "--reason", "seen"]).exits(0);
}

#[test]
fn a_list_that_is_no_list_is_a_failed_source() {
    for (what, fault) in faults().into_iter().chain([("an empty list", empty("locations"))]) {
        let mut world = reads_all();
        world.front.fail("/locations?", fault);
        failing_day(&mut world, what);
        world.front.lift();
        truth_is_found(&mut world, what);
    }
}

#[test]
fn changes_that_are_no_list_are_a_failed_source_and_are_asked_again() {
    for (what, fault) in faults() {
        let mut world = standing();
        // What is published while the source fails is found when it can be read again.
        world.publish(rated(good(), "Good", "2025-03-01"));
        world.front.fail("/changes", fault);
        failing_day(&mut world, what);
        world.front.lift();
        truth_is_found(&mut world, what);
    }
}

#[test]
fn no_changes_at_all_are_fine() {
    let mut world = standing();
    world.front.fail("/changes", empty("changes"));
    world.tomorrow().tells(&[]);
    nothing_happened(&mut world, "no changes");
}

#[test]
fn records_that_cannot_be_read_are_asked_again_and_believed_then() {
    for (what, fault) in faults() {
        let mut world = standing();
        world.publish(rated(good(), "Inadequate", "2025-03-01"));
        world.front.fail(&format!("/locations/{GOOD}"), fault);
        let ran = world.tomorrow();
        assert_eq!(ran.code, 1, "{what}: a part is missing: {}", ran.out);
        nothing_happened(&mut world, what);
        world.front.lift();
        let told = world.tomorrow().exits(0).told();
        assert_eq!(told.len(), 2, "{what}: {told:?}");
    }
}

#[test]
fn a_tenth_of_the_records_failing_is_a_failed_source() {
    let mut world = reads_all();
    for id in [GOOD, POOR] {
        world.front.fail(&format!("/locations/{id}"), Fault::Status(500));
    }
    failing_day(&mut world, "two of fourteen");
    world.front.lift();
    truth_is_found(&mut world, "after two of fourteen failed");
}

#[test]
fn a_known_id_that_is_not_found_is_kept_and_told_to_the_operator_the_third_time() {
    let mut world = reads_all();
    let record = world.regulator.location(POOR).expect("it is there");
    world.regulator.remove_location(POOR);
    world.tomorrow().tells(&[]);
    nothing_happened(&mut world, "not found once");
    world.tomorrow().tells(&[]);
    let ran = world.tomorrow().tells(&["operator: source first operator source-lost-ids cqc"]);
    assert!(ran.mails[0].text.contains(POOR), "{}", ran.mails[0].text);
    nothing_happened(&mut world, "not found three times");
    world.publish(record);
    world.tomorrow().tells(&["operator: source cleared operator source-lost-ids cqc"]);
    truth_is_found(&mut world, "found again");
}

#[test]
fn a_provider_that_cannot_be_read_costs_nothing() {
    let mut world = reads_all();
    world.front.fail("/providers/", Fault::Status(500));
    world.tomorrow().exits(0);
    nothing_happened(&mut world, "no providers");
    world.front.lift();
    truth_is_found(&mut world, "after the providers");
}

#[test]
fn a_good_day_between_two_bad_ones_says_nothing_of_providers() {
    let mut world = standing();
    world.front.fail("/", Fault::html(200));
    failing_day(&mut world, "a bad day");
    a_good_day(&mut world, "a good day");
    let facts = world.sql("SELECT count(*) FROM facts");
    world.front.fail("/", Fault::Status(500));
    world.tomorrow().exits(1);
    assert_eq!(world.sql("SELECT count(*) FROM facts"), facts);
}

//! Our own sources: a failure is told to the operator once, its end once, and never as a provider's.

use serde_json::json;

use super::{A, B, OF_A, OF_B, a_is, fine, fine_with};
use crate::world::records::{deregistered, home_care, rated};
use crate::world::regulator::Fault;
use crate::world::{Setup, World};

#[test]
fn a_failure_is_told_to_the_operator_once_and_so_is_its_end() {
    let mut world = fine();
    world.front.fail("/", Fault::Status(503));
    let ran = world.tomorrow().exits(1);
    assert_eq!(ran.told(), ["operator: source first operator source-failed cqc"]);
    assert!(ran.mails[0].subject.contains("cqc"), "{}", ran.mails[0].subject);
    world.minutes_later(60).exits(1);
    assert_eq!(world.mails().len(), 1, "the second failure is not told");
    world.front.lift();
    world.tomorrow().tells(&["operator: source cleared operator source-failed cqc"]);
    world.tomorrow().tells(&[]);
}

#[test]
fn without_an_operator_route_it_goes_to_the_contingency_route() {
    let mut world = fine_with(
        &Setup::default().routes("[[route]]\nseverity = \"contingency\"\nto = [\"lead\"]\n[[route]]\nseverity = \"watch\"\nto = [\"quality\"]"),
    );
    world.front.fail("/", Fault::Status(503));
    let ran = world.tomorrow().exits(1);
    assert_eq!(ran.told(), ["lead: source first operator source-failed cqc"]);
    let checked = world.run(&["check"]).exits(0);
    assert!(checked.err.contains("warning"), "{}", checked.err);
}

#[test]
fn a_source_that_is_not_read_for_two_intervals_is_stale() {
    let mut world = fine();
    for _ in 0..2 {
        let at = (world.now + jiff::SignedDuration::from_hours(25)).to_string();
        world.now = at.parse().expect("an instant");
        world.run(&["run", "assess", "--as-of", &at]).exits(0);
    }
    let delivered = world.run(&["run", "deliver"]);
    assert_eq!(delivered.told(), ["operator: source first operator source-stale cqc"]);
    world.tomorrow().tells(&["operator: source cleared operator source-stale cqc"]);
}

#[test]
fn a_failing_source_hushes_what_only_time_raises_until_it_is_read_again() {
    let old = crate::world::records::with(
        rated(home_care(A, OF_A), "Good", "2022-03-03"),
        "lastInspection",
        json!({"date": "2022-03-03"}),
    );
    let mut world = World::new(&Setup::default(), [old]);
    world.today().tells(&[]);
    world.front.fail("/", Fault::Status(503));
    assert_eq!(world.tomorrow().told(), ["operator: source first operator source-failed cqc"]);
    world.front.lift();
    let mut told = world.minutes_later(30).told();
    told.sort();
    assert_eq!(
        told,
        [
            "operator: source cleared operator source-failed cqc",
            "quality: alert first watch rating-stale 1-1000000001",
        ]
    );
}

#[test]
fn a_failed_source_shows_in_the_alerts_of_the_day_as_not_known() {
    let mut world = fine();
    world.publish(a_is("Inadequate", "2025-03-03"));
    let at = (world.now + jiff::SignedDuration::from_hours(24)).to_string();
    world.run(&["run", "collect", "--as-of", &at]).exits(0);
    world.front.fail("/", Fault::Status(503));
    world.now = at.parse().expect("an instant");
    let ran = world.minutes_later(1).exits(1);
    let alert = ran.mails.iter().find(|mail| mail.header("Kind") == "alert").expect("an alert");
    assert!(alert.text.contains("could not be read last time"), "{}", alert.text);
}

#[test]
fn a_known_id_that_is_not_found_three_times_in_a_row_is_a_warning() {
    let mut world = fine();
    world.regulator.remove_location(B);
    world.publish(a_is("Good", "2024-05-06"));
    // It is noticed at the next full reading; from then on it is asked again each time.
    world.days_later(7).tells(&[]);
    world.tomorrow().tells(&[]);
    world.tomorrow().tells(&["operator: source first operator source-lost-ids cqc"]);
    world.tomorrow().tells(&[]);
    let known = world.run(&["providers"]).out;
    assert!(known.contains(B), "what was known of it is kept: {known}");
    world.publish(home_care(B, OF_B));
    world.tomorrow().tells(&["operator: source cleared operator source-lost-ids cqc"]);
}

/// 30 locations, of which a number then leave the register in one night.
fn mass(leaving: usize) -> World {
    let id = |number: usize| format!("1-10000001{number:02}");
    let all = (0..30).map(|number| home_care(&id(number), OF_A));
    let mut world = World::new(&Setup::default(), all);
    world.today().tells(&[]);
    for number in 0..leaving {
        world.publish(deregistered(home_care(&id(number), OF_A), "2025-03-03"));
    }
    world
}

#[test]
fn twenty_that_leave_at_once_are_believed() {
    let mut world = mass(20);
    assert_eq!(world.tomorrow().exits(0).mails.len(), 2);
    assert_eq!(world.flags().len(), 20);
}

#[test]
fn twenty_one_that_leave_at_once_are_not_and_nothing_is_kept() {
    let mut world = mass(21);
    let facts = world.sql("SELECT count(*) FROM facts");
    let ran = world.tomorrow().exits(1);
    assert_eq!(ran.told(), ["operator: source first operator source-failed cqc"]);
    assert!(ran.err.contains("--accept-mass-change"), "{}", ran.err);
    assert_eq!(world.sql("SELECT count(*) FROM facts"), facts);
    assert_eq!(world.sql("SELECT count(*) FROM flag_events WHERE subject_kind <> 'source'"), ["0"]);
    world.tomorrow().exits(1);
}

#[test]
fn an_officer_lets_a_mass_change_through_and_it_is_written_down() {
    let mut world = mass(21);
    world.tomorrow().exits(1);
    let now = (world.now + jiff::SignedDuration::from_hours(1)).to_string();
    let run = ["run", "--as-of", &now, "--accept-mass-change"];
    for missing in [vec!["--by", "A. Officer"], vec!["--reason", "x"], vec!["--by", " ", "--reason", "x"]] {
        world.run(&[&run, missing.as_slice()].concat()).exits(2);
    }
    let ran =
        world.run(&[&run[..], &["--by", "A. Officer", "--reason", "the company closed"]].concat()).exits(0);
    let alerts = ran.mails.iter().filter(|mail| mail.header("Kind") == "alert");
    assert_eq!(alerts.count(), 2, "one mail a recipient and provider: {:?}", ran.told());
    assert_eq!(
        world.sql("SELECT kind, by, reason, subject_id FROM audit_decisions"),
        ["accept_mass_change A. Officer the company closed cqc"]
    );
    assert_eq!(world.sql("SELECT count(*) FROM audit_flags WHERE rule = 'deregistered'"), ["21"]);
    world.now = now.parse().expect("an instant");
    world.tomorrow().tells(&[]);
}

#[test]
fn ids_that_were_lost_with_an_officer_s_word_do_not_hold_the_brake_for_ever() {
    let mut world = mass(0);
    for number in 0..21 {
        world.regulator.remove_location(&format!("1-10000001{number:02}"));
    }
    world.days_later(7).exits(1);
    let now = (world.now + jiff::SignedDuration::from_hours(1)).to_string();
    let words = ["--accept-mass-change", "--by", "A. Officer", "--reason", "moved to another list"];
    world.run(&[&["run", "--as-of", &now][..], &words].concat()).exits(0);
    world.now = now.parse().expect("an instant");
    world.tomorrow().exits(0);
    world.days_later(8).exits(0);
}

#[test]
fn ratings_lost_by_many_at_once_are_not_believed_either() {
    let mut world = mass(0);
    for number in 0..21 {
        world.publish(crate::world::records::unrated(home_care(&format!("1-10000001{number:02}"), OF_A)));
    }
    let ran = world.tomorrow().exits(1);
    assert!(ran.err.contains("21 lose their rating"), "{}", ran.err);
}

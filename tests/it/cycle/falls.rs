//! Every kind of fall: one flag, one mail a recipient, and then silence.

use serde_json::json;

use super::{A, A2, B, OF_A, fine};
use crate::world::records::{assessed, deregistered, home_care, question, rated, unrated, with};
use crate::world::{Setup, World};

/// Publishes a record, asserts who is told of it the next day, and that ten more days say nothing.
fn one_fall(world: &mut World, record: serde_json::Value, told: &[&str], flags: &[&str]) {
    world.publish(record);
    world.tomorrow().tells(told);
    assert_eq!(world.flags(), flags);
    for _ in 0..10 {
        world.tomorrow().tells(&[]);
    }
    assert_eq!(world.flags(), flags);
    assert_eq!(world.outbox().len(), told.len());
}

#[test]
fn a_fall_to_inadequate_is_a_contingency() {
    let mut world = fine();
    one_fall(
        &mut world,
        rated(home_care(A, OF_A), "Inadequate", "2025-03-03"),
        &[
            "lead: alert first contingency rating-inadequate 1-1000000001",
            "quality: alert first contingency rating-inadequate 1-1000000001",
        ],
        &["CW-0001 rating-inadequate open contingency 1-1000000001"],
    );
}

#[test]
fn a_fall_to_requires_improvement_is_a_concern_for_quality_alone() {
    let mut world = fine();
    one_fall(
        &mut world,
        rated(home_care(A, OF_A), "Requires improvement", "2025-03-03"),
        &["quality: alert first concern rating-fell 1-1000000001"],
        &["CW-0001 rating-fell open concern 1-1000000001"],
    );
}

#[test]
fn a_slip_from_outstanding_is_worth_watching() {
    let outstanding = rated(home_care(A, OF_A), "Outstanding", "2024-05-06");
    let mut world = World::new(&Setup::default(), [outstanding]);
    world.today().tells(&[]);
    one_fall(
        &mut world,
        rated(home_care(A, OF_A), "Good", "2025-03-03"),
        &["quality: alert first watch rating-slipped 1-1000000001"],
        &["CW-0001 rating-slipped open watch 1-1000000001"],
    );
}

#[test]
fn one_inadequate_key_question_is_a_concern() {
    let mut world = fine();
    one_fall(
        &mut world,
        question(rated(home_care(A, OF_A), "Good", "2025-03-03"), "Safe", "Inadequate"),
        &["quality: alert first concern key-question-inadequate 1-1000000001"],
        &["CW-0001 key-question-inadequate open concern 1-1000000001"],
    );
}

#[test]
fn a_first_published_rating_that_is_poor_is_a_fall() {
    let mut world = World::new(&Setup::default(), [unrated(home_care(A, OF_A))]);
    world.today().tells(&[]);
    one_fall(
        &mut world,
        rated(home_care(A, OF_A), "Requires improvement", "2025-03-03"),
        &["quality: alert first concern rating-fell 1-1000000001"],
        &["CW-0001 rating-fell open concern 1-1000000001"],
    );
}

#[test]
fn a_rating_of_the_new_framework_beside_the_old_one_counts_by_its_date() {
    let mut world = fine();
    world.publish(assessed(home_care(B, super::OF_B), "Inadequate", "2024-01-31"));
    world.tomorrow().tells(&[]);
    one_fall(
        &mut world,
        assessed(home_care(A, OF_A), "Requires Improvement", "2025-03-03"),
        &["quality: alert first concern rating-fell 1-1000000001"],
        &["CW-0001 rating-fell open concern 1-1000000001"],
    );
}

#[test]
fn on_the_same_day_the_new_framework_wins() {
    let mut world = fine();
    let both = assessed(rated(home_care(A, OF_A), "Good", "2025-03-03"), "Inadequate", "2025-03-03");
    one_fall(
        &mut world,
        both,
        &[
            "lead: alert first contingency rating-inadequate 1-1000000001",
            "quality: alert first contingency rating-inadequate 1-1000000001",
        ],
        &["CW-0001 rating-inadequate open contingency 1-1000000001"],
    );
}

#[test]
fn leaving_the_register_supersedes_other_flags_and_cites_them() {
    let mut world = fine();
    world.publish(rated(home_care(A, OF_A), "Requires improvement", "2025-03-03"));
    world.tomorrow().tells(&["quality: alert first concern rating-fell 1-1000000001"]);
    let gone = deregistered(rated(home_care(A, OF_A), "Requires improvement", "2025-03-03"), "2025-03-04");
    world.publish(gone);
    let ran = world.tomorrow();
    assert_eq!(
        ran.told(),
        [
            "lead: alert first contingency deregistered 1-1000000001",
            "quality: alert first contingency deregistered 1-1000000001",
        ]
    );
    assert!(ran.mails[0].text.contains("CW-0001"), "{}", ran.mails[0].text);
    let flags = [
        "CW-0001 rating-fell superseded concern 1-1000000001",
        "CW-0002 deregistered open contingency 1-1000000001",
    ];
    assert_eq!(world.flags(), flags);
    for _ in 0..10 {
        world.tomorrow().tells(&[]);
    }
}

#[test]
fn dormancy_is_worth_watching_and_its_end_is_told() {
    let mut world = fine();
    world.publish(with(home_care(A, OF_A), "dormancy", json!("Y")));
    world.tomorrow().tells(&["quality: alert first watch dormant 1-1000000001"]);
    for _ in 0..10 {
        world.tomorrow().tells(&[]);
    }
    world.publish(home_care(A, OF_A));
    world.tomorrow().tells(&["quality: alert cleared watch dormant 1-1000000001"]);
    world.tomorrow().tells(&[]);
}

#[test]
fn an_absent_manager_is_a_concern_after_28_days_and_not_on_the_28th() {
    let mut world = fine();
    world.publish(with(home_care(A, OF_A), "registeredManagerAbsentDate", json!("2025-03-01")));
    world.tomorrow().tells(&[]);
    // 29 March is the 28th day after the first.
    world.days_later(25).tells(&[]);
    world.tomorrow().tells(&["quality: alert first concern manager-absent 1-1000000001"]);
    for _ in 0..10 {
        world.tomorrow().tells(&[]);
    }
}

#[test]
fn an_inspection_becomes_stale_the_day_after_three_years() {
    let old = with(
        rated(home_care(A, OF_A), "Good", "2022-03-04"),
        "lastInspection",
        json!({"date": "2022-01-02"}),
    );
    let mut world = World::new(&Setup::default(), [old]);
    world.today().tells(&[]);
    world.tomorrow().tells(&[]);
    world.tomorrow().tells(&["quality: alert first watch rating-stale 1-1000000001"]);
    for _ in 0..10 {
        world.tomorrow().tells(&[]);
    }
}

#[test]
fn what_falls_at_one_provider_is_one_mail_with_its_gravest_flag_first() {
    let mut world = fine();
    world.publish(rated(home_care(A2, OF_A), "Inadequate", "2025-03-03"));
    world.publish(rated(home_care(A, OF_A), "Requires improvement", "2025-03-03"));
    world.publish(rated(home_care(B, super::OF_B), "Requires improvement", "2025-03-03"));
    let ran = world.tomorrow();
    let mut told = ran.told();
    told.sort();
    assert_eq!(
        told,
        [
            "lead: alert first contingency rating-inadequate 1-1000000002",
            "quality: alert first concern rating-fell 1-1000000003",
            "quality: alert first contingency rating-inadequate, rating-fell 1-1000000002, 1-1000000001",
        ]
    );
    for mail in &ran.mails {
        for id in mail.header("Subject").split(", ") {
            assert!(mail.text.contains(id) && mail.html.contains(id), "{id} stands in both parts");
        }
    }
}

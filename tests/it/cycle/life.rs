//! The life of one flag as those who are told of it live it.

use super::{A, B, OF_A, OF_B, a_is, fine, fine_with};
use crate::world::records::{deregistered, home_care, rated, related};
use crate::world::{Setup, World};

const LEAD: &str = "lead: alert first contingency rating-inadequate 1-1000000001";
const QUALITY: &str = "quality: alert first contingency rating-inadequate 1-1000000001";

fn fallen() -> World {
    let mut world = fine();
    world.publish(a_is("Inadequate", "2025-03-03"));
    world.tomorrow().tells(&[LEAD, QUALITY]);
    world
}

#[test]
fn recovery_clears_once_and_tells_exactly_those_who_were_told() {
    let mut world = fine();
    world.publish(a_is("Requires improvement", "2025-03-03"));
    world.tomorrow().tells(&["quality: alert first concern rating-fell 1-1000000001"]);
    world.publish(a_is("Good", "2025-03-04"));
    world.tomorrow().tells(&["quality: alert cleared concern rating-fell 1-1000000001"]);
    for _ in 0..10 {
        world.tomorrow().tells(&[]);
    }
    assert_eq!(world.flags(), ["CW-0001 rating-fell cleared concern 1-1000000001"]);
    assert_eq!(world.json(&["flags"]).as_array().map(Vec::len), Some(0), "a cleared flag is not listed");
}

#[test]
fn a_relapse_within_thirty_days_reopens_the_same_flag_in_the_same_thread() {
    let mut world = fallen();
    let first = world.mails()[0].message_id.clone();
    world.publish(a_is("Good", "2025-03-04"));
    let ran = world.tomorrow();
    assert_eq!(ran.mails[0].in_reply_to.as_deref(), Some(first.as_str()));
    assert_eq!(ran.mails.len(), 2);
    world.days_later(28).tells(&[]);
    world.publish(a_is("Inadequate", "2025-04-02"));
    let ran = world.tomorrow().tells(&[LEAD, QUALITY]);
    assert_eq!(ran.mails[0].in_reply_to.as_deref(), Some(first.as_str()));
    assert_eq!(world.flags(), ["CW-0001 rating-inadequate open contingency 1-1000000001"]);
    assert_eq!(world.sql("SELECT kind FROM flag_events ORDER BY seq"), ["opened", "cleared", "reopened"]);
}

#[test]
fn a_relapse_after_more_than_thirty_days_is_a_new_flag() {
    let mut world = fallen();
    world.publish(a_is("Good", "2025-03-04"));
    world.tomorrow().exits(0);
    world.days_later(30).tells(&[]);
    world.publish(a_is("Inadequate", "2025-04-04"));
    let ran = world.tomorrow().tells(&[LEAD, QUALITY]);
    assert_eq!(ran.mails[0].in_reply_to, None);
    assert_eq!(
        world.flags(),
        [
            "CW-0001 rating-inadequate cleared contingency 1-1000000001",
            "CW-0002 rating-inadequate open contingency 1-1000000001",
        ]
    );
}

#[test]
fn worse_is_the_same_flag_to_those_who_know_and_those_who_have_to() {
    let mut world = fine();
    world.publish(a_is("Requires improvement", "2025-03-03"));
    world.tomorrow().exits(0);
    world.publish(a_is("Inadequate", "2025-03-05"));
    world.tomorrow().tells(&[
        "lead: alert worse contingency rating-inadequate 1-1000000001",
        "quality: alert worse contingency rating-inadequate 1-1000000001",
    ]);
    assert_eq!(world.flags(), ["CW-0001 rating-inadequate open contingency 1-1000000001"]);
    world.tomorrow().tells(&[]);
}

#[test]
fn better_but_still_poor_says_nothing_until_it_clears_for_all_who_were_told() {
    let mut world = fallen();
    world.publish(a_is("Requires improvement", "2025-03-05"));
    world.tomorrow().tells(&[]);
    assert_eq!(world.flags(), ["CW-0001 rating-fell open concern 1-1000000001"]);
    world.publish(a_is("Good", "2025-03-07"));
    let ran = world.tomorrow();
    let to: Vec<&str> = ran.mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["lead", "quality"], "{:?}", ran.told());
}

#[test]
fn a_poor_rating_of_a_later_day_is_no_news() {
    let mut world = fallen();
    world.publish(a_is("Inadequate", "2025-03-20"));
    world.tomorrow().tells(&[]);
    assert_eq!(world.sql("SELECT count(*) FROM flag_events"), ["1"]);
}

#[test]
fn a_service_that_registers_anew_takes_its_flag_along_without_a_mail() {
    let mut world = fallen();
    let new_id = "1-1000000077";
    let new = related(rated(home_care(new_id, OF_B), "Inadequate", "2025-03-03"), "HSCA Predecessor", A);
    world.publish(new);
    world.tomorrow().tells(&[]);
    assert_eq!(world.flags(), ["CW-0001 rating-inadequate open contingency 1-1000000001"]);
    world.publish(related(
        deregistered(a_is("Inadequate", "2025-03-03"), "2025-03-04"),
        "HSCA Successor",
        new_id,
    ));
    world.tomorrow().tells(&[]);
    assert_eq!(world.flags(), ["CW-0001 rating-inadequate open contingency 1-1000000077"]);
    assert_eq!(world.sql("SELECT kind FROM flag_events ORDER BY seq"), ["opened", "moved"]);
    for _ in 0..3 {
        world.tomorrow().tells(&[]);
    }
    world.publish(rated(home_care(new_id, OF_B), "Good", "2025-03-09"));
    assert_eq!(world.tomorrow().mails.len(), 2, "those who were told hear of the end under the new id");
}

#[test]
fn a_successor_named_only_by_the_one_that_left_is_followed() {
    let mut world = fine();
    let new_id = "1-1000000078";
    world.publish(home_care(new_id, OF_B));
    world.publish(related(deregistered(home_care(A, OF_A), "2025-03-04"), "HSCA Successor", new_id));
    world.tomorrow().tells(&[]);
    assert!(world.flags().is_empty());
}

#[test]
fn a_location_that_comes_back_on_the_register_clears_its_deregistration() {
    let mut world = fine();
    world.publish(deregistered(home_care(B, OF_B), "2025-03-04"));
    world.tomorrow().tells(&[
        "lead: alert first contingency deregistered 1-1000000003",
        "quality: alert first contingency deregistered 1-1000000003",
    ]);
    world.publish(home_care(B, OF_B));
    world.tomorrow().tells(&[
        "lead: alert cleared contingency deregistered 1-1000000003",
        "quality: alert cleared contingency deregistered 1-1000000003",
    ]);
}

#[test]
fn clearings_can_be_kept_from_the_mail() {
    let mut world = fine_with(&Setup::default().mail("send_cleared = false"));
    world.publish(a_is("Inadequate", "2025-03-03"));
    world.tomorrow().tells(&[LEAD, QUALITY]);
    world.publish(a_is("Good", "2025-03-04"));
    world.tomorrow().tells(&[]);
    assert_eq!(world.flags(), ["CW-0001 rating-inadequate cleared contingency 1-1000000001"]);
}

#[test]
fn running_twice_at_one_instant_adds_nothing() {
    let mut world = fallen();
    let before = world.sql("SELECT count(*) FROM flag_events UNION ALL SELECT count(*) FROM facts");
    world.today().tells(&[]);
    world.today().tells(&[]);
    assert_eq!(world.sql("SELECT count(*) FROM flag_events UNION ALL SELECT count(*) FROM facts"), before);
}

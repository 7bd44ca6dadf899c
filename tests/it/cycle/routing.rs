//! Who is told: routes, groups, threads, escalation and reminders.

use super::{A, A2, OF_A, a_is, fine, fine_with};
use crate::world::records::{home_care, named, rated};
use crate::world::setup::RECIPIENTS;
use crate::world::{Setup, World};

const OPERATOR: &str = "[[route]]\nseverity = \"operator\"\nto = [\"operator\"]\n";

fn routes(text: &str) -> Setup {
    Setup::default().routes(&format!("{text}\n{OPERATOR}"))
}

/// The recipients told when A falls, first to Requires improvement and then to Inadequate.
fn told_of_two_steps(setup: &Setup) -> [Vec<String>; 2] {
    let mut world = fine_with(setup);
    let mut step = |rating, date| {
        world.publish(a_is(rating, date));
        world.tomorrow().exits(0).mails.into_iter().map(|mail| mail.to).collect()
    };
    [step("Requires improvement", "2025-03-03"), step("Inadequate", "2025-03-05")]
}

#[test]
fn a_route_takes_its_severity_and_above() {
    let setup = routes(
        "[[route]]\nseverity = \"concern\"\nto = [\"quality\"]\n[[route]]\nseverity = \"contingency\"\nto = [\"lead\"]",
    );
    assert_eq!(told_of_two_steps(&setup), [vec!["quality"], vec!["lead", "quality"]]);
}

#[test]
fn only_means_exactly_but_whoever_was_told_hears_that_it_is_worse() {
    let only = "[[route]]\nseverity = \"concern\"\nonly = true\nto = [\"quality\"]\n[[route]]\nseverity = \"contingency\"\nto = [\"lead\"]";
    assert_eq!(told_of_two_steps(&routes(only)), [vec!["quality"], vec!["lead", "quality"]]);
    let mut world = fine_with(&routes(only));
    world.publish(a_is("Inadequate", "2025-03-03"));
    world.tomorrow().tells(&["lead: alert first contingency rating-inadequate 1-1000000001"]);
}

#[test]
fn a_recipient_on_two_routes_gets_one_mail() {
    let twice = "[[route]]\nseverity = \"watch\"\nto = [\"lead\", \"quality\"]\n[[route]]\nseverity = \"contingency\"\nto = [\"lead\"]";
    let mut world = fine_with(&routes(twice));
    world.publish(a_is("Inadequate", "2025-03-03"));
    assert_eq!(world.tomorrow().mails.len(), 2);
}

#[test]
fn each_recipient_reads_who_else_was_told() {
    let mut world = fine();
    world.publish(a_is("Inadequate", "2025-03-03"));
    let ran = world.tomorrow();
    assert!(ran.mails[0].text.contains("quality"), "{}", ran.mails[0].text);
    assert!(ran.mails[1].text.contains("lead"), "{}", ran.mails[1].text);
}

#[test]
fn a_further_flag_of_a_provider_is_new_in_its_group() {
    let mut world = fine();
    world.publish(a_is("Requires improvement", "2025-03-03"));
    world.tomorrow().exits(0);
    world.publish(rated(home_care(A2, OF_A), "Requires improvement", "2025-03-04"));
    world.tomorrow().tells(&["quality: alert new_in_group concern rating-fell 1-1000000002"]);
    world.tomorrow().tells(&[]);
}

#[test]
fn a_name_stands_in_the_subject_only_by_setting() {
    for (line, stands) in [("", false), ("name_in_subject = true", true)] {
        let mut world =
            World::new(&Setup::default().mail(line), [named(home_care(A, OF_A), "Brightside Care")]);
        world.today().exits(0);
        world.publish(named(a_is("Inadequate", "2025-03-03"), "Brightside Care"));
        let mail = world.tomorrow().mails.remove(0);
        let named = mail.subject.contains("Brightside") || mail.subject.contains("Company");
        assert_eq!(named, stands, "{}", mail.subject);
        assert!(mail.text.contains("Brightside Care"));
    }
}

fn escalating() -> Setup {
    routes(
        "[[route]]\nseverity = \"contingency\"\nto = [\"lead\"]\nanswer_within_minutes = 240\nescalate_to = [\"director\"]\n\
         [[route]]\nseverity = \"watch\"\nto = [\"quality\"]",
    )
}

#[test]
fn what_nobody_answers_in_time_goes_to_the_next_once() {
    let mut world = fine_with(&escalating());
    world.publish(a_is("Inadequate", "2025-03-03"));
    let ran = world.tomorrow();
    assert_eq!(ran.mails.len(), 2);
    assert!(ran.mails[0].text.contains("10:00"), "the deadline is said: {}", ran.mails[0].text);
    world.minutes_later(239).tells(&[]);
    world.minutes_later(1).tells(&["director: alert escalated contingency rating-inadequate 1-1000000001"]);
    for _ in 0..5 {
        world.tomorrow().tells(&[]);
    }
    world.publish(a_is("Good", "2025-03-04"));
    let to: Vec<String> = world.tomorrow().mails.into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, ["lead", "quality", "director"], "all who were told hear of the end");
}

#[test]
fn with_answer_hours_only_those_count() {
    let office = routes(
        "[[route]]\nseverity = \"contingency\"\nto = [\"lead\"]\nanswer_within_minutes = 240\n\
         answer_hours = \"Mon-Fri 09:00-17:00\"\nescalate_to = [\"director\"]",
    );
    let mut world = fine_with(&office);
    world.publish(a_is("Inadequate", "2025-03-03"));
    let ran = world.tomorrow();
    assert!(ran.mails[0].text.contains("13:00"), "four hours from nine: {}", ran.mails[0].text);
    world.minutes_later(419).tells(&[]);
    world.minutes_later(1).tells(&["director: alert escalated contingency rating-inadequate 1-1000000001"]);
}

#[test]
fn the_time_to_answer_begins_with_the_alert_that_asks_for_an_answer() {
    let mut world = fine_with(&escalating());
    world.publish(a_is("Requires improvement", "2025-03-03"));
    world.tomorrow().tells(&["quality: alert first concern rating-fell 1-1000000001"]);
    world.days_later(10).tells(&[]);
    world.publish(a_is("Inadequate", "2025-03-14"));
    world.tomorrow().tells(&[
        "lead: alert worse contingency rating-inadequate 1-1000000001",
        "quality: alert worse contingency rating-inadequate 1-1000000001",
    ]);
    world.minutes_later(239).tells(&[]);
    world.minutes_later(1).tells(&["director: alert escalated contingency rating-inadequate 1-1000000001"]);
}

#[test]
fn a_standing_flag_that_nobody_answers_is_told_again_by_setting() {
    let mut world =
        fine_with(&routes("[[route]]\nseverity = \"watch\"\nto = [\"quality\"]\nremind_after_days = 7"));
    world.publish(a_is("Inadequate", "2025-03-03"));
    world.tomorrow().exits(0);
    world.days_later(6).tells(&[]);
    let again = "quality: alert reminder contingency rating-inadequate 1-1000000001";
    world.tomorrow().tells(&[again]);
    world.days_later(6).tells(&[]);
    world.tomorrow().tells(&[again]);
}

#[test]
fn a_recipient_who_is_new_in_the_configuration_gets_what_stands_in_one_summary() {
    let mut world = fine_with(&routes("[[route]]\nseverity = \"watch\"\nto = [\"quality\"]"));
    world.publish(a_is("Inadequate", "2025-03-03"));
    world.publish(rated(home_care(super::B, super::OF_B), "Inadequate", "2025-03-03"));
    assert_eq!(world.tomorrow().mails.len(), 2);
    world.configure(&routes("[[route]]\nseverity = \"watch\"\nto = [\"quality\", \"lead\"]"));
    let told = world.tomorrow().told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("lead: summary first contingency"), "{told:?}");
}

#[test]
fn nobody_gets_a_mail_who_is_not_in_the_configuration() {
    let mut world = fine();
    world.publish(a_is("Inadequate", "2025-03-03"));
    for mail in world.tomorrow().mails {
        assert!(RECIPIENTS.contains(&mail.to.as_str()));
        let text = String::from_utf8(mail.raw).expect("mails are ASCII");
        assert_eq!(text.matches("\nTo: ").count() + usize::from(text.starts_with("To: ")), 1);
        assert!(!text.contains("\nCc:") && !text.contains("\nBcc:"));
    }
}

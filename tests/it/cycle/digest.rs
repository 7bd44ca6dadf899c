//! Rules that wait for the digest, and the digest that always comes.

use serde_json::json;

use super::{A, OF_A, a_is, fine_with};
use crate::world::Setup;
use crate::world::records::{home_care, with};

/// Mondays at seven; the tests begin on a Monday at six.
fn weekly() -> Setup {
    Setup::default().digest("0 7 * * 1", &["quality"])
}

#[test]
fn what_is_for_the_digest_waits_for_it_and_arrives() {
    let mut world = fine_with(&weekly());
    world.minutes_later(120).exits(0);
    world.publish(with(home_care(A, OF_A), "dormancy", json!("Y")));
    for _ in 0..6 {
        world.tomorrow().tells(&[]);
    }
    let ran = world.tomorrow().tells(&["quality: digest first watch dormant 1-1000000001"]);
    assert!(ran.mails[0].text.contains("The one source was read"), "{}", ran.mails[0].text);
    world.tomorrow().tells(&[]);
    let ran = world.days_later(6).exits(0);
    assert_eq!(ran.mails.len(), 1);
    assert_eq!(ran.mails[0].header("Flag"), "", "it was told once");
}

#[test]
fn a_digest_comes_even_when_nothing_gathered() {
    let mut world = fine_with(&weekly());
    let ran = world.minutes_later(60);
    assert_eq!(ran.told(), ["quality: digest first watch"]);
    world.minutes_later(1).tells(&[]);
}

#[test]
fn what_is_grave_does_not_wait() {
    let mut world = fine_with(&weekly());
    world.minutes_later(120).exits(0);
    world.publish(a_is("Inadequate", "2025-03-03"));
    assert_eq!(world.tomorrow().mails.len(), 2);
}

#[test]
fn without_a_digest_it_is_told_at_once() {
    let mut world = fine_with(&Setup::default());
    world.publish(with(home_care(A, OF_A), "dormancy", json!("Y")));
    world.tomorrow().tells(&["quality: alert first watch dormant 1-1000000001"]);
}

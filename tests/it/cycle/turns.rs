//! One writer at a time, and runs by the clock.

use std::time::Duration;

use carewarden::store::Store;

use super::{a_is, fine, fine_with};
use crate::world::Setup;

#[test]
fn a_second_writer_waits_as_long_as_asked_and_says_who_has_it() {
    let mut world = fine();
    let holder = Store::open_writer(&world.database(), Duration::ZERO).expect("it is free");
    let by = ["--by", "A", "--reason", "x"];
    for words in [
        vec!["run", "--wait", "0"],
        [&["note", super::A, "--wait", "0"][..], &by].concat(),
        [&["outbox", "drop", "1", "--wait", "0"][..], &by].concat(),
    ] {
        let ran = world.run(&words).exits(1);
        let says = format!("another carewarden (pid {}) is using", std::process::id());
        assert!(ran.err.contains(&says), "{words:?}: {}", ran.err);
    }
    world.run(&["flags"]).exits(0);
    drop(holder);
    world.tomorrow().exits(0);
}

#[test]
fn due_keeps_to_the_schedule_and_without_it_a_run_is_now() {
    let mut world = fine();
    let asked = world.front.asked().len();
    world.publish(a_is("Inadequate", "2025-03-03"));
    let later = |minutes: i64| (world.now + jiff::SignedDuration::from_mins(minutes)).to_string();
    let (soon, next_day) = (later(60), later(24 * 60 + 1));
    world.run(&["run", "--due", "--as-of", &soon]).tells(&[]);
    assert_eq!(world.front.asked().len(), asked, "it is read at six, and it was");
    assert_eq!(world.run(&["run", "--due", "--as-of", &next_day]).exits(0).mails.len(), 2);
}

#[test]
fn collect_alone_tells_nobody_and_assess_alone_reads_nothing() {
    let mut world = fine();
    world.publish(a_is("Inadequate", "2025-03-03"));
    let at = (world.now + jiff::SignedDuration::from_hours(1)).to_string();
    world.run(&["run", "collect", "--as-of", &at]).tells(&[]);
    assert!(world.flags().is_empty());
    let asked = world.front.asked().len();
    world.run(&["run", "assess", "--as-of", &at]).tells(&[]);
    assert_eq!((world.flags().len(), world.front.asked().len()), (1, asked));
    assert_eq!(world.run(&["run", "deliver"]).exits(0).mails.len(), 2);
}

#[test]
fn changes_published_at_the_very_edge_of_a_reading_are_found_once() {
    let mut world = fine();
    // The end of a window is exclusive and the next one begins there.
    world.regulator.set_location(a_is("Inadequate", "2025-03-03"), world.now);
    assert_eq!(world.tomorrow().exits(0).mails.len(), 2);
    world.tomorrow().tells(&[]);
}

#[test]
fn many_pages_are_read_to_the_end() {
    let mut world = fine_with(&Setup::default().source("per_page = 1\nfull_reread_days = 1"));
    for (id, of) in [(super::A, super::OF_A), (super::A2, super::OF_A), (super::B, super::OF_B)] {
        world.publish(crate::world::records::rated(
            crate::world::records::home_care(id, of),
            "Inadequate",
            "2025-03-03",
        ));
    }
    world.tomorrow().exits(0);
    assert_eq!(world.flags().len(), 3);
    assert!(world.front.count("/locations?") >= 6);
}

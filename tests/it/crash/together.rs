//! Several processes on one database.

use std::thread;
use std::time::Duration;

use super::faults::{ready, states};
use super::harness::{Ran, Register, World};
use crate::world::regulator::Fault;
use crate::world::smtp::{Act, Verb};

const PROCESSES: usize = 4;

fn until(what: &str, mut happened: impl FnMut() -> bool) {
    for _ in 0..6_000 {
        if happened() {
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("{what} never happened");
}

#[test]
fn four_that_deliver_at_once_send_each_mail_once() {
    let (_register, world) = ready();
    world.smtp.fault(Verb::Mail, None, Act::Late("250 2.1.0 Ok", Duration::from_millis(90)), usize::MAX);
    let children: Vec<_> =
        (0..PROCESSES).map(|_| world.start(&["run", "deliver", "--now", "--wait", "60"])).collect();
    for child in children {
        Ran::from(child.wait_with_output().expect("it ends")).fine();
    }
    assert!(states(&world).iter().all(|(_, state)| state == "accepted"));
    assert_eq!(world.smtp.taken().len(), states(&world).len());
    assert_eq!(world.count("SELECT count(*) FROM runs WHERE job = 'deliver'"), PROCESSES);
    assert_eq!(world.repeats(), 0);
}

#[test]
fn the_second_says_who_is_using_the_database_and_readers_read() {
    let register = Register::day_one();
    let world = World::patient(&register, 60);
    world.run(&["run", "collect", "--as-of", "2025-04-01T05:00:00Z"]).fine();
    world.run(&["run", "assess", "--as-of", "2025-04-01T05:00:00Z"]).fine();
    world.smtp.fault(Verb::Ehlo, None, Act::Silence, usize::MAX);
    let mut first = world.start(&["run", "deliver"]);
    until("EHLO", || world.smtp.dialogue().iter().any(|line| line.starts_with("EHLO")));

    for args in [&["run", "deliver", "--wait", "0"][..], &["outbox", "retry", "1", "--wait", "0"]] {
        let second = world.run(args).failed();
        let words =
            format!("another carewarden (pid {}) is using {}", first.id(), world.database().display());
        assert!(second.stderr.contains(&words), "{second:#?}");
        assert_eq!(second.stdout, "");
    }
    assert!(states(&world).iter().any(|(_, state)| state == "sending"));
    assert!(!world.run(&["flags", "--json"]).fine().json().as_array().expect("flags").is_empty());
    world.run(&["explain", "CW-0001"]).fine();
    world.run(&["runs", "--json"]).fine();

    first.kill().expect("it is ours");
    first.wait().expect("it is ours");
    world.smtp.lift();
    world.run(&["run", "deliver"]).fine();
    assert_eq!(world.smtp.taken().len(), states(&world).len());
    assert_eq!(world.repeats(), 0);
}

#[test]
fn one_that_waits_takes_over_from_one_that_is_killed() {
    let register = Register::day_one();
    let world = World::new(&register);
    register.front.fail_times("/locations?", Fault::Stall, 1);
    let mut first = world.start(&["run", "--as-of", "2025-04-01T05:00:00Z"]);
    until("the list", || register.front.count("/locations?") == 1);
    let second = world.start(&["run", "--as-of", "2025-04-01T05:01:00Z", "--wait", "60"]);
    first.kill().expect("it is ours");
    first.wait().expect("it is ours");
    Ran::from(second.wait_with_output().expect("it ends")).fine();
    assert_eq!(world.count("SELECT count(*) FROM audit_runs WHERE outcome = 'interrupted'"), 1);
    assert!(states(&world).iter().all(|(_, state)| state == "accepted"));
    assert_eq!(world.repeats(), 0);
}

//! The monitor is called after each cycle, and its silence is noticed.

use std::fs;
use std::time::Duration;

use carewarden::clock::real_now;
use carewarden::store::Store;
use carewarden::store::health::{CheckKind, CheckOutcome, NewCheck};
use jiff::SignedDuration;

use super::monitor::Monitor;
use super::world_with;
use crate::world::World;
use crate::world::regulator::Fault;

/// Writes down that the monitor did not answer so many hours ago.
fn silent_for(world: &World, hours: i64) {
    let at = real_now() - SignedDuration::from_hours(hours);
    let check = NewCheck {
        run: None,
        at,
        kind: CheckKind::Heartbeat,
        outcome: CheckOutcome::Failed,
        detail: Some("it could not be reached"),
    };
    let mut store = Store::open_writer(&world.database(), Duration::from_secs(1)).expect("opens");
    store.write(at, |tx| tx.check(&check)).expect("written");
}

#[test]
fn a_good_cycle_is_told_and_one_that_was_not_good_is_told_as_that() {
    let monitor = Monitor::start();
    let mut world = world_with(&monitor.table());
    world.run(&["run"]).exits(0);
    assert_eq!(monitor.calls(), ["GET /ping/s3cr3t"]);
    world.front.fail("/", Fault::Status(503));
    world.run(&["run"]).exits(1);
    assert_eq!(monitor.calls(), ["GET /ping/s3cr3t/fail"]);
    // Part of a cycle and a replay are no signs of life.
    world.front.lift();
    world.run(&["run", "collect"]).exits(0);
    world.run(&["run", "deliver"]).exits(0);
    let now = real_now().to_string();
    world.run(&["run", "--as-of", &now]).exits(0);
    assert!(monitor.calls().is_empty());
    // Two answers alike within an hour are one row.
    assert_eq!(world.sql("SELECT kind, outcome FROM audit_checks"), ["heartbeat ok"]);
    let said = world.run(&["status"]).exits(0).out;
    assert!(said.contains("heartbeat") && said.contains("127.0.0.1 answered"), "{said}");
}

#[test]
fn a_monitor_that_does_not_answer_fails_no_cycle_and_its_address_is_never_said() {
    let monitor = Monitor::start();
    let mut world = world_with(&monitor.table());
    monitor.answer(404);
    let answered = world.run(&["-v", "run"]).exits(0);
    drop(monitor);
    let absent = world.run(&["-v", "run"]).exits(0);
    let rows = world.sql("SELECT outcome, detail FROM audit_checks");
    assert_eq!(rows, ["failed it answered 404"]);
    let database = fs::read(world.database()).expect("is there");
    let held = String::from_utf8_lossy(&database).into_owned();
    for said in [answered.out, answered.err, absent.out, absent.err, held] {
        assert!(!said.contains("s3cr3t"), "whoever has the address can silence the alarm");
    }
}

#[test]
fn a_monitor_that_is_silent_for_too_long_is_mailed_and_warned_of_until_it_answers() {
    let monitor = Monitor::start();
    let mut world = world_with(&monitor.table());
    world.run(&["run"]).exits(0);
    silent_for(&world, 11);
    monitor.answer(500);
    assert!(world.run(&["run"]).exits(0).mails.is_empty(), "eleven hours are borne");
    silent_for(&world, 0);
    monitor.answer(200);
    // It answers now: the silence has ended before anybody was told.
    assert!(world.run(&["run"]).exits(0).mails.is_empty());
}

#[test]
fn thirteen_hours_of_silence_are_told_once_and_so_is_their_end() {
    let monitor = Monitor::start();
    let mut world = world_with(&monitor.table());
    world.run(&["run"]).exits(0);
    monitor.answer(500);
    silent_for(&world, 13);
    let said = world.run(&["status"]).exits(0).out;
    assert!(said.starts_with("warning: the monitor at 127.0.0.1 has not answered since"), "{said}");
    let told = world.run(&["run"]).exits(0).mails;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].to.as_str(), told[0].header("Kind").as_str()), ("operator", "source"));
    assert!(told[0].subject.contains("Own check heartbeat: failed"), "{}", told[0].subject);
    monitor.answer(200);
    assert!(
        world.run(&["run"]).exits(0).mails.is_empty(),
        "told once; the answer comes after the assessment"
    );
    let told = world.run(&["run"]).exits(0).mails;
    assert!(told[0].subject.contains("Own check heartbeat: recovered"), "{}", told[0].subject);
    let said = world.run(&["status"]).exits(0).out;
    assert!(said.starts_with("healthy"), "{said}");
}

//! When the database cannot be used, the operator is told all the same, once a day.

use std::fs;

use super::monitor::Monitor;
use super::world_with;

#[test]
fn a_damaged_database_is_told_by_monitor_and_mail_and_left_as_it_is() {
    let monitor = Monitor::start();
    let mut world = world_with(&monitor.table());
    world.run(&["run"]).exits(0);
    let sound = fs::read(world.database()).expect("is there");
    let mut bytes = sound.clone();
    bytes.iter_mut().skip(4096 * 2).step_by(7).for_each(|byte| *byte ^= 0x5a);
    fs::write(world.database(), &bytes).expect("written");
    monitor.calls();
    let ran = world.run(&["run"]).exits(1);
    assert!(ran.err.contains("is damaged") && ran.err.contains("carewarden restore FILE"), "{}", ran.err);
    assert_eq!(monitor.calls(), ["GET /ping/s3cr3t/fail"]);
    assert_eq!(ran.mails.len(), 1);
    let mail = &ran.mails[0];
    assert_eq!((mail.to.as_str(), mail.header("Kind").as_str()), ("operator", "delivery"));
    assert!(mail.subject.contains("cannot use its database"), "{}", mail.subject);
    assert!(mail.text.contains("is damaged") && mail.html.contains("carewarden restore"), "{}", mail.text);
    let again = world.run(&["run"]).exits(1);
    assert!(again.mails.is_empty(), "one a day");
    assert_eq!(monitor.calls(), ["GET /ping/s3cr3t/fail"]);
    assert!(fs::read(world.database()).expect("is there") == bytes, "nothing is replaced");
    // A sound database works again by itself, and the mail that was past the outbox is no row of it.
    fs::write(world.database(), &sound).expect("written");
    world.run(&["run"]).exits(0);
}

#[test]
fn another_carewarden_at_work_is_no_emergency() {
    let mut world = world_with("");
    world.run(&["run"]).exits(0);
    let _held = carewarden::store::Store::open_writer(&world.database(), std::time::Duration::from_secs(2))
        .expect("opens");
    let ran = world.run(&["run", "--wait", "0"]).exits(1);
    assert!(ran.err.contains("another carewarden") && ran.mails.is_empty(), "{}", ran.err);
}

#[test]
fn a_database_of_a_newer_version_is_told_too() {
    let mut world = world_with("");
    world.run(&["run"]).exits(0);
    let conn = rusqlite::Connection::open(world.database()).expect("opens");
    conn.execute_batch("PRAGMA user_version = 99").expect("set");
    drop(conn);
    let ran = world.run(&["run"]).exits(1);
    assert!(ran.mails[0].text.contains("install the newer version"), "{}", ran.mails[0].text);
    assert!(ran.err.contains("the operator was told by mail"), "{}", ran.err);
}

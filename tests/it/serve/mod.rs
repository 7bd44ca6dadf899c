//! The daemon as systemd sees it: the real program, its signals, its socket and its end.

mod harness;

use std::process::Command;
use std::time::Duration;

use carewarden::store::Store;
use jiff::Timestamp;

use crate::world::regulator::Fault;
use crate::world::smtp::{Act, Verb};
use harness::{Daemon, location};

/// systemd would wait no longer.
const STOP_MAX: Duration = Duration::from_secs(10);

#[test]
fn it_says_ready_reads_judges_and_tells_then_stops_in_order() {
    let mut daemon = Daemon::new();
    daemon.regulator.set_location(location("Inadequate"), Timestamp::MIN);
    daemon.start(&[]);
    let heard = daemon.hear("READY=1");
    assert_eq!(heard, ["READY=1", "STATUS=starting"]);
    daemon.until("the summary", |daemon| daemon.mails("summary").len() == 1);
    daemon.hear("STATUS=next run");
    daemon.hear("WATCHDOG=1");
    let (status, took) = daemon.stop();
    assert!(status.success() && took < STOP_MAX, "{status} after {took:?}");
    assert!(daemon.hear("STOPPING=1").contains(&"STOPPING=1".to_owned()));
    let kinds = daemon.rows("SELECT kind FROM audit_daemon_events ORDER BY seq");
    assert_eq!(kinds, ["started", "schedule", "stopped"]);
    let runs = daemon.rows("SELECT job || ' ' || outcome FROM audit_runs ORDER BY run");
    assert_eq!(runs.iter().filter(|run| *run == "collect ok").count(), 1, "{runs:?}");
    assert_eq!(
        runs.iter().filter(|run| *run == "deliver ok").count(),
        1,
        "empty deliveries left rows: {runs:?}"
    );
}

#[test]
fn a_good_configuration_comes_into_force_and_a_bad_one_is_mailed() {
    let mut daemon = Daemon::new();
    daemon.start(&[]);
    daemon.hear("STATUS=next run");
    daemon.configure("only = true");
    daemon.signal("-HUP");
    let heard = daemon.hear("READY=1");
    assert!(heard.iter().any(|line| line.starts_with("MONOTONIC_USEC=")), "{heard:?}");
    daemon.until("the row", |daemon| count(daemon, "reloaded") == 1);
    daemon.configure("bogus = true");
    daemon.signal("-HUP");
    daemon.until("the mail", |daemon| daemon.mails("config").len() == 1);
    assert!(daemon.mails("config")[0].contains("bogus"), "{:?}", daemon.mails("config"));
    daemon.hear("WATCHDOG=1");
    assert_eq!(count(&daemon, "refused"), 1);
    assert!(daemon.stop().0.success());
}

fn count(daemon: &Daemon, kind: &str) -> usize {
    daemon.rows(&format!("SELECT kind FROM daemon_events WHERE kind = '{kind}'")).len()
}

#[test]
fn a_configuration_with_faults_does_not_start() {
    let mut daemon = Daemon::new();
    daemon.configure("bogus = true");
    let out = Command::new(env!("CARGO_BIN_EXE_carewarden"))
        .args(["serve", "--config"])
        .arg(daemon.config())
        .output()
        .expect("it runs");
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("config/unknown-key"));
    daemon.configure("");
    daemon.start(&[]);
    daemon.hear("READY=1");
}

#[test]
fn it_stops_while_a_request_hangs() {
    let mut daemon = Daemon::new();
    daemon.front.fail("", Fault::Stall);
    daemon.start(&[]);
    daemon.until("the request", |daemon| !daemon.front.asked().is_empty());
    let (status, took) = daemon.stop();
    assert!(status.success() && took < STOP_MAX, "{status} after {took:?}");
    assert_eq!(
        daemon.rows("SELECT outcome FROM audit_runs WHERE job = 'collect' ORDER BY run"),
        ["interrupted"]
    );
    daemon.front.lift();
    daemon.start(&[]);
    daemon.until("the reading", |daemon| {
        daemon.rows("SELECT outcome FROM audit_runs WHERE job = 'collect' ORDER BY run")
            == ["interrupted", "ok"]
    });
}

#[test]
fn it_stops_while_a_mail_hangs_and_the_mail_goes_after_the_next_start() {
    let mut daemon = Daemon::new();
    daemon.regulator.set_location(location("Inadequate"), Timestamp::MIN);
    daemon.relay.fault(Verb::Body, None, Act::Silence, 1);
    daemon.start(&[]);
    daemon.until("the mail", |daemon| daemon.relay.dialogue().iter().any(|line| line == "DATA"));
    let (status, took) = daemon.stop();
    assert!(status.success() && took < STOP_MAX, "{status} after {took:?}");
    assert_eq!(daemon.rows("SELECT state FROM deliveries"), ["sending"]);
    daemon.relay.lift();
    daemon.start(&[]);
    daemon.until("the summary", |daemon| daemon.mails("summary").len() == 1);
}

#[test]
fn a_panic_in_a_job_is_written_down_told_and_survived() {
    let mut daemon = Daemon::new();
    daemon.start(&[("CAREWARDEN_FAILPOINT", "after-fetch"), ("CAREWARDEN_FAILPOINT_DOES", "panic")]);
    daemon.until("the mail", |daemon| daemon.mails("source").len() == 1);
    let mail = daemon.mails("source").remove(0);
    assert!(mail.contains("Subject: [Oldham] A job of Carewarden failed"), "{mail}");
    assert_eq!(
        daemon.rows("SELECT detail FROM audit_runs WHERE job = 'collect' AND outcome = 'failed'"),
        ["it panicked: the failpoint after-fetch was reached"]
    );
    assert_eq!(count(&daemon, "failed"), 1);
    // The next run of the same job, asked for, does its work.
    daemon.signal("-USR1");
    daemon.until("the reading", |daemon| {
        daemon.rows("SELECT outcome FROM audit_runs WHERE job = 'collect' ORDER BY run") == ["failed", "ok"]
    });
    assert!(daemon.stop().0.success());
}

#[test]
fn officers_can_write_beside_an_idle_daemon_and_a_second_daemon_cannot_start() {
    let mut daemon = Daemon::new();
    daemon.start(&[]);
    daemon.hear("STATUS=next run");
    let path = daemon.dir.path().join("carewarden.db");
    let beside = Store::open_writer(&path, Duration::from_secs(10)).expect("the lock is free");
    drop(beside);
    let second = Command::new(env!("CARGO_BIN_EXE_carewarden"))
        .args(["serve", "--config"])
        .arg(daemon.config())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("another carewarden (pid {}) is using", daemon.pid())), "{said}");
}

#[test]
fn a_restored_file_is_taken_up_in_the_place_of_the_old_one() {
    let mut daemon = Daemon::new();
    daemon.start(&[]);
    daemon.hear("STATUS=next run");
    daemon.until("rest", |daemon| daemon.mails("summary").is_empty());
    let path = daemon.dir.path().join("carewarden.db");
    let lock = Store::open_writer(&path, Duration::from_secs(10)).expect("the lock is free");
    for ending in ["", "-wal", "-shm"] {
        let file = daemon.dir.path().join(format!("carewarden.db{ending}"));
        // The files beside the database are not always there.
        let _moved = std::fs::rename(&file, daemon.dir.path().join(format!("old.db{ending}")));
    }
    drop(lock);
    drop(Store::open_writer(&path, Duration::from_secs(10)).expect("a new file"));
    daemon.until("a reading into the new file", |daemon| {
        daemon.rows("SELECT outcome FROM audit_runs WHERE job = 'collect' ORDER BY run") == ["ok"]
    });
}

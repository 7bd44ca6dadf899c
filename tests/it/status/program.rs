//! `carewarden status` through the real program: it falls ill and recovers by itself.

use std::time::Duration;

use carewarden::clock::real_now;
use carewarden::store::Store;
use carewarden::store::health::{CheckKind, CheckOutcome, NewCheck};
use serde_json::Value;

use crate::world::records::{home_care, rated};
use crate::world::regulator::Fault;
use crate::world::smtp::{Act, Manners, Server, Verb};
use crate::world::{Setup, World};

/// One poor service, so that the first run has something to mail.
fn world(setup: &Setup) -> World {
    // Every reading asks for everything, however short the time since the last.
    let setup = setup.clone().source("full_reread_days = 0");
    World::new(&setup, [rated(home_care("1-1", "1-9"), "Inadequate", "2025-01-10")])
}

/// The codes of the complaints; asserts that the exit code says the same.
fn complaints(world: &mut World) -> Vec<String> {
    let ran = world.run(&["status", "--json"]);
    let answer: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(ran.code == 0, answer["healthy"].as_bool().expect("said"), "{}", ran.out);
    let complaints = answer["complaints"].as_array().expect("a list");
    complaints.iter().map(|complaint| complaint["code"].as_str().expect("a word").to_owned()).collect()
}

fn note(world: &World, kind: CheckKind, outcome: CheckOutcome) {
    let mut store = Store::open_writer(&world.database(), Duration::from_secs(1)).expect("opens");
    let check = NewCheck { run: None, at: real_now(), kind, outcome, detail: Some("a test says so") };
    store.write(real_now(), |tx| tx.check(&check)).expect("written");
}

#[test]
fn a_failed_source_is_unhealthy_until_it_is_read_again() {
    let mut world = world(&Setup::default());
    world.run(&["run"]).exits(0);
    assert!(complaints(&mut world).is_empty());
    let said = world.run(&["status"]).exits(0).out;
    for label in ["healthy", "collect", "housekeeping", "source cqc", "mail", "backup", "database"] {
        assert!(said.contains(label), "{label} is not in:\n{said}");
    }
    world.front.fail("/", Fault::Status(503));
    world.run(&["run"]).exits(1);
    assert_eq!(complaints(&mut world), ["source_failed"]);
    let said = world.run(&["status"]).exits(1).out;
    assert!(said.starts_with("unhealthy: source cqc could not be read"), "{said}");
    world.front.lift();
    world.run(&["run"]).exits(0);
    assert!(complaints(&mut world).is_empty());
}

#[test]
fn a_source_older_than_twice_its_schedule_is_unhealthy() {
    let mut world = world(&Setup::default()).days_ago(3);
    world.today().exits(0);
    assert_eq!(complaints(&mut world), ["source_stale"]);
    world.run(&["run"]).exits(0);
    assert!(complaints(&mut world).is_empty());
}

#[test]
fn a_dead_letter_stays_until_somebody_handles_it() {
    let server = Server::start(Manners::default());
    let mut world = world(&Setup::default().smtp(&server));
    server.fault(Verb::Rcpt, Some("lead@example.gov.uk"), Act::Reply("550 5.1.1 unknown"), usize::MAX);
    world.run(&["run"]).exits(1);
    server.lift();
    world.run(&["run"]).exits(0);
    assert_eq!(complaints(&mut world), ["dead_letters"]);
    let dead = world.outbox().iter().find(|mail| mail["state"] == "refused").expect("one")["id"].to_string();
    world.run(&["outbox", "drop", &dead, "--by", "J. Smith", "--reason", "told by telephone"]).exits(0);
    assert!(complaints(&mut world).is_empty());
}

#[test]
fn a_mail_that_waits_over_an_hour_is_unhealthy_whatever_its_next_time() {
    let server = Server::start(Manners::default());
    server.fault(Verb::Connect, None, Act::Reply("421 4.3.2 later"), usize::MAX);
    let mut world = world(&Setup::default().smtp(&server)).days_ago(1);
    world.today().exits(0);
    assert_eq!(complaints(&mut world), ["mail_waits"]);
    server.lift();
    world.run(&["run", "deliver", "--now"]).exits(0);
    assert!(complaints(&mut world).is_empty());
}

#[test]
fn a_failed_check_is_unhealthy_until_one_passes() {
    let mut world = world(&Setup::default());
    world.run(&["run"]).exits(0);
    note(&world, CheckKind::Integrity, CheckOutcome::Failed);
    assert_eq!(complaints(&mut world), ["integrity_failed"]);
    world.run(&["run", "housekeeping"]).exits(0);
    assert!(complaints(&mut world).is_empty());
    note(&world, CheckKind::Audit, CheckOutcome::Failed);
    assert_eq!(complaints(&mut world), ["audit_failed"]);
    note(&world, CheckKind::Audit, CheckOutcome::Ok);
    assert!(complaints(&mut world).is_empty());
}

/// The newest check counts: what it finds is mailed, like a failed source, and cleared again.
#[test]
fn the_operator_is_mailed_what_a_check_found() {
    let mut world = world(&Setup::default());
    world.run(&["run"]).exits(0);
    note(&world, CheckKind::Integrity, CheckOutcome::Failed);
    let told = world.run(&["run"]).exits(0).mails;
    assert_eq!(told.len(), 1);
    let mail = &told[0];
    assert_eq!((mail.to.as_str(), mail.header("Kind").as_str()), ("operator", "source"));
    assert!(mail.subject.ends_with("Own check database: failed: a test says so"), "{}", mail.subject);
    assert!(
        mail.text.contains("This is about Carewarden itself") && !mail.text.contains("regulator's service")
    );
    note(&world, CheckKind::Integrity, CheckOutcome::Ok);
    let told = world.run(&["run"]).exits(0).mails;
    assert!(told[0].subject.ends_with("Own check database: recovered"), "{}", told[0].subject);
}

#[test]
fn a_database_that_is_not_there_is_said_in_every_form() {
    let mut world = world(&Setup::default());
    for (args, wanted) in [
        (&["status"][..], ""),
        (&["status", "--format", "prometheus"], "carewarden_up 0\n"),
        (&["status", "--json"], "\"healthy\": false"),
    ] {
        let ran = world.run(args).exits(1);
        assert!(ran.out.contains(wanted) && ran.err.contains("there is no database at"), "{ran:?}");
    }
    assert!(!world.database().exists(), "asking makes none");
}

#[test]
fn silences_are_shown_with_author_and_end() {
    let mut world = world(&Setup::default());
    world.run(&["run"]).exits(0);
    let silence = [
        "silence",
        "--rule",
        "rating-fell",
        "--until",
        "2100-01-01",
        "--by",
        "J. Smith",
        "--reason",
        "known",
    ];
    world.run(&silence).exits(0);
    let said = world.run(&["status"]).exits(0).out;
    assert!(said.contains("rule rating-fell until Fri 1 Jan 2100 23:59, by J. Smith: known"), "{said}");
}

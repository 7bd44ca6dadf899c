//! Exit codes, which scripts rely on, and what stands on which stream.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use super::told;
use crate::cycle::{A, a_is, fine, three};
use crate::world::regulator::Fault;
use crate::world::smtp::{Act, Manners, Server, Verb};
use crate::world::stage::program;
use crate::world::{Setup, World};

const BY: [&str; 4] = ["--by", "A. Officer", "--reason", "x"];

/// Every command that reads the configuration.
fn commands() -> Vec<Vec<&'static str>> {
    let decide = |words: &[&'static str]| [words, &BY].concat();
    vec![
        vec!["run"],
        vec!["run", "collect"],
        vec!["run", "assess"],
        vec!["run", "deliver"],
        vec!["flags"],
        vec!["providers"],
        vec!["outbox"],
        vec!["outbox", "retry", "1"],
        vec!["outbox", "show", "1"],
        decide(&["outbox", "drop", "1"]),
        vec!["runs"],
        vec!["explain", "CW-0001"],
        decide(&["ack", "CW-0001"]),
        decide(&["note", A]),
        decide(&["stage", A, "concern"]),
        decide(&["silence", "--rule", "dormant", "--until", "2999-01-01"]),
    ]
}

#[test]
fn a_bad_configuration_is_2_for_every_command() {
    let mut world = World::new(&Setup::default().mail("hosst = \"x\""), three());
    for words in commands().into_iter().chain([
        vec!["check"],
        vec!["mail", "check"],
        vec!["mail", "preview"],
        vec!["policy", "test"],
    ]) {
        let ran = world.run(&words).exits(2);
        assert!(ran.err.contains("error[") && ran.err.contains("hosst"), "{words:?}: {}", ran.err);
        assert_eq!(ran.out, "", "{words:?}");
    }
    assert!(!world.path("data").exists(), "nothing was made");
}

#[test]
fn an_absent_configuration_is_2() {
    let mut world = fine();
    std::fs::remove_file(world.config()).expect("it was there");
    for words in commands() {
        let ran = world.run(&words).exits(2);
        assert!(ran.err.contains("carewarden.toml"), "{words:?}: {}", ran.err);
    }
}

#[test]
fn a_missing_database_is_1_for_all_that_do_not_make_one() {
    let mut world = World::new(&Setup::default(), three());
    for words in commands().into_iter().filter(|words| words[0] != "run") {
        let ran = world.run(&words).exits(1);
        assert!(ran.err.contains("carewarden.db"), "{words:?}: {}", ran.err);
        assert_eq!(ran.out, "", "{words:?}");
        assert!(!world.database().exists(), "{words:?} makes no database");
    }
}

#[test]
fn a_file_that_is_no_database_is_1_and_stays_as_it_is() {
    let mut world = World::new(&Setup::default(), three());
    std::fs::create_dir(world.path("data")).expect("a folder");
    let noise = "not a database, but somebody's only copy of something ".repeat(200);
    std::fs::write(world.database(), &noise).expect("it can be written");
    for words in commands() {
        world.run(&words).exits(1);
    }
    assert_eq!(std::fs::read_to_string(world.database()).expect("it is there"), noise);
}

#[test]
fn what_is_not_there_is_2() {
    let mut world = told();
    for words in [
        vec!["explain", "CW-0999"],
        vec!["explain", "rating"],
        vec!["ack", "CW-0999", BY[0], BY[1], BY[2], BY[3]],
        vec!["note", "1-9", BY[0], BY[1], BY[2], BY[3]],
        vec!["outbox", "show", "99"],
        vec!["outbox", "retry", "99"],
        vec!["outbox", "retry", "1"],
        vec!["flags", "--severity", "grave"],
        vec!["outbox", "--state", "lost"],
        vec!["runs", "--job", "sleep"],
        vec!["flags", "--as-of", "soon"],
        vec!["fly"],
        vec![],
    ] {
        let ran = world.run(&words).exits(2);
        assert_eq!(ran.out, "", "{words:?}");
        assert!(!ran.err.is_empty(), "{words:?}");
    }
}

#[test]
fn fail_on_is_3_when_something_as_grave_is_listed() {
    let mut world = told();
    for (args, code) in [
        (&["--fail-on", "contingency"][..], 3),
        (&["--fail-on", "watch"], 3),
        (&["--fail-on", "contingency", "--rule", "rating-fell"], 0),
        (&["--fail-on", "contingency", "--as-of", "2025-03-03"], 0),
        (&["--fail-on", "concern", "--as-of", "2025-03-03"], 3),
        (&["--fail-on", "contingency", "--json"], 3),
        (&[], 0),
    ] {
        world.run(&[&["flags"], args].concat()).exits(code);
    }
    world.publish(a_is("Good", "2025-03-05"));
    world.tomorrow().exits(0);
    world.run(&["flags", "--fail-on", "contingency", "--all"]).exits(0);
}

/// Runs the program with a standard output that nobody reads.
fn into_a_closed_pipe(world: &World, words: &[&str]) -> (Option<i32>, String) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut child = program(&world.config(), words)
        .stdout(Stdio::from(writer))
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut err = String::new();
    child.stderr.take().expect("it is piped").read_to_string(&mut err).expect("it is text");
    (child.wait().expect("it ends").code(), err)
}

#[test]
fn a_closed_pipe_is_no_error() {
    let world = told();
    for words in [
        vec!["flags"],
        vec!["flags", "--json"],
        vec!["providers"],
        vec!["runs"],
        vec!["explain", "CW-0001"],
        vec!["--help"],
        vec!["run", "--help"],
    ] {
        assert_eq!(into_a_closed_pipe(&world, &words), (Some(0), String::new()), "{words:?}");
    }
}

#[test]
fn a_closed_pipe_hides_no_failure() {
    let mut world = told();
    assert_eq!(into_a_closed_pipe(&world, &["flags", "--fail-on", "watch"]).0, Some(3));
    world.front.fail("/", Fault::Status(503));
    let (code, err) = into_a_closed_pipe(&world, &["run"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("error: source cqc"), "{err}");
    assert!(world.flags().iter().any(|flag| flag.ends_with(" cqc")), "the work was done");
}

#[test]
fn a_run_with_a_failing_source_is_1_and_does_the_rest() {
    let mut world = told();
    world.front.fail("/", Fault::Status(503));
    let ran = world.tomorrow().exits(1);
    assert!(ran.out.contains("assess") && ran.out.contains("deliver"), "{}", ran.out);
    assert!(ran.err.contains("error: source cqc"), "{}", ran.err);
    assert_eq!(ran.mails.len(), 1);
}

#[test]
fn mail_that_waits_is_fine_and_mail_that_is_refused_is_1() {
    let server = Server::start(Manners::default());
    let mut world = World::new(&Setup::default().smtp(&server), three());
    world.today().exits(0);
    world.publish(a_is("Inadequate", "2025-03-03"));
    server.fault(Verb::Rcpt, None, Act::Reply("451 4.7.1 later"), 9);
    let ran = world.tomorrow().exits(0);
    assert!(ran.out.contains("2 deferred"), "{}", ran.out);
    server.lift();
    server.fault(Verb::Rcpt, Some("lead@example.gov.uk"), Act::Reply("550 5.1.1 unknown"), 9);
    let ran = world.run(&["run", "deliver", "--now"]).exits(1);
    assert!(ran.err.contains("was refused: 550 5.1.1 unknown"), "{}", ran.err);
    let to: Vec<String> = server.taken().into_iter().map(|mail| mail.to).collect();
    assert_eq!(
        to,
        ["quality@example.gov.uk", "operator@example.gov.uk"],
        "the operator hears of the refusal"
    );
    let letter = world.outbox().into_iter().find(|mail| mail["state"] == "refused").expect("a dead letter");
    let id = letter["id"].to_string();
    world.run(&["run", "deliver", "--now"]).exits(0);
    server.lift();
    world.run(&["outbox", "retry", &id]).exits(0);
    world.run(&["run", "deliver"]).exits(0);
    assert_eq!(server.taken().len(), 3);
}

#[test]
fn a_dead_letter_can_be_dropped_by_name_only() {
    let server = Server::start(Manners::default());
    let mut world = World::new(&Setup::default().smtp(&server), three());
    world.today().exits(0);
    world.publish(a_is("Inadequate", "2025-03-03"));
    server.fault(Verb::Rcpt, Some("lead@example.gov.uk"), Act::Reply("550 5.1.1 unknown"), 9);
    world.tomorrow().exits(1);
    world.run(&["outbox", "drop", "1"]).exits(2);
    world.run(&[&["outbox", "drop", "1"][..], &BY].concat()).exits(0);
    assert_eq!(world.json(&["outbox", "--state", "dropped"]).as_array().map(Vec::len), Some(1));
    assert_eq!(world.sql("SELECT kind, by, mail FROM audit_decisions"), ["drop_mail A. Officer 1"]);
}

#[test]
fn the_database_is_for_its_owner_alone() {
    let world = told();
    let mode = |path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(world.database()), 0o600);
    assert_eq!(mode(world.path("data")), 0o700);
}

#[test]
fn check_says_what_it_found_and_touches_nothing() {
    let mut world = World::new(&Setup::default(), three());
    let ran = world.run(&["check"]).exits(0);
    assert!(ran.out.contains("is sound"), "{}", ran.out);
    assert!(world.front.asked().is_empty() && !world.path("data").exists() && !world.path("mail").exists());
}

#[test]
fn check_shows_each_fault_of_a_bad_file_with_its_place() {
    let mut world = World::new(&Setup::default(), three());
    let text = std::fs::read_to_string(world.config()).expect("it is there");
    let bad = text
        .replace("schedule = \"0 6 * * *\"", "schedule = \"0 25 * * *\"")
        .replace("to = [\"lead\"]", "to = [\"leed\"]")
        .replace("timezone = \"Europe/London\"", "timezone = \"Europe/Londres\"");
    std::fs::write(world.config(), bad).expect("it can be written");
    let folder = world.path("").display().to_string();
    let ran = world.run(&["check"]).exits(2);
    assert_eq!(ran.out, "");
    let shown = ran.err.replace(&folder, "DIR/");
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT");
    settings.bind(|| insta::assert_snapshot!(shown));
}

#[test]
fn the_shipped_policy_passes_its_own_tests_without_a_configuration() {
    let mut world = World::new(&Setup::default(), three());
    std::fs::remove_file(world.config()).expect("it was there");
    let ran = world.run(&["policy", "test", "--builtin"]).exits(0);
    assert!(ran.out.contains(" passed, 0 failed"), "{}", ran.out);
}

#[test]
fn colour_is_kept_from_pipes_and_by_no_color() {
    let world = told();
    for variable in [None, Some(("NO_COLOR", "1")), Some(("TERM", "dumb"))] {
        let mut command = program(&world.config(), &["flags"]);
        command.envs(variable);
        let output = command.output().expect("the program starts");
        assert!(!output.stdout.contains(&0x1b) && !output.stdout.is_empty());
    }
}

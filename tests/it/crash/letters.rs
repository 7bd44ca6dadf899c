//! What an officer can do about a dead letter, through the real program.

use super::faults::{STRUCK, ready, states};
use super::harness::{DOMAIN, Register, World};
use crate::world::regulator::Fault;
use crate::world::smtp::{Act, Verb};

/// A world with a dead letter; returns its number too.
fn with_dead_letter() -> (Register, World, String) {
    let (register, world) = ready();
    let address = format!("{STRUCK}@{DOMAIN}");
    world.smtp.fault(Verb::Rcpt, Some(&address), Act::Reply("550 5.1.1 unknown"), 1);
    world.run(&["run", "deliver"]).failed();
    let id = world.ask(&format!("SELECT seq FROM outbox WHERE recipient = '{STRUCK}'")).remove(0);
    (register, world, id)
}

fn state(world: &World) -> String {
    states(world).into_iter().find(|(to, _)| to == STRUCK).expect("a mail to them").1
}

#[test]
fn retry_sends_the_same_bytes() {
    let (_register, world, id) = with_dead_letter();
    let ran = world.run(&["outbox", "retry", &id]).fine();
    assert_eq!(ran.stdout.trim(), format!("Mail {id} is queued again; `carewarden run deliver` sends it."));
    assert_eq!(state(&world), "queued");
    world.run(&["run", "deliver"]).fine();
    assert_eq!(state(&world), "accepted");
    assert_eq!(world.repeats(), 0);
    let twice = world.run(&["outbox", "retry", &id]);
    assert_eq!(twice.code, Some(2));
    assert!(twice.stderr.contains(&format!("mail {id} is accepted")), "{twice:#?}");
}

#[test]
fn a_letter_that_dies_again_is_told_of_again() {
    let (_register, world, id) = with_dead_letter();
    world.run(&["outbox", "retry", &id]).fine();
    let address = format!("{STRUCK}@{DOMAIN}");
    world.smtp.fault(Verb::Rcpt, Some(&address), Act::Reply("550 5.1.1 unknown"), 1);
    world.run(&["run", "deliver"]).failed();
    world.run(&["run", "deliver"]).fine();
    let told = world.ask("SELECT recipient FROM outbox WHERE kind = 'delivery'");
    assert_eq!(told, ["operator", "operator"], "once a death, and not once a run");
}

#[test]
fn drop_needs_a_name_and_a_reason_and_keeps_both() {
    let (_register, world, id) = with_dead_letter();
    assert_eq!(world.run(&["outbox", "drop", &id]).code, Some(2));
    assert_eq!(world.run(&["outbox", "drop", &id, "--by", " ", "--reason", "x"]).code, Some(2));
    let by = ["--by", "J. Smith", "--reason", "left the council"];
    world.run(&[&["outbox", "drop", id.as_str()], &by[..]].concat()).fine();
    assert_eq!(state(&world), "dropped");
    let decided = world.ask("SELECT kind, mail, by, reason FROM audit_decisions");
    assert_eq!(decided, [format!("drop_mail | {id} | J. Smith | left the council")]);
    world.run(&["run", "deliver", "--now"]).fine();
    assert!(!world.smtp.taken().iter().any(|mail| mail.to.starts_with(STRUCK)));
    let again = world.run(&[&["outbox", "drop", id.as_str()], &by[..]].concat());
    assert!(again.code == Some(2) && again.stderr.contains("there is nothing left to drop"), "{again:#?}");
}

#[test]
fn where_the_operators_address_refuses_the_others_are_told() {
    let (register, world) = ready();
    world.run(&["run", "deliver"]).fine();
    register.front.fail("/changes", Fault::Status(403));
    let address = format!("operator@{DOMAIN}");
    world.smtp.fault(Verb::Rcpt, Some(&address), Act::Reply("550 5.1.1 unknown"), usize::MAX);
    world.run(&["run", "--as-of", "2025-04-02T05:00:00Z"]).failed();
    let mails =
        world.ask("SELECT kind, recipient FROM outbox WHERE kind IN ('source', 'delivery') ORDER BY seq");
    assert_eq!(mails, ["source | operator", "delivery | contingency-lead", "delivery | contract-officer"]);
}

#[test]
fn a_word_about_a_refusal_that_is_refused_begins_no_loop() {
    let (_register, world) = ready();
    world.smtp.fault(Verb::Rcpt, None, Act::Reply("550 5.1.1 unknown"), usize::MAX);
    world.run(&["run", "deliver"]).failed();
    let dead = world.ask("SELECT kind, recipient FROM outbox WHERE kind = 'delivery'");
    assert_eq!(dead, ["delivery | operator"]);
    assert!(states(&world).iter().all(|(_, state)| state == "refused"));
    world.run(&["run", "deliver"]).fine();
    assert_eq!(world.count("SELECT count(*) FROM outbox WHERE kind = 'delivery'"), 1);
}

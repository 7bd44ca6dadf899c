//! A mail server's faults, met by the real program: each ends in delivery of the same bytes or in
//! a dead letter that nobody can overlook, and disturbs no other mail.

use super::harness::{Register, World};
use crate::world::smtp::{Act, Verb};

pub const STRUCK: &str = "contract-officer";

/// A world in which mails are queued and none has been sent.
pub fn ready() -> (Register, World) {
    let register = Register::day_one();
    let world = World::new(&register);
    world.run(&["run", "collect", "--as-of", "2025-04-01T05:00:00Z"]).fine();
    world.run(&["run", "assess", "--as-of", "2025-04-01T05:00:00Z"]).fine();
    let to = world.ask("SELECT recipient FROM outbox ORDER BY 1");
    assert_eq!(to, ["contingency-lead", STRUCK], "the baseline's summaries");
    (register, world)
}

pub fn states(world: &World) -> Vec<(String, String)> {
    let rows = world.run(&["outbox", "--json"]).fine().json();
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    rows.as_array().expect("rows").iter().map(|row| (text(&row["recipient"]), text(&row["state"]))).collect()
}

fn state_of(world: &World, recipient: &str) -> String {
    let found = states(world).into_iter().find(|(id, _)| id == recipient);
    found.expect("a mail to them").1
}

/// Strikes at a verb with each of these acts; `expected` is the state that the mail is left in.
fn strike(verb: Verb, cases: &[(Act, &str)]) {
    let (register, ready) = ready();
    let address = format!("{STRUCK}@{}", super::harness::DOMAIN);
    for (act, expected) in cases {
        let case = format!("{verb:?} {act:?}");
        let world = ready.again(&register);
        let personal = matches!(verb, Verb::Rcpt | Verb::Data | Verb::Body);
        world.smtp.fault(verb, personal.then_some(address.as_str()), *act, usize::MAX);
        let ran = world.run(&["run", "deliver"]);
        assert_eq!(state_of(&world, STRUCK), *expected, "{case}: {ran:#?}");
        let other = if personal { "accepted" } else { *expected };
        assert_eq!(state_of(&world, "contingency-lead"), other, "{case}: {ran:#?}");
        assert_eq!(ran.code, Some(i32::from(*expected == "refused")), "{case}: {ran:#?}");
        world.smtp.lift();
        if *expected == "refused" {
            is_visible(&world, &ran.stderr, &case);
        } else {
            world.run(&["run", "deliver", "--now"]).fine();
            assert!(states(&world).iter().all(|(_, state)| state == "accepted"), "{case}");
        }
        let repeats = world.repeats();
        assert!(repeats == 0 || *expected == "unknown", "{case}: {repeats} repeats");
        world.assert_sound();
    }
}

/// On standard error, in the list for machines, and in a mail to somebody else.
#[track_caller]
fn is_visible(world: &World, stderr: &str, case: &str) {
    assert!(stderr.contains(&format!("to {STRUCK} was refused: 550 5.7.1 never")), "{case}: {stderr}");
    assert_eq!(state_of(world, STRUCK), "refused", "{case}");
    assert_eq!(state_of(world, "operator"), "accepted", "{case}");
    let told = world.smtp.taken().iter().any(|mail| {
        let text = String::from_utf8_lossy(&mail.bytes);
        mail.to.starts_with("operator@")
            && text.contains("X-Carewarden-Kind: delivery")
            && text.contains(STRUCK)
    });
    assert!(told, "{case}");
    world.run(&["run", "deliver", "--now"]).fine();
    assert_eq!(state_of(world, STRUCK), "refused", "{case}: a dead letter waits for an officer");
}

const LATER: Act = Act::Reply("451 4.3.0 later");
const NEVER: Act = Act::Reply("550 5.7.1 never");
const ODD: Act = Act::Reply("252 2.0.0 odd");

#[test]
fn at_the_greeting() {
    let cases = [LATER, NEVER, Act::Silence, Act::Drop].map(|act| (act, "deferred"));
    strike(Verb::Connect, &cases);
}

#[test]
fn at_ehlo() {
    let cases = [LATER, NEVER, Act::Silence, Act::Drop].map(|act| (act, "deferred"));
    strike(Verb::Ehlo, &cases);
}

#[test]
fn at_mail() {
    let cases = [LATER, NEVER, Act::Silence, Act::Drop].map(|act| (act, "deferred"));
    strike(Verb::Mail, &cases);
}

#[test]
fn at_rcpt() {
    let deferred = [LATER, Act::Silence, Act::Drop].map(|act| (act, "deferred"));
    strike(Verb::Rcpt, &[&deferred[..], &[(NEVER, "refused")]].concat());
}

#[test]
fn at_data() {
    let deferred = [LATER, ODD, Act::Silence, Act::Drop].map(|act| (act, "deferred"));
    strike(Verb::Data, &[&deferred[..], &[(NEVER, "refused")]].concat());
}

#[test]
fn after_the_dot() {
    let unknown = [ODD, Act::Silence, Act::Drop, Act::TakeAndDrop].map(|act| (act, "unknown"));
    strike(Verb::Body, &[&unknown[..], &[(LATER, "deferred"), (NEVER, "refused")]].concat());
}

#[test]
fn odd_good_replies_before_the_mail_itself_are_good() {
    for verb in [Verb::Ehlo, Verb::Mail, Verb::Rcpt] {
        let (_register, world) = ready();
        world.smtp.fault(verb, None, ODD, usize::MAX);
        world.run(&["run", "deliver"]).fine();
        assert!(
            states(&world).iter().all(|(_, state)| state == "accepted"),
            "{verb:?}: {:?}",
            states(&world)
        );
        assert_eq!(world.repeats(), 0);
    }
}

#[test]
fn nobody_listens_at_the_port() {
    let (_register, world) = ready();
    let config = world.dir.path().join("carewarden.toml");
    let text = std::fs::read_to_string(&config).expect("readable");
    let port = format!("port = {}", world.smtp.addr.port());
    std::fs::write(&config, text.replace(&port, "port = 1")).expect("written");
    let ran = world.run(&["run", "deliver"]).fine();
    assert!(ran.stderr.contains("the relay could not be used, mail waits"), "{ran:#?}");
    assert!(states(&world).iter().all(|(_, state)| state == "deferred"));
    std::fs::write(&config, text).expect("written");
    world.run(&["run", "deliver", "--now"]).fine();
    assert!(states(&world).iter().all(|(_, state)| state == "accepted"));
    assert_eq!(world.repeats(), 0);
}

//! Each fault at each verb: what it makes of the mail it strikes, that it strikes no other, and
//! that once it is lifted the mail arrives as it was queued.

use carewarden::config::Tls;
use carewarden::store::outbox::{self, MailState, Mode};
use secrecy::SecretString;

use super::Bench;
use crate::world::smtp::{Act, Manners, Verb};

const ODD: Act = Act::Reply("252 2.0.0 odd");
const LATER: Act = Act::Reply("451 4.3.0 later");
const NEVER: Act = Act::Reply("550-5.7.1 never\r\n550 5.7.1 for sure");
const CLOSING: Act = Act::Reply("421 4.3.2 closing");

fn bench(verb: Verb) -> Bench {
    let login = (verb == Verb::Auth).then_some(("carewarden", "secret"));
    let starttls = verb == Verb::Starttls;
    let mut bench = Bench::with(Manners { login, starttls, ..Manners::default() });
    bench.smtp().login = login.map(|(user, password)| (user.to_owned(), SecretString::from(password)));
    if starttls {
        bench.smtp().tls = Tls::StartTls;
        bench.trust();
    }
    bench
}

/// Strikes the first of three mails and follows all three to their end.
fn strike(verb: Verb, act: Act, expected: MailState) {
    let case = format!("{verb:?} {act:?}");
    let mut bench = bench(verb);
    let ids = bench.queue(&["struck", "second", "third"]);
    let known = matches!(verb, Verb::Rcpt | Verb::Data | Verb::Body);
    bench.server.fault(verb, known.then_some("struck@example.gov.uk"), act, 1);
    if matches!(act, Act::Silence) {
        bench.smtp().timeout = super::PATIENCE_WITH_SILENCE;
    }
    bench.deliver(0, Mode::Due);
    bench.smtp().timeout = super::PATIENCE;

    assert_eq!(bench.state(ids[0]), expected, "{case}: {:?}", bench.row(ids[0]));
    let all_struck = matches!(verb, Verb::Connect | Verb::Ehlo | Verb::Starttls | Verb::Auth);
    let others = if all_struck { expected } else { MailState::Accepted };
    assert_eq!([bench.state(ids[1]), bench.state(ids[2])], [others; 2], "{case}: {:?}", bench.rows());

    bench.server.lift();
    if expected == MailState::Refused {
        assert_eq!(bench.deliver(0, Mode::Now).accepted, 0, "{case}: a dead letter stays one");
        let at = super::START.parse().expect("an instant");
        bench.store.write(at, |tx| outbox::retry(tx, ids[0], at)).expect("sent back");
    }
    bench.deliver(0, Mode::Now);
    let may_repeat = expected == MailState::Unknown;
    for id in ids {
        assert_eq!(bench.state(id), MailState::Accepted, "{case}: {:?}", bench.row(id));
        let copies = bench.copies(id);
        assert!(copies == 1 || (may_repeat && copies == 2), "{case}: {copies} copies");
    }
}

#[test]
fn at_the_greeting() {
    for act in [LATER, NEVER, CLOSING, Act::Silence, Act::Drop] {
        strike(Verb::Connect, act, MailState::Deferred);
    }
    strike(Verb::Connect, Act::Trickle, MailState::Accepted);
}

#[test]
fn at_ehlo() {
    for act in [LATER, NEVER, CLOSING, Act::Silence, Act::Drop] {
        strike(Verb::Ehlo, act, MailState::Deferred);
    }
    strike(Verb::Ehlo, Act::Trickle, MailState::Accepted);
}

#[test]
fn at_starttls() {
    for act in [LATER, NEVER, CLOSING, Act::Silence, Act::Drop] {
        strike(Verb::Starttls, act, MailState::Deferred);
    }
}

#[test]
fn at_auth() {
    for act in [LATER, NEVER, CLOSING, Act::Silence, Act::Drop, Act::Reply("535 5.7.8 no")] {
        strike(Verb::Auth, act, MailState::Deferred);
    }
}

#[test]
fn at_mail() {
    for act in [LATER, NEVER, CLOSING, Act::Silence, Act::Drop] {
        strike(Verb::Mail, act, MailState::Deferred);
    }
    for act in [ODD, Act::Trickle] {
        strike(Verb::Mail, act, MailState::Accepted);
    }
}

#[test]
fn at_rcpt() {
    for act in [LATER, CLOSING, Act::Silence, Act::Drop] {
        strike(Verb::Rcpt, act, MailState::Deferred);
    }
    strike(Verb::Rcpt, NEVER, MailState::Refused);
    for act in [ODD, Act::Trickle] {
        strike(Verb::Rcpt, act, MailState::Accepted);
    }
}

#[test]
fn at_data() {
    for act in [LATER, CLOSING, ODD, Act::Silence, Act::Drop] {
        strike(Verb::Data, act, MailState::Deferred);
    }
    strike(Verb::Data, NEVER, MailState::Refused);
    strike(Verb::Data, Act::Trickle, MailState::Accepted);
}

#[test]
fn after_the_dot() {
    for act in [LATER, CLOSING] {
        strike(Verb::Body, act, MailState::Deferred);
    }
    strike(Verb::Body, NEVER, MailState::Refused);
    for act in [ODD, Act::Reply("251 odd"), Act::Reply("354 odd"), Act::Silence, Act::Drop, Act::TakeAndDrop]
    {
        strike(Verb::Body, act, MailState::Unknown);
    }
    strike(Verb::Body, Act::Trickle, MailState::Accepted);
}

#[test]
fn what_was_heard_is_kept() {
    let mut bench = Bench::new();
    let ids = bench.queue(&["first", "second", "third"]);
    bench.server.fault(Verb::Rcpt, Some("first@example.gov.uk"), NEVER, 1);
    bench.server.fault(Verb::Body, Some("second@example.gov.uk"), Act::Drop, 1);
    let done = bench.deliver(0, Mode::Due);
    let replies: Vec<String> = ids.iter().map(|id| bench.row(*id).last_reply.unwrap_or_default()).collect();
    assert_eq!(
        replies,
        [
            "550 5.7.1 never for sure",
            "the end of the mail: the connection was closed",
            "250 2.0.0 Ok: queued",
        ]
    );
    assert_eq!((done.accepted, done.refused, done.unknown, done.deferred), (1, 1, 1, 0));
    assert_eq!(done.dead_letters.len(), 1);
    assert_eq!(done.dead_letters[0].id, ids[0]);
    assert_eq!(done.dead_letters[0].reply, "550 5.7.1 never for sure");
}

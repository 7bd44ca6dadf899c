//! One connection a run, never used again once it has been silent or odd.

use std::time::Duration;

use carewarden::store::outbox::{MailState, Mode};

use super::Bench;
use crate::world::smtp::{Act, Verb};

#[test]
fn a_batch_takes_one_connection() {
    let mut bench = Bench::new();
    let ids = bench.queue(&["a", "b", "c"]);
    bench.server.fault(Verb::Rcpt, Some("b@example.gov.uk"), Act::Reply("550 5.1.1 unknown"), 1);
    let done = bench.deliver(0, Mode::Due);
    assert_eq!((done.accepted, done.refused), (2, 1));
    assert_eq!(bench.server.connections(), 1);
    assert_eq!(bench.state(ids[1]), MailState::Refused);
    assert!(bench.server.dialogue().contains(&"RSET".to_owned()));
    assert_eq!(bench.server.dialogue().last().map(String::as_str), Some("QUIT"));
}

#[test]
fn a_late_refusal_is_not_taken_for_the_next_mails() {
    let mut bench = Bench::new();
    bench.smtp().timeout = Duration::from_millis(60);
    let ids = bench.queue(&["late", "good"]);
    let late = Act::Late("550 5.1.1 unknown", Duration::from_millis(90));
    bench.server.fault(Verb::Rcpt, Some("late@example.gov.uk"), late, 1);
    let done = bench.deliver(0, Mode::Due);
    assert_eq!((done.refused, done.unknown), (0, 0), "{:?}", bench.rows());
    assert_eq!(bench.state(ids[0]), MailState::Deferred);
    assert_eq!(bench.row(ids[0]).last_reply.as_deref(), Some("RCPT: no answer within 60ms"));
    assert!(bench.server.connections() >= 2, "the silent connection was used again");
    bench.deliver(0, Mode::Now);
    assert_eq!((bench.copies(ids[0]), bench.copies(ids[1])), (1, 1));
}

#[test]
fn a_reply_more_than_asked_ends_the_connection() {
    let mut bench = Bench::new();
    let ids = bench.queue(&["first", "second"]);
    bench.server.fault(Verb::Mail, None, Act::Reply("250 ok\r\n250 too much"), 1);
    bench.deliver(0, Mode::Due);
    assert_eq!(bench.state(ids[0]), MailState::Deferred);
    assert_eq!(
        bench.row(ids[0]).last_reply.as_deref(),
        Some("MAIL: the server answered more than it was asked")
    );
    assert_eq!(bench.state(ids[1]), MailState::Accepted);
}

#[test]
fn a_relay_that_is_down_is_asked_once() {
    let mut bench = Bench::new();
    let ids = bench.queue(&["a", "b", "c", "d"]);
    bench.server.fault(Verb::Connect, None, Act::Reply("554 5.3.2 not today"), usize::MAX);
    let done = bench.deliver(0, Mode::Due);
    assert_eq!((done.deferred, bench.server.connections()), (4, 1));
    assert!(done.relay_fault.expect("said").contains("554 5.3.2 not today"));
    for id in ids {
        assert_eq!(bench.row(id).last_reply.as_deref(), Some("554 5.3.2 not today"));
        assert_eq!(bench.row(id).attempts, 1);
    }
}

#[test]
fn nothing_listens() {
    let mut bench = Bench::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("bound");
    bench.smtp().port = free.port();
    let ids = bench.queue(&["a"]);
    let done = bench.deliver(0, Mode::Due);
    assert_eq!(done.deferred, 1);
    let reply = bench.row(ids[0]).last_reply.expect("said");
    assert!(reply.starts_with("connecting: ") && reply.contains("refused"), "{reply}");
}

#[test]
fn three_broken_connections_end_the_run_and_those_mails_go_last() {
    let mut bench = Bench::new();
    let ids = bench.queue(&["poison1", "poison2", "poison3", "good1", "good2"]);
    for poison in ["poison1", "poison2", "poison3"] {
        let address = format!("{poison}@example.gov.uk");
        bench.server.fault(Verb::Rcpt, Some(&address), Act::Drop, usize::MAX);
    }
    let done = bench.deliver(0, Mode::Due);
    assert_eq!((done.deferred, done.accepted), (5, 0));
    assert!(bench.row(ids[4]).last_reply.expect("said").contains("3 connections broke one after the other"));
    let done = bench.deliver(61, Mode::Due);
    assert_eq!((done.deferred, done.accepted), (3, 2), "{:?}", bench.rows());
}

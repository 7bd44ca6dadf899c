//! The life of a mail in the store: waiting, given up, sent back, dropped, looked back at.

use carewarden::config::Transport;
use carewarden::store::outbox::{self, Filter, MailState, Mode};
use jiff::{SignedDuration, Timestamp};

use super::{Bench, START};
use crate::world::smtp::{Act, Verb};

const DAY_S: i64 = 86_400;

fn at(after_s: i64) -> Timestamp {
    START.parse::<Timestamp>().expect("an instant") + SignedDuration::from_secs(after_s)
}

/// Delivers at each next time until the mail settles; returns the waits in seconds.
fn follow(bench: &mut Bench, id: i64, from_s: i64) -> Vec<i64> {
    let (mut now_s, mut waits) = (from_s, Vec::new());
    for _ in 0..200 {
        bench.deliver(now_s, Mode::Due);
        let Some(next) = bench.row(id).next_at else { break };
        assert_eq!(bench.deliver(now_s + 1, Mode::Due).deferred, 0, "it was tried before its time");
        // The job's clock goes on while it works: a wait is a little over the round figure.
        let wait_s = next.duration_since(at(now_s)).as_secs();
        waits.push(wait_s);
        now_s += wait_s + 1;
    }
    waits
}

#[test]
fn waits_double_until_it_is_given_up() {
    let mut bench = Bench::new();
    bench.mail.give_up_after = std::time::Duration::from_secs(4 * 3600);
    let id = bench.queue(&["a"])[0];
    bench.server.fault(Verb::Rcpt, None, Act::Reply("451 4.3.0 later"), usize::MAX);
    // Queued a day before the first try: that day must not count.
    let waits = follow(&mut bench, id, DAY_S);
    assert_eq!(waits[..7], [60, 120, 240, 480, 960, 1920, 3600]);
    let row = bench.row(id);
    assert_eq!(row.state, MailState::Refused);
    assert_eq!(row.attempts, 1 + i64::try_from(waits.len()).expect("few"));
    let reply = row.last_reply.expect("said");
    assert!(reply.starts_with("given up after ") && reply.ends_with("451 4.3.0 later"), "{reply}");
}

#[test]
fn a_dead_letter_sent_back_has_all_its_tries_again() {
    let mut bench = Bench::new();
    bench.mail.give_up_after = std::time::Duration::from_secs(60);
    let id = bench.queue(&["a"])[0];
    bench.server.fault(Verb::Rcpt, None, Act::Reply("451 4.3.0 later"), usize::MAX);
    bench.deliver(0, Mode::Due);
    bench.deliver(120, Mode::Due);
    assert_eq!(bench.state(id), MailState::Refused);
    bench.store.write(at(DAY_S), |tx| outbox::retry(tx, id, at(DAY_S))).expect("sent back");
    assert_eq!(bench.state(id), MailState::Queued);
    bench.deliver(DAY_S + 1, Mode::Due);
    assert_eq!((bench.state(id), bench.row(id).attempts), (MailState::Deferred, 3));
    let again = bench.store.write(at(DAY_S), |tx| outbox::retry(tx, id, at(DAY_S)));
    assert!(again.expect_err("it waits already").to_string().contains("mail 1 is deferred"));
}

#[test]
fn dropping_leaves_a_name_and_a_reason() {
    let mut bench = Bench::new();
    let id = bench.queue(&["a"])[0];
    let drop_it = |bench: &mut Bench, id| {
        bench.store.write(at(5), |tx| outbox::drop_mail(tx, id, "J. Smith", "address retired", at(5)))
    };
    drop_it(&mut bench, id).expect("dropped");
    assert_eq!(bench.deliver(10, Mode::Now).accepted, 0);
    assert_eq!(bench.row(id).last_reply.as_deref(), Some("dropped by J. Smith: address retired"));
    let decision: (String, String, i64) = bench
        .store
        .sql()
        .query_row("SELECT by, reason, outbox FROM decisions", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .expect("one decision");
    assert_eq!(decision, ("J. Smith".to_owned(), "address retired".to_owned(), id));
    assert!(drop_it(&mut bench, id).is_err());
    assert!(drop_it(&mut bench, 99).expect_err("none").to_string().contains("no mail 99"));
}

#[test]
fn a_mail_found_mid_send_goes_again_the_same() {
    let mut bench = Bench::new();
    let id = bench.queue(&["a"])[0];
    bench.store.write(at(1), |tx| outbox::start(tx, id, 1, at(1))).expect("begun");
    assert_eq!(bench.state(id), MailState::Sending);
    assert_eq!(bench.deliver(2, Mode::Due).accepted, 1);
    assert_eq!((bench.row(id).attempts, bench.copies(id)), (2, 1));
}

#[test]
fn an_unknown_waits_its_time_and_repeats_the_same_bytes() {
    let mut bench = Bench::new();
    let id = bench.queue(&["a"])[0];
    bench.server.fault(Verb::Body, None, Act::TakeAndDrop, 1);
    assert_eq!(bench.deliver(0, Mode::Due).unknown, 1);
    assert_eq!(bench.deliver(30, Mode::Due).accepted, 0);
    assert_eq!(bench.deliver(61, Mode::Due).accepted, 1);
    assert_eq!(bench.copies(id), 2);
}

#[test]
fn a_next_time_from_a_wrong_clock_is_not_waited_for() {
    let mut bench = Bench::new();
    bench.queue(&["a"]);
    bench.server.fault(Verb::Mail, None, Act::Reply("451 4.3.0 later"), 1);
    bench.deliver(365 * DAY_S, Mode::Due);
    assert_eq!(bench.deliver(100, Mode::Due).accepted, 1);
}

#[test]
fn a_bad_address_is_a_dead_letter_and_disturbs_nobody() {
    let mut bench = Bench::new();
    let good = bench.queue(&["a"])[0];
    let bytes = bench.bytes(good);
    let bad = bench
        .store
        .write(at(0), |tx| {
            outbox::append(
                tx,
                &outbox::NewMail {
                    run: None,
                    alert: "CW-0001",
                    kind: carewarden::alerts::Kind::Alert,
                    recipient: "bad",
                    address: "x@y\r\nRCPT TO:<thief@example.com>",
                    envelope_from: "bounce@example.gov.uk",
                    severity: carewarden::domain::Severity::Watch,
                    why: carewarden::alerts::Why::First,
                    subject: "s",
                    message_id: "<1@x>",
                    queued_at: at(0),
                    bytes: &bytes,
                    content: "{}",
                },
            )
        })
        .expect("queued");
    bench.deliver(0, Mode::Due);
    assert_eq!((bench.state(good), bench.state(bad)), (MailState::Accepted, MailState::Refused));
    assert!(!bench.server.dialogue().join("\n").contains("thief"));
}

#[test]
fn the_outbox_as_it_stood() {
    let mut bench = Bench::new();
    let id = bench.queue(&["a"])[0];
    bench.server.fault(Verb::Rcpt, None, Act::Reply("451 4.3.0 later"), 1);
    bench.deliver(10, Mode::Due);
    bench.deliver(100, Mode::Due);
    let state =
        |as_of| outbox::one(bench.store.sql(), id, Some(as_of)).expect("readable").map(|row| row.state);
    assert_eq!(state(at(-1)), None);
    assert_eq!(state(at(5)), Some(MailState::Queued));
    assert_eq!(state(at(50)), Some(MailState::Deferred));
    assert_eq!(state(at(200)), Some(MailState::Accepted));
    let filter = Filter { states: vec![MailState::Deferred], as_of: Some(at(50)), ..Filter::default() };
    assert_eq!(outbox::list(bench.store.sql(), &filter).expect("readable").len(), 1);
    let health = outbox::health(bench.store.sql(), at(50)).expect("readable");
    assert_eq!((health.waiting, health.due_since, health.last_accepted_at), (1, None, None));
    let health = outbox::health(bench.store.sql(), at(5)).expect("readable");
    assert_eq!(health.due_since, Some(at(0)));
}

#[test]
fn the_list_for_machines() {
    let mut bench = Bench::new();
    bench.queue(&["lead", "deputy", "team"]);
    bench.server.fault(Verb::Rcpt, Some("deputy@example.gov.uk"), Act::Reply("550 5.1.1 unknown"), 1);
    bench.server.fault(Verb::Rcpt, Some("team@example.gov.uk"), Act::Reply("451 4.3.0 later"), 1);
    bench.deliver(0, Mode::Due);
    bench.queue(&["night"]);
    let json = serde_json::to_string_pretty(&bench.rows()).expect("JSON");
    insta::with_settings!({filters => vec![(r"06:0(\d):0\d\.\d+Z", "06:0$1:00Z")]}, {
        insta::assert_snapshot!(json);
    });
}

#[test]
fn runs_are_written_down() {
    let mut bench = Bench::new();
    bench.queue(&["a", "b"]);
    bench.server.fault(Verb::Connect, None, Act::Drop, 1);
    bench.deliver(0, Mode::Due);
    bench.deliver(61, Mode::Due);
    bench.deliver(62, Mode::Due);
    let mut statement = bench
        .store
        .sql()
        .prepare(
            "SELECT job, outcome, mails_accepted FROM runs JOIN run_ends ON run = runs.seq ORDER BY runs.seq",
        )
        .expect("SQL");
    let runs: Vec<(String, String, i64)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("rows");
    let outcomes: Vec<_> = runs.iter().map(|(_, outcome, accepted)| (outcome.as_str(), *accepted)).collect();
    assert_eq!(outcomes, [("failed", 0), ("ok", 2), ("ok", 0)]);
}

#[test]
fn mails_as_files() {
    let mut bench = Bench::new();
    let dir = bench.dir.path().join("mails");
    bench.mail.transport = Transport::Directory { dir: dir.clone() };
    let ids = bench.queue(&["lead", "../night"]);
    assert_eq!(bench.deliver(0, Mode::Due).accepted, 2, "{:?}", bench.rows());
    let mut names: Vec<String> = std::fs::read_dir(&dir)
        .expect("made")
        .map(|entry| entry.expect("readable").file_name().into_string().expect("plain"))
        .collect();
    names.sort();
    assert_eq!(names, ["000001-CW-0142-lead.eml", "000002-CW-0142-___night.eml"]);
    assert_eq!(std::fs::read(dir.join(&names[0])).expect("readable"), bench.bytes(ids[0]));
}

#[test]
fn a_folder_that_cannot_be_written_defers() {
    let mut bench = Bench::new();
    let file = bench.dir.path().join("file");
    std::fs::write(&file, "").expect("written");
    bench.mail.transport = Transport::Directory { dir: file };
    bench.queue(&["a", "b"]);
    assert_eq!(bench.deliver(0, Mode::Due).deferred, 2);
}

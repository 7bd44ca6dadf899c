//! Each condition of the contract makes one complaint, at its limit and not before.

use carewarden::status::{Check, Complaint, Facts, complaints, is_healthy, words};
use jiff::tz::TimeZone;

use super::{ago, well};

/// The codes of the complaints, and whether `status` would exit 0.
fn judged(change: impl FnOnce(&mut Facts)) -> (Vec<&'static str>, bool) {
    let mut facts = well();
    change(&mut facts);
    let complaints = complaints(&facts);
    (complaints.iter().map(Complaint::code).collect(), is_healthy(&complaints))
}

fn failed(facts: &mut Facts, why: &str) -> Option<Check> {
    Some(Check { at: facts.now, passed: false, detail: Some(why.into()) })
}

#[test]
fn what_is_well_is_not_complained_of() {
    assert_eq!(judged(|_| ()), (vec![], true));
    // Nothing was done yet: there is nothing to complain of either.
    let fresh = judged(|facts| {
        facts.sources[0].since = None;
        facts.sources[0].good_at = None;
        (facts.integrity, facts.backup, facts.heartbeat) = (None, None, None);
    });
    assert_eq!(fresh, (vec![], true));
}

#[test]
fn a_source_that_failed_or_is_older_than_twice_its_schedule_is_unhealthy() {
    assert_eq!(judged(|facts| facts.sources[0].failed_in_a_row = 1), (vec!["source_failed"], false));
    let old = |minutes| judged(move |facts| facts.sources[0].since = Some(ago(minutes)));
    assert_eq!(old(2 * 24 * 60), (vec![], true));
    assert_eq!(old(2 * 24 * 60 + 1), (vec!["source_stale"], false));
    let both = judged(|facts| {
        facts.sources[0].failed_in_a_row = 3;
        facts.sources[0].since = Some(ago(100_000));
    });
    assert_eq!(both, (vec!["source_failed", "source_stale"], false));
}

#[test]
fn a_dead_letter_and_a_mail_that_waits_over_an_hour_are_unhealthy() {
    assert_eq!(judged(|facts| facts.mail.dead_letters = vec![7]), (vec!["dead_letters"], false));
    let waits = |minutes| judged(move |facts| facts.mail.waiting_since = Some(ago(minutes)));
    assert_eq!(waits(60), (vec![], true));
    assert_eq!(waits(61), (vec!["mail_waits"], false));
}

#[test]
fn a_failed_check_of_file_or_log_is_unhealthy() {
    let file = judged(|facts| facts.integrity = failed(facts, "page 3 is never used"));
    assert_eq!(file, (vec!["integrity_failed"], false));
    let log = judged(|facts| facts.audit = failed(facts, "leaf 12 differs"));
    assert_eq!(log, (vec!["audit_failed"], false));
}

/// The contract's list is closed: these are said, and the program is not called unhealthy for them.
#[test]
fn a_backup_that_failed_and_a_silent_monitor_are_warnings() {
    let backup =
        judged(|facts| facts.backup.as_mut().expect("wanted").fault = Some("no backup could be made".into()));
    assert_eq!(backup, (vec!["backup_failed"], true));
    let monitor = judged(|facts| facts.heartbeat.as_mut().expect("named").silent_since = Some(ago(60 * 24)));
    assert_eq!(monitor, (vec!["monitor_silent"], true));
}

#[test]
fn every_complaint_says_what_is_wrong_and_what_to_do() {
    let mut facts = well();
    facts.sources[0].failed_in_a_row = 2;
    facts.sources[0].last_error = Some("503 from the server.".into());
    facts.sources[0].since = Some(ago(100_000));
    facts.mail.dead_letters = (1..=12).collect();
    facts.mail.waiting_since = Some(ago(600));
    facts.mail.last_trouble = Some("connecting: refused".into());
    facts.integrity = failed(&mut facts, "page 3 is never used");
    facts.audit = failed(&mut facts, "leaf 12 differs");
    facts.backup.as_mut().expect("wanted").fault = Some("no backup could be made: disk full".into());
    facts.heartbeat.as_mut().expect("named").silent_since = Some(ago(60 * 24));
    let zone = TimeZone::get("Europe/London").expect("known");
    let complaints = complaints(&facts);
    let lines: Vec<String> = complaints
        .iter()
        .map(|complaint| format!("{}\n  next: {}", complaint.in_words(&zone), complaint.next_step()))
        .collect();
    insta::assert_snapshot!("complaints", lines.join("\n"));
    assert_eq!(complaints.len(), Complaint::CODES.len(), "each is met once");
    let shown: Vec<String> =
        words(&facts, &zone).iter().map(|(label, said)| format!("{label:13} {said}")).collect();
    insta::assert_snapshot!("words", shown.join("\n"));
}

//! Lists as people and scripts get them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::told;
use crate::cycle::A;
use crate::world::{Setup, World};

/// Times, hashes and paths differ from run to run.
fn redacted() -> insta::internals::SettingsBindDropGuard {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT");
    settings.add_filter(r"sha256 [0-9a-f]{12}", "sha256 [hash]");
    settings.add_filter(r"version [0-9a-f]{12}", "version [hash]");
    settings.add_filter(
        r"(Sun|Mon|Tue|Wed|Thu|Fri|Sat) \d+ [A-Z][a-z]{2} 20(2[6-9]|[3-9]\d) \d\d:\d\d",
        "[real time]",
    );
    settings.bind_to_scope()
}

#[test]
fn tables_are_plain_words_in_columns() {
    let mut world = told();
    let _redacted = redacted();
    for args in [
        &["flags"][..],
        &["flags", "--severity", "contingency"],
        &["providers"],
        &["providers", "--poor"],
        &["outbox"],
        &["outbox", "--recipient", "lead"],
        &["runs"],
        &["runs", "--job", "assess"],
        &["explain", "CW-0002"],
    ] {
        let ran = world.run(args).exits(0);
        // How wide a column is depends on the day on which the test is run.
        let shown = if args[0] == "runs" { narrow(&ran.out) } else { ran.out.clone() };
        assert!(!ran.out.contains('\u{1b}'), "no colour in a pipe");
        assert_eq!(ran.err, "", "{args:?}");
        insta::assert_snapshot!(format!("table_{}", args.join("_").replace("--", "")), shown);
    }
}

/// Columns two blanks apart.
fn narrow(table: &str) -> String {
    let line = |line: &str| {
        line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join("  ")
    };
    table.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_report_of_a_run_is_plain_words() {
    let mut world = World::new(&Setup::default(), crate::cycle::three());
    insta::assert_snapshot!(world.today().exits(0).out);
}

/// The keys of every item of a list.
fn keys(list: &Value) -> BTreeSet<String> {
    list.as_array()
        .expect("a list")
        .iter()
        .flat_map(|item| item.as_object().expect("an object").keys().cloned())
        .collect()
}

fn expected(words: &str) -> BTreeSet<String> {
    words.split_whitespace().map(str::to_owned).collect()
}

fn holds_no_null(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => items.iter().all(holds_no_null),
        Value::Object(fields) => fields.values().all(holds_no_null),
        _ => true,
    }
}

#[test]
fn json_has_the_keys_of_the_contract_and_no_null() {
    let mut world = told();
    world.publish(crate::world::records::home_care(A, crate::cycle::OF_A));
    world.tomorrow().exits(0);
    let flags = world.json(&["flags", "--all"]);
    let shape = "id rule rule_version severity state subject opened_at changed_at cleared_at reason evidence";
    assert_eq!(keys(&flags), expected(shape));
    let evidence: BTreeSet<String> =
        flags.as_array().expect("a list").iter().flat_map(|flag| keys(&flag["evidence"])).collect();
    assert_eq!(evidence, expected("fact old old_effective new effective observed_at document row"));
    assert_eq!(keys(&Value::Array(vec![flags[0]["subject"].clone()])), expected("kind id name"));
    let outbox = world.json(&["outbox"]);
    let shape = "id alert recipient severity reason state message_id subject attempts queued_at accepted_at last_reply";
    assert_eq!(keys(&outbox), expected(shape));
    let runs = world.json(&["runs"]);
    let shape = "id job started_at ended_at outcome documents facts rejects flags_opened flags_cleared mails_queued mails_accepted";
    assert_eq!(keys(&runs), expected(shape));
    let explained = world.json(&["explain", "CW-0001"]);
    for list in [&flags, &outbox, &runs, &explained, &world.json(&["providers"])] {
        assert!(holds_no_null(list), "{list:#}");
    }
}

#[test]
fn instants_in_json_are_rfc_3339() {
    let mut world = told();
    for (args, fields) in [
        (["flags"], &["opened_at", "changed_at"][..]),
        (["outbox"], &["queued_at", "accepted_at"]),
        (["runs"], &["started_at", "ended_at"]),
    ] {
        for item in world.json(&args).as_array().expect("a list") {
            for field in fields {
                let text = item[field].as_str().unwrap_or_default();
                assert!(
                    text.parse::<jiff::Timestamp>().is_ok() && text.ends_with('Z'),
                    "{args:?} {field}: {text}"
                );
            }
        }
    }
}

#[test]
fn filters_leave_out_the_rest() {
    let mut world = told();
    let mut count = |args: &[&str]| world.json(args).as_array().map(Vec::len);
    assert_eq!(count(&["flags"]), Some(2));
    assert_eq!(count(&["flags", "--severity", "contingency"]), Some(1));
    assert_eq!(count(&["flags", "--rule", "rating-fell"]), Some(1));
    assert_eq!(count(&["flags", "--subject", A]), Some(1));
    assert_eq!(count(&["flags", "--subject", "1-9"]), Some(0));
    assert_eq!(count(&["outbox", "--recipient", "lead"]), Some(1));
    assert_eq!(count(&["outbox", "--state", "accepted"]), Some(3));
    assert_eq!(count(&["outbox", "--state", "refused"]), Some(0));
    assert_eq!(count(&["outbox", "--alert", "CW-0002"]), Some(2));
    assert_eq!(count(&["runs", "--job", "collect"]), Some(2));
    assert_eq!(count(&["runs", "--limit", "1"]), Some(1));
    assert_eq!(count(&["providers", "--poor"]), Some(2));
}

#[test]
fn an_empty_list_says_so_and_is_empty_in_json() {
    let mut world = World::new(&Setup::default(), crate::cycle::three());
    world.today().exits(0);
    for (args, words) in [("flags", "No flags."), ("outbox", "No mails.")] {
        assert_eq!(world.run(&[args]).exits(0).out.trim(), words);
        assert_eq!(world.json(&[args]), serde_json::json!([]));
    }
}

#[test]
fn a_mail_of_the_outbox_is_shown_as_it_was_sent() {
    let mut world = told();
    let shown = world.run(&["outbox", "show", "2"]).exits(0).out;
    let sent = String::from_utf8(world.mails()[1].raw.clone()).expect("mails are ASCII");
    assert_eq!(shown.trim_end(), sent.trim_end());
}

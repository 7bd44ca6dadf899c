//! Names that someone made to do harm: they come out as plain text, wherever they are shown.

use super::{A, OF_A};
use crate::world::records::{home_care, named, provider, rated, with};
use crate::world::{Mail, Setup, World};
use serde_json::json;

const NAMES: [(&str, &str); 12] = [
    ("html", "<script>alert(1)</script><img src=x onerror=alert(2)>"),
    ("entities", "&lt;b&gt; \" onmouseover=\"x' & Sons"),
    ("headers", "Care\r\nBcc: all@example.com\r\n\r\nnot a body"),
    ("nul", "Care\0Home"),
    ("terminal", "\u{1b}[31mCare\u{1b}[0m\u{1b}]0;title\u{7}\u{9b}2J"),
    ("direction", "Care \u{202e}emoH\u{202c} \u{2066}x\u{2069}\u{200f}"),
    ("formula", "=cmd|' /C calc'!A0"),
    ("template", "{{ 7*7 }}{% for x in range(99999999) %}{{ alert }}{% endfor %}"),
    ("encoded word", "=?utf-8?q?=0D=0ABcc:_all@example.com?="),
    ("emoji", "Care 👩‍⚕️ Home ❤️"),
    ("sql", "x'); DROP TABLE facts; --"),
    ("path", "../../../../etc/passwd"),
];

/// Characters that steer a terminal, a header or the direction of text.
fn steers(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\r')
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

fn fallen(name: &str) -> (World, Vec<Mail>) {
    let setup = Setup::default().mail("name_in_subject = true");
    let company = named(provider(OF_A), name);
    let mut world = World::of(&setup, [named(home_care(A, OF_A), name)], [company]);
    world.today().tells(&[]);
    let fall = named(rated(home_care(A, OF_A), "Inadequate", "2025-03-03"), name);
    world.publish(with(fall, "localAuthority", json!("Oldham")));
    let mails = world.tomorrow().exits(0).mails;
    assert_eq!(mails.len(), 2);
    (world, mails)
}

#[test]
fn hostile_names_are_plain_text_in_mails() {
    for (what, name) in NAMES {
        let (_, mails) = fallen(name);
        for mail in mails {
            let raw = String::from_utf8(mail.raw.clone()).expect("mails are ASCII");
            assert!(raw.is_ascii(), "{what}");
            let (head, _) = raw.split_once("\r\n\r\n").expect("head and body");
            for line in head.split("\r\n") {
                let lower = line.to_lowercase();
                assert!(!lower.starts_with("bcc:") && !lower.starts_with("cc:"), "{what}: {line}");
                assert!(line.len() <= 998 && !line.contains(['\r', '\n', '\0']), "{what}: {line}");
            }
            assert_eq!(head.matches("\r\nTo: ").count(), 1, "{what}");
            for part in [&mail.text, &mail.html, &mail.subject] {
                assert_eq!(part.chars().find(|c| steers(*c)), None, "{what}: {part}");
            }
            let html = mail.html.to_lowercase();
            assert!(!html.contains("<script") && !html.contains("<img"), "{what}: {html}");
            assert!(!html.contains("onmouseover=\""), "{what}: {html}");
            assert!(!mail.text.contains("49") || !name.contains("7*7"), "{what}: a template ran");
        }
    }
}

#[test]
fn hostile_names_are_plain_text_in_tables_and_json() {
    for (what, name) in NAMES {
        let (mut world, _) = fallen(name);
        for args in [&["flags"][..], &["providers"], &["explain", "CW-0001"], &["outbox"], &["runs"]] {
            let table = world.run(args).exits(0);
            assert_eq!(table.out.chars().find(|c| steers(*c)), None, "{what} {args:?}: {}", table.out);
            let json = world.run(&[args, &["--json"]].concat()).exits(0).out;
            let value: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
            assert_eq!(json.chars().find(|c| steers(*c)), None, "{what} {args:?}");
            assert!(!format!("{value:?}").contains("\\u{1b}"), "{what} {args:?}");
        }
        let lines = world.run(&["flags"]).out.lines().count();
        assert_eq!(lines, 2, "{what}: a name makes no line");
        assert_eq!(world.sql("SELECT count(*) > 0 FROM facts"), ["1"], "{what}");
    }
}

#[test]
fn a_name_of_ten_thousand_characters_is_cut_everywhere() {
    let long = "ÄCare ".repeat(1_700);
    let (mut world, mails) = fallen(&long);
    for mail in mails {
        assert!(mail.raw.len() < 40_000, "{} bytes", mail.raw.len());
        assert!(mail.subject.chars().count() <= 250, "{}", mail.subject);
        assert!(mail.text.contains('…'));
    }
    let names = world.sql("SELECT max(length(value)) FROM facts WHERE attribute = 'name'");
    assert_eq!(names, ["200"]);
    assert!(world.run(&["providers"]).out.lines().all(|line| line.chars().count() < 1_000));
}

#[test]
fn an_empty_name_shows_the_id() {
    let (mut world, mails) = fallen(" ");
    assert!(mails[0].text.contains(A));
    assert_eq!(world.json(&["flags"])[0]["subject"]["name"], A);
}

#[test]
fn what_an_officer_types_is_plain_text_too() {
    let (mut world, _) = fallen("Care");
    let reason = "seen \u{1b}[31m\r\nBcc: x@example.com";
    world.run(&["ack", "CW-0001", "--by", "A.\u{202e} Officer", "--reason", reason]).exits(0);
    let explained = world.run(&["explain", "CW-0001"]).exits(0).out;
    assert_eq!(explained.chars().find(|c| steers(*c)), None, "{explained}");
}

#[test]
fn hostile_words_of_a_server_are_plain_text() {
    use crate::world::regulator::Fault;
    let (mut world, _) = fallen("Care");
    let body = json!({"statusCode": 400, "message": "\u{1b}[31mno\r\nBcc: x\u{202e}"}).to_string();
    world.front.fail("/", Fault::Reply(400, "content-type: application/json\r\n".into(), body.into_bytes()));
    let ran = world.tomorrow().exits(1);
    for shown in [&ran.err, &ran.out, &ran.mails[0].text, &world.run(&["runs"]).out] {
        assert_eq!(shown.chars().find(|c| steers(*c)), None, "{shown}");
    }
}

//! Bytes that a reader takes apart again as they were meant.

use mail_parser::{MessageParser, MimeHeaders};
use proptest::prelude::*;

use super::*;

fn date() -> Zoned {
    "2025-07-04T06:05:00+01:00[Europe/London]".parse().expect("a civil time in London")
}

fn sample<'a>(date: &'a Zoned, ids: &'a [String]) -> Outgoing<'a> {
    Outgoing {
        from: "Carewarden <carewarden@example.gov.uk>",
        to_name: Some("Contingency lead"),
        to_address: "lead@example.gov.uk",
        reply_to: Some("contracts@example.gov.uk"),
        subject: "[Oldham CW-0142] Contingency: rating fell to Inadequate",
        message_id: "<0123456789abcdef0123456789abcdef@example.gov.uk>",
        in_reply_to: Some("<first@example.gov.uk>"),
        date,
        council: "Oldham Council",
        kind: Kind::Alert,
        why: Why::Worse,
        severity: Severity::Contingency,
        flags: ids,
        rules: ids,
        subjects: ids,
        text: "Brightside – Good → Inadequate\n.\nFrom here = on\n",
        html: "<p lang=\"en-GB\">Brightside – Good → Inadequate</p>\n",
        pictures: &[],
    }
}

#[test]
fn a_mail_reads_as_it_was_meant() {
    let (date, ids) = (date(), ["CW-0142".to_owned(), "CW-0143".to_owned(), "CW-0142".to_owned()]);
    let bytes = compose(&sample(&date, &ids)).expect("composes");
    insta::assert_snapshot!(String::from_utf8(bytes.clone()).expect("ASCII").replace("\r\n", "\n"));
    let parsed = MessageParser::default().parse(&bytes).expect("parses");
    assert_eq!(
        parsed.body_text(0).expect("text").replace("\r\n", "\n").trim_end(),
        sample(&date, &ids).text.trim_end()
    );
    assert!(parsed.body_html(0).expect("html").contains("Good → Inadequate"));
    assert_eq!(parsed.content_type().and_then(|kind| kind.subtype()), Some("alternative"));
    assert_eq!(parsed.date().expect("date").to_rfc3339(), "2025-07-04T06:05:00+01:00");
}

#[test]
fn the_same_mail_gives_the_same_bytes() {
    let (date, ids) = (date(), ["CW-0001".to_owned()]);
    assert_eq!(
        compose(&sample(&date, &ids)).expect("composes"),
        compose(&sample(&date, &ids)).expect("composes")
    );
}

#[test]
fn message_ids_do_not_run_together() {
    let one = message_id("Oldham", "CW-1", "2", "lead", "example.gov.uk");
    assert_eq!(one.len(), "<>@example.gov.uk".len() + 32);
    assert_eq!(one, message_id("Oldham", "CW-1", "2", "lead", "example.gov.uk"));
    assert_ne!(one, message_id("Oldham", "CW-12", "", "lead", "example.gov.uk"));
    assert_ne!(one, message_id("OldhamCW", "-1", "2", "lead", "example.gov.uk"));
}

#[test]
fn a_bad_address_is_named() {
    let date = date();
    let fault = compose(&Outgoing { to_address: "lead@\r\nBcc: x@y", ..sample(&date, &[]) });
    assert!(fault.expect_err("refused").to_string().contains("recipient"));
}

#[test]
fn domains_are_found() {
    assert_eq!(domain_of("Carewarden <c@example.gov.uk>"), "example.gov.uk");
    assert_eq!(domain_of("c@example.gov.uk"), "example.gov.uk");
    assert_eq!(domain_of("nobody"), "");
}

fn picture(number: usize, bytes: usize) -> Picture {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend((0..bytes).map(|place| u8::try_from(place * 7 % 256).expect("below 256")));
    Picture { cid: format!("{number:024}@chart.carewarden"), file: format!("chart-{number}.png"), png }
}

/// The types of all parts in their order, each with how deep it lies.
fn outline(message: &mail_parser::Message<'_>) -> Vec<String> {
    fn walk(message: &mail_parser::Message<'_>, part: u32, depth: usize, lines: &mut Vec<String>) {
        let Some(part) = message.part(part) else { return };
        let kind = part.content_type().expect("every part has its type");
        lines.push(format!("{}{}/{}", "  ".repeat(depth), kind.ctype(), kind.subtype().unwrap_or_default()));
        for one in part.sub_parts().unwrap_or_default() {
            walk(message, *one, depth + 1, lines);
        }
    }
    let mut lines = Vec::new();
    walk(message, 0, 0, &mut lines);
    lines
}

#[test]
fn pictures_lie_beside_the_page_that_shows_them() {
    let (date, ids) = (date(), ["CW-0142".to_owned()]);
    let pictures = [picture(1, 20_000), picture(2, 7)];
    let html =
        pictures.iter().map(|one| format!("<img src=\"cid:{}\" alt=\"\">", one.cid)).collect::<String>();
    let mail = Outgoing { pictures: &pictures, html: &html, ..sample(&date, &ids) };
    let bytes = compose(&mail).expect("composes");
    assert_eq!(bytes, compose(&mail).expect("composes"), "the same mail has the same bytes");
    assert!(bytes.is_ascii());
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let image = lines.iter().position(|line| line.starts_with(b"iVBORw0KGgo")).expect("the first image");
    assert_eq!(lines[image].len(), 76 + "\r".len(), "base64 stands in lines of 76 letters");
    assert!(lines[image..].iter().all(|line| line.len() <= 77));
    let parsed = MessageParser::default().parse(&bytes).expect("parses");
    assert_eq!(
        outline(&parsed),
        [
            "multipart/alternative",
            "  text/plain",
            "  multipart/related",
            "    text/html",
            "    image/png",
            "    image/png"
        ]
    );
    let images: Vec<&mail_parser::MessagePart<'_>> =
        parsed.parts.iter().filter(|part| part.content_id().is_some()).collect();
    for (image, meant) in images.iter().zip(&pictures) {
        assert_eq!(image.contents(), meant.png, "it comes out as it went in");
        assert_eq!(image.content_id(), Some(meant.cid.as_str()));
        assert!(image.content_disposition().is_some_and(|said| said.is_inline()));
        assert!(parsed.body_html(0).expect("html").contains(&format!("cid:{}", meant.cid)));
    }
    assert_eq!(images.len(), 2);
    assert!(parsed.body_text(0).expect("text").contains("Brightside"));
}

#[test]
fn no_boundary_begins_with_another() {
    let outer = boundary("<1@example.gov.uk>");
    let inner = related_boundary(&outer);
    assert!(!inner.starts_with(&outer) && !outer.starts_with(&inner), "{outer} {inner}");
}

#[test]
fn a_picture_s_name_cannot_add_a_header() {
    let date = date();
    let evil = "x\"\r\nBcc: thief@example.com\r\n\r\n<script>".to_owned();
    let pictures = [Picture { cid: evil.clone(), file: evil, png: vec![0] }];
    let bytes = compose(&Outgoing { pictures: &pictures, ..sample(&date, &[]) }).expect("composes");
    let text = String::from_utf8(bytes).expect("ASCII");
    assert!(!text.contains("\nBcc") && !text.contains("<script"), "{text}");
}

/// Pieces that break careless writers, mixed with anything at all.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\r\nBcc: thief@example.com".to_owned()),
        Just("\n\nbody".to_owned()),
        Just("\0".to_owned()),
        Just("=?utf-8?q?=0ABcc:_x?=".to_owned()),
        Just("\u{2028}\u{202e}".to_owned()),
        Just("\"<x@y>\\".to_owned()),
        Just("\r\n.\r\nQUIT\r\n".to_owned()),
        Just("=_".to_owned()),
        "[a-zé漢 ]{0,40}",
        "x{900,1100}",
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_from_outside_adds_a_header(
        name in hostile(), subject in hostile(), council in hostile(), id in hostile(), words in hostile(),
    ) {
        let date = date();
        let ids = [id.clone(), id.clone() + "2"];
        let plain_mail = Outgoing { flags: &ids[..0], rules: &ids[..0], subjects: &ids[..0], ..sample(&date, &ids) };
        let allowed: Vec<String> = header_names(&compose(&sample(&date, &["x".to_owned()])).expect("composes"));
        let mail = Outgoing {
            to_name: Some(&name),
            subject: &subject,
            council: &council,
            message_id: &id,
            in_reply_to: Some(&id),
            flags: &ids,
            rules: &ids,
            subjects: &ids,
            text: &words,
            html: &words,
            ..plain_mail
        };
        let bytes = compose(&mail).expect("composes");
        prop_assert!(header_names(&bytes).iter().all(|name| allowed.contains(name)), "{:?}", header_names(&bytes));
        prop_assert!(!bytes.contains(&0));
        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        prop_assert!(lines.iter().all(|line| line.len() <= 998));
        prop_assert!(lines[..lines.len() - 1].iter().all(|line| line.ends_with(b"\r")));
        prop_assert!(!lines.iter().any(|line| line[..line.len().saturating_sub(1)].contains(&b'\r')));
        prop_assert!(bytes.is_ascii());
        let parsed = MessageParser::default().parse(&bytes).expect("parses");
        prop_assert_eq!(parsed.text_body_count(), 1);
        prop_assert_eq!(parsed.html_body_count(), 1);
        prop_assert_eq!(parsed.attachment_count(), 0);
        let to = parsed.to().and_then(|to| to.first()).and_then(|to| to.address());
        prop_assert_eq!(to, Some("lead@example.gov.uk"));
    }
}

/// Names of the headers before the first empty line, folded lines joined to theirs.
fn header_names(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let head = text.split("\r\n\r\n").next().unwrap_or_default().to_owned();
    head.split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split(':').next().unwrap_or_default().to_owned())
        .collect()
}

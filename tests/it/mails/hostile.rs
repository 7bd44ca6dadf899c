//! Arbitrary text in every field: it may look odd, it may not do anything.

use std::sync::LazyLock;

use carewarden::alerts::{
    Alert, Change, Item, NamedFile, Refusal, Rendered, Sample, Sender, Templates, Why, render,
};
use proptest::prelude::*;
use textwrap::core::display_width;

/// Parsed once for all the cases.
static TEMPLATES: LazyLock<Templates> = LazyLock::new(Templates::builtin);

/// Widest line of the text part, but for a link that must stay whole.
const COLUMNS_MAX: usize = 72;

/// Octets that mail allows in a line.
const LINE_BYTES_MAX: usize = 998;

/// Names that have broken such mails before.
const HOSTILE: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "A\r\nBcc: everyone@example.com\r\n\r\nbody",
    "nul\0nul",
    "\u{202E}gnp.exe\u{2066}",
    "=HYPERLINK(\"http://example.com\",\"x\")",
    "{{ 7 * 7 }} {% raw %} {# x #}",
    "a\tb\tc",
    "👩🏽‍⚕️ Care & Co 'quoted' <b>",
    "",
    "   ",
    "-- \n.\n",
];

fn fill(alert: &mut Alert, text: &str) {
    let all = || text.to_owned();
    alert.council = all();
    alert.provider_name = Some(all());
    if let Some(provider) = &mut alert.provider {
        provider.id = all();
    }
    alert.answer = Some(all());
    alert.raised_words = all();
    alert.recipient = all();
    alert.also_told = vec![all(), all()];
    alert.notes = vec![all(), all()];
    alert.not_known = vec![all()];
    alert.items.iter_mut().for_each(|item| fill_item(item, text));
    if let Some(refusal) = &mut alert.refusal {
        fill_refusal(refusal, text);
    }
}

fn fill_refusal(refusal: &mut Refusal, text: &str) {
    let all = || text.to_owned();
    match refusal {
        Refusal::File(file) => {
            file.file = all();
            file.folder = Some(all());
            file.senders = vec![Sender { id: all(), name: Some(all()) }, Sender { id: all(), name: None }];
            file.words = vec![all(), all()];
            file.faults = vec![all(), all()];
        }
        Refusal::More { files, .. } => *files = vec![NamedFile { file: all(), ids: vec![all(), all()] }],
    }
}

fn fill_item(item: &mut Item, text: &str) {
    let all = || text.to_owned();
    let whole = |text: String| Change {
        what: text.clone(),
        old: Some(text.clone()),
        old_date: Some(text.clone()),
        new: text.clone(),
        new_date: Some(text),
    };
    item.flag = all();
    item.rule = all();
    item.rule_name = all();
    item.rule_text = all();
    item.rule_version = all();
    item.state = all();
    item.subject.id = all();
    item.subject_name = all();
    item.area = Some(all());
    item.reason = all();
    item.changes = vec![whole(all()), whole(all())];
    item.questions = Some(all());
    item.link = Some(all());
    item.read_at = all();
    item.since = all();
}

/// The tags of a page, in order, without what stands in them.
fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).map(|rest| rest.split([' ', '>']).next().unwrap_or_default()).collect()
}

fn check(sample: Sample, name_in_subject: bool, text: &str) -> Result<(), TestCaseError> {
    let mut alert = sample.alert();
    alert.name_in_subject = name_in_subject;
    fill(&mut alert, text);
    let mut plain = alert.clone();
    fill(&mut plain, "x");
    let mail = render(&TEMPLATES, &alert).map_err(|fault| TestCaseError::fail(fault.to_string()))?;
    let wanted = render(&TEMPLATES, &plain).map_err(|fault| TestCaseError::fail(fault.to_string()))?;
    check_parts(&mail)?;
    let drops = |html: &str| -> Vec<String> {
        // An empty line or sentence leaves out its own paragraph; a link its own anchor.
        tags(html).into_iter().filter(|tag| !OPTIONAL.contains(tag)).map(str::to_owned).collect()
    };
    if !text.trim().is_empty() {
        prop_assert_eq!(drops(&mail.html), drops(&wanted.html));
    }
    Ok(())
}

/// Tags that depend on whether a field says anything.
const OPTIONAL: [&str; 2] = ["a", "/a"];

fn check_parts(mail: &Rendered) -> Result<(), TestCaseError> {
    prop_assert!(!mail.subject.chars().any(char::is_control), "{:?}", mail.subject);
    prop_assert!(mail.subject.chars().count() <= 120, "{:?}", mail.subject);
    for part in [&mail.text, &mail.html] {
        let stray = part.chars().find(|c| (c.is_control() && *c != '\n') || "\u{202E}\u{2066}".contains(*c));
        prop_assert_eq!(stray, None);
    }
    for line in mail.text.lines() {
        prop_assert!(line.len() <= LINE_BYTES_MAX, "{line}");
        let link = line.trim().starts_with("http") && !line.trim().contains(' ');
        prop_assert!(link || display_width(line) <= COLUMNS_MAX, "{} columns: {line}", display_width(line));
    }
    Ok(())
}

#[test]
fn hostile_names_come_out_harmless_in_every_mail() {
    let long = "x".repeat(10_000);
    let link = format!("https://example.com/{}", "y".repeat(10_000));
    for text in HOSTILE.into_iter().chain([long.as_str(), link.as_str(), "https://example.com/a"]) {
        for sample in Sample::ALL {
            for name_in_subject in [false, true] {
                check(sample, name_in_subject, text)
                    .unwrap_or_else(|error| panic!("{} with {text:.40?}: {error}", sample.as_str()));
            }
        }
    }
}

#[test]
fn the_largest_alert_of_all_renders_within_the_limits_of_a_template() {
    let one_of_each_kind = [
        Sample::Several,
        Sample::Summary,
        Sample::Digest,
        Sample::SourceFailed,
        Sample::Delivery,
        Sample::Config,
    ];
    for sample in one_of_each_kind {
        let mut alert = sample.alert();
        // Nothing grows more when it is escaped than a quotation mark.
        fill(&mut alert, &"'".repeat(1_000));
        for item in &mut alert.items {
            item.changes = vec![item.changes[0].clone(); 100];
        }
        alert.items = alert.items.iter().cycle().take(120).cloned().collect();
        alert.also_told = vec![alert.also_told[0].clone(); 100];
        alert.notes = vec![alert.notes[0].clone(); 100];
        alert.not_known = alert.notes.clone();
        let mail = render(&TEMPLATES, &alert).expect("it renders");
        check_parts(&mail).expect("it is well formed");
    }
}

#[test]
fn an_empty_name_shows_the_id() {
    let mut alert = Sample::Contingency.alert();
    alert.items[0].subject_name = "  ".into();
    let mail = render(&TEMPLATES, &alert).expect("it renders");
    assert!(mail.text.contains("  1-5550000222 (1-5550000222, Oldham)"), "{}", mail.text);
}

#[test]
fn a_link_that_is_none_is_not_clickable() {
    let mut alert = Sample::Contingency.alert();
    alert.items[0].link = Some("javascript:alert(1)".into());
    let mail = render(&TEMPLATES, &alert).expect("it renders");
    assert!(!mail.html.contains("javascript") && !mail.html.contains("href"));
    assert!(!mail.text.contains("javascript"));
}

#[test]
fn every_reason_to_tell_again_renders_for_every_kind() {
    let reasons = [
        Why::First,
        Why::Worse,
        Why::NewInGroup,
        Why::Escalated,
        Why::Reminder,
        Why::Cleared,
        Why::Correction,
    ];
    for sample in Sample::ALL {
        for why in reasons {
            let mut alert = sample.alert();
            alert.why = why;
            alert.items.iter_mut().for_each(|item| item.why = why);
            let mail = render(&TEMPLATES, &alert).expect("it renders");
            assert!(mail.text.contains("a named officer decides."), "{} {why:?}", sample.as_str());
        }
    }
}

#[test]
fn an_alert_without_items_still_renders() {
    for sample in Sample::ALL {
        let mut alert = sample.alert();
        alert.items.clear();
        let mail = render(&TEMPLATES, &alert).expect("it renders");
        check_parts(&mail).expect("it is well formed");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text_stays_text(
        at in 0..Sample::ALL.len(),
        name_in_subject: bool,
        text in prop_oneof![any::<String>(), "[<>&\"'{}%#\\t\\r\\n ()a-z]{0,300}", "\\PC{0,400}"],
    ) {
        check(Sample::ALL[at], name_in_subject, &text)?;
    }
}

//! The regulator's documents: pages of ids and records, from bytes to facts.

use std::collections::BTreeSet;

use carewarden::domain::{Rating, Registration, Subject};
use carewarden::facts::{Attribute, Fact, History, Statement, changes};
use carewarden::sources::cqc::page::{self, List};
use carewarden::sources::cqc::redact::{self, DRIFT_MAX, Redacted};
use carewarden::sources::cqc::{Reject, is_usable_id, parse};
use jiff::Timestamp;
use serde_json::Value;

use crate::{Lines, assert_harmless};

/// Reads bytes as every document that they could be.
pub fn document(bytes: &[u8]) {
    for list in [List::Register, List::Changes] {
        page(bytes, list);
    }
    let Ok(raw) = serde_json::from_slice::<Value>(bytes) else { return };
    location(&raw, &[]);
    location(&raw, &["Mrs Given Q Family".to_owned()]);
    provider(&raw);
}

fn page(bytes: &[u8], list: List) {
    let read = page::page(bytes, list, 1);
    assert_eq!(read, page::page(bytes, list, 1), "the same page, read twice");
    match read {
        Ok(page) => {
            assert!(page.ids.is_empty() || page.total == 0 || !page.kept.bytes().is_empty());
            assert!(list == List::Changes || !page.ids.is_empty(), "an empty register is a fault");
            redacted(&page.kept);
            let again = redact::page(&page.kept.value).expect("what is kept of a page is a page");
            assert_eq!(again.value, page.kept.value, "what is kept is kept again");
        }
        Err(why) => assert!(!why.is_empty()),
    }
}

fn redacted(redacted: &Redacted) {
    assert!(redacted.drift.len() <= DRIFT_MAX);
    for note in &redacted.drift {
        assert!(!note.is_empty());
        assert_harmless(note, Lines::One);
    }
}

/// The id under which a record is asked for: its own, or one that it is not.
fn asked<'v>(raw: &'v Value, field: &str) -> &'v str {
    raw.get(field).and_then(Value::as_str).map(str::trim).filter(|id| is_usable_id(id)).unwrap_or("1-1")
}

fn location(raw: &Value, people: &[String]) {
    let read = |raw: &Value| -> Option<(Redacted, Result<_, Reject>)> {
        let mut redacted = redact::location(raw, people).ok()?;
        let record = parse::location(&redacted.value, asked(raw, "locationId"), &mut redacted.drift);
        Some((redacted, record))
    };
    let Some((kept, record)) = read(raw) else { return };
    redacted(&kept);
    let again = redact::location(&kept.value, people).expect("what is kept of a record is a record");
    assert_eq!(again.value, kept.value, "what is kept is kept again");
    let turned = read(&turned(raw)).expect("it is an object still");
    assert_eq!(turned.0.value, kept.value, "the order of lists carries no meaning");
    assert_eq!(turned.1, record, "the order of lists carries no meaning");
    match record {
        Ok(record) => {
            let subject = Subject::location(asked(raw, "locationId"));
            statements(&record.statements, &subject, &kept.value);
            assert!(record.successors.iter().chain(&record.predecessors).all(|id| is_usable_id(id)));
        }
        Err(reject) => rejected(&reject),
    }
}

fn provider(raw: &Value) {
    let Ok(kept) = redact::provider(raw) else { return };
    redacted(&kept);
    let id = asked(raw, "providerId");
    let read = || parse::provider(&kept.value, id, &mut BTreeSet::new());
    assert_eq!(read(), read(), "the same record, read twice");
    match read() {
        Ok(record) => statements(&record.statements, &Subject::provider(id), &kept.value),
        Err(reject) => rejected(&reject),
    }
}

fn rejected(reject: &Reject) {
    assert!(!reject.reason.is_empty());
    assert_harmless(&reject.place, Lines::One);
    assert_harmless(&reject.reason, Lines::One);
}

/// A document with every list the other way round.
fn turned(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().rev().map(turned).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), turned(value))).collect(),
        plain => plain.clone(),
    }
}

fn statements(all: &[Statement], subject: &Subject, kept: &Value) {
    let mut stated = BTreeSet::new();
    for statement in all {
        assert_eq!(&statement.subject, subject);
        assert!(stated.insert(statement.attribute), "{statement:?} is stated twice");
        assert!(!statement.value.trim().is_empty(), "{statement:?} says nothing");
        assert_harmless(&statement.value, Lines::One);
        assert_harmless(&statement.row, Lines::One);
        assert!(kept.pointer(&statement.row).is_some(), "{statement:?} stands nowhere");
        let known = match statement.attribute {
            Attribute::Overall(_) | Attribute::Question(..) => Rating::parse(&statement.value).is_some(),
            Attribute::Registration => Registration::parse(&statement.value).is_some(),
            _ => true,
        };
        assert!(known, "{statement:?} is not in canonical spelling");
    }
    let mut history = History::default();
    let new = changes(&history, all);
    assert_eq!(new.len(), all.len(), "all of a first record is new");
    for (seq, statement) in (1..).zip(new) {
        history.push(fact(seq, statement));
    }
    assert_eq!(changes(&history, all), [], "the same record changes nothing");
    assert_eq!(history.overall(subject).is_some(), !history.overall_series(subject).is_empty());
    assert_eq!(history.registered_successor(subject), None, "nobody else is known");
}

fn fact(seq: i64, statement: Statement) -> Fact {
    let Statement { subject, attribute, value, effective, row } = statement;
    Fact { seq, subject, attribute, value, effective, row, observed_at: Timestamp::UNIX_EPOCH, document: 1 }
}

//! Reading one document: looks up, wonders at what it does not know, and states what it does.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::Value;

use super::redact::note;
use super::words::{Word, day, rating_word};
use crate::domain::{Rating, Subject};
use crate::facts::{Attribute, Statement};

/// A word that is quoted in a note is cut to this.
const QUOTED_CHARS_MAX: usize = 40;

/// One pass over a redacted document. Places are JSON pointers into it.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    document: &'a Value,
    subject: Subject,
    drift: &'a mut BTreeSet<String>,
    statements: Vec<Statement>,
}

impl<'a> Reading<'a> {
    pub(super) const fn new(document: &'a Value, subject: Subject, drift: &'a mut BTreeSet<String>) -> Self {
        Self { document, subject, drift, statements: Vec::new() }
    }

    pub(super) fn into_statements(self) -> Vec<Statement> {
        self.statements
    }

    /// The trimmed text at a place; a blank is absent.
    pub(super) fn text(&mut self, place: &str) -> Option<&'a str> {
        let document = self.document;
        let value = document.pointer(place)?;
        let Some(text) = value.as_str() else {
            self.wonder(&format!("{} is not a text", without_indexes(place)));
            return None;
        };
        Some(text.trim()).filter(|text| !text.is_empty())
    }

    /// How many items the list at a place has; none where there is no list.
    pub(super) fn count(&self, place: &str) -> usize {
        self.document.pointer(place).and_then(Value::as_array).map_or(0, Vec::len)
    }

    /// The day at a place, if it can be read as one.
    pub(super) fn day(&mut self, place: &str) -> Option<Date> {
        let text = self.text(place)?;
        let read = day(text);
        if read.is_none() {
            self.wonder(&format!("{}: date \"{}\"", without_indexes(place), quoted(text)));
        }
        read
    }

    /// The rating at a place; a sentinel is none, and so is a word that is not known.
    pub(super) fn rating(&mut self, place: &str) -> Option<Rating> {
        let text = self.text(place)?;
        match rating_word(text) {
            Word::Rated(rating) => Some(rating),
            Word::Unrated => None,
            Word::Unknown => {
                self.wonder(&format!("rating \"{}\"", quoted(text)));
                None
            }
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.subject.id
    }

    /// Notes something that this version does not know.
    pub(super) fn wonder(&mut self, what: &str) {
        note(self.drift, what);
    }

    /// States a value read at a place; an empty one is not stated.
    pub(super) fn state(
        &mut self,
        attribute: Attribute,
        value: impl Into<String>,
        effective: Option<Date>,
        place: impl Into<String>,
    ) {
        let value = value.into();
        if !value.is_empty() {
            let subject = self.subject.clone();
            self.statements.push(Statement { subject, attribute, value, effective, row: place.into() });
        }
    }
}

fn quoted(text: &str) -> String {
    text.chars().take(QUOTED_CHARS_MAX).collect()
}

fn without_indexes(place: &str) -> String {
    let steps = place.split('/').skip(1);
    let named = steps.map(|step| if step.bytes().all(|b| b.is_ascii_digit()) { "[]" } else { step });
    named.collect::<Vec<_>>().join(".")
}

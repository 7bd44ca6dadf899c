//! Takes typed values out of a TOML table, notes each fault, and knows which keys were asked for,
//! so that what nobody asked for is reported.
//!
//! A getter that has noted a fault gives its default or `None`; the check goes on, so that all
//! faults are found in one go.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Code;
use super::keys::is_key;
use super::nearest::{quoted, suggest};
use super::notes::Notes;

/// A text may have so many characters.
const TEXT_CHARS_MAX: usize = 1000;

/// An id may have so many characters.
const ID_CHARS_MAX: usize = 64;

/// What `[[key]]` must be, in words.
const TABLES: &str = "a list of tables";

/// What a list must be, in words.
const TEXTS: &str = "a list of texts";

/// One table of the file.
#[derive(Debug)]
pub(super) struct Table<'a> {
    /// Where faults go.
    pub(super) notes: &'a Notes<'a>,
    /// How it is named in messages: `[mail]`, `[[source]]`.
    pub(super) title: String,
    /// Its header, or the whole of it if it is inline.
    pub(super) span: Range<usize>,
    entries: &'a DeTable<'a>,
    asked: RefCell<BTreeSet<&'static str>>,
}

/// What a key can be set to, with what that means.
pub(super) type Words<'w, T> = &'w [(&'static str, T)];

impl<'a> Table<'a> {
    /// The file as a table.
    pub(super) fn root(notes: &'a Notes<'a>, entries: &'a DeTable<'a>) -> Self {
        Self::new(notes, "the file", 0..0, entries)
    }

    fn new(notes: &'a Notes<'a>, title: &str, span: Range<usize>, entries: &'a DeTable<'a>) -> Self {
        Self { notes, title: title.into(), span, entries, asked: RefCell::default() }
    }

    /// Reads an inline table that was found as a value.
    pub(super) fn inline(&self, title: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Self> {
        match value.get_ref() {
            DeValue::Table(entries) => Some(Self::new(self.notes, title, value.span(), entries)),
            other => self.wrong_type(title, value.span(), "a table", other),
        }
    }

    /// Ends the reading: every key that was not asked for is unknown.
    pub(super) fn end(self) {
        let asked = self.asked.borrow();
        let known: Vec<&str> = asked.iter().copied().collect();
        for key in self.entries.keys().filter(|key| !asked.contains(key.get_ref().as_ref())) {
            let typed = key.get_ref();
            let message = format!("{} is not a key of {}", quoted(typed), self.title);
            self.notes.fault(Code::UnknownKey, key.span(), message, suggest(typed, &known, "its keys are"));
        }
    }

    /// A value as it stands.
    pub(super) fn get(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        debug_assert!(is_key(key), "{key} is not in the list of keys");
        self.asked.borrow_mut().insert(key);
        self.entries.get(key)
    }

    /// Says that keys belong to the table although they are not read now.
    pub(super) fn expect_keys(&self, keys: &[&'static str]) {
        self.asked.borrow_mut().extend(keys);
    }

    /// Whether a list is absent or empty; one of a wrong type is neither, it has its own fault.
    pub(super) fn lacks(&self, key: &'static str) -> bool {
        self.get(key).is_none_or(|value| value.get_ref().as_array().is_some_and(|list| list.is_empty()))
    }

    /// Whether a key is there, faulty or not.
    pub(super) fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    /// The bytes of a value, or of the table where it is absent.
    pub(super) fn span_of(&self, key: &'static str) -> Range<usize> {
        self.get(key).map_or_else(|| self.span.clone(), Spanned::span)
    }

    /// Notes that a key must be there.
    pub(super) fn missing(&self, key: &'static str, help: impl Into<String>) {
        let message = format!("{} needs `{key}`", self.title);
        self.notes.fault(Code::MissingKey, self.span.clone(), message, help);
    }

    /// Notes that a value cannot be what it is.
    pub(super) fn bad(&self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.notes.fault(Code::BadValue, span, message, help);
    }

    fn wrong_type<T>(&self, what: &str, span: Range<usize>, wanted: &str, got: &DeValue<'_>) -> Option<T> {
        let message = format!("{what} must be {wanted}, not {}", in_words(got));
        let help = match (wanted, got) {
            (TABLES, _) => format!("write each as {what}, with its keys below"),
            (
                "a text",
                DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_),
            ) => "put it in double quotes".into(),
            (TEXTS, DeValue::String(_)) => "put it in square brackets: [\"…\"]".into(),
            ("a whole number" | "a number" | "true or false", DeValue::String(_)) => {
                format!("write {wanted}, without quotes")
            }
            _ => format!("write {wanted} here"),
        };
        self.notes.fault(Code::WrongType, span, message, help);
        None
    }

    /// A text that must be there.
    pub(super) fn text(&self, key: &'static str, help: &str) -> Option<Spanned<String>> {
        if !self.has(key) {
            self.missing(key, help);
        }
        self.text_opt(key)
    }

    /// A text that may be there.
    pub(super) fn text_opt(&self, key: &'static str) -> Option<Spanned<String>> {
        self.as_text(&format!("`{key}`"), self.get(key)?)
    }

    /// A value as a text: not blank, on one line, not endless.
    fn as_text(&self, what: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Spanned<String>> {
        let DeValue::String(text) = value.get_ref() else {
            return self.wrong_type(what, value.span(), "a text", value.get_ref());
        };
        let fault = if text.trim().is_empty() {
            "is empty"
        } else if text.chars().any(char::is_control) {
            "has a line end or another control character"
        } else if text.chars().count() > TEXT_CHARS_MAX {
            "is too long"
        } else {
            return Some(Spanned::new(value.span(), text.trim().to_owned()));
        };
        let help = format!("write one line of 1 to {TEXT_CHARS_MAX} characters");
        self.bad(value.span(), format!("{what} {fault}"), help);
        None
    }

    /// An id: letters, digits, `-`, `_` and `.`.
    pub(super) fn id(&self) -> Option<Spanned<String>> {
        let id = self.text("id", "give it a short id, unique among its kind")?;
        let text = id.get_ref();
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if text.len() <= ID_CHARS_MAX && text.chars().all(fits) {
            return Some(id);
        }
        let help = format!("use letters, digits, `-`, `_` and `.`, at most {ID_CHARS_MAX}");
        self.bad(id.span(), format!("{} cannot be an id", quoted(text)), help);
        None
    }

    /// A list of texts; `None` where the key is absent. What is not a text in it is noted and left out.
    pub(super) fn texts(&self, key: &'static str, entries_max: usize) -> Option<Vec<Spanned<String>>> {
        let value = self.get(key)?;
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type::<()>(&format!("`{key}`"), value.span(), TEXTS, value.get_ref());
            return Some(Vec::new());
        };
        self.limit(&format!("`{key}`"), value.span(), array.len(), entries_max);
        let what = format!("an entry of `{key}`");
        Some(array.iter().take(entries_max).filter_map(|entry| self.as_text(&what, entry)).collect())
    }

    fn limit(&self, what: &str, span: Range<usize>, entries: usize, entries_max: usize) {
        if entries > entries_max {
            let message = format!("{what} has {entries} entries, the program takes {entries_max}");
            self.notes.fault(Code::TooMany, span, message, "take some out");
        }
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&self, key: &'static str, words: Words<'_, T>) -> Option<T> {
        let text = self.text_opt(key)?;
        let found = words.iter().find(|(word, _)| word == text.get_ref());
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let message = format!("`{key}` cannot be {}", quoted(text.get_ref()));
            self.bad(text.span(), message, suggest(text.get_ref(), &known, "it is one of:"));
        }
        found.map(|(_, meaning)| *meaning)
    }

    /// `true` or `false`.
    pub(super) fn switch(&self, key: &'static str, default: bool) -> bool {
        match self.get(key).map(|value| (value.span(), value.get_ref())) {
            None => default,
            Some((_, DeValue::Boolean(on))) => *on,
            Some((span, other)) => {
                self.wrong_type(&format!("`{key}`"), span, "true or false", other).unwrap_or(default)
            }
        }
    }

    /// A whole number within limits; `None` where it is absent or faulty.
    pub(super) fn whole<T: TryFrom<i64>>(&self, key: &'static str, range: RangeInclusive<i64>) -> Option<T> {
        let value = self.get(key)?;
        let DeValue::Integer(digits) = value.get_ref() else {
            return self.wrong_type(&format!("`{key}`"), value.span(), "a whole number", value.get_ref());
        };
        let number = i64::from_str_radix(digits.as_str(), digits.radix()).ok();
        let within =
            number.filter(|number| range.contains(number)).and_then(|number| T::try_from(number).ok());
        if within.is_none() {
            self.out_of_range(key, value.span(), &format!("{} to {}", range.start(), range.end()));
        }
        within
    }

    /// A number within limits, whole or not; `None` where it is absent or faulty.
    pub(super) fn real(&self, key: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        let value = self.get(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(digits) => {
                i64::from_str_radix(digits.as_str(), digits.radix()).ok().map(|number| number as f64)
            }
            DeValue::Float(digits) => digits.as_str().parse().ok(),
            other => return self.wrong_type(&format!("`{key}`"), value.span(), "a number", other),
        };
        let within = number.filter(|number| range.contains(number));
        if within.is_none() {
            self.out_of_range(key, value.span(), &format!("{} to {}", range.start(), range.end()));
        }
        within
    }

    fn out_of_range(&self, key: &str, span: Range<usize>, range: &str) {
        let help = format!("write a number from {range}");
        self.notes.fault(Code::OutOfRange, span, format!("`{key}` is out of range"), help);
    }

    /// A duration in some unit, longer than nothing.
    pub(super) fn duration(&self, key: &'static str, unit: Unit, default: f64) -> Duration {
        let number = self.real(key, unit.range()).unwrap_or(default);
        Duration::from_secs_f64(number * unit.seconds())
    }

    /// A table that must be there.
    pub(super) fn table(&self, key: &'static str) -> Option<Self> {
        if !self.has(key) {
            let message = format!("the table [{key}] is not there");
            self.notes.fault(Code::MissingKey, self.span.clone(), message, format!("add [{key}]"));
        }
        self.table_opt(key)
    }

    /// A table that may be there.
    pub(super) fn table_opt(&self, key: &'static str) -> Option<Self> {
        self.inline(&format!("[{key}]"), self.get(key)?)
    }

    /// Tables under `[[key]]`, at most so many.
    pub(super) fn tables(&self, key: &'static str, tables_max: usize) -> Vec<Self> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let title = format!("[[{key}]]");
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type::<()>(&title, value.span(), TABLES, value.get_ref());
            return Vec::new();
        };
        self.limit(&title, value.span(), array.len(), tables_max);
        array.iter().take(tables_max).filter_map(|entry| self.inline(&title, entry)).collect()
    }
}

/// The unit that a key's name ends in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unit {
    /// `_s`
    Seconds,
    /// `_days`
    Days,
}

impl Unit {
    const fn seconds(self) -> f64 {
        match self {
            Self::Seconds => 1.0,
            Self::Days => 86_400.0,
        }
    }

    /// A millisecond to a day; a second to a year.
    const fn range(self) -> RangeInclusive<f64> {
        match self {
            Self::Seconds => 0.001..=86_400.0,
            Self::Days => 0.000_01..=366.0,
        }
    }
}

const fn in_words(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

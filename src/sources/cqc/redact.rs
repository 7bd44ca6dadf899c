//! A record as it may be kept: the allowed fields, in one canonical form.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::person;
use super::record::Reject;
use super::shape::{self, Keep};
use crate::domain::clean_name;

/// A text of a record longer than this is cut: no field that is kept has any use for more.
pub const TEXT_CHARS_MAX: usize = 1_000;
/// Notes of unknown fields and words that one collect keeps.
pub const DRIFT_MAX: usize = 50;

/// A document free of people's names, and what was new to us in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Redacted {
    /// What is kept: allowed fields only, lists in one order, so that the same content is the same bytes.
    pub value: Value,
    /// Names of fields that this version does not know, or whose type is another than expected.
    pub drift: BTreeSet<String>,
}

impl Redacted {
    /// The bytes that are stored and hashed.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.value.to_string().into_bytes()
    }
}

/// Redacts `/locations/{id}`; `people` are names that its provider's record shows to be a person's.
///
/// # Errors
/// When the record is not an object.
pub fn location(raw: &Value, people: &[String]) -> Result<Redacted, Reject> {
    let mut redacted = object(raw, shape::LOCATION)?;
    drop_person(&mut redacted.value, |name| person::reads_as_person(name) || person::is_one_of(name, people));
    Ok(redacted)
}

/// Redacts `/providers/{id}`: the name of an individual or a partnership is not kept.
///
/// # Errors
/// When the record is not an object.
pub fn provider(raw: &Value) -> Result<Redacted, Reject> {
    let mut redacted = object(raw, shape::PROVIDER)?;
    let owned_by_people = person::goes_by_people(raw.get("ownershipType").and_then(Value::as_str));
    drop_person(&mut redacted.value, |name| owned_by_people || person::reads_as_person(name));
    Ok(redacted)
}

/// Redacts a page of a list: ids and counts stay.
///
/// # Errors
/// When the page is not an object.
pub fn page(raw: &Value) -> Result<Redacted, Reject> {
    object(raw, shape::PAGE)
}

fn drop_person(value: &mut Value, is_person: impl Fn(&str) -> bool) {
    let named_after_person = value.get("name").and_then(Value::as_str).is_some_and(is_person);
    if let (true, Some(fields)) = (named_after_person, value.as_object_mut()) {
        fields.remove("name");
    }
}

fn object(raw: &Value, fields: &'static [(&'static str, Keep)]) -> Result<Redacted, Reject> {
    let Some(map) = raw.as_object() else {
        return Err(Reject::new("the record", "it is not a JSON object"));
    };
    let mut drift = BTreeSet::new();
    for unknown in map.keys().filter(|name| !shape::is_known(fields, name)) {
        note(&mut drift, unknown);
    }
    let value = keep_fields(map, fields, "", &mut drift);
    Ok(Redacted { value, drift })
}

fn keep_fields(
    map: &Map<String, Value>,
    fields: &'static [(&'static str, Keep)],
    place: &str,
    drift: &mut BTreeSet<String>,
) -> Value {
    let kept = fields.iter().filter_map(|(name, keep)| {
        let place = if place.is_empty() { (*name).to_owned() } else { format!("{place}.{name}") };
        let value = map.get(*name).filter(|value| !value.is_null())?;
        keep_value(value, keep, &place, drift).map(|kept| ((*name).to_owned(), kept))
    });
    Value::Object(kept.collect())
}

/// `null` is absent everywhere; a value of another type than expected is absent, with a note.
fn keep_value(
    value: &Value,
    keep: &'static Keep,
    place: &str,
    drift: &mut BTreeSet<String>,
) -> Option<Value> {
    match (keep, value) {
        (Keep::Drop, _) | (_, Value::Null) => None,
        (Keep::Value, Value::String(text)) => kept_text(text),
        (Keep::Value, Value::Number(_) | Value::Bool(_)) => Some(value.clone()),
        (Keep::Object(fields), Value::Object(map)) => Some(keep_fields(map, fields, place, drift)),
        (Keep::List(each), Value::Array(items)) => {
            let place = format!("{place}[]");
            let kept = items.iter().filter_map(|item| keep_value(item, each, &place, drift));
            let mut kept: Vec<Value> = kept.collect();
            // The order of a list carries no meaning here and changes from one answer to the next.
            kept.sort_by_cached_key(Value::to_string);
            Some(Value::Array(kept))
        }
        (expected, _) => {
            note(drift, &format!("{place} is not {}", expected.in_words()));
            None
        }
    }
}

fn kept_text(text: &str) -> Option<Value> {
    let kept: String = text.chars().take(TEXT_CHARS_MAX).collect();
    let reaches_someone = person::carries_email(&kept) || person::carries_telephone(&kept);
    (!reaches_someone).then_some(Value::String(kept))
}

/// Adds a note of something unknown, made harmless and short, up to [`DRIFT_MAX`] of them.
pub(super) fn note(drift: &mut BTreeSet<String>, what: &str) {
    if let (true, Some(what)) = (drift.len() < DRIFT_MAX, clean_name(what)) {
        drift.insert(what);
    }
}

impl Keep {
    const fn in_words(&self) -> &'static str {
        match self {
            Self::Value | Self::Drop => "a plain value",
            Self::Object(_) => "an object",
            Self::List(_) => "a list",
        }
    }
}

//! What holds for every record, however it is spelled or broken.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use carewarden::sources::cqc::{page, parse, redact};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{recorded, samples, stated};

fn sources() -> &'static [Value] {
    static READ: LazyLock<Vec<Value>> = LazyLock::new(|| {
        samples()
            .into_values()
            .chain(recorded("oldham-all-sectors.ndjson.gz").into_iter().step_by(20))
            .collect()
    });
    &READ
}

/// Every place of a record, as JSON pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, item) in fields {
                places(item, &format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}

fn strange(kind: usize) -> Value {
    match kind {
        0 => Value::Null,
        1 => json!(""),
        2 => json!(-7.5e300),
        3 => json!([[[]]]),
        4 => json!({"rating": {"rating": []}}),
        5 => json!("\u{202E}\r\n\0 9999-99-99"),
        6 => json!("Inadequate"),
        7 => json!("0000-00-00é"),
        _ => json!(true),
    }
}

/// Every list turned round and every object built in another order.
fn turned(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().rev().map(turned).collect(),
        Value::Object(fields) => Value::Object(
            fields.into_iter().rev().map(|(name, value)| (name, turned(value))).collect::<Map<_, _>>(),
        ),
        plain => plain,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_broken_record_is_a_reject_or_a_record_never_a_panic(
        which in any::<prop::sample::Index>(),
        hits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..9), 1..6),
    ) {
        let all = sources();
        let mut raw = all[which.index(all.len())].clone();
        let id = raw["locationId"].as_str().expect("it has an id").to_owned();
        for (place, kind) in hits {
            let mut found = Vec::new();
            places(&raw, "", &mut found);
            let place = &found[place.index(found.len())];
            if let Some(value) = raw.pointer_mut(place) {
                *value = strange(kind);
            }
        }
        let mut drift = BTreeSet::new();
        if let Ok(redacted) = redact::location(&raw, &[])
            && let Ok(record) = parse::location(&redacted.value, &id, &mut drift)
        {
            prop_assert!(record.statements.iter().all(|said| !said.value.is_empty()));
            prop_assert!(redacted.drift.len() <= redact::DRIFT_MAX);
        }
    }

    #[test]
    fn bytes_of_any_kind_are_a_page_or_a_reason(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let read = page::page(&bytes, page::List::Changes, 1);
        prop_assert!(read.is_ok() || read.is_err_and(|why| !why.is_empty()));
    }
}

#[test]
fn statements_and_bytes_do_not_depend_on_any_order() {
    for raw in sources() {
        let around = turned(raw.clone());
        assert_eq!(stated(&around), stated(raw));
        let bytes = |raw: &Value| redact::location(raw, &[]).expect("it is an object").bytes();
        assert_eq!(bytes(&around), bytes(raw));
    }
}

#[test]
fn an_older_rating_left_out_states_nothing_new() {
    for raw in sources() {
        let mut raw = raw.clone();
        let whole = stated(&raw);
        if let Some(fields) = raw.as_object_mut() {
            fields.remove("currentRatings");
            fields.remove("assessment");
        }
        let rest = stated(&raw);
        assert!(rest.iter().all(|(name, said)| whole.get(name) == Some(said)));
        assert!(!rest.keys().any(|name| name.starts_with("rating.") || name.starts_with("saf.")));
    }
}

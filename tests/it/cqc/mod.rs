//! The Care Quality Commission's API: what its records say, and how they are fetched.

mod collecting;
mod fetching;
mod privacy;
mod properties;
mod samples;
mod tls;
mod traps;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use carewarden::facts::{Attribute, Statement};
use carewarden::sources::cqc::{LocationRecord, parse, redact};
use serde_json::{Value, json};

/// Path of a recorded file.
fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cqc").join(name)
}

/// Every recorded sample by the name of its file, without the pages of lists.
fn samples() -> BTreeMap<String, Value> {
    let files = std::fs::read_dir(fixture("")).expect("the fixtures are there");
    let names = files.map(|file| file.expect("it can be listed").file_name().into_string().expect("ASCII"));
    let names = names.filter(|name| name.ends_with(".json") && !name.starts_with("page_"));
    names.map(|name| (name.clone(), sample(&name))).collect()
}

/// One recorded sample.
fn sample(name: &str) -> Value {
    let text = std::fs::read_to_string(fixture(name)).expect("the fixture is there");
    serde_json::from_str(&text).expect("it is JSON")
}

/// One recorded sample by its id.
fn sample_of(id: &str) -> Value {
    samples().into_iter().find(|(name, _)| name.contains(&format!("__{id}."))).expect("it is recorded").1
}

/// The recorded records of a packed file.
fn recorded(name: &str) -> Vec<Value> {
    let file = std::fs::File::open(fixture(name)).expect("the fixture is there");
    let lines = BufReader::new(flate2::read::GzDecoder::new(file)).lines();
    lines.map(|line| serde_json::from_str(&line.expect("it unpacks")).expect("it is JSON")).collect()
}

/// A small record in the area of the tests.
fn home_care(id: &str) -> Value {
    json!({
        "locationId": id, "providerId": "1-200000001", "name": format!("Care {id}"),
        "registrationStatus": "Registered", "registrationDate": "2020-01-02", "dormancy": "N",
        "localAuthority": "Oldham",
        "gacServiceTypes": [{"name": "Homecare agencies", "description": "Domiciliary care service"}],
        "currentRatings": {"overall": {"rating": "Good", "reportDate": "2024-05-06"}},
        "relationships": [],
    })
}

/// Redacts and reads a location as received.
fn read(raw: &Value) -> (LocationRecord, BTreeSet<String>) {
    let id = raw["locationId"].as_str().expect("it has an id").to_owned();
    let mut redacted = redact::location(raw, &[]).expect("it is an object");
    let record = parse::location(&redacted.value, &id, &mut redacted.drift).expect("it is the one");
    (record, redacted.drift)
}

/// What a location as received states, by the stored name of the attribute: value and date.
fn stated(raw: &Value) -> BTreeMap<String, (String, Option<String>)> {
    let said = |statement: Statement| {
        let effective = statement.effective.map(|day| day.to_string());
        (statement.attribute.as_string(), (statement.value, effective))
    };
    read(raw).0.statements.into_iter().map(said).collect()
}

/// One value that a location states.
fn value(raw: &Value, attribute: Attribute) -> Option<String> {
    stated(raw).remove(&attribute.as_string()).map(|(value, _)| value)
}

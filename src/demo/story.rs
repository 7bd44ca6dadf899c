//! The made-up part of the demonstration: a handful of services that do not exist, and what
//! happens to them overnight. No real service is ever shown with a rating it does not have.

use serde_json::{Value, json};

/// When the demonstration first reads the register: 1 April 2025, six in the morning in London.
pub const DAY_ONE: &str = "2025-04-01T05:00:00Z";
/// The morning after.
pub const DAY_TWO: &str = "2025-04-02T05:00:00Z";
/// When the made-up changes were published, between the two.
pub const OVERNIGHT: &str = "2025-04-01T15:00:00Z";

/// Ids that the register has never issued.
const BRIGHTSIDE: &str = "1-99999999901";
const BRIGHTSIDE_SHAW: &str = "1-99999999902";
const MARIGOLD: &str = "1-99999999903";
const PENNINE: &str = "1-99999999904";
const QUIET_STREET: &str = "1-99999999905";
const TANDLE_HILL: &str = "1-99999999906";
const TANDLE_HILL_NEW: &str = "1-99999999907";
const WHARF: &str = "1-99999999908";

const HARBOUR_HOME: &str = "1-99999999909";

/// The provider whose returns get worse.
pub(super) const HARBOUR: &str = "1-99999999956";

/// The providers that have a contract and send returns.
pub(super) const REPORTING: [&str; 5] =
    ["1-99999999951", "1-99999999952", "1-99999999953", "1-99999999955", HARBOUR];

const PROVIDERS: [(&str, &str); 6] = [
    ("1-99999999951", "Brightside Group Ltd (made up)"),
    ("1-99999999952", "Marigold Support Ltd (made up)"),
    ("1-99999999953", "Pennine Care at Home Ltd (made up)"),
    ("1-99999999954", "Quiet Street Homecare Ltd (made up)"),
    ("1-99999999955", "Tandle Hill Carers Ltd (made up)"),
    (HARBOUR, "Harbour Home Support Ltd (made up)"),
];

/// A made-up change and what should come of it, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// What changes overnight.
    pub change: &'static str,
    /// What Carewarden should make of it.
    pub expect: &'static str,
}

/// What happens overnight, in the order in which it is told.
pub const TOLD: [Told; 8] = [
    Told { change: "Brightside Home Care falls from Good to Inadequate", expect: "contingency alert" },
    Told {
        change: "its branch in Shaw falls to Requires improvement",
        expect: "in the same mail: one mail a provider",
    },
    Told { change: "Quiet Street Homecare leaves the register, no successor", expect: "contingency alert" },
    Told {
        change: "Marigold Support slips from Outstanding to Good",
        expect: "watch, to the contract officer",
    },
    Told { change: "Pennine Care at Home recovers to Good", expect: "flag clears, those told are told" },
    Told { change: "Tandle Hill Carers re-registers under a new id", expect: "flag moves, no mail" },
    Told {
        change: "Wharf Care's record is spelled anew, loses blocks, gains \"Inspected but not rated\"",
        expect: "nothing: no event from representation",
    },
    Told {
        change: "five providers send their returns for March; Harbour Home Support, rated Good, misses more visits \
                 and cuts more of them short than in two years",
        expect: "two signals that agree: told at once, with a picture",
    },
];

/// The made-up providers.
#[must_use]
pub fn providers() -> Vec<Value> {
    PROVIDERS
        .iter()
        .map(|(id, name)| {
            json!({
                "providerId": id, "name": name, "organisationType": "Provider", "ownershipType": "Organisation",
                "registrationStatus": "Registered", "registrationDate": "2015-05-01"
            })
        })
        .collect()
}

/// The made-up locations as they stand on day one.
#[must_use]
pub fn day_one() -> Vec<Value> {
    vec![
        rated(service(BRIGHTSIDE, "Brightside Home Care (made up)", 0), "Good", "2021-06-12", &[]),
        rated(service(BRIGHTSIDE_SHAW, "Brightside Home Care Shaw (made up)", 0), "Good", "2022-11-03", &[]),
        rated(service(MARIGOLD, "Marigold Support (made up)", 1), "Outstanding", "2022-09-20", &[]),
        rated(
            service(PENNINE, "Pennine Care at Home (made up)", 2),
            "Requires improvement",
            "2023-10-05",
            &["Safe"],
        ),
        rated(service(QUIET_STREET, "Quiet Street Homecare (made up)", 3), "Good", "2022-05-17", &[]),
        rated(
            service(TANDLE_HILL, "Tandle Hill Carers (made up)", 4),
            "Requires improvement",
            "2024-02-08",
            &["Safe"],
        ),
        rated(service(WHARF, "Wharf Care (made up)", 1), "Good", "2023-03-30", &[]),
        rated(service(HARBOUR_HOME, "Harbour Home Support (made up)", 5), "Good", "2023-08-21", &[]),
    ]
}

/// What is different on day two.
#[must_use]
pub fn day_two() -> Vec<Value> {
    let mut gone =
        rated(service(QUIET_STREET, "Quiet Street Homecare (made up)", 3), "Good", "2022-05-17", &[]);
    deregister(&mut gone);
    let mut old = rated(
        service(TANDLE_HILL, "Tandle Hill Carers (made up)", 4),
        "Requires improvement",
        "2024-02-08",
        &["Safe"],
    );
    deregister(&mut old);
    relate(&mut old, "HSCA Successor", TANDLE_HILL_NEW);
    let mut new = rated(
        service(TANDLE_HILL_NEW, "Tandle Hill Carers (made up)", 4),
        "Requires improvement",
        "2024-02-08",
        &["Safe"],
    );
    relate(&mut new, "HSCA Predecessor", TANDLE_HILL);
    vec![
        rated(
            service(BRIGHTSIDE, "Brightside Home Care (made up)", 0),
            "Inadequate",
            "2025-04-01",
            &["Safe", "Well-led"],
        ),
        assessed(service(BRIGHTSIDE_SHAW, "Brightside Home Care Shaw (made up)", 0), "2025-04-01"),
        rated(service(MARIGOLD, "Marigold Support (made up)", 1), "Good", "2025-04-01", &[]),
        rated(service(PENNINE, "Pennine Care at Home (made up)", 2), "Good", "2025-04-01", &[]),
        gone,
        old,
        new,
        respelled(),
    ]
}

fn service(id: &str, name: &str, provider: usize) -> Value {
    json!({
        "locationId": id, "providerId": PROVIDERS[provider].0, "organisationType": "Location",
        "type": "Social Care Org", "name": name, "registrationStatus": "Registered",
        "registrationDate": "2016-03-14", "dormancy": "N", "careHome": "N", "postalCode": "OL1 1AA",
        "region": "North West", "localAuthority": "Oldham", "inspectionDirectorate": "Adult social care",
        "gacServiceTypes": [{ "name": "Homecare agencies", "description": "Domiciliary care service" }],
        "regulatedActivities": [{ "code": "RA1", "name": "Personal care", "contacts": [] }],
        "relationships": [], "specialisms": [],
        "lastInspection": { "date": "2025-02-18" }
    })
}

/// A rating under the old framework; key questions named in `worst` have the overall rating, the
/// others are Good.
fn rated(mut record: Value, rating: &str, date: &str, worst: &[&str]) -> Value {
    let questions: Vec<Value> = ["Safe", "Well-led", "Caring", "Responsive", "Effective"]
        .iter()
        .map(|name| json!({ "name": name, "rating": if worst.contains(name) { rating } else { "Good" }, "reportDate": date }))
        .collect();
    record["currentRatings"] = json!({
        "overall": { "rating": rating, "reportDate": date, "keyQuestionRatings": questions },
        "reportDate": date
    });
    record
}

/// A rating under the Single Assessment Framework, beside an old one that stays in the record.
fn assessed(record: Value, date: &str) -> Value {
    let mut record = rated(record, "Good", "2022-11-03", &[]);
    let questions: Vec<Value> = ["Safe", "Effective", "Caring", "Responsive", "Well-led"]
        .iter()
        .map(|name| {
            let rating = if *name == "Safe" { "Requires Improvement" } else { "Good" };
            json!({ "name": name, "rating": rating, "status": "Assessed", "percentageScore": "63" })
        })
        .collect();
    record["assessment"] = json!([{
        "assessmentPlanPublishedDateTime": format!("{date} 09:30:00"),
        "ratings": { "asgRatings": [{
            "name": "Homecare agencies", "rating": "Requires Improvement", "status": "Current",
            "assessmentDate": "2025-02-18", "keyQuestionRatings": questions
        }] }
    }]);
    record
}

fn deregister(record: &mut Value) {
    record["registrationStatus"] = json!("Deregistered");
    record["deregistrationDate"] = json!("2025-04-01");
}

fn relate(record: &mut Value, kind: &str, other: &str) {
    record["relationships"] = json!([{
        "relatedLocationId": other, "relatedLocationName": "Tandle Hill Carers", "type": kind,
        "reason": "Legal Entity Change"
    }]);
}

/// The same service in other words: nothing has happened to it.
fn respelled() -> Value {
    let mut record = rated(service(WHARF, "Wharf Care (made up)", 1), "good ", "2023-03-30", &[]);
    record["historicRatings"] = json!([{
        "reportDate": "2025-03-28",
        "overall": { "rating": "Inspected but not rated", "keyQuestionRatings": [] }
    }]);
    record["lastReport"] = json!({ "publicationDate": "2025-03-28" });
    if let Some(fields) = record.as_object_mut() {
        fields.remove("lastInspection");
    }
    if let Some(overall) = record.pointer_mut("/currentRatings/overall").and_then(Value::as_object_mut) {
        overall.remove("keyQuestionRatings");
    }
    record
}

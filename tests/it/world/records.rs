//! Records of the register, made up as a test needs them.

use serde_json::{Value, json};

/// The key questions, as the register orders them.
pub const QUESTIONS: [&str; 5] = ["Safe", "Effective", "Caring", "Responsive", "Well-led"];

/// A home-care location in Oldham, rated Good in May 2024.
pub fn home_care(id: &str, provider: &str) -> Value {
    let record = json!({
        "locationId": id, "providerId": provider, "organisationType": "Location", "type": "Social Care Org",
        "name": format!("Care {id}"), "registrationStatus": "Registered", "registrationDate": "2016-03-14",
        "dormancy": "N", "careHome": "N", "postalCode": "OL1 1AA", "region": "North West",
        "localAuthority": "Oldham", "inspectionDirectorate": "Adult social care",
        "gacServiceTypes": [{ "name": "Homecare agencies", "description": "Domiciliary care service" }],
        "regulatedActivities": [{ "code": "RA1", "name": "Personal care", "contacts": [] }],
        "relationships": [], "specialisms": [], "lastInspection": { "date": "2024-04-02" },
        "lastReport": { "publicationDate": "2024-05-06" }
    });
    rated(record, "Good", "2024-05-06")
}

/// The company that carries a location on.
pub fn provider(id: &str) -> Value {
    json!({
        "providerId": id, "name": format!("Company {id}"), "organisationType": "Provider",
        "ownershipType": "Organisation", "registrationStatus": "Registered",
        "registrationDate": "2015-05-01", "companiesHouseNumber": "01234567"
    })
}

/// The record with another name.
pub fn named(mut record: Value, name: &str) -> Value {
    record["name"] = json!(name);
    record
}

/// The record with an overall rating of the old framework; every key question is Good.
pub fn rated(mut record: Value, rating: &str, date: &str) -> Value {
    let questions: Vec<Value> =
        QUESTIONS.iter().map(|name| json!({ "name": name, "rating": "Good", "reportDate": date })).collect();
    record["currentRatings"] = json!({
        "overall": { "rating": rating, "reportDate": date, "keyQuestionRatings": questions },
        "reportDate": date
    });
    record
}

/// The record without any rating.
pub fn unrated(mut record: Value) -> Value {
    record.as_object_mut().expect("it is an object").remove("currentRatings");
    record
}

/// The record with another rating of one key question.
pub fn question(mut record: Value, name: &str, rating: &str) -> Value {
    let asked = record.pointer_mut("/currentRatings/overall/keyQuestionRatings").expect("it is rated");
    for question in asked.as_array_mut().expect("a list") {
        if question["name"] == name {
            question["rating"] = json!(rating);
        }
    }
    record
}

/// The record with a rating of the Single Assessment Framework beside the old one.
pub fn assessed(mut record: Value, rating: &str, date: &str) -> Value {
    let questions: Vec<Value> = QUESTIONS
        .iter()
        .map(|name| json!({ "name": name, "rating": "Good", "status": "Assessed", "percentageScore": "75" }))
        .collect();
    record["assessment"] = json!([{
        "assessmentPlanPublishedDateTime": format!("{date} 09:30:00"),
        "ratings": { "asgRatings": [{
            "name": "Homecare agencies", "rating": rating, "status": "Current", "assessmentDate": date,
            "keyQuestionRatings": questions
        }] }
    }]);
    record
}

/// The record of a location that has left the register.
pub fn deregistered(mut record: Value, date: &str) -> Value {
    record["registrationStatus"] = json!("Deregistered");
    record["deregistrationDate"] = json!(date);
    record
}

/// The record with one relation, "HSCA Predecessor" or "HSCA Successor".
pub fn related(mut record: Value, kind: &str, other: &str) -> Value {
    record["relationships"] = json!([{
        "relatedLocationId": other, "relatedLocationName": "Care", "type": kind, "reason": "Legal Entity Change"
    }]);
    record
}

/// The record with one field set.
pub fn with(mut record: Value, field: &str, value: Value) -> Value {
    record[field] = value;
    record
}

/// The record with one field left out.
pub fn without(mut record: Value, field: &str) -> Value {
    record.as_object_mut().expect("it is an object").remove(field);
    record
}

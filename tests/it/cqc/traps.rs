//! One test for each trap of the register.

use carewarden::domain::KeyQuestion;
use carewarden::facts::{Attribute, Framework};
use carewarden::sources::cqc::{is_usable_id, parse, redact};
use serde_json::{Value, json};

use super::{home_care, read, sample_of, stated, value};

const OLD: Attribute = Attribute::Overall(Framework::Old);
const SAF: Attribute = Attribute::Overall(Framework::Saf);

fn without_ratings(raw: &Value) -> bool {
    stated(raw).keys().all(|name| !name.starts_with("rating.") && !name.starts_with("saf."))
}

/// A record with one entry of an assessment for each (service, rating, status, date).
fn assessed(entries: &[(&str, &str, &str, &str)]) -> Value {
    let mut raw = home_care("1-100000001");
    raw["assessment"] = entries
        .iter()
        .map(|(name, rating, status, date)| {
            json!({"assessmentPlanPublishedDateTime": date, "ratings": {"asgRatings": [
                {"name": name, "rating": rating, "status": status, "assessmentDate": "2020-01-01",
                 "keyQuestionRatings": [{"name": "Safe", "rating": rating, "status": "Not Assessed"}]}]}})
        })
        .collect();
    raw
}

#[test]
fn current_ratings_without_overall_state_no_old_rating() {
    let raw = sample_of("1-569934227");
    assert!(raw["currentRatings"].is_object());
    assert_eq!(value(&raw, OLD), None);
    assert_eq!(value(&raw, SAF), Some("Good".into()));
    let mut raw = home_care("1-100000001");
    raw["currentRatings"] = json!({"overall": {}});
    assert!(without_ratings(&raw));
}

#[test]
fn a_newer_history_entry_never_replaces_the_rating() {
    for id in ["1-3995862205", "1-109570155"] {
        let raw = sample_of(id);
        let held = raw["currentRatings"]["overall"]["rating"].as_str().map(str::to_owned);
        assert_eq!(value(&raw, OLD), held, "{id}");
    }
    let mut raw = home_care("1-100000001");
    raw["currentRatings"] = Value::Null;
    raw["historicRatings"] = json!([{"overall": {"rating": "Inadequate"}, "reportDate": "2025-01-01"}]);
    assert!(without_ratings(&raw));
}

#[test]
fn the_last_report_s_date_is_not_the_rating_s() {
    let mut raw = home_care("1-100000001");
    raw["lastReport"] = json!({"publicationDate": "2025-02-03"});
    assert_eq!(stated(&raw)["rating.overall"].1, Some("2024-05-06".into()));
    raw["currentRatings"] = json!({"overall": {"rating": "Good"}, "reportDate": "2024-04-04"});
    assert_eq!(stated(&raw)["rating.overall"].1, Some("2024-04-04".into()));
    raw["currentRatings"] = json!({"overall": {"rating": "Good"}});
    assert_eq!(stated(&raw)["rating.overall"].1, None);
}

#[test]
fn a_question_not_assessed_keeps_its_rating_and_order_does_not_matter() {
    let raw = assessed(&[("Homecare", "Good", "Current", "2025-01-01 10:00:00")]);
    assert_eq!(value(&raw, Attribute::Question(Framework::Saf, KeyQuestion::Safe)), Some("Good".into()));
    let mut raw = sample_of("1-3995862205");
    let before = stated(&raw);
    let list = raw["currentRatings"]["overall"]["keyQuestionRatings"].as_array_mut().expect("a list");
    list.reverse();
    assert_eq!(stated(&raw), before);
}

#[test]
fn a_deregistered_location_keeps_its_rating() {
    let said = stated(&sample_of("1-3995862205"));
    assert_eq!(said["rating.overall"].0, "Inadequate");
    assert_eq!(said["registration"], ("Deregistered".into(), Some("2020-07-21".into())));
}

#[test]
fn successors_and_predecessors_are_ids_of_the_register() {
    let mut raw = home_care("1-100000001");
    raw["relationships"] = json!([
        {"type": "HSCA Successor", "relatedLocationId": "1-300000003", "relatedLocationName": "B", "reason": "x"},
        {"type": "HSCA Successor", "relatedLocationId": "1-200000002"},
        {"type": "HSCA Successor", "relatedLocationId": "../../x"},
        {"type": "HSCA Predecessor", "relatedLocationId": "RM317"},
        {"type": "HSCA Predecessor", "relatedLocationId": "1-100000001"},
    ]);
    let said = stated(&raw);
    assert_eq!(said["successors"].0, "1-200000002 1-300000003");
    assert_eq!(said["predecessors"].0, "RM317");
}

#[test]
fn an_inherited_rating_names_its_origin_and_one_s_own_does_not() {
    let mut raw = home_care("1-100000001");
    let question = |name: &str, date: &str, from: Option<&str>| {
        let mut question = json!({"name": name, "rating": "Inadequate", "reportDate": date});
        if let Some(from) = from {
            question["organisationId"] = json!(from);
        }
        question
    };
    let mut with = |questions: Vec<Value>| {
        raw["currentRatings"]["overall"]["keyQuestionRatings"] = json!(questions);
        stated(&raw).remove("inherited_from")
    };
    let old = Some("1-300000003");
    let inherited = Some(("1-300000003".to_owned(), Some("2024-05-06".to_owned())));
    assert_eq!(
        with(vec![question("Safe", "2024-05-06", old), question("Caring", "2019-01-01", old)]),
        inherited
    );
    // A new inspection beside older, inherited questions is one's own.
    assert_eq!(with(vec![question("Safe", "2024-05-06", None), question("Caring", "2019-01-01", old)]), None);
    assert_eq!(with(vec![question("Safe", "2024-05-06", Some("1-100000001"))]), None);
}

#[test]
fn unrated_is_not_poor_and_dormant_is_its_own_state() {
    let raw = sample_of("1-10024040008");
    assert!(without_ratings(&raw));
    assert_eq!(stated(&raw)["dormancy"].0, "Y");
    assert!(without_ratings(&sample_of("1-113868677")));
}

#[test]
fn sentinels_and_blanks_are_no_rating_and_a_new_word_is_drift() {
    for word in ["", " ", "Inspected but not rated", "No published rating", "Not Rated", "Regulations met"] {
        let mut raw = home_care("1-100000001");
        raw["currentRatings"]["overall"]["rating"] = json!(word);
        assert!(without_ratings(&raw), "{word:?}");
        assert_eq!(read(&raw).1.len(), 0, "{word:?}");
    }
    let mut raw = home_care("1-100000001");
    raw["currentRatings"]["overall"]["rating"] = json!("Foo");
    assert!(without_ratings(&raw));
    assert_eq!(read(&raw).1.into_iter().collect::<Vec<_>>(), ["rating \"Foo\""]);
}

#[test]
fn both_spellings_of_requires_improvement_are_one() {
    let mut raw = home_care("1-100000001");
    for word in ["Requires improvement", "Requires Improvement", "REQUIRES  IMPROVEMENT "] {
        raw["currentRatings"]["overall"]["rating"] = json!(word);
        assert_eq!(value(&raw, OLD), Some("Requires improvement".into()), "{word:?}");
    }
}

#[test]
fn an_assessment_is_judged_by_the_worst_service_on_its_own_date() {
    let raw = assessed(&[
        ("Homecare", "Inadequate", "Current", "2025-01-03 09:00:00"),
        ("Supported living", "Good", "Current", "2025-02-05 09:00:00"),
    ]);
    let said = stated(&raw);
    assert_eq!(said["saf.overall"], ("Inadequate".into(), Some("2025-01-03".into())));
    assert_eq!(said["saf.safe"], ("Inadequate".into(), Some("2025-01-03".into())));
    assert_eq!(said["saf.services"].0, "2");
    assert_eq!(said["saf.newest"].0, "2025-02-05");
    assert_eq!(
        said["saf.summary"].0,
        "Homecare: Inadequate (2025-01-03); Supported living: Good (2025-02-05)"
    );
}

#[test]
fn of_one_service_the_newest_current_rated_entry_counts() {
    let raw = assessed(&[
        ("Homecare", "Inadequate", "Current", "2024-01-03 09:00:00"),
        ("home  care", "Outstanding", "Archived", "2025-05-05 09:00:00"),
        ("HOMECARE", "Good", "Current", "2025-02-05 09:00:00"),
        ("Homecare", "", "Current", "2025-03-05 09:00:00"),
        ("Homecare", "Outstanding", "Historical", "2025-04-05 09:00:00"),
    ]);
    let said = stated(&raw);
    assert_eq!(said["saf.overall"], ("Good".into(), Some("2025-02-05".into())));
    assert_eq!(said["saf.services"].0, "1");
    assert!(!said.contains_key("saf.summary"));
    let dated = assessed(&[("Homecare", "Good", "Current", "")]);
    assert_eq!(stated(&dated)["saf.overall"].1, Some("2020-01-01".into()), "assessmentDate stands in");
}

#[test]
fn null_is_absent_and_a_wrong_type_is_absent_with_a_note() {
    let mut raw = home_care("1-100000001");
    for field in ["currentRatings", "assessment", "lastInspection", "name", "dormancy", "gacServiceTypes"] {
        raw[field] = Value::Null;
    }
    assert_eq!(read(&raw).1.len(), 0);
    assert_eq!(value(&raw, Attribute::Name), None);
    for (field, wrong) in [
        ("currentRatings", json!([1])),
        ("assessment", json!({"ratings": 5})),
        ("lastInspection", json!("2024-01-01")),
        ("name", json!(7)),
        ("relationships", json!("none")),
        ("registrationDate", json!("02/01/2020")),
    ] {
        let mut raw = home_care("1-100000001");
        raw[field] = wrong;
        let (record, drift) = read(&raw);
        assert_eq!(drift.len(), 1, "{field}: {drift:?}");
        assert_eq!(record.id, "1-100000001");
    }
}

#[test]
fn a_new_field_is_drift_and_a_dropped_one_is_not() {
    let mut raw = home_care("1-100000001");
    raw["newField"] = json!({"x": 1});
    raw["mainPhoneNumber"] = json!("0161 000 0000");
    raw["website"] = json!("www.example.org");
    assert_eq!(read(&raw).1.into_iter().collect::<Vec<_>>(), ["newField"]);
}

#[test]
fn ids_that_are_none_and_records_of_others_are_rejects() {
    assert!(!is_usable_id("rm317"));
    for other in [json!("1-100000002"), json!(""), json!(5), Value::Null, json!("../x")] {
        let mut raw = home_care("1-100000001");
        raw["locationId"] = other.clone();
        let redacted = redact::location(&raw, &[]).expect("it is an object");
        let read = parse::location(&redacted.value, "1-100000001", &mut Default::default());
        let reject = read.expect_err("it is not the one");
        assert!(reject.place.starts_with("1-100000001"), "{other}: {reject:?}");
    }
    assert!(redact::location(&json!([]), &[]).is_err());
}

#[test]
fn company_numbers_get_their_zero_back_and_lose_their_blanks() {
    for (given, wanted) in [("3754654", Some("03754654")), ("SC123456 ", Some("SC123456")), ("none", None)] {
        let raw = json!({"providerId": "RT2", "name": "A Ltd", "ownershipType": "Organisation", "companiesHouseNumber": given});
        let mut redacted = redact::provider(&raw).expect("it is an object");
        let record = parse::provider(&redacted.value, "RT2", &mut redacted.drift).expect("it is the one");
        let number = record.statements.iter().find(|said| said.attribute == Attribute::CompanyNumber);
        assert_eq!(number.map(|said| said.value.as_str()), wanted);
    }
}

#[test]
fn hostile_names_are_cleaned_and_cut() {
    let mut raw = home_care("1-100000001");
    raw["name"] = json!(format!("A\r\nBcc: x\u{202E}{}", "y".repeat(10_000)));
    let name = value(&raw, Attribute::Name).expect("it has a name");
    assert!(name.starts_with("A\u{FFFD}\u{FFFD}Bcc: x\u{FFFD}y") && name.ends_with('…'), "{name}");
    assert_eq!(name.chars().count(), 200);
}

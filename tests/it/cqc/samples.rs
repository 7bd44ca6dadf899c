//! What recorded answers state, one snapshot a sample.

use std::fmt::Write;

use super::{read, recorded, samples};
use carewarden::domain::{Registration, Subject};
use carewarden::facts::Attribute;
use carewarden::sources::cqc::{parse, redact};

#[test]
fn every_sample_states_what_it_stated() {
    for (name, raw) in samples() {
        let (record, drift) = read(&raw);
        let mut text = String::new();
        for said in &record.statements {
            let effective = said.effective.map_or_else(|| "-".to_owned(), |day| day.to_string());
            writeln!(text, "{} = {} [{effective}] {}", said.attribute.as_string(), said.value, said.row)
                .expect("text takes it");
            assert_eq!(said.subject, Subject::location(&record.id));
        }
        writeln!(text, "drift: {drift:?}").expect("text takes it");
        insta::assert_snapshot!(name.trim_end_matches(".json"), text);
    }
}

#[test]
fn every_statement_points_into_its_document() {
    for raw in recorded("oldham-all-sectors.ndjson.gz") {
        let id = raw["locationId"].as_str().expect("it has an id");
        let mut redacted = redact::location(&raw, &[]).expect("it is an object");
        let record = parse::location(&redacted.value, id, &mut redacted.drift).expect("it is the one");
        for said in &record.statements {
            assert!(redacted.value.pointer(&said.row).is_some(), "{id} {}", said.row);
            assert!(!said.value.is_empty(), "{id} {}", said.row);
        }
        assert_eq!(redacted.drift.len(), 0, "{id} {:?}", redacted.drift);
    }
}

#[test]
fn the_whole_area_reads_as_it_was_counted() {
    let all = recorded("oldham-all-sectors.ndjson.gz");
    let home_care = |types: &[String]| types.iter().any(|name| name == "Domiciliary care service");
    let records = all.iter().map(|raw| read(raw).0).filter(|record| home_care(&record.service_types));
    let (mut registered, mut unrated, mut total) = (0, 0, 0);
    for record in records {
        total += 1;
        registered += usize::from(record.registration == Some(Registration::Registered));
        unrated += usize::from(
            !record.statements.iter().any(|said| matches!(said.attribute, Attribute::Overall(_))),
        );
    }
    assert_eq!((total, registered, unrated), (105, 50, 60));
}

#[test]
fn providers_state_name_register_and_company() {
    let mut text = String::new();
    for raw in recorded("oldham-providers.ndjson.gz") {
        let id = raw["providerId"].as_str().expect("it has an id");
        let mut redacted = redact::provider(&raw).expect("it is an object");
        let record = parse::provider(&redacted.value, id, &mut redacted.drift).expect("it is the one");
        let said =
            record.statements.iter().map(|said| format!("{}={}", said.attribute.as_string(), said.value));
        writeln!(text, "{id} {} {}", raw["ownershipType"], said.collect::<Vec<_>>().join(", "))
            .expect("text takes it");
        assert_eq!(redacted.drift.len(), 0, "{id} {:?}", redacted.drift);
    }
    insta::assert_snapshot!("providers", text);
}

//! A redacted record into what it states. No record fails for an optional field: what cannot be
//! read is absent, and absence is never a change.

use std::collections::BTreeSet;

use serde_json::Value;

use super::reading::Reading;
use super::record::{LocationRecord, ProviderRecord, Reject};
use super::words::{company_number, plain};
use super::{assessment, ids::is_usable_id, ratings};
use crate::domain::{Registration, Subject, clean_name};
use crate::facts::Attribute;

/// Reads a location's redacted record; `drift` takes what this version does not know.
///
/// # Errors
/// When the record does not say that it is the one that was asked for.
pub fn location(
    document: &Value,
    asked: &str,
    drift: &mut BTreeSet<String>,
) -> Result<LocationRecord, Reject> {
    is_the_one(document, "/locationId", asked)?;
    let mut reading = Reading::new(document, Subject::location(asked), drift);
    name(&mut reading);
    let provider_id = provider_id(&mut reading);
    let local_authority = local_authority(&mut reading);
    let service_types = service_types(&mut reading);
    let registration = registration(&mut reading);
    states_of_the_service(&mut reading);
    let successors = related(&mut reading, "successor", Attribute::Successors);
    let predecessors = related(&mut reading, "predecessor", Attribute::Predecessors);
    ratings::read(&mut reading);
    assessment::read(&mut reading);
    Ok(LocationRecord {
        id: asked.to_owned(),
        provider_id,
        local_authority,
        service_types,
        registration,
        successors,
        predecessors,
        statements: reading.into_statements(),
    })
}

/// Reads a provider's redacted record.
///
/// # Errors
/// When the record does not say that it is the one that was asked for.
pub fn provider(
    document: &Value,
    asked: &str,
    drift: &mut BTreeSet<String>,
) -> Result<ProviderRecord, Reject> {
    is_the_one(document, "/providerId", asked)?;
    let mut reading = Reading::new(document, Subject::provider(asked), drift);
    name(&mut reading);
    registration(&mut reading);
    let place = "/companiesHouseNumber";
    if let Some(number) = reading.text(place).and_then(company_number) {
        reading.state(Attribute::CompanyNumber, number, None, place);
    }
    Ok(ProviderRecord { id: asked.to_owned(), statements: reading.into_statements() })
}

fn is_the_one(document: &Value, place: &str, asked: &str) -> Result<(), Reject> {
    let reject = |reason: String| Err(Reject::new(&format!("{asked} {place}"), reason));
    match document.pointer(place).and_then(Value::as_str).map(str::trim) {
        Some(id) if id == asked => Ok(()),
        Some(id) if is_usable_id(id) => reject(format!("it is the record of {id}, not the one asked for")),
        _ => reject("it has no usable id".into()),
    }
}

fn name(reading: &mut Reading<'_>) {
    if let Some(name) = reading.text("/name").and_then(clean_name) {
        reading.state(Attribute::Name, name, None, "/name");
    }
}

fn provider_id(reading: &mut Reading<'_>) -> Option<String> {
    let id = reading.text("/providerId").filter(|id| is_usable_id(id))?;
    reading.state(Attribute::ProviderId, id, None, "/providerId");
    Some(id.to_owned())
}

fn local_authority(reading: &mut Reading<'_>) -> Option<String> {
    let authority = reading.text("/localAuthority").and_then(clean_name)?;
    reading.state(Attribute::LocalAuthority, authority.clone(), None, "/localAuthority");
    Some(authority)
}

fn service_types(reading: &mut Reading<'_>) -> Vec<String> {
    let places =
        (0..reading.count("/gacServiceTypes")).map(|at| format!("/gacServiceTypes/{at}/description"));
    let types: BTreeSet<String> =
        places.filter_map(|place| reading.text(&place).and_then(clean_name)).collect();
    let types: Vec<String> = types.into_iter().collect();
    reading.state(Attribute::ServiceTypes, types.join("; "), None, "/gacServiceTypes");
    types
}

fn registration(reading: &mut Reading<'_>) -> Option<Registration> {
    let place = "/registrationStatus";
    let word = reading.text(place)?;
    let Some(status) = Registration::parse(word) else {
        reading.wonder(&format!("registrationStatus \"{word}\""));
        return None;
    };
    let since = match status {
        Registration::Registered => "/registrationDate",
        Registration::Deregistered => "/deregistrationDate",
    };
    let effective = reading.day(since);
    reading.state(Attribute::Registration, status.as_str(), effective, place);
    Some(status)
}

fn states_of_the_service(reading: &mut Reading<'_>) {
    let dormancy = reading.text("/dormancy").map(str::to_uppercase);
    match dormancy.as_deref() {
        Some("Y") => {
            let since = reading.day("/dormancyStartDate");
            reading.state(Attribute::Dormancy, "Y", since, "/dormancy");
        }
        Some("N") => reading.state(Attribute::Dormancy, "N", None, "/dormancy"),
        Some(other) => reading.wonder(&format!("dormancy \"{other}\"")),
        None => {}
    }
    for (attribute, place) in [
        (Attribute::ManagerAbsentSince, "/registeredManagerAbsentDate"),
        (Attribute::LastInspection, "/lastInspection/date"),
    ] {
        if let Some(day) = reading.day(place) {
            reading.state(attribute, day.to_string(), None, place);
        }
    }
}

/// Ids of the other end of a re-registration: `HSCA Successor`, `HSCA Predecessor`.
fn related(reading: &mut Reading<'_>, wanted: &str, attribute: Attribute) -> Vec<String> {
    let mut ids = BTreeSet::new();
    for at in 0..reading.count("/relationships") {
        let kind = reading.text(&format!("/relationships/{at}/type")).map(plain).unwrap_or_default();
        let id = reading.text(&format!("/relationships/{at}/relatedLocationId"));
        if kind.split(' ').any(|word| word == wanted) {
            ids.extend(id.filter(|id| is_usable_id(id) && *id != reading.id()).map(str::to_owned));
        }
    }
    let ids: Vec<String> = ids.into_iter().collect();
    reading.state(attribute, ids.join(" "), None, "/relationships");
    ids
}

//! The allow-list: which fields of a record are kept, field by field.
//!
//! What is not named is dropped. Fields named [`Keep::Drop`] are known and not wanted: people's
//! names, telephones, addresses, commentary, links. A top-level field that is not named at all is
//! new, and is noted by its name.

/// What becomes of a field.
#[derive(Debug)]
pub(super) enum Keep {
    /// A text, number or truth value is kept.
    Value,
    /// Known, and not kept.
    Drop,
    /// An object of which these fields are kept.
    Object(&'static [(&'static str, Self)]),
    /// A list of such.
    List(&'static Self),
}

use Keep::{Drop, List, Object, Value};

const NAME_AND_DESCRIPTION: Keep = Object(&[("name", Value), ("description", Value)]);
const NAME_AND_CODE: Keep = Object(&[("name", Value), ("code", Value)]);
// The reason is free text, and no rule asks for it.
const RELATIONSHIP: Keep =
    Object(&[("relatedLocationId", Value), ("relatedProviderId", Value), ("type", Value), ("reason", Drop)]);
const QUESTION: Keep =
    Object(&[("name", Value), ("rating", Value), ("reportDate", Value), ("organisationId", Value)]);
const OVERALL: Keep = Object(&[
    ("rating", Value),
    ("reportDate", Value),
    ("organisationId", Value),
    ("keyQuestionRatings", List(&QUESTION)),
]);
const PAST: Keep = Object(&[("reportDate", Value), ("organisationId", Value), ("overall", OVERALL)]);
const SAF_QUESTION: Keep =
    Object(&[("name", Value), ("rating", Value), ("status", Value), ("percentageScore", Value)]);
const SAF_SERVICE: Keep = Object(&[
    ("name", Value),
    ("rating", Value),
    ("status", Value),
    ("assessmentDate", Value),
    ("assessmentPlanId", Value),
    ("assessmentPlanStatus", Value),
    ("keyQuestionRatings", List(&SAF_QUESTION)),
]);
const ASSESSMENT: Keep = Object(&[
    ("assessmentPlanPublishedDateTime", Value),
    ("ratings", Object(&[("asgRatings", List(&SAF_SERVICE))])),
]);

/// `/locations/{id}`
pub(super) const LOCATION: &[(&str, Keep)] = &[
    ("locationId", Value),
    ("providerId", Value),
    ("organisationType", Value),
    ("type", Value),
    ("name", Value),
    ("brandId", Value),
    ("registrationStatus", Value),
    ("registrationDate", Value),
    ("deregistrationDate", Value),
    ("dormancy", Value),
    ("dormancyStartDate", Value),
    ("dormancyEndDate", Value),
    ("registeredManagerAbsentDate", Value),
    ("careHome", Value),
    ("postalCode", Value),
    ("region", Value),
    ("localAuthority", Value),
    ("inspectionDirectorate", Value),
    ("gacServiceTypes", List(&NAME_AND_DESCRIPTION)),
    ("regulatedActivities", List(&NAME_AND_CODE)),
    ("relationships", List(&RELATIONSHIP)),
    ("specialisms", List(&NAME_AND_DESCRIPTION)),
    ("lastInspection", Object(&[("date", Value)])),
    ("lastReport", Object(&[("publicationDate", Value)])),
    ("currentRatings", Object(&[("reportDate", Value), ("overall", OVERALL)])),
    ("historicRatings", List(&PAST)),
    ("assessment", List(&ASSESSMENT)),
];

/// `/providers/{id}`
pub(super) const PROVIDER: &[(&str, Keep)] = &[
    ("providerId", Value),
    ("locationIds", List(&Value)),
    ("organisationType", Value),
    ("ownershipType", Value),
    ("type", Value),
    ("name", Value),
    ("brandId", Value),
    ("registrationStatus", Value),
    ("registrationDate", Value),
    ("deregistrationDate", Value),
    ("companiesHouseNumber", Value),
    ("charityNumber", Value),
    ("postalCode", Value),
    ("region", Value),
    ("localAuthority", Value),
    ("inspectionDirectorate", Value),
    ("regulatedActivities", List(&NAME_AND_CODE)),
    ("relationships", List(&RELATIONSHIP)),
    ("lastInspection", Object(&[("date", Value)])),
    ("lastReport", Object(&[("publicationDate", Value)])),
    ("currentRatings", Drop),
    ("historicRatings", Drop),
    ("assessment", Drop),
];

/// A page of a list: names of locations may be people's, so only ids stay.
pub(super) const PAGE: &[(&str, Keep)] = &[
    ("total", Value),
    ("page", Value),
    ("perPage", Value),
    ("totalPages", Value),
    ("startTimeStamp", Value),
    ("endTimeStamp", Value),
    ("startTimestamp", Value),
    ("endTimestamp", Value),
    ("locations", List(&Object(&[("locationId", Value)]))),
    ("changes", List(&Value)),
    ("firstPageUri", Drop),
    ("lastPageUri", Drop),
    ("nextPageUri", Drop),
    ("previousPageUri", Drop),
    ("uri", Drop),
];

/// Known fields of records that are not kept, whatever the record.
const DROPPED: &[&str] = &[
    "alsoKnownAs",
    "assessmentServiceGroup",
    "brandName",
    "constituency",
    "contacts",
    "inspectionAreas",
    "inspectionCategories",
    "locationTypes",
    "mainPhoneNumber",
    "numberOfBeds",
    "odsCcgCode",
    "odsCcgName",
    "odsCode",
    "onspdCcgCode",
    "onspdCcgName",
    "onspdIcbCode",
    "onspdIcbName",
    "onspdLatitude",
    "onspdLongitude",
    "postalAddressCounty",
    "postalAddressLine1",
    "postalAddressLine2",
    "postalAddressTownCity",
    "providerInspectionAreas",
    "reports",
    "unpublishedReports",
    "uprn",
    "website",
];

/// Whether a top-level field is known, kept or not.
pub(super) fn is_known(fields: &[(&str, Keep)], name: &str) -> bool {
    fields.iter().any(|(known, _)| *known == name) || DROPPED.contains(&name)
}

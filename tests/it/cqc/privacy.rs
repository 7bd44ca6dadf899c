//! No person reaches what is kept: not by a field that holds people, nor by a name that is one.

use carewarden::sources::cqc::{page, redact};
use serde_json::{Value, json};

use super::{home_care, recorded, samples};

const SEED: &str = "Zebedee Quillfeather";

/// Fields that hold people, how to reach them, or free text about them.
const PERSONAL: [&str; 14] = [
    "contacts",
    "nominatedIndividual",
    "mainPhoneNumber",
    "website",
    "alsoKnownAs",
    "commentary",
    "overallPeopleExperience",
    "narrative",
    "title",
    "relatedLocationName",
    "relatedProviderName",
    "postalAddressLine1",
    "postalAddressLine2",
    "brandName",
];

/// Puts the seeded name into every text below a field that holds people.
fn plant(value: &mut Value, personal: bool) {
    match value {
        Value::String(text) if personal => *text = format!("{SEED} {text}"),
        Value::Array(items) => items.iter_mut().for_each(|item| plant(item, personal)),
        Value::Object(fields) => {
            for (name, value) in fields {
                plant(value, personal || PERSONAL.contains(&name.as_str()) || name.starts_with("person"));
            }
        }
        _ => {}
    }
}

fn names_of(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| names_of(item, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                found.push(name.clone());
                names_of(value, found);
            }
        }
        _ => {}
    }
}

#[test]
fn a_planted_name_never_reaches_a_kept_document() {
    let locations = samples().into_values().chain(recorded("oldham-all-sectors.ndjson.gz"));
    let kept = locations.map(|mut raw| {
        plant(&mut raw, false);
        redact::location(&raw, &[]).expect("it is an object").value
    });
    let providers = recorded("oldham-providers.ndjson.gz").into_iter().map(|mut raw| {
        plant(&mut raw, false);
        redact::provider(&raw).expect("it is an object").value
    });
    for value in kept.chain(providers) {
        assert!(!value.to_string().contains("Quillfeather"), "{value}");
        let mut names = Vec::new();
        names_of(&value, &mut names);
        let personal =
            names.iter().find(|name| PERSONAL.contains(&name.as_str()) || name.starts_with("person"));
        assert_eq!(personal, None, "{value}");
    }
}

#[test]
fn an_unknown_field_is_dropped_wherever_it_stands() {
    let mut raw = home_care("1-100000001");
    raw["manager"] = json!(SEED);
    raw["currentRatings"]["overall"]["inspector"] = json!(SEED);
    raw["gacServiceTypes"][0]["lead"] = json!({"name": SEED});
    let redacted = redact::location(&raw, &[]).expect("it is an object");
    assert!(!redacted.value.to_string().contains(SEED));
    assert!(!format!("{:?}", redacted.drift).contains(SEED));
}

#[test]
fn individuals_and_partnerships_lose_their_name_and_organisations_keep_it() {
    for (ownership, kept) in [("Individual", false), ("partnership ", false), ("Organisation", true)] {
        let raw = json!({"providerId": "1-200000001", "ownershipType": ownership, "name": SEED});
        let redacted = redact::provider(&raw).expect("it is an object");
        assert_eq!(redacted.value.to_string().contains(SEED), kept, "{ownership}");
    }
}

#[test]
fn a_location_that_goes_by_its_owner_s_name_loses_it() {
    let mut raw = home_care("1-100000001");
    raw["name"] = json!("Mr Zebedee Quillfeather");
    assert!(!redact::location(&raw, &[]).expect("an object").value.to_string().contains("Zebedee"));
    raw["name"] = json!(SEED);
    let owner = ["Mr. Zebedee Quillfeather".to_owned()];
    assert!(!redact::location(&raw, &owner).expect("an object").value.to_string().contains("Zebedee"));
    raw["name"] = json!("Miss Daisy Home Care");
    assert!(redact::location(&raw, &owner).expect("an object").value.to_string().contains("Daisy"));
}

#[test]
fn an_email_in_a_kept_field_is_dropped() {
    let mut raw = home_care("1-100000001");
    raw["name"] = json!("ask z.q@example.org");
    assert!(!redact::location(&raw, &[]).expect("an object").value.to_string().contains("example.org"));
}

#[test]
fn a_list_page_keeps_ids_only() {
    let bytes = std::fs::read(super::fixture("page_locations_list.json")).expect("it is there");
    let page = page::page(&bytes, page::List::Register, 1).expect("it is a page");
    assert_eq!((page.ids.len(), page.total, page.pages), (5, 57_909, 11_582));
    let kept = String::from_utf8(page.kept.bytes()).expect("it is text");
    assert!(kept.contains("1-10000302982") && !kept.contains("Henley"), "{kept}");
    assert_eq!(page.kept.drift.len(), 0, "{:?}", page.kept.drift);
}

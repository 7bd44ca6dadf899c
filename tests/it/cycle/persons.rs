//! No person in the file or the mail: what the register says of people ends at our door.

use std::io::Read;

use serde_json::{Value, json};

use super::{A, A2, B, OF_A, OF_B};
use crate::world::records::{home_care, provider, rated, with};
use crate::world::{Setup, World};

/// What is planted: none of it may be found again.
const PLANTED: [&str; 6] =
    ["Quillfeather", "Zebedee", "07700 900123", "07700900123", "z.quillfeather@example.org", "example.org"];

fn contact() -> Value {
    json!({
        "personTitle": "Ms", "personGivenName": "Zebedee", "personFamilyName": "Quillfeather",
        "personRoles": ["Registered Manager", "Zebedee"], "phone": "07700 900123", "email": "z.quillfeather@example.org"
    })
}

/// A record with people in every place where the register, or a careless clerk, could put them.
fn peopled(mut record: Value) -> Value {
    let activity = json!({"code": "RA1", "name": "Personal care", "contacts": [contact()],
        "nominatedIndividual": contact()});
    record["regulatedActivities"] = json!([activity]);
    record["mainPhoneNumber"] = json!("07700 900123");
    record["website"] = json!("www.example.org/zebedee");
    record["alsoKnownAs"] = json!("Zebedee Quillfeather's");
    record["contacts"] = json!([contact()]);
    record["registeredManager"] = json!("Zebedee Quillfeather");
    record["commentary"] = json!("ask Zebedee Quillfeather on 07700 900123");
    record["specialisms"] = json!([{"name": "Dementia", "lead": contact()}]);
    record["inspectionAreas"] = json!([{"inspector": "Zebedee Quillfeather"}]);
    record["relationships"] = json!([{"relatedLocationId": "1-1000000066", "relatedLocationName": "Zebedee Quillfeather",
        "type": "HSCA Predecessor", "reason": "Zebedee Quillfeather retired"}]);
    record
}

fn company(ownership: &str, id: &str) -> Value {
    let mut record = peopled(provider(id));
    record["ownershipType"] = json!(ownership);
    if ownership != "Organisation" {
        record["name"] = json!("Ms Zebedee Quillfeather");
    }
    record
}

/// Everything in the file: its raw bytes and its journal, and every kept body unpacked.
fn everything(world: &World) -> Vec<u8> {
    let mut all = Vec::new();
    for ending in ["", "-wal", "-shm"] {
        let path = format!("{}{ending}", world.database().display());
        all.extend(std::fs::read(path).unwrap_or_default());
    }
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let conn = rusqlite::Connection::open_with_flags(world.database(), flags).expect("it opens");
    let mut statement = conn
        .prepare("SELECT body FROM bodies UNION ALL SELECT body FROM documents WHERE body IS NOT NULL")
        .expect("a query");
    let bodies = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("it answers");
    let mut count = 0;
    for body in bodies {
        let body = body.expect("a body");
        flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut all).expect("it unpacks");
        count += 1;
    }
    assert!(count > 3, "bodies were looked at");
    all
}

fn assert_nobody(world: &World) {
    let bytes = everything(world);
    let mut places: Vec<(String, Vec<u8>)> = vec![("the database".into(), bytes)];
    for mail in world.mails() {
        places.push((mail.subject.clone(), [mail.raw, mail.text.into(), mail.html.into()].concat()));
    }
    for (place, bytes) in places {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for planted in PLANTED {
            let found = text.find(&planted.to_lowercase());
            let around = found.map(|at| text[..at].chars().rev().take(80).collect::<Vec<_>>());
            let around: Option<String> = around.map(|chars| chars.into_iter().rev().collect());
            assert_eq!(around, None, "{planted} is in {place}");
        }
    }
}

#[test]
fn people_of_the_register_are_nowhere_in_the_file_or_the_mail() {
    let mut world = World::of(
        &Setup::default(),
        [
            peopled(rated(home_care(A, OF_A), "Inadequate", "2025-01-06")),
            with(peopled(home_care(A2, OF_B)), "name", json!("Zebedee Quillfeather")),
            with(peopled(home_care(B, OF_B)), "name", json!("Mrs Zebedee Quillfeather")),
        ],
        [company("Organisation", OF_A), company("Individual", OF_B)],
    );
    let ran = world.today().exits(0);
    assert_eq!(ran.mails.len(), 2);
    world.publish(with(
        peopled(rated(home_care(A2, OF_B), "Inadequate", "2025-03-03")),
        "name",
        json!("Zebedee Quillfeather"),
    ));
    let ran = world.tomorrow().exits(0);
    assert_eq!(ran.mails.len(), 2);
    for text in [&ran.out, &ran.err] {
        assert!(!text.contains("Zebedee"), "{text}");
    }
    assert_nobody(&world);
}

#[test]
fn ways_to_reach_people_are_not_kept_in_fields_of_another_kind_either() {
    let odd = |field: &str, reach: &str| with(home_care(A, OF_A), field, json!(reach));
    let fields = [
        "registrationStatus",
        "dormancy",
        "registrationDate",
        "deregistrationDate",
        "lastInspection",
        "postalCode",
        "registeredManagerAbsentDate",
        "currentRatings",
        "historicRatings",
        "assessment",
        "gacServiceTypes",
        "regulatedActivities",
        "relationships",
        "organisationType",
        "careHome",
        "providerId",
    ];
    let mut world = World::of(&Setup::default(), [home_care(A, OF_A), home_care(B, OF_B)], [provider(OF_A)]);
    world.today().exits(0);
    for field in fields {
        world.publish(odd(field, "07700 900123"));
        world.minutes_later(60);
        world.publish(odd(field, "ask z.quillfeather@example.org"));
        world.minutes_later(60);
    }
    let mut record = rated(home_care(A, OF_A), "07700900123", "2025-03-03");
    record["currentRatings"]["overall"]["keyQuestionRatings"] =
        json!([{"name": "z.quillfeather@example.org", "rating": "07700 900123"}]);
    record["relationships"] = json!([{"relatedLocationId": "07700900123", "type": "07700 900123"}]);
    world.publish(record);
    world.minutes_later(60);
    assert_nobody(&world);
}

//! What must not raise, clear or tell anything: other words for the same state, and answers that are
//! no answers. After each, the next good reading finds the true change.

mod failures;
mod noise;
mod words;

use crate::world::records::{home_care, rated, with};
use crate::world::{Setup, World};

/// Good since 2024, and stays so.
const GOOD: &str = "1-1000000001";
/// Requires improvement since 2024: its flag stands.
const POOR: &str = "1-1000000002";
const OF_GOOD: &str = "1-2000000001";
const OF_POOR: &str = "1-2000000002";

fn good() -> serde_json::Value {
    home_care(GOOD, OF_GOOD)
}

fn poor() -> serde_json::Value {
    rated(home_care(POOR, OF_POOR), "Requires improvement", "2024-05-06")
}

/// A world that has told of its register as found.
fn standing() -> World {
    standing_with(&Setup::default())
}

fn standing_with(setup: &Setup) -> World {
    let others = (10..22).map(|number| home_care(&format!("1-10000000{number}"), "1-2000000003"));
    let mut world = World::new(setup, [good(), poor()].into_iter().chain(others));
    assert_eq!(world.today().exits(0).told().len(), 1, "the summary");
    assert_eq!(world.flags(), STANDS);
    world
}

const STANDS: [&str; 1] = ["CW-0001 rating-fell open concern 1-1000000002"];

/// Asserts that no flag has moved and nobody was told of a provider.
fn nothing_happened(world: &mut World, what: &str) {
    assert_eq!(
        world.flags().iter().filter(|flag| !flag.ends_with(" cqc")).collect::<Vec<_>>(),
        STANDS,
        "{what}"
    );
    let events = world.sql("SELECT count(*) FROM flag_events WHERE subject_kind <> 'source'");
    assert_eq!(events, ["1"], "{what}");
    let told = world.sql("SELECT count(*) FROM outbox WHERE kind NOT IN ('source', 'summary')");
    assert_eq!(told, ["0"], "{what}");
}

/// Asserts that the next good reading finds what has truly changed: one fell, one recovered.
fn truth_is_found(world: &mut World, what: &str) {
    world.publish(rated(good(), "Inadequate", "2025-03-03"));
    world.publish(with(rated(poor(), "Good", "2025-03-03"), "dormancy", serde_json::json!("N")));
    let told: Vec<String> =
        world.tomorrow().exits(0).told().into_iter().filter(|line| !line.starts_with("operator")).collect();
    assert_eq!(
        told,
        [
            "lead: alert first contingency rating-inadequate 1-1000000001",
            "quality: alert first contingency rating-inadequate 1-1000000001",
            "quality: alert cleared concern rating-fell 1-1000000002",
        ],
        "{what}"
    );
}

//! The main job through the real program: what the register publishes, and who hears of it.

mod baseline;
mod digest;
mod falls;
mod hostile;
mod life;
mod officers;
mod persons;
mod routing;
mod sources;
mod turns;
mod undecided;

use serde_json::Value;

use crate::world::records::{home_care, rated};
use crate::world::{Setup, World};

/// Two locations of one provider and one of another, all Good.
pub const A: &str = "1-1000000001";
pub const A2: &str = "1-1000000002";
pub const B: &str = "1-1000000003";
/// Who carries A and A2 on.
pub const OF_A: &str = "1-2000000001";
/// Who carries B on.
pub const OF_B: &str = "1-2000000002";

/// The register of most tests.
pub fn three() -> [Value; 3] {
    [home_care(A, OF_A), home_care(A2, OF_A), home_care(B, OF_B)]
}

/// A world whose register has been read once and was fine.
pub fn fine() -> World {
    fine_with(&Setup::default())
}

/// The same with another configuration.
pub fn fine_with(setup: &Setup) -> World {
    let mut world = World::new(setup, three());
    world.today().tells(&[]);
    world
}

/// A with another rating; a rating is published on a day of its own.
pub fn a_is(rating: &str, date: &str) -> Value {
    rated(home_care(A, OF_A), rating, date)
}

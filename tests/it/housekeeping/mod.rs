//! Housekeeping, the heartbeat, and what still works when the database does not.

mod emergency;
mod heartbeat;
mod monitor;
mod nightly;

use std::fs;

use crate::world::records::{home_care, rated};
use crate::world::{Setup, World};

/// A world whose configuration ends with these lines.
pub fn world_with(lines: &str) -> World {
    // Every reading asks for everything, however short the time since the last.
    let setup = Setup::default().source("full_reread_days = 0");
    let world = World::new(&setup, [rated(home_care("1-1", "1-9"), "Inadequate", "2025-01-10")]);
    let text = fs::read_to_string(world.config()).expect("is there");
    fs::write(world.config(), format!("{text}\n{lines}\n")).expect("written");
    world
}

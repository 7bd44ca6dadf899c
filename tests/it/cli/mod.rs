//! The command line: exit codes, help, lists and their shapes.

mod as_of;
mod exits;
mod help;
mod lists;

use crate::cycle::{A, A2, B, OF_A, OF_B};
use crate::world::records::{home_care, named, rated};
use crate::world::{Setup, World};

/// A small register with a fall after the baseline: something for every list.
fn told() -> World {
    let of = |id, provider, name| named(home_care(id, provider), name);
    let mut world = World::new(
        &Setup::default(),
        [
            of(A, OF_A, "Brightside Home Care"),
            of(A2, OF_A, "Brightside Home Care Shaw"),
            rated(of(B, OF_B, "Quiet Street Homecare"), "Requires improvement", "2024-05-06"),
        ],
    );
    world.today().exits(0);
    world.publish(rated(of(A, OF_A, "Brightside Home Care"), "Inadequate", "2025-03-03"));
    assert_eq!(world.tomorrow().exits(0).mails.len(), 2);
    world
}

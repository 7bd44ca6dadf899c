//! What the register does to flags: leaving it, and coming back under another id.

use carewarden::facts::Attribute;
use carewarden::flags::{State, close};

use super::world::{World, at, shipped};

/// 1-1 is registered and Inadequate, with a flag and dormant besides.
fn poor() -> World {
    let mut world = World::new(shipped());
    world.registered("1-1", "01-01");
    world.rated("1-1", "Inadequate", "01-01");
    world.fact("1-1", Attribute::Dormancy, "Y", None, "01-01");
    world.assess("01-01");
    world
}

/// 1-2 succeeds 1-1 and says the same rating of the same day.
fn succeeded(world: &mut World, day: &str) {
    let overall = Attribute::Overall(carewarden::facts::Framework::Old);
    world.registered("1-2", day);
    world.fact("1-2", Attribute::Predecessors, "1-1", None, day);
    world.fact("1-2", overall, "Inadequate", Some(super::world::date("01-01")), day);
}

#[test]
fn leaving_the_register_closes_the_other_flags_and_cites_them() {
    let mut world = poor();
    world.deregistered("1-1", "01-10");
    let story = world.assess("01-10");
    insta::assert_snapshot!(story);
    assert_eq!(world.assess("01-10"), "");
    assert_eq!(world.assess("12-10"), "", "a rating on record of one that left says nothing");
}

#[test]
fn coming_back_under_the_same_id_clears_and_raises_what_still_holds() {
    let mut world = poor();
    world.deregistered("1-1", "01-10");
    world.assess("01-10");
    world.registered("1-1", "01-12");
    insta::assert_snapshot!(world.assess("01-12"));
}

#[test]
fn flags_move_to_the_successor_without_a_new_one() {
    let mut world = poor();
    succeeded(&mut world, "01-05");
    assert_eq!(world.assess("01-05"), "", "both are registered: the old id's flag stands");
    world.deregistered("1-1", "01-10");
    insta::assert_snapshot!(world.assess("01-10"));
    assert_eq!(world.assess("01-10"), "");
    assert!(world.flags().iter().all(|flag| flag.last.subject.id == "1-2"));
    world.rated("1-2", "Good", "01-20");
    insta::assert_snapshot!("then_good", world.assess("01-20"));
}

#[test]
fn a_successor_found_late_clears_the_deregistration() {
    let mut world = poor();
    world.deregistered("1-1", "01-10");
    world.assess("01-10");
    succeeded(&mut world, "01-15");
    insta::assert_snapshot!(world.assess("01-15"));
    assert_eq!(world.assess("01-15"), "");
}

#[test]
fn two_that_become_one_leave_one_flag() {
    let mut world = poor();
    world.registered("1-3", "01-02");
    world.rated("1-3", "Inadequate", "01-02");
    world.assess("01-02");
    succeeded(&mut world, "01-10");
    world.fact("1-3", Attribute::Successors, "1-2", None, "01-10");
    world.deregistered("1-1", "01-10");
    world.deregistered("1-3", "01-10");
    insta::assert_snapshot!(world.assess("01-10"));
    assert_eq!(world.assess("01-10"), "");
}

#[test]
fn what_an_officer_closed_is_not_raised_again_by_a_new_id() {
    let mut world = poor();
    for number in [1, 2] {
        world.events.push(close(&world.flag(number), "A. Officer", "known", at("01-03")).expect("it stands"));
    }
    world.deregistered("1-1", "01-10");
    succeeded(&mut world, "01-10");
    assert_eq!(world.assess("01-10"), "");
    assert!(world.flags().iter().all(|flag| flag.last.state == State::Cleared));
}

#[test]
fn each_id_that_leaves_is_its_own_news() {
    let mut world = poor();
    world.registered("1-2", "01-01");
    world.deregistered("1-1", "01-10");
    world.assess("01-10");
    world.events.push(close(&world.flag(3), "A. Officer", "known", at("01-11")).expect("it stands"));
    world.fact("1-2", Attribute::Predecessors, "1-1", None, "01-15");
    world.deregistered("1-2", "01-15");
    insta::assert_snapshot!(world.assess("01-15"));
    assert_eq!(world.assess("01-15"), "");
}

#[test]
fn what_was_closed_stays_closed_while_it_holds_of_one_of_two_successors() {
    let mut world = poor();
    for number in [1, 2] {
        world.events.push(close(&world.flag(number), "A. Officer", "known", at("01-03")).expect("it stands"));
    }
    succeeded(&mut world, "01-10");
    world.registered("1-3", "01-10");
    world.rated("1-3", "Good", "01-10");
    world.fact("1-3", Attribute::Predecessors, "1-1", None, "01-10");
    world.deregistered("1-1", "01-10");
    assert_eq!(world.assess("01-10"), "");
    assert_eq!(world.assess("01-11"), "");
}

//! The first good run: the register as found, told once in one summary a recipient.

use serde_json::json;

use super::{A, A2, B, OF_A, OF_B, fine};
use crate::world::records::{deregistered, home_care, named, rated, with};
use crate::world::{Setup, World};

fn poor_register() -> World {
    World::new(
        &Setup::default(),
        [
            rated(home_care(A, OF_A), "Inadequate", "2025-01-06"),
            with(rated(home_care(A2, OF_A), "Requires improvement", "2025-01-06"), "dormancy", json!("Y")),
            rated(home_care(B, OF_B), "Requires improvement", "2024-01-06"),
            deregistered(rated(home_care("1-1000000009", OF_B), "Inadequate", "2020-01-06"), "2021-02-03"),
        ],
    )
}

#[test]
fn the_first_run_is_one_summary_for_each_recipient() {
    let mut world = poor_register();
    let ran = world.today();
    let kinds: Vec<String> =
        ran.mails.iter().map(|mail| format!("{} {}", mail.to, mail.header("Kind"))).collect();
    assert_eq!(kinds, ["lead summary", "quality summary"]);
    assert_eq!(ran.mails[0].header("Subject"), A);
    assert_eq!(ran.mails[1].header("Flag").split(", ").count(), 4);
    // Who left before the first reading is not news.
    assert!(!world.flags().iter().any(|flag| flag.contains("1-1000000009")));
    for _ in 0..10 {
        world.tomorrow().tells(&[]);
    }
}

#[test]
fn a_first_run_that_fails_leaves_the_summary_to_the_first_good_one() {
    let mut world = poor_register();
    world.front.fail("/locations", crate::world::regulator::Fault::Status(503));
    let ran = world.today().exits(1);
    assert_eq!(ran.told(), ["operator: source first operator source-failed cqc"]);
    world.front.lift();
    let told = world.tomorrow().exits(0).told();
    assert_eq!(told.iter().filter(|line| line.contains(": summary first ")).count(), 2, "{told:?}");
    assert_eq!(told.len(), 3, "two summaries and the recovery: {told:?}");
}

#[test]
fn an_empty_register_without_flags_sends_nothing() {
    let mut world = fine();
    world.tomorrow().tells(&[]);
    assert!(world.outbox().is_empty());
}

#[test]
fn worse_after_the_baseline_is_told_at_once_as_worse() {
    let mut world = poor_register();
    world.today().exits(0);
    world.publish(rated(home_care(B, OF_B), "Inadequate", "2025-03-03"));
    world.tomorrow().tells(&[
        "lead: alert worse contingency rating-inadequate 1-1000000003",
        "quality: alert worse contingency rating-inadequate 1-1000000003",
    ]);
}

#[test]
fn what_was_told_in_the_summary_is_told_when_it_clears() {
    let mut world = poor_register();
    world.today().exits(0);
    world.publish(rated(home_care(A, OF_A), "Good", "2025-03-03"));
    world.tomorrow().tells(&[
        "lead: alert cleared contingency rating-inadequate 1-1000000001",
        "quality: alert cleared contingency rating-inadequate 1-1000000001",
    ]);
}

#[test]
fn an_id_that_is_new_in_the_area_is_found_through_the_changes() {
    let mut world = fine();
    let new = rated(home_care("1-1000000044", OF_B), "Inadequate", "2025-03-03");
    world.publish(named(new, "Newcomer Care"));
    let elsewhere = with(
        rated(home_care("1-1000000045", OF_B), "Inadequate", "2025-03-03"),
        "localAuthority",
        json!("Leeds"),
    );
    world.publish(elsewhere);
    world.tomorrow().tells(&[
        "lead: alert first contingency rating-inadequate 1-1000000044",
        "quality: alert first contingency rating-inadequate 1-1000000044",
    ]);
    assert_eq!(world.sql("SELECT count(*) FROM facts WHERE subject_id = '1-1000000045'"), ["0"]);
}

#[test]
fn the_recorded_area_is_told_in_one_summary_each_and_a_second_reading_of_all_adds_nothing() {
    let (locations, providers) = carewarden::demo::oldham();
    let mut world = World::of(&Setup::default().source("full_reread_days = 1"), locations, providers);
    let ran = world.today().exits(0);
    assert!(ran.out.contains("140 records read"), "{}", ran.out);
    let to: Vec<&str> = ran.mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to.last(), Some(&"quality"));
    for mail in &ran.mails {
        assert_eq!((mail.header("Kind"), mail.header("Why")), ("summary".into(), "first".into()));
        for id in mail.header("Subject").split(", ") {
            assert!(mail.text.contains(id) && mail.html.contains(id), "{id} stands in both parts");
        }
    }
    let flags = world.flags();
    assert!(flags.len() > 10, "{flags:?}");
    let facts = world.sql("SELECT count(*) FROM facts");
    // Until the 28th day after the baseline only time could say something, and it does not.
    for _ in 0..3 {
        let ran = world.days_later(2).tells(&[]);
        assert!(ran.out.contains("(everything)"), "{}", ran.out);
    }
    assert_eq!(world.sql("SELECT count(*) FROM facts"), facts);
    assert_eq!(world.flags(), flags);
}

#[test]
fn a_policy_that_changes_withdraws_its_flags_and_tells_who_was_told() {
    let mut world = poor_register();
    world.today().exits(0);
    std::fs::create_dir(world.path("policy")).expect("a folder");
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/config/policy/ratings.toml");
    let text = std::fs::read_to_string(shipped).expect("it ships");
    std::fs::write(world.path("policy/ratings.toml"), text).expect("it can be written");
    let config = std::fs::read_to_string(world.config()).expect("it is there");
    let line = config.lines().find(|line| line.starts_with("files = ")).expect("it names its policy");
    std::fs::write(world.config(), config.replace(line, "files = [\"policy/*.toml\"]")).expect("written");
    world.tomorrow().tells(&["quality: alert cleared watch dormant 1-1000000002"]);
    let dormant = world.sql("SELECT kind FROM audit_flag_events WHERE rule = 'dormant' ORDER BY seq");
    assert_eq!(dormant, ["opened", "withdrawn"]);
}

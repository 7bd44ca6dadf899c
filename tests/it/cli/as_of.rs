//! As it stood then: what was not yet known is not shown.

use serde_json::Value;

use super::told;
use crate::cycle::{A, OF_A};
use crate::world::World;
use crate::world::records::home_care;

/// Day 1 baseline, day 2 the fall, day 3 the recovery.
fn three_days() -> World {
    let mut world = told();
    world.publish(home_care(A, OF_A));
    world.tomorrow().exits(0);
    world
}

fn list(world: &mut World, args: &[&str], at: &str) -> Value {
    world.json(&[args, &["--as-of", at]].concat())
}

fn length(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

#[test]
fn flags_stand_as_they_stood() {
    let mut world = three_days();
    let ids = |list: Value| -> Vec<String> {
        let each = |flag: &Value| {
            format!("{} {}", flag["id"].as_str().unwrap_or(""), flag["state"].as_str().unwrap_or(""))
        };
        list.as_array().expect("a list").iter().map(each).collect()
    };
    assert!(ids(list(&mut world, &["flags"], "2025-03-02")).is_empty());
    assert_eq!(ids(list(&mut world, &["flags"], "2025-03-03")), ["CW-0001 open"]);
    assert_eq!(ids(list(&mut world, &["flags"], "2025-03-04T05:59:59Z")), ["CW-0001 open"]);
    assert_eq!(ids(list(&mut world, &["flags"], "2025-03-04T06:00:00Z")), ["CW-0002 open", "CW-0001 open"]);
    assert_eq!(ids(list(&mut world, &["flags"], "2025-03-05")), ["CW-0001 open"]);
    let then = &list(&mut world, &["flags"], "2025-03-04")[0];
    assert!(then.get("cleared_at").is_none(), "{then}");
}

#[test]
fn providers_stand_as_they_stood() {
    let mut world = three_days();
    let mut rating = |at: &str| {
        let providers = list(&mut world, &["providers"], at);
        let locations = providers
            .as_array()
            .expect("a list")
            .iter()
            .flat_map(|p| p["locations"].as_array().expect("a list").clone());
        locations.into_iter().find(|location| location["id"] == A).map(|location| location["rating"].clone())
    };
    assert_eq!(rating("2025-03-02"), None);
    assert_eq!(rating("2025-03-03"), Some("Good".into()));
    assert_eq!(rating("2025-03-04"), Some("Inadequate".into()));
    assert_eq!(rating("2025-03-05"), Some("Good".into()));
}

#[test]
fn the_outbox_and_the_runs_stand_as_they_stood() {
    let mut world = three_days();
    assert_eq!(length(&list(&mut world, &["outbox"], "2025-03-02")), 0);
    let then = list(&mut world, &["outbox"], "2025-03-03");
    assert_eq!(length(&then), 1);
    // Mail goes by the real clock, which is later.
    assert_eq!(then[0]["state"], "queued");
    assert!(then[0].get("accepted_at").is_none() && then[0]["attempts"] == 0, "{then}");
    assert_eq!(length(&world.json(&["outbox"])), 5);
    assert_eq!(length(&list(&mut world, &["runs"], "2025-03-03")), 2);
    let begun = list(&mut world, &["runs"], "2025-03-03T06:00:00Z");
    assert_eq!(begun[0]["outcome"], "running", "it had not ended by then");
    assert!(begun[0].get("ended_at").is_none());
}

#[test]
fn an_explanation_knows_what_was_known() {
    let mut world = three_days();
    let then = list(&mut world, &["explain", "CW-0002"], "2025-03-04");
    assert_eq!(length(&then["events"]), 1);
    assert_eq!(length(&then["told"]), 2);
    assert_eq!(length(&world.json(&["explain", "CW-0002"])["events"]), 2);
    let ran = world.run(&["explain", "CW-0002", "--as-of", "2025-03-03"]).exits(2);
    assert!(ran.err.contains("there is no flag CW-0002 as of"), "{}", ran.err);
}

#[test]
fn a_run_is_not_as_of_the_future_or_before_the_newest_run() {
    let mut world = three_days();
    for (at, says) in [
        ("2999-01-01", "in the future"),
        ("2025-03-04", "before the newest run"),
        ("2025-03-05T05:59:59Z", "before the newest run"),
        ("last Tuesday", "expected an instant"),
    ] {
        for job in ["collect", "assess", "all"] {
            let ran = world.run(&["run", job, "--as-of", at]).exits(2);
            assert!(ran.err.contains(says), "{at}: {}", ran.err);
        }
    }
    let runs = world.runs().len();
    world.run(&["run", "deliver", "--as-of", "2025-03-09"]).exits(2);
    assert_eq!(world.runs().len(), runs, "nothing was run");
}

//! Nine days in seconds: the real jobs against a regulator and a relay that fail, a disk that
//! fills, a clock that is set and a machine that sleeps, all by a seed.
//!
//! What must hold, whatever the seed: every true change is told once to each recipient, nothing
//! else is told, every due run is accounted for by a row, and the source's own flag comes and goes
//! with the faults.

mod faults;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use carewarden::schedule::Schedule;
use carewarden::store::{DaemonEventKind, lists};
use jiff::{SignedDuration, Timestamp};

use world::World;

/// Seeds of one test; there are two tests, so that two cores have work.
const SEEDS: u64 = 25;

#[test]
fn nothing_is_lost_and_nothing_is_invented_in_the_first_half_of_the_seeds() {
    for seed in 0..SEEDS {
        println!("seed {seed}");
        week(seed);
    }
}

#[test]
fn nothing_is_lost_and_nothing_is_invented_in_the_second_half_of_the_seeds() {
    for seed in SEEDS..2 * SEEDS {
        println!("seed {seed}");
        week(seed);
    }
}

fn week(seed: u64) {
    let world = World::run(seed);
    every_true_change_was_told_and_no_other(&world);
    every_copy_is_the_same(&world);
    every_due_run_is_accounted_for(&world);
    the_source_was_told_of_and_has_recovered(&world);
}

/// A header of a mail, unfolded enough for ids.
fn header(mail: &[u8], name: &str) -> String {
    let text = String::from_utf8_lossy(mail);
    let line = text.lines().take_while(|line| !line.is_empty()).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    });
    line.unwrap_or_default()
}

fn every_true_change_was_told_and_no_other(world: &World) {
    let mut told: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for mail in world.relay.taken() {
        if header(&mail.bytes, "X-Carewarden-Kind") == "alert" {
            let about = header(&mail.bytes, "X-Carewarden-Subject");
            told.entry((mail.to, about)).or_default().insert(header(&mail.bytes, "Message-ID"));
        }
    }
    let wanted: BTreeSet<(String, String)> = world
        .changed
        .iter()
        .flat_map(|id| {
            ["lead@example.gov.uk", "director@example.gov.uk"].map(|to| (to.to_owned(), id.clone()))
        })
        .collect();
    let got: BTreeSet<(String, String)> = told.keys().cloned().collect();
    assert_eq!(got, wanted, "seed {}: {}", world.seed, world.story());
    for (whom, ids) in told {
        assert_eq!(ids.len(), 1, "seed {}: {whom:?} was told {ids:?}: {}", world.seed, world.story());
    }
}

fn every_copy_is_the_same(world: &World) {
    let mut copies: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for mail in world.relay.taken() {
        let first = copies.entry(header(&mail.bytes, "Message-ID")).or_insert_with(|| mail.bytes.clone());
        assert_eq!(*first, mail.bytes, "seed {}", world.seed);
    }
    assert!(!copies.is_empty());
}

/// Each due instant has its run, a run that came after it and before the next, or a row that says
/// that it was missed.
fn every_due_run_is_accounted_for(world: &World) {
    let runs = lists::runs(world.store().sql(), Some("collect"), Timestamp::MAX, 10_000).expect("readable");
    let instant = |text: &String| text.parse::<Timestamp>().expect("an instant");
    let made: BTreeSet<Timestamp> =
        runs.iter().filter_map(|run| run.scheduled_for.as_ref().map(instant)).collect();
    let began: Vec<Timestamp> = runs.iter().map(|run| instant(&run.started_at)).collect();
    assert!(runs.iter().all(|run| run.outcome != "running"), "seed {}: a run has no end", world.seed);
    let missed = world.events(DaemonEventKind::Missed);
    let zone = &world.config.council.zone;
    let schedule = Schedule::parse(&world.config.sources[0].schedule).expect("a schedule");
    let due: Vec<Timestamp> =
        schedule.due_after(world.start, zone).take_while(|due| *due < world.end).collect();
    assert!(due.len() >= 17, "{due:?}");
    for pair in due.windows(2) {
        let seen = made.contains(&pair[0])
            || missed.contains(&pair[0])
            || began.iter().any(|at| pair[0] <= *at && *at < pair[1]);
        assert!(seen, "seed {}: the run of {} has no row: {}", world.seed, pair[0], world.story());
    }
    assert_eq!(made.len(), runs.iter().filter(|run| run.scheduled_for.is_some()).count());
}

fn the_source_was_told_of_and_has_recovered(world: &World) {
    let flags = world.source_flags();
    let failed = lists::runs(world.store().sql(), Some("collect"), Timestamp::MAX, 10_000)
        .expect("readable")
        .iter()
        .any(|run| run.detail.as_ref().is_some_and(|detail| detail.contains("503")));
    assert_eq!(
        !flags.is_empty(),
        failed || world.was_stale(),
        "seed {}: {flags:?} {}",
        world.seed,
        world.story()
    );
    assert!(flags.iter().all(|state| state == "cleared"), "seed {}: {flags:?} {}", world.seed, world.story());
    let steps = world.events(DaemonEventKind::Clock).len();
    assert_eq!(steps, world.steps, "seed {}: {}", world.seed, world.story());
    assert!(world.end.duration_since(world.start) > SignedDuration::from_hours(9 * 24 - 2));
}

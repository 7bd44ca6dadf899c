//! What a night's housekeeping leaves: a checked file, a backup, as many as are kept, and rows.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use carewarden::clock::Clock;
use carewarden::config;
use carewarden::jobs::housekeeping;
use carewarden::store::{Store, backup};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::world_with;

const BACKUP: &str = "[backup]\ndir = \"backups\"\nkeep_daily = 2\nkeep_weekly = 1\nkeep_monthly = 1";

#[test]
fn a_night_checks_the_file_backs_it_up_and_writes_both_down() {
    let mut world = world_with(BACKUP);
    world.run(&["run"]).exits(0);
    let said = world.run(&["run", "housekeeping"]).exits(0).out;
    assert!(said.starts_with("keeping  the file is sound; write-ahead log emptied; backup "), "{said}");
    assert_eq!(world.sql("SELECT kind, outcome FROM audit_checks"), ["integrity ok", "backup ok"]);
    assert_eq!(world.sql("SELECT outcome FROM audit_runs WHERE job = 'housekeeping'"), ["ok"]);
    let files = backup::list(&world.path("backups")).expect("listed");
    assert_eq!(files.len(), 1);
    let mode = |path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
    assert_eq!((mode(files[0].path.clone()), mode(world.path("backups"))), (0o600, 0o700));
    let copy = Connection::open(&files[0].path).expect("opens");
    let verdict: String = copy.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("asked");
    let facts: i64 = copy.query_row("SELECT count(*) FROM facts", [], |row| row.get(0)).expect("asked");
    assert_eq!(
        (verdict.as_str(), facts.to_string()),
        ("ok", world.sql("SELECT count(*) FROM facts")[0].clone())
    );
    let left: Vec<_> = fs::read_dir(world.path("backups")).expect("listed").collect();
    assert_eq!(left.len(), 1, "no part and no log is left: {left:?}");
    let said = world.run(&["status"]).exits(0).out;
    assert!(
        said.contains("1 in ") && said.contains("file check     ok") || said.contains("file check    ok"),
        "{said}"
    );
}

#[test]
fn old_backups_go_and_files_of_others_stay() {
    let mut world = world_with(BACKUP);
    world.run(&["run"]).exits(0);
    let dir = world.path("backups");
    fs::create_dir(&dir).expect("made");
    let now = carewarden::clock::real_now();
    for days in 1..=40 {
        let at = now - SignedDuration::from_hours(24 * days);
        fs::write(backup::path_in(&dir, at), "old").expect("written");
    }
    fs::write(dir.join("carewarden-before.db"), "mine").expect("written");
    world.run(&["run", "housekeeping"]).exits(0);
    let kept = backup::list(&dir).expect("listed");
    assert!((2..=4).contains(&kept.len()), "{kept:?}");
    assert!(kept.last().expect("one").bytes > 1000, "the newest is tonight's");
    assert!(dir.join("carewarden-before.db").exists());
}

#[test]
fn a_backup_that_cannot_be_made_is_said_warned_of_mailed_and_removes_nothing() {
    let mut world = world_with(BACKUP);
    world.run(&["run"]).exits(0);
    fs::write(world.path("backups"), "a file, no folder").expect("written");
    let ran = world.run(&["run", "housekeeping"]).exits(1);
    assert!(ran.err.contains("no backup could be made"), "{}", ran.err);
    assert_eq!(world.sql("SELECT outcome FROM audit_runs WHERE job = 'housekeeping'"), ["part"]);
    let told = world.run(&["run"]).exits(0).mails;
    assert!(told[0].subject.contains("Own check backup: failed"), "{}", told[0].subject);
    fs::remove_file(world.path("backups")).expect("removed");
    let said = world.run(&["status"]).exits(0).out;
    assert!(said.starts_with("warning: no backup could be made"), "{said}");
    // One by hand is as good.
    world.run(&["backup"]).exits(0);
    assert!(world.run(&["status"]).exits(0).out.starts_with("healthy"));
}

/// Due once a night, not on the first day, and after a night that was slept through.
#[test]
fn a_plain_run_keeps_house_once_a_night() {
    let mut world = world_with(BACKUP).days_ago(2);
    world.today().exits(0);
    assert!(
        world.sql("SELECT run FROM audit_runs WHERE job = 'housekeeping'").is_empty(),
        "a replay keeps no house"
    );
    world.run(&["run"]).exits(0);
    world.run(&["run"]).exits(0);
    assert_eq!(world.sql("SELECT count(*) FROM audit_runs WHERE job = 'housekeeping'"), ["1"]);
}

#[test]
fn housekeeping_is_due_by_its_schedule_in_the_councils_zone() {
    let mut world = world_with(BACKUP);
    world.now = "2025-03-03T12:00:00Z".parse().expect("an instant");
    world.today().exits(0);
    let config = config::load(&world.config()).expect("sound").config;
    let mut store = Store::open_writer(&world.database(), std::time::Duration::from_secs(2)).expect("opens");
    let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
    let due = |store: &Store, text| housekeeping::due(store, &config, at(text)).expect("asked");
    assert!(!due(&store, "2025-03-03T23:00:00Z"), "nothing was missed yet");
    assert!(due(&store, "2025-03-04T03:30:00Z"));
    let night = Clock::from(at("2025-03-04T03:30:05Z"));
    let kept =
        housekeeping::run(&mut store, &config, &night, Some(at("2025-03-04T03:30:00Z"))).expect("kept");
    assert!(kept.faults.is_empty() && kept.backup.is_some(), "{kept:?}");
    assert!(!due(&store, "2025-03-05T03:29:59Z"));
    // In summer 03:30 in London is 02:30 UTC.
    assert!(due(&store, "2025-04-01T02:30:00Z"));
}

#[test]
fn bodies_go_only_when_a_newer_one_has_replaced_them_and_every_leaf_stays() {
    let mut world = world_with("[retention]\nbodies_days = 30").days_ago(60);
    world.today().exits(0);
    let first = world.sql("SELECT count(*) FROM bodies");
    let record = crate::world::records::home_care("1-1", "1-9");
    world.publish(crate::world::records::rated(record, "Good", "2025-01-11"));
    world.tomorrow().exits(0);
    let leaves = "SELECT count(*), group_concat(leaf) FROM leaves WHERE kind = 'documents'";
    let (bodies, proofs) = (world.sql("SELECT count(*) FROM bodies"), world.sql(leaves));
    assert!(first[0] != "0" && bodies != first, "{first:?} {bodies:?}");
    assert_eq!(world.sql("SELECT count(body) FROM documents"), ["0"], "bodies stand beside the audited rows");
    let config = config::load(&world.config()).expect("sound").config;
    let mut store = Store::open_writer(&world.database(), std::time::Duration::from_secs(2)).expect("opens");
    let kept = housekeeping::run(&mut store, &config, &Clock::real(), None).expect("kept");
    drop(store);
    assert!(kept.done.iter().any(|done| done.contains("old bodies forgotten")), "{kept:?}");
    let newest = "SELECT count(*) FROM fetches f JOIN bodies b ON b.document = f.document
        WHERE f.seq = (SELECT max(seq) FROM fetches n WHERE n.url = f.url AND n.document IS NOT NULL)";
    let left = world.sql("SELECT count(*) FROM bodies");
    assert_eq!((world.sql(newest), world.sql(leaves)), (left.clone(), proofs));
    assert!(left != bodies && left[0] != "0");
}

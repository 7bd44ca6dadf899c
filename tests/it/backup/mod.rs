//! `carewarden backup` and `carewarden restore`, and the copy before a migration.

use std::fs;
use std::time::Duration;

use carewarden::store::Store;
use rusqlite::Connection;

use crate::world::records::{home_care, rated};
use crate::world::{Setup, World};

const BY: [&str; 4] = ["--by", "J. Smith", "--reason", "the disk died"];

fn world() -> World {
    let record = rated(home_care("1-1", "1-9"), "Good", "2025-01-10");
    let mut world = World::new(&Setup::default(), [record]);
    world.today().exits(0);
    world
}

fn restore(world: &mut World, file: &str) -> crate::world::Ran {
    world.run(&[&["restore", file], &BY[..]].concat())
}

#[test]
fn a_backup_beside_a_writer_is_whole_and_never_overwrites() {
    let mut world = world();
    let to = world.path("copy.db").display().to_string();
    let _writer = Store::open_writer(&world.database(), Duration::from_secs(2)).expect("opens");
    let said = world.run(&["backup", "--to", &to]).exits(0).out;
    assert!(said.contains("looked through and sound"), "{said}");
    let again = world.run(&["backup", "--to", &to]).exits(1);
    assert!(again.err.contains("is there already and is not overwritten"), "{}", again.err);
    assert!(world.run(&["backup"]).exits(2).err.contains("--to FILE"), "no [backup] says where");
}

#[test]
fn a_restore_brings_back_the_day_keeps_what_was_there_and_names_who_did_it() {
    let mut world = world();
    let to = world.path("copy.db").display().to_string();
    world.run(&["backup", "--to", &to]).exits(0);
    let then = world.flags();
    world.publish(rated(home_care("1-1", "1-9"), "Inadequate", "2025-03-03"));
    world.tomorrow().exits(0);
    let later = world.flags();
    assert_ne!(then, later);
    let said = restore(&mut world, &to).exits(0).out;
    assert_eq!(world.flags(), then);
    let decided = world.sql("SELECT kind, by, reason FROM audit_decisions");
    assert_eq!(decided, ["restore J. Smith the disk died"]);
    let aside =
        said.split(" is kept as ").nth(1).and_then(|rest| rest.lines().next()).expect("it says where");
    let kept = Connection::open(aside.trim_end_matches('.')).expect("opens");
    let flags: i64 = kept.query_row("SELECT count(*) FROM flag_events", [], |row| row.get(0)).expect("asked");
    assert!(flags > 0, "the later flag is in the file that was kept");
    // What happened since the backup is found and told again.
    world.tomorrow().exits(0);
    assert_eq!(world.flags(), later);
}

#[test]
fn a_damaged_database_is_restored_over_and_kept_as_it_was() {
    let mut world = world();
    let to = world.path("copy.db").display().to_string();
    world.run(&["backup", "--to", &to]).exits(0);
    fs::write(world.database(), "not a database at all, and long enough to be read as one".repeat(100))
        .expect("written");
    world.run(&["flags"]).exits(1);
    restore(&mut world, &to).exits(0);
    world.run(&["flags"]).exits(0);
    let data = fs::read_dir(world.path("data")).expect("listed");
    let kept = data
        .map(|entry| entry.expect("an entry").path())
        .find(|path| {
            path.display().to_string().contains(".replaced-")
                && path.extension().is_some_and(|end| !end.to_string_lossy().contains("Z-"))
        })
        .expect("it is kept");
    assert!(fs::read_to_string(kept).expect("text").starts_with("not a database at all"));
}

#[test]
fn what_is_not_ours_or_not_sound_is_not_restored_and_nothing_is_moved() {
    let mut world = world();
    let before = fs::read(world.database()).expect("is there");
    let good = world.path("good.db");
    world.run(&["backup", "--to", &good.display().to_string()]).exits(0);
    let mut cut = fs::read(&good).expect("is there");
    cut.truncate(cut.len() / 2);
    fs::write(world.path("cut.db"), cut).expect("written");
    fs::write(world.path("empty.db"), "").expect("written");
    fs::write(world.path("text.db"), "hello").expect("written");
    Connection::open(world.path("other.db"))
        .expect("opens")
        .execute_batch("CREATE TABLE t (a)")
        .expect("made");
    let newer = Connection::open(world.path("good.db")).expect("opens");
    let to = world.path("newer.db").display().to_string();
    newer.execute("VACUUM INTO ?1", [&to]).expect("copied");
    Connection::open(&to).expect("opens").execute_batch("PRAGMA user_version = 99").expect("set");
    for name in ["absent.db", "cut.db", "empty.db", "text.db", "other.db", "newer.db"] {
        let file = world.path(name).display().to_string();
        let ran = restore(&mut world, &file).exits(1);
        assert!(ran.err.contains(name), "{name}: {}", ran.err);
        assert!(fs::read(world.database()).expect("is there") == before, "{name}: nothing is moved");
    }
    let file = good.display().to_string();
    world.run(&["restore", &file]).exits(2);
    let _writer = Store::open_writer(&world.database(), Duration::from_secs(2)).expect("opens");
    let busy = world.run(&[&["restore", &file, "--wait", "0"], &BY[..]].concat()).exits(1);
    assert!(busy.err.contains("another carewarden"), "{}", busy.err);
}

#[test]
fn a_restore_into_a_place_without_a_database_makes_it() {
    let mut world = world();
    let to = world.path("copy.db").display().to_string();
    world.run(&["backup", "--to", &to]).exits(0);
    fs::remove_dir_all(world.path("data")).expect("removed");
    restore(&mut world, &to).exits(0);
    world.run(&["flags"]).exits(0);
}

/// Root restores at a shell; the service must be able to open what it finds.
#[test]
fn what_root_restores_is_the_services() {
    use std::os::unix::fs::{MetadataExt, chown};
    const SERVICE: u32 = 12_345;
    let mut world = world();
    let to = world.path("copy.db").display().to_string();
    world.run(&["backup", "--to", &to]).exits(0);
    let own = fs::metadata(world.database()).expect("is there").uid();
    // Only root can give a folder away; anybody else's restore stays their own.
    let wanted = chown(world.path("data"), Some(SERVICE), None).map_or(own, |()| SERVICE);
    restore(&mut world, &to).exits(0);
    assert_eq!(fs::metadata(world.database()).expect("is there").uid(), wanted);
}

/// A file of the first schema, as the first version made it, with a row in it.
#[test]
fn a_migration_keeps_a_copy_of_the_file_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("carewarden.db");
    let conn = Connection::open(&path).expect("opens");
    conn.execute_batch(include_str!("../../../src/store/migrations/0001_first.sql"))
        .expect("the first schema");
    conn.execute_batch(
        "INSERT INTO runs VALUES (1, 'assess', NULL, '2025-03-03T06:00:00.000000Z');
         INSERT INTO leaves VALUES (1, '2025-03-03T06:00:00.000000Z', 'runs', 1, 'x');
         PRAGMA user_version = 1; PRAGMA application_id = 0x43415245; PRAGMA journal_mode = WAL;",
    )
    .expect("a row");
    drop(conn);
    let store = Store::open_writer(&path, Duration::from_secs(2)).expect("it is brought up to date");
    let version = |conn: &Connection| -> i64 {
        conn.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("asked")
    };
    assert!(version(store.sql()) >= 2);
    drop(store);
    let mut copies: Vec<_> = fs::read_dir(folder.path())
        .expect("listed")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.display().to_string().contains(".before-schema-"))
        .collect();
    assert_eq!(copies.len(), 1, "{copies:?}");
    let copy = Connection::open(copies.remove(0)).expect("opens");
    let runs: i64 = copy.query_row("SELECT count(*) FROM runs", [], |row| row.get(0)).expect("asked");
    assert_eq!((version(&copy), runs), (1, 1));
    // Opened again there is nothing to migrate and nothing more to copy.
    drop(Store::open_writer(&path, Duration::from_secs(2)).expect("opens"));
}

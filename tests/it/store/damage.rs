//! A file that is damaged or not ours: said in plain words, and left as it is, byte for byte.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::crash::harness::{Register, World};

/// A world with a database of one run.
fn world() -> (Register, World) {
    let register = Register::day_one();
    let world = World::new(&register);
    world.run(&["run", "--as-of", "2025-04-01T05:00:00Z"]).fine();
    (register, world)
}

/// Everything that writes and everything that reads fails with these words and changes nothing.
#[track_caller]
fn is_refused(world: &World, words: &str) {
    let path = world.database();
    let before = fs::read(&path).expect("readable");
    for args in [&["run"][..], &["run", "deliver"], &["outbox", "retry", "1"], &["flags"], &["outbox"]] {
        let ran = world.run(args);
        assert_eq!(ran.code, Some(1), "{args:?}: {ran:#?}");
        assert!(ran.stderr.contains(words) && ran.stderr.contains("carewarden.db"), "{args:?}: {ran:#?}");
        assert!(!ran.stderr.contains("panicked"), "{args:?}: {ran:#?}");
        assert!(fs::read(&path).expect("readable") == before, "{args:?} has changed the file");
    }
}

fn overwrite(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("written");
}

#[test]
fn a_text_file() {
    let (_register, world) = world();
    overwrite(&world.database(), b"dear auditor, the database is in the other folder\n");
    is_refused(&world, "damaged or not a Carewarden database");
}

#[test]
fn an_empty_file_is_no_new_database() {
    let (_register, world) = world();
    overwrite(&world.database(), b"");
    is_refused(&world, "damaged or not a Carewarden database");
}

#[test]
fn a_header_with_flipped_bytes() {
    let (_register, world) = world();
    let mut bytes = fs::read(world.database()).expect("readable");
    bytes[0..16].iter_mut().for_each(|byte| *byte = !*byte);
    overwrite(&world.database(), &bytes);
    is_refused(&world, "damaged or not a Carewarden database");
}

#[test]
fn a_truncated_file() {
    let (_register, world) = world();
    let bytes = fs::read(world.database()).expect("readable");
    overwrite(&world.database(), &bytes[..bytes.len() / 2]);
    let before = fs::read(world.database()).expect("readable");
    let ran = world.run(&["run"]).failed();
    assert!(ran.stderr.contains("damaged") && ran.stderr.contains("nothing was changed"), "{ran:#?}");
    assert!(ran.stderr.contains("`carewarden restore FILE`"), "the next step: {ran:#?}");
    world.run(&["flags"]);
    assert!(fs::read(world.database()).expect("readable") == before, "the file has changed");
}

#[test]
fn a_page_with_flipped_bytes_wherever_it_is() {
    const PAGE_BYTES: usize = 4096;
    let (_register, world) = world();
    let whole = fs::read(world.database()).expect("readable");
    let pages = whole.len() / PAGE_BYTES;
    assert!(pages > 20, "only {pages} pages");
    let mut found = 0;
    for page in (1..pages).step_by(5) {
        let mut bytes = whole.clone();
        bytes[page * PAGE_BYTES..page * PAGE_BYTES + 12].iter_mut().for_each(|byte| *byte = !*byte);
        overwrite(&world.database(), &bytes);
        let ran = world.run(&["run", "deliver"]);
        found += usize::from(ran.code == Some(1) && ran.stderr.contains("damaged"));
        assert!(ran.code == Some(0) || fs::read(world.database()).expect("readable") == bytes, "page {page}");
        let read = world.run(&["flags"]);
        assert!(
            matches!(read.code, Some(0 | 1)) && !read.stderr.contains("panicked"),
            "page {page}: {read:#?}"
        );
    }
    // Overflow pages of a kept body have no structure that could be seen to be wrong: the leaves see them.
    assert!(found * 2 > pages / 5, "only {found} of {} flipped pages were found", pages / 5);
}

#[test]
fn another_programs_database() {
    let (_register, world) = world();
    fs::remove_file(world.database()).expect("removed");
    let other = Connection::open(world.database()).expect("it opens");
    other
        .execute_batch(
            "CREATE TABLE invoices (id INTEGER PRIMARY KEY, sum); INSERT INTO invoices VALUES (1, 2)",
        )
        .expect("made");
    other.close().expect("closed");
    is_refused(&world, "another program's database");
    let other = Connection::open(world.database()).expect("it opens");
    other
        .execute_batch("PRAGMA user_version = 1; DROP TABLE invoices; PRAGMA application_id = 7;")
        .expect("set");
    other.close().expect("closed");
    is_refused(&world, "another program's database");
}

#[test]
fn a_newer_schema() {
    let (_register, world) = world();
    let newer = Connection::open(world.database()).expect("it opens");
    newer.execute_batch("PRAGMA user_version = 999").expect("set");
    newer.close().expect("closed");
    is_refused(&world, "has schema 999, this version knows up to");
}

#[test]
fn the_log_of_a_lost_database_is_not_played_into_a_new_one() {
    let (_register, world) = world();
    let path = world.database();
    fs::remove_file(&path).expect("removed");
    let log = path.with_file_name("carewarden.db-wal");
    fs::write(&log, b"pages of another life").expect("written");
    let ran = world.run(&["run"]).failed();
    assert!(ran.stderr.contains("the log of a database that is not there"), "{ran:#?}");
    assert!(!path.exists() && fs::read(&log).expect("readable") == b"pages of another life");
}

#[test]
fn a_folder_in_its_place() {
    let (_register, world) = world();
    fs::remove_file(world.database()).expect("removed");
    fs::create_dir(world.database()).expect("made");
    for args in [&["run", "deliver"][..], &["flags"]] {
        let ran = world.run(args).failed();
        assert!(ran.stderr.contains("carewarden.db"), "{ran:#?}");
    }
}

#[test]
fn no_database_yet() {
    let (_register, world) = world();
    fs::remove_file(world.database()).expect("removed");
    let by = ["--by", "J. Smith", "--reason", "why"];
    let drop_mail = [&["outbox", "drop", "1"], &by[..]].concat();
    for args in [&["flags"][..], &["outbox"], &["outbox", "retry", "1"], &drop_mail] {
        let ran = world.run(args).failed();
        assert!(
            ran.stderr.contains("there is no database at") && ran.stderr.contains("makes it"),
            "{ran:#?}"
        );
        assert!(!world.database().exists(), "only `run` makes one");
    }
}

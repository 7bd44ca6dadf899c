//! Files and folders: who may read them, and what happens when they cannot be written.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;

use carewarden::store::Store;

use super::skipped;
use crate::crash::harness::{Ran, Register, World, ask};

/// "nobody", for whom permissions hold even where the tests are run by root.
const NOBODY: u32 = 65_534;

#[cfg(debug_assertions)]
fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").mode() & 0o777
}

// It takes a failpoint, which a release build does not have, to leave the log behind.
#[cfg(debug_assertions)]
#[test]
fn only_its_owner_can_read_it_whatever_the_umask() {
    let register = Register::day_one();
    let world = World::new(&register);
    let program = format!(
        "umask 000; ulimit -c 0; exec '{}' --config '{}' run --as-of 2025-04-01T05:00:00Z",
        env!("CARGO_BIN_EXE_carewarden"),
        world.dir.path().join("carewarden.toml").display()
    );
    let run = |failpoint| {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &program]).env("CAREWARDEN_FAILPOINT", failpoint);
        command.output().expect("a shell").status
    };
    assert!(!run("after-commit").success(), "it was to be killed");
    let folder = world.database().parent().expect("a folder").to_owned();
    assert_eq!(mode(&folder), 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).expect("readable") {
        let path = entry.expect("an entry").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        names.push(path.file_name().expect("a name").to_string_lossy().into_owned());
    }
    names.sort();
    let kept = ["carewarden.db", "carewarden.db-shm", "carewarden.db-wal", "carewarden.db.lock"];
    assert_eq!(names, kept, "what a killed process leaves, and nothing half-made");
    assert!(run("").success());
}

/// Runs as nobody where the tests are run by root; `None` where nobody may not run the program.
fn unprivileged(world: &World, args: &[&str]) -> Option<Ran> {
    let root = fs::metadata(world.dir.path()).expect("it is there").uid() == 0;
    let mut command = world.command(args);
    if root {
        command.uid(NOBODY).gid(NOBODY);
    }
    match command.output() {
        Ok(output) => Some(output.into()),
        Err(error) => {
            skipped(&format!("root cannot run the program as nobody here: {error}"));
            None
        }
    }
}

fn set(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
}

#[test]
fn a_file_or_folder_that_cannot_be_written() {
    let register = Register::day_one();
    let world = World::new(&register);
    world.run(&["run", "--as-of", "2025-04-01T05:00:00Z"]).fine();
    let folder = world.database().parent().expect("a folder").to_owned();
    set(world.dir.path(), 0o755);
    // The file may be read and not written, the folder may be both.
    for (folder_mode, file_mode, lock_mode) in
        [(0o777, 0o444, 0o666), (0o555, 0o666, 0o444), (0o555, 0o444, 0o444)]
    {
        set(&world.database(), file_mode);
        set(&folder.join("carewarden.db.lock"), lock_mode);
        set(&folder, folder_mode);
        let before = fs::read(world.database()).expect("readable");
        if let Some(ran) = unprivileged(&world, &["run", "deliver"]) {
            let ran = ran.failed();
            assert!(ran.stderr.contains("check the path and its owner"), "{ran:#?}");
            assert!(fs::read(world.database()).expect("readable") == before, "it has changed");
        }
    }
    set(&folder, 0o700);
}

#[test]
fn a_folder_in_which_no_database_can_be_made() {
    let register = Register::day_one();
    let world = World::new(&register);
    set(world.dir.path(), 0o555);
    if let Some(ran) = unprivileged(&world, &["run"]) {
        let ran = ran.failed();
        assert!(ran.stderr.contains("cannot make the folder"), "{ran:#?}");
    }
    set(world.dir.path(), 0o755);
    assert!(!world.database().exists());
}

#[test]
fn opening_twice_makes_the_schema_once() {
    let dir = tempfile::TempDir::new().expect("a folder for the test");
    let path = dir.path().join("new/carewarden.db");
    let schema = || {
        let store = Store::open_writer(&path, std::time::Duration::ZERO).expect("it opens");
        let rows = ask(store.sql(), "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name");
        (rows, ask(store.sql(), "SELECT * FROM meta"), ask(store.sql(), "PRAGMA user_version"))
    };
    let first = schema();
    assert!(first.0.len() > 60, "{:#?}", first.0);
    assert_eq!(schema(), first);
    assert_eq!(schema(), first);
}

#[test]
fn what_a_killed_creation_left_is_in_nobodys_way() {
    let dir = tempfile::TempDir::new().expect("a folder for the test");
    let path = dir.path().join("carewarden.db");
    for left in ["carewarden.db.new", "carewarden.db.new-journal", "carewarden.db.new-wal"] {
        fs::write(dir.path().join(left), b"half of a database").expect("written");
    }
    let store = Store::open_writer(&path, std::time::Duration::ZERO).expect("it opens");
    assert_eq!(ask(store.sql(), "PRAGMA integrity_check"), ["ok"]);
    assert_eq!(ask(store.sql(), "PRAGMA journal_mode"), ["wal"]);
    assert_eq!(ask(store.sql(), "PRAGMA synchronous"), ["2"], "FULL");
    assert!(!dir.path().join("carewarden.db.new").exists());
}

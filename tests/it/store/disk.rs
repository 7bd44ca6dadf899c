//! A disk that is full: a file system of our own, in a namespace of our own, with a file that
//! takes the space up and is removed later.

use std::process::Command;

use super::skipped;
use crate::crash::harness::{Ran, Register, World};

/// The script says so where it cannot have a file system of its own.
const NO_MOUNT: i32 = 77;

/// Runs with so much space, then again with enough, and brings the database out.
const SCRIPT: &str = r#"
mount -t tmpfs -o size=8m,mode=700 none "$FOLDER" || exit 77
dd if=/dev/zero of="$FOLDER/filler" bs=1k count=$((8192 - FREE_KB)) 2>/dev/null
"$PROGRAM" --config "$CONFIG" run --as-of 2025-04-01T05:00:00Z >"$OUT/first" 2>&1
echo $? >"$OUT/code"
rm "$FOLDER/filler"
"$PROGRAM" --config "$CONFIG" run --as-of 2025-04-01T05:01:00Z >"$OUT/second" 2>&1 || { cat "$OUT/second" >&2; exit 1; }
cp "$FOLDER/carewarden.db" "$OUT/carewarden.db"
"#;

fn run_in(world: &World, free_kb: usize) -> Option<Ran> {
    let folder = world.database().parent().expect("a folder").to_owned();
    std::fs::create_dir(&folder).expect("made");
    let output = Command::new("unshare")
        .args(["-Urm", "sh", "-c", SCRIPT])
        .env("FOLDER", &folder)
        .env("FREE_KB", free_kb.to_string())
        .env("PROGRAM", env!("CARGO_BIN_EXE_carewarden"))
        .env("CONFIG", world.dir.path().join("carewarden.toml"))
        .env("OUT", world.dir.path())
        .output()
        .map(Ran::from);
    match output {
        Ok(ran) if ran.code == Some(0) => Some(ran),
        Ok(ran) if ran.code == Some(NO_MOUNT) || ran.stderr.contains("unshare:") => {
            skipped(&format!("no file system of our own here: {}", ran.stderr));
            None
        }
        Ok(ran) => panic!("with {free_kb} kB: {ran:#?}"),
        Err(error) => {
            skipped(&format!("no `unshare` here: {error}"));
            None
        }
    }
}

#[test]
fn a_full_disk_is_said_and_costs_nothing() {
    let register = Register::day_one();
    let twin = World::new(&register);
    twin.run(&["run", "--as-of", "2025-04-01T05:00:00Z"]).fine();
    let mut full = 0;
    for free_kb in [0, 8, 100, 300, 400, 500, 600, 700, 800] {
        let world = World::new(&register);
        if run_in(&world, free_kb).is_none() {
            return;
        }
        let read = |name| std::fs::read_to_string(world.dir.path().join(name)).expect("written");
        let (code, said) = (read("code"), read("first"));
        if code.trim() != "0" {
            full += 1;
            assert_eq!(code.trim(), "1", "{free_kb} kB: {said}");
            let words = ["disk is full", "No space left", "disk I/O error"];
            assert!(words.iter().any(|word| said.contains(word)), "{free_kb} kB: {said}");
        }
        std::fs::copy(world.dir.path().join("carewarden.db"), world.database()).expect("copied");
        world.assert_sound();
        world.story().assert_is(&twin.story(), &format!("{free_kb} kB"));
        assert!(world.repeats() <= 1, "{free_kb} kB");
    }
    assert!(full >= 4, "the disk was full only {full} times");
}

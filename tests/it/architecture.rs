//! The fences between the rooms, and the size of the rooms, read from the source itself.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms that take data and `now` and return data.
const PURE: [&str; 10] =
    ["domain", "facts", "rules", "flags", "alerts", "audit", "schedule", "signals", "charts", "status"];

/// What a pure room may not name.
const FORBIDDEN: [&str; 14] = [
    "tokio",
    "reqwest",
    "rusqlite",
    "lettre",
    "axum",
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
];

/// Shell rooms, which a pure room may not reach for either.
const SHELL: [&str; 6] =
    ["crate::store", "crate::sources", "crate::mail", "crate::jobs", "crate::cli", "crate::clock"];

const LINES_MAX: usize = 600;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a source folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            files.extend(rust_files(&entry));
        } else if entry.extension().is_some_and(|ending| ending == "rs") {
            files.push(entry);
        }
    }
    files
}

/// The lines of code before a file's tests, without comments.
fn code(path: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(path).expect("a source file");
    let own: Vec<(usize, String)> = text
        .lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or_default().to_owned()))
        .collect();
    assert!(!own.is_empty(), "{} has no code", path.display());
    own
}

#[test]
fn pure_rooms_name_no_io_no_clock_and_no_shell() {
    let mut seen = 0;
    let mut faults = Vec::new();
    for room in PURE {
        for path in rust_files(&root().join("src").join(room)) {
            if path.file_name().is_some_and(|name| name == "tests.rs") {
                continue;
            }
            seen += 1;
            for (line, text) in code(&path) {
                for word in FORBIDDEN.iter().chain(&SHELL).filter(|word| text.contains(**word)) {
                    faults.push(format!("{}:{line}: {word}", path.display()));
                }
            }
        }
    }
    assert!(seen > 20, "only {seen} files were looked at: has a room moved?");
    assert!(faults.is_empty(), "a pure room reaches outside:\n{}", faults.join("\n"));
}

#[test]
fn only_the_store_speaks_sql() {
    let words = ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM"];
    for path in rust_files(&root().join("src")) {
        if path.starts_with(root().join("src/store")) {
            continue;
        }
        for (line, text) in code(&path) {
            let found = words.iter().find(|word| text.contains(**word));
            assert!(found.is_none(), "{}:{line} speaks SQL outside the store", path.display());
        }
    }
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    for path in rust_files(&root().join("src")).into_iter().chain(rust_files(&root().join("tests"))) {
        let lines = fs::read_to_string(&path).expect("a source file").lines().count();
        assert!(lines <= LINES_MAX, "{} has {lines} lines; which two answers does it give?", path.display());
    }
}

#[test]
fn the_readme_begins_with_the_two_commands() {
    let readme = fs::read_to_string(root().join("README.md")).expect("a README");
    for command in ["cargo run --release -- demo", "cargo test"] {
        assert!(readme.contains(command), "README.md does not name {command}");
    }
}

//! The configuration as a whole: good files load, each bad file says exactly what is wrong with it,
//! and no mutation of either panics or prints a secret.

mod bad;
mod good;
mod mutated;

use std::path::{Path, PathBuf};

use carewarden::config::{Faults, Loaded, load_with};

/// The secret that stands in files where it should not.
const INLINE: &str = "hunter2hunter2";

/// The secret that the environment holds.
const FROM_ENV: &str = "s3cr3t-from-env";

/// The folder of these tests; relative, so that snapshots hold no machine's path.
fn here() -> PathBuf {
    PathBuf::from("tests/it/config")
}

fn env(name: &str) -> Option<String> {
    match name {
        "CREDENTIALS_DIRECTORY" => Some("tests/it/config/credentials".into()),
        "SMTP_PASSWORD" => Some(FROM_ENV.into()),
        "HEARTBEAT_URL" => Some("https://monitor.example.org/down".into()),
        "EMPTY" => Some("\n".into()),
        "TWO_LINES" => Some(format!("{FROM_ENV}\n{FROM_ENV}\n")),
        _ => None,
    }
}

fn read(path: &Path) -> Result<Loaded, Faults> {
    load_with(path, &env)
}

/// The TOML files of a folder, sorted.
fn files(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(here().join(folder)).expect("the folder is there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    paths
}

fn stem(path: &Path) -> String {
    path.file_stem().expect("a file has a name").to_string_lossy().into_owned()
}

/// Panics if a secret stands in what is printed.
fn assert_no_secret(printed: &str) {
    for secret in [INLINE, FROM_ENV, "2222222222", "0123456789abcdef"] {
        assert!(!printed.contains(secret), "{secret} is printed:\n{printed}");
    }
}

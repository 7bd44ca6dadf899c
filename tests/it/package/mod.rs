//! What is shipped beside the program: units, catalogue, manual pages, completions, conffiles.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use carewarden::telemetry::events::EVENTS;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("a file of the project")
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn events_have_names_and_ids_of_their_own() {
    let hex =
        |id: &str| id.len() == 32 && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    assert!(EVENTS.iter().all(|event| hex(event.id)), "a MESSAGE_ID is 32 lower-case hex digits");
    let ids: BTreeSet<&str> = EVENTS.iter().map(|event| event.id).collect();
    let names: BTreeSet<&str> = EVENTS.iter().map(|event| event.name).collect();
    assert_eq!((ids.len(), names.len()), (EVENTS.len(), EVENTS.len()));
}

#[test]
fn the_catalogue_explains_every_event_and_no_other() {
    let catalogue = read("systemd/carewarden.catalog");
    let explained: Vec<(String, String)> = catalogue
        .split("\n\n# ")
        .skip(1)
        .map(|entry| {
            let mut lines = entry.lines();
            let name = lines.next().expect("a name").to_owned();
            let id = lines.next().and_then(|line| line.strip_prefix("-- ")).expect("an id").to_owned();
            assert!(lines.next().is_some_and(|line| line.starts_with("Subject: ")), "{name} has no subject");
            (name, id)
        })
        .collect();
    let known: Vec<(String, String)> =
        EVENTS.iter().map(|event| (event.name.to_owned(), event.id.to_owned())).collect();
    assert_eq!(explained, known);
}

#[test]
fn an_event_that_is_logged_with_a_name_is_in_the_table() {
    let mut seen = 0;
    for path in rust_files(&root().join("src")) {
        let text = fs::read_to_string(&path).expect("a source file");
        for start in ["tracing::error!(", "tracing::warn!(", "tracing::info!("] {
            for call in text.split(start).skip(1) {
                let Some(name) = call.trim_start().strip_prefix("name: \"") else { continue };
                let name = name.split('"').next().unwrap_or_default();
                assert!(EVENTS.iter().any(|event| event.name == name), "{}: {name}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen >= 6, "only {seen} named events were found");
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a source folder").map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let below = folders.iter().flat_map(|folder| rust_files(folder));
    files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .chain(below)
        .collect()
}

#[test]
fn manual_pages_and_completions_cover_the_commands() {
    let folder = tempfile::tempdir().expect("a folder");
    let done = Command::new(env!("CARGO_BIN_EXE_carewarden"))
        .arg("generate")
        .arg(folder.path())
        .status()
        .expect("the program starts");
    assert!(done.success());
    let pages = names(&folder.path().join("man"));
    for page in ["carewarden.1", "carewarden-run.1", "carewarden-flags.1", "carewarden-mail-preview.1"] {
        assert!(pages.contains(page), "no {page} in {pages:?}");
    }
    assert!(!pages.contains("carewarden-generate.1"), "a hidden command has no page");
    let first = fs::read_to_string(folder.path().join("man/carewarden.1")).expect("the first page");
    assert!(first.contains("Exit codes") && first.contains("carewarden\\-flags(1)"), "{first}");
    let shells = names(&folder.path().join("completions"));
    assert_eq!(shells, ["_carewarden", "carewarden.bash", "carewarden.fish"].map(str::to_owned).into());
}

#[test]
fn every_shipped_piece_of_configuration_is_a_conffile() {
    let manifest: toml::Table = read("Cargo.toml").parse().expect("a manifest");
    let listed = manifest["package"]["metadata"]["deb"]["conf-files"].as_array().expect("a list");
    let listed: BTreeSet<String> =
        listed.iter().map(|path| path.as_str().expect("a path").to_owned()).collect();
    let mut shipped = BTreeSet::from(["/etc/carewarden/carewarden.toml".to_owned()]);
    for folder in ["policy", "policy/tests"] {
        let found = names(&root().join("config").join(folder));
        let files = found.iter().filter(|name| name.ends_with(".toml"));
        shipped.extend(files.map(|name| format!("/etc/carewarden/{folder}/{name}")));
    }
    assert_eq!(listed, shipped, "an upgrade would overwrite what a council has edited");
}

#[test]
fn both_units_hand_over_the_same_secrets_in_the_same_sandbox() {
    let lines = |unit: &str| -> BTreeSet<String> {
        let text = read(unit);
        let (_, service) = text.split_once("AmbientCapabilities=").expect("a sandbox");
        let secrets = text.lines().filter(|line| line.starts_with("LoadCredential="));
        let sandbox = service.lines().filter(|line| line.contains('=') && !line.starts_with("WantedBy"));
        secrets.chain(sandbox).map(str::to_owned).collect()
    };
    let (daemon, failure) =
        (lines("systemd/carewarden.service"), lines("systemd/carewarden-failure@.service"));
    assert!(daemon.len() > 25, "{daemon:?}");
    assert_eq!(daemon.difference(&failure).collect::<Vec<_>>(), ["RemoveIPC=yes"]);
    assert!(failure.is_subset(&daemon));
}

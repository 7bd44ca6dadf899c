//! `carewarden init` with flags, as a script would; the questions are tested beside their code.

use std::fs;
use std::path::Path;

use carewarden::config::{self, SourceKind, Transport};
use secrecy::ExposeSecret;
use tempfile::TempDir;

use crate::world::stage_program;

const FLAGS: [&str; 10] = [
    "--council",
    "Bury Council",
    "--local-authority",
    "Bury",
    "--relay",
    "relay.example.gov.uk",
    "--from",
    "carewarden@example.gov.uk",
    "--contingency",
    "lead@example.gov.uk",
];

fn init(config: &Path, flags: &[&str]) -> (i32, String, String) {
    let output = stage_program(config, &[&["init"], flags].concat()).output().expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("not killed"), text(output.stdout), text(output.stderr))
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn what_it_writes_is_sound_commented_and_says_the_next_steps() {
    let folder = folder();
    let path = folder.path().join("new/carewarden.toml");
    let (code, out, err) = init(&path, &FLAGS);
    assert_eq!(code, 0, "{err}");
    for step in ["  1. ", "  2. carewarden mail check", "  3. carewarden run"] {
        assert!(out.contains(step), "{out}");
    }
    let checked = stage_program(&path, &["check"]).output().expect("it starts");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    assert!(checked.stderr.is_empty(), "no warning: {}", String::from_utf8_lossy(&checked.stderr));
    let config = config::load(&path).expect("sound").config;
    assert_eq!((config.council.name.as_str(), config.sources.len()), ("Bury Council", 1));
    assert_eq!(config.store.path, folder.path().join("new/carewarden.db"));
    assert_eq!(config.mail.from, "Carewarden <carewarden@example.gov.uk>");
    assert!(config.recipients.iter().all(|recipient| recipient.address == "lead@example.gov.uk"));
    let Transport::Smtp(smtp) = &config.mail.transport else { panic!("not smtp") };
    assert_eq!((smtp.host.as_str(), smtp.port), ("relay.example.gov.uk", 587));
    let text = fs::read_to_string(&path).expect("is there");
    assert!(text.contains("# [heartbeat]") && text.contains("# minute, hour, day of month"), "{text}");
    assert!(!text.contains("Oldham"), "nothing of the example is left:\n{text}");
    assert!(folder.path().join("new/policy/ratings.toml").exists());
}

#[test]
fn it_never_overwrites() {
    let folder = folder();
    let path = folder.path().join("carewarden.toml");
    assert_eq!(init(&path, &FLAGS).0, 0);
    let before = fs::read(&path).expect("is there");
    let (code, _, err) = init(&path, &FLAGS);
    assert_eq!(code, 2);
    assert!(err.contains("not overwritten") && err.contains("policy/ratings.toml"), "{err}");
    assert!(fs::read(&path).expect("is there") == before);
    // One file of ours in the way is enough to write none.
    let other = tempfile::tempdir().expect("a folder");
    fs::create_dir(other.path().join("policy")).expect("made");
    fs::write(other.path().join("policy/sources.toml"), "# mine").expect("written");
    assert_eq!(init(&other.path().join("carewarden.toml"), &FLAGS).0, 2);
    assert!(!other.path().join("carewarden.toml").exists());
}

#[test]
fn without_a_terminal_the_missing_flags_are_named() {
    let folder = folder();
    let (code, _, err) = init(&folder.path().join("carewarden.toml"), &FLAGS[..4]);
    assert_eq!(code, 2);
    for flag in ["--relay HOST or --mail-dir DIR", "--from ADDRESS", "--contingency ADDRESS"] {
        assert!(err.contains(flag), "{err}");
    }
    assert!(!err.contains("--council") && fs::read_dir(folder.path()).expect("listed").next().is_none());
}

#[test]
fn answers_that_make_no_sound_configuration_leave_nothing_behind() {
    let folder = folder();
    let mut flags = FLAGS;
    flags[9] = "lead at example";
    let (code, _, err) = init(&folder.path().join("carewarden.toml"), &flags);
    assert_eq!(code, 2);
    assert!(err.contains("mail/bad-address"), "{err}");
    assert!(fs::read_dir(folder.path()).expect("listed").next().is_none(), "nothing is left");
}

#[test]
fn hostile_answers_stay_texts_and_a_key_is_kept_to_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path().join("carewarden.toml");
    let key = folder.path().join("key");
    fs::write(&key, "0123456789abcdef\n").expect("written");
    let name = "A \"quoted\" \\ Council\n[mail]\nhost = 'x'";
    let key_flag = key.display().to_string();
    let flags =
        [&["--council", name, "--mail-dir", "mail", "--key-file", &key_flag], &FLAGS[2..4], &FLAGS[6..]]
            .concat();
    let (code, out, err) = init(&path, &flags);
    assert_eq!(code, 0, "{err}");
    assert!(!out.contains("Put the subscription key"), "{out}");
    let config = config::load(&path).expect("sound").config;
    assert_eq!(config.council.name, "A \"quoted\" \\ Council[mail]host = 'x'");
    assert!(matches!(&config.mail.transport, Transport::Directory { dir } if dir.ends_with("mail")));
    let SourceKind::CqcApi(cqc) = &config.sources[0].kind else { panic!("not a register") };
    assert_eq!(cqc.subscription_key.as_ref().expect("given").expose_secret(), "0123456789abcdef");
    let mode =
        fs::metadata(folder.path().join("cqc-subscription-key")).expect("is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

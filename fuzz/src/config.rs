//! What people write: configurations, policies, forms of returns, policy cases, lists of contracts.
//!
//! The first line of an input says which it is; without such a line it is a configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use carewarden::config::{
    Diagnostic, Faults, Level, Loaded, SHIPPED_POLICY, builtin_policy, load_with, policy_from_str,
    template_from_str,
};
use carewarden::rules::Policy;
use carewarden::rules::test::{parse_cases, run_cases};
use jiff::tz::TimeZone;

use crate::{Lines, assert_harmless};

/// What the environment holds, and nothing may show.
const SECRET: &str = "s3cr3t-from-env";

/// Faults that one file brings at most; a configuration names a hundred others at most.
const FAULTS_MAX: usize = 200;

/// Between a policy and its cases.
const BETWEEN: &str = "\n===\n";

static FOLDER: LazyLock<PathBuf> = LazyLock::new(folder);

/// A folder as a council has it. It stays when the fuzzer is stopped: a few kilobytes.
fn folder() -> PathBuf {
    let shared = Path::new("/dev/shm");
    let above = if shared.is_dir() { shared.to_owned() } else { std::env::temp_dir() };
    let folder = above.join(format!("carewarden-fuzz-{}", std::process::id()));
    let shipped = SHIPPED_POLICY.map(|(name, text)| (name, text.as_bytes()));
    let own: [(&str, &[u8]); 5] = [
        ("returns/mine.toml", include_bytes!("../../tests/it/config/good/returns/mine.toml")),
        ("contracts.csv", include_bytes!("../../tests/it/config/good/returns/contracts.csv")),
        ("ca.pem", include_bytes!("../../tests/it/config/good/ca.pem")),
        ("password", SECRET.as_bytes()),
        ("credentials/cqc-subscription-key", SECRET.as_bytes()),
    ];
    for (name, bytes) in shipped.into_iter().chain(own) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("it stands in the folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    folder
}

fn env(name: &str) -> Option<String> {
    match name {
        "CREDENTIALS_DIRECTORY" => Some(FOLDER.join("credentials").display().to_string()),
        "SMTP_PASSWORD" => Some(SECRET.into()),
        "HEARTBEAT_URL" => Some("https://monitor.example.org/down".into()),
        _ => None,
    }
}

/// Reads an input as what its first line says.
pub fn input(bytes: &[u8]) {
    let (kind, rest) = bytes.iter().position(|byte| *byte == b'\n').map_or((bytes, bytes), |end| {
        let (kind, rest) = bytes.split_at(end);
        (kind, &rest[1..])
    });
    match kind {
        b"#contracts" => contracts(rest),
        b"#policy" | b"#form" | b"#cases" => {
            let Ok(text) = std::str::from_utf8(rest) else { return };
            match kind {
                b"#policy" => drop(policy(text)),
                b"#form" => form(text),
                _ => cases(text),
            }
        }
        _ => configuration(bytes),
    }
}

/// Nothing outside the folder is opened: the machine's own files are no part of an input.
fn stays_inside(bytes: &[u8]) -> bool {
    let has = |piece: &[u8]| bytes.windows(piece.len()).any(|window| window == piece);
    ![&b"..".to_vec()[..], b"\\", b"\"/", b"'/", b"\n/"].into_iter().any(has)
}

fn configuration(bytes: &[u8]) {
    if !stays_inside(bytes) {
        return;
    }
    let path = FOLDER.join("carewarden.toml");
    fs::write(&path, bytes).expect("written");
    loaded(&path);
}

/// A list of contracts beside a sound configuration.
fn contracts(bytes: &[u8]) {
    let path = FOLDER.join("with-contracts.toml");
    let smallest = include_str!("../../tests/it/config/good/smallest.toml");
    fs::write(FOLDER.join("list.csv"), bytes).expect("written");
    fs::write(&path, format!("contracts = \"list.csv\"\n{smallest}")).expect("written");
    loaded(&path);
}

fn loaded(path: &Path) {
    match load_with(path, &env) {
        Ok(loaded) => good(&loaded),
        Err(why) => {
            let text_of = |name: &str| fs::read(name).ok();
            faults(&why, |name| text_of(name).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
}

fn good(loaded: &Loaded) {
    for warning in &loaded.warnings {
        assert_eq!(warning.level(), Level::Warning);
        diagnostic(warning, fs::read_to_string(&warning.file).ok().as_deref());
    }
    let Loaded { config, .. } = loaded;
    let shown = format!("{:?} {:?} {:?}", config.sources, config.mail, config.heartbeat);
    assert!(!shown.contains(SECRET), "a secret is shown");
}

fn faults(faults: &Faults, text_of: impl Fn(&str) -> Option<String>) {
    assert!(faults.0.iter().any(|fault| fault.level() == Level::Error), "no error: {faults}");
    assert!(faults.0.len() <= 100 * FAULTS_MAX, "{} faults", faults.0.len());
    let (mut name, mut text) = ("", None);
    for fault in &faults.0 {
        if fault.file != name {
            (name, text) = (&fault.file, text_of(&fault.file));
        }
        diagnostic(fault, text.as_deref());
    }
    assert!(!faults.to_string().contains(SECRET), "a secret is shown");
}

/// It says where, the place exists, and it can be shown.
fn diagnostic(diagnostic: &Diagnostic, text: Option<&str>) {
    let Diagnostic { place, shown, mark, message, help, .. } = diagnostic;
    assert!(!message.is_empty() && !help.is_empty(), "{diagnostic:?} says nothing");
    assert!(place.line > 0 && place.column > 0, "{diagnostic:?} has no place");
    if let Some(text) = text {
        let line = text.split('\n').nth(place.line - 1);
        let line = line.unwrap_or_else(|| panic!("{diagnostic:?} stands behind the end"));
        assert!(place.column <= line.chars().count() + 1, "{diagnostic:?} stands beside its line {line:?}");
    }
    assert!(shown.get(mark.clone()).is_some(), "{diagnostic:?} marks what is not there");
    assert!(!shown.contains('\n'), "{diagnostic:?} shows more than a line");
    let printed = diagnostic.to_string();
    let head = format!("{}[{}]", diagnostic.level().as_str(), diagnostic.code.as_str());
    assert!(printed.starts_with(&head) && printed.contains("\nhelp: "), "{printed}");
    assert_harmless(&printed, Lines::Several);
}

fn policy(text: &str) -> Option<Policy> {
    let read = policy_from_str("own.toml", text);
    assert_eq!(read, policy_from_str("own.toml", text), "the same policy, read twice");
    match read {
        Ok(policy) => {
            assert!(!policy.rules.is_empty(), "a policy without rules");
            for rule in &policy.rules {
                assert_eq!(policy.rule(&rule.id), Some(rule), "two rules have one id");
                assert_eq!(rule.version, rule.version_of());
            }
            Some(policy)
        }
        Err(why) => {
            faults(&why, |_| Some(text.to_owned()));
            None
        }
    }
}

/// The form of a return.
fn form(text: &str) {
    let read = template_from_str("own.toml", text);
    assert_eq!(read, template_from_str("own.toml", text), "the same form, read twice");
    match read {
        Ok(form) => {
            assert!(!form.id.is_empty());
            assert!((0.0..=1.0).contains(&form.bad_share_max), "{} of the rows", form.bad_share_max);
            assert!(!form.all_values().is_empty());
        }
        Err(why) => faults(&why, |_| Some(text.to_owned())),
    }
}

/// Policy cases, alone against the shipped policy or behind a policy of their own.
fn cases(text: &str) {
    let (policy, cases) = match text.split_once(BETWEEN) {
        Some((own, cases)) => (policy(own), cases),
        None => (Some(builtin_policy()), text),
    };
    let Some(policy) = policy else { return };
    match parse_cases(cases) {
        Ok(cases) => {
            let results = run_cases(&policy, &cases, &TimeZone::UTC);
            assert_eq!(results, run_cases(&policy, &cases, &TimeZone::UTC), "the same cases, run twice");
            assert_eq!(results.len(), cases.len());
            let failed = |text: &str| text.starts_with("FAIL");
            assert!(results.iter().all(|result| result.passed() != failed(&result.to_string())));
        }
        Err(fault) => assert!(!fault.to_string().is_empty()),
    }
}

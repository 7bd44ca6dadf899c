//! Each bad file's faults, as printed.

use std::collections::BTreeSet;
use std::fs;

use carewarden::config::{Code, Diagnostic, Faults, Level, builtin_policy, load_with, policy_from_str};

use super::{assert_no_secret, env, files, here, read, stem};

fn faults_of(path: &std::path::Path) -> Faults {
    match read(path) {
        Err(faults) => faults,
        Ok(_) => panic!("{} loads", path.display()),
    }
}

#[test]
fn every_bad_file_says_what_is_wrong_with_it() {
    let paths = files("bad");
    assert!(paths.len() >= 40, "only {} bad files", paths.len());
    for path in paths {
        let printed = faults_of(&path).to_string();
        assert_no_secret(&printed);
        assert!(printed.starts_with("error[") || printed.starts_with("warning["), "{printed}");
        insta::assert_snapshot!(stem(&path), printed);
    }
}

#[test]
fn every_error_has_code_place_message_and_help() {
    for path in files("bad") {
        let faults = faults_of(&path);
        assert!(faults.0.iter().any(|fault| fault.level() == Level::Error), "{}", path.display());
        for fault in &faults.0 {
            assert!(fault.place.line >= 1 && fault.place.column >= 1, "{fault}");
            assert!(!fault.message.is_empty() && !fault.help.is_empty(), "{fault}");
            assert!(fault.shown.is_empty() || fault.shown.get(fault.mark.clone()).is_some(), "{fault:?}");
        }
        let places: Vec<_> = faults.0.iter().map(|fault| (&fault.file, fault.place)).collect();
        assert!(places.is_sorted(), "{}", path.display());
    }
}

#[test]
fn a_file_that_is_not_there_or_not_utf8_is_a_fault_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let absent = folder.path().join("absent.toml");
    let printed = faults_of(&absent).to_string();
    assert!(
        printed.starts_with(&format!("error[config/unreadable] {}:1:1: ", absent.display())),
        "{printed}"
    );
    let latin1 = folder.path().join("latin1.toml");
    fs::write(&latin1, b"[council]\nname = \"Caf\xe9 Council\" # hunter2hunter2\n").expect("written");
    let printed = faults_of(&latin1).to_string();
    let head =
        format!("error[config/not-utf8] {}:2:12: byte 22 of the file is not UTF-8\n", latin1.display());
    assert!(printed.starts_with(&head), "{printed}");
    assert_no_secret(&printed);
    let large = folder.path().join("large.toml");
    fs::write(&large, vec![b'#'; 1024 * 1024 + 1]).expect("written");
    assert!(faults_of(&large).to_string().contains("it is larger than 1024 KiB"));
}

#[test]
fn a_policy_file_that_cannot_be_read_is_its_own_fault() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("rules.toml"), b"\xff").expect("written");
    let path = folder.path().join("carewarden.toml");
    let base = fs::read_to_string(here().join("good/smallest.toml")).expect("is there");
    fs::write(&path, format!("{base}\n[policy]\nfiles = [\"rules.toml\"]\n")).expect("written");
    let printed = faults_of(&path).to_string();
    let file = folder.path().join("rules.toml");
    let head = format!("error[config/not-utf8] {}:1:1: byte 1 ", file.display());
    assert!(printed.starts_with(&head), "{printed}");
}

#[test]
fn a_text_without_rules_is_no_policy() {
    let faults = policy_from_str("mine.toml", "# none").expect_err("no rules");
    assert_eq!(faults.0[0].code, Code::PolicyNoRules);
    assert!(policy_from_str("mine.toml", "[[rule]]\nid = 5").is_err());
    assert_eq!(builtin_policy().rules.len(), 19);
}

#[test]
fn a_relative_secret_file_starts_at_the_configurations_folder() {
    let loaded = load_with(&here().join("good/login.toml"), &env).expect("loads");
    assert!(!format!("{loaded:?}").contains("hunter2"), "a secret is in the debug text");
}

/// A code that no test provokes is either dead or untested.
#[test]
fn every_code_is_provoked_by_a_file_here() {
    let of_bad = files("bad").into_iter().flat_map(|path| faults_of(&path).0);
    let of_good = files("good").into_iter().flat_map(|path| read(&path).expect("loads").warnings);
    let mut met: BTreeSet<Code> = of_bad.chain(of_good).map(|d: Diagnostic| d.code).collect();
    // Provoked above, or where own templates are tested.
    met.extend([Code::Unreadable, Code::NotUtf8, Code::TemplateFault]);
    let unmet: Vec<&str> =
        Code::ALL.iter().filter(|code| !met.contains(code)).map(|code| code.as_str()).collect();
    assert!(unmet.is_empty(), "no test provokes {unmet:?}");
}

#[test]
fn the_list_of_codes_is_what_scripts_rely_on() {
    let lines: Vec<String> = Code::ALL
        .iter()
        .map(|code| format!("{} {}: {}", code.level().as_str(), code.as_str(), code.meaning()))
        .collect();
    insta::assert_snapshot!("codes", lines.join("\n"));
}

/// Editors on other systems write a byte order mark and carriage returns.
#[test]
fn a_byte_order_mark_and_carriage_returns_move_no_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("carewarden.toml");
    let text = fs::read_to_string(here().join("bad/time-zone.toml")).expect("is there");
    fs::write(&path, format!("\u{feff}{}", text.replace('\n', "\r\n"))).expect("written");
    let faults = faults_of(&path);
    assert_eq!(faults.0.len(), 1, "{faults}");
    assert_eq!((faults.0[0].place.line, faults.0[0].place.column), (3, 12));
    assert_eq!(faults.0[0].span_text(), "\"Europe/Lodnon\"");
    assert!(!faults.to_string().contains('\r'));
}

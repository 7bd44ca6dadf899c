//! Whatever is in the file: no panic, a fault that can be printed, and never a secret in it.

use std::fs;
use std::path::Path;

use carewarden::config::{Level, policy_from_str};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::{INLINE, assert_no_secret, here, read};

/// The same cases each time, so that the test says the same of the same code.
fn runner(cases: u32) -> TestRunner {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Checks one file's bytes.
fn survives(folder: &Path, bytes: &[u8]) {
    let path = folder.join("carewarden.toml");
    fs::write(&path, bytes).expect("written");
    match read(&path) {
        Ok(loaded) => {
            loaded.warnings.iter().for_each(|warning| assert_no_secret(&warning.to_string()));
            assert_no_secret(&format!("{:?}", loaded.config));
        }
        Err(faults) => {
            assert_no_secret(&faults.to_string());
            assert_no_secret(&format!("{faults:?}"));
            assert!(faults.0.iter().any(|fault| fault.level() == Level::Error), "no error:\n{faults}");
        }
    }
}

/// One edit at one place: a byte taken out, put in, or changed, or a piece taken out or doubled.
#[derive(Clone, Debug)]
enum Edit {
    Drop,
    Insert(char),
    Change(char),
    DropPiece(usize),
    Double(usize),
}

fn edit() -> impl Strategy<Value = (prop::sample::Index, Edit)> {
    let marks = prop::sample::select("\"'=[]{},.#\n \\x0-\u{feff}é\u{1b}".chars().collect::<Vec<_>>());
    let kinds = prop_oneof![
        Just(Edit::Drop),
        marks.clone().prop_map(Edit::Insert),
        marks.prop_map(Edit::Change),
        (1_usize..20).prop_map(Edit::DropPiece),
        (1_usize..60).prop_map(Edit::Double),
    ];
    (any::<prop::sample::Index>(), kinds)
}

fn edited(text: &str, edits: &[(prop::sample::Index, Edit)]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (at, edit) in edits {
        let at = at.index(chars.len());
        let until = |length: usize| (at + length).min(chars.len());
        match edit {
            Edit::Drop => drop(chars.remove(at)),
            Edit::Insert(c) => chars.insert(at, *c),
            Edit::Change(c) => chars[at] = *c,
            Edit::DropPiece(length) => drop(chars.drain(at..until(*length))),
            Edit::Double(length) => {
                let piece: String = chars[at..until(*length)].iter().collect();
                // A secret that is copied under a key that holds none cannot be told from its value.
                if !piece.contains(INLINE) {
                    chars.splice(at..at, piece.chars());
                }
            }
        }
    }
    chars.into_iter().collect()
}

/// A good file with both ways to hold a secret: by reference, and wrongly in the file itself.
fn seeds() -> [String; 3] {
    let read = |name: &str| fs::read_to_string(here().join("good").join(name)).expect("is there");
    let by_reference = read("every-key.toml");
    let inline = read("smallest.toml")
        .replace("{ credential = \"cqc-subscription-key\" }", &format!("\"{INLINE}\" # {INLINE}"));
    let nested = inline
        .replace(&format!("\"{INLINE}\""), &format!("[{{ x = '''{INLINE}''' }}, {{ env = \"{INLINE}\" }}]"));
    assert!(inline.contains(INLINE) && nested != inline);
    [by_reference, inline, nested]
}

#[test]
fn no_edit_of_a_file_panics_or_prints_a_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let edits = prop::collection::vec(edit(), 1..4);
    let strategy = (prop::sample::select(seeds().to_vec()), edits);
    runner(500)
        .run(&strategy, |(text, edits)| {
            survives(folder.path(), edited(&text, &edits).as_bytes());
            Ok(())
        })
        .expect("no edit does");
}

#[test]
fn no_bytes_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "([\\[\\]{}=\"'#.,a-z0-9 \n\u{feff}]|\\PC){0,200}";
    let strategy = prop_oneof![prop::collection::vec(any::<u8>(), 0..300), text.prop_map(String::into_bytes)];
    runner(300)
        .run(&strategy, |bytes| {
            survives(folder.path(), &bytes);
            let _ = policy_from_str("x.toml", &String::from_utf8_lossy(&bytes));
            Ok(())
        })
        .expect("no bytes do");
}

#[test]
fn no_edit_of_a_policy_panics() {
    let policy = fs::read_to_string("config/policy/ratings.toml").expect("is there");
    runner(300)
        .run(&prop::collection::vec(edit(), 1..4), |edits| {
            if let Err(faults) = policy_from_str("x.toml", &edited(&policy, &edits)) {
                prop_assert!(faults.to_string().starts_with("error["), "{faults}");
            }
            Ok(())
        })
        .expect("no edit does");
}

//! What `--help` says, command by command: what is shown is what is promised.

use std::process::Command;

fn help(words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_carewarden"))
        .env_clear()
        .args(words)
        .arg("--help")
        .output()
        .expect("the program starts");
    assert!(output.status.success() && output.stderr.is_empty(), "{words:?}");
    String::from_utf8(output.stdout).expect("it prints UTF-8")
}

#[test]
fn the_program_says_what_it_can_do() {
    let text = help(&[]);
    for command in [
        "demo",
        "init",
        "check",
        "run",
        "status",
        "backup",
        "restore",
        "flags",
        "explain",
        "providers",
        "outbox",
        "runs",
        "mail",
        "policy",
        "ack",
        "silence",
        "note",
        "stage",
    ] {
        assert!(text.contains(&format!("\n  {command} ")), "{command}: {text}");
    }
    assert!(text.contains("Exit codes: 0 fine, 1 failed, 2 bad input"), "{text}");
}

#[test]
fn every_command_says_what_it_takes() {
    let commands: [&[&str]; 25] = [
        &["demo"],
        &["init"],
        &["check"],
        &["run"],
        &["status"],
        &["backup"],
        &["restore"],
        &["flags"],
        &["explain"],
        &["providers"],
        &["returns"],
        &["outbox"],
        &["outbox", "retry"],
        &["outbox", "drop"],
        &["outbox", "show"],
        &["runs"],
        &["mail"],
        &["mail", "check"],
        &["mail", "preview"],
        &["policy"],
        &["policy", "test"],
        &["ack"],
        &["silence"],
        &["note"],
        &["stage"],
    ];
    for words in commands {
        let text = help(words);
        let mut lines = text.lines().filter(|line| !line.starts_with("Usage: "));
        assert!(lines.all(|line| line.chars().count() <= 100), "{words:?} fits a terminal");
        insta::assert_snapshot!(format!("help_{}", words.join("_")), text);
    }
}

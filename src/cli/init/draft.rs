//! The files of a first configuration: the shipped ones, with the answers in their places.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::ask::{Complete, Way};
use super::{Fault, check};
use crate::config::{Faults, SHIPPED_POLICY};
use crate::mail::domain_of;

/// The shipped configuration, with all its comments.
const SHIPPED: &str = include_str!("../../../config/carewarden.toml");

/// Where the subscription key goes, beside the configuration.
pub(super) const KEY_FILE: &str = "cqc-subscription-key";

/// Stands in the key's file until there is a key; the regulator refuses it, and `status` says so.
const KEY_TO_COME: &str = "put-the-subscription-key-here\n";

/// Where comments begin in the shipped file.
const COMMENT_COLUMN: usize = 38;

/// A file with a key larger than this holds none.
const KEY_BYTES_MAX: u64 = 4096;

/// The files, in memory.
#[derive(Debug)]
pub(super) struct Draft {
    config: String,
    key: Option<String>,
}

impl Draft {
    /// Puts the answers into the shipped file.
    pub(super) fn new(answers: &Complete, database: PathBuf, key_file: Option<&Path>) -> Result<Self, Fault> {
        let key = key_file.map(read_key).transpose()?;
        let config = fill(answers, &database);
        Ok(Self { config, key })
    }

    /// Whether the key is known already.
    pub(super) const fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// The files with their contents and modes, by their path from the configuration's folder.
    fn files(&self, name: &str) -> Vec<(String, &str, u32)> {
        let key = self.key.as_deref().unwrap_or(KEY_TO_COME);
        let mut files: Vec<(String, &str, u32)> =
            SHIPPED_POLICY.iter().map(|(name, text)| ((*name).to_owned(), *text, 0o644)).collect();
        files.push((KEY_FILE.to_owned(), key, 0o600));
        files.push((name.to_owned(), &self.config, 0o644));
        files
    }

    /// Makes sure that nothing that is there would be overwritten.
    pub(super) fn refuse_taken(&self, path: &Path, folder: &Path) -> Result<(), Fault> {
        let taken: Vec<String> = self
            .files(&name_of(path))
            .iter()
            .map(|(name, _, _)| folder.join(name))
            .filter(|path| path.exists())
            .map(|path| path.display().to_string())
            .collect();
        if taken.is_empty() {
            return Ok(());
        }
        let text = "error: these are there already and are not overwritten; move them away, or name another file with --config FILE:";
        Err(Fault::BadInput(format!("{text}\n  {}", taken.join("\n  "))))
    }

    /// Writes the files; where they turn out not to make a sound configuration, they are taken away
    /// again and the faults are the answer.
    pub(super) fn write(&self, path: &Path, folder: &Path) -> io::Result<Result<(), Faults>> {
        let policy = folder.join("policy");
        let made_policy = !policy.exists();
        DirBuilder::new().recursive(true).mode(0o755).create(&policy)?;
        let mut made = Vec::new();
        let written = self.files(&name_of(path)).into_iter().try_for_each(|(name, text, mode)| {
            let file = folder.join(name);
            write_new(&file, text, mode)?;
            made.push(file);
            Ok::<(), io::Error>(())
        });
        let verdict = written.map(|()| check(path));
        if !matches!(verdict, Ok(Ok(()))) {
            made.iter().try_for_each(fs::remove_file)?;
            if made_policy {
                fs::remove_dir(&policy)?;
            }
        }
        verdict
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| "carewarden.toml".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn read_key(file: &Path) -> Result<String, Fault> {
    let fail = |why: String| Fault::BadInput(format!("error: cannot read the key {}: {why}", file.display()));
    let size = fs::metadata(file).map_err(|error| fail(error.to_string()))?.len();
    if size > KEY_BYTES_MAX {
        return Err(fail(format!("{size} bytes are too many for a key")));
    }
    fs::read_to_string(file).map_err(|error| fail(error.to_string()))
}

fn write_new(file: &Path, text: &str, mode: u32) -> io::Result<()> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(file)?
        .write_all(text.as_bytes())
        .map_err(|error| io::Error::new(error.kind(), format!("cannot write {}: {error}", file.display())))
}

/// The shipped file, line by line; a line that begins like one of ours takes the answer.
fn fill(answers: &Complete, database: &Path) -> String {
    let mut section = String::new();
    let mut lines = Vec::new();
    for line in SHIPPED.lines() {
        if line.starts_with('[') {
            section = line.to_owned();
        }
        if line.starts_with("id = ") {
            section = line.to_owned();
        }
        lines.push(answer(answers, database, &section, line));
    }
    lines.join("\n") + "\n"
}

fn answer(answers: &Complete, database: &Path, section: &str, line: &str) -> String {
    let key = line.split(" = ").next().unwrap_or_default();
    let new = match (section, key) {
        ("[council]", "name") => quoted(&answers.council),
        ("[store]", "path") => quoted(&database.display().to_string()),
        (r#"id = "cqc""#, "local_authorities") => list(&answers.local_authorities),
        (r#"id = "cqc""#, "subscription_key") => {
            return format!(
                "{key} = {{ file = {} }}   # under systemd: {{ credential = \"NAME\" }}",
                quoted(KEY_FILE)
            );
        }
        ("[mail]", _) => return mail_line(answers, key, line),
        (r#"id = "contingency-lead""#, "address") => quoted(&answers.contingency),
        (r#"id = "quality""#, "address") => quoted(&answers.quality),
        (r#"id = "operator""#, "address") => quoted(&answers.operator),
        _ => return line.to_owned(),
    };
    with_comment(key, &new, line)
}

fn mail_line(answers: &Complete, key: &str, line: &str) -> String {
    let new = match (key, &answers.way) {
        ("from", _) if answers.from.contains('<') => quoted(&answers.from),
        ("from", _) => quoted(&format!("Carewarden <{}>", answers.from)),
        ("allowed_domains", _) => list(&domains(answers)),
        ("transport", Way::Directory(dir)) => {
            return format!("transport = \"directory\"\ndir = {}", quoted(dir));
        }
        ("host" | "port" | "tls", Way::Directory(_)) => return format!("# {line}"),
        ("host", Way::Relay { host, .. }) => quoted(host),
        ("port", Way::Relay { port: Some(port), .. }) => port.to_string(),
        ("port", Way::Relay { port: None, .. }) => return format!("# {line}"),
        ("tls", Way::Relay { tls, .. }) => quoted(tls),
        _ => return line.to_owned(),
    };
    with_comment(key, &new, line)
}

/// The line with a new value, and what its comment says of the key.
fn with_comment(key: &str, value: &str, line: &str) -> String {
    let said = format!("{key} = {value}");
    match line.split_once(" # ") {
        Some((_, comment)) => format!("{said:COMMENT_COLUMN$} # {}", comment.trim_start()),
        None => said,
    }
}

/// The domains of the recipients, each once.
fn domains(answers: &Complete) -> Vec<String> {
    let mut domains: Vec<String> = [&answers.contingency, &answers.quality, &answers.operator]
        .map(|address| domain_of(address).to_lowercase())
        .into_iter()
        .filter(|domain| !domain.is_empty())
        .collect();
    domains.sort();
    domains.dedup();
    domains
}

fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}

/// A text as TOML: JSON's escapes are TOML's, and what no name has is left out.
fn quoted(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !c.is_control()).collect();
    serde_json::Value::String(kept).to_string()
}

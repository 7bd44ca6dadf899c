//! One file: read on a thread for work that blocks, and named by what decides how it is read.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::civil::Date;

use crate::audit::sha256_hex;
use crate::domain::clean_text;
use crate::sources::returns::book::{self, BookError};
use crate::sources::returns::inbox::{self, InboxError};
use crate::sources::returns::reading::{self, Around, Reading};
use crate::sources::returns::template::Template;

/// What reading a file came to.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It was read, well or badly.
    Read(Box<Reading>, Template),
    /// It cannot be read at all.
    Unreadable(BookError),
    /// It fits no template, or several.
    Unfitting(Vec<String>),
}

/// A file, read.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) bytes: usize,
    pub(super) sha256: String,
    /// Hash of the file and of all that decides how it is read.
    pub(super) reading: String,
    pub(super) outcome: Outcome,
}

/// What decides how files are read; shared with the thread that reads them.
#[derive(Debug)]
pub(super) struct Ways {
    pub(super) templates: Vec<Template>,
    pub(super) known: BTreeSet<String>,
    pub(super) hash: String,
    pub(super) came_on: Date,
}

/// Reads a file of the folder; none where whoever sent it has taken it away again. It blocks.
pub(super) fn read_path(path: PathBuf, ways: &Ways) -> Result<Option<(PathBuf, File)>, InboxError> {
    let bytes = match inbox::bytes_of(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.source.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Some((path, read_file(&name, &bytes, ways))))
}

/// Reads a file. It blocks.
pub(super) fn read_file(name: &str, bytes: &[u8], ways: &Ways) -> File {
    let sha256 = sha256_hex(bytes);
    File {
        name: clean_text(name),
        bytes: bytes.len(),
        reading: sha256_hex(format!("{sha256} {}", ways.hash).as_bytes()),
        sha256,
        outcome: outcome(bytes, ways),
    }
}

fn outcome(bytes: &[u8], ways: &Ways) -> Outcome {
    let book = match book::read(bytes) {
        Ok(book) => book,
        Err(why) => return Outcome::Unreadable(why),
    };
    let templates: Vec<&Template> = ways.templates.iter().collect();
    // The one template of a source says what is missing; of several, the one that fits is taken.
    let template = match templates.as_slice() {
        [one] => Ok(*one),
        several => reading::fitting(&book, several),
    };
    let around = Around { came_on: ways.came_on, known: &ways.known };
    match template {
        Ok(template) => Outcome::Read(Box::new(reading::read(&book, template, around)), template.clone()),
        Err(fits) => Outcome::Unfitting(fits),
    }
}

impl File {
    /// How much it holds while it waits: values, rejects and notes.
    pub(super) fn weight(&self) -> usize {
        match &self.outcome {
            Outcome::Read(reading, _) => reading.values.len() + reading.rejects.len() + reading.notes.len(),
            Outcome::Unreadable(_) | Outcome::Unfitting(_) => 1,
        }
    }
}

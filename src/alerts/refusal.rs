//! What the mailbox is told from which a council answers its providers: returns that were refused,
//! in words that an officer can forward.

use serde::Serialize;

/// Files of which something was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// One file and what is wrong in it.
    File(RefusedFile),
    /// Files beyond those that had mails of their own.
    More {
        /// The run that tells of them.
        run: i64,
        /// Their names.
        files: Vec<NamedFile>,
    },
}

/// A file of which something was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusedFile {
    /// Its row in the table of documents: it is mailed of once.
    pub document: i64,
    /// Its name.
    pub file: String,
    /// How much of it.
    pub extent: Extent,
    /// The providers of whom something was refused.
    pub senders: Vec<Sender>,
    /// What happened and what to do.
    pub words: Vec<String>,
    /// What is wrong, a line a fault.
    pub faults: Vec<String>,
    /// The folder in which the file and its text lie, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

/// How much of a file was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// All of it.
    Whole,
    /// Some rows or cells.
    Part,
}

/// A known provider that a file names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sender {
    /// Its id, as the file gives it.
    pub id: String,
    /// Its name, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A file in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedFile {
    /// Its name.
    pub file: String,
    /// The ids of the providers of whom something was refused.
    pub ids: Vec<String>,
}

impl Refusal {
    /// The ids of the providers it is about.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        match self {
            Self::File(file) => file.senders.iter().map(|sender| sender.id.clone()).collect(),
            Self::More { files, .. } => files.iter().flat_map(|file| file.ids.iter().cloned()).collect(),
        }
    }

    /// What the mail is called in lists.
    #[must_use]
    pub fn reference(&self) -> String {
        match self {
            Self::File(file) => format!("return-{}", file.document),
            Self::More { run, .. } => format!("returns-{run}"),
        }
    }
}

//! Whether Carewarden is well: what it knows of itself, and what follows from that. The facts come
//! from outside; the verdict, the words and the metrics are pure views of them.

mod prometheus;
mod verdict;
mod words;

pub use prometheus::prometheus;
pub use verdict::{Complaint, Gravity, complaints, is_healthy};
pub use words::words;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// Everything that is known about the program itself at an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The instant.
    pub now: Timestamp,
    /// The file.
    pub database: Database,
    /// Each job, in the order of a cycle.
    pub jobs: Vec<Job>,
    /// Each configured source.
    pub sources: Vec<Source>,
    /// The outbox.
    pub mail: Mail,
    /// Silences in force.
    pub silences: Vec<Silence>,
    /// Backups, where the configuration wants them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup: Option<Backup>,
    /// The newest check of the whole file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integrity: Option<Check>,
    /// The newest verification of the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit: Option<Check>,
    /// The outside monitor, where the configuration names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<Heartbeat>,
}

/// The database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Database {
    /// Where it is.
    pub path: String,
    /// The file, in bytes.
    pub file_bytes: u64,
    /// Of it, free for new rows.
    pub free_bytes: u64,
    /// Of it, bodies of documents.
    pub bodies_bytes: u64,
    /// The write-ahead log beside it.
    pub wal_bytes: u64,
}

/// A job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Job {
    /// `collect`, `assess`, `deliver` or `housekeeping`.
    pub job: String,
    /// When its newest run began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_started_at: Option<Timestamp>,
    /// When its newest run ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_ended_at: Option<Timestamp>,
    /// `ok`, `part`, `failed`, `interrupted` or `running`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// What went wrong, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// When it is due next by its schedule, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
}

/// A source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Its id.
    pub id: String,
    /// When it was last asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Timestamp>,
    /// When it was last read well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub good_at: Option<Timestamp>,
    /// Since when it should have been read: its last good reading, or the first run of the database.
    #[serde(skip)]
    pub since: Option<Timestamp>,
    /// Readings that failed one after the other.
    pub failed_in_a_row: u32,
    /// Why the newest failed, or what it left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// The longest time between two due runs.
    #[serde(skip)]
    pub interval: SignedDuration,
    /// When it is due next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
}

/// The outbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// Mails that wait, due or not.
    pub waiting: usize,
    /// When the one that waits longest was queued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<Timestamp>,
    /// Dead letters that nobody has handled, by number.
    pub dead_letters: Vec<i64>,
    /// When a server last took a mail over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_accepted_at: Option<Timestamp>,
    /// What was last said of a mail that waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_trouble: Option<String>,
}

/// A silence in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Silence {
    /// "rule rating-fell" or "subject 1-6321709131".
    pub what: String,
    /// Its end.
    pub until: Timestamp,
    /// Its author.
    pub by: String,
    /// Its reason.
    pub reason: String,
}

/// Backups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Backup {
    /// The folder.
    pub dir: String,
    /// How many are there.
    pub count: usize,
    /// When the newest was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Timestamp>,
    /// How large the newest is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_bytes: Option<u64>,
    /// Why the newest attempt failed, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// A check of the program by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// When.
    pub at: Timestamp,
    /// Whether it found what it should.
    pub passed: bool,
    /// What it found, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The outside monitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Heartbeat {
    /// Its host.
    pub monitor: String,
    /// When it last answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// Since when it has not answered, where that is longer than the configuration bears.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent_since: Option<Timestamp>,
}

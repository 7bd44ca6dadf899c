//! What can go wrong with the database, and what to do about it.

use std::path::PathBuf;

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the lock.
    #[error("another carewarden (pid {pid}) is using {path}; wait for it, or give --wait SECONDS")]
    Busy {
        /// The database.
        path: PathBuf,
        /// The other process, as it wrote itself down; "unknown" where it did not.
        pid: String,
    },
    /// There is no database to read.
    #[error("there is no database at {path}; `carewarden run` makes it")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A folder or file could not be made or opened.
    #[error("cannot {doing} {path}: {source}; check the path and its owner")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is not a sound database of ours.
    #[error(
        "{path} is damaged or not a Carewarden database ({what}); nothing was changed. \
         Move it aside and restore the newest backup, or ask for help with the file as it is"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// The file was written by a newer version.
    #[error("{path} has schema {found}, this version knows up to {known}; install the newer version")]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// SQLite refused.
    #[error("while {doing}: {source}")]
    Sql {
        /// What was being done.
        doing: String,
        /// SQLite's words.
        source: rusqlite::Error,
    },
    /// A stored value is not what its column promises.
    #[error("{table} row {seq}: {what}")]
    Unreadable {
        /// The table.
        table: &'static str,
        /// The row.
        seq: i64,
        /// What is wrong with it.
        what: String,
    },
}

impl StoreError {
    /// Wraps SQLite's error with what was being done.
    pub fn sql(doing: impl Into<String>) -> impl FnOnce(rusqlite::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Sql { doing, source }
    }
}

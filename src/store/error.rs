//! What can go wrong with the database, and what to do about it.

use std::path::PathBuf;

use rusqlite::ErrorCode;

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
         `carewarden restore FILE` puts a backup in its place and keeps this file, or ask for help with it as it is"
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
    #[error("while {doing}: {source}{}", hint(source))]
    Sql {
        /// What was being done.
        doing: String,
        /// SQLite's words.
        source: rusqlite::Error,
    },
    /// A copy that was made is not a faithful one.
    #[error("the copy {path} is not sound ({what}) and was removed; try again, or copy to another disk")]
    BadCopy {
        /// Where the copy was made.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// There is a file already where one was to be made.
    #[error("{path} is there already and is not overwritten; give another name")]
    Taken {
        /// The file.
        path: PathBuf,
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
    /// Whether the database cannot be used at all, so that nothing can be stored nor told by it.
    #[must_use]
    pub const fn is_grave(&self) -> bool {
        match self {
            Self::Busy { .. } | Self::Missing { .. } | Self::BadCopy { .. } | Self::Taken { .. } => false,
            Self::Io { .. }
            | Self::Damaged { .. }
            | Self::TooNew { .. }
            | Self::Sql { .. }
            | Self::Unreadable { .. } => true,
        }
    }

    /// Wraps SQLite's error with what was being done.
    pub fn sql(doing: impl Into<String>) -> impl FnOnce(rusqlite::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Sql { doing, source }
    }
}

/// What to do about SQLite's answer, where the operator can do something.
fn hint(source: &rusqlite::Error) -> &'static str {
    match source.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => {
            "; make room on the disk: nothing of this step was kept, and the next run does it again"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "; check the owner and the mode of the file and its folder, and that the disk is not mounted read-only"
        }
        Some(ErrorCode::SystemIoFailure) => "; check the disk and its space: the system log says more",
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "; the file is damaged: move nothing yet, keep it, and see `carewarden restore --help`"
        }
        _ => "",
    }
}

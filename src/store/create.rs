//! Making a new database: whole under its name, or not there at all.

use std::fs::{DirBuilder, File, OpenOptions, remove_file, rename};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rusqlite::OpenFlags;

use super::open::connect;
use super::owner::give_to_folders_owner;
use super::{StoreError, migrate};

/// What SQLite keeps beside a database.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Makes the database's folder, 0700, where there is none.
///
/// # Errors
/// The operating system's.
pub(super) fn folder(path: &Path) -> Result<(), StoreError> {
    let folder = folder_of(path);
    if folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(io_error("make the folder", folder))
}

/// Makes the database, 0600. It gets its name when it is complete, so that an empty or half-made
/// file under that name is always a damaged one and never taken for a new one.
///
/// # Errors
/// The operating system's or SQLite's, or the log of a lost database lies there: SQLite would
/// write its pages into the new one.
pub(super) fn database(path: &Path) -> Result<(), StoreError> {
    for companion in ["-wal", "-journal"].map(|ending| with_ending(path, ending)) {
        if companion.metadata().is_ok_and(|found| found.len() > 0) {
            let what = "the log of a database that is not there; it may hold what no backup has".to_owned();
            return Err(StoreError::Damaged { path: companion, what });
        }
    }
    let new = with_ending(path, ".new");
    clear_away(&new)?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new);
    file.and_then(|file| give_to_folders_owner(&file, &new)).map_err(io_error("make the database", &new))?;
    let mut conn = connect(&new, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    migrate::migrate(&mut conn, 0)?;
    conn.close().map_err(|(_, error)| StoreError::sql("closing the new database")(error))?;
    rename(&new, path).map_err(io_error("name the database", path))?;
    let folder = folder_of(path);
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_error("sync the folder", folder))
}

/// Takes away what a process that was killed here has left.
fn clear_away(new: &Path) -> Result<(), StoreError> {
    let files = COMPANIONS.iter().map(|ending| with_ending(new, ending)).chain([new.to_owned()]);
    for file in files {
        match remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(io_error("remove", &file)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut whole = path.as_os_str().to_owned();
    whole.push(ending);
    PathBuf::from(whole)
}

fn io_error(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { doing, path, source }
}

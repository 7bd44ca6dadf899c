//! Online copies of the database: made in steps beside the writer, looked through, and only then
//! given their name.

use std::ffi::OsString;
use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::open::{connect, sound};
use super::owner::give_to_folders_owner;
use super::{StoreError, migrate};

/// Pages copied in one step: 4 MB, so that a reader of the copy's disk is never held up for long.
const PAGES_A_STEP: i32 = 1024;

/// A locked database is tried again so often.
const BUSY_TRIES_MAX: u32 = 100;

/// The wait between two tries.
const BUSY_WAIT: Duration = Duration::from_millis(50);

/// More files than this in a backup folder are not ours to sort.
const FILES_MAX: usize = 10_000;

/// A backup's name: when it was made, in UTC.
const NAME: &str = "carewarden-%Y%m%dT%H%M%SZ.db";

/// A backup in its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupFile {
    /// Where it is.
    pub path: PathBuf,
    /// When it was made, by its name.
    pub at: Timestamp,
    /// How large it is.
    pub bytes: u64,
}

/// Where a backup made at an instant goes.
#[must_use]
pub fn path_in(dir: &Path, at: Timestamp) -> PathBuf {
    dir.join(at.strftime(NAME).to_string())
}

/// The backups in a folder, oldest first; other files are left out, and a folder that is not there
/// has none.
///
/// # Errors
/// The folder cannot be read.
pub fn list(dir: &Path) -> Result<Vec<BackupFile>, StoreError> {
    let io = |source| StoreError::Io { doing: "read the folder of backups", path: dir.to_owned(), source };
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io(error)),
    };
    let mut found = Vec::new();
    for entry in entries.take(FILES_MAX) {
        let entry = entry.map_err(io)?;
        let Some(at) = entry.file_name().to_str().and_then(made_at) else { continue };
        let bytes = entry.metadata().map_err(io)?.len();
        found.push(BackupFile { path: entry.path(), at, bytes });
    }
    found.sort_by_key(|file| file.at);
    Ok(found)
}

fn made_at(name: &str) -> Option<Timestamp> {
    let at = DateTime::strptime(NAME, name).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    // Only a name that we would write ourselves is ours.
    (at.strftime(NAME).to_string() == name).then_some(at)
}

/// Copies the database as it stands now to a file that is not there yet; returns the copy's size.
/// A writer beside it is not held up, and the copy has its name only once it is known to be sound.
///
/// # Errors
/// There is such a file, the disk does not take it, or the copy is not sound; then none is left.
pub fn copy(from: &Connection, to: &Path) -> Result<u64, StoreError> {
    if to.exists() {
        return Err(StoreError::Taken { path: to.to_owned() });
    }
    copy_over(from, to)
}

/// The copy before a migration stands beside the database, one a schema: a migration that is tried
/// again replaces it by what is there then.
pub(super) fn before_migration(conn: &Connection, database: &Path) -> Result<(), StoreError> {
    let name = format!(".before-schema-{}", migrate::newest());
    let to = beside(database, &name);
    let bytes = copy_over(conn, &to)?;
    tracing::info!(bytes, to = %to.display(), "copied the database before its schema changes");
    Ok(())
}

fn copy_over(from: &Connection, to: &Path) -> Result<u64, StoreError> {
    let partial = beside(to, ".part");
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(io("make", folder))?;
    remove(&partial)?;
    let done = fill(from, &partial)
        .and_then(|()| std::fs::rename(&partial, to).map_err(io("put the copy at", to)))
        .and_then(|()| sync(folder))
        .and_then(|()| Ok(std::fs::metadata(to).map_err(io("look at", to))?.len()));
    if done.is_err() {
        remove(&partial)?;
    }
    done
}

fn fill(from: &Connection, partial: &Path) -> Result<(), StoreError> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(partial)
        .and_then(|file| give_to_folders_owner(&file, partial))
        .map_err(io("make the copy", partial))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(partial, flags).map_err(sql(partial))?;
    // One moment of the database, whatever a writer does meanwhile.
    let moment = from.unchecked_transaction().map_err(sql(partial))?;
    let leaves = newest_leaf(from).map_err(sql(partial))?;
    steps(from, &mut copy, partial)?;
    drop(moment);
    // One file, without a log beside it.
    copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).map_err(sql(partial))?;
    let bad = |what: String| StoreError::BadCopy { path: partial.to_owned(), what };
    sound(&copy, partial).map_err(|error| bad(error.to_string()))?;
    if newest_leaf(&copy).map_err(sql(partial))? != leaves {
        return Err(bad("it ends at another row than the database".to_owned()));
    }
    copy.close().map_err(|(_, error)| sql(partial)(error))?;
    sync(partial)
}

fn steps(from: &Connection, copy: &mut Connection, partial: &Path) -> Result<(), StoreError> {
    let pages: i64 = from.query_row("PRAGMA page_count", [], |row| row.get(0)).map_err(sql(partial))?;
    let steps_max = pages / i64::from(PAGES_A_STEP) + 2 + i64::from(BUSY_TRIES_MAX);
    let backup = Backup::new(from, copy).map_err(sql(partial))?;
    for _ in 0..steps_max {
        match backup.step(PAGES_A_STEP).map_err(sql(partial))? {
            StepResult::Done => return Ok(()),
            StepResult::Busy | StepResult::Locked => sleep(BUSY_WAIT),
            // More, and whatever a later version of the library may say: another step shows.
            _ => {}
        }
    }
    Err(StoreError::BadCopy { path: partial.to_owned(), what: "the database stayed locked".to_owned() })
}

fn newest_leaf(conn: &Connection) -> rusqlite::Result<Option<i64>> {
    conn.query_row("SELECT max(seq) FROM leaves", [], |row| row.get(0))
}

/// Opens a file for reading after making sure that it is a sound database of ours.
///
/// # Errors
/// It is not there, not ours, too new, or damaged.
pub fn open_sound(file: &Path) -> Result<Connection, StoreError> {
    if !file.is_file() {
        return Err(StoreError::Missing { path: file.to_owned() });
    }
    let conn = connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    sound(&conn, file)?;
    match super::health::integrity(&conn)?.into_iter().next() {
        Some(what) => Err(StoreError::Damaged { path: file.to_owned(), what }),
        None => Ok(conn),
    }
}

/// A name beside a file: the same, with an ending.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

/// Removes a file and what SQLite may have left beside it.
fn remove(path: &Path) -> Result<(), StoreError> {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let path = beside(path, ending);
        match std::fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(io("remove", &path)(error)),
        }
    }
    Ok(())
}

/// Makes sure that a file or folder is on the disk.
pub(super) fn sync(path: &Path) -> Result<(), StoreError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(io("write to the disk", path))
}

pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { doing, path, source }
}

fn sql(to: &Path) -> impl FnOnce(rusqlite::Error) -> StoreError {
    StoreError::sql(format!("copying the database to {}", to.display()))
}

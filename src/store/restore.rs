//! A backup in the place of the database; the database that was there is kept beside it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::OpenFlags;

use super::backup::{beside, copy, io, open_sound, sync};
use super::decisions::{DecisionKind, NewDecision};
use super::lock::Lock;
use super::open::{connect, sound};
use super::{Store, StoreError, create, health};

/// Who puts a backup in the place of the database, why, and when.
#[derive(Clone, Copy, Debug)]
pub struct Restoring<'a> {
    /// Who.
    pub by: &'a str,
    /// Why.
    pub reason: &'a str,
    /// When.
    pub at: Timestamp,
    /// How long to wait for a process that is writing.
    pub wait: Duration,
}

/// Puts a copy of `file` in the place of `database` and writes down who did it; returns where the
/// database that was there stands now, if there was one.
///
/// # Errors
/// The file is not a sound database of ours, another process is writing, or the disk does not take
/// it; until the copy is complete and sound, nothing is moved.
pub fn restore(file: &Path, database: &Path, how: Restoring<'_>) -> Result<Option<PathBuf>, StoreError> {
    let sound = open_sound(file)?;
    create::folder(database)?;
    let lock = Lock::take(database, how.wait)?;
    let coming = beside(database, ".restoring");
    discard(&coming)?;
    copy(&sound, &coming)?;
    drop(sound);
    let aside = set_aside(database, how.at)?;
    std::fs::rename(&coming, database).map_err(io("put the backup at", database))?;
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty());
    sync(folder.unwrap_or(Path::new(".")))?;
    let mut store = Store::open_under(lock, database)?;
    write_down(&mut store, file, aside.as_deref(), how)?;
    Ok(aside)
}

/// A copy that an interrupted restore has left.
fn discard(coming: &Path) -> Result<(), StoreError> {
    if coming.exists() { std::fs::remove_file(coming).map_err(io("remove", coming)) } else { Ok(()) }
}

/// Moves the database and its log aside, under a name with the time. The log goes first: beside
/// the restored file it would be taken for that file's own.
fn set_aside(database: &Path, at: Timestamp) -> Result<Option<PathBuf>, StoreError> {
    if !database.exists() {
        return Ok(None);
    }
    let aside = beside(database, &at.strftime(".replaced-%Y%m%dT%H%M%SZ").to_string());
    if aside.exists() {
        return Err(StoreError::Taken { path: aside });
    }
    empty_log(database);
    for ending in ["-wal", "-shm", ""] {
        let from = beside(database, ending);
        if from.exists() {
            std::fs::rename(&from, beside(&aside, ending)).map_err(io("move aside", &from))?;
        }
    }
    Ok(Some(aside))
}

/// Where the database is sound, nothing is left in its log to be parted from it; a damaged one is
/// kept as it is, with its log beside it.
fn empty_log(database: &Path) {
    let reader = connect(database, OpenFlags::SQLITE_OPEN_READ_ONLY);
    if !reader.is_ok_and(|reader| sound(&reader, database).is_ok()) {
        return;
    }
    if let Ok(writer) = connect(database, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        let _left_in_the_log = health::checkpoint(&writer);
    }
}

fn write_down(
    store: &mut Store,
    file: &Path,
    aside: Option<&Path>,
    how: Restoring<'_>,
) -> Result<(), StoreError> {
    let before = aside.map_or_else(
        || "there was no database before".to_owned(),
        |aside| format!("the database before is {}", aside.display()),
    );
    let detail = format!("restored from {}; {before}", file.display());
    store.write(how.at, |tx| {
        tx.decision(NewDecision {
            at: how.at,
            kind: DecisionKind::Restore,
            subject: None,
            flag: None,
            outbox: None,
            by: how.by,
            reason: how.reason,
            until: None,
            detail: Some(&detail),
        })
        .map(drop)
    })
}

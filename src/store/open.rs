//! Opening the database: for writing under the lock, or for reading beside the writer.

use std::fs::OpenOptions;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::append::begin;
use super::lock::Lock;
use super::runs::{Outcome, RunEnd, end_run};
use super::{StoreError, Tx, Writes, backup, create, instant, lists, migrate};

/// How long SQLite itself waits for a reader to get out of the way of a checkpoint.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The open database.
#[derive(Debug)]
pub struct Store {
    conn: Connection,
    path: PathBuf,
    lock: Option<Lock>,
    file: FileId,
    writes: Writes,
}

/// Which file a path names: another one may have been put in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileId {
    device: u64,
    inode: u64,
}

impl Store {
    /// Opens the database for writing: takes the lock, makes the file if there is none (0600, its
    /// folder 0700), checks that it is sound and brings its schema up to date. A file that is not
    /// sound or not ours is left as it is, byte for byte.
    ///
    /// # Errors
    /// The lock is taken, the file cannot be made or opened, is damaged, or is too new.
    pub fn open_writer(path: &Path, wait: Duration) -> Result<Self, StoreError> {
        create::folder(path)?;
        let lock = Lock::take(path, wait)?;
        Self::open_under(lock, path)
    }

    /// Opens the database for writing under a lock that is held already.
    ///
    /// # Errors
    /// As for [`Store::open_writer`], but for the lock.
    pub(super) fn open_under(lock: Lock, path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            create::database(path)?;
        }
        let found = inspect(path)?;
        let mut conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if found < migrate::newest() {
            backup::before_migration(&conn, path)?;
        }
        conn.execute_batch("PRAGMA journal_mode = WAL;").map_err(|error| damaged(path, error))?;
        migrate::migrate(&mut conn, found)?;
        Ok(Self {
            conn,
            path: path.to_owned(),
            lock: Some(lock),
            file: file_id(path)?,
            writes: Writes::default(),
        })
    }

    /// Opens the database for reading; a writer may be at work beside.
    ///
    /// # Errors
    /// There is none, it is damaged, or its schema is not ours.
    pub fn open_reader(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::Missing { path: path.to_owned() });
        }
        let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        recognise(&conn, path)?;
        Ok(Self { conn, path: path.to_owned(), lock: None, file: file_id(path)?, writes: Writes::default() })
    }

    /// The connection, for reading.
    #[must_use]
    pub const fn sql(&self) -> &Connection {
        &self.conn
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `work` in one transaction that is committed when it succeeds and leaves nothing when
    /// it does not. `at` is the instant its leaves carry.
    ///
    /// # Errors
    /// Those of `work`, and SQLite's.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        at: Timestamp,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let _in_hand = self.writes.begin();
        let inner = begin(&mut self.conn, "beginning to write".to_owned())?;
        let tx = Tx::new(inner, instant(at));
        let value = work(&tx)?;
        crate::failpoint::reach("mid-transaction");
        tx.commit()?;
        Ok(value)
    }
}

/// The right to be the daemon of a database, until it is dropped.
#[derive(Debug)]
pub struct Only {
    _lock: Lock,
}

impl Store {
    /// Makes this process the daemon of a database: there is one at most, though it leaves others
    /// to write while it is idle.
    ///
    /// # Errors
    /// Another daemon runs on it, or the lock cannot be made.
    pub fn only_daemon(path: &Path) -> Result<Only, StoreError> {
        create::folder(path)?;
        let lock = Lock::take_named(path, ".daemon", Duration::ZERO)?;
        Ok(Only { _lock: lock })
    }

    /// Lets other processes write until [`Store::resume`]; the file stays open.
    pub fn rest(&mut self) {
        self.lock = None;
    }

    /// Takes the lock again. A file that was put in the place of the one that was opened (a
    /// restored backup) is opened in its stead, with every check.
    ///
    /// # Errors
    /// As for [`Store::open_writer`].
    pub fn resume(&mut self, wait: Duration) -> Result<(), StoreError> {
        if self.lock.is_some() {
            return Ok(());
        }
        let lock = Lock::take(&self.path, wait)?;
        if file_id(&self.path).is_ok_and(|now| now == self.file) {
            self.lock = Some(lock);
            return Ok(());
        }
        drop(lock);
        let writes = self.writes.clone();
        *self = Self { writes, ..Self::open_writer(&self.path, wait)? };
        Ok(())
    }

    /// Counts of its transactions, to be looked at from another thread.
    #[must_use]
    pub fn writes(&self) -> Writes {
        self.writes.clone()
    }

    /// Writes down that runs which never ended were interrupted: the process before this one was
    /// killed in the midst of them.
    ///
    /// # Errors
    /// SQLite's.
    pub fn close_interrupted_runs(&mut self, at: Timestamp) -> Result<(), StoreError> {
        let unfinished = lists::unfinished_runs(&self.conn)?;
        if unfinished.is_empty() {
            return Ok(());
        }
        let end = RunEnd { outcome: Outcome::Interrupted, ..RunEnd::default() };
        self.write(at, |tx| unfinished.iter().try_for_each(|run| end_run(tx, *run, at, &end)))
    }
}

fn file_id(path: &Path) -> Result<FileId, StoreError> {
    let found = std::fs::metadata(path).map_err(|source| StoreError::Io {
        doing: "look at",
        path: path.to_owned(),
        source,
    })?;
    Ok(FileId { device: found.dev(), inode: found.ino() })
}

pub(super) fn connect(path: &Path, access: OpenFlags) -> Result<Connection, StoreError> {
    let doing = || StoreError::sql(format!("opening {}", path.display()));
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(doing())?;
    conn.busy_timeout(BUSY_TIMEOUT).map_err(doing())?;
    let settings = "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA trusted_schema = OFF;
        PRAGMA synchronous = FULL;";
    conn.execute_batch(settings).map_err(|error| damaged(path, error))?;
    Ok(conn)
}

/// Returns the schema's number after making sure that the file can be written, is ours and is
/// sound, over a connection that cannot change it: a writing one would already turn another
/// program's database to WAL, or move what a log holds into a file that is damaged.
fn inspect(path: &Path) -> Result<i64, StoreError> {
    let file = OpenOptions::new().read(true).append(true).open(path);
    let size = file
        .and_then(|file| file.metadata())
        .map_err(|source| StoreError::Io { doing: "open the database", path: path.to_owned(), source })?
        .len();
    if size == 0 {
        let what = "the file is empty, which none that this program made ever is";
        return Err(StoreError::Damaged { path: path.to_owned(), what: what.to_owned() });
    }
    sound(&connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?, path)
}

/// Returns the schema's number of a file that is ours and sound.
pub(super) fn sound(conn: &Connection, path: &Path) -> Result<i64, StoreError> {
    let found = recognise(conn, path)?;
    let verdict: String = conn
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| damaged(path, error))?;
    if verdict == "ok" {
        Ok(found)
    } else {
        Err(StoreError::Damaged { path: path.to_owned(), what: verdict })
    }
}

/// Returns the schema's number of a file that is ours.
fn recognise(conn: &Connection, path: &Path) -> Result<i64, StoreError> {
    let number = |pragma: &str| -> Result<i64, StoreError> {
        conn.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))
            .map_err(|error| damaged(path, error))
    };
    if number("application_id")? != migrate::APPLICATION_ID {
        let what = "another program's database".to_owned();
        return Err(StoreError::Damaged { path: path.to_owned(), what });
    }
    let found = number("user_version")?;
    if found > migrate::newest() {
        return Err(StoreError::TooNew { path: path.to_owned(), found, known: migrate::newest() });
    }
    Ok(found)
}

/// A file that SQLite cannot make sense of is damaged; a full disk or a missing right is not.
fn damaged(path: &Path, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            StoreError::Damaged { path: path.to_owned(), what: error.to_string() }
        }
        _ => StoreError::sql(format!("opening {}", path.display()))(error),
    }
}

//! One writer: an advisory lock on a file beside the database, with the holder's pid in it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use super::StoreError;
use super::owner::give_to_folders_owner;

/// How often a busy lock is tried again.
const RETRY: Duration = Duration::from_millis(50);

/// A pid is short; more than this in the lock file is not ours.
const PID_BYTES_MAX: u64 = 32;

/// The right to write; given up when dropped or when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of `database`, trying for `wait`.
    ///
    /// # Errors
    /// [`StoreError::Busy`] with the other process's id when it stays taken.
    pub fn take(database: &Path, wait: Duration) -> Result<Self, StoreError> {
        Self::take_named(database, ".lock", wait)
    }

    /// The same under another name: what one process holds for long must not stop the others' writes.
    ///
    /// # Errors
    /// As [`Lock::take`].
    pub fn take_named(database: &Path, ending: &str, wait: Duration) -> Result<Self, StoreError> {
        let mut path = database.as_os_str().to_owned();
        path.push(ending);
        let path = std::path::PathBuf::from(path);
        let io = |doing: &'static str| {
            let path = path.clone();
            move |source| StoreError::Io { doing, path, source }
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(io("open the lock"))?;
        give_to_folders_owner(&file, &path).map_err(io("give away the lock"))?;
        let tries = wait.as_millis() / RETRY.as_millis();
        for attempt in 0..=tries {
            match file.try_lock() {
                Ok(()) => {
                    write_pid(&mut file).map_err(io("write the lock"))?;
                    return Ok(Self { _file: file });
                }
                Err(TryLockError::WouldBlock) if attempt < tries => std::thread::sleep(RETRY),
                Err(TryLockError::WouldBlock) => break,
                Err(TryLockError::Error(source)) => return Err(io("lock")(source)),
            }
        }
        Err(StoreError::Busy { path: database.to_owned(), pid: read_pid(&mut file) })
    }
}

/// Writes before it cuts: a process that reads in between finds a number, and never nothing.
fn write_pid(file: &mut File) -> std::io::Result<()> {
    let line = format!("{}\n", std::process::id());
    file.seek(SeekFrom::Start(0))?;
    file.write_all(line.as_bytes())?;
    file.set_len(u64::try_from(line.len()).unwrap_or(PID_BYTES_MAX))
}

fn read_pid(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.take(PID_BYTES_MAX).read_to_string(&mut text));
    match (read, text.lines().next().map(str::trim)) {
        (Ok(_), Some(pid)) if !pid.is_empty() => pid.to_owned(),
        _ => "unknown".to_owned(),
    }
}

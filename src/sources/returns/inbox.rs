//! The watched folder: a portal, an SFTP server or a person drops files, we take them when they
//! are whole and put them away with a word about them.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::book::FILE_BYTES_MAX;

/// Files that one collect takes; the rest waits for the next.
pub const FILES_MAX: usize = 2_000;

/// A file that is ahead of us by so much is not being written: the job looks back with `--as-of`. A
/// file server's clock is wrong by less.
const AHEAD_MIN: SignedDuration = SignedDuration::from_hours(24);

/// Names under which one file can be put away.
const NAMES_MAX: u32 = 10_000;

/// Endings of files that someone is still writing.
const UNFINISHED: [&str; 6] = [".part", ".partial", ".tmp", ".filepart", ".crdownload", ".lock"];

/// Where a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// Its values are kept.
    Taken,
    /// Nothing of it is.
    Refused,
}

/// Why the folder could not be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} {}: {source}; check the path, its owner and its rights", path.display())]
pub struct InboxError {
    /// What was being done.
    pub doing: &'static str,
    /// To what.
    pub path: PathBuf,
    /// Why not.
    pub source: std::io::Error,
}

impl Shelf {
    /// The folder's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Refused => "refused",
        }
    }
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> InboxError {
    let path = path.to_owned();
    move |source| InboxError { doing, path, source }
}

/// The files that are whole: unchanged for a while by their own time, which a file that was
/// renamed in is at once. Sorted by name, at most [`FILES_MAX`].
///
/// # Errors
/// The folder cannot be listed.
pub fn whole_files(folder: &Path, now: Timestamp, settle: Duration) -> Result<Vec<PathBuf>, InboxError> {
    let settle = SignedDuration::try_from(settle).unwrap_or(SignedDuration::MAX);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed("list", folder))? {
        let entry = entry.map_err(failed("list", folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // A link could lead anywhere; `metadata` of an entry does not follow it. Whoever takes a
        // file away while we look has not sent it.
        let Ok(meta) = entry.metadata() else { continue };
        if !meta.is_file() || is_unfinished(&name) {
            continue;
        }
        let changed = meta.modified().ok().and_then(|at| Timestamp::try_from(at).ok());
        let age = changed.map(|at| now.duration_since(at));
        if age.is_some_and(|age| age >= settle || age <= -AHEAD_MIN) {
            paths.push(entry.path());
        }
    }
    paths.sort();
    paths.truncate(FILES_MAX);
    Ok(paths)
}

fn is_unfinished(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.starts_with(['.', '~']) || UNFINISHED.iter().any(|ending| lower.ends_with(ending))
}

/// A file's bytes; of one that is too large, just enough to see that it is.
///
/// # Errors
/// It cannot be read.
pub fn bytes_of(path: &Path) -> Result<Vec<u8>, InboxError> {
    let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(failed("read", path))?;
    file.take(limit).read_to_end(&mut bytes).map_err(failed("read", path))?;
    Ok(bytes)
}

/// Moves a file to its shelf, with a text beside it where there is something to say. The text is
/// there before the file is: nobody finds a refused file without its reasons.
///
/// # Errors
/// The shelf cannot be made or written.
pub fn put_away(path: &Path, shelf: Shelf, text: Option<&str>) -> Result<PathBuf, InboxError> {
    let folder = path.parent().unwrap_or(Path::new("")).join(shelf.as_str());
    fs::create_dir_all(&folder).map_err(failed("make", &folder))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let place = unused(&folder, &name).ok_or_else(|| InboxError {
        doing: "find a name in",
        path: folder.clone(),
        source: std::io::Error::other(format!("{NAMES_MAX} files of this name are there")),
    })?;
    if let Some(text) = text {
        let beside = beside(&place);
        fs::write(&beside, text).map_err(failed("write", &beside))?;
    }
    fs::rename(path, &place).map_err(failed("move", path))?;
    Ok(place)
}

/// The text beside a file: `return.xlsx.txt`.
fn beside(place: &Path) -> PathBuf {
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(".txt");
    place.with_file_name(name)
}

/// A name that is free on the shelf: what is put away is never overwritten.
fn unused(folder: &Path, name: &str) -> Option<PathBuf> {
    let (stem, ending) =
        name.rsplit_once('.').map_or((name, String::new()), |(stem, e)| (stem, format!(".{e}")));
    (1..=NAMES_MAX)
        .map(|number| if number == 1 { name.to_owned() } else { format!("{stem}-{number}{ending}") })
        .map(|name| folder.join(name))
        .find(|place| !place.exists() && !beside(place).exists())
}

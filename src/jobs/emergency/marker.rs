//! "Told already today": an empty file whose time says when. An empty file can be made on a full
//! disk; where the state folder is read-only, the folder for run files or temporary ones is used.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};

use crate::audit::sha256_hex;

/// One mail a day is enough.
const EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Where systemd's `RuntimeDirectory=carewarden` is.
const RUN: &str = "/run/carewarden";

/// Hex digits of the database's path in the name: two databases on a machine are two emergencies.
const NAME_DIGITS: usize = 16;

/// Whether the operator was told in the last day. A clock that was ahead does not hush for longer.
pub(super) fn told_today(database: &Path, now: Timestamp) -> bool {
    places(database).iter().filter_map(|place| told_at(place)).any(|at| {
        let age = now.duration_since(at);
        !age.is_negative() && age < EVERY
    })
}

/// Writes down that the operator has been told, in the first place that takes it.
///
/// # Errors
/// That of the last place.
pub(super) fn set(database: &Path, now: Timestamp) -> io::Result<PathBuf> {
    let mut last = io::Error::other("there is no place for a marker");
    for place in places(database) {
        match touch(&place, now) {
            Ok(()) => return Ok(place),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn places(database: &Path) -> Vec<PathBuf> {
    let digits: String =
        sha256_hex(database.as_os_str().as_encoded_bytes()).chars().take(NAME_DIGITS).collect();
    let name = format!(".carewarden-emergency-{digits}");
    let state = database.parent().map(Path::to_owned).unwrap_or_default();
    [state, PathBuf::from(RUN), std::env::temp_dir()].into_iter().map(|folder| folder.join(&name)).collect()
}

/// When a marker was set; one that somebody else may have made says nothing.
fn told_at(place: &Path) -> Option<Timestamp> {
    let found = fs::symlink_metadata(place).ok().filter(|found| found.is_file())?;
    let ours = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == found.uid());
    let since = found.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Timestamp::from_second(i64::try_from(since.as_secs()).ok()?).ok().filter(|_| ours)
}

fn touch(place: &Path, now: Timestamp) -> io::Result<()> {
    if fs::symlink_metadata(place).is_ok() {
        fs::remove_file(place)?;
    }
    let marker = OpenOptions::new().write(true).create_new(true).mode(0o600).open(place)?;
    let since = Duration::from_secs(u64::try_from(now.as_second()).unwrap_or(0));
    marker.set_modified(SystemTime::UNIX_EPOCH + since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_holds_for_a_day_and_not_before_its_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("carewarden.db");
        let now: Timestamp = "2025-03-04T06:05:00Z".parse().expect("an instant");
        assert!(!told_today(&database, now));
        let place = set(&database, now).expect("set");
        assert!(place.starts_with(folder.path()));
        assert!(told_today(&database, now));
        assert!(told_today(&database, now + SignedDuration::from_hours(23)));
        assert!(!told_today(&database, now + SignedDuration::from_hours(24)));
        assert!(!told_today(&database, now - SignedDuration::from_hours(1)), "the clock was ahead");
        set(&database, now + SignedDuration::from_hours(24)).expect("set again");
        assert!(told_today(&database, now + SignedDuration::from_hours(40)));
        assert!(!told_today(&folder.path().join("other.db"), now), "another database");
    }
}

//! What may go after its time: old backups, and bodies of documents that a newer one has replaced.
//! Rows that are audited stay for ever; their leaves prove that none is missing.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::params;

use super::backup::BackupFile;
use super::{StoreError, Tx, instant};

/// So many bodies are forgotten in one go; what is left waits for the next day.
pub const BODIES_MAX: i64 = 10_000;

/// How many backups are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// The newest of so many days.
    pub daily: usize,
    /// The newest of so many weeks, which begin on Monday.
    pub weekly: usize,
    /// The newest of so many months.
    pub monthly: usize,
}

/// The backups that may go; the newest never does. Days, weeks and months without a backup do not
/// count, so that a machine which stood still keeps as many as one that ran.
#[must_use]
pub fn surplus(files: &[BackupFile], keep: Keep, zone: &TimeZone) -> Vec<BackupFile> {
    let mut newest_first: Vec<&BackupFile> = files.iter().collect();
    newest_first.sort_by_key(|file| std::cmp::Reverse(file.at));
    let (mut days, mut weeks, mut months) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut surplus = Vec::new();
    for (index, file) in newest_first.into_iter().enumerate() {
        let date = file.at.to_zoned(zone.clone()).date();
        let week = date.iso_week_date();
        let first_of_its = [
            days.len() < keep.daily && days.insert(date),
            weeks.len() < keep.weekly && weeks.insert((week.year(), week.week())),
            months.len() < keep.monthly && months.insert((date.year(), date.month())),
        ];
        if index > 0 && !first_of_its.contains(&true) {
            surplus.push(file.clone());
        }
    }
    surplus
}

impl Tx<'_> {
    /// Forgets bodies that were first read before an instant, but for the newest of each address:
    /// its facts stand, and it may be asked what it said. The rows and hashes of all stay.
    ///
    /// # Errors
    /// SQLite's.
    pub fn forget_bodies(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.sql()
            .execute(
                "DELETE FROM bodies WHERE document IN (
                    SELECT b.document FROM bodies b JOIN documents d ON d.seq = b.document
                    WHERE d.fetched_at < ?1 AND d.seq NOT IN (
                        SELECT document FROM (SELECT document, max(seq) FROM fetches
                            WHERE document IS NOT NULL GROUP BY url))
                    LIMIT ?2)",
                params![instant(before), BODIES_MAX],
            )
            .map_err(StoreError::sql("forgetting old bodies"))
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use jiff::ToSpan;
    use jiff::civil::date;

    use super::*;

    const KEEP: Keep = Keep { daily: 7, weekly: 5, monthly: 12 };

    fn file(at: Timestamp) -> BackupFile {
        BackupFile { path: PathBuf::from(at.to_string()), at, bytes: 1 }
    }

    fn nightly(days: i64) -> Vec<BackupFile> {
        let first = date(2024, 1, 1).at(3, 30, 0, 0).to_zoned(TimeZone::UTC).expect("a moment");
        (0..days).map(|day| file((&first + day.days()).timestamp())).collect()
    }

    #[test]
    fn two_years_of_nights_leave_days_weeks_and_months() {
        // Rotated each night, as it is in life: the result is that of rotating once.
        let mut kept: Vec<BackupFile> = Vec::new();
        for night in nightly(731) {
            kept.push(night);
            let gone = surplus(&kept, KEEP, &TimeZone::UTC);
            kept.retain(|file| !gone.contains(file));
            assert!(kept.len() <= KEEP.daily + KEEP.weekly + KEEP.monthly);
        }
        let all = nightly(731);
        let gone = surplus(&all, KEEP, &TimeZone::UTC);
        assert_eq!(kept.last(), all.last());
        assert_eq!(
            kept.iter().rev().take(7).collect::<Vec<_>>(),
            all.iter().rev().take(7).collect::<Vec<_>>()
        );
        assert!(kept[0].at < "2025-02-01T00:00:00Z".parse().expect("an instant"), "{:?}", kept[0]);
        assert_eq!(all.len() - gone.len(), kept.len());
    }

    #[test]
    fn the_newest_stays_whatever_is_set() {
        let none = Keep { daily: 0, weekly: 0, monthly: 0 };
        let all = nightly(3);
        assert_eq!(surplus(&all, none, &TimeZone::UTC).len(), 2);
        assert!(surplus(&all[..1], none, &TimeZone::UTC).is_empty());
        assert!(surplus(&[], none, &TimeZone::UTC).is_empty());
    }
}

//! When a job is due: cron fields in the council's zone, what has been run, and now.
//!
//! A schedule that names its hours means civil times: each comes once a day, whatever the clocks
//! do. A time that the spring change skips comes at the end of the gap; one that the autumn change
//! repeats comes the first time. A schedule for every hour means the hours that really pass.

mod open_hours;
mod owed;

pub use open_hours::OpenHours;
pub use owed::{CatchUp, MISSED_MAX, Owed, owed};

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, Zoned};

/// How many runs ahead are looked at for the longest time between two of them.
const INTERVAL_RUNS: usize = 64;

/// No zone repeats or skips more than so many hours at once.
const CHANGE_HOURS_MAX: i64 = 3;

/// So many civil times are looked at for one answer: every minute of twice the longest change.
const STEPS_MAX: usize = 2 * 60 * CHANGE_HOURS_MAX as usize;

/// Minute, hour, day of month, month, day of week.
const FIELDS: usize = 5;

/// What a schedule goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GoesBy {
    /// Times of the day, each once a day.
    CivilTime,
    /// Hours that really pass.
    RealTime,
}

/// A schedule of five cron fields.
#[derive(Clone, Debug)]
pub struct Schedule {
    cron: Cron,
    goes_by: GoesBy,
}

impl Schedule {
    /// Reads five cron fields: minute, hour, day of month, month, day of week.
    ///
    /// # Errors
    /// What is wrong with the text, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        if fields.len() != FIELDS {
            return Err(format!("it has {} fields, not {FIELDS}", fields.len()));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron = parser.parse(text).map_err(|error| error.to_string())?;
        let goes_by = if fields[1].starts_with('*') { GoesBy::RealTime } else { GoesBy::CivilTime };
        Ok(Self { cron, goes_by })
    }

    /// The newest due instant at or before `now`; `None` for a schedule that was never due.
    #[must_use]
    pub fn last_due(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let here = now.to_zoned(zone.clone());
        if self.goes_by == GoesBy::RealTime {
            return self.cron.find_previous_occurrence(&here, true).ok().map(|due| due.timestamp());
        }
        // In an hour that comes twice, a later civil time may lie in the past already.
        let ahead = here.datetime().checked_add(SignedDuration::from_hours(CHANGE_HOURS_MAX)).ok()?;
        let mut at = as_utc(ahead)?;
        for step in 0..STEPS_MAX {
            at = self.cron.find_previous_occurrence(&at, step == 0).ok()?;
            if let Some(due) = instant_of(at.datetime(), zone).filter(|due| *due <= now) {
                return Some(due);
            }
        }
        None
    }

    /// The first due instant after `now`; `None` for a schedule that never fires again.
    #[must_use]
    pub fn next_due(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let here = now.to_zoned(zone.clone());
        if self.goes_by == GoesBy::RealTime {
            return self.cron.find_next_occurrence(&here, false).ok().map(|due| due.timestamp());
        }
        let mut at = as_utc(here.datetime())?;
        for step in 0..STEPS_MAX {
            at = self.cron.find_next_occurrence(&at, step == 0).ok()?;
            if let Some(due) = instant_of(at.datetime(), zone).filter(|due| *due > now) {
                return Some(due);
            }
        }
        None
    }

    /// The due instants after `after`, in order.
    pub fn due_after<'a>(
        &'a self,
        after: Timestamp,
        zone: &'a TimeZone,
    ) -> impl Iterator<Item = Timestamp> + 'a {
        std::iter::successors(self.next_due(after, zone), move |due| self.next_due(*due, zone))
    }

    /// The longest time between two of the next runs: what is twice as old is stale.
    #[must_use]
    pub fn longest_interval(&self, now: Timestamp, zone: &TimeZone) -> SignedDuration {
        let runs: Vec<Timestamp> = self.due_after(now, zone).take(INTERVAL_RUNS).collect();
        runs.windows(2)
            .map(|pair| pair[1].duration_since(pair[0]))
            .max()
            .unwrap_or(SignedDuration::from_hours(24))
    }

    /// Whether a run is due: the newest due instant has had no run yet.
    #[must_use]
    pub fn is_due(&self, last_run: Option<Timestamp>, now: Timestamp, zone: &TimeZone) -> bool {
        let Some(last_run) = last_run else { return true };
        self.last_due(now, zone).is_some_and(|due| due > last_run)
    }
}

/// A civil time on a time line without clock changes.
fn as_utc(civil: DateTime) -> Option<Zoned> {
    civil.to_zoned(TimeZone::UTC).ok()
}

/// The instant that a civil time stands for: the first of two, or the end of the gap it falls into.
fn instant_of(civil: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(civil);
    match ambiguous.offset() {
        AmbiguousOffset::Gap { .. } => {
            // Read with the offset that holds before the gap, a skipped time lies after its end.
            let inside = ambiguous.later().ok()?;
            zone.preceding(inside + SignedDuration::from_nanos(1)).next().map(|change| change.timestamp())
        }
        _ => ambiguous.earlier().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn london() -> TimeZone {
        TimeZone::get("Europe/London").expect("the zone database has London")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn six_in_the_morning_stays_six_across_the_spring_change() {
        let daily = Schedule::parse("0 6 * * *").expect("a schedule");
        let due = daily.next_due(at("2025-03-29T06:00:00Z"), &london()).expect("due again");
        assert_eq!(due, at("2025-03-30T05:00:00Z"));
        assert_eq!(
            daily.longest_interval(at("2025-01-01T00:00:00Z"), &london()),
            SignedDuration::from_hours(24)
        );
    }

    #[test]
    fn a_run_is_due_once_for_each_due_instant() {
        let daily = Schedule::parse("0 6 * * *").expect("a schedule");
        let now = at("2025-01-10T07:00:00Z");
        assert!(daily.is_due(None, now, &london()));
        assert!(daily.is_due(Some(at("2025-01-09T06:00:05Z")), now, &london()));
        assert!(!daily.is_due(Some(at("2025-01-10T06:00:05Z")), now, &london()));
    }

    #[test]
    fn a_pattern_with_seconds_is_refused() {
        assert_eq!(Schedule::parse("0 0 6 * * *").expect_err("refused"), "it has 6 fields, not 5");
    }

    #[test]
    fn a_list_of_hours_means_each_of_them_once_a_day() {
        let schedule = Schedule::parse("30 1,13 * * *").expect("a schedule");
        let due = |from: &str| -> Vec<String> {
            schedule.due_after(at(from), &london()).take(3).map(|due| due.to_string()).collect()
        };
        assert_eq!(
            due("2025-03-30T00:00:00Z"),
            ["2025-03-30T01:00:00Z", "2025-03-30T12:30:00Z", "2025-03-31T00:30:00Z"]
        );
        assert_eq!(
            due("2025-10-26T00:00:00Z"),
            ["2025-10-26T00:30:00Z", "2025-10-26T13:30:00Z", "2025-10-27T01:30:00Z"]
        );
    }
}

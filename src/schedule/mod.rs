//! When a job is due: cron fields in the council's zone, last runs, and now.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// How many runs ahead are looked at for the longest time between two of them.
const INTERVAL_RUNS: usize = 64;

/// A schedule of five cron fields.
#[derive(Clone, Debug)]
pub struct Schedule {
    cron: Cron,
}

impl Schedule {
    /// Reads five cron fields: minute, hour, day of month, month, day of week.
    ///
    /// # Errors
    /// What is wrong with the text, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        parser.parse(text).map(|cron| Self { cron }).map_err(|error| error.to_string())
    }

    /// The newest due instant at or before `now`; `None` for a schedule that was never due.
    #[must_use]
    pub fn last_due(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let at = now.to_zoned(zone.clone());
        self.cron.find_previous_occurrence(&at, true).ok().map(|due| due.timestamp())
    }

    /// The first due instant after `now`; `None` for a schedule that never fires again.
    #[must_use]
    pub fn next_due(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let at = now.to_zoned(zone.clone());
        self.cron.find_next_occurrence(&at, false).ok().map(|due| due.timestamp())
    }

    /// The longest time between two of the next runs: what is twice as old is stale.
    #[must_use]
    pub fn longest_interval(&self, now: Timestamp, zone: &TimeZone) -> SignedDuration {
        let start = now.to_zoned(zone.clone());
        let runs: Vec<Timestamp> =
            self.cron.iter_after(start).take(INTERVAL_RUNS).map(|due| due.timestamp()).collect();
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
        assert!(Schedule::parse("0 0 6 * * *").is_err());
    }
}

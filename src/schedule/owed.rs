//! What a schedule still owes at an instant: the run that should be made, and those that were
//! missed and are not made up for.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::Schedule;

/// So many missed runs are named one by one; of a longer absence the oldest are counted only.
pub const MISSED_MAX: usize = 32;

/// A run that starts within this of its time was not missed.
const PUNCTUAL: SignedDuration = SignedDuration::from_mins(15);

/// So many due instants are counted before "very many" will do.
const COUNT_MAX: usize = 100_000;

/// What happens to runs that were due while nothing ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CatchUp {
    /// The newest of them is made; older ones count as missed.
    #[default]
    Latest,
    /// None is made; the next one is made at its time.
    Skip,
}

impl CatchUp {
    /// The words of the configuration.
    pub const ALL: [Self; 2] = [Self::Latest, Self::Skip];

    /// The word in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Latest => "latest",
            Self::Skip => "skip",
        }
    }
}

/// What is owed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owed {
    /// The due instant of the run that should be made now.
    pub run: Option<Timestamp>,
    /// Due instants that went by and will not be made up for, oldest first, the newest
    /// [`MISSED_MAX`] of them.
    pub missed: Vec<Timestamp>,
    /// How many were missed before those.
    pub missed_before: usize,
}

/// What a schedule owes, when everything due up to `handled` has been dealt with.
#[must_use]
pub fn owed(
    schedule: &Schedule,
    catch_up: CatchUp,
    handled: Timestamp,
    now: Timestamp,
    zone: &TimeZone,
) -> Owed {
    let Some(newest) = schedule.last_due(now, zone).filter(|due| *due > handled) else {
        return Owed::default();
    };
    let late = now.duration_since(newest) > PUNCTUAL;
    let run = (catch_up == CatchUp::Latest || !late).then_some(newest);
    let end = if run.is_some() { newest } else { now };
    let gone = |due: &Timestamp| *due <= end && Some(*due) != run;
    let count = schedule.due_after(handled, zone).take(COUNT_MAX).take_while(gone).count();
    let missed_before = count.saturating_sub(MISSED_MAX);
    let missed = schedule.due_after(handled, zone).skip(missed_before).take(MISSED_MAX).take_while(gone);
    Owed { run, missed: missed.collect(), missed_before }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn daily(catch_up: CatchUp, handled: &str, now: &str) -> Owed {
        let schedule = Schedule::parse("0 6 * * *").expect("a schedule");
        owed(&schedule, catch_up, at(handled), at(now), &TimeZone::UTC)
    }

    #[test]
    fn nothing_is_owed_before_the_next_time() {
        assert_eq!(daily(CatchUp::Latest, "2025-01-10T06:00:00Z", "2025-01-11T05:59:59Z"), Owed::default());
    }

    #[test]
    fn after_an_absence_the_latest_is_made_and_the_others_are_named() {
        let owed = daily(CatchUp::Latest, "2025-01-10T06:00:00Z", "2025-01-13T09:00:00Z");
        assert_eq!(owed.run, Some(at("2025-01-13T06:00:00Z")));
        assert_eq!(owed.missed, [at("2025-01-11T06:00:00Z"), at("2025-01-12T06:00:00Z")]);
        assert_eq!(owed.missed_before, 0);
    }

    #[test]
    fn skipping_makes_none_that_is_late_and_one_that_is_not() {
        let owed = daily(CatchUp::Skip, "2025-01-10T06:00:00Z", "2025-01-12T09:00:00Z");
        assert_eq!((owed.run, owed.missed.len()), (None, 2));
        let owed = daily(CatchUp::Skip, "2025-01-10T06:00:00Z", "2025-01-12T06:00:20Z");
        assert_eq!((owed.run, owed.missed.len()), (Some(at("2025-01-12T06:00:00Z")), 1));
    }

    #[test]
    fn a_long_absence_is_counted_rather_than_listed() {
        let owed = daily(CatchUp::Latest, "2024-01-01T06:00:00Z", "2025-01-01T09:00:00Z");
        assert_eq!((owed.missed.len(), owed.missed_before), (MISSED_MAX, 365 - MISSED_MAX));
        assert_eq!(owed.missed.last(), Some(&at("2024-12-31T06:00:00Z")));
    }
}

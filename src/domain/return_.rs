//! What a provider says of itself for a period, and when it should have said it.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::Date;
use serde::Serialize;

use super::indicator::{Indicator, Value};
use super::period::{Period, Rhythm};

/// Days after a period's end by which a return is due, unless a contract says else.
pub const DUE_DAYS: i32 = 8;

/// Periods of one contract that a calendar goes back.
pub const CALENDAR_PERIODS_MAX: usize = 120;

/// One value of a return, with the place it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct ReturnValue {
    /// The provider's or location's id, as the council's template names it.
    pub provider_id: String,
    /// The location, where the return is by location.
    pub location_id: Option<String>,
    /// The zone or lot, where the return is by zone.
    pub zone: Option<String>,
    /// The days it is about.
    pub period: Period,
    /// What is measured.
    pub indicator: Indicator,
    /// What was counted, where it is a share and the return says so.
    pub numerator: Option<f64>,
    /// What it was counted over.
    pub denominator: Option<f64>,
    /// The value.
    pub value: Value,
    /// Sheet, row and column.
    pub place: String,
}

/// What came of a return that was or is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnState {
    /// The period is over, the day it is due by is not.
    Due,
    /// It came in time and whole.
    Received,
    /// It came, whole, after the day.
    Late,
    /// It came, and some of its rows were refused.
    Part,
    /// All that came was refused.
    Refused,
    /// Nothing came, and the day is past.
    Missing,
}

impl ReturnState {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Due, Self::Received, Self::Late, Self::Part, Self::Refused, Self::Missing];

    /// The word stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Received => "received",
            Self::Late => "late",
            Self::Part => "part",
            Self::Refused => "refused",
            Self::Missing => "missing",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether the council holds nothing of the period although it should.
    #[must_use]
    pub const fn is_missed(self) -> bool {
        matches!(self, Self::Refused | Self::Missing)
    }
}

/// How whole a submission was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kept {
    /// Every row.
    Whole,
    /// The good rows.
    Part,
    /// Nothing.
    Nothing,
}

impl Kept {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Part => "part",
            Self::Nothing => "nothing",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Whole, Self::Part, Self::Nothing].into_iter().find(|kept| kept.as_str() == text)
    }
}

/// One version of one provider's return for one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Whose.
    pub provider_id: String,
    /// About which days.
    pub period: Period,
    /// The day it came, in the council's zone.
    pub came_on: Date,
    /// How whole it was.
    pub kept: Kept,
}

/// When a provider's returns are due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dues {
    /// Whose.
    pub provider_id: String,
    /// The first day of the contract.
    pub start: Date,
    /// The last, where it has one.
    pub end: Option<Date>,
    /// How often.
    pub rhythm: Rhythm,
    /// Days after the period's end by which it is due.
    pub due_days: i32,
}

/// One period of a provider's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The days.
    pub period: Period,
    /// The last day in time.
    pub due_on: Date,
    /// What came of it.
    pub state: ReturnState,
    /// How many versions came.
    pub versions: usize,
}

/// A provider's calendar, oldest period first: the newest [`CALENDAR_PERIODS_MAX`] that are over.
#[must_use]
pub fn calendar(dues: &Dues, submissions: &[Submission], today: Date) -> Vec<Entry> {
    let mut entries = Vec::new();
    let last = dues.end.map_or(today, |end| end.min(today));
    let mut day = last;
    while day >= dues.start && entries.len() < CALENDAR_PERIODS_MAX {
        let Some(period) = dues.rhythm.around(day, dues.start) else { break };
        if period.end() < today {
            entries.extend(entry(dues, period, submissions, today));
        }
        let Ok(before) = period.start().checked_sub(Span::new().days(1)) else { break };
        day = before;
    }
    entries.reverse();
    entries
}

fn entry(dues: &Dues, period: Period, submissions: &[Submission], today: Date) -> Option<Entry> {
    let due_on = period.end().checked_add(Span::new().days(dues.due_days)).ok()?;
    let about: Vec<&Submission> = submissions
        .iter()
        // Councils' own periods do not end with the month: most of the shorter one must be shared.
        .filter(|one| one.provider_id == dues.provider_id && one.period.is_mostly(period))
        .collect();
    Some(Entry { period, due_on, state: state(&about, due_on, today), versions: about.len() })
}

/// The best that came counts, and the first day on which that much was there.
fn state(about: &[&Submission], due_on: Date, today: Date) -> ReturnState {
    let best = about.iter().map(|one| one.kept).min();
    let first = about.iter().filter(|one| Some(one.kept) == best).map(|one| one.came_on).min();
    match best {
        None if today > due_on => ReturnState::Missing,
        None => ReturnState::Due,
        Some(Kept::Nothing) => ReturnState::Refused,
        Some(Kept::Part) => ReturnState::Part,
        Some(Kept::Whole) if first.is_some_and(|day| day > due_on) => ReturnState::Late,
        Some(Kept::Whole) => ReturnState::Received,
    }
}

/// How many misses are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissLimits {
    /// So many in a row.
    pub in_a_row: usize,
    /// So many ...
    pub of: usize,
    /// ... of the newest so many.
    pub of_newest: usize,
}

impl Default for MissLimits {
    /// The national tracker's rule: 3 in a row, or 4 of 12.
    fn default() -> Self {
        Self { in_a_row: 3, of: 4, of_newest: 12 }
    }
}

/// Misses counted over a calendar; periods that are still due do not count either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Misses {
    /// The newest in a row.
    pub in_a_row: usize,
    /// Among the newest.
    pub of_newest: usize,
}

impl Misses {
    /// Counts them over a calendar, oldest period first.
    #[must_use]
    pub fn count(calendar: &[Entry], limits: MissLimits) -> Self {
        let settled = || calendar.iter().rev().filter(|entry| entry.state != ReturnState::Due);
        Self {
            in_a_row: settled().take_while(|entry| entry.state.is_missed()).count(),
            of_newest: settled().take(limits.of_newest).filter(|entry| entry.state.is_missed()).count(),
        }
    }

    /// Whether they are too many.
    #[must_use]
    pub const fn too_many(self, limits: MissLimits) -> bool {
        self.in_a_row >= limits.in_a_row || self.of_newest >= limits.of
    }
}

/// Staff turnover over the twelve months that end with a period: leavers of all of them over the
/// mean headcount. `None` while a month of them is not covered: a gap is no zero.
///
/// `months` holds leavers and headcount by period, without overlaps.
#[must_use]
pub fn turnover(months: &BTreeMap<Period, (f64, f64)>, end: Date) -> Option<(f64, f64, f64)> {
    let start = end.checked_add(Span::new().days(1)).ok()?.checked_sub(Span::new().months(12)).ok()?;
    let year = Period::new(start, end)?;
    let within: Vec<(&Period, &(f64, f64))> =
        months.iter().filter(|(period, _)| year.shared_days(**period) == period.days()).collect();
    let covered: i32 = within.iter().map(|(period, _)| period.days()).sum();
    if covered != year.days() {
        return None;
    }
    let leavers: f64 = within.iter().map(|(_, (leavers, _))| leavers).sum();
    // A long period weighs as much as its days.
    let headcount: f64 =
        within.iter().map(|(period, (_, staff))| staff * f64::from(period.days())).sum::<f64>()
            / f64::from(covered);
    (headcount > 0.0).then(|| (100.0 * leavers / headcount, leavers, headcount))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn dues() -> Dues {
        Dues {
            provider_id: "1-101".into(),
            start: day("2026-01-01"),
            end: None,
            rhythm: Rhythm::Month,
            due_days: DUE_DAYS,
        }
    }

    fn came(month: &str, on: &str, kept: Kept) -> Submission {
        let period = Period::parse(month).expect("a month");
        Submission { provider_id: "1-101".into(), period, came_on: day(on), kept }
    }

    #[test]
    fn each_period_has_its_state() {
        let submissions = [
            came("2026-01", "2026-02-08", Kept::Whole),
            came("2026-02", "2026-03-09", Kept::Whole),
            came("2026-03", "2026-04-02", Kept::Part),
            came("2026-04", "2026-05-01", Kept::Nothing),
            came("2026-05", "2026-06-01", Kept::Nothing),
            came("2026-05", "2026-06-03", Kept::Whole),
        ];
        let calendar = calendar(&dues(), &submissions, day("2026-08-02"));
        let states: Vec<&str> = calendar.iter().map(|entry| entry.state.as_str()).collect();
        assert_eq!(states, ["received", "late", "part", "refused", "received", "missing", "due"]);
        assert_eq!((calendar[4].versions, calendar[6].due_on), (2, day("2026-08-08")));
    }

    #[test]
    fn a_period_that_does_not_end_with_the_month_is_still_the_months() {
        let unequal = Submission {
            period: Period::new(day("2026-06-28"), day("2026-08-01")).expect("five weeks"),
            ..came("2026-07", "2026-08-05", Kept::Whole)
        };
        let calendar = calendar(&dues(), &[unequal], day("2026-08-20"));
        assert_eq!(calendar.last().expect("July").state, ReturnState::Received);
        assert_eq!(calendar[calendar.len() - 2].state, ReturnState::Missing);
    }

    #[test]
    fn three_in_a_row_or_four_of_twelve_are_too_many() {
        let limits = MissLimits::default();
        let misses = |pattern: &str| {
            let period = Period::parse("2026-01").expect("a month");
            let calendar: Vec<Entry> = pattern
                .chars()
                .map(|c| match c {
                    'x' => ReturnState::Missing,
                    'r' => ReturnState::Refused,
                    'd' => ReturnState::Due,
                    'l' => ReturnState::Late,
                    _ => ReturnState::Received,
                })
                .map(|state| Entry { period, due_on: period.end(), state, versions: 0 })
                .collect();
            Misses::count(&calendar, limits).too_many(limits)
        };
        assert!(!misses(""));
        assert!(!misses("..xx"));
        assert!(misses(".xxx"));
        assert!(misses(".xrxd"), "one that is still due breaks no row");
        assert!(!misses("xx.xl"));
        assert!(misses("x.x.x.x....."));
        assert!(!misses("x.x.x.x......"), "the first is the thirteenth from the end");
    }

    #[test]
    fn turnover_needs_all_twelve_months() {
        let mut months = BTreeMap::new();
        for month in 1..=12 {
            let period = Period::parse(&format!("2026-{month:02}")).expect("a month");
            months.insert(period, (1.0, 40.0));
        }
        let (pct, leavers, staff) = turnover(&months, day("2026-12-31")).expect("a whole year");
        assert_eq!((pct, leavers, staff), (30.0, 12.0, 40.0));
        months.remove(&Period::parse("2026-06").expect("a month"));
        assert_eq!(turnover(&months, day("2026-12-31")), None);
    }
}

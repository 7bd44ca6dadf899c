//! A stretch of civil days that a return is about: both ends belong to it.

use jiff::Span;
use jiff::civil::Date;

/// A return about more days than this is a mistake in a date.
pub const PERIOD_DAYS_MAX: i32 = 400;

/// First and last day, both within.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    start: Date,
    end: Date,
}

/// How often a return is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// Monday to Sunday.
    Week,
    /// Four weeks, counted from the contract's first day.
    FourWeeks,
    /// A calendar month.
    Month,
    /// Three calendar months from January, April, July and October.
    Quarter,
}

impl Period {
    /// A period of one to [`PERIOD_DAYS_MAX`] days.
    #[must_use]
    pub fn new(start: Date, end: Date) -> Option<Self> {
        let days = days_between(start, end);
        (0..PERIOD_DAYS_MAX).contains(&days).then_some(Self { start, end })
    }

    /// First day.
    #[must_use]
    pub const fn start(self) -> Date {
        self.start
    }

    /// Last day.
    #[must_use]
    pub const fn end(self) -> Date {
        self.end
    }

    /// How many days.
    #[must_use]
    pub fn days(self) -> i32 {
        days_between(self.start, self.end) + 1
    }

    /// How many days two periods share.
    #[must_use]
    pub fn shared_days(self, other: Self) -> i32 {
        (days_between(self.start.max(other.start), self.end.min(other.end)) + 1).max(0)
    }

    /// Whether most of the shorter of two periods lies in the other.
    #[must_use]
    pub fn is_mostly(self, other: Self) -> bool {
        self.shared_days(other) * 2 > self.days().min(other.days())
    }

    /// The calendar month that a day lies in.
    #[must_use]
    pub fn month_of(day: Date) -> Self {
        Self { start: day.first_of_month(), end: day.last_of_month() }
    }

    /// Reads one cell that names a whole period: `2026-07`, `Jul 2026`, `July-26`, `07/2026`,
    /// `Q2 2026`, `2026-W31`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let words: Vec<String> = text
            .split(|c: char| c.is_whitespace() || matches!(c, '-' | '/' | '.' | ',' | '_'))
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        let [first, second] = words.as_slice() else { return None };
        of_words(first, second).or_else(|| of_words(second, first))
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}", self.start, self.end)
    }
}

impl Rhythm {
    /// The word used in configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::FourWeeks => "four-weeks",
            Self::Month => "month",
            Self::Quarter => "quarter",
        }
    }

    /// Reads the word used in configuration.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Week, Self::FourWeeks, Self::Month, Self::Quarter]
            .into_iter()
            .find(|rhythm| rhythm.as_str() == text)
    }

    /// The period of this rhythm that holds a day; `from` is the contract's first day.
    #[must_use]
    pub fn around(self, day: Date, from: Date) -> Option<Period> {
        match self {
            Self::Week => {
                let start = day.checked_sub(Span::new().days(day.weekday().to_monday_zero_offset())).ok()?;
                stretch(start, 7)
            }
            Self::FourWeeks => {
                let into = days_between(from, day).rem_euclid(28);
                stretch(day.checked_sub(Span::new().days(into)).ok()?, 28)
            }
            Self::Month => Some(Period::month_of(day)),
            Self::Quarter => quarter(day.year(), (day.month() - 1) / 3),
        }
    }
}

/// Whole days from one date to another; negative where the second is before the first.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

fn stretch(start: Date, days: i32) -> Option<Period> {
    Period::new(start, start.checked_add(Span::new().days(days - 1)).ok()?)
}

fn quarter(year: i16, index: i8) -> Option<Period> {
    let start = Date::new(year, index.checked_mul(3)?.checked_add(1)?, 1).ok()?;
    Period::new(start, start.checked_add(Span::new().months(2)).ok()?.last_of_month())
}

fn of_words(what: &str, year: &str) -> Option<Period> {
    let year = year_of(year)?;
    if let Some(number) = what.strip_prefix('q') {
        return quarter(year, number.parse::<i8>().ok().filter(|q| (1..=4).contains(q))? - 1);
    }
    if let Some(number) = what.strip_prefix('w') {
        let week = jiff::civil::ISOWeekDate::new(year, number.parse().ok()?, jiff::civil::Weekday::Monday);
        return stretch(week.ok()?.date(), 7);
    }
    Date::new(year, month_of(what)?, 1).ok().map(Period::month_of)
}

fn year_of(text: &str) -> Option<i16> {
    let number: i16 = text.parse().ok()?;
    match text.len() {
        4 if (2000..2100).contains(&number) => Some(number),
        // "Jul-26": a spreadsheet program's own short form.
        2 if (10..100).contains(&number) => Some(2000 + number),
        _ => None,
    }
}

/// A month by its number or its English name, whole or cut to three letters.
#[must_use]
pub fn month_of(text: &str) -> Option<i8> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let number = text.parse::<i8>().ok().filter(|number| text.len() <= 2 && (1..=12).contains(number));
    let lower = text.to_lowercase();
    let named = || {
        let fits =
            |name: &str| lower == name || lower == name[..3] || (lower == "sept" && name == "september");
        let index = NAMES.iter().position(|name| fits(name))?;
        i8::try_from(index + 1).ok()
    };
    number.or_else(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    #[test]
    fn names_of_periods_are_read() {
        for (text, start, end) in [
            ("2026-07", "2026-07-01", "2026-07-31"),
            ("Jul 2026", "2026-07-01", "2026-07-31"),
            ("July-26", "2026-07-01", "2026-07-31"),
            ("07/2026", "2026-07-01", "2026-07-31"),
            ("Sept 2026", "2026-09-01", "2026-09-30"),
            ("Q2 2026", "2026-04-01", "2026-06-30"),
            ("2026-Q4", "2026-10-01", "2026-12-31"),
            ("2026-W31", "2026-07-27", "2026-08-02"),
        ] {
            let period = Period::parse(text).unwrap_or_else(|| panic!("{text} is a period"));
            assert_eq!((period.start(), period.end()), (day(start), day(end)), "{text}");
        }
        for text in ["", "July", "13/2026", "Q5 2026", "2026-W60", "07/07", "a b c", "2026 2026"] {
            assert_eq!(Period::parse(text), None, "{text}");
        }
    }

    #[test]
    fn periods_count_both_ends() {
        let july = Period::month_of(day("2026-07-14"));
        assert_eq!(july.days(), 31);
        let week = Period::new(day("2026-07-26"), day("2026-08-01")).expect("a week");
        assert_eq!((week.days(), july.shared_days(week)), (7, 6));
        assert_eq!(Period::new(day("2026-08-01"), day("2026-07-01")), None);
        assert_eq!(Period::new(day("2026-01-01"), day("2027-07-01")), None);
    }

    #[test]
    fn a_rhythm_finds_the_period_around_a_day() {
        let from = day("2026-04-05");
        let at = |rhythm: Rhythm, text| rhythm.around(day(text), from).expect("a period").to_string();
        assert_eq!(at(Rhythm::Week, "2026-08-02"), "2026-07-27 to 2026-08-02");
        assert_eq!(at(Rhythm::FourWeeks, "2026-05-02"), "2026-04-05 to 2026-05-02");
        assert_eq!(at(Rhythm::FourWeeks, "2026-05-03"), "2026-05-03 to 2026-05-30");
        assert_eq!(at(Rhythm::Quarter, "2026-12-31"), "2026-10-01 to 2026-12-31");
    }
}

//! Civil days: counted and written as people do.

use jiff::civil::Date;

const HOURS_A_DAY: i64 = 24;

/// Whole civil days from one day to another; negative when `to` is earlier.
#[must_use]
pub(crate) fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / HOURS_A_DAY
}

/// "3 Mar 2025".
#[must_use]
pub(crate) fn date_words(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_civil_and_dates_read_as_written() {
        assert_eq!(days_between(date(2025, 3, 29), date(2025, 3, 31)), 2);
        assert_eq!(days_between(date(2025, 3, 31), date(2025, 3, 29)), -2);
        assert_eq!(date_words(date(2025, 3, 3)), "3 Mar 2025");
    }
}

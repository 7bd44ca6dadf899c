//! Hours in which somebody is there to answer: "Mon-Fri 09:00-17:00", in the council's zone.

use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};

/// A deadline is looked for so many days ahead, and open time is counted over so many days; a
/// longer wait has ended long ago.
const DAYS_MAX: usize = 400;

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("Mon", Weekday::Monday),
    ("Tue", Weekday::Tuesday),
    ("Wed", Weekday::Wednesday),
    ("Thu", Weekday::Thursday),
    ("Fri", Weekday::Friday),
    ("Sat", Weekday::Saturday),
    ("Sun", Weekday::Sunday),
];

/// The days of a week and the hours of a day in which an answer can be expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenHours {
    days: Vec<Weekday>,
    from: Time,
    to: Time,
}

impl OpenHours {
    /// Reads `Mon-Fri 09:00-17:00`; days may also be listed, `Mon,Wed,Fri 08:30-12:00`.
    ///
    /// # Errors
    /// What was expected, with an example.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = || "expected days and hours like \"Mon-Fri 09:00-17:00\"".to_owned();
        let (days, hours) = text.trim().split_once(' ').ok_or_else(expected)?;
        let (from, to) = hours.trim().split_once('-').ok_or_else(expected)?;
        let time = |text: &str| text.trim().parse::<Time>().map_err(|_| expected());
        let open = Self { days: days_of(days).ok_or_else(expected)?, from: time(from)?, to: time(to)? };
        if open.from < open.to { Ok(open) } else { Err("the hours end before they begin".to_owned()) }
    }

    /// How much open time lies between two instants.
    #[must_use]
    pub fn between(&self, since: Timestamp, until: Timestamp, zone: &TimeZone) -> SignedDuration {
        let days = self.days_from(since, zone).take_while(|(begin, _)| *begin < until);
        days.map(|(begin, end)| end.min(until).duration_since(begin.max(since)))
            .filter(SignedDuration::is_positive)
            .sum()
    }

    /// The instant at which so much open time has passed; around the clock where it is too far off.
    #[must_use]
    pub fn after(&self, since: Timestamp, within: SignedDuration, zone: &TimeZone) -> Timestamp {
        let mut left = within;
        for (begin, end) in self.days_from(since, zone) {
            let begin = begin.max(since);
            let open = end.duration_since(begin);
            if open >= left && begin < end {
                return begin + left;
            }
            left -= open.max(SignedDuration::ZERO);
        }
        since + within
    }

    /// The open hours of each day, from the day of an instant on.
    fn days_from(&self, since: Timestamp, zone: &TimeZone) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let first = since.to_zoned(zone.clone()).date();
        let dates = std::iter::successors(Some(first), |date| date.checked_add(1.day()).ok()).take(DAYS_MAX);
        dates.filter(|date| self.days.contains(&date.weekday())).filter_map(|date| self.on(date, zone))
    }

    fn on(&self, date: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let at =
            |time: Time| date.to_datetime(time).to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp());
        Some((at(self.from)?, at(self.to)?))
    }
}

fn days_of(text: &str) -> Option<Vec<Weekday>> {
    let place = |name: &str| WEEKDAYS.iter().position(|(word, _)| word.eq_ignore_ascii_case(name.trim()));
    if let Some((first, last)) = text.split_once('-') {
        let (first, last) = (place(first)?, place(last)?);
        return (first <= last).then(|| WEEKDAYS[first..=last].iter().map(|(_, day)| *day).collect());
    }
    text.split(',').map(|name| place(name).map(|at| WEEKDAYS[at].1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn office() -> (OpenHours, TimeZone) {
        let zone = TimeZone::get("Europe/London").expect("the zone database has London");
        (OpenHours::parse("Mon-Fri 09:00-17:00").expect("hours"), zone)
    }

    #[test]
    fn what_is_told_on_friday_evening_is_answered_by_monday_noon() {
        let (office, zone) = office();
        let friday = at("2025-03-28T18:00:00Z");
        let four_hours = SignedDuration::from_hours(4);
        // The clocks go forward on Sunday: one o'clock on Monday is noon in UTC.
        assert_eq!(office.after(friday, four_hours, &zone), at("2025-03-31T12:00:00Z"));
        assert_eq!(office.between(friday, at("2025-03-31T07:59:00Z"), &zone), SignedDuration::ZERO);
        assert_eq!(office.between(friday, at("2025-03-31T12:00:00Z"), &zone), four_hours);
    }

    #[test]
    fn a_wait_is_over_exactly_when_so_much_open_time_has_passed() {
        let (office, zone) = office();
        let within = SignedDuration::from_mins(240);
        for since in
            ["2025-03-04T06:05:00Z", "2025-03-04T12:00:00Z", "2025-03-04T15:30:00Z", "2025-03-08T10:00:00Z"]
        {
            let deadline = office.after(at(since), within, &zone);
            assert_eq!(office.between(at(since), deadline, &zone), within, "{since}");
        }
    }

    #[test]
    fn hours_are_read_or_refused_in_words() {
        for text in ["Mon,Wed,Fri 08:30-12:00", "sat-sun 00:00-23:59", "Tue 09:00-17:30"] {
            assert!(OpenHours::parse(text).is_ok(), "{text}");
        }
        for text in
            ["", "Mon-Fri", "Fri-Mon 09:00-17:00", "Mon-Fri 17:00-09:00", "Xyz 09:00-17:00", "Mon 9-17 h"]
        {
            assert!(OpenHours::parse(text).is_err(), "{text}");
        }
    }
}

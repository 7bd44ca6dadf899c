//! What people write into cells: numbers, percentages, dates, yes and no, ids.
//!
//! Every function says what was expected, in words for whoever filled the form in.

use std::borrow::Cow;

use jiff::Span;
use jiff::civil::Date;

use super::book::{Cell, Serials};
use super::template::{PeriodIs, Scale};
use crate::domain::period::{Period, Rhythm, month_of};

/// Words that say that there is no value; a gap is no zero.
const ABSENT: [&str; 7] = ["-", "–", "—", "n/a", "na", "not applicable", "not known"];

/// An id has at most so many characters.
const ID_CHARS_MAX: usize = 30;

/// A zone's name has at most so many characters.
const ZONE_CHARS_MAX: usize = 60;

/// Serial numbers that are dates of this century, counted from 1900.
const SERIALS: std::ops::RangeInclusive<f64> = 36_526.0..=73_050.0;

/// Days between the usual way to count and the others.
const DAYS_1904: f64 = 1_462.0;
const DAYS_JANUARY_1900: f64 = 2.0;

/// Whether a cell says that there is no value.
pub(super) fn is_absent(cell: &Cell) -> bool {
    match cell {
        Cell::Blank => true,
        // The dashes among them have no case.
        Cell::Text(text) => ABSENT.iter().any(|absent| text.eq_ignore_ascii_case(absent)),
        _ => false,
    }
}

/// A plain number.
pub(super) fn number(cell: &Cell) -> Result<f64, String> {
    let expected = || "a number, like 1234.5".to_owned();
    match cell {
        Cell::Number(number) | Cell::Percent(number) => Ok(*number),
        Cell::Text(text) => number_of(text).ok_or_else(expected),
        _ => Err(expected()),
    }
}

/// A number of things.
pub(super) fn count(cell: &Cell) -> Result<f64, String> {
    number(cell).ok().filter(|number| number.fract() == 0.0).ok_or_else(|| "a whole number, like 12".into())
}

/// Hours: `12.5`, or `12:30`.
pub(super) fn hours(cell: &Cell) -> Result<f64, String> {
    if let Cell::Text(text) = cell
        && let Some((hours, minutes)) = text.split_once(':')
        && let (Some(hours), Ok(minutes)) = (number_of(hours), minutes.trim().parse::<u8>())
        && minutes < 60
    {
        return Ok(tidy(hours + f64::from(minutes) / 60.0));
    }
    number(cell).map_err(|_| "hours, like 1234.5 or 1234:30".into())
}

/// A percentage: `93`, `93%`, `0.93` where the template or the cell's format says so.
pub(super) fn percent(cell: &Cell, scale: Scale) -> Result<f64, String> {
    match cell {
        Cell::Percent(number) => Ok(*number),
        Cell::Text(text) if text.ends_with('%') => {
            number_of(&text[..text.len() - 1]).ok_or_else(|| "a percentage, like 93%".into())
        }
        other => {
            let bare = number(other).map_err(|_| "a percentage, like 93%".to_owned())?;
            let share = scale == Scale::Share || (scale == Scale::Either && (0.0..=1.0).contains(&bare));
            Ok(if share { tidy(bare * 100.0) } else { bare })
        }
    }
}

/// Without the rounding fault of a multiplication.
pub(super) fn tidy(number: f64) -> f64 {
    (number * 1e9).round() / 1e9
}

/// A number as people write it: `1,234.5`, `1 234`, `£12`. A decimal comma is not guessed at.
fn number_of(text: &str) -> Option<f64> {
    let text = text.trim().trim_start_matches('£').trim();
    let spaces = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}');
    let (sign, digits) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let groups: Vec<&str> = whole.split(|c| c == ',' || spaces(c)).collect();
    let grouped = groups.len() == 1 || groups[1..].iter().all(|group| group.len() == 3);
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let sound = grouped && groups.iter().all(|group| plain(group)) && plain(decimals);
    let number: f64 = format!("{}.{decimals}", groups.concat()).parse().ok().filter(|_| sound)?;
    number.is_finite().then_some(sign * number)
}

/// A date; day before month, as in Britain.
pub(super) fn date(cell: &Cell, serials: Serials) -> Result<Date, String> {
    let found = match cell {
        Cell::Date(date) => Some(*date),
        Cell::Text(text) => date_of(text),
        Cell::Number(serial) => of_serial(*serial, serials),
        _ => None,
    };
    found.ok_or_else(|| "a date, like 31/07/2026".into())
}

fn of_serial(serial: f64, serials: Serials) -> Option<Date> {
    let from_1900 = match serials {
        Serials::From1900 => serial,
        Serials::From1904 => serial + DAYS_1904,
        Serials::FromJanuary1900 => serial + DAYS_JANUARY_1900,
    };
    if !SERIALS.contains(&from_1900) {
        return None;
    }
    // Within the range the number is far below the limit.
    let days = from_1900.floor() as i32;
    Date::constant(1899, 12, 30).checked_add(Span::new().days(days)).ok()
}

fn date_of(text: &str) -> Option<Date> {
    // A time behind the date is dropped: 2026-07-31T09:00:00Z, 31/07/2026 09:00.
    let iso = text.get(..10).and_then(|day| day.parse::<Date>().ok());
    if iso.is_some() {
        return iso;
    }
    let parts: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, '/' | '-' | '.' | ','))
        .filter(|part| !part.is_empty())
        .collect();
    let [day, month, year, rest @ ..] = parts.as_slice() else { return None };
    if !rest.iter().all(|part| part.contains(':')) {
        return None;
    }
    let ordinal = day.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let year: i16 = match year.len() {
        2 => 2000 + year.parse::<i16>().ok()?,
        4 => year.parse().ok()?,
        _ => return None,
    };
    Date::new(year, month_of(month)?, ordinal.parse().ok()?).ok()
}

/// Yes or no.
pub(super) fn yes_no(cell: &Cell) -> Option<bool> {
    match cell {
        Cell::YesNo(yes) => Some(*yes),
        Cell::Number(number) if *number == 1.0 => Some(true),
        Cell::Number(number) if *number == 0.0 => Some(false),
        Cell::Text(text) => match text.to_lowercase().as_str() {
            "yes" | "y" | "true" | "1" | "x" | "in post" => Some(true),
            "no" | "n" | "false" | "0" | "vacant" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A period in one cell.
pub(super) fn period(cell: &Cell, is: PeriodIs, serials: Serials) -> Result<Period, String> {
    if let Cell::Text(text) = cell
        && let Some(period) = Period::parse(text)
    {
        return Ok(period);
    }
    let day = date(cell, serials).map_err(|_| "a period, like July 2026 or 2026-07".to_owned())?;
    of_day(day, is).ok_or_else(|| "a period, like July 2026".into())
}

/// The period that a day stands for.
pub(super) fn of_day(day: Date, is: PeriodIs) -> Option<Period> {
    match is {
        PeriodIs::Month => Some(Period::month_of(day)),
        PeriodIs::Week => Rhythm::Week.around(day, day),
        PeriodIs::Day => Period::new(day, day),
    }
}

/// An id of the register: trailing spaces, small letters and typographic dashes are mended.
pub(super) fn id(cell: &Cell) -> Result<String, String> {
    let expected = || "an id of the register, like 1-1234567890".to_owned();
    let text = match cell {
        Cell::Text(text) => Cow::Borrowed(text.as_str()),
        Cell::Number(number) if number.fract() == 0.0 && *number > 0.0 => Cow::Owned(number.to_string()),
        Cell::Date(_) => {
            return Err("an id of the register; the spreadsheet program made a date of it, so make the column text first".into());
        }
        _ => return Err(expected()),
    };
    let mended: String = text
        .chars()
        .map(|c| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c.to_ascii_uppercase() })
        .collect();
    let fits = mended.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let digit = mended.chars().any(|c| c.is_ascii_digit());
    if fits && digit && mended.len() <= ID_CHARS_MAX { Ok(mended) } else { Err(expected()) }
}

/// A zone's name.
pub(super) fn zone(cell: &Cell) -> Result<Option<String>, String> {
    if is_absent(cell) {
        return Ok(None);
    }
    if let Cell::Fault(_) = cell {
        return Err("the name of a zone".into());
    }
    let shown = cell.shown();
    if shown.chars().count() > ZONE_CHARS_MAX {
        return Err(format!("the name of a zone, at most {ZONE_CHARS_MAX} characters"));
    }
    Ok(crate::domain::clean_name(&shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (said, meant) in [
            ("1,234.5", 1234.5),
            ("1 234", 1234.0),
            ("£12", 12.0),
            ("-3", -3.0),
            ("1\u{a0}000,000", 1e6),
            ("007", 7.0),
        ] {
            assert_eq!(number(&text(said)), Ok(meant), "{said}");
        }
        for said in ["93,5", "1,23,456", "", "12 of 40", "1e5", "NaN", "inf", "0x1", ".", "1.", "--1"] {
            assert!(number(&text(said)).is_err(), "{said}");
        }
        assert_eq!(hours(&text("1,234:30")), Ok(1234.5));
        assert!(count(&Cell::Number(1.5)).is_err());
    }

    #[test]
    fn a_percentage_is_read_in_all_its_forms() {
        for cell in [text("93%"), text("93 %"), Cell::Percent(93.0), Cell::Number(93.0), Cell::Number(0.93)] {
            assert_eq!(percent(&cell, Scale::Either), Ok(93.0), "{cell:?}");
        }
        assert_eq!(percent(&Cell::Number(0.4), Scale::Percent), Ok(0.4));
        assert_eq!(percent(&Cell::Number(0.4), Scale::Share), Ok(40.0));
        assert_eq!(percent(&text("0.4%"), Scale::Share), Ok(0.4));
    }

    #[test]
    fn dates_have_the_day_first() {
        let day = Ok(Date::constant(2026, 7, 4));
        for said in [
            "2026-07-04",
            "04/07/2026",
            "4.7.26",
            "4th July 2026",
            "4-Jul-26",
            "2026-07-04T09:00:00Z",
            "04/07/2026 09:00",
        ] {
            assert_eq!(date(&text(said), Serials::From1900), day, "{said}");
        }
        for said in ["07/31/2026", "July", "31/02/2026", "4/7/126", "4 July 2026 or so"] {
            assert!(date(&text(said), Serials::From1900).is_err(), "{said}");
        }
        assert_eq!(date(&Cell::Number(46_207.0), Serials::From1900), day);
        assert_eq!(date(&Cell::Number(44_745.0), Serials::From1904), day);
        assert_eq!(date(&Cell::Number(46_205.0), Serials::FromJanuary1900), day);
        assert!(date(&Cell::Number(7.0), Serials::From1900).is_err());
    }

    #[test]
    fn a_formula_with_an_error_names_no_zone() {
        assert_eq!(zone(&text("Zone 1")), Ok(Some("Zone 1".into())));
        assert_eq!(zone(&text("n/a")), Ok(None));
        assert!(zone(&Cell::Fault("#REF!".into())).is_err());
    }

    #[test]
    fn ids_are_mended_where_that_is_safe() {
        assert_eq!(id(&text("1\u{2013}1234")), Ok("1-1234".into()));
        assert_eq!(id(&text("rm317")), Ok("RM317".into()));
        assert_eq!(id(&Cell::Number(77.0)), Ok("77".into()));
        for cell in [text("1-12 34"), text("Total"), Cell::Blank, Cell::Date(Date::constant(2026, 1, 1))] {
            assert!(id(&cell).is_err(), "{cell:?}");
        }
    }
}

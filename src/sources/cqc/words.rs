//! The register's words: ratings, sentinels, dates, company numbers.

use jiff::civil::Date;

use crate::domain::Rating;

/// Words that stand where a rating would, and are none.
const UNRATED: [&str; 14] = [
    "",
    "inspected but not rated",
    "no published rating",
    "insufficient evidence to rate",
    "no approved rating",
    "regulations met",
    "regulations not met",
    "not rated",
    "not formally rated",
    "not applicable",
    "not assessed",
    "not yet inspected",
    "awaiting assessment",
    "unrated",
];

/// What stands in a rating's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A published rating.
    Rated(Rating),
    /// A sentinel or blank: no rating, and nothing to wonder about.
    Unrated,
    /// A word that this version does not know: no rating, and worth a note.
    Unknown,
}

/// Reads the word in a rating's place.
pub(super) fn rating_word(text: &str) -> Word {
    if let Some(rating) = Rating::parse(text) {
        return Word::Rated(rating);
    }
    let spelled = plain(text);
    // "Evidence requirements partially scored", "… not yet scored".
    if UNRATED.contains(&spelled.as_str()) || spelled.starts_with("evidence requirements") {
        Word::Unrated
    } else {
        Word::Unknown
    }
}

/// A text without regard to case and blanks, for comparing names of councils and services.
pub(super) fn plain(text: &str) -> String {
    text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Reads the day of `2024-09-17` or `2024-09-17 15:19:48`; anything else is no day.
pub(super) fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    let (day, rest) = text.split_at_checked(10)?;
    let spelled_in_full = day.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let ends = rest.is_empty() || rest.starts_with([' ', 'T']);
    if spelled_in_full && ends { day.parse().ok() } else { None }
}

/// A Companies House number: trimmed, in capitals; 7 digits have lost their leading zero.
pub(super) fn company_number(text: &str) -> Option<String> {
    let number = text.trim().to_ascii_uppercase();
    let padded = if number.len() == 7 && number.bytes().all(|b| b.is_ascii_digit()) {
        format!("0{number}")
    } else {
        number
    };
    let usable = padded.len() == 8
        && padded.bytes().all(|b| b.is_ascii_alphanumeric())
        && padded.bytes().any(|b| b.is_ascii_digit());
    usable.then_some(padded)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn sentinels_are_no_rating_and_a_new_word_is_noted() {
        for text in ["Inspected but not rated", "", " ", "No Approved Rating", "Not Yet Inspected"] {
            assert_eq!(rating_word(text), Word::Unrated, "{text:?}");
        }
        assert_eq!(rating_word("Evidence requirements not yet scored"), Word::Unrated);
        assert_eq!(rating_word("Requires Improvement"), Word::Rated(Rating::RequiresImprovement));
        assert_eq!(rating_word("Goodish"), Word::Unknown);
    }

    #[test]
    fn days_are_iso_with_or_without_a_time() {
        assert_eq!(day("2024-09-17 15:19:48"), Some(date(2024, 9, 17)));
        assert_eq!(day(" 2024-09-17"), Some(date(2024, 9, 17)));
        assert_eq!(day("2024-09-17T15:19:48Z"), Some(date(2024, 9, 17)));
        for text in ["", "17/09/2024", "2024-13-01", "2024-09-1", "20240917", "2024-09-171", "é024-09-17"] {
            assert_eq!(day(text), None, "{text:?}");
        }
    }

    #[test]
    fn company_numbers_get_their_zero_back() {
        assert_eq!(company_number("3754654 "), Some("03754654".into()));
        assert_eq!(company_number("IP19203R"), Some("IP19203R".into()));
        assert_eq!(company_number("sc123456"), Some("SC123456".into()));
        for text in ["", "n/a", "123", "none yet", "123456789"] {
            assert_eq!(company_number(text), None, "{text:?}");
        }
    }
}

//! Instants and dates as text that orders like time.

use jiff::{Timestamp, civil::Date};

/// An instant as stored: RFC 3339, UTC, always six decimals, so that text order is time order.
#[must_use]
pub fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

/// Reads a stored instant.
#[must_use]
pub fn instant_of(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// Reads a stored civil date.
#[must_use]
pub fn date_of(text: &str) -> Option<Date> {
    text.parse().ok()
}

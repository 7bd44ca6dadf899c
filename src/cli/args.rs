//! Arguments that several subcommands share.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// `--as-of` and `--json` of a list.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// As it stood at this instant (RFC 3339) or at the end of this day (2025-03-04, UTC)
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    pub as_of: Option<Timestamp>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `--by` and `--reason` of a decision: neither may be blank.
#[derive(Debug, clap::Args)]
pub struct Officer {
    /// Who decides
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    pub by: String,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = not_blank)]
    pub reason: String,
}

/// Reads an instant: RFC 3339, or a day, which stands for its last moment in UTC.
///
/// # Errors
/// What was expected, with an example.
pub fn parse_instant(text: &str) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let day: Date = text
        .parse()
        .map_err(|_| "expected an instant like 2025-03-04T06:00:00Z or a day like 2025-03-04".to_owned())?;
    day.at(23, 59, 59, 999_999_000)
        .to_zoned(TimeZone::UTC)
        .map(|zoned| zoned.timestamp())
        .map_err(|error| error.to_string())
}

/// Reads a name or a reason: trimmed, harmless, and not blank.
///
/// # Errors
/// When nothing is left.
pub fn not_blank(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("must not be blank: a decision needs a name and a reason".to_owned()),
        kept => Ok(crate::domain::clean_text(kept)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_stands_for_its_last_moment() {
        let day = parse_instant("2025-03-04").expect("a day");
        assert_eq!(day.to_string(), "2025-03-04T23:59:59.999999Z");
        assert!(parse_instant("yesterday").is_err());
    }
}

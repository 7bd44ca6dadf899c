//! Schedules: five cron fields in the council's zone.

use croner::Cron;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use toml::Spanned;

use super::super::Code;
use super::super::nearest::{plain, quoted};
use super::super::reader::Table;

/// Fields of a schedule.
const FIELDS: usize = 5;

/// What the fields are.
const FORM: &str =
    "write minute, hour, day of month, month, day of week: \"0 6 * * *\" is every day at 06:00";

/// The hour that British clock changes skip in March and repeat in October.
const CHANGED_HOUR: u32 = 1;

/// A schedule that may be there.
pub(super) fn schedule(table: &Table<'_>, zone: &TimeZone) -> Option<String> {
    let text = table.text_opt("schedule")?;
    let cron = parse(table, &text)?;
    if !fires(&cron, zone) {
        let message = format!("the schedule {} never fires", quoted(text.get_ref()));
        table.notes.fault(Code::ScheduleNever, text.span(), message, "name a day that its month has");
        return None;
    }
    if meets_clock_change(&cron, text.get_ref(), zone) {
        let message = "clocks skip the hour from 01:00 in March and repeat it in October";
        let help = "choose another hour; as it is, it runs at 02:00 in March and once in October";
        table.notes.fault(Code::ScheduleClockChange, text.span(), message, help);
    }
    Some(text.into_inner())
}

fn parse(table: &Table<'_>, text: &Spanned<String>) -> Option<Cron> {
    let fields = text.get_ref().split_whitespace().count();
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let why = match parser.parse(text.get_ref()) {
        _ if fields != FIELDS => format!("it has {fields} fields, not {FIELDS}"),
        Err(CronError::ComponentError(why) | CronError::InvalidPattern(why)) => why.to_lowercase(),
        Err(error) => error.to_string(),
        Ok(cron) => return Some(cron),
    };
    let message =
        format!("{} is not a schedule: {}", quoted(text.get_ref()), plain(why.trim_end_matches('.')));
    table.notes.fault(Code::SchedulePattern, text.span(), message, FORM);
    None
}

/// Whether it fires at all, asked from a fixed day so that the answer does not change.
fn fires(cron: &Cron, zone: &TimeZone) -> bool {
    date(2024, 1, 1)
        .to_zoned(zone.clone())
        .is_ok_and(|start: Zoned| cron.find_next_occurrence(&start, true).is_ok())
}

/// A pattern for all hours is meant to follow the clock; one that names the hour is not.
fn meets_clock_change(cron: &Cron, text: &str, zone: &TimeZone) -> bool {
    let changes = zone.following(Timestamp::UNIX_EPOCH).next().is_some();
    let every_hour = text.split_whitespace().nth(1).is_some_and(|hours| hours.starts_with('*'));
    let named = cron.pattern.hour_match(CHANGED_HOUR).unwrap_or(false);
    changes && named && !every_hour
}

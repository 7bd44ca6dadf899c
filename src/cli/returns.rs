//! `carewarden returns`

use jiff::civil::Date;
use serde::Serialize;

use super::args::ListArgs;
use super::{Context, Fault, as_of};
use crate::alerts::date_words;
use crate::clock;
use crate::domain::Subject;
use crate::domain::return_::{Entry, ReturnState};
use crate::exit::Exit;
use crate::facts::History;
use crate::jobs::{ProviderCalendar, calendars};
use crate::store;

/// Periods of each provider that are shown unless all are asked for.
const SHOWN: usize = 12;

/// Arguments of `returns`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this provider
    #[arg(long, value_name = "ID")]
    provider: Option<String>,
    /// Only returns that are missing or refused
    #[arg(long)]
    missing: bool,
    /// Every period, not only the newest twelve
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    list: ListArgs,
}

/// A provider in `returns --json`.
#[derive(Debug, Serialize)]
struct CalendarRow {
    provider_id: String,
    name: String,
    missed_in_a_row: usize,
    missed_of_12: usize,
    periods: Vec<PeriodRow>,
}

/// A period in `returns --json`.
#[derive(Debug, Serialize)]
struct PeriodRow {
    start: Date,
    end: Date,
    due_on: Date,
    state: ReturnState,
    versions: usize,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit, Fault> {
    let (config, store) = context.reader()?;
    let at = as_of(args.list.as_of);
    let today = args.list.as_of.unwrap_or_else(clock::real_now).to_zoned(config.council.zone.clone()).date();
    let history = store::facts::history(store.sql(), at)?;
    let rows: Vec<CalendarRow> = calendars(store.sql(), &config, at, today)?
        .into_iter()
        .filter(|calendar| args.provider.as_ref().is_none_or(|id| *id == calendar.provider_id))
        .map(|calendar| row(args, calendar, &history))
        .filter(|row| !args.missing || !row.periods.is_empty())
        .collect();
    if args.list.json {
        context.out.json(&rows)?;
    } else if rows.is_empty() {
        context.out.line("No returns are asked for: contracts with `returns` say whose are due.")?;
    } else {
        context.out.table(&["provider", "id", "period", "due", "state", "versions"], table(&rows))?;
    }
    Ok(Exit::Fine)
}

fn row(args: &Args, calendar: ProviderCalendar, history: &History) -> CalendarRow {
    let skipped = if args.all { 0 } else { calendar.entries.len().saturating_sub(SHOWN) };
    let wanted = |entry: &&Entry| !args.missing || entry.state.is_missed();
    CalendarRow {
        name: history.name(&Subject::provider(&calendar.provider_id)).to_owned(),
        provider_id: calendar.provider_id,
        missed_in_a_row: calendar.misses.in_a_row,
        missed_of_12: calendar.misses.of_newest,
        periods: calendar.entries.iter().skip(skipped).filter(wanted).map(period_row).collect(),
    }
}

fn period_row(entry: &Entry) -> PeriodRow {
    PeriodRow {
        start: entry.period.start(),
        end: entry.period.end(),
        due_on: entry.due_on,
        state: entry.state,
        versions: entry.versions,
    }
}

fn table(rows: &[CalendarRow]) -> Vec<Vec<String>> {
    let line = |row: &CalendarRow, period: &PeriodRow| {
        vec![
            row.name.clone(),
            row.provider_id.clone(),
            format!("{} to {}", date_words(period.start), date_words(period.end)),
            date_words(period.due_on),
            period.state.as_str().to_owned(),
            period.versions.to_string(),
        ]
    };
    rows.iter().flat_map(|row| row.periods.iter().map(move |period| line(row, period))).collect()
}

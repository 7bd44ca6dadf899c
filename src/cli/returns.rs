//! `carewarden returns`

mod remarks;

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
use crate::jobs::{ProviderCalendar, calendars, owner};
use crate::store;
use crate::store::remarks::RemarkRow;

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
    /// List what is odd about the numbers that came, instead of what came when
    #[arg(long, conflicts_with = "missing")]
    remarks: bool,
    /// Every period, not only the newest twelve; with --remarks, every version, not only the newest
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
    /// Of the newest version.
    remarks: usize,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit, Fault> {
    let (config, store) = context.reader()?;
    let at = as_of(args.list.as_of);
    let today = args.list.as_of.unwrap_or_else(clock::real_now).to_zoned(config.council.zone.clone()).date();
    let history = store::facts::history(store.sql(), at)?;
    let mut found = store::remarks::remarks(store.sql(), at, None)?;
    let contracts = &config.returns.contracts;
    found.retain(|remark| args.all || remark.is_newest);
    if args.remarks {
        let is_of = |id: &str, of: &str| id == of || owner(contracts, of) == id;
        found.retain(|remark| args.provider.as_deref().is_none_or(|id| is_of(id, &remark.provider_id)));
        return remarks::list(&found, args.list.json, &history, context);
    }
    let rows: Vec<CalendarRow> = calendars(store.sql(), &config, at, today)?
        .into_iter()
        .filter(|calendar| args.provider.as_ref().is_none_or(|id| *id == calendar.provider_id))
        .map(|calendar| {
            let of = |remark: &&RemarkRow| owner(contracts, &remark.provider_id) == calendar.provider_id;
            let remarked: Vec<&RemarkRow> = found.iter().filter(of).filter(|one| one.is_newest).collect();
            row(args, calendar, &history, &remarked)
        })
        .filter(|row| !args.missing || !row.periods.is_empty())
        .collect();
    if args.list.json {
        context.out.json(&rows)?;
    } else if rows.is_empty() {
        context.out.line("No returns are asked for: contracts with `returns` say whose are due.")?;
    } else {
        context
            .out
            .table(&["provider", "id", "period", "due", "state", "versions", "remarks"], table(&rows))?;
    }
    Ok(Exit::Fine)
}

fn row(args: &Args, calendar: ProviderCalendar, history: &History, remarked: &[&RemarkRow]) -> CalendarRow {
    let skipped = if args.all { 0 } else { calendar.entries.len().saturating_sub(SHOWN) };
    let wanted = |entry: &&Entry| !args.missing || entry.state.is_missed();
    CalendarRow {
        name: history.name(&Subject::provider(&calendar.provider_id)).to_owned(),
        provider_id: calendar.provider_id,
        missed_in_a_row: calendar.misses.in_a_row,
        missed_of_12: calendar.misses.of_newest,
        periods: calendar
            .entries
            .iter()
            .skip(skipped)
            .filter(wanted)
            .map(|entry| period_row(entry, remarked))
            .collect(),
    }
}

fn period_row(entry: &Entry, remarked: &[&RemarkRow]) -> PeriodRow {
    PeriodRow {
        start: entry.period.start(),
        end: entry.period.end(),
        due_on: entry.due_on,
        state: entry.state,
        versions: entry.versions,
        remarks: remarked.iter().filter(|remark| remark.period.is_mostly(entry.period)).count(),
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
            period.remarks.to_string(),
        ]
    };
    rows.iter().flat_map(|row| row.periods.iter().map(move |period| line(row, period))).collect()
}

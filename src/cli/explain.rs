//! `carewarden explain FLAG`

mod chart;
mod series;

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use super::args::ListArgs;
use super::flags::{FlagRow, colour, row};
use super::out::Colour;
use super::{Context, Fault, as_of};
use crate::alerts::{fact_words, moment_words, state_words};
use crate::exit::Exit;
use crate::facts::History;
use crate::flags::{EventKind, Flag, FlagEvent, FlagId};
use crate::rules::Evidence;
use crate::store::returns::VersionRow;
use crate::store::{self, Store, lists};

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The flag, as CW-0142
    #[arg(value_name = "FLAG")]
    flag: String,
    /// Write the chart of what was reported; .svg or .png, a further one with -2, -3, ...
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
    #[command(flatten)]
    list: ListArgs,
}

/// One event in `explain --json`.
#[derive(Debug, Serialize)]
struct EventRow<'a> {
    at: Timestamp,
    kind: EventKind,
    severity: crate::domain::Severity,
    rule: &'a str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

/// `explain --json`.
#[derive(Debug, Serialize)]
struct Explained<'a> {
    #[serde(flatten)]
    flag: FlagRow<'a>,
    rule_name: String,
    rule_text: String,
    events: Vec<EventRow<'a>>,
    documents: Vec<lists::DocumentRow>,
    /// The versions of returns that the evidence names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    returns: Vec<VersionRow>,
    told: Vec<lists::ToldRow>,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit, Fault> {
    let id = FlagId::parse(&args.flag).ok_or_else(|| {
        Fault::BadInput(format!("error: {:?} is not a flag; expected one like CW-0142", args.flag))
    })?;
    let (config, store) = context.reader()?;
    let at = as_of(args.list.as_of);
    let history = store::facts::history(store.sql(), at)?;
    let events = store::flags::events(store.sql(), Some(id), at)?;
    let flag = Flag::from_events(events.iter().cloned()).pop().ok_or_else(|| unknown(id, args.list.as_of))?;
    let explained = gather(&store, &history, &flag, &events, at)?;
    let files = match &args.chart {
        Some(path) => chart::write(path, &flag, history.name(&flag.last.subject))?,
        None => Vec::new(),
    };
    if args.list.json {
        context.out.json(&explained)?;
        return Ok(Exit::Fine);
    }
    let zone = &config.council.zone;
    lines(context, head_words(&explained, &flag, &history, zone))?;
    series::show(&flag.last.evidence, &explained.returns, &mut context.out)?;
    lines(context, tail_words(&explained, zone))?;
    lines(context, files.iter().map(|file| format!("\nThe chart is in {}", file.display())).collect())?;
    Ok(Exit::Fine)
}

fn lines(context: &mut Context, lines: Vec<String>) -> Result<(), Fault> {
    for line in lines {
        context.out.line(&line)?;
    }
    Ok(())
}

fn unknown(id: FlagId, as_of: Option<Timestamp>) -> Fault {
    let when = as_of.map_or_else(String::new, |at| format!(" as of {at}"));
    Fault::BadInput(format!("error: there is no flag {id}{when}; `carewarden flags --all` lists them"))
}

fn gather<'a>(
    store: &Store,
    history: &'a History,
    flag: &'a Flag,
    events: &'a [FlagEvent],
    at: Timestamp,
) -> Result<Explained<'a>, Fault> {
    let text = lists::rule_text(store.sql(), &flag.last.rule, &flag.last.rule_version)?;
    let (rule_name, rule_text) =
        text.unwrap_or_else(|| (flag.last.rule.clone(), "its text was not kept".to_owned()));
    let mut ids: Vec<i64> = flag.last.evidence.iter().filter_map(|evidence| evidence.document).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut documents = Vec::new();
    for id in ids {
        documents.extend(lists::document(store.sql(), id)?);
    }
    Ok(Explained {
        flag: row(flag, history),
        rule_name,
        rule_text,
        events: events.iter().map(event_row).collect(),
        documents,
        returns: versions(store, &flag.last.evidence)?,
        told: lists::told(store.sql(), flag.id.0, at)?,
    })
}

/// The versions that brought the points of a flag's workings, each once.
fn versions(store: &Store, evidence: &[Evidence]) -> Result<Vec<VersionRow>, Fault> {
    let workings = evidence.iter().filter_map(|evidence| evidence.working.as_ref());
    let submissions: BTreeSet<i64> =
        workings.flat_map(|working| &working.points).map(|point| point.submission).collect();
    let mut versions = Vec::new();
    for submission in submissions {
        versions.extend(store::returns::version(store.sql(), submission)?);
    }
    Ok(versions)
}

fn event_row(event: &FlagEvent) -> EventRow<'_> {
    EventRow {
        at: event.at,
        kind: event.kind,
        severity: event.severity,
        rule: &event.rule,
        reason: &event.reason,
        by: event.by.as_deref(),
        until: event.until,
    }
}

fn head_words(
    explained: &Explained<'_>,
    flag: &Flag,
    history: &History,
    zone: &jiff::tz::TimeZone,
) -> Vec<String> {
    let last = &flag.last;
    let mut lines = vec![
        format!(
            "{}  {}  {}",
            Colour::Bold.paint(&flag.id.to_string()),
            colour(last.severity).paint(last.severity.as_str()),
            state_words(last.state)
        ),
        format!("{} ({} {})", history.name(&last.subject), last.subject.kind.as_str(), last.subject.id),
        flag.reason.clone(),
        head("RULE"),
        format!("  {} (version {}): {}", last.rule, last.rule_version, explained.rule_name),
        format!("  \"{}\"", explained.rule_text),
        head("EVIDENCE"),
    ];
    lines.extend(last.evidence.iter().map(|evidence| evidence_words(evidence, &explained.documents, zone)));
    lines
}

/// The heading of a section.
fn head(text: &str) -> String {
    format!("\n{}", Colour::Bold.paint(text))
}

fn tail_words(explained: &Explained<'_>, zone: &jiff::tz::TimeZone) -> Vec<String> {
    let mut lines = vec![head("WHAT HAPPENED")];
    lines.extend(explained.events.iter().map(|event| event_words(event, zone)));
    lines.push(head("WHO WAS TOLD"));
    if explained.told.is_empty() {
        lines.push("  Nobody yet.".to_owned());
    }
    lines.extend(explained.told.iter().map(|told| told_words(told, zone)));
    lines
}

fn evidence_words(
    evidence: &Evidence,
    documents: &[lists::DocumentRow],
    zone: &jiff::tz::TimeZone,
) -> String {
    let dated = |value: &str, date: Option<jiff::civil::Date>| match date {
        Some(date) => format!("{value} ({})", crate::alerts::date_words(date)),
        None => value.to_owned(),
    };
    let old = evidence
        .old
        .as_deref()
        .map_or_else(String::new, |old| format!("{} -> ", dated(old, evidence.old_effective)));
    let document = documents.iter().find(|document| Some(document.id) == evidence.document);
    let place = document.map_or_else(String::new, |document| {
        format!(
            "\n    document {} (sha256 {}), {}\n    {}",
            document.id,
            &document.sha256[..document.sha256.len().min(12)],
            evidence.row.as_deref().unwrap_or("whole document"),
            document.url
        )
    });
    format!(
        "  {}: {old}{}, read {}{place}",
        fact_words(&evidence.fact),
        dated(&evidence.new, evidence.effective),
        moment_words(evidence.observed_at, zone)
    )
}

fn event_words(event: &EventRow<'_>, zone: &jiff::tz::TimeZone) -> String {
    let kind = serde_json::to_value(event.kind).ok();
    let kind = kind.as_ref().and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let by = event.by.map_or_else(String::new, |by| format!(" by {by}"));
    format!("  {}  {kind}{by} ({}): {}", moment_words(event.at, zone), event.severity, event.reason)
}

fn told_words(told: &lists::ToldRow, zone: &jiff::tz::TimeZone) -> String {
    let words =
        |text: &str| store::instant_of(text).map_or_else(|| text.to_owned(), |at| moment_words(at, zone));
    match (&told.hushed, &told.state) {
        (Some(cause), _) => {
            format!("  {}  {} was not told ({}): {cause}", words(&told.at), told.recipient, told.why)
        }
        (None, state) => {
            let state = state.as_deref().unwrap_or("queued");
            let when = told.state_at.as_deref().map_or_else(String::new, |at| format!(" {}", words(at)));
            let mail = told.outbox.unwrap_or_default();
            format!("  {}  {} ({}): mail {mail} {state}{when}", words(&told.at), told.recipient, told.why)
        }
    }
}

//! `carewarden flags`

use jiff::Timestamp;
use serde::Serialize;

use super::args::ListArgs;
use super::out::Colour;
use super::{Context, Fault, as_of};
use crate::alerts::{moment_words, state_words};
use crate::domain::{Severity, Subject};
use crate::exit::Exit;
use crate::facts::History;
use crate::flags::{Flag, State};
use crate::rules::Evidence;
use crate::store;

/// Arguments of `flags`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Also those that have cleared or were superseded
    #[arg(long)]
    all: bool,
    /// Only this severity and above
    #[arg(long, value_parser = parse_severity, value_name = "SEVERITY")]
    severity: Option<Severity>,
    /// Only flags of this rule
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    /// Only flags about this id
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
    /// Exit with 3 when a listed flag has this severity or above
    #[arg(long, value_parser = parse_severity, value_name = "SEVERITY")]
    fail_on: Option<Severity>,
    #[command(flatten)]
    list: ListArgs,
}

fn parse_severity(text: &str) -> Result<Severity, String> {
    Severity::parse(text).ok_or_else(|| "expected operator, watch, concern or contingency".to_owned())
}

/// A flag in `flags --json`.
#[derive(Debug, Serialize)]
pub struct FlagRow<'a> {
    id: String,
    rule: &'a str,
    rule_version: &'a str,
    severity: Severity,
    state: State,
    subject: Named<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opened_at: Option<Timestamp>,
    changed_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    cleared_at: Option<Timestamp>,
    reason: &'a str,
    evidence: &'a [Evidence],
}

/// A subject with its name.
#[derive(Debug, Serialize)]
pub struct Named<'a> {
    kind: &'static str,
    id: &'a str,
    name: &'a str,
}

impl<'a> Named<'a> {
    /// A subject with the name that was known of it.
    #[must_use]
    pub fn new(subject: &'a Subject, history: &'a History) -> Self {
        Self { kind: subject.kind.as_str(), id: &subject.id, name: history.name(subject) }
    }
}

/// A flag as a row of `flags --json`.
#[must_use]
pub fn row<'a>(flag: &'a Flag, history: &'a History) -> FlagRow<'a> {
    FlagRow {
        id: flag.id.to_string(),
        rule: &flag.last.rule,
        rule_version: &flag.last.rule_version,
        severity: flag.last.severity,
        state: flag.last.state,
        subject: Named::new(&flag.last.subject, history),
        opened_at: flag.opened_at,
        changed_at: flag.changed_at,
        cleared_at: flag.cleared_at,
        reason: &flag.reason,
        evidence: &flag.last.evidence,
    }
}

/// The colour of a severity.
#[must_use]
pub const fn colour(severity: Severity) -> Colour {
    match severity {
        Severity::Contingency => Colour::Red,
        Severity::Concern | Severity::Operator => Colour::Yellow,
        Severity::Watch => Colour::Dim,
    }
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit, Fault> {
    let (config, store) = context.reader()?;
    let at = as_of(args.list.as_of);
    let history = store::facts::history(store.sql(), at)?;
    let mut flags = store::flags::flags(store.sql(), at)?;
    flags.retain(|flag| wanted(args, flag));
    flags.sort_by_key(|flag| (!flag.last.state.stands(), std::cmp::Reverse(flag.last.severity), flag.id));
    if args.list.json {
        let rows: Vec<FlagRow<'_>> = flags.iter().map(|flag| row(flag, &history)).collect();
        context.out.json(&rows)?;
    } else if flags.is_empty() {
        context.out.line("No flags.")?;
    } else {
        let rows = flags
            .iter()
            .map(|flag| {
                let since = flag.opened_at.unwrap_or(flag.first_at);
                vec![
                    flag.id.to_string(),
                    colour(flag.last.severity).paint(flag.last.severity.as_str()),
                    state_words(flag.last.state).to_owned(),
                    history.name(&flag.last.subject).to_owned(),
                    flag.last.subject.id.clone(),
                    moment_words(since, &config.council.zone),
                    flag.reason.clone(),
                ]
            })
            .collect();
        context.out.table(&["flag", "severity", "state", "name", "id", "since", "why"], rows)?;
    }
    let found = |wanted| flags.iter().any(|flag| flag.last.state.stands() && flag.last.severity >= wanted);
    Ok(if args.fail_on.is_some_and(found) { Exit::Findings } else { Exit::Fine })
}

fn wanted(args: &Args, flag: &Flag) -> bool {
    (args.all || flag.last.state.stands())
        && args.severity.is_none_or(|least| flag.last.severity >= least)
        && args.rule.as_ref().is_none_or(|rule| flag.last.rule == *rule)
        && args.subject.as_ref().is_none_or(|id| flag.last.subject.id == *id)
}

//! `carewarden status`

use jiff::Timestamp;
use serde::Serialize;

use super::out::Colour;
use super::{Context, Fault, out};
use crate::clock;
use crate::config::Config;
use crate::exit::Exit;
use crate::jobs::health;
use crate::status::{Complaint, Facts, Gravity, complaints, is_healthy, prometheus, words};
use crate::store::{Store, StoreError};

/// The form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
    /// Metrics for the textfile collector of a node exporter
    Prometheus,
}

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print JSON
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    format: Format,
}

/// A complaint in `status --json`.
#[derive(Serialize)]
struct ComplaintRow {
    code: &'static str,
    unhealthy: bool,
    what: String,
    next: &'static str,
}

/// `status --json`.
#[derive(Serialize)]
struct Answer<'a> {
    healthy: bool,
    complaints: Vec<ComplaintRow>,
    #[serde(flatten)]
    facts: Option<&'a Facts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit, Fault> {
    let config = context.config()?;
    let format = if args.json { Format::Json } else { args.format };
    match gather(&config, clock::real_now()) {
        Ok(facts) => show(&facts, &config, format, context),
        Err(error) => unreadable(&error, format, context),
    }
}

fn gather(config: &Config, now: Timestamp) -> Result<Facts, StoreError> {
    health::facts(&Store::open_reader(&config.store.path)?, config, now)
}

fn show(facts: &Facts, config: &Config, format: Format, context: &mut Context) -> Result<Exit, Fault> {
    let complaints = complaints(facts);
    let healthy = is_healthy(&complaints);
    match format {
        Format::Text => text(facts, &complaints, config, context)?,
        Format::Json => {
            let complaints = complaints.iter().map(|complaint| row(complaint, config)).collect();
            context.out.json(&Answer { healthy, complaints, facts: Some(facts), error: None })?;
        }
        Format::Prometheus => context.out.line(prometheus(Some(facts), &complaints).trim_end())?,
    }
    Ok(if healthy { Exit::Fine } else { Exit::Failed })
}

/// A database that cannot be read is said in every form: a monitor that reads one must not be left
/// with the answer of yesterday.
fn unreadable(error: &StoreError, format: Format, context: &mut Context) -> Result<Exit, Fault> {
    match format {
        Format::Text => {}
        Format::Json => {
            let error = Some(error.to_string());
            context.out.json(&Answer { healthy: false, complaints: Vec::new(), facts: None, error })?;
        }
        Format::Prometheus => context.out.line(prometheus(None, &[]).trim_end())?,
    }
    out::error(&format!("error: {error}"));
    Ok(Exit::Failed)
}

fn row(complaint: &Complaint, config: &Config) -> ComplaintRow {
    ComplaintRow {
        code: complaint.code(),
        unhealthy: complaint.gravity() == Gravity::Unhealthy,
        what: complaint.in_words(&config.council.zone),
        next: complaint.next_step(),
    }
}

fn text(
    facts: &Facts,
    complaints: &[Complaint],
    config: &Config,
    context: &mut Context,
) -> Result<(), std::io::Error> {
    for complaint in complaints {
        let (colour, word) = match complaint.gravity() {
            Gravity::Unhealthy => (Colour::Red, "unhealthy"),
            Gravity::Warning => (Colour::Yellow, "warning"),
        };
        let what = complaint.in_words(&config.council.zone);
        context.out.line(&format!("{}: {what}", colour.paint(word)))?;
        context.out.line(&format!("  next: {}", complaint.next_step()))?;
    }
    if complaints.is_empty() {
        context.out.line(&Colour::Green.paint("healthy"))?;
    }
    let lines = words(facts, &config.council.zone);
    let width = lines.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    for (label, said) in lines {
        context.out.line(&format!("{label:width$}  {said}"))?;
    }
    Ok(())
}

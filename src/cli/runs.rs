//! `carewarden runs`

use super::args::ListArgs;
use super::out::{Colour, counted};
use super::{Context, Fault, as_of};
use crate::alerts::moment_words;
use crate::exit::Exit;
use crate::store::{self, lists::RunRow};

/// Arguments of `runs`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only runs of this job
    #[arg(long, value_name = "JOB", value_parser = ["collect", "assess", "deliver", "housekeeping"])]
    job: Option<String>,
    /// At most so many, newest first
    #[arg(long, default_value_t = 100, value_name = "N")]
    limit: u32,
    #[command(flatten)]
    list: ListArgs,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit, Fault> {
    let (config, store) = context.reader()?;
    let runs = store::lists::runs(store.sql(), args.job.as_deref(), as_of(args.list.as_of), args.limit)?;
    if args.list.json {
        context.out.json(&runs)?;
        return Ok(Exit::Fine);
    }
    if runs.is_empty() {
        context.out.line("No runs.")?;
        return Ok(Exit::Fine);
    }
    let started = |run: &RunRow| {
        store::instant_of(&run.started_at)
            .map_or_else(|| run.started_at.clone(), |at| moment_words(at, &config.council.zone))
    };
    let rows = runs.iter().map(|run| table_row(run, started(run))).collect();
    context.out.table(&["run", "job", "started", "outcome", "what was done"], rows)?;
    Ok(Exit::Fine)
}

fn table_row(run: &RunRow, started: String) -> Vec<String> {
    let colour = match run.outcome.as_str() {
        "ok" => Colour::Green,
        "failed" => Colour::Red,
        _ => Colour::Yellow,
    };
    vec![run.id.to_string(), run.job.clone(), started, colour.paint(&run.outcome), done(run)]
}

fn done(run: &RunRow) -> String {
    let counts = [
        (run.documents, "document", ""),
        (run.facts, "fact", ""),
        (run.rejects, "reject", ""),
        (run.flags_opened, "flag", " opened"),
        (run.flags_cleared, "flag", " cleared"),
        (run.mails_queued, "mail", " queued"),
        (run.mails_accepted, "mail", " accepted"),
    ];
    let some = counts.iter().filter(|(count, _, _)| *count > 0);
    let mut words: Vec<String> =
        some.map(|(count, noun, done)| format!("{}{done}", counted(*count, noun))).collect();
    words.extend(run.detail.clone());
    words.join(", ")
}

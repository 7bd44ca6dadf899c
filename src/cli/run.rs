//! `carewarden run`

use jiff::Timestamp;
use tokio::runtime::Runtime;

use super::args::{not_blank, parse_instant};
use super::out::Colour;
use super::{Context, Fault, open_writer, out, progress};
use crate::clock::{self, Clock};
use crate::config::Config;
use crate::exit::Exit;
use crate::jobs::{
    Accepted, Cycle, Delivered, Done, JobError, Jobs, SourceRead, cycle, emergency, heartbeat, housekeeping,
};
use crate::sources::cqc::Progress;
use crate::store::outbox::Mode;
use crate::store::runs::Outcome;
use crate::store::{Store, StoreError, lists};

/// The jobs by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Job {
    /// Read the sources
    Collect,
    /// Evaluate the policy, reconcile flags, queue alerts
    Assess,
    /// Send what is due
    Deliver,
    /// Check the file, back it up, let go what is past its time
    Housekeeping,
    /// Collect, assess and deliver, and housekeeping when it is due
    All,
}

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which job
    #[arg(value_enum, default_value = "all", value_name = "JOB")]
    job: Job,
    /// The "now" of collect and assess; deliver always goes by the real clock
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    as_of: Option<Timestamp>,
    /// Keep to sources that are due by their schedule
    #[arg(long)]
    due: bool,
    /// Send deferred mail now, without regard to its back-off
    #[arg(long)]
    now: bool,
    /// Wait so long for another carewarden that is writing
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    wait: u64,
    /// Let a mass change through the brake: it is real
    #[arg(long, requires_all = ["by", "reason"])]
    accept_mass_change: bool,
    /// Who says so
    #[arg(long, value_name = "NAME", requires = "accept_mass_change", value_parser = not_blank)]
    by: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT", requires = "accept_mass_change", value_parser = not_blank)]
    reason: Option<String>,
}

impl Args {
    fn accepted(&self) -> Option<Accepted<'_>> {
        let (by, reason) = self.by.as_deref().zip(self.reason.as_deref())?;
        self.accept_mass_change.then_some(Accepted { by, reason })
    }

    /// The jobs of the cycle; housekeeping is none of them.
    const fn jobs(&self) -> Option<Jobs> {
        Some(match self.job {
            Job::Collect => Jobs::Collect,
            Job::Assess => Jobs::Assess,
            Job::Deliver => Jobs::Deliver,
            Job::All => Jobs::All,
            Job::Housekeeping => return None,
        })
    }
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit, Fault> {
    let accepted = args.accepted();
    if args.as_of.is_some() && matches!(args.job, Job::Deliver | Job::Housekeeping) {
        return Err(Fault::BadInput(
            "error: --as-of is not for deliver and housekeeping, which go by the real clock".into(),
        ));
    }
    let config = context.config()?;
    let clock = args.as_of.map_or_else(Clock::real, Clock::from);
    if clock.now() > clock::real_now() {
        return Err(Fault::BadInput(format!("error: --as-of {} is in the future", clock.now())));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let opened = open_writer(&config.store.path, args.wait);
    let mut store = opened.map_err(|error| tell(&runtime, &config, error.into()))?;
    not_before_newest(&store, args.as_of)?;
    let Some(jobs) = args.jobs() else {
        let kept = keep_house(&mut store, &config, context);
        return kept.map_err(|error| tell(&runtime, &config, error.into()));
    };
    let how = Cycle {
        jobs,
        clock,
        due_only: args.due,
        mode: if args.now { Mode::Now } else { Mode::Due },
        accepted,
        progress: &|_, _| (),
    };
    let worked = cycle_on_terminal(&runtime, &mut store, &config, how);
    let done = worked.map_err(|error| tell(&runtime, &config, error))?;
    report(&done, context)?;
    let mut exit = if done.is_fine() { Exit::Fine } else { Exit::Failed };
    // A replay is not a sign of life, and keeps no house.
    if args.job == Job::All && args.as_of.is_none() {
        let outcome = if done.is_fine() { Outcome::Ok } else { Outcome::Part };
        let beat = heartbeat::beat(&mut store, &config, outcome, clock::real_now());
        if let Err(error) = runtime.block_on(beat) {
            tracing::warn!(%error, "the monitor's answer could not be written down");
        }
        if housekeeping::due(&store, &config, clock::real_now())? {
            exit = exit.or(keep_house(&mut store, &config, context)?);
        }
    }
    Ok(exit)
}

/// A job that failed as a whole is told by the ways that need no database, where that is at fault.
fn tell(runtime: &Runtime, config: &Config, error: JobError) -> Fault {
    match &error {
        JobError::Store(fault) if fault.is_grave() => {
            let told = runtime.block_on(emergency::tell(config, &fault.to_string(), clock::real_now()));
            for id in &told.mailed {
                out::error(&format!("the operator was told by mail ({id}), past the outbox"));
            }
        }
        // Another process that is at work is no fault, and gives its own signs of life.
        JobError::Store(_) => {}
        JobError::Render(_) | JobError::Compose(_) => {
            let _logged = runtime.block_on(heartbeat::ping(config, Outcome::Failed));
        }
    }
    error.into()
}

fn keep_house(store: &mut Store, config: &Config, context: &mut Context) -> Result<Exit, StoreError> {
    let kept = housekeeping::run(store, config, &Clock::real(), None)?;
    for fault in &kept.faults {
        out::error(&format!("error: {fault}"));
    }
    let _closed = context.out.line(&format!("keeping  {}", kept.done.join("; ")));
    Ok(if kept.faults.is_empty() { Exit::Fine } else { Exit::Failed })
}

/// What has been judged cannot be judged again as of before: history would have two versions.
fn not_before_newest(store: &Store, as_of: Option<Timestamp>) -> Result<(), Fault> {
    let newest = lists::newest_judgement(store.sql())?;
    match (as_of, newest) {
        (Some(as_of), Some(newest)) if as_of < newest => Err(Fault::BadInput(format!(
            "error: --as-of {as_of} is before the newest run of this database ({newest})"
        ))),
        _ => Ok(()),
    }
}

fn cycle_on_terminal(
    runtime: &Runtime,
    store: &mut Store,
    config: &Config,
    how: Cycle<'_>,
) -> Result<Done, JobError> {
    store.close_interrupted_runs(clock::real_now())?;
    let bar = progress::bar();
    let show = |source: &str, progress: Progress| {
        bar.set_length(u64::try_from(progress.total).unwrap_or(0));
        bar.set_position(u64::try_from(progress.done).unwrap_or(0));
        bar.set_message(format!("reading {source}"));
    };
    let done = runtime.block_on(cycle(store, config, Cycle { progress: &show, ..how }));
    bar.finish_and_clear();
    done
}

/// What was done, in words, on standard output; what failed, on standard error.
pub(super) fn report(done: &Done, context: &mut Context) -> Result<(), Fault> {
    for source in &done.sources {
        context.out.line(&source_words(source))?;
    }
    if let Some(assessed) = &done.assessed {
        let baseline =
            if assessed.baseline { " (the register as found: one summary a recipient)" } else { "" };
        context.out.line(&format!(
            "assess   {} opened, {} cleared, {} queued{baseline}",
            out::counted(assessed.opened, "flag"),
            assessed.cleared,
            out::counted(assessed.queued, "mail")
        ))?;
    }
    if let Some(delivered) = &done.delivered {
        context.out.line(&format!("deliver  {}", delivered_words(delivered)))?;
    }
    for source in done.sources.iter().filter(|source| !source.is_whole()) {
        out::error(&format!(
            "error: source {}: {}",
            source.id,
            source.problem.as_deref().unwrap_or("not read in full")
        ));
    }
    for letter in done.delivered.iter().flat_map(|delivered| &delivered.dead_letters) {
        out::error(&format!(
            "error: mail {} ({}) to {} was refused: {}",
            letter.id, letter.alert, letter.recipient, letter.reply
        ));
    }
    for fault in done.delivered.iter().filter_map(|delivered| delivered.relay_fault.as_ref()) {
        out::error(&format!("warning: the relay could not be used, mail waits: {fault}"));
    }
    Ok(())
}

fn delivered_words(delivered: &Delivered) -> String {
    let counts = [
        (delivered.accepted, "accepted"),
        (delivered.deferred, "deferred"),
        (delivered.refused, "refused"),
        (delivered.unknown, "unknown, to be sent again"),
    ];
    let words: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if words.is_empty() { "nothing was due".to_owned() } else { format!("mails: {}", words.join(", ")) }
}

fn source_words(source: &SourceRead) -> String {
    if source.is_failed() {
        return format!(
            "collect  {}: {}",
            source.id,
            Colour::Red.paint("failed; what was known stays as it was")
        );
    }
    let how = if source.full { "everything" } else { "what changed" };
    format!(
        "collect  {}: {} records read ({how}), {} new facts, {} rejects",
        source.id, source.records, source.facts, source.rejects
    )
}

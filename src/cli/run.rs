//! `carewarden run`

use jiff::Timestamp;

use super::args::parse_instant;
use super::out::Colour;
use super::{Context, Fault, open_writer, out, progress};
use crate::clock::{self, Clock};
use crate::config::Config;
use crate::exit::Exit;
use crate::jobs::{Accepted, Cycle, Delivered, Done, Jobs, SourceRead, cycle};
use crate::sources::cqc::Progress;
use crate::store::outbox::Mode;
use crate::store::{Store, lists};

/// The jobs by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Job {
    /// Read the sources
    Collect,
    /// Evaluate the policy, reconcile flags, queue alerts
    Assess,
    /// Send what is due
    Deliver,
    /// All three
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
    #[arg(long, value_name = "NAME", requires = "accept_mass_change")]
    by: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT", requires = "accept_mass_change")]
    reason: Option<String>,
}

impl Args {
    fn accepted(&self) -> Result<Option<Accepted<'_>>, Fault> {
        if !self.accept_mass_change {
            return Ok(None);
        }
        match (self.by.as_deref().map(str::trim), self.reason.as_deref().map(str::trim)) {
            (Some(by), Some(reason)) if !by.is_empty() && !reason.is_empty() => {
                Ok(Some(Accepted { by, reason }))
            }
            _ => Err(Fault::BadInput(
                "error: --accept-mass-change needs --by NAME and --reason TEXT, neither blank".into(),
            )),
        }
    }

    const fn jobs(&self) -> Jobs {
        match self.job {
            Job::Collect => Jobs::Collect,
            Job::Assess => Jobs::Assess,
            Job::Deliver => Jobs::Deliver,
            Job::All => Jobs::All,
        }
    }
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit, Fault> {
    let accepted = args.accepted()?;
    if args.as_of.is_some() && args.job == Job::Deliver {
        return Err(Fault::BadInput(
            "error: --as-of is not for deliver, which goes by the real clock".into(),
        ));
    }
    let config = context.config()?;
    let clock = args.as_of.map_or_else(Clock::real, Clock::from);
    if clock.now() > clock::real_now() {
        return Err(Fault::BadInput(format!("error: --as-of {} is in the future", clock.now())));
    }
    let mut store = open_writer(&config.store.path, args.wait)?;
    not_before_newest(&store, args.as_of)?;
    store.close_interrupted_runs(clock::real_now())?;
    let done = cycle_on_terminal(&mut store, &config, args, clock, accepted)?;
    report(&done, context)?;
    Ok(if done.is_fine() { Exit::Fine } else { Exit::Failed })
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
    store: &mut Store,
    config: &Config,
    args: &Args,
    clock: Clock,
    accepted: Option<Accepted<'_>>,
) -> Result<Done, Fault> {
    let bar = progress::bar();
    let show = |source: &str, progress: Progress| {
        bar.set_length(u64::try_from(progress.total).unwrap_or(0));
        bar.set_position(u64::try_from(progress.done).unwrap_or(0));
        bar.set_message(format!("reading {source}"));
    };
    let how = Cycle {
        jobs: args.jobs(),
        clock,
        due_only: args.due,
        mode: if args.now { Mode::Now } else { Mode::Due },
        accepted,
        progress: &show,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(cycle(store, config, how));
    bar.finish_and_clear();
    Ok(done?)
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
    let how = if source.full { "all of the register" } else { "what changed" };
    format!(
        "collect  {}: {} records read ({how}), {} new facts, {} rejects",
        source.id, source.records, source.facts, source.rejects
    )
}

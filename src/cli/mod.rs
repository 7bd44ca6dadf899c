//! The command line: one file a subcommand. Standard output holds the answer only.

mod alarm;
mod args;
mod backup;
mod check;
mod decide;
mod demo;
mod explain;
mod flags;
mod generate;
mod init;
mod mail;
mod out;
mod outbox;
mod policy;
mod progress;
mod providers;
mod restore;
mod returns;
mod run;
mod runs;
mod serve;
mod status;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use jiff::Timestamp;

use crate::config::{self, Config};
use crate::exit::Exit;
use crate::store::{Store, StoreError};
use crate::telemetry::{self, LogFormat, Verbosity};

pub use args::parse_instant;
use out::Out;

/// Watches home-care providers for a council: ratings in, flags and contingency alerts out.
#[derive(Debug, Parser)]
#[command(name = "carewarden", version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "Exit codes: 0 fine, 1 failed, 2 bad input (configuration, arguments), 3 findings where --fail-on \
asked for them.\n\nNew here? `carewarden demo` does the whole job on recorded real data, without network or configuration.";

/// Options of every subcommand.
#[derive(Debug, clap::Args)]
struct Global {
    /// The configuration file
    #[arg(long, global = true, value_name = "FILE", default_value = "/etc/carewarden/carewarden.toml")]
    config: PathBuf,
    /// Form of the log: `auto` is the journal under systemd, else text on standard error
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "FORMAT")]
    log: LogFormat,
    /// Log what is done, step by step
    #[arg(long, short, global = true)]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Do the whole job on built-in recorded real data: no network, no configuration
    Demo(demo::Args),
    /// Write a first configuration and policy, from answers or flags
    Init(init::Args),
    /// Validate configuration, policy, routes and templates
    Check,
    /// Run the jobs once and exit
    Run(run::Args),
    /// Tell whether all is well: last and next runs, mail, sources, backup; exit 1 if not
    Status(status::Args),
    /// Copy the database, beside a daemon that is at work
    Backup(backup::Args),
    /// Put a backup in the place of the database; the one before is kept
    Restore(restore::Args),
    /// Run the jobs by their schedules until told to stop
    Serve,
    /// List flags: who is poor, since when, and why
    Flags(flags::Args),
    /// Tell why a flag was raised, from which document, and who was told
    Explain(explain::Args),
    /// List providers and their locations with ratings and flags
    Providers(providers::Args),
    /// List whose returns are due, came late, were refused or are missing
    Returns(returns::Args),
    /// List mails, or retry or drop a dead letter
    Outbox(outbox::Args),
    /// List the runs of jobs
    Runs(runs::Args),
    /// Check the relay, or preview an alert
    #[command(subcommand)]
    Mail(mail::Command),
    /// Test the policy
    #[command(subcommand)]
    Policy(policy::Command),
    /// Take a flag on, put it to rest, or close it
    Ack(decide::Ack),
    /// Silence a rule or a subject until an end
    Silence(decide::Silence),
    /// Record a decision or an observation about a provider or location
    Note(decide::Note),
    /// Set the stage of a provider or location
    Stage(decide::Stage),
    /// Tell the operator that the service has failed and stays down
    #[command(hide = true)]
    Alarm(alarm::Args),
    /// Write manual pages and completions
    #[command(hide = true)]
    Generate(generate::Args),
}

/// What a subcommand needs from outside itself.
struct Context {
    config_path: PathBuf,
    out: Out,
}

impl Context {
    /// The configuration, or every fault of it on standard error.
    fn config(&self) -> Result<Config, Fault> {
        match config::load(&self.config_path) {
            Ok(loaded) => Ok(loaded.config),
            Err(faults) => Err(Fault::BadInput(faults.to_string())),
        }
    }

    fn reader(&self) -> Result<(Config, Store), Fault> {
        let config = self.config()?;
        let store = Store::open_reader(&config.store.path)?;
        Ok((config, store))
    }
}

/// Why a subcommand did not do what it was asked.
#[derive(Debug)]
enum Fault {
    /// The configuration or an argument is wrong; the text is complete.
    BadInput(String),
    /// Something failed.
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Parses the arguments, runs the subcommand and says what went wrong, if something did.
#[must_use]
pub fn main() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers; anything else is a fault of the arguments. A closed
            // pipe is neither.
            let _closed = error.print();
            return if error.use_stderr() { Exit::BadInput } else { Exit::Fine };
        }
    };
    // The daemon's log is what an operator has of it.
    let is_verbose = cli.global.verbose || matches!(cli.command, Command::Serve);
    let verbosity = if is_verbose { Verbosity::Verbose } else { Verbosity::Normal };
    telemetry::start(cli.global.log, verbosity);
    let mut context = Context { config_path: cli.global.config, out: Out::stdout() };
    match dispatch(cli.command, &mut context).and_then(|exit| Ok(context.out.flush().map(|()| exit)?)) {
        Ok(exit) => exit,
        Err(Fault::BadInput(text)) => {
            out::error(&text);
            Exit::BadInput
        }
        Err(Fault::Failed(error)) => {
            out::error(&format!("error: {error:#}"));
            Exit::Failed
        }
    }
}

fn dispatch(command: Command, context: &mut Context) -> Result<Exit, Fault> {
    match command {
        Command::Demo(args) => demo::run(&args, context),
        Command::Init(args) => init::run(&args, context),
        Command::Check => check::run(context),
        Command::Run(args) => run::run(&args, context),
        Command::Status(args) => status::run(&args, context),
        Command::Backup(args) => backup::run(&args, context),
        Command::Restore(args) => restore::run(&args, context),
        Command::Serve => serve::run(context),
        Command::Flags(args) => flags::run(&args, context),
        Command::Explain(args) => explain::run(&args, context),
        Command::Providers(args) => providers::run(&args, context),
        Command::Returns(args) => returns::run(&args, context),
        Command::Outbox(args) => outbox::run(&args, context),
        Command::Runs(args) => runs::run(&args, context),
        Command::Mail(command) => mail::run(&command, context),
        Command::Policy(command) => policy::run(&command, context),
        Command::Ack(args) => decide::ack(&args, context),
        Command::Silence(args) => decide::silence(&args, context),
        Command::Note(args) => decide::note(&args, context),
        Command::Stage(args) => decide::stage(&args, context),
        Command::Alarm(args) => alarm::run(&args, context),
        Command::Generate(args) => generate::run(&args),
    }
}

/// Opens for writing, waiting for another writer as long as asked.
fn open_writer(path: &Path, wait_s: u64) -> Result<Store, StoreError> {
    Store::open_writer(path, std::time::Duration::from_secs(wait_s))
}

/// `--as-of`, or the end of time: everything that is known.
fn as_of(given: Option<Timestamp>) -> Timestamp {
    given.unwrap_or(Timestamp::MAX)
}

//! Logging: to the journal with fields under systemd, as text on a terminal, as JSON by flag. A
//! failure is logged once, where it is handled; addresses are masked and secrets have no way to
//! print.

pub mod events;
mod journal;

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// The journal where systemd started us with it, text elsewhere.
    Auto,
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// Warnings and errors; in the journal also what is done, because nobody watches it run.
    Normal,
    /// What is done, step by step.
    Verbose,
}

/// Warnings and errors; the mail library's never below errors, because it would write login lines.
const WARNINGS: &str = "warn,lettre=error";
/// Our own crate step by step besides.
const STEPS: &str = "warn,carewarden=info,lettre=error";

impl Verbosity {
    const fn filter(self) -> &'static str {
        match self {
            Self::Normal => WARNINGS,
            Self::Verbose => STEPS,
        }
    }
}

/// Starts logging. A second call changes nothing.
pub fn start(format: LogFormat, verbosity: Verbosity) {
    if format == LogFormat::Auto
        && journal::is_ours()
        && let Ok(layer) = journal::layer()
    {
        let registry = tracing_subscriber::registry().with(EnvFilter::new(STEPS));
        // A subscriber that is already there (tests in one process) stays, here and below.
        let _already = registry.with(layer).try_init();
        return;
    }
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(verbosity.filter()))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    let _already = match format {
        LogFormat::Auto | LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}

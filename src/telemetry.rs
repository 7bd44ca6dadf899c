//! Logging: to standard error, as text or, by flag, as JSON. A failure is logged once, where it is
//! handled; addresses are masked and secrets have no way to print.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// Warnings and errors.
    Normal,
    /// What is done, step by step.
    Verbose,
}

impl Verbosity {
    /// Our own crate at the asked level; the rest at warnings, and the mail library never below,
    /// because it would write login lines into the log.
    const fn filter(self) -> &'static str {
        match self {
            Self::Normal => "warn,lettre=error",
            Self::Verbose => "warn,carewarden=info,lettre=error",
        }
    }
}

/// Starts logging. A second call changes nothing.
pub fn start(format: LogFormat, verbosity: Verbosity) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(verbosity.filter()))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    // A subscriber that is already there (tests in one process) stays.
    let _already = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}

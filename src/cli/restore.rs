//! `carewarden restore`

use std::path::PathBuf;
use std::time::Duration;

use super::args::Officer;
use super::decide::Wait;
use super::{Context, Fault};
use crate::clock;
use crate::exit::Exit;
use crate::store::restore::{Restoring, restore};

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The backup; it is looked through first and stays where it is
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    officer: Officer,
    #[command(flatten)]
    wait: Wait,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit, Fault> {
    let config = context.config()?;
    let how = Restoring {
        by: &args.officer.by,
        reason: &args.officer.reason,
        at: clock::real_now(),
        wait: Duration::from_secs(args.wait.wait),
    };
    let aside = restore(&args.file, &config.store.path, how)?;
    context.out.line(&format!("{} is now as in {}.", config.store.path.display(), args.file.display()))?;
    if let Some(aside) = aside {
        context.out.line(&format!("The database before is kept as {}.", aside.display()))?;
    }
    for line in [
        "Mails that were queued when the backup was made may be sent once more, the same bytes under the same Message-ID.",
        "Flags raised since the backup are raised anew and may have other numbers; decisions made since must be entered again.",
        "Next: carewarden status, then carewarden run.",
    ] {
        context.out.line(line)?;
    }
    Ok(Exit::Fine)
}

//! `carewarden backup`

use std::path::PathBuf;

use super::{Context, Fault};
use crate::clock;
use crate::exit::Exit;
use crate::store::{Store, backup};

/// Arguments of `backup`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Copy to this file, which must not be there yet; by default to the folder of [backup]
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit, Fault> {
    let config = context.config()?;
    let folder = config.backup.as_ref().map(|settings| settings.dir.as_path());
    let to = match (&args.to, folder) {
        (Some(file), _) => file.clone(),
        (None, Some(folder)) => backup::path_in(folder, clock::real_now()),
        (None, None) => {
            let text = "error: the configuration has no [backup]; give a file with --to FILE";
            return Err(Fault::BadInput(text.into()));
        }
    };
    // Beside a daemon that is at work: a copy needs no right to write.
    let store = Store::open_reader(&config.store.path)?;
    let bytes = backup::copy(store.sql(), &to)?;
    context.out.line(&format!("{} ({bytes} bytes), looked through and sound.", to.display()))?;
    Ok(Exit::Fine)
}

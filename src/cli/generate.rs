//! `carewarden generate`: manual pages and completions from the definition of the command line, so
//! that they cannot differ from it. Hidden, because only packaging asks for it.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, Fault};
use crate::exit::Exit;

/// The shells that Debian's users have.
const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

/// Arguments of `generate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where the folders `man` and `completions` are made
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<Exit, Fault> {
    let man = folder(&args.dir, "man")?;
    clap_mangen::generate_to(Cli::command(), &man)
        .with_context(|| format!("cannot write manual pages into {}", man.display()))?;
    let completions = folder(&args.dir, "completions")?;
    for shell in SHELLS {
        clap_complete::generate_to(shell, &mut Cli::command(), "carewarden", &completions)
            .with_context(|| format!("cannot write completions into {}", completions.display()))?;
    }
    Ok(Exit::Fine)
}

fn folder(dir: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let path = dir.join(name);
    std::fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
    Ok(path)
}

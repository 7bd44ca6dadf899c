//! `carewarden init`: a first configuration, from answers on a terminal or from flags.

mod ask;
mod draft;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use super::{Context, Fault};
use crate::config::{self, Faults};
use crate::exit::Exit;
use ask::{Answers, ask};
use draft::{Draft, KEY_FILE};

/// Arguments of `init`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The council's name, as it stands at the head of mails
    #[arg(long, value_name = "NAME")]
    council: Option<String>,
    /// A local authority to watch, as the register writes it; may be given again
    #[arg(long, value_name = "NAME")]
    local_authority: Vec<String>,
    /// The mail relay
    #[arg(long, value_name = "HOST", conflicts_with = "mail_dir")]
    relay: Option<String>,
    /// The relay's port
    #[arg(long, value_name = "PORT", requires = "relay")]
    port: Option<u16>,
    /// How the connection to the relay is protected; "none" is for this machine only
    #[arg(long, value_name = "TLS", requires = "relay", value_parser = ["starttls", "tls", "none"])]
    tls: Option<String>,
    /// Write mails as files into this folder instead of sending them
    #[arg(long, value_name = "DIR")]
    mail_dir: Option<PathBuf>,
    /// The address that mails come from
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// Who is told of contingencies
    #[arg(long, value_name = "ADDRESS")]
    contingency: Option<String>,
    /// Who is told of everything about providers; by default the same
    #[arg(long, value_name = "ADDRESS")]
    quality: Option<String>,
    /// Who is told of faults of the program; by default the same as contingencies
    #[arg(long, value_name = "ADDRESS")]
    operator: Option<String>,
    /// A file with the subscription key of the regulator's API, to be copied beside the configuration
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Where the database will be; by default /var/lib/carewarden for a configuration in /etc, else beside it
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Ask nothing: what is not given must have a default
    #[arg(long)]
    yes: bool,
}

/// The folder whose configurations have their database under /var/lib.
const ETC: &str = "/etc";

/// Where such a database is.
const DATABASE: &str = "/var/lib/carewarden/carewarden.db";

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit, Fault> {
    let path = context.config_path.clone();
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let asks = io::stdin().is_terminal() && !args.yes;
    let answers = if asks {
        context.out.flush()?;
        ask(args, &mut io::stdin().lock(), &mut io::stderr().lock())?
    } else {
        Answers::from_flags(args)
    };
    let answers = answers.complete().map_err(Fault::BadInput)?;
    let draft = Draft::new(&answers, database(args, &path), args.key_file.as_deref())?;
    draft.refuse_taken(&path, &folder)?;
    let sound = draft.write(&path, &folder)?;
    sound.map_err(|faults| refused(&faults, &path))?;
    for line in next_steps(&path, &folder, draft.has_key()) {
        context.out.line(&line)?;
    }
    Ok(Exit::Fine)
}

fn database(args: &Args, path: &Path) -> PathBuf {
    match &args.database {
        Some(database) => database.clone(),
        None if path.starts_with(ETC) => PathBuf::from(DATABASE),
        None => PathBuf::from("carewarden.db"),
    }
}

fn refused(faults: &Faults, path: &Path) -> Fault {
    Fault::BadInput(format!(
        "error: these answers make no sound configuration; {} was not written\n{faults}",
        path.display()
    ))
}

/// What to do next, in three steps.
fn next_steps(path: &Path, folder: &Path, has_key: bool) -> Vec<String> {
    let config = path.display();
    let key = folder.join(KEY_FILE);
    let first = if has_key {
        format!("Read {config} and the rules in {}: they are yours now.", folder.join("policy").display())
    } else {
        format!(
            "Put the subscription key of the regulator's API into {} (https://api-portal.service.cqc.org.uk).",
            key.display()
        )
    };
    vec![
        format!("Wrote {config}, which `carewarden check` finds sound."),
        "Next:".to_owned(),
        format!("  1. {first}"),
        format!("  2. carewarden mail check --config {config}"),
        format!(
            "  3. carewarden run --config {config}   (the first run is the baseline: one summary a recipient)"
        ),
    ]
}

/// Reads the written configuration as `check` would.
fn check(path: &Path) -> Result<(), Faults> {
    config::load(path).map(drop)
}

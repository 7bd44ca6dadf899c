//! `carewarden mail check` and `carewarden mail preview`

use std::path::{Path, PathBuf};

use super::{Context, Fault};
use crate::alerts::{self, Rendered, Sample, render};
use crate::exit::Exit;
use crate::mail;

/// Subcommands of `mail`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Try the relay's TLS and login without sending anything
    Check,
    /// Show an alert as it would look, with a made-up provider
    Preview(Preview),
}

/// Arguments of `mail preview`.
#[derive(Debug, clap::Args)]
pub struct Preview {
    /// Which sample
    #[arg(value_name = "SAMPLE", default_value = "contingency", value_parser = parse_sample)]
    sample: Sample,
    /// Print the HTML part instead of the text part
    #[arg(long)]
    html: bool,
    /// Write the text and HTML parts into this folder instead
    #[arg(long, value_name = "DIR", conflicts_with = "html")]
    dir: Option<PathBuf>,
    /// Use the templates that ship with the program, without a configuration
    #[arg(long)]
    builtin: bool,
}

fn parse_sample(text: &str) -> Result<Sample, String> {
    Sample::parse(text).ok_or_else(|| {
        let words: Vec<&str> = Sample::ALL.iter().map(|sample| sample.as_str()).collect();
        format!("expected one of {}", words.join(", "))
    })
}

pub(super) fn run(command: &Command, context: &mut Context) -> Result<Exit, Fault> {
    match command {
        Command::Check => check(context),
        Command::Preview(args) => preview(args, context),
    }
}

fn check(context: &mut Context) -> Result<Exit, Fault> {
    let config = context.config()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for line in runtime.block_on(mail::check(&config.mail))? {
        context.out.line(&line)?;
    }
    Ok(Exit::Fine)
}

fn preview(args: &Preview, context: &mut Context) -> Result<Exit, Fault> {
    let templates = if args.builtin { alerts::Templates::builtin() } else { context.config()?.templates };
    let rendered = render(&templates, &args.sample.alert())
        .map_err(|fault| Fault::BadInput(format!("error: {fault}")))?;
    if let Some(dir) = &args.dir {
        write_preview(dir, args.sample.as_str(), rendered, context)?;
    } else if args.html {
        context.out.line(&rendered.html)?;
    } else {
        context.out.line(&format!("Subject: {}\n\n{}", rendered.subject, rendered.text))?;
    }
    Ok(Exit::Fine)
}

/// The parts as files; a browser finds the pictures beside the page.
fn write_preview(dir: &Path, name: &str, rendered: Rendered, context: &mut Context) -> Result<(), Fault> {
    std::fs::create_dir_all(dir)?;
    let Rendered { text, mut html, pictures, .. } = rendered;
    let mut files = Vec::new();
    for picture in pictures {
        let file = format!("{name}-{}", picture.file);
        html = html.replace(&format!("cid:{}", picture.cid), &file);
        files.push((file, picture.png));
    }
    files.splice(
        0..0,
        [(format!("{name}.txt"), text.into_bytes()), (format!("{name}.html"), html.into_bytes())],
    );
    for (file, bytes) in files {
        let path = dir.join(file);
        std::fs::write(&path, bytes)?;
        context.out.line(&path.display().to_string())?;
    }
    Ok(())
}

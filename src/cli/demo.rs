//! `carewarden demo`

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::out::Colour;
use super::{Context, Fault, progress};
use crate::alerts::moment_words;
use crate::config::Config;
use crate::demo::{Places, Stage, story};
use crate::domain::Severity;
use crate::exit::Exit;
use crate::flags::{EventKind, FlagEvent};
use crate::jobs::Done;
use crate::store::outbox::{self, Filter};
use crate::store::{self, StoreError, lists};

/// Without --dir, so many folders are tried before the demonstration gives up.
const FOLDERS_MAX: u32 = 1_000;

/// The source of returns in the demonstration's configuration.
const RETURNS: &str = "returns";

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to put database, configuration and mails; by default a new folder here
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit, Fault> {
    let dir = args.dir.clone().map_or_else(free_folder, Ok)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(show(&dir, context))
}

/// `carewarden-demo`, or the first free name after it: what is there is left alone.
fn free_folder() -> Result<PathBuf, Fault> {
    (1..=FOLDERS_MAX)
        .map(|number| {
            PathBuf::from(if number == 1 {
                "carewarden-demo".into()
            } else {
                format!("carewarden-demo-{number}")
            })
        })
        .find(|dir| !dir.exists())
        .ok_or_else(|| {
            Fault::BadInput("error: too many folders carewarden-demo-N here; give one with --dir DIR".into())
        })
}

async fn show(dir: &Path, context: &mut Context) -> Result<Exit, Fault> {
    let [day_one, day_two, overnight] =
        [story::DAY_ONE, story::DAY_TWO, story::OVERNIGHT].map(str::parse::<Timestamp>);
    let (day_one, day_two, overnight) = (day_one?, day_two?, overnight?);
    let mut stage = Stage::set(dir).await?;
    let bar = progress::bar();
    let step = |_: &str, at: crate::sources::cqc::Progress| {
        bar.set_length(u64::try_from(at.total).unwrap_or(0));
        bar.set_position(u64::try_from(at.done).unwrap_or(0));
        bar.set_message("reading the register");
    };
    for line in opening() {
        context.out.line(&line)?;
    }
    let first = stage.cycle(day_one, &step).await?;
    let asked = stage.requests();
    heading(context, &stage.config, "DAY 1", day_one, "the register as found")?;
    day(context, &stage, &first, asked, None)?;

    stage.overnight(overnight)?;
    heading(context, &stage.config, "OVERNIGHT", overnight, "eight changes, all made up")?;
    for told in story::TOLD {
        context.out.line(&format!(
            "  - {}\n      {}",
            told.change,
            Colour::Dim.paint(&format!("expected: {}", told.expect))
        ))?;
    }
    let second = stage.cycle(day_two, &step).await?;
    bar.finish_and_clear();
    heading(context, &stage.config, "DAY 2", day_two, "what changed")?;
    day(context, &stage, &second, stage.requests() - asked, Some(day_two))?;
    for line in closing(&stage) {
        context.out.line(&line)?;
    }
    Ok(if first.is_fine() && second.is_fine() { Exit::Fine } else { Exit::Failed })
}

fn opening() -> Vec<String> {
    vec![
        Colour::Bold.paint("Carewarden: who cares for whom, how well, and who is told when that changes."),
        "105 recorded home-care records of Oldham (Care Quality Commission, March 2025) and eight made-up"
            .into(),
        "services, behind a real HTTP server on this machine, and five made-up providers' returns in a folder."
            .into(),
        "Nothing leaves this machine.".into(),
    ]
}

fn heading(
    context: &mut Context,
    config: &Config,
    title: &str,
    at: Timestamp,
    what: &str,
) -> Result<(), Fault> {
    let when = moment_words(at, &config.council.zone);
    Ok(context.out.line(&format!("\n{}  {when}  {what}", Colour::Bold.paint(title)))?)
}

/// What one day brought: what was read, flagged and mailed.
fn day(
    context: &mut Context,
    stage: &Stage,
    done: &Done,
    asked: usize,
    since: Option<Timestamp>,
) -> Result<(), Fault> {
    for source in &done.sources {
        let read = if source.id == RETURNS {
            let files = if source.documents == 1 { "file" } else { "files" };
            format!(
                "{} {files} of returns, {} values, {} rejects",
                source.documents, source.facts, source.rejects
            )
        } else {
            format!(
                "{asked} requests, {} records, {} new facts, {} rejects",
                source.records, source.facts, source.rejects
            )
        };
        context.out.line(&format!("  read     {read}"))?;
    }
    let assessed = done.assessed.clone().unwrap_or_default();
    context.out.line(&format!("  flagged  {} opened, {} cleared", assessed.opened, assessed.cleared))?;
    if let Some(since) = since {
        for line in flag_lines(stage, since)? {
            context.out.line(&line)?;
        }
    } else {
        context.out.line(&format!("           {}", standing_words(stage)?))?;
    }
    let accepted = done.delivered.as_ref().map_or(0, |delivered| delivered.accepted);
    context.out.line(&format!("  mailed   {accepted}"))?;
    for line in mail_lines(stage, since)? {
        context.out.line(&line)?;
    }
    Ok(())
}

fn flag_lines(stage: &Stage, since: Timestamp) -> Result<Vec<String>, StoreError> {
    let history = store::facts::history(stage.store.sql(), since)?;
    let events = store::flags::events(stage.store.sql(), None, since)?;
    let line = |event: &FlagEvent| {
        let colour = match (event.kind, event.severity) {
            (EventKind::Cleared, _) => Colour::Green,
            (EventKind::Moved | EventKind::Superseded, _) => Colour::Dim,
            (_, Severity::Contingency) => Colour::Red,
            _ => Colour::Yellow,
        };
        let what = match event.kind {
            EventKind::Cleared => "cleared",
            EventKind::Moved => "moved",
            EventKind::Superseded => "superseded",
            _ => event.severity.as_str(),
        };
        format!(
            "           {}  {}  {}\n                    {}",
            event.flag,
            colour.paint(what),
            history.name(&event.subject),
            event.reason
        )
    };
    Ok(events.iter().filter(|event| event.at == since).map(line).collect())
}

fn standing_words(stage: &Stage) -> Result<String, StoreError> {
    let flags = store::flags::flags(stage.store.sql(), Timestamp::MAX)?;
    let of = |severity| flags.iter().filter(|flag| flag.last.severity == severity).count();
    Ok(format!(
        "{} contingency, {} concern, {} watch: the baseline, told in one summary each",
        of(Severity::Contingency),
        of(Severity::Concern),
        of(Severity::Watch)
    ))
}

fn mail_lines(stage: &Stage, since: Option<Timestamp>) -> Result<Vec<String>, StoreError> {
    let mails = outbox::list(stage.store.sql(), &Filter::default())?;
    Ok(mails
        .iter()
        .filter(|mail| since.is_none_or(|since| mail.queued_at >= since))
        .map(|mail| format!("           {:<17} {}", mail.recipient, mail.subject))
        .collect())
}

fn closing(stage: &Stage) -> Vec<String> {
    let Places { config, database, mails, .. } = &stage.places;
    let flag = store::flags::flags(stage.store.sql(), Timestamp::MAX)
        .unwrap_or_default()
        .into_iter()
        .rfind(|flag| flag.last.severity == Severity::Contingency && flag.last.rule == "rating-inadequate")
        .map_or_else(|| "CW-0001".to_owned(), |flag| flag.id.to_string());
    let program = std::env::args().next().unwrap_or_else(|| "carewarden".to_owned());
    vec![
        format!("\n{}", Colour::Bold.paint("WHERE IT IS")),
        format!("  database  {}", database.display()),
        format!("  mails     {}  (.eml: open one in a mail program)", mails.display()),
        format!("\n{}", Colour::Bold.paint("TRY NEXT")),
        format!("  {program} explain {flag} --config {}", config.display()),
        format!("  {program} flags --severity concern --config {}", config.display()),
        format!("  sqlite3 -readonly {} '{}'", database.display(), lists::EXAMPLE_QUERY),
        String::new(),
        Colour::Dim.paint("Contains CQC information licensed under the Open Government Licence v3.0."),
    ]
}

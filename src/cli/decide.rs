//! `carewarden ack`, `silence`, `note` and `stage`: what a named officer decides, and why.

use jiff::Timestamp;

use super::args::{Officer, parse_instant};
use super::{Context, Fault, open_writer};
use crate::clock;
use crate::config::Config;
use crate::domain::{Subject, SubjectKind};
use crate::exit::Exit;
use crate::facts::History;
use crate::flags::{self, DecisionFault, Flag, FlagEvent, FlagId};
use crate::store::decisions::{DecisionKind, NewDecision};
use crate::store::{self, Store, StoreError};

/// How long to wait for another writer.
#[derive(Debug, clap::Args)]
pub struct Wait {
    /// Wait so long for another carewarden that is writing
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub wait: u64,
}

/// Arguments of `ack`.
#[derive(Debug, clap::Args)]
pub struct Ack {
    /// The flag, as CW-0142
    #[arg(value_name = "FLAG")]
    flag: String,
    /// Put it to rest until then; if it becomes worse, it is told all the same
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant, conflicts_with = "close")]
    snooze_until: Option<Timestamp>,
    /// Close it although its condition may still hold
    #[arg(long)]
    close: bool,
    #[command(flatten)]
    officer: Officer,
    #[command(flatten)]
    wait: Wait,
}

/// Arguments of `silence`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub struct Silence {
    /// Silence every flag of this rule
    #[arg(long, value_name = "RULE", group = "what")]
    rule: Option<String>,
    /// Silence every flag about this id
    #[arg(long, value_name = "ID", group = "what")]
    subject: Option<String>,
    /// Until then
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    until: Timestamp,
    #[command(flatten)]
    officer: Officer,
    #[command(flatten)]
    wait: Wait,
}

/// Arguments of `note`.
#[derive(Debug, clap::Args)]
pub struct Note {
    /// Id of a provider or location, or a flag as CW-0142
    #[arg(value_name = "ID")]
    about: String,
    #[command(flatten)]
    officer: Officer,
    #[command(flatten)]
    wait: Wait,
}

/// Arguments of `stage`.
#[derive(Debug, clap::Args)]
pub struct Stage {
    /// Id of a provider or location
    #[arg(value_name = "ID")]
    about: String,
    /// The stage it is put in
    #[arg(value_name = "STAGE", value_parser = STAGES)]
    stage: String,
    /// When the stage is to be looked at again
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    review_by: Option<Timestamp>,
    #[command(flatten)]
    officer: Officer,
    #[command(flatten)]
    wait: Wait,
}

/// The stages of a provider, from all is well to all is over.
const STAGES: [&str; 7] =
    ["routine", "watch", "concern", "suspended", "contingency", "transferring", "closed"];

/// From here on a stage needs a date on which it is looked at again.
const REVIEWED_STAGES: [&str; 3] = ["suspended", "contingency", "transferring"];

/// The configuration and its database, for writing; a database that is not there is not made.
pub(super) fn writer(context: &Context, wait: &Wait) -> Result<(Config, Store), Fault> {
    let config = context.config()?;
    if !config.store.path.exists() {
        return Err(StoreError::Missing { path: config.store.path }.into());
    }
    let store = open_writer(&config.store.path, wait.wait)?;
    Ok((config, store))
}

pub(super) fn ack(args: &Ack, context: &mut Context) -> Result<Exit, Fault> {
    let (_, mut store) = writer(context, &args.wait)?;
    let now = clock::real_now();
    let flag = find_flag(&store, &args.flag)?;
    let (kind, event, done) =
        answer(args, &flag, now).map_err(|fault| Fault::BadInput(format!("error: {fault}")))?;
    store.write(now, |tx| {
        tx.flag_event(&event, None)?;
        tx.decision(NewDecision {
            at: now,
            kind,
            subject: Some(&flag.last.subject),
            flag: Some(flag.id),
            outbox: None,
            by: &args.officer.by,
            reason: &args.officer.reason,
            until: args.snooze_until,
            detail: None,
        })
    })?;
    context.out.line(&format!("{} {done} by {}.", flag.id, args.officer.by))?;
    Ok(Exit::Fine)
}

fn answer(
    args: &Ack,
    flag: &Flag,
    now: Timestamp,
) -> Result<(DecisionKind, FlagEvent, &'static str), DecisionFault> {
    let (by, reason) = (args.officer.by.as_str(), args.officer.reason.as_str());
    Ok(match args.snooze_until {
        Some(until) => (DecisionKind::Snooze, flags::snooze(flag, by, reason, until, now)?, "put to rest"),
        None if args.close => (DecisionKind::Close, flags::close(flag, by, reason, now)?, "closed"),
        None => (DecisionKind::Acknowledge, flags::acknowledge(flag, by, reason, now)?, "acknowledged"),
    })
}

fn find_flag(store: &Store, text: &str) -> Result<Flag, Fault> {
    let id = FlagId::parse(text).ok_or_else(|| {
        Fault::BadInput(format!("error: {text:?} is not a flag; expected one like CW-0142"))
    })?;
    let events = store::flags::events(store.sql(), Some(id), Timestamp::MAX)?;
    Flag::from_events(events).pop().ok_or_else(|| {
        Fault::BadInput(format!("error: there is no flag {id}; `carewarden flags --all` lists them"))
    })
}

/// The provider or location with this id.
fn find_subject(history: &History, id: &str) -> Result<Subject, Fault> {
    [SubjectKind::Location, SubjectKind::Provider]
        .into_iter()
        .map(|kind| Subject { kind, id: id.to_owned() })
        .find(|subject| history.knows(subject))
        .ok_or_else(|| {
            Fault::BadInput(format!(
                "error: nothing is known of {id:?}; `carewarden providers --json` lists the ids"
            ))
        })
}

fn unknown_rule(rule: &str, config: &Config) -> Fault {
    let known: Vec<&str> = config.policy.rules.iter().map(|rule| rule.id.as_str()).collect();
    Fault::BadInput(format!("error: there is no rule {rule:?} in the policy; it has {}", known.join(", ")))
}

pub(super) fn silence(args: &Silence, context: &mut Context) -> Result<Exit, Fault> {
    let (config, mut store) = writer(context, &args.wait)?;
    let now = clock::real_now();
    if args.until <= now {
        return Err(Fault::BadInput(format!("error: --until {} is over already", args.until)));
    }
    if let Some(rule) = args.rule.as_deref().filter(|rule| config.policy.rule(rule).is_none()) {
        return Err(unknown_rule(rule, &config));
    }
    let history = store::facts::history(store.sql(), Timestamp::MAX)?;
    let subject = args.subject.as_deref().map(|id| find_subject(&history, id)).transpose()?;
    store.write(now, |tx| {
        tx.decision(NewDecision {
            at: now,
            kind: DecisionKind::Silence,
            subject: subject.as_ref(),
            flag: None,
            outbox: None,
            by: &args.officer.by,
            reason: &args.officer.reason,
            until: Some(args.until),
            detail: args.rule.as_deref(),
        })
    })?;
    let what = args.rule.as_deref().or(args.subject.as_deref()).unwrap_or_default();
    context
        .out
        .line(&format!("{what} is silent until {}. What it hushes is told afterwards.", args.until))?;
    Ok(Exit::Fine)
}

pub(super) fn note(args: &Note, context: &mut Context) -> Result<Exit, Fault> {
    let (_, mut store) = writer(context, &args.wait)?;
    let history = store::facts::history(store.sql(), Timestamp::MAX)?;
    let flag =
        args.about.to_uppercase().starts_with("CW-").then(|| find_flag(&store, &args.about)).transpose()?;
    let subject = match &flag {
        Some(flag) => flag.last.subject.clone(),
        None => find_subject(&history, &args.about)?,
    };
    let now = clock::real_now();
    store.write(now, |tx| {
        tx.decision(NewDecision {
            at: now,
            kind: DecisionKind::Note,
            subject: Some(&subject),
            flag: flag.as_ref().map(|flag| flag.id),
            outbox: None,
            by: &args.officer.by,
            reason: &args.officer.reason,
            until: None,
            detail: None,
        })
    })?;
    context.out.line(&format!("Noted about {} ({}).", history.name(&subject), subject.id))?;
    Ok(Exit::Fine)
}

pub(super) fn stage(args: &Stage, context: &mut Context) -> Result<Exit, Fault> {
    if REVIEWED_STAGES.contains(&args.stage.as_str()) && args.review_by.is_none() {
        return Err(Fault::BadInput(format!("error: stage {} needs --review-by INSTANT", args.stage)));
    }
    let (_, mut store) = writer(context, &args.wait)?;
    let history = store::facts::history(store.sql(), Timestamp::MAX)?;
    let subject = find_subject(&history, &args.about)?;
    let now = clock::real_now();
    store.write(now, |tx| {
        tx.decision(NewDecision {
            at: now,
            kind: DecisionKind::Stage,
            subject: Some(&subject),
            flag: None,
            outbox: None,
            by: &args.officer.by,
            reason: &args.officer.reason,
            until: args.review_by,
            detail: Some(&args.stage),
        })
    })?;
    context.out.line(&format!("{} ({}) is at stage {}.", history.name(&subject), subject.id, args.stage))?;
    Ok(Exit::Fine)
}

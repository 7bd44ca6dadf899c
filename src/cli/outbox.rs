//! `carewarden outbox`: mails waiting, on their way and gone; what to do with a dead letter.

use super::args::{ListArgs, Officer};
use super::decide::{Wait, writer};
use super::out::Colour;
use super::{Context, Fault};
use crate::alerts::moment_words;
use crate::clock;
use crate::exit::Exit;
use crate::store::outbox::{self, Filter, MailState, OutboxError, Row};

/// Arguments of `outbox`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    /// Only mails in this state; may be given more than once
    #[arg(long, value_name = "STATE", value_parser = parse_state)]
    state: Vec<MailState>,
    /// Only mails to this recipient's id
    #[arg(long, value_name = "ID")]
    recipient: Option<String>,
    /// Only mails of this alert, as CW-0142
    #[arg(long, value_name = "ALERT")]
    alert: Option<String>,
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Send a dead letter again: the same bytes under the same Message-ID
    Retry {
        /// The mail's number
        id: i64,
        #[command(flatten)]
        wait: Wait,
    },
    /// Give a mail up
    Drop {
        /// The mail's number
        id: i64,
        #[command(flatten)]
        officer: Officer,
        #[command(flatten)]
        wait: Wait,
    },
    /// Print a mail as it is sent, byte for byte
    Show {
        /// The mail's number
        id: i64,
    },
}

fn parse_state(text: &str) -> Result<MailState, String> {
    MailState::parse(text).ok_or_else(|| {
        let words: Vec<&str> = MailState::ALL.iter().map(|state| state.as_str()).collect();
        format!("expected one of {}", words.join(", "))
    })
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit, Fault> {
    match &args.action {
        None => list(args, context),
        Some(Action::Show { id }) => show(*id, context),
        Some(Action::Retry { id, wait }) => {
            let now = clock::real_now();
            let (_, mut store) = writer(context, wait)?;
            store.write(now, |tx| outbox::retry(tx, *id, now)).map_err(bad_input)?;
            context.out.line(&format!("Mail {id} is queued again; `carewarden run deliver` sends it."))?;
            Ok(Exit::Fine)
        }
        Some(Action::Drop { id, officer, wait }) => {
            let now = clock::real_now();
            let (_, mut store) = writer(context, wait)?;
            store
                .write(now, |tx| outbox::drop_mail(tx, *id, &officer.by, &officer.reason, now))
                .map_err(bad_input)?;
            context.out.line(&format!("Mail {id} was dropped by {}.", officer.by))?;
            Ok(Exit::Fine)
        }
    }
}

fn bad_input(error: OutboxError) -> Fault {
    match error {
        OutboxError::Store(error) => error.into(),
        wrong => Fault::BadInput(format!("error: {wrong}")),
    }
}

fn show(id: i64, context: &mut Context) -> Result<Exit, Fault> {
    let (_, store) = context.reader()?;
    if outbox::one(store.sql(), id, None)?.is_none() {
        return Err(bad_input(OutboxError::Missing { id }));
    }
    let mail = outbox::load(store.sql(), id)?;
    context.out.line(String::from_utf8_lossy(&mail.bytes).trim_end())?;
    Ok(Exit::Fine)
}

fn list(args: &Args, context: &mut Context) -> Result<Exit, Fault> {
    let (config, store) = context.reader()?;
    let filter = Filter {
        states: args.state.clone(),
        recipient: args.recipient.clone(),
        alert: args.alert.clone(),
        as_of: args.list.as_of,
    };
    let rows = outbox::list(store.sql(), &filter)?;
    if args.list.json {
        context.out.json(&rows)?;
    } else if rows.is_empty() {
        context.out.line("No mails.")?;
    } else {
        let rows = rows.iter().map(|row| table_row(row, &config.council.zone)).collect();
        context.out.table(&["mail", "state", "to", "queued", "tries", "subject", "last reply"], rows)?;
    }
    Ok(Exit::Fine)
}

fn table_row(row: &Row, zone: &jiff::tz::TimeZone) -> Vec<String> {
    let colour = match row.state {
        MailState::Accepted => Colour::Green,
        MailState::Refused => Colour::Red,
        MailState::Dropped => Colour::Dim,
        MailState::Queued | MailState::Sending | MailState::Deferred | MailState::Unknown => Colour::Yellow,
    };
    vec![
        row.id.to_string(),
        colour.paint(row.state.as_str()),
        row.recipient.clone(),
        moment_words(row.queued_at, zone),
        row.attempts.to_string(),
        row.subject.clone(),
        row.last_reply.clone().unwrap_or_default(),
    ]
}

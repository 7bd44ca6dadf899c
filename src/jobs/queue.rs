//! From an alert to a row of the outbox: rendered once, kept as bytes.

use jiff::Timestamp;

use super::JobError;
use crate::alerts::{Alert, Item, Kind, Recipient, Refusal, Rendered, Templates, render};
use crate::config::Config;
use crate::flags::FlagId;
use crate::mail::{self, Outgoing};
use crate::store::outbox::{self, NewMail};
use crate::store::{Tx, lists};

/// An alert to queue.
pub(crate) struct Post<'a> {
    pub(crate) alert: &'a Alert,
    pub(crate) run: Option<i64>,
    pub(crate) at: Timestamp,
}

/// What identifies a mail: its name in lists, its Message-ID, and the thread it belongs to.
struct Identity {
    reference: String,
    message_id: String,
    thread: Option<String>,
}

/// Renders, composes and queues; `None` when its recipient is not in the configuration any more.
pub(crate) fn queue(tx: &Tx<'_>, config: &Config, post: &Post<'_>) -> Result<Option<i64>, JobError> {
    let alert = post.alert;
    let Some(recipient) = config.recipients.iter().find(|recipient| recipient.id == alert.recipient) else {
        return Ok(None);
    };
    let rendered = words(config, alert)?;
    let identity = identity(tx, config, post)?;
    let bytes = bytes(config, post, recipient, &rendered, &identity)?;
    let new = NewMail {
        run: post.run,
        alert: &identity.reference,
        kind: alert.kind,
        recipient: &recipient.id,
        address: &recipient.address,
        envelope_from: &config.mail.bounce,
        severity: alert.severity,
        why: alert.why,
        subject: &rendered.subject,
        message_id: &identity.message_id,
        queued_at: post.at,
        bytes: &bytes,
        content: &serde_json::to_string(alert).unwrap_or_default(),
    };
    Ok(Some(outbox::append(tx, &new)?))
}

/// A council's own template that fails on this alert must not cost the alert.
fn words(config: &Config, alert: &Alert) -> Result<Rendered, JobError> {
    let rendered = render(&config.templates, alert).or_else(|fault| {
        tracing::error!(name: "template_failed", %fault, "a template failed; the shipped one is used instead");
        render(&Templates::builtin(), alert)
    })?;
    Ok(rendered)
}

fn identity(tx: &Tx<'_>, config: &Config, post: &Post<'_>) -> Result<Identity, JobError> {
    let alert = post.alert;
    let reference = reference(alert, post.run);
    let told = format!("{reference} {:?}", distinct(alert, |item| &item.flag));
    let event = format!("{} {} {}", alert.kind.as_str(), alert.why.as_str(), post.at);
    let domain = mail::domain_of(&config.mail.from);
    let message_id = mail::message_id(&config.council.name, &told, &event, &alert.recipient, domain);
    let flag = alert.items.first().and_then(|item| FlagId::parse(&item.flag));
    let thread = match (alert.kind, flag) {
        (Kind::Alert | Kind::Source, Some(flag)) => {
            lists::first_message_id(tx.sql(), flag.0, &alert.recipient)?
        }
        _ => None,
    };
    Ok(Identity { reference, message_id, thread })
}

fn bytes(
    config: &Config,
    post: &Post<'_>,
    recipient: &Recipient,
    rendered: &Rendered,
    identity: &Identity,
) -> Result<Vec<u8>, JobError> {
    let alert = post.alert;
    let bytes = mail::compose(&Outgoing {
        from: &config.mail.from,
        to_name: recipient.name.as_deref(),
        to_address: &recipient.address,
        reply_to: config.mail.reply_to.as_deref(),
        subject: &rendered.subject,
        message_id: &identity.message_id,
        in_reply_to: identity.thread.as_deref(),
        date: &post.at.to_zoned(config.council.zone.clone()),
        council: &config.council.name,
        kind: alert.kind,
        why: alert.why,
        severity: alert.severity,
        flags: &distinct(alert, |item| &item.flag),
        rules: &distinct(alert, |item| &item.rule),
        subjects: &subjects(alert),
        text: &rendered.text,
        html: &rendered.html,
        pictures: &rendered.pictures,
    })?;
    Ok(bytes)
}

/// What the items say of themselves, each once, in their order.
fn distinct(alert: &Alert, of: impl Fn(&Item) -> &String) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for one in alert.items.iter().map(of) {
        if !all.contains(one) {
            all.push(one.clone());
        }
    }
    all
}

/// The ids of those it is about.
fn subjects(alert: &Alert) -> Vec<String> {
    alert.refusal.as_ref().map_or_else(|| distinct(alert, |item| &item.subject.id), Refusal::ids)
}

/// What a mail is called in lists: its gravest flag, its document, or its kind and run.
fn reference(alert: &Alert, run: Option<i64>) -> String {
    if let Some(refusal) = &alert.refusal {
        return refusal.reference();
    }
    match (alert.kind, alert.items.first()) {
        (Kind::Alert | Kind::Source, Some(item)) => item.flag.clone(),
        (kind, _) => format!("{}-{}", kind.as_str(), run.unwrap_or_default()),
    }
}

//! From an alert to a row of the outbox: rendered once, kept as bytes.

use jiff::Timestamp;

use super::JobError;
use crate::alerts::{Alert, Kind, Templates, render};
use crate::config::Config;
use crate::mail::{self, Outgoing};
use crate::store::outbox::{self, NewMail};
use crate::store::{Tx, lists};

/// An alert to queue.
pub(super) struct Post<'a> {
    pub(super) alert: &'a Alert,
    pub(super) run: Option<i64>,
    pub(super) at: Timestamp,
}

/// Renders, composes and queues; `None` when its recipient is not in the configuration any more.
pub(super) fn queue(tx: &Tx<'_>, config: &Config, post: &Post<'_>) -> Result<Option<i64>, JobError> {
    let alert = post.alert;
    let Some(recipient) = config.recipients.iter().find(|recipient| recipient.id == alert.recipient) else {
        return Ok(None);
    };
    // A council's own template that fails on this alert must not cost the alert.
    let rendered = render(&config.templates, alert).or_else(|fault| {
        tracing::error!(%fault, "a template failed; the shipped one is used instead");
        render(&Templates::builtin(), alert)
    })?;
    let distinct = |of: &dyn Fn(&crate::alerts::Item) -> String| {
        let mut all: Vec<String> = Vec::new();
        for one in alert.items.iter().map(of) {
            if !all.contains(&one) {
                all.push(one);
            }
        }
        all
    };
    let flags = distinct(&|item| item.flag.clone());
    let reference = reference(alert, post.run);
    let event = format!("{} {} {}", alert.kind.as_str(), alert.why.as_str(), post.at);
    let domain = mail::domain_of(&config.mail.from);
    let message_id = mail::message_id(
        &config.council.name,
        &format!("{reference} {flags:?}"),
        &event,
        &recipient.id,
        domain,
    );
    let first_flag = alert.items.first().and_then(|item| crate::flags::FlagId::parse(&item.flag));
    let thread = match (alert.kind, first_flag) {
        (Kind::Alert | Kind::Source, Some(flag)) => lists::first_message_id(tx.sql(), flag.0, &recipient.id)?,
        _ => None,
    };
    let bytes = mail::compose(&Outgoing {
        from: &config.mail.from,
        to_name: recipient.name.as_deref(),
        to_address: &recipient.address,
        reply_to: config.mail.reply_to.as_deref(),
        subject: &rendered.subject,
        message_id: &message_id,
        in_reply_to: thread.as_deref(),
        date: &post.at.to_zoned(config.council.zone.clone()),
        council: &config.council.name,
        kind: alert.kind,
        why: alert.why,
        severity: alert.severity,
        flags: &flags,
        rules: &distinct(&|item| item.rule.clone()),
        subjects: &distinct(&|item| item.subject.id.clone()),
        text: &rendered.text,
        html: &rendered.html,
    })?;
    let new = NewMail {
        run: post.run,
        alert: &reference,
        kind: alert.kind,
        recipient: &recipient.id,
        address: &recipient.address,
        envelope_from: &config.mail.bounce,
        severity: alert.severity,
        why: alert.why,
        subject: &rendered.subject,
        message_id: &message_id,
        queued_at: post.at,
        bytes: &bytes,
        content: &serde_json::to_string(alert).unwrap_or_default(),
    };
    Ok(Some(outbox::append(tx, &new)?))
}

/// What a mail is called in lists: its gravest flag, or its kind and run.
fn reference(alert: &Alert, run: Option<i64>) -> String {
    match (alert.kind, alert.items.first()) {
        (Kind::Alert | Kind::Source, Some(item)) => item.flag.clone(),
        (kind, _) => format!("{}-{}", kind.as_str(), run.unwrap_or_default()),
    }
}

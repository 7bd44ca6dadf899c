//! When the database cannot be used, the ways that need none: a word to the monitor, the log, and a
//! mail to the operator that passes by the outbox. At most one such mail a day.

mod marker;

use jiff::Timestamp;

use crate::alerts::{Kind, Routing, Why, moment_words};
use crate::config::Config;
use crate::domain::Severity;
use crate::mail::{self, ComposeError, Outgoing, Transport, compose, mask, message_id};
use crate::store::outbox::{Due, MailState};
use crate::store::runs::Outcome;

/// What such a mail is called in its file's name and Message-ID.
const NAME: &str = "emergency";

/// Who could be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Recipients' ids whose mail was accepted.
    pub mailed: Vec<String>,
    /// The operator was mailed already in the last day, so no mail was sent now.
    pub told_before: bool,
    /// Why the others could not be told, in words.
    pub faults: Vec<String>,
}

/// Tells the operator that the database cannot be used. `fault` is the error with its next step.
/// Nothing here fails: what could not be done is in the answer and in the log.
pub async fn tell(config: &Config, fault: &str, now: Timestamp) -> Told {
    tracing::error!(name: "store_unusable", fault, database = %config.store.path.display(), "the database cannot be used");
    // The warning of a monitor that does not answer is logged there.
    let _answered = super::heartbeat::ping(config, Outcome::Failed).await;
    if marker::told_today(&config.store.path, now) {
        return Told { told_before: true, ..Told::default() };
    }
    let mut told = mail_all(config, fault, now).await;
    if !told.mailed.is_empty()
        && let Err(error) = marker::set(&config.store.path, now)
    {
        told.faults.push(format!("it could not be noted that a mail was sent: {error}"));
    }
    for fault in &told.faults {
        tracing::error!(fault, "the operator could not be told by mail");
    }
    told
}

async fn mail_all(config: &Config, fault: &str, now: Timestamp) -> Told {
    let mut told = Told::default();
    let routing = Routing { routes: &config.routes, recipients: &config.recipients };
    let mut transport = Transport::new(&config.mail);
    for id in routing.told_of(Severity::Operator) {
        let mail = match due(config, id, fault, now) {
            Ok(mail) => mail,
            Err(error) => {
                told.faults.push(error.to_string());
                continue;
            }
        };
        if !transport.is_open()
            && let Err(answer) = transport.open().await
        {
            told.faults.push(format!("{}: {}", mail::place(&config.mail), answer.heard));
            break;
        }
        let answer = transport.send(&mail).await;
        if answer.fate() == MailState::Accepted {
            told.mailed.push(id.to_owned());
        } else {
            told.faults.push(format!("{}: {}: {}", mask(&mail.address), answer.step, answer.heard));
        }
    }
    transport.close().await;
    told
}

fn due(config: &Config, id: &str, fault: &str, now: Timestamp) -> Result<Due, ComposeError> {
    let recipient = config.recipients.iter().find(|recipient| recipient.id == id);
    let address = recipient.map_or("", |recipient| recipient.address.as_str());
    let domain = mail::domain_of(&config.mail.from);
    let council = &config.council.name;
    let message_id = message_id(council, NAME, &now.to_string(), id, domain);
    let subject =
        format!("[{council}] Carewarden cannot use its database: nothing is read and nobody is told");
    let text = text(config, fault, now);
    let bytes = compose(&Outgoing {
        from: &config.mail.from,
        to_name: recipient.and_then(|recipient| recipient.name.as_deref()),
        to_address: address,
        reply_to: config.mail.reply_to.as_deref(),
        subject: &subject,
        message_id: &message_id,
        in_reply_to: None,
        date: &now.to_zoned(config.council.zone.clone()),
        council,
        kind: Kind::Delivery,
        why: Why::First,
        severity: Severity::Operator,
        flags: &[],
        rules: &[],
        subjects: &[],
        text: &text,
        html: &html(&text),
    })?;
    Ok(Due {
        id: now.as_second(),
        alert: NAME.to_owned(),
        recipient: id.to_owned(),
        address: address.to_owned(),
        envelope_from: config.mail.bounce.clone(),
        message_id,
        subject,
        bytes,
        attempts: 0,
        tries: 0,
        first_try_at: None,
    })
}

/// The words; they rest on no template, which may be what is broken.
fn text(config: &Config, fault: &str, now: Timestamp) -> String {
    format!(
        "CAREWARDEN CANNOT USE ITS DATABASE\n\
         Found {when}. {database}\n\n\
         WHAT HAPPENED\n  {fault}\n\n\
         WHAT IT MEANS\n  \
           No source is read, no provider is judged, and no alert is sent until this is put right.\n  \
           What was known and queued is still in the file: nothing was replaced.\n\n\
         DO NOW\n  \
           1. Look at the machine: space on the disk, mounts, the owner of the file.\n  \
           2. carewarden status\n  \
           3. If the file is damaged, put a backup in its place; the damaged file is kept:\n       \
              carewarden restore FILE --by NAME --reason TEXT\n\n\
         This mail did not go through the outbox. It is sent once a day at most while this lasts.\n",
        when = moment_words(now, &config.council.zone),
        database = config.store.path.display(),
    )
}

fn html(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<!DOCTYPE html><html lang=\"en-GB\"><head><title>Carewarden cannot use its database</title></head>\
         <body><pre style=\"white-space:pre-wrap;font-size:1em\">{escaped}</pre></body></html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_fault_says_cannot_break_out_of_the_html() {
        let html = html("a <b> & c");
        assert!(html.contains("a &lt;b&gt; &amp; c") && !html.contains("<b>"), "{html}");
    }
}

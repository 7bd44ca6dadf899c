//! `carewarden alarm`: tells the operator that the service has failed and stays down. Started by
//! systemd (`carewarden-failure@.service`); needs no database, because that may be what is broken.

use jiff::Timestamp;

use super::{Context, Fault, out};
use crate::alerts::{Kind, Routing, Why, moment_words};
use crate::clock;
use crate::config::Config;
use crate::domain::{Severity, clean_text};
use crate::exit::Exit;
use crate::mail::{self, Outgoing, Transport, compose, mask, message_id};
use crate::store::outbox::{Due, MailState};

/// What such a mail is called in its file's name and Message-ID.
const NAME: &str = "alarm";

/// Arguments of `alarm`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The unit that has failed
    #[arg(long, value_name = "UNIT", default_value = "carewarden.service")]
    unit: String,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit, Fault> {
    let unit = clean_text(&args.unit);
    tracing::error!(name: "service_failed", unit, "the service has failed and stays down");
    let config = context.config()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let accepted = runtime.block_on(tell(&config, &unit, clock::real_now()))?;
    context.out.line(&format!("{accepted} mails accepted"))?;
    Ok(if accepted > 0 { Exit::Fine } else { Exit::Failed })
}

/// Mails everyone whom the operator's routes name; returns how many mails were accepted.
async fn tell(config: &Config, unit: &str, now: Timestamp) -> anyhow::Result<usize> {
    let routing = Routing { routes: &config.routes, recipients: &config.recipients };
    let mut transport = Transport::new(&config.mail);
    let mut accepted = 0;
    for id in routing.told_of(Severity::Operator) {
        let mail = letter(config, id, unit, now)?;
        if !transport.is_open()
            && let Err(answer) = transport.open().await
        {
            anyhow::bail!("cannot use {}: {}", mail::place(&config.mail), answer.heard);
        }
        let answer = transport.send(&mail).await;
        if answer.fate() == MailState::Accepted {
            accepted += 1;
        } else {
            out::error(&format!("error: {}: {}: {}", mask(&mail.address), answer.step, answer.heard));
        }
    }
    transport.close().await;
    Ok(accepted)
}

fn letter(config: &Config, id: &str, unit: &str, now: Timestamp) -> anyhow::Result<Due> {
    let recipient = config.recipients.iter().find(|recipient| recipient.id == id);
    let address = recipient.map_or("", |recipient| recipient.address.as_str());
    let council = &config.council.name;
    let message_id = message_id(council, NAME, &now.to_string(), id, mail::domain_of(&config.mail.from));
    let subject = format!("[{council}] {unit} has failed and stays down: nobody is told of poor care");
    let text = words(unit, &moment_words(now, &config.council.zone));
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
        kind: Kind::Source,
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
fn words(unit: &str, when: &str) -> String {
    format!(
        "THE SERVICE HAS FAILED AND STAYS DOWN\n\
         {unit}, {when}.\n\n\
         WHAT IT MEANS\n  \
           No source is read, no provider is judged and no alert is sent until it is started again.\n  \
           What was known and queued is in the database and is sent then.\n\n\
         DO NOW, on the machine\n  \
           1. journalctl -u {unit} -x         says why\n  \
           2. carewarden check                if it was the configuration\n  \
           3. systemctl reset-failed {unit} && systemctl start {unit}\n"
    )
}

fn html(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<!DOCTYPE html><html lang=\"en-GB\"><head><title>Carewarden has failed</title></head>\
         <body><pre style=\"white-space:pre-wrap;font-size:1em\">{escaped}</pre></body></html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_cannot_break_out_of_the_html() {
        let html = html(&words("a<b>&c", "today"));
        assert!(html.contains("a&lt;b&gt;&amp;c") && !html.contains("<b>"), "{html}");
    }
}

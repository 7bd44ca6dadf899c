//! A mail that passes by the outbox: for when the database, or the service itself, is what is
//! broken. Its words rest on no template, which may be broken too.

use jiff::Timestamp;

use super::emergency::Told;
use crate::alerts::{Kind, Routing, Why};
use crate::config::Config;
use crate::domain::Severity;
use crate::mail::{self, ComposeError, Outgoing, Transport, compose, mask, message_id};
use crate::store::outbox::{Due, MailState};

/// What such a mail says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulletin {
    /// What it is called in its file's name and Message-ID.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// The subject line behind the council's name, and the title of the HTML part.
    pub title: String,
    /// The text part; the HTML part shows the same.
    pub text: String,
}

/// Mails everyone whom the operator's routes name. Nothing here fails: who could not be told, and
/// why, is in the answer.
pub async fn post(config: &Config, bulletin: &Bulletin, now: Timestamp) -> Told {
    let mut told = Told::default();
    let routing = Routing { routes: &config.routes, recipients: &config.recipients };
    let mut transport = Transport::new(&config.mail);
    for id in routing.told_of(Severity::Operator) {
        let mail = match letter(config, id, bulletin, now) {
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

fn letter(config: &Config, id: &str, bulletin: &Bulletin, now: Timestamp) -> Result<Due, ComposeError> {
    let recipient = config.recipients.iter().find(|recipient| recipient.id == id);
    let address = recipient.map_or("", |recipient| recipient.address.as_str());
    let council = &config.council.name;
    let domain = mail::domain_of(&config.mail.from);
    let message_id = message_id(council, bulletin.name, &now.to_string(), id, domain);
    let subject = format!("[{council}] {}", bulletin.title);
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
        kind: bulletin.kind,
        why: Why::First,
        severity: Severity::Operator,
        flags: &[],
        rules: &[],
        subjects: &[],
        text: &bulletin.text,
        html: &html(bulletin),
        pictures: &[],
    })?;
    Ok(Due {
        id: now.as_second(),
        alert: bulletin.name.to_owned(),
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

fn html(bulletin: &Bulletin) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<!DOCTYPE html><html lang=\"en-GB\"><head><title>{}</title></head>\
         <body><pre style=\"white-space:pre-wrap;font-size:1em\">{}</pre></body></html>\n",
        escaped(&bulletin.title),
        escaped(&bulletin.text)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_says_cannot_break_out_of_the_html() {
        let (title, text) = ("<t>".to_owned(), "a <b> & c".to_owned());
        let html = html(&Bulletin { name: "alarm", kind: Kind::Source, title, text });
        assert!(
            html.contains("a &lt;b&gt; &amp; c") && !html.contains("<b>") && !html.contains("<t>"),
            "{html}"
        );
    }
}

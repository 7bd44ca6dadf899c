//! `mail check`: everything up to the first mail, and no mail.

use super::answer::{Answer, Heard};
use super::directory;
use super::smtp::Relay;
use super::transport::MailError;
use crate::config::{Mail, Smtp, Tls, Transport};
use crate::store::outbox::Step;

/// Connects, protects the connection and logs in, or makes sure that the folder can be written
/// to; returns what was seen, line by line. Nothing is sent.
///
/// # Errors
/// The step that failed, what was heard, and what to look at.
pub async fn check(mail: &Mail) -> Result<Vec<String>, MailError> {
    match &mail.transport {
        Transport::Smtp(smtp) => relay(smtp).await.map_err(|answer| MailError::of(mail, &answer)),
        Transport::Directory { dir } => directory::probe(dir)
            .map(|()| vec![format!("mails are written to {}; it can be written to", dir.display())])
            .map_err(|fault| {
                let heard = Heard::Broken(fault.to_string());
                MailError::of(mail, &Answer { step: Step::Write, heard })
            }),
    }
}

async fn relay(smtp: &Smtp) -> Result<Vec<String>, Answer> {
    let mut relay = Relay::new(smtp);
    relay.open().await?;
    let server = relay.probe().await?;
    relay.close().await;
    let protection = match smtp.tls {
        Tls::StartTls => format!("protected by STARTTLS; the certificate is good for {}", smtp.host),
        Tls::Wrapper => format!("protected by TLS from the start; the certificate is good for {}", smtp.host),
        Tls::None => "not protected: tls = \"none\"".to_owned(),
    };
    let login = match &smtp.login {
        Some((user, _)) => format!("logged in as {user}"),
        None => "no login: username is not set".to_owned(),
    };
    Ok(vec![
        format!("connected to {}:{}", smtp.host, smtp.port),
        format!("the server is {}", crate::domain::clean_text(&server)),
        protection,
        login,
        "nothing was sent".to_owned(),
    ])
}

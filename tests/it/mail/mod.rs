//! The outbox against a mail server with faults, and against a folder.

mod connection;
mod faults;
mod life;

mod tls;

use std::path::PathBuf;
use std::time::Duration;

use carewarden::alerts::{Kind, Why};
use carewarden::clock::Clock;
use carewarden::config::{Mail, Smtp, Tls, Transport};
use carewarden::domain::Severity;
use carewarden::jobs::deliver::{Delivered, deliver};
use carewarden::mail::{Outgoing, compose, message_id};
use carewarden::store::Store;
use carewarden::store::outbox::{self, Filter, MailState, Mode, NewMail, Row};
use jiff::Timestamp;
use tempfile::TempDir;

use crate::world::smtp::{Manners, Server};

/// When the tests begin, and when the mails are queued.
pub const START: &str = "2025-03-04T06:05:00Z";

/// Long enough for an answer on the busiest machine: no test waits for it to pass.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Short enough to wait for a server that says nothing.
pub const PATIENCE_WITH_SILENCE: Duration = Duration::from_millis(250);

/// A store, a server and the configuration that joins them.
pub struct Bench {
    pub dir: TempDir,
    pub store: Store,
    pub server: Server,
    pub mail: Mail,
}

impl Bench {
    pub fn new() -> Self {
        Self::with(Manners::default())
    }

    pub fn with(manners: Manners) -> Self {
        let dir = TempDir::new().expect("a folder for the test");
        let store =
            Store::open_writer(&dir.path().join("carewarden.db"), Duration::ZERO).expect("a new store");
        let server = Server::start(manners);
        let mail = mail_to(Transport::Smtp(smtp(&server)));
        Self { dir, store, server, mail }
    }

    pub fn smtp(&mut self) -> &mut Smtp {
        match &mut self.mail.transport {
            Transport::Smtp(smtp) => smtp,
            Transport::Directory { .. } => panic!("this bench has no relay"),
        }
    }

    /// Trusts the server's certificate.
    pub fn trust(&mut self) -> PathBuf {
        let path = self.dir.path().join("ca.pem");
        std::fs::write(&path, &self.server.pem).expect("written");
        self.smtp().ca_file = Some(path.clone());
        path
    }

    /// Queues one mail for each of these recipients' ids; returns their numbers.
    pub fn queue(&mut self, recipients: &[&str]) -> Vec<i64> {
        recipients.iter().map(|recipient| self.queue_one(recipient)).collect()
    }

    fn queue_one(&mut self, recipient: &str) -> i64 {
        let at: Timestamp = START.parse().expect("an instant");
        let local: String = recipient.chars().filter(char::is_ascii_alphanumeric).collect();
        let address = format!("{local}@example.gov.uk");
        let message_id = message_id("Oldham", "CW-0142", "1", recipient, "example.gov.uk");
        let ids = ["CW-0142".to_owned()];
        let outgoing = Outgoing {
            from: "Carewarden <carewarden@example.gov.uk>",
            to_name: None,
            to_address: &address,
            reply_to: None,
            subject: "[Oldham CW-0142] Contingency: rating fell to Inadequate",
            message_id: &message_id,
            in_reply_to: None,
            date: &at.to_zoned(jiff::tz::TimeZone::UTC),
            council: "Oldham Council",
            kind: Kind::Alert,
            why: Why::First,
            severity: Severity::Contingency,
            flags: &ids,
            rules: &ids,
            subjects: &ids,
            // A dot on a line of its own and one at a line's start are what SMTP escapes.
            text: "Good -> Inadequate\n.\n..two\n",
            html: "<p>Good → Inadequate</p>",
            pictures: &[],
        };
        let bytes = compose(&outgoing).expect("composes");
        let new = NewMail {
            run: None,
            alert: "CW-0142",
            kind: Kind::Alert,
            recipient,
            address: &address,
            envelope_from: "bounce@example.gov.uk",
            severity: Severity::Contingency,
            why: Why::First,
            subject: outgoing.subject,
            message_id: &message_id,
            queued_at: at,
            bytes: &bytes,
            content: "{}",
        };
        self.store.write(at, |tx| outbox::append(tx, &new)).expect("queued")
    }

    /// Delivers so many seconds after the start.
    pub fn deliver(&mut self, after_s: i64, mode: Mode) -> Delivered {
        let start: Timestamp = START.parse().expect("an instant");
        let clock = Clock::from(start + jiff::SignedDuration::from_secs(after_s));
        wait_for(deliver(&mut self.store, &self.mail, &clock, mode)).expect("the store works")
    }

    pub fn row(&self, id: i64) -> Row {
        outbox::one(self.store.sql(), id, None).expect("readable").expect("it is there")
    }

    pub fn state(&self, id: i64) -> MailState {
        self.row(id).state
    }

    pub fn rows(&self) -> Vec<Row> {
        outbox::list(self.store.sql(), &Filter::default()).expect("readable")
    }

    /// The bytes as they stand in the outbox.
    pub fn bytes(&self, id: i64) -> Vec<u8> {
        outbox::load(self.store.sql(), id).expect("readable").bytes
    }

    /// What the server took for a recipient, each time checked to be exactly what was queued.
    pub fn copies(&self, id: i64) -> usize {
        let queued = outbox::load(self.store.sql(), id).expect("readable");
        let taken = self.server.taken();
        let copies: Vec<_> = taken.iter().filter(|mail| mail.to == queued.address).collect();
        for copy in &copies {
            assert_eq!(
                String::from_utf8_lossy(&copy.bytes),
                String::from_utf8_lossy(&queued.bytes),
                "mail {id} changed on its way"
            );
            assert_eq!(copy.from, "bounce@example.gov.uk");
        }
        copies.len()
    }
}

pub fn wait_for<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

pub fn smtp(server: &Server) -> Smtp {
    Smtp {
        host: "127.0.0.1".to_owned(),
        port: server.addr.port(),
        tls: Tls::None,
        login: None,
        ca_file: None,
        ehlo_name: "carewarden.example.gov.uk".to_owned(),
        connect_timeout: PATIENCE,
        timeout: PATIENCE,
    }
}

pub fn mail_to(transport: Transport) -> Mail {
    Mail {
        transport,
        from: "Carewarden <carewarden@example.gov.uk>".to_owned(),
        reply_to: None,
        bounce: "bounce@example.gov.uk".to_owned(),
        allowed_domains: Vec::new(),
        retry_min: Duration::from_secs(60),
        retry_max: Duration::from_secs(3600),
        give_up_after: Duration::from_secs(5 * 86_400),
        send_cleared: true,
        name_in_subject: false,
    }
}

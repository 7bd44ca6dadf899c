//! The dialogue with a relay, over lettre's bare connection: every step has its own limit, one
//! recipient a mail, and a connection that has once been silent or odd is never used again.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, ServerInfo};
use lettre::transport::smtp::response::{Response, Severity};
use secrecy::ExposeSecret;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::answer::{Answer, Heard, Next};
use super::guard::Guarded;
use crate::config::{Smtp, Tls};
use crate::failpoint;
use crate::store::outbox::{Due, Step};

/// So many addresses of the relay's name are tried.
const ADDRESSES_MAX: usize = 4;

/// Saying goodbye may take so long at most; nothing depends on it.
const QUIT_MAX: Duration = Duration::from_secs(2);

/// A file of trusted certificates larger than this is not one.
const CA_FILE_BYTES_MAX: u64 = 1024 * 1024;

/// "Start mail input".
const START_INPUT: u16 = 354;

/// The relay, with the connection while there is one.
pub struct Relay<'a> {
    smtp: &'a Smtp,
    open: Option<Box<AsyncSmtpConnection>>,
}

impl std::fmt::Debug for Relay<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Relay({}:{}, open: {})", self.smtp.host, self.smtp.port, self.open.is_some())
    }
}

impl<'a> Relay<'a> {
    /// A relay that nothing has been said to.
    #[must_use]
    pub const fn new(smtp: &'a Smtp) -> Self {
        Self { smtp, open: None }
    }

    /// Whether a connection is open.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Opens the connection, protects it and logs in; does nothing where one is open.
    ///
    /// # Errors
    /// The step that failed, and what was heard.
    pub async fn open(&mut self) -> Result<(), Answer> {
        if self.open.is_none() {
            let conn = connect(self.smtp).await?;
            let conn = protect(self.smtp, conn).await?;
            self.open = Some(Box::new(log_in(self.smtp, conn).await?));
        }
        Ok(())
    }

    /// Hands one mail over on the open connection.
    pub async fn send(&mut self, mail: &Due) -> Answer {
        let limit = self.smtp.timeout;
        // Taken out while in use: if this future is dropped, the connection goes with it.
        let Some(mut conn) = self.open.take() else {
            return Answer { step: Step::Connect, heard: Heard::Broken("no connection".to_owned()) };
        };
        let answer = transact(&mut conn, limit, mail).await.unwrap_or_else(|answer| answer);
        let usable = match answer.next() {
            Next::Keep => true,
            Next::Reset => command(&mut conn, Step::Mail, limit, Rset, is_done).await.is_ok(),
            Next::Drop => false,
        };
        self.open = usable.then_some(conn);
        answer
    }

    /// Asks whether the server is there, and what it says of itself.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn probe(&mut self) -> Result<String, Answer> {
        let Some(conn) = self.open.as_mut() else {
            return Err(Answer { step: Step::Connect, heard: Heard::Broken("no connection".to_owned()) });
        };
        command(conn, Step::Mail, self.smtp.timeout, Noop, is_done).await?;
        Ok(offers(conn.server_info()))
    }

    /// Says goodbye, for a moment.
    pub async fn close(mut self) {
        if let Some(mut conn) = self.open.take() {
            let _ = timeout(QUIT_MAX.min(self.smtp.timeout), conn.quit()).await;
        }
    }
}

/// One mail: MAIL, RCPT, DATA and the bytes, each step with the limit.
async fn transact(conn: &mut AsyncSmtpConnection, limit: Duration, mail: &Due) -> Result<Answer, Answer> {
    let from = address(&mail.envelope_from, Step::Mail)?;
    let to = address(&mail.address, Step::Rcpt)?;
    command(conn, Step::Mail, limit, Mail::new(Some(from), Vec::new()), is_done).await?;
    command(conn, Step::Rcpt, limit, Rcpt::new(to, Vec::new()), is_done).await?;
    command(conn, Step::Data, limit, Data, |reply| reply.has_code(START_INPUT)).await?;
    failpoint::reach("after-data");
    // lettre ends the mail with a line end and the dot: ours must not stand there twice.
    let bytes = mail.bytes.strip_suffix(b"\r\n").unwrap_or(&mail.bytes);
    let reply = within(Step::Body, limit, conn.message(bytes)).await?;
    Ok(Answer { step: Step::Body, heard: heard(&reply) })
}

/// An address that SMTP can carry; a bad one is answered as a server would.
fn address(text: &str, step: Step) -> Result<Address, Answer> {
    let words = match text.parse::<Address>() {
        Ok(address) if text.is_ascii() => return Ok(address),
        Ok(_) => "the address has letters outside ASCII, which this program does not send to".to_owned(),
        Err(fault) => format!("not a mail address: {fault}"),
    };
    Err(Answer { step, heard: Heard::reply(553, &words) })
}

/// Says one command and waits for the reply it should have.
async fn command(
    conn: &mut AsyncSmtpConnection,
    step: Step,
    limit: Duration,
    command: impl std::fmt::Display,
    expected: impl FnOnce(&Response) -> bool,
) -> Result<Response, Answer> {
    let reply = within(step, limit, conn.command(command)).await?;
    if expected(&reply) { Ok(reply) } else { Err(Answer { step, heard: heard(&reply) }) }
}

/// The server's name and what it offers that this program uses, always in the same order.
fn offers(server: &ServerInfo) -> String {
    let known = [
        Extension::Authentication(Mechanism::Plain),
        Extension::Authentication(Mechanism::Login),
        Extension::StartTls,
        Extension::EightBitMime,
    ];
    let offered: Vec<String> = known
        .into_iter()
        .filter(|known| server.supports_feature(*known))
        .map(|known| known.to_string())
        .collect();
    let offered = if offered.is_empty() { "no extensions".to_owned() } else { offered.join(", ") };
    format!("{}, offering {offered}", server.name())
}

fn is_done(reply: &Response) -> bool {
    reply.code().severity == Severity::PositiveCompletion
}

fn heard(reply: &Response) -> Heard {
    Heard::reply(reply.code().into(), &reply.message().collect::<Vec<_>>().join(" "))
}

/// Waits for one step of lettre's, but not for ever.
async fn within<T>(
    step: Step,
    limit: Duration,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Answer> {
    match timeout(limit, work).await {
        Ok(result) => result.map_err(|error| Answer::of(step, &error, limit)),
        Err(_) => Err(Answer { step, heard: Heard::Silence(limit) }),
    }
}

async fn connect(smtp: &Smtp) -> Result<AsyncSmtpConnection, Answer> {
    let hello = hello(&smtp.ehlo_name);
    if smtp.tls == Tls::Wrapper {
        // lettre does TCP, TLS, greeting and EHLO in one here.
        let tls = tls(smtp, Step::Connect)?;
        let server = (smtp.host.as_str(), smtp.port);
        let opening =
            AsyncSmtpConnection::connect_tokio1(server, Some(smtp.connect_timeout), &hello, Some(tls), None);
        return within(Step::Connect, smtp.connect_timeout + smtp.timeout, opening).await;
    }
    let (stream, spoken) = Guarded::new(dial(smtp).await?);
    let opening = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello);
    within(Step::Connect, smtp.timeout, opening).await.map_err(|answer| {
        let step = if spoken.load(Ordering::Relaxed) { Step::Ehlo } else { Step::Connect };
        Answer { step, ..answer }
    })
}

/// Tries the relay's addresses one after the other.
async fn dial(smtp: &Smtp) -> Result<TcpStream, Answer> {
    let limit = smtp.connect_timeout;
    let fail = |heard| Answer { step: Step::Connect, heard };
    let addresses = match timeout(limit, lookup_host((smtp.host.as_str(), smtp.port))).await {
        Ok(Ok(addresses)) => addresses.take(ADDRESSES_MAX).collect::<Vec<SocketAddr>>(),
        Ok(Err(fault)) => return Err(fail(Heard::Broken(format!("the name is not found: {fault}")))),
        Err(_) => return Err(fail(Heard::Silence(limit))),
    };
    let mut last = Heard::Broken("the name has no address".to_owned());
    for address in addresses {
        match timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(fault)) => last = Heard::Broken(fault.to_string()),
            Err(_) => last = Heard::Silence(limit),
        }
    }
    Err(fail(last))
}

/// STARTTLS where it is wanted, and then it is required: a server that does not offer it, or
/// from whose offer it was taken out on the way, gets nothing.
async fn protect(smtp: &Smtp, mut conn: AsyncSmtpConnection) -> Result<AsyncSmtpConnection, Answer> {
    if smtp.tls == Tls::StartTls {
        if !conn.can_starttls() {
            let what = "the server does not offer STARTTLS; nothing was sent";
            return Err(Answer { step: Step::Starttls, heard: Heard::Broken(what.to_owned()) });
        }
        let (tls, hello) = (tls(smtp, Step::Starttls)?, hello(&smtp.ehlo_name));
        within(Step::Starttls, smtp.timeout, conn.starttls(tls, &hello)).await?;
    }
    Ok(conn)
}

async fn log_in(smtp: &Smtp, mut conn: AsyncSmtpConnection) -> Result<AsyncSmtpConnection, Answer> {
    let Some((user, password)) = &smtp.login else { return Ok(conn) };
    let fail = |heard| Answer { step: Step::Auth, heard };
    if conn.server_info().get_auth_mechanism(DEFAULT_MECHANISMS).is_none() {
        return Err(fail(Heard::Broken("the server offers neither AUTH PLAIN nor AUTH LOGIN".to_owned())));
    }
    let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
    let reply = within(Step::Auth, smtp.timeout, conn.auth(DEFAULT_MECHANISMS, &credentials)).await?;
    if is_done(&reply) { Ok(conn) } else { Err(fail(heard(&reply))) }
}

fn hello(name: &str) -> ClientId {
    match name.parse() {
        Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::Domain(name.to_owned()),
    }
}

fn tls(smtp: &Smtp, step: Step) -> Result<TlsParameters, Answer> {
    let mut builder = TlsParameters::builder(smtp.host.clone());
    if let Some(path) = &smtp.ca_file {
        let fail = |what: String| Answer { step, heard: Heard::Broken(what) };
        let pem = read_ca(path)
            .map_err(|fault| fail(format!("cannot read ca_file {}: {fault}", path.display())))?;
        let trusted = Certificate::from_pem(&pem);
        builder = builder.add_root_certificate(
            trusted.map_err(|fault| fail(format!("ca_file {}: {fault}", path.display())))?,
        );
    }
    builder.build().map_err(|error| Answer::of(step, &error, smtp.timeout))
}

fn read_ca(path: &Path) -> std::io::Result<Vec<u8>> {
    let size = std::fs::metadata(path)?.len();
    if size > CA_FILE_BYTES_MAX {
        return Err(std::io::Error::other(format!("{size} bytes; at most {CA_FILE_BYTES_MAX} are read")));
    }
    std::fs::read(path)
}

//! A mail server with faults on order: at each verb, for each recipient, as often as asked.
//!
//! It runs on threads of its own, so that the real program can be run against it too.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A client that says nothing for so long has gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// Lines and bodies longer than this end the connection.
const BYTES_MAX: usize = 4 * 1024 * 1024;

/// Where in the dialogue a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Connect,
    Ehlo,
    Starttls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// The answer after the final dot.
    Body,
}

/// What happens there instead of the right answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// This reply (or several, parted by line ends), and on with the dialogue.
    Reply(&'static str),
    /// This reply, later than the client waits.
    Late(&'static str, Duration),
    /// Nothing more is ever said.
    Silence,
    /// The connection is closed.
    Drop,
    /// The right answer, byte by byte.
    Trickle,
    /// The mail is taken, and the connection closed before the client hears of it.
    TakeAndDrop,
}

/// A fault on order.
#[derive(Clone, Debug)]
pub struct Fault {
    pub verb: Verb,
    /// Only for this address; from RCPT on.
    pub recipient: Option<String>,
    pub act: Act,
    /// How often.
    pub times: usize,
}

/// A mail that the server has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub from: String,
    pub to: String,
    pub bytes: Vec<u8>,
}

/// What the server is like.
#[derive(Clone, Debug, Default)]
pub struct Manners {
    /// User and password that it asks for.
    pub login: Option<(&'static str, &'static str)>,
    /// Only AUTH LOGIN, not PLAIN.
    pub login_only: bool,
    /// It offers STARTTLS.
    pub starttls: bool,
    /// It speaks TLS from the first byte.
    pub wrapper: bool,
}

#[derive(Debug)]
struct Shared {
    manners: Manners,
    tls: Arc<ServerConfig>,
    faults: Mutex<Vec<Fault>>,
    taken: Mutex<Vec<Taken>>,
    dialogue: Mutex<Vec<String>>,
    stopped: AtomicBool,
}

/// The running server; it stops when dropped.
#[derive(Debug)]
pub struct Server {
    pub addr: SocketAddr,
    /// Its certificate, to be trusted by `ca_file`.
    pub pem: String,
    shared: Arc<Shared>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Server {
    pub fn start(manners: Manners) -> Self {
        let key = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned(), "localhost".to_owned()])
            .expect("a certificate is made");
        let pem = key.cert.pem();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring knows TLS")
            .with_no_client_auth()
            .with_single_cert(
                vec![key.cert.der().clone()],
                PrivatePkcs8KeyDer::from(key.signing_key.serialize_der()).into(),
            )
            .expect("the key fits its certificate");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let addr = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared {
            manners,
            tls: Arc::new(tls),
            faults: Mutex::default(),
            taken: Mutex::default(),
            dialogue: Mutex::default(),
            stopped: AtomicBool::new(false),
        });
        let worker = Arc::clone(&shared);
        thread::spawn(move || accept(&listener, &worker));
        Self { addr, pem, shared }
    }

    /// Orders a fault.
    pub fn fault(&self, verb: Verb, recipient: Option<&str>, act: Act, times: usize) {
        let recipient = recipient.map(str::to_owned);
        lock(&self.shared.faults).push(Fault { verb, recipient, act, times });
    }

    /// Ends all faults.
    pub fn lift(&self) {
        lock(&self.shared.faults).clear();
    }

    /// The mails taken so far.
    pub fn taken(&self) -> Vec<Taken> {
        lock(&self.shared.taken).clone()
    }

    /// What clients said, without passwords; each connection begins with "(connected)".
    pub fn dialogue(&self) -> Vec<String> {
        lock(&self.shared.dialogue).clone()
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.dialogue().iter().filter(|line| *line == "(connected)").count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it is over.
        let _ = TcpStream::connect(self.addr);
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stopped.load(Ordering::SeqCst) {
            return;
        }
        if let Ok(stream) = stream {
            let shared = Arc::clone(shared);
            // A client that goes away in the midst is what these tests are about.
            thread::spawn(move || drop(Session::run(stream, &shared)));
        }
    }
}

trait Wire: Read + Write + Send {}
impl<T: Read + Write + Send> Wire for T {}

struct Session<'a> {
    wire: Box<dyn Wire>,
    /// The same socket, to put TLS on it.
    socket: TcpStream,
    shared: &'a Shared,
    encrypted: bool,
    from: String,
    to: String,
}

/// Whether the dialogue goes on.
enum Then {
    Go,
    End,
}

impl<'a> Session<'a> {
    fn run(socket: TcpStream, shared: &'a Shared) -> io::Result<()> {
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_nodelay(true)?;
        lock(&shared.dialogue).push("(connected)".to_owned());
        let wire: Box<dyn Wire> = Box::new(socket.try_clone()?);
        let (from, to) = (String::new(), String::new());
        let mut session = Self { wire, socket, shared, encrypted: false, from, to };
        if shared.manners.wrapper {
            session.encrypt()?;
        }
        let mut then = session.answer(Verb::Connect, "220 relay.example ESMTP")?;
        while let Then::Go = then {
            let line = session.line()?;
            then = session.obey(&line)?;
        }
        Ok(())
    }

    fn obey(&mut self, line: &str) -> io::Result<Then> {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let noted = if verb == "AUTH" { "AUTH ..." } else { line };
        lock(&self.shared.dialogue).push(noted.to_owned());
        match verb.as_str() {
            "EHLO" => self.ehlo(),
            "STARTTLS" => self.starttls(),
            "AUTH" => self.auth(line),
            "MAIL" => {
                self.from = angled(line);
                self.to.clear();
                self.answer(Verb::Mail, "250 2.1.0 Ok")
            }
            "RCPT" => {
                self.to = angled(line);
                let then = self.answer(Verb::Rcpt, "250 2.1.5 Ok")?;
                Ok(then)
            }
            "DATA" => self.data(),
            "RSET" | "NOOP" => self.say("250 2.0.0 Ok").map(|()| Then::Go),
            "QUIT" => self.say("221 2.0.0 Bye").map(|()| Then::End),
            _ => self.say("500 5.5.2 what?").map(|()| Then::Go),
        }
    }

    fn ehlo(&mut self) -> io::Result<Then> {
        let mut reply = vec!["250-relay.example"];
        if self.shared.manners.starttls && !self.encrypted {
            reply.push("250-STARTTLS");
        }
        if self.shared.manners.login.is_some() {
            reply.push(if self.shared.manners.login_only {
                "250-AUTH LOGIN"
            } else {
                "250-AUTH PLAIN LOGIN"
            });
        }
        reply.push("250 8BITMIME");
        self.answer(Verb::Ehlo, &reply.join("\r\n"))
    }

    fn starttls(&mut self) -> io::Result<Then> {
        if !self.shared.manners.starttls {
            return self.say("502 5.5.1 not here").map(|()| Then::Go);
        }
        let refused =
            matches!(self.ordered(Verb::Starttls), Some(Act::Reply(reply)) if !reply.starts_with('2'));
        let then = self.answer(Verb::Starttls, "220 2.0.0 go")?;
        if refused {
            return Ok(then);
        }
        if let Then::Go = then {
            self.encrypt()?;
        }
        Ok(then)
    }

    fn auth(&mut self, line: &str) -> io::Result<Then> {
        let mut given = line.to_owned();
        if line.eq_ignore_ascii_case("AUTH LOGIN") {
            self.say("334 VXNlcm5hbWU6")?;
            given = self.line()?;
            self.say("334 UGFzc3dvcmQ6")?;
            given = format!("{given} {}", self.line()?);
        }
        let good = self.shared.manners.login.is_some_and(|(user, password)| {
            let plain = base64(format!("\0{user}\0{password}").as_bytes());
            let both = format!("{} {}", base64(user.as_bytes()), base64(password.as_bytes()));
            given == format!("AUTH PLAIN {plain}") || given == both
        });
        self.answer(Verb::Auth, if good { "235 2.7.0 welcome" } else { "535 5.7.8 no" })
    }

    fn data(&mut self) -> io::Result<Then> {
        let struck = self.ordered(Verb::Data).is_some_and(|act| act != Act::Trickle);
        let then = self.answer(Verb::Data, "354 go ahead")?;
        if struck || matches!(then, Then::End) {
            return Ok(then);
        }
        let bytes = self.body()?;
        let taken = Taken { from: self.from.clone(), to: self.to.clone(), bytes };
        if matches!(self.ordered(Verb::Body), None | Some(Act::Trickle | Act::TakeAndDrop)) {
            lock(&self.shared.taken).push(taken);
        }
        self.answer(Verb::Body, "250 2.0.0 Ok: queued")
    }

    /// The fault on order here, which stays on order.
    fn ordered(&self, verb: Verb) -> Option<Act> {
        lock(&self.shared.faults).iter().find(|fault| self.strikes(fault, verb)).map(|fault| fault.act)
    }

    fn strikes(&self, fault: &Fault, verb: Verb) -> bool {
        let hits = fault.recipient.as_ref().is_none_or(|recipient| *recipient == self.to);
        fault.verb == verb && fault.times > 0 && hits
    }

    /// Gives the right answer, or the fault on order.
    fn answer(&mut self, verb: Verb, right: &str) -> io::Result<Then> {
        let act = self.ordered(verb);
        if let Some(fault) = lock(&self.shared.faults).iter_mut().find(|fault| self.strikes(fault, verb)) {
            fault.times -= 1;
        }
        match act {
            None => self.say(right)?,
            Some(Act::Reply(reply)) => {
                self.say(reply)?;
                if reply.starts_with("421") {
                    return Ok(Then::End);
                }
            }
            Some(Act::Late(reply, wait)) => {
                thread::sleep(wait);
                self.say(reply)?;
            }
            Some(Act::Trickle) => {
                for byte in format!("{right}\r\n").bytes() {
                    self.wire.write_all(&[byte])?;
                    self.wire.flush()?;
                }
            }
            Some(Act::Silence) => {
                io::copy(&mut self.wire, &mut io::sink())?;
                return Ok(Then::End);
            }
            Some(Act::Drop | Act::TakeAndDrop) => return Ok(Then::End),
        }
        Ok(Then::Go)
    }

    fn say(&mut self, reply: &str) -> io::Result<()> {
        self.wire.write_all(format!("{reply}\r\n").as_bytes())?;
        self.wire.flush()
    }

    fn encrypt(&mut self) -> io::Result<()> {
        let tls = ServerConnection::new(Arc::clone(&self.shared.tls)).map_err(io::Error::other)?;
        self.wire = Box::new(StreamOwned::new(tls, self.socket.try_clone()?));
        self.encrypted = true;
        Ok(())
    }

    fn until(&mut self, end: &[u8]) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(end) {
            let mut byte = [0];
            self.wire.read_exact(&mut byte)?;
            bytes.push(byte[0]);
            if bytes.len() > BYTES_MAX {
                return Err(io::Error::other("too much"));
            }
        }
        Ok(bytes)
    }

    fn line(&mut self) -> io::Result<String> {
        let line = self.until(b"\r\n")?;
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    /// The mail as its sender meant it: without the final dot and without stuffed dots.
    fn body(&mut self) -> io::Result<Vec<u8>> {
        let raw = self.until(b"\r\n.\r\n")?;
        let raw = &raw[..raw.len() - b".\r\n".len()];
        let lines = raw.split_inclusive(|byte| *byte == b'\n');
        Ok(lines.flat_map(|line| line.strip_prefix(b".").unwrap_or(line)).copied().collect())
    }
}

fn angled(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or_else(String::new, |(address, _)| address.to_owned())
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().enumerate().fold(0_u32, |word, (i, byte)| word | u32::from(*byte) << (16 - 8 * i));
        for i in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * i)) as usize & 63] as char;
            text.push(if i <= chunk.len() { letter } else { '=' });
        }
    }
    text
}

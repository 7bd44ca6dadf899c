//! The real program between a regulator and a mail server of our own.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use carewarden::demo::regulator::{RecordedRegulator, Running};
use carewarden::demo::story;
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::world::regulator::Front;
use crate::world::smtp::{Manners, Server};

/// The policy files that ship with the program.
const POLICY: [&str; 3] = ["ratings.toml", "register.toml", "sources.toml"];

/// Who gets mail; the address is the id before this domain.
pub const DOMAIN: &str = "oldham.example.gov.uk";

/// A regulator with the seven made-up services of the demonstration.
pub struct Register {
    pub regulator: RecordedRegulator,
    pub front: Front,
    _running: Running,
    _runtime: Runtime,
}

impl Register {
    pub fn day_one() -> Self {
        let regulator = RecordedRegulator::new(story::day_one(), story::providers());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let running = runtime.block_on(regulator.start()).expect("a free port");
        let front = Front::before(&running.base_url);
        Self { regulator, front, _running: running, _runtime: runtime }
    }

    /// Lets the night pass.
    pub fn overnight(&self) {
        let at: Timestamp = story::OVERNIGHT.parse().expect("an instant");
        for record in story::day_two() {
            self.regulator.set_location(record, at);
        }
    }
}

/// What a run of the program came to.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

impl Ran {
    #[track_caller]
    pub fn fine(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self
    }

    #[track_caller]
    pub fn failed(self) -> Self {
        assert_eq!(self.code, Some(1), "{self:#?}");
        self
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).expect("JSON on standard output")
    }
}

/// A folder with configuration and database, and a mail server.
pub struct World {
    pub dir: TempDir,
    pub smtp: Server,
    /// Message-IDs that were accepted before this world was copied: another server took them.
    sent_before: Vec<String>,
}

impl World {
    /// A world in which nothing has run yet; the program waits a second for a mail server's answer.
    pub fn new(register: &Register) -> Self {
        Self::patient(register, 1)
    }

    /// The same with another patience.
    pub fn patient(register: &Register, timeout_s: u32) -> Self {
        let dir = TempDir::new().expect("a folder for the test");
        let smtp = Server::start(Manners::default());
        let policy = dir.path().join("policy");
        fs::create_dir(&policy).expect("made");
        for name in POLICY {
            let shipped = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config/policy").join(name);
            fs::copy(shipped, policy.join(name)).expect("copied");
        }
        let config = config(&register.front.base_url, smtp.addr.port(), timeout_s);
        fs::write(dir.path().join("carewarden.toml"), config).expect("written");
        Self { dir, smtp, sent_before: Vec::new() }
    }

    /// A new world with a copy of this one's database, which no program may have open.
    pub fn again(&self, register: &Register) -> Self {
        let mut copy = Self::new(register);
        let wal = self.dir.path().join("db/carewarden.db-wal");
        assert!(!wal.metadata().is_ok_and(|wal| wal.len() > 0), "the database has not been closed");
        fs::create_dir(copy.dir.path().join("db")).expect("made");
        fs::copy(self.database(), copy.database()).expect("copied");
        copy.sent_before =
            copy.ask("SELECT DISTINCT message_id FROM audit_deliveries WHERE state = 'accepted'");
        copy
    }

    pub fn database(&self) -> PathBuf {
        self.dir.path().join("db/carewarden.db")
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_carewarden"));
        command.arg("--config").arg(self.dir.path().join("carewarden.toml")).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().expect("the program starts").into()
    }

    /// Runs with a failpoint.
    #[cfg(debug_assertions)]
    pub fn run_to(&self, failpoint: &str, args: &[&str]) -> Ran {
        let mut command = self.command(args);
        command.env("CAREWARDEN_FAILPOINT", failpoint).output().expect("the program starts").into()
    }

    pub fn start(&self, args: &[&str]) -> Child {
        self.command(args).spawn().expect("the program starts")
    }

    /// The database, for looking at as an auditor would.
    pub fn sql(&self) -> Connection {
        Connection::open_with_flags(self.database(), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("it opens")
    }

    /// Rows of a question, each as text.
    pub fn ask(&self, sql: &str) -> Vec<String> {
        ask(&self.sql(), sql)
    }

    pub fn count(&self, sql: &str) -> usize {
        self.ask(sql)[0].parse().expect("a number")
    }

    #[track_caller]
    pub fn assert_sound(&self) {
        assert_eq!(self.ask("PRAGMA integrity_check"), ["ok"]);
        assert!(self.ask("PRAGMA foreign_key_check").is_empty());
    }

    /// What the program has made of the world outside, without the instants at which it did.
    pub fn story(&self) -> Story {
        Story {
            facts: self.ask(
                "SELECT subject_kind, subject_id, attribute, value, effective FROM facts ORDER BY 1, 2, 3, 4, 5",
            ),
            flags: self.ask(
                "SELECT flag, rule, severity, state, subject_kind, subject_id, reason FROM audit_flags ORDER BY 1",
            ),
            events: self.ask("SELECT flag, kind, state, rule, severity, reason FROM audit_flag_events ORDER BY seq"),
            told: self.ask(
                "SELECT flag, opening, recipient, why, severity, kind, subject FROM audit_alerts ORDER BY seq",
            ),
            mails: self.ask(
                "SELECT recipient, kind, CASE WHEN alert LIKE 'CW-%' THEN alert ELSE 'by run' END, why, subject, (SELECT state FROM deliveries d
                    WHERE d.outbox = o.seq ORDER BY seq DESC LIMIT 1) FROM outbox o ORDER BY seq",
            ),
        }
    }

    /// Checks every mail that the server took against the outbox, byte for byte, and that every
    /// accepted one was taken; returns how many of them were repeats.
    #[track_caller]
    pub fn repeats(&self) -> usize {
        let sql = self.sql();
        let mut statement = sql
            .prepare("SELECT address, bytes, message_id, EXISTS (SELECT 1 FROM deliveries d WHERE d.outbox = o.seq AND d.state = 'accepted') FROM outbox o")
            .expect("SQL");
        let mails: Vec<(String, Vec<u8>, String, bool)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .expect("rows")
            .collect::<Result<_, _>>()
            .expect("rows");
        let taken = self.smtp.taken();
        let mut repeats = 0;
        for (address, bytes, message_id, accepted) in &mails {
            let head = format!("Message-ID: {message_id}");
            let copies: Vec<_> =
                taken.iter().filter(|mail| String::from_utf8_lossy(&mail.bytes).contains(&head)).collect();
            assert!(
                copies.iter().all(|copy| copy.bytes == *bytes && copy.to == *address),
                "{message_id} changed"
            );
            let came = !copies.is_empty() || self.sent_before.contains(message_id);
            assert!(came || !accepted, "{message_id} is accepted and never came");
            repeats += copies.len().saturating_sub(1);
        }
        // What tells that the database cannot be used goes past it.
        let past = |mail: &[u8]| String::from_utf8_lossy(mail).contains("CAREWARDEN CANNOT USE ITS DATABASE");
        let known = |mail: &[u8]| past(mail) || mails.iter().any(|(_, bytes, ..)| bytes == mail);
        assert!(taken.iter().all(|mail| known(&mail.bytes)), "a mail came that is not in the outbox");
        repeats
    }
}

/// What matters of a database, in an order that can be compared.
#[derive(Debug, PartialEq, Eq)]
pub struct Story {
    pub facts: Vec<String>,
    pub flags: Vec<String>,
    pub events: Vec<String>,
    pub told: Vec<String>,
    pub mails: Vec<String>,
}

impl Story {
    /// Compares, and shows only what differs.
    #[track_caller]
    pub fn assert_is(&self, expected: &Self, case: &str) {
        let pairs = [
            ("facts", &self.facts, &expected.facts),
            ("flags", &self.flags, &expected.flags),
            ("events", &self.events, &expected.events),
            ("told", &self.told, &expected.told),
            ("mails", &self.mails, &expected.mails),
        ];
        for (what, found, wanted) in pairs {
            let more: Vec<_> = found.iter().filter(|row| !wanted.contains(row)).collect();
            let less: Vec<_> = wanted.iter().filter(|row| !found.contains(row)).collect();
            assert!(found == wanted, "{case}: {what} too many {more:#?}, missing {less:#?}");
        }
    }
}

pub fn ask(sql: &Connection, question: &str) -> Vec<String> {
    let mut statement = sql.prepare(question).expect("SQL");
    let columns = statement.column_count();
    statement
        .query_map([], |row| {
            let cells: Result<Vec<String>, _> =
                (0..columns).map(|index| row.get_ref(index).map(cell)).collect();
            Ok(cells?.join(" | "))
        })
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("rows")
}

fn cell(value: rusqlite::types::ValueRef<'_>) -> String {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Null => "-".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(blob) => format!("{} bytes", blob.len()),
    }
}

fn config(base_url: &str, port: u16, timeout_s: u32) -> String {
    let recipients: String = ["contingency-lead", "contract-officer", "duty-director", "operator"]
        .map(|id| format!("[[recipient]]\nid = \"{id}\"\naddress = \"{id}@{DOMAIN}\"\n"))
        .concat();
    format!(
        r#"
[council]
name = "Oldham Council"
timezone = "Europe/London"
[store]
path = "db/carewarden.db"
[[source]]
id = "cqc"
kind = "cqc-api"
base_url = "{base_url}"
local_authorities = ["Oldham"]
service_types = ["Domiciliary care service"]
schedule = "0 6 * * *"
requests_per_second = 1000
[policy]
files = ["policy/*.toml"]
[mail]
transport = "smtp"
host = "127.0.0.1"
port = {port}
tls = "none"
timeout_s = {timeout_s}
connect_timeout_s = {timeout_s}
from = "Carewarden <carewarden@{DOMAIN}>"
allowed_domains = ["{DOMAIN}"]
{recipients}
[[route]]
severity = "concern"
to = ["contingency-lead"]
answer_within_minutes = 240
escalate_to = ["duty-director"]
[[route]]
severity = "watch"
to = ["contract-officer"]
[[route]]
severity = "operator"
to = ["operator"]
"#
    )
}

//! The world of a test: a register behind a front that fails on demand, a folder with a
//! configuration, and the real program run as a child, a day at a time.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use carewarden::demo::regulator::{RecordedRegulator, Running};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::mailbox::{self, Mail};
use super::records;
use super::regulator::Front;
use super::setup::Setup;

/// When a test begins that does not say otherwise: a Monday in winter.
const START: &str = "2025-03-03T06:00:00Z";

/// The world outside and the folder of the program.
pub struct World {
    /// The register.
    pub regulator: RecordedRegulator,
    /// What stands before it and fails on demand.
    pub front: Front,
    /// The "now" of the newest run.
    pub now: Timestamp,
    dir: TempDir,
    mails_seen: usize,
    _server: Running,
    _runtime: Runtime,
}

/// What one start of the program came to.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// The mails that came into the folder meanwhile.
    pub mails: Vec<Mail>,
}

impl Ran {
    /// Asserts the exit code.
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }

    /// Who was told what and why, a line a mail.
    pub fn told(&self) -> Vec<String> {
        self.mails.iter().map(Mail::line).collect()
    }

    /// Asserts exit 0 and who was told what.
    pub fn tells(self, lines: &[&str]) -> Self {
        assert_eq!(self.told(), lines, "{}\n{}", self.out, self.err);
        self.exits(0)
    }
}

impl World {
    /// A register with these locations, and their providers.
    pub fn new(setup: &Setup, locations: impl IntoIterator<Item = Value>) -> Self {
        let locations: Vec<Value> = locations.into_iter().collect();
        let ids = locations.iter().filter_map(|location| location["providerId"].as_str());
        let providers: Vec<Value> = ids.map(records::provider).collect();
        Self::of(setup, locations, providers)
    }

    /// A register with these locations and providers.
    pub fn of(
        setup: &Setup,
        locations: impl IntoIterator<Item = Value>,
        providers: impl IntoIterator<Item = Value>,
    ) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("threads can be had");
        let regulator = RecordedRegulator::new(locations, providers);
        let server = runtime.block_on(regulator.start()).expect("a free port");
        let front = Front::before(&server.base_url);
        let world = Self {
            regulator,
            front,
            now: START.parse().expect("an instant"),
            dir: TempDir::new().expect("a folder"),
            mails_seen: 0,
            _server: server,
            _runtime: runtime,
        };
        world.configure(setup);
        world
    }

    /// The same, beginning so many days before the real now.
    pub fn days_ago(mut self, days: i64) -> Self {
        let real = carewarden::clock::real_now().round(jiff::Unit::Second).expect("it has seconds");
        self.now = real - SignedDuration::from_hours(24 * days);
        self
    }

    /// Writes the configuration anew.
    pub fn configure(&self, setup: &Setup) {
        std::fs::write(self.config(), setup.text(&self.front.base_url)).expect("it can be written");
    }

    /// A path in the program's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The configuration's path.
    pub fn config(&self) -> PathBuf {
        self.path("carewarden.toml")
    }

    /// The database's path.
    pub fn database(&self) -> PathBuf {
        self.path("data/carewarden.db")
    }

    /// Publishes a record just after the newest run.
    pub fn publish(&self, record: Value) {
        self.regulator.set_location(record, self.now + SignedDuration::from_mins(1));
    }

    /// Runs the program with these arguments.
    pub fn run(&mut self, args: &[&str]) -> Ran {
        let output = program(&self.config(), args).output().expect("the program starts");
        self.ran(output)
    }

    fn ran(&mut self, output: Output) -> Ran {
        let mut mails = self.mails();
        let mails = mails.split_off(self.mails_seen.min(mails.len()));
        self.mails_seen += mails.len();
        let text = |bytes| String::from_utf8(bytes).expect("it prints UTF-8");
        Ran {
            code: output.status.code().expect("it was not killed"),
            out: text(output.stdout),
            err: text(output.stderr),
            mails,
        }
    }

    /// Runs all jobs as of the present day.
    pub fn today(&mut self) -> Ran {
        let now = self.now.to_string();
        self.run(&["run", "--as-of", &now])
    }

    /// Runs all jobs so many minutes later.
    pub fn minutes_later(&mut self, minutes: i64) -> Ran {
        self.now += SignedDuration::from_mins(minutes);
        self.today()
    }

    /// Runs all jobs so many days later.
    pub fn days_later(&mut self, days: i64) -> Ran {
        self.minutes_later(days * 24 * 60)
    }

    /// Runs all jobs a day later.
    pub fn tomorrow(&mut self) -> Ran {
        self.days_later(1)
    }

    /// A list as JSON.
    pub fn json(&mut self, args: &[&str]) -> Value {
        let ran = self.run(&[args, &["--json"]].concat()).exits(0);
        serde_json::from_str(&ran.out).expect("it prints JSON")
    }

    /// Every flag, whatever its state: id, rule, state, severity and subject on one line.
    pub fn flags(&mut self) -> Vec<String> {
        let flags = self.json(&["flags", "--all"]);
        let mut lines: Vec<String> = flags.as_array().expect("a list").iter().map(flag_line).collect();
        lines.sort();
        lines
    }

    /// The mails in the outbox.
    pub fn outbox(&mut self) -> Vec<Value> {
        self.json(&["outbox"]).as_array().expect("a list").clone()
    }

    /// The runs, newest first.
    pub fn runs(&mut self) -> Vec<Value> {
        self.json(&["runs"]).as_array().expect("a list").clone()
    }

    /// All mails in the folder.
    pub fn mails(&self) -> Vec<Mail> {
        mailbox::in_folder(&self.path("mail"))
    }

    /// Asks the database as an auditor would, beside our own code; a row is a line.
    pub fn sql(&self, query: &str) -> Vec<String> {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let conn = rusqlite::Connection::open_with_flags(self.database(), flags).expect("it opens");
        let mut statement = conn.prepare(query).expect("a query");
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            let cells: Result<Vec<String>, _> = (0..columns).map(|index| cell(row, index)).collect();
            cells.map(|cells| cells.join(" "))
        });
        rows.expect("it answers").map(|row| row.expect("a row")).collect()
    }
}

fn cell(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<String> {
    Ok(match row.get_ref(index)? {
        rusqlite::types::ValueRef::Null => "-".to_owned(),
        rusqlite::types::ValueRef::Integer(number) => number.to_string(),
        rusqlite::types::ValueRef::Real(number) => number.to_string(),
        rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        rusqlite::types::ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
    })
}

fn flag_line(flag: &Value) -> String {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let [id, rule, state, severity] = ["id", "rule", "state", "severity"].map(|field| text(&flag[field]));
    format!("{id} {rule} {state} {severity} {}", text(&flag["subject"]["id"]))
}

/// The real program with a configuration, in an empty environment.
pub fn program(config: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_carewarden"));
    command.env_clear().args(args).arg("--config").arg(config).stdin(Stdio::null());
    command
}

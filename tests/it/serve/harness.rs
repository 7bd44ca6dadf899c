//! The real program as a child, with a socket where systemd would listen.

use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use carewarden::demo::regulator::{RecordedRegulator, Running};
use carewarden::store::Store;
use serde_json::json;
use tempfile::TempDir;

use crate::world::regulator::Front;
use crate::world::smtp::{Manners, Server};

/// Longer than anything here takes on a busy machine; nothing is ever waited for so long but a fault.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often a state is looked at that is waited for.
const LOOK: Duration = Duration::from_millis(20);

/// A daemon and its world.
pub struct Daemon {
    pub dir: TempDir,
    pub relay: Server,
    pub front: Front,
    pub regulator: RecordedRegulator,
    child: Option<Child>,
    socket: mpsc::Receiver<String>,
    heard: Vec<String>,
    _running: Running,
    _runtime: tokio::runtime::Runtime,
}

impl Daemon {
    /// The world, and the program not yet started.
    pub fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let regulator =
            RecordedRegulator::new([location("Good")], [json!({"providerId": "1-200000001", "name": "P"})]);
        let running = runtime.block_on(regulator.start()).expect("a free port");
        let dir = TempDir::new().expect("a folder");
        let socket = UnixDatagram::bind(dir.path().join("notify")).expect("a socket");
        let socket = listen(socket);
        let front = Front::before(&running.base_url);
        let relay = Server::start(Manners::default());
        let daemon = Self {
            dir,
            relay,
            front,
            regulator,
            child: None,
            socket,
            heard: Vec::new(),
            _running: running,
            _runtime: runtime,
        };
        daemon.configure("");
        daemon
    }

    /// Writes the configuration, with more at its end.
    pub fn configure(&self, more: &str) {
        let text = format!(
            r#"
            [council]
            name = "Oldham Council"
            timezone = "Europe/London"
            [store]
            path = "carewarden.db"
            [[source]]
            id = "cqc"
            kind = "cqc-api"
            base_url = "{}"
            local_authorities = ["Oldham"]
            service_types = ["Domiciliary care service"]
            requests_per_second = 10000
            retries = 0
            [mail]
            transport = "smtp"
            host = "127.0.0.1"
            port = {}
            tls = "none"
            from = "Carewarden <carewarden@example.gov.uk>"
            allowed_domains = ["example.gov.uk"]
            [[recipient]]
            id = "operator"
            address = "operator@example.gov.uk"
            [[route]]
            severity = "watch"
            to = ["operator"]
            [[route]]
            severity = "operator"
            to = ["operator"]
            {more}
            "#,
            self.front.base_url,
            self.relay.addr.port()
        );
        std::fs::write(self.config(), text).expect("written");
    }

    pub fn config(&self) -> PathBuf {
        self.dir.path().join("carewarden.toml")
    }

    /// Starts the program; ticks come every tenth of a second.
    pub fn start(&mut self, env: &[(&str, &str)]) {
        let log = std::fs::File::create(self.dir.path().join("log")).expect("a log");
        let child = Command::new(env!("CARGO_BIN_EXE_carewarden"))
            .args(["serve", "--config"])
            .arg(self.config())
            .env("NOTIFY_SOCKET", self.dir.path().join("notify"))
            .env("WATCHDOG_USEC", "300000")
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        self.child = Some(child.expect("the program starts"));
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("started").id()
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.pid().to_string()]).status().expect("kill runs");
        assert!(sent.success(), "{name} was not sent");
    }

    /// Waits until systemd would have heard a line that begins so; returns everything heard so far.
    pub fn hear(&mut self, wanted: &str) -> Vec<String> {
        loop {
            let Ok(text) = self.socket.recv_timeout(PATIENCE) else {
                panic!("{wanted} was not heard: {:?}\n{}", self.heard, self.log());
            };
            self.heard.extend(text.lines().map(str::to_owned));
            if text.lines().any(|line| line.starts_with(wanted)) {
                return std::mem::take(&mut self.heard);
            }
        }
    }

    /// Waits until something holds.
    pub fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
            if holds(self) {
                return;
            }
            std::thread::sleep(LOOK);
        }
        let runs = self.rows("SELECT job || ' ' || outcome || ' ' || started_at || ' ' || coalesce(ended_at, '') FROM audit_runs ORDER BY run");
        panic!("{what} did not come: {runs:?}\n{}", self.log());
    }

    /// Waits for the end; how long it took, and how it ended.
    #[expect(clippy::disallowed_methods, reason = "how long a stop takes is what is tested")]
    pub fn stop(&mut self) -> (ExitStatus, Duration) {
        let begun = Instant::now();
        self.signal("-TERM");
        let status = self.child.take().expect("started").wait().expect("it ends");
        (status, begun.elapsed())
    }

    pub fn store(&self) -> Store {
        Store::open_reader(&self.dir.path().join("carewarden.db")).expect("readable")
    }

    /// One text a row.
    pub fn rows(&self, sql: &str) -> Vec<String> {
        let store = self.store();
        let mut statement = store.sql().prepare(sql).expect("sound SQL");
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("rows");
        rows.collect::<Result<_, _>>().expect("texts")
    }

    /// Mails of a kind that the relay took.
    pub fn mails(&self, kind: &str) -> Vec<String> {
        let header = format!("X-Carewarden-Kind: {kind}\r\n");
        let texts =
            self.relay.taken().into_iter().map(|mail| String::from_utf8_lossy(&mail.bytes).into_owned());
        texts.filter(|text| text.contains(&header)).collect()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _ended = child.kill();
            let _reaped = child.wait();
        }
    }
}

/// Hears as systemd does, at once: a socket that nobody reads would hold the daemon up.
fn listen(socket: UnixDatagram) -> mpsc::Receiver<String> {
    let (said, heard) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(length) = socket.recv(&mut bytes) {
            if said.send(String::from_utf8_lossy(&bytes[..length]).into_owned()).is_err() {
                return;
            }
        }
    });
    heard
}

/// The one location of this world.
pub fn location(rating: &str) -> serde_json::Value {
    json!({
        "locationId": "1-100000001", "providerId": "1-200000001", "name": "Brightside",
        "registrationStatus": "Registered", "registrationDate": "2020-01-02", "dormancy": "N",
        "localAuthority": "Oldham",
        "gacServiceTypes": [{"name": "Homecare agencies", "description": "Domiciliary care service"}],
        "currentRatings": {"overall": {"rating": rating, "reportDate": "2024-05-06"}},
        "relationships": [],
    })
}

//! The daemon's planner and jobs, driven by a time that is not real.

use std::path::Path;
use std::time::Duration;

use carewarden::clock::Clock;
use carewarden::config::{self, Config};
use carewarden::daemon::{
    Decision, Job, JobFailure, Planner, Rhythm, Tell, Work, marks, perform, write_down, write_failure,
};
use carewarden::demo::regulator::{RecordedRegulator, Running};
use carewarden::store::{DaemonEvent, DaemonEventKind, Store};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::faults::{self, Happening};
use crate::world::regulator::{Fault, Front};
use crate::world::smtp::{Act, Manners, Server, Verb};

/// Two days before the clocks go forward.
const START: &str = "2025-03-28T00:00:00Z";

const DAYS: i64 = 9;

const LOCATIONS: usize = 6;

/// A piece of work takes so long of the week's time.
const WORK: SignedDuration = SignedDuration::from_secs(2);

/// More turns than this, and the daemon goes round in a circle.
const TURNS_MAX: usize = 5_000;

pub struct World {
    pub seed: u64,
    pub start: Timestamp,
    pub end: Timestamp,
    pub config: Config,
    pub relay: Server,
    /// Ids of locations whose rating truly fell.
    pub changed: Vec<String>,
    /// How often the clock jumped as the daemon saw it.
    pub steps: usize,
    dir: TempDir,
    store: Option<Store>,
    planner: Planner,
    told: Vec<Job>,
    regulator: RecordedRegulator,
    front: Front,
    _running: Running,
    happenings: Vec<(Timestamp, Happening)>,
    /// True time.
    true_now: Timestamp,
    /// What the wall clock is wrong by.
    wrong_by: SignedDuration,
    /// Rows about the clock that are still to be written.
    events: Vec<DaemonEvent>,
}

fn id(location: usize) -> String {
    format!("1-10000000{location}")
}

fn record(location: usize, rating: &str, date: &str) -> Value {
    json!({
        "locationId": id(location), "providerId": format!("1-20000000{location}"), "name": format!("Care {location}"),
        "registrationStatus": "Registered", "registrationDate": "2020-01-02", "dormancy": "N",
        "localAuthority": "Oldham",
        "gacServiceTypes": [{"name": "Homecare agencies", "description": "Domiciliary care service"}],
        "currentRatings": {"overall": {"rating": rating, "reportDate": date}},
        "relationships": [], "lastInspection": {"date": "2025-01-10"},
    })
}

fn provider(location: usize) -> Value {
    json!({"providerId": format!("1-20000000{location}"), "name": format!("Provider {location}"), "registrationStatus": "Registered"})
}

/// In memory where the system has such a place: the store waits for the disk at each commit.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.expect("a folder")
}

fn config_of(dir: &Path, base_url: &str, relay: &Server, seed: u64) -> Config {
    let catch_up = if seed.is_multiple_of(3) { "skip" } else { "latest" };
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
        base_url = "{base_url}"
        local_authorities = ["Oldham"]
        service_types = ["Domiciliary care service"]
        schedule = "0 6,18 * * *"
        catch_up = "{catch_up}"
        requests_per_second = 10000
        retries = 0
        [mail]
        transport = "smtp"
        host = "127.0.0.1"
        port = {port}
        tls = "none"
        from = "Carewarden <carewarden@example.gov.uk>"
        allowed_domains = ["example.gov.uk"]
        [[recipient]]
        id = "lead"
        address = "lead@example.gov.uk"
        [[recipient]]
        id = "director"
        address = "director@example.gov.uk"
        [[recipient]]
        id = "operator"
        address = "operator@example.gov.uk"
        [[route]]
        severity = "watch"
        to = ["lead", "director"]
        [[route]]
        severity = "operator"
        to = ["operator"]
        "#,
        port = relay.addr.port()
    );
    let path = dir.join("carewarden.toml");
    std::fs::write(&path, text).expect("written");
    config::load(&path).unwrap_or_else(|faults| panic!("{faults}")).config
}

impl World {
    /// Lives through the whole time.
    pub fn run(seed: u64) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut world = Self::new(seed).await;
            world.live().await;
            world
        })
    }

    async fn new(seed: u64) -> Self {
        let start: Timestamp = START.parse().expect("an instant");
        let regulator = RecordedRegulator::new(
            (0..LOCATIONS).map(|location| record(location, "Good", "2024-05-06")),
            (0..LOCATIONS).map(provider),
        );
        let running = regulator.start().await.expect("a free port");
        let front = Front::before(&running.base_url);
        let (dir, relay) = (folder(), Server::start(Manners::default()));
        let config = config_of(dir.path(), &front.base_url, &relay, seed);
        let mut world = Self {
            seed,
            start,
            end: start + SignedDuration::from_hours(DAYS * 24),
            config,
            relay,
            changed: Vec::new(),
            steps: 0,
            dir,
            store: None,
            planner: Planner::default(),
            told: Vec::new(),
            regulator,
            front,
            _running: running,
            happenings: faults::week(seed, start, LOCATIONS),
            true_now: start,
            wrong_by: SignedDuration::ZERO,
            events: Vec::new(),
        };
        world.restart();
        world
    }

    pub fn store(&self) -> &Store {
        self.store.as_ref().expect("the daemon runs")
    }

    fn restart(&mut self) {
        self.store = None;
        let mut store =
            Store::open_writer(&self.dir.path().join("carewarden.db"), Duration::ZERO).expect("opened");
        store.close_interrupted_runs(self.wall()).expect("written");
        self.store = Some(store);
        self.planner = Planner::new(Rhythm { assess_minutes: 240, ..Rhythm::default() });
        self.told.clear();
    }

    /// What the wall clock says.
    fn wall(&self) -> Timestamp {
        self.true_now + self.wrong_by
    }

    async fn live(&mut self) {
        let mut happenings = self.happenings.clone().into_iter().peekable();
        for _ in 0..TURNS_MAX {
            while let Some((_, what)) = happenings.next_if(|(at, _)| *at <= self.true_now) {
                self.happen(&what);
            }
            let next_at = self.turn().await;
            if self.true_now >= self.end {
                return;
            }
            // The real loop looks at the clock at least this often; more would find nothing new.
            let wait = next_at.map_or(SignedDuration::from_secs(30), |at| at.duration_since(self.wall()));
            let then = self.true_now + wait.max(WORK);
            let sooner = happenings.peek().map_or(then, |(at, _)| then.min(*at)).min(self.end);
            self.true_now = sooner.max(self.true_now + WORK);
        }
        panic!("seed {}: {TURNS_MAX} turns were not enough for {DAYS} days: {}", self.seed, self.story());
    }

    /// One decision and the work that follows from it; says when there will be more.
    async fn turn(&mut self) -> Option<Timestamp> {
        let now = self.wall();
        let seen = marks(self.store(), &self.config, now).expect("readable");
        let Decision { events, work, next_at } = self.planner.decide(&self.config, &seen, now);
        let all: Vec<DaemonEvent> = self.events.iter().cloned().chain(events).collect();
        let store = self.store.as_mut().expect("the daemon runs");
        let written = write_down(store, &all, now);
        if written.is_ok() {
            self.events.clear();
        }
        let Some(work) = work else { return next_at };
        let done = match written {
            Ok(()) => perform(store, &self.config, &work, Clock::from(now)).await.map(drop),
            Err(error) => Err(error),
        };
        match done {
            Ok(()) => {
                self.told.retain(|told| *told != work.job());
                self.planner.done(&work, now);
            }
            Err(error) => self.fail(&work, &error.to_string(), now),
        }
        Some(now + WORK)
    }

    /// As the worker does.
    fn fail(&mut self, work: &Work, why: &str, at: Timestamp) {
        self.planner.failed(work, at);
        let tell = if self.told.contains(&work.job()) { Tell::Nobody } else { Tell::Operator };
        let failure = JobFailure { job: work.job(), at, why: why.to_owned(), tell };
        let store = self.store.as_mut().expect("the daemon runs");
        // On a full disk this cannot be written either; the next start or the next failure does.
        if write_failure(store, &self.config, &failure).is_ok() {
            self.told.push(work.job());
        }
    }

    fn happen(&mut self, what: &Happening) {
        match what {
            Happening::RegulatorFails => self.front.fail("", Fault::Status(503)),
            Happening::RegulatorWorks => self.front.lift(),
            Happening::RelayFails => {
                self.relay.fault(Verb::Connect, None, Act::Reply("421 not now"), usize::MAX)
            }
            Happening::RelayTakesAndHangsUp(times) => {
                self.relay.fault(Verb::Body, None, Act::TakeAndDrop, *times)
            }
            Happening::RelayWorks => self.relay.lift(),
            Happening::DiskFills => self.limit_pages(true),
            Happening::DiskHasSpace => self.limit_pages(false),
            Happening::ClockSet(seconds) => self.jump(SignedDuration::from_secs(*seconds), false),
            Happening::Sleeps(seconds) => self.jump(SignedDuration::from_secs(*seconds), true),
            Happening::Restarts => self.restart(),
            Happening::Falls(location) => {
                let date = self.true_now.strftime("%Y-%m-%d").to_string();
                self.regulator.set_location(record(*location, "Inadequate", &date), self.true_now);
                self.changed.push(id(*location));
            }
        }
    }

    /// The wall clock goes where the time that the process feels does not.
    fn jump(&mut self, by: SignedDuration, slept: bool) {
        let expected = self.wall();
        if slept {
            self.true_now += by;
        } else {
            self.wrong_by += by;
        }
        let event = self.planner.watch_clock(expected, self.wall()).expect("hours are a step");
        self.events.push(event);
        self.steps += 1;
    }

    /// A database that cannot grow is what a full disk comes to.
    fn limit_pages(&self, full: bool) {
        let sql = self.store().sql();
        let pages: i64 = sql.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("a number");
        let limit = if full { pages } else { i64::from(i32::MAX) };
        sql.query_row(&format!("PRAGMA max_page_count = {limit}"), [], |_| Ok(())).expect("set");
    }

    /// The due instants that events of a kind name, or when they were.
    pub fn events(&self, kind: DaemonEventKind) -> Vec<Timestamp> {
        let sql = "SELECT coalesce(scheduled_for, at) FROM daemon_events WHERE kind = ?1 ORDER BY seq";
        let mut statement = self.store().sql().prepare(sql).expect("sound SQL");
        let rows = statement.query_map([kind.as_str()], |row| row.get::<_, String>(0)).expect("rows");
        rows.map(|text| text.expect("a text").parse().expect("an instant")).collect()
    }

    /// The states of the flags about the source itself.
    pub fn source_flags(&self) -> Vec<String> {
        let sql = "SELECT state FROM audit_flags WHERE subject_kind = 'source'";
        let mut statement = self.store().sql().prepare(sql).expect("sound SQL");
        let rows = statement.query_map([], |row| row.get(0)).expect("rows");
        rows.collect::<Result<_, _>>().expect("texts")
    }

    /// Whether a flag was ever raised because the source was not read for too long.
    pub fn was_stale(&self) -> bool {
        let sql = "SELECT count(*) FROM flag_events WHERE rule = 'source-stale'";
        self.store().sql().query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a number") > 0
    }

    /// What happened, for the words of a failed assertion.
    pub fn story(&self) -> String {
        let lines: Vec<String> = self.happenings.iter().map(|(at, what)| format!("{at} {what:?}")).collect();
        format!("\n  {}\n  in {}", lines.join("\n  "), self.dir.path().display())
    }
}

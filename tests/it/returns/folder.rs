//! The watched folder and the database: taken when whole, kept once, put away with a word.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use carewarden::clock::Clock;
use carewarden::config::{self, Config};
use carewarden::domain::indicator::Indicator;
use carewarden::domain::return_::ReturnState;
use carewarden::facts::History;
use carewarden::jobs::reported::reported;
use carewarden::jobs::{Collecting, SourceRead, calendars, collect};
use carewarden::store::Store;
use carewarden::store::collects::CollectOutcome;
use carewarden::store::returns::submissions;
use jiff::Timestamp;
use tempfile::TempDir;

use super::{CAME_ON, fixture};

pub const NOW: &str = "2026-08-05T06:00:00Z";

/// A council with a folder of returns.
pub struct Council {
    root: TempDir,
    /// Read from its file.
    pub config: Config,
}

pub fn council(more: &str) -> Council {
    let root = tempfile::tempdir().expect("a folder");
    fs::create_dir(root.path().join("in")).expect("made");
    let text = format!(
        "[council]\nname = \"Oldham Council\"\ntimezone = \"Europe/London\"\n[store]\npath = \"db/carewarden.db\"\n\
         [mail]\ntransport = \"directory\"\ndir = \"mail\"\nfrom = \"a@example.gov.uk\"\n\
         [[recipient]]\nid = \"lead\"\naddress = \"lead@example.gov.uk\"\n\
         [[route]]\nseverity = \"watch\"\nto = [\"lead\"]\n[[route]]\nseverity = \"operator\"\nto = [\"lead\"]\n\
         [[source]]\nid = \"returns\"\nkind = \"returns\"\nfolder = \"in\"\n{more}"
    );
    let path = root.path().join("carewarden.toml");
    fs::write(&path, text).expect("written");
    let config = config::load(&path).unwrap_or_else(|faults| panic!("{faults}")).config;
    Council { root, config }
}

impl Council {
    pub fn store(&self) -> Store {
        Store::open_writer(&self.config.store.path, Duration::ZERO).expect("opens")
    }

    /// The configuration's path.
    pub fn file(&self) -> std::path::PathBuf {
        self.root.path().join("carewarden.toml")
    }

    fn folder(&self) -> std::path::PathBuf {
        self.root.path().join("in")
    }

    /// Drops a file that was last changed so long before now.
    pub fn drop_file(&self, name: &str, bytes: &[u8], age_s: u64) {
        let path = self.folder().join(name);
        fs::write(&path, bytes).expect("written");
        let now = SystemTime::from(at(NOW));
        let file = fs::File::options().write(true).open(&path).expect("opens");
        file.set_modified(now - Duration::from_secs(age_s)).expect("its time is set");
    }

    pub fn collect(&self, store: &mut Store, now: &str) -> SourceRead {
        self.collect_all(store, now).remove(0)
    }

    fn collect_all(&self, store: &mut Store, now: &str) -> Vec<SourceRead> {
        let clock = Clock::from(at(now));
        let how = Collecting {
            clock: &clock,
            due_only: false,
            only: None,
            scheduled_for: None,
            accepted: None,
            progress: &|_, _| {},
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("starts");
        runtime.block_on(collect(store, &self.config, how)).expect("collects")
    }

    fn names(&self, shelf: &str) -> Vec<String> {
        let entries =
            fs::read_dir(self.folder().join(shelf)).map(|list| list.collect::<Vec<_>>()).unwrap_or_default();
        let mut names: Vec<String> = entries
            .into_iter()
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn of(name: &str) -> Vec<u8> {
    fs::read(fixture(name)).expect("a fixture")
}

#[test]
fn good_files_are_taken_bad_ones_refused_and_unfinished_ones_left() {
    let council = council("");
    let mut store = council.store();
    council.drop_file("july.xlsx", &of("monthly-table.xlsx"), 61);
    council.drop_file("bad.csv", &of("long-bad.csv"), 61);
    council.drop_file("bomb.xlsx", &of("bomb.xlsx"), 61);
    council.drop_file("other.csv", b"name,age\nx,1\n", 61);
    council.drop_file("young.csv", &of("long.csv"), 59);
    council.drop_file("half.csv.part", &of("long.csv"), 600);
    council.drop_file("~$july.xlsx", b"lock", 600);
    let read = council.collect(&mut store, NOW);
    assert_eq!((read.outcome, read.documents, read.facts), (CollectOutcome::Part, 4, 31));
    assert_eq!(council.names("taken"), ["july.xlsx"]);
    assert_eq!(
        council.names("refused"),
        ["bad.csv", "bad.csv.txt", "bomb.xlsx", "bomb.xlsx.txt", "other.csv", "other.csv.txt"]
    );
    assert_eq!(council.names("."), ["half.csv.part", "refused", "taken", "young.csv", "~$july.xlsx"]);
    let text = fs::read_to_string(council.folder().join("refused/bomb.xlsx.txt")).expect("is there");
    assert!(text.starts_with("bomb.xlsx was not taken by Oldham Council on 5 August 2026."), "{text}");
    let later = council.collect(&mut store, "2026-08-05T06:10:00Z");
    assert_eq!((later.outcome, later.documents, later.facts), (CollectOutcome::Ok, 1, 4));
}

#[test]
fn a_job_that_looks_back_takes_what_was_dropped_since() {
    let council = council("");
    let mut store = council.store();
    council.drop_file("july.csv", &of("long.csv"), 0);
    // Ahead by less than a day a file may still be growing, by more it cannot.
    assert_eq!(council.collect(&mut store, "2026-08-04T07:00:00Z").documents, 0);
    assert_eq!(council.collect(&mut store, "2026-08-04T05:59:00Z").documents, 1);
}

#[test]
fn reading_twice_adds_nothing_and_a_resubmission_is_a_new_version() {
    let council = council("");
    let mut store = council.store();
    council.drop_file("july.csv", &of("long.csv"), 61);
    assert_eq!(council.collect(&mut store, NOW).facts, 4);
    council.drop_file("july.csv", &of("long.csv"), 61);
    let again = council.collect(&mut store, NOW);
    assert_eq!((again.documents, again.facts, again.outcome), (0, 0, CollectOutcome::Ok));
    assert_eq!(council.names("taken"), ["july-2.csv", "july.csv"], "what was put away stays");
    let corrected = String::from_utf8(of("long.csv")).expect("text").replace("8,1560", "9,1560");
    council.drop_file("july.csv", corrected.as_bytes(), 61);
    assert_eq!(council.collect(&mut store, "2026-08-06T06:00:00Z").facts, 4);
    let missed = |as_of: &str| {
        let returns = reported(store.sql(), &council.config, &History::default(), at(as_of)).expect("reads");
        let (_, reporter) = returns.reporters().next().expect("one reports");
        assert_eq!(reporter.series().count(), 4);
        let value = reporter
            .whole(Indicator::MissedVisits)
            .and_then(|whole| whole.series.newest())
            .expect("is there");
        (value.submission, value.numerator)
    };
    assert_eq!(missed("2026-08-05T12:00:00Z"), (1, Some(8.0)));
    assert_eq!(missed("2026-08-06T12:00:00Z"), (2, Some(9.0)));
    assert_eq!(submissions(store.sql(), at("2026-08-07T00:00:00Z")).expect("reads").len(), 2);
    let versions: Vec<(i64, i64)> =
        rows(&store, "SELECT DISTINCT submission, version FROM audit_returns", |row| {
            (row.get(0).expect("a number"), row.get(1).expect("a number"))
        });
    assert_eq!(versions, [(1, 1), (2, 2)]);
}

pub fn rows<T>(store: &Store, sql: &str, of: impl Fn(&rusqlite::Row<'_>) -> T) -> Vec<T> {
    let mut statement = store.sql().prepare(sql).expect("sound SQL");
    let rows = statement.query_map([], |row| Ok(of(row))).expect("runs");
    rows.map(|row| row.expect("a row")).collect()
}

#[test]
fn an_auditor_reads_values_rejects_and_leaves() {
    let council = council("");
    let mut store = council.store();
    council.drop_file("july.csv", &of("long.csv"), 61);
    council.drop_file("bad.csv", &of("long-bad.csv"), 61);
    council.collect(&mut store, NOW);
    let values: Vec<String> = rows(
        &store,
        "SELECT provider_id || ' ' || period_end || ' ' || indicator || ' ' || value || ' ' || coalesce(zone, '-') || ' ' || place
         FROM audit_returns WHERE indicator IS NOT NULL ORDER BY indicator",
        |row| row.get(0).expect("a text"),
    );
    insta::assert_snapshot!("audit_returns", values.join("\n"));
    let rejects: Vec<String> =
        rows(&store, "SELECT place || ': ' || reason FROM audit_rejects", |row| row.get(0).expect("a text"));
    assert_eq!(rejects.len(), 13);
    assert!(!rejects.join(" ").contains("Total care"), "what stands in a cell is not stored");
    let unproven: Vec<i64> = rows(
        &store,
        "SELECT count(*) FROM returns r WHERE NOT EXISTS (SELECT 1 FROM leaves l WHERE l.kind = 'returns' AND l.row = r.seq)",
        |row| row.get(0).expect("a number"),
    );
    assert_eq!(unproven, [0]);
    for table in ["returns", "return_values", "return_states"] {
        let refused = store.sql().execute(&format!("DELETE FROM {table}"), []);
        let rows: Vec<i64> =
            rows(&store, &format!("SELECT count(*) FROM {table}"), |row| row.get(0).expect("a number"));
        assert!(refused.is_err() || rows == [0], "{table} only grows");
    }
}

#[test]
fn the_calendar_says_what_is_due_received_and_missing() {
    let council = council(
        "[[contract]]\nprovider = \"1-101000001\"\nstart = 2026-06-01\nreturns = \"month\"\nlocations = [\"1-201\"]\n\
         [[contract]]\nprovider = \"1-101000002\"\nstart = 2026-06-01\nreturns = \"month\"\ndue_days = 3\n",
    );
    let mut store = council.store();
    council.collect(&mut store, "2026-06-20T06:00:00Z");
    council.drop_file("july.csv", &of("long.csv"), 61);
    council.collect(&mut store, NOW);
    let states = |as_of: &str, today| -> Vec<(String, Vec<ReturnState>)> {
        let calendars = calendars(store.sql(), &council.config, at(as_of), today).expect("reads");
        let of = |calendar: carewarden::jobs::ProviderCalendar| {
            (calendar.provider_id, calendar.entries.iter().map(|entry| entry.state).collect())
        };
        calendars.into_iter().map(of).collect()
    };
    use ReturnState::{Due, Missing, Received};
    assert_eq!(
        states(NOW, CAME_ON),
        [
            ("1-101000001".to_owned(), vec![Missing, Received]),
            ("1-101000002".to_owned(), vec![Missing, Missing]),
        ]
    );
    let before = "2026-08-02T00:00:00Z";
    assert_eq!(states(before, jiff::civil::date(2026, 8, 2))[0].1, [Missing, Due]);
    let missing: Vec<String> = rows(
        &store,
        "SELECT provider_id || ' ' || period_start || ' ' || state FROM audit_returns_missing ORDER BY 1",
        |row| row.get(0).expect("a text"),
    );
    assert_eq!(
        missing,
        [
            "1-101000001 2026-06-01 missing",
            "1-101000002 2026-06-01 missing",
            "1-101000002 2026-07-01 missing",
        ]
    );
}

#[test]
fn what_was_due_before_the_first_run_is_not_called_missing() {
    let council = council("[[contract]]\nprovider = \"1-9\"\nstart = 2025-01-01\nreturns = \"month\"\n");
    let mut store = council.store();
    council.collect(&mut store, NOW);
    let calendars = calendars(store.sql(), &council.config, at(NOW), CAME_ON).expect("reads");
    let states: Vec<ReturnState> = calendars[0].entries.iter().map(|entry| entry.state).collect();
    assert_eq!(states, [ReturnState::Due], "July is due by 8 August, June was due before us");
    assert!(!calendars[0].misses.too_many(council.config.returns.limits));
}

#[test]
fn a_stranger_s_return_is_refused_once_contracts_say_who_reports() {
    let council = council("[[contract]]\nprovider = \"1-77\"\nstart = 2026-06-01\n");
    let mut store = council.store();
    council.drop_file("july.csv", &of("long.csv"), 61);
    let read = council.collect(&mut store, NOW);
    assert_eq!((read.facts, read.rejects), (0, 4));
    assert_eq!(council.names("refused"), ["july.csv", "july.csv.txt"]);
}

/// A portal that wants a token and knows what it has sent.
async fn portal(headers: axum::http::HeaderMap) -> axum::response::Response {
    use axum::http::{StatusCode, header};
    use axum::response::IntoResponse;
    let says = |name, value: &str| headers.get(name).is_some_and(|said| said == value);
    if !says(header::AUTHORIZATION, "Bearer t0ken") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if says(header::IF_NONE_MATCH, "\"v1\"") {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(header::ETAG, "\"v1\"")], of("long.csv")).into_response()
}

#[test]
fn an_address_is_asked_with_its_token_and_what_is_held() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("starts");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let app = axum::Router::new().route("/returns.csv", axum::routing::get(portal));
    runtime.spawn(async move { axum::serve(listener, app).await });
    let source = |token: &str| {
        format!(
            "[[source]]\nid = \"portal\"\nkind = \"returns\"\nurl = \"http://127.0.0.1:{port}/returns.csv\"\n\
             retries = 0\ntoken = {{ file = \"{token}\" }}\n"
        )
    };
    let folder = tempfile::tempdir().expect("a folder");
    let secret = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        path.display().to_string()
    };
    let council = council(&source(&secret("good", "t0ken\n")));
    let mut store = council.store();
    let read = council.collect_all(&mut store, NOW);
    assert_eq!((read[1].outcome, read[1].facts), (CollectOutcome::Ok, 4), "{:?}", read[1].problem);
    let again = council.collect_all(&mut store, "2026-08-06T06:00:00Z");
    assert_eq!((again[1].outcome, again[1].documents, again[1].facts), (CollectOutcome::Ok, 0, 0));
    let outcomes: Vec<String> =
        rows(&store, "SELECT outcome FROM audit_fetches ORDER BY seq", |row| row.get(0).expect("a text"));
    assert_eq!(outcomes, ["good", "unchanged"]);
    let stranger = self::council(&source(&secret("bad", "guess")));
    let refused = stranger.collect_all(&mut stranger.store(), NOW);
    assert!(refused[1].is_failed());
    let problem = refused[1].problem.clone().unwrap_or_default();
    assert!(problem.contains("401") && !problem.contains("guess"), "{problem}");
}

#[test]
fn a_folder_that_is_gone_fails_the_source_and_not_the_run() {
    let council = council("");
    fs::remove_dir(council.folder()).expect("removed");
    let mut store = council.store();
    let read = council.collect(&mut store, NOW);
    assert!(read.is_failed());
    assert!(read.problem.expect("a reason").contains("cannot list"));
    assert!(Path::new(&council.config.store.path).exists());
}

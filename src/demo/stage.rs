//! The demonstration's stage: a folder with a configuration, a policy, a database and mails, and
//! the recorded register behind a real HTTP server on this machine.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::regulator::RecordedRegulator;
use super::{returns, story};
use crate::clock::Clock;
use crate::config::{self, Config, Faults};
use crate::jobs::{Cycle, Done, Jobs, cycle};
use crate::store::outbox::Mode;
use crate::store::{Store, StoreError};

/// How long the demonstration waits for another one in the same folder, in seconds.
const WAIT_S: u64 = 2;

const CONFIG: &str = include_str!("../../demo/carewarden.toml");

/// Why the demonstration could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The folder has a database already.
    #[error("{0} holds a demonstration already; give another folder with --dir DIR, or remove it")]
    Taken(PathBuf),
    /// A file or socket.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The configuration that ships with the demonstration.
    #[error("the demonstration's own configuration has a fault:\n{0}")]
    Config(Faults),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A job.
    #[error(transparent)]
    Job(#[from] crate::jobs::JobError),
}

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Places {
    /// The folder.
    pub dir: PathBuf,
    /// The configuration.
    pub config: PathBuf,
    /// The database.
    pub database: PathBuf,
    /// The mails.
    pub mails: PathBuf,
    /// The watched folder for returns.
    pub returns: PathBuf,
}

impl Places {
    /// The places under a folder.
    #[must_use]
    pub fn under(dir: &Path) -> Self {
        Self {
            config: dir.join("carewarden.toml"),
            database: dir.join("carewarden.db"),
            mails: dir.join("mail"),
            returns: dir.join("returns"),
            dir: dir.to_owned(),
        }
    }
}

/// The stage, set.
#[derive(Debug)]
pub struct Stage {
    /// Where everything is.
    pub places: Places,
    /// The configuration in force.
    pub config: Config,
    /// The database.
    pub store: Store,
    regulator: RecordedRegulator,
    _server: super::regulator::Running,
}

impl Stage {
    /// Makes the folder with all that is in it, and starts the server.
    ///
    /// # Errors
    /// The folder is taken or cannot be written, or the server cannot start.
    pub async fn set(dir: &Path) -> Result<Self, DemoError> {
        let places = Places::under(dir);
        if places.database.exists() {
            return Err(DemoError::Taken(dir.to_owned()));
        }
        let (locations, providers) = super::oldham();
        let regulator = RecordedRegulator::new(
            locations.into_iter().chain(story::day_one()),
            providers.into_iter().chain(story::providers()),
        );
        let server = regulator.start().await.map_err(io("start a server on", Path::new("127.0.0.1")))?;
        write_folder(&places, &server.base_url)?;
        let config = config::load(&places.config).map_err(DemoError::Config)?.config;
        let store = Store::open_writer(&config.store.path, std::time::Duration::from_secs(WAIT_S))?;
        Ok(Self { places, config, store, regulator, _server: server })
    }

    /// One cycle as of an instant.
    ///
    /// # Errors
    /// A job's.
    pub async fn cycle(
        &mut self,
        now: Timestamp,
        progress: &dyn Fn(&str, crate::sources::cqc::Progress),
    ) -> Result<Done, DemoError> {
        let how = Cycle {
            jobs: Jobs::All,
            clock: Clock::from(now),
            due_only: false,
            mode: Mode::Due,
            accepted: None,
            progress,
        };
        Ok(cycle(&mut self.store, &self.config, how).await?)
    }

    /// Lets the night pass: the made-up changes are published, and the returns for March come.
    ///
    /// # Errors
    /// The returns cannot be written.
    pub fn overnight(&self, published_at: Timestamp) -> Result<(), DemoError> {
        for record in story::day_two() {
            self.regulator.set_location(record, published_at);
        }
        drop_return(&self.places, "march-2025.csv", &returns::day_two())
    }

    /// How many requests the server has answered.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.regulator.requests().len()
    }
}

fn write_folder(places: &Places, base_url: &str) -> Result<(), DemoError> {
    let policy = places.dir.join("policy");
    for dir in [&policy, &places.mails, &places.returns] {
        std::fs::create_dir_all(dir).map_err(io("make", dir))?;
    }
    for (name, text) in config::SHIPPED_POLICY {
        write(&places.dir.join(name), text)?;
    }
    drop_return(places, "to-february-2025.csv", &returns::day_one())?;
    write(&places.config, &CONFIG.replace("BASE_URL", base_url))
}

/// Drops a file that has been whole for a while by the demonstration's own time.
fn drop_return(places: &Places, name: &str, text: &str) -> Result<(), DemoError> {
    let path = places.returns.join(name);
    write(&path, text)?;
    let file = std::fs::File::options().write(true).open(&path).map_err(io("open", &path))?;
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).map_err(io("set the time of", &path))
}

fn write(path: &Path, text: &str) -> Result<(), DemoError> {
    std::fs::write(path, text).map_err(io("write", path))
}

fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> DemoError {
    let path = path.to_owned();
    move |source| DemoError::Io { doing, path, source }
}

//! Collecting provider returns: files are kept first and put away only then. A file that was read
//! before adds nothing.

mod ahead;
mod file;
mod keep;
mod mailbox;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use super::JobError;
use super::collect::SourceRead;
use crate::audit::sha256_hex;
use crate::clock::Clock;
use crate::config::{Config, ReturnsAddress, ReturnsFrom, ReturnsSource, Source};
use crate::domain::SubjectKind;
use crate::domain::return_::Kept;
use crate::sources::http::{Answer, Validators};
use crate::sources::returns::address;
use crate::sources::returns::inbox::{self, Shelf};
use crate::sources::returns::refusal::Letter;
use crate::sources::returns::template::Template;
use crate::store::collects::{self, Cached, CollectOutcome};
use crate::store::{self, Store};
use ahead::Ahead;
use file::{File, Outcome, Ways, read_file};
use mailbox::Mailbox;

/// Files that are kept in one transaction.
const BATCH_FILES_MAX: usize = 50;

/// Values, rejects and notes after which a transaction takes no further file.
const BATCH_WEIGHT_MAX: usize = 20_000;

/// Why a file's body is not in the database.
const NO_BODY: &str = "not kept here: a workbook may name people. Its values are in return_values";

/// What is needed to take returns in.
#[derive(Clone, Copy)]
pub(super) struct Taking<'a> {
    pub(super) source: &'a Source,
    pub(super) settings: &'a ReturnsSource,
    pub(super) run: i64,
    pub(super) clock: Clock,
    pub(super) config: &'a Config,
    mailbox: Option<&'a Mailbox>,
}

pub(super) async fn collect_returns(store: &mut Store, taking: Taking<'_>) -> Result<SourceRead, JobError> {
    let mailbox = Mailbox::of(&taking, store)?;
    let taking = Taking { mailbox: mailbox.as_ref(), ..taking };
    let ways = Arc::new(taking.ways(store)?);
    let mut read = SourceRead {
        id: taking.source.id.clone(),
        outcome: CollectOutcome::Ok,
        full: true,
        records: 0,
        documents: 0,
        facts: 0,
        rejects: 0,
        problem: None,
    };
    let done = match &taking.settings.from {
        ReturnsFrom::Folder { folder, settle } => {
            taking.folder(store, &ways, folder, *settle, &mut read).await?
        }
        ReturnsFrom::Address(address) => taking.address(store, &ways, address, &mut read).await?,
    };
    if let Err(why) = done {
        read.outcome = CollectOutcome::Failed;
        read.problem = Some(why);
    }
    store.write(taking.clock.now(), |tx| {
        taking.tell_of_more(tx)?;
        taking.note(tx, &read)
    })?;
    Ok(read)
}

/// What went wrong with the source as a whole, in words.
type Done = Result<(), String>;

impl<'a> Taking<'a> {
    /// Nobody is told yet of what is refused.
    pub(super) const fn new(
        source: &'a Source,
        settings: &'a ReturnsSource,
        run: i64,
        clock: Clock,
        config: &'a Config,
    ) -> Self {
        Self { source, settings, run, clock, config, mailbox: None }
    }
}

impl Taking<'_> {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn today(&self) -> Date {
        self.now().to_zoned(self.config.council.zone.clone()).date()
    }

    fn ways(&self, store: &Store) -> Result<Ways, JobError> {
        let all = &self.config.returns.templates;
        let asked = self.settings.template.as_deref();
        let templates: Vec<Template> =
            all.iter().filter(|template| asked.is_none_or(|id| template.id == id)).cloned().collect();
        let known = self.known(store)?;
        let hash = sha256_hex(format!("{} {templates:?} {known:?}", env!("CARGO_PKG_VERSION")).as_bytes());
        Ok(Ways { templates, known, hash, came_on: self.today() })
    }

    /// Whoever has a contract, and whoever is watched. Without contracts anybody may report.
    fn known(&self, store: &Store) -> Result<BTreeSet<String>, JobError> {
        let contracts = &self.config.returns.contracts;
        if contracts.is_empty() {
            return Ok(BTreeSet::new());
        }
        let of_contract = |contract: &crate::domain::Contract| {
            let mut ids = contract.location_ids.clone();
            ids.push(contract.provider_id.clone());
            ids
        };
        let mut known: BTreeSet<String> = contracts.iter().flat_map(of_contract).collect();
        let history = store::facts::history(store.sql(), self.now())?;
        for kind in [SubjectKind::Location, SubjectKind::Provider] {
            known.extend(history.subjects(kind).map(|subject| subject.id.clone()));
        }
        Ok(known)
    }

    async fn folder(
        &self,
        store: &mut Store,
        ways: &Arc<Ways>,
        folder: &Path,
        settle: Duration,
        read: &mut SourceRead,
    ) -> Result<Done, JobError> {
        let paths = match inbox::whole_files(folder, self.now(), settle) {
            Ok(paths) => paths,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let mut ahead = Ahead::of(paths, ways);
        let mut batch = Vec::new();
        let mut weight = 0;
        while let Some(next) = ahead.next().await {
            match next {
                Ok(Ok(Some((path, file)))) => {
                    weight += file.weight();
                    batch.push((path, file));
                }
                Ok(Ok(None)) => {}
                Ok(Err(error)) => read.spoil(1, error.to_string()),
                Err(path) => read.spoil(1, format!("{}: reading it came to no end", path.display())),
            }
            if batch.len() >= BATCH_FILES_MAX || weight >= BATCH_WEIGHT_MAX {
                weight = 0;
                if let Err(why) = self.settle(store, std::mem::take(&mut batch), read)? {
                    return Ok(Err(why));
                }
            }
        }
        self.settle(store, batch, read)
    }

    /// Keeps a batch of files in one transaction, and puts them away when it is committed. What is
    /// read again because the power failed between the two adds nothing.
    fn settle(
        &self,
        store: &mut Store,
        batch: Vec<(PathBuf, File)>,
        read: &mut SourceRead,
    ) -> Result<Done, JobError> {
        if batch.is_empty() {
            return Ok(Ok(()));
        }
        let kept = store.write(self.now(), |tx| {
            batch.iter().map(|(_, file)| self.keep(tx, file, read)).collect::<Result<Vec<Kept>, JobError>>()
        })?;
        crate::failpoint::reach("before-put-away");
        for ((path, file), kept) in batch.iter().zip(kept) {
            let shelf = if kept == Kept::Nothing { Shelf::Refused } else { Shelf::Taken };
            if let Err(error) = inbox::put_away(path, shelf, self.letter(file).as_deref()) {
                return Ok(Err(error.to_string()));
            }
        }
        Ok(Ok(()))
    }

    async fn address(
        &self,
        store: &mut Store,
        ways: &Arc<Ways>,
        address: &ReturnsAddress,
        read: &mut SourceRead,
    ) -> Result<Done, JobError> {
        let cached = collects::cached(store.sql(), &address.url)?;
        let held = cached.map(|cached| Validators { etag: cached.etag, last_modified: cached.last_modified });
        let answer = address::fetch(address, held.as_ref(), self.clock).await;
        let name = address.url.rsplit('/').next().unwrap_or("return").to_owned();
        let (bytes, validators) = match answer {
            Ok(Answer::Body { bytes, validators }) => (bytes, validators),
            Ok(Answer::Unchanged) => {
                store.write(self.now(), |tx| self.fetch(tx, &address.url, "unchanged", None))?;
                return Ok(Ok(()));
            }
            Ok(Answer::Absent) => {
                store.write(self.now(), |tx| self.fetch(tx, &address.url, "gone", None))?;
                return Ok(Err(format!("{}: there is nothing there; check url", address.url)));
            }
            Err(why) => {
                store.write(self.now(), |tx| self.fetch(tx, &address.url, "failed", None))?;
                return Ok(Err(why));
            }
        };
        let ways = Arc::clone(ways);
        let file = match tokio::task::spawn_blocking(move || read_file(&name, &bytes, &ways)).await {
            Ok(file) => file,
            Err(error) => return Ok(Err(format!("{}: reading it came to no end: {error}", address.url))),
        };
        store.write(self.now(), |tx| -> Result<(), JobError> {
            self.keep(tx, &file, read)?;
            let Validators { etag, last_modified } = validators;
            // Only what came to something is not asked for again.
            let cached = Cached { etag, last_modified, sha256: file.sha256.clone() };
            let good = matches!(&file.outcome, Outcome::Read(reading, _) if !reading.refused);
            Ok(tx.cache(&address.url, good.then_some(&cached))?)
        })?;
        Ok(Ok(()))
    }

    fn letter_of<'f>(&'f self, file: &'f str) -> Letter<'f> {
        Letter { file, council: &self.config.council.name, read_on: self.today() }
    }

    fn letter(&self, file: &File) -> Option<String> {
        let letter = self.letter_of(&file.name);
        match &file.outcome {
            Outcome::Read(reading, template) => letter.faults(reading, template),
            Outcome::Unreadable(why) => Some(letter.unreadable(why)),
            Outcome::Unfitting(fits) => Some(letter.unfitting(fits)),
        }
    }
}

//! What a file says, into the database.

use super::file::{File, Outcome};
use super::{NO_BODY, Taking};
use crate::audit::Cell;
use crate::config::ReturnsFrom;
use crate::domain::return_::{Kept, ReturnValue};
use crate::facts::quality::{self, Version};
use crate::jobs::JobError;
use crate::jobs::collect::SourceRead;
use crate::sources::returns::reading::{REJECTS_MAX, Reading};
use crate::store::collects::{CollectOutcome, NewCollect};
use crate::store::facts::NewDocument;
use crate::store::remarks::{self, Remarked};
use crate::store::returns::{NewReturn, is_read};
use crate::store::{Tx, instant};

impl Taking<'_> {
    /// Keeps what a file says; what was read before in the same way is not kept twice.
    pub(super) fn keep(&self, tx: &Tx<'_>, file: &File, read: &mut SourceRead) -> Result<Kept, JobError> {
        if let Some(kept) = is_read(tx.sql(), &self.source.id, &file.reading)? {
            return Ok(kept);
        }
        let url = self.url_of(file);
        let document = tx.document(NewDocument {
            source: &self.source.id,
            url: &url,
            fetched_at: self.now(),
            sha256: &file.sha256,
            bytes_received: file.bytes,
            body: None,
            note: Some(NO_BODY),
        })?;
        self.fetch(tx, &url, "good", Some(document))?;
        read.documents += 1;
        let new = NewReturn {
            run: self.run,
            source: &self.source.id,
            document,
            at: self.now(),
            came_on: self.today(),
            file: &file.name,
            template: None,
            reading: &file.reading,
            about: None,
            kept: Kept::Nothing,
            rejects: 1,
        };
        let kept = match &file.outcome {
            Outcome::Read(reading, _) => self.keep_reading(tx, new, reading, read)?,
            Outcome::Unreadable(why) => self.keep_nothing(tx, new, &why.to_string(), read)?,
            Outcome::Unfitting(fits) => {
                let why = if fits.is_empty() {
                    "it fits no template".to_owned()
                } else {
                    format!("it fits several templates alike: {}; name one in the source", fits.join(", "))
                };
                self.keep_nothing(tx, new, &why, read)?
            }
        };
        self.tell(tx, file, document, kept)?;
        Ok(kept)
    }

    fn keep_nothing(
        &self,
        tx: &Tx<'_>,
        new: NewReturn<'_>,
        why: &str,
        read: &mut SourceRead,
    ) -> Result<Kept, JobError> {
        tx.submission(new, &[])?;
        self.reject(tx, new.document, new.file, why)?;
        read.records += 1;
        read.spoil(1, format!("{}: {why}", new.file));
        Ok(Kept::Nothing)
    }

    fn keep_reading(
        &self,
        tx: &Tx<'_>,
        new: NewReturn<'_>,
        reading: &Reading,
        read: &mut SourceRead,
    ) -> Result<Kept, JobError> {
        let new = NewReturn { template: Some(&reading.template), rejects: reading.rejects.len(), ..new };
        let mut best = Kept::Nothing;
        for (about, (kept, values)) in reading.returns() {
            self.keep_version(tx, NewReturn { about: Some(about), kept, ..new }, &values)?;
            read.records += 1;
            read.facts += values.len();
            best = best.min(kept);
        }
        if reading.about.is_empty() {
            tx.submission(new, &[])?;
            read.records += 1;
        }
        for reject in reading.rejects.iter().take(REJECTS_MAX) {
            let place = format!("{}, {}", new.file, reject.place);
            self.reject(tx, new.document, &place, &format!("expected {}", reject.expected))?;
        }
        if let Some(first) = reading.rejects.first() {
            let problem = format!("{}, {}: expected {}", new.file, first.place, first.expected);
            read.spoil(reading.rejects.len(), problem);
        }
        Ok(best)
    }

    /// Keeps a version with what is to be remarked on it, against what was held before it.
    fn keep_version(&self, tx: &Tx<'_>, new: NewReturn<'_>, values: &[&ReturnValue]) -> Result<(), JobError> {
        let remarks = match (new.about, new.template) {
            (Some((provider, period)), Some(form)) if !values.is_empty() => {
                let held = remarks::held(tx.sql(), provider, period, form)?;
                quality::remarks(Version { period, kept: new.kept, values }, &held)
            }
            _ => Vec::new(),
        };
        let submission = tx.submission(new, values)?;
        let Some((provider_id, period)) = new.about else { return Ok(()) };
        let on = Remarked { run: new.run, submission, at: new.at, provider_id, period };
        for remark in &remarks {
            tx.remark(on, remark)?;
        }
        Ok(())
    }

    fn reject(&self, tx: &Tx<'_>, document: i64, place: &str, reason: &str) -> Result<(), JobError> {
        tx.append(
            "rejects",
            &[
                ("run", Cell::Integer(self.run)),
                ("source", Cell::Text(&self.source.id)),
                ("document", Cell::Integer(document)),
                ("at", Cell::Text(&instant(self.now()))),
                ("place", Cell::Text(place)),
                ("reason", Cell::Text(reason)),
            ],
        )?;
        Ok(())
    }

    pub(super) fn fetch(
        &self,
        tx: &Tx<'_>,
        url: &str,
        outcome: &'static str,
        document: Option<i64>,
    ) -> Result<(), JobError> {
        tx.append(
            "fetches",
            &[
                ("run", Cell::Integer(self.run)),
                ("source", Cell::Text(&self.source.id)),
                ("url", Cell::Text(url)),
                ("at", Cell::Text(&instant(self.now()))),
                ("status", Cell::Null),
                ("outcome", Cell::Text(outcome)),
                ("document", document.map_or(Cell::Null, Cell::Integer)),
                ("detail", Cell::Null),
            ],
        )?;
        Ok(())
    }

    pub(super) fn note(&self, tx: &Tx<'_>, read: &SourceRead) -> Result<(), JobError> {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        tx.collect(&NewCollect {
            run: self.run,
            source: &self.source.id,
            at: self.now(),
            outcome: read.outcome,
            full: read.full,
            watermark: None,
            error: read.problem.as_deref(),
            documents: count(read.documents),
            facts: count(read.facts),
            rejects: count(read.rejects),
        })?;
        Ok(())
    }

    fn url_of(&self, file: &File) -> String {
        match &self.settings.from {
            ReturnsFrom::Folder { .. } => format!("file:{}", file.name),
            ReturnsFrom::Address(address) => address.url.clone(),
        }
    }
}

impl SourceRead {
    /// Notes rejects; the first problem is the one that is told.
    pub(super) fn spoil(&mut self, rejects: usize, problem: String) {
        self.rejects += rejects;
        self.outcome = CollectOutcome::Part;
        self.problem.get_or_insert(problem);
    }
}

//! The council's mailbox for returns is told of each file of which something was refused, so that
//! an officer can forward it: decided in the transaction that keeps the file, and once.

use std::collections::BTreeMap;

use super::Taking;
use super::file::{File, Outcome};
use crate::alerts::{Alert, Extent, Kind, NamedFile, Refusal, RefusedFile, Sender};
use crate::config::ReturnsFrom;
use crate::domain::return_::Kept;
use crate::domain::{Severity, Subject, SubjectKind};
use crate::facts::History;
use crate::jobs::JobError;
use crate::jobs::queue::{Post, queue};
use crate::sources::returns::inbox::Shelf;
use crate::sources::returns::reading::Reading;
use crate::store::letters::{LetterOf, RefusedReturn, mails_of, untold};
use crate::store::{self, Store, Tx};

/// Files that have mails of their own in one collect. What is left is named in one more: a hundred
/// mails at six in the morning are read by nobody.
const MAILS_MAX: usize = 10;

/// Who is told, and who counts as known.
#[derive(Debug)]
pub(super) struct Mailbox {
    recipient: String,
    /// Whoever has a contract or is watched, with the name where one is held.
    senders: BTreeMap<String, Option<String>>,
}

impl Mailbox {
    /// The mailbox, where the configuration names one.
    pub(super) fn of(taking: &Taking<'_>, store: &Store) -> Result<Option<Self>, JobError> {
        let Some(recipient) = &taking.config.returns.mailbox else { return Ok(None) };
        let history = store::facts::history(store.sql(), taking.now())?;
        let mut senders = BTreeMap::new();
        for kind in [SubjectKind::Location, SubjectKind::Provider] {
            for subject in history.subjects(kind) {
                senders.insert(subject.id.clone(), name(&history, subject));
            }
        }
        for contract in &taking.config.returns.contracts {
            for id in contract.location_ids.iter().chain([&contract.provider_id]) {
                senders.entry(id.clone()).or_insert(None);
            }
        }
        Ok(Some(Self { recipient: recipient.clone(), senders }))
    }

    /// The known providers of whom a file had something refused.
    fn senders(&self, reading: &Reading) -> Vec<Sender> {
        let known = |id: &str| Some(Sender { id: id.to_owned(), name: self.senders.get(id)?.clone() });
        reading.refused_ids().into_iter().filter_map(known).collect()
    }
}

/// A name that says more than the id.
fn name(history: &History, subject: &Subject) -> Option<String> {
    let name = history.name(subject);
    (!name.is_empty() && name != subject.id).then(|| name.to_owned())
}

impl Taking<'_> {
    /// Tells of a file that was just kept, if there is somebody to tell and something was refused.
    pub(super) fn tell(&self, tx: &Tx<'_>, file: &File, document: i64, kept: Kept) -> Result<(), JobError> {
        let (Some(mailbox), Outcome::Read(reading, template)) = (self.mailbox, &file.outcome) else {
            return Ok(());
        };
        let senders = mailbox.senders(reading);
        let Some((words, faults)) = self.letter_of(&file.name).mailed(reading, template) else {
            return Ok(());
        };
        if senders.is_empty() {
            return Ok(());
        }
        let refused = RefusedReturn {
            document,
            file: file.name.clone(),
            providers: senders.iter().map(|sender| sender.id.clone()).collect(),
        };
        let mail = if mails_of(tx.sql(), self.run)? < MAILS_MAX {
            let extent = if kept == Kept::Nothing { Extent::Whole } else { Extent::Part };
            let file = RefusedFile {
                document,
                file: file.name.clone(),
                extent,
                senders,
                words,
                faults,
                folder: self.folder_of(extent),
            };
            self.post(tx, mailbox, Refusal::File(file))?
        } else {
            None
        };
        tx.letter(self.letter_row(), &refused, mail)?;
        Ok(())
    }

    /// Names in one mail what had none of its own, also what a run left that was killed.
    pub(super) fn tell_of_more(&self, tx: &Tx<'_>) -> Result<(), JobError> {
        let Some(mailbox) = self.mailbox else { return Ok(()) };
        let left = untold(tx.sql(), &self.source.id)?;
        if left.is_empty() {
            return Ok(());
        }
        let named = |one: &RefusedReturn| NamedFile { file: one.file.clone(), ids: one.providers.clone() };
        let more = Refusal::More { run: self.run, files: left.iter().map(named).collect() };
        let Some(mail) = self.post(tx, mailbox, more)? else { return Ok(()) };
        for refused in &left {
            tx.letter(self.letter_row(), refused, Some(mail))?;
        }
        Ok(())
    }

    fn post(&self, tx: &Tx<'_>, mailbox: &Mailbox, refusal: Refusal) -> Result<Option<i64>, JobError> {
        let council = &self.config.council;
        let raised = self.now().to_zoned(council.zone.clone());
        let blank = Alert::blank(Kind::Source, Severity::Watch, &council.name, &mailbox.recipient, &raised);
        let only = match &refusal {
            Refusal::File(file) if file.senders.len() == 1 => file.senders.first(),
            Refusal::File(_) | Refusal::More { .. } => None,
        };
        let alert = Alert {
            provider: only.map(|sender| Subject::provider(&sender.id)),
            provider_name: only.and_then(|sender| sender.name.clone()),
            name_in_subject: self.config.mail.name_in_subject,
            refusal: Some(refusal),
            ..blank
        };
        queue(tx, self.config, &Post { alert: &alert, run: Some(self.run), at: self.now() })
    }

    fn letter_row(&self) -> LetterOf<'_> {
        LetterOf { run: self.run, at: self.now(), source: &self.source.id }
    }

    /// Where the file will lie with its text.
    fn folder_of(&self, extent: Extent) -> Option<String> {
        let shelf = match extent {
            Extent::Whole => Shelf::Refused,
            Extent::Part => Shelf::Taken,
        };
        match &self.settings.from {
            ReturnsFrom::Folder { .. } => Some(format!("{}/", shelf.as_str())),
            ReturnsFrom::Address(_) => None,
        }
    }
}

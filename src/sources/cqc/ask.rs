//! One record asked for, read, and kept or left.

use std::collections::BTreeSet;

use serde_json::Value;

use super::collect::{Job, Standing};
use super::collected::{CacheEntry, Document, Fetch, FetchOutcome, Record};
use super::ids::is_usable_id;
use super::record::{LocationRecord, Reject};
use super::redact::{self, Redacted};
use super::{parse, person};
use crate::domain::Subject;
use crate::sources::http::{Answer, Fault, Validators};

impl Job<'_> {
    /// Asks for a location, and for its provider where the record is new to us.
    pub(super) async fn ask_location(&mut self, id: &str, standing: Standing) {
        let url = format!("{}/locations/{id}", self.settings.base_url);
        let held = (self.plan.cache)(&url).map(into_validators);
        match self.http.get(&url, held.as_ref()).await {
            Ok(Answer::Body { bytes, validators }) => {
                self.read_location(id, standing, &url, &bytes, &validators).await;
            }
            Ok(Answer::Unchanged) => {
                self.fetched(&url, 304, FetchOutcome::Unchanged, None, None);
                self.out.fine.push(id.to_owned());
            }
            Ok(Answer::Absent) => self.location_is_absent(id, &url),
            Err(fault) => self.location_failed(id, &fault),
        }
    }

    fn location_is_absent(&mut self, id: &str, url: &str) {
        if self.known.contains(id) {
            self.fetched(url, 404, FetchOutcome::Gone, None, None);
            self.out.gone.push(id.to_owned());
        } else {
            self.fetched(url, 404, FetchOutcome::Gone, None, Some("not one that we watch"));
            self.settle(id);
        }
    }

    fn location_failed(&mut self, id: &str, fault: &Fault) {
        let at = self.plan.clock.moment();
        let document = self.out.fault(fault, at);
        self.reject(id, Reject { document, ..Reject::new(id, fault.to_string()) });
    }

    async fn read_location(
        &mut self,
        id: &str,
        standing: Standing,
        url: &str,
        bytes: &[u8],
        validators: &Validators,
    ) {
        let read = serde_json::from_slice(bytes)
            .map_err(|error| Reject::new(id, format!("it is not whole JSON ({error})")))
            .and_then(|raw: Value| read_location(&raw, id, &[]).map(|read| (raw, read)));
        let (raw, read) = match read {
            Ok(read) => read,
            Err(reject) => return self.unreadable(id, url, bytes, reject),
        };
        if !self.keeps(&read.1, standing) {
            self.fetched(url, 200, FetchOutcome::OutsideFilter, None, None);
            return self.settle(id);
        }
        let people = self.people_of(read.1.provider_id.as_deref()).await;
        // The provider's record can show that the location goes by a person's name.
        let (redacted, record) =
            if people.is_empty() { read } else { read_location(&raw, id, &people).unwrap_or(read) };
        self.follow(&record, standing);
        let document = self.keep(url, bytes.len(), redacted);
        self.out.remember(url, validators, document);
        self.out.records.push(Record {
            subject: Subject::location(id),
            document,
            statements: record.statements,
        });
        self.out.fine.push(id.to_owned());
    }

    fn unreadable(&mut self, id: &str, url: &str, bytes: &[u8], reject: Reject) {
        let document = self.out.document(Document::unusable(url, self.plan.clock.moment(), bytes));
        self.fetched(url, 200, FetchOutcome::Failed, Some(document), Some(&reject.reason));
        self.out.cache.push((url.to_owned(), None));
        self.reject(id, Reject { document: Some(document), ..reject });
    }

    /// On a full reading: the providers of locations that have not changed.
    pub(super) async fn ask_known_providers(&mut self) {
        for id in self.plan.providers {
            self.people_of(Some(id)).await;
        }
    }

    /// Asks for a provider once a collect, and says which names in its record are people's.
    ///
    /// It is asked without conditions: of a record that did not change we could not tell. A
    /// provider that fails is noted; its name is then unknown, and no location suffers for it.
    async fn people_of(&mut self, id: Option<&str>) -> Vec<String> {
        let Some(id) = id.filter(|id| is_usable_id(id)) else { return Vec::new() };
        if let Some(people) = self.people.get(id) {
            return people.clone();
        }
        let people = self.ask_provider(id).await;
        self.people.insert(id.to_owned(), people.clone());
        people
    }

    async fn ask_provider(&mut self, id: &str) -> Vec<String> {
        let url = format!("{}/providers/{id}", self.settings.base_url);
        match self.http.get(&url, None).await {
            Ok(Answer::Body { bytes, .. }) => self.read_provider(id, &url, &bytes),
            Ok(Answer::Absent | Answer::Unchanged) => {
                self.fetched(&url, 404, FetchOutcome::Gone, None, Some("its name stays unknown"));
                Vec::new()
            }
            Err(fault) => {
                let at = self.plan.clock.moment();
                self.out.fault(&fault, at);
                Vec::new()
            }
        }
    }

    fn read_provider(&mut self, id: &str, url: &str, bytes: &[u8]) -> Vec<String> {
        let mut drift = BTreeSet::new();
        let read = serde_json::from_slice::<Value>(bytes)
            .map_err(|error| Reject::new(id, format!("it is not whole JSON ({error})")))
            .and_then(|raw| redact::provider(&raw).map(|redacted| (raw, redacted)))
            .and_then(|(raw, redacted)| {
                parse::provider(&redacted.value, id, &mut drift).map(|record| (raw, redacted, record))
            });
        match read {
            Ok((raw, redacted, record)) => {
                let document = self.keep(url, bytes.len(), redacted);
                self.out.wonder(drift);
                self.out.records.push(Record {
                    subject: Subject::provider(id),
                    document,
                    statements: record.statements,
                });
                person::of_provider(&raw).into_iter().collect()
            }
            Err(reject) => {
                let document = self.out.document(Document::unusable(url, self.plan.clock.moment(), bytes));
                self.fetched(url, 200, FetchOutcome::Failed, Some(document), Some(&reject.reason));
                Vec::new()
            }
        }
    }

    fn keep(&mut self, url: &str, received: usize, redacted: Redacted) -> usize {
        let at = self.plan.clock.moment();
        let document = self.out.document(Document::kept(url, at, received, redacted.bytes()));
        self.out.wonder(redacted.drift);
        self.fetched(url, 200, FetchOutcome::Good, Some(document), None);
        document
    }

    fn fetched(
        &mut self,
        url: &str,
        status: u16,
        outcome: FetchOutcome,
        document: Option<usize>,
        detail: Option<&str>,
    ) {
        self.out.fetches.push(Fetch {
            url: url.to_owned(),
            at: self.plan.clock.moment(),
            status: Some(status),
            outcome,
            document,
            detail: detail.map(str::to_owned),
        });
    }

    /// An id that is none of ours needs no more asking, if it was owed from last time.
    fn settle(&mut self, id: &str) {
        if self.plan.ask_again.contains(id) {
            self.out.fine.push(id.to_owned());
        }
    }
}

fn read_location(raw: &Value, id: &str, people: &[String]) -> Result<(Redacted, LocationRecord), Reject> {
    let mut redacted = redact::location(raw, people)
        .map_err(|reject| Reject { place: format!("{id} {}", reject.place), ..reject })?;
    let record = parse::location(&redacted.value, id, &mut redacted.drift)?;
    Ok((redacted, record))
}

fn into_validators(entry: CacheEntry) -> Validators {
    Validators { etag: entry.etag, last_modified: entry.last_modified }
}

//! What one collect brought, for the job that stores it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::record::Reject;
use super::redact;
use crate::audit::sha256_hex;
use crate::domain::Subject;
use crate::facts::Statement;
use crate::sources::http::{Fault, Validators, looks_html};

/// Of a web page that came instead of data, so much is kept as evidence.
pub const PAGE_HEAD_BYTES_MAX: usize = 4 * 1024;

/// Everything one collect brought. After a failure nothing is left in it but the outcome, the
/// fetches and the documents: what a failed source seemed to say is not believed.
#[derive(Debug)]
pub struct Collected {
    /// `Err` says why the source failed as a whole.
    pub outcome: Result<(), String>,
    /// Whether everything watched was read, not only what changed.
    pub full: bool,
    /// Every address that was asked, in order.
    pub fetches: Vec<Fetch>,
    /// What was kept of the replies.
    pub documents: Vec<Document>,
    /// The records, each with the index of its document.
    pub records: Vec<Record>,
    /// Records that could not be read.
    pub rejects: Vec<Reject>,
    /// Ids that we know and that answer 404.
    pub gone: Vec<String>,
    /// Ids that were answered for: no reason to ask them again.
    pub fine: Vec<String>,
    /// Ids to ask again next time.
    pub rejected: Vec<String>,
    /// The ids that the filter finds, after a full reading.
    pub listed: Option<BTreeSet<String>>,
    /// Everything that changed before this instant has been handled, or is in `rejected`.
    pub watermark: Option<Timestamp>,
    /// Fields and words that this version does not know.
    pub drift: BTreeSet<String>,
    /// What to remember of an address, or that nothing is to be remembered any more.
    pub cache: Vec<(String, Option<CacheEntry>)>,
}

/// One address that was asked, after its last try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// The address, without any key.
    pub url: String,
    /// When it was answered, or given up.
    pub at: Timestamp,
    /// HTTP status; absent when no reply came.
    pub status: Option<u16>,
    /// What came of it.
    pub outcome: FetchOutcome,
    /// Index of the document.
    pub document: Option<usize>,
    /// What to know besides.
    pub detail: Option<String>,
}

/// What came of a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchOutcome {
    /// A record or page was read.
    Good,
    /// 304: it is what we hold.
    Unchanged,
    /// 404.
    Gone,
    /// A record that is none of ours; nothing of it is kept.
    OutsideFilter,
    /// No answer, or one that could not be used.
    Failed,
}

impl FetchOutcome {
    /// The word stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Unchanged => "unchanged",
            Self::Gone => "gone",
            Self::OutsideFilter => "outside_filter",
            Self::Failed => "failed",
        }
    }
}

/// A body as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Where it came from.
    pub url: String,
    /// When.
    pub fetched_at: Timestamp,
    /// SHA-256 in hex: of the body as kept, or as received where none is kept.
    pub sha256: String,
    /// Length as received, unpacked.
    pub bytes_received: usize,
    /// What is kept.
    pub body: Option<Vec<u8>>,
    /// Why there is no body, or what was cut.
    pub note: Option<String>,
}

impl Document {
    /// A redacted body.
    pub(super) fn kept(url: &str, at: Timestamp, received: usize, body: Vec<u8>) -> Self {
        let sha256 = sha256_hex(&body);
        Self {
            url: url.to_owned(),
            fetched_at: at,
            sha256,
            bytes_received: received,
            body: Some(body),
            note: None,
        }
    }

    /// A body that is no data: only the head of a web page is kept, as a witness of an outage.
    pub(super) fn unusable(url: &str, at: Timestamp, received: &[u8]) -> Self {
        let html = looks_html(received);
        let body = html.then(|| received[..received.len().min(PAGE_HEAD_BYTES_MAX)].to_vec());
        let note = if html { "a web page; its head is kept" } else { "not a record; nothing of it is kept" };
        Self {
            url: url.to_owned(),
            fetched_at: at,
            sha256: sha256_hex(body.as_deref().unwrap_or(received)),
            bytes_received: received.len(),
            body,
            note: Some(note.to_owned()),
        }
    }
}

/// A record that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// About whom.
    pub subject: Subject,
    /// Index of its document.
    pub document: usize,
    /// What it says.
    pub statements: Vec<Statement>,
}

/// What a server said of a body that we hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheEntry {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
    /// Hash of the body as kept.
    pub sha256: String,
}

impl Collected {
    pub(super) const fn new(full: bool) -> Self {
        Self {
            outcome: Ok(()),
            full,
            fetches: Vec::new(),
            documents: Vec::new(),
            records: Vec::new(),
            rejects: Vec::new(),
            gone: Vec::new(),
            fine: Vec::new(),
            rejected: Vec::new(),
            listed: None,
            watermark: None,
            drift: BTreeSet::new(),
            cache: Vec::new(),
        }
    }

    pub(super) fn failed(mut self, why: String) -> Self {
        let (fetches, documents) = (std::mem::take(&mut self.fetches), std::mem::take(&mut self.documents));
        Self { outcome: Err(why), fetches, documents, ..Self::new(self.full) }
    }

    pub(super) fn document(&mut self, document: Document) -> usize {
        self.documents.push(document);
        self.documents.len() - 1
    }

    /// Writes a fault down: its fetch, and what came instead of data.
    pub(super) fn fault(&mut self, fault: &Fault, at: Timestamp) -> Option<usize> {
        let received = fault.body.as_deref().filter(|body| !body.is_empty());
        let document = received.map(|body| self.document(Document::unusable(&fault.url, at, body)));
        self.fetches.push(Fetch {
            url: fault.url.clone(),
            at,
            status: fault.status,
            outcome: FetchOutcome::Failed,
            document,
            detail: Some(fault.to_string()),
        });
        document
    }

    /// Remembers a reply's validators for a body that was kept, or forgets what was remembered.
    pub(super) fn remember(&mut self, url: &str, validators: &Validators, document: usize) {
        let known = validators.etag.is_some() || validators.last_modified.is_some();
        let entry = known.then(|| CacheEntry {
            etag: validators.etag.clone(),
            last_modified: validators.last_modified.clone(),
            sha256: self.documents[document].sha256.clone(),
        });
        self.cache.push((url.to_owned(), entry));
    }

    pub(super) fn wonder(&mut self, drift: BTreeSet<String>) {
        for what in drift {
            redact::note(&mut self.drift, &what);
        }
    }
}

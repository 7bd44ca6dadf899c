//! A server on this machine that answers like the regulator's API, from recorded records.
//!
//! It keeps to what was seen of the real one: lists carry id, name and postcode only; an unknown
//! query parameter is a 400; changes are bare ids, start inclusive and end exclusive.

mod answers;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, Uri};
use jiff::Timestamp;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Requests that are remembered.
pub const LOG_MAX: usize = 20_000;
const ROOT: &str = "/public/v1";

/// One request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The path without `/public/v1`.
    pub path: String,
    /// The query as sent; empty where there was none.
    pub query: String,
    /// `If-None-Match`.
    pub if_none_match: Option<String>,
    /// `User-Agent`.
    pub user_agent: Option<String>,
    /// `Ocp-Apim-Subscription-Key`.
    pub key: Option<String>,
}

/// The regulator's records and what was asked of them; clones share both.
#[derive(Clone, Debug)]
pub struct RecordedRegulator {
    records: Arc<Mutex<Records>>,
}

#[derive(Debug, Default)]
struct Records {
    locations: BTreeMap<String, (Value, Timestamp)>,
    providers: BTreeMap<String, Value>,
    asked: Vec<Asked>,
}

/// A server that runs until this is dropped.
#[derive(Debug)]
pub struct Running {
    /// `http://127.0.0.1:PORT/public/v1`.
    pub base_url: String,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl RecordedRegulator {
    /// A regulator with these records, none of which has changed since the beginning of time.
    #[must_use]
    pub fn new(
        locations: impl IntoIterator<Item = Value>,
        providers: impl IntoIterator<Item = Value>,
    ) -> Self {
        let regulator = Self { records: Arc::default() };
        for location in locations {
            regulator.set_location(location, Timestamp::MIN);
        }
        for provider in providers {
            regulator.set_provider(provider);
        }
        regulator
    }

    /// Listens on a free port of this machine.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(&self) -> std::io::Result<Running> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let base_url = format!("http://{}{ROOT}", listener.local_addr()?);
        let router = answers::router(self.clone());
        let task = tokio::spawn(async move {
            // Serving ends when the handle is dropped; there is no one left to tell of an error.
            drop(axum::serve(listener, router).await);
        });
        Ok(Running { base_url, task })
    }

    /// Adds or replaces a location's record, changed at that instant. A record without an id is left out.
    pub fn set_location(&self, record: Value, changed_at: Timestamp) {
        if let Some(id) = id_of(&record, "locationId") {
            self.lock().locations.insert(id, (record, changed_at));
        }
    }

    /// Adds or replaces a provider's record. A record without an id is left out.
    pub fn set_provider(&self, record: Value) {
        if let Some(id) = id_of(&record, "providerId") {
            self.lock().providers.insert(id, record);
        }
    }

    /// A location's record as it stands.
    #[must_use]
    pub fn location(&self, id: &str) -> Option<Value> {
        self.lock().locations.get(id).map(|(record, _)| record.clone())
    }

    /// Takes a location away: it then answers 404.
    pub fn remove_location(&self, id: &str) {
        self.lock().locations.remove(id);
    }

    /// What was asked so far, in order, up to [`LOG_MAX`] requests.
    #[must_use]
    pub fn requests(&self) -> Vec<Asked> {
        self.lock().asked.clone()
    }

    /// Forgets what was asked.
    pub fn forget_requests(&self) {
        self.lock().asked.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, uri: &Uri, headers: &HeaderMap) {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut records = self.lock();
        if records.asked.len() < LOG_MAX {
            records.asked.push(Asked {
                path: uri.path().trim_start_matches(ROOT).to_owned(),
                query: uri.query().unwrap_or_default().to_owned(),
                if_none_match: text("if-none-match"),
                user_agent: text("user-agent"),
                key: text("ocp-apim-subscription-key"),
            });
        }
    }
}

fn id_of(record: &Value, field: &str) -> Option<String> {
    record.get(field).and_then(Value::as_str).map(str::to_owned)
}

//! The heartbeat: a monitor outside is called after each cycle, so that somebody notices when no
//! cycle comes any more. It never fails a cycle, and its own silence is noticed here.

use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use secrecy::ExposeSecret;

use crate::config::{Config, Heartbeat};
use crate::sources::http;
use crate::store::health::{Check, CheckKind, CheckOutcome, NewCheck, failing_since, last_check};
use crate::store::runs::Outcome;
use crate::store::{Store, StoreError};

/// An answer like the last is written down again only after so long: a row an hour, not one a call.
const SAME_ANSWER_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// What the monitor made of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ping {
    /// Whether it answered.
    pub outcome: CheckOutcome,
    /// Why not, in words, without its address.
    pub detail: Option<String>,
}

/// Calls the monitor: its own address after a cycle that went well, its failure address after any
/// other. `None` where the configuration names no monitor. It takes `timeout_s` at most.
pub async fn ping(config: &Config, outcome: Outcome) -> Option<Ping> {
    let heartbeat = config.heartbeat.as_ref()?;
    let url = if outcome == Outcome::Ok { &heartbeat.url } else { &heartbeat.failure_url };
    Some(match http::ping(url, heartbeat.timeout).await {
        Ok(()) => Ping { outcome: CheckOutcome::Ok, detail: None },
        Err(why) => {
            tracing::warn!(name: "monitor_silent", monitor = host(heartbeat), why, "the monitor was called and did not answer");
            Ping { outcome: CheckOutcome::Failed, detail: Some(why) }
        }
    })
}

/// Writes an answer down where it is news.
///
/// # Errors
/// SQLite's.
pub fn record(store: &mut Store, ping: &Ping, at: Timestamp) -> Result<(), StoreError> {
    let last = last_check(store.sql(), CheckKind::Heartbeat, at)?;
    let is_news = last
        .is_none_or(|last| last.outcome != ping.outcome || at.duration_since(last.at) >= SAME_ANSWER_EVERY);
    if !is_news {
        return Ok(());
    }
    let check = NewCheck {
        run: None,
        at,
        kind: CheckKind::Heartbeat,
        outcome: ping.outcome,
        detail: ping.detail.as_deref(),
    };
    store.write(at, |tx| tx.check(&check).map(drop))
}

/// Calls the monitor and writes its answer down.
///
/// # Errors
/// SQLite's; that the monitor does not answer is no error.
pub async fn beat(
    store: &mut Store,
    config: &Config,
    outcome: Outcome,
    at: Timestamp,
) -> Result<(), StoreError> {
    match ping(config, outcome).await {
        Some(ping) => record(store, &ping, at),
        None => Ok(()),
    }
}

/// Since when the monitor has been silent, where that is longer than the configuration bears.
///
/// # Errors
/// SQLite's.
pub fn silent_since(
    store: &Store,
    heartbeat: &Heartbeat,
    now: Timestamp,
) -> Result<Option<Check>, StoreError> {
    let failing = failing_since(store.sql(), CheckKind::Heartbeat, now)?;
    Ok(failing.filter(|check| now.duration_since(check.at) >= heartbeat.alert_after))
}

/// The monitor as it may stand in a message: its host, not its address.
#[must_use]
pub fn host(heartbeat: &Heartbeat) -> String {
    let url = Url::parse(heartbeat.url.expose_secret()).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "the monitor".to_owned())
}

//! The life of a flag: pending → open → acknowledged or snoozed → cleared, and back.
//!
//! A flag is its events; its state is the newest of them. Nothing here is ever rewritten.

mod decide;
mod reconcile;

pub use decide::{DecisionFault, acknowledge, close, snooze};
pub use reconcile::{Reconciled, Reconciling, reconcile};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{Severity, Subject};
use crate::rules::{Evidence, Place};

/// Number of a flag; shown as `CW-0142`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlagId(pub i64);

impl FlagId {
    /// Reads `CW-0142`, `cw-142` or `142`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.strip_prefix("CW-").or_else(|| text.strip_prefix("cw-")).unwrap_or(text);
        digits.parse().ok().filter(|number| *number > 0).map(Self)
    }
}

impl std::fmt::Display for FlagId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CW-{:04}", self.0)
    }
}

/// Where a flag stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The condition holds, but not yet for as long as the rule asks.
    Pending,
    /// It holds.
    Open,
    /// An officer has taken it on.
    Acknowledged,
    /// An officer has asked for quiet until an end.
    Snoozed,
    /// The condition was stated not to hold any more, or an officer closed it.
    Cleared,
    /// Another flag took its place.
    Superseded,
}

impl State {
    /// Whether the flag still stands: it is listed and can still be told.
    #[must_use]
    pub const fn stands(self) -> bool {
        matches!(self, Self::Pending | Self::Open | Self::Acknowledged | Self::Snoozed)
    }
}

/// What happened to a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// First seen; waits for the rule's `for`.
    Pending,
    /// Opened.
    Opened,
    /// Opened again within the rule's window after it had cleared.
    Reopened,
    /// Graver, or worse at the same severity.
    Worse,
    /// Less grave, yet still standing.
    Eased,
    /// An officer acknowledged it.
    Acknowledged,
    /// An officer snoozed it.
    Snoozed,
    /// A snooze ended.
    Woken,
    /// An officer closed it although the condition may still hold.
    Closed,
    /// The condition was stated not to hold; the rule's `keep` runs.
    Absent,
    /// It holds again before `keep` had run out.
    Returned,
    /// The condition was stated not to hold for as long as the rule asks.
    Cleared,
    /// The condition went away before the flag had opened; nobody was told.
    Lapsed,
    /// The rule is not in the policy any more.
    Withdrawn,
    /// Moved to the subject's successor on the register.
    Moved,
    /// Closed because a graver flag of another family took its place.
    Superseded,
}

/// One event of a flag, carrying the whole state after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagEvent {
    /// Which flag.
    pub flag: FlagId,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub kind: EventKind,
    /// State after it.
    pub state: State,
    /// Id of the rule.
    pub rule: String,
    /// Version of the rule.
    pub rule_version: String,
    /// Family of the rule; with the subject, the flag's identity.
    pub family: String,
    /// Severity after it.
    pub severity: Severity,
    /// Weight after it.
    pub weight: u32,
    /// About whom, after it.
    pub subject: Subject,
    /// Why, in one sentence.
    pub reason: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// End of a snooze.
    pub until: Option<Timestamp>,
    /// The officer who decided it, where one did.
    pub by: Option<String>,
}

/// A flag as its events make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// Its number.
    pub id: FlagId,
    /// Its newest event.
    pub last: FlagEvent,
    /// When it first became pending or open since it last cleared.
    pub first_at: Timestamp,
    /// When it opened (or was reopened) last; `None` while it is pending.
    pub opened_at: Option<Timestamp>,
    /// Since when it has been open without an officer's answer; `None` while it is in another state.
    pub open_since: Option<Timestamp>,
    /// When its facts, severity or state last changed.
    pub changed_at: Timestamp,
    /// When it was cleared, superseded or closed, if it does not stand.
    pub cleared_at: Option<Timestamp>,
    /// How often it has been opened: 1, and one more for each reopening.
    pub openings: u32,
    /// Since when the condition was stated not to hold, while the rule's `keep` runs.
    pub absent_since: Option<Timestamp>,
    /// What holds (or held, or holds instead), in one sentence: the reason of the newest event that
    /// is not an officer's decision.
    pub reason: String,
}

impl Flag {
    /// The place of the rule that it last rested on.
    #[must_use]
    pub fn place(&self) -> Place {
        (self.last.rule.clone(), self.last.family.clone(), self.last.subject.clone())
    }

    /// A new flag from its first event.
    #[must_use]
    pub fn from_first(event: FlagEvent) -> Self {
        let opened = event.kind == EventKind::Opened;
        Self {
            id: event.flag,
            first_at: event.at,
            opened_at: opened.then_some(event.at),
            open_since: (event.state == State::Open).then_some(event.at),
            changed_at: event.at,
            cleared_at: None,
            openings: u32::from(opened),
            absent_since: None,
            reason: event.reason.clone(),
            last: event,
        }
    }

    /// The flag after one more event.
    pub fn apply(&mut self, event: FlagEvent) {
        if event.state.stands() && !self.last.state.stands() {
            self.first_at = event.at;
        }
        if matches!(event.kind, EventKind::Opened | EventKind::Reopened) {
            self.opened_at = Some(event.at);
            self.openings += 1;
        }
        self.open_since = match (event.state, self.last.state) {
            (State::Open, State::Open) => self.open_since,
            (State::Open, _) => Some(event.at),
            _ => None,
        };
        self.cleared_at = (!event.state.stands()).then_some(event.at);
        self.changed_at = event.at;
        self.absent_since = match event.kind {
            EventKind::Absent => Some(event.at),
            // None of these says that the condition holds again.
            EventKind::Acknowledged | EventKind::Snoozed | EventKind::Woken | EventKind::Moved => {
                self.absent_since
            }
            _ => None,
        };
        if event.by.is_none() {
            self.reason.clone_from(&event.reason);
        }
        self.last = event;
    }

    /// Builds flags from all events in the order in which they were stored.
    #[must_use]
    pub fn from_events(events: impl IntoIterator<Item = FlagEvent>) -> Vec<Self> {
        let mut flags: std::collections::BTreeMap<FlagId, Self> = std::collections::BTreeMap::new();
        for event in events {
            match flags.get_mut(&event.flag) {
                Some(flag) => flag.apply(event),
                None => {
                    flags.insert(event.flag, Self::from_first(event));
                }
            }
        }
        flags.into_values().collect()
    }
}

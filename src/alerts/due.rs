//! Must a recipient be told (again) of a flag, and why: one function, one enum, one place to look.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Kind;
use crate::domain::Severity;
use crate::flags::{EventKind, Flag, FlagId, State};

/// Why a recipient is told of a flag; printed in the mail and stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The first this recipient hears of it.
    First,
    /// It is graver or worse than when last told.
    Worse,
    /// Another flag of a provider this recipient has been told of.
    NewInGroup,
    /// Nobody answered in time; this recipient is next.
    Escalated,
    /// It still stands and nobody answered.
    Reminder,
    /// It has cleared.
    Cleared,
    /// What was told was put right by the regulator.
    Correction,
}

impl Why {
    /// The word in headers, lists and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Worse => "worse",
            Self::NewInGroup => "new_in_group",
            Self::Escalated => "escalated",
            Self::Reminder => "reminder",
            Self::Cleared => "cleared",
            Self::Correction => "correction",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::First,
            Self::Worse,
            Self::NewInGroup,
            Self::Escalated,
            Self::Reminder,
            Self::Cleared,
            Self::Correction,
        ]
        .into_iter()
        .find(|why| why.as_str() == text)
    }

    /// The reason in words for people.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::First => "First alert for this flag.",
            Self::Worse => "You were told before; it has become worse.",
            Self::NewInGroup => "A further flag for a provider you were told of before.",
            Self::Escalated => "Nobody has answered in time; you are next in line.",
            Self::Reminder => "A reminder: it still stands and nobody has answered.",
            Self::Cleared => "You were told when it was raised; it has cleared.",
            Self::Correction => "The regulator has put right what you were told.",
        }
    }
}

/// One telling to write down: which flag, to whom, why, and how grave it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// The flag.
    pub flag: FlagId,
    /// Which opening of the flag.
    pub opening: u32,
    /// Recipient's id.
    pub recipient: String,
    /// Why.
    pub why: Why,
    /// Severity when told.
    pub severity: Severity,
    /// Weight when told.
    pub weight: u32,
    /// What the mail was: a summary or digest starts no answer clock.
    pub mail: Kind,
    /// When.
    pub at: Timestamp,
}

/// What one recipient has been told of one flag's present opening, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The tellings.
    pub of_flag: &'a [&'a Telling],
    /// Whether this recipient has been told of another flag of the same provider that stands.
    pub knows_group: bool,
    /// Whether anybody has been told of this opening before.
    pub others_know: bool,
    /// How long until a reminder, if at all.
    pub remind_after: Option<SignedDuration>,
    /// Whether clearings are told.
    pub send_cleared: bool,
}

/// The reason to tell a recipient of a flag now, or none.
#[must_use]
pub fn why_tell(flag: &Flag, told: Told<'_>, now: Timestamp) -> Option<Why> {
    let last = told.of_flag.last();
    match flag.last.state {
        State::Pending | State::Superseded => None,
        State::Cleared => {
            let last = last?;
            (told.send_cleared && last.why != Why::Cleared).then_some(Why::Cleared)
        }
        State::Open | State::Acknowledged | State::Snoozed => match last {
            // A snoozed or acknowledged flag that this recipient never heard of is not news to make.
            None if flag.last.state != State::Open => None,
            None if told.others_know && flag.last.kind == EventKind::Worse => Some(Why::Worse),
            None if told.knows_group => Some(Why::NewInGroup),
            None => Some(Why::First),
            Some(_) if is_worse(flag, told.of_flag) => Some(Why::Worse),
            Some(last) => reminder(flag, last, told.remind_after, now),
        },
    }
}

fn is_worse(flag: &Flag, tellings: &[&Telling]) -> bool {
    tellings.iter().all(|telling| (telling.severity, telling.weight) < (flag.last.severity, flag.last.weight))
}

fn reminder(flag: &Flag, last: &Telling, after: Option<SignedDuration>, now: Timestamp) -> Option<Why> {
    let due =
        flag.last.state == State::Open && after.is_some_and(|after| now.duration_since(last.at) >= after);
    due.then_some(Why::Reminder)
}

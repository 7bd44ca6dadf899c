//! An officer's decision about one flag, as the event to append.

use jiff::Timestamp;

use super::{EventKind, Flag, FlagEvent, FlagId, State};

/// Why a decision cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecisionFault {
    /// The flag is not in a state that the decision applies to.
    #[error("{flag} is {state}; {next}")]
    WrongState {
        /// The flag.
        flag: FlagId,
        /// Its state in words.
        state: &'static str,
        /// What to do instead.
        next: &'static str,
    },
    /// A decision names its officer and its reason.
    #[error("a decision about {flag} needs {what}; give it with {option}")]
    Unsigned {
        /// The flag.
        flag: FlagId,
        /// What is missing.
        what: &'static str,
        /// The option that gives it.
        option: &'static str,
    },
    /// A snooze ends after it begins.
    #[error("the snooze of {flag} would end at {until}, which is not in the future; give a later end")]
    EndsBeforeItBegins {
        /// The flag.
        flag: FlagId,
        /// The end that was asked for.
        until: Timestamp,
    },
}

/// An officer takes a flag on: no reminders, no escalation.
///
/// # Errors
/// The flag has not opened or does not stand any more, or a name or reason is missing.
pub fn acknowledge(flag: &Flag, by: &str, reason: &str, at: Timestamp) -> Result<FlagEvent, DecisionFault> {
    opened(flag)?;
    decided(flag, EventKind::Acknowledged, State::Acknowledged, (by, reason), at)
}

/// An officer asks for quiet until an end; a worse finding wakes the flag before.
///
/// # Errors
/// As [`acknowledge`]; or the end is not after `at`.
pub fn snooze(
    flag: &Flag,
    by: &str,
    reason: &str,
    until: Timestamp,
    at: Timestamp,
) -> Result<FlagEvent, DecisionFault> {
    opened(flag)?;
    if until <= at {
        return Err(DecisionFault::EndsBeforeItBegins { flag: flag.id, until });
    }
    let event = decided(flag, EventKind::Snoozed, State::Snoozed, (by, reason), at)?;
    Ok(FlagEvent { until: Some(until), ..event })
}

/// An officer closes a flag: it stays closed while the condition holds and is no graver.
///
/// # Errors
/// The flag does not stand any more, or a name or reason is missing.
pub fn close(flag: &Flag, by: &str, reason: &str, at: Timestamp) -> Result<FlagEvent, DecisionFault> {
    if !flag.last.state.stands() {
        return Err(wrong_state(flag));
    }
    decided(flag, EventKind::Closed, State::Cleared, (by, reason), at)
}

fn opened(flag: &Flag) -> Result<(), DecisionFault> {
    match flag.last.state {
        State::Open | State::Acknowledged | State::Snoozed => Ok(()),
        State::Pending | State::Cleared | State::Superseded => Err(wrong_state(flag)),
    }
}

const fn wrong_state(flag: &Flag) -> DecisionFault {
    let nothing = "nothing is left to decide";
    let (state, next) = match flag.last.state {
        State::Pending => ("pending", "wait until it opens, or close it"),
        State::Open => ("open", nothing),
        State::Acknowledged => ("acknowledged", nothing),
        State::Snoozed => ("snoozed", nothing),
        State::Cleared => ("cleared", nothing),
        State::Superseded => ("superseded", nothing),
    };
    DecisionFault::WrongState { flag: flag.id, state, next }
}

fn decided(
    flag: &Flag,
    kind: EventKind,
    state: State,
    (by, reason): (&str, &str),
    at: Timestamp,
) -> Result<FlagEvent, DecisionFault> {
    let unsigned = |what, option| DecisionFault::Unsigned { flag: flag.id, what, option };
    if by.trim().is_empty() {
        return Err(unsigned("the officer's name", "--by"));
    }
    if reason.trim().is_empty() {
        return Err(unsigned("a reason", "--reason"));
    }
    Ok(FlagEvent {
        at,
        kind,
        state,
        reason: reason.trim().to_owned(),
        by: Some(by.trim().to_owned()),
        until: None,
        ..flag.last.clone()
    })
}

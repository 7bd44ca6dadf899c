//! Carewarden's own checks as the rules on sources see them: what fails among them raises a flag for
//! the operator, and clears it when it is well again.

use jiff::{SignedDuration, Timestamp};

use super::calendar::{calendars, silent_periods};
use super::heartbeat;
use crate::alerts::moment_words;
use crate::config::Config;
use crate::domain::return_::ReturnState;
use crate::rules::{OWN_CHECK, SourceState};
use crate::store::health::{Check, CheckKind, CheckOutcome, last_check};
use crate::store::{Store, StoreError};

/// The state of each check that was made; one that says neither yes nor no yet is left out.
///
/// # Errors
/// SQLite's.
pub(super) fn own_checks(
    store: &Store,
    config: &Config,
    now: Timestamp,
) -> Result<Vec<SourceState>, StoreError> {
    let mut states = Vec::new();
    for (name, kind) in
        [("database", CheckKind::Integrity), ("log", CheckKind::Audit), ("backup", CheckKind::Backup)]
    {
        states.extend(last_check(store.sql(), kind, now)?.map(|check| state(name, &check, now)));
    }
    states.extend(monitor(store, config, now)?);
    states.extend(returns(store, config, now)?);
    Ok(states)
}

fn state(name: &str, check: &Check, now: Timestamp) -> SourceState {
    let failed = check.outcome == CheckOutcome::Failed;
    SourceState {
        id: format!("{OWN_CHECK}{name}"),
        failed_in_a_row: u32::from(failed),
        last_error: check.detail.clone().filter(|_| failed),
        last_at: Some(check.at),
        // How old a check may be is not asked by the rules on sources.
        good_at: Some(now),
        interval: SignedDuration::MAX,
        gone_ids: Vec::new(),
        baseline_at: None,
        feed: None,
    }
}

/// Returns that were due from several providers and came from none: the way by which they come is in
/// doubt. It is well again when one comes.
fn returns(store: &Store, config: &Config, now: Timestamp) -> Result<Option<SourceState>, StoreError> {
    let today = now.to_zoned(config.council.zone.clone()).date();
    let calendars = calendars(store.sql(), config, now, today)?;
    if calendars.is_empty() {
        return Ok(None);
    }
    let silent = silent_periods(&calendars);
    let newest = calendars
        .iter()
        .flat_map(|calendar| &calendar.entries)
        .filter(|entry| entry.state != ReturnState::Due)
        .map(|entry| entry.period)
        .max();
    let silent = newest.and_then(|newest| Some((newest, silent.get(&newest)?)));
    let detail = silent.map(|(period, due)| {
        format!(
            "no return for {period} has come from any of the {due} providers that owe one; check the way by \
             which returns come"
        )
    });
    let outcome = if detail.is_some() { CheckOutcome::Failed } else { CheckOutcome::Ok };
    Ok(Some(state("returns", &Check { at: now, outcome, detail }, now)))
}

/// A monitor that was not reached for a while is no news; one that stays silent is.
fn monitor(store: &Store, config: &Config, now: Timestamp) -> Result<Option<SourceState>, StoreError> {
    let Some(heartbeat) = &config.heartbeat else { return Ok(None) };
    let Some(last) = last_check(store.sql(), CheckKind::Heartbeat, now)? else { return Ok(None) };
    if last.outcome == CheckOutcome::Ok {
        return Ok(Some(state("heartbeat", &last, now)));
    }
    let Some(first) = heartbeat::silent_since(store, heartbeat, now)? else { return Ok(None) };
    let words = format!(
        "the monitor at {} has not answered since {}: {}",
        heartbeat::host(heartbeat),
        moment_words(first.at, &config.council.zone),
        last.detail.as_deref().unwrap_or("no cause is known"),
    );
    Ok(Some(state("heartbeat", &Check { detail: Some(words), ..last }, now)))
}

//! The calendar of returns: what is due when, what came of it, and a row each time that changes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::Connection;

use crate::config::Config;
use crate::domain::Contract;
use crate::domain::contract::dues_of;
use crate::domain::period::Period;
use crate::domain::return_::{Entry, Misses, ReturnState, calendar};
use crate::store::returns::{NewState, newest_states, submissions};
use crate::store::{StoreError, Tx, lists};

/// One provider's calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderCalendar {
    /// Its id.
    pub provider_id: String,
    /// Its periods, oldest first.
    pub entries: Vec<Entry>,
    /// How many it missed.
    pub misses: Misses,
}

/// The calendars of every provider that owes returns, as of an instant. What was due before the
/// first run and did not come to us may have come to someone else: it is not called missing.
///
/// # Errors
/// The database's.
pub fn calendars(
    conn: &Connection,
    config: &Config,
    as_of: Timestamp,
    today: Date,
) -> Result<Vec<ProviderCalendar>, StoreError> {
    let dues = dues_of(&config.returns.contracts, config.returns.due_days);
    if dues.is_empty() {
        return Ok(Vec::new());
    }
    let first = lists::first_run(conn)?.unwrap_or(as_of).min(as_of);
    let first = first.to_zoned(config.council.zone.clone()).date();
    let mut by_provider: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for mut submission in submissions(conn, as_of)? {
        // A return by location counts for the provider that the contract names.
        let provider = owner(&config.returns.contracts, &submission.provider_id).to_owned();
        submission.provider_id.clone_from(&provider);
        by_provider.entry(provider).or_default().push(submission);
    }
    let none = Vec::new();
    let of_dues = dues.into_iter().map(|dues| {
        let mut entries = calendar(&dues, by_provider.get(&dues.provider_id).unwrap_or(&none), today);
        entries.retain(|entry| entry.due_on >= first || entry.versions > 0);
        // What was due before anybody could hand it in here was not late because of that.
        for entry in entries.iter_mut().filter(|entry| entry.due_on < first) {
            if entry.state == ReturnState::Late {
                entry.state = ReturnState::Received;
            }
        }
        let misses = Misses::count(&entries, config.returns.limits);
        ProviderCalendar { provider_id: dues.provider_id, entries, misses }
    });
    Ok(of_dues.collect())
}

/// With fewer than this who owe a return, that none came says nothing of the way they come.
const SILENT_PROVIDERS_MIN: usize = 5;

/// The periods of which a return was due from several providers and came from none: then the way by
/// which returns come is in doubt, not every provider at once. With how many it was due from.
#[must_use]
pub fn silent_periods(calendars: &[ProviderCalendar]) -> BTreeMap<Period, usize> {
    let mut due: BTreeMap<Period, (usize, usize)> = BTreeMap::new();
    for entry in calendars.iter().flat_map(|calendar| &calendar.entries) {
        let (all, came) = due.entry(entry.period).or_default();
        *all += usize::from(entry.state != ReturnState::Due);
        *came += entry.versions;
    }
    let silent = due.into_iter().filter(|(_, (all, came))| *all >= SILENT_PROVIDERS_MIN && *came == 0);
    silent.map(|(period, (all, _))| (period, all)).collect()
}

/// The provider to which a return counts: a location's is that of the provider whose contract names it.
#[must_use]
pub fn owner<'a>(contracts: &'a [Contract], id: &'a str) -> &'a str {
    let owns = |contract: &&Contract| contract.location_ids.iter().any(|location| location == id);
    contracts.iter().find(owns).map_or(id, |contract| contract.provider_id.as_str())
}

/// Notes every state that has changed.
pub(super) fn note(tx: &Tx<'_>, run: i64, now: Timestamp, config: &Config) -> Result<(), StoreError> {
    let today = now.to_zoned(config.council.zone.clone()).date();
    let calendars = calendars(tx.sql(), config, now, today)?;
    if calendars.is_empty() {
        return Ok(());
    }
    let known = newest_states(tx.sql(), now)?;
    for ProviderCalendar { provider_id, entries, .. } in &calendars {
        for entry in entries {
            note_one(
                tx,
                &known,
                NewState {
                    run,
                    at: now,
                    provider_id,
                    period: entry.period,
                    due_on: entry.due_on,
                    state: entry.state,
                },
            )?;
        }
    }
    Ok(())
}

fn note_one(
    tx: &Tx<'_>,
    known: &BTreeMap<(String, Period), ReturnState>,
    new: NewState<'_>,
) -> Result<(), StoreError> {
    let before = known.get(&(new.provider_id.to_owned(), new.period));
    if before == Some(&new.state) {
        return Ok(());
    }
    tx.return_state(new).map(drop)
}

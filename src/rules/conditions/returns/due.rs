//! Returns that did not come, came late, or could not be used.

use super::super::{Asked, Evidence, Verdict, own};
use super::shown::period_words;
use crate::domain::return_::{Entry, ReturnState};
use crate::facts::returns::Reporter;
use crate::rules::date_words;

/// So many missed periods are named in a sentence.
const NAMED_MAX: usize = 12;

/// The newest return that is settled is in one of these states.
pub(super) fn newest_is(asked: Asked<'_>, reporter: &Reporter, states: &[ReturnState]) -> Verdict {
    let Some(entry) = reporter.newest_settled() else { return Verdict::Unknown };
    let reason = format!("{}.", entry_words(entry));
    let shown = vec![state_evidence(asked, entry)];
    if states.contains(&entry.state) {
        Verdict::holds(0, reason, shown)
    } else if matches!(entry.state, ReturnState::Received | ReturnState::Late | ReturnState::Part) {
        Verdict::absent(reason, shown)
    } else {
        // Nothing usable came: that is no recovery of whatever was wrong before.
        Verdict::Unknown
    }
}

/// Too many returns did not come.
pub(super) fn missed(asked: Asked<'_>, reporter: &Reporter) -> Verdict {
    let Some(calendar) = &reporter.calendar else { return Verdict::Unknown };
    let (misses, limits) = (calendar.misses, calendar.limits);
    let settled = || calendar.entries.iter().rev().filter(|entry| entry.state != ReturnState::Due);
    let Some(newest) = settled().next() else { return Verdict::Unknown };
    if !misses.too_many(limits) {
        if newest.state.is_missed() {
            return Verdict::Unknown;
        }
        return Verdict::absent(format!("{}.", entry_words(newest)), vec![state_evidence(asked, newest)]);
    }
    let mut missed: Vec<&Entry> = settled()
        .take(limits.of_newest.max(misses.in_a_row))
        .filter(|entry| entry.state.is_missed())
        .collect();
    missed.truncate(NAMED_MAX);
    missed.reverse();
    let named: Vec<String> = missed.iter().map(|entry| period_words(entry.period)).collect();
    let how_many = if misses.in_a_row >= limits.in_a_row {
        format!("{} returns in a row", misses.in_a_row)
    } else {
        format!("{} of the newest {} returns", misses.of_newest, limits.of_newest)
    };
    let reason = format!("{how_many} did not come or could not be used: {}.", named.join(", "));
    let shown = missed.iter().map(|entry| state_evidence(asked, entry)).collect();
    Verdict::holds(u32::try_from(misses.in_a_row).unwrap_or(0), reason, shown)
}

fn entry_words(entry: &Entry) -> String {
    let period = period_words(entry.period);
    let due = date_words(entry.due_on);
    match entry.state {
        ReturnState::Due => format!("The return for {period} is due by {due}"),
        ReturnState::Received => format!("The return for {period} came in time"),
        ReturnState::Late => format!("The return for {period} came after {due}, when it was due"),
        ReturnState::Part => format!("Some rows of the return for {period} could not be used"),
        ReturnState::Refused => format!("Nothing of the return for {period} could be used"),
        ReturnState::Missing => format!("The return for {period} has not come; it was due by {due}"),
    }
}

/// What came of a return is Carewarden's own count: no document says it.
fn state_evidence(asked: Asked<'_>, entry: &Entry) -> Evidence {
    let new = format!("{} for {}", entry.state.as_str(), period_words(entry.period));
    Evidence { effective: Some(entry.due_on), ..own("return.state", new, asked.known.now) }
}

//! Conditions on Carewarden's own sources: kept apart from what is said of providers.

use jiff::{SignedDuration, Timestamp};

use super::{Asked, Verdict, own};
use crate::rules::{Known, OWN_CHECK, SourceState, date_words};

/// At most so many ids are named in a sentence; the evidence has them all.
const IDS_NAMED_MAX: usize = 10;

/// Within the family of source faults, a stale source is worse than one that just failed.
const WEIGHT_FAILED: u32 = 1;
const WEIGHT_STALE: u32 = 2;

/// It failed so many times in a row.
pub(super) fn failed(asked: Asked<'_>, after: u16) -> Verdict {
    let Some(source) = state_of(asked) else { return Verdict::Unknown };
    let Some(last_at) = source.last_at else { return Verdict::Unknown };
    let shown = |outcome: &str| vec![own("collect.outcome", outcome.to_owned(), last_at)];
    if source.failed_in_a_row == 0 {
        let words = match source.id.strip_prefix(OWN_CHECK) {
            Some(own) => format!("Own check {own} is fine."),
            None => format!("Source {} was read.", source.id),
        };
        return Verdict::absent(words, shown("read"));
    }
    // Failures that are too few to count are still no sign of recovery.
    if source.failed_in_a_row < u32::from(after) {
        return Verdict::Unknown;
    }
    let times = if after > 1 { format!(" {after} times in a row") } else { String::new() };
    let why = source.last_error.as_deref().map_or("no cause is known", |error| error.trim_end_matches('.'));
    let reason = match source.id.strip_prefix(OWN_CHECK) {
        Some(own) => format!("Own check {own} failed: {why}."),
        None => format!("Reading source {} failed{times}: {why}.", source.id),
    };
    Verdict::holds(WEIGHT_FAILED, reason, shown("failed"))
}

/// Its newest good reading is older than so many of its intervals.
pub(super) fn stale(asked: Asked<'_>, intervals: u16) -> Verdict {
    let Some(source) = state_of(asked) else { return Verdict::Unknown };
    let Some(good_at) = source.good_at else { return Verdict::Unknown };
    let read = source.last_at.unwrap_or(asked.known.now);
    let shown = vec![own("collect.good_at", good_at.to_string(), read)];
    let words = format!("Source {} was last read well on {}", source.id, minute_words(asked.known, good_at));
    let age = asked.known.now.duration_since(good_at);
    let allowed = source.interval.checked_mul(i32::from(intervals)).unwrap_or(SignedDuration::MAX);
    if age > allowed {
        let reason = format!("{words}, more than {} ago.", duration_words(allowed));
        Verdict::holds(WEIGHT_STALE, reason, shown)
    } else {
        Verdict::absent(format!("{words}."), shown)
    }
}

/// It says 404 of ids that it knew.
pub(super) fn lost_ids(asked: Asked<'_>) -> Verdict {
    let Some(source) = state_of(asked) else { return Verdict::Unknown };
    let Some(last_at) = source.last_at else { return Verdict::Unknown };
    let gone = &source.gone_ids;
    let shown = |ids: String| vec![own("collect.gone_ids", ids, last_at)];
    if gone.is_empty() {
        // A reading that failed did not find anything again.
        return if source.failed_in_a_row == 0 {
            Verdict::absent(format!("Source {} knows all watched ids.", source.id), shown("none".to_owned()))
        } else {
            Verdict::Unknown
        };
    }
    let mut named = gone.iter().take(IDS_NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
    if gone.len() > IDS_NAMED_MAX {
        named.push_str(&format!(" and {} more", gone.len() - IDS_NAMED_MAX));
    }
    let ids = if gone.len() == 1 { "an id" } else { "ids" };
    let reason = format!("Source {} answers \"not found\" for {ids} that it knew: {named}.", source.id);
    Verdict::holds(u32::try_from(gone.len()).unwrap_or(u32::MAX), reason, shown(gone.join(" ")))
}

fn state_of<'a>(asked: Asked<'a>) -> Option<&'a SourceState> {
    asked.known.sources.iter().find(|source| source.id == asked.subject.id)
}

fn minute_words(known: Known<'_>, instant: Timestamp) -> String {
    let zoned = instant.to_zoned(known.zone.clone());
    format!("{} at {}", date_words(zoned.date()), zoned.strftime("%H:%M"))
}

fn duration_words(duration: SignedDuration) -> String {
    let minutes = duration.as_mins();
    if minutes % 60 == 0 { format!("{} hours", minutes / 60) } else { format!("{minutes} minutes") }
}

//! How long to wait before the next request: the pace, the back-off, and what the server asks for.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use sha2::{Digest, Sha256};

/// The longest wait between two tries that we choose ourselves.
pub const BACK_OFF_MAX: Duration = Duration::from_secs(30);

/// Spaces requests evenly: at most so many a second.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    gap: SignedDuration,
    next: Option<Timestamp>,
}

impl Pace {
    /// At most `per_second` requests a second.
    #[must_use]
    pub fn new(per_second: f64) -> Self {
        let gap = if per_second > 0.0 { 1.0 / per_second } else { 0.0 };
        Self { gap: SignedDuration::try_from_secs_f64(gap).unwrap_or(SignedDuration::ZERO), next: None }
    }

    /// Books the next request and says how long to wait for its turn.
    pub fn book(&mut self, now: Timestamp) -> Duration {
        let turn = self.next.map_or(now, |next| next.max(now));
        self.next = turn.checked_add(self.gap).ok();
        unsigned(turn.duration_since(now))
    }
}

/// The wait before try number `failed + 1`: doubles from `first`, between half of it and all of it
/// by `jitter` (0 to 1), so that several readers do not come back together.
#[must_use]
pub fn back_off(first: Duration, failed: u32, jitter: f64) -> Duration {
    let doubled = first.saturating_mul(2_u32.saturating_pow(failed.saturating_sub(1)));
    doubled.min(BACK_OFF_MAX).mul_f64(jitter.clamp(0.0, 1.0).mul_add(0.5, 0.5))
}

/// A number from 0 to below 1 that differs by address, try and instant. It spreads readers out and
/// guards nothing, so a hash does and no generator is needed.
#[must_use]
pub fn jitter(url: &str, failed: u32, now: Timestamp) -> f64 {
    let hash = Sha256::digest(format!("{url} {failed} {}", now.as_nanosecond()));
    f64::from(u16::from_be_bytes([hash[0], hash[1]])) / 65_536.0
}

/// Reads `Retry-After`: seconds, or an HTTP date seen from `now`; a date that is past is no wait.
#[must_use]
pub fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = rfc2822::DateTimeParser::new().parse_timestamp(header).ok()?;
    Some(unsigned(at.duration_since(now)))
}

fn unsigned(duration: SignedDuration) -> Duration {
    Duration::try_from(duration).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn jitter_spreads_addresses_tries_and_instants() {
        let later = START + Duration::from_millis(1);
        let drawn =
            [jitter("a", 1, START), jitter("b", 1, START), jitter("a", 2, START), jitter("a", 1, later)];
        assert!(drawn.iter().all(|one| (0.0..1.0).contains(one)), "{drawn:?}");
        let distinct: std::collections::BTreeSet<u64> = drawn.iter().map(|one| one.to_bits()).collect();
        assert_eq!(distinct.len(), drawn.len(), "{drawn:?}");
    }

    #[test]
    fn requests_are_spaced_by_the_rate_and_an_idle_time_is_not_saved_up() {
        let mut pace = Pace::new(5.0);
        let at = |millis| START + SignedDuration::from_millis(millis);
        let waits = [0, 0, 0, 250, 5_000, 5_000].map(|millis| pace.book(at(millis)).as_millis());
        assert_eq!(waits, [0, 200, 400, 350, 0, 200]);
    }

    #[test]
    fn waits_double_up_to_a_limit_with_jitter_below() {
        let first = Duration::from_millis(500);
        assert_eq!(back_off(first, 1, 1.0), first);
        assert_eq!(back_off(first, 3, 1.0), first * 4);
        assert_eq!(back_off(first, 3, 0.0), first * 2);
        assert_eq!(back_off(first, 60, 1.0), BACK_OFF_MAX);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().expect("an instant");
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::from_secs(37)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("-5", now), None);
    }
}

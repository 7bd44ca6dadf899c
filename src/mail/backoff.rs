//! When a mail that did not leave is tried again, and when it is given up.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::config::Mail;

/// The instant of the next try after `tries` that did not succeed, or none: it is given up.
///
/// The wait doubles from `retry_min` up to `retry_max`. The last try falls on the end of
/// `give_up_after`, counted from the first try and not from queuing: a relay that was down, or a
/// machine that was off, must not use up a mail's time.
#[must_use]
pub fn next_try(mail: &Mail, tries: i64, first_try_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let end = after(first_try_at, mail.give_up_after);
    if now >= end {
        return None;
    }
    let doublings = u32::try_from(tries.saturating_sub(1)).unwrap_or(0);
    let factor = 2_u32.checked_pow(doublings).unwrap_or(u32::MAX);
    let wait = mail.retry_min.saturating_mul(factor).min(mail.retry_max);
    Some(after(now, wait).min(end))
}

fn after(start: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    start.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::config::Transport;

    fn mail() -> Mail {
        Mail {
            transport: Transport::Directory { dir: PathBuf::new() },
            from: String::new(),
            reply_to: None,
            bounce: String::new(),
            allowed_domains: Vec::new(),
            retry_min: Duration::from_secs(60),
            retry_max: Duration::from_secs(3600),
            give_up_after: Duration::from_secs(5 * 86_400),
            send_cleared: true,
            name_in_subject: false,
        }
    }

    fn waits(first: Timestamp) -> Vec<i64> {
        let (mut now, mut waits) = (first, Vec::new());
        for tries in 1..=1000 {
            let Some(next) = next_try(&mail(), tries, first, now) else { break };
            waits.push(next.duration_since(now).as_secs());
            now = next;
        }
        waits
    }

    #[test]
    fn waits_double_to_an_hour_and_end_after_five_days() {
        let waits = waits("2025-03-04T06:00:00Z".parse().expect("an instant"));
        assert_eq!(waits[..8], [60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(waits.iter().sum::<i64>(), 5 * 86_400);
        assert!(waits.iter().all(|wait| *wait <= 3600));
    }

    #[test]
    fn a_clock_that_went_back_gives_nothing_up() {
        let first = "2025-03-04T06:00:00Z".parse().expect("an instant");
        let now = "2024-03-04T06:00:00Z".parse().expect("an instant");
        assert!(next_try(&mail(), i64::MAX, first, now).is_some());
    }
}

//! Whether scheduler, writer and mail sender each move: the watchdog is fed only while they do.

use jiff::SignedDuration;

use super::plan::Job;
use crate::clock::Clock;
use crate::config::{Mail, Transport};
use crate::store::Writes;

/// A transaction of ours takes moments; one that takes so long waits for something that will not come.
const WRITE_MAX: SignedDuration = SignedDuration::from_secs(60);

/// So many ticks may fail to come.
const TICKS_MISSED_MAX: i32 = 4;

/// Steps of one mail's dialogue, each with its limit, and addresses tried before the first.
const MAIL_STEPS_MAX: u32 = 14;

/// A part of the daemon that stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stuck {
    /// No ticks come.
    Scheduler,
    /// A transaction does not end.
    Writer,
    /// A mail neither goes nor fails.
    Sender,
}

/// A count that should move, and since when it has not, by the time that really passes.
#[derive(Debug)]
struct Beat {
    seen: u64,
    since: Clock,
}

impl Beat {
    fn new() -> Self {
        Self { seen: 0, since: Clock::real() }
    }

    /// How long the count has stood.
    fn still_for(&mut self, count: u64) -> SignedDuration {
        if count != self.seen {
            *self = Self { seen: count, since: Clock::real() };
        }
        self.since.moment().duration_since(self.since.now())
    }
}

/// The three beats.
#[derive(Debug)]
pub struct Pulse {
    scheduler: Beat,
    writer: Beat,
    sender: Beat,
    writes: Writes,
    ticks: u64,
    tick: SignedDuration,
}

impl Pulse {
    /// A pulse that begins now; `tick` is how often ticks should come.
    #[must_use]
    pub fn new(writes: Writes, tick: std::time::Duration) -> Self {
        let tick = SignedDuration::try_from(tick).unwrap_or(WRITE_MAX);
        Self { scheduler: Beat::new(), writer: Beat::new(), sender: Beat::new(), writes, ticks: 0, tick }
    }

    /// A tick came.
    pub const fn tick(&mut self) {
        self.ticks += 1;
    }

    /// What stands still, if something does, while `job` is in hand.
    pub fn stuck(&mut self, job: Option<Job>, mail: &Mail) -> Option<Stuck> {
        // One that is not at work is not stuck: its count starts anew when work begins.
        let writing = self.writer.still_for(self.writes.ended());
        if !self.writes.is_in_hand() {
            self.writer = Beat { seen: self.writes.ended(), since: Clock::real() };
        }
        let sending = self.sender.still_for(self.writes.ended());
        if job != Some(Job::Deliver) {
            self.sender = Beat { seen: self.writes.ended(), since: Clock::real() };
        }
        if self.scheduler.still_for(self.ticks) > self.tick * TICKS_MISSED_MAX {
            Some(Stuck::Scheduler)
        } else if self.writes.is_in_hand() && writing > WRITE_MAX {
            Some(Stuck::Writer)
        } else if job == Some(Job::Deliver) && sending > one_mail(mail) {
            Some(Stuck::Sender)
        } else {
            None
        }
    }
}

/// The longest that one mail can take by the limits of the configuration.
fn one_mail(mail: &Mail) -> SignedDuration {
    let steps = match &mail.transport {
        Transport::Smtp(smtp) => smtp.connect_timeout.max(smtp.timeout) * MAIL_STEPS_MAX,
        Transport::Directory { .. } => std::time::Duration::ZERO,
    };
    SignedDuration::try_from(steps).unwrap_or(SignedDuration::MAX).saturating_add(WRITE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ago(seconds: i64) -> Clock {
        Clock::began_ago(SignedDuration::from_secs(seconds))
    }

    fn mail() -> Mail {
        Mail {
            transport: Transport::Directory { dir: std::path::PathBuf::new() },
            from: String::new(),
            reply_to: None,
            bounce: String::new(),
            allowed_domains: Vec::new(),
            retry_min: std::time::Duration::ZERO,
            retry_max: std::time::Duration::ZERO,
            give_up_after: std::time::Duration::ZERO,
            send_cleared: true,
            name_in_subject: false,
        }
    }

    fn pulse() -> Pulse {
        Pulse::new(Writes::default(), std::time::Duration::from_secs(30))
    }

    #[test]
    fn ticks_that_do_not_come_are_noticed() {
        let mut pulse = pulse();
        assert_eq!(pulse.stuck(None, &mail()), None);
        pulse.scheduler.since = ago(121);
        assert_eq!(pulse.stuck(None, &mail()), Some(Stuck::Scheduler));
        pulse.tick();
        assert_eq!(pulse.stuck(None, &mail()), None);
    }

    #[test]
    fn a_transaction_that_does_not_end_is_noticed_and_a_quiet_writer_is_not() {
        let mut pulse = pulse();
        pulse.writer.since = ago(1_000);
        assert_eq!(pulse.stuck(None, &mail()), None);
        let in_hand = pulse.writes.begin();
        pulse.writer.since = ago(59);
        assert_eq!(pulse.stuck(Some(Job::Assess), &mail()), None);
        pulse.writer.since = ago(61);
        assert_eq!(pulse.stuck(Some(Job::Assess), &mail()), Some(Stuck::Writer));
        drop(in_hand);
        assert_eq!(pulse.stuck(Some(Job::Assess), &mail()), None);
    }

    #[test]
    fn a_mail_that_neither_goes_nor_fails_is_noticed() {
        let mut pulse = pulse();
        pulse.sender.since = ago(1_000);
        assert_eq!(pulse.stuck(Some(Job::Deliver), &mail()), Some(Stuck::Sender));
        assert_eq!(pulse.stuck(None, &mail()), None);
        assert_eq!(pulse.stuck(Some(Job::Deliver), &mail()), None);
    }
}

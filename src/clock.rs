//! The only reader of the clock; everywhere else `now` is an argument.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp, Unit};

/// A job's sense of time: its own `now`, real or given with `--as-of`.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Timestamp,
    began: Instant,
}

impl Clock {
    /// The real time.
    #[must_use]
    pub fn real() -> Self {
        Self::from(real_now())
    }

    /// A clock that says `start` now and goes on from there at the pace of the real one.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this module is the one reader of the clock")]
    pub fn from(start: Timestamp) -> Self {
        Self { start, began: Instant::now() }
    }

    /// A clock that was made so long ago, to test what waits.
    #[cfg(test)]
    pub(crate) fn began_ago(passed: SignedDuration) -> Self {
        let now = Self::real();
        let began =
            std::time::Duration::try_from(passed).ok().and_then(|passed| now.began.checked_sub(passed));
        Self { start: now.start - passed, began: began.unwrap_or(now.began) }
    }

    /// The instant at which the clock was made: the `now` of a whole job.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.start
    }

    /// Now, with what has passed since the clock was made; whole microseconds.
    #[must_use]
    pub fn moment(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.began.elapsed()).unwrap_or(SignedDuration::ZERO);
        self.start.checked_add(passed).ok().map_or(self.start, whole_micros)
    }
}

/// The real time, in whole microseconds, as the store keeps it.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this module is the one reader of the clock")]
pub fn real_now() -> Timestamp {
    whole_micros(Timestamp::now())
}

fn whole_micros(at: Timestamp) -> Timestamp {
    at.round(Unit::Microsecond).unwrap_or(at)
}

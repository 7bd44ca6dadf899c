//! What systemd is told. Without systemd nobody listens, and nothing is said.

use std::time::Duration;

use sd_notify::NotifyState;

/// Ready: configuration read, schema up to date, database sound.
pub fn ready(status: &str) {
    say(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// What `systemctl status` shows.
pub fn status(status: &str) {
    say(&[NotifyState::Status(status)]);
}

/// A new configuration is being read; [`ready`] ends it.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(since) => say(&[NotifyState::Reloading, since]),
        Err(_) => say(&[NotifyState::Reloading]),
    }
}

/// The end has begun.
pub fn stopping() {
    say(&[NotifyState::Stopping, NotifyState::Status("stopping")]);
}

/// Still moving.
pub fn watchdog() {
    say(&[NotifyState::Watchdog]);
}

/// How often systemd wants to hear [`watchdog`], if it does.
#[must_use]
pub fn watchdog_every() -> Option<Duration> {
    sd_notify::watchdog_enabled()
}

fn say(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "systemd cannot be told how we are");
    }
}

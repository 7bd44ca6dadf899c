//! From facts to complaints: each says what is wrong and what to do next.

use jiff::{SignedDuration, Timestamp};

use super::Facts;

/// A mail that waits for longer is a complaint.
const MAIL_WAIT_MAX: SignedDuration = SignedDuration::from_hours(1);

/// A source that was not read for so many of its intervals is stale.
const INTERVALS_MAX: i32 = 2;

/// Whether a complaint makes `status` exit 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gravity {
    /// It does, while it lasts.
    Unhealthy,
    /// It is said and mailed, and what the program is for goes on.
    Warning,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Complaint {
    /// The last reading of a source failed.
    SourceFailed {
        /// The source.
        source: String,
        /// Why.
        why: String,
    },
    /// A source was not read well for longer than twice its schedule.
    SourceStale {
        /// The source.
        source: String,
        /// Its last good reading, or since when there should have been one.
        since: Timestamp,
    },
    /// Dead letters that nobody has handled.
    DeadLetters {
        /// Their numbers.
        mails: Vec<i64>,
    },
    /// A mail has waited for longer than an hour.
    MailWaits {
        /// Since when.
        since: Timestamp,
        /// What was last said of it.
        trouble: Option<String>,
    },
    /// The last check of the whole file found damage.
    IntegrityFailed {
        /// What it found.
        found: String,
    },
    /// The log did not prove itself.
    AuditFailed {
        /// What was found.
        found: String,
    },
    /// The last attempt to make a backup failed.
    BackupFailed {
        /// Why.
        why: String,
    },
    /// The outside monitor has been silent for too long.
    MonitorSilent {
        /// Its host.
        monitor: String,
        /// Since when.
        since: Timestamp,
    },
}

impl Complaint {
    /// A word for scripts.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SourceFailed { .. } => "source_failed",
            Self::SourceStale { .. } => "source_stale",
            Self::DeadLetters { .. } => "dead_letters",
            Self::MailWaits { .. } => "mail_waits",
            Self::IntegrityFailed { .. } => "integrity_failed",
            Self::AuditFailed { .. } => "audit_failed",
            Self::BackupFailed { .. } => "backup_failed",
            Self::MonitorSilent { .. } => "monitor_silent",
        }
    }

    /// Every code, for the metrics: one that is not there reads 0.
    pub const CODES: [&'static str; 8] = [
        "source_failed",
        "source_stale",
        "dead_letters",
        "mail_waits",
        "integrity_failed",
        "audit_failed",
        "backup_failed",
        "monitor_silent",
    ];

    /// Whether it makes `status` exit 1.
    #[must_use]
    pub const fn gravity(&self) -> Gravity {
        match self {
            Self::BackupFailed { .. } | Self::MonitorSilent { .. } => Gravity::Warning,
            _ => Gravity::Unhealthy,
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::SourceFailed { .. } => {
                "it is tried again by itself; if it lasts, check the key, the network and the regulator's pages"
            }
            Self::SourceStale { .. } => {
                "is the daemon running, or the timer that starts `carewarden run`? try `carewarden run collect`"
            }
            Self::DeadLetters { .. } => {
                "tell the person by telephone; then `carewarden outbox retry ID`, or `carewarden outbox drop ID --by NAME --reason TEXT`"
            }
            Self::MailWaits { .. } => {
                "try `carewarden mail check`; what waits goes by itself once the relay takes it"
            }
            Self::IntegrityFailed { .. } => {
                "stop the daemon, keep the file, and put a backup in its place: `carewarden restore FILE --by NAME --reason TEXT`"
            }
            Self::AuditFailed { .. } => {
                "run `carewarden audit verify`; compare with a checkpoint that was mailed, and tell your auditor"
            }
            Self::BackupFailed { .. } => {
                "check the folder of backups and its space, then `carewarden backup`"
            }
            Self::MonitorSilent { .. } => {
                "check [heartbeat] url and the way out; until then nobody outside would notice a standstill"
            }
        }
    }
}

/// Everything that is not as it should be at `facts.now`, gravest first.
#[must_use]
pub fn complaints(facts: &Facts) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    complaints.extend(failed_check(facts));
    complaints.extend(sources(facts));
    complaints.extend(mail(facts));
    complaints.extend(warnings(facts));
    complaints
}

/// Whether none of them makes `status` exit 1.
#[must_use]
pub fn is_healthy(complaints: &[Complaint]) -> bool {
    complaints.iter().all(|complaint| complaint.gravity() == Gravity::Warning)
}

fn failed_check(facts: &Facts) -> Vec<Complaint> {
    let found = |check: &Option<super::Check>| {
        let failed = check.as_ref().filter(|check| !check.passed)?;
        Some(failed.detail.clone().unwrap_or_else(|| "no detail was noted".to_owned()))
    };
    let integrity = found(&facts.integrity).map(|found| Complaint::IntegrityFailed { found });
    let audit = found(&facts.audit).map(|found| Complaint::AuditFailed { found });
    integrity.into_iter().chain(audit).collect()
}

fn sources(facts: &Facts) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for source in &facts.sources {
        if source.failed_in_a_row > 0 {
            let why = source.last_error.clone().unwrap_or_else(|| "no cause is known".to_owned());
            complaints.push(Complaint::SourceFailed { source: source.id.clone(), why });
        }
        let allowed = source.interval.checked_mul(INTERVALS_MAX).unwrap_or(SignedDuration::MAX);
        if let Some(since) = source.since.filter(|since| facts.now.duration_since(*since) > allowed) {
            complaints.push(Complaint::SourceStale { source: source.id.clone(), since });
        }
    }
    complaints
}

fn mail(facts: &Facts) -> Vec<Complaint> {
    let mail = &facts.mail;
    let dead =
        (!mail.dead_letters.is_empty()).then(|| Complaint::DeadLetters { mails: mail.dead_letters.clone() });
    let waits = mail
        .waiting_since
        .filter(|since| facts.now.duration_since(*since) > MAIL_WAIT_MAX)
        .map(|since| Complaint::MailWaits { since, trouble: mail.last_trouble.clone() });
    dead.into_iter().chain(waits).collect()
}

fn warnings(facts: &Facts) -> Vec<Complaint> {
    let backup = facts.backup.as_ref().and_then(|backup| backup.fault.clone());
    let silent = facts.heartbeat.as_ref().and_then(|heartbeat| {
        let monitor = heartbeat.monitor.clone();
        heartbeat.silent_since.map(|since| Complaint::MonitorSilent { monitor, since })
    });
    backup.map(|why| Complaint::BackupFailed { why }).into_iter().chain(silent).collect()
}

//! Whether Carewarden says that it is well: the verdict over facts, and the real program's exit code.

mod metrics;
mod program;
mod verdict;

use carewarden::status::{Backup, Check, Database, Facts, Heartbeat, Job, Mail, Source};
use jiff::{SignedDuration, Timestamp};

/// The instant of all pure tests.
pub const NOW: &str = "2025-03-04T06:05:00Z";

pub fn now() -> Timestamp {
    NOW.parse().expect("an instant")
}

pub fn ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

/// A program that is well in every respect.
pub fn well() -> Facts {
    Facts {
        now: now(),
        database: Database { path: "carewarden.db".into(), file_bytes: 4096, ..Database::default() },
        jobs: vec![Job {
            job: "collect".into(),
            last_started_at: Some(ago(5)),
            last_ended_at: Some(ago(4)),
            outcome: Some("ok".into()),
            detail: None,
            next_at: Some(ago(-1435)),
        }],
        sources: vec![Source {
            id: "cqc".into(),
            last_at: Some(ago(5)),
            good_at: Some(ago(5)),
            since: Some(ago(5)),
            failed_in_a_row: 0,
            last_error: None,
            interval: SignedDuration::from_hours(24),
            next_at: Some(ago(-1435)),
        }],
        mail: Mail { last_accepted_at: Some(ago(4)), ..Mail::default() },
        silences: Vec::new(),
        backup: Some(Backup {
            dir: "/backups".into(),
            count: 3,
            last_at: Some(ago(155)),
            last_bytes: Some(4096),
            fault: None,
        }),
        integrity: Some(Check { at: ago(155), passed: true, detail: None }),
        audit: None,
        heartbeat: Some(Heartbeat {
            monitor: "hc.example.org".into(),
            answered_at: Some(ago(4)),
            silent_since: None,
        }),
    }
}

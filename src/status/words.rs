//! The status in words for a terminal.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{Complaint, Facts};
use crate::alerts::moment_words;

/// So many silences and dead letters are named; the lists have them all.
const NAMED_MAX: usize = 10;

/// What the program knows of itself, line by line: label and words. Complaints come apart.
#[must_use]
pub fn words(facts: &Facts, zone: &TimeZone) -> Vec<(String, String)> {
    let shown = Shown { now: facts.now, zone };
    let mut lines = Vec::new();
    lines.extend(facts.jobs.iter().map(|job| (job.job.clone(), shown.job(job))));
    lines.extend(facts.sources.iter().map(|source| (format!("source {}", source.id), shown.source(source))));
    lines.push(("mail".to_owned(), shown.mail(&facts.mail)));
    for silence in facts.silences.iter().take(NAMED_MAX) {
        let until = moment_words(silence.until, zone);
        let words = format!("{} until {until}, by {}: {}", silence.what, silence.by, silence.reason);
        lines.push(("silence".to_owned(), words));
    }
    if facts.silences.len() > NAMED_MAX {
        lines.push(("silence".to_owned(), format!("and {} more", facts.silences.len() - NAMED_MAX)));
    }
    lines.push(("backup".to_owned(), shown.backup(facts)));
    lines.push(("file check".to_owned(), shown.check(facts.integrity.as_ref())));
    lines.push(("log check".to_owned(), shown.check(facts.audit.as_ref())));
    lines.push(("heartbeat".to_owned(), shown.heartbeat(facts)));
    lines.push(("database".to_owned(), database(facts)));
    lines
}

impl Complaint {
    /// What is wrong, in one sentence without its full stop.
    #[must_use]
    pub fn in_words(&self, zone: &TimeZone) -> String {
        let when = |at: &Timestamp| moment_words(*at, zone);
        match self {
            Self::SourceFailed { source, why } => {
                format!("source {source} could not be read: {}", why.trim_end_matches('.'))
            }
            Self::SourceStale { source, since } => {
                format!("source {source} has not been read well since {}", when(since))
            }
            Self::DeadLetters { mails } => dead_letters(mails),
            Self::MailWaits { since, trouble } => {
                let trouble = trouble.as_ref().map(|trouble| format!(": {trouble}")).unwrap_or_default();
                format!("a mail has waited since {}{trouble}", when(since))
            }
            Self::IntegrityFailed { found } => format!("the database is damaged: {found}"),
            Self::AuditFailed { found } => format!("the log does not prove itself: {found}"),
            Self::BackupFailed { why } => why.clone(),
            Self::MonitorSilent { monitor, since } => {
                format!("the monitor at {monitor} has not answered since {}", when(since))
            }
        }
    }
}

fn dead_letters(mails: &[i64]) -> String {
    let mut named: Vec<String> = mails.iter().take(NAMED_MAX).map(i64::to_string).collect();
    if mails.len() > NAMED_MAX {
        named.push(format!("{} more", mails.len() - NAMED_MAX));
    }
    match mails {
        [_] => format!("mail {} is a dead letter: somebody was not told", named.join("")),
        _ => format!("mails {} are dead letters: somebody was not told", named.join(", ")),
    }
}

struct Shown<'a> {
    now: Timestamp,
    zone: &'a TimeZone,
}

impl Shown<'_> {
    fn moment(&self, at: Timestamp) -> String {
        format!("{} ({})", moment_words(at, self.zone), distance(at, self.now))
    }

    fn next(&self, next: Option<Timestamp>) -> String {
        next.map(|at| format!("; next {}", moment_words(at, self.zone))).unwrap_or_default()
    }

    fn job(&self, job: &super::Job) -> String {
        let next = self.next(job.next_at);
        let Some(at) = job.last_started_at else { return format!("never run{next}") };
        let outcome = job.outcome.as_deref().unwrap_or("running");
        format!("{outcome}, {}{next}", self.moment(at))
    }

    fn source(&self, source: &super::Source) -> String {
        let read = source
            .good_at
            .map_or_else(|| "never read well".to_owned(), |at| format!("read {}", self.moment(at)));
        let failed = match source.failed_in_a_row {
            0 => String::new(),
            1 => "; the last attempt failed".to_owned(),
            times => format!("; the last {times} attempts failed"),
        };
        format!("{read}{failed}{}", self.next(source.next_at))
    }

    fn mail(&self, mail: &super::Mail) -> String {
        let last = mail.last_accepted_at.map_or_else(
            || "none accepted yet".to_owned(),
            |at| format!("last accepted {}", self.moment(at)),
        );
        let dead = match mail.dead_letters.len() {
            0 => String::new(),
            count => format!(", {count} dead"),
        };
        format!("{last}; {} waiting{dead}", mail.waiting)
    }

    fn backup(&self, facts: &Facts) -> String {
        let Some(backup) = &facts.backup else {
            return "none wanted: the configuration has no [backup]".to_owned();
        };
        let Some((at, bytes)) = backup.last_at.zip(backup.last_bytes) else {
            return format!("none yet in {}", backup.dir);
        };
        format!("{}, {}; {} in {}", self.moment(at), size(bytes), backup.count, backup.dir)
    }

    fn check(&self, check: Option<&super::Check>) -> String {
        match check {
            None => "not made yet".to_owned(),
            Some(check) => {
                format!("{}, {}", if check.passed { "ok" } else { "failed" }, self.moment(check.at))
            }
        }
    }

    fn heartbeat(&self, facts: &Facts) -> String {
        match &facts.heartbeat {
            None => "no monitor: the configuration has no [heartbeat]".to_owned(),
            Some(beat) => match beat.answered_at {
                None => format!("{} has never answered", beat.monitor),
                Some(at) => format!("{} answered {}", beat.monitor, self.moment(at)),
            },
        }
    }
}

fn database(facts: &Facts) -> String {
    let database = &facts.database;
    format!(
        "{}, {} (bodies of documents {}, free {}, log {})",
        database.path,
        size(database.file_bytes),
        size(database.bodies_bytes),
        size(database.free_bytes),
        size(database.wal_bytes),
    )
}

/// "12.3 MB", in units of a thousand.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        1_000_000..1_000_000_000 => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
        _ => format!("{}.{} GB", bytes / 1_000_000_000, bytes % 1_000_000_000 / 100_000_000),
    }
}

/// "3 h ago", "in 12 min".
fn distance(at: Timestamp, now: Timestamp) -> String {
    let passed = now.duration_since(at);
    let ahead = passed.is_negative();
    let minutes = passed.abs().as_mins();
    let words = match minutes {
        0 => return "now".to_owned(),
        1..120 => format!("{minutes} min"),
        120..2_880 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / SignedDuration::from_hours(24).as_mins()),
    };
    if ahead { format!("in {words}") } else { format!("{words} ago") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_distances_read_like_words() {
        assert_eq!(
            [size(0), size(1_250), size(12_345_678), size(2_500_000_000)],
            ["0 B", "1.2 kB", "12.3 MB", "2.5 GB"]
        );
        let now: Timestamp = "2025-03-04T06:05:00Z".parse().expect("an instant");
        let at = |minutes| distance(now - SignedDuration::from_mins(minutes), now);
        assert_eq!(
            [at(0), at(5), at(-90), at(180), at(4_320)],
            ["now", "5 min ago", "in 90 min", "3 h ago", "3 days ago"]
        );
    }
}

//! The status as metrics, for the textfile collector of a node exporter.

use std::fmt::Write;

use jiff::Timestamp;

use super::{Complaint, Facts, is_healthy};

/// A metric: its samples follow its HELP and TYPE, together, as the format asks.
struct Metric<'a> {
    name: &'static str,
    help: &'static str,
    samples: Vec<(Option<(&'static str, &'a str)>, i64)>,
}

/// The status as Prometheus text. `None` for facts: the database could not be read at all.
#[must_use]
pub fn prometheus(facts: Option<&Facts>, complaints: &[Complaint]) -> String {
    let mut text = String::new();
    let up = one("carewarden_up", "Whether the database could be read.", i64::from(facts.is_some()));
    let healthy = facts.is_some() && is_healthy(complaints);
    let healthy = one("carewarden_healthy", "Whether `carewarden status` exits 0.", i64::from(healthy));
    for metric in [up, healthy].iter().chain(&facts.map_or_else(Vec::new, |facts| metrics(facts, complaints)))
    {
        write(&mut text, metric);
    }
    text
}

fn metrics<'a>(facts: &'a Facts, complaints: &[Complaint]) -> Vec<Metric<'a>> {
    let complaining = Complaint::CODES.iter().map(|code| {
        let found = complaints.iter().filter(|complaint| complaint.code() == *code).count();
        (Some(("code", *code)), count(found))
    });
    let sources = |of: fn(&super::Source) -> Option<i64>| {
        facts
            .sources
            .iter()
            .filter_map(move |source| Some((Some(("source", source.id.as_str())), of(source)?)))
    };
    let jobs = |of: fn(&super::Job) -> Option<i64>| {
        facts.jobs.iter().filter_map(move |job| Some((Some(("job", job.job.as_str())), of(job)?)))
    };
    let labelled = [
        many("carewarden_complaints", "Complaints by their code.", complaining),
        many(
            "carewarden_job_last_start_timestamp_seconds",
            "When the newest run of a job began.",
            jobs(|job| seconds(job.last_started_at)),
        ),
        many(
            "carewarden_job_last_ok",
            "Whether the newest run of a job ended well.",
            jobs(|job| Some(i64::from(job.outcome.as_deref()? == "ok"))),
        ),
        many(
            "carewarden_source_last_good_timestamp_seconds",
            "When a source was last read well.",
            sources(|source| seconds(source.good_at)),
        ),
        many(
            "carewarden_source_failures_in_a_row",
            "Readings of a source that failed one after the other.",
            sources(|source| Some(i64::from(source.failed_in_a_row))),
        ),
    ];
    labelled.into_iter().chain(of_the_whole(facts)).collect()
}

/// The metrics that have one value.
fn of_the_whole(facts: &Facts) -> Vec<Metric<'_>> {
    let bytes = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let backup = facts.backup.as_ref();
    vec![
        one("carewarden_mails_waiting", "Mails that wait for an attempt.", count(facts.mail.waiting)),
        one(
            "carewarden_dead_letters",
            "Dead letters that nobody has handled.",
            count(facts.mail.dead_letters.len()),
        ),
        maybe(
            "carewarden_mail_last_accepted_timestamp_seconds",
            "When a server last took a mail over.",
            seconds(facts.mail.last_accepted_at),
        ),
        one("carewarden_silences", "Silences in force.", count(facts.silences.len())),
        maybe(
            "carewarden_backup_last_timestamp_seconds",
            "When the newest backup was made.",
            seconds(backup.and_then(|backup| backup.last_at)),
        ),
        maybe(
            "carewarden_integrity_last_timestamp_seconds",
            "When the whole file was last checked.",
            seconds(facts.integrity.as_ref().map(|check| check.at)),
        ),
        maybe(
            "carewarden_heartbeat_answered_timestamp_seconds",
            "When the outside monitor last answered.",
            seconds(facts.heartbeat.as_ref().and_then(|beat| beat.answered_at)),
        ),
        one("carewarden_database_bytes", "Size of the database.", bytes(facts.database.file_bytes)),
        one(
            "carewarden_database_bodies_bytes",
            "Of it, bodies of documents.",
            bytes(facts.database.bodies_bytes),
        ),
        one("carewarden_status_timestamp_seconds", "When this was written.", facts.now.as_second()),
    ]
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn seconds(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_second)
}

fn one<'a>(name: &'static str, help: &'static str, value: i64) -> Metric<'a> {
    Metric { name, help, samples: vec![(None, value)] }
}

fn maybe<'a>(name: &'static str, help: &'static str, value: Option<i64>) -> Metric<'a> {
    Metric { name, help, samples: value.map(|value| (None, value)).into_iter().collect() }
}

fn many<'a>(
    name: &'static str,
    help: &'static str,
    samples: impl Iterator<Item = (Option<(&'static str, &'a str)>, i64)>,
) -> Metric<'a> {
    Metric { name, help, samples: samples.collect() }
}

fn write(text: &mut String, metric: &Metric<'_>) {
    let Metric { name, help, samples } = metric;
    if samples.is_empty() {
        return;
    }
    // A string takes every write.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
    for (label, value) in samples {
        let label = label.map(|(key, word)| format!("{{{key}=\"{}\"}}", escaped(word))).unwrap_or_default();
        let _ = writeln!(text, "{name}{label} {value}");
    }
}

fn escaped(word: &str) -> String {
    word.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

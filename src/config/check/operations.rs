//! `[heartbeat]`, `[backup]` and `[retention]`.

use std::path::Path;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::super::model::HOUSEKEEPING_SCHEDULE;
use super::super::reader::{Table, Unit};
use super::super::secret::{Surroundings, secret_or_text};
use super::super::{Backup, Code, Heartbeat, Retention};
use super::address::is_loopback;
use super::cron;
use crate::store::retention::Keep;

/// Backups of a kind that are kept at most: ten years of days.
const KEEP_MAX: i64 = 3_660;

/// Days that bodies are kept at least, so that what was read can be looked up.
const BODIES_DAYS_MIN: i64 = 30;

/// A hundred years.
const BODIES_DAYS_MAX: i64 = 36_500;

/// Hours that the monitor may be silent at most: thirty days.
const SILENT_HOURS_MAX: i64 = 720;

/// What healthchecks and its like take after the address for "it went wrong".
const FAIL: &str = "fail";

/// The outside monitor.
pub(super) fn heartbeat(root: &Table<'_>, around: Surroundings<'_>) -> Option<Heartbeat> {
    let table = root.table_opt("heartbeat")?;
    if !table.has("url") {
        table.missing("url", "for example url = { credential = \"heartbeat-url\" }");
    }
    let url = url(&table, "url", around);
    let failure_url = url_opt(&table, "failure_url", around);
    let timeout = table.duration("timeout_s", Unit::Seconds, 10.0);
    let hours = table.whole("alert_after_hours", 1..=SILENT_HOURS_MAX).unwrap_or(12);
    table.end();
    let url = url?;
    Some(Heartbeat {
        failure_url: failure_url.or_else(|| failure_of(&url)).unwrap_or_else(|| url.clone()).as_str().into(),
        url: SecretString::from(url.as_str()),
        timeout,
        alert_after: SignedDuration::from_hours(hours),
    })
}

fn url(table: &Table<'_>, key: &'static str, around: Surroundings<'_>) -> Option<Url> {
    let text = secret_or_text(table, key, around)?;
    let usable = Url::parse(text.expose_secret()).ok().filter(|url| match url.scheme() {
        "https" => url.has_host(),
        "http" => url.host_str().is_some_and(is_loopback),
        _ => false,
    });
    if usable.is_none() {
        // The address is not shown: whoever knows it can silence the alarm.
        let message = format!("the address of `{key}` is neither https nor http to this machine");
        table.notes.fault(Code::HeartbeatUrl, table.span_of(key), message, "write https://HOST/PATH");
    }
    usable
}

fn url_opt(table: &Table<'_>, key: &'static str, around: Surroundings<'_>) -> Option<Url> {
    table.has(key).then(|| url(table, key, around))?
}

/// The address with `/fail` after its path.
fn failure_of(url: &Url) -> Option<Url> {
    let mut failure = url.clone();
    failure.path_segments_mut().ok()?.pop_if_empty().push(FAIL);
    Some(failure)
}

/// Backups.
pub(super) fn backup(root: &Table<'_>, zone: &TimeZone, folder: &Path) -> Option<Backup> {
    let table = root.table_opt("backup")?;
    if !table.has("dir") {
        table.missing("dir", "name a folder, best on another disk: dir = \"/var/backups/carewarden\"");
    }
    let dir = super::path(&table, "dir", folder);
    let schedule = cron::schedule(&table, zone).unwrap_or_else(|| HOUSEKEEPING_SCHEDULE.into());
    let keep = Keep {
        daily: table.whole("keep_daily", 1..=KEEP_MAX).unwrap_or(7),
        weekly: table.whole("keep_weekly", 0..=KEEP_MAX).unwrap_or(5),
        monthly: table.whole("keep_monthly", 0..=KEEP_MAX).unwrap_or(12),
    };
    table.end();
    Some(Backup { dir: dir?.into_inner(), schedule, keep })
}

/// What may go after its time.
pub(super) fn retention(root: &Table<'_>) -> Retention {
    let Some(table) = root.table_opt("retention") else { return Retention::default() };
    let bodies_days = table.whole("bodies_days", BODIES_DAYS_MIN..=BODIES_DAYS_MAX);
    table.end();
    Retention { bodies_days }
}

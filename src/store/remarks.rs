//! Remarks on returns, and what is held of a provider when one is made.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use rusqlite::{Connection, Row, params};

use super::returns::values_in;
use super::{StoreError, Tx, date_of, instant};
use crate::audit::Cell;
use crate::domain::period::Period;
use crate::domain::return_::ReturnValue;
use crate::facts::quality::{Held, Remark};

/// A return is compared with so many of its own lengths before it: two returns are asked for, and
/// a few may not have come.
const BACK_PERIODS: i32 = 6;

/// So many returns before it are asked for.
const BEFORE: usize = 2;

/// Remarks that a list reads at most; the newest come first.
pub const LISTED_MAX: usize = 10_000;

/// The version that remarks are on.
#[derive(Clone, Copy, Debug)]
pub struct Remarked<'a> {
    /// The run that kept it.
    pub run: i64,
    /// Its number.
    pub submission: i64,
    /// When.
    pub at: Timestamp,
    /// Whose it is.
    pub provider_id: &'a str,
    /// About which days.
    pub period: Period,
}

/// A remark as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemarkRow {
    /// The version's number.
    pub submission: i64,
    /// When it was made.
    pub at: Timestamp,
    /// Whose return.
    pub provider_id: String,
    /// About which days.
    pub period: Period,
    /// 1, 2, ... for the same provider and period.
    pub version: i64,
    /// Whether no newer version of it has come by the same form.
    pub is_newest: bool,
    /// What is odd, in one word.
    pub kind: String,
    /// The indicator, where it is about one.
    pub indicator: Option<String>,
    /// The location, where it is about one.
    pub location_id: Option<String>,
    /// The zone, where it is about one.
    pub zone: Option<String>,
    /// The file's name.
    pub file: String,
    /// Where in the file.
    pub place: Option<String>,
    /// The remark, for people.
    pub sentence: String,
}

impl Tx<'_> {
    /// Adds a remark on a version.
    ///
    /// # Errors
    /// SQLite's.
    pub fn remark(&self, on: Remarked<'_>, remark: &Remark) -> Result<i64, StoreError> {
        self.append(
            "return_remarks",
            &[
                ("run", Cell::Integer(on.run)),
                ("submission", Cell::Integer(on.submission)),
                ("at", Cell::Text(&instant(on.at))),
                ("provider_id", Cell::Text(on.provider_id)),
                ("period_start", Cell::Text(&on.period.start().to_string())),
                ("period_end", Cell::Text(&on.period.end().to_string())),
                ("kind", Cell::Text(remark.kind())),
                ("indicator", maybe(remark.indicator.map(|indicator| indicator.key()))),
                ("location_id", maybe(remark.location_id.as_deref())),
                ("zone", maybe(remark.zone.as_deref())),
                ("place", maybe(remark.place.as_deref())),
                ("sentence", Cell::Text(&remark.in_words())),
            ],
        )
    }
}

fn maybe(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Null, Cell::Text)
}

/// A version near another, not yet read.
struct Near {
    seq: i64,
    period: Period,
    body: String,
}

/// What is held of a provider around a period: of the period itself by any form, of those near it
/// by the same one. Nothing else of the database is read.
///
/// # Errors
/// SQLite's, or a row that is not what its columns promise.
pub fn held(conn: &Connection, provider: &str, period: Period, form: &str) -> Result<Held, StoreError> {
    let near = near(conn, provider, period, form)?;
    let wanted = wanted(&near, period);
    let mut newest = BTreeMap::new();
    for one in near.iter().filter(|one| wanted.contains(&one.period)) {
        let values =
            values_in(provider, one.period, &one.body).ok_or_else(|| unreadable("return_values", one.seq))?;
        for value in values {
            let series = (value.location_id.clone(), value.zone.clone(), value.indicator, value.period);
            newest.insert(series, value);
        }
    }
    Ok(held_of(newest.into_values(), period))
}

fn near(conn: &Connection, provider: &str, period: Period, form: &str) -> Result<Vec<Near>, StoreError> {
    let doing = || StoreError::sql("reading what is held of a provider");
    let (from, to) = around(period);
    let mut statement = conn
        .prepare_cached(
            "SELECT r.seq, r.period_start, r.period_end, v.body
             FROM returns r JOIN return_values v ON v.submission = r.seq
             WHERE r.provider_id = ?1 AND r.period_start <= ?3 AND r.period_end >= ?2
               AND (r.template = ?4 OR (r.period_start = ?5 AND r.period_end = ?6)) ORDER BY r.seq",
        )
        .map_err(doing())?;
    let [from, to, start, end] = [from, to, period.start(), period.end()].map(|day| day.to_string());
    let mut rows = statement.query(params![provider, from, to, form, start, end]).map_err(doing())?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(doing())? {
        let seq: i64 = row.get(0).map_err(doing())?;
        let day = |index: usize| date_of(&row.get::<_, String>(index).ok()?);
        let days = day(1).zip(day(2)).and_then(|(start, end)| Period::new(start, end));
        let period = days.ok_or_else(|| unreadable("returns", seq))?;
        found.push(Near { seq, period, body: row.get(3).map_err(doing())? });
    }
    Ok(found)
}

/// The periods whose values are asked for: reading a body costs more than finding it.
fn wanted(near: &[Near], period: Period) -> BTreeSet<Period> {
    let mut periods: Vec<Period> = near.iter().map(|one| one.period).collect();
    periods.sort_by_key(|one| (one.end(), one.start()));
    periods.dedup();
    let ended = periods.iter().rev().filter(|one| one.end() < period.start()).take(BEFORE);
    let begun_later = periods.iter().filter(|one| one.start() > period.end()).min_by_key(|one| one.start());
    let shared = periods.iter().filter(|one| one.shared_days(period) > 0);
    ended.chain(begun_later).chain(shared).copied().collect()
}

fn unreadable(table: &'static str, seq: i64) -> StoreError {
    StoreError::Unreadable { table, seq, what: "a date or value".to_owned() }
}

fn held_of(values: impl Iterator<Item = ReturnValue>, period: Period) -> Held {
    let mut held = Held::default();
    for value in values {
        if value.period == period {
            held.same.push(value);
        } else {
            held.others.entry(value.period).or_default().push(value);
        }
    }
    held
}

/// The first day and the last that count as near.
fn around(period: Period) -> (Date, Date) {
    let days = |count: i32| Span::new().days(count);
    (
        period.start().saturating_sub(days(BACK_PERIODS * period.days())),
        period.end().saturating_add(days(period.days())),
    )
}

/// Remarks that had been made at an instant, the newest first, on all providers or one.
///
/// # Errors
/// SQLite's, or a row that is not what its columns promise.
pub fn remarks(
    conn: &Connection,
    as_of: Timestamp,
    provider: Option<&str>,
) -> Result<Vec<RemarkRow>, StoreError> {
    let doing = || StoreError::sql("reading the remarks on returns");
    let mut statement = conn
        .prepare(
            "SELECT m.submission, m.at, m.provider_id, m.period_start, m.period_end, r.version, m.kind, m.indicator,
                    m.location_id, m.zone, r.file, m.place, m.sentence, m.seq,
                    NOT EXISTS (SELECT 1 FROM returns n WHERE n.provider_id = r.provider_id
                                AND n.period_start = r.period_start AND n.period_end = r.period_end
                                AND n.template IS r.template AND n.kept <> 'nothing'
                                AND n.seq > r.seq AND n.at <= ?1)
             FROM return_remarks m JOIN returns r ON r.seq = m.submission
             WHERE m.at <= ?1 AND (?2 IS NULL OR m.provider_id = ?2)
             ORDER BY m.submission DESC, m.seq LIMIT ?3",
        )
        .map_err(doing())?;
    let limit = i64::try_from(LISTED_MAX).unwrap_or(i64::MAX);
    let mut rows = statement.query(params![instant(as_of), provider, limit]).map_err(doing())?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(doing())? {
        let seq: i64 = row.get(13).map_err(doing())?;
        found.push(remark_of(row).ok_or_else(|| unreadable("return_remarks", seq))?);
    }
    Ok(found)
}

fn remark_of(row: &Row<'_>) -> Option<RemarkRow> {
    let text = |index: usize| row.get::<_, String>(index).ok();
    let maybe = |index: usize| row.get::<_, Option<String>>(index).ok();
    let day = |index: usize| date_of(&text(index)?);
    Some(RemarkRow {
        submission: row.get(0).ok()?,
        at: super::instant_of(&text(1)?)?,
        provider_id: text(2)?,
        period: Period::new(day(3)?, day(4)?)?,
        version: row.get(5).ok()?,
        is_newest: row.get(14).ok()?,
        kind: text(6)?,
        indicator: maybe(7)?,
        location_id: maybe(8)?,
        zone: maybe(9)?,
        file: text(10)?,
        place: maybe(11)?,
        sentence: text(12)?,
    })
}

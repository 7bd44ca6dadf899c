//! Provider returns: versions, values, and what came of each that was due.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::{StoreError, Tx, date_of, instant, instant_of};
use crate::audit::Cell;
use crate::domain::indicator::{Indicator, Unit, Value};
use crate::domain::period::Period;
use crate::domain::return_::{Kept, ReturnState, ReturnValue, Submission};

/// A version of a return, to keep.
#[derive(Clone, Copy, Debug)]
pub struct NewReturn<'a> {
    /// The run that read it.
    pub run: i64,
    /// The source's id.
    pub source: &'a str,
    /// The file as a document.
    pub document: i64,
    /// When it was read.
    pub at: Timestamp,
    /// The day on which it came, in the council's zone.
    pub came_on: Date,
    /// The file's name.
    pub file: &'a str,
    /// The template it was read by.
    pub template: Option<&'a str>,
    /// Hash of the file and of all that decides how it is read.
    pub reading: &'a str,
    /// Whose it is and about when, where the file says so.
    pub about: Option<(&'a str, Period)>,
    /// How whole it is.
    pub kept: Kept,
    /// Rejects of the whole file.
    pub rejects: usize,
}

/// What came of a return that was due, to keep.
#[derive(Clone, Copy, Debug)]
pub struct NewState<'a> {
    /// The run that noticed.
    pub run: i64,
    /// When.
    pub at: Timestamp,
    /// Whose.
    pub provider_id: &'a str,
    /// About when.
    pub period: Period,
    /// The last day in time.
    pub due_on: Date,
    /// What came of it.
    pub state: ReturnState,
}

/// A version as it was kept, with its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// Its number.
    pub submission: i64,
    /// The file as a document.
    pub document: i64,
    /// The template it was read by.
    pub template: String,
    /// The day on which it came.
    pub came_on: Date,
    /// When it was read.
    pub at: Timestamp,
    /// The values.
    pub values: Vec<ReturnValue>,
}

/// A value as it stands in the row of its version.
#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    indicator: Cow<'a, str>,
    value: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    numerator: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    denominator: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location_id: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<Cow<'a, str>>,
    place: Cow<'a, str>,
}

impl Tx<'_> {
    /// Adds a version of a return.
    ///
    /// # Errors
    /// SQLite's.
    pub fn submission(&self, new: NewReturn<'_>, values: &[&ReturnValue]) -> Result<i64, StoreError> {
        let period = new.about.map(|(_, period)| (period.start().to_string(), period.end().to_string()));
        let version = match new.about {
            Some((provider, period)) => self.versions_of(provider, period)? + 1,
            None => 1,
        };
        let seq = self.append(
            "returns",
            &[
                ("run", Cell::Integer(new.run)),
                ("source", Cell::Text(new.source)),
                ("document", Cell::Integer(new.document)),
                ("at", Cell::Text(&instant(new.at))),
                ("came_on", Cell::Text(&new.came_on.to_string())),
                ("file", Cell::Text(new.file)),
                ("template", new.template.map_or(Cell::Null, Cell::Text)),
                ("reading", Cell::Text(new.reading)),
                ("provider_id", new.about.map_or(Cell::Null, |(provider, _)| Cell::Text(provider))),
                ("period_start", period.as_ref().map_or(Cell::Null, |(start, _)| Cell::Text(start))),
                ("period_end", period.as_ref().map_or(Cell::Null, |(_, end)| Cell::Text(end))),
                ("version", Cell::Integer(version)),
                ("kept", Cell::Text(new.kept.as_str())),
                ("rejects", Cell::Integer(i64::try_from(new.rejects).unwrap_or(i64::MAX))),
            ],
        )?;
        if !values.is_empty() {
            let body: Vec<Stored<'_>> = values.iter().map(|value| stored(value)).collect();
            let body = serde_json::to_string(&body).expect("numbers of a return are finite, keys are texts");
            self.append("return_values", &[("submission", Cell::Integer(seq)), ("body", Cell::Text(&body))])?;
        }
        Ok(seq)
    }

    fn versions_of(&self, provider: &str, period: Period) -> Result<i64, StoreError> {
        let doing = || StoreError::sql("counting the versions of a return");
        let mut statement = self
            .sql()
            .prepare_cached(
                "SELECT count(*) FROM returns WHERE provider_id = ?1 AND period_start = ?2 AND period_end = ?3",
            )
            .map_err(doing())?;
        let values = params![provider, period.start().to_string(), period.end().to_string()];
        statement.query_row(values, |row| row.get(0)).map_err(doing())
    }

    /// Adds what came of a return that was due.
    ///
    /// # Errors
    /// SQLite's.
    pub fn return_state(&self, new: NewState<'_>) -> Result<i64, StoreError> {
        self.append(
            "return_states",
            &[
                ("run", Cell::Integer(new.run)),
                ("at", Cell::Text(&instant(new.at))),
                ("provider_id", Cell::Text(new.provider_id)),
                ("period_start", Cell::Text(&new.period.start().to_string())),
                ("period_end", Cell::Text(&new.period.end().to_string())),
                ("due_on", Cell::Text(&new.due_on.to_string())),
                ("state", Cell::Text(new.state.as_str())),
            ],
        )
    }
}

fn stored(value: &ReturnValue) -> Stored<'_> {
    Stored {
        indicator: value.indicator.key().into(),
        value: match value.value {
            // A count is stored as one: 2, not 2.0.
            Value::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => (number as i64).into(),
            Value::Number(number) => number.into(),
            other => other.to_string().into(),
        },
        numerator: value.numerator,
        denominator: value.denominator,
        location_id: value.location_id.as_deref().map(Cow::Borrowed),
        zone: value.zone.as_deref().map(Cow::Borrowed),
        place: value.place.as_str().into(),
    }
}

/// Whether a file has been read before, in the same way.
///
/// # Errors
/// SQLite's.
pub fn is_read(conn: &Connection, source: &str, reading: &str) -> Result<Option<Kept>, StoreError> {
    let doing = || StoreError::sql("looking for a return that was read before");
    let mut statement = conn
        .prepare_cached("SELECT min(kept) FROM returns WHERE source = ?1 AND reading = ?2")
        .map_err(doing())?;
    let kept: Option<String> =
        statement.query_row(params![source, reading], |row| row.get(0)).map_err(doing())?;
    Ok(kept.as_deref().and_then(Kept::parse))
}

/// What came after one instant and up to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CameSince {
    /// Versions of returns.
    pub versions: i64,
    /// Those of which not everything could be used.
    pub spoilt: i64,
    /// Remarks on their numbers.
    pub remarks: i64,
}

/// Counts what came after `since`, up to `now`.
///
/// # Errors
/// SQLite's.
pub fn came_since(conn: &Connection, since: Timestamp, now: Timestamp) -> Result<CameSince, StoreError> {
    let doing = || StoreError::sql("counting the returns since the last digest");
    let mut statement = conn
        .prepare(
            "SELECT count(*), count(*) FILTER (WHERE kept <> 'whole'),
                    (SELECT count(*) FROM return_remarks WHERE at > ?1 AND at <= ?2)
             FROM returns WHERE at > ?1 AND at <= ?2",
        )
        .map_err(doing())?;
    let counts =
        |row: &Row<'_>| Ok(CameSince { versions: row.get(0)?, spoilt: row.get(1)?, remarks: row.get(2)? });
    statement.query_row(params![instant(since), instant(now)], counts).map_err(doing())
}

/// Every version that had come at an instant, oldest first.
///
/// # Errors
/// SQLite's.
pub fn submissions(conn: &Connection, as_of: Timestamp) -> Result<Vec<Submission>, StoreError> {
    let doing = || StoreError::sql("reading the returns");
    let mut statement = conn
        .prepare(
            "SELECT provider_id, period_start, period_end, came_on, kept FROM returns
             WHERE provider_id IS NOT NULL AND at <= ?1 ORDER BY seq",
        )
        .map_err(doing())?;
    let rows = statement.query_map([instant(as_of)], |row| Ok(submission(row))).map_err(doing())?;
    let found: Vec<Option<Submission>> = rows.collect::<Result<_, _>>().map_err(doing())?;
    Ok(found.into_iter().flatten().collect())
}

fn submission(row: &Row<'_>) -> Option<Submission> {
    let text = |index: usize| row.get::<_, String>(index).ok();
    let day = |index: usize| date_of(&text(index)?);
    Some(Submission {
        provider_id: text(0)?,
        period: Period::new(day(1)?, day(2)?)?,
        came_on: day(3)?,
        kept: Kept::parse(&text(4)?)?,
    })
}

/// Gives every version that had come at an instant and is about days after `since`, oldest version
/// first, one at a time: of many years there is more than should be held at once. A value of an
/// indicator that this version of the program does not know is left out; it stays in the table.
///
/// # Errors
/// SQLite's, or a row that is not what its columns promise.
pub fn each_version(
    conn: &Connection,
    as_of: Timestamp,
    since: Date,
    mut take: impl FnMut(Version),
) -> Result<(), StoreError> {
    let doing = || StoreError::sql("reading the values of returns");
    let mut statement = conn
        .prepare(
            "SELECT r.seq, r.document, r.template, r.came_on, r.provider_id, r.period_start, r.period_end, v.body,
                    r.at FROM returns r JOIN return_values v ON v.submission = r.seq
             WHERE r.at <= ?1 AND r.period_end >= ?2 ORDER BY r.seq",
        )
        .map_err(doing())?;
    let mut rows = statement.query(params![instant(as_of), since.to_string()]).map_err(doing())?;
    while let Some(row) = rows.next().map_err(doing())? {
        let seq: i64 = row.get(0).map_err(doing())?;
        let unreadable =
            || StoreError::Unreadable { table: "returns", seq, what: "a date or value".to_owned() };
        take(version_of(row, seq).ok_or_else(unreadable)?);
    }
    Ok(())
}

fn version_of(row: &Row<'_>, submission: i64) -> Option<Version> {
    let text = |index: usize| row.get::<_, String>(index).ok();
    let day = |index: usize| date_of(&text(index)?);
    Some(Version {
        submission,
        document: row.get(1).ok()?,
        template: text(2)?,
        came_on: day(3)?,
        at: instant_of(&text(8)?)?,
        values: values_in(&text(4)?, Period::new(day(5)?, day(6)?)?, &text(7)?)?,
    })
}

/// The values in a version's body.
pub(super) fn values_in(provider_id: &str, period: Period, body: &str) -> Option<Vec<ReturnValue>> {
    let stored: Vec<Stored<'_>> = serde_json::from_str(body).ok()?;
    let known = stored.into_iter().filter_map(|one| Some((Indicator::parse(&one.indicator)?, one)));
    known
        .map(|(indicator, one)| {
            Some(ReturnValue {
                provider_id: provider_id.to_owned(),
                location_id: one.location_id.map(Cow::into_owned),
                zone: one.zone.map(Cow::into_owned),
                period,
                indicator,
                numerator: one.numerator,
                denominator: one.denominator,
                value: value_of(indicator, &one.value)?,
                place: one.place.into_owned(),
            })
        })
        .collect()
}

fn value_of(indicator: Indicator, stored: &serde_json::Value) -> Option<Value> {
    match (indicator.meaning().unit, stored.as_str()) {
        (_, None) => stored.as_f64().map(Value::Number),
        (Unit::YesNo, Some("yes")) => Some(Value::YesNo(true)),
        (Unit::YesNo, Some("no")) => Some(Value::YesNo(false)),
        (_, Some(text)) => date_of(text).map(Value::Date),
    }
}

/// A version of a return as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VersionRow {
    /// The version's number in the store, which points and values name.
    pub submission: i64,
    /// The source that brought it.
    pub source: String,
    /// The file's name.
    pub file: String,
    /// Who sent it; absent where the file does not say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<String>,
    /// 1, 2, ... for the same provider and period.
    pub version: i64,
    /// The file as a document.
    pub document: i64,
}

/// A version of a return by its number.
///
/// # Errors
/// SQLite's.
pub fn version(conn: &Connection, submission: i64) -> Result<Option<VersionRow>, StoreError> {
    let doing = || StoreError::sql("reading a version of a return");
    let mut statement = conn
        .prepare_cached(
            "SELECT seq, source, file, provider_id, version, document FROM returns WHERE seq = ?1",
        )
        .map_err(doing())?;
    let row = |row: &Row<'_>| {
        Ok(VersionRow {
            submission: row.get(0)?,
            source: row.get(1)?,
            file: row.get(2)?,
            provider_id: row.get(3)?,
            version: row.get(4)?,
            document: row.get(5)?,
        })
    };
    statement.query_row([submission], row).optional().map_err(doing())
}

/// The newest state of every return that was due, by provider and period.
///
/// # Errors
/// SQLite's.
pub fn newest_states(
    conn: &Connection,
    as_of: Timestamp,
) -> Result<BTreeMap<(String, Period), ReturnState>, StoreError> {
    let doing = || StoreError::sql("reading what came of returns");
    let mut statement = conn
        .prepare(
            "SELECT provider_id, period_start, period_end, state FROM return_states WHERE at <= ?1 ORDER BY seq",
        )
        .map_err(doing())?;
    let state = |row: &Row<'_>| -> Option<((String, Period), ReturnState)> {
        let text = |index: usize| row.get::<_, String>(index).ok();
        let period = Period::new(date_of(&text(1)?)?, date_of(&text(2)?)?)?;
        Some(((text(0)?, period), ReturnState::parse(&text(3)?)?))
    };
    let rows = statement.query_map([instant(as_of)], |row| Ok(state(row))).map_err(doing())?;
    let found: Vec<_> = rows.collect::<Result<_, _>>().map_err(doing())?;
    Ok(found.into_iter().flatten().collect())
}

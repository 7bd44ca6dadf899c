//! Flag events, rule texts, and what was told of which flag.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::{StoreError, Tx, instant, instant_of};
use crate::alerts::{Hush, Kind, Telling, Why};
use crate::audit::Cell;
use crate::domain::{Severity, Subject, SubjectKind};
use crate::flags::{Flag, FlagEvent, FlagId};
use crate::rules::Rule;

/// The word that serde gives an enum without fields.
fn word<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn of_word<T: serde::de::DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

impl Tx<'_> {
    /// Adds a flag event; `run` is absent for an officer's decision.
    ///
    /// # Errors
    /// SQLite's.
    pub fn flag_event(&self, event: &FlagEvent, run: Option<i64>) -> Result<i64, StoreError> {
        let evidence = serde_json::to_string(&event.evidence).unwrap_or_default();
        let until = event.until.map(instant);
        self.append(
            "flag_events",
            &[
                ("run", run.map_or(Cell::Null, Cell::Integer)),
                ("flag", Cell::Integer(event.flag.0)),
                ("at", Cell::Text(&instant(event.at))),
                ("kind", Cell::Text(&word(&event.kind))),
                ("state", Cell::Text(&word(&event.state))),
                ("rule", Cell::Text(&event.rule)),
                ("rule_version", Cell::Text(&event.rule_version)),
                ("family", Cell::Text(&event.family)),
                ("severity", Cell::Text(event.severity.as_str())),
                ("weight", Cell::Integer(i64::from(event.weight))),
                ("subject_kind", Cell::Text(event.subject.kind.as_str())),
                ("subject_id", Cell::Text(&event.subject.id)),
                ("reason", Cell::Text(&event.reason)),
                ("evidence", Cell::Text(&evidence)),
                ("until", until.as_deref().map_or(Cell::Null, Cell::Text)),
                ("by", event.by.as_deref().map_or(Cell::Null, Cell::Text)),
            ],
        )
    }

    /// Keeps a rule's words, once a version.
    ///
    /// # Errors
    /// SQLite's.
    pub fn rule_text(&self, rule: &Rule, at: Timestamp) -> Result<(), StoreError> {
        let known: i64 = self
            .sql()
            .query_row(
                "SELECT count(*) FROM rule_texts WHERE rule = ?1 AND version = ?2",
                params![rule.id, rule.version],
                |row| row.get(0),
            )
            .map_err(StoreError::sql("looking for a rule's text"))?;
        if known == 0 {
            self.append(
                "rule_texts",
                &[
                    ("rule", Cell::Text(&rule.id)),
                    ("version", Cell::Text(&rule.version)),
                    ("name", Cell::Text(&rule.name)),
                    ("text", Cell::Text(&rule.text)),
                    ("at", Cell::Text(&instant(at))),
                ],
            )?;
        }
        Ok(())
    }

    /// Writes down that a mail told a flag.
    ///
    /// # Errors
    /// SQLite's.
    pub fn telling(&self, telling: &Telling, outbox: i64) -> Result<(), StoreError> {
        let row = TellingRow {
            outbox: Some(outbox),
            flag: telling.flag,
            opening: telling.opening,
            recipient: &telling.recipient,
            why: telling.why,
            severity: telling.severity,
            weight: telling.weight,
            at: telling.at,
            detail: None,
        };
        self.telling_row(&row)
    }

    /// Writes down that a telling was held back, once a cause.
    ///
    /// # Errors
    /// SQLite's.
    pub fn hush(&self, hush: &Hush) -> Result<(), StoreError> {
        let known: i64 = self
            .sql()
            .query_row(
                "SELECT count(*) FROM tellings
                 WHERE outbox IS NULL AND flag = ?1 AND opening = ?2 AND recipient = ?3 AND weight = ?4 AND detail = ?5",
                params![hush.flag.0, hush.opening, hush.recipient, hush.weight, hush.cause],
                |row| row.get(0),
            )
            .map_err(StoreError::sql("looking for what was hushed"))?;
        if known > 0 {
            return Ok(());
        }
        self.telling_row(&TellingRow {
            outbox: None,
            flag: hush.flag,
            opening: hush.opening,
            recipient: &hush.recipient,
            why: hush.why,
            severity: hush.severity,
            weight: hush.weight,
            at: hush.at,
            detail: Some(&hush.cause),
        })
    }

    fn telling_row(&self, row: &TellingRow<'_>) -> Result<(), StoreError> {
        self.append(
            "tellings",
            &[
                ("outbox", row.outbox.map_or(Cell::Null, Cell::Integer)),
                ("flag", Cell::Integer(row.flag.0)),
                ("opening", Cell::Integer(i64::from(row.opening))),
                ("recipient", Cell::Text(row.recipient)),
                ("why", Cell::Text(row.why.as_str())),
                ("severity", Cell::Text(row.severity.as_str())),
                ("weight", Cell::Integer(i64::from(row.weight))),
                ("at", Cell::Text(&instant(row.at))),
                ("detail", row.detail.map_or(Cell::Null, Cell::Text)),
            ],
        )
        .map(drop)
    }
}

struct TellingRow<'a> {
    outbox: Option<i64>,
    flag: FlagId,
    opening: u32,
    recipient: &'a str,
    why: Why,
    severity: Severity,
    weight: u32,
    at: Timestamp,
    detail: Option<&'a str>,
}

/// All flags as they stood at an instant.
///
/// # Errors
/// SQLite's, or a row that is not what its columns promise.
pub fn flags(conn: &Connection, as_of: Timestamp) -> Result<Vec<Flag>, StoreError> {
    events(conn, None, as_of).map(Flag::from_events)
}

/// The events of one flag, or of all, up to an instant, oldest first.
///
/// # Errors
/// SQLite's, or a row that is not what its columns promise.
pub fn events(
    conn: &Connection,
    flag: Option<FlagId>,
    as_of: Timestamp,
) -> Result<Vec<FlagEvent>, StoreError> {
    let doing = || StoreError::sql("reading flag events");
    let mut statement = conn
        .prepare(
            "SELECT seq, flag, at, kind, state, rule, rule_version, family, severity, weight, subject_kind,
                    subject_id, reason, evidence, until, by
             FROM flag_events WHERE at <= ?1 AND (?2 IS NULL OR flag = ?2) ORDER BY seq",
        )
        .map_err(doing())?;
    let mut rows = statement.query(params![instant(as_of), flag.map(|id| id.0)]).map_err(doing())?;
    let mut events = Vec::new();
    while let Some(row) = rows.next().map_err(doing())? {
        events.push(event_of(row)?);
    }
    Ok(events)
}

fn event_of(row: &Row<'_>) -> Result<FlagEvent, StoreError> {
    let doing = || StoreError::sql("reading a flag event");
    let seq: i64 = row.get(0).map_err(doing())?;
    let text = |index: usize| row.get::<_, String>(index).map_err(doing());
    let maybe = |index: usize| row.get::<_, Option<String>>(index).map_err(doing());
    let broken = |what: &str| {
        let what = format!("{what} is not one of ours");
        move || StoreError::Unreadable { table: "flag_events", seq, what }
    };
    Ok(FlagEvent {
        flag: FlagId(row.get(1).map_err(doing())?),
        at: instant_of(&text(2)?).ok_or_else(broken("at"))?,
        kind: of_word(&text(3)?).ok_or_else(broken("kind"))?,
        state: of_word(&text(4)?).ok_or_else(broken("state"))?,
        rule: text(5)?,
        rule_version: text(6)?,
        family: text(7)?,
        severity: Severity::parse(&text(8)?).ok_or_else(broken("severity"))?,
        weight: row.get(9).map_err(doing())?,
        subject: Subject {
            kind: SubjectKind::parse(&text(10)?).ok_or_else(broken("subject_kind"))?,
            id: text(11)?,
        },
        reason: text(12)?,
        evidence: serde_json::from_str(&text(13)?).map_err(|_| broken("evidence")())?,
        until: maybe(14)?.as_deref().and_then(instant_of),
        by: maybe(15)?,
    })
}

/// Everything that was told up to an instant, oldest first; what was hushed is not among it.
///
/// # Errors
/// SQLite's, or a row that is not what its columns promise.
pub fn tellings(conn: &Connection, as_of: Timestamp) -> Result<Vec<Telling>, StoreError> {
    let doing = || StoreError::sql("reading what was told");
    let mut statement = conn
        .prepare(
            "SELECT t.seq, t.flag, t.opening, t.recipient, t.why, t.severity, t.weight, o.kind, t.at
             FROM tellings t JOIN outbox o ON o.seq = t.outbox WHERE t.at <= ?1 ORDER BY t.seq",
        )
        .map_err(doing())?;
    let mut rows = statement.query([instant(as_of)]).map_err(doing())?;
    let mut tellings = Vec::new();
    while let Some(row) = rows.next().map_err(doing())? {
        tellings.push(telling_of(row)?);
    }
    Ok(tellings)
}

fn telling_of(row: &Row<'_>) -> Result<Telling, StoreError> {
    let doing = || StoreError::sql("reading a telling");
    let seq: i64 = row.get(0).map_err(doing())?;
    let text = |index: usize| row.get::<_, String>(index).map_err(doing());
    let broken = |what: &str| {
        let what = format!("{what} is not one of ours");
        move || StoreError::Unreadable { table: "tellings", seq, what }
    };
    Ok(Telling {
        flag: FlagId(row.get(1).map_err(doing())?),
        opening: row.get(2).map_err(doing())?,
        recipient: text(3)?,
        why: Why::parse(&text(4)?).ok_or_else(broken("why"))?,
        severity: Severity::parse(&text(5)?).ok_or_else(broken("severity"))?,
        weight: row.get(6).map_err(doing())?,
        mail: Kind::parse(&text(7)?).ok_or_else(broken("kind"))?,
        at: instant_of(&text(8)?).ok_or_else(broken("at"))?,
    })
}

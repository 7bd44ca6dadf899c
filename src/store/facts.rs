//! Documents and the facts that were read from them.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::{StoreError, Tx, date_of, instant, instant_of};
use crate::audit::Cell;
use crate::domain::{Subject, SubjectKind};
use crate::facts::{Attribute, Fact, History, Statement};

/// A body to keep.
#[derive(Clone, Copy, Debug)]
pub struct NewDocument<'a> {
    /// Id of the source.
    pub source: &'a str,
    /// Where it came from, without secrets.
    pub url: &'a str,
    /// When.
    pub fetched_at: Timestamp,
    /// SHA-256 of the kept body, hex.
    pub sha256: &'a str,
    /// Length as received.
    pub bytes_received: usize,
    /// The kept body, compressed.
    pub body: Option<&'a [u8]>,
    /// Why there is none, or what was cut.
    pub note: Option<&'a str>,
}

impl Tx<'_> {
    /// Keeps a document, or finds the one with the same address and contents.
    ///
    /// # Errors
    /// SQLite's.
    pub fn document(&self, new: NewDocument<'_>) -> Result<i64, StoreError> {
        let doing = || StoreError::sql("looking for a document");
        let mut known = self
            .sql()
            .prepare_cached("SELECT seq FROM documents WHERE url = ?1 AND sha256 = ?2 LIMIT 1")
            .map_err(doing())?;
        let mut rows = known.query(params![new.url, new.sha256]).map_err(doing())?;
        if let Some(row) = rows.next().map_err(doing())? {
            let document = row.get(0).map_err(doing())?;
            self.body(document, new.body)?;
            return Ok(document);
        }
        // The body stands beside: the leaf covers its hash, so that it may be forgotten in time.
        let document = self.append(
            "documents",
            &[
                ("source", Cell::Text(new.source)),
                ("url", Cell::Text(new.url)),
                ("fetched_at", Cell::Text(&instant(new.fetched_at))),
                ("sha256", Cell::Text(new.sha256)),
                ("bytes", Cell::Integer(i64::try_from(new.bytes_received).unwrap_or(i64::MAX))),
                ("body", Cell::Null),
                ("note", new.note.map_or(Cell::Null, Cell::Text)),
            ],
        )?;
        self.body(document, new.body)?;
        Ok(document)
    }

    /// Keeps a document's body; one that was forgotten comes back when it is read again.
    fn body(&self, document: i64, body: Option<&[u8]>) -> Result<(), StoreError> {
        let Some(body) = body else { return Ok(()) };
        self.sql()
            .prepare_cached("INSERT OR IGNORE INTO bodies (document, body) VALUES (?1, ?2)")
            .and_then(|mut statement| statement.execute(params![document, body]))
            .map(drop)
            .map_err(StoreError::sql("keeping the body of a document"))
    }

    /// Adds a fact; returns it as stored.
    ///
    /// # Errors
    /// SQLite's.
    pub fn fact(
        &self,
        statement: &Statement,
        document: i64,
        observed_at: Timestamp,
    ) -> Result<Fact, StoreError> {
        let effective = statement.effective.map(|date| date.to_string());
        let seq = self.append(
            "facts",
            &[
                ("subject_kind", Cell::Text(statement.subject.kind.as_str())),
                ("subject_id", Cell::Text(&statement.subject.id)),
                ("attribute", Cell::Text(&statement.attribute.as_string())),
                ("value", Cell::Text(&statement.value)),
                ("effective", effective.as_deref().map_or(Cell::Null, Cell::Text)),
                ("observed_at", Cell::Text(&instant(observed_at))),
                ("document", Cell::Integer(document)),
                ("row", Cell::Text(&statement.row)),
            ],
        )?;
        Ok(Fact {
            seq,
            subject: statement.subject.clone(),
            attribute: statement.attribute,
            value: statement.value.clone(),
            effective: statement.effective,
            observed_at,
            document,
            row: statement.row.clone(),
        })
    }
}

/// All facts that were known at an instant. Attributes that this version does not know are left
/// out of the view; they stay in the table.
///
/// # Errors
/// SQLite's, or a row that is not what its columns promise.
pub fn history(conn: &Connection, as_of: Timestamp) -> Result<History, StoreError> {
    let doing = || StoreError::sql("reading the facts");
    let mut statement = conn
        .prepare(
            "SELECT seq, subject_kind, subject_id, attribute, value, effective, observed_at, document, row
             FROM facts WHERE observed_at <= ?1 ORDER BY seq",
        )
        .map_err(doing())?;
    let mut rows = statement.query([instant(as_of)]).map_err(doing())?;
    let mut history = History::default();
    while let Some(row) = rows.next().map_err(doing())? {
        if let Some(fact) = fact_of(row)? {
            history.push(fact);
        }
    }
    Ok(history)
}

fn fact_of(row: &Row<'_>) -> Result<Option<Fact>, StoreError> {
    let doing = || StoreError::sql("reading a fact");
    let seq: i64 = row.get(0).map_err(doing())?;
    let text = |index: usize| row.get::<_, String>(index).map_err(doing());
    let broken = |what: String| StoreError::Unreadable { table: "facts", seq, what };
    let (kind, attribute, observed_at) = (text(1)?, text(3)?, text(6)?);
    let Some(attribute) = Attribute::parse(&attribute) else { return Ok(None) };
    let effective: Option<String> = row.get(5).map_err(doing())?;
    Ok(Some(Fact {
        seq,
        subject: Subject {
            kind: SubjectKind::parse(&kind).ok_or_else(|| broken(format!("subject kind {kind:?}")))?,
            id: text(2)?,
        },
        attribute,
        value: text(4)?,
        effective: effective.as_deref().and_then(date_of),
        observed_at: instant_of(&observed_at).ok_or_else(|| broken(format!("instant {observed_at:?}")))?,
        document: row.get(7).map_err(doing())?,
        row: text(8)?,
    }))
}

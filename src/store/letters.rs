//! Which file of a return has been told to the council's mailbox, and in which mail.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{StoreError, Tx, instant};
use crate::audit::Cell;

/// Files that one mail can tell of at most: more than one collect takes.
const UNTOLD_MAX: i64 = 10_000;

/// A file of which something was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedReturn {
    /// Its row in `documents`.
    pub document: i64,
    /// Its name.
    pub file: String,
    /// The ids of the known providers of whom something was refused.
    pub providers: Vec<String>,
}

/// Where and when it came.
#[derive(Clone, Copy, Debug)]
pub struct LetterOf<'a> {
    /// The run that tells.
    pub run: i64,
    /// When.
    pub at: Timestamp,
    /// The source's id.
    pub source: &'a str,
}

impl Tx<'_> {
    /// Notes that a file is told in a mail, or that it waits to be.
    ///
    /// # Errors
    /// SQLite's.
    pub fn letter(
        &self,
        of: LetterOf<'_>,
        refused: &RefusedReturn,
        mail: Option<i64>,
    ) -> Result<i64, StoreError> {
        let providers = serde_json::to_string(&refused.providers).expect("a list of texts is JSON");
        self.append(
            "return_letters",
            &[
                ("run", Cell::Integer(of.run)),
                ("at", Cell::Text(&instant(of.at))),
                ("source", Cell::Text(of.source)),
                ("document", Cell::Integer(refused.document)),
                ("file", Cell::Text(&refused.file)),
                ("providers", Cell::Text(&providers)),
                ("mail", mail.map_or(Cell::Null, Cell::Integer)),
            ],
        )
    }
}

/// How many mails a run has queued about refused returns.
///
/// # Errors
/// SQLite's.
pub fn mails_of(conn: &Connection, run: i64) -> Result<usize, StoreError> {
    let doing = || StoreError::sql("counting mails about refused returns");
    let mut statement = conn
        .prepare_cached("SELECT count(DISTINCT mail) FROM return_letters WHERE run = ?1")
        .map_err(doing())?;
    let count: i64 = statement.query_row([run], |row| row.get(0)).map_err(doing())?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Files of a source that wait to be told, whatever run has left them, oldest first.
///
/// # Errors
/// SQLite's, or a row that is not what its columns promise.
pub fn untold(conn: &Connection, source: &str) -> Result<Vec<RefusedReturn>, StoreError> {
    let doing = || StoreError::sql("looking for refused returns that nobody was told of");
    let mut statement = conn
        .prepare_cached(
            "SELECT w.seq, w.document, w.file, w.providers FROM return_letters w
             WHERE w.source = ?1 AND w.mail IS NULL
               AND NOT EXISTS (SELECT 1 FROM return_letters t WHERE t.document = w.document AND t.mail IS NOT NULL)
             ORDER BY w.seq LIMIT ?2",
        )
        .map_err(doing())?;
    let mut rows = statement.query(params![source, UNTOLD_MAX]).map_err(doing())?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(doing())? {
        let seq: i64 = row.get(0).map_err(doing())?;
        let providers: String = row.get(3).map_err(doing())?;
        let providers = serde_json::from_str(&providers).map_err(|_| StoreError::Unreadable {
            table: "return_letters",
            seq,
            what: "the list of providers".to_owned(),
        })?;
        let (document, file) = (row.get(1).map_err(doing())?, row.get(2).map_err(doing())?);
        found.push(RefusedReturn { document, file, providers });
    }
    Ok(found)
}

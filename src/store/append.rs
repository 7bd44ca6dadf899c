//! The one way in: a row at the end of a grows-only table, and its leaf.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, Transaction, TransactionBehavior};

use super::StoreError;
use crate::audit::{Cell, canonical, leaf_hash};

/// A write transaction: a function that takes one can only run inside one.
#[derive(Debug)]
pub struct Tx<'a> {
    inner: Transaction<'a>,
    at: String,
}

/// Begins a transaction that holds the write lock from its first statement.
///
/// # Errors
/// SQLite's, with what was being done.
pub fn begin(conn: &mut Connection, doing: String) -> Result<Transaction<'_>, StoreError> {
    conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::sql(doing))
}

struct Column<'a>(Cell<'a>);

impl ToSql for Column<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Cell::Null => ValueRef::Null,
            Cell::Integer(number) => ValueRef::Integer(number),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
            Cell::Blob(blob) => ValueRef::Blob(blob),
        }))
    }
}

impl<'a> Tx<'a> {
    pub(super) const fn new(inner: Transaction<'a>, at: String) -> Self {
        Self { inner, at }
    }

    /// The transaction for reads, and for the tables that are caches.
    #[must_use]
    pub fn sql(&self) -> &Connection {
        &self.inner
    }

    /// Adds a row to a grows-only table and its leaf to `leaves`; returns its `seq`.
    ///
    /// `columns` are all columns but `seq`, in the order of the schema: their order is part of the
    /// row's canonical bytes.
    ///
    /// # Errors
    /// SQLite's, with the table's name.
    pub fn append(
        &self,
        table: &'static str,
        columns: &[(&'static str, Cell<'_>)],
    ) -> Result<i64, StoreError> {
        let seq = self.insert(table, columns)?;
        let mut row = vec![("seq", Cell::Integer(seq))];
        row.extend_from_slice(columns);
        let leaf = leaf_hash(&canonical(table, &row));
        self.insert(
            "leaves",
            &[
                ("at", Cell::Text(&self.at)),
                ("kind", Cell::Text(table)),
                ("row", Cell::Integer(seq)),
                ("leaf", Cell::Text(&leaf)),
            ],
        )?;
        Ok(seq)
    }

    fn insert(&self, table: &'static str, columns: &[(&'static str, Cell<'_>)]) -> Result<i64, StoreError> {
        let doing = || StoreError::sql(format!("adding a row to {table}"));
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let places = vec!["?"; columns.len()].join(", ");
        let sql = format!(
            "INSERT INTO {table} (seq, {}) VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM {table}), {places}) RETURNING seq",
            names.join(", ")
        );
        let mut statement = self.inner.prepare_cached(&sql).map_err(doing())?;
        let values = columns.iter().map(|(_, cell)| Column(*cell));
        statement.query_row(rusqlite::params_from_iter(values), |row| row.get(0)).map_err(doing())
    }

    pub(super) fn commit(self) -> Result<(), StoreError> {
        self.inner.commit().map_err(StoreError::sql("committing"))
    }
}

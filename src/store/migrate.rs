//! Numbered migrations, applied in one transaction each.

use rusqlite::{Connection, OptionalExtension};

use super::{StoreError, append::begin};

/// The migrations, in order; the schema's number is how many have been applied.
const MIGRATIONS: [&str; 6] = [
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_checks.sql"),
    include_str!("migrations/0003_daemon.sql"),
    include_str!("migrations/0004_returns.sql"),
    include_str!("migrations/0005_remarks.sql"),
    include_str!("migrations/0006_letters.sql"),
];

/// The views are made anew at each start: they are a contract of names, not data.
const VIEWS: &str = include_str!("views.sql");

/// "CARE": marks the file as ours, in `PRAGMA application_id`.
pub const APPLICATION_ID: i64 = 0x4341_5245;

/// Tables that take inserts at `seq = max + 1` and nothing else.
pub const GROWS_ONLY: [&str; 23] = [
    "runs",
    "run_ends",
    "documents",
    "fetches",
    "collects",
    "id_states",
    "rejects",
    "drift",
    "facts",
    "flag_events",
    "rule_texts",
    "outbox",
    "tellings",
    "deliveries",
    "decisions",
    "checks",
    "daemon_events",
    "returns",
    "return_values",
    "return_states",
    "return_remarks",
    "return_letters",
    "leaves",
];

/// The newest schema number that this program knows.
#[must_use]
pub const fn newest() -> i64 {
    MIGRATIONS.len() as i64
}

/// Brings the schema from `found` to [`newest`].
///
/// # Errors
/// SQLite's, with the number of the migration; what was applied before it stays.
pub fn migrate(conn: &mut Connection, found: i64) -> Result<(), StoreError> {
    let done = usize::try_from(found).unwrap_or(0);
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(done) {
        let number = index + 1;
        let doing = || format!("applying migration {number}");
        let tx = begin(conn, doing())?;
        tx.execute_batch(sql).map_err(StoreError::sql(doing()))?;
        let made = made(&tx).map_err(StoreError::sql(doing()))?;
        tx.execute_batch(&guards(&made)).map_err(StoreError::sql(doing()))?;
        tx.execute_batch(&format!(
            "PRAGMA user_version = {number}; PRAGMA application_id = {APPLICATION_ID};"
        ))
        .map_err(StoreError::sql(doing()))?;
        tx.commit().map_err(StoreError::sql(doing()))?;
    }
    // One transaction: an auditor who asks at this moment finds the old views or the new ones.
    let doing = || StoreError::sql("making the audit views");
    let tx = begin(conn, "making the audit views".to_owned())?;
    tx.execute_batch(VIEWS).map_err(doing())?;
    forget_cache_of_other_versions(&tx)?;
    tx.commit().map_err(doing())
}

/// "Unchanged" means "as this version read it": another version may read more out of the same
/// body, so it asks for every body again.
fn forget_cache_of_other_versions(conn: &Connection) -> Result<(), StoreError> {
    let doing = || StoreError::sql("noting the program's version");
    let version = env!("CARGO_PKG_VERSION");
    let noted: Option<String> = conn
        .query_row("SELECT value FROM meta WHERE key = 'program_version'", [], |row| row.get(0))
        .optional()
        .map_err(doing())?;
    if noted.as_deref() == Some(version) {
        return Ok(());
    }
    conn.execute("DELETE FROM http_cache", []).map_err(doing())?;
    conn.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('program_version', ?1)", [version])
        .map(drop)
        .map_err(doing())
}

/// The grows-only tables that this migration and those before it have made.
fn made(conn: &Connection) -> rusqlite::Result<Vec<&'static str>> {
    let mut statement =
        conn.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1")?;
    let mut made = Vec::new();
    for table in GROWS_ONLY {
        let count: i64 = statement.query_row([table], |row| row.get(0))?;
        if count > 0 {
            made.push(table);
        }
    }
    Ok(made)
}

/// Triggers that refuse every change but an insert at the end. The insert guard is what stops
/// `REPLACE INTO`, whose deletes fire no trigger unless `recursive_triggers` is on.
fn guards(tables: &[&str]) -> String {
    tables
        .iter()
        .map(|table| {
            format!(
                "DROP TRIGGER IF EXISTS {table}_no_update;
                 CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
                 BEGIN SELECT RAISE(ABORT, '{table} only grows: rows are never changed'); END;
                 DROP TRIGGER IF EXISTS {table}_no_delete;
                 CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
                 BEGIN SELECT RAISE(ABORT, '{table} only grows: rows are never deleted'); END;
                 DROP TRIGGER IF EXISTS {table}_at_end;
                 CREATE TRIGGER {table}_at_end BEFORE INSERT ON {table}
                 WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM {table})
                 BEGIN SELECT RAISE(ABORT, '{table} only grows: a row is added at the end'); END;\n"
            )
        })
        .collect()
}

//! Grows-only tables refuse every change but a row at the end, over a plain second connection that
//! has set nothing: that is how `sqlite3` or a spreadsheet would come.

use carewarden::store::GROWS_ONLY;
use rusqlite::Connection;

use super::full;
use crate::crash::harness::ask;

/// Columns of a table but `seq`.
fn columns(conn: &Connection, table: &str) -> String {
    ask(conn, &format!("SELECT name FROM pragma_table_info('{table}') WHERE name <> 'seq'")).join(", ")
}

/// Every way to change a row that we could think of.
fn attacks(conn: &Connection, table: &str) -> Vec<String> {
    let columns = columns(conn, table);
    let first = columns.split(", ").next().expect("a table has columns").to_owned();
    let newest = format!("SELECT * FROM {table} WHERE seq = (SELECT max(seq) FROM {table})");
    let at = |seq: &str| {
        format!("INSERT INTO {table} (seq, {columns}) SELECT {seq}, {columns} FROM {table} LIMIT 1")
    };
    let mut attacks = vec![
        format!("UPDATE {table} SET {first} = {first}"),
        format!("UPDATE {table} SET seq = seq + 1000"),
        format!("UPDATE OR REPLACE {table} SET seq = 1"),
        format!("UPDATE OR IGNORE {table} SET seq = 1"),
        format!("DELETE FROM {table}"),
        format!("DELETE FROM {table} WHERE seq = (SELECT max(seq) FROM {table})"),
        format!("REPLACE INTO {table} {newest}"),
        format!("INSERT OR REPLACE INTO {table} {newest}"),
        format!("INSERT OR IGNORE INTO {table} {newest}"),
        format!("INSERT OR FAIL INTO {table} {newest}"),
        format!("INSERT INTO {table} {newest} ON CONFLICT (seq) DO UPDATE SET {first} = {first}"),
        format!("INSERT INTO {table} {newest} ON CONFLICT (seq) DO NOTHING"),
        format!("REPLACE INTO {table} (seq, {columns}) SELECT 1, {columns} FROM {table} LIMIT 1"),
        format!("REPLACE INTO {table} (rowid, {columns}) SELECT 1, {columns} FROM {table} LIMIT 1"),
        format!("REPLACE INTO main.{table} SELECT * FROM {table}"),
    ];
    attacks.extend(
        ["0", "-1", "1", "NULL", "(SELECT max(seq) + 2 FROM MINE)", "9223372036854775807"]
            .map(|seq| at(&seq.replace("MINE", table))),
    );
    attacks
}

/// All rows, whole.
fn dump(conn: &Connection, table: &str) -> Vec<String> {
    let names = columns(conn, table);
    let quoted: Vec<String> = names.split(", ").map(|name| format!("quote({name})")).collect();
    ask(conn, &format!("SELECT seq, {} FROM {table} ORDER BY seq", quoted.join(", ")))
}

#[test]
fn every_change_but_a_row_at_the_end_is_refused() {
    let world = full();
    let plain = Connection::open(world.database()).expect("it opens");
    assert_eq!(ask(&plain, "PRAGMA recursive_triggers"), ["0"]);
    for table in GROWS_ONLY {
        let before = dump(&plain, table);
        assert!(!before.is_empty(), "{table} has no row to attack");
        for attack in attacks(&plain, table) {
            for ignore_checks in ["OFF", "ON"] {
                plain
                    .execute_batch(&format!("PRAGMA ignore_check_constraints = {ignore_checks}"))
                    .expect("set");
                let refused = plain.execute(&attack, []).expect_err(&attack).to_string();
                assert!(refused.contains(&format!("{table} only grows")), "{attack}: {refused}");
            }
        }
        assert!(dump(&plain, table) == before, "{table} has changed");
    }
}

#[test]
fn the_tables_that_are_not_guarded_are_caches_and_what_may_be_forgotten() {
    let world = full();
    let tables = world.ask(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    );
    let unguarded: Vec<_> = tables.iter().filter(|name| !GROWS_ONLY.contains(&name.as_str())).collect();
    assert_eq!(unguarded, ["bodies", "http_cache", "meta"]);
}

/// A UNIQUE constraint beside the key would let `REPLACE INTO` delete a row through it, at the
/// right `seq` and past the guards.
#[test]
fn no_table_has_a_unique_index_to_replace_through() {
    let world = full();
    for table in GROWS_ONLY {
        let unique = world.ask(&format!("SELECT name FROM pragma_index_list('{table}') WHERE \"unique\""));
        assert!(unique.is_empty(), "{table}: {unique:?}");
    }
}

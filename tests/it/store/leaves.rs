//! Every audited row has its leaf, and the leaf is what its columns give, in schema order.

use std::collections::BTreeSet;

use carewarden::audit::{Cell, canonical, leaf_hash};
use carewarden::store::GROWS_ONLY;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::full;
use crate::crash::harness::ask;

fn cell(value: ValueRef<'_>) -> Cell<'_> {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Text(text) => Cell::Text(std::str::from_utf8(text).expect("UTF-8")),
        ValueRef::Blob(blob) => Cell::Blob(blob),
        ValueRef::Real(_) => panic!("no column holds a fraction"),
    }
}

/// Computes every leaf anew from the tables and says what does not fit.
pub fn faults(conn: &Connection) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut leaves: BTreeSet<String> = ask(conn, "SELECT kind, row, leaf FROM leaves").into_iter().collect();
    for table in GROWS_ONLY.into_iter().filter(|table| *table != "leaves") {
        let mut statement = conn.prepare(&format!("SELECT * FROM {table} ORDER BY seq")).expect("SQL");
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = statement.query([]).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            let columns: Vec<(&str, Cell<'_>)> = names
                .iter()
                .enumerate()
                .map(|(index, name)| (name.as_str(), cell(row.get_ref(index).expect("a column"))))
                .collect();
            let seq: i64 = row.get(0).expect("seq is first");
            if !leaves.remove(&format!("{table} | {seq} | {}", leaf_hash(&canonical(table, &columns)))) {
                found.insert(format!("{table} {seq} has no leaf that fits"));
            }
        }
    }
    found.extend(leaves.iter().map(|leaf| {
        let place: Vec<&str> = leaf.split(" | ").take(2).collect();
        format!("a leaf of {} fits no row", place.join(" "))
    }));
    found
}

#[test]
fn every_row_gives_its_leaf_again() {
    let world = full();
    let sql = world.sql();
    assert_eq!(faults(&sql), BTreeSet::new());
    for table in GROWS_ONLY {
        let (rows, newest) =
            (format!("SELECT count(*) FROM {table}"), format!("SELECT max(seq) FROM {table}"));
        assert_eq!(ask(&sql, &rows), ask(&sql, &newest), "{table} has gaps");
        let leaves = format!("SELECT count(*) FROM leaves WHERE kind = '{table}'");
        assert!(table == "leaves" || ask(&sql, &rows) == ask(&sql, &leaves), "{table}: a leaf a row");
    }
}

#[test]
fn leaves_are_in_the_order_in_which_rows_were_added() {
    let world = full();
    for table in GROWS_ONLY {
        let rows = world.ask(&format!("SELECT row FROM leaves WHERE kind = '{table}' ORDER BY seq"));
        let counted: Vec<String> = (1..=rows.len()).map(|row| row.to_string()).collect();
        assert_eq!(rows, counted, "{table}");
    }
}

/// What a person can do who may write to the file: take the guards away. The leaves show it.
#[test]
fn what_is_done_past_the_guards_shows() {
    let world = full();
    let conn = Connection::open(world.database()).expect("it opens");
    conn.execute_batch(
        "DROP TRIGGER facts_no_update; DROP TRIGGER deliveries_no_delete;
         UPDATE facts SET value = 'Outstanding' WHERE seq = 3;
         DELETE FROM deliveries WHERE seq = 2;
         INSERT INTO tellings SELECT max(seq) + 1, outbox, flag, opening, 'nobody', why, severity, weight, at, detail
            FROM tellings;",
    )
    .expect("nothing stops the owner of the file");
    let told = ask(&conn, "SELECT max(seq) FROM tellings").remove(0);
    let expected = [
        "a leaf of deliveries 2 fits no row".to_owned(),
        "a leaf of facts 3 fits no row".to_owned(),
        "facts 3 has no leaf that fits".to_owned(),
        format!("tellings {told} has no leaf that fits"),
    ];
    assert_eq!(faults(&conn), BTreeSet::from(expected));
}

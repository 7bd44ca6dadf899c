//! Reads the reference tables, and compares numbers with them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// One row: column name to cell.
pub type Row = BTreeMap<String, String>;

fn text(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/statistics").join(name);
    fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// The rows of a table without quotes.
pub fn rows(name: &str) -> Vec<Row> {
    let text = text(name);
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().expect("a head").split(',').collect();
    let rows: Vec<Row> = lines.map(|line| row(&head, line)).collect();
    assert!(rows.len() > 5, "{name} has only {} rows", rows.len());
    rows
}

fn row(head: &[&str], line: &str) -> Row {
    let cells: Vec<&str> = line.split(',').collect();
    assert_eq!(cells.len(), head.len(), "{line}");
    head.iter().map(|name| (*name).to_owned()).zip(cells.into_iter().map(str::to_owned)).collect()
}

/// A file of vectors.
pub fn json(name: &str) -> serde_json::Value {
    serde_json::from_str(&text(name)).expect("JSON")
}

/// A cell as a number; `None` when it is empty.
pub fn cell(row: &Row, column: &str) -> Option<f64> {
    let text = &row[column];
    (!text.is_empty()).then(|| text.parse().unwrap_or_else(|why| panic!("{column} {text}: {why}")))
}

/// A cell that must be a number.
pub fn number(row: &Row, column: &str) -> f64 {
    cell(row, column).unwrap_or_else(|| panic!("{column} is empty in {row:?}"))
}

/// The numbers of a JSON list.
pub fn list(value: &serde_json::Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|item| item.as_f64().expect("a number")).collect()
}

/// Fails unless two numbers agree to nine digits.
pub fn near(found: f64, wanted: f64, what: &str) {
    let room = 1e-9 * wanted.abs().max(1.0);
    assert!((found - wanted).abs() <= room, "{what}: {found} is not {wanted}");
}

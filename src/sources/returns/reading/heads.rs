//! The row of headings: found by what it must hold, wherever it stands.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::sources::returns::book::{Book, Cell, Row, Sheet};
use crate::sources::returns::template::{Field, Shape, Template};

/// Rows of a sheet that are looked at for the headings.
const ROWS_TRIED: usize = 40;

/// Where the headings stand and which column each names.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Heads {
    /// The row, from 1.
    pub(super) row: usize,
    /// Columns by heading, as [`key`] writes it.
    pub(super) columns: BTreeMap<String, usize>,
    /// Columns by heading, as the template writes it: each row asks by these.
    pub(super) by_name: HashMap<String, usize>,
    /// Headings that stand there twice and are asked for.
    pub(super) doubles: Vec<String>,
    /// Headings that the template does not name, as they are written.
    pub(super) unused: Vec<String>,
}

/// The rows of a book among which its headings are looked for, as keys: every template asks for them.
#[derive(Debug)]
pub(super) struct Tried<'b> {
    sheets: Vec<(&'b Sheet, Vec<Vec<String>>)>,
}

impl<'b> Tried<'b> {
    /// Of a book.
    pub(super) fn of(book: &'b Book) -> Self {
        let rows = |sheet: &Sheet| sheet.rows.iter().take(ROWS_TRIED).map(keys).collect();
        Self { sheets: book.sheets.iter().map(|sheet| (sheet, rows(sheet))).collect() }
    }
}

/// A heading without what people change by accident: case, blanks, line ends, a colon or star.
pub(super) fn key(heading: &str) -> String {
    let mut key = String::with_capacity(heading.len());
    for word in heading.split_whitespace() {
        if !key.is_empty() {
            key.push(' ');
        }
        if word.is_ascii() {
            key.extend(word.chars().map(|c| c.to_ascii_lowercase()));
        } else {
            key.push_str(&word.to_lowercase());
        }
    }
    key.truncate(key.trim_end_matches([':', '*', '.', ' ']).len());
    key
}

/// A cell as a heading.
pub(super) fn key_of(cell: &Cell) -> String {
    if let Cell::Text(text) = cell { key(text) } else { key(&cell.shown()) }
}

/// The keys of a row's cells.
fn keys(row: &Row) -> Vec<String> {
    row.cells.iter().map(key_of).collect()
}

/// How many headings of a template stand in a row, if it is the row of headings: all that are needed
/// are there, and of a wide template some value too, or a title row could be taken for it.
fn count(keys: &[String], needed: &BTreeSet<String>, named: &BTreeSet<String>) -> Option<usize> {
    if !needed.iter().all(|heading| keys.contains(heading)) {
        return None;
    }
    let count = named.iter().filter(|heading| keys.contains(heading)).count();
    (count > needed.len().min(named.len().saturating_sub(1))).then_some(count)
}

/// The headings without which a row is not the row of headings.
pub(super) fn needed(template: &Template) -> BTreeSet<String> {
    let always = [Field::ProviderId, Field::Period, Field::PeriodStart, Field::PeriodEnd, Field::Metric];
    always.into_iter().filter_map(|field| template.field(field)).map(key).collect()
}

/// Every heading that the template names.
pub(super) fn named(template: &Template) -> BTreeSet<String> {
    headings(template).map(key).collect()
}

/// Every heading as the template writes it.
fn headings(template: &Template) -> impl Iterator<Item = &str> {
    let values = template.values.iter().filter(|_| template.shape == Shape::Wide);
    let of_values = values.flat_map(|value| [&value.value, &value.numerator, &value.denominator]);
    template.fields.values().chain(of_values.flatten()).map(String::as_str)
}

/// Finds the headings of a sheet.
pub(super) fn find(sheet: &Sheet, template: &Template) -> Option<Heads> {
    let (needed, named) = (needed(template), named(template));
    let mut rows = sheet.rows.iter().take(ROWS_TRIED);
    let row = rows.find(|row| count(&keys(row), &needed, &named).is_some())?;
    Some(heads(row, &named, template))
}

fn heads(row: &Row, named: &BTreeSet<String>, template: &Template) -> Heads {
    let mut heads = Heads { row: row.number, ..Heads::default() };
    for (column, cell) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.is_blank()) {
        let written = cell.shown();
        let key = key(&written);
        if !named.contains(&key) {
            heads.unused.push(crate::domain::clean_name(&written).unwrap_or_default());
        } else if heads.columns.insert(key, column).is_some() {
            heads.doubles.push(crate::domain::clean_name(&written).unwrap_or_default());
        }
    }
    let column = |name: &str| Some((name.to_owned(), *heads.columns.get(&key(name))?));
    heads.by_name = headings(template).filter_map(column).collect();
    heads
}

/// The sheets that are read, each with its headings.
pub(super) fn sheets<'b>(book: &'b Book, template: &Template) -> Vec<(&'b Sheet, Heads)> {
    let sheets = book.sheets.iter().filter(|sheet| is_asked(sheet, template));
    sheets.filter_map(|sheet| Some((sheet, find(sheet, template)?))).collect()
}

fn is_asked(sheet: &Sheet, template: &Template) -> bool {
    template.sheet.as_ref().is_none_or(|name| sheet.name.is_empty() || key(&sheet.name) == key(name))
}

/// How many of a template's headings a book has; none unless all that are needed are there.
pub(super) fn fit(tried: &Tried<'_>, template: &Template) -> usize {
    let (needed, named) = (needed(template), named(template));
    let asked = tried.sheets.iter().filter(|(sheet, _)| is_asked(sheet, template));
    asked.filter_map(|(_, rows)| rows.iter().find_map(|keys| count(keys, &needed, &named))).max().unwrap_or(0)
}

//! The row of headings: found by what it must hold, wherever it stands.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::sources::returns::book::{Book, Row, Sheet};
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

/// A heading without what people change by accident: case, blanks, line ends, a colon or star.
pub(super) fn key(heading: &str) -> String {
    let words: Vec<String> = heading.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ").trim_end_matches([':', '*', '.', ' ']).to_owned()
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
    let of = |row: &Row| -> BTreeSet<String> { row.cells.iter().map(|cell| key(&cell.shown())).collect() };
    let row = sheet.rows.iter().take(ROWS_TRIED).find(|row| {
        let here = of(row);
        // Of a wide template some value must be there too, or a title row could be taken for it.
        needed.is_subset(&here)
            && here.intersection(&named).count() > needed.len().min(named.len().saturating_sub(1))
    })?;
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
            heads.doubles.push(written);
        }
    }
    let column = |name: &str| Some((name.to_owned(), *heads.columns.get(&key(name))?));
    heads.by_name = headings(template).filter_map(column).collect();
    heads
}

/// The sheets that are read, each with its headings.
pub(super) fn sheets<'b>(book: &'b Book, template: &Template) -> Vec<(&'b Sheet, Heads)> {
    let asked = |sheet: &&Sheet| {
        template.sheet.as_ref().is_none_or(|name| sheet.name.is_empty() || key(&sheet.name) == key(name))
    };
    let sheets = book.sheets.iter().filter(asked);
    sheets.filter_map(|sheet| Some((sheet, find(sheet, template)?))).collect()
}

/// How many of a template's headings a book has; none unless all that are needed are there.
pub(super) fn fit(book: &Book, template: &Template) -> usize {
    sheets(book, template).iter().map(|(_, heads)| heads.columns.len()).max().unwrap_or(0)
}

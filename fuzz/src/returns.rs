//! Provider returns: bytes to a book, and a book by every template that ships.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use carewarden::config::builtin_templates;
use carewarden::domain::indicator::Value;
use carewarden::domain::return_::ReturnValue;
use carewarden::sources::returns::book::{self, Book, BookError, Cell, Sheet};
use carewarden::sources::returns::lists::List;
use carewarden::sources::returns::reading::{self, Around, Reading};
use carewarden::sources::returns::refusal::Letter;
use carewarden::sources::returns::template::Template;
use jiff::civil::Date;

use crate::{Lines, assert_harmless};

const CAME_ON: Date = Date::constant(2026, 8, 5);

/// Values of a file that are compared with each other, pair by pair.
const COMPARED_MAX: usize = 200;

static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(builtin_templates);

/// Reads a CSV file; what is no CSV belongs to the other target.
pub fn csv(bytes: &[u8]) {
    if bytes.starts_with(b"PK") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return;
    }
    if let Some(book) = file(bytes) {
        let lines = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1;
        let last = book.sheets.iter().flat_map(|sheet| &sheet.rows).map(|row| row.number).max();
        assert!(last.unwrap_or(0) <= lines, "row {last:?} of {lines} lines");
        every_field_is_there(bytes, &book);
    }
}

/// Reads any file, twice, and checks all that comes of it.
pub fn file(bytes: &[u8]) -> Option<Book> {
    let first = book::read(bytes);
    let second = book::read(bytes);
    match &first {
        Ok(book) => within_limits(book),
        Err(error) => refused(error),
    }
    assert_eq!(first, second, "the same bytes, read twice");
    let book = first.ok()?;
    let all: Vec<&Template> = TEMPLATES.iter().collect();
    let fitting = reading::fitting(&book, &all);
    if let Err(ids) = &fitting {
        assert_ne!(ids.len(), 1, "one that fits is no doubt");
    }
    for template in TEMPLATES.iter() {
        by_template(&book, template);
    }
    // The rest by one form, or an input would cost ten times as much: the one that fits.
    let nearest = || &TEMPLATES[bytes.len() % TEMPLATES.len()];
    by_one(&book, fitting.unwrap_or_else(|_| nearest()));
    for sheet in &book.sheets {
        as_list(sheet);
    }
    Some(book)
}

fn letter() -> Letter<'static> {
    Letter { file: "return\u{202e}.csv", council: "the council", read_on: CAME_ON }
}

fn refused(error: &BookError) {
    let text = error.to_string();
    assert!(!text.is_empty());
    assert_harmless(&text, Lines::One);
    assert_harmless(&letter().unreadable(error), Lines::Several);
}

fn within_limits(book: &Book) {
    assert!(book.sheets.len() <= book::SHEETS_MAX, "{} sheets", book.sheets.len());
    let (mut cells, mut text_bytes) = (0, 0);
    for sheet in &book.sheets {
        assert_harmless(&sheet.name, Lines::One);
        let mut last = 0;
        for row in &sheet.rows {
            assert!(row.number > last, "row {} after row {last}", row.number);
            last = row.number;
            assert!(row.cells.len() <= book::COLUMNS_MAX, "{} columns", row.cells.len());
            assert!(row.cells.last().is_some_and(|cell| !cell.is_blank()), "blanks end row {last}");
            cells += row.cells.len();
            text_bytes += row.cells.iter().map(cell).sum::<usize>();
        }
        assert!(last <= book::ROWS_MAX, "{last} rows");
    }
    assert!(cells <= book::CELLS_MAX, "{cells} cells");
    assert!(text_bytes <= book::TEXT_BYTES_MAX, "{text_bytes} bytes of text");
    book.notes.iter().for_each(|note| assert_harmless(note, Lines::One));
}

/// Checks a cell and counts its text.
fn cell(cell: &Cell) -> usize {
    match cell {
        Cell::Number(number) | Cell::Percent(number) => {
            assert!(number.is_finite(), "{cell:?} is no number");
            0
        }
        Cell::Text(text) => {
            assert!(!text.is_empty() && text.trim() == text, "{cell:?} has blanks around it");
            assert!(text.len() <= book::CELL_BYTES_MAX, "{} bytes in a cell", text.len());
            text.len()
        }
        Cell::Fault(text) => {
            assert!(text.len() <= book::CELL_BYTES_MAX, "{} bytes in a fault", text.len());
            0
        }
        _ => 0,
    }
}

fn by_template(book: &Book, template: &Template) {
    let read = read(book, template, &BTreeSet::new());
    accounted(&read);
    for (value, place) in read.values.iter().zip(&read.places) {
        sound(value);
        assert_eq!(value.place, place.to_string());
        assert!(read.about.contains(&(value.provider_id.clone(), value.period)), "{value:?} is about nobody");
    }
    nothing_is_said_twice(&read.values);
}

fn read(book: &Book, template: &Template, known: &BTreeSet<String>) -> Reading {
    reading::read(book, template, Around { came_on: CAME_ON, known })
}

/// What costs more: the same again, for a few known providers, and what the sender is told.
fn by_one(book: &Book, template: &Template) {
    let nobody = BTreeSet::new();
    let first = read(book, template, &nobody);
    told(&first, template);
    assert_eq!(first, read(book, template, &nobody), "the same book, read twice");
    let known = BTreeSet::from(["1-101".to_owned()]);
    let few = read(book, template, &known);
    accounted(&few);
    let is_known = |value: &ReturnValue| {
        known.contains(&value.provider_id) || value.location_id.as_ref().is_some_and(|id| known.contains(id))
    };
    assert!(few.values.iter().all(is_known), "a stranger's value was kept");
}

/// Nothing may vanish between the file and the values.
fn accounted(read: &Reading) {
    let sum = read.values.len() + read.rejects.len() + read.repeated + read.withheld;
    assert_eq!(read.read, sum, "{read:#?}");
    assert_eq!(read.values.len(), read.places.len());
    assert!(read.spoiled.is_subset(&read.about), "{:?} beyond {:?}", read.spoiled, read.about);
    assert!(read.refused || !read.values.is_empty());
    let kept: usize = read.returns().values().map(|(_, values)| values.len()).sum();
    assert_eq!(kept, if read.refused { 0 } else { read.values.len() });
}

fn sound(value: &ReturnValue) {
    assert!(!value.provider_id.is_empty());
    for text in
        [Some(&value.provider_id), value.location_id.as_ref(), value.zone.as_ref()].into_iter().flatten()
    {
        assert!(!text.is_empty());
        assert_harmless(text, Lines::One);
    }
    assert_harmless(&value.place, Lines::One);
    let (least, most) = value.indicator.meaning().range;
    if let Value::Number(number) = value.value {
        assert!((least..=most).contains(&number), "{value:?} is out of range");
    }
    for part in [value.numerator, value.denominator].into_iter().flatten() {
        assert!(part.is_finite() && part >= 0.0, "{value:?} has a part that is no number");
    }
}

/// One provider says one thing of one indicator for one stretch of days.
fn nothing_is_said_twice(values: &[ReturnValue]) {
    let mut by_series: BTreeMap<_, Vec<&ReturnValue>> = BTreeMap::new();
    for value in values.iter().take(COMPARED_MAX) {
        let key = (&value.provider_id, &value.location_id, &value.zone, value.indicator.key());
        by_series.entry(key).or_default().push(value);
    }
    for values in by_series.values() {
        for (index, one) in values.iter().enumerate() {
            for other in &values[index + 1..] {
                assert!(one.period.shared_days(other.period) <= 0, "{one:?} and {other:?}");
            }
        }
    }
}

/// What the sender is told.
fn told(read: &Reading, template: &Template) {
    let text = letter().faults(read, template);
    assert_eq!(text.is_none(), read.rejects.is_empty());
    text.iter().for_each(|text| assert_harmless(text, Lines::Several));
    for reject in &read.rejects {
        assert!(!reject.expected.is_empty());
        for text in [&reject.place.to_string(), &reject.found, &reject.expected] {
            assert_harmless(text, Lines::One);
        }
    }
    read.notes.iter().for_each(|note| assert_harmless(note, Lines::One));
}

/// A list, as contracts are kept.
fn as_list(sheet: &Sheet) {
    let list = List::of(sheet);
    for line in list.lines() {
        for (heading, cell) in line.cells() {
            let number = line.number(heading);
            assert!(number != Ok(None) || cell.is_blank() || matches!(cell, Cell::Text(_)));
            if let Ok(Some(number)) = number {
                assert!(number.is_finite());
            }
            line.date(heading).ok();
            line.id(heading).iter().for_each(|id| assert_harmless(id, Lines::One));
            line.text(heading).iter().for_each(|text| assert_harmless(text, Lines::One));
        }
    }
}

/// Read with one of the delimiters, the file has as many fields with something in them as the book
/// has cells: no line was written over another.
fn every_field_is_there(bytes: &[u8], book: &Book) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let of_book = book.sheets.iter().flat_map(|sheet| &sheet.rows).flat_map(|row| &row.cells);
    let cells = of_book.filter(|cell| !cell.is_blank()).count();
    let fields = |delimiter: u8| -> usize {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(text.as_bytes());
        let records = reader.records().filter_map(Result::ok);
        records.map(|record| record.iter().filter(|field| !field.trim().is_empty()).count()).sum()
    };
    let counts = [b',', b';', b'\t', b'|'].map(fields);
    assert!(counts.contains(&cells), "{cells} cells of {counts:?} fields in {text:?}");
}

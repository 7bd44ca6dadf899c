//! One workbook a provider: values in named cells, or at fixed places.

use super::record::{At, Record, Source};
use super::{Around, Place, Reading, Reject};
use crate::sources::returns::book::{Book, Cell, Sheet};
use crate::sources::returns::template::{Field, Template};

/// A cell's place: sheet, row and column from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Spot {
    sheet: Option<String>,
    row: usize,
    column: usize,
}

/// The workbook as one record.
struct InBook<'b> {
    book: &'b Book,
    default: Option<&'b str>,
}

impl Source for InBook<'_> {
    fn at<'a>(&'a self, name: &'a str) -> Option<At<'a>> {
        let place = self.place_of(name)?;
        let sheet = self.sheet(place.sheet.as_deref())?;
        let row = sheet.rows.iter().find(|row| row.number == place.row + 1);
        Some(At { cell: row.map_or(&Cell::Blank, |row| row.cell(place.column)), column: name })
    }

    fn place(&self) -> (String, Option<usize>) {
        (self.default.unwrap_or_default().to_owned(), None)
    }
}

impl InBook<'_> {
    /// A defined name, or a place as it is written: `Return!B4`, `B4`.
    fn place_of(&self, name: &str) -> Option<Spot> {
        let defined = self.book.names.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        place(defined.map_or(name, |(_, place)| place))
    }

    fn sheet(&self, name: Option<&str>) -> Option<&Sheet> {
        match name.or(self.default) {
            Some(name) => self.book.sheets.iter().find(|sheet| sheet.name.eq_ignore_ascii_case(name)),
            None => self.book.sheets.first(),
        }
    }
}

/// Reads `Return!$B$4`, `'My sheet'!B4`, `$Return.$B$4` or `B4`.
fn place(text: &str) -> Option<Spot> {
    let text = text.trim_start_matches('=');
    let (sheet, cell) = match text.rsplit_once('!').or_else(|| text.rsplit_once('.')) {
        Some((sheet, cell)) => (Some(sheet), cell),
        None => (None, text),
    };
    let sheet = sheet.map(|name| name.trim_start_matches('$').trim_matches('\'').replace("''", "'"));
    // A name for several cells means the first.
    let cell = cell.split(':').next()?.replace('$', "");
    let digits = cell.find(|c: char| c.is_ascii_digit())?;
    let (letters, number) = cell.split_at(digits);
    if letters.is_empty() || letters.len() > 3 || !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let column =
        letters.bytes().fold(0, |sum, byte| sum * 26 + usize::from(byte.to_ascii_uppercase() - b'A') + 1);
    let row = number.parse::<usize>().ok()?.checked_sub(1)?;
    Some(Spot { sheet, row, column: column - 1 })
}

pub(super) fn read(book: &Book, template: &Template, around: Around<'_>) -> Reading {
    let source = InBook { book, default: template.sheet.as_deref() };
    let record = Record { source: &source, template, around, serials: book.serials };
    let mut reading = Reading::default();
    match record.head() {
        Ok(head) => {
            reading.about.insert(head.about.clone());
            for map in template.all_values() {
                let parts = record.parts(&map);
                if let Some(value) = record.value(&head, &map, &parts) {
                    reading.read += 1;
                    reading.keep(&head.about, value);
                }
            }
        }
        Err(reject) => {
            reading.read += 1;
            reading.misplace(record.named(), reject);
        }
    }
    let missing = missing(&source, template);
    if !missing.is_empty() {
        reading.spoiled = reading.about.clone();
    }
    reading.read += missing.len();
    reading.rejects.extend(missing);
    reading
}

/// A named cell that is gone is a reject, or its value would vanish without a word.
fn missing(source: &InBook<'_>, template: &Template) -> Vec<Reject> {
    let names =
        template.values.iter().flat_map(|map| [&map.value, &map.numerator, &map.denominator]).flatten();
    names
        .filter(|name| source.at(name).is_none())
        .map(|name| Reject {
            place: Place { column: name.clone(), ..Place::default() },
            found: String::new(),
            expected: "a cell with this name, as in the form".into(),
        })
        .collect()
}

/// How many of a template's cells a book has; none unless it has the provider's.
pub(super) fn fit(book: &Book, template: &Template) -> usize {
    let source = InBook { book, default: template.sheet.as_deref() };
    let filled = |name: &str| source.at(name).is_some_and(|at| !at.cell.is_blank());
    // A name of a cell says more than a place, which every sheet has.
    let by_name = |name: &str| book.names.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    let sheet_named = template.sheet.as_deref().is_some_and(|name| source.sheet(Some(name)).is_some());
    let provider = template.field(Field::ProviderId).unwrap_or_default();
    if !filled(provider) || !(by_name(provider) || sheet_named) {
        return 0;
    }
    let values =
        template.values.iter().flat_map(|map| [&map.value, &map.numerator, &map.denominator]).flatten();
    template.fields.values().chain(values).filter(|name| filled(name)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_each_program_writes_them() {
        let at = |sheet: Option<&str>| Some(Spot { sheet: sheet.map(str::to_owned), row: 3, column: 1 });
        assert_eq!(place("B4"), at(None));
        assert_eq!(place("Return!$B$4"), at(Some("Return")));
        assert_eq!(place("'My ''own'' sheet'!$B$4:$C$4"), at(Some("My 'own' sheet")));
        assert_eq!(place("$Return.$B$4"), at(Some("Return")));
        assert_eq!(place("#REF!"), None);
        assert_eq!(place("Return!$B"), None);
        assert_eq!(place("B0"), None);
    }
}

//! Workbooks through calamine, cell by cell into our own tables.
//!
//! calamine is given only what has been measured and looked through; should it still panic over a
//! file, the file is damaged and the program goes on.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{
    Data, DataRef, Dimensions, ExcelDateTime, Ods, OdsError, Reader, SheetType, SheetVisible, Xls, XlsError,
    Xlsx, XlsxError,
};
use jiff::SignedDuration;
use jiff::civil::Date;

use super::cells::{Cell, Gatherer, Merge};
use super::open_document::{Survey, Table};
use super::{Book, BookError, MERGES_MAX, SHEETS_MAX, Serials, date};
use crate::sources::returns::values::tidy;

/// Seconds of an hour.
const SECONDS_OF_HOUR: f64 = 3_600.0;

/// Whether any sheet has merged cells; looking for them reads each sheet a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merges {
    Some,
    None,
}

/// What a look at an XLS sheet's records found.
#[derive(Debug, Default)]
pub(super) struct SheetFinds {
    /// Cells whose number is shown as a percentage, row and column from 0.
    pub(super) percents: BTreeSet<(usize, usize)>,
}

/// A sheet of a workbook: its name and whether it is read.
struct Listed {
    name: String,
    index: usize,
}

pub(super) fn xlsx(file: Vec<u8>, merges: Merges) -> Result<Book, BookError> {
    guarded(|| {
        let mut xlsx = Xlsx::new(Cursor::new(file)).map_err(of_xlsx)?;
        let (listed, mut book) = list(&xlsx, |_| false)?;
        book.serials = serials(xlsx.has_1904_epoch());
        let mut gatherer = Gatherer::default();
        for Listed { name, .. } in listed {
            let merged = if merges == Merges::Some {
                xlsx.merge_cells_by_sheet_name(&name).map_err(of_xlsx)?
            } else {
                Vec::new()
            };
            xlsx_cells(&mut xlsx, &name, &mut gatherer)?;
            book.sheets.push(gatherer.sheet(&name, &tall(&merged))?);
        }
        Ok(book)
    })
}

fn xlsx_cells(
    xlsx: &mut Xlsx<Cursor<Vec<u8>>>,
    name: &str,
    gatherer: &mut Gatherer,
) -> Result<(), BookError> {
    let mut reader = xlsx.worksheet_cells_reader(name).map_err(of_xlsx)?;
    let percents: Vec<bool> = reader
        .styles()
        .iter()
        .map(|style| style.number_format.as_ref().is_some_and(|format| shows_percent(&format.format_code)))
        .collect();
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(of_xlsx)? {
        let (row, column) = cell.get_position();
        let percent = percents.get(style).copied().unwrap_or(false);
        let shown = match cell.get_value() {
            DataRef::SharedString(text) => Cell::text(text),
            other => of_data(&Data::from(other.clone()), percent),
        };
        gatherer.put(index(row), index(column), shown)?;
    }
    Ok(())
}

pub(super) fn ods(file: Vec<u8>, survey: &Survey) -> Result<Book, BookError> {
    guarded(|| {
        let mut ods: Ods<_> = Ods::new(Cursor::new(file)).map_err(of_ods)?;
        let linked = |index: usize| survey.tables.get(index).is_some_and(|table| table.linked);
        let (listed, mut book) = list(&ods, linked)?;
        book.serials = survey.serials;
        let mut gatherer = Gatherer::default();
        let none = Table::default();
        for Listed { name, index } in listed {
            let table = survey.tables.get(index).unwrap_or(&none);
            let range = ods.worksheet_range(&name).map_err(of_ods)?;
            range_cells(&range, &table.percents, &mut gatherer)?;
            book.sheets.push(gatherer.sheet(&name, &table.merges)?);
        }
        Ok(book)
    })
}

pub(super) fn xls(file: Vec<u8>, finds: &[SheetFinds], notes: Vec<String>) -> Result<Book, BookError> {
    guarded(|| {
        let mut xls: Xls<_> = Xls::new(Cursor::new(file)).map_err(of_xls)?;
        let (listed, mut book) = list(&xls, |_| false)?;
        book.serials = serials(xls.has_1904_epoch());
        book.notes.extend(notes);
        let mut gatherer = Gatherer::default();
        let none = SheetFinds::default();
        for Listed { name, index } in listed {
            let merged = xls.merge_cells_by_sheet_name(&name).map_err(of_xls)?;
            let range = xls.worksheet_range(&name).map_err(of_xls)?;
            range_cells(&range, &finds.get(index).unwrap_or(&none).percents, &mut gatherer)?;
            book.sheets.push(gatherer.sheet(&name, &tall(&merged))?);
        }
        Ok(book)
    })
}

fn guarded(read: impl FnOnce() -> Result<Book, BookError>) -> Result<Book, BookError> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(BookError::Damaged("the workbook's reader gave up".into())))
}

/// Says once that what stands in other files was not fetched.
pub(super) fn note_links(notes: &mut Vec<String>) {
    const WORDS: &str = "links to other files were not followed";
    if !notes.iter().any(|note| note == WORDS) {
        notes.push(WORDS.to_owned());
    }
}

/// The sheets that are read, and a note for each that is not. What a program has fetched from another
/// file stands as a hidden sheet under that file's address.
fn list<RS: std::io::Read + std::io::Seek>(
    reader: &impl Reader<RS>,
    is_linked: impl Fn(usize) -> bool,
) -> Result<(Vec<Listed>, Book), BookError> {
    let sheets = reader.sheets_metadata();
    if sheets.len() > SHEETS_MAX {
        return Err(BookError::too_large(format!("has {} sheets", sheets.len()), SHEETS_MAX.to_string()));
    }
    let mut book = Book { names: reader.defined_names().to_vec(), ..Book::default() };
    let mut listed = Vec::new();
    for (index, sheet) in sheets.iter().enumerate() {
        if sheet.typ != SheetType::WorkSheet {
            continue;
        }
        if sheet.visible == SheetVisible::Visible {
            listed.push(Listed { name: sheet.name.clone(), index });
        } else if is_linked(index) {
            note_links(&mut book.notes);
        } else {
            let name = crate::domain::clean_text(&sheet.name);
            book.notes.push(format!("the hidden sheet \u{201c}{name}\u{201d} was not read"));
        }
    }
    Ok((listed, book))
}

fn range_cells(
    range: &calamine::Range<Data>,
    percents: &BTreeSet<(usize, usize)>,
    gatherer: &mut Gatherer,
) -> Result<(), BookError> {
    let Some((top, left)) = range.start() else { return Ok(()) };
    for (row, column, data) in range.used_cells() {
        let place = (index(top).saturating_add(row), index(left).saturating_add(column));
        let cell = of_data(data, percents.contains(&place));
        gatherer.put(place.0, place.1, cell)?;
    }
    Ok(())
}

fn of_data(data: &Data, percent: bool) -> Cell {
    let number = |number: f64| {
        if percent { finite(tidy(number * 100.0), Cell::Percent) } else { finite(number, Cell::Number) }
    };
    match data {
        Data::Empty => Cell::Blank,
        Data::Int(whole) => number(*whole as f64),
        Data::Float(float) => number(*float),
        Data::String(text) => Cell::text(text),
        Data::DurationIso(text) => of_duration(text),
        Data::Bool(yes) => Cell::YesNo(*yes),
        Data::DateTime(serial) => of_serial(*serial),
        Data::DateTimeIso(text) => {
            // ODS writes a date, or a date and a time.
            text.get(..10)
                .and_then(|day| day.parse::<Date>().ok())
                .map_or_else(|| Cell::text(text), Cell::Date)
        }
        Data::Error(error) => Cell::Fault(error.to_string()),
    }
}

/// A serial with a date's format; a length of time, `[h]:mm`, is hours.
fn of_serial(serial: ExcelDateTime) -> Cell {
    let days = serial.as_f64();
    if serial.is_duration() || !days.is_finite() {
        return finite(tidy(days * 24.0), Cell::Number);
    }
    let (year, month, day, ..) = serial.to_ymd_hms_milli();
    date(year, month, day).map_or(Cell::Number(days), Cell::Date)
}

/// A number, or a fault where it is none: too large to be counted with.
fn finite(number: f64, cell: fn(f64) -> Cell) -> Cell {
    if number.is_finite() { cell(number) } else { Cell::Fault(number.to_string()) }
}

/// A length of time as ODS writes it, `PT88H30M00S`, in hours.
fn of_duration(text: &str) -> Cell {
    text.parse::<SignedDuration>().map_or_else(
        |_| Cell::text(text),
        |length| finite(tidy(length.as_secs_f64() / SECONDS_OF_HOUR), Cell::Number),
    )
}

/// Whether a number's format ends in a percent sign that is not only text.
pub(super) fn shows_percent(format: &str) -> bool {
    let positive = format.split(';').next().unwrap_or_default();
    let mut quoted = false;
    let mut escaped = false;
    positive.chars().any(|c| {
        if std::mem::take(&mut escaped) {
            return false;
        }
        escaped = c == '\\' && !quoted;
        quoted ^= c == '"';
        !quoted && c == '%'
    })
}

fn tall(merged: &[Dimensions]) -> Vec<Merge> {
    merged
        .iter()
        .take(MERGES_MAX)
        .filter(|area| area.end.0 > area.start.0)
        .map(|area| Merge { top: index(area.start.0), left: index(area.start.1), bottom: index(area.end.0) })
        .collect()
}

fn serials(is_1904: bool) -> Serials {
    if is_1904 { Serials::From1904 } else { Serials::From1900 }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn of_xlsx(error: XlsxError) -> BookError {
    match error {
        XlsxError::Password => BookError::Protected,
        other => BookError::Damaged(crate::domain::clean_text(&other.to_string())),
    }
}

fn of_ods(error: OdsError) -> BookError {
    match error {
        OdsError::Password => BookError::Protected,
        other => BookError::Damaged(crate::domain::clean_text(&other.to_string())),
    }
}

fn of_xls(error: XlsError) -> BookError {
    match error {
        XlsError::Password => BookError::Protected,
        other => BookError::Damaged(crate::domain::clean_text(&other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn formats_with_a_percent_sign_are_percentages() {
        for format in ["0%", "0.00%", "#,##0.0 %;[Red]-0%"] {
            assert!(shows_percent(format), "{format}");
        }
        for format in ["0.00", "0\"%\"", "0\\%", "General;0%"] {
            assert!(!shows_percent(format), "{format}");
        }
    }

    #[test]
    fn a_number_beyond_counting_is_a_fault() {
        let serial = |kind| Data::DateTime(ExcelDateTime::new(f64::INFINITY, kind, false));
        for data in
            [Data::Float(f64::NAN), serial(ExcelDateTimeType::DateTime), serial(ExcelDateTimeType::TimeDelta)]
        {
            assert!(matches!(of_data(&data, false), Cell::Fault(_)), "{data:?}");
        }
        assert_eq!(of_data(&Data::Float(1e308), false), Cell::Number(1e308));
        assert_eq!(of_data(&Data::Float(1e308), true), Cell::Fault("inf".into()));
    }

    #[test]
    fn serials_count_from_1900_or_1904() {
        let at =
            |serial, is_1904| of_serial(ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, is_1904));
        let day = Cell::Date(Date::constant(2026, 7, 31));
        assert_eq!(at(46_234.0, false), day);
        assert_eq!(at(46_234.75, false), day);
        assert_eq!(at(44_772.0, true), day);
        let hours = ExcelDateTime::new(1.5, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(of_serial(hours), Cell::Number(36.0));
    }

    #[test]
    fn a_length_of_time_is_hours_in_every_kind_of_file() {
        let serial = ExcelDateTime::new((88.0 + 20.0 / 60.0) / 24.0, ExcelDateTimeType::TimeDelta, false);
        let iso = |text: &str| of_data(&Data::DurationIso(text.into()), false);
        assert_eq!(iso("PT88H20M00S"), of_serial(serial));
        assert_eq!(iso("PT1234H30M00S"), Cell::Number(1234.5));
        assert_eq!(iso("-PT1H"), Cell::Number(-1.0));
        assert_eq!(iso("soon"), Cell::Text("soon".into()));
    }
}

//! From a file's bytes to tables of cells: CSV, XLSX, XLS and ODS, all within limits that are
//! checked before anything is unpacked.
//!
//! Nothing here knows what a column means. It reads no file and no network.

mod cells;
mod compound;
mod delimited;
mod open_document;
mod packed;
mod sheets;
mod tags;
mod workbook;

use jiff::civil::Date;

pub use cells::{Cell, Row, Sheet};

/// Bytes of one file.
pub const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes that a workbook may unpack to, all parts together.
pub const UNPACKED_BYTES_MAX: usize = 32 * 1024 * 1024;
/// A part of over a megabyte may be so many times as large as it is packed.
pub const RATIO_MAX: usize = 200;
/// Parts of a workbook.
pub const PARTS_MAX: usize = 500;
/// Sheets of a workbook.
pub const SHEETS_MAX: usize = 50;
/// Rows of a sheet, blank ones between others included.
pub const ROWS_MAX: usize = 20_000;
/// Columns of a sheet.
pub const COLUMNS_MAX: usize = 512;
/// Cells of a file, blank ones between others included.
pub const CELLS_MAX: usize = 1_000_000;
/// Bytes of text in one cell.
pub const CELL_BYTES_MAX: usize = 4 * 1024;
/// Bytes of text in all cells.
pub const TEXT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Merged stretches of a sheet that are filled.
pub const MERGES_MAX: usize = 10_000;

/// From when a workbook counts its days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Serials {
    /// From the last day of 1899: nearly all.
    #[default]
    From1900,
    /// From the first day of 1904: old ones from the Macintosh.
    From1904,
    /// From the first day of 1900: LibreOffice's setting for the files of StarCalc 1.0.
    FromJanuary1900,
}

/// A file as tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Book {
    /// The visible sheets, in the file's order.
    pub sheets: Vec<Sheet>,
    /// Defined names of cells: name and `Sheet!$B$4`.
    pub names: Vec<(String, String)>,
    /// From when it counts days, for a date that no format marks as one.
    pub serials: Serials,
    /// What was left out, in words.
    pub notes: Vec<String>,
}

/// Why a file cannot be read at all, in words for whoever sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// It is larger than a return can be.
    #[error("the file {what}; the limit is {limit}; send the return alone, without pictures or old sheets")]
    TooLarge {
        /// What is too much.
        what: String,
        /// The limit.
        limit: String,
    },
    /// It is not one of the forms that are read.
    #[error("{0}; save it as .xlsx, .xls, .ods or .csv and send it again")]
    NotATable(String),
    /// It is one of them, and damaged.
    #[error("the file is damaged ({0}); open it, save it anew and send it again")]
    Damaged(String),
    /// It is protected.
    #[error("the file is protected by a password; take the password off and send it again")]
    Protected,
}

impl BookError {
    fn too_large(what: impl Into<String>, limit: impl Into<String>) -> Self {
        Self::TooLarge { what: what.into(), limit: limit.into() }
    }
}

/// Reads a file, whatever its name says it is.
///
/// # Errors
/// Why it cannot be read, and what to do.
pub fn read(bytes: &[u8]) -> Result<Book, BookError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(BookError::too_large(format!("has {} bytes", bytes.len()), FILE_BYTES_MAX.to_string()));
    }
    if bytes.starts_with(b"PK") {
        return packed::read(bytes);
    }
    if bytes.starts_with(&compound::MAGIC) {
        return compound::read(bytes);
    }
    if bytes.trim_ascii().is_empty() {
        return Err(BookError::NotATable("the file is empty".into()));
    }
    if crate::sources::http::looks_html(bytes) {
        return Err(BookError::NotATable("the file is a web page".into()));
    }
    if bytes.starts_with(b"%PDF") {
        return Err(BookError::NotATable("the file is a PDF".into()));
    }
    delimited::read(bytes)
}

/// A date that a return can hold; serials that are plainly no dates give none.
fn date(year: u16, month: u8, day: u8) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

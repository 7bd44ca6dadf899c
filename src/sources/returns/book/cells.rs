//! Cells, rows and sheets, and the one door through which cells get in.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{BookError, CELL_BYTES_MAX, CELLS_MAX, COLUMNS_MAX, MERGES_MAX, ROWS_MAX, TEXT_BYTES_MAX};

/// Errors of formulas, as spreadsheet programs spell them.
const FAULTS: [&str; 9] =
    ["#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#NULL!", "#SPILL!", "#CALC!"];

/// What stands in a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing, or blanks.
    #[default]
    Blank,
    /// Text, without blanks around it.
    Text(String),
    /// A number.
    Number(f64),
    /// A number that the file shows as a percentage, as it is shown: 93 for 93 %.
    Percent(f64),
    /// A date; a time of day is dropped.
    Date(Date),
    /// A tick.
    YesNo(bool),
    /// A formula's error: `#DIV/0!`.
    Fault(String),
}

/// A row that is not blank.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// As the spreadsheet program numbers it, from 1.
    pub number: usize,
    /// Without the blank ones at the end.
    pub cells: Vec<Cell>,
}

/// A sheet: the rows that are not blank, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// Its name; a CSV file's only sheet has none.
    pub name: String,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A merged stretch of cells, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Merge {
    pub(super) top: usize,
    pub(super) left: usize,
    pub(super) bottom: usize,
}

/// Gathers the cells of a file and counts them against the limits.
#[derive(Debug, Default)]
pub(super) struct Gatherer {
    cells: usize,
    text_bytes: usize,
    filled: usize,
    rows: BTreeMap<usize, Vec<Cell>>,
}

impl Cell {
    /// A text without the blanks around it, the no-break space among them; nothing is [`Cell::Blank`].
    /// CSV and ODS spell a formula's error out, which would else be a fine name for a zone.
    pub(super) fn text(text: &str) -> Self {
        match text.trim() {
            "" => Self::Blank,
            fault if is_fault(fault) => Self::Fault(fault.to_owned()),
            kept => Self::Text(kept.to_owned()),
        }
    }

    /// How it is shown to people.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Text(text) | Self::Fault(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Percent(number) => format!("{number}%"),
            Self::Date(date) => date.to_string(),
            Self::YesNo(true) => "yes".into(),
            Self::YesNo(false) => "no".into(),
        }
    }

    /// Whether nothing stands in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        *self == Self::Blank
    }
}

/// Whether a text is a formula's error; `Err:502` is LibreOffice's way to write its own.
fn is_fault(text: &str) -> bool {
    let own = |digits: &str| digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    (text.starts_with('#') && FAULTS.contains(&text)) || text.strip_prefix("Err:").is_some_and(own)
}

impl Row {
    /// A cell; those after the last are blank.
    #[must_use]
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Blank)
    }
}

impl Gatherer {
    /// Takes a cell, row and column from 0.
    pub(super) fn put(&mut self, row: usize, column: usize, cell: Cell) -> Result<(), BookError> {
        if cell.is_blank() {
            return Ok(());
        }
        if row >= ROWS_MAX {
            return Err(BookError::too_large("has a sheet with more rows", format!("{ROWS_MAX} rows")));
        }
        if column >= COLUMNS_MAX {
            return Err(BookError::too_large(
                "has a sheet with more columns",
                format!("{COLUMNS_MAX} columns"),
            ));
        }
        self.count_text(&cell)?;
        let cells = self.rows.entry(row).or_default();
        if cells.len() <= column {
            self.cells += column + 1 - cells.len();
            cells.resize(column + 1, Cell::Blank);
        }
        cells[column] = cell;
        if self.cells > CELLS_MAX {
            return Err(BookError::too_large("has too many cells", CELLS_MAX.to_string()));
        }
        Ok(())
    }

    fn count_text(&mut self, cell: &Cell) -> Result<(), BookError> {
        let Cell::Text(text) = cell else { return Ok(()) };
        if text.len() > CELL_BYTES_MAX {
            let what = format!("has a cell with {} bytes of text", text.len());
            return Err(BookError::too_large(what, CELL_BYTES_MAX.to_string()));
        }
        self.text_bytes += text.len();
        if self.text_bytes > TEXT_BYTES_MAX {
            return Err(BookError::too_large("has too much text", format!("{TEXT_BYTES_MAX} bytes")));
        }
        Ok(())
    }

    /// Ends a sheet. A value merged over several rows stands in each of them; one merged over
    /// columns stands in the first, or a heading would be two columns.
    pub(super) fn sheet(&mut self, name: &str, merges: &[Merge]) -> Result<Sheet, BookError> {
        for merge in merges.iter().take(MERGES_MAX) {
            self.fill(*merge)?;
        }
        let rows = std::mem::take(&mut self.rows).into_iter();
        let rows = rows.map(|(row, cells)| Row { number: row + 1, cells }).collect();
        Ok(Sheet { name: crate::domain::clean_text(name), rows })
    }

    fn fill(&mut self, merge: Merge) -> Result<(), BookError> {
        let top = self.rows.get(&merge.top).and_then(|row| row.get(merge.left)).cloned().unwrap_or_default();
        if top.is_blank() {
            return Ok(());
        }
        // Only rows that hold something else: a merged blank form is not filled to its end.
        let below: Vec<usize> =
            self.rows.range(merge.top + 1..=merge.bottom.max(merge.top + 1)).map(|(row, _)| *row).collect();
        // Merges can lie over each other, as often as a file likes.
        self.filled += below.len();
        if self.filled > CELLS_MAX {
            return Err(BookError::too_large("has too many merged cells", CELLS_MAX.to_string()));
        }
        for row in below.into_iter().filter(|row| *row <= merge.bottom) {
            self.put(row, merge.left, top.clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_said() {
        let mut gatherer = Gatherer::default();
        let put = |gatherer: &mut Gatherer, row, column, cell| gatherer.put(row, column, cell).is_ok();
        assert!(put(&mut gatherer, ROWS_MAX - 1, COLUMNS_MAX - 1, Cell::Number(1.0)));
        assert!(!put(&mut gatherer, ROWS_MAX, 0, Cell::Number(1.0)));
        assert!(!put(&mut gatherer, 0, COLUMNS_MAX, Cell::Number(1.0)));
        assert!(put(&mut gatherer, usize::MAX, usize::MAX, Cell::Blank), "a blank is nowhere");
        assert!(!put(&mut gatherer, 0, 0, Cell::text(&"x".repeat(CELL_BYTES_MAX + 1))));
    }

    #[test]
    fn an_error_that_is_spelt_out_is_a_fault() {
        for text in ["#DIV/0!", " #REF! ", "#N/A", "Err:502"] {
            assert_eq!(Cell::text(text), Cell::Fault(text.trim().into()));
        }
        for text in ["#1", "# N/A", "Err: 502", "Err:zone", "N/A"] {
            assert_eq!(Cell::text(text), Cell::Text(text.into()));
        }
    }

    #[test]
    fn a_value_merged_over_rows_stands_in_each() {
        let mut gatherer = Gatherer::default();
        for (row, column) in [(0, 0), (0, 1), (1, 1), (3, 1)] {
            gatherer.put(row, column, Cell::Number(7.0)).expect("within limits");
        }
        let sheet = gatherer.sheet("s", &[Merge { top: 0, left: 0, bottom: 2 }]).expect("within limits");
        let first: Vec<bool> = sheet.rows.iter().map(|row| row.cell(0).is_blank()).collect();
        assert_eq!(first, [false, false, true]);
    }
}

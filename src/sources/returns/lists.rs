//! A plain list: headings in the first row, a line an entry.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::book::{Cell, Row, Serials, Sheet};
use super::values;

/// A list.
#[derive(Clone, Debug, Default)]
pub struct List<'s> {
    headings: BTreeMap<String, usize>,
    rows: &'s [Row],
}

/// One line.
#[derive(Clone, Copy, Debug)]
pub struct Line<'l> {
    headings: &'l BTreeMap<String, usize>,
    row: &'l Row,
}

impl<'s> List<'s> {
    /// Reads a sheet as a list.
    #[must_use]
    pub fn of(sheet: &'s Sheet) -> Self {
        let Some((first, rows)) = sheet.rows.split_first() else { return Self::default() };
        let heading = |cell: &Cell| cell.shown().trim().to_lowercase().replace([' ', '-'], "_");
        let headings = first.cells.iter().enumerate().map(|(column, cell)| (heading(cell), column)).collect();
        Self { headings, rows }
    }

    /// Whether there is a column.
    #[must_use]
    pub fn has(&self, heading: &str) -> bool {
        self.headings.contains_key(heading)
    }

    /// The lines.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.rows.iter().map(|row| Line { headings: &self.headings, row })
    }
}

impl<'l> Line<'l> {
    /// Its number in the file.
    #[must_use]
    pub const fn row(&self) -> usize {
        self.row.number
    }

    fn cell(&self, heading: &str) -> &'l Cell {
        self.headings.get(heading).map_or(&Cell::Blank, |column| self.row.cell(*column))
    }

    /// Every cell with its heading.
    pub fn cells(&self) -> impl Iterator<Item = (&'l str, &'l Cell)> + use<'l> {
        let row = self.row;
        self.headings.iter().map(move |(heading, column)| (heading.as_str(), row.cell(*column)))
    }

    /// A text; `None` where nothing stands there.
    #[must_use]
    pub fn text(&self, heading: &str) -> Option<String> {
        crate::domain::clean_name(&self.cell(heading).shown())
    }

    /// An id of the register.
    ///
    /// # Errors
    /// What was expected.
    pub fn id(&self, heading: &str) -> Result<String, String> {
        values::id(self.cell(heading))
    }

    /// A number; `None` where nothing stands there.
    ///
    /// # Errors
    /// What was expected.
    pub fn number(&self, heading: &str) -> Result<Option<f64>, String> {
        let cell = self.cell(heading);
        if values::is_absent(cell) { Ok(None) } else { values::number(cell).map(Some) }
    }

    /// A date; `None` where nothing stands there.
    ///
    /// # Errors
    /// What was expected.
    pub fn date(&self, heading: &str) -> Result<Option<Date>, String> {
        let cell = self.cell(heading);
        if values::is_absent(cell) { Ok(None) } else { values::date(cell, Serials::From1900).map(Some) }
    }
}
